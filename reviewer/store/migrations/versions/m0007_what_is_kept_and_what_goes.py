"""How long contents are kept, legal holds, what was taken away, verdicts and weights to repeat decisions."""

import sqlalchemy as sa
from alembic import op

from reviewer.store.migrations import guards

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
APPEND_ONLY = ("deletions", "verdicts", "weights")
EMPTIED = {
    "versions": guards.Emptied(("content",)),
    "parts": guards.Emptied(("text",)),
    "part_media": guards.Emptied(("alt",)),
    "sign_offs": guards.Emptied(("reason",)),
    "dismissals": guards.Emptied(
        ("reason",), draft="(SELECT o.draft_id FROM objections o WHERE o.id = NEW.objection_id)"
    ),
    "reissues": guards.Emptied(("reason",)),
    "publications": guards.Emptied(("url", "text"), subject="COALESCE(NEW.draft_id, NEW.id)"),
    "media": guards.Emptied(
        ("data",),
        subject="NEW.sha256",
        held="h.draft_id IN (SELECT m.draft_id FROM part_media m "
        "WHERE m.brand_id = NEW.brand_id AND m.sha256 = NEW.sha256)",
        refilled=True,
    ),
    "comments": guards.Emptied(("text",)),
    "holds": guards.Emptied(("reason", "topic"), subject="NEW.id", held="h.draft_id IS NULL"),
    "verdicts": guards.Emptied(
        ("body",),
        subject="NEW.content_sha256",
        held="h.draft_id IN (SELECT v.draft_id FROM variants v "
        "WHERE v.brand_id = NEW.brand_id AND v.content_sha256 = NEW.content_sha256)",
    ),
}


def upgrade() -> None:
    op.create_table(
        "deletions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletions")),
    )
    op.create_index(op.f("ix_deletions_subject_id"), "deletions", ["subject_id"], unique=False)
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_legal_holds_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_legal_holds_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(
        op.f("ix_legal_holds_brand_id_draft_id"), "legal_holds", ["brand_id", "draft_id"], unique=False
    )
    op.create_table(
        "retention",
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_retention_brand_id")),
        sa.PrimaryKeyConstraint("brand_id", "kind", name=op.f("pk_retention")),
    )
    op.create_table(
        "verdicts",
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("policy_sha256", sa.String(), nullable=False),
        sa.Column("version_sha256", sa.String(), nullable=False),
        sa.Column("base_sha256", sa.String(), nullable=False),
        sa.Column("models", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("as_of", AT, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_verdicts_brand_id")),
        sa.PrimaryKeyConstraint("brand_id", "sha256", name=op.f("pk_verdicts")),
    )
    op.create_index(
        op.f("ix_verdicts_brand_id_content_sha256"), "verdicts", ["brand_id", "content_sha256"], unique=False
    )
    op.create_table(
        "weights",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_weights")),
    )
    op.add_column("drafts", sa.Column("gone_at", AT, nullable=True))
    guards.append_only(op.get_bind(), APPEND_ONLY)
    guards.only_emptied(op.get_bind(), EMPTIED)
