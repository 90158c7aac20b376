"""Rota, several drafts in one call, missed slots, texts for repeated use, and heads, over the API."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from api_examples import World, variant

from reviewer import ledger, release
from reviewer.release import rfc3339

pytestmark = pytest.mark.usefixtures("rules_loaded_once")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.services.store.close()


def draft_with(**more: Any) -> dict[str, Any]:
    return {"variants": [variant(**more)]}


def test_a_colleague_says_who_is_away_and_ends_it(world: World) -> None:
    ada, now = world.person("ada"), world.clock.now
    body = {
        "person": world.ids["ben"],
        "kind": "away",
        "start": rfc3339(now),
        "end": rfc3339(now + timedelta(days=2)),
    }

    made = ada.post("/api/v1/rota", body, status=201)
    assert (made["person"], made["by"]) == (world.ids["ben"], world.ids["ada"])
    assert [one["id"] for one in world.person("ben").get("/api/v1/rota")["items"]] == [made["id"]]
    assert world.person("emil").post("/api/v1/rota?brand=acme", body, status=403)["code"] == "not-allowed"
    assert ada.post("/api/v1/rota", {**body, "end": body["start"]}, status=422)["code"] == "invalid"
    assert world.tool().get("/api/v1/rota", status=403)["code"] == "not-allowed"

    assert ada.post(f"/api/v1/rota/{made['id']}/end", status=200)["items"] == []
    assert ada.post(f"/api/v1/rota/{made['id']}/end", status=404)["code"] == "not-found"


def test_one_decision_about_several_is_refused_for_each_by_itself(world: World) -> None:
    ada, tool = world.person("ada"), world.tool()
    first, second, third = (tool.submitted(f"Number {word} of three.") for word in ("one", "two", "three"))
    own = ada.submitted("My own words.")
    items = [{"draft": d["id"], "seen": ada.sees(d["id"])} for d in (first, second, third, own)]
    path = f"/api/v1/drafts/{second['id']}"
    tool.ask("PUT", path, draft_with(text="Edited since."), headers={"If-Match": '"1"'}, status=200)

    said = ada.post("/api/v1/decisions", {"groups": ["marketing"], "items": items}, status=200)["items"]

    assert [one["state"] for one in said] == ["approved", None, "approved", None]
    assert [one["problem"] and one["problem"]["code"] for one in said] == [None, "stale", None, "own-draft"]
    assert tool.get(f"/api/v1/drafts/{third['id']}")["state"] == "approved"
    twice = {"groups": ["marketing"], "items": [items[0], items[0]]}
    assert ada.post("/api/v1/decisions", twice, status=422)["code"] == "invalid"
    no = {"act": "request_changes", "groups": ["marketing"], "items": [items[0]]}
    assert ada.post("/api/v1/decisions", no, status=422)["code"] == "invalid"
    sent_back = ada.post("/api/v1/decisions", {**no, "comment": "Which day?"}, status=200)["items"]
    assert [one["state"] for one in sent_back] == ["changes_requested"]


def test_what_was_held_goes_on_together_and_its_author_has_no_say_in_it(world: World) -> None:
    ada, dora, tool = world.person("ada"), world.person("dora"), world.tool()
    drafts = [tool.submitted(f"Held number {word}.") for word in ("one", "two")]
    for draft in drafts:
        ada.approves(draft["id"])
    world.clock.pass_by(minutes=1)
    pause = ada.post("/api/v1/pauses", {"scope": "brand:acme", "reason": "Fire."}, status=201)["pause"]["id"]
    for who in (ada, dora):
        who.post(f"/api/v1/pauses/{pause}/lift", status=200)
    held = [{"draft": d["id"], "digests": [v["content_sha256"] for v in d["variants"]]} for d in drafts]

    said = dora.post("/api/v1/pauses/resume", {"reason": "It is out.", "items": held}, status=200)["items"]
    again = dora.post("/api/v1/pauses/resume", {"reason": "It is out.", "items": held}, status=200)["items"]

    assert [one["state"] for one in said] == ["approved", "approved"]
    assert [one["problem"]["code"] for one in again] == ["wrong-state", "wrong-state"]


def test_slots_that_an_outage_missed_come_back_as_one_list(world: World) -> None:
    ada, tool, now = world.person("ada"), world.tool(), world.clock.now
    at = {"mode": "at", "at": rfc3339(now + timedelta(hours=1))}
    ready, late = (
        tool.post("/api/v1/drafts", {**draft_with(text=text), "schedule": at}, status=201)
        for text in ("The shop opens at nine.", "The shop opens at ten.")
    )
    for draft in (ready, late):
        tool.post(f"/api/v1/drafts/{draft['id']}/submit", status=200)
    ada.approves(ready["id"])
    world.clock.pass_by(hours=2)

    missed = ada.get("/api/v1/slots/missed")["items"]
    assert [one["draft"] for one in missed] == [ready["id"]]
    slot = rfc3339(world.clock.now + timedelta(hours=3))
    items = [{"draft": draft["id"], "at": slot} for draft in (ready, late)]
    said = ada.post("/api/v1/slots", {"items": items}, status=200)["items"]
    assert [one["state"] for one in said] == ["approved", None]
    assert said[1]["problem"]["code"] == "wrong-state"
    assert ada.get("/api/v1/slots/missed")["items"] == []


def test_the_library_says_what_is_left_of_a_text_and_what_stands_in_the_way(world: World) -> None:
    tool, ada, dora = world.tool(), world.person("ada"), world.person("dora")
    terms = {
        "accounts": ["x:acme"],
        "until": rfc3339(world.clock.now + timedelta(days=3)),
        "uses": 1,
        "crisis": False,
    }
    made = tool.post(
        "/api/v1/drafts", {**draft_with(text="We are looking into it."), "standing": terms}, status=201
    )
    tool.post(f"/api/v1/drafts/{made['id']}/submit", status=200)
    (waiting,) = tool.get("/api/v1/texts")["items"]
    assert not waiting["usable"]
    assert waiting["why"]

    ada.approves(made["id"])
    seen = dora.sees(made["id"])
    dora.post(f"/api/v1/drafts/{made['id']}/sign-offs", {"group": "comms", "seen": seen}, status=201)
    (ready,) = tool.get("/api/v1/texts")["items"]
    assert (ready["usable"], ready["left"], ready["why"]) == (True, 1, [])

    use = {"draft": made["id"], "content_sha256": ready["content_sha256"], "account": "x:acme"}
    tool.post("/api/v1/permits/uses", use, status=201)
    (spent,) = tool.get("/api/v1/texts")["items"]
    assert (spent["usable"], spent["left"]) == (False, 0)


def test_receipts_and_permits_name_their_place_under_a_signed_head(world: World) -> None:
    tool, ada = world.tool(), world.person("ada")
    draft = tool.submitted("Kept for good.")
    ada.approves(draft["id"])
    digest = draft["variants"][0]["content_sha256"]
    permit = tool.post("/api/v1/permits", {"draft": draft["id"], "content_sha256": digest}, status=201)
    keys = json.loads(world.app.test_client().get("/.well-known/jwks.json").text)
    claims = release.read(permit["token"], keys)
    assert set(claims["log"]) == {"index", "size", "root"}

    redeemed = tool.post("/api/v1/permits/redeem", {"token": permit["token"]}, status=200)
    told = {"jti": permit["jti"], "url": "https://x.com/acme/status/1", "at": rfc3339(world.clock.now)}
    reported = tool.post("/api/v1/publications", told, status=201)
    for receipt, action in (
        (redeemed["receipt"], "permit.redeemed"),
        (reported["receipt"], "publication.reported"),
    ):
        event = json.loads(receipt["event"])
        assert (event["action"], event["detail"]["jti"]) == (action, permit["jti"])
        leaf, root = ledger.leaf_hash(receipt["event"].encode()), bytes.fromhex(receipt["root"])
        path = [bytes.fromhex(one) for one in receipt["path"]]
        assert ledger.verify_inclusion(receipt["index"], receipt["size"], leaf, path, root)
        head = release.read_head(receipt["head"], keys)
        assert (head["size"], head["root"]) == (receipt["size"], receipt["root"])

    # the head in the permit is an earlier state of the same log
    query = f"old={claims['log']['size']}&new={redeemed['receipt']['size']}"
    proof = [bytes.fromhex(h) for h in tool.get(f"/api/v1/record/consistency?{query}")["path"]]
    roots = bytes.fromhex(claims["log"]["root"]), bytes.fromhex(redeemed["receipt"]["root"])
    assert ledger.verify_consistency(claims["log"]["size"], redeemed["receipt"]["size"], *roots, proof)
    heads = tool.get("/api/v1/record/heads?limit=1")["items"]
    assert [one["size"] for one in heads] == [redeemed["receipt"]["size"]]
    after = tool.get(f"/api/v1/record/heads?cursor={heads[0]['size']}")["items"]
    assert [one["size"] for one in after] == [reported["receipt"]["size"]]
