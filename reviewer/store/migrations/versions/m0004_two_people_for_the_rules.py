"""Suspended votes, declined proposals, house brands, and the built-in rules that a brand agreed to."""

import sqlalchemy as sa
from alembic import op

from reviewer.store.migrations import guards

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
APPEND_ONLY = ("bases", "agreements")


def upgrade() -> None:
    op.create_table(
        "bases",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_bases")),
    )
    op.create_table(
        "agreements",
        sa.Column("proposal_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_agreements_brand_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_agreements_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "position", name=op.f("pk_agreements")),
    )
    op.create_table(
        "suspensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("lifted_at", AT, nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_suspensions_brand_id")),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_suspensions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspensions")),
    )
    op.create_index(
        op.f("ix_suspensions_brand_id_person_id"), "suspensions", ["brand_id", "person_id"], unique=False
    )
    op.add_column("brands", sa.Column("founded_at", AT, nullable=True))
    op.add_column("brands", sa.Column("parent", sa.String(), nullable=True))
    op.add_column("policy_versions", sa.Column("base", sa.String(), nullable=False, server_default=""))
    op.add_column("policy_versions", sa.Column("house", sa.String(), nullable=False, server_default=""))
    op.add_column("proposals", sa.Column("declined_by", sa.String(), nullable=True))
    op.add_column("proposals", sa.Column("declined_at", AT, nullable=True))
    op.add_column("proposals", sa.Column("answer", sa.Text(), nullable=False, server_default=""))
    guards.append_only(op.get_bind(), APPEND_ONLY)
