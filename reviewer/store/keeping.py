"""The tables of how long things are kept, of what was taken away, and of what repeats a decision.

The record itself (`events`, `heads`) is never shortened: it holds digests and ids. What people wrote
stands in other tables, of which `ERASABLE` names the columns that can be emptied. The databases allow
that and nothing else: once, for what a row of `deletions` names, and not while a legal hold stands.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Index, LargeBinary, Text
from sqlmodel import JSON, Field

from reviewer.store.tables import Table

ERASABLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "versions": ("content",),
        "parts": ("text",),
        "part_media": ("alt",),
        "sign_offs": ("reason",),
        "dismissals": ("reason",),
        "reissues": ("reason",),
        "publications": ("url", "text"),
        "media": ("data",),
        "comments": ("text",),
        "holds": ("reason", "topic"),
        "verdicts": ("body",),
    }
)
"""Of the append-only tables, the columns with what people wrote."""


class Deletions(Table, table=True):
    """That contents were taken away: of what, why, when, by whom. `brand_id` is empty for a person.

    `kind` is draft, words, media, verdict, pause or person. `detail` keeps what the contents alone said: how
    the publications of a draft compared with what was signed.
    """

    __tablename__ = "deletions"
    __table_args__ = (Index(None, "subject_id"),)
    id: str = Field(primary_key=True)
    brand_id: str | None = None
    kind: str
    subject_id: str
    why: str
    person: str
    at: datetime
    detail: dict[str, Any] = Field(sa_type=JSON)


class LegalHolds(Table, table=True):
    """A brand, or one draft of it, of which nothing may be deleted until a second person says so."""

    __tablename__ = "legal_holds"
    __table_args__ = (Index(None, "brand_id", "draft_id"),)
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    draft_id: str | None = Field(default=None, foreign_key="drafts.id")
    reason: str = Field(sa_type=Text)
    person: str
    at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None


class Retention(Table, table=True):
    """How many days a brand keeps one class of contents; no number keeps it for good."""

    __tablename__ = "retention"
    brand_id: str = Field(foreign_key="brands.id", primary_key=True)
    kind: str = Field(primary_key=True)
    days: int | None = None
    person: str
    at: datetime


class Verdicts(Table, table=True):
    """A verdict on which somebody decided: `body` is its RFC 8785 JSON, named by its SHA-256.

    Beside it stands what it came from: the policy in force (`policy_sha256`), the brand's version and the
    built-in rules below it, the models, the engine and the release, and the hour as of which it was read.
    """

    __tablename__ = "verdicts"
    __table_args__ = (Index(None, "brand_id", "content_sha256"),)
    brand_id: str = Field(foreign_key="brands.id", primary_key=True)
    sha256: str = Field(primary_key=True)
    verdict: str
    content_sha256: str
    policy_sha256: str
    version_sha256: str
    base_sha256: str
    models: str
    engine: str
    release: str
    as_of: datetime
    created_at: datetime
    body: str = Field(sa_type=Text)


class Weights(Table, table=True):
    """A file of trained weights by its SHA-256; the manifest that names the others is one of them."""

    __tablename__ = "weights"
    sha256: str = Field(primary_key=True)
    name: str
    data: bytes = Field(sa_type=LargeBinary)
    created_at: datetime
