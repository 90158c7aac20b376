"""The tables of reviews, brands, policy, events and later work. They never leave `store/`.

Facts of a review are numbered within their draft (`position`), so that the order in which they were
said is the order in which they are read, and two writers cannot both say the third thing. Tables
named in `APPEND_ONLY` are guarded by triggers on both databases: no UPDATE, no DELETE.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    text,
)
from sqlmodel import JSON, Field, SQLModel

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
    "reslots",
    "holds",
    "lifts",
    "comments",
    "heads",
    "bases",
    "agreements",
    "deletions",
    "verdicts",
    "weights",
)
"""No row of these tables is ever changed or removed; `keeping.ERASABLE` names what can be emptied in some."""


class Table(SQLModel):
    """What all tables share: constraint names that are the same on every database."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


# --- brands and policy ---------------------------------------------------------------------------


class Brands(Table, table=True):
    """A tenant. `id` is its slug: it stands in permits and never changes."""

    __tablename__ = "brands"
    id: str = Field(primary_key=True)
    name: str
    timezone: str
    calendar: dict[str, Any] = Field(sa_type=JSON)
    policy_sha256: str
    created_at: datetime
    founded_at: datetime | None = None
    """When two people could sign for the first time: from then on rules change by proposal (law 10)."""
    parent: str | None = None
    """The house brand whose rules and lists apply below this brand's own."""


class Accounts(Table, table=True):
    """A social account; the primary key is the promise that it belongs to one brand of the server."""

    __tablename__ = "accounts"
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id", index=True)
    channel: str
    consent_of: str | None = None


class Memberships(Table, table=True):
    """Person × brand × group; `ended_at` is empty while the membership counts."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "uq_memberships_present",
            "brand_id",
            "group_name",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person_id: str = Field(foreign_key="users.id", index=True)
    group_name: str
    since: datetime
    introduced_by: str = ""
    ended_at: datetime | None = None


class Roles(Table, table=True):
    """Person × brand × role: author, policy_owner, brand_admin, auditor, system_admin. They never sign."""

    __tablename__ = "roles"
    brand_id: str = Field(foreign_key="brands.id", primary_key=True)
    person_id: str = Field(foreign_key="users.id", primary_key=True, index=True)
    role: str = Field(primary_key=True)


class Epochs(Table, table=True):
    """How often a scope was held; a scope that is not here stands at 0."""

    __tablename__ = "epochs"
    brand_id: str = Field(foreign_key="brands.id", primary_key=True)
    scope: str = Field(primary_key=True)
    epoch: int


class PolicyVersions(Table, table=True):
    """The rules and lists of a brand at one time, named by a digest over contents.

    `base` names the built-in rules below them (in `bases`; empty: those of the release), `house` the
    policy version of the house brand in between (`<brand>/<sha256>`).
    """

    __tablename__ = "policy_versions"
    brand_id: str = Field(foreign_key="brands.id", primary_key=True)
    sha256: str = Field(primary_key=True)
    files: dict[str, str] = Field(sa_type=JSON)
    lists: dict[str, list[str]] = Field(sa_type=JSON)
    approvals: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime
    base: str = ""
    house: str = ""


# --- drafts --------------------------------------------------------------------------------------


_REVISION = Column("revision", Integer, nullable=False)


class Drafts(Table, table=True):
    """One draft. `revision` moves with every change of anything that belongs to it.

    The columns from `state` on, `variant_states` and `contributors` are a projection for lists, rebuilt
    at every save.
    """

    __tablename__ = "drafts"
    __table_args__ = (Index(None, "brand_id", "updated_at"),)
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _REVISION}
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    author: str
    revision: int | None = Field(default=None, sa_column=_REVISION)
    created_at: datetime
    updated_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    emergency_by: str | None = None
    emergency_reason: str | None = Field(default=None, sa_type=Text)
    emergency_at: datetime | None = None
    responds_to: str | None = None
    gone_at: datetime | None = None
    """When its contents were deleted; what was decided about them stays."""
    state: str
    worst: str | None = None
    findings: int = 0
    due: datetime | None = None


class VariantStates(Table, table=True):
    """The state of each variant of the present version, as it was when the draft was last saved."""

    __tablename__ = "variant_states"
    __table_args__ = (Index(None, "brand_id", "state"),)
    draft_id: str = Field(foreign_key="drafts.id", primary_key=True)
    content_sha256: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    state: str


class Contributors(Table, table=True):
    """Whoever created, edited or submitted a draft, for lists ("my posts"); a projection."""

    __tablename__ = "contributors"
    __table_args__ = (Index(None, "brand_id", "person"),)
    draft_id: str = Field(foreign_key="drafts.id", primary_key=True)
    person: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")


class Versions(Table, table=True):
    """An immutable snapshot: `content` is the whole draft as JSON, with the objects that are hashed."""

    __tablename__ = "versions"
    draft_id: str = Field(foreign_key="drafts.id", primary_key=True)
    number: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id", index=True)
    made_by: str
    made_at: datetime
    answerable: list[str] = Field(sa_type=JSON)
    on_behalf_of: str | None = None
    suggested_by: str | None = None
    content: str = Field(sa_type=Text)


class Submissions(Table, table=True):
    """That a version was submitted for sign-off."""

    __tablename__ = "submissions"
    __table_args__ = (ForeignKeyConstraint(["draft_id", "number"], ["versions.draft_id", "versions.number"]),)
    draft_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    at: datetime


class Variants(Table, table=True):
    """One variant of one version, found across the brand by its digest."""

    __tablename__ = "variants"
    __table_args__ = (
        ForeignKeyConstraint(["draft_id", "number"], ["versions.draft_id", "versions.number"]),
        Index(None, "brand_id", "content_sha256"),
    )
    draft_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    content_sha256: str
    near_sha256: str = ""
    kind: str
    channel: str
    account: str
    target: str | None = None


class Parts(Table, table=True):
    """One part (post of a thread) of one variant."""

    __tablename__ = "parts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["draft_id", "number", "variant"], ["variants.draft_id", "variants.number", "variants.position"]
        ),
    )
    draft_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    variant: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    format: str
    text: str = Field(sa_type=Text)


class PartMedia(Table, table=True):
    """Which stored media a part shows."""

    __tablename__ = "part_media"
    __table_args__ = (
        ForeignKeyConstraint(
            ["draft_id", "number", "variant", "part"],
            ["parts.draft_id", "parts.number", "parts.variant", "parts.position"],
        ),
        ForeignKeyConstraint(["brand_id", "sha256"], ["media.brand_id", "media.sha256"]),
        Index(None, "brand_id", "sha256"),
    )
    draft_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    variant: int = Field(primary_key=True)
    part: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str
    sha256: str
    alt: str = Field(sa_type=Text)


class Media(Table, table=True):
    """Bytes by their SHA-256, per brand: nobody learns what another brand has stored."""

    __tablename__ = "media"
    brand_id: str = Field(foreign_key="brands.id", primary_key=True)
    sha256: str = Field(primary_key=True)
    mime: str
    size: int
    data: bytes = Field(sa_type=LargeBinary)
    created_at: datetime


# --- what was said about a draft -----------------------------------------------------------------


class Confirmations(Table, table=True):
    """The person named in `on_behalf_of` says that a text is theirs."""

    __tablename__ = "confirmations"
    draft_id: str = Field(foreign_key="drafts.id", primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    content_sha256: str
    at: datetime


class SignOffs(Table, table=True):
    """One person's yes, for one group, to one digest, with what was on the page."""

    __tablename__ = "sign_offs"
    __table_args__ = (Index(None, "brand_id", "content_sha256"),)
    draft_id: str = Field(foreign_key="drafts.id", primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    group_name: str
    act: str
    content_sha256: str
    verdict: str
    seen: list[str] = Field(sa_type=JSON)
    at: datetime
    window_start: datetime
    window_end: datetime
    finding: str | None = None
    reason: str = Field(sa_type=Text)
    terms: str = ""


class Objections(Table, table=True):
    """One person's no to a digest, for the whole brand; only `lifted_at` is ever set later."""

    __tablename__ = "objections"
    __table_args__ = (Index(None, "brand_id", "content_sha256"), Index(None, "brand_id", "near_sha256"))
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    draft_id: str = Field(foreign_key="drafts.id", index=True)
    person: str
    group_name: str
    act: str
    content_sha256: str
    near_sha256: str = ""
    comment: str = Field(sa_type=Text)
    at: datetime
    lifted_at: datetime | None = None


class Dismissals(Table, table=True):
    """One person's reason for setting an objection aside."""

    __tablename__ = "dismissals"
    objection_id: str = Field(foreign_key="objections.id", primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    group_name: str
    reason: str = Field(sa_type=Text)
    at: datetime


class Permits(Table, table=True):
    """`live` is cleared when a permit is redeemed, revoked, or followed by another after it ran out.

    At most one row of a draft and digest is live: two permits cannot be issued at the same moment.
    """

    __tablename__ = "permits"
    __table_args__ = (
        Index("uq_permits_draft_id_position", "draft_id", "position", unique=True),
        Index(
            "uq_permits_live",
            "draft_id",
            "content_sha256",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index(None, "brand_id", "issued_at"),
    )
    jti: str = Field(primary_key=True)
    draft_id: str = Field(foreign_key="drafts.id")
    position: int
    brand_id: str = Field(foreign_key="brands.id")
    content_sha256: str
    version: int
    audience: str
    kind: str
    channel: str
    account: str
    window_start: datetime
    window_end: datetime
    issued_at: datetime
    expires_at: datetime
    issued_to: str
    policy_sha256: str
    standing_sha256: str | None = None
    variant: str | None = Field(default=None, sa_type=Text)
    signers: list[list[str]] = Field(sa_type=JSON)
    epochs: dict[str, int] = Field(sa_type=JSON)
    live: bool
    redeemed_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None


class Reissues(Table, table=True):
    """Leave for one more permit after one that was used and never reported."""

    __tablename__ = "reissues"
    draft_id: str = Field(foreign_key="drafts.id", primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    jti: str = Field(foreign_key="permits.jti")
    reason: str = Field(sa_type=Text)
    at: datetime


class Publications(Table, table=True):
    """What is public, as reported (with a draft) or seen by a monitor (without)."""

    __tablename__ = "publications"
    __table_args__ = (
        Index("uq_publications_draft_id_position", "draft_id", "position", unique=True),
        Index("uq_publications_jti", "jti", unique=True),
        Index(None, "brand_id", "at"),
    )
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    draft_id: str | None = Field(default=None, foreign_key="drafts.id")
    position: int | None = None
    account: str
    channel: str
    url: str
    at: datetime
    person: str
    jti: str | None = Field(default=None, foreign_key="permits.jti")
    content_sha256: str | None = None
    text: str | None = Field(default=None, sa_type=Text)
    source: str


class Suggestions(Table, table=True):
    """A reviewer's wording for one variant; the marks of whoever took it over are added once."""

    __tablename__ = "suggestions"
    __table_args__ = (Index("uq_suggestions_draft_id_position", "draft_id", "position", unique=True),)
    id: str = Field(primary_key=True)
    draft_id: str = Field(foreign_key="drafts.id")
    position: int
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    content_sha256: str
    variant: str = Field(sa_type=Text)
    comment: str = Field(sa_type=Text)
    at: datetime
    accepted_by: str | None = None
    accepted_at: datetime | None = None


class Reslots(Table, table=True):
    """A missed slot, confirmed for a new time."""

    __tablename__ = "reslots"
    draft_id: str = Field(foreign_key="drafts.id", primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    old: datetime
    new: datetime
    at: datetime


class Holds(Table, table=True):
    """A pause of a scope."""

    __tablename__ = "holds"
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id", index=True)
    scope: str
    reason: str = Field(sa_type=Text)
    topic: str = Field(sa_type=Text)
    person: str
    at: datetime


class Lifts(Table, table=True):
    """One person's agreement that a pause may end."""

    __tablename__ = "lifts"
    hold_id: str = Field(foreign_key="holds.id", primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    at: datetime


class Comments(Table, table=True):
    """What people say about a draft: to its author, or among reviewers."""

    __tablename__ = "comments"
    draft_id: str = Field(foreign_key="drafts.id", primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    audience: str
    text: str = Field(sa_type=Text)
    at: datetime


class Claims(Table, table=True):
    """Who looks at a draft now, and until when; assigning is claiming for a colleague."""

    __tablename__ = "claims"
    draft_id: str = Field(foreign_key="drafts.id", primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    by: str
    until: datetime


class Feedback(Table, table=True):
    """A reviewer's word on a finding: right, or a false alarm. The last word of a person counts."""

    __tablename__ = "feedback"
    brand_id: str = Field(foreign_key="brands.id", primary_key=True)
    finding: str = Field(primary_key=True)
    content_sha256: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    rule: str = Field(index=True)
    false_alarm: bool
    at: datetime


# --- the record, and later work ------------------------------------------------------------------


class Events(Table, table=True):
    """The audit log. `body` is the event's RFC 8785 JSON, the bytes to be hashed; the rest finds it.

    `seq` grows in the order of commits and may have gaps.
    """

    __tablename__ = "events"
    __table_args__ = (Index(None, "brand_id", "seq"), Index(None, "draft_id", "seq"))
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    brand_id: str | None = None
    draft_id: str | None = None
    action: str
    body: str = Field(sa_type=Text)


class Heads(Table, table=True):
    """A signed head of the audit tree: its size, its root (hex), and the token that says so."""

    __tablename__ = "heads"
    size: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    root: str
    token: str = Field(sa_type=Text)
    at: datetime


class Jobs(Table, table=True):
    """The outbox: what is to be done later, written in the transaction that causes it."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "uq_jobs_open",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
        ),
        Index(
            "ix_jobs_due",
            "due",
            sqlite_where=text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str | None = None
    kind: str
    key: str
    payload: dict[str, Any] = Field(sa_type=JSON)
    due: datetime
    created_at: datetime
    attempts: int = 0
    leased_until: datetime | None = None
    error: str | None = Field(default=None, sa_type=Text)
    done_at: datetime | None = None
    dead_at: datetime | None = None
