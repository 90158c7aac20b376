"""Passkeys with a virtual authenticator, codes of an app, and proving again, in Chromium."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import AXE, DESKTOP, PHONE
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from reviewer.config import load
from reviewer.service import Services, build, demo
from reviewer.store import WayIn
from reviewer.web import create_app

pytestmark = pytest.mark.browser
BRAND = "fjordlight"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Services]]:
    """A demo of its own, under `localhost`: passkeys are bound to a name, and this one browsers take."""
    services = build(load({"REVIEWER_DATA_DIR": str(tmp_path_factory.mktemp("people"))}))
    services.store.migrate()
    demo.load(services)
    site = make_server("127.0.0.1", 0, create_app(services), threaded=True)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    yield f"http://localhost:{site.server_port}", services
    site.shutdown()
    thread.join()
    site.server_close()
    services.store.close()


Enter = Callable[..., Page]


@pytest.fixture
def enter(server: tuple[str, Services], chromium: Browser) -> Iterator[Enter]:
    """`enter("Ada")`: a page in a browser of its own with a virtual authenticator, signed in."""
    contexts, complaints = [], []

    def open_one(name: str | None, *, size: tuple[int, int] = DESKTOP, theme: str = "light") -> Page:
        context = chromium.new_context(
            base_url=server[0],
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,  # type: ignore[arg-type]  # light or dark
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
        authenticator = context.new_cdp_session(page)
        authenticator.send("WebAuthn.enable")
        authenticator.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        if name:
            sign_in(page, name)
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.fill("#email", f"{name.lower()}@fjordlight.example")
    page.fill("#password", demo.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/account")
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")


def add_passkey(page: Page, name: str) -> None:
    page.goto("/account/passkeys")
    page.fill("#name", name)
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/account")
    expect(page.locator("main")).to_contain_text(f"The passkey “{name}” opens your account")


def check_with_axe(page: Page) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))")
    assert found == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, page.url


def test_a_passkey_is_added_opens_the_account_alone_and_is_removed(enter: Enter) -> None:
    page = enter("Emil")
    add_passkey(page, "My laptop")
    sign_out(page)

    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    expect(page.locator("details.me summary")).to_have_attribute(
        "aria-label", "You are Emil: theme, keys, sign out"
    )

    page.goto("/account/passkeys")
    expect(page.locator("main")).to_contain_text("My laptop")
    page.get_by_role("button", name="Remove My laptop").click()
    page.goto("/account")
    expect(page.locator("main")).not_to_contain_text("My laptop")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("main")).to_contain_text("does not open an account here")


def test_codes_of_an_app_are_set_up_and_asked_for(enter: Enter) -> None:
    page = enter("Emil")
    page.goto("/account/codes")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".qr img")).to_be_visible()
    check_with_axe(page)
    phone = TOTP(page.locator(".key").inner_text().replace("-", "").replace(" ", ""))
    page.fill("#code", str(phone.generate().token))
    page.get_by_role("button", name="Switch codes on").click()
    page.wait_for_url("**/account")
    page.get_by_role("link", name="Make them").click()
    page.get_by_role("button", name="Make ten codes").click()
    expect(page.locator(".codes li")).to_have_count(10)
    check_with_axe(page)
    spare = page.locator(".codes .key").first.inner_text()
    sign_out(page)

    sign_in(page, "Emil")
    page.wait_for_url(lambda url: "/sign-in/code" in url)
    check_with_axe(page)
    page.fill("#code", "000 000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("does not fit")
    page.fill("#code", str(phone.generate(time.time() + 30).token))  # the next one: each opens once
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/posts")
    sign_out(page)

    sign_in(page, "Emil")
    page.get_by_role("link", name="The phone is lost").click()
    page.fill("#code", spare)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/posts")


def test_a_passkey_proves_again_in_the_middle_of_a_decision(
    enter: Enter, server: tuple[str, Services]
) -> None:
    services = server[1]
    page = enter("Dana")
    add_passkey(page, "My phone")
    dana = services.people.person_by_email("dana@fjordlight.example").id
    services.store.write(lambda tx: tx.lift_suspension(BRAND, dana, "", services.clock()))
    services.joining.set_way_in_by_operator(BRAND, WayIn(prove_minutes=1))
    with services.store.read() as tx:
        session = tx.sessions_of(dana, services.clock())[0]
    old = {**session.data, "proved_at": "2020-01-01T00:00:00+00:00"}
    services.store.write(lambda tx: tx.save_session(replace(session, data=old)))

    page.goto("/inbox")
    page.locator("[data-row]").first.click()
    page.wait_for_url("**/posts/*")
    page.fill("#note", "Please say which lamp.")
    page.get_by_role("button", name="Approve", exact=False).first.click()
    expect(page.locator("h1")).to_have_text("Is it you?")
    check_with_axe(page)
    expect(page.locator("input[name=note]")).to_have_value("Please say which lamp.")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: not url.endswith("/decide"))
    expect(page.locator("h1")).not_to_have_text("Is it you?")
    services.joining.set_way_in_by_operator(BRAND, WayIn())


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_the_pages_of_accounts_and_people_fit_and_have_no_barriers(
    enter: Enter, server: tuple[str, Services], size: tuple[int, int], theme: str, tmp_path: Path
) -> None:
    services = server[1]
    cleo = services.people.person_by_email("dana@fjordlight.example").id
    services.store.write(lambda tx: tx.set_roles(BRAND, cleo, {"author", "brand_admin"}))
    link = services.joining.invite_by_operator(BRAND, "nora@fjordlight.example", "Nora", ["marketing"])
    page = enter("Dana", size=size, theme=theme)
    for address in ("/account", "/account/password", "/account/passkeys", "/people"):
        page.goto(address)
        check_with_axe(page)
    stranger = enter(None, size=size, theme=theme)
    for address in ("/sign-in", link.partition(":8000")[2]):
        stranger.goto(address)
        check_with_axe(stranger)
