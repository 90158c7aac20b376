"""Who may come in, what they are told, and what is remembered of it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask_security import Security, hash_password, verify_password
from sqlalchemy import text
from store_examples import (
    ACME,
    IN_REVIEW,
    MINUTE,
    NOW,
    PICTURE,
    PICTURE_SHA256,
    draft_of,
    open_brand,
    review_of,
)
from test_store_races import locked

from reviewer.errors import Conflict, NotFound, NotSignedIn, Unavailable
from reviewer.model import Event
from reviewer.store import Answer, BrowserSession, Job, Person, PolicyVersion, SigningKey, Store, Tx, enqueue
from reviewer.store.access import new_key, sha256_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


# --- keys --------------------------------------------------------------------------------------------


def keyed(store: Store, **more: object) -> str:
    open_brand(store)

    def run(tx: Tx) -> str:
        tx.add_service("acme", "postiz", "Postiz", NOW)
        return tx.add_key(
            "postiz",
            scopes={"permit", "check"},
            owner="ada",
            creator="dan",
            at=NOW,
            **more,  # type: ignore[arg-type]
        )

    return store.write(run)


def test_a_key_is_known_by_its_secret_and_kept_only_as_a_hash(store: Store) -> None:
    key = keyed(store)
    with store.read() as tx:
        found = tx.key(key, NOW)
        [row] = tx.session.execute(text("SELECT * FROM api_keys")).all()
        names = tx.names({"service:postiz", "ada", "gone"})
    assert (found.brand, found.service, found.scopes) == ("acme", "postiz", {"permit", "check"})
    assert (found.owner, found.creator) == ("ada", "dan")
    assert re.fullmatch(r"rvw_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}", key)
    assert key.split("_")[2] not in str(row)
    assert names == {"service:postiz": "Postiz", "ada": "Ada"}


def test_a_mistyped_a_foreign_an_expired_and_a_revoked_key_are_told_apart(store: Store) -> None:
    key = keyed(store, expires_at=NOW + DAY)
    swapped = key[:-1] + ("a" if key[-1] != "a" else "b")
    for wrong, says in (
        (swapped, "whole key"),
        ("", "whole key"),
        ("rvw_a_b", "whole key"),
        (new_key()[1], "not known"),
    ):
        with store.read() as tx, pytest.raises(NotSignedIn, match=says):
            tx.key(wrong, NOW)
    with store.read() as tx, pytest.raises(NotSignedIn, match="expired"):
        tx.key(key, NOW + DAY)
    store.write(lambda tx: tx.revoke_key(tx.key(key, NOW).prefix, NOW))
    with store.read() as tx, pytest.raises(NotSignedIn, match="revoked"):
        tx.key(key, NOW)


def test_the_use_of_a_key_is_noted_every_five_minutes(store: Store) -> None:
    key = keyed(store)
    noted = []
    for minutes in (0, 1, 4, 5, 6):
        at = NOW + minutes * MINUTE
        store.write(lambda tx, at=at: tx.note_key_use(tx.key(key, at).prefix, at))
        with store.read() as tx:
            noted.append(tx.keys("acme")[0].last_used_at)
    assert noted == [NOW, NOW, NOW, NOW + 5 * MINUTE, NOW + 5 * MINUTE]


# --- sessions and sign-in ----------------------------------------------------------------------------


def browser(token: str, user: str | None = "ada") -> BrowserSession:
    return BrowserSession(sha256_of(token), user, {"csrf": "x"}, NOW, NOW, NOW + DAY, "Firefox")


def test_a_session_is_found_by_its_token_until_it_ends(store: Store) -> None:
    open_brand(store)
    store.write(lambda tx: tx.save_session(browser("t1")))
    with store.read() as tx:
        assert tx.session_of("t1", NOW) == browser("t1")
        assert tx.session_of("t2", NOW) is None
        assert tx.session_of(sha256_of("t1"), NOW) is None
        assert tx.session_of("t1", NOW + DAY) is None


def test_a_revoked_session_stays_revoked_even_if_a_slow_request_saves_it(store: Store) -> None:
    open_brand(store)
    for token in ("t1", "t2", "t3"):
        store.write(lambda tx, token=token: tx.save_session(browser(token)))
    store.write(lambda tx: tx.revoke_sessions("ada", NOW, besides=sha256_of("t2")))
    store.write(lambda tx: tx.save_session(replace(browser("t1"), data={"csrf": "y"})))
    with store.read() as tx:
        assert [tx.session_of(t, NOW) is not None for t in ("t1", "t2", "t3")] == [False, True, False]
        assert [s.token_sha256 for s in tx.sessions_of("ada", NOW)] == [sha256_of("t2")]


def test_shutting_somebody_out_ends_sessions_and_membership_at_once(store: Store) -> None:
    open_brand(store)
    store.write(lambda tx: tx.save_session(browser("t1")))
    store.write(lambda tx: tx.set_active("ada", False, NOW))
    with store.read() as tx:
        assert tx.session_of("t1", NOW) is None
        assert tx.brand("acme").members["marketing"] == {"bob"}
        assert "ada" not in tx.brand("acme").people
        assert tx.names({"ada"}) == {"ada": "Ada"}


def test_a_new_password_ends_every_session(store: Store) -> None:
    open_brand(store)
    store.write(lambda tx: tx.save_session(browser("t1")))
    store.write(lambda tx: tx.set_password("ada", "$argon2id$…", NOW))
    with store.read() as tx:
        assert tx.session_of("t1", NOW) is None


def test_wrong_passwords_are_counted_per_account_and_per_address_and_forgotten_after_a_day(
    store: Store,
) -> None:
    for n in range(3):
        store.write(lambda tx, n=n: tx.fail_login("Ada@Example.org", f"192.0.2.{n % 2}", NOW + n * MINUTE))
    store.write(lambda tx: tx.fail_login("nobody@example.org", "192.0.2.0", NOW))
    with store.read() as tx:
        assert tx.failed_logins("ada@example.org", "192.0.2.0", NOW) == (3, 3)
        assert tx.failed_logins("ada@example.org", "192.0.2.1", NOW + 2 * MINUTE) == (1, 0)
    store.write(lambda tx: tx.forget_failed_logins("ada@example.org"))
    store.write(lambda tx: tx.fail_login("x@example.org", "192.0.2.9", NOW + DAY))
    with store.read() as tx:
        assert tx.failed_logins("ada@example.org", "192.0.2.0", NOW) == (0, 0)


def test_one_address_is_one_person_whatever_its_case(store: Store) -> None:
    open_brand(store)
    with pytest.raises(Conflict, match="already"):
        store.write(lambda tx: tx.add_person(Person("ada2", "Ada", "ADA@example.org")))
    with store.read() as tx:
        assert tx.person_by_email("ADA@Example.ORG") == Person("ada", "Ada", "ada@example.org")
        assert [p.id for p in tx.persons()] == ["ada", "bob", "cleo", "dan"]


@pytest.fixture
def app(store: Store) -> Flask:
    """The accounts library over our store, as the web makes it."""
    open_brand(store)
    flask = Flask(__name__)
    flask.config.update(
        SECRET_KEY="s" * 32,
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_SALT="1",
    )
    flask.extensions["accounts"] = datastore = store.user_datastore()
    Security(flask, datastore, register_blueprint=False)
    flask.teardown_appcontext(lambda _: datastore.close())
    return flask


def test_the_accounts_library_reads_and_writes_people_through_our_store(app: Flask, store: Store) -> None:
    accounts = app.extensions["accounts"]
    with app.app_context():
        user = accounts.create_user(
            email="eve@example.org", name="Eve", password=hash_password("correct horse")
        )
        accounts.commit()
        person_id = user.id
    with app.app_context():
        found = accounts.find_user(case_insensitive=True, email="EVE@example.org")
        assert found.id == person_id
        assert verify_password("correct horse", found.password)
        assert found.password.startswith("$argon2id$")
        accounts.mf_set_recovery_codes(found, ["one", "two"])
        accounts.deactivate_user(found)
        accounts.commit()
    with store.read() as tx:
        assert tx.person(person_id) == Person(person_id, "Eve", "eve@example.org", active=False)
    with app.app_context():
        assert accounts.mf_get_recovery_codes(accounts.find_user(id=person_id)) == ["one", "two"]
        accounts.commit()  # nothing to write takes no lock


def test_two_requests_cannot_use_up_the_same_recovery_code(app: Flask, store: Store) -> None:
    accounts, other = app.extensions["accounts"], store.user_datastore()
    with app.app_context():
        accounts.mf_set_recovery_codes(accounts.find_user(id="ada"), ["only"])
        accounts.commit()
        here, there = accounts.find_user(id="ada"), other.find_user(id="ada")
        assert accounts.mf_delete_recovery_code(here, 0)
        assert other.mf_delete_recovery_code(there, 0)
        accounts.commit()
        with pytest.raises(Conflict):
            other.commit()
        assert other.mf_get_recovery_codes(other.find_user(id="ada")) == []
        other.close()
    store.write(lambda tx: tx.set_active("ada", True, NOW))  # nobody was left holding anything


def test_the_accounts_library_waits_for_the_lock_like_everybody(
    app: Flask, store: Store, database_url: str
) -> None:
    hasty = Store(database_url, timeout=0.3)
    accounts = hasty.user_datastore()
    with app.app_context():
        user = accounts.find_user(id="ada")
        user.name = "Adele"
        accounts.put(user)
        with locked(database_url), pytest.raises(Unavailable):
            accounts.commit()
        assert accounts.find_user(id="ada").name == "Ada"
        accounts.close()
    hasty.close()


# --- calls, replays, jobs ----------------------------------------------------------------------------


def test_a_repeated_call_finds_its_answer_for_24_hours_and_only_its_own(store: Store) -> None:
    answer = Answer("r" * 64, 201, {"id": "d1"})
    store.write(lambda tx: tx.remember_answer("service:postiz", "k", answer, NOW))
    with store.read() as tx:
        assert tx.answered("service:postiz", "k", NOW + 23 * HOUR) == answer
        assert tx.answered("service:postiz", "k", NOW + 24 * HOUR) is None
        assert tx.answered("service:other", "k", NOW) is None
    later = replace(answer, body={"id": "d2"})
    store.write(lambda tx: tx.remember_answer("service:postiz", "k", later, NOW + DAY))
    with store.read() as tx:
        assert tx.answered("service:postiz", "k", NOW + DAY) == later


def test_a_hooks_signature_passes_once_while_its_timestamp_is_fresh(store: Store) -> None:
    at = [NOW, NOW + MINUTE, NOW + 9 * MINUTE, NOW + 10 * MINUTE]
    passed = [store.write(lambda tx, t=t: tx.first_seen("v0=abc", t)) for t in at]
    assert passed == [True, False, False, True]  # by then the timestamp is refused anyway


def test_a_job_is_written_with_what_causes_it_or_not_at_all(store: Store) -> None:
    def failing(tx: Tx) -> None:
        enqueue(tx, "deliver", "w1", {"n": 1}, NOW, now=NOW)
        raise KeyError

    with pytest.raises(KeyError):
        store.write(failing)
    assert store.write(lambda tx: tx.lease(NOW)) is None


def test_a_job_is_leased_to_one_worker_and_a_late_one_settles_nothing(store: Store) -> None:
    store.write(lambda tx: enqueue(tx, "deliver", "w1", {"n": 1}, NOW, now=NOW))
    store.write(lambda tx: enqueue(tx, "deliver", "w1", {"n": 2}, NOW, now=NOW))  # waits already
    store.write(lambda tx: enqueue(tx, "deliver", "w2", {"n": 3}, NOW + HOUR, now=NOW))

    def lease(minutes: int) -> Job | None:
        return store.write(lambda tx: tx.lease(NOW + minutes * MINUTE))

    slow = lease(0)
    assert slow is not None
    assert (slow.kind, slow.key, slow.payload, slow.attempts) == ("deliver", "w1", {"n": 1}, 1)
    assert lease(4) is None
    taken_over = lease(5)
    assert taken_over is not None
    assert (taken_over.id, taken_over.attempts, taken_over.payload) == (slow.id, 2, slow.payload)
    assert not store.write(lambda tx: tx.finish(slow, NOW))
    assert store.write(lambda tx: tx.retry(taken_over, "503", NOW + 10 * MINUTE))
    assert lease(9) is None
    third = lease(10)
    assert third is not None
    assert store.write(lambda tx: tx.bury(third, "410", NOW))
    assert not store.write(lambda tx: tx.finish(third, NOW))
    store.write(
        lambda tx: enqueue(tx, "deliver", "w1", {"n": 4}, NOW, now=NOW)
    )  # the dead one is no hindrance
    assert [job.payload for job in (lease(60), lease(60)) if job] == [{"n": 4}, {"n": 3}]


# --- brands, policy, holds, media, events --------------------------------------------------------------


def test_an_account_belongs_to_one_brand_of_the_server(store: Store) -> None:
    open_brand(store)
    with pytest.raises(Conflict, match="another brand"):
        store.write(lambda tx: tx.add_brand(replace(ACME, slug="shadow"), NOW))
    with store.read() as tx:
        assert tx.brands() == ("acme",)
        assert tx.account_brand("x:acme") == "acme"
        with pytest.raises(NotFound):
            tx.brand("shadow")


def test_a_member_who_leaves_does_not_count_and_may_come_back(store: Store) -> None:
    open_brand(store)
    store.write(lambda tx: tx.remove_member("acme", "ada", "marketing", NOW))
    with store.read() as tx:
        assert tx.brand("acme").groups_of("ada") == frozenset()
        assert tx.brands_of("ada") == ()
    store.write(lambda tx: tx.add_member("acme", "ada", "marketing", NOW))
    store.write(lambda tx: tx.add_member("acme", "ada", "marketing", NOW))
    with store.read() as tx:
        assert tx.brand("acme").groups_of("ada") == {"marketing"}
        assert tx.brands_of("dan") == ("acme",)
    with pytest.raises(NotFound):
        store.write(lambda tx: tx.add_member("acme", "nobody", "marketing", NOW))


def test_a_policy_version_is_kept_under_the_name_of_its_contents_and_can_be_put_back(store: Store) -> None:
    open_brand(store)
    with store.read() as tx:
        first = tx.policy_overlay("acme")
    strict = PolicyVersion(
        replace(ACME.approvals, capacities="distinct"),
        {"Own/Rule.yml": "message: „nö“\n".encode()},
        {"names": ("Acme",)},
    )
    store.write(lambda tx: tx.activate_policy("acme", strict, NOW))
    with store.read() as tx:
        assert tx.policy_overlay("acme") == strict
        assert tx.brand("acme").approvals == strict.approvals
        assert tx.policy_version("acme", first.sha256) == first
    changed = [
        replace(strict, files={"Own/Other.yml": strict.files["Own/Rule.yml"]}),
        replace(strict, lists={"names": ("Acme", "Acme Graz")}),
        replace(strict, approvals=ACME.approvals),
    ]
    assert len({p.sha256 for p in (strict, *changed)}) == 4
    store.write(lambda tx: tx.activate_policy("acme", first, NOW))
    store.write(
        lambda tx: tx.save_brand(replace(ACME, name="Acme Ltd", accounts=frozenset({"x:acme", "x:b"})), NOW)
    )
    with store.read() as tx:
        assert tx.policy_overlay("acme") == first
        assert (tx.brand("acme").name, tx.brand("acme").accounts) == ("Acme Ltd", {"x:acme", "x:b"})


def test_an_epoch_begins_at_nothing_and_only_rises(store: Store) -> None:
    open_brand(store)
    assert [store.write(lambda tx: tx.raise_epoch("acme", "channel:x")) for _ in range(2)] == [1, 2]
    with store.read() as tx:
        assert tx.brand("acme").epochs == tx.epochs() == {"channel:x": 2}


def test_brands_that_pause_the_same_channel_are_of_one_mind_about_its_epoch(store: Store) -> None:
    """The status list has one number for a channel: a permit of either brand is checked against it."""
    open_brand(store)
    store.write(lambda tx: tx.add_brand(replace(ACME, slug="rival", accounts=frozenset({"x:rival"})), NOW))
    seen = []
    for slug in ("acme", "rival", "acme"):
        store.write(lambda tx, slug=slug: tx.raise_epoch(slug, "channel:x"))
        with store.read() as tx:
            assert tx.brand("acme").epochs == tx.brand("rival").epochs == tx.epochs()
            seen.append(tx.epochs()["channel:x"])

    assert seen == [1, 2, 3]


def test_media_are_kept_by_their_hash_for_one_brand(store: Store) -> None:
    open_brand(store)
    open_brand(store, replace(ACME, slug="other", accounts=frozenset()))
    store.write(lambda tx: tx.put_media("acme", b"\x00\xff" * 500_000, "video/mp4", NOW))
    again = store.write(lambda tx: tx.put_media("acme", PICTURE, "text/html", NOW))
    assert (again.sha256, again.mime, again.size) == (PICTURE_SHA256, "image/png", len(PICTURE))
    with store.read() as tx:
        assert tx.media("acme", PICTURE_SHA256) == (again, PICTURE)
        with pytest.raises(NotFound):
            tx.media("acme", "0" * 64)
    store.write(lambda tx: tx.put_media("other", b"secret", "image/png", NOW))
    with store.read() as tx, pytest.raises(NotFound):
        tx.media("acme", sha256_of("secret"))


def test_events_come_back_whole_by_brand_and_by_draft_and_a_page_at_a_time(store: Store) -> None:
    open_brand(store)
    whole = Event(
        NOW,
        "acme",
        "ada",
        "variant.signed",
        ("draft", "d1"),
        ("a" * 64,),
        ("v" * 64,),
        {"version": 2, "group": "legal"},
    )
    of_permit = replace(whole, action="permit.issued", subject=("permit", "j1"), detail={"draft": "d1"})
    nobodys = Event(NOW, "", "", "login.failed", ("person", "ada"))
    store.write(lambda tx: [tx.append(e) for e in (whole, of_permit, nobodys)])
    with store.read() as tx:
        assert tx.events() == [whole, of_permit, nobodys]
        assert tx.events("acme") == tx.events(draft_id="d1") == [whole, of_permit]
        first, *rest = tx.events()
        assert tx.events(after=first.seq or 0) == rest
        assert tx.events(limit=1) == [first]
        [body] = tx.session.execute(text("SELECT body FROM events WHERE action = 'login.failed'")).scalars()
    assert body == (
        '{"action":"login.failed","actor":"","at":"2031-05-06T07:08:09.123456Z","brand":"","detail":{},'
        f'"digests":[],"seen":[],"seq":{rest[1].seq},"subject":{{"id":"ada","type":"person"}},"v":1}}'
    )


def test_the_newest_signing_key_comes_first_and_a_retired_one_not_at_all(store: Store) -> None:
    for n in range(2):
        key = SigningKey(f"k{n}", {"kty": "OKP", "d": f"secret{n}"}, NOW + n * MINUTE)
        store.write(lambda tx, key=key: tx.add_signing_key(key))
    with store.read() as tx:
        assert [k.kid for k in tx.signing_keys()] == ["k1", "k0"]
    store.write(lambda tx: tx.retire_signing_key("k1", NOW))
    with store.read() as tx:
        assert [(k.kid, k.private_jwk["d"]) for k in tx.signing_keys()] == [("k0", "secret0")]


def test_a_brand_that_gives_up_its_accounts_keeps_its_drafts(store: Store) -> None:
    open_brand(store)
    store.write(lambda tx: tx.add_review(review_of("d1", *draft_of().variants), IN_REVIEW))
    store.write(lambda tx: tx.save_brand(replace(ACME, accounts=frozenset()), NOW))
    with store.read() as tx:
        assert tx.review("d1") == review_of()
