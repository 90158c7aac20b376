"""The nouns of the product, as frozen values. No behaviour beyond naming, digests and lookups.

Times are aware UTC datetimes. Offsets are code points of one field as typed; spans are half-open.
Digests are lower-case hex SHA-256 over RFC 8785 JSON.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import rfc8785

Kind = Literal["post", "reply", "comment", "quote", "repost", "edit", "removal"]
KINDS: tuple[Kind, ...] = ("post", "reply", "comment", "quote", "repost", "edit", "removal")
Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

NOTHING: Mapping[str, Any] = MappingProxyType({})


def digest(value: object) -> str:
    """Lower-case hex SHA-256 over the RFC 8785 bytes of `value`."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]  # Json, checked by rfc8785


# --- what will be public -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Media:
    """One picture, video or document, by the SHA-256 of its bytes, with its alternative text."""

    sha256: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One post of a thread (most variants have one part)."""

    text: str
    format: Literal["plain", "html"] = "plain"
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link card."""

    url: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True)
class Variant:
    """Everything that will be public on one account, and (unhashed) the tool's own identifiers.

    `account` is `<channel>:<handle or the network's id>`; `target` is what is replied to, quoted,
    edited or removed, None for kind `post`. `settings` is whatever else changes what is public.
    """

    kind: Kind
    channel: str
    account: str
    parts: tuple[Part, ...]
    target: str | None = None
    first_comment: str | None = None
    link: Link | None = None
    content_warning: str | None = None
    visibility: str = "public"
    sensitive: bool = False
    settings: Mapping[str, Json] = field(default_factory=lambda: NOTHING)
    tool: Mapping[str, str] = field(default_factory=lambda: NOTHING, compare=False)

    def canonical(self) -> dict[str, Any]:
        """The object of `docs/vectors/` whose RFC 8785 bytes are hashed; every key always present."""
        return {
            "v": 1,
            "kind": self.kind,
            "channel": self.channel,
            "account": self.account,
            "target": self.target,
            "parts": [
                {
                    "text": part.text,
                    "format": part.format,
                    "media": [{"sha256": m.sha256, "alt": m.alt} for m in part.media],
                }
                for part in self.parts
            ],
            "first_comment": self.first_comment,
            "link": self.link
            and {"url": self.link.url, "title": self.link.title, "description": self.link.description},
            "content_warning": self.content_warning,
            "visibility": self.visibility,
            "sensitive": self.sensitive,
            "settings": dict(self.settings),
        }

    @cached_property
    def content_sha256(self) -> str:
        """The digest that sign-offs, objections and permits belong to."""
        return digest(self.canonical())

    @property
    def text(self) -> str:
        """The words of all parts, for lists and previews."""
        return "\n\n".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When: `now`, `at` a time, or the account's `queue`. `timezone` is an IANA name."""

    mode: Literal["now", "at", "queue"] = "now"
    at: datetime | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of time in which something may be published."""

    start: datetime
    end: datetime

    def meet(self, other: "Window") -> "Window | None":
        """The intersection, or None where the two don't overlap."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Window(start, end) if start < end else None

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Source:
    """Where a draft came from, in the words of that system."""

    system: str
    external_id: str = ""
    url: str = ""


@dataclass(frozen=True)
class Draft:
    """One immutable snapshot of an intended post: its variants, and what is not public about it."""

    variants: tuple[Variant, ...]
    schedule: Schedule = Schedule()
    goal: str = ""
    audience: str = ""
    campaign: str = ""
    tags: tuple[str, ...] = ()
    brief: str = ""
    language: str = ""
    ai_assisted: bool = False
    source: Source | None = None
    on_behalf_of: str | None = None
    target_author: str = ""
    target_text: str = ""

    @cached_property
    def by_digest(self) -> Mapping[str, Variant]:
        """Variants by `content_sha256`, in the draft's order."""
        return MappingProxyType({v.content_sha256: v for v in self.variants})

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(self.by_digest)


# --- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One place that a check found in one field, in code points of that field as typed.

    `arguments` fill the rule's message; `replacement` is what to write instead of the span; `how`
    says through which disguise it was found; `drivers` are the terms behind a model's score.
    """

    start: int
    end: int
    arguments: tuple[str, ...] = ()
    replacement: str | None = None
    how: str | None = None
    drivers: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How much of one limit one field uses, as its network counts.

    `allowed` is None where the limit is not known; `over_at` is the code point of the field as typed
    at which the allowance ran out, None where it did not.
    """

    pointer: str
    limit: str
    used: int
    allowed: int | None
    unit: str
    confidence: Literal["official", "secondary"]
    over_at: int | None = None


@dataclass(frozen=True)
class Context:
    """What a check may know besides the text. `lists` are the brand's own (names, terms, contacts).

    `counts` are `channels.fit` of the whole variant; None where only a text is at hand.
    """

    kind: Kind = "post"
    channel: str = "generic"
    media: tuple[Media, ...] = ()
    links: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    archive: tuple[str, ...] = ()
    at: datetime | None = None
    counts: tuple[Count, ...] | None = None
    field: str = "/parts/0/text"  # last: it hides dataclasses.field in this class body


# --- findings ------------------------------------------------------------------------------------


class Decision(StrEnum):
    """What a finding asks for, most serious first."""

    BLOCK = "block"
    NEEDS_APPROVAL = "needs_approval"
    UNCHECKED = "unchecked"
    WARN = "warn"
    SUGGEST = "suggest"

    @property
    def rank(self) -> int:
        """0 is the most serious."""
        return list(Decision).index(self)


@dataclass(frozen=True, slots=True)
class Place:
    """`pointer` is an RFC 6901 path into the variant; offsets are code points of that field."""

    pointer: str
    start: int
    end: int


@dataclass(frozen=True)
class Finding:
    """One thing that a rule says about one place of one variant. `quote` is masked for secrets."""

    rule: str
    id: str
    rule_sha256: str
    decision: Decision
    owner: str
    at: Place
    quote: str
    message: str
    reason: str
    instead: str = ""
    area: tuple[str, ...] = ()
    how: str | None = None
    replacement: str | None = None
    drivers: tuple[tuple[str, float], ...] = ()
    would: Decision | None = None
    """For `unchecked`: what the rule could have decided, had it run (law 9)."""

    @cached_property
    def key(self) -> str:
        """Two findings are the same when rule content, decision, owner, pointer and span are."""
        return digest(
            [self.rule_sha256, self.decision, self.owner, self.at.pointer, self.at.start, self.at.end]
        )


@dataclass(frozen=True)
class Verdict:
    """The findings of one variant under one policy version, and the groups that must sign.

    `sentiment` is VADER's compound in [-1, 1] and the same by sentence; `tone` holds calibrated
    probabilities by head. `sha256` covers what is rendered to a signer, not the policy's own digest:
    a policy change that alters nothing for this variant leaves its verdict as it was.
    """

    content_sha256: str
    policy_sha256: str
    findings: tuple[Finding, ...] = ()
    requires: tuple[str, ...] = ()
    ran: int = 0
    failed: tuple[str, ...] = ()
    reduced: tuple[str, ...] = ()
    sentiment: float = 0.0
    sentences: tuple[float, ...] = ()
    tone: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    engine: str = ""
    models: str = ""

    @cached_property
    def sha256(self) -> str:
        return digest(
            {
                "content": self.content_sha256,
                "findings": [[f.key, f.message, f.reason, f.instead] for f in self.findings],
                "requires": list(self.requires),
                "failed": list(self.failed),
                "reduced": list(self.reduced),
            }
        )

    def of(self, *decisions: Decision) -> tuple[Finding, ...]:
        """The findings with one of these decisions."""
        return tuple(f for f in self.findings if f.decision in decisions)

    @property
    def worst(self) -> Decision | None:
        """The most serious decision, or None where nothing was found."""
        return min((f.decision for f in self.findings), key=lambda d: d.rank, default=None)


# --- who -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Actor:
    """Whoever asks: a signed-in person (`id` is the person's) or a service account (`service:<id>`).

    `brand` is the one brand for which this actor speaks now, `roles` the person's there; groups live in
    `Brand.members`, so that a removed member stops counting at once. `answerable` are the owner and
    creator of a service account's key (law 2).
    """

    id: str
    name: str
    brand: str
    roles: frozenset[str] = frozenset()
    service: bool = False
    scopes: frozenset[str] = frozenset()
    answerable: frozenset[str] = frozenset()


@dataclass(frozen=True)
class GroupRule:
    """How many of a group sign, and who stands in after how long (hours of working time)."""

    signs: int = 1
    stand_in: tuple[str, ...] = ()
    after: str | None = None


@dataclass(frozen=True)
class Approvals:
    """`approvals.yml` as a value: who signs when."""

    profile: Literal["small", "company", "regulated", "agency"] = "company"
    always: tuple[str, ...] = ("marketing",)
    groups: Mapping[str, GroupRule] = field(default_factory=lambda: NOTHING)
    capacities: Literal["several", "distinct"] = "several"
    suggestion_costs_vote: bool = False
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    service_levels: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True)
class Brand:
    """A tenant as the law sees it, read in the transaction that decides.

    `members` are the *present* members by group; `people` everybody who belongs to the brand, id to
    display name; `accounts` the brand's own accounts; `epochs` the hold epoch of each scope (0 where
    it was never held).
    """

    slug: str
    name: str
    approvals: Approvals
    members: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)
    people: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    accounts: frozenset[str] = frozenset()
    epochs: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    timezone: str = "UTC"

    def groups_of(self, person: str) -> frozenset[str]:
        """The groups for which this person may sign now."""
        return frozenset(group for group, people in self.members.items() if person in people)


# --- a review ------------------------------------------------------------------------------------


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


@dataclass(frozen=True)
class Confirmation:
    """The person named in `on_behalf_of` confirmed, signed in, that this content is theirs (law 2)."""

    by: str
    content_sha256: str
    at: datetime


@dataclass(frozen=True)
class SignOff:
    """One person's yes, for one group, to one digest; `verdict` and `seen` are what was on the page.

    `act` is `approve`, `accept` (one `needs_approval` finding) or `read` (one `unchecked` finding,
    "read without it"); the latter two name the finding's key. `seen` holds the keys of every finding
    that was shown.
    """

    by: str
    group: str
    act: Literal["approve", "accept", "read"]
    content_sha256: str
    verdict: str
    seen: frozenset[str]
    at: datetime
    window: Window
    finding: str | None = None
    reason: str = ""


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
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    inherited: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)

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


def most_serious(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order in which a person should read them."""
    return sorted(findings, key=lambda f: (f.decision.rank, f.at.pointer, f.at.start, f.at.end, f.rule))
