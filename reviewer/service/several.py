"""Several posts in one go: decided after each was shown in full, resumed after a pause, given new times.

Each post is a transaction of its own, so that one that changed meanwhile is refused and the others are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reviewer import workflow
from reviewer.errors import Invalid, Problem, Refusal
from reviewer.model import Actor, Decision, State
from reviewer.service.drafts import DraftRow, Drafts, DraftView, row_of, urgency
from reviewer.store import Store
from reviewer.workflow import Command

MOST = 50
"""Posts in one go."""
ON_A_PAGE = 8
"""Posts that a page shows in full at once."""


@dataclass(frozen=True)
class Item:
    """What to do with one draft, all of it or nothing."""

    draft: str
    commands: tuple[Command, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of one item: the draft as it is then, or why not."""

    draft: str
    view: DraftView | None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Missed:
    """A post whose slot passed while everything was signed."""

    row: DraftRow
    slot: datetime


class Several:
    """The use cases of lists."""

    def __init__(self, store: Store, drafts: Drafts) -> None:
        self._store, self._drafts = store, drafts

    def act(self, actor: Actor, items: Sequence[Item]) -> tuple[Outcome, ...]:
        """Apply each item; what one is refused, the others don't notice. Raises Invalid for no item."""
        if not 0 < len(items) <= MOST or len({item.draft for item in items}) < len(items):
            raise Invalid(
                f"Choose between 1 and {MOST} posts, each once.",
                [Problem("/items", "None, too many, or one twice.", "length")],
            )
        return tuple(self._one(actor, item) for item in items)

    def _one(self, actor: Actor, item: Item) -> Outcome:
        try:
            return Outcome(item.draft, self._drafts.act(actor, item.draft, *item.commands))
        except Refusal as refusal:
            return Outcome(item.draft, None, refusal)

    def to_read(self, actor: Actor, *, after: str | None = None) -> tuple[list[DraftView], str | None]:
        """Posts that need this person's signature and nothing but it, in full, in the inbox's order.

        Left out are those with a finding that somebody has to answer one by one. Also gives the last id,
        where there are more.
        """
        rows = self._drafts.inbox(actor, actor.brand, "needs_you")
        ids = [row.id for row in rows]
        rows = rows[ids.index(after) + 1 :] if after in ids else rows
        found: list[DraftView] = []
        for row in rows:
            if row.worst in (Decision.BLOCK, Decision.NEEDS_APPROVAL, Decision.UNCHECKED):
                continue
            view = self._drafts.view(actor, row.id)
            if not signable(view, actor):
                continue
            if len(found) == ON_A_PAGE:
                return found, found[-1].review.id
            found.append(view)
        return found, None

    def missed(self, actor: Actor) -> list[Missed]:
        """Slots that passed while everything was signed: each waits for a new time (law 12)."""
        found = []
        for case in self._drafts.cases(actor, frozenset({State.EXPIRED, State.APPROVED, State.RELEASED})):
            slot = workflow.schedule(case.review).at
            if slot is not None and workflow.missed(case):
                found.append(Missed(row_of(case), slot))
        return sorted(found, key=lambda one: urgency(one.row))


def signable(view: DraftView, actor: Actor) -> tuple[str, ...]:
    """The variants in review that this person may approve, by digest."""
    if "approve" not in view.actions or not view.asked:
        return ()
    return tuple(
        digest
        for digest, state in view.states.items()
        if state is State.IN_REVIEW and actor.id not in view.contributors[digest]
    )
