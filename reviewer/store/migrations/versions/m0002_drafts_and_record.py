"""Drafts and what is said about them, the append-only record, the outbox."""

import sqlalchemy as sa
from alembic import op

from reviewer.store.migrations import guards

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
APPEND_ONLY = (
    "events",
    "versions",
    "submissions",
    "variants",
    "parts",
    "part_media",
    "confirmations",
    "sign_offs",
    "dismissals",
    "reissues",
    "publications",
    "policy_versions",
    "media",
)


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("brand_id", sa.String(), nullable=True),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_brand_id_seq"), "events", ["brand_id", "seq"])
    op.create_index(op.f("ix_events_draft_id_seq"), "events", ["draft_id", "seq"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due", AT, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", AT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done_at", AT, nullable=True),
        sa.Column("dead_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(
        "ix_jobs_due",
        "jobs",
        ["due"],
        sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.create_index(
        "uq_jobs_open",
        "jobs",
        ["kind", "key"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("worst", sa.String(), nullable=True),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("due", AT, nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_drafts_brand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_brand_id_updated_at"), "drafts", ["brand_id", "updated_at"])
    op.create_table(
        "media",
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_media_brand_id")),
        sa.PrimaryKeyConstraint("brand_id", "sha256", name=op.f("pk_media")),
    )
    op.create_table(
        "confirmations",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_confirmations_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_confirmations_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "position", name=op.f("pk_confirmations")),
    )
    op.create_table(
        "contributors",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_contributors_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_contributors_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "person", name=op.f("pk_contributors")),
    )
    op.create_index(op.f("ix_contributors_brand_id_person"), "contributors", ["brand_id", "person"])
    op.create_table(
        "objections",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("lifted_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_objections_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_objections_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    op.create_index(
        op.f("ix_objections_brand_id_content_sha256"), "objections", ["brand_id", "content_sha256"]
    )
    op.create_index(op.f("ix_objections_draft_id"), "objections", ["draft_id"])
    op.create_table(
        "permits",
        sa.Column("jti", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("window_start", AT, nullable=False),
        sa.Column("window_end", AT, nullable=False),
        sa.Column("issued_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("issued_to", sa.String(), nullable=False),
        sa.Column("policy_sha256", sa.String(), nullable=False),
        sa.Column("signers", sa.JSON(), nullable=False),
        sa.Column("epochs", sa.JSON(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("redeemed_at", AT, nullable=True),
        sa.Column("revoked_at", AT, nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_permits_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_permits_draft_id")),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_permits")),
    )
    op.create_index(op.f("ix_permits_brand_id_issued_at"), "permits", ["brand_id", "issued_at"])
    op.create_index("uq_permits_draft_id_position", "permits", ["draft_id", "position"], unique=True)
    op.create_index(
        "uq_permits_live",
        "permits",
        ["draft_id", "content_sha256"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "sign_offs",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("window_start", AT, nullable=False),
        sa.Column("window_end", AT, nullable=False),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_sign_offs_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_sign_offs_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "position", name=op.f("pk_sign_offs")),
    )
    op.create_index(op.f("ix_sign_offs_brand_id_content_sha256"), "sign_offs", ["brand_id", "content_sha256"])
    op.create_table(
        "variant_states",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_variant_states_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_variant_states_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "content_sha256", name=op.f("pk_variant_states")),
    )
    op.create_index(op.f("ix_variant_states_brand_id_state"), "variant_states", ["brand_id", "state"])
    op.create_table(
        "versions",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("answerable", sa.JSON(), nullable=False),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_versions_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_versions_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_versions")),
    )
    op.create_index(op.f("ix_versions_brand_id"), "versions", ["brand_id"])
    op.create_table(
        "dismissals",
        sa.Column("objection_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_dismissals_brand_id")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_dismissals_objection_id")),
        sa.PrimaryKeyConstraint("objection_id", "position", name=op.f("pk_dismissals")),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("jti", sa.String(), nullable=True),
        sa.Column("content_sha256", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_publications_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_publications_draft_id")),
        sa.ForeignKeyConstraint(["jti"], ["permits.jti"], name=op.f("fk_publications_jti")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
    )
    op.create_index(op.f("ix_publications_brand_id_at"), "publications", ["brand_id", "at"])
    op.create_index(
        "uq_publications_draft_id_position", "publications", ["draft_id", "position"], unique=True
    )
    op.create_index("uq_publications_jti", "publications", ["jti"], unique=True)
    op.create_table(
        "reissues",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("jti", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_reissues_brand_id")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_reissues_draft_id")),
        sa.ForeignKeyConstraint(["jti"], ["permits.jti"], name=op.f("fk_reissues_jti")),
        sa.PrimaryKeyConstraint("draft_id", "position", name=op.f("pk_reissues")),
    )
    op.create_table(
        "submissions",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_submissions_brand_id")),
        sa.ForeignKeyConstraint(
            ["draft_id", "number"],
            ["versions.draft_id", "versions.number"],
            name=op.f("fk_submissions_draft_id_number"),
        ),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_submissions")),
    )
    op.create_table(
        "variants",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_variants_brand_id")),
        sa.ForeignKeyConstraint(
            ["draft_id", "number"],
            ["versions.draft_id", "versions.number"],
            name=op.f("fk_variants_draft_id_number"),
        ),
        sa.PrimaryKeyConstraint("draft_id", "number", "position", name=op.f("pk_variants")),
    )
    op.create_index(op.f("ix_variants_brand_id_content_sha256"), "variants", ["brand_id", "content_sha256"])
    op.create_table(
        "parts",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_parts_brand_id")),
        sa.ForeignKeyConstraint(
            ["draft_id", "number", "variant"],
            ["variants.draft_id", "variants.number", "variants.position"],
            name=op.f("fk_parts_draft_id_number_variant"),
        ),
        sa.PrimaryKeyConstraint("draft_id", "number", "variant", "position", name=op.f("pk_parts")),
    )
    op.create_table(
        "part_media",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "sha256"],
            ["media.brand_id", "media.sha256"],
            name=op.f("fk_part_media_brand_id_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["draft_id", "number", "variant", "part"],
            ["parts.draft_id", "parts.number", "parts.variant", "parts.position"],
            name=op.f("fk_part_media_draft_id_number_variant_part"),
        ),
        sa.PrimaryKeyConstraint(
            "draft_id", "number", "variant", "part", "position", name=op.f("pk_part_media")
        ),
    )
    op.create_index(op.f("ix_part_media_brand_id_sha256"), "part_media", ["brand_id", "sha256"])

    guards.append_only(op.get_bind(), APPEND_ONLY)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE events_seq")


def downgrade() -> None:
    """There is no way back to no tables: restore a backup instead."""
    raise NotImplementedError("the first migrations are not undone: restore a backup")
