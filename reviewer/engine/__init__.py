"""RuleSet -> matcher: which rules may hit, then exactly where. Whatever broke is named, never dropped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic, thread_time
from typing import NamedTuple

from reviewer.checks._patterns import Entry
from reviewer.engine.prefilter import Prefilter
from reviewer.engine.reading import Reading, kind_of
from reviewer.model import Context, Hit
from reviewer.rules import Rule, RuleSet
from reviewer.text import Document, View

__all__ = ["BUDGET", "Engine", "Failure", "Match", "Result", "concerns", "kind_of"]

BUDGET = 2.0
"""Seconds of computing for one post. Rules that have not run by then are failures, not findings."""

_REMEMBERED = 256


class Match(NamedTuple):
    """One hit of one rule in one field; `hit` is in code points of that field as typed."""

    rule: Rule
    pointer: str
    hit: Hit


class Failure(NamedTuple):
    """A rule that did not look at a field: it took too long or broke. Never silence (law 9)."""

    rule: Rule
    pointer: str
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, what broke, and how many rules looked (those that disturb nobody not counted)."""

    matches: tuple[Match, ...]
    failures: tuple[Failure, ...]
    ran: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rules that concern one kind of post, by number, and those that no text can leave out."""

    numbers: frozenset[int]
    always: tuple[int, ...]
    surveys: tuple[int, ...]
    stable: int


class Engine:
    """The rules of one set, ready to run. Keeps nothing of a post; threads may share it."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        # rules that disturb nobody come last, so that the time they take is nobody's either
        self._rules = tuple(
            sorted(
                (rule for rule in ruleset.rules if rule.stance.status != "off"),
                key=lambda rule: rule.stance.status != "stable",
            )
        )
        self._looks = tuple({rule.look: None for rule in self._rules})
        places = [
            (number, place, entry)
            for number, rule in enumerate(self._rules)
            for place, entry in enumerate(rule.entries or ())
        ]
        self._owners = [number for number, _, _ in places]
        self._places = [place for _, place, _ in places]
        self._prefilter = Prefilter(
            [entry for _, _, entry in places],
            {number for number, owner in enumerate(self._owners) if self._rules[owner].grain != "text"},
        )
        self._asked: dict[object, _Asked] = {}

    def find(
        self, documents: Sequence[Document], context: Context, *, rules: Iterable[Rule] | None = None
    ) -> Result:
        """Every hit of every rule that concerns this post.

        Rules that are shadow or in test run too and are told apart by their stance. `rules` narrows
        the run to some rules, each of which is then run whole, without asking first where it may hit.
        """
        run = _Run(context)
        if rules is not None:
            asked = [rule for rule in rules if concerns(rule, context)]
            for rule in asked:
                if rule.surveys:
                    run.survey(rule, documents)
            for reading in map(Reading, documents):
                for rule in asked:
                    run.read(rule, reading, rule.entries)
            return run.result(len(asked))
        concerned = self._concerned(context)
        for number in concerned.surveys:
            run.survey(self._rules[number], documents)
        for reading in map(Reading, documents):
            self._read(reading, concerned, run)
        return run.result(concerned.stable)

    def hits(
        self, rule: Rule, entries: Sequence[Entry], documents: Sequence[Document], context: Context
    ) -> Result:
        """What one rule finds with some of its entries only: for proofs and counts by entry."""
        run = _Run(context)
        for reading in map(Reading, documents):
            run.read(rule, reading, entries)
        return run.result(1)

    def _read(self, reading: Reading, asked: _Asked, run: "_Run") -> None:
        texts = {reading.surface(look)[1] for look in self._looks}
        wanted: dict[int, list[int] | None] = dict.fromkeys(asked.always)
        for candidate in self._prefilter.candidates(texts):
            owner = self._owners[candidate]
            if owner in asked.numbers:
                places = wanted.setdefault(owner, [])
                if places is not None:
                    places.append(self._places[candidate])
        for number in sorted(wanted):
            rule, places = self._rules[number], wanted[number]
            if places is None or rule.entries is None:
                run.read(rule, reading, rule.entries)
            else:
                run.read(rule, reading, [rule.entries[place] for place in sorted(places)])

    def _concerned(self, context: Context) -> _Asked:
        """Worked out once for each kind of post; days count because rules expire."""
        key = (context.channel, context.kind, context.at and context.at.date())
        known = self._asked.get(key)
        if known is None:
            numbers = [n for n, rule in enumerate(self._rules) if concerns(rule, context)]
            known = _Asked(
                frozenset(numbers),
                tuple(n for n in numbers if self._rules[n].entries is None and not self._rules[n].surveys),
                tuple(n for n in numbers if self._rules[n].surveys),
                sum(self._rules[n].stance.status == "stable" for n in numbers),
            )
            if len(self._asked) >= _REMEMBERED:
                self._asked.clear()
            self._asked[key] = known
        return known


def concerns(rule: Rule, context: Context) -> bool:
    """Whether a rule is about this channel, kind and moment."""
    stance = rule.stance
    return (
        (not stance.channels or context.channel in stance.channels)
        and (not stance.kinds or context.kind in stance.kinds)
        and rule.live(context.at)
    )


class _Run:
    """One post being read: what was found and what failed so far, and until when."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.deadline = monotonic() + BUDGET, thread_time() + BUDGET
        self.matches: list[Match] = []
        self.failures: list[Failure] = []

    def result(self, ran: int) -> Result:
        return Result(tuple(self.matches), tuple(self.failures), ran)

    def survey(self, rule: Rule, documents: Sequence[Document]) -> None:
        """Let a rule look at the whole variant."""
        self._take(rule, "", _surveyed(rule, documents, self.context))

    def read(self, rule: Rule, reading: Reading, entries: Sequence[Entry] | None) -> None:
        """Let a rule look at one field, for these of its entries."""
        pointer = reading.document.pointer
        fields = rule.stance.fields
        if rule.surveys or (fields and kind_of(pointer) not in fields):
            return
        if not rule.supported(reading.document.tone):
            return
        if rule.reads_text:
            self._take(rule, pointer, _text_hits(rule, reading, pointer, entries or ()))
        else:
            self._take(rule, pointer, _checked(rule, reading.document, self.context))

    def _take(self, rule: Rule, pointer: str, hits: Iterator[tuple[str, Hit]]) -> None:
        """Take a rule's hits, or note why it failed. A failed rule keeps what it had found."""
        taken, matches, deadline = 0, self.matches, self.deadline[0]
        try:
            if monotonic() > deadline:
                self._hurry()
            for where, hit in hits:
                taken += 1
                if not rule.limit or taken <= rule.limit:
                    matches.append(Match(rule, where, hit))
                if monotonic() > deadline:
                    self._hurry()
        except TimeoutError:
            self.failures.append(Failure(rule, pointer, "took too long on this text"))
        except Exception as error:  # a broken check must not take the others down, nor pass for silence
            self.failures.append(Failure(rule, pointer, f"broke on this text ({type(error).__name__})"))

    def _hurry(self) -> None:
        """The clock on the wall says that it is late: TimeoutError if this thread was busy all the while."""
        if thread_time() > self.deadline[1]:
            raise TimeoutError


def _surveyed(rule: Rule, documents: Sequence[Document], context: Context) -> Iterator[tuple[str, Hit]]:
    yield from rule.module.survey(documents, rule.params, context)


def _checked(rule: Rule, document: Document, context: Context) -> Iterator[tuple[str, Hit]]:
    for hit in rule.module.check(document, rule.params, context):
        yield document.pointer, hit


def _text_hits(
    rule: Rule, reading: Reading, pointer: str, entries: Sequence[Entry]
) -> Iterator[tuple[str, Hit]]:
    """The hits of a rule that reads nothing but characters, in code points of the field as typed."""
    seen: set[int] = set()  # Vale's: one alert per place and rule
    for start, text in reading.pieces(rule.look, rule.grain):
        for hit in rule.module.find(text, rule.params, entries):
            if start + hit.start not in seen:
                seen.add(start + hit.start)
                yield pointer, _placed(hit, reading.surface(rule.look)[0], start)


def _placed(hit: Hit, view: View, offset: int) -> Hit:
    """The hit in code points of the field as typed."""
    start, end = hit.start + offset, hit.end + offset
    if start == end:
        at = view.starts[start] if start < len(view.starts) else len(view.original.text)
        return Hit(at, at, hit.arguments, hit.replacement, hit.how, hit.drivers)
    typed = view.original.text
    first, last = (start, end) if isinstance(view.starts, range) else view.range(start, end)
    if not (_plain_border(typed, first) and _plain_border(typed, last)):
        span = view.origin(start, end)
        first, last = span.start, span.end
    if first == hit.start and last == hit.end:
        return hit
    return Hit(first, last, hit.arguments, hit.replacement, hit.how, hit.drivers)


def _plain_border(text: str, at: int) -> bool:
    """Whether the characters on both sides are ASCII, between which a grapheme always ends."""
    return text[max(at - 1, 0) : at + 1].isascii() and text[at - 1 : at + 1] != "\r\n"
