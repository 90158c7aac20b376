"""Alembic's entry: runs the steps on the connection that `upgrade` brought."""

from alembic import context

from reviewer.store import keeping, rulebook  # noqa: F401  # declare tables
from reviewer.store.identities import User  # declares the others


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave alone what the job queue brings along."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=User.metadata,
    include_name=include_name,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
