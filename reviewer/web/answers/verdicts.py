"""What was found in a text, and the content that is hashed."""

from datetime import datetime
from typing import Any, Literal, Self

from reviewer.model import Decision, Kind, Variant, Verdict
from reviewer.web.answers.given import Given


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


def content_of(variant: Variant) -> ContentOut:
    """The hashed object of a variant."""
    return ContentOut.model_validate(variant.canonical())
