"""Triggers that keep a table append-only, in the words of each database."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

REFUSED = "this table is append-only"

_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}: %', TG_TABLE_NAME;
END $$
"""


def append_only(connection: Connection, tables: Iterable[str]) -> None:
    """Refuse UPDATE and DELETE, and on PostgreSQL TRUNCATE, on these tables.

    On SQLite `INSERT OR REPLACE` deletes first; that passes the trigger unless the connection has
    `recursive_triggers` on, as all of ours have.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(_POSTGRES_FUNCTION))
    for table in tables:
        if connection.dialect.name == "postgresql":
            for name, when in (("change", "UPDATE OR DELETE"), ("truncate", "TRUNCATE")):
                connection.execute(
                    text(
                        f"CREATE TRIGGER {table}_no_{name} BEFORE {when} ON {table} "
                        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
                    )
                )
        else:
            for when in ("UPDATE", "DELETE"):
                connection.execute(
                    text(
                        f"CREATE TRIGGER {table}_no_{when.lower()} BEFORE {when} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
                    )
                )
