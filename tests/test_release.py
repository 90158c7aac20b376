"""A go-ahead and a status list let a tool publish exactly what was signed, then and there."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jws

from reviewer import release
from reviewer.errors import PermitRefused
from reviewer.model import Draft, Part, Permit, Review, Variant, Version, Window

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WORDS = Variant("post", "x", "x:acme", (Part("We open at nine."),))
OTHERS = replace(WORDS, parts=(Part("We open at ten."),))
KEY, STRANGE = release.new_key("k1"), release.new_key("k1")
KEYS = release.jwks([KEY])
ISSUER = "https://reviewer.example"
WINDOW = Window(NOW - MINUTE, NOW + 10 * MINUTE)
PERMIT = Permit("j1", WORDS.content_sha256, 1, "service:tool", "post", "x", "x:acme", WINDOW, NOW,
                NOW + 10 * MINUTE, "service:tool", "p" * 64, None, None, (("ada", "marketing", NOW),),
                {"brand:acme": 2})  # fmt: skip
REVIEW = Review("d1", "acme", "joe", (Version(1, Draft((WORDS,)), "joe", NOW),))


def token(permit: Permit = PERMIT, key: Any = KEY) -> str:
    return release.issue(permit, REVIEW, issuer=ISSUER, key=key)


def status(
    at: datetime = NOW, revoked: tuple[str, ...] = (), epochs: Mapping[str, int] | None = None, **more: Any
) -> str:
    of = {"issuer": ISSUER, "key": KEY, **more}
    return release.status_list(revoked, epochs if epochs is not None else {"brand:acme": 2}, now=at, **of)


def check(permit: str = "", variant: Variant = WORDS, at: datetime = NOW, **more: Any) -> dict[str, Any]:
    told = more.pop("status", None) or status(at)
    asked = {"audience": "service:tool", "brand": "acme", **more}
    return release.check(permit or token(), variant, KEYS, told, now=at, **asked)


def why(ask: Callable[[], object]) -> str:
    with pytest.raises(PermitRefused) as refused:
        ask()
    return refused.value.why


def forged(claims: Mapping[str, Any], kind: str = release.PERMIT_TYPE, key: Any = KEY, **header: Any) -> str:
    """A token that a holder of the key could make, whatever is in it."""
    of = {"alg": "Ed25519", "typ": kind, "kid": "k1", **header}
    return jws.serialize_compact(of, json.dumps(claims).encode(), key, algorithms=["Ed25519"])


def claims_of(signed: str) -> dict[str, Any]:
    body = signed.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def test_a_go_ahead_lets_its_tool_publish_what_was_signed() -> None:
    claims = check()

    assert claims == claims_of(token())
    assert (claims["jti"], claims["signers"][0]["id"]) == ("j1", "ada")
    assert "standing_sha256" not in claims
    assert "log" not in claims
    assert KEYS["keys"][0].keys() >= {"x", "kid"} - {"d"}
    assert "d" not in KEYS["keys"][0]


def test_what_is_only_in_some_go_aheads_is_in_them() -> None:
    use = release.issue(
        replace(PERMIT, standing_sha256="s" * 64), REVIEW, issuer=ISSUER, key=KEY, log=(3, 9, "ab")
    )

    assert claims_of(use)["standing_sha256"] == "s" * 64
    assert claims_of(use)["log"] == {"index": 3, "size": 9, "root": "ab"}


@pytest.mark.parametrize(
    ("reason", "more"),
    [
        ("audience", {"audience": "service:other"}),
        ("brand", {"brand": "rival"}),
        ("content", {"variant": OTHERS}),
        ("content", {"variant": replace(WORDS, kind="reply")}),
        ("account", {"variant": replace(WORDS, account="x:rival")}),
        ("account", {"variant": replace(WORDS, channel="linkedin")}),
    ],
)
def test_for_anybody_or_anything_else_it_is_refused(reason: str, more: dict[str, Any]) -> None:
    assert why(lambda: check(**more)) == reason


def test_the_kind_is_signed_besides_the_content() -> None:
    other = forged({**claims_of(token()), "kind": "reply"})

    assert why(lambda: check(other)) == "content"


@pytest.mark.parametrize(
    ("reason", "at"),
    [
        ("", NOW - 30 * SECOND),
        ("not-yet", NOW - 31 * SECOND),
        ("", NOW + 10 * MINUTE - SECOND),
        ("expired", NOW + 10 * MINUTE),
    ],
)
def test_it_is_good_from_its_beginning_to_its_end_and_an_end_is_never_stretched(
    reason: str, at: datetime
) -> None:
    told = status(at)

    assert (why(lambda: check(at=at, status=told)) if reason else check(at=at, status=told)) == (
        reason or claims_of(token())
    )


@pytest.mark.parametrize(
    ("reason", "start", "end"),
    [
        ("", NOW + 30 * SECOND, NOW + MINUTE),
        ("window", NOW + 31 * SECOND, NOW + MINUTE),
        ("", NOW - MINUTE, NOW + SECOND),
        ("window", NOW - MINUTE, NOW),
    ],
)
def test_outside_of_its_window_it_is_refused(reason: str, start: datetime, end: datetime) -> None:
    permit = token(replace(PERMIT, window=Window(start, end)))

    assert (why(lambda: check(permit)) if reason else check(permit)["jti"]) == (reason or "j1")


def test_no_go_ahead_lives_longer_than_a_quarter_of_an_hour() -> None:
    longest = {**claims_of(token()), "exp": claims_of(token())["iat"] + 900}

    assert check(forged(longest))["jti"] == "j1"
    assert why(lambda: check(forged({**longest, "exp": longest["exp"] + 1}))) == "expired"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("", status(NOW - 60 * SECOND)),
        ("status", status(NOW - 61 * SECOND)),
        ("", status(NOW + 30 * SECOND)),
        ("status", status(NOW + 31 * SECOND)),
        ("revoked", status(revoked=("j0", "j1"))),
        ("", status(revoked=("j0",))),
        ("epoch", status(epochs={"brand:acme": 3})),
        ("epoch", status(epochs={})),
        ("", status(epochs={"brand:acme": 2, "account:x:acme": 7})),
        ("status", status(issuer="https://elsewhere.example")),
        ("signature", status(key=STRANGE)),
        ("malformed", token()),
    ],
)
def test_the_status_list_is_fresh_the_servers_own_and_speaks_against_nothing(reason: str, told: str) -> None:
    assert (why(lambda: check(status=told)) if reason else check(status=told)["jti"]) == (reason or "j1")


def test_without_a_status_list_nothing_is_published() -> None:
    refused = why(
        lambda: release.check(token(), WORDS, KEYS, None, audience="service:tool", brand="acme", now=NOW)
    )

    assert refused == "status"


def test_a_tool_may_ask_for_a_fresher_or_older_list() -> None:
    old = status(NOW - 90 * SECOND)

    assert check(status=old, max_status_age=120)["jti"] == "j1"
    assert why(lambda: check(status=status(NOW - 11 * SECOND), max_status_age=10)) == "status"
    ended = forged({**claims_of(old), "exp": int(NOW.timestamp()) - 120}, release.STATUS_TYPE)
    assert why(lambda: check(status=ended, max_status_age=120)) == "status"


def test_a_scope_that_was_never_paused_needs_no_epoch_in_the_list() -> None:
    permit = token(replace(PERMIT, epochs={"brand:acme": 0}))

    assert check(permit, status=status(epochs={}))["jti"] == "j1"
    assert why(lambda: check(permit, status=status(epochs={"brand:acme": 1}))) == "epoch"


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda t: t + "=",
        lambda t: t + "\n",
        lambda t: f" {t}",
        lambda t: t.replace(".", "..", 1),
        lambda t: t.rsplit(".", 1)[0],
        lambda t: t + "é",
        lambda _: "",
    ],
)
def test_a_token_is_taken_exactly_as_it_was_given(spoilt: Callable[[str], str]) -> None:
    told = status()

    assert (
        why(lambda: release.check(spoilt(token()), WORDS, KEYS, told, audience="a", brand="b", now=NOW))
        == "malformed"
    )


def test_only_the_servers_keys_sign() -> None:
    head, body, signature = token().split(".")
    other = json.dumps({**claims_of(token()), "aud": "service:other"}).encode()
    changed = base64.urlsafe_b64encode(other).decode().rstrip("=")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"release+jwt","kid":"k1"}').decode().rstrip("=")

    assert why(lambda: release.read(token(key=STRANGE), KEYS)) == "signature"
    assert why(lambda: release.read(f"{head}.{changed}.{signature}", KEYS)) == "signature"
    assert why(lambda: release.read(f"{none}.{body}.", KEYS)) == "signature"
    assert why(lambda: release.read(f"{head}.{body}.{signature[:-4]}", KEYS)) == "signature"
    assert release.read(token(), release.jwks([STRANGE, release.new_key("k2"), KEY]) | KEYS)["jti"] == "j1"


def test_every_token_is_only_what_its_type_says() -> None:
    head = release.audit_head(7, "ab", issuer=ISSUER, key=KEY, now=NOW)

    assert release.read_head(head, KEYS)["size"] == 7
    for read, other in ((release.read, head), (release.read, status()), (release.read_head, token())):
        assert why(lambda read=read, other=other: read(other, KEYS)) == "malformed"
    assert why(lambda: release.read(forged(claims_of(token()), cty="x"), KEYS)) == "malformed"


@pytest.mark.parametrize(
    ("kind", "good"),
    [(release.PERMIT_TYPE, token()), (release.STATUS_TYPE, status()),
     (release.HEAD_TYPE, release.audit_head(7, "ab", issuer=ISSUER, key=KEY, now=NOW))],
)  # fmt: skip
def test_a_token_that_lacks_what_it_must_say_is_refused(kind: str, good: str) -> None:
    read = {release.PERMIT_TYPE: release.read, release.HEAD_TYPE: release.read_head}.get(kind)
    claims = claims_of(good)
    for name, wanted in release.CLAIMS[kind].items():
        assert isinstance(claims[name], wanted)
        for wrong in ({k: v for k, v in claims.items() if k != name}, {**claims, name: None}):
            spoilt = forged(wrong, kind)
            asked = (lambda t: read(t, KEYS)) if read else (lambda t: check(status=t))
            assert why(lambda asked=asked, t=spoilt: asked(t)) == "malformed", name
    listed = forged(["a list"], kind)  # type: ignore[arg-type]
    assert why(lambda: read(listed, KEYS) if read else check(status=listed)) == "malformed"


def test_times_are_whole_seconds_and_utc() -> None:
    odd = replace(PERMIT, issued_at=NOW + timedelta(microseconds=999_999))
    claims = claims_of(token(odd))

    assert claims["iat"] == claims["nbf"] == int(NOW.timestamp())
    assert claims["exp"] == int((NOW + 10 * MINUTE).timestamp())
    assert claims["window"] == {"from": "2026-03-02T08:59:00Z", "to": "2026-03-02T09:10:00Z"}
    listed = claims_of(status(revoked=("j2", "j1")))
    assert (listed["exp"] - listed["iat"], listed["revoked"]) == (60, ["j1", "j2"])
