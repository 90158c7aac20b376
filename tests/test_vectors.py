"""The formats that stay: digests, permits and status lists are what `docs/vectors/` says, byte for byte."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from joserfc.jwk import OKPKey

from reviewer import client, release
from reviewer.errors import PermitRefused
from reviewer.model import Draft as DraftOf
from reviewer.model import Link, Media, Part, Permit, Review, Variant, Version, Window

VECTORS = Path(__file__).parent.parent / "docs" / "vectors"
DIGESTS = json.loads((VECTORS / "digests.json").read_text())
RELEASE = json.loads((VECTORS / "release.json").read_text())


def variant_of(content: dict[str, Any]) -> Variant:
    """A variant from the object that is hashed."""
    return Variant(
        kind=content["kind"],
        channel=content["channel"],
        account=content["account"],
        target=content["target"],
        parts=tuple(
            Part(p["text"], p["format"], tuple(Media(m["sha256"], m["alt"]) for m in p["media"]))
            for p in content["parts"]
        ),
        first_comment=content["first_comment"],
        link=content["link"] and Link(**content["link"]),
        content_warning=content["content_warning"],
        visibility=content["visibility"],
        sensitive=content["sensitive"],
        settings=content["settings"],
    )


@pytest.mark.parametrize("vector", DIGESTS, ids=lambda v: v["name"])
def test_a_digest_is_sha256_over_rfc_8785_of_everything_public(vector: dict[str, Any]) -> None:
    variant = variant_of(vector["content"])

    assert variant.canonical() == vector["content"]
    assert rfc8785.dumps(variant.canonical()).decode() == vector["canonical"]
    assert hashlib.sha256(vector["canonical"].encode()).hexdigest() == vector["sha256"]
    assert variant.content_sha256 == vector["sha256"]


def test_what_a_tool_keeps_for_itself_is_not_hashed() -> None:
    content = DIGESTS[0]["content"]
    plain = variant_of(content)
    with_tool = Variant(**{**vars(plain), "tool": {"post_id": "1"}, "settings": plain.settings})

    assert with_tool.content_sha256 == plain.content_sha256


def test_nothing_public_can_change_without_the_digest() -> None:
    shas = [vector["sha256"] for vector in DIGESTS]

    assert len(set(shas)) == len(shas)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def issued() -> str:
    permit, variant = RELEASE["permit"], variant_of(DIGESTS[0]["content"])
    now = at(permit["issued_at"])
    record = Permit(
        jti=permit["jti"],
        content_sha256=variant.content_sha256,
        version=2,
        audience=permit["audience"],
        kind=variant.kind,
        channel=variant.channel,
        account=variant.account,
        window=Window(at(permit["from"]), at(permit["to"])),
        issued_at=now,
        expires_at=at(permit["expires_at"]),
        issued_to=permit["audience"],
        policy_sha256=permit["policy"],
        signers=(("p-1", "marketing", at(permit["signed_at"])),),
        epochs=permit["epochs"],
    )
    review = Review("d-1", "acme", "p-2", (Version(1, DraftOf((variant,)), "p-2", now),))
    return release.issue(record, review, issuer=permit["issuer"], key=OKPKey.import_key(RELEASE["key"]))


def test_a_permit_is_byte_for_byte_what_the_vector_says() -> None:
    assert issued() == RELEASE["token"]
    assert release.read(RELEASE["token"], RELEASE["jwks"]) == RELEASE["claims"]


def test_a_status_list_is_byte_for_byte_what_the_vector_says() -> None:
    status = RELEASE["status"]
    token = release.status_list(
        status["revoked"],
        status["epochs"],
        issuer=RELEASE["permit"]["issuer"],
        key=OKPKey.import_key(RELEASE["key"]),
        now=at(status["at"]),
    )

    assert token == status["token"]


def check(**other: Any) -> dict[str, Any]:
    """Check the vector's permit, with something else than it should be."""
    given = {
        "permit": RELEASE["token"],
        "variant": variant_of(DIGESTS[0]["content"]),
        "keys": RELEASE["jwks"],
        "status": RELEASE["status"]["token"],
        "audience": RELEASE["permit"]["audience"],
        "brand": "acme",
        "now": at(RELEASE["status"]["at"]),
        **other,
    }
    return release.check(**given)


def test_the_permit_of_the_vector_is_good_for_its_content() -> None:
    assert check()["content_sha256"] == DIGESTS[0]["sha256"]


def token_with(**claims: Any) -> str:
    return release._sign(
        {**RELEASE["claims"], **claims}, release.PERMIT_TYPE, OKPKey.import_key(RELEASE["key"])
    )


def status_with(**claims: Any) -> str:
    listed = release._verified(RELEASE["status"]["token"], RELEASE["jwks"], release.STATUS_TYPE)
    return release._sign({**listed, **claims}, release.STATUS_TYPE, OKPKey.import_key(RELEASE["key"]))


STRANGER = release.new_key("key-1")
HEAD, BODY, SIGNATURE = RELEASE["token"].split(".")
NONE = "eyJhbGciOiJub25lIiwidHlwIjoicmVsZWFzZStqd3QiLCJraWQiOiJrZXktMSJ9"  # {"alg":"none",…}

REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("audience", "another tool", {"audience": "service:other"}),
    ("brand", "another brand", {"brand": "other"}),
    ("content", "other words", {"variant": variant_of(DIGESTS[0]["content"] | {"content_warning": "x"})}),
    ("content", "other kind", {"variant": variant_of(DIGESTS[0]["content"] | {"kind": "edit"})}),
    ("account", "other account", {"variant": variant_of(DIGESTS[0]["content"] | {"account": "x:other"})}),
    ("status", "no status list", {"status": None}),
    ("status", "status list of two minutes ago", {"now": at("2026-03-02T09:02:02Z")}),
    ("status", "status list from the future", {"status": status_with(iat=1772442121, exp=1772442181)}),
    ("status", "status list of another server", {"status": status_with(iss="https://other.example")}),
    ("revoked", "taken back", {"status": status_with(revoked=[RELEASE["permit"]["jti"]])}),
    ("epoch", "paused since", {"status": status_with(epochs={"brand:acme": 1})}),
    ("not-yet", "before its time", {"now": at("2026-03-02T08:50:00Z")}),
    ("expired", "after its end", {"now": at("2026-03-02T09:15:00Z")}),
    ("expired", "longer than fifteen minutes", {"permit": token_with(exp=RELEASE["claims"]["iat"] + 901)}),
    (
        "window",
        "window over",
        {"permit": token_with(window={"from": "2026-03-02T08:00:00Z", "to": "2026-03-02T09:00:30Z"})},
    ),
    ("signature", "somebody else's key", {"keys": release.jwks([STRANGER])}),
    ("signature", "no algorithm", {"permit": f"{NONE}.{BODY}."}),
    ("signature", "changed claims", {"permit": f"{HEAD}.{BODY[:-2]}AA.{SIGNATURE}"}),
    ("malformed", "padded", {"permit": RELEASE["token"] + "="}),
    ("malformed", "with white space", {"permit": RELEASE["token"] + "\n"}),
    ("malformed", "a status list as permit", {"permit": RELEASE["status"]["token"]}),
    ("malformed", "a permit as status list", {"status": RELEASE["token"]}),
    ("malformed", "nothing", {"permit": ""}),
    ("malformed", "a claim is missing", {"permit": token_with(epochs=None)}),
]


@pytest.mark.parametrize(("why", "other"), [(w, o) for w, _, o in REFUSED], ids=[n for _, n, _ in REFUSED])
def test_a_permit_is_refused_for_anything_else_than_it_was_given_for(why: str, other: dict[str, Any]) -> None:
    with pytest.raises(PermitRefused) as refused:
        check(**other)

    assert refused.value.why == why


@pytest.mark.parametrize(
    "other",
    [{"settings": {"id": 2**60}}, {"settings": {"id": 0.5}}, {"content_warning": "\ud800"}, {"more": 1}],
)
def test_content_that_nobody_could_have_signed_is_refused_as_content(other: dict[str, Any]) -> None:
    with pytest.raises(PermitRefused) as refused:
        client.verify(
            RELEASE["token"],
            DIGESTS[0]["content"] | other,
            RELEASE["jwks"],
            RELEASE["status"]["token"],
            audience=RELEASE["permit"]["audience"],
            brand="acme",
            now=at(RELEASE["status"]["at"]),
        )

    assert refused.value.why == "content"
