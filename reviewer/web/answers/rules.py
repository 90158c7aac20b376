"""The rules of the game: what is in force, and what is proposed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from reviewer.service.effects import Effect
from reviewer.service.proposals import ProposalView, Rulebook
from reviewer.store.codec import approvals_to_json
from reviewer.web.answers.given import Given
from reviewer.workflow.proposals import Proposal


class AgreementOut(Given):
    """One person's yes."""

    by: str
    at: datetime


class AffectedOut(Given):
    """A waiting or approved post that a change touches, and what is new about it.

    `eased`: it would go out sooner, so its contributors neither propose nor second the change.
    """

    draft: str
    brand: str
    excerpt: str
    before: str
    after: str
    news: tuple[str, ...]
    eased: bool


class RuleEffectOut(Given):
    """What one rule finds in earlier posts, counted in posts. `precision` is from reviewers' word on its
    findings, null where there is none."""

    rule: str
    before: int
    after: int
    new: int
    lost: int
    examples: tuple[str, ...]
    precision: float | None


class EffectOut(Given):
    """What a change does to posts that wait or are approved, and what it finds in `earlier` ones."""

    waiting: int
    approved: int
    affected: tuple[AffectedOut, ...]
    eases: tuple[str, ...]
    warnings: tuple[str, ...]
    earlier: int
    asking_before: int
    asking_after: int
    rules: tuple[RuleEffectOut, ...]

    @classmethod
    def of(cls, effect: Effect) -> Self:
        return cls.model_validate(effect.to_json())


class ProposalRowOut(Given):
    """A proposal in a list. It waits while none of the three times is set."""

    id: str
    kind: str
    reason: str
    by: str
    at: datetime
    seconded_at: datetime | None
    withdrawn_at: datetime | None
    declined_at: datetime | None


class ProposalsOut(Given):
    """Proposals, newest first."""

    items: tuple[ProposalRowOut, ...]

    @classmethod
    def of(cls, proposals: Sequence[Proposal]) -> Self:
        return cls(items=tuple(map(ProposalRowOut.model_validate, proposals)))


class ProposalOut(ProposalRowOut):
    """A proposal with its effect. Send `seen` with an agreement; `obstacle` says why you can't agree, and
    `seconders` who can."""

    change: Mapping[str, Any]
    groups: tuple[str, ...]
    subjects: tuple[str, ...]
    agreed: tuple[AgreementOut, ...]
    seconded_by: str | None
    declined_by: str | None
    answer: str
    effect: EffectOut
    seen: str
    actions: tuple[str, ...]
    obstacle: str
    seconders: tuple[str, ...]

    @classmethod
    def of(cls, view: ProposalView) -> Self:
        proposal = view.proposal
        row = ProposalRowOut.model_validate(proposal)
        return cls(
            **row.model_dump(),
            change=proposal.change,
            groups=tuple(sorted(proposal.groups)),
            subjects=tuple(sorted(proposal.subjects)),
            agreed=tuple(map(AgreementOut.model_validate, proposal.agreed)),
            seconded_by=proposal.seconded_by,
            declined_by=proposal.declined_by,
            answer=proposal.answer,
            effect=EffectOut.of(view.effect),
            seen=view.seen,
            actions=tuple(sorted(view.actions)),
            obstacle=view.obstacle,
            seconders=tuple(sorted(view.seconders)),
        )


class RulesOut(Given):
    """What is in force for the brand: the policy version, its own rule files and lists over those of its
    `house`, and who signs. `newer_base`: this release brings other built-in rules than were agreed to."""

    version: str
    base: str
    house: str | None
    newer_base: bool
    files: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    house_lists: Mapping[str, tuple[str, ...]]
    approvals: Mapping[str, Any]
    groups: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, tuple[str, ...]]
    suspended: Mapping[str, str]

    @classmethod
    def of(cls, book: Rulebook) -> Self:
        return cls(
            version=book.version.sha256,
            base=book.version.base,
            house=book.parent,
            newer_base=book.newer_base,
            files={path: data.decode() for path, data in sorted(book.version.files.items())},
            lists=book.version.lists,
            house_lists=book.house_lists,
            approvals=approvals_to_json(book.version.approvals),
            groups={g: tuple(sorted(book.brand.members.get(g, ()))) for g in book.brand.approvals.groups},
            roles={person: tuple(sorted(roles)) for person, roles in book.roles.items()},
            suspended={person: why.reason for person, why in book.suspended.items()},
        )
