"""Connections: how each database is opened, how transactions begin, and what its failures mean.

Reads are snapshots and may not write; the database itself enforces it. Writes on SQLite begin
IMMEDIATE. Writes on PostgreSQL are REPEATABLE READ: the facts that decide are of one moment, and two
writers of one row cannot both win. SERIALIZABLE would add retries and no promise: no two steps of the
law read each other's writes without sharing the draft's row, and redeeming looks again.
"""

import re
import sqlite3
from pathlib import Path
from typing import Any, Literal

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from reviewer.errors import BadSetting, Conflict, Invalid, ReviewerError, Unavailable

Mode = Literal["read", "write", "autocommit"]

RETRIED_SQLSTATES = {
    "40001",  # serialization failure: another writer was first
    "40P01",  # deadlock: the other one was let through
}
UNIQUE_VIOLATION = "23505"


def parse(url: str) -> URL:
    """The database's address; raises BadSetting when it is neither a SQLite file nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise BadSetting(
            "REVIEWER_DATABASE_URL: this is not an address, write sqlite:////path/to/reviewer.db "
            "or postgresql://user:password@host/name."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:" or parsed.query:
            raise BadSetting(
                "REVIEWER_DATABASE_URL: SQLite needs a plain file, write sqlite:////path/to/reviewer.db."
            )
        return parsed.set(drivername="sqlite")
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise BadSetting(
        f"REVIEWER_DATABASE_URL: {parsed.drivername} is not supported, use sqlite or postgresql."
    )


def file_of(url: URL) -> Path | None:
    """The database file, or None for PostgreSQL."""
    return Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None


def connect(url: URL, *, timeout: float, pool_size: int = 10) -> Engine:
    """An engine that gives up waiting after `timeout` seconds."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=timeout,
            pool_pre_ping=True,
            hide_parameters=True,  # an error that is shown must not repeat somebody's words
        )
        event.listen(engine, "connect", _open_sqlite(timeout))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        milliseconds = int(timeout * 1000)
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=timeout,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "connect_timeout": max(2, int(timeout)),
                "options": f"-c lock_timeout={milliseconds} -c statement_timeout={3 * milliseconds}"
                " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
            },
        )
    return engine


def options(engine: Engine, mode: Mode) -> dict[str, Any]:
    """Execution options of a connection for reading, writing, or single statements."""
    if engine.dialect.name == "sqlite":
        return {"reviewer_mode": mode}
    if mode == "autocommit":
        return {"isolation_level": "AUTOCOMMIT"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": mode == "read"}


def _open_sqlite(timeout: float) -> Any:
    def opened(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where this module says so
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(timeout * 1000)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA recursive_triggers=ON")  # else INSERT OR REPLACE passes the triggers
        cursor.close()

    return opened


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("reviewer_mode", "write")
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if mode == 'read' else 'OFF'}")
    if mode != "autocommit":
        connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")


def may_pass(error: SQLAlchemyError) -> bool:
    """True where the same work, begun again, can succeed: somebody else was first, or the line broke."""
    if isinstance(error, StaleDataError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in RETRIED_SQLSTATES:
        return True
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def taken(error: SQLAlchemyError) -> bool:
    """True where a unique name or place was taken by somebody else."""
    if not isinstance(error, IntegrityError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state == UNIQUE_VIOLATION if state else "UNIQUE constraint failed" in str(error.orig)


def refusal(error: SQLAlchemyError) -> ReviewerError | None:
    """What to tell a caller about a failure of the database; None where the fault is in our code."""
    words = str(getattr(error, "orig", None) or error)
    if isinstance(error, StaleDataError):
        return Unavailable("Too many people changed this at the same time. Nothing was saved: try again.")
    if taken(error):
        return Conflict("The same was saved by somebody else at this moment: look at it, then decide again.")
    if isinstance(error, DataError):
        return Invalid(
            "Something in this is too long, or holds a character that no text can keep: shorten it."
        )
    if isinstance(error, PoolTimeout) or re.search(r"locked|timeout|could not serialize|deadlock", words):
        return Unavailable("The database is busy. Nothing was saved: try again in a moment.")
    if re.search(r"no such (table|column)|(relation|column) .* does not exist", words):
        return Unavailable(
            "The database is not set up for this version: run `reviewer init`, then try again."
        )
    if "permission denied for schema" in words:
        return Unavailable(
            "The database role of this server may not make tables: run `reviewer migrate` with "
            "REVIEWER_DATABASE_OWNER_URL naming the role that owns them."
        )
    broken = re.search(r"unable to open|readonly|disk|malformed|not a database", words)
    if broken and isinstance(getattr(error, "orig", None), sqlite3.Error):
        return Unavailable(
            f"The database file cannot be used ({words}). Nothing was saved: check that its folder is "
            "there, has space, and may be written by the server."
        )
    if isinstance(error, DBAPIError) and (
        error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError)
    ):
        return Unavailable(
            "The database cannot be reached. Nothing was saved: check that it runs and that "
            "REVIEWER_DATABASE_URL names it, then try again."
        )
    return None
