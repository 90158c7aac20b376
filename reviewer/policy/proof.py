"""The proof inside the rules: their cases, which entries these reach, and what deleting one would change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewer import channels
from reviewer.checks._patterns import Entry
from reviewer.engine import Engine, Result
from reviewer.model import Decision, Link, Media, Part, Variant
from reviewer.policy import finding, read, surroundings
from reviewer.rules import Case, Rule, RuleSet


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case of one rule: what came out as `line:col:Rule:message` lines, and what is wrong with it."""

    rule: str
    path: str
    line: int
    case: str
    got: tuple[str, ...]
    problems: tuple[str, ...]
    todo: bool = False

    @property
    def passed(self) -> bool:
        """A `todo` case passes while it fails: once it works, the mark must go."""
        return bool(self.problems) == self.todo


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many cases of its rule one entry (a token, a swap key) fires in."""

    rule: str
    path: str
    entry: str
    cases: int


@dataclass(frozen=True, slots=True)
class Survivor:
    """An entry that can be deleted without any case noticing."""

    rule: str
    path: str
    entry: str


def run_tests(ruleset: RuleSet) -> list[CaseResult]:
    """Run every case of every rule, each against its own rule only."""
    engine = Engine(ruleset)
    return [
        run_case(engine, rule, case, rule.lines.get(("tests", number), 1))
        for rule in ruleset.rules
        for number, case in enumerate(rule.tests)
    ]


def run_case(engine: Engine, rule: Rule, case: Case, line: int = 1) -> CaseResult:
    """Run one case: exact lines for `want`, pieces for `contains` and `absent`, silence for `fixed`."""
    got, problems = _judged(case, lambda words: _lines(engine, rule, case, words))
    return CaseResult(rule.name, rule.path, line, case.name, got, problems, case.todo)


def coverage(ruleset: RuleSet) -> list[Coverage]:
    """For each entry of each rule with entries, in how many of the rule's cases it fires by itself."""
    engine = Engine(ruleset)
    return [
        Coverage(
            rule.name,
            rule.path,
            entry.source,
            sum(bool(_found(engine, rule, case, case.input, (entry,)).matches) for case in rule.tests),
        )
        for rule in ruleset.rules
        for entry in rule.entries or ()
    ]


def mutate(ruleset: RuleSet, *, every: bool = False) -> list[Survivor]:
    """Delete one entry after the other and run the rule's cases: which deletions does no case notice?

    Looks at the rules that block, or at all of them with `every`.
    """
    engine = Engine(ruleset)
    return [
        survivor
        for rule in ruleset.rules
        if every or rule.decision is Decision.BLOCK
        for survivor in _survivors(engine, rule)
    ]


def _survivors(engine: Engine, rule: Rule) -> Iterator[Survivor]:
    entries = rule.entries or ()
    cases = [case for case in rule.tests if not case.todo]
    for place, entry in enumerate(entries):
        left = entries[:place] + entries[place + 1 :]
        if not any(_notices(engine, rule, case, left) for case in cases):
            yield Survivor(rule.name, rule.path, entry.source)


def _notices(engine: Engine, rule: Rule, case: Case, left: tuple[Entry, ...]) -> bool:
    """Whether a case fails when only these entries are left."""
    return bool(_judged(case, lambda words: _lines(engine, rule, case, words, left))[1])


def _judged(case: Case, lines: Callable[[str], list[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    got = lines(case.input)
    problems = []
    if case.want is not None:
        wanted = [one.rstrip() for one in case.want.splitlines() if one.strip()]
        said = [one.rstrip() for one in got]
        problems += [f"missing: {one}" for one in wanted if one not in said]
        problems += [f"not wanted: {one}" for one in said if one not in wanted]
    joined = "\n".join(got)
    problems += [f"nothing contains: {piece}" for piece in case.contains if piece not in joined]
    problems += [f"must be absent: {piece}" for piece in case.absent if piece in joined]
    if case.fixed is not None:
        problems += [f"`fixed` is not silent: {one}" for one in lines(case.fixed)]
    return tuple(got), tuple(problems)


def _lines(
    engine: Engine, rule: Rule, case: Case, words: str, entries: tuple[Entry, ...] | None = None
) -> list[str]:
    """The findings of one text as Vale writes them in `want`, in the order of the text."""
    variant = _variant(case, words)
    result = _found(engine, rule, case, words, entries)
    fields = {document.pointer: document.text for document in read(variant)}
    lines = sorted(
        (*position(fields[match.pointer], match.hit.start), finding(match, fields).message)
        for match in result.matches
    )
    found = [f"{line}:{column}:{rule.name}:{message}" for line, column, message in lines]
    return found + [f"1:1:{rule.name}:not checked: {failure.why}" for failure in result.failures]


def _found(engine: Engine, rule: Rule, case: Case, words: str, entries: tuple[Entry, ...] | None) -> Result:
    variant = _variant(case, words)
    documents = read(variant)
    context = surroundings(variant, channels.load(), lists=case.lists)
    rule = rule.alone  # a case proves what the rule sees, whatever weights are installed
    if entries is None:
        return engine.find(documents, context, rules=[rule])
    return engine.hits(rule, entries, documents, context)


def _variant(case: Case, words: str) -> Variant:
    return Variant(
        kind=case.kind,
        channel=case.channel,
        account=f"{case.channel}:case",
        parts=(Part(words, media=tuple(Media("0" * 64, alt) for alt in case.media)),),
        first_comment=case.first_comment,
        link=Link(case.link.url, case.link.title, case.link.description) if case.link else None,
        content_warning=case.content_warning,
    )


def position(words: str, offset: int) -> tuple[int, int]:
    """The 1-based line and column of an offset, in code points."""
    return words.count("\n", 0, offset) + 1, offset - words.rfind("\n", 0, offset)
