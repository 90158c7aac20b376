"""Pages of time and of lists: who is here, several at once, what waits to go on, texts to use again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from web_world import SLUG, Page, World, X, world_at

from reviewer.model import Draft, Part, Schedule, Standing, Variant
from reviewer.workflow import Approve, Edit, Submit


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path) as made:
        yield made


def later(world: World, **time: float) -> None:
    world.clock.at += timedelta(**time)


def approve(world: World, name: str, draft: str, group: str) -> None:
    view = world.services.drafts.view(world.actor(name), draft)
    world.act(name, draft, Approve(group, {d: v.sha256 for d, v in view.verdicts.items()}))


def seen_of(page: Page, draft: str) -> list[str]:
    return [value for form in page.forms for name, value in form.fields if name == f"seen-{draft}"]


def state(world: World, draft: str) -> str:
    return str(world.view(draft).state)


def test_several_are_shown_in_full_and_decided_once_and_a_stale_one_is_refused_alone(world: World) -> None:
    first, second, third = (world.sent(f"Tea at {hour}. A shiny pot.") for hour in ("five", "six", "seven"))
    with_leave = world.sent("A miracle of a kettle.")  # legal must agree, in words of its own
    ben = world.client("ben")
    assert "Read several and decide once" in ben.page("/inbox").text
    page = ben.page("/inbox/several")
    for hour in ("five", "six", "seven"):
        assert f"Tea at {hour}." in page.text
    assert "Write 'better' instead of 'shiny'." in page.text
    assert "miracle" not in page.text

    new = replace(second.review.draft.variants[0], parts=(Part("Tea at eight."),))
    world.act("ada", second.review.id, Edit(1, Draft((new,))), Submit())
    ids = [one.review.id for one in (first, second)]
    answer = ben.press_on(page, "approve", "/inbox/several", item=ids)

    said = Page(answer.text)
    assert answer.status_code == 409
    assert "Decided: 1 post" in said.text
    assert "Not decided:" in said.text
    assert [state(world, one.review.id) for one in (first, second, third)] == [
        "approved",
        "in_review",
        "in_review",
    ]
    assert state(world, with_leave.review.id) == "in_review"

    again = ben.page("/inbox/several")
    refused = ben.press_on(again, "request_changes", "/inbox/several", item=[third.review.id])
    assert refused.status_code == 422
    sent_back = ben.press_on(
        again, "request_changes", "/inbox/several", item=[third.review.id], note="At which table?"
    )
    assert "Decided: 1 post" in Page(sent_back.text).text
    assert state(world, third.review.id) == "changes_requested"
    assert ben.press_on(ben.page("/inbox/several"), "approve", "/inbox/several").status_code == 422


def test_a_form_for_another_post_approves_nothing(world: World) -> None:
    """What was seen names exactly what was shown: it can't be sent for other words."""
    shown, other = world.sent("Shown in full."), world.sent("Never shown.")
    ben = world.client("ben")
    page = ben.page("/inbox/several")
    forged = {f"seen-{other.review.id}": seen_of(page, shown.review.id)}

    answer = ben.press_on(page, "approve", "/inbox/several", item=[other.review.id], **forged)

    assert answer.status_code == 409
    assert state(world, other.review.id) == "in_review"
    assert world.client("ada").page("/inbox/several").text.count("I read this one") == 0


def test_what_was_held_back_goes_on_item_by_item_in_one_go(world: World) -> None:
    held = [world.sent(text).review.id for text in ("Held one.", "Held two.", "Held three.")]
    for draft in held:
        approve(world, "ben", draft, "marketing")
    later(world, minutes=1)
    pause = world.services.pauses.place(world.actor("ben"), f"brand:{SLUG}", "Fire").hold
    for name in ("ben", "cleo"):
        world.services.pauses.lift(world.actor(name), pause.id)
    cleo = world.client("cleo")
    page = cleo.page("/pauses")
    assert all(text in page.text for text in ("Held one.", "Held two.", "Held three."))
    assert "It may go on" not in world.client("ada").page("/pauses").text

    answer = cleo.press_on(page, "", "/pauses/resume", item=held[:2], reason="The fire is out.")

    assert answer.status_code == 303
    assert [state(world, draft) for draft in held] == ["approved", "approved", "in_review"]
    once_more = cleo.press_on(page, "", "/pauses/resume", item=held[:1], reason="Again.")
    assert once_more.status_code == 409
    assert "Not done:" in Page(once_more.text).text


def test_missed_slots_get_new_times_together(world: World) -> None:
    at = Schedule("at", world.clock.at + timedelta(hours=1))
    missed = world.draft("Signed, and then the line was down.", schedule=at).review.id
    world.act("ada", missed, Submit())
    approve(world, "ben", missed, "marketing")
    later(world, hours=3)
    cleo = world.client("cleo")
    page = cleo.page("/pauses")
    assert "Signed, and then the line was down." in page.text

    past = cleo.press_on(page, "", "/pauses/slots", item=[missed], **{f"at-{missed}": "2026-03-01T09:00"})
    assert past.status_code == 409
    assert cleo.press_on(page, "", "/pauses/slots", item=[missed]).status_code == 422
    set_anew = cleo.press_on(page, "", "/pauses/slots", item=[missed], **{f"at-{missed}": "2026-03-03T09:00"})
    assert set_anew.status_code == 303
    assert state(world, missed) == "approved"
    assert "Missed" not in cleo.page("/pauses").text


def test_out_of_hours_the_author_reads_when_the_next_reviewer_is_here(world: World) -> None:
    draft = world.sent("Tea at five.").review.id
    assert "An answer is wanted by" in world.client("ada").page(f"/posts/{draft}").text
    later(world, hours=12)
    text = world.client("ada").page(f"/posts/{draft}").text
    assert "The next reviewer is here tomorrow at 09:00 (Europe/Berlin)." in text
    later(world, hours=5)
    text = world.client("ada").page(f"/posts/{draft}").text
    assert "The next reviewer is here at 09:00 (Europe/Berlin)." in text


def test_the_rota_is_set_and_ended_on_its_page_for_a_colleague_too(world: World) -> None:
    ben, ada = world.client("ben"), world.client("ada")
    page = ben.page("/rota")
    assert "Ben and Cleo are here." in page.text
    assert "Comms stands in for Marketing after 4 hours" in page.text
    typed = {
        "person": world.people["cleo"],
        "kind": "away",
        "from": "2026-03-02T09:00",
        "to": "2026-03-04T09:00",
    }

    assert ben.press_on(page, "", "/rota", **typed).status_code == 303
    now = ben.page("/rota")
    assert "Ben is here." in now.text
    assert "set by Ben" in now.text
    end = next(form.action for form in now.forms if form.action.endswith("/end"))
    assert ben.press_on(now, "", end).status_code == 303
    assert "Ben and Cleo are here." in ben.page("/rota").text

    assert ada.press_on(ada.page("/rota"), "", "/rota", **typed).status_code == 403
    assert ben.press_on(page, "", "/rota", **{**typed, "to": "never"}).status_code == 422


def test_where_the_brand_asks_for_it_only_readers_of_the_language_sign(world: World) -> None:
    with world.services.store.read() as tx:
        brand = tx.brand(SLUG)
    asked = replace(brand, approvals=replace(brand.approvals, reading=True))
    world.services.store.write(lambda tx: tx.save_brand(asked, world.clock.at))
    german = world.draft("Tee um fünf.", language="de-AT").review.id
    unsaid = world.draft("Tea at five.").review.id
    for draft in (german, unsaid):
        world.act("ada", draft, Submit())
    ben = world.client("ben")
    assert "read its language" in ben.page(f"/posts/{german}").text
    assert "Needs you 0" in ben.page("/inbox").text

    for draft, why in ((german, "which you don't read"), (unsaid, "Nobody said which language")):
        with pytest.raises(Exception, match=why):
            approve(world, "ben", draft, "marketing")

    assert ben.press("/rota", "", "/rota/languages", languages="DE, en-GB").status_code == 303
    assert ben.press("/rota", "", "/rota/languages", languages="d3").status_code == 422
    approve(world, "ben", german, "marketing")
    assert state(world, german) == "approved"
    ben.press("/rota", "", "/rota/languages", languages="en")
    assert state(world, german) == "in_review"  # who can't read it any more does not count


def test_a_text_is_used_again_by_hand_and_its_link_is_waited_for(world: World) -> None:
    terms = Standing((X,), world.clock.at + timedelta(days=2), 2)
    reply = Variant("reply", "x", X, (Part("We look into it, and answer today."),))
    draft = world.services.drafts.create(world.actor("ada"), SLUG, Draft((reply,), standing=terms)).review.id
    world.act("ada", draft, Submit())
    ada = world.client("ada")
    assert "Marketing must sign off" in ada.page("/texts").text
    approve(world, "ben", draft, "marketing")
    approve(world, "cleo", draft, "marketing")
    digest = world.view(draft).review.draft.digests[0]
    address = f"/texts/{draft}/{digest}"
    assert "2 of 2 uses left" in ada.page(address).text

    assert ada.press(address, "", account=X, target="nonsense").status_code == 422
    question = "https://x.com/somebody/status/7"
    assert ada.press(address, "", account=X, target=question).status_code == 303
    assert ada.press(address, "", account=X, target=question).status_code == 409  # once for each
    page = ada.page("/texts")
    assert "Yours to publish" in page.text
    assert "1 of 2 uses left" in page.text
    assert "Yours to publish" not in world.client("ben").page("/texts").text
    assert ada.press_on(page, "", "/texts/posted", url="nothing").status_code == 422
    assert ada.press_on(page, "", "/texts/posted", url="https://x.com/kettle/status/8").status_code == 303
    assert "Yours to publish" not in ada.page("/texts").text
    (publication,) = world.view(draft).review.publications
    assert publication.url == "https://x.com/kettle/status/8"


def test_admins_see_what_was_given_up_and_have_it_done_again(world: World) -> None:
    def given_up(tx: object) -> None:
        tx.enqueue("notice.send", "n", {"notice": "n"}, world.clock.at, now=world.clock.at, brand=SLUG)  # type: ignore[attr-defined]
        tx.bury(tx.lease(world.clock.at), "ConnectError", world.clock.at)  # type: ignore[attr-defined]

    world.services.store.write(given_up)
    ben = world.client("ben")
    assert ben.get("/later").status_code == 403
    world.services.store.write(lambda tx: tx.set_roles(SLUG, world.people["ben"], {"brand_admin"}))
    page = ben.page("/later")
    assert "ConnectError" in page.text
    retry = next(form.action for form in page.forms if form.action.endswith("/retry"))
    assert ben.press_on(page, "", retry).status_code == 303
    assert "Nothing was given up." in ben.page("/later").text
    assert ben.press_on(page, "", retry).status_code == 404
    assert world.client("eve").get("/later").status_code == 403


def test_the_inbox_shows_who_looks_at_what_and_until_when_an_answer_is_wanted(world: World) -> None:
    draft = world.sent("Tea at five.").review.id
    world.services.talk.claim(world.actor("cleo"), draft)
    text = world.client("ben").page("/inbox").text
    assert "Cleo looks at it" in text
    assert "wanted in" in text
    later(world, days=3)
    text = world.client("ben").page("/inbox").text
    assert "Cleo looks at it" not in text
    assert "overdue: wanted" in text
