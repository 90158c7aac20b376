"""Changing the rules of the game takes two people: who proposes, who seconds, and when it counts (law 10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from reviewer.errors import Invalid, NotAllowed, Problem, WrongState
from reviewer.model import NOTHING, Actor, Brand, Json

Kind = Literal[
    "policy",
    "lists",
    "approvals",
    "base",
    "group",
    "role",
    "account",
    "calendar",
    "parent",
    "identity",
    "signer",
]
PROPOSER: Mapping[str, str] = {
    "policy": "policy_owner",
    "lists": "policy_owner",
    "base": "policy_owner",
}
"""The role that proposes a kind of change; the brand admin where none is named."""


@dataclass(frozen=True)
class Membership:
    """Since when somebody is a member of the group concerned, and who brought them in."""

    since: datetime
    introduced_by: str


@dataclass(frozen=True)
class Proposal:
    """A change that waits for a second person, or was decided.

    `change` is its content by kind, `groups` those concerned, `subjects` the people whom it is about,
    `eases` the contributors of waiting drafts that it would let through sooner.
    """

    id: str
    brand: str
    kind: Kind
    change: Mapping[str, Json]
    reason: str
    by: str
    at: datetime
    groups: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    eases: frozenset[str] = frozenset()
    effect: Mapping[str, Json] = field(default_factory=lambda: NOTHING)
    seconded_by: str | None = None
    seconded_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Neither seconded nor withdrawn."""
        return self.seconded_at is None and self.withdrawn_at is None


def propose(brand: Brand, actor: Actor, proposal: Proposal) -> Proposal:
    """Check that this person may propose this; contributors to a draft that it eases may not."""
    _person(brand, actor, proposal)
    role = PROPOSER.get(proposal.kind, "brand_admin")
    if role not in actor.roles:
        raise NotAllowed(f"Only a {role.replace('_', ' ')} proposes this: ask one.")
    _disinterested(brand, actor, proposal)
    if not proposal.reason.strip():
        raise Invalid("Say why: the second person reads it.", [Problem("/reason", "Empty.", "empty")])
    return replace(proposal, by=actor.id)


def second(
    brand: Brand, actor: Actor, proposal: Proposal, memberships: Mapping[str, Membership], now: datetime
) -> Proposal:
    """The second person's yes; the change counts from then on.

    `memberships` are the actor's by group. The second person belonged to a group concerned (to any
    signing group, where none is named) before the proposal was made, was not brought in by the proposer,
    and is not its subject.
    """
    _person(brand, actor, proposal)
    if not proposal.waits:
        raise WrongState("This proposal was decided already.")
    if brand.human(actor.id) == brand.human(proposal.by):
        raise NotAllowed("A second person has to agree: it is your own proposal.")
    if brand.human(actor.id) in {brand.human(p) for p in proposal.subjects}:
        raise NotAllowed("This is about you: somebody else has to agree.")
    _disinterested(brand, actor, proposal)
    concerned = proposal.groups or frozenset(brand.approvals.groups)
    entitled = [
        memberships[group]
        for group in concerned
        if group in memberships and actor.id in brand.members.get(group, ())
    ]
    if not entitled:
        raise NotAllowed(f"Only members of {_listed(concerned)} can second this.")
    before = [m for m in entitled if m.since < proposal.at]
    if not before:
        raise NotAllowed("You joined after this was proposed: somebody who was there before has to agree.")
    if all(brand.human(m.introduced_by) == brand.human(proposal.by) for m in before):
        raise NotAllowed("The proposer brought you into the group: somebody else has to agree.")
    return replace(proposal, seconded_by=actor.id, seconded_at=now)


def withdraw(actor: Actor, proposal: Proposal, now: datetime) -> Proposal:
    """The proposer takes it back."""
    if not proposal.waits:
        raise WrongState("This proposal was decided already.")
    if actor.id != proposal.by:
        raise NotAllowed("Only the proposer takes a proposal back; leave it unseconded instead.")
    return replace(proposal, withdrawn_at=now)


def _person(brand: Brand, actor: Actor, proposal: Proposal) -> None:
    ours = actor.brand == brand.slug == proposal.brand
    if actor.service or not ours or actor.id not in brand.people:
        raise NotAllowed(f"Only people of {brand.name} change its rules.")


def _disinterested(brand: Brand, actor: Actor, proposal: Proposal) -> None:
    if brand.human(actor.id) in {brand.human(p) for p in proposal.eases}:
        raise NotAllowed("A post that you helped to write would pass more easily: somebody else has to act.")


def _listed(groups: frozenset[str]) -> str:
    return " or ".join(sorted(group.capitalize() for group in groups))
