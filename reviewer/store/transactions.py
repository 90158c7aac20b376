"""The store: one transaction per use case, begun again where somebody else was first."""

import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import scoped_session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from reviewer.errors import Conflict, Unavailable
from reviewer.store import database, migrations
from reviewer.store.access import Access
from reviewer.store.accounts import UserDatastore
from reviewer.store.archive import Archive
from reviewer.store.brands import Brands
from reviewer.store.changes import Changes
from reviewer.store.joining import Joining
from reviewer.store.lock import FairLock
from reviewer.store.log import Log
from reviewer.store.outbox import Outbox
from reviewer.store.persons import Persons
from reviewer.store.retention import Retention
from reviewer.store.reviews import ReviewReading
from reviewer.store.rota import Rota
from reviewer.store.saving import ReviewSaving
from reviewer.store.talk import Talk

Result = TypeVar("Result")

RACES = 3
"""How often a name that was taken meanwhile is looked at again; one that stays taken is a Conflict."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.005, 0.2


class Tx(
    ReviewReading,
    ReviewSaving,
    Brands,
    Changes,
    Talk,
    Rota,
    Log,
    Archive,
    Retention,
    Access,
    Joining,
    Persons,
    Outbox,
):
    """One transaction. Everything read is of one moment; everything written is kept whole or not at all."""


class Store:
    """The database at `url`: `sqlite:////path/file.db` or `postgresql://…`.

    `timeout` is how long, in seconds, a caller waits for its turn before it is told Unavailable.
    One store serves all threads of a process, and the processes forked from it; with SQLite no thread
    may be in a transaction at that moment.
    """

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        self._url, self._timeout = database.parse(url), timeout
        self._engine = database.connect(self._url, timeout=timeout)
        self._file = database.file_of(self._url)
        self._begin_anew()
        this = weakref.ref(self)
        os.register_at_fork(before=partial(_before_fork, this), after_in_child=partial(_in_child, this))

    def _begin_anew(self) -> None:
        self._lock = FairLock(self._file) if self._file else None
        self._writing = threading.local()

    # --- transactions ----------------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A snapshot to read from; the database refuses writes in it. Raises Unavailable."""
        try:
            with self._session("read") as session:
                yield Tx(session)
        except SQLAlchemyError as error:
            raise database.refusal(error) or error from error

    def write(self, work: Callable[[Tx], Result]) -> Result:
        """Run `work` in one writing transaction, commit, and return its result.

        Where somebody else was first, `work` is run again from the start on what is there then, so it
        must have no effects of its own. What it raises rolls everything back. Raises Unavailable when
        its turn does not come in time or the database is away.
        """
        deadline, pause = time.monotonic() + self._timeout, FIRST_PAUSE_SECONDS
        races = 0
        while True:
            try:
                with self._turn(deadline):
                    return self._attempt(work)
            except SQLAlchemyError as error:
                races += database.taken(error)
                again = database.may_pass(error) or (database.taken(error) and races <= RACES)
                if not again or time.monotonic() + pause >= deadline:
                    raise database.refusal(error) or error from error
            time.sleep(random.uniform(pause / 2, pause))  # noqa: S311  # jitter, not a secret
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _attempt(self, work: Callable[[Tx], Result]) -> Result:
        with self._session("write") as session:
            tx = Tx(session)
            result = work(tx)
            tx.flush_events()
            session.flush()
            try:
                session.commit()
            except SQLAlchemyError as error:
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    raise Unavailable(
                        "The database went away while it was saving. Look whether the change is there "
                        "before you repeat it."
                    ) from error
                raise
            return result

    @contextmanager
    def _session(self, mode: database.Mode) -> Iterator[Session]:
        options = database.options(self._engine, mode)
        with (
            self._engine.connect().execution_options(**options) as connection,
            Session(connection, autoflush=False, expire_on_commit=False) as session,
        ):
            yield session

    @contextmanager
    def _turn(self, deadline: float) -> Iterator[None]:
        """This thread's turn to write; on PostgreSQL everybody has one."""
        if getattr(self._writing, "now", False):
            raise RuntimeError("a writing transaction cannot begin inside another one")
        wait = max(0.0, deadline - time.monotonic())
        with self._lock.held(wait) if self._lock else nullcontext():
            self._writing.now = True
            try:
                yield
            finally:
                self._writing.now = False

    # --- the database as a whole -----------------------------------------------------------------

    def migrate(self, owner_url: str = "") -> None:
        """Bring the tables to this version; several processes may try at once. Raises Unavailable.

        On PostgreSQL `owner_url` is the address with the role that owns the tables; the role of this
        store is then given no right to change what is append-only.
        """
        if self._file is not None:
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.touch(mode=0o600)
            except OSError as error:
                raise Unavailable(
                    f"{self._file} cannot be written ({error.strerror}): check REVIEWER_DATABASE_URL."
                ) from error
        owner = database.parse(owner_url) if owner_url else self._url
        engine = database.connect(owner, timeout=self._timeout) if owner_url else self._engine
        try:
            with self._turn(time.monotonic() + self._timeout), engine.connect() as connection:
                migrations.upgrade(connection)
                if self._url.username and owner.username != self._url.username:
                    migrations.grant(connection, self._url.username)
        except SQLAlchemyError as error:
            raise database.refusal(error) or error from error

        finally:
            if engine is not self._engine:
                engine.dispose()

    def check(self) -> None:
        """Raise Unavailable unless the database answers and its tables are of this version."""
        if self._file is not None and not self._file.exists():
            raise Unavailable(f"There is no database at {self._file}: run `reviewer init`.")
        with self.read() as tx:
            tx.session.execute(text("SELECT 1"))
            if not migrations.is_current(tx.session.connection()):
                raise Unavailable("The database is of another version: run `reviewer init` to migrate it.")

    def settle(self) -> None:
        """Bring SQLite's log of changes into its file and shorten it, so that it keeps nothing deleted."""
        if self._file is not None:
            options = database.options(self._engine, "autocommit")
            with self._engine.connect().execution_options(**options) as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections; the store can be used again."""
        self._engine.dispose()

    # --- the accounts library --------------------------------------------------------------------

    def user_datastore(self) -> UserDatastore:
        """What `flask_security.Security` needs to know people; see `UserDatastore`."""
        engine = self._engine.execution_options(**database.options(self._engine, "autocommit"))
        return UserDatastore(
            scoped_session(sessionmaker(engine, autoflush=False, expire_on_commit=False)), self._commit
        )

    def _commit(self, session: Any) -> None:
        try:
            with self._turn(time.monotonic() + self._timeout):
                connection = session.connection()
                connection.exec_driver_sql("BEGIN IMMEDIATE" if self._lock else "BEGIN")
                session.flush()
                connection.exec_driver_sql("COMMIT")
                session.commit()
        except BaseException as error:
            session.rollback()  # the driver rolls back what was begun, though the session knows no beginning
            if isinstance(error, StaleDataError):
                raise Conflict("Your account was changed at the same time: try again.") from error
            if isinstance(error, SQLAlchemyError):
                raise database.refusal(error) or error from error
            raise


def _before_fork(of: "weakref.ref[Store]") -> None:
    """SQLite forbids that a child so much as closes a connection of its parent: leave it none."""
    if (store := of()) is not None and store._lock is not None:
        store._engine.dispose()


def _in_child(of: "weakref.ref[Store]") -> None:
    """The parent still talks on its connections, and its threads hold its locks."""
    if (store := of()) is not None:
        store._engine.dispose(close=False)
        store._begin_anew()
