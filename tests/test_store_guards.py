"""What the databases themselves refuse, whoever asks; and that the tables are what the code thinks."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from store_examples import ACME, IN_REVIEW, NOW, PICTURE, PICTURE_SHA256, full_life, open_brand, review_of

from reviewer.errors import BadSetting, Gone, Unavailable
from reviewer.model import Event, Hold, Lift
from reviewer.store import Comment, Deletion, Head, KeptVerdict, LegalHold, Store, Tx
from reviewer.store.keeping import ERASABLE
from reviewer.store.migrations.versions import m0002_drafts_and_record as record
from reviewer.store.migrations.versions import m0003_the_rest_of_the_law as rest
from reviewer.store.migrations.versions import m0004_two_people_for_the_rules as rules
from reviewer.store.migrations.versions import m0007_what_is_kept_and_what_goes as kept
from reviewer.store.tables import APPEND_ONLY, Table
from reviewer.workflow.proposals import Agreement, Proposal

OF_THE_SERVER = {
    "bases",
    "heads",
    "brands",
    "events",  # some are nobody's: signing in
    "failed_logins",
    "idempotency_keys",
    "identities",
    "known_as",
    "passkeys",
    "languages",
    "seen_nonces",
    "sessions",
    "signing_keys",
    "user_role_names",
    "user_roles",
    "users",
    "weights",
}


VERDICT = KeptVerdict(
    sha256="aa" * 32,
    verdict="bb" * 32,
    content_sha256=full_life(PICTURE_SHA256)[-1].draft.digests[0],
    policy_sha256="cc" * 32,
    version_sha256="dd" * 32,
    base_sha256="ee" * 32,
    models="11" * 32,
    engine="engine 1",
    release="1.0",
    as_of=NOW,
    body='{"findings":[]}',
)


@pytest.fixture
def full_store(store: Store) -> Store:
    """A store with a row in every append-only table."""
    open_brand(store)
    whole = full_life(PICTURE_SHA256)[-1]

    def run(tx: Tx) -> None:
        tx.add_review(whole, IN_REVIEW)
        tx.append(Event(NOW, "acme", "dan", "draft.created", ("draft", "d1")))
        hold = Hold("h1", "channel:x", "Fire", "ada", NOW)
        tx.add_hold("acme", hold)
        tx.add_lift("acme", replace(hold, lifts=(Lift("ada", NOW),)))
        tx.add_comment("acme", "d1", Comment("ada", "author", "Nice.", NOW))
        tx.keep_head(Head(1, "00" * 32, "a.b.c", NOW))
        tx.keep_base("00" * 32, {"Pack/Rule.yml": b"extends: existence"}, NOW)
        proposal = Proposal("p1", "acme", "lists", {}, "A name", "dan", NOW)
        tx.add_proposal(proposal)
        tx.agree(replace(proposal, agreed=(Agreement("ada", NOW),)))

        tx.note_deletion("person", "zoe", Deletion("erasure", "system:operator", NOW))
        tx.keep_verdict("acme", VERDICT, NOW)
        tx.keep_weights({"11" * 32: ("policy.npz", b"weights")}, NOW)

    store.write(run)
    return store


def attempt(store: Store, statement: str) -> str:
    """What the database says to a statement in a writing transaction."""
    with pytest.raises(DBAPIError) as refused:
        store.write(lambda tx: tx.session.execute(text(statement)) and None)
    return str(refused.value.orig)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_changes_or_removes_a_row_of_an_append_only_table(full_store: Store, table: str) -> None:
    with full_store.read() as tx:
        dialect = tx.session.get_bind().dialect.name
        before = tx.session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
        columns = list(tx.session.execute(text(f"SELECT * FROM {table}")).keys())  # noqa: S608
    assert before
    statements = [
        f"UPDATE {table} SET {columns[-1]} = {columns[-1]}",  # noqa: S608
        f"DELETE FROM {table}",  # noqa: S608
    ]
    if dialect == "sqlite":
        statements.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
    else:
        key = ", ".join(c.name for c in Table.metadata.tables[table].primary_key)
        statements += [
            f"TRUNCATE {table} CASCADE",
            f"INSERT INTO {table} SELECT * FROM {table} "  # noqa: S608
            f"ON CONFLICT ({key}) DO UPDATE SET {columns[-1]} = EXCLUDED.{columns[-1]}",
        ]
    for statement in statements:
        assert "append-only" in attempt(full_store, statement), statement
    with full_store.read() as tx:
        assert tx.session.execute(text(f"SELECT * FROM {table}")).all() == before  # noqa: S608


def test_the_migration_guards_what_the_code_calls_append_only() -> None:
    steps = (record, rest, rules, kept)
    assert tuple(table for step in steps for table in step.APPEND_ONLY) == APPEND_ONLY
    assert {table: emptied.columns for table, emptied in kept.EMPTIED.items()} == ERASABLE


def emptied(store: Store, table: str) -> list[tuple[object, ...]]:
    """What the columns with contents hold."""
    with store.read() as tx:
        columns = ", ".join(ERASABLE[table])
        return [tuple(row) for row in tx.session.execute(text(f"SELECT {columns} FROM {table}"))]  # noqa: S608


def empty(table: str, more: str = "") -> str:
    columns = ERASABLE[table]
    full = " + ".join(f"COALESCE(LENGTH({c}), 0)" for c in columns)
    sets = ", ".join(f"{c} = ''" for c in columns)
    return f"UPDATE {table} SET {sets}{more} WHERE {full} > 0"  # noqa: S608


@pytest.mark.parametrize("table", sorted(set(ERASABLE) - {"media"}))
def test_contents_are_emptied_only_where_a_deletion_names_them_and_no_legal_hold_stands(
    full_store: Store, table: str
) -> None:
    before = emptied(full_store, table)
    assert any(any(row) for row in before)
    assert "append-only" in attempt(full_store, empty(table))  # nothing names them
    why = Deletion("retention", "system:operator", NOW)
    subjects = {"d1", "h1", VERDICT.content_sha256}
    with full_store.read() as tx:
        drafts = {i for i, _ in tx.publications("acme") if i}
    full_store.write(lambda tx: [tx._note("acme", "draft", s, why) for s in subjects | drafts] and None)
    full_store.write(lambda tx: tx.add_legal_hold("acme", LegalHold("l1", None, "A claim", "ada", NOW)))

    assert "append-only" in attempt(full_store, empty(table))  # it is held
    full_store.write(lambda tx: tx.lift_legal_hold("acme", "l1", "bob", NOW))
    assert "append-only" in attempt(full_store, empty(table, ", brand_id = 'x'"))  # nothing else goes along
    full_store.write(lambda tx: tx.session.execute(text(empty(table))) and None)

    assert not any(any(row) for row in emptied(full_store, table))
    again = f"UPDATE {table} SET {ERASABLE[table][0]} = 'again'"  # noqa: S608
    assert "append-only" in attempt(full_store, again)  # what is gone does not come back


def test_a_file_that_was_deleted_can_only_be_uploaded_again(full_store: Store) -> None:
    why = Deletion("retention", "system:operator", NOW)
    full_store.write(lambda tx: tx.take_media("acme", PICTURE_SHA256, why))
    with full_store.read() as tx, pytest.raises(Gone):
        tx.media("acme", PICTURE_SHA256)

    full_store.write(lambda tx: tx.put_media("acme", PICTURE, "image/png", NOW) and None)

    with full_store.read() as tx:
        assert tx.media("acme", PICTURE_SHA256)[1] == PICTURE
    assert "append-only" in attempt(full_store, "UPDATE media SET mime = 'text/html'")


def test_a_reading_transaction_cannot_write(store: Store) -> None:
    open_brand(store)
    refused = pytest.raises((DBAPIError, Unavailable), match=r"readonly|read-only")
    with refused, store.read() as tx:
        tx.add_review(review_of(), IN_REVIEW)
    store.write(lambda tx: tx.add_review(review_of(), IN_REVIEW))  # the same connection writes again


def test_the_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    with store.read() as tx:
        context = MigrationContext.configure(tx.session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_migrating_twice_changes_nothing_and_many_may_try_at_once(database_url: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    stores = [Store(database_url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(Store.migrate, stores)) == [None] * 3
    stores[0].migrate()
    stores[0].check()
    for store in stores:
        store.close()


def test_a_database_that_is_not_set_up_says_what_to_run(database_url: str) -> None:
    store = Store(database_url)
    with pytest.raises(Unavailable, match="reviewer init"):
        store.check()
    with pytest.raises(Unavailable, match="reviewer init"), store.read() as tx:
        tx.brands()
    store.close()


def test_every_table_of_a_brand_names_the_brand() -> None:
    without = {name for name, table in Table.metadata.tables.items() if "brand_id" not in table.columns}
    assert without <= OF_THE_SERVER
    optional = {
        n for n, t in Table.metadata.tables.items() if n not in without and t.columns["brand_id"].nullable
    }
    assert optional == {"deletions", "events", "jobs"}  # some are nobody's, or the server's own


def test_every_way_to_look_something_up_has_an_index_on_both(store: Store) -> None:
    with store.read() as tx:
        inspector = inspect(tx.session.connection())
        indexed = {
            (table, tuple(index["column_names"]))
            for table in inspector.get_table_names()
            for index in inspector.get_indexes(table)
        }
    assert {
        ("variants", ("brand_id", "content_sha256")),
        ("objections", ("brand_id", "content_sha256")),
        ("events", ("brand_id", "seq")),
        ("permits", ("draft_id", "content_sha256")),
    } <= indexed


def test_sqlite_is_opened_durably_and_strictly(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    store.migrate()
    with store.read() as tx:
        pragmas = {
            name: tx.session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "query_only")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "query_only": 1,
    }
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    assert file.stat().st_mode & 0o077 == 0
    store.close()


@pytest.fixture
def split_roles(postgres_url: str) -> Iterator[tuple[str, str]]:
    """(address of the app's role, address of the owner's)."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE app LOGIN")
    yield postgres_url.replace("//postgres:@", "//app:@"), postgres_url
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY app")
        connection.execute("DROP ROLE app")


@pytest.mark.postgres
def test_the_app_role_works_but_has_no_right_to_change_the_record(split_roles: tuple[str, str]) -> None:
    app_url, owner_url = split_roles
    store = Store(app_url)
    store.migrate(owner_url)
    store.check()
    open_brand(store)
    stages = full_life(PICTURE_SHA256)
    store.write(lambda tx: tx.add_review(stages[0], IN_REVIEW))

    def run(tx: Tx) -> None:
        tx.save_review(tx.review("d1"), stages[-1], IN_REVIEW)
        tx.append(Event(NOW, "acme", "dan", "draft.created", ("draft", "d1")))
        tx.enqueue("remind", "d1", {}, NOW, now=NOW)
        tx.lease(NOW)

    store.write(run)
    store.write(lambda tx: tx.take_contents("acme", "d1", Deletion("retention", "system:operator", NOW)))
    assert not any(any(row) for row in emptied(store, "versions"))
    for table in APPEND_ONLY:
        assert "permission denied" in attempt(store, f"DELETE FROM {table}")  # noqa: S608
        assert "permission denied" in attempt(store, f"TRUNCATE {table} CASCADE")
        kept = [c.name for c in Table.metadata.tables[table].columns if c.name not in ERASABLE.get(table, ())]
        for column in kept:
            assert "permission denied" in attempt(store, f"UPDATE {table} SET {column} = NULL")  # noqa: S608
    assert re.search(
        "must be owner|permission denied", attempt(store, "DROP TRIGGER events_no_change ON events")
    )
    store.close()


@pytest.mark.parametrize(
    "url", ["", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "mysql://db/x", "not an address"]
)
def test_an_address_that_names_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="REVIEWER_DATABASE_URL"):
        Store(url)


def test_the_brand_of_the_examples_comes_back_with_its_people(store: Store) -> None:
    open_brand(store)
    with store.read() as tx:
        brand = tx.brand("acme")
    assert brand.members == {"marketing": {"ada", "bob"}, "legal": {"cleo"}}
    assert brand.people == {"ada": "Ada", "bob": "Bob", "cleo": "Cleo", "dan": "Dan"}
    assert (brand.approvals, brand.accounts, brand.timezone) == (ACME.approvals, ACME.accounts, ACME.timezone)


def test_a_plain_connection_without_our_settings_still_meets_the_triggers(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    store.migrate()
    open_brand(store)
    store.write(lambda tx: tx.append(Event(NOW, "acme", "dan", "draft.created", ("draft", "d1"))))
    store.close()
    plain = create_engine(sqlite_url)
    for statement in ("UPDATE events SET action = 'x'", "DELETE FROM events"):
        with pytest.raises(DBAPIError, match="append-only"), plain.begin() as connection:
            connection.execute(text(statement))
    plain.dispose()
