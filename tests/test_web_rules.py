"""The pages of law 10: rules and lists, proposals with their effect, groups and roles."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_web_pages import approved, buttons, seen
from web_world import SLUG, Browser, Page, World, world_at

from reviewer.workflow import Approve


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path) as made:

        def roles(tx: Any) -> None:
            tx.set_roles(SLUG, made.people["ben"], {"author", "policy_owner", "brand_admin"})

        made.services.store.write(roles)
        yield made


QUIET = """extends: substitution
message: "Write '%s' instead of '%s'."
level: error
ignorecase: true
swap: {forbidden: better}
policy: {id: OWN-001, decision: suggest, owner: legal, reason: It was too strict.}
tests:
  - name: fires
    input: A forbidden kettle.
    contains: [Own.Stop]
  - name: near miss
    input: A kettle.
    want: ""
"""


def form_of(page: Page, kind: str) -> dict[str, str]:
    """The form that proposes changes of this kind, as it stands."""
    return dict(next(form for form in page.forms if ("kind", kind) in form.fields).fields)


def propose(browser: Browser, kind: str, page: str, **typed: str) -> str:
    """Fill a form in and send it; gives the address of the new proposal."""
    answer = browser.client.post("/proposals", data=form_of(browser.page(page), kind) | typed)
    assert answer.status_code == 303, Page(answer.text).text
    return str(answer.location)


def decide(browser: Browser, address: str, do: str, **typed: str) -> Any:
    page = browser.page(address)
    fields = dict(next(form for form in page.forms if form.action == f"{address}/decide").fields)
    return browser.client.post(f"{address}/decide", data=fields | typed | {"do": do})


def test_a_softer_rule_is_proposed_with_its_effect_and_in_force_when_a_colleague_agrees(world: World) -> None:
    stopped = world.sent("A forbidden kettle.")
    other = approved(world, "Tea at five.")
    ben, cleo = world.client("ben"), world.client("cleo")

    address = propose(ben, "policy", "/rules", path="Own/Stop.yml", text=QUIET, reason="Too strict.")

    page = ben.page(address)
    for words in (
        "Change the rule Own/Stop.yml",
        "Too strict.",
        "Waiting 1",
        "Approved 1",
        "Affected 1",
        "A forbidden kettle.",
        "passes more easily",
        "Own.Stop",
        "Cleo can agree",
        "it is your own proposal",
    ):
        assert words in page.text, words
    assert buttons(page) == {"withdraw"}
    assert "1 proposal to change the rules needs a second person" in cleo.page("/inbox").text
    assert decide(cleo, address, "second").status_code == 303

    done = cleo.page(address)
    assert "In force from now on." in done.text
    assert "Cleo agreed" in done.text
    assert buttons(done) == set()
    assert "Own/Stop.yml" in cleo.page("/rules").text
    assert "The rules changed, and 1 open post with them" in cleo.page("/inbox").text
    assert world.view(other.review.id).state == "approved"
    assert "block" not in {
        f.decision for v in world.view(stopped.review.id).verdicts.values() for f in v.findings
    }
    assert "In force" in ben.page("/proposals").text


def test_a_list_is_changed_by_a_form_and_mistakes_keep_what_was_typed(world: World) -> None:
    ben = world.client("ben")
    form = form_of(ben.page("/rules"), "lists") | {"list": "code_names", "reason": "Launch."}

    refused = ben.client.post("/proposals", data=form | {"add": "  ", "remove": "Hawk"})
    assert refused.status_code == 422
    assert "are not on the list" in Page(refused.text).text
    assert "Hawk" in refused.text
    assert "Launch." in refused.text
    address = propose(
        ben, "lists", "/rules", list="code_names", add="Falcon\n\nEagle\nFalcon", reason="Launch."
    )

    page = ben.page(address)
    assert "Change the list: Code names" in page.text
    assert "Falcon" in page.text
    assert "Eagle" in page.text
    assert "No rule in force reads the list code_names yet." in page.text


def test_a_stale_page_is_refused_with_what_changed_and_shows_the_new_effect(world: World) -> None:
    ben, cleo = world.client("ben"), world.client("cleo")
    address = propose(ben, "policy", "/rules", path="Own/Stop.yml", text=QUIET, reason="Too strict.")
    old = dict(next(f for f in cleo.page(address).forms if ("seen" in dict(f.fields))).fields)
    world.sent("A forbidden kettle.")

    refused = cleo.client.post(f"{address}/decide", data=old | {"do": "second"})

    assert refused.status_code == 409
    assert "Read it again" in Page(refused.text).text
    assert "A forbidden kettle." in Page(refused.text).text
    assert decide(cleo, address, "second").status_code == 303


def test_saying_no_takes_a_reason(world: World) -> None:
    ben, cleo = world.client("ben"), world.client("cleo")
    address = propose(ben, "approvals", "/rules", group="legal", signs="2", reason="More eyes.")
    assert "Legal: 2 sign" in cleo.page(address).text

    assert decide(cleo, address, "decline", reason=" ").status_code == 422
    assert decide(cleo, address, "decline", reason="We are one.").status_code == 303

    assert "Cleo said no: We are one." in ben.page(address).text
    assert decide_closed(ben, address) == set()


def decide_closed(browser: Browser, address: str) -> set[str]:
    return buttons(browser.page(address))


def test_somebody_joins_a_group_by_proposal_and_leaves_it_at_once(world: World) -> None:
    view = world.sent("Tea at five.", by="cleo")
    ben, cleo = world.client("ben"), world.client("cleo")
    ada = world.people["ada"]

    address = propose(ben, "group", "/groups", person=ada, group="marketing", reason="Ada signs too.")
    assert "Ada signs for Marketing" in ben.page(address).text
    assert decide(cleo, address, "second").status_code == 303
    world.act("ada", view.review.id, Approve("marketing", seen(view)))
    assert world.view(view.review.id).state == "approved"

    page = ben.page("/groups")
    away = next(
        f for f in page.forms if f.action == f"/groups/{ada}/remove" and ("group", "marketing") in f.fields
    )
    assert ben.client.post(away.action, data=dict(away.fields)).status_code == 303

    assert world.view(view.review.id).state == "in_review"
    assert "Taken away. It counts from now on." in ben.page("/groups").text


def test_a_suspended_vote_is_shown_and_a_colleague_lets_it_count_again(world: World) -> None:
    world.services.people.suspend_vote(world.people["ben"], "The password was reset by somebody else.")
    from datetime import timedelta

    world.clock.at += timedelta(minutes=1)
    cleo = world.client("cleo")
    assert "Vote suspended" in cleo.page("/groups").text
    waiting = next(a["href"] for t, a in cleo.page("/proposals").tags if t == "a" and "data-row" in a)

    assert decide(cleo, str(waiting), "second").status_code == 303

    assert "Vote suspended" not in cleo.page("/groups").text


def test_who_neither_signs_nor_looks_after_rules_sees_none_of_it(world: World) -> None:
    ben, ada = world.client("ben"), world.client("ada")
    address = propose(ben, "approvals", "/rules", group="legal", signs="2", reason="More eyes.")

    for path in ("/rules", "/groups", "/proposals", address):
        assert ada.client.get(path).status_code == 403, path
    assert "Rules and lists" not in ada.page("/posts").text
    assert ada.client.post("/proposals", data={"csrf_token": "x"}).status_code in (400, 403)
