"""Second factors: codes that open once, codes for a lost phone, limits that all workers share, and what a
change does to a vote."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from passlib.totp import TOTP
from sqlalchemy import JSON, text
from web_world import PASSWORD, SLUG, Browser, Page, World, small_policy, world_at
from werkzeug.test import TestResponse

from reviewer import policy
from reviewer.service import build
from reviewer.web import create_app
from reviewer.web.proof import FOR_ONE_ACCOUNT, WITHIN

BEN = "ben@kettle.example"
NEW = "five lamps in a row"
STEP = timedelta(seconds=30)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path) as made:
        yield made


def send(browser: Browser, address: str, action: str | None = None, **typed: str) -> TestResponse:
    """Fill the form of a page and send it."""
    page = browser.page(address)
    fields = dict(page.form(action or address).fields)
    return browser.client.post(action or address, data=fields | typed)


def key_on(page: Page) -> str:
    """The key that an app is to keep, as it stands on the page."""
    words = page.text.split("Or type this key into it:")[1].split("2.")[0]
    return "".join(words.split())


def set_up_codes(world: World, name: str = "ben") -> TOTP:
    """Switch codes on for somebody, and give back what their phone holds."""
    browser = world.client(name)
    page = Page(send(browser, "/account/codes", setup="authenticator").text)
    phone = TOTP(key_on(page))
    form = next(f for f in page.forms if f.action.startswith("/account/codes/"))
    done = browser.client.post(form.action, data=dict(form.fields) | {"code": code(phone, world)})
    assert done.location == "/account", done.text
    world.clock.at += STEP
    return phone


def code(phone: TOTP, world: World, *, off: int = 0) -> str:
    """What the phone shows now, or some steps of half a minute off."""
    return str(phone.generate((world.clock.at + off * STEP).timestamp()).token)


def with_password(app_or_world: World, email: str = BEN, password: str = PASSWORD) -> Browser:
    browser = Browser(app_or_world.app.test_client())
    assert browser.sign_in(email, password).location.startswith("/sign-in/code")
    return browser


def enter(browser: Browser, digits: str) -> TestResponse:
    return send(browser, "/sign-in/code", code=digits)


def jobs(world: World, kind: str) -> list[dict[str, object]]:
    with world.services.store.read() as tx:
        query = text("SELECT payload FROM jobs WHERE kind = :kind ORDER BY id")
        rows = tx.session.execute(query.columns(payload=JSON), {"kind": kind}).scalars()
        return list(rows)


def signs(world: World, name: str) -> frozenset[str]:
    with world.services.store.read() as tx:
        return tx.brand(SLUG).groups_of(world.people[name])


def test_the_password_alone_opens_nothing_once_codes_are_on(world: World) -> None:
    phone = set_up_codes(world)
    browser = with_password(world)

    assert str(browser.get("/inbox").location).startswith("/sign-in")
    assert enter(browser, code(phone, world)).location == "/"
    assert browser.get("/inbox").status_code == 200


def test_a_code_opens_once(world: World) -> None:
    phone = set_up_codes(world)
    shown = code(phone, world)
    assert enter(with_password(world), shown).location == "/"

    again = enter(with_password(world), shown)

    assert again.status_code == 200
    assert "used already" in Page(again.text).text


def test_a_code_sent_twice_at_the_same_moment_opens_one_session(world: World) -> None:
    phone = set_up_codes(world)
    shown, start, opened = code(phone, world), threading.Barrier(4), []
    browsers = [with_password(world) for _ in range(4)]
    forms = [dict(b.page("/sign-in/code").form("/sign-in/code").fields) for b in browsers]

    def press(n: int) -> None:
        start.wait()
        answer = browsers[n].client.post("/sign-in/code", data=forms[n] | {"code": shown})
        opened.append(answer.status_code == 302 and answer.location == "/")

    threads = [threading.Thread(target=press, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(opened) == 1


@pytest.mark.parametrize(("off", "opens"), [(-1, True), (1, True), (-3, False), (3, False)])
def test_a_phone_may_be_half_a_minute_off_and_no_more(world: World, off: int, opens: bool) -> None:
    phone = set_up_codes(world)
    world.clock.at += 10 * STEP

    answer = enter(with_password(world), code(phone, world, off=off))

    assert (answer.status_code == 302) is opens
    if not opens:
        assert "set your phone’s clock" in Page(answer.text).text


def test_guessing_codes_ends_after_a_few_and_the_right_password_does_not_begin_anew(world: World) -> None:
    phone = set_up_codes(world)
    for _ in range(FOR_ONE_ACCOUNT):
        assert enter(with_password(world), "000000").status_code == 200

    assert enter(with_password(world), code(phone, world)).status_code == 429
    world.clock.at += WITHIN + STEP
    assert enter(with_password(world), code(phone, world)).status_code == 302


def test_the_limit_is_one_for_all_processes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "load_base", small_policy)
    other = build(world.services.settings, clock=world.clock)
    elsewhere = create_app(other)
    for n in range(FOR_ONE_ACCOUNT):
        app = (world.app, elsewhere)[n % 2]
        assert Browser(app.test_client()).sign_in(BEN, "not the password").status_code == 200

    assert Browser(elsewhere.test_client()).sign_in(BEN, PASSWORD).status_code == 429
    assert world.client().sign_in(BEN, PASSWORD).status_code == 429
    other.store.close()


def test_attempts_at_the_same_moment_count_too(world: World) -> None:
    forms = []
    for _ in range(12):
        browser = world.client()
        forms.append((browser, dict(browser.page("/sign-in").form("/sign-in").fields)))
    start, statuses = threading.Barrier(len(forms)), []

    def guess(browser: Browser, fields: dict[str, str]) -> None:
        start.wait()
        sent = fields | {"email": BEN, "password": "not the password"}
        statuses.append(browser.client.post("/sign-in", data=sent).status_code)

    threads = [threading.Thread(target=guess, args=form) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses.count(200) <= FOR_ONE_ACCOUNT
    assert set(statuses) <= {200, 429, 503}, "a busy database tries nothing"


def make_recovery_codes(world: World, browser: Browser) -> list[str]:
    page = Page(send(browser, "/account/recovery-codes", generate_new_codes="1").text)
    return [word for word in page.text.split() if len(word) == 14 and word.count("-") == 2]


def test_a_code_for_a_lost_phone_opens_once_and_is_kept_unreadable(world: World) -> None:
    phone = set_up_codes(world)
    browser = with_password(world)
    enter(browser, code(phone, world))
    codes = make_recovery_codes(world, browser)
    assert len(codes) == 10
    with world.services.store.read() as tx:
        query = text("SELECT mf_recovery_codes FROM users WHERE email = :email")
        kept = str(tx.session.execute(query, {"email": BEN}).scalar_one())
    assert not any(one in kept or one.replace("-", "") in kept for one in codes)
    assert codes[0] not in browser.page("/account/recovery-codes?show_codes=1").text

    lost = with_password(world)
    assert send(lost, "/sign-in/recovery", code=codes[0].upper()).status_code == 302
    assert lost.get("/inbox").status_code == 200

    again = send(with_password(world), "/sign-in/recovery", code=codes[0])
    assert again.status_code == 200
    assert "used already" in Page(again.text).text
    assert "9 left" in lost.page("/account").text


def test_a_lost_phone_is_helped_by_codes_not_by_the_librarys_mail(world: World) -> None:
    set_up_codes(world)

    assert with_password(world).get("/sign-in/lost-phone").location == "/sign-in/recovery"


def test_switching_codes_off_ends_the_codes_for_a_lost_phone_too(world: World) -> None:
    phone = set_up_codes(world)
    browser = with_password(world)
    enter(browser, code(phone, world))
    make_recovery_codes(world, browser)

    assert send(browser, "/account/codes", setup="disable").location == "/account"

    factors = world.services.joining.account(world.people["ben"]).factors
    assert (factors.codes, factors.recovery_codes) == (False, 0)
    assert world.client().sign_in(BEN, PASSWORD).location == "/"


def test_a_changed_factor_suspends_the_vote_and_tells_the_owner(world: World) -> None:
    view = world.sent("A kettle.")
    assert signs(world, "ben") == {"marketing"}

    set_up_codes(world)

    assert signs(world, "ben") == frozenset()
    told = jobs(world, "mail.account_changed")[-1]
    assert told["to"] == BEN
    assert "app" in str(told["reason"])
    page = world.client("cleo").page("/people").text
    assert "Vote suspended" in page
    browser = with_password(world)
    assert "suspended" not in browser.get("/sign-in/code").text
    assert view.review.id


def test_a_password_set_by_somebody_else_suspends_the_vote_ones_own_does_not(world: World) -> None:
    browser = world.client("cleo")
    new = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert send(browser, "/account/password", **new).location == "/account"
    assert signs(world, "cleo") == {"marketing", "legal"}
    assert "knew the old one" in str(jobs(world, "mail.account_changed")[-1]["reason"])

    world.services.people.set_password("cleo@kettle.example", "six lamps in a row")

    assert signs(world, "cleo") == frozenset()


def test_ones_new_password_ends_the_other_sessions(world: World) -> None:
    here, elsewhere = world.client("cleo"), world.client("cleo")
    new = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    send(here, "/account/password", **new)

    assert here.get("/inbox").status_code == 200
    assert str(elsewhere.get("/inbox").location).startswith("/sign-in")


def test_where_a_second_factor_is_required_the_password_leads_to_setting_one_up(tmp_path: Path) -> None:
    with world_at(tmp_path, require_second_factor="true") as world:
        browser = world.client()
        assert browser.sign_in(BEN, PASSWORD).location == "/account/codes"
        assert str(browser.get("/inbox").location).startswith("/sign-in")

        page = Page(send(browser, "/account/codes", setup="authenticator").text)
        phone = TOTP(key_on(page))
        form = page.form("/sign-in/code")
        sent = dict(form.fields) | {"code": code(phone, world)}
        assert browser.client.post(form.action, data=sent).location == "/"
        assert browser.get("/inbox").status_code == 200
        assert signs(world, "ben") == frozenset(), "the vote waits for a colleague"


def test_changing_what_one_signs_in_with_asks_for_a_fresh_proof(world: World) -> None:
    browser = world.client("ben")
    with browser.client.session_transaction() as session:
        session["fs_paa"] = session["fs_paa"] - 3600

    for address in ("/account/codes", "/account/passkeys", "/account/recovery-codes"):
        assert str(browser.get(address).location).startswith("/account/prove"), address

    world.clock.at += timedelta(hours=1)
    form = dict(browser.page("/account").form("/account/address").fields) | {"email": "ben@elsewhere.example"}
    assert str(browser.client.post("/account/address", data=form).location).startswith("/account/prove")
    proved = send(browser, "/account/prove", "/account/prove", password=PASSWORD)
    assert proved.status_code == 302
    assert browser.get("/account/codes").status_code == 200
    assert browser.client.post("/account/address", data=form).location == "/account"
