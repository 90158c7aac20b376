"""The pages of the rest of the law: suggestions, exceptions, pauses, comments, claims, false alarms."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from test_web_pages import approved, buttons, seen
from web_world import LINKEDIN, SLUG, Browser, Page, World, X, world_at

from reviewer.model import Draft, Part, Schedule, Variant
from reviewer.workflow import Approve, Submit


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path) as made:
        yield made


def later(world: World, **time: float) -> None:
    world.clock.at += timedelta(**time)


def test_other_words_are_suggested_for_all_accounts_and_taken_over_by_the_author(world: World) -> None:
    view = world.sent("Tea at five.", X, LINKEDIN)
    address = f"/posts/{view.review.id}"
    ben, ada = world.client("ben"), world.client("ada")
    page = ben.page(address)
    assert "you may still approve it" in page.text

    answer = ben.press_on(page, "", f"{address}/suggest", words="Tea at six.", comment="It moved.")
    assert answer.status_code == 303
    offered = ada.page(address)
    assert "Ben suggests for X and LinkedIn" in offered.text
    assert "It moved." in offered.text
    assert "take" not in buttons(ben.page(address))
    taken = form_of(offered, "suggestion")
    assert ada.client.post(f"{address}/act", data={**taken, "do": "take"}).status_code == 303

    now = world.view(view.review.id).review
    assert [v.text for v in now.draft.variants] == ["Tea at six.", "Tea at six."]
    assert "take" not in buttons(ada.page(address))


def form_of(page: Page, name: str) -> dict[str, str]:
    """The fields of the form that has a field of this name."""
    return dict(next(form for form in page.forms if name in dict(form.fields)).fields)


def test_words_that_nobody_could_publish_are_not_suggested(world: World) -> None:
    view = world.sent("Tea at five.")
    address = f"/posts/{view.review.id}"
    ben = world.client("ben")

    refused = ben.press(address, "", f"{address}/suggest", words="  ")

    assert refused.status_code == 422
    assert "Nobody could publish these words" in Page(refused.text).text
    assert world.view(view.review.id).review.suggestions == ()


def test_a_finding_that_stops_a_post_is_excepted_by_two_groups_with_reasons(world: World) -> None:
    view = world.sent("A forbidden kettle.")
    address = f"/posts/{view.review.id}"
    ben, cleo = world.client("ben"), world.client("cleo")
    half = form_of(cleo.page(address), "finding") | {"do": "except", "reason": "A quote.", "group": "legal"}
    assert "Ask for an exception" not in world.client("ada").page(address).text

    bens = half | token(ben.page(address))
    assert ben.client.post(f"{address}/act", data=bens).status_code == 403
    assert cleo.client.post(f"{address}/act", data=half | {"reason": " "}).status_code == 422
    assert cleo.client.post(f"{address}/act", data=half).status_code == 303
    assert "approve" not in buttons(ben.page(address))
    assert "Cleo agreed to an exception as Legal" in ben.page(address).text
    assert ben.client.post(f"{address}/act", data=bens | {"group": "marketing"}).status_code == 303

    assert "approve" in buttons(ben.page(address))
    assert "A quote." in ben.page(address).text


def test_a_pause_stands_on_every_page_and_two_people_end_it(world: World) -> None:
    view = approved(world)
    ben, cleo, ada = world.client("ben"), world.client("cleo"), world.client("ada")
    assert "Paused:" not in ada.page("/posts").text

    silent = ben.press("/pauses", "", scope=f"account:{X}", reason=" ")
    assert silent.status_code == 422
    assert ben.press("/pauses", "", scope=f"account:{X}", reason="A fire.").status_code == 303
    for somebody, address in ((ada, "/posts"), (ada, "/new"), (cleo, "/inbox"), (cleo, "/published")):
        assert "Paused: X @kettle. A fire." in somebody.page(address).text
    assert "gets no go-ahead until the pause has ended" in cleo.page(f"/posts/{view.review.id}").text
    assert "/pauses" not in {form.action for form in ada.page("/pauses").forms}

    later(world, minutes=5)
    lift = next(form.action for form in ben.page("/pauses").forms if form.action.endswith("/lift"))
    assert "You agreed" in after(ben, ben.press("/pauses", "", lift).location)
    assert lift not in {form.action for form in ben.page("/pauses").forms}
    assert ada.client.post(lift, data=dict(ada.page("/new").forms[0].fields)).status_code == 403
    assert "Nothing went out by that" in after(cleo, cleo.press("/pauses", "", lift).location)

    page = cleo.page("/pauses")
    assert "Nothing is paused" in page.text
    assert "Waiting to go on" in page.text
    address = f"/posts/{view.review.id}"
    assert "There was a pause since" in cleo.page(address).text
    resume = form_of(cleo.page(address), "item") | {"reason": "The fire is out.", "do": "resume"}
    assert cleo.client.post(f"{address}/act", data=resume).status_code == 303
    assert world.view(view.review.id).state == "approved"
    assert "Waiting to go on" not in cleo.page("/pauses").text


def after(browser: Browser, address: str | None) -> str:
    assert address is not None
    return browser.page(address).text


def test_what_a_pause_cannot_reach_is_listed_by_name(world: World) -> None:
    view = approved(world)
    digest = next(iter(view.states))
    world.services.people.add_service(SLUG, "publisher", "Publisher")
    key = world.services.people.make_key(SLUG, "publisher", ("permit",), "cleo@kettle.example")
    tool = world.services.people.actor_for_key(key)
    world.services.release.redeem(tool, world.services.release.issue(tool, view.review.id, digest).token)

    placed = world.client("ben").press("/pauses", "", scope=f"brand:{SLUG}", reason="A fire.")

    text = Page(placed.text).text
    assert placed.status_code == 200
    assert "These posts may appear" in text
    assert "X @kettle , handed to Publisher" in text
    assert "Paused: everything of Kettle & Co" in text


def test_a_topic_is_paused_by_its_words(world: World) -> None:
    about, other = approved(world, "A copper kettle."), approved(world, "A tin kettle.")
    ben = world.client("ben")

    assert ben.press("/pauses", "", scope="topic", reason="The mine.").status_code == 422
    words = "copper\nthe mine (north)"
    assert ben.press("/pauses", "", scope="topic", reason="The mine.", topic=words).status_code == 303

    assert "gets no go-ahead" in ben.page(f"/posts/{about.review.id}").text
    assert "gets no go-ahead" not in ben.page(f"/posts/{other.review.id}").text


def test_comments_among_reviewers_are_not_shown_to_the_author(world: World) -> None:
    view = world.sent("Tea at five.")
    address = f"/posts/{view.review.id}"
    ben, ada = world.client("ben"), world.client("ada")

    ben.press(address, "", f"{address}/comment", text="Is she serious?", audience="reviewers")
    ben.press(address, "", f"{address}/comment", text="Which tea?")
    ada.press(address, "", f"{address}/comment", text="<b>Green</b>.")

    assert "Is she serious?" in world.client("cleo").page(address).text
    assert "serious" not in ada.page(address).text
    assert "Which tea?" in ada.page(address).text
    assert "<b>Green</b>." in ada.page(address).text
    assert ada.press(address, "", f"{address}/comment", text=" ").status_code == 422


def test_a_reviewer_looks_at_a_post_asks_a_colleague_and_stops(world: World) -> None:
    view = world.sent("Tea at five.")
    address = f"/posts/{view.review.id}"
    ben, cleo = world.client("ben"), world.client("cleo")
    assert "Nobody looks at this yet" in ben.page(address).text
    assert "looks at this" not in world.client("ada").page(address).text

    ben.press(address, "claim", f"{address}/claim")
    assert "Ben looks at this" in cleo.page(address).text
    assert cleo.client.post(f"{address}/claim", data=token(cleo.page(address))).status_code == 409
    ben.press(address, "ask", f"{address}/claim", person=world.people["cleo"])
    assert "Cleo looks at this" in ben.page(address).text
    cleo.press(address, "release", f"{address}/claim")
    assert "Nobody looks at this yet" in ben.page(address).text


def token(page: Page) -> dict[str, str]:
    return {name: value for form in page.forms for name, value in form.fields if name == "csrf_token"}


def test_a_reviewer_says_that_a_finding_was_a_false_alarm(world: World) -> None:
    view = world.sent("A shiny kettle.")
    address = f"/posts/{view.review.id}"
    ben = world.client("ben")
    assert "False alarm" not in world.client("ada").page(address).text

    answer = ben.press(address, "false_alarm", f"{address}/rate")

    assert "Noted as a false alarm" in after(ben, answer.location)
    with world.services.store.read() as tx:
        assert tx.feedback(SLUG) == {"Own.Fix": (0, 1)}


def test_in_an_emergency_a_stand_in_is_offered_the_decision(world: World) -> None:
    new = world.services.people.add_person(SLUG, "dora@kettle.example", "Dora", "four lamps in a row")
    world.services.store.write(lambda tx: tx.add_member(SLUG, new.id, "comms", world.clock()))
    view = world.sent("The shop is closed.")
    address = f"/posts/{view.review.id}"
    dora = world.client("dora")
    assert "as Marketing" not in dora.page(address).text

    opened = token(dora.page(address)) | {"reason": "A burst pipe.", "do": "emergency"}
    assert dora.client.post(f"{address}/act", data=opened).status_code == 303
    page = dora.page(address)
    assert "The emergency lane is open. A burst pipe." in page.text
    assert dora.press_on(page, "approve", f"{address}/decide", group=["marketing"]).status_code == 303

    assert world.view(view.review.id).state == "approved"


def test_a_slot_that_was_missed_gets_a_new_time_in_the_brands_time_zone(world: World) -> None:
    at = world.clock.at + timedelta(hours=1)
    view = world.draft("At ten.", schedule=Schedule("at", at, "Europe/Berlin"))
    world.act("ada", view.review.id, Submit())
    world.act("ben", view.review.id, Approve("marketing", seen(view)))
    later(world, hours=4)
    address = f"/posts/{view.review.id}"
    ben = world.client("ben")
    assert "new_slot" in buttons(ben.page(address))

    typed = form_of(ben.page(address), "csrf_token") | {"do": "new_slot", "at": "2026-03-02T20:00"}
    assert ben.client.post(f"{address}/act", data=typed | {"at": "soon"}).status_code == 422
    assert ben.client.post(f"{address}/act", data=typed).status_code == 303

    moved = world.view(view.review.id)
    assert moved.state == "approved"
    assert moved.review.reslots[0].new.isoformat() == "2026-03-02T19:00:00+00:00"
    assert "20:00" in ben.page(address).text


def test_a_removal_is_asked_for_by_one_person_and_a_ghostwritten_post_by_its_name(world: World) -> None:
    target = "https://x.com/kettle/status/1"
    removal = Draft((Variant("removal", "x", X, (), target),))
    view = world.services.drafts.create(world.actor("ada"), SLUG, removal)
    address = f"/posts/{view.review.id}"
    ben = world.client("ben")
    ask = form_of(ben.page(address), "item") | {"do": "remove", "reason": "It names a customer."}
    assert ben.client.post(f"{address}/act", data=ask).status_code == 303
    assert "Ben had this removed" in ben.page(address).text

    world.services.store.write(lambda tx: tx.set_consent(X, world.people["cleo"]))
    post = world.services.drafts.create(
        world.actor("ada"), SLUG, Draft((Variant("post", "x", X, (Part("I like tea."),)),))
    )
    world.act("ada", post.review.id, Submit())
    world.act("ben", post.review.id, Approve("marketing", seen(post)))
    own = f"/posts/{post.review.id}"
    cleo = world.client("cleo")
    page = cleo.page(own)
    assert "Cleo, in whose name this appears, must consent." in page.text
    consent = next(f for f in page.forms if "seen" in dict(f.fields) and f.action.endswith("/act"))
    answer = cleo.client.post(f"{own}/act", data=dict(consent.fields) | {"do": "consent"})
    assert answer.status_code == 303
    assert world.view(post.review.id).state == "approved"
