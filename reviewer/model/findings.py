"""What checks see and say: spans, hits, findings, verdicts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Literal

from reviewer.model.content import NOTHING, Kind, Media, digest


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


def most_serious(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order in which a person should read them."""
    return sorted(findings, key=lambda f: (f.decision.rank, f.at.pointer, f.at.start, f.at.end, f.rule))
