"""Every page: readable for everybody, in light and dark, on a desk and on a phone."""

from collections.abc import Callable

import pytest
from conftest import AXE, DESKTOP, PHONE, Open
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def first(page: Page, box: str, *, words: str = "") -> None:
    page.goto(box)
    page.locator("[data-row]", has_text=words).first.click()
    page.wait_for_url("**/posts/*")


def walk(open_as: Open, size: tuple[int, int], theme: str, look: Callable[[Page, str], None]) -> None:
    """Show every kind of page to `look`."""
    look(open_as(None, size=size, theme=theme), "sign in")
    dana = open_as("Dana", size=size, theme=theme)
    for address in ("/inbox", "/inbox?box=waiting", "/inbox?box=sent_back", "/inbox?box=approved"):
        dana.goto(address)
        look(dana, address)
    for address in ("/published", "/posts/unknown"):
        dana.goto(address)
        look(dana, address)
    first(dana, "/inbox", words="chairman")
    look(dana, "review with findings")
    first(dana, "/inbox?box=sent_back")
    look(dana, "review with an objection")
    emil = open_as("Emil", size=size, theme=theme)
    emil.goto("/posts")
    look(emil, "my posts")
    first(emil, "/posts", words="Wiring a lamp")
    look(emil, "own post, approved")
    emil.goto(f"{emil.url}/by-hand")
    look(emil, "by hand")
    first(emil, "/posts", words="old lamps")
    emil.goto(f"{emil.url}/edit")
    look(emil, "edit with a picture")
    emil.goto("/new")
    emil.check("input[value='x:fjordlight']")
    emil.fill("#parts-0-text", "Our chairman promises guaranteed savings, guys!!")
    emil.locator("#live [data-finding]").first.wait_for()
    look(emil, "new post")
    emil.locator("details.me summary").click()
    look(emil, "menu")
    emil.keyboard.press("Escape")
    emil.locator("h1").click()
    emil.keyboard.press("?")
    emil.locator("#keys[open]").wait_for()
    look(emil, "keys")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(open_as: Open, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci --ignore-scripts")
    axe, found = AXE.read_text(), []

    def look(page: Page, name: str) -> None:
        page.evaluate(axe)
        answer = page.evaluate("tags => axe.run(document, {runOnly: tags})", STANDARDS)
        for violation in answer["violations"]:
            where = [node["html"][:120] for node in violation["nodes"][:3]]
            found.append((name, violation["id"], where))

    walk(open_as, DESKTOP, theme, look)

    assert found == []


def test_nothing_is_wider_than_a_phone_and_every_target_can_be_hit(open_as: Open) -> None:
    found = []

    def look(page: Page, name: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        small = page.evaluate(
            """() => [...document.querySelectorAll("main button, main .button, nav a, summary")]
                .map(e => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect()])
                .filter(([, box]) => box.width > 2 && (box.height < 24 || box.width < 24))
                .map(([words]) => words)"""
        )
        if wide > 0 or small:
            found.append((name, wide, small))

    walk(open_as, PHONE, "light", look)

    assert found == []
