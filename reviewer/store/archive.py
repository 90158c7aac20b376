"""What repeats a decision later, its verdict and weights; and what a report over a period asks for."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_
from sqlmodel import col, select

from reviewer.model import Emergency, Event, SignOff
from reviewer.store import keeping as k
from reviewer.store import rulebook as r
from reviewer.store import tables as t
from reviewer.store.facts import sign_off
from reviewer.store.kept import KeptVerdict
from reviewer.store.log import event
from reviewer.store.part import StorePart


class Archive(StorePart):
    """Verdicts and weights, each kept once under the digest over its bytes; acts of a period."""

    def keep_verdict(self, brand: str, kept: KeptVerdict, at: datetime) -> None:
        """Keep a verdict on which somebody decides; nothing where it is kept already."""
        if self.session.get(k.Verdicts, (brand, kept.sha256)) is None:
            values: dict[str, Any] = {
                name: getattr(kept, name) for name in k.Verdicts.model_fields if hasattr(kept, name)
            }
            self.session.execute(insert(k.Verdicts).values(brand_id=brand, created_at=at, **values))

    def verdicts(self, brand: str, digests: Collection[str]) -> list[KeptVerdict]:
        """The verdicts that were decided on about these digests, oldest first; the body of one whose
        contents were deleted is empty."""
        query = (
            select(k.Verdicts)
            .where(k.Verdicts.brand_id == brand, col(k.Verdicts.content_sha256).in_(digests))
            .order_by(col(k.Verdicts.created_at), k.Verdicts.sha256)
        )
        return [
            KeptVerdict(**{name: getattr(row, name) for name in KeptVerdict.__dataclass_fields__})
            for row in self.session.exec(query)
        ]

    def has_base(self, sha256: str) -> bool:
        """Whether the built-in rules with this digest are kept."""
        return self.session.exec(select(r.Bases.sha256).where(r.Bases.sha256 == sha256)).first() is not None

    def keep_weights(self, files: Mapping[str, tuple[str, bytes]], at: datetime) -> None:
        """Keep files of weights: by SHA-256, their name and their bytes."""
        known = set(self.session.exec(select(k.Weights.sha256)))
        for sha256, (name, data) in files.items():
            if sha256 not in known:
                values = {"sha256": sha256, "name": name, "data": data, "created_at": at}
                self.session.execute(insert(k.Weights).values(**values))

    def weights(self, digests: Collection[str]) -> Iterator[tuple[str, str, bytes]]:
        """(SHA-256, name, bytes) of those of these files that are kept."""
        for row in self.session.exec(select(k.Weights).where(col(k.Weights.sha256).in_(digests))):
            yield row.sha256, row.name, row.data

    # --- of a period ------------------------------------------------------------------------------

    def rarer_sign_offs(self, brand: str, start: datetime, end: datetime) -> list[tuple[str, SignOff]]:
        """(draft, sign-off) of the exceptions and of what was read without a check, oldest first."""
        query = select(t.SignOffs).where(
            t.SignOffs.brand_id == brand,
            col(t.SignOffs.act).in_(("except", "read")),
            col(t.SignOffs.at) >= start,
            col(t.SignOffs.at) < end,
        )
        rows = self.session.exec(query.order_by(col(t.SignOffs.at), t.SignOffs.draft_id))
        return [(row.draft_id, sign_off(row)) for row in rows]

    def emergencies(self, brand: str, start: datetime, end: datetime) -> list[tuple[str, Emergency]]:
        """(draft, emergency) of the drafts that went by the emergency lane, oldest first."""
        query = select(t.Drafts).where(
            t.Drafts.brand_id == brand,
            col(t.Drafts.emergency_at) >= start,
            col(t.Drafts.emergency_at) < end,
        )
        return [
            (row.id, Emergency(row.emergency_by or "", row.emergency_reason or "", row.emergency_at or start))
            for row in self.session.exec(query.order_by(col(t.Drafts.emergency_at), t.Drafts.id))
        ]

    def events_like(self, brand: str, beginnings: Collection[str]) -> Iterator[Event]:
        """The brand's events of which the name begins so, in order."""
        like = or_(*(col(t.Events.action).startswith(b, autoescape=True) for b in beginnings))
        query = select(t.Events).where(t.Events.brand_id == brand, like).order_by(col(t.Events.seq))
        yield from map(event, self.session.exec(query.execution_options(yield_per=1000)))
