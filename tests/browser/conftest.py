"""The demo in a real Chromium: one server and one browser for all tests of this folder."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from werkzeug.serving import make_server

from reviewer.config import load
from reviewer.service import Services, build, demo
from reviewer.web import Demo, DemoPerson, create_app

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE = (1280, 900), (390, 844)

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Site:
    """The running demo."""

    address: str
    services: Services


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    services = build(load({"REVIEWER_DATA_DIR": str(tmp_path_factory.mktemp("demo"))}))
    services.store.migrate()
    loaded = demo.load(services)
    people = tuple(DemoPerson(p.name, p.email, p.about) for p in loaded.people)
    app = create_app(services, demo=Demo(loaded.password, people))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", services)
    server.shutdown()
    thread.join()
    server.server_close()
    services.store.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium: apt-get install chromium")
    if not (ROOT / "reviewer/web/static/vendor/htmx.js").exists():
        pytest.skip("needs the browser assets: npm ci --ignore-scripts && npm run vendor")
    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    with sync_playwright() as playwright:
        browser = _launch(playwright, flags.split())
        yield browser
        browser.close()


def _launch(playwright: Playwright, flags: list[str]) -> Browser:
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)


Open = Callable[..., Page]


@pytest.fixture
def open_as(site: Site, chromium: Browser) -> Iterator[Open]:
    """`open_as("Ada", size=PHONE, theme="dark", script=False)`: a page, signed in; no complaint may
    reach its console."""
    contexts, complaints = [], []

    def open_one(
        name: str | None, *, size: tuple[int, int] = DESKTOP, theme: str = "light", script: bool = True
    ) -> Page:
        context = chromium.new_context(
            base_url=site.address,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,  # type: ignore[arg-type]  # light or dark
            java_script_enabled=script,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
        page.goto("/sign-in")
        if name:
            page.fill("#email", f"{name.lower()}@fjordlight.example")
            page.fill("#password", demo.PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
