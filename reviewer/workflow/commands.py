"""What somebody can ask for: one frozen value for each step of the workflow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reviewer.model import Draft, Publication, Variant


@dataclass(frozen=True)
class Edit:
    """A new version made from version `base`."""

    base: int
    draft: Draft


@dataclass(frozen=True)
class Submit:
    """Hand the present version to the reviewers."""


@dataclass(frozen=True)
class Confirm:
    """ "These words are mine": by the person named in `on_behalf_of`."""

    digests: tuple[str, ...]


@dataclass(frozen=True)
class Approve:
    """Yes, for one group; `seen` maps each digest to the digest of the verdict that was shown."""

    group: str
    seen: Mapping[str, str]


@dataclass(frozen=True)
class Accept:
    """The owner group's leave for one `needs_approval` finding, with a reason."""

    group: str
    content_sha256: str
    finding: str
    reason: str
    verdict: str


@dataclass(frozen=True)
class ReadWithout:
    """ "I read it without that check": for one `unchecked` finding (law 9)."""

    group: str
    content_sha256: str
    finding: str
    reason: str
    verdict: str


@dataclass(frozen=True)
class RequestChanges:
    """Not like this; `ids` gives the new objections their names, one for each digest in `seen`."""

    group: str
    comment: str
    seen: Mapping[str, str]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Reject:
    """Not at all; as `RequestChanges`."""

    group: str
    comment: str
    seen: Mapping[str, str]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Lift:
    """The objector takes back a request for changes."""

    objection: str


@dataclass(frozen=True)
class Dismiss:
    """A colleague of the objector's group sets the objection aside."""

    objection: str
    group: str
    reason: str


@dataclass(frozen=True)
class Withdraw:
    """The author takes the draft back."""

    reason: str = ""


@dataclass(frozen=True)
class Issue:
    """A permit for one variant, for one tool or `person:<id>`."""

    content_sha256: str
    audience: str
    jti: str


@dataclass(frozen=True)
class Redeem:
    """Use a permit, once."""

    jti: str


@dataclass(frozen=True)
class Revoke:
    """End a permit that was not used yet."""

    jti: str
    reason: str


@dataclass(frozen=True)
class Report:
    """The tool says what it published with a redeemed permit (`publication.jti`)."""

    publication: Publication


@dataclass(frozen=True)
class PostedByHand:
    """The author posted the variant `publication.content_sha256`; uses up a permit named `jti`."""

    publication: Publication
    jti: str


@dataclass(frozen=True)
class AllowReissue:
    """Leave for one more permit after one that was used and never reported (law 14)."""

    jti: str
    reason: str


@dataclass(frozen=True)
class Suggest:
    """A reviewer's wording for one variant, named `id`."""

    id: str
    content_sha256: str
    variant: Variant
    comment: str


@dataclass(frozen=True)
class TakeSuggestion:
    """A contributor takes a suggestion over; it becomes a new version made from version `base`."""

    suggestion: str
    base: int


@dataclass(frozen=True)
class Except:
    """One half of an exception for a finding that stops the text (law 8)."""

    group: str
    content_sha256: str
    finding: str
    reason: str
    verdict: str


@dataclass(frozen=True)
class OpenEmergency:
    """The emergency lane: stand-ins may act at once."""

    reason: str


@dataclass(frozen=True)
class Resume:
    """After a pause: these may go on (law 11)."""

    digests: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Respond:
    """This draft is the response to a pause."""

    hold: str


@dataclass(frozen=True)
class Consent:
    """The owner of a ghostwritten account agrees; it counts for no group."""

    seen: Mapping[str, str]


@dataclass(frozen=True)
class AskRemoval:
    """The one act that takes one person (law 16)."""

    digests: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class NewSlot:
    """A slot that was missed while it was approved goes out at a new time, with its sign-offs (law 12)."""

    at: datetime


@dataclass(frozen=True)
class IssueUse:
    """A permit for one use of a standing text: `variant` is it, with its target and account (law 15)."""

    content_sha256: str
    variant: Variant
    audience: str
    jti: str


Command = (
    Edit
    | Submit
    | Confirm
    | Approve
    | Accept
    | ReadWithout
    | RequestChanges
    | Reject
    | Lift
    | Dismiss
    | Withdraw
    | Issue
    | Redeem
    | Revoke
    | Report
    | PostedByHand
    | AllowReissue
    | Suggest
    | TakeSuggestion
    | Except
    | OpenEmergency
    | Resume
    | Respond
    | Consent
    | AskRemoval
    | NewSlot
    | IssueUse
)
