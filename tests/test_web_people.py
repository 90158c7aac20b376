"""Joining and leaving a brand, proving again who one is, and what happens when people change meanwhile."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import JSON, text
from web_world import PASSWORD, SLUG, Browser, Page, World, world_at
from werkzeug.test import TestResponse

from reviewer.errors import NotSignedIn, StaleSignIn
from reviewer.service.joining import ADDRESS_LINK, INVITED_FOR
from reviewer.store import WayIn
from reviewer.workflow import Approve

NORA = "nora@kettle.example"
LAMPS = "five lamps in a row"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path) as made:
        made.services.store.write(
            lambda tx: tx.set_roles(SLUG, made.people["cleo"], {"author", "brand_admin"})
        )
        yield made


def mails(world: World, kind: str) -> list[dict[str, str]]:
    with world.services.store.read() as tx:
        query = text("SELECT payload FROM jobs WHERE kind = :kind ORDER BY id")
        return list(tx.session.execute(query.columns(payload=JSON), {"kind": kind}).scalars())


def link_in(mail: dict[str, str]) -> str:
    found = re.search(r"https?://\S+", mail["text"])
    assert found
    return urlsplit(found.group()).path


def groups(world: World, name: str) -> frozenset[str]:
    with world.services.store.read() as tx:
        return tx.brand(SLUG).groups_of(world.people[name])


def send(browser: Browser, address: str, action: str, **typed: object) -> TestResponse:
    fields = dict(browser.page(address).form(action).fields) | typed
    return browser.client.post(action, data=fields)


def invite(world: World, email: str = NORA, **typed: object) -> str:
    """An invitation by cleo; gives back the link as it was mailed."""
    sent = {"name": "Nora", "email": email, "group": "legal"} | typed
    answer = send(world.client("cleo"), "/people", "/people/invite", **sent)
    assert answer.status_code == 303, Page(answer.text).text
    return link_in(mails(world, "mail.invitation")[-1])


def accept(world: World, link: str, browser: Browser | None = None) -> tuple[Browser, TestResponse]:
    browser = browser or world.client()
    page = Page(browser.get(link).text)
    form = next(
        f for f in page.forms if any(name == "csrf_token" for name, _ in f.fields) and f.action == "None"
    )
    return browser, browser.client.post(link, data=dict(form.fields) | {"name": "Nora", "password": LAMPS})


# --- invitations -----------------------------------------------------------------------------------------


def test_an_invitation_lets_in_once_and_makes_eligible_only(world: World) -> None:
    link = invite(world)
    mail = mails(world, "mail.invitation")[-1]
    assert mail["to"] == NORA
    assert link not in world.client("cleo").page("/people").text, "only who reads the mail has the link"

    browser, answer = accept(world, link)

    assert answer.status_code == 303, Page(answer.text).text
    assert browser.get("/new").status_code == 200
    with world.services.store.read() as tx:
        nora = tx.person_by_email(NORA)
        assert nora is not None
        assert tx.brand(SLUG).groups_of(nora.id) == frozenset()
        assert {e.group for e in tx.eligible(SLUG, nora.id)} == {"legal"}
        assert tx.roles(SLUG, nora.id) == {"author"}
    again = world.client().get(link)
    assert again.status_code == 404
    assert "used already" in Page(again.text).text


def test_an_invitation_ends_and_can_be_taken_back(world: World) -> None:
    link = invite(world)
    world.clock.at += INVITED_FOR
    assert world.client().get(link).status_code == 404

    link = invite(world)
    taken = send(world.client("cleo"), "/people", "/people/withdraw")
    assert taken.status_code == 303
    assert world.client().get(link).status_code == 404


def test_a_form_of_an_invitation_sent_twice_makes_one_account(world: World) -> None:
    link = invite(world)
    first, second = world.client(), world.client()
    second_fields = dict(Page(second.get(link).text).form("/theme").fields)

    _, answer = accept(world, link, first)
    late = second.client.post(link, data=second_fields | {"name": "Nora", "password": LAMPS})

    assert answer.status_code == 303
    assert late.status_code == 404
    assert [p.email for p in world.services.people.everybody()].count(NORA) == 1


def test_only_a_brand_admin_invites_and_removes(world: World) -> None:
    ben = world.client("ben")
    page = ben.page("/people")
    assert not [form for form in page.forms if form.action == "/people/invite"]
    token = dict(page.form("/theme").fields)["csrf_token"]

    for address in ("/people/invite", f"/people/{world.people['ada']}/remove", "/people/way-in"):
        answer = ben.client.post(address, data={"csrf_token": token, "email": NORA, "name": "Nora"})
        assert answer.status_code == 403, address
    assert mails(world, "mail.invitation") == []


def test_joining_with_another_account_makes_one_human_of_the_two(world: World) -> None:
    """Ada opened the link that went to ben's address: whoever reads that mail is ben."""
    link = invite(world, "ben@kettle.example", name="Ben")
    browser = world.client("ada")
    page = Page(browser.get(link).text)
    assert "Join as Ada" in page.text

    answer = browser.client.post(link, data={"csrf_token": dict(page.form("/theme").fields)["csrf_token"]})

    assert answer.status_code == 303
    with world.services.store.read() as tx:
        brand = tx.brand(SLUG)
    assert brand.human(world.people["ada"]) == brand.human(world.people["ben"])


def test_the_second_account_of_a_writer_does_not_approve_their_words(world: World) -> None:
    view = world.sent("A kettle.", by="ada")
    world.services.store.write(lambda tx: tx.prove(world.people["ada"], "subject", "i s", world.clock()))
    world.services.store.write(lambda tx: tx.prove(world.people["ben"], "subject", "i s", world.clock()))

    shown = world.services.drafts.view(world.actor("ben"), view.review.id)
    assert "approve" not in shown.actions


# --- a new address ---------------------------------------------------------------------------------------


def test_a_new_address_counts_when_its_link_was_opened_and_the_old_one_is_told(world: World) -> None:
    ben = world.client("ben")
    assert send(ben, "/account", "/account/address", email="Benjamin@Kettle.example").status_code == 303
    link = link_in(mails(world, "mail.address")[-1])

    opened = world.client()
    page = Page(opened.get(link).text)
    with world.services.store.read() as tx:
        assert tx.person(world.people["ben"]).email == "ben@kettle.example", "a look changes nothing"
    fields = dict(page.form("/theme").fields)
    assert opened.client.post(link, data={"csrf_token": fields["csrf_token"]}).status_code == 200

    with world.services.store.read() as tx:
        assert tx.person(world.people["ben"]).email == "benjamin@kettle.example"
        assert tx.brand(SLUG).groups_of(world.people["ben"]) == frozenset(), "the vote waits"
    assert mails(world, "mail.account_changed")[-1]["to"] == "ben@kettle.example"
    assert opened.client.post(link, data={"csrf_token": fields["csrf_token"]}).status_code == 404
    assert world.client().sign_in("benjamin@kettle.example", PASSWORD).status_code == 302


def test_a_link_to_an_address_ends_after_a_day_and_none_is_taken_from_somebody_else(world: World) -> None:
    joining = world.services.joining
    joining.ask_address(world.people["ben"], "cleo@kettle.example")
    token = link_in(mails(world, "mail.address")[-1]).rpartition("/")[2]
    joining.change_address(token)

    with world.services.store.read() as tx:
        brand = tx.brand(SLUG)
        assert tx.person(world.people["ben"]).email == "ben@kettle.example"
    assert brand.human(world.people["ben"]) == brand.human(world.people["cleo"]), "it was one reader"
    assert timedelta(hours=24) == ADDRESS_LINK


# --- proving again ---------------------------------------------------------------------------------------


def decision(world: World, browser: Browser, draft_id: str, **typed: object) -> TestResponse:
    page = browser.page(f"/posts/{draft_id}")
    return browser.press_on(page, "approve", f"/posts/{draft_id}/decide", group=["marketing"], **typed)


def test_a_brand_may_ask_for_a_fresh_proof_and_nothing_typed_is_lost(world: World) -> None:
    view = world.sent("A kettle.")
    world.services.joining.set_way_in_by_operator(SLUG, WayIn(prove_minutes=10))
    ben = world.client("ben")
    world.clock.at += timedelta(minutes=11)

    asked = decision(world, ben, view.review.id, note="Well said – “really”.")
    assert asked.status_code == 403
    page = Page(asked.text)
    form = page.form(f"/posts/{view.review.id}/decide")
    assert ("note", "Well said – “really”.") in form.fields
    assert not world.view(view.review.id).review.sign_offs

    def again(proof: str) -> TestResponse:
        fields: dict[str, list[str]] = {}
        for name, value in form.fields:
            fields.setdefault(name, []).append(value)
        return ben.client.post(form.action, data=fields | {"proof": [proof]})

    wrong = again("not the password")
    assert wrong.status_code == 422
    assert "not your password" in Page(wrong.text).text
    assert ("note", "Well said – “really”.") in Page(wrong.text).form(form.action).fields
    assert again(PASSWORD).status_code == 303
    assert [s.by for s in world.view(view.review.id).review.sign_offs] == [world.people["ben"]]


def test_the_api_says_that_a_fresh_proof_is_wanted(world: World) -> None:
    view = world.sent("A kettle.")
    world.services.joining.set_way_in_by_operator(SLUG, WayIn(prove_minutes=10))
    ben = world.client("ben")
    token = dict(ben.page("/account").form("/theme").fields)["csrf_token"]
    world.clock.at += timedelta(minutes=11)
    digest = view.review.draft.digests[0]
    body = {"act": "approve", "group": "marketing", "seen": {digest: view.verdicts[digest].sha256}}

    answer = ben.client.post(
        f"/api/v1/drafts/{view.review.id}/sign-offs", json=body, headers={"X-CSRFToken": token}
    )

    assert answer.status_code == 403, answer.text
    assert answer.json is not None
    assert answer.json["type"].endswith("/stale-sign-in")


def test_whoever_has_just_signed_in_is_not_asked(world: World) -> None:
    view = world.sent("A kettle.")
    world.services.joining.set_way_in_by_operator(SLUG, WayIn(prove_minutes=10))

    assert decision(world, world.client("ben"), view.review.id).status_code == 303


def test_asking_for_more_takes_the_brand_admin_asking_for_less_the_server(world: World) -> None:
    cleo = world.client("cleo")
    assert send(cleo, "/people", "/people/way-in", prove_minutes="10").status_code == 303
    for minutes in ("", "11"):
        eased = send(cleo, "/people", "/people/way-in", prove_minutes=minutes)
        assert eased.status_code == 403, minutes
    assert world.services.joining.way_in(SLUG).prove_minutes == 10


# --- people who change meanwhile -------------------------------------------------------------------------


def test_a_demoted_approvers_next_click_is_refused_and_what_they_said_is_kept(world: World) -> None:
    view = world.sent("A kettle.")
    ben = world.client("ben")
    page = ben.page(f"/posts/{view.review.id}")
    world.services.people.revoke(SLUG, "ben@kettle.example", "marketing", kind="group")

    answer = ben.press_on(
        page, "approve", f"/posts/{view.review.id}/decide", group=["marketing"], note="Fine."
    )

    assert answer.status_code in (403, 404)
    assert not world.view(view.review.id).review.sign_offs


def test_a_person_removed_meanwhile_leaves_no_approval_that_counts(world: World) -> None:
    view = world.sent("A kettle.")
    digest = view.review.draft.digests[0]
    world.act("ben", view.review.id, Approve("marketing", {digest: view.verdicts[digest].sha256}))
    assert world.view(view.review.id).state == "approved"
    ben = world.client("ben")

    gone = send(world.client("cleo"), "/people", f"/people/{world.people['ben']}/remove")

    assert gone.status_code == 303
    assert world.view(view.review.id).state == "in_review"
    assert str(ben.get("/inbox").location).startswith("/sign-in"), "ben was in no other brand"


def test_shutting_somebody_out_ends_their_sessions_and_keys_at_the_next_click(world: World) -> None:
    people = world.services.people
    people.add_service(SLUG, "planner", "Planner")
    key = people.make_key(SLUG, "planner", ["check"], "ben@kettle.example")
    ben, other = world.client("ben"), world.client("ben")
    assert people.actor_for_key(key).service

    people.deactivate("ben@kettle.example")

    for browser in (ben, other):
        assert str(browser.get("/inbox").location).startswith("/sign-in")
    with pytest.raises(NotSignedIn):
        people.actor_for_key(key)
    assert world.client().sign_in("ben@kettle.example", PASSWORD).status_code == 200, "no way in"


def test_a_brand_whose_only_reviewer_left_says_what_is_missing_and_whom_to_ask(world: World) -> None:
    for name in ("ben", "cleo"):
        world.services.store.write(
            lambda tx, who=world.people[name]: tx.remove_member(SLUG, who, "marketing", world.clock())
        )
    view = world.sent("A kettle.")

    assert any("Marketing" in words for words in view.unmeetable), view.unmeetable
    assert "Nobody signs for" in world.client("ada").page("/people").text
    assert "Marketing" in world.client("ada").page("/people").text
    shown = world.client("ada").page(f"/posts/{view.review.id}").text
    assert view.unmeetable[0] in shown
    answer = world.client("ada").get(f"/api/v1/drafts/{view.review.id}")
    assert view.unmeetable[0] in json.dumps(answer.json, ensure_ascii=False)


# --- the same form twice, two tabs -----------------------------------------------------------------------


def test_the_same_decision_sent_twice_counts_once(world: World) -> None:
    view = world.sent("A kettle.")
    ben = world.client("ben")
    page = ben.page(f"/posts/{view.review.id}")
    for _ in range(2):
        answer = ben.press_on(page, "approve", f"/posts/{view.review.id}/decide", group=["marketing"])
        assert answer.status_code == 303

    assert len(world.view(view.review.id).review.sign_offs) == 1


def test_a_tab_of_somebody_who_signed_out_sends_nothing_for_who_came_after(world: World) -> None:
    view = world.sent("A kettle.")
    browser = world.client("ben")
    bens_tab = browser.page(f"/posts/{view.review.id}")
    browser.press_on(browser.page("/posts"), "", "/sign-out")
    browser.sign_in("cleo@kettle.example", PASSWORD)

    answer = browser.press_on(bens_tab, "approve", f"/posts/{view.review.id}/decide", group=["marketing"])

    assert answer.status_code == 400
    assert "reload the page" in Page(answer.text).text
    assert not world.view(view.review.id).review.sign_offs


def test_two_tabs_of_one_person_both_work(world: World) -> None:
    first, second = world.sent("A kettle."), world.sent("A lamp.")
    ben = world.client("ben")
    tabs = [ben.page(f"/posts/{view.review.id}") for view in (first, second)]
    for tab, view in zip(tabs, (first, second), strict=True):
        address = f"/posts/{view.review.id}/decide"
        assert ben.press_on(tab, "approve", address, group=["marketing"]).status_code == 303


def test_a_signer_without_a_vote_reads_why_on_the_people_page(world: World) -> None:
    world.services.people.set_password("ben@kettle.example", LAMPS)
    browser = Browser(world.app.test_client())
    browser.sign_in("ben@kettle.example", LAMPS)

    assert "The password was reset by somebody else." in browser.page("/people").text
    cleo = world.client("cleo")
    assert "Ben’s vote is to count again" in cleo.page("/people").text
    assert groups(world, "ben") == frozenset()
    assert send(cleo, "/people", "/people/agree").status_code == 303
    assert groups(world, "ben") == {"marketing"}


def test_who_is_eligible_signs_once_a_second_person_agreed(world: World) -> None:
    accept(world, invite(world, group="marketing"))
    proposed = send(world.client("cleo"), "/people", "/people/propose", reason="Nora knows our voice.")
    assert proposed.status_code == 303, Page(proposed.text).text
    own = world.client("cleo").page("/people")
    assert not [form for form in own.forms if form.action == "/people/agree"], "nobody seconds themselves"

    assert send(world.client("ben"), "/people", "/people/agree").status_code == 303

    with world.services.store.read() as tx:
        nora = tx.person_by_email(NORA)
        assert nora is not None
        assert tx.brand(SLUG).groups_of(nora.id) == {"marketing"}


def test_an_actor_without_a_proof_signs_nothing_where_one_is_asked_for(world: World) -> None:
    """The law itself asks, so no interface can forget to."""
    world.services.joining.set_way_in_by_operator(SLUG, WayIn(prove_minutes=10))
    view = world.sent("A kettle.")
    digest = view.review.draft.digests[0]
    actor = world.actor("ben")
    with pytest.raises(StaleSignIn):
        world.services.drafts.act(
            actor, view.review.id, Approve("marketing", {digest: view.verdicts[digest].sha256})
        )
