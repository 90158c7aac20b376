"""The pages: what stands on them, what may be pressed, and what happens when something changed meanwhile."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from web_world import LINKEDIN, SLUG, Browser, Page, World, X, world_at

from reviewer.errors import Unavailable
from reviewer.model import Draft, Link, Part, Schedule, Variant
from reviewer.service import DraftView
from reviewer.workflow import Approve, Edit, RequestChanges, Submit

WEB = Path(__file__).parents[1] / "reviewer" / "web"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path) as made:
        yield made


def seen(view: DraftView) -> dict[str, str]:
    return {digest: verdict.sha256 for digest, verdict in view.verdicts.items()}


def buttons(page: Page) -> set[str]:
    return {str(of["value"]) for tag, of in page.tags if tag == "button" and of.get("name") == "do"}


def approved(world: World, text: str = "Tea at five.", **of: object) -> DraftView:
    view = world.draft(text, **of)
    world.act("ada", view.review.id, Submit())
    return world.act("ben", view.review.id, Approve("marketing", seen(view)))


# --- decisions -----------------------------------------------------------------------------------


def test_a_post_is_read_approved_and_stands_in_the_next_list(world: World) -> None:
    view = world.sent("Tea at five.")
    address = f"/posts/{view.review.id}"
    ben = world.client("ben")
    assert "Tea at five." in ben.page("/inbox").text

    answer = ben.press(address, "approve", f"{address}/decide")

    assert (answer.status_code, answer.location) == (303, "/inbox")
    inbox = ben.page("/inbox").text
    assert "Approved. It can go out now." in inbox
    assert "Nothing needs you" in inbox
    assert "Tea at five." in ben.page("/inbox?box=approved").text
    assert "Ben approved as Marketing" in ben.page(address).text


def test_nobody_is_offered_to_approve_what_they_wrote_and_the_server_refuses_it_too(world: World) -> None:
    view = world.sent("Ben wrote this.", by="ben")
    address = f"/posts/{view.review.id}"
    ben = world.client("ben")
    page = ben.page(address)
    assert "approve" not in buttons(page)
    assert "You helped to write this" in page.text

    refused = ben.press_on(page, "approve", f"{address}/decide")

    assert refused.status_code == 403
    assert "Nobody signs off a post that they helped to write" in refused.text
    assert world.view(view.review.id).review.sign_offs == ()


def test_the_owner_group_says_why_it_agrees_or_nothing_is_signed(world: World) -> None:
    view = world.sent("A miracle kettle.", X, LINKEDIN)
    address = f"/posts/{view.review.id}"
    cleo = world.client("cleo")
    page = cleo.page(address)
    assert page.text.count("Legal agrees because") == 1

    silent = cleo.press_on(page, "approve", f"{address}/decide", group=["legal", "marketing"])
    assert silent.status_code == 422
    assert "Say why" in Page(silent.text).text
    assert world.view(view.review.id).review.sign_offs == ()

    given = cleo.press_on(
        page, "approve", f"{address}/decide", group=["legal", "marketing"], accept="It is a quote."
    )
    assert given.status_code == 303
    assert set(world.view(view.review.id).states.values()) == {"approved"}
    assert "It is a quote." in cleo.page(address).text


def test_hidden_fields_that_were_changed_agree_to_nothing(world: World) -> None:
    view = world.sent("A miracle kettle.", X)
    address = f"/posts/{view.review.id}"
    cleo = world.client("cleo")
    page = cleo.page(address)

    for of in ("", "legal", "legal  ", "legal a b c", "x y z"):
        changed = {"group": "legal", "accept-of": of, "accept": "Why not."}
        assert cleo.press_on(page, "approve", f"{address}/decide", **changed).status_code in (303, 409, 422)

    assert all(s.act == "approve" for s in world.view(view.review.id).review.sign_offs)
    assert world.view(view.review.id).state == "in_review"


def test_a_blocked_post_has_no_approve_and_says_what_is_in_the_way(world: World) -> None:
    view = world.sent("A forbidden kettle.")

    page = world.client("ben").page(f"/posts/{view.review.id}")

    assert buttons(page) & {"approve", "request_changes", "reject"} == {"request_changes", "reject"}
    assert "This can't go out" in page.text


def test_asking_for_changes_needs_a_note_and_keeps_nothing_from_the_author(world: World) -> None:
    view = world.sent("Tea at five.")
    address = f"/posts/{view.review.id}"
    ben = world.client("ben")

    silent = ben.press(address, "request_changes", f"{address}/decide")
    assert silent.status_code == 422
    assert "Say why" in Page(silent.text).text

    ben.press(address, "request_changes", f"{address}/decide", note="Which day?")
    page = world.client("ada").page(address)
    assert "Ben (Marketing) asks for changes" in page.text
    assert "Which day?" in page.text


def test_an_objection_is_taken_back_by_its_author_and_set_aside_by_a_colleague(world: World) -> None:
    view = world.sent("Tea at five.")
    address = f"/posts/{view.review.id}"
    ask = RequestChanges("marketing", "Which day?", seen(view), ("o1",))
    world.act("ben", view.review.id, ask)
    ben, cleo = world.client("ben"), world.client("cleo")
    assert "lift" in buttons(ben.page(address))
    assert "dismiss" not in buttons(ben.page(address))
    assert "lift" not in buttons(cleo.page(address))

    page = cleo.page(address)
    cleo.press_on(page, "dismiss", f"{address}/act", objection="o1", group="marketing", reason="Every day.")
    assert world.view(view.review.id).state == "in_review"
    assert "set an objection aside as Marketing" in cleo.page(address).text

    world.act("ben", view.review.id, replace(ask, ids=("o2",)))
    ben.press_on(ben.page(address), "lift", f"{address}/act", objection="o2")
    assert world.view(view.review.id).state == "in_review"


def test_a_decision_on_a_text_that_changed_is_refused_with_what_changed_and_keeps_the_note(
    world: World,
) -> None:
    view = world.sent("Tea at five.")
    address = f"/posts/{view.review.id}"
    ben = world.client("ben")
    page = ben.page(address)
    edited = Draft((replace(view.review.draft.variants[0], parts=(Part("Tea at six."),)),))
    world.act("ada", view.review.id, Edit(1, edited), Submit())

    late = ben.press_on(page, "reject", f"{address}/decide", note="Five is too early.")

    assert late.status_code == 409
    after = Page(late.text)
    assert "The post changed after you opened it" in after.text
    assert re.search(r"<del>five</del><ins>six</ins>", late.text)
    assert dict(after.form(f"{address}/decide").fields)["note"] == "Five is too early."
    again = ben.press_on(after, "reject", f"{address}/decide")
    assert again.status_code == 303


def test_a_reason_that_was_typed_survives_a_refusal(world: World) -> None:
    view = world.sent("A miracle kettle.", X, LINKEDIN)
    address = f"/posts/{view.review.id}"
    cleo = world.client("cleo")
    page = cleo.page(address)
    x, linkedin = view.review.draft.variants
    world.act(
        "ada",
        view.review.id,
        Edit(1, Draft((replace(x, parts=(Part("A miracle pot."),)), linkedin))),
        Submit(),
    )

    late = cleo.press_on(page, "approve", f"{address}/decide", accept="It is a quote.")

    assert late.status_code == 409
    assert "It is a quote." not in Page(late.text).text  # fields are not words of the page
    typed = [value for name, value in Page(late.text).form(f"{address}/decide").fields if name == "accept"]
    assert len(typed) == 2


# --- by hand, permits, published -------------------------------------------------------------------


def test_posting_by_hand_gives_the_words_and_uses_the_go_ahead_once(world: World) -> None:
    view = approved(world, "Tea at five.\nBring a cup.")
    address = f"/posts/{view.review.id}/by-hand"
    ada = world.client("ada")
    page = ada.page(address)
    assert "Tea at five.\nBring a cup." in ada.get(address).text
    assert any(of.get("href") == "https://x.com/compose/post" for _, of in page.tags)

    wrong = ada.press_on(page, "", address, url="x.com/kettle/1")
    assert wrong.status_code in (404, 405, 422)
    fields = dict(page.form(address).fields)
    for url in ("x.com/kettle/1", "https://[x.com/1", "https://x.com/\0", "javascript:alert(1)"):
        refused = ada.client.post(address, data=fields | {"url": url})
        assert refused.status_code == 422, url
        assert "Give the full address" in refused.text

    done = ada.client.post(address, data=fields | {"url": "https://x.com/kettle/status/1"})
    assert done.status_code == 303
    assert world.view(view.review.id).state == "published"
    assert ada.client.post(address, data=fields | {"url": "https://x.com/kettle/status/2"}).status_code == 409
    assert "As signed" in world.client("ben").page("/published").text


def test_a_go_ahead_can_be_taken_back_from_the_page(world: World) -> None:
    view = approved(world)
    digest = view.review.draft.digests[0]
    world.services.release.issue(world.actor("ada"), view.review.id, digest)
    address = f"/posts/{view.review.id}"
    ben = world.client("ben")
    jti = world.view(view.review.id).review.permits[0].jti

    ben.press_on(ben.page(address), "revoke", f"{address}/act", jti=jti)

    assert world.view(view.review.id).state == "approved"


def test_only_signing_groups_see_what_is_published(world: World) -> None:
    assert world.client("ada").get("/published").status_code == 403
    assert world.client("ben").get("/published").status_code == 200


# --- what stands on the pages ----------------------------------------------------------------------


def every_page(world: World, draft_id: str) -> dict[str, str]:
    ada, cleo = world.client("ada"), world.client("cleo")
    return {
        address: browser.get(address).text
        for browser, address in (
            (cleo, "/inbox"),
            (cleo, "/inbox?box=waiting"),
            (ada, "/posts"),
            (cleo, "/published"),
            (cleo, f"/posts/{draft_id}"),
            (ada, f"/posts/{draft_id}/edit"),
            (ada, f"/posts/{draft_id}/by-hand"),
            (ada, "/new"),
            (ada, "/nowhere"),
        )
    }


HOSTILE = "</textarea></template></title><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'\"><b>"


def test_words_in_a_post_never_become_markup(world: World) -> None:
    variant = Variant(
        "reply",
        "x",
        X,
        (Part(HOSTILE),),
        target="https://x.com/sam/status/1",
        first_comment=HOSTILE,
        link=Link("https://kettle.example/<script>", HOSTILE, HOSTILE),
        content_warning=HOSTILE,
    )
    words = {"goal": HOSTILE, "audience": HOSTILE, "brief": HOSTILE, "campaign": HOSTILE, "tags": (HOSTILE,)}
    draft = Draft((variant,), **words, target_author=HOSTILE, target_text=HOSTILE)  # type: ignore[arg-type]
    view = world.services.drafts.create(world.actor("ada"), SLUG, draft)
    world.act("ada", view.review.id, Submit())
    world.act("ben", view.review.id, RequestChanges("marketing", HOSTILE, seen(view), ("o1",)))

    for address, html in every_page(world, view.review.id).items():
        page = Page(html)
        assert [of.get("src") for tag, of in page.tags if tag == "script" and "src" not in of] == [], address
        assert [of for tag, of in page.tags if tag == "img"] == [], address
        assert [n for _, of in page.tags for n in of if n.startswith("on") or n == "style"] == [], address
        assert "49" not in page.text, address


def test_no_page_shows_a_digest_or_calls_a_post_clear(world: World) -> None:
    view = approved(world)

    for address, html in every_page(world, view.review.id).items():
        text = Page(html).text
        assert re.findall(r"[0-9a-f]{32,}", text) == [], address
        assert re.findall(r"\bclear\b", text, re.IGNORECASE) == [], address
    assert "Nothing found in 4 checks" in world.client("ben").page(f"/posts/{view.review.id}").text


def test_nothing_in_the_pages_needs_inline_script_or_style() -> None:
    for template in (WEB / "templates").glob("*.html"):
        source = template.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=|hx-on|js:", source), (
            template.name
        )
    for script in (WEB / "static").glob("*.js"):
        assert not re.search(r"\beval\(|new Function|innerHTML|\.style\b", script.read_text()), script.name


def test_every_answer_carries_the_content_policy(world: World) -> None:
    for address in ("/sign-in", "/nowhere", "/static/app.js", "/inbox"):
        with world.client("ben").get(address) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy, address
        assert "style-src 'self';" in policy, address
        assert "unsafe" not in policy, address
        assert headers["X-Content-Type-Options"] == "nosniff", address


def test_the_history_is_told_with_names_and_reasons(world: World) -> None:
    view = world.sent("A miracle kettle.")
    world.act("ben", view.review.id, RequestChanges("marketing", "Whose miracle?", seen(view), ("o1",)))

    text = world.client("ada").page(f"/posts/{view.review.id}").text

    history = text[text.index("History") :]
    for said in (
        "Ada started this post",
        "Ada sent it for review",
        "Ben asked for changes as Marketing",
        "Whose miracle?",
    ):
        assert said in history


def test_the_inbox_says_the_worst_the_number_the_channels_and_the_deadline(world: World) -> None:
    view = world.draft(
        "A miracle, very shiny kettle.",
        X,
        LINKEDIN,
        schedule=Schedule("at", world.clock.at + timedelta(minutes=42)),
    )
    world.act("ada", view.review.id, Submit())

    text = world.client("ben").page("/inbox").text

    for said in (
        "Somebody must agree · 6 findings",
        "X and LinkedIn",
        "in 42 min",
        "Mon 2 Mar 2026, 10:43",
        "Ada",
    ):
        assert said in text


def test_a_brand_with_one_person_is_told_that_nothing_can_be_signed_off(world: World) -> None:
    eve = world.client("eve")
    saved = eve.press("/new", "send", account="x:solo", **{"parts-0-text": "Fresh bread."})

    for address in ("/inbox", "/posts", "/new", str(saved.location)):
        assert "one person belongs to" in eve.page(address).text, address


def test_a_post_of_another_brand_is_not_there(world: World) -> None:
    view = world.sent("Tea at five.")
    eve = world.client("eve")

    for address in (
        f"/posts/{view.review.id}",
        f"/posts/{view.review.id}/edit",
        f"/posts/{view.review.id}/by-hand",
    ):
        assert eve.get(address).status_code == 404
    decide = eve.press_on(Page(eve.get("/posts").text), "approve", "/theme")
    assert decide.status_code == 303
    fields = {"csrf_token": dict(eve.page("/posts").form("/theme").fields)["csrf_token"], "do": "approve"}
    assert eve.client.post(f"/posts/{view.review.id}/decide", data=fields).status_code == 404


def test_somebody_of_two_brands_finds_the_post_and_lands_in_its_brand(world: World) -> None:
    world.services.people.add_person("solo", "ben@kettle.example", "Ben", "not used for known people")
    view = world.sent("Tea at five.")
    ben = world.client("ben")
    switch = {"csrf_token": dict(ben.page("/posts").form("/brand").fields)["csrf_token"], "brand": "solo"}
    ben.client.post("/brand", data=switch)
    assert "Solo Bakery" in ben.page("/posts").text

    assert "Tea at five." in ben.page(f"/posts/{view.review.id}").text
    assert "You sign for Marketing at Kettle & Co" in ben.page("/posts").text


def test_errors_are_pages_with_a_next_step(world: World) -> None:
    ben = world.client("ben")

    for address in ("/posts/unknown", "/nowhere", "/inbox?box=other", "/media/0"):
        answer = ben.get(address)
        assert answer.status_code == 404, address
        page = Page(answer.text)
        assert any(of.get("class") == "button" and of.get("href") == "/" for _, of in page.tags), address


def test_a_fault_of_ours_is_a_page_with_a_number_and_not_a_trace(world: World) -> None:
    world.app.add_url_rule("/boom", view_func=lambda: 1 / 0)

    answer = Browser(world.app.test_client()).get("/boom")

    assert answer.status_code == 500
    assert "It is our fault" in answer.text
    assert "ZeroDivision" not in answer.text


def test_the_theme_is_kept_without_script_and_leads_back(world: World) -> None:
    ben = world.client("ben")
    fields = dict(ben.page("/inbox").form("/theme").fields)

    answer = ben.client.post(
        "/theme", data=fields | {"theme": "dark"}, headers={"Referer": "http://localhost/inbox"}
    )

    assert answer.location == "http://localhost/inbox"
    assert ("html", {"lang": "en", "data-theme": "dark"}) in ben.page("/inbox").tags
    elsewhere = ben.client.post(
        "/theme", data=fields | {"theme": ""}, headers={"Referer": "https://evil.example/"}
    )
    assert elsewhere.location == "/"


def test_when_the_database_is_away_the_page_says_so_and_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = world.client("ben")

    def away() -> None:
        raise Unavailable("The database does not answer. Nothing was saved: try again in a minute.")

    monkeypatch.setattr(world.services.store, "read", away)
    answer = ben.get("/inbox")

    assert answer.status_code == 503
    assert "Nothing was saved: try again in a minute." in Page(answer.text).text
    assert any(of.get("href") == "/" and of.get("class") == "button" for _, of in Page(answer.text).tags)
