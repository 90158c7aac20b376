"""Files as Vale lints them: findings by line and column, for editors and for CI of content repositories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewer.model import Context, Decision, Part, Variant
from reviewer.policy import Policy, finding, sensitive
from reviewer.policy import read as read_variant
from reviewer.policy.proof import position
from reviewer.rules import Rule

SEVERITIES: Mapping[Decision, str] = {
    Decision.BLOCK: "error",
    Decision.NEEDS_APPROVAL: "error",
    Decision.UNCHECKED: "error",
    Decision.WARN: "warning",
    Decision.SUGGEST: "suggestion",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One finding in one file. `line` and `column` are 1-based, `end` is the last column, in code points."""

    path: str
    line: int
    column: int
    end: int
    rule: str
    severity: str
    message: str
    match: str
    link: str = ""
    replacement: str | None = None

    def __str__(self) -> str:
        """Vale's `--output=line`."""
        return f"{self.path}:{self.line}:{self.column}:{self.rule}:{self.message}"


def lint(words: str, path: str, policy: Policy, *, at: datetime | None = None) -> list[Alert]:
    """The findings of stable rules in one file, read as plain text, in the order of the text.

    Only what concerns words is asked: a file belongs to no channel and has no pictures. A rule that
    failed on the file is an error on its first line.
    """
    variant = Variant("post", "generic", "generic:file", (Part(words),))
    documents = read_variant(variant)
    fields = {document.pointer: document.text for document in documents}
    result = policy.engine.find(documents, Context(lists=policy.lists, at=at))
    secrets, alerts = sensitive(result.matches), []
    for match in result.matches:
        if match.rule.stance.status == "stable":
            line, column = position(words, match.hit.start)
            said = finding(match, fields, secrets)
            alerts.append(
                Alert(
                    path,
                    line,
                    column,
                    column + max(match.hit.end - match.hit.start, 1) - 1,
                    match.rule.name,
                    severity(match.rule),
                    said.message,
                    said.quote,
                    match.rule.link,
                    match.hit.replacement,
                )
            )
    alerts += [
        Alert(path, 1, 1, 1, failure.rule.name, "error", f"Not checked: {failure.why}.", "")
        for failure in result.failures
        if failure.rule.stance.status == "stable"
    ]
    return sorted(alerts, key=lambda alert: (alert.line, alert.column, alert.rule))


def severity(rule: Rule) -> str:
    """A third party's level, as its author meant it; of our rules what the decision says."""
    return SEVERITIES[rule.decision] if rule.ours else rule.level


def as_json(alerts: Iterable[Alert]) -> dict[str, list[dict[str, Any]]]:
    """Vale's `--output=JSON`: alerts by file."""
    by_path: dict[str, list[dict[str, Any]]] = {}
    for alert in alerts:
        by_path.setdefault(alert.path, []).append(
            {
                "Action": {
                    "Name": "replace" if alert.replacement is not None else "",
                    "Params": None if alert.replacement is None else [alert.replacement],
                },
                "Span": [alert.column, alert.end],
                "Check": alert.rule,
                "Description": "",
                "Link": alert.link,
                "Message": alert.message,
                "Severity": alert.severity,
                "Match": alert.match,
                "Line": alert.line,
            }
        )
    return by_path


def exit_status(alerts: Iterable[Alert]) -> int:
    """Vale's: 1 where an alert is an error, else 0."""
    return int(any(alert.severity == "error" for alert in alerts))
