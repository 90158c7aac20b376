"""Drafts and sign-offs over the API; every answer is held to the OpenAPI document."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_examples import World, variant


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("api"))
    yield made
    made.services.store.close()


def draft_with(**more: Any) -> dict[str, Any]:
    return {"variants": [variant(**more)]}


# --- drafts --------------------------------------------------------------------------------------


def test_an_edit_names_the_version_that_it_was_made_from(world: World) -> None:
    tool = world.tool()
    draft = tool.draft("First words.")
    path, new = f"/api/v1/drafts/{draft['id']}", draft_with(text="Second words.")

    assert tool.ask("PUT", path, new, status=428).get_json()["code"] == "precondition-required"
    assert (
        tool.ask("PUT", path, new, headers={"If-Match": '"7"'}, status=412).get_json()["code"]
        == "edit-conflict"
    )
    tool.ask("PUT", path, new, headers={"If-Match": 'W/"1"'}, status=412)
    edited = tool.ask("PUT", path, new, headers={"If-Match": '"1"'}, status=200)
    assert edited.headers["ETag"] == '"2"'
    tool.ask("PUT", path, draft_with(text="Third words."), headers={"If-Match": '"1"'}, status=412)
    assert tool.get(path)["variants"][0]["content"]["parts"][0]["text"] == "Second words."


def test_a_creating_call_that_comes_twice_makes_one_draft(world: World) -> None:
    tool, name = world.tool(), {"Idempotency-Key": "calendar-7"}

    first = tool.post("/api/v1/drafts", draft_with(text="Once."), headers=name, status=201)
    again = tool.post("/api/v1/drafts", draft_with(text="Once."), headers=name, status=201)
    other = tool.post("/api/v1/drafts", draft_with(text="Twice."), headers=name, status=422)

    assert again["id"] == first["id"]
    assert other["errors"][0]["code"] == "idempotency-key"
    tool.post("/api/v1/drafts", draft_with(text="Once."), headers={"Idempotency-Key": "a b"}, status=400)
    world.clock.pass_by(hours=25)
    later = tool.post("/api/v1/drafts", draft_with(text="Once."), headers=name, status=201)
    assert later["id"] != first["id"]


def test_lists_come_in_pages(world: World) -> None:
    tool = world.tool()
    for number in range(3):
        draft = tool.submitted(f"Page {number}.")
        world.person("ada").approves(draft["id"])
    path, found = "/api/v1/drafts?box=approved&limit=2", []
    while path:
        answer = tool.ask("GET", path, status=200)
        found += [row["id"] for row in answer.get_json()["items"]]
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")

    assert len(found) == len(set(found)) >= 3


def test_a_tool_finds_the_drafts_that_it_brought(world: World) -> None:
    draft = world.tool().draft("Brought by the tool.")

    mine = world.tool().get("/api/v1/drafts?limit=200")["items"]
    others = world.tool(world.key_of("other")).get("/api/v1/drafts?limit=200")["items"]

    assert draft["id"] in {row["id"] for row in mine}
    assert draft["id"] not in {row["id"] for row in others}


def test_who_waits_hears_at_once_and_the_rest_are_told_that_nothing_happened(world: World) -> None:
    tool, ada = world.tool(), world.person("ada")
    draft = tool.submitted("Somebody waits for this.")
    path = f"/api/v1/drafts/{draft['id']}"
    activity = tool.ask("GET", path, status=200).headers["X-Activity"]
    known = {"If-None-Match": f'"{activity}"'}

    began = time.monotonic()
    assert tool.ask("GET", f"{path}?wait=1", headers=known, status=304).headers["X-Activity"] == activity
    assert time.monotonic() - began >= 1

    answers: list[Any] = []
    waiting = threading.Thread(
        target=lambda: answers.append(world.tool().ask("GET", f"{path}?wait=20", headers=known, status=200))
    )
    waiting.start()
    ada.approves(draft["id"])
    waiting.join(timeout=15)
    assert answers[0].get_json()["state"] == "approved"
    assert answers[0].headers["X-Activity"] != activity


def test_at_most_a_quarter_of_the_threads_may_wait(tmp_path: Path) -> None:
    world = World(tmp_path, REVIEWER_THREADS="4")
    path = f"/api/v1/drafts/{world.tool().draft()['id']}"
    activity = world.tool().ask("GET", path, status=200).headers["X-Activity"]
    known, statuses = {"If-None-Match": f'"{activity}"'}, []

    def wait() -> None:
        statuses.append(world.tool().ask("GET", f"{path}?wait=2", headers=known).status_code)

    waiting = [threading.Thread(target=wait) for _ in range(3)]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()

    assert sorted(statuses) == [304, 429, 429]


# --- sign-offs -----------------------------------------------------------------------------------


def test_marketing_approves_what_it_read(world: World) -> None:
    draft = world.tool().submitted("Approve me.")

    approved = world.person("ada").approves(draft["id"])

    assert approved["state"] == "approved"
    (sign_off,) = approved["sign_offs"]
    assert (sign_off["by"], sign_off["group"], sign_off["act"]) == (world.ids["ada"], "marketing", "approve")


def test_nobody_signs_off_what_they_helped_to_write(world: World) -> None:
    ada = world.person("ada")
    own = ada.submitted("My own words.")

    assert ada.approves(own["id"], status=403)["code"] == "own-draft"


def test_a_tool_has_no_vote_whatever_its_key_is_good_for(world: World) -> None:
    tool = world.tool()
    draft = tool.submitted("Vote for me.")
    path, seen = f"/api/v1/drafts/{draft['id']}", tool.sees(draft["id"])
    digest = next(iter(seen))

    for step, body in (
        ("sign-offs", {"group": "marketing", "seen": seen}),
        ("objections", {"act": "reject", "group": "marketing", "comment": "No.", "seen": seen}),
        ("confirm", {"digests": [digest]}),
    ):
        assert tool.post(f"{path}/{step}", body, status=403)["code"] == "not-allowed", step


def test_what_changed_since_it_was_seen_is_not_signed(world: World) -> None:
    tool, ada = world.tool(), world.person("ada")
    draft = tool.submitted("Before the edit.")
    seen, path = ada.sees(draft["id"]), f"/api/v1/drafts/{draft['id']}"

    stale = ada.approves(draft["id"], status=409, seen=dict.fromkeys(seen, "0" * 64))
    tool.ask("PUT", path, draft_with(text="After the edit."), headers={"If-Match": '"1"'}, status=200)
    tool.post(f"{path}/submit", status=200)
    edited = ada.approves(draft["id"], status=409, seen=seen)

    assert stale["code"] == edited["code"] == "stale"
    assert edited["changed"]
    assert ada.get(path)["state"] == "in_review"


def test_an_edit_after_sign_off_needs_a_new_one(world: World) -> None:
    tool = world.tool()
    draft = tool.submitted("Signed words.")
    world.person("ada").approves(draft["id"])
    path = f"/api/v1/drafts/{draft['id']}"

    edited = tool.ask("PUT", path, draft_with(text="Other words."), headers={"If-Match": '"1"'}, status=200)
    digest = edited.get_json()["variants"][0]["content_sha256"]
    problem = tool.post("/api/v1/permits", {"draft": draft["id"], "content_sha256": digest}, status=403)

    assert problem["code"] == "not-approved"
    assert problem["missing"]


def test_a_no_stands_until_it_is_taken_back_or_set_aside(world: World) -> None:
    ada, dora = world.person("ada"), world.person("dora")
    draft = world.tool().submitted("Not like this.")
    path = f"/api/v1/drafts/{draft['id']}"
    body = {
        "act": "request_changes",
        "group": "comms",
        "comment": "Which day?",
        "seen": dora.sees(draft["id"]),
    }

    objected = dora.post(f"{path}/objections", body, status=201)
    assert objected["state"] == "changes_requested"
    assert ada.approves(draft["id"])["state"] == "changes_requested"
    objection = objected["objections"][0]["id"]
    assert ada.post(f"{path}/objections/{objection}/lift", status=403)["code"] == "not-allowed"
    dismissal = {"group": "comms", "reason": "It is on the poster."}
    assert dora.post(f"{path}/objections/{objection}/dismiss", dismissal, status=403)
    assert dora.post(f"{path}/objections/{objection}/lift", status=200)["state"] == "approved"
    dora.post(f"{path}/objections/nothing/lift", status=404)


def test_a_finding_is_agreed_to_by_its_owner_with_a_reason(world: World) -> None:
    ada, ben = world.person("ada"), world.person("ben")
    draft = world.tool().submitted("Copper will hit 12,000 before Christmas.")
    (shown,) = ada.get(f"/api/v1/drafts/{draft['id']}")["variants"]
    asks = [f for f in shown["verdict"]["findings"] if f["decision"] == "needs_approval"]
    assert {f["owner"] for f in asks} == {"legal"}
    path, seen = f"/api/v1/drafts/{draft['id']}/sign-offs", ben.sees(draft["id"])
    body = {"act": "accept", "group": "legal", "seen": seen, "finding": asks[0]["key"]}

    assert ben.post(path, body, status=422)["errors"][0]["code"] == "finding"
    assert ada.post(path, {**body, "reason": "I say so."}, status=403)["code"] == "not-allowed"
    for finding in asks:
        leave = {**body, "finding": finding["key"], "reason": "It is an old joke."}
        assert ben.post(path, leave, status=201)["sign_offs"][-1]["finding"] == finding["key"]
    ben.post(path, {"group": "legal", "seen": seen}, status=201)
    assert ada.approves(draft["id"])["state"] == "approved"


def test_ghostwritten_words_are_confirmed_by_the_person_in_whose_name_they_stand(world: World) -> None:
    draft = world.tool().submitted("Words of Dora.", on_behalf_of=world.ids["dora"])
    path = f"/api/v1/drafts/{draft['id']}/confirm"
    body = {"digests": [draft["variants"][0]["content_sha256"]]}

    assert world.person("ada").post(path, body, status=403)["code"] == "not-allowed"
    confirmed = world.person("dora").post(path, body, status=200)

    assert confirmed["variants"][0]["contributors"] == [world.ids["dora"]]


def test_a_draft_is_withdrawn_with_a_reason(world: World) -> None:
    draft = world.tool().submitted("Take me back.")
    path = f"/api/v1/drafts/{draft['id']}/withdraw"

    world.tool().post(path, {"reason": ""}, status=422)
    assert world.tool().post(path, {"reason": "Rain."}, status=200)["state"] == "withdrawn"
    assert world.tool().post(path, {"reason": "Rain."}, status=409)["code"] == "wrong-state"
