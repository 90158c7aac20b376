"""A draft as the caller sees it, and drafts in lists."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self

from reviewer.model import Decision, Kind, Review, State, Suggestion, Variant
from reviewer.service.drafts import DraftRow, DraftView
from reviewer.web.answers.given import Given
from reviewer.web.answers.release import PermitOut, PublicationOut
from reviewer.web.answers.verdicts import ContentOut, VerdictOut, WindowOut, content_of


class VariantOut(Given):
    """One variant as it stands: what is public of it, its findings, and what it still needs.

    `held` are the pauses that stand in its way; `to_resume` says that one ended, and that somebody who
    did not write it has to confirm that it may go on.
    """

    content_sha256: str
    state: State
    content: ContentOut
    tool: dict[str, str]
    verdict: VerdictOut
    missing: tuple[str, ...]
    contributors: tuple[str, ...]
    held: tuple[str, ...]
    to_resume: bool


class SignOffOut(Given):
    by: str
    group: str
    act: Literal["approve", "accept", "read", "except", "resume", "consent", "remove"]
    content_sha256: str
    verdict: str
    finding: str | None
    reason: str
    at: datetime
    window: WindowOut


class DismissalOut(Given):
    by: str
    group: str
    reason: str
    at: datetime


class ObjectionOut(Given):
    id: str
    by: str
    group: str
    act: Literal["request_changes", "reject"]
    content_sha256: str
    comment: str
    at: datetime
    draft: str
    stands: bool
    dismissals: tuple[DismissalOut, ...]


class SuggestionOut(Given):
    """A reviewer's wording for the variant `content_sha256`; `accepted_at` is null until it is taken over."""

    id: str
    by: str
    content_sha256: str
    content: ContentOut
    comment: str
    at: datetime
    accepted_by: str | None
    accepted_at: datetime | None

    @classmethod
    def of(cls, suggestion: Suggestion) -> Self:
        return cls(
            id=suggestion.id,
            by=suggestion.by,
            content_sha256=suggestion.content_sha256,
            content=content_of(suggestion.variant),
            comment=suggestion.comment,
            at=suggestion.at,
            accepted_by=suggestion.accepted_by,
            accepted_at=suggestion.accepted_at,
        )


class EmergencyOut(Given):
    by: str
    reason: str
    at: datetime


class SlotOut(Given):
    """A slot that was missed while everything was signed, and its new time."""

    by: str
    old: datetime
    new: datetime
    at: datetime


class StandingOut(Given):
    """The terms of a text for repeated use."""

    accounts: tuple[str, ...]
    until: datetime
    uses: int
    users: tuple[str, ...]
    targets: tuple[str, ...]
    crisis: bool


class ScheduleOut(Given):
    mode: Literal["now", "at", "queue"]
    at: datetime | None
    timezone: str


class SourceOut(Given):
    system: str
    external_id: str
    url: str


class DraftOut(Given):
    """A draft as the caller sees it; `actions` are what the caller can do now."""

    id: str
    brand: str
    author: str
    on_behalf_of: str | None
    version: int
    submitted: bool
    state: State
    actions: tuple[str, ...]
    groups: tuple[str, ...]
    unmeetable: tuple[str, ...]
    kind: Kind
    target_author: str
    target_text: str
    goal: str
    audience: str
    campaign: str
    tags: tuple[str, ...]
    brief: str
    language: str
    ai_assisted: bool
    source: SourceOut | None
    schedule: ScheduleOut
    variants: tuple[VariantOut, ...]
    standing: StandingOut | None
    emergency: EmergencyOut | None
    responds_to: str | None
    slots: tuple[SlotOut, ...]
    suggestions: tuple[SuggestionOut, ...]
    sign_offs: tuple[SignOffOut, ...]
    objections: tuple[ObjectionOut, ...]
    permits: tuple[PermitOut, ...]
    publications: tuple[PublicationOut, ...]
    updated: datetime

    @classmethod
    def of(cls, view: DraftView) -> Self:
        review, draft = view.review, view.review.draft
        return cls(
            id=review.id,
            brand=review.brand,
            author=review.author,
            on_behalf_of=draft.on_behalf_of,
            version=review.version.number,
            submitted=review.version.submitted_at is not None,
            state=view.state,
            actions=tuple(sorted(view.actions)),
            groups=tuple(sorted(view.groups)),
            unmeetable=view.unmeetable,
            kind=draft.variants[0].kind,
            target_author=draft.target_author,
            target_text=draft.target_text,
            goal=draft.goal,
            audience=draft.audience,
            campaign=draft.campaign,
            tags=draft.tags,
            brief=draft.brief,
            language=draft.language,
            ai_assisted=draft.ai_assisted,
            source=SourceOut.model_validate(draft.source) if draft.source else None,
            schedule=ScheduleOut.model_validate(draft.schedule),
            variants=tuple(_variant(view, variant) for variant in draft.variants),
            standing=StandingOut.model_validate(draft.standing) if draft.standing else None,
            emergency=EmergencyOut.model_validate(review.emergency) if review.emergency else None,
            responds_to=review.responds_to,
            slots=tuple(map(SlotOut.model_validate, review.reslots)),
            suggestions=tuple(map(SuggestionOut.of, review.suggestions)),
            sign_offs=tuple(map(SignOffOut.model_validate, review.sign_offs)),
            objections=tuple(map(ObjectionOut.model_validate, review.objections)),
            permits=tuple(map(PermitOut.model_validate, review.permits)),
            publications=tuple(map(PublicationOut.model_validate, review.publications)),
            updated=last_change(review),
        )


class DraftRowOut(Given):
    """A draft in a list."""

    id: str
    author_name: str
    excerpt: str
    channels: tuple[str, ...]
    accounts: tuple[str, ...]
    kind: str
    state: State
    worst: Decision | None
    findings: int
    due: datetime | None
    updated: datetime
    version: int


class DraftsOut(Given):
    """One page of drafts; `Link: rel="next"` leads to the next one."""

    items: tuple[DraftRowOut, ...]

    @classmethod
    def of(cls, rows: Sequence[DraftRow]) -> Self:
        return cls(items=tuple(map(DraftRowOut.model_validate, rows)))


def last_change(review: Review) -> datetime:
    """When something was last said about a draft."""
    moments = [review.version.at, review.version.submitted_at, review.withdrawn_at]
    moments += [s.at for s in review.sign_offs] + [o.at for o in review.objections]
    moments += [p.at for p in review.publications] + [s.accepted_at or s.at for s in review.suggestions]
    moments += [s.at for s in review.reslots] + [review.emergency.at if review.emergency else None]
    return max(moment for moment in moments if moment is not None)


def _variant(view: DraftView, variant: Variant) -> VariantOut:
    digest = variant.content_sha256
    return VariantOut(
        content_sha256=digest,
        state=view.states[digest],
        content=content_of(variant),
        tool=dict(variant.tool),
        verdict=VerdictOut.of(view.verdicts[digest]),
        missing=view.missing[digest],
        contributors=tuple(sorted(view.contributors[digest])),
        held=tuple(hold.id for hold in view.held[digest]),
        to_resume=digest in view.to_resume,
    )
