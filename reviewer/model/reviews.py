"""One draft with everything that the law knows about it, and the events of its record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Literal

from reviewer.model.content import NOTHING, Draft, Json, Kind, Variant, Window


class State(StrEnum):
    """Of one variant; derived from the facts of its review, never stored as truth."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    RELEASED = "released"
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REMOVED = "removed"


@dataclass(frozen=True)
class Version:
    """An immutable snapshot of the whole draft, and who made and submitted it.

    `by` is a person, or a service account (`service:<id>`) with the people `answerable` for its key.
    """

    number: int
    draft: Draft
    by: str
    at: datetime
    answerable: frozenset[str] = frozenset()
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    suggested_by: str | None = None
    """Whose accepted suggestion this version is, where the brand's profile makes that a contribution."""


@dataclass(frozen=True)
class Confirmation:
    """The person named in `on_behalf_of` confirmed, signed in, that this content is theirs (law 2)."""

    by: str
    content_sha256: str
    at: datetime


@dataclass(frozen=True)
class SignOff:
    """One person's yes, for one group, to one digest; `verdict` and `seen` are what was on the page.

    `act` is `approve`; `accept` (one `needs_approval` finding), `read` (one `unchecked` finding, "read
    without it") or `except` (half of an exception for a finding that blocks), which name the finding's
    key; `resume` after a pause; `consent` of a ghostwritten account's owner and `remove`, which count
    for no group. `seen` holds the keys of every finding that was shown. `terms` is the digest of a
    standing sign-off's terms, as they were then.
    """

    by: str
    group: str
    act: Literal["approve", "accept", "read", "except", "resume", "consent", "remove"]
    content_sha256: str
    verdict: str
    seen: frozenset[str]
    at: datetime
    window: Window
    finding: str | None = None
    reason: str = ""
    terms: str = ""


@dataclass(frozen=True)
class Suggestion:
    """A reviewer's wording for one variant; a contributor takes it over, or not (law 5)."""

    id: str
    by: str
    content_sha256: str
    variant: Variant
    comment: str
    at: datetime
    accepted_by: str | None = None
    accepted_at: datetime | None = None


@dataclass(frozen=True)
class Emergency:
    """The emergency lane was opened: faster calls, stand-ins at once, never fewer people (law 3)."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Reslot:
    """A slot that an outage missed, confirmed for a new time; sign-offs go with it (law 12)."""

    by: str
    old: datetime
    new: datetime
    at: datetime


@dataclass(frozen=True)
class Dismissal:
    """One person's reason for setting an objection aside."""

    by: str
    group: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Objection:
    """`request_changes` or `reject`, bound to a digest brand-wide, in whichever draft it was said."""

    id: str
    by: str
    group: str
    act: Literal["request_changes", "reject"]
    content_sha256: str
    comment: str
    at: datetime
    draft: str = ""
    near_sha256: str = ""
    """For `reject`: the words without case, spaces, punctuation and links, which it binds too."""
    lifted_at: datetime | None = None
    dismissals: tuple[Dismissal, ...] = ()

    @property
    def stands(self) -> bool:
        """Lifted by the objector, or dismissed by as many as the law asks for (6)."""
        needed = 2 if self.act == "reject" else 1
        return self.lifted_at is None and len({d.by for d in self.dismissals}) < needed


@dataclass(frozen=True)
class Permit:
    """The record of one release permit; the token itself is only handed out, never stored."""

    jti: str
    content_sha256: str
    version: int
    audience: str
    kind: Kind
    channel: str
    account: str
    window: Window
    issued_at: datetime
    expires_at: datetime
    issued_to: str
    policy_sha256: str = ""
    standing_sha256: str | None = None
    """The digest of the standing text of which this permit is one use (law 15)."""
    variant: Variant | None = None
    """For a use of a standing text: exactly what it covers, with its target and account."""
    signers: tuple[tuple[str, str, datetime], ...] = ()
    epochs: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    redeemed_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def alive(self, at: datetime) -> bool:
        """Could still be redeemed at `at`."""
        return self.redeemed_at is None and self.revoked_at is None and at < self.expires_at


@dataclass(frozen=True)
class Reissue:
    """A non-contributor's leave for one more permit after one that was redeemed and never reported."""

    by: str
    jti: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Publication:
    """What a tool or person reports, or a monitor sees, to be public."""

    id: str
    account: str
    channel: str
    url: str
    at: datetime
    by: str
    jti: str | None = None
    content_sha256: str | None = None
    text: str | None = None
    source: str = "report"


@dataclass(frozen=True)
class Review:
    """One draft with everything that the law knows about it; the unit that is loaded and saved whole.

    `objections` are those of the whole brand for any digest of the present version; `inherited` are
    contributors of other drafts of the brand that held the same digest (law 2).
    """

    id: str
    brand: str
    author: str
    versions: tuple[Version, ...]
    confirmations: tuple[Confirmation, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    objections: tuple[Objection, ...] = ()
    permits: tuple[Permit, ...] = ()
    reissues: tuple[Reissue, ...] = ()
    publications: tuple[Publication, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    emergency: Emergency | None = None
    responds_to: str | None = None
    """The pause to which this draft is the response: it may go out through it, with comms (law 11)."""
    reslots: tuple[Reslot, ...] = ()
    target_authors: frozenset[str] = frozenset()
    """For a removal: the authors of what is to be removed."""
    removed: frozenset[str] = frozenset()
    """Ids of this draft's publications whose removal was carried out."""
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    inherited: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)
    gone_at: datetime | None = None
    """When its contents were deleted: its variants then have digests, and no words."""

    @property
    def version(self) -> Version:
        """The present version."""
        return self.versions[-1]

    @property
    def draft(self) -> Draft:
        return self.version.draft

    @cached_property
    def submitted(self) -> frozenset[str]:
        """Digests that were in some submitted version."""
        return frozenset(d for v in self.versions if v.submitted_at for d in v.draft.digests)


@dataclass(frozen=True)
class Event:
    """One line of the audit log: who did what, to what, having seen what. Refusals included."""

    at: datetime
    brand: str
    actor: str
    action: str
    subject: tuple[str, str]
    digests: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    detail: Mapping[str, Json] = field(default_factory=lambda: NOTHING)
    seq: int | None = field(default=None, compare=False)
    """Its number in the log, once it is there."""
