"""The form and the draft are the same thing: nothing is lost on the way there and back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from web_world import LINKEDIN, SLUG, Page, World, X, world_at

from reviewer.model import Draft, Link, Media, Part, Schedule, Source, Variant
from reviewer.workflow import Submit

PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
LF_FIRST = "\n  Two spaces after a line end, <b>not bold</b> & \"quoted\" 'twice'\ttab\n\nlast line\n"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path) as made:
        yield made


def everything(world: World) -> Draft:
    """A draft with something in every place that a draft has."""
    picture = world.services.media.put(world.actor("ada"), SLUG, PNG).sha256
    first = Variant(
        "reply",
        "x",
        X,
        (
            Part(LF_FIRST, media=(Media(picture, "A kettle,\nsinging"),)),
            Part("<p>HTML &amp; more</p>", "html"),
        ),
        target="https://x.com/sam/status/1",
        first_comment="And one more thing",
        link=Link("https://kettle.example/a?b=c&d", "Title", "Words"),
        content_warning="steam",
        visibility="unlisted",
        sensitive=True,
        settings={"reply_to": ["a", 1, None], "poll": {"options": ["x", "y"]}},
        tool={"post_id": "abc-123"},
    )
    second = replace(first, channel="linkedin", account=LINKEDIN, parts=(Part("Other words"),), link=None)
    return Draft(
        (first, second),
        schedule=Schedule("at", datetime(2026, 3, 29, 0, 59, 30, tzinfo=UTC), "Europe/Berlin"),
        goal="goal",
        audience="audience",
        campaign="campaign",
        tags=("one", "two words"),
        brief="line one\n\nline three",
        language="de",
        ai_assisted=True,
        source=Source("calendar", "7", "https://calendar.example/7"),
        on_behalf_of=world.people["ben"],
        target_author="Sam",
        target_text="When?\nReally",
    )


def test_opening_and_saving_a_post_changes_nothing_in_it(world: World) -> None:
    draft = everything(world)
    view = world.services.drafts.create(world.actor("ada"), SLUG, draft)
    address = f"/posts/{view.review.id}/edit"

    answer = world.client("ada").press(address, "save")

    assert answer.status_code == 303, Page(answer.text).text
    after = world.services.drafts.view(world.actor("ada"), view.review.id).review
    assert after.draft == draft
    assert len(after.versions) == 1


@pytest.mark.parametrize("button", ["part ", "upload", "own linkedin:company/kettle", "check", "rewrite"])
def test_a_button_that_reshapes_the_form_loses_nothing_that_was_typed(world: World, button: str) -> None:
    draft = everything(world)
    view = world.services.drafts.create(world.actor("ada"), SLUG, draft)
    address = f"/posts/{view.review.id}/edit"
    browser = world.client("ada")
    before = browser.page(address).form(address).fields

    after = Page(browser.press(address, button).text).form(address).fields

    assert [f for f in before if f not in after and f[0] != "csrf_token"] == []


def test_a_new_post_is_kept_exactly_as_typed(world: World) -> None:
    typed = {"account": [X, LINKEDIN], "parts-0-text": "One\r\ntwo  😀 <i>", "goal": "why"}

    answer = world.client("ada").press("/new", "send", **typed)

    draft_id = str(answer.location).rpartition("/")[2]
    review = world.services.drafts.view(world.actor("ben"), draft_id).review
    assert [(v.account, v.text) for v in review.draft.variants] == [
        (X, "One\ntwo  😀 <i>"),
        (LINKEDIN, "One\ntwo  😀 <i>"),
    ]
    assert review.version.submitted_by == world.people["ada"]


def test_an_account_gets_its_own_text_and_gives_it_back(world: World) -> None:
    browser = world.client("ada")
    shared = browser.press("/new", f"own {LINKEDIN}", account=[X, LINKEDIN], **{"parts-0-text": "Shared"})
    own = f"own:{LINKEDIN}:parts-0-text"
    assert dict(Page(shared.text).form("/new").fields)[own] == "Shared"

    answer = browser.press_on(Page(shared.text), "save", "/new", **{own: "Only here"})
    draft_id = str(answer.location).rpartition("/")[2]
    variants = world.services.drafts.view(world.actor("ada"), draft_id).review.draft.variants
    assert {v.account: v.text for v in variants} == {X: "Shared", LINKEDIN: "Only here"}

    back = browser.press(f"/posts/{draft_id}/edit", f"share {LINKEDIN}")
    assert own not in dict(Page(back.text).form(f"/posts/{draft_id}/edit").fields)


def test_uploads_are_kept_by_their_hash_and_need_no_script(world: World) -> None:
    browser = world.client("ada")

    uploaded = browser.press("/new", "upload", account=X, **{"parts-0-file": (BytesIO(PNG), "kettle.png")})
    fields = dict(Page(uploaded.text).form("/new").fields)
    saved = browser.press_on(
        Page(uploaded.text), "save", "/new", **{"parts-0-text": "See", "parts-0-alt": "A kettle"}
    )

    draft_id = str(saved.location).rpartition("/")[2]
    part = world.services.drafts.view(world.actor("ada"), draft_id).review.draft.variants[0].parts[0]
    assert part.media == (Media(fields["parts-0-media"], "A kettle"),)
    file = browser.get(f"/media/{fields['parts-0-media']}")
    assert (file.data, file.mimetype) == (PNG, "image/png")
    assert "sandbox" in file.headers["Content-Security-Policy"]


def test_a_file_of_another_kind_is_named_and_the_words_stay(world: World) -> None:
    file = (BytesIO(b"<script>alert(1)</script>"), "page.html")
    answer = world.client("ada").press("/new", "upload", **{"parts-0-text": "Mine", "parts-0-file": file})

    page = Page(answer.text)
    assert "page.html: Only PNG" in page.text
    assert dict(page.form("/new").fields)["parts-0-text"] == "Mine"


@pytest.mark.parametrize(
    ("typed", "place", "said"),
    [
        ({"account": []}, None, "Give at least one variant"),
        ({"parts-0-text": "  "}, "parts-0-text", "write a text or add media"),
        ({"mode": "at", "at": ""}, "at", "Give a time"),
        ({"kind": "reply", "target": ""}, "target", "address"),
        ({"link_url": "kettle.example"}, "link_url", "Give a full address"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    world: World, typed: dict[str, object], place: str | None, said: str
) -> None:
    answer = world.client("ada").press("/new", "send", **{"account": X, "parts-0-text": "Words", **typed})

    assert answer.status_code == 422
    page = Page(answer.text)
    assert said in page.text
    if place:
        marked = [of for _, of in page.tags if of.get("name") == place]
        assert [of.get("aria-invalid") for of in marked] == ["true"]
        assert f"{place}-wrong" in {of.get("id") for _, of in page.tags}


def test_the_live_check_reads_what_stands_in_the_form_and_keeps_nothing(world: World) -> None:
    browser = world.client("ada")
    page = browser.page("/new")
    typed = {"account": X, "parts-0-text": "A forbidden, shiny, very miracle kettle."}

    shown = Page(browser.press_on(page, "", "/new", **typed).text).text
    live = browser.client.post(
        "/check", data=dict(page.form("/new").fields) | typed, headers={"HX-Request": "true"}
    )

    words = Page(live.text).text
    for said in ("4 findings", "Can't go out", "Legal must agree", "Should fix", "40 of 280 characters"):
        assert said in words
        assert said in shown
    assert "needs Marketing and Legal" in words
    assert world.services.drafts.inbox(world.actor("ada"), SLUG, "mine") == []


def test_authors_see_three_findings_and_the_rest_folded(world: World) -> None:
    view = world.sent("A forbidden, shiny, very miracle kettle.")
    browser = world.client("ada")

    folded = browser.get(f"/posts/{view.review.id}").text

    assert "1 more</summary>" in folded
    assert "more</summary>" not in world.client("ben").get(f"/posts/{view.review.id}").text


def test_two_who_edit_at_once_both_keep_their_words(world: World) -> None:
    view = world.draft("First words")
    address = f"/posts/{view.review.id}/edit"
    browser = world.client("ada")
    open_page = browser.page(address)
    browser.press(address, "save", **{"parts-0-text": "Saved meanwhile"})

    late = browser.press_on(open_page, "save", address, **{"parts-0-text": "My late words"})

    assert late.status_code == 412
    page = Page(late.text)
    assert "Somebody saved version 2" in page.text
    assert dict(page.form(address).fields)["parts-0-text"] == "My late words"
    again = browser.press_on(page, "save", address)
    assert again.status_code == 303
    review = world.services.drafts.view(world.actor("ada"), view.review.id).review
    assert [v.draft.variants[0].text for v in review.versions] == [
        "First words",
        "Saved meanwhile",
        "My late words",
    ]


def test_suggested_words_are_put_in_on_request(world: World) -> None:
    answer = world.client("ada").press(
        "/new", "rewrite", account=X, **{"parts-0-text": "A shiny, very good kettle."}
    )

    assert dict(Page(answer.text).form("/new").fields)["parts-0-text"] == "A better, better good kettle."


def test_a_submitted_post_that_did_not_change_is_not_sent_twice(world: World) -> None:
    view = world.sent("Same words")
    answer = world.client("ada").press(f"/posts/{view.review.id}/edit", "send")

    assert answer.status_code == 303
    assert len(world.view(view.review.id).review.versions) == 1


def test_a_reviewer_does_not_get_the_form_of_a_post_that_is_not_theirs(world: World) -> None:
    view = world.draft("Ours")
    world.act("ada", view.review.id, Submit())

    answer = world.client("ben").get(f"/posts/{view.review.id}/edit")

    assert answer.status_code == 403
    assert "Only the people who write this post edit it" in answer.text
