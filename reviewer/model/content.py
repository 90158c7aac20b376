"""What will be public, and what is not public about it: variants, their digest, drafts."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import rfc8785

Kind = Literal["post", "reply", "comment", "quote", "repost", "edit", "removal"]
KINDS: tuple[Kind, ...] = ("post", "reply", "comment", "quote", "repost", "edit", "removal")
Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
NOTHING: Mapping[str, Any] = MappingProxyType({})


def digest(value: object) -> str:
    """Lower-case hex SHA-256 over the RFC 8785 bytes of `value`."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]  # Json, checked by rfc8785


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

    @cached_property
    def near_sha256(self) -> str:
        """The same for content that differs only in case, spaces, punctuation and links (law 6).

        Empty where no letter or digit is left: such content is only like itself.
        """
        words = " ".join([*(part.text for part in self.parts), self.first_comment or ""])
        plain = "".join(c for c in LINK.sub(" ", words).casefold() if c.isalnum())
        return digest(plain) if plain else ""

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
class Standing:
    """Terms of a text that is signed once and used often: where, by whom, how often, until when (law 15).

    `targets` are prefixes of what may be replied to, empty for any; `users` are person or service ids,
    empty for every contributor of the brand. `crisis` texts outlive a pause where comms signed them.
    """

    accounts: tuple[str, ...]
    until: datetime
    uses: int = 1
    users: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    crisis: bool = False

    @cached_property
    def sha256(self) -> str:
        """Sign-offs are given for terms too."""
        return digest(
            {
                "accounts": list(self.accounts),
                "until": self.until.isoformat(),
                "uses": self.uses,
                "users": list(self.users),
                "targets": list(self.targets),
                "crisis": self.crisis,
            }
        )


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
    standing: Standing | None = None

    @cached_property
    def by_digest(self) -> Mapping[str, Variant]:
        """Variants by `content_sha256`, in the draft's order."""
        return MappingProxyType({v.content_sha256: v for v in self.variants})

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(self.by_digest)
