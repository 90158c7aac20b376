"""The release permit: sign it, sign the status list, and check both offline.

A permit is a JWS in compact form (RFC 7515), `alg: Ed25519` (RFC 9864), `typ: release+jwt`. Nothing
here decides *whether* a permit may be issued: that is the workflow's. Nothing here reads a clock or a
network: a publishing tool calls `check` with the permit, the exact variant that it is about to
publish, the server's keys, and a status list that is at most a minute old.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from reviewer.errors import PermitRefused
from reviewer.model import Permit, Review, Variant

ALGORITHM = "Ed25519"
PERMIT_TYPE = "release+jwt"
STATUS_TYPE = "release-status+jwt"
HEAD_TYPE = "audit-head+jwt"
STATUS_LIFE = timedelta(seconds=60)
LONGEST = 15 * 60
"""Seconds between `iat` and `exp` of a permit, at most."""
LEEWAY = 30
"""Seconds by which a tool's clock may run behind the server's; an end is never stretched."""

JsonObject = dict[str, Any]


def new_key(kid: str) -> OKPKey:
    """A fresh Ed25519 signing key under this name."""
    return OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig", "alg": ALGORITHM}, private=True)


def jwks(keys: Iterable[OKPKey]) -> JsonObject:
    """The public halves, as `/.well-known/jwks.json` serves them; two while keys rotate."""
    return {"keys": [dict(key.as_dict(private=False)) for key in keys]}


def issue(
    permit: Permit, review: Review, *, issuer: str, key: OKPKey, log: tuple[int, int, str] | None = None
) -> str:
    """The token for a permit that the workflow has granted.

    `log` is the place of its issue in the audit tree (index), how many events that has (size), and its
    root in hex: by signing the permit the server has signed a head.
    """
    return _sign(
        {
            "iss": issuer,
            "aud": permit.audience,
            "jti": permit.jti,
            "iat": _seconds(permit.issued_at),
            "nbf": _seconds(permit.issued_at),
            "exp": _seconds(permit.expires_at),
            "brand": review.brand,
            "draft": review.id,
            "version": permit.version,
            "content_sha256": permit.content_sha256,
            "kind": permit.kind,
            "channel": permit.channel,
            "account": permit.account,
            "window": {"from": rfc3339(permit.window.start), "to": rfc3339(permit.window.end)},
            "policy": permit.policy_sha256,
            "signers": [
                {"id": who, "capacity": group, "at": rfc3339(at)} for who, group, at in permit.signers
            ],
            "epochs": dict(permit.epochs),
            **({"standing_sha256": permit.standing_sha256} if permit.standing_sha256 else {}),
            **({"log": dict(zip(("index", "size", "root"), log, strict=True))} if log else {}),
        },
        PERMIT_TYPE,
        key,
    )


def status_list(
    revoked: Iterable[str], epochs: Mapping[str, int], *, issuer: str, key: OKPKey, now: datetime
) -> str:
    """The signed list of revoked permits (by `jti`) and hold epochs; it is good for 60 seconds."""
    claims = {
        "iss": issuer,
        "iat": _seconds(now),
        "exp": _seconds(now + STATUS_LIFE),
        "epochs": dict(epochs),
        "revoked": sorted(revoked),
    }
    return _sign(claims, STATUS_TYPE, key)


def audit_head(size: int, root: str, *, issuer: str, key: OKPKey, now: datetime) -> str:
    """A signed head of the audit tree: how many events, and the root (hex) over them (RFC 9162)."""
    return _sign({"iss": issuer, "iat": _seconds(now), "size": size, "root": root}, HEAD_TYPE, key)


def read_head(token: str, keys: Mapping[str, Any]) -> JsonObject:
    """The claims of a signed head; raises `PermitRefused` where no key of the server made it."""
    return _verified(token, keys, HEAD_TYPE)


def read(token: str, keys: Mapping[str, Any]) -> JsonObject:
    """The claims of a permit whose signature holds; says nothing about time, content or status."""
    return _verified(token, keys, PERMIT_TYPE)


def check(
    permit: str,
    variant: Variant,
    keys: Mapping[str, Any],
    status: str | None,
    *,
    audience: str,
    brand: str,
    now: datetime,
    max_status_age: int = 60,
) -> JsonObject:
    """The permit's claims, if it lets `audience` publish exactly `variant` for `brand` at `now`.

    `keys` is the server's JWKS, `status` its status list, `max_status_age` in seconds. Raises
    `PermitRefused`, whose `why` is one of: malformed, signature, audience, brand, content, account,
    not-yet, expired, window, status, revoked, epoch.
    """
    claims = read(permit, keys)
    _refuse_unless(claims["aud"] == audience, "This go-ahead is for another tool.", "audience")
    _refuse_unless(claims["brand"] == brand, "This go-ahead is for another brand.", "brand")
    _refuse_unless(
        (claims["account"], claims["channel"]) == (variant.account, variant.channel),
        f"This go-ahead is for {claims['account']}, not for {variant.account}.",
        "account",
    )
    _refuse_unless(
        (claims["content_sha256"], claims["kind"]) == (variant.content_sha256, variant.kind),
        "This is not the content that was signed off: submit it again.",
        "content",
    )
    at = now.timestamp()
    _refuse_unless(at >= claims["nbf"] - LEEWAY, "This go-ahead is not valid yet.", "not-yet")
    _refuse_unless(
        at < claims["exp"] and claims["exp"] - claims["iat"] <= LONGEST,
        "This go-ahead has ended: ask for a new one.",
        "expired",
    )
    window = claims["window"]
    _refuse_unless(
        datetime.fromisoformat(window["from"]).timestamp() - LEEWAY <= at
        and now < datetime.fromisoformat(window["to"]),
        "Its time window is not open.",
        "window",
    )
    _check_status(claims, status, keys, at, max_status_age)
    return claims


def _check_status(
    claims: JsonObject, status: str | None, keys: Mapping[str, Any], at: float, max_age: int
) -> None:
    if status is None:
        raise PermitRefused("Without the server's status list nothing may be published: fetch it.", "status")
    listed = _verified(status, keys, STATUS_TYPE)
    fresh = -LEEWAY <= at - listed["iat"] <= max_age and at < listed["exp"] + max_age
    _refuse_unless(fresh, "The status list is too old: fetch it again.", "status")
    _refuse_unless(listed["iss"] == claims["iss"], "The status list is another server's.", "status")
    _refuse_unless(claims["jti"] not in listed["revoked"], "This go-ahead was taken back.", "revoked")
    for scope, epoch in claims["epochs"].items():
        _refuse_unless(
            listed["epochs"].get(scope, 0) == epoch, f"A pause was placed on {scope} after it.", "epoch"
        )


def rfc3339(at: datetime) -> str:
    """UTC with `Z`, to the microsecond where there is one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _refuse_unless(holds: bool, message: str, why: str) -> None:
    if not holds:
        raise PermitRefused(message, why)


def _sign(claims: JsonObject, kind: str, key: OKPKey) -> str:
    header = {"alg": ALGORITHM, "typ": kind, "kid": key.kid}
    payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
    return jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM])


def _verified(token: str, keys: Mapping[str, Any], kind: str) -> JsonObject:
    """The claims of a token of this type whose signature one of the keys made."""
    if not token.isascii() or any(c.isspace() or c == "=" for c in token) or token.count(".") != 2:
        raise PermitRefused("This is not a go-ahead: send it exactly as it was given.", "malformed")
    try:
        signed = jws.deserialize_compact(token, KeySet.import_key_set(dict(keys)), algorithms=[ALGORITHM])  # type: ignore[arg-type]  # a JWKS from JSON
        header, claims = signed.headers(), json.loads(signed.payload)
    except (JoseError, ValueError, KeyError) as error:
        raise PermitRefused("The signature is not this server's: do not publish.", "signature") from error
    if set(header) != {"alg", "typ", "kid"} or header["typ"] != kind:
        raise PermitRefused("This token is something else than it should be.", "malformed")
    return _with_claims(claims, kind)


CLAIMS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    PERMIT_TYPE: {
        **dict.fromkeys(
            ("iss", "aud", "jti", "brand", "draft", "content_sha256", "kind", "channel", "account", "policy"),
            str,
        ),
        **dict.fromkeys(("iat", "nbf", "exp", "version"), int),
        "window": dict,
        "signers": list,
        "epochs": dict,
    },
    HEAD_TYPE: {"iss": str, "iat": int, "size": int, "root": str},
    STATUS_TYPE: {"iss": str, "iat": int, "exp": int, "epochs": dict, "revoked": list},
}
"""What each token must hold, by type; later versions only add."""


def _with_claims(claims: object, kind: str) -> JsonObject:
    if not isinstance(claims, dict) or any(
        not isinstance(claims.get(name), wanted) for name, wanted in CLAIMS[kind].items()
    ):
        raise PermitRefused("This go-ahead lacks what it must say: ask for a new one.", "malformed")
    return claims
