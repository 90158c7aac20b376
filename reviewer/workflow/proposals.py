"""Changing the rules of the game takes two people: who proposes, who seconds, and when it counts (law 10).

What a person proposes needs one other's agreement. What the server or whoever runs it proposes counts
for nobody, so it needs two; the first to agree then stands where the proposer stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from reviewer.errors import Invalid, NotAllowed, Problem, StaleSignIn, WrongState
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
SYSTEM = "system:"
"""What the ids of the server itself and of whoever runs it begin with: they propose, and never agree."""


@dataclass(frozen=True)
class Membership:
    """Since when somebody is a member of the group concerned, and who brought them in."""

    since: datetime
    introduced_by: str


Everybody = Mapping[str, Mapping[str, Membership]]
"""The present memberships of a brand: by person, then by group."""


@dataclass(frozen=True)
class Agreement:
    """One person's yes to a proposal."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Proposal:
    """A change that waits for a second person, or was decided.

    `change` is its content by kind, `groups` those concerned, `subjects` the people whom it is about,
    `eases` the contributors of waiting drafts that it would let through sooner. `answer` says why it was
    declined.
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
    agreed: tuple[Agreement, ...] = ()
    seconded_by: str | None = None
    seconded_at: datetime | None = None
    withdrawn_at: datetime | None = None
    declined_by: str | None = None
    declined_at: datetime | None = None
    answer: str = ""

    @property
    def waits(self) -> bool:
        """Neither seconded nor withdrawn nor declined."""
        return self.seconded_at is None and self.withdrawn_at is None and self.declined_at is None

    @property
    def backer(self) -> str | None:
        """Who stands for it: the proposer; for what the server proposed, the first person to agree."""
        if not self.by.startswith(SYSTEM):
            return self.by
        return self.agreed[0].by if self.agreed else None


def propose(brand: Brand, actor: Actor, proposal: Proposal) -> Proposal:
    """Check that this person may propose this; contributors to a draft that it eases may not."""
    if not actor.id.startswith(SYSTEM):
        _person(brand, actor, proposal)
        if not may_propose(proposal.kind, actor.roles):
            raise NotAllowed(f"Only a {_role(proposal.kind)} proposes this: ask one.")
        _disinterested(brand, actor.id, proposal)
    if not proposal.reason.strip():
        raise Invalid("Say why: the second person reads it.", [Problem("/reason", "Empty.", "empty")])
    return replace(proposal, by=actor.id)


def may_propose(kind: str, roles: frozenset[str]) -> bool:
    """Does somebody with these roles propose changes of this kind."""
    return PROPOSER.get(kind, "brand_admin") in roles


def second(
    brand: Brand,
    actor: Actor,
    proposal: Proposal,
    everybody: Everybody,
    now: datetime,
    *,
    proposer_roles: frozenset[str],
) -> Proposal:
    """A person's yes; with the last one that it takes the change counts from then on.

    Whoever agrees belonged to a group concerned (see `concerned`) before the proposal was made, was not
    brought in by whoever stands for it, and is not its subject. `proposer_roles` are the roles that the
    proposer has now: whoever may not propose it any more is not half of two people either.
    """
    _person(brand, actor, proposal)
    if not proposal.waits:
        raise WrongState("This proposal was decided already.")
    within = brand.prove_within
    if within is not None and (actor.proved_at is None or now - actor.proved_at > within):
        raise StaleSignIn(
            f"{brand.name} wants you to prove who you are first: give your password or passkey."
        )
    of_a_person = not proposal.by.startswith(SYSTEM) and proposal.kind != "signer"
    if of_a_person and not (proposal.by in brand.people and may_propose(proposal.kind, proposer_roles)):
        raise WrongState("Whoever proposed this may not any more: somebody has to propose it anew.")
    eased = _humans(brand, proposal.eases)
    if of_a_person and eased & _humans(brand, {proposal.by}):
        raise NotAllowed(
            "The proposer helped to write a post that this eases: somebody else has to propose it."
        )
    if eased & _humans(brand, (a.by for a in proposal.agreed)):
        raise NotAllowed("Who agreed first has a post that this eases by now: it has to be proposed anew.")
    obstacle = obstacle_for(brand, actor.id, proposal, everybody)
    if obstacle:
        raise NotAllowed(obstacle)
    agreed = (*proposal.agreed, Agreement(actor.id, now))
    is_half = proposal.backer is None and proposal.kind != "signer"  # a suspension was one person's act
    if is_half and _others(brand, proposal, {actor.id}):
        return replace(proposal, agreed=agreed)
    return replace(proposal, agreed=agreed, seconded_by=actor.id, seconded_at=now)


def obstacle_for(brand: Brand, person: str, proposal: Proposal, everybody: Everybody) -> str | None:
    """Why this person can't agree to this proposal, in a sentence to them; None where they can."""
    if proposal.backer is not None and brand.human(person) == brand.human(proposal.backer):
        own = proposal.backer == proposal.by
        return f"A second person has to agree: {'it is your own proposal' if own else 'you did already'}."
    if brand.human(person) in {brand.human(p) for p in proposal.subjects}:
        return "This is about you: somebody else has to agree."
    if brand.human(person) in {brand.human(p) for p in proposal.eases}:
        return _INTERESTED
    groups = concerned(brand, proposal)
    mine = everybody.get(person, {})
    entitled = [mine[g] for g in groups if g in mine and person in brand.members.get(g, ())]
    if not entitled:
        return f"Only members of {_listed(groups)} can second this."
    before = [m for m in entitled if m.since < proposal.at]
    if not before:
        return "You joined after this was proposed: somebody who was there before has to agree."
    backer = brand.human(proposal.backer) if proposal.backer else None
    if all(brand.human(m.introduced_by) == backer for m in before):
        return "The proposer brought you into the group: somebody else has to agree."
    return None


def seconders(brand: Brand, proposal: Proposal, everybody: Everybody) -> frozenset[str]:
    """Everybody who could agree to this proposal now."""
    signing = frozenset[str]().union(*brand.members.values())
    return frozenset(p for p in signing if obstacle_for(brand, p, proposal, everybody) is None)


def concerned(brand: Brand, proposal: Proposal) -> frozenset[str]:
    """The groups whose members agree to it: those that it names, as long as somebody is in them besides
    whoever stands for it and its subjects; else every signing group, so that a group can get its first
    member."""
    named = proposal.groups & frozenset(brand.approvals.groups)
    if named and _others(
        replace(brand, members={g: brand.members.get(g, frozenset()) for g in named}), proposal
    ):
        return named
    return frozenset(brand.approvals.groups)


def withdraw(actor: Actor, proposal: Proposal, now: datetime) -> Proposal:
    """The proposer takes it back."""
    if not proposal.waits:
        raise WrongState("This proposal was decided already.")
    if actor.id != proposal.by or actor.brand != proposal.brand:
        raise NotAllowed("Only the proposer takes a proposal back: decline it, and say why.")
    return replace(proposal, withdrawn_at=now)


def decline(brand: Brand, actor: Actor, proposal: Proposal, reason: str, now: datetime) -> Proposal:
    """A member of a signing group says no, with a reason; saying no takes nobody independent (law 2)."""
    _person(brand, actor, proposal)
    if not proposal.waits:
        raise WrongState("This proposal was decided already.")
    if not brand.groups_of(actor.id) & frozenset(brand.approvals.groups):
        raise NotAllowed("Only members of a signing group decline a proposal: ask one.")
    if not reason.strip():
        raise Invalid("Say why not: the proposer reads it.", [Problem("/reason", "Empty.", "empty")])
    return replace(proposal, declined_by=actor.id, declined_at=now, answer=reason.strip())


def founded(brand: Brand) -> bool:
    """Can two people sign for this brand: from then on its rules change by proposal."""
    return len(_humans(brand, frozenset[str]().union(*brand.members.values()))) > 1


_INTERESTED = "A post that you helped to write would pass more easily: somebody else has to act."


def _others(brand: Brand, proposal: Proposal, besides: Iterable[str] = ()) -> frozenset[str]:
    """The people who sign for the brand, but for the proposal's subjects and whoever stands for it."""
    left_out = {*besides, *proposal.subjects, *([proposal.backer] if proposal.backer else ())}
    return _humans(brand, frozenset[str]().union(*brand.members.values())) - _humans(brand, left_out)


def _humans(brand: Brand, people: Iterable[str]) -> frozenset[str]:
    return frozenset(map(brand.human, people))


def _person(brand: Brand, actor: Actor, proposal: Proposal) -> None:
    ours = actor.brand == brand.slug == proposal.brand
    if actor.service or not ours or actor.id not in brand.people:
        raise NotAllowed(f"Only people of {brand.name} change its rules.")


def _disinterested(brand: Brand, person: str, proposal: Proposal) -> None:
    if brand.human(person) in {brand.human(p) for p in proposal.eases}:
        raise NotAllowed(_INTERESTED)


def _role(kind: str) -> str:
    return PROPOSER.get(kind, "brand_admin").replace("_", " ")


def _listed(groups: frozenset[str]) -> str:
    return " or ".join(sorted(group.capitalize() for group in groups))
