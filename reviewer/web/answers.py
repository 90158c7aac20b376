"""What the API answers, as pydantic models made from the product's own frozen values.

Times are RFC 3339 in UTC; offsets are code points of one field as typed, half-open.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from reviewer.model import Decision, Event, Hold, Kind, Review, State, Variant, Verdict
from reviewer.reconcile import Match, Outcome
from reviewer.service.drafts import DraftRow, DraftView
from reviewer.service.pauses import Placed
from reviewer.service.permits import Issued, Redeemed
from reviewer.store import Comment


class Given(BaseModel):
    """An answer; made from the product's own frozen values."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PlaceOut(Given):
    """`pointer` is an RFC 6901 path into the variant's `content`."""

    pointer: str
    start: int
    end: int


class FindingOut(Given):
    """One thing that a rule says about one place. `quote` is masked for personal data and secrets."""

    key: str
    rule: str
    id: str
    decision: Decision
    owner: str
    area: tuple[str, ...]
    at: PlaceOut
    quote: str
    how: str | None
    message: str
    reason: str
    instead: str
    replacement: str | None
    would: Decision | None


class SentimentOut(Given):
    """VADER's compound, -1 to 1: of the whole, and of each sentence."""

    compound: float
    sentences: tuple[float, ...]


class ChecksOut(Given):
    """How many checks ran; which broke on this text; what was known to be missing before."""

    ran: int
    failed: tuple[str, ...]
    reduced: tuple[str, ...]


class VerdictOut(Given):
    """The findings of one variant under one policy version. `sha256` is what a decision sends as seen."""

    verdict: Decision | Literal["clean"]
    sha256: str
    content_sha256: str
    policy_digest: str
    findings: tuple[FindingOut, ...]
    requires: tuple[str, ...]
    sentiment: SentimentOut
    tone: dict[str, float]
    checks: ChecksOut

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        return cls(
            verdict=verdict.worst or "clean",
            sha256=verdict.sha256,
            content_sha256=verdict.content_sha256,
            policy_digest=verdict.policy_sha256,
            findings=tuple(map(FindingOut.model_validate, verdict.findings)),
            requires=verdict.requires,
            sentiment=SentimentOut(compound=verdict.sentiment, sentences=verdict.sentences),
            tone=dict(verdict.tone),
            checks=ChecksOut(ran=verdict.ran, failed=verdict.failed, reduced=verdict.reduced),
        )


class WindowOut(Given):
    """A half-open span of time."""

    start: datetime
    end: datetime


class ContentOut(Given):
    """The object whose RFC 8785 bytes are hashed: everything that will be public."""

    v: Literal[1]
    kind: Kind
    channel: str
    account: str
    target: str | None
    parts: list[dict[str, Any]]
    first_comment: str | None
    link: dict[str, str] | None
    content_warning: str | None
    visibility: str
    sensitive: bool
    settings: dict[str, Any]


class VariantOut(Given):
    """One variant as it stands: what is public of it, its findings, and what it still needs."""

    content_sha256: str
    state: State
    content: ContentOut
    tool: dict[str, str]
    verdict: VerdictOut
    missing: tuple[str, ...]
    contributors: tuple[str, ...]


class SignOffOut(Given):
    by: str
    group: str
    act: Literal["approve", "accept", "read"]
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


class PermitOut(Given):
    """A permit on record. The token is given once, when it is issued."""

    jti: str
    content_sha256: str
    version: int
    audience: str
    kind: Kind
    channel: str
    account: str
    window: WindowOut
    issued_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None
    revoked_at: datetime | None


class IssuedOut(PermitOut):
    """A permit with its token: JWS compact, `typ: release+jwt`."""

    token: str

    @classmethod
    def of(cls, issued: Issued) -> Self:
        return cls(**PermitOut.model_validate(issued.permit).model_dump(), token=issued.token)


class RedeemedOut(Given):
    """Exactly what to publish, and the tool's own identifiers."""

    permit: PermitOut
    content_sha256: str
    content: ContentOut
    tool: dict[str, str]

    @classmethod
    def of(cls, redeemed: Redeemed) -> Self:
        return cls(
            permit=PermitOut.model_validate(redeemed.permit),
            content_sha256=redeemed.variant.content_sha256,
            content=content_of(redeemed.variant),
            tool=dict(redeemed.variant.tool),
        )


class PublicationOut(Given):
    id: str
    account: str
    channel: str
    url: str
    at: datetime
    by: str
    jti: str | None
    content_sha256: str | None
    text: str | None
    source: str


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


class MatchOut(Given):
    """One line of the comparison of what is public with what was signed."""

    outcome: Outcome
    publication: PublicationOut | None
    permit: PermitOut | None
    draft: str | None
    similarity: float

    @classmethod
    def of(cls, match: Match) -> Self:
        return cls(
            outcome=match.outcome,
            publication=PublicationOut.model_validate(match.seen) if match.seen else None,
            permit=PermitOut.model_validate(match.signed.permit) if match.signed else None,
            draft=match.signed.draft if match.signed else None,
            similarity=match.similarity,
        )


class ReconciliationOut(Given):
    """Everything that was released or reported, matched."""

    items: tuple[MatchOut, ...]


class SubjectOut(Given):
    type: str
    id: str


class EventOut(Given):
    """Who did what, to what, having seen what. Refusals included."""

    seq: int | None
    at: datetime
    brand: str
    actor: str
    action: str
    subject: SubjectOut
    digests: tuple[str, ...]
    seen: tuple[str, ...]
    detail: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(
            seq=event.seq,
            at=event.at,
            brand=event.brand,
            actor=event.actor,
            action=event.action,
            subject=SubjectOut(type=event.subject[0], id=event.subject[1]),
            digests=event.digests,
            seen=event.seen,
            detail=dict(event.detail),
        )


class EventsOut(Given):
    """One page of the log, oldest first."""

    items: tuple[EventOut, ...]

    @classmethod
    def of(cls, events: Sequence[Event]) -> Self:
        return cls(items=tuple(map(EventOut.of, events)))


class MediaOut(Given):
    """A stored file, by the SHA-256 of its bytes; `size` in bytes."""

    sha256: str
    mime: str
    size: int


class ProblemTypeOut(Given):
    """What a problem's `type` leads to."""

    code: str
    title: str


def content_of(variant: Variant) -> ContentOut:
    """The hashed object of a variant."""
    return ContentOut.model_validate(variant.canonical())


def last_change(review: Review) -> datetime:
    """When something was last said about a draft."""
    moments = [review.version.at, review.version.submitted_at, review.withdrawn_at]
    moments += [s.at for s in review.sign_offs] + [o.at for o in review.objections]
    moments += [p.at for p in review.publications]
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
    )


class PauseOut(Given):
    """A pause; it stands while `lifted_at` is null."""

    id: str
    scope: str
    reason: str
    by: str
    at: datetime
    lifted_at: datetime | None


class PausesOut(Given):
    """The pauses that stand."""

    items: tuple[PauseOut, ...]

    @classmethod
    def of(cls, holds: Sequence[Hold]) -> Self:
        return cls(items=tuple(map(PauseOut.model_validate, holds)))


class PlacedOut(Given):
    """A new pause, the permits that it took back, and those that a tool had used already."""

    pause: PauseOut
    revoked: tuple[str, ...]
    out_of_reach: tuple[str, ...]

    @classmethod
    def of(cls, placed: Placed) -> Self:
        pause = PauseOut.model_validate(placed.hold)
        return cls(pause=pause, revoked=placed.revoked, out_of_reach=placed.out_of_reach)


class CommentOut(Given):
    """What somebody said."""

    by: str
    audience: Literal["author", "reviewers"]
    text: str
    at: datetime


class CommentsOut(Given):
    """What was said, in order."""

    items: tuple[CommentOut, ...]

    @classmethod
    def of(cls, said: Sequence[Comment]) -> Self:
        return cls(items=tuple(map(CommentOut.model_validate, said)))


class ClaimOut(Given):
    """Who looks at the draft, and until when."""

    person: str
    by: str
    until: datetime


class RatedOut(Given):
    """What was kept about a finding."""

    finding: str
    false_alarm: bool


class HeadOut(Given):
    """A signed head of the record: how many events, the root over them (hex), and the token that says so."""

    size: int
    root: str
    token: str
    at: datetime


class ProofOut(Given):
    """`event`, as it was hashed, is leaf `index` of `size`; `path` and `root` in hex, `head` is signed."""

    seq: int
    event: str
    index: int
    size: int
    root: str
    path: tuple[str, ...]
    head: str


class ConsistencyOut(Given):
    """The consistency proof, hashes in hex."""

    path: tuple[str, ...]
