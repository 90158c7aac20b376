"""What people do: write with the live check, read, decide, by keyboard, and without script."""

import pytest
from conftest import Open, Site
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAINT = "e => getComputedStyle(document.documentElement).getPropertyValue('color-scheme')"


def test_findings_come_while_typing_and_the_marks_lie_under_their_words(open_as: Open) -> None:
    page = open_as("Emil")
    page.goto("/new")
    page.check("input[value='x:fjordlight']")
    text = page.locator("#parts-0-text")
    text.press_sequentially("Our chairman likes lamps.\nAll of them.")

    expect(page.locator("#live-title")).to_contain_text("finding")
    expect(page.locator("#live")).to_contain_text("38 of 280 characters")
    expect(page.locator("[data-under] .mark", has_text="chairman")).to_have_count(1)
    # the marked word starts where the field draws it: the same type, padding and border
    drift = page.evaluate(
        """() => {
            const [under, field] = ["[data-under]", "#parts-0-text"].map(s => document.querySelector(s));
            const of = e => ["font", "letterSpacing", "paddingLeft", "paddingTop", "borderLeftWidth", "width"]
                .map(n => getComputedStyle(e)[n]).join();
            const [a, b] = [under, field].map(e => e.getBoundingClientRect());
            return of(under) === of(field) ? Math.hypot(a.x - b.x, a.y - b.y) : of(under) + of(field);
        }"""
    )
    assert drift == 0

    text.press("End")
    text.press_sequentially(" More.")
    expect(page.locator("#live")).to_contain_text("44 of 280 characters")
    assert text.input_value() == "Our chairman likes lamps.\nAll of them. More."


def test_marks_of_an_older_text_are_not_shown_under_a_newer_one(open_as: Open) -> None:
    page = open_as("Emil")
    page.goto("/new")
    page.fill("#parts-0-text", "Our chairman.")
    expect(page.locator("[data-under] .mark", has_text="chairman")).to_have_count(1)
    page.route("**/check", lambda route: route.abort())

    page.fill("#parts-0-text", "Our new chairman.")

    expect(page.locator("[data-under]")).to_be_hidden()
    expect(page.locator("#offline")).to_be_visible()


def test_a_post_goes_from_the_form_to_approval_by_keyboard(open_as: Open, site: Site) -> None:
    emil = open_as("Emil")
    emil.goto("/new")
    emil.check("input[value='mastodon:fjordlight@social.example']")
    emil.fill("#parts-0-text", "The workshop smells of cedar today.")
    emil.get_by_role("button", name="Send for review").click()
    expect(emil.locator("h1")).to_have_text("Post by Emil")

    dana = open_as("Dana")
    dana.goto("/inbox")
    rows = dana.locator("[data-row]").count()
    for _ in range(rows):
        dana.keyboard.press("j")
        if "cedar" in dana.evaluate("document.activeElement.textContent"):
            break
    dana.keyboard.press("o")
    dana.wait_for_url("**/posts/*")
    for group in dana.locator("input[name=group]").all():
        group.set_checked(group.get_attribute("value") == "marketing")
    dana.locator("h1").click()
    dana.keyboard.press("a")
    expect(dana.locator("[data-key=a]")).to_be_focused()
    assert "/posts/" in dana.url, "a key only moves the focus, it never decides"
    dana.keyboard.press("Enter")
    dana.wait_for_url("**/inbox")
    expect(dana.locator("main")).to_contain_text("Approved. It can go out now.")


def test_n_goes_through_the_findings_and_lights_their_words(open_as: Open) -> None:
    page = open_as("Dana")
    page.goto("/inbox")
    page.locator("[data-row]", has_text="chairman").first.click()
    page.wait_for_url("**/posts/*")

    page.keyboard.press("n")
    page.keyboard.press("n")

    expect(page.locator("[data-finding]").nth(1)).to_be_focused()
    expect(page.locator("a.mark.lit").first).to_be_visible()
    page.locator("a.mark", has_text="chairman").first.click()
    expect(page.locator("[data-finding]", has_text="chairman").first).to_be_focused()


def test_everything_works_without_script(open_as: Open) -> None:
    page = open_as("Emil", script=False)
    page.goto("/new")
    page.check("input[value='x:fjordlight']")
    page.check("input[value='linkedin:company/fjordlight']")
    page.fill("#parts-0-text", "Our chairman opens the door.")
    page.get_by_role("button", name="Check the text").click()
    expect(page.locator("#live-title")).to_contain_text("finding")
    page.get_by_role("button", name="Add a part (thread)").first.click()
    page.fill("#parts-1-text", "And closes it.")
    page.locator("button[value='own linkedin:company/fjordlight']").click()
    page.fill("[name='own:linkedin:company/fjordlight:parts-1-text']", "And leaves it open.")
    page.get_by_role("button", name="Send for review").click()

    expect(page.locator("h1")).to_have_text("Post by Emil")
    expect(page.locator(".review-text")).to_contain_text("And leaves it open.")
    expect(page.locator("main")).to_contain_text("Waiting for approval")


def test_the_theme_changes_at_once_stays_and_loses_nothing_that_was_typed(open_as: Open) -> None:
    page = open_as("Emil", theme="light")
    page.goto("/new")
    page.fill("#parts-0-text", "Half a thought")
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Dark").click()

    assert page.evaluate(PAINT) == "dark"
    expect(page.locator("#parts-0-text")).to_have_value("Half a thought")
    page.goto("/posts")
    assert page.evaluate(PAINT) == "dark"


def test_an_upload_shows_at_once_and_asks_for_a_description(open_as: Open) -> None:
    page = open_as("Emil")
    page.goto("/new")
    page.fill("#parts-0-text", "Look at this")
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
    )
    page.set_input_files("#parts-0-file", [{"name": "lamp.png", "mimeType": "image/png", "buffer": picture}])

    expect(page.get_by_label("Description for people who can’t see it")).to_be_visible()
    expect(page.locator("#parts-0-text")).to_have_value("Look at this")
