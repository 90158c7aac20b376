"""Changes of the rules of the game: proposals, kept until and after a second person decides."""

from sqlalchemy import insert, update
from sqlmodel import col, select

from reviewer.errors import NotFound, WrongState
from reviewer.store import tables as t
from reviewer.store.part import StorePart
from reviewer.workflow.proposals import Proposal


class Changes(StorePart):
    """Proposals."""

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
