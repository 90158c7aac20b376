"""What the API is asked, as pydantic models: the OpenAPI document is made from these."""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, StrictBool, model_validator

from reviewer.integrations.drafts import (
    CheckBody,
    DraftBody,
    Name,
    TargetBody,
    Text,
    Time,
    VariantBody,
    WebAddress,
)
from reviewer.integrations.reading import Strict, Words, refuse
from reviewer.service.drafts import Box

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
Group = Annotated[str, Field(min_length=1, max_length=100)]
Slug = Annotated[str, Field(min_length=1, max_length=100)]
Reason = Annotated[Words, Field(min_length=1, max_length=5_000)]
Seen = Annotated[dict[Digest, Digest], Field(min_length=1, max_length=50)]


class InBrand(Strict):
    """Which brand is meant. A key has its own; a person needs this only as a member of several."""

    brand: Slug | None = None


class ListQuery(InBrand):
    """One page of a box."""

    box: Box = "mine"
    cursor: Id | None = None
    limit: int = Field(default=50, ge=1, le=200)


class EventsQuery(InBrand):
    """One page of the log, oldest first."""

    draft: Id | None = None
    cursor: int = Field(default=0, ge=0, le=2**63 - 1)
    limit: int = Field(default=100, ge=1, le=1000)


class HeadsQuery(Strict):
    """One page of the signed heads: those over more than `cursor` events."""

    cursor: int = Field(default=-1, ge=-1, le=2**63 - 1)
    limit: int = Field(default=100, ge=1, le=1000)


class WaitQuery(InBrand):
    """How many seconds to wait for something to happen to the draft."""

    wait: int = Field(default=0, ge=0, le=25)


class CheckRequest(CheckBody):
    """A text, or one whole variant, to look at; nothing of it is kept."""


class DraftRequest(DraftBody):
    """An intended post: one variant for each account. Its author is whoever sends it."""

    brand: Slug | None = None


class ConfirmRequest(Strict):
    """ "These words are mine": the variants that the person in whose name they were written stands by."""

    digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=50)]


class SignOffRequest(Strict):
    """A yes, for one group, to exactly what was seen: each variant's digest with its verdict's digest.

    `accept`, `read` and `except` are about one finding of one variant, and give a reason.
    """

    act: Literal["approve", "accept", "read", "except"] = "approve"
    group: Group
    seen: Seen
    finding: Digest | None = None
    reason: Annotated[Words, Field(max_length=5_000)] = ""

    @model_validator(mode="after")
    def _about_one_finding(self) -> Self:
        if self.act == "approve" and (self.finding is not None or self.reason):
            refuse("finding", "Give `finding` and `reason` for `accept`, `read` and `except` only.")
        if self.act != "approve" and (self.finding is None or not self.reason or len(self.seen) != 1):
            refuse("finding", "Give one variant in `seen`, the key of its `finding`, and a `reason`.")
        return self


class ObjectionRequest(Strict):
    """A no, for one group, to exactly what was seen, with a comment that helps the author."""

    act: Literal["request_changes", "reject"]
    group: Group
    comment: Reason
    seen: Seen


class DismissalRequest(Strict):
    """A reason for setting a colleague's objection aside."""

    group: Group
    reason: Reason


class ReasonRequest(Strict):
    """A reason, for the record."""

    reason: Reason


class PermitRequest(Strict):
    """For which variant of which draft; for the asking tool or person."""

    draft: Id
    content_sha256: Digest


class RedeemRequest(Strict):
    """The token, exactly as it was given."""

    token: Annotated[str, Field(min_length=1, max_length=20_000)]


class PublicationRequest(Strict):
    """What a tool published with a redeemed permit; the words or digest that it sees there, if it can."""

    jti: Id
    url: WebAddress
    at: Time
    account: Name | None = None
    text: Text | None = None
    content_sha256: Digest | None = None


class PostedRequest(Strict):
    """Where the author posted a variant by hand, and when."""

    content_sha256: Digest
    url: WebAddress
    at: Time


class SuggestionRequest(Strict):
    """Other words for one variant: the whole variant, on the same account, and why."""

    content_sha256: Digest
    variant: VariantBody
    comment: Annotated[Words, Field(max_length=5_000)] = ""


class TakeRequest(Strict):
    """The version that was on the screen when the suggestion was taken over."""

    version: Annotated[int, Field(ge=1)]


class ItemsRequest(Strict):
    """Variants, each by its digest, and a reason."""

    digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=50)]
    reason: Reason


class ConsentRequest(Strict):
    """What was seen: each variant's digest with its verdict's digest."""

    seen: Seen


class RespondRequest(Strict):
    """The pause to which the draft is the response."""

    pause: Id


class SlotRequest(Strict):
    """A new time for a slot that was missed while everything was signed."""

    at: Time


class UseRequest(Strict):
    """One use of a standing text: what was signed, on which account, and for which target."""

    draft: Id
    content_sha256: Digest
    account: Id
    target: TargetBody | None = None


class PauseRequest(Strict):
    """What is paused (`brand:…`, `account:…`, `channel:…`, `topic:…`), why; a topic brings its rule."""

    scope: Annotated[Words, Field(min_length=1, max_length=200)]
    reason: Reason
    topic: Annotated[Words, Field(max_length=50_000)] = ""


class CommentRequest(Strict):
    """What to say, and to whom: the author, or reviewers among themselves."""

    text: Annotated[Words, Field(min_length=1, max_length=4_000)]
    audience: Literal["author", "reviewers"] = "author"


class ClaimRequest(Strict):
    """Who should look at the draft; whoever asks, where nobody is named."""

    person: Id | None = None


class RatingRequest(Strict):
    """Whether a finding was right."""

    finding: Digest
    false_alarm: bool


class ConsistencyQuery(Strict):
    """Two sizes of the log."""

    old: Annotated[int, Field(ge=1)]
    new: Annotated[int, Field(ge=1)]


class ProposalsQuery(InBrand):
    """Only those that wait, or decided ones too."""

    waiting: bool = True


class ProposalRequest(Strict):
    """A change of the rules of the game, in the shape of its kind, and why.

    `policy` {put, remove} · `lists` {add, remove} · `approvals` {profile, always, groups, …} · `group`
    {person, group} · `role` {person, role} · `account` {account, consent_of, remove} · `calendar` {hours,
    holidays, timezone} · `parent` {parent} · `identity` {person, same_as} · `signer` {person} · `base`
    {base}.
    """

    kind: Literal[
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
    change: dict[str, JsonValue]
    reason: Reason


class SecondRequest(Strict):
    """What was seen: the `seen` of the proposal as it was read."""

    seen: Digest


class RemovalRequest(Strict):
    """What somebody no longer has, from now on: one group, or one role."""

    group: Annotated[str, Field(max_length=100)] = ""
    role: Annotated[str, Field(max_length=100)] = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.group) == bool(self.role):
            refuse("one-of", "Give a group or a role.")
        return self


class PresenceRequest(Strict):
    """When somebody (whoever asks, where nobody is named) is on call or away; `weekly` for on call."""

    person: Id | None = None
    kind: Literal["on_call", "away"]
    start: Time
    end: Time
    weekly: StrictBool = False


class LanguagesRequest(Strict):
    """The languages that one reads, by their short names: `en`, `de`."""

    languages: Annotated[tuple[Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}$")], ...], Field(max_length=30)]


class Decided(Strict):
    """One draft, with what was seen of it: each variant's digest with its verdict's digest."""

    draft: Id
    seen: Seen


class DecisionsRequest(Strict):
    """One decision about several drafts; a comment where it is no approval."""

    act: Literal["approve", "request_changes", "reject"] = "approve"
    groups: Annotated[tuple[Group, ...], Field(min_length=1, max_length=20)]
    comment: Annotated[Words, Field(max_length=5_000)] = ""
    items: Annotated[tuple[Decided, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _said_why(self) -> Self:
        if self.act != "approve" and (not self.comment.strip() or len(self.groups) > 1):
            refuse("comment", "Give one group and a `comment` that helps the authors.")
        return self


class Held(Strict):
    """One draft and its variants that may go on."""

    draft: Id
    digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=50)]


class ResumeRequest(Strict):
    """What may go on after a pause, and why."""

    reason: Reason
    items: Annotated[tuple[Held, ...], Field(min_length=1, max_length=50)]


class Slot(Strict):
    """One draft and its new time."""

    draft: Id
    at: Time


class SlotsRequest(Strict):
    """New times for slots that were missed."""

    items: Annotated[tuple[Slot, ...], Field(min_length=1, max_length=50)]
