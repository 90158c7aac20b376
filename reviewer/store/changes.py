"""Changes of the rules of the game: proposals, suspended votes, built-in rules that brands agreed to."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, update
from sqlmodel import col, select

from reviewer.errors import NotFound, WrongState
from reviewer.store import rulebook as t
from reviewer.store.part import StorePart
from reviewer.store.values import Suspension
from reviewer.workflow.proposals import Proposal


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
            )
        )

    def proposal(self, proposal_id: str) -> Proposal:
        """A proposal by id; raises NotFound."""
        row = self.session.get(t.Proposals, proposal_id)
        if row is None:
            raise NotFound("There is no such proposal here.")
        return _proposal(row)

    def proposals(self, brand: str, *, waiting: bool = True) -> list[Proposal]:
        """A brand's proposals, oldest first; only those that wait, or all."""
        query = select(t.Proposals).where(t.Proposals.brand_id == brand)
        if waiting:
            query = query.where(
                col(t.Proposals.seconded_at).is_(None), col(t.Proposals.withdrawn_at).is_(None)
            )
        return [
            _proposal(row) for row in self.session.exec(query.order_by(col(t.Proposals.at), t.Proposals.id))
        ]

    def decide(self, proposal: Proposal) -> None:
        """Keep that a proposal was seconded or withdrawn; once."""
        decided = self.session.execute(
            update(t.Proposals)
            .where(
                col(t.Proposals.id) == proposal.id,
                col(t.Proposals.seconded_at).is_(None),
                col(t.Proposals.withdrawn_at).is_(None),
            )
            .values(
                seconded_by=proposal.seconded_by,
                seconded_at=proposal.seconded_at,
                withdrawn_at=proposal.withdrawn_at,
            )
        )
        if not decided.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one
            raise WrongState("This proposal was decided already.")

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
        if self.session.get(t.Bases, sha256) is None:
            kept = {path: data.decode() for path, data in files.items()}
            self.session.execute(insert(t.Bases).values(sha256=sha256, files=kept, created_at=at))

    def base(self, sha256: str) -> dict[str, bytes]:
        """The files of built-in rules that were kept; raises NotFound."""
        row = self.session.get(t.Bases, sha256)
        if row is None:
            raise NotFound("These built-in rules were never in use here.")
        return {path: text.encode() for path, text in row.files.items()}


def _proposal(row: t.Proposals) -> Proposal:
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
        seconded_by=row.seconded_by,
        seconded_at=row.seconded_at,
        withdrawn_at=row.withdrawn_at,
    )
