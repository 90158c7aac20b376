"""The rest of the law over the API: suggestions, exceptions, pauses, removals, talk, proofs of the record.

Every answer is held to the OpenAPI document.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from api_examples import PASSWORD, World, variant

from reviewer import release
from reviewer.ledger import leaf_hash, verify_consistency, verify_inclusion

TOPIC = """\
extends: existence
message: "'%s' is paused."
level: error
ignorecase: true
tokens:
  - copper
policy:
  id: PAU-001
  decision: block
  owner: comms
  reason: The mine.
tests:
  - name: fires
    input: The copper kettle.
    want: |
      1:5:Topic.Pause:'copper' is paused.
  - name: near miss
    input: The tin kettle.
    want: ""
"""
SECRET = "Our key is AKIA2E0A8F3B244C9986."
"""An access key of an invented account: a rule of the base stops it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("api"))
    made.ids["finn"] = made.services.people.add_person("acme", "finn@acme.example", "Finn", PASSWORD).id
    yield made
    made.services.store.close()


@pytest.fixture(autouse=True)
def time_goes_on(world: World) -> None:
    world.clock.pass_by(minutes=1)


def at(draft: Any, step: str) -> str:
    return f"/api/v1/drafts/{draft['id']}/{step}"


def digest(draft: Any) -> str:
    return str(draft["variants"][0]["content_sha256"])


def later(world: World, **time: float) -> str:
    return (world.clock.now + timedelta(**time)).isoformat()


def lifted(world: World, pause: str) -> None:
    for name in ("ben", "dora"):
        world.person(name).post(f"/api/v1/pauses/{pause}/lift", status=200)


# --- suggestions ---------------------------------------------------------------------------------


def test_a_reviewers_words_are_taken_over_by_the_author_and_their_vote_stays(world: World) -> None:
    finn, ada = world.person("finn"), world.person("ada")
    draft = finn.submitted("We open on Monday.")
    words = {"content_sha256": digest(draft), "variant": variant("We open at nine."), "comment": "Shorter."}

    suggested = ada.post(at(draft, "suggestions"), words, status=201)
    (suggestion,) = suggested["suggestions"]
    assert suggestion["content"]["parts"][0]["text"] == "We open at nine."
    assert (suggestion["by"], suggestion["accepted_at"]) == (world.ids["ada"], None)

    take = at(draft, f"suggestions/{suggestion['id']}/take")
    assert "take" in finn.get(f"/api/v1/drafts/{draft['id']}")["actions"]
    assert ada.post(take, {"version": 1}, status=403)["code"] == "not-allowed"
    assert finn.post(take, {"version": 7}, status=412)["code"] == "edit-conflict"
    taken = finn.post(take, {"version": 1}, status=200)

    assert taken["version"] == 2
    assert taken["variants"][0]["content"]["parts"][0]["text"] == "We open at nine."
    assert taken["suggestions"][0]["accepted_by"] == world.ids["finn"]
    assert taken["variants"][0]["contributors"] == [world.ids["finn"]]
    assert finn.post(take, {"version": 2}, status=409)["code"] in ("wrong-state", "stale")
    finn.post(at(draft, "submit"), status=200)
    assert ada.approves(draft["id"])["state"] == "approved"


def test_a_suggestion_that_nobody_could_publish_is_refused(world: World) -> None:
    ada = world.person("ada")
    draft = world.person("finn").submitted("We open on Tuesday.")
    words = {"content_sha256": digest(draft), "variant": variant("We open.")}

    empty = ada.post(at(draft, "suggestions"), {**words, "variant": variant("  ")}, status=422)
    assert empty["errors"][0]["pointer"] == "/variant/parts/0/text"
    elsewhere = {**words, "variant": variant("We open.", "linkedin:company/acme")}
    assert ada.post(at(draft, "suggestions"), elsewhere, status=422)["errors"][0]["code"] == "other-account"
    gone = ada.post(at(draft, "suggestions"), {**words, "content_sha256": "0" * 64}, status=409)
    assert gone["code"] == "stale"
    world.person("finn").post(at(draft, "suggestions"), words, status=403)
    world.tool().post(at(draft, "suggestions"), words, status=404)
    ada.post(at(draft, "suggestions/nothing/take"), {"version": 1}, status=404)
    world.person("finn").post(at(draft, "suggestions/nothing/take"), {"version": 1}, status=404)


# --- exceptions, emergency -----------------------------------------------------------------------


def test_what_a_rule_stops_goes_out_only_with_two_groups_reasons(world: World) -> None:
    finn, ada, ben = world.person("finn"), world.person("ada"), world.person("ben")
    draft = finn.submitted(SECRET)
    found = ada.get(f"/api/v1/drafts/{draft['id']}")["variants"][0]["verdict"]["findings"]
    (stop,) = [f for f in found if f["decision"] == "block"]
    owner = {"marketing": ada, "legal": ben, "comms": world.person("dora")}[stop["owner"]]
    other_group, other = ("marketing", ada) if stop["owner"] != "marketing" else ("legal", ben)
    assert ada.approves(draft["id"], status=403)["code"] == "blocked"
    half = {"act": "except", "finding": stop["key"], "reason": "A sample.", "seen": ada.sees(draft["id"])}

    assert ada.post(at(draft, "sign-offs"), {**half, "group": "marketing", "reason": ""}, status=422)
    finn.post(at(draft, "sign-offs"), {**half, "group": stop["owner"]}, status=403)
    first = owner.post(at(draft, "sign-offs"), {**half, "group": stop["owner"]}, status=201)
    assert first["sign_offs"][-1]["act"] == "except"
    assert first["state"] == "in_review"
    assert ada.approves(draft["id"], status=403)["code"] == "blocked"
    other.post(at(draft, "sign-offs"), {**half, "group": other_group}, status=201)

    for group in first["variants"][0]["verdict"]["requires"]:
        signer = {"marketing": ada, "legal": ben, "comms": world.person("dora")}[group]
        signed = signer.approves(draft["id"], group=group)
    assert signed["state"] == "approved"


def test_in_an_emergency_a_stand_in_signs_at_once_and_nobody_less(world: World) -> None:
    dora = world.person("dora")
    draft = world.person("finn").submitted("The shop is closed: a burst pipe.")
    assert dora.approves(draft["id"], status=403)["code"] == "not-allowed"

    world.person("finn").post(at(draft, "emergency"), {"reason": "A burst pipe."}, status=403)
    opened = dora.post(at(draft, "emergency"), {"reason": "A burst pipe."}, status=200)
    assert opened["emergency"]["by"] == world.ids["dora"]
    assert opened["state"] == "in_review"
    again = dora.post(at(draft, "emergency"), {"reason": "A burst pipe."}, status=409)
    assert again["code"] == "wrong-state"

    assert dora.approves(draft["id"])["state"] == "approved"


# --- pauses --------------------------------------------------------------------------------------


def test_a_pause_stops_permits_takes_two_to_lift_and_releases_nothing(world: World) -> None:
    tool, ada, ben = world.tool(), world.person("ada"), world.person("ben")
    drafts = [tool.submitted(f"Before the pause, number {n}.") for n in range(3)]
    for draft in drafts:
        ada.approves(draft["id"])
    ask = [{"draft": d["id"], "content_sha256": digest(d)} for d in drafts]
    used, open_ = (tool.post("/api/v1/permits", ask[n], status=201) for n in (0, 1))
    tool.post("/api/v1/permits/redeem", {"token": used["token"]}, status=200)
    pause = {"scope": "account:x:acme", "reason": "A fire."}

    assert world.person("finn").post("/api/v1/pauses", pause, status=403)["code"] == "not-allowed"
    tool.post("/api/v1/pauses", pause, status=403)
    for scope in ("account:x:rival", "brand:rival", "topic:mine", "everything", "channel:"):
        wrong = ben.post("/api/v1/pauses", {**pause, "scope": scope}, status=422)
        assert wrong["errors"][0]["pointer"] == "/scope", scope
    activity = tool.ask("GET", f"/api/v1/drafts/{drafts[2]['id']}").headers["X-Activity"]
    placed = ben.post("/api/v1/pauses", pause, status=201)
    assert [r["jti"] for r in placed["revoked"]] == [open_["jti"]]
    (out,) = placed["out_of_reach"]
    assert (out["jti"], out["draft"], out["account"]) == (used["jti"], drafts[0]["id"], "x:acme")
    assert out["audience"] == "service:publisher"
    name = placed["pause"]["id"]

    held = tool.ask("GET", f"/api/v1/drafts/{drafts[2]['id']}")
    assert held.get_json()["variants"][0]["held"] == [name]
    assert held.headers["X-Activity"] != activity
    assert tool.post("/api/v1/permits", ask[2], status=403)["code"] == "held"
    refused = tool.post("/api/v1/permits/redeem", {"token": open_["token"]}, status=403)
    assert refused["why"] == "revoked"
    assert [p["id"] for p in ada.get("/api/v1/pauses")["items"]] == [name]
    resume = {"digests": [digest(drafts[2])], "reason": "The fire is out."}
    assert ada.post(at(drafts[2], "resume"), resume, status=403)["code"] == "held"

    world.clock.pass_by(minutes=1)
    lift = f"/api/v1/pauses/{name}/lift"
    once = ben.post(lift, status=200)
    assert (len(once["lifts"]), once["lifted_at"]) == (1, None)
    assert ben.post(lift, status=409)["code"] == "wrong-state"
    world.person("finn").post(lift, status=403)
    assert world.person("dora").post(lift, status=200)["lifted_at"]
    assert ben.post(lift, status=409)["code"] == "wrong-state"
    ben.post("/api/v1/pauses/nothing/lift", status=404)
    assert ada.get("/api/v1/pauses")["items"] == []

    waits = tool.post("/api/v1/permits", ask[2], status=403)
    assert waits["code"] == "not-approved"
    assert "pause" in waits["missing"][0]
    assert ada.get(f"/api/v1/drafts/{drafts[2]['id']}")["variants"][0]["to_resume"]
    tool.post(at(drafts[2], "resume"), resume, status=403)
    assert ada.post(at(drafts[2], "resume"), resume, status=200)["state"] == "approved"
    assert ada.post(at(drafts[2], "resume"), resume, status=409)["code"] == "wrong-state"
    tool.post("/api/v1/permits", ask[2], status=201)


def test_a_topic_is_a_rule_over_content_and_a_bad_rule_pauses_nothing(world: World) -> None:
    tool, ada, dora = world.tool(), world.person("ada"), world.person("dora")
    about, other = tool.submitted("Our copper kettle is here."), tool.submitted("Our tin kettle is here.")
    permits = []
    for draft in (about, other):
        ada.approves(draft["id"])
        permits.append(tool.post("/api/v1/permits", {"draft": draft["id"], "content_sha256": digest(draft)}))
    pause = {"scope": "topic:mine", "reason": "The mine.", "topic": TOPIC}

    bad = dora.post("/api/v1/pauses", {**pause, "topic": "extends: [nothing"}, status=422)
    assert bad["errors"][0]["pointer"] == "/topic"
    dora.post("/api/v1/pauses", {**pause, "scope": "brand:acme"}, status=422)
    assert ada.get("/api/v1/pauses")["items"] == []
    placed = dora.post("/api/v1/pauses", pause, status=201)

    assert [r["draft"] for r in placed["revoked"]] == [about["id"]]
    assert placed["pause"]["topic"] == TOPIC
    tool.post("/api/v1/permits/redeem", {"token": permits[0]["token"]}, status=403)
    tool.post("/api/v1/permits/redeem", {"token": permits[1]["token"]}, status=200)
    lifted(world, placed["pause"]["id"])


def test_the_response_to_a_pause_goes_out_through_it_with_comms(world: World) -> None:
    tool, ada, dora = world.tool(), world.person("ada"), world.person("dora")
    draft = tool.submitted("We are sorry about the fire.")
    ask = {"draft": draft["id"], "content_sha256": digest(draft)}
    pause = dora.post("/api/v1/pauses", {"scope": "brand:acme", "reason": "A fire."}, status=201)["pause"]

    tool.post(at(draft, "response"), {"pause": pause["id"]}, status=403)
    ada.post(at(draft, "response"), {"pause": "nothing"}, status=404)
    marked = ada.post(at(draft, "response"), {"pause": pause["id"]}, status=200)
    assert marked["responds_to"] == pause["id"]
    assert marked["variants"][0]["held"] == []
    assert ada.approves(draft["id"])["state"] == "in_review"
    assert tool.post("/api/v1/permits", ask, status=403)["missing"] == ["Comms must sign off."]
    assert dora.approves(draft["id"], group="comms")["state"] == "approved"
    permit = tool.post("/api/v1/permits", ask, status=201)
    tool.post("/api/v1/permits/redeem", {"token": permit["token"]}, status=200)

    lifted(world, pause["id"])


# --- consent, removal, slots ---------------------------------------------------------------------


def test_the_owner_of_a_ghostwritten_account_consents_and_it_counts_for_no_group(world: World) -> None:
    finn, ada, ben = world.person("finn"), world.person("ada"), world.person("ben")
    world.services.store.write(lambda tx: tx.set_consent("linkedin:company/acme", world.ids["ben"]))
    draft = finn.post(
        "/api/v1/drafts", {"variants": [variant("I build kettles.", "linkedin:company/acme")]}, status=201
    )
    finn.post(at(draft, "submit"), status=200)
    assert ada.approves(draft["id"])["state"] == "in_review"
    consent = {"seen": ben.sees(draft["id"])}

    assert ada.post(at(draft, "consent"), consent, status=403)["code"] == "not-allowed"
    stale = {"seen": dict.fromkeys(consent["seen"], "0" * 64)}
    assert ben.post(at(draft, "consent"), stale, status=409)["code"] == "stale"
    consented = ben.post(at(draft, "consent"), consent, status=200)

    assert consented["state"] == "approved"
    assert (consented["sign_offs"][-1]["act"], consented["sign_offs"][-1]["group"]) == ("consent", "")
    world.services.store.write(lambda tx: tx.set_consent("linkedin:company/acme", None))


def test_a_removal_takes_one_person_at_once_and_through_a_pause(world: World) -> None:
    tool, dora = world.tool(), world.person("dora")
    url = "https://x.com/acme/status/1"
    body = {
        "kind": "removal",
        "target": {"url": url},
        "variants": [{"channel": "x", "account": "x:acme"}],
    }
    draft = tool.post("/api/v1/drafts", body, status=201)
    pause = dora.post("/api/v1/pauses", {"scope": "brand:acme", "reason": "A fire."}, status=201)["pause"]
    ask = {"digests": [digest(draft)], "reason": "It names a customer."}

    assert world.person("ben").post(at(draft, "removal"), ask, status=403)["code"] == "not-allowed"
    asked = dora.post(at(draft, "removal"), ask, status=200)
    assert asked["state"] == "approved"
    assert asked["sign_offs"][0]["act"] == "remove"
    permit = tool.post("/api/v1/permits", {"draft": draft["id"], "content_sha256": digest(draft)}, status=201)
    redeemed = tool.post("/api/v1/permits/redeem", {"token": permit["token"]}, status=200)
    assert (redeemed["content"]["kind"], redeemed["content"]["target"]) == ("removal", url)
    report = {"jti": permit["jti"], "url": url, "at": later(world)}
    tool.post("/api/v1/publications", report, status=201)
    assert tool.get(f"/api/v1/drafts/{draft['id']}")["state"] == "removed"
    post = tool.submitted("Not a removal.")
    wrong = {"digests": [digest(post)], "reason": "No."}
    assert dora.post(at(post, "removal"), wrong, status=409)["code"] == "wrong-state"
    lifted(world, pause["id"])


def test_a_slot_that_an_outage_missed_goes_out_at_a_new_time_with_its_sign_offs(world: World) -> None:
    tool, ada = world.tool(), world.person("ada")
    draft = tool.submitted("At ten.", schedule={"mode": "at", "at": later(world, hours=1)})
    unsigned = tool.submitted("Also at ten.", schedule={"mode": "at", "at": later(world, hours=1)})
    ada.approves(draft["id"])
    slot = {"at": later(world, hours=6)}
    assert ada.post(at(draft, "slot"), slot, status=409)["code"] == "wrong-state"
    world.clock.pass_by(hours=4)
    assert ada.get(f"/api/v1/drafts/{draft['id']}")["state"] == "expired"

    tool.post(at(draft, "slot"), slot, status=403)
    assert ada.post(at(draft, "slot"), {"at": later(world)}, status=422)["errors"][0]["pointer"] == "/at"
    assert ada.post(at(unsigned, "slot"), slot, status=409)["code"] == "wrong-state"
    moved = ada.post(at(draft, "slot"), slot, status=200)

    assert moved["state"] == "approved"
    assert moved["slots"][0]["by"] == world.ids["ada"]
    ask = {"draft": draft["id"], "content_sha256": digest(draft)}
    assert tool.post("/api/v1/permits", ask, status=403)["missing"] == ["The window is not open."]
    world.clock.pass_by(hours=2)
    tool.post("/api/v1/permits", ask, status=201)


# --- texts for repeated use ----------------------------------------------------------------------


def test_a_text_that_two_signed_is_used_as_often_where_and_by_whom_they_signed(world: World) -> None:
    tool, ada, dora = world.tool(), world.person("ada"), world.person("dora")
    terms = {
        "accounts": ["x:acme"],
        "until": later(world, days=30),
        "uses": 2,
        "users": ["service:publisher", world.ids["finn"]],
        "targets": ["https://x.com/"],
    }
    draft = tool.submitted("Thank you, we look into it.", kind="reply", standing=terms)
    assert draft["standing"]["uses"] == 2
    ask = {"draft": draft["id"], "content_sha256": digest(draft), "account": "x:acme"}
    reply = [{"url": f"https://x.com/someone/status/{n}"} for n in range(4)]

    early = tool.post("/api/v1/permits/uses", {**ask, "target": reply[0]}, status=403)
    assert early["code"] == "not-approved"
    ada.approves(draft["id"])
    assert ada.get(f"/api/v1/drafts/{draft['id']}")["state"] == "in_review"
    dora.approves(draft["id"], group="comms")
    plain = {name: ask[name] for name in ("draft", "content_sha256")}
    assert tool.post("/api/v1/permits", plain, status=409)["code"] == "wrong-state"

    first = tool.post("/api/v1/permits/uses", {**ask, "target": reply[0]}, status=201)
    assert first["standing_sha256"] == digest(draft) != first["content_sha256"]
    claims = release.read(first["token"], tool.get("/.well-known/jwks.json"))
    assert claims["standing_sha256"] == digest(draft)
    redeemed = tool.post("/api/v1/permits/redeem", {"token": first["token"]}, status=200)
    assert redeemed["content"]["target"] == reply[0]["url"]
    assert redeemed["content_sha256"] == first["content_sha256"]
    again = tool.post("/api/v1/permits/uses", {**ask, "target": reply[0]}, status=409)
    assert again["code"] == "already-redeemed"
    for wrong in (
        {"target": {"url": "https://example.com/1"}},
        {"target": reply[1], "account": "linkedin:company/acme"},
        {},
    ):
        assert tool.post("/api/v1/permits/uses", {**ask, **wrong}, status=403)["code"] == "not-approved"
    other = world.tool(world.key_of("other"))
    assert (
        other.post("/api/v1/permits/uses", {**ask, "target": reply[1]}, status=403)["code"] == "not-allowed"
    )
    assert world.person("ben").post("/api/v1/permits/uses", {**ask, "target": reply[1]}, status=403)

    # Finn signs for no group and did not write it: the terms alone let him use it
    by_hand = world.person("finn").post("/api/v1/permits/uses", {**ask, "target": reply[1]}, status=201)
    assert by_hand["audience"] == f"person:{world.ids['finn']}"
    spent = tool.post("/api/v1/permits/uses", {**ask, "target": reply[2]}, status=403)
    assert spent["missing"] == ["No use is left."]
    tool.post("/api/v1/permits/uses", {**ask, "content_sha256": "0" * 64}, status=409)
    tool.post("/api/v1/permits/uses", {**ask, "draft": "nothing"}, status=404)


# --- comments, claims, ratings -------------------------------------------------------------------


def test_authors_do_not_read_what_reviewers_say_among_themselves(world: World) -> None:
    finn, ada, ben = world.person("finn"), world.person("ada"), world.person("ben")
    draft = finn.submitted("Talk about me.")
    path = at(draft, "comments")

    ada.post(path, {"text": "Is he serious?", "audience": "reviewers"}, status=201)
    said = ada.post(path, {"text": "Which Monday?"}, status=201)
    assert (said["by"], said["audience"]) == (world.ids["ada"], "author")
    finn.post(path, {"text": "The next one."}, status=201)

    texts = {name: [c["text"] for c in who.get(path)["items"]] for name, who in (("f", finn), ("b", ben))}
    assert texts["f"] == ["Which Monday?", "The next one."]
    assert texts["b"] == ["Is he serious?", "Which Monday?", "The next one."]
    assert finn.post(path, {"text": "Hm.", "audience": "reviewers"}, status=403)["code"] == "not-allowed"
    assert ada.post(path, {"text": "  "}, status=422)["errors"][0]["pointer"] == "/text"
    world.tool().post(path, {"text": "Beep."}, status=404)
    world.tool().get(path, status=404)
    own = world.tool().submitted("A tool's.")
    world.tool().post(at(own, "comments"), {"text": "Beep."}, status=403)
    events = ada.get(f"/api/v1/events?draft={draft['id']}")["items"]
    assert "serious" not in json.dumps(events)


def test_a_claim_shows_who_looks_and_ends_by_itself(world: World) -> None:
    finn, ada, ben = world.person("finn"), world.person("ada"), world.person("ben")
    draft = finn.submitted("Claim me.")
    path = at(draft, "claim")

    held = ada.post(path, {}, status=200)
    assert held["person"] == world.ids["ada"]
    assert ben.post(path, {}, status=409)["code"] == "conflict"
    assert ada.post(path, {"person": world.ids["ben"]}, status=200)["person"] == world.ids["ben"]
    assert ada.post(path, {"person": world.ids["finn"]}, status=403)["code"] == "not-allowed"
    finn.post(path, {}, status=403)
    assert ben.post(path, {}, status=200)["by"] == world.ids["ben"]
    world.clock.pass_by(minutes=31)
    assert ada.post(path, {}, status=200)["person"] == world.ids["ada"]


def test_a_signer_says_that_a_finding_was_a_false_alarm(world: World) -> None:
    finn, ben = world.person("finn"), world.person("ben")
    draft = finn.submitted("Copper will hit 13,000 before Christmas.")
    finding = draft["variants"][0]["verdict"]["findings"][0]
    body = {"finding": finding["key"], "false_alarm": True}

    assert ben.post(at(draft, "ratings"), body, status=201) == body
    ben.post(at(draft, "ratings"), {**body, "false_alarm": False}, status=201)
    finn.post(at(draft, "ratings"), body, status=403)
    ben.post(at(draft, "ratings"), {**body, "finding": "0" * 64}, status=404)
    with world.services.store.read() as tx:
        assert tx.feedback("acme")[finding["rule"]] == (1, 0)


# --- the record proves itself --------------------------------------------------------------------


def test_events_are_proven_to_be_in_the_record_and_the_record_only_grows(world: World) -> None:
    tool, ada = world.tool(), world.person("ada")
    old = ada.get("/api/v1/record/head")
    draft = ada.submitted("On record.")
    new = ada.get("/api/v1/record/head")
    assert new["size"] > old["size"]
    assert ada.get("/api/v1/record/head") == new
    keys = tool.get("/.well-known/jwks.json")
    claims = release.read_head(new["token"], keys)
    assert (claims["size"], claims["root"]) == (new["size"], new["root"])

    event = ada.get(f"/api/v1/events?draft={draft['id']}")["items"][-1]
    proof = ada.get(f"/api/v1/record/{event['seq']}/proof")
    path = [bytes.fromhex(h) for h in proof["path"]]
    root = bytes.fromhex(release.read_head(proof["head"], keys)["root"])
    assert json.loads(proof["event"])["action"] == "draft.submitted"
    assert verify_inclusion(proof["index"], proof["size"], leaf_hash(proof["event"].encode()), path, root)
    assert not verify_inclusion(proof["index"], proof["size"], leaf_hash(b"{}"), path, root)

    growth = ada.get(f"/api/v1/record/consistency?old={old['size']}&new={new['size']}")
    roots = [bytes.fromhex(head["root"]) for head in (old, new)]
    assert verify_consistency(old["size"], new["size"], *roots, [bytes.fromhex(h) for h in growth["path"]])

    for number in (0, 10**6, 10**30):
        ada.get(f"/api/v1/record/{number}/proof", status=404)
    ada.get("/api/v1/record/first/proof", status=404)
    for query in (f"old=1&new={10**6}", "old=2&new=1"):
        ada.get(f"/api/v1/record/consistency?{query}", status=404)
    ada.get("/api/v1/record/consistency?old=0&new=1", status=422)
    world.person("finn").get(f"/api/v1/record/{event['seq']}/proof", status=403)
    world.tool(world.key_of("publisher", ("check",))).get(f"/api/v1/record/{event['seq']}/proof", status=403)
    rival = next(e for e in all_events(world) if e["brand"] == "rival")
    ada.get(f"/api/v1/record/{rival['seq']}/proof", status=404)


def all_events(world: World) -> list[dict[str, Any]]:
    with world.services.store.read() as tx:
        return [json.loads(body) for _, body in tx.leaves()]
