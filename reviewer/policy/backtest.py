"""What a change of rules would have done to earlier posts: counted before it is in force, kept nowhere."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from reviewer.engine import Match
from reviewer.model import Decision, Variant
from reviewer.policy import Policy, read, surroundings
from reviewer.rules import Rule
from reviewer.text import Document

EXAMPLES = 5
"""How many posts are shown for each rule that found something new, or no longer finds it."""

_AT_95 = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """A share with Wilson's 95 % interval; `of` is 0 where nothing was counted."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        share, square = self.hits / self.of, _AT_95**2
        middle = (share + square / (2 * self.of)) / (1 + square / self.of)
        half = (
            _AT_95 * sqrt(share * (1 - share) / self.of + square / (4 * self.of**2)) / (1 + square / self.of)
        )
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Example:
    """One post, by its place in the order given, and the words that the rule found or no longer finds."""

    post: int
    quote: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What one rule did before and does after, in posts; None as decision where there is no such rule."""

    rule: str
    before: Decision | None
    after: Decision | None
    volume_before: int
    volume_after: int
    new: int
    lost: int
    new_examples: tuple[Example, ...]
    lost_examples: tuple[Example, ...]
    precision: Share
    """From reviewers' verdicts on this rule's findings so far: right ones among all that were judged."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """A change over earlier posts. `above` counts posts with a finding that asks more than a tip."""

    posts: int
    above_before: int
    above_after: int
    changes: tuple[RuleChange, ...]


def backtest(
    posts: Iterable[Variant],
    before: Policy,
    after: Policy,
    *,
    feedback: Mapping[str, tuple[int, int]] | None = None,
    deadline: Callable[[], bool] | None = None,
) -> Backtest:
    """Run both policies over the posts; rules that are the same in both, and read the same lists, are not
    listed. After a post for which `deadline` is true it ends, and `posts` says how many were read.

    `feedback` holds for each rule how many of its findings reviewers called right, and how many false
    alarms. Rules in shadow or test count like stable ones in `changes`, which is what a backtest is
    for, but not in `above_before` and `above_after`.
    """
    tallies = {name: _Tally(name, before, after) for name in changed(before, after)}
    count = above_before = above_after = 0
    for number, post in enumerate(posts):
        count += 1
        documents = read(post)
        old, new = _found(post, documents, before), _found(post, documents, after)
        above_before += _asks(old)
        above_after += _asks(new)
        texts = {document.pointer: document.text for document in documents}
        for name, tally in tallies.items():
            tally.add(number, texts, _of(old, name), _of(new, name))
        if deadline is not None and deadline():
            break
    judged = feedback or {}
    changes = (tally.change(judged.get(name, (0, 0))) for name, tally in sorted(tallies.items()))
    return Backtest(count, above_before, above_after, tuple(changes))


def changed(before: Policy, after: Policy) -> frozenset[str]:
    """Names of the rules that are not the same, are not there on one side, or read a list that changed."""
    old = {name: rule.sha256 for name, rule in before.ruleset.by_name.items()}
    new = {name: rule.sha256 for name, rule in after.ruleset.by_name.items()}
    lists = {
        name
        for name in before.lists.keys() | after.lists.keys()
        if before.lists.get(name, ()) != after.lists.get(name, ())
    }
    reading = {rule.name for rule in (*before.ruleset.rules, *after.ruleset.rules) if rule.lists & lists}
    return frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)) | reading


def _found(post: Variant, documents: tuple[Document, ...], policy: Policy) -> tuple[Match, ...]:
    context = surroundings(post, policy.channels, lists=policy.lists)
    return policy.engine.find(documents, context).matches


def _asks(matches: Iterable[Match]) -> bool:
    return any(
        match.rule.stance.status == "stable" and match.rule.decision.rank < Decision.SUGGEST.rank
        for match in matches
    )


def _of(matches: Iterable[Match], name: str) -> frozenset[tuple[str, int, int]]:
    return frozenset((m.pointer, m.hit.start, m.hit.end) for m in matches if m.rule.name == name)


class _Tally:
    """The running counts of one rule."""

    def __init__(self, name: str, before: Policy, after: Policy) -> None:
        self.name = name
        self.rules: tuple[Rule | None, Rule | None] = (
            before.ruleset.by_name.get(name),
            after.ruleset.by_name.get(name),
        )
        self.volume = [0, 0]
        self.new: list[Example] = []
        self.lost: list[Example] = []

    def add(
        self,
        number: int,
        texts: Mapping[str, str],
        old: frozenset[tuple[str, int, int]],
        new: frozenset[tuple[str, int, int]],
    ) -> None:
        """Take one post: a post is new where the rule found nothing before, and lost the other way."""
        self.volume[0] += bool(old)
        self.volume[1] += bool(new)
        for found, other, examples in ((new, old, self.new), (old, new, self.lost)):
            if found and not other:
                pointer, start, end = min(found)
                examples.append(Example(number, texts.get(pointer, "")[start:end]))

    def change(self, judged: tuple[int, int]) -> RuleChange:
        """The counts as they are now."""
        was, is_now = (rule.decision if rule else None for rule in self.rules)
        right, wrong = judged
        return RuleChange(
            rule=self.name,
            before=was,
            after=is_now,
            volume_before=self.volume[0],
            volume_after=self.volume[1],
            new=len(self.new),
            lost=len(self.lost),
            new_examples=tuple(self.new[:EXAMPLES]),
            lost_examples=tuple(self.lost[:EXAMPLES]),
            precision=Share(right, right + wrong),
        )
