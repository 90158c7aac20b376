"""When people are on call or away, the languages that they read, and who was asked about what."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Index, delete, insert, update
from sqlmodel import Field, col, select

from reviewer.errors import NotFound
from reviewer.model import Presence
from reviewer.store.part import StorePart
from reviewer.store.tables import Memberships, Table
from reviewer.store.values import Notice


class Presences(Table, table=True):
    """On call or away; `taken_back_at` ends it before its time. It changes nobody's right to sign."""

    __tablename__ = "presences"
    __table_args__ = (Index(None, "brand_id", "ends_at"),)
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    person: str = Field(foreign_key="users.id")
    kind: str
    starts_at: datetime
    ends_at: datetime
    weekly: bool
    by: str
    at: datetime
    taken_back_at: datetime | None = None


class Languages(Table, table=True):
    """A language that somebody reads, as its primary subtag."""

    __tablename__ = "languages"
    person: str = Field(foreign_key="users.id", primary_key=True)
    language: str = Field(primary_key=True)


class Notices(Table, table=True):
    """That somebody was asked to look at a draft; `id` is made of what it is about, so it is there once."""

    __tablename__ = "notices"
    __table_args__ = (Index(None, "draft_id", "at"),)
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    draft_id: str = Field(foreign_key="drafts.id")
    round: str
    person: str
    way: str
    why: str
    at: datetime
    sent_at: datetime | None = None


class Rota(StorePart):
    """The side of a transaction that knows when people are there."""

    def roster(self, brand: str, now: datetime) -> tuple[Presence, ...]:
        """Who is on call or away now or later, weekly ones included; in order of their beginning."""
        query = select(Presences).where(
            Presences.brand_id == brand,
            (col(Presences.ends_at) > now) | col(Presences.weekly).is_(True),
            col(Presences.taken_back_at).is_(None),
        )
        return tuple(
            map(_presence, self.session.exec(query.order_by(col(Presences.starts_at), Presences.id)))
        )

    def add_presence(self, brand: str, presence: Presence) -> None:
        """Keep that somebody is on call or away."""
        self.session.execute(
            insert(Presences).values(
                id=presence.id,
                brand_id=brand,
                person=presence.person,
                kind=presence.kind,
                starts_at=presence.start,
                ends_at=presence.end,
                weekly=presence.weekly,
                by=presence.by,
                at=presence.at,
            )
        )

    def take_back_presence(self, brand: str, presence_id: str, at: datetime) -> Presence:
        """End it now; raises NotFound where it is not there any more."""
        row = self.session.get(Presences, presence_id)
        if row is None or row.brand_id != brand or row.taken_back_at is not None:
            raise NotFound("This is not on the rota any more: look at it again.")
        row.taken_back_at = at
        self.session.flush()
        return _presence(row)

    def languages(self, brand: str) -> dict[str, frozenset[str]]:
        """What the people who sign for a brand read, by person."""
        members = select(Memberships.person_id).where(
            Memberships.brand_id == brand, col(Memberships.ended_at).is_(None)
        )
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.session.exec(select(Languages).where(col(Languages.person).in_(members))):
            found[row.person].add(row.language)
        return {person: frozenset(read) for person, read in found.items()}

    def set_languages(self, person: str, languages: Iterable[str]) -> None:
        """Make these the languages that somebody reads."""
        self.session.execute(delete(Languages).where(col(Languages.person) == person))
        for language in sorted(frozenset(languages)):
            self.session.execute(insert(Languages).values(person=person, language=language))

    # --- who was asked ---------------------------------------------------------------------------

    def notices(self, draft_id: str) -> tuple[Notice, ...]:
        """Who was asked to look at a draft, in order."""
        query = select(Notices).where(Notices.draft_id == draft_id)
        return tuple(map(_notice, self.session.exec(query.order_by(col(Notices.at), Notices.id))))

    def notice(self, notice_id: str) -> Notice | None:
        """One of them."""
        row = self.session.get(Notices, notice_id)
        return _notice(row) if row else None

    def add_notice(self, brand: str, notice: Notice) -> bool:
        """Keep that somebody is asked; False where they were, in the same round by the same way."""
        if self.session.get(Notices, notice.id) is not None:
            return False
        self.session.execute(
            insert(Notices).values(
                id=notice.id,
                brand_id=brand,
                draft_id=notice.draft,
                round=notice.round,
                person=notice.person,
                way=notice.way,
                why=notice.why,
                at=notice.at,
                sent_at=notice.sent_at,
            )
        )
        return True

    def note_sent(self, notice_id: str, at: datetime) -> None:
        """It has left the house."""
        self.session.execute(
            update(Notices)
            .where(col(Notices.id) == notice_id, col(Notices.sent_at).is_(None))
            .values(sent_at=at)
        )


def _presence(row: Presences) -> Presence:
    return Presence(
        id=row.id,
        person=row.person,
        kind=row.kind,  # type: ignore[arg-type]  # only written from a Presence
        start=row.starts_at,
        end=row.ends_at,
        by=row.by,
        at=row.at,
        weekly=row.weekly,
    )


def _notice(row: Notices) -> Notice:
    return Notice(
        id=row.id,
        draft=row.draft_id,
        round=row.round,
        person=row.person,
        way=row.way,  # type: ignore[arg-type]  # only written from a Notice
        why=row.why,  # type: ignore[arg-type]  # only written from a Notice
        at=row.at,
        sent_at=row.sent_at,
    )
