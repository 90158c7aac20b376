"""One rule as a value, its stance (the `policy:` block) and its cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from types import ModuleType
from typing import Annotated, Literal, NamedTuple

import regex
from pydantic import BaseModel, BeforeValidator, Field, field_validator

from reviewer.checks._patterns import Entry, Words, one_or_many
from reviewer.model import Decision, Kind

Ours = Literal[Decision.BLOCK, Decision.NEEDS_APPROVAL, Decision.WARN, Decision.SUGGEST]
Status = Literal["shadow", "test", "stable", "off"]
Field_ = Literal["text", "alt", "first_comment", "link", "content_warning", "settings"]
Maskable = Literal["urls", "handles", "hashtags"]
MASKABLE: tuple[Maskable, ...] = ("urls", "handles", "hashtags")
Grain = Literal["text", "paragraph", "sentence"]

Place = tuple[str | int, ...]

_VERB = regex.compile(r"%(?:\[(\d+)\])?([%sdvq])")


class Stance(BaseModel, frozen=True, extra="forbid"):
    """What a finding of the rule means: the keys of `policy:`, which this module's package explains."""

    id: str = ""
    decision: Ours = Decision.SUGGEST
    owner: str = "marketing"
    reason: str = ""
    instead: str = ""
    area: Words = ()
    garm: Words = ()
    channels: Words = ()
    kinds: Annotated[tuple[Kind, ...], BeforeValidator(one_or_many)] = ()
    fields: Annotated[tuple[Field_, ...], BeforeValidator(one_or_many)] = ()
    reads: Annotated[tuple[Maskable, ...], BeforeValidator(one_or_many)] = ()
    view: Literal["typed", "light", "skeleton"] = "light"
    status: Status = "stable"
    expires: date | None = None
    support: float | None = Field(default=None, gt=0, lt=1)

    @field_validator("id", "owner")
    @classmethod
    def _one_word(cls, value: str) -> str:
        if not regex.fullmatch(r"[\w.:-]*", value):
            raise ValueError("one word of letters, digits, `-`, `.`, `:` and `_`")
        return value


class Card(BaseModel, frozen=True, extra="forbid"):
    """The link card of a case."""

    url: str = "https://example.org/"
    title: str = ""
    description: str = ""


class Case(BaseModel, frozen=True, extra="forbid"):
    """One example inside a rule. `want` holds `line:col:Rule:message` lines, empty for silence."""

    name: str
    input: str
    want: str | None = None
    contains: Words = ()
    absent: Words = ()
    fixed: str | None = None
    todo: bool = False
    channel: str = "generic"
    kind: Kind = "post"
    media: Words = ()
    first_comment: str | None = None
    link: Card | None = None
    content_warning: str | None = None
    lists: Annotated[dict[str, Words], Field(default_factory=dict)]

    @property
    def fires(self) -> bool:
        """Whether the case asks for a finding."""
        return bool((self.want or "").strip() or self.contains)

    @property
    def silent(self) -> bool:
        """Whether the case asks for silence."""
        return self.want is not None and not self.want.strip() and not self.contains


class Look(NamedTuple):
    """Which view of a field a rule looks at, and what is hidden from it."""

    view: str
    hidden: tuple[Maskable, ...]


@dataclass(frozen=True)
class Rule:
    """One rule file, with whatever overlays say about it applied.

    `sha256` covers what the rule finds and says, not its cases: a new case makes no other finding.
    `limit` is the largest number of findings per field, 0 for no limit. `grain` is None for scopes
    that posts don't have (headings, tables, comments of code).
    """

    name: str
    path: str
    check: str
    module: ModuleType = field(compare=False, repr=False)
    params: BaseModel
    message: str
    level: str
    stance: Stance
    scope: tuple[str, ...] = ("text",)
    grain: Grain | None = "text"
    limit: int = 0
    link: str = ""
    ours: bool = True
    tests: tuple[Case, ...] = ()
    lines: Mapping[Place, int] = field(default_factory=dict, compare=False, repr=False)
    sha256: str = ""

    @property
    def pack(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def decision(self) -> Decision:
        return Decision(self.stance.decision)

    @cached_property
    def entries(self) -> tuple[Entry, ...] | None:
        """What may be looked for before the rule is run; None where every text must be looked at."""
        entries: Sequence[Entry] | None = None
        if hasattr(self.module, "entries"):
            entries = self.module.entries(self.params)
        return None if entries is None else tuple(entries)

    @property
    def lists(self) -> frozenset[str]:
        """The lists of the brand that this rule reads."""
        named = (*getattr(self.params, "lists", ()), getattr(self.params, "list", None))
        return frozenset(name for name in (*named, *getattr(self.module, "LISTS", ())) if name)

    @cached_property
    def look(self) -> Look:
        """How the rule looks at a field."""
        return Look(self.stance.view, tuple(name for name in MASKABLE if name not in self.stance.reads))

    @cached_property
    def surveys(self) -> bool:
        """Whether the check looks at the whole variant at once."""
        return hasattr(self.module, "survey")

    @cached_property
    def reads_text(self) -> bool:
        """Whether the check reads nothing but characters, so that view, scope and masking are ours."""
        return hasattr(self.module, "find")

    @cached_property
    def supporters(self) -> tuple[str, ...]:
        """The trained heads that must bear a finding out, by their names; none for most rules."""
        return () if self.stance.support is None else tuple(f"policy/{area}" for area in self.stance.area)

    def supported(self, tone: Mapping[str, float]) -> bool:
        """Whether the heads bear out what the rule finds in a text of this tone.

        One that is at least as sure as `support` is enough. A head that says nothing (missing, or the
        text has no words) holds nothing back.
        """
        sure = [tone[head] for head in self.supporters if head in tone]
        return self.stance.support is None or not sure or max(sure) >= self.stance.support

    @cached_property
    def alone(self) -> "Rule":
        """The same rule without the support that it asks for."""
        if self.stance.support is None:
            return self
        return replace(self, stance=self.stance.model_copy(update={"support": None}))

    def live(self, at: datetime | None) -> bool:
        """Whether the rule has not expired at `at` (None: no clock, nothing expires)."""
        return self.stance.expires is None or at is None or at.date() < self.stance.expires

    def words(self, arguments: Sequence[str]) -> str:
        """The message on one line, its `%s` filled in as Go's Sprintf does: extra arguments are dropped."""
        taken = 0

        def fill(verb: "regex.Match[str]") -> str:
            nonlocal taken
            if verb[2] == "%":
                return "%"
            taken = int(verb[1]) if verb[1] else taken + 1
            return arguments[taken - 1] if 0 < taken <= len(arguments) else ""

        return " ".join(_VERB.sub(fill, self.message).splitlines())
