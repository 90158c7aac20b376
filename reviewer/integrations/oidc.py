"""An identity provider's words (OpenID Connect): the way there, and what its ID token says.

Authorization code with PKCE (S256), state and nonce. An ID token counts only when it is signed with one
of the provider's published keys by an asymmetric algorithm, names this client, and carries the nonce
of this very attempt. Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 7636; RFC 9207.
"""

import hmac
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from reviewer.errors import NotSignedIn, Unavailable

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
"""Signatures with a public key only: with `none` or a shared secret anybody could be anybody."""
SECONDS_TO_ANSWER = 5.0
LEEWAY_SECONDS = 60
"""How far the provider's clock may be off."""
KEPT_SECONDS = 3600
"""How long the provider's addresses and keys are kept; keys are asked for anew when one is not known."""
LARGEST_ANSWER = 512 * 1024
AGAIN = "Sign in again."


@dataclass(frozen=True)
class Client:
    """This server as the provider knows it."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    groups_claim: str = "groups"


@dataclass(frozen=True)
class Attempt:
    """What is remembered between leaving for the provider and coming back."""

    state: str
    nonce: str
    verifier: str
    fresh: bool = False
    """Was the person asked to prove who they are, however lately they did?"""

    def kept(self) -> dict[str, Any]:
        """As plain values, for a session."""
        return asdict(self)


@dataclass(frozen=True)
class Claims:
    """Who came, as the provider says. `email` is lower-case, empty where the provider gave none."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    groups: frozenset[str]
    proved_at: datetime | None = None
    """When the provider last saw a proof (`auth_time`)."""


class Provider:
    """One identity provider; safe to share between threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def begin(self, *, fresh: bool = False) -> tuple[str, Attempt]:
        """(address to send the browser to, what to remember); raises Unavailable."""
        attempt = Attempt(_random(), _random(), _random(), fresh)
        asked = {"prompt": "login", "max_age": "0"} if fresh else {}
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
                **asked,
            )
        return str(url), attempt

    def finish(self, attempt: Attempt | None, answer: Mapping[str, str], now: datetime) -> Claims:
        """Who came back with this answer (the query of the redirect).

        Raises:
            NotSignedIn: the answer is not to this attempt, or its ID token can't be trusted.
            Unavailable: the provider doesn't answer.
        """
        if attempt is None or not hmac.compare_digest(
            answer.get("state", "").encode(), attempt.state.encode()
        ):
            raise NotSignedIn(f"This answer is to another sign-in, or to one of long ago. {AGAIN}")
        if answer.get("iss", self._client.issuer) != self._client.issuer:
            raise NotSignedIn(f"This answer came from another identity provider. {AGAIN}")
        if "code" not in answer:
            raise NotSignedIn(f"Your organisation did not sign you in. {AGAIN}")
        token = self._exchange(answer["code"], attempt.verifier)
        return self._read(str(token.get("id_token", "")), token, attempt, now)

    # --- the calls ---

    def _exchange(self, code: str, verifier: str) -> Mapping[str, Any]:
        try:
            with self._session() as session:
                token: Mapping[str, Any] = session.fetch_token(
                    self._endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    timeout=SECONDS_TO_ANSWER,
                    allow_redirects=False,
                )
        except AuthlibBaseError as error:
            raise NotSignedIn(f"Your organisation refused this sign-in. {AGAIN}") from error
        except (requests.RequestException, ValueError) as error:
            raise _away() from error
        return token

    def _session(self) -> OAuth2Session:
        client = self._client
        return OAuth2Session(
            client.client_id,
            client.client_secret or None,
            scope="openid email profile",
            redirect_uri=client.redirect_uri,
            code_challenge_method="S256",
        )

    def _endpoint(self, name: str) -> str:
        found = self._discovered().get(name)
        same_safety = isinstance(found, str) and (
            urlsplit(found).scheme in ("https", urlsplit(self._client.issuer).scheme)
        )
        if not same_safety:
            raise _away()
        return str(found)

    def _discovered(self) -> Mapping[str, Any]:
        with self._lock:
            if self._metadata is None or time.monotonic() - self._metadata[0] > KEPT_SECONDS:
                found = _get(f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != self._client.issuer:
                    raise Unavailable(
                        "The identity provider calls itself by another name than REVIEWER_OIDC_ISSUER: "
                        "ask whoever runs Reviewer to compare the two."
                    )
                self._metadata = time.monotonic(), found
            return self._metadata[1]

    def _key_set(self, *, anew: bool = False) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            if anew or self._keys is None or time.monotonic() - self._keys[0] > KEPT_SECONDS:
                found = _get(address)
                try:
                    self._keys = time.monotonic(), KeySet.import_key_set(found)  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise _away() from error
            return self._keys[1]

    # --- the token ---

    def _read(self, id_token: str, token: Mapping[str, Any], attempt: Attempt, now: datetime) -> Claims:
        try:
            signed = self._verified(id_token)
            options = {"iss": {"essential": True, "value": self._client.issuer}}
            params = {
                "nonce": attempt.nonce,
                "client_id": self._client.client_id,
                "access_token": token.get("access_token"),
            }
            claims = CodeIDToken(signed.claims, signed.header, options, params)
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise NotSignedIn(f"What your organisation sent can't be trusted. {AGAIN}") from error
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        subject = claims["sub"]
        if self._client.client_id not in audience or not isinstance(subject, str) or not subject:
            raise NotSignedIn(f"What your organisation sent is meant for somebody else. {AGAIN}")
        proved_at = _time(claims.get("auth_time"))
        if attempt.fresh and (proved_at is None or (now - proved_at).total_seconds() > 2 * LEEWAY_SECONDS):
            raise NotSignedIn("Your organisation did not ask you for a proof. Sign out there, and try again.")
        groups = claims.get(self._client.groups_claim)
        return Claims(
            issuer=self._client.issuer,
            subject=subject,
            email=str(claims.get("email") or "").strip().lower(),
            email_verified=claims.get("email_verified") is True,
            name=" ".join(str(claims.get("name") or "").split())[:80],
            groups=frozenset(str(g) for g in groups) if isinstance(groups, list) else frozenset(),
            proved_at=proved_at,
        )

    def _verified(self, id_token: str) -> jwt.Token:
        """The token, its signature checked; the provider's keys are read again once, as it may rotate."""
        try:
            return jwt.decode(id_token, self._key_set(), algorithms=list(ALGORITHMS))
        except JoseError:
            return jwt.decode(id_token, self._key_set(anew=True), algorithms=list(ALGORITHMS))


def _get(url: str) -> Mapping[str, Any]:
    try:
        with requests.get(url, timeout=SECONDS_TO_ANSWER, allow_redirects=False, stream=True) as answer:
            body = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
            if answer.status_code != 200 or len(body) > LARGEST_ANSWER:
                raise _away()
            found = json.loads(body)
    except (requests.RequestException, OSError, ValueError) as error:
        raise _away() from error
    if not isinstance(found, dict):
        raise _away()
    return found


def _random() -> str:
    return secrets.token_urlsafe(32)


def _time(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _away() -> Unavailable:
    return Unavailable(
        "Your organisation's sign-in does not answer. Try again in a moment, or sign in with a password."
    )
