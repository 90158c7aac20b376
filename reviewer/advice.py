"""Verdict -> words for the author: what, why, and what to write instead; the three that matter first."""

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.model import Decision, Finding, Variant, Verdict, most_serious

FIRST = 3
"""Findings shown at once; people stop reading after a few."""

LABELS: Mapping[Decision, str] = {
    Decision.BLOCK: "Can't go out",
    Decision.NEEDS_APPROVAL: "{owner} must agree",
    Decision.UNCHECKED: "Not checked",
    Decision.WARN: "Should fix",
    Decision.SUGGEST: "Tip",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One finding in words. `where` is empty for the post's own text."""

    finding: Finding
    label: str
    where: str
    what: str
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What an author reads. `first` holds at most three notes; `rewrites` full texts by pointer.

    A rewrite is a field with the replacements that rules offer put in; it is not there where no rule
    offers any.
    """

    headline: str
    first: tuple[Note, ...]
    rest: tuple[Note, ...]
    rewrites: Mapping[str, str]

    @property
    def notes(self) -> tuple[Note, ...]:
        return self.first + self.rest


def explain(verdict: Verdict, variant: Variant) -> Advice:
    """The verdict in plain words, most serious first."""
    notes = tuple(_note(finding, variant) for finding in most_serious(verdict.findings))
    return Advice(headline(verdict), notes[:FIRST], notes[FIRST:], _rewrites(verdict, variant))


def headline(verdict: Verdict) -> str:
    """ "3 findings", "Nothing found in 41 checks"; never "Clear", which no check can promise."""
    count = len(verdict.findings)
    if count:
        return "1 finding" if count == 1 else f"{count} findings"
    checks = "1 check" if verdict.ran == 1 else f"{verdict.ran} checks"
    return f"Nothing found in {checks}"


def label(finding: Finding) -> str:
    """The decision as the page says it."""
    return LABELS[finding.decision].format(owner=finding.owner.capitalize())


def _note(finding: Finding, variant: Variant) -> Note:
    instead = finding.instead
    if not instead and finding.replacement:
        instead = f"Write “{finding.replacement}”."
    why = "" if finding.reason == finding.message else finding.reason
    return Note(finding, label(finding), _where(finding.at.pointer, variant), finding.message, why, instead)


def _where(pointer: str, variant: Variant) -> str:
    steps = pointer.split("/")[1:]
    match steps:
        case ["parts", _, "text"] if len(variant.parts) == 1:
            return ""
        case ["parts", number, "text"]:
            return f"part {int(number) + 1}"
        case ["parts", number, "media", place, "alt"]:
            of = "" if len(variant.parts) == 1 else f" in part {int(number) + 1}"
            return f"alternative text of picture {int(place) + 1}{of}"
        case ["first_comment"]:
            return "first comment"
        case ["link", name]:
            return f"{name} of the link"
        case ["content_warning"]:
            return "content warning"
        case ["settings", name, *_]:
            return name
        case _:
            return pointer


def _rewrites(verdict: Verdict, variant: Variant) -> dict[str, str]:
    """Each field with every offered replacement put in; of those that overlap the first."""
    offered: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        if finding.replacement is not None:
            offered.setdefault(finding.at.pointer, []).append(finding)
    rewrites = {}
    for pointer, findings in offered.items():
        words = _field(pointer, variant)
        if words is None:
            continue
        pieces, done = [], 0
        for finding in sorted(findings, key=lambda f: (f.at.start, f.at.end)):
            if finding.at.start >= done:
                pieces += [words[done : finding.at.start], finding.replacement or ""]
                done = finding.at.end
        rewrites[pointer] = "".join([*pieces, words[done:]])
    return rewrites


def _field(pointer: str, variant: Variant) -> str | None:
    value: object = variant.canonical()
    for step in pointer.split("/")[1:]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list | tuple) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value if isinstance(value, str) else None
