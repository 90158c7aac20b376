"""The tables of what changes the rules of the game: proposals, suspended votes, built-in rules agreed to."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlmodel import JSON, Field

from reviewer.store.tables import Table


class Proposals(Table, table=True):
    """A change of the rules of the game that waits for a second person, or was decided."""

    __tablename__ = "proposals"
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id", index=True)
    kind: str
    change: dict[str, Any] = Field(sa_type=JSON)
    reason: str = Field(sa_type=Text)
    person: str
    at: datetime
    groups: list[str] = Field(sa_type=JSON)
    subjects: list[str] = Field(sa_type=JSON)
    eases: list[str] = Field(sa_type=JSON)
    effect: dict[str, Any] = Field(sa_type=JSON)
    seconded_by: str | None = None
    seconded_at: datetime | None = None
    withdrawn_at: datetime | None = None
    declined_by: str | None = None
    declined_at: datetime | None = None
    answer: str = Field(default="", sa_type=Text)


class Agreements(Table, table=True):
    """One person's agreement to a proposal."""

    __tablename__ = "agreements"
    proposal_id: str = Field(foreign_key="proposals.id", primary_key=True)
    position: int = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str
    at: datetime


class Suspensions(Table, table=True):
    """A signer's vote that does not count for a brand, until a second person says that it does again."""

    __tablename__ = "suspensions"
    __table_args__ = (Index(None, "brand_id", "person_id"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person_id: str = Field(foreign_key="users.id")
    reason: str = Field(sa_type=Text)
    at: datetime
    lifted_at: datetime | None = None
    lifted_by: str | None = None


class Bases(Table, table=True):
    """Built-in rules by the digest over their contents: kept for brands that agreed to them, for good."""

    __tablename__ = "bases"
    sha256: str = Field(primary_key=True)
    files: dict[str, str] = Field(sa_type=JSON)
    created_at: datetime
