"""Migrations, run by code: `upgrade` brings a database to this version, `is_current` asks."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from reviewer.store.keeping import ERASABLE
from reviewer.store.tables import APPEND_ONLY

MIGRATING = 0x5245564D
"""PostgreSQL's advisory lock while tables are changed; any constant will do."""


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file; `connection` is the one to work on."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection) -> None:
    """Bring the database to this version, in one transaction, one process at a time."""
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        command.upgrade(configuration(connection), "head")


def grant(connection: Connection, role: str) -> None:
    """Let a PostgreSQL role work with the tables, without a right to change what is append-only.

    Contents that can be deleted are the exception: of these columns it may make what the triggers allow,
    which is nothing but to empty them.
    """
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    append_only = ", ".join((*APPEND_ONLY, "alembic_version"))
    with connection.begin():
        for statement in (
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {append_only} FROM {name}",
            *(f"GRANT UPDATE ({', '.join(c)}) ON {table} TO {name}" for table, c in ERASABLE.items()),
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
        ):
            connection.execute(text(statement))


def is_current(connection: Connection) -> bool:
    """True where the tables are of this version."""
    heads = ScriptDirectory.from_config(configuration()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)
