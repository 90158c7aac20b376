"""Many at once, killed in the middle, locked out, cut off: nothing is lost and nothing is half-written."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from store_examples import IN_REVIEW, NOW, open_brand, permit, post, review_of, sign_off

from reviewer.errors import AlreadyRedeemed, Conflict, Unavailable
from reviewer.model import Event, Review
from reviewer.store import Store, Tx
from reviewer.store.lock import FairLock

DIGEST = post().content_sha256
ACTORS = 8


def say(draft_id: str, who: str, note: Callable[[], None] = lambda: None) -> Callable[[Tx], int]:
    """A step that reads a review, thinks, and adds a sign-off and an event to it."""

    def run(tx: Tx) -> int:
        before = tx.review(draft_id)
        note()
        after = replace(before, sign_offs=(*before.sign_offs, sign_off(DIGEST, who)))
        tx.save_review(before, after, IN_REVIEW)
        tx.append(Event(NOW, "acme", who, "variant.signed", ("draft", draft_id)))
        return len(after.sign_offs)

    return run


def begun(store: Store) -> Store:
    open_brand(store)
    store.write(lambda tx: tx.add_review(review_of(), IN_REVIEW))
    return store


def present(store: Store) -> Review:
    with store.read() as tx:
        return tx.review("d1")


def test_eight_actors_on_one_draft_lose_no_sign_off(store: Store) -> None:
    begun(store)
    actors = [f"actor{n}" for n in range(ACTORS)]

    def act(who: str) -> list[int]:
        return [store.write(say("d1", who)) for _ in range(3)]

    with ThreadPoolExecutor(ACTORS) as pool:
        results = [n for counts in pool.map(act, actors) for n in counts]
    assert sorted(results) == list(range(1, 3 * ACTORS + 1))
    assert sorted(s.by for s in present(store).sign_offs) == sorted(actors * 3)
    with store.read() as tx:
        seqs = [e.seq for e in tx.events("acme", "d1")]
    assert len(seqs) == 3 * ACTORS
    assert seqs == sorted(set(seqs))


ACTOR = """
import sys
sys.path.insert(0, sys.argv[3])
from reviewer.store import Store
from test_store_races import say
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(6):
    store.write(say("d1", sys.argv[2]))
"""


@contextmanager
def actor(url: str, who: str, code: str = ACTOR) -> Iterator[subprocess.Popen[str]]:
    """Another process that waits for a line before it begins."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, url, who, str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_processes_and_threads_on_one_draft_lose_no_sign_off(store: Store, database_url: str) -> None:
    begun(store)
    with actor(database_url, "one") as one, actor(database_url, "two") as two:
        for process in (one, two):
            process.stdin.write("go\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        for _ in range(6):
            store.write(say("d1", "here"))
        assert (one.wait(30), two.wait(30)) == (0, 0)
    assert sorted(s.by for s in present(store).sign_offs) == sorted(["one", "two", "here"] * 6)


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    opened = Store(postgres_url, timeout=5.0)
    opened.migrate()
    yield begun(opened)
    opened.close()


def together() -> Callable[[], None]:
    """Makes two threads meet, the first time that each of them comes by."""
    barrier, met = threading.Barrier(2), threading.local()

    def meet() -> None:
        if not getattr(met, "once", False):
            met.once = True
            barrier.wait(5)

    return meet


@pytest.mark.postgres
def test_two_who_read_before_either_writes_both_count(postgres_store: Store) -> None:
    meet = together()
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda who: postgres_store.write(say("d1", who, meet)), ("ada", "bob")))
    assert sorted(results) == [1, 2]
    assert {s.by for s in present(postgres_store).sign_offs} == {"ada", "bob"}


@pytest.mark.postgres
def test_the_same_without_the_version_column_loses_one(postgres_store: Store, postgres_url: str) -> None:
    """The control: what everybody writes first, read, think, write; SQLite's lock would hide it."""
    meet = together()
    url = postgres_url

    def naive(_who: str) -> None:
        with psycopg.connect(url) as connection:
            [(findings,)] = connection.execute("SELECT findings FROM drafts WHERE id = 'd1'").fetchall()
            meet()
            connection.execute("UPDATE drafts SET findings = %s WHERE id = 'd1'", [findings + 1])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(naive, ("ada", "bob")))
    with postgres_store.read() as tx:
        assert tx.session.execute(text("SELECT findings FROM drafts")).scalar_one() == 1


def test_a_permit_is_redeemed_once_though_eight_ask_at_the_same_time(store: Store) -> None:
    begun(store)
    review = present(store)
    store.write(
        lambda tx: tx.save_review(
            tx.review("d1"), replace(review, permits=(permit(DIGEST, "j1"),)), IN_REVIEW
        )
    )

    def redeem(_n: int) -> bool:
        def run(tx: Tx) -> bool:
            before = tx.review("d1")
            [only] = before.permits
            if only.redeemed_at is not None:
                raise AlreadyRedeemed("used")
            tx.save_review(before, replace(before, permits=(replace(only, redeemed_at=NOW),)), IN_REVIEW)
            return True

        try:
            return store.write(run)
        except AlreadyRedeemed:
            return False

    with ThreadPoolExecutor(ACTORS) as pool:
        assert sorted(pool.map(redeem, range(ACTORS))) == [False] * (ACTORS - 1) + [True]


def test_a_name_that_stays_taken_is_a_conflict_and_one_taken_meanwhile_is_looked_at_again(
    store: Store,
) -> None:
    begun(store)
    with pytest.raises(Conflict):
        store.write(lambda tx: tx.add_review(review_of(), IN_REVIEW))

    def once(_n: int) -> bool:
        return store.write(lambda tx: tx.first_seen("v0=abc", NOW))

    with ThreadPoolExecutor(ACTORS) as pool:
        assert sorted(pool.map(once, range(ACTORS))) == [False] * (ACTORS - 1) + [True]


def test_whoever_follows_the_log_misses_nothing(store: Store) -> None:
    begun(store)
    seen: list[int] = []
    done = threading.Event()

    def follow() -> None:
        while True:
            last = done.is_set()
            with store.read() as tx:
                seen.extend(e.seq or 0 for e in tx.events(after=seen[-1] if seen else 0))
            if last:
                return

    def write(n: int) -> None:
        for m in range(10):
            event = Event(NOW, "acme", f"{n}", "draft.created", ("draft", f"{n}.{m}"))
            store.write(lambda tx, event=event: [tx.append(event), tx.append(event)])

    follower = threading.Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    done.set()
    follower.join()
    assert len(seen) == 4 * 10 * 2
    with store.read() as tx:
        assert [e.seq for e in tx.events()] == seen


STUCK = """
import sys, time
sys.path.insert(0, sys.argv[3])
from reviewer.store import Store
from test_store_races import say
def stuck():
    print("inside", flush=True)
    time.sleep(60)
def run(tx):
    said = say("d1", "killed")(tx)
    tx.flush_events()
    stuck()
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
store.write(run)
"""

BUSY = """
import sys
sys.path.insert(0, sys.argv[3])
from reviewer.store import Store
from test_store_races import say
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
while True:
    store.write(say("d1", sys.argv[2]))
    print("said", flush=True)
"""


def start(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def test_a_process_killed_inside_its_transaction_leaves_nothing_and_holds_up_nobody(
    store: Store, database_url: str
) -> None:
    begun(store)
    with actor(database_url, "killed", STUCK) as process:
        start(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert store.write(say("d1", "ada")) == 1
    assert [s.by for s in present(store).sign_offs] == ["ada"]
    with store.read() as tx:
        assert [e.actor for e in tx.events("acme", "d1")] == ["ada"]


def test_a_process_killed_anywhere_has_said_all_of_a_thing_or_nothing(
    store: Store, database_url: str
) -> None:
    begun(store)
    answered = 0
    for kill_after in (1, 4, 9):
        with actor(database_url, "killed", BUSY) as process:
            start(process)
            assert process.stdout is not None
            for _ in range(kill_after):
                answered += process.stdout.readline() == "said\n"
            time.sleep(0.003 * kill_after)  # somewhere in the next one
            process.send_signal(signal.SIGKILL)
            answered += process.stdout.read().count("said\n")
            process.wait()
    said = present(store).sign_offs
    with store.read() as tx:
        assert len(tx.events("acme", "d1")) == len(said)
        assert tx.session.execute(text("SELECT revision FROM drafts")).scalar_one() == len(said) + 2
    # what was answered is there; of each process at most one more, killed before it could say so
    assert answered <= len(said) <= answered + 3


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else, who knows nothing of our lock, holds the tables."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
    else:
        with psycopg.connect(url) as connection:
            connection.execute("LOCK TABLE drafts, users IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()


def test_a_locked_database_is_unavailable_in_time_and_nothing_is_written(
    store: Store, database_url: str
) -> None:
    begun(store)
    hasty = Store(database_url, timeout=0.4)
    began = time.monotonic()
    with locked(database_url), pytest.raises(Unavailable, match="busy"):
        hasty.write(say("d1", "ada"))
    assert time.monotonic() - began < 3
    assert present(store).sign_offs == ()
    assert hasty.write(say("d1", "ada")) == 1
    hasty.close()


def test_a_locked_database_is_waited_for_while_there_is_time(store: Store, database_url: str) -> None:
    begun(store)
    with ThreadPoolExecutor(1) as pool:
        with locked(database_url):
            later = pool.submit(store.write, say("d1", "ada"))
            time.sleep(0.5)
            assert not later.done()
        assert later.result(5) == 1


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/reviewer.db", "postgresql://reviewer@127.0.0.1:1/reviewer"]
)
def test_an_unreachable_database_is_unavailable_for_every_question(url: str) -> None:
    store = Store(url, timeout=2.0)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        store.check()
    with pytest.raises(Unavailable), store.read() as tx:
        tx.brands()
    with pytest.raises(Unavailable):
        store.write(lambda tx: tx.brands())
    assert time.monotonic() - began < 10


def test_a_database_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(f"sqlite:///{tmp_path}/file/reviewer.db")
    with pytest.raises(Unavailable, match="REVIEWER_DATABASE_URL"):
        store.migrate()


@pytest.mark.postgres
def test_a_server_that_drops_every_connection_is_survived(postgres_store: Store, postgres: str) -> None:
    def drop() -> None:
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname LIKE 'test_%'"
            )

    assert present(postgres_store).sign_offs == ()
    drop()
    assert present(postgres_store).sign_offs == ()
    dropped: list[None] = []

    def drop_once() -> None:
        if not dropped:
            dropped.append(None)
            drop()

    assert postgres_store.write(say("d1", "ada", drop_once)) == 1
    assert [s.by for s in present(postgres_store).sign_offs] == ["ada"]


def test_what_the_work_raises_rolls_everything_back(store: Store) -> None:
    begun(store)

    def run(tx: Tx) -> None:
        say("d1", "ada")(tx)
        raise KeyError("a mistake")

    with pytest.raises(KeyError):
        store.write(run)
    with store.read() as tx:
        assert tx.review("d1").sign_offs == ()
        assert tx.events() == []


def test_a_transaction_inside_another_is_a_mistake_said_at_once(store: Store) -> None:
    begun(store)
    with pytest.raises(RuntimeError, match="inside another"):
        store.write(lambda _tx: store.write(say("d1", "ada")))
    assert store.write(say("d1", "ada")) == 1


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_forked_while_others_queue_has_locks_and_connections_of_its_own(store: Store) -> None:
    begun(store)
    inside, leave = threading.Event(), threading.Event()

    def queue() -> None:
        with store._lock.held(5) if store._lock else nullcontext():
            inside.set()
            leave.wait(20)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(queue)
        assert inside.wait(5)
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if store.write(say("d1", "child")) == 1 else 1)
            except BaseException:
                os._exit(2)
        time.sleep(0.2)
        leave.set()
        held.result(5)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert store.write(say("d1", "parent")) == 2


def test_whoever_releases_the_lock_does_not_overtake_who_waits(tmp_path: Path) -> None:
    """Between threads of one lock, and between two locks on one file, as two processes have them.

    Without the gates one of the two had all 60 turns.
    """
    one = FairLock(tmp_path / "db")
    for locks in ((one, one), (one, FairLock(tmp_path / "db"))):
        turns: list[int] = []

        def insist(n: int, locks: tuple[FairLock, FairLock] = locks, turns: list[int] = turns) -> None:
            while len(turns) < 60:
                with locks[n].held(5):
                    turns.append(n)
                    time.sleep(0.003)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(insist, (0, 1)))
        assert 20 <= turns.count(0) <= 40, turns


def test_a_writer_on_sqlite_has_the_database_before_it_reads(sqlite_url: str) -> None:
    """A deferred transaction that reads first may find at its first write that somebody was faster."""
    store = Store(sqlite_url)
    store.migrate()
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)

    def run(tx: Tx) -> None:
        tx.brands()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")

    store.write(run)
    other.close()
    store.close()


def test_the_lock_gives_up_in_time(tmp_path: Path) -> None:
    one, two = FairLock(tmp_path / "db"), FairLock(tmp_path / "db")
    for holder, asker in ((one, one), (one, two)):
        began = time.monotonic()
        with holder.held(1), ThreadPoolExecutor(1) as pool, pytest.raises(Unavailable):
            pool.submit(lambda asker=asker: asker.held(0.2).__enter__()).result()
        assert timedelta(seconds=0.1) < timedelta(seconds=time.monotonic() - began) < timedelta(seconds=2)
        with asker.held(0.2):
            pass
