"""What somebody can ask for: one frozen value for each step of the workflow."""

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.model import Draft, Publication


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
)
