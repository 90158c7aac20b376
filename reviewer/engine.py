"""RuleSet -> matcher: which rules may hit, then exactly where. Whatever broke is named, never dropped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

import regex

from reviewer.checks._patterns import HIDDEN
from reviewer.model import Context, Hit
from reviewer.rules import Rule, RuleSet
from reviewer.rules.model import Grain
from reviewer.text import Document, View

BUDGET = 2.0
"""Seconds for one post. Rules that have not run by then are failures, not findings."""

_MASKS = {
    "urls": regex.compile(
        r"(?:https?://|www\.)\S+"
        r"|\b(?:[\w-]{1,63}\.){1,8}(?:com|org|net|io|co|eu|de|uk|app|dev|ly|me|gov|edu|info)\b(?:/\S*)?",
        regex.IGNORECASE,
    ),
    "handles": regex.compile(r"(?<![\w@])@\w[\w.-]*(?:@[\w.-]+)?(?<![.-])"),
    "hashtags": regex.compile(r"(?<![\w#&])#\w+"),
}
_WORD = regex.compile(r"\w")
_PARAGRAPH = regex.compile(r"\S(?:[^\n]|\n(?![^\S\n]*\n))*")


@dataclass(frozen=True, slots=True)
class Match:
    """One hit of one rule in one field; `hit` is in code points of that field as typed."""

    rule: Rule
    pointer: str
    hit: Hit


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that did not look at a field: it took too long or broke. Never silence (law 9)."""

    rule: Rule
    pointer: str
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, what broke, and how many rules looked."""

    matches: tuple[Match, ...]
    failures: tuple[Failure, ...]
    ran: int


class Engine:
    """The rules of one set, ready to run. Keeps no state between posts; threads may share it."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self._rules = tuple(rule for rule in ruleset.rules if rule.stance.status != "off")

    def find(
        self, documents: Sequence[Document], context: Context, *, rules: Iterable[Rule] | None = None
    ) -> Result:
        """Every hit of every rule that concerns this post, in the order of rules and places.

        Rules that are shadow or in test run too and are told apart by their stance. `rules` narrows
        the run to some rules of the set.
        """
        asked = [rule for rule in (self._rules if rules is None else rules) if concerns(rule, context)]
        readings = [Reading(document) for document in documents]
        deadline = monotonic() + BUDGET
        matches: list[Match] = []
        failures: list[Failure] = []
        for rule in asked:
            if hasattr(rule.module, "survey"):
                _run(rule, "", _survey(rule, documents, context), matches, failures, deadline)
                continue
            for reading in readings:
                if _reads(rule, reading.document.pointer):
                    hits = _hits(rule, reading, context)
                    _run(rule, reading.document.pointer, hits, matches, failures, deadline)
        return Result(tuple(matches), tuple(failures), len(asked))


def concerns(rule: Rule, context: Context) -> bool:
    """Whether a rule is about this channel, kind and moment."""
    stance = rule.stance
    return (
        (not stance.channels or context.channel in stance.channels)
        and (not stance.kinds or context.kind in stance.kinds)
        and rule.live(context.at)
    )


class Reading:
    """One field as rules look at it: views, hidden parts, pieces, each worked out once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._surfaces: dict[tuple[str, tuple[str, ...]], tuple[View, str]] = {}
        self._pieces: dict[tuple[str, Grain], tuple[tuple[int, int], ...]] = {}

    def surface(self, rule: Rule) -> tuple[View, str]:
        """The view that the rule looks at, and its text with what the rule does not read hidden."""
        hidden = tuple(name for name in _MASKS if name not in rule.stance.reads)
        key = (rule.stance.view, hidden)
        if key not in self._surfaces:
            view: View = getattr(self.document.views, rule.stance.view)
            self._surfaces[key] = view, masked(view.text, hidden)
        return self._surfaces[key]

    def pieces(self, rule: Rule) -> tuple[tuple[int, int], ...]:
        """The pieces of the rule's view in which it looks, as half-open ranges."""
        if rule.grain is None:
            return ()
        key = (rule.stance.view, rule.grain)
        if key not in self._pieces:
            self._pieces[key] = tuple(self._cut(self.surface(rule)[0], rule.grain))
        return self._pieces[key]

    def _cut(self, view: View, grain: Grain) -> Iterator[tuple[int, int]]:
        if grain == "paragraph":
            yield from (match.span() for match in _PARAGRAPH.finditer(view.text))
        elif grain == "sentence" and self.document.sentences:
            place = {start: number for number, start in reversed(list(enumerate(view.starts)))}
            starts = [place.get(span.start) for span in self.document.sentences]
            known = [start for start in starts if start is not None]
            yield from zip(known, [*known[1:], len(view.text)], strict=True)
        else:
            yield 0, len(view.text)


def masked(text: str, names: Iterable[str]) -> str:
    """The text with every letter and digit of these parts replaced, everything in its place."""
    for name in names:
        if name != "urls" and {"handles": "@", "hashtags": "#"}[name] not in text:
            continue
        if name == "urls" and "." not in text and "://" not in text:
            continue
        text = _MASKS[name].sub(lambda part: _WORD.sub(HIDDEN, part[0]), text)
    return text


def _reads(rule: Rule, pointer: str) -> bool:
    return not rule.stance.fields or kind_of(pointer) in rule.stance.fields


def kind_of(pointer: str) -> str:
    """The name of a field as rules say it: text, alt, first_comment, link, content_warning, settings."""
    if pointer.startswith("/parts/"):
        return "alt" if pointer.endswith("/alt") else "text"
    return pointer.split("/")[1]


def _hits(rule: Rule, reading: Reading, context: Context) -> Iterator[tuple[str, Hit]]:
    pointer = reading.document.pointer
    if not hasattr(rule.module, "find"):
        for hit in rule.module.check(reading.document, rule.params, context):
            yield pointer, hit
        return
    view, text = reading.surface(rule)
    seen: set[int] = set()
    for start, end in reading.pieces(rule):
        for hit in rule.module.find(text[start:end], rule.params, rule.entries):
            if start + hit.start not in seen:
                seen.add(start + hit.start)
                yield pointer, _placed(hit, view, start)


def _placed(hit: Hit, view: View, offset: int) -> Hit:
    """The hit in code points of the field as typed."""
    start, end = hit.start + offset, hit.end + offset
    if start == end:
        at = view.starts[start] if start < len(view.starts) else len(view.original.text)
        return Hit(at, at, hit.arguments, hit.replacement, hit.how, hit.drivers)
    span = view.origin(start, end)
    return Hit(span.start, span.end, hit.arguments, hit.replacement, hit.how, hit.drivers)


def _survey(rule: Rule, documents: Sequence[Document], context: Context) -> Iterator[tuple[str, Hit]]:
    yield from rule.module.survey(documents, rule.params, context)


def _run(
    rule: Rule,
    pointer: str,
    hits: Iterator[tuple[str, Hit]],
    matches: list[Match],
    failures: list[Failure],
    deadline: float,
) -> None:
    """Take a rule's hits, or note why it failed. A failed rule keeps what it had found."""
    taken: dict[str, int] = {}
    try:
        if monotonic() > deadline:
            raise TimeoutError
        for where, hit in hits:
            taken[where] = taken.get(where, 0) + 1
            if rule.limit and taken[where] > rule.limit:
                continue
            matches.append(Match(rule, where, hit))
            if monotonic() > deadline:
                raise TimeoutError
    except TimeoutError:
        failures.append(Failure(rule, pointer, "took too long on this text"))
    except Exception as error:  # a broken check must not take the others down, nor pass for silence
        failures.append(Failure(rule, pointer, f"broke on this text ({type(error).__name__})"))
