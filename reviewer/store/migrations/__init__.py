"""Migrations, run by code: `upgrade` brings a database to this version, `is_current` asks."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

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
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        command.upgrade(configuration(connection), "head")


def is_current(connection: Connection) -> bool:
    """True where the tables are of this version."""
    heads = ScriptDirectory.from_config(configuration()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)
