"""Suggestions, pauses, proposals, repeated use, comments, claims, signed heads."""

import sqlalchemy as sa
from alembic import op

from reviewer.store.migrations import guards

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
APPEND_ONLY = ("reslots", "holds", "lifts", "comments", "heads")


def upgrade() -> None:
    op.create_table(
        "heads",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_heads")),
    )
    op.create_table(
        "feedback",
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("false_alarm", sa.Boolean(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_feedback_brand_id")),
        sa.PrimaryKeyConstraint("brand_id", "finding", "content_sha256", "person", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_rule"), "feedback", ["rule"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_holds_brand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_brand_id"), "holds", ["brand_id"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("eases", sa.JSON(), nullable=False),
        sa.Column("effect", sa.JSON(), nullable=False),
        sa.Column("seconded_by", sa.String(), nullable=True),
        sa.Column("seconded_at", AT, nullable=True),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_proposals_brand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_brand_id"), "proposals", ["brand_id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("until", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_claims_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_claims_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_claims")),
    )
    op.create_table(
        "comments",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_comments_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_comments_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "position", name=op.f("pk_comments")),
    )
    op.create_table(
        "lifts",
        sa.Column("hold_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_lifts_brand_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_lifts_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", "position", name=op.f("pk_lifts")),
    )
    op.create_table(
        "reslots",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("old", AT, nullable=False),
        sa.Column("new", AT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_reslots_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_reslots_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "position", name=op.f("pk_reslots")),
    )
    op.create_table(
        "suggestions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("accepted_by", sa.String(), nullable=True),
        sa.Column("accepted_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_suggestions_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_suggestions_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
    )
    op.create_index("uq_suggestions_draft_id_position", "suggestions", ["draft_id", "position"], unique=True)
    op.add_column("accounts", sa.Column("consent_of", sa.String(), nullable=True))
    op.add_column("brands", sa.Column("calendar", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("drafts", sa.Column("emergency_by", sa.String(), nullable=True))
    op.add_column("drafts", sa.Column("emergency_reason", sa.Text(), nullable=True))
    op.add_column("drafts", sa.Column("emergency_at", AT, nullable=True))
    op.add_column("drafts", sa.Column("responds_to", sa.String(), nullable=True))
    op.add_column("memberships", sa.Column("introduced_by", sa.String(), nullable=False, server_default=""))
    op.add_column("objections", sa.Column("near_sha256", sa.String(), nullable=False, server_default=""))
    op.create_index(
        op.f("ix_objections_brand_id_near_sha256"), "objections", ["brand_id", "near_sha256"], unique=False
    )
    op.add_column("permits", sa.Column("standing_sha256", sa.String(), nullable=True))
    op.add_column("permits", sa.Column("variant", sa.Text(), nullable=True))
    op.add_column("sign_offs", sa.Column("terms", sa.String(), nullable=False, server_default=""))
    op.add_column("versions", sa.Column("suggested_by", sa.String(), nullable=True))
    op.add_column("variants", sa.Column("near_sha256", sa.String(), nullable=False, server_default=""))
    op.add_column("users", sa.Column("same_as", sa.String(), nullable=True))
    guards.append_only(op.get_bind(), APPEND_ONLY)
