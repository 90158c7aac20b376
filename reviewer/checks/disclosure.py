"""Disclosure: something that must not stand alone, or stands in the wrong place.

A trigger is a hit unless what must go with it is there. Saying is told from talking about: a negated
trigger ("we never guarantee a return") and a quoted one do not count unless the rule asks for them.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Annotated, Literal

import regex
from pydantic import BeforeValidator, Field

from reviewer.checks._clauses import clause_before, negated, paragraph, quotations, sentence
from reviewer.checks._cues import spelled_out
from reviewer.checks._patterns import TIMEOUT, Entry, Exceptions, Words, scan, translated
from reviewer.model import Hit

Scope = Literal["sentence", "paragraph", "text"]


def _groups(value: object) -> object:
    """A list of patterns where a list of lists may stand is one group."""
    if isinstance(value, (list, tuple)) and not any(isinstance(group, (list, tuple)) for group in value):
        return [value] if value else []
    return value


Groups = Annotated[tuple[Words, ...], BeforeValidator(_groups)]


class Params(Exceptions, frozen=True, extra="forbid"):
    """What triggers, what must be beside it to count, and what silences it.

    `tokens` are Vale's: words or patterns, whole words unless `nonword`. `{name}` in any pattern
    stands for the cue of that name in `cues.yml`. Of each group of `needs` one pattern must occur in
    the trigger's own `within` (or no more than `near` words away from it); any pattern of `unless` in
    `unless_within` silences it, and so does a disclosure in `first`, if it starts in the first
    `first_characters` code points. `after` counts only triggers that start after that many code
    points, `hashtags` only those behind at least that many hashtags. `negated` and `quoted` say
    whether triggers under a negation or in quotation marks count. `once` reports the first hit only.
    """

    tokens: Words
    needs: Groups = ()
    within: Scope = "sentence"
    near: int | None = Field(default=None, ge=1)
    unless: Words = ()
    unless_within: Scope = "text"
    first: Words = ()
    first_characters: int = Field(default=90, ge=1)
    after: int = Field(default=0, ge=0)
    hashtags: int = Field(default=0, ge=0)
    negated: bool = False
    quoted: bool = False
    once: bool = False
    ignorecase: bool = False
    nonword: bool = False

    @cached_property
    def patterns(self) -> tuple[Entry, ...]:
        return tuple(Entry(spelled_out(token), self.ignorecase, not self.nonword) for token in self.tokens)

    @cached_property
    def groups(self) -> tuple["regex.Pattern[str]", ...]:
        return tuple(_any(group) for group in self.needs)

    @cached_property
    def silencers(self) -> "regex.Pattern[str] | None":
        return _any(self.unless) if self.unless else None

    @cached_property
    def early(self) -> "regex.Pattern[str] | None":
        return _any(self.first) if self.first else None


def entries(params: Params) -> tuple[Entry, ...]:
    return params.patterns


def find(text: str, params: Params, entries: Sequence[Entry]) -> Iterator[Hit]:
    """Every trigger that counts, in code points of `text`; the message gets what was matched."""
    told = params.early.search(text, timeout=TIMEOUT) if params.early else None
    if told and told.start() < params.first_characters:
        return
    if not _may_count(text, params):
        return
    quoted = [] if params.quoted else quotations(text)
    for found in scan(text, entries):
        start, end = found.start, found.end
        if any(left <= start and end <= right for left, right in quoted):
            continue
        if _counts(text, start, end, params):
            yield Hit(start, end, (text[start:end].strip(),))
            if params.once:
                return


def problems(params: Params) -> Iterator[str]:
    """What is wrong with a rule although each key is well formed."""
    for pattern in (*params.tokens, *params.unless, *params.first, *chain(*params.needs)):
        if not pattern:
            yield "has an empty entry, which would match everywhere"
            continue
        try:
            regex.compile(translated(spelled_out(pattern)))
        except KeyError as error:
            yield f"names the cue {error}, which is not in `cues.yml`"
        except regex.error as error:
            yield f"has a pattern that cannot be read, `{pattern}` ({error})"


def _may_count(text: str, params: Params) -> bool:
    """Whether anything in the text could count, asked once so that long texts stay cheap."""
    if params.silencers and params.unless_within == "text" and params.silencers.search(text, timeout=TIMEOUT):
        return False
    return all(group.search(text, timeout=TIMEOUT) for group in params.groups)


def _counts(text: str, start: int, end: int, params: Params) -> bool:
    """Whether the trigger at text[start:end] stands where and beside what the rule asks for."""
    quote = text[start:end].strip()
    if not quote or start < params.after or params.silenced(quote):
        return False
    if params.hashtags and _hashtags_before(text, start) < params.hashtags:
        return False
    if not params.negated and negated(clause_before(text, start)):
        return False
    if not all(_beside(group, text, start, end, params) for group in params.groups):
        return False
    if params.silencers is None or params.unless_within == "text":
        return True
    scope = _scope(text, start, end, params.unless_within)
    return params.silencers.search(text, *scope, timeout=TIMEOUT) is None


def _any(patterns: Sequence[str]) -> "regex.Pattern[str]":
    """One pattern for whole words of any case; a pattern may say otherwise with `(?-i:…)`."""
    joined = "|".join(translated(spelled_out(pattern)) for pattern in patterns)
    return regex.compile(rf"(?<!\w)(?:{joined})(?!\w)", regex.IGNORECASE | regex.MULTILINE)


def _scope(text: str, start: int, end: int, scope: Scope) -> tuple[int, int]:
    if scope == "text":
        return 0, len(text)
    return paragraph(text, start, end) if scope == "paragraph" else sentence(text, start, end)


def _beside(group: "regex.Pattern[str]", text: str, start: int, end: int, params: Params) -> bool:
    """Whether something of the group stands beside the trigger, not inside it."""
    left, right = _scope(text, start, end, params.within)
    for match in group.finditer(text, left, right, timeout=TIMEOUT):
        if match.start() >= end or match.end() <= start:
            between = text[match.end() : start] if match.end() <= start else text[end : match.start()]
            if params.near is None or len(between.split()) <= params.near:
                return True
    return False


def _hashtags_before(text: str, at: int) -> int:
    """How many hashtags stand directly before this place, in one unbroken run."""
    return len(regex.findall(r"#", run[0])) if (run := regex.search(r"(?:#\w+\s*)+$", text[:at])) else 0
