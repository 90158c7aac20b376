"""Changes of the rules of the game: proposals, suspended votes, built-in rules that brands agreed to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import col, select

from reviewer.errors import NotFound, WrongState
from reviewer.store import rulebook as t
from reviewer.store.part import StorePart
from reviewer.store.values import Suspension
from reviewer.workflow.proposals import Agreement, Proposal


class Changes(StorePart):
    """Proposals, suspensions, and the built-in rules by digest."""

    def add_proposal(self, proposal: Proposal) -> None:
        """Keep a new proposal."""
        self.session.execute(
            insert(t.Proposals).values(
                id=proposal.id,
                brand_id=proposal.brand,
                kind=proposal.kind,
                change=dict(proposal.change),
                reason=proposal.reason,
                person=proposal.by,
                at=proposal.at,
                groups=sorted(proposal.groups),
                subjects=sorted(proposal.subjects),
                eases=sorted(proposal.eases),
                effect=dict(proposal.effect),
                answer=proposal.answer,
            )
        )

    def proposal(self, proposal_id: str) -> Proposal:
        """A proposal by id; raises NotFound."""
        row = self.session.get(t.Proposals, proposal_id)
        if row is None:
            raise NotFound("There is no such proposal here.")
        return _proposal(row, self._agreements(t.Agreements.proposal_id == proposal_id)[proposal_id])

    def proposals(
        self, brand: str, *, waiting: bool = True, seconded_since: datetime | None = None
    ) -> list[Proposal]:
        """A brand's proposals, oldest first: those that wait, all, or those put in force since a time."""
        query = select(t.Proposals).where(t.Proposals.brand_id == brand)
        if seconded_since is not None:
            query = query.where(col(t.Proposals.seconded_at) >= seconded_since)
        elif waiting:
            query = query.where(*_WAITING)
        agreements = self._agreements(t.Agreements.brand_id == brand)
        rows = self.session.exec(query.order_by(col(t.Proposals.at), t.Proposals.id))
        return [_proposal(row, agreements[row.id]) for row in rows]

    def agree(self, proposal: Proposal) -> None:
        """Keep the last agreement of a proposal."""
        last = proposal.agreed[-1]
        self.session.execute(
            insert(t.Agreements).values(
                proposal_id=proposal.id,
                position=len(proposal.agreed) - 1,
                brand_id=proposal.brand,
                person=last.by,
                at=last.at,
            )
        )

    def decide(self, proposal: Proposal) -> None:
        """Keep that a proposal was seconded, withdrawn or declined, with what it did; once."""
        decided = self.session.execute(
            update(t.Proposals)
            .where(col(t.Proposals.id) == proposal.id, *_WAITING)
            .values(
                seconded_by=proposal.seconded_by,
                seconded_at=proposal.seconded_at,
                withdrawn_at=proposal.withdrawn_at,
                declined_by=proposal.declined_by,
                declined_at=proposal.declined_at,
                answer=proposal.answer,
                effect=dict(proposal.effect),
            )
        )
        if not decided.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one
            raise WrongState("This proposal was decided already.")

    def _agreements(self, which: Any) -> dict[str, list[Agreement]]:
        found: dict[str, list[Agreement]] = defaultdict(list)
        query = select(t.Agreements).where(which).order_by(col(t.Agreements.position))
        for row in self.session.exec(query):
            found[row.proposal_id].append(Agreement(row.person, row.at))
        return found

    # --- suspended votes -------------------------------------------------------------------------

    def suspend(self, brand: str, person: str, reason: str, at: datetime) -> None:
        """Stop a person's vote from counting for a brand at once; each reason is kept."""
        self.session.add(t.Suspensions(brand_id=brand, person_id=person, reason=reason, at=at))
        self.session.flush()

    def suspensions(self, brand: str) -> dict[str, Suspension]:
        """The people whose vote does not count for a brand now, and why: the first reason that stands."""
        rows = self.session.exec(
            select(t.Suspensions)
            .where(t.Suspensions.brand_id == brand, col(t.Suspensions.lifted_at).is_(None))
            .order_by(col(t.Suspensions.id).desc())
        )
        return {row.person_id: Suspension(row.person_id, row.reason, row.at) for row in rows}

    def lift_suspension(self, brand: str, person: str, by: str, at: datetime) -> None:
        """Let a person's vote count again."""
        self.session.execute(
            update(t.Suspensions)
            .where(
                col(t.Suspensions.brand_id) == brand,
                col(t.Suspensions.person_id) == person,
                col(t.Suspensions.lifted_at).is_(None),
            )
            .values(lifted_at=at, lifted_by=by)
        )

    # --- the built-in rules ----------------------------------------------------------------------

    def keep_base(self, sha256: str, files: Mapping[str, bytes], at: datetime) -> None:
        """Keep the built-in rules of a release under the digest over their contents."""
        if not self.has_base(sha256):
            kept = {path: data.decode() for path, data in files.items()}
            self.session.execute(insert(t.Bases).values(sha256=sha256, files=kept, created_at=at))

    def has_base(self, sha256: str) -> bool:
        """Were these built-in rules kept."""
        query = select(t.Bases.sha256).where(t.Bases.sha256 == sha256)
        return self.session.exec(query).first() is not None

    def base(self, sha256: str) -> dict[str, bytes]:
        """The files of built-in rules that were kept; raises NotFound."""
        row = self.session.get(t.Bases, sha256)
        if row is None:
            raise NotFound("These built-in rules were never in use here.")
        return {path: text.encode() for path, text in row.files.items()}


_WAITING = (
    col(t.Proposals.seconded_at).is_(None),
    col(t.Proposals.withdrawn_at).is_(None),
    col(t.Proposals.declined_at).is_(None),
)


def _proposal(row: t.Proposals, agreed: Iterable[Agreement]) -> Proposal:
    return Proposal(
        id=row.id,
        brand=row.brand_id,
        kind=row.kind,  # type: ignore[arg-type]  # only written from a Proposal
        change=row.change,
        reason=row.reason,
        by=row.person,
        at=row.at,
        groups=frozenset(row.groups),
        subjects=frozenset(row.subjects),
        eases=frozenset(row.eases),
        effect=row.effect,
        agreed=tuple(agreed),
        seconded_by=row.seconded_by,
        seconded_at=row.seconded_at,
        withdrawn_at=row.withdrawn_at,
        declined_by=row.declined_by,
        declined_at=row.declined_at,
        answer=row.answer,
    )
