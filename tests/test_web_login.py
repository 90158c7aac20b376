"""Coming in: the right password, few tries, sessions that end at once."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from web_world import PASSWORD, Browser, Page, World, world_at

from reviewer.web import Demo, DemoPerson
from reviewer.web.proof import FOR_ONE_ACCOUNT, FROM_ONE_ADDRESS, WITHIN
from reviewer.web.sessions import IDLE, LIFETIME

ADA = "ada@kettle.example"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path) as made:
        yield made


def rows(world: World, table: str) -> int:
    with world.services.store.read() as tx:
        return int(tx.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


def cookie(browser: Browser, name: str = "reviewer") -> str:
    found = browser.client.get_cookie(name)
    return found.value if found else ""


def test_the_right_password_opens_the_inbox_or_ones_own_posts(world: World) -> None:
    assert world.client("ben").get("/").location == "/inbox"
    assert world.client("ada").get("/").location == "/posts"


def test_everything_but_sign_in_asks_for_sign_in(world: World) -> None:
    browser = world.client()

    for rule in world.app.url_map.iter_rules():
        if not rule.endpoint.startswith("pages.") or rule.endpoint == "pages.set_theme":
            continue
        address = re.sub(r"<(int:)?\w+>", "1" * 24, rule.rule.replace("<sha256>", "0" * 64))
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = browser.client.open(address, method=method)
        assert answer.status_code in (302, 400), address
        if method == "GET":
            assert str(answer.location).startswith("/sign-in"), address


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(world: World) -> None:
    wrong = Page(world.client().sign_in(ADA, "not the password").text).text
    unknown = Page(world.client().sign_in("nobody@kettle.example", "not the password").text).text

    assert wrong == unknown
    assert "do not match" in wrong


def test_after_a_few_wrong_passwords_even_the_right_one_waits(world: World) -> None:
    browser = world.client()
    for _ in range(FOR_ONE_ACCOUNT):
        assert browser.sign_in(ADA, "not the password").status_code == 200

    refused = browser.sign_in(ADA, PASSWORD)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == str(int(WITHIN.total_seconds()))
    assert "Wait 15 minutes" in refused.text

    world.clock.at += WITHIN + timedelta(seconds=1)
    assert browser.sign_in(ADA, PASSWORD).status_code == 302


def test_other_spellings_of_an_address_have_no_tries_of_their_own(world: World) -> None:
    browser = world.client()
    for _ in range(FOR_ONE_ACCOUNT):
        browser.sign_in(ADA, "not the password")

    for spelling in (ADA.upper(), f" {ADA} ", ADA.replace("@k", "@\uff4b"), ADA.replace(".", "\u3002")):
        assert browser.sign_in(spelling, PASSWORD).status_code == 429, spelling


def test_one_address_does_not_try_every_account(world: World) -> None:
    browser = world.client()
    for n in range(FROM_ONE_ADDRESS):
        browser.sign_in(f"guess{n}@kettle.example", "not the password")

    assert browser.sign_in(ADA, PASSWORD).status_code == 429


def test_the_right_password_begins_the_count_anew(world: World) -> None:
    for _ in range(3):
        browser = world.client()
        for _ in range(FOR_ONE_ACCOUNT - 1):
            browser.sign_in(ADA, "not the password")
        assert browser.sign_in(ADA, PASSWORD).status_code == 302


def test_looking_at_the_sign_in_page_costs_no_row(world: World) -> None:
    world.client().get("/sign-in")

    assert rows(world, "sessions") == 0


def test_signing_in_changes_the_cookie_and_the_database_never_holds_it(world: World) -> None:
    browser = world.client()
    browser.get("/sign-in")
    before = cookie(browser)
    browser.sign_in(ADA, PASSWORD)

    assert before.startswith("c.")
    assert cookie(browser).startswith("t.")
    token = cookie(browser).removeprefix("t.")
    with world.services.store.read() as tx:
        session = tx.session_of(token, world.clock())
    assert session is not None
    assert session.user_id == world.people["ada"]
    assert token not in str(session)


def test_a_signed_cookie_from_before_sign_in_never_counts_as_signed_in(world: World) -> None:
    serializer = world.app.session_interface._serializer(world.app)  # type: ignore[attr-defined]
    with world.services.store.read() as tx:
        uniquifier = tx.session.execute(text("SELECT fs_uniquifier FROM users")).scalars().first()
    browser = world.client()
    forged = f"c.{serializer.dumps({'_user_id': uniquifier, '_fresh': True})}"
    browser.client.set_cookie("reviewer", forged)

    assert str(browser.get("/inbox").location).startswith("/sign-in")


def test_signing_out_ends_the_session_on_the_server_too(world: World) -> None:
    browser = world.client("ada")
    stolen = cookie(browser)
    assert browser.get("/posts").status_code == 200

    browser.press_on(browser.page("/posts"), "", "/sign-out")
    browser.client.set_cookie("reviewer", stolen)

    assert str(browser.get("/posts").location).startswith("/sign-in")


def test_whoever_is_shut_out_is_out_at_the_next_click(world: World) -> None:
    browser = world.client("ada")
    world.services.people.deactivate(ADA)

    assert str(browser.get("/posts").location).startswith("/sign-in")


def test_a_new_password_ends_every_session(world: World) -> None:
    browser = world.client("ada")
    world.services.people.set_password(ADA, "another four lamps")

    assert str(browser.get("/posts").location).startswith("/sign-in")
    assert world.client().sign_in(ADA, "another four lamps").status_code == 302


def test_a_session_ends_after_idling_and_after_a_week_however_busy(world: World) -> None:
    idle, busy = world.client("ada"), world.client("ben")
    end = world.clock.at + LIFETIME
    world.clock.at += IDLE + timedelta(minutes=1)
    assert str(idle.get("/posts").location).startswith("/sign-in")

    busy = world.client("ben")
    end = world.clock.at + LIFETIME
    while world.clock.at + IDLE / 2 < end:
        assert busy.get("/posts").status_code == 200
        world.clock.at += IDLE / 2
    world.clock.at = end + timedelta(seconds=1)
    assert str(busy.get("/posts").location).startswith("/sign-in")


def test_no_form_is_taken_without_its_token(world: World) -> None:
    browser = world.client("ada")

    for address in ("/new", "/check", "/theme", "/brand", "/sign-out", "/posts/0/decide", "/posts/0/act"):
        answer = browser.client.post(address, data={"do": "save"})
        assert answer.status_code == 400 or "Sign out?" in answer.text, address


def test_a_token_in_the_address_or_a_header_is_nobody(world: World) -> None:
    with world.app.test_request_context():
        from flask_security import SQLAlchemySessionUserDatastore

        datastore: SQLAlchemySessionUserDatastore = world.app.extensions["security"].datastore
        token = datastore.find_user(email=ADA).get_auth_token()

    browser = world.client()

    assert browser.client.get(f"/posts?auth_token={token}").status_code == 302
    assert browser.client.get("/posts", headers={"Authentication-Token": token}).status_code == 302


def test_behind_https_the_cookie_is_bound_to_this_host(tmp_path: Path) -> None:
    with world_at(tmp_path, public_url="https://review.example") as world:
        browser = Browser(world.app.test_client())
        answer = browser.client.get("/sign-in", base_url="https://review.example")
        flags = answer.headers["Set-Cookie"]

        assert flags.startswith("__Host-reviewer=")
        for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert flag in flags
        assert "Domain" not in flags
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_passwords_are_kept_with_argon2id(world: World) -> None:
    with world.services.store.read() as tx:
        kept = tx.session.execute(text("SELECT password FROM users")).scalars().all()

    assert all(password.startswith("$argon2id$") for password in kept)


def test_only_the_demo_shows_people_and_their_password(tmp_path: Path) -> None:
    demo = Demo("lamp light lamp", (DemoPerson("Ada", ADA, "writes"),))
    with world_at(tmp_path / "demo", demo=demo) as world:
        assert "lamp light lamp" in world.client().page("/sign-in").text
        assert "lamp light lamp" not in world.client("ben").page("/inbox").text
    with world_at(tmp_path / "real") as world:
        shown = world.client().page("/sign-in").text
        assert "demo" not in shown.lower()
        assert ADA not in shown


def test_signing_in_leads_back_to_the_page_that_was_asked_for_and_never_to_another_site(world: World) -> None:
    for asked, led in (("/inbox?box=approved", "/inbox?box=approved"), ("https://evil.example/", "/")):
        browser = world.client()
        page = Page(browser.client.get("/sign-in", query_string={"next": asked}).text)
        fields = dict(page.form("/sign-in").fields) | {"email": "ben@kettle.example", "password": PASSWORD}
        answer = browser.client.post("/sign-in", data=fields)
        if led == "/":
            assert "evil" not in str(answer.location)
        else:
            assert answer.location == led
