"""Pauses in a real browser: placed and ended by pressing buttons, shown everywhere, readable by everybody."""

import pytest
from conftest import AXE, PHONE, Open
from playwright.sync_api import Page, expect
from test_pages import STANDARDS, first

pytestmark = pytest.mark.browser


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds on the page as it stands."""
    page.evaluate(AXE.read_text())
    answer = page.evaluate("tags => axe.run(document, {runOnly: tags})", STANDARDS)
    return [(v["id"], node["html"][:120]) for v in answer["violations"] for node in v["nodes"][:3]]


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_pause_is_placed_stands_everywhere_and_is_ended_by_two(open_as: Open, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci --ignore-scripts")
    dana, ada = open_as("Dana", theme=theme), open_as("Ada", size=PHONE, theme=theme)
    dana.locator("details.me summary").click()
    dana.get_by_role("link", name="Pauses", exact=True).click()
    expect(dana.get_by_role("heading", name="Pauses", exact=True)).to_be_visible()
    assert faults(dana) == []

    dana.select_option("#scope", "brand:fjordlight")
    dana.fill("#reason", "A fire in the warehouse.")
    dana.get_by_role("button", name="Pause", exact=True).click()
    expect(dana.get_by_text("These posts may appear")).to_be_visible()
    assert faults(dana) == []

    found = []
    for address in ("/pauses", "/inbox", "/new", "/published"):
        ada.goto(address)
        expect(ada.get_by_label("Pauses").get_by_text("Paused: everything of Fjordlight.")).to_be_visible()
        found += faults(ada)
        assert ada.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    first(ada, "/inbox", words="chairman")
    unfold(ada)
    assert found + faults(ada) == []

    for person, button in ((dana, "Agree that it may end"), (ada, "End the pause")):
        person.goto("/pauses")
        person.get_by_role("button", name=button).click()
        expect(person.get_by_role("status").first).to_be_visible()
    expect(ada.get_by_text("Nothing is paused.")).to_be_visible()
    expect(ada.get_by_label("Pauses")).to_have_count(0)
    assert faults(ada) == []


def test_words_are_suggested_and_taken_over(open_as: Open) -> None:
    dana, emil = open_as("Dana"), open_as("Emil")
    first(dana, "/inbox", words="postage")  # a post that no other test here reads
    dana.get_by_text("Suggest other words").click()
    dana.get_by_label("Your words").fill("We are sorry. We pay for the way back.")
    dana.get_by_role("button", name="Suggest", exact=True).click()
    expect(dana.get_by_text("Suggested. Whoever writes the post takes it over, or not.")).to_be_visible()

    emil.goto(dana.url)
    emil.get_by_role("button", name="Take it over").click()

    expect(emil.get_by_text("Version 2", exact=True)).to_be_visible()
    expect(emil.locator(".galley").first).to_contain_text("We are sorry. We pay for the way back.")
