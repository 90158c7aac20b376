"""Coming in through an identity provider: a process of its own, which can be told to do wrong."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from identity_provider import CLIENT, SECRET
from sqlalchemy import text
from web_world import PASSWORD, SLUG, Browser, Page, World, world_at
from werkzeug.test import TestResponse

from reviewer.store import WayIn

BEN = {"sub": "s-ben", "email": "ben@kettle.example", "email_verified": True, "name": "Ben"}
NEW = {"sub": "s-new", "email": "nora@kettle.example", "email_verified": True, "name": "Nora"}
MAPPING = "staff=kettle, law team=kettle:legal, gone=nowhere:legal, odd=kettle:nothing"


class Issuer:
    """The running provider."""

    def __init__(self, address: str) -> None:
        self.address = address

    def tell(self, wrong: str = "", **claims: object) -> None:
        told = {"wrong": wrong, "claims": claims}
        httpx.post(f"{self.address}/told", json=told, trust_env=False).raise_for_status()

    def asked(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = httpx.get(f"{self.address}/asked", trust_env=False).json()
        return found


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    script = Path(__file__).with_name("identity_provider.py")
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        yield Issuer(process.stdout.readline().strip())
    process.terminate()
    process.wait()


@pytest.fixture
def world(tmp_path: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings = {
        "oidc_issuer": issuer.address,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_name": "Kettle & Co",
        "oidc_groups": MAPPING,
    }
    with world_at(tmp_path, **settings) as made:
        made.clock.at = datetime.now(UTC)
        yield made


def leave(browser: Browser, address: str = "/sign-in/sso") -> str:
    """To the provider, which answers with a redirect: the address on which it sends people back."""
    there = browser.get(address).location
    back = httpx.get(there, follow_redirects=False, trust_env=False).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def come(world: World, browser: Browser | None = None) -> tuple[Browser, TestResponse]:
    browser = browser or world.client()
    return browser, browser.get(leave(browser))


def groups(world: World, name: str) -> frozenset[str]:
    with world.services.store.read() as tx:
        return tx.brand(SLUG).groups_of(world.people[name])


def vote_again(world: World, name: str) -> None:
    person = world.people[name]
    world.services.store.write(lambda tx: tx.lift_suspension(SLUG, person, "cleo", world.clock()))


def events(world: World, action: str) -> int:
    with world.services.store.read() as tx:
        query = text("SELECT count(*) FROM events WHERE action = :action")
        return int(tx.session.execute(query, {"action": action}).scalar_one())


def test_who_the_organisation_knows_comes_in(world: World, issuer: Issuer) -> None:
    issuer.tell(**BEN)
    browser, answer = come(world)

    assert answer.status_code == 302, answer.text
    assert browser.get("/posts").status_code == 200
    asked = issuer.asked()[-1]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 32
    assert len(asked["state"]) >= 32
    assert asked["scope"].split() == ["openid", "email", "profile"]
    with world.services.store.read() as tx:
        identity = tx.identity(issuer.address, "s-ben")
    assert identity is not None
    assert identity.person == world.people["ben"]


@pytest.mark.parametrize(
    "wrong",
    [
        "nonce",
        "no nonce",
        "audience",
        "several audiences",
        "issuer",
        "expired",
        "no subject",
        "none",
        "shared secret",
        "key",
        "altered",
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(world: World, issuer: Issuer, wrong: str) -> None:
    issuer.tell(wrong, **BEN)
    browser, answer = come(world)

    assert answer.status_code == 401, wrong
    assert "Sign in again" in Page(answer.text).text
    assert str(browser.get("/posts").location).startswith("/sign-in")
    with world.services.store.read() as tx:
        assert tx.identity(issuer.address, "s-ben") is None


def test_an_answer_with_another_state_is_refused(world: World, issuer: Issuer) -> None:
    issuer.tell(**BEN)
    victim, attacker = world.client(), world.client()
    leave(victim)

    assert victim.get(leave(attacker)).status_code == 401
    assert world.client().get(leave(attacker)).status_code == 401
    assert str(victim.get("/posts").location).startswith("/sign-in")


def test_an_answer_counts_once(world: World, issuer: Issuer) -> None:
    issuer.tell(**BEN)
    browser = world.client()
    back = leave(browser)
    kept = browser.client.get_cookie("reviewer")
    assert kept is not None
    assert browser.get(back).status_code == 302

    again = world.client()
    again.client.set_cookie("reviewer", kept.value)

    assert again.get(back).status_code == 401
    assert str(again.get("/posts").location).startswith("/sign-in")


def test_a_code_of_another_attempt_is_refused(world: World, issuer: Issuer) -> None:
    """The verifier of PKCE belongs to the attempt, so a code that was overheard opens nothing."""
    issuer.tell(**BEN)
    overheard = parse_qs(urlsplit(leave(world.client())).query)["code"][0]
    browser = world.client()
    state = parse_qs(urlsplit(leave(browser)).query)["state"][0]

    answer = browser.get(f"/sign-in/sso/back?code={overheard}&state={state}")

    assert answer.status_code == 401


def test_an_answer_that_names_another_issuer_is_refused(world: World, issuer: Issuer) -> None:
    issuer.tell(**BEN)
    browser = world.client()
    back = leave(browser).partition("&iss=")[0]

    assert browser.get(f"{back}&iss=https%3A%2F%2Fsomebody.example").status_code == 401


def test_who_refused_at_the_provider_is_sent_back_to_sign_in(world: World) -> None:
    browser = world.client()
    state = parse_qs(urlsplit(leave(browser)).query)["state"][0]

    answer = browser.get(f"/sign-in/sso/back?error=access_denied&state={state}")

    assert answer.status_code == 401
    assert "did not sign you in" in answer.text


def test_the_way_back_never_leads_to_another_site(world: World, issuer: Issuer) -> None:
    for asked, led in (("/inbox", "/inbox"), ("https://evil.example/", "/"), ("//evil.example", "/")):
        issuer.tell(**BEN)
        browser = world.client()
        back = leave(browser, f"/sign-in/sso?next={asked}")
        assert browser.get(back).location == led


def test_a_provider_that_is_away_is_said_and_nothing_else_breaks(tmp_path: Path) -> None:
    settings = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT}
    with world_at(tmp_path, **settings) as world:
        answer = world.client().get("/sign-in/sso")
        assert answer.status_code == 503
        assert "does not answer" in answer.text
        assert world.client().sign_in("ben@kettle.example", PASSWORD).status_code == 302


# --- who that is, and what the directory says ------------------------------------------------------------


def test_a_stranger_gets_no_account(world: World, issuer: Issuer) -> None:
    issuer.tell(**NEW)
    _browser, answer = come(world)

    assert answer.status_code == 403
    assert "invite you" in answer.text
    assert not [p for p in world.services.people.everybody() if p.email == NEW["email"]]


def test_an_address_that_the_provider_does_not_vouch_for_opens_nobodys_account(
    world: World, issuer: Issuer
) -> None:
    issuer.tell(**BEN | {"email_verified": False, "groups": ["staff"]})
    _browser, answer = come(world)

    assert answer.status_code == 403
    assert groups(world, "ben") == {"marketing"}


def test_a_new_way_into_a_signers_account_suspends_the_vote_once(world: World, issuer: Issuer) -> None:
    issuer.tell(**BEN)
    come(world)
    assert groups(world, "ben") == frozenset()

    with world.services.store.read() as tx:
        assert "identity provider" in tx.suspensions(SLUG)[world.people["ben"]].reason
    world.services.store.write(
        lambda tx: tx.lift_suspension(SLUG, world.people["ben"], "cleo", world.clock())
    )
    come(world)

    assert groups(world, "ben") == {"marketing"}


def test_a_directory_group_makes_eligible_and_nothing_more(world: World, issuer: Issuer) -> None:
    issuer.tell(**NEW | {"groups": ["law team", "gone", "odd", "unknown"]})
    browser, answer = come(world)

    assert answer.status_code == 302
    with world.services.store.read() as tx:
        nora = tx.person_by_email("nora@kettle.example")
        assert nora is not None
        assert tx.brand(SLUG).groups_of(nora.id) == frozenset()
        assert {e.group for e in tx.eligible(SLUG, nora.id)} == {"", "legal"}
    shown = world.client("cleo").page("/people").text
    assert "Eligible for Legal by the directory" in shown
    assert browser.get("/new").status_code == 200
    assert events(world, "person.eligible") == 2
    come(world)
    assert events(world, "person.eligible") == 2, "what is known is not said again"


def test_leaving_a_directory_group_ends_the_membership_at_the_next_sign_in(
    world: World, issuer: Issuer
) -> None:
    issuer.tell(**NEW | {"groups": ["staff", "law team"]})
    come(world)
    with world.services.store.read() as tx:
        nora = tx.person_by_email("nora@kettle.example")
    assert nora is not None
    member = nora.id
    world.services.store.write(lambda tx: tx.add_member(SLUG, member, "legal", world.clock()))

    issuer.tell(**NEW | {"groups": ["staff"]})
    browser, _ = come(world)

    with world.services.store.read() as tx:
        assert tx.brand(SLUG).groups_of(nora.id) == frozenset()
    assert browser.get("/new").status_code == 200
    issuer.tell(**NEW)
    browser, answer = come(world)
    assert answer.status_code == 403, "out of the directory, out of the brand"
    with world.services.store.read() as tx:
        assert tx.brands_of(nora.id) == ()


def test_a_membership_that_no_directory_proposed_stays(world: World, issuer: Issuer) -> None:
    issuer.tell(**BEN | {"groups": []})
    come(world)
    world.services.store.write(
        lambda tx: tx.lift_suspension(SLUG, world.people["ben"], "cleo", world.clock())
    )

    come(world)

    assert groups(world, "ben") == {"marketing"}


def test_who_was_shut_out_stays_out(world: World, issuer: Issuer) -> None:
    issuer.tell(**BEN)
    come(world)
    world.services.people.deactivate("ben@kettle.example")

    browser, answer = come(world)

    assert answer.status_code == 403
    assert str(browser.get("/posts").location).startswith("/sign-in")


def test_a_new_address_at_the_provider_moves_the_account_and_tells_the_old_one(
    world: World, issuer: Issuer
) -> None:
    issuer.tell(**BEN)
    come(world)
    world.services.store.write(
        lambda tx: tx.lift_suspension(SLUG, world.people["ben"], "cleo", world.clock())
    )
    issuer.tell(**BEN | {"email": "benjamin@kettle.example"})
    come(world)

    with world.services.store.read() as tx:
        assert tx.person(world.people["ben"]).email == "benjamin@kettle.example"
        payloads = str(tx.session.execute(text("SELECT payload FROM jobs")).scalars().all())
    assert '"to": "ben@kettle.example"' in payloads.replace("'", '"')
    assert groups(world, "ben") == frozenset()


def test_two_accounts_with_one_verified_address_are_one_human(world: World, issuer: Issuer) -> None:
    """Ben signs for marketing as himself; the subject that is cleo's account turns out to be him too."""
    issuer.tell(**{"sub": "s-x", "email": "cleo@kettle.example", "email_verified": True})
    come(world)
    issuer.tell(**{"sub": "s-x", "email": "ben@kettle.example", "email_verified": True})
    come(world)

    with world.services.store.read() as tx:
        brand = tx.brand(SLUG)
    assert brand.human(world.people["ben"]) == brand.human(world.people["cleo"])
    assert brand.human(world.people["ada"]) != brand.human(world.people["ben"])
    assert events(world, "person.merged") >= 1


# --- only through the organisation -----------------------------------------------------------------------


def test_a_brand_that_wants_its_provider_refuses_whoever_came_another_way(
    world: World, issuer: Issuer
) -> None:
    by_password = world.client("ben")
    assert by_password.get("/posts").status_code == 200
    world.services.joining.set_way_in_by_operator(SLUG, WayIn(require_sso=True))

    refused = by_password.get("/posts")
    assert refused.status_code == 403
    assert "identity provider only" in Page(refused.text).text
    assert by_password.get("/api/v1/drafts").status_code == 403

    issuer.tell(**BEN)
    browser, _ = come(world)
    assert browser.get("/posts").status_code == 200
    assert world.client("eve").get("/posts").status_code == 200, "another brand asks nothing"


def test_a_server_that_wants_its_provider_takes_no_password_and_ends_open_sessions(
    tmp_path: Path, issuer: Issuer
) -> None:
    settings = {
        "oidc_issuer": issuer.address,
        "oidc_client_id": CLIENT,
        "require_sso": "true",
    }
    with world_at(tmp_path, **settings) as world:
        page = world.client().page("/sign-in")
        assert "Sign in through your organisation" in page.text
        assert not [form for form in page.forms if form.action == "/sign-in"]
        world.app.config["WTF_CSRF_ENABLED"] = False
        sent = {"email": "ben@kettle.example", "password": PASSWORD}
        assert world.client().client.post("/sign-in", data=sent).status_code == 403
        assert world.client().client.post("/sign-in/passkey", data={}).status_code == 403


def test_who_comes_by_the_directory_comes_again_within_half_a_day(world: World, issuer: Issuer) -> None:
    issuer.tell(**BEN)
    browser, _ = come(world)
    for _ in range(3):
        world.clock.at += timedelta(hours=5)
        last = browser.get("/posts")

    assert str(last.location).startswith("/sign-in")


def test_an_invitation_is_used_by_coming_through_the_organisation(world: World, issuer: Issuer) -> None:
    link = world.services.joining.invite_by_operator(SLUG, "nora@kettle.example", "Nora", ["legal"])
    browser = world.client()
    browser.page(urlsplit(link).path)
    issuer.tell(**NEW)
    browser, answer = come(world, browser)

    assert answer.status_code == 302
    assert browser.get("/new").status_code == 200
    assert world.client().get(urlsplit(link).path).status_code == 404


def test_somebody_else_at_the_provider_proves_nothing_for_who_is_signed_in(
    world: World, issuer: Issuer
) -> None:
    issuer.tell(**BEN)
    browser, _ = come(world)
    issuer.tell(**{"sub": "s-cleo", "email": "cleo@kettle.example", "email_verified": True})
    assert browser.get(leave(browser, "/sign-in/sso/again")).status_code == 401

    issuer.tell(**BEN)
    assert browser.get(leave(browser, "/sign-in/sso/again")).location == "/sign-in/sso/proven"
    assert issuer.asked()[-1]["prompt"] == "login"
    assert issuer.asked()[-1]["max_age"] == "0"

    issuer.tell(**BEN | {"auth_time": int(world.clock().timestamp()) - 3600})
    assert browser.get(leave(browser, "/sign-in/sso/again")).status_code == 401
