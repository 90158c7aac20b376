"""Triggers that keep a table append-only, in the words of each database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

REFUSED = "this table is append-only"

_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}: %', TG_TABLE_NAME;
END $$
"""


@dataclass(frozen=True)
class Emptied:
    """How the contents of an append-only table may be taken away, as SQL over the row `NEW`.

    `columns` hold the contents; `subject` is what a row of `deletions` has to name, `draft` where it is
    that of a draft; `held` says whether a legal hold `h` on one draft concerns the row. What is named by
    the digest of its bytes may be `refilled`.
    """

    columns: tuple[str, ...]
    draft: str = "NEW.draft_id"
    subject: str = ""
    held: str = ""
    refilled: bool = False


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


def only_emptied(connection: Connection, tables: Mapping[str, Emptied]) -> None:
    """Let the contents of guarded tables be emptied, and nothing else be changed.

    Only what `deletions` names, and nothing of which a legal hold stands.
    """
    postgres = connection.dialect.name == "postgresql"
    for table, emptied in tables.items():
        names = [column["name"] for column in inspect(connection).get_columns(table)]
        allowed = _allowed([n for n in names if n not in emptied.columns], emptied, postgres=postgres)
        if postgres:
            _on_postgres(connection, table, allowed)
        else:
            connection.execute(text(f"DROP TRIGGER {table}_no_update"))
            connection.execute(
                text(
                    f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({allowed}) "
                    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
                )
            )


def _on_postgres(connection: Connection, table: str, allowed: str) -> None:
    for statement in (
        f"CREATE FUNCTION {table}_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF NOT ({allowed}) THEN RAISE EXCEPTION '{REFUSED}: {table}'; END IF; RETURN NEW; END $$",
        f"DROP TRIGGER {table}_no_change ON {table}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_only_emptied BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_only_emptied()",
    ):
        connection.exec_driver_sql(statement)


def _allowed(kept: Iterable[str], emptied: Emptied, *, postgres: bool) -> str:
    """What has to be true of OLD and NEW."""

    def same(column: str) -> str:
        if postgres:  # JSON knows no equality there
            return f"OLD.{column}::text IS NOT DISTINCT FROM NEW.{column}::text"
        return f"OLD.{column} IS NEW.{column}"

    def empty(of: str, column: str) -> str:
        return f"COALESCE(LENGTH({of}.{column}), 0) = 0"

    subject, held = emptied.subject or emptied.draft, emptied.held or f"h.draft_id = {emptied.draft}"
    as_it_was = " AND ".join(map(same, kept))
    fewer = " AND ".join(f"({same(c)} OR {empty('NEW', c)})" for c in emptied.columns)
    something = " OR ".join(f"(NOT {empty('OLD', c)} AND {empty('NEW', c)})" for c in emptied.columns)
    of_the_brand = "brand_id = NEW.brand_id"
    named = f"EXISTS (SELECT 1 FROM deletions d WHERE d.{of_the_brand} AND d.subject_id = {subject})"  # noqa: S608
    concerned = f"h.lifted_at IS NULL AND h.{of_the_brand} AND (h.draft_id IS NULL OR {held})"
    stands = f"EXISTS (SELECT 1 FROM legal_holds h WHERE {concerned})"  # noqa: S608
    taken = f"({fewer}) AND ({something}) AND {named} AND NOT {stands}"
    again = " AND ".join(empty("OLD", c) for c in emptied.columns)
    return f"{as_it_was} AND (({taken}){f' OR ({again})' if emptied.refilled else ''})"
