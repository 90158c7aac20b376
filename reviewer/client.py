"""For publishing tools: check a permit offline, and walk the way from a draft to a report over HTTP.

    with Client("https://review.example.org", key) as reviewer:
        draft = reviewer.draft({"variants": [{"channel": "x", "account": "x:acme", "parts": [...]}]})
        draft = reviewer.wait(draft["id"], until={"approved"}, seconds=3600)
        permit = reviewer.permit(draft["id"], draft["variants"][0]["content_sha256"])
        post = reviewer.redeem(permit["token"])          # exactly what to publish, once
        url = publish(post["content"], post["tool"])
        reviewer.report(permit["jti"], url)

Nothing of the server is imported here; httpx only when a `Client` is made.
"""

import time
import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from reviewer import release
from reviewer.errors import PermitRefused
from reviewer.model import Link, Media, Part, Variant

if TYPE_CHECKING:
    import httpx

JsonObject = dict[str, Any]

LONGEST_WAIT = 25
"""Seconds for which the server holds one waiting request open, at most."""


class Refused(Exception):
    """The server said no: `status`, and its RFC 9457 problem with what to do next."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status}: {problem.get('detail') or problem.get('title') or 'no reason given'}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable name of the refusal, such as `not-approved`."""
        return str(self.problem.get("code", "unknown"))


def verify(
    permit: str,
    variant: Variant | Mapping[str, Any],
    jwks: Mapping[str, Any],
    status: str | None,
    *,
    audience: str,
    brand: str,
    now: datetime,
    max_status_age: int = 60,
) -> JsonObject:
    """The permit's claims, if it lets `audience` publish exactly `variant` for `brand` at `now`.

    Offline: a second check after redeeming, in the tool, just before it publishes.

    Args:
        permit: the token, exactly as it was given.
        variant: what is about to be published; a `Variant`, or the `content` that redeeming returned.
        jwks: the server's `/.well-known/jwks.json`.
        status: the server's `/.well-known/release-status`; None is a refusal.
        audience: the tool's own id, `service:<id>`.
        brand: the brand's slug.
        now: an aware time.
        max_status_age: seconds that the status list may be old.

    Raises:
        PermitRefused: do not publish; `why` says which part does not hold.
    """
    if not isinstance(variant, Variant):
        variant = variant_of(variant)
    return release.check(
        permit, variant, jwks, status, audience=audience, brand=brand, now=now, max_status_age=max_status_age
    )


def variant_of(content: Mapping[str, Any]) -> Variant:
    """The hashed object of a variant (`content` in the API) as a value.

    Raises:
        PermitRefused: it is not such an object, or holds something that would not be hashed.
    """
    try:
        link = content["link"]
        variant = Variant(
            kind=content["kind"],
            channel=content["channel"],
            account=content["account"],
            parts=tuple(
                Part(p["text"], p["format"], tuple(Media(m["sha256"], m["alt"]) for m in p["media"]))
                for p in content["parts"]
            ),
            target=content["target"],
            first_comment=content["first_comment"],
            link=Link(link["url"], link["title"], link["description"]) if link is not None else None,
            content_warning=content["content_warning"],
            visibility=content["visibility"],
            sensitive=content["sensitive"],
            settings=content["settings"],
        )
        complete = variant.canonical() == dict(content)
        _ = variant.content_sha256  # what can't be hashed can't have been signed
    except (KeyError, TypeError, ValueError) as error:
        raise PermitRefused(f"This is not the content of a variant ({error!r}).", "content") from error
    if not complete:
        raise PermitRefused("The content holds something that nobody signed: do not publish.", "content")
    return variant


class Client:
    """A publishing tool's way through the API of one server, with the key of its service account.

    Args:
        address: the server's address, without `/api/v1`.
        key: the service account's key.
        timeout: seconds for one answer, besides waiting.
        transport: another httpx transport, such as `httpx.WSGITransport` in tests.
    """

    def __init__(
        self, address: str, key: str, *, timeout: float = 30, transport: "httpx.BaseTransport | None" = None
    ) -> None:
        import httpx  # only tools that talk to the server pay for it

        self._http = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx.Timeout(timeout, read=timeout + LONGEST_WAIT),
            transport=transport or httpx.HTTPTransport(retries=2),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def check(self, text: str, channel: str = "generic", kind: str = "post") -> JsonObject:
        """The findings of a text; the server keeps nothing of it."""
        return self._ask("POST", "/api/v1/check", {"text": text, "channel": channel, "kind": kind})

    def draft(self, draft: Mapping[str, Any], *, submit: bool = True) -> JsonObject:
        """Make a draft and hand it to the reviewers; safe to repeat when the connection breaks."""
        made = self._ask("POST", "/api/v1/drafts", draft, {"Idempotency-Key": uuid.uuid4().hex})
        return self._ask("POST", f"/api/v1/drafts/{made['id']}/submit") if submit else made

    def wait(self, draft_id: str, *, until: Collection[str], seconds: float) -> JsonObject:
        """The draft, as soon as its state is one of `until`, or as it is after `seconds`.

        The server holds each request open until something happens to the draft.
        """
        end = time.monotonic() + seconds
        activity, draft = None, self._ask("GET", f"/api/v1/drafts/{draft_id}")
        while draft["state"] not in until and (left := end - time.monotonic()) > 0:
            headers: dict[str, str] = {"If-None-Match": f'"{activity}"'} if activity else {}
            answer = self._http.get(
                f"/api/v1/drafts/{draft_id}",
                params={"wait": min(LONGEST_WAIT, int(left) + 1)},
                headers=headers,
            )
            if answer.status_code == 429:  # too many wait already
                time.sleep(min(float(answer.headers.get("Retry-After", "1")), max(left, 0)))
            elif answer.status_code != 304:
                draft = _value(answer)
                activity = answer.headers["X-Activity"]
        return draft

    def permit(self, draft_id: str, content_sha256: str) -> JsonObject:
        """A permit (`token`, `jti`) for one variant. `Refused` with `not-approved` says what is missing."""
        return self._ask("POST", "/api/v1/permits", {"draft": draft_id, "content_sha256": content_sha256})

    def redeem(self, token: str) -> JsonObject:
        """Use the permit, once: `content` is exactly what to publish, `tool` the tool's own identifiers."""
        return self._ask("POST", "/api/v1/permits/redeem", {"token": token})

    def report(self, jti: str, url: str, at: datetime | None = None) -> JsonObject:
        """Say where the post is public now; `at` is when it went out (now, if not given)."""
        moment = (at or datetime.now(UTC)).isoformat()
        return self._ask("POST", "/api/v1/publications", {"jti": jti, "url": url, "at": moment})

    def jwks(self) -> JsonObject:
        """The server's public keys, for `verify`."""
        return self._ask("GET", "/.well-known/jwks.json")

    def status(self) -> str:
        """The signed list of revoked permits, for `verify`; good for a minute."""
        answer = self._http.get("/.well-known/release-status")
        if answer.is_error:
            _value(answer)
        return answer.text

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> JsonObject:
        return _value(self._http.request(method, path, json=body, headers=headers))


def _value(answer: "httpx.Response") -> JsonObject:
    try:
        value = answer.json()
    except ValueError:
        value = {"title": f"{answer.status_code} without a JSON body"}
    if answer.is_error or not isinstance(value, dict):
        raise Refused(answer.status_code, value if isinstance(value, dict) else {})
    return value
