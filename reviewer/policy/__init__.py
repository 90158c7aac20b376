"""Documents and rules -> Verdict: findings, who must sign, what blocks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from reviewer import channels, language, text
from reviewer.channels import Channel
from reviewer.checks._masked import covered, masked
from reviewer.checks._patterns import Words, nothing_is_empty
from reviewer.engine import Engine, Failure, Match, Result
from reviewer.model import (
    NOTHING,
    Approvals,
    Context,
    Decision,
    Finding,
    GroupRule,
    Place,
    Span,
    Variant,
    Verdict,
    digest,
    most_serious,
)
from reviewer.rules import Rule, RuleSet, load, reading
from reviewer.rules.loading import APPROVALS, fingerprint, gathered
from reviewer.text import Document

ENGINE = f"engine 1, regex {version('regex')}"


@dataclass(frozen=True)
class Policy:
    """What is in force for a brand: rules ready to run, who signs, lists. One immutable value.

    `sha256` names it: a digest over rule files, approvals and lists. Beside it stand
    `ruleset.shadow_sha256` and, in each verdict, the versions of engine and models. Readers hold on to
    one Policy for one verdict, so that a new version never mixes with the one before.
    """

    engine: Engine
    approvals: Approvals
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    channels: Mapping[str, Channel] = field(default_factory=channels.load)
    files: Mapping[str, bytes] = field(default_factory=lambda: NOTHING, repr=False, compare=False)
    """What it was read from, for policies that lie over it."""

    @cached_property
    def files_sha256(self) -> str:
        """Names the rules that it was read from, whoever signs under them."""
        return fingerprint({name: data for name, data in self.files.items() if name != APPROVALS})

    @property
    def ruleset(self) -> RuleSet:
        return self.engine.ruleset

    @cached_property
    def sha256(self) -> str:
        approvals = self.approvals
        return digest(
            {
                "rules": self.ruleset.sha256,
                "approvals": {
                    "profile": approvals.profile,
                    "always": list(approvals.always),
                    "groups": {
                        name: [group.signs, list(group.stand_in), group.after]
                        for name, group in approvals.groups.items()
                    },
                    "capacities": approvals.capacities,
                    "suggestion_costs_vote": approvals.suggestion_costs_vote,
                    "accounts": {name: list(groups) for name, groups in approvals.accounts.items()},
                    "service_levels": dict(approvals.service_levels),
                    **({"reading": True} if approvals.reading else {}),
                },
                "lists": {name: list(words) for name, words in self.lists.items()},
            }
        )


# --- loading -------------------------------------------------------------------------------------


def folder() -> Path:
    """Where the built-in rules are: in the installed package, or at the top of a checkout."""
    here = Path(__file__).parent.parent
    installed = here / "builtin"
    return installed if installed.is_dir() else here.parent / "rules"


def load_base(path: Path | None = None) -> Policy:
    """The built-in policy, or that of another folder; RuleError where a file can't be trusted."""
    return load_files(gathered(path or folder()))


def load_files(
    files: Mapping[str, bytes],
    *,
    approvals: Approvals | None = None,
    lists: Mapping[str, tuple[str, ...]] = NOTHING,
) -> Policy:
    """A policy from files by name; `approvals.yml` among them says who signs unless told otherwise.

    A brand's own files lie over the base: `load_files({**base, **brand})`.
    """
    if approvals is None:
        written = files.get(APPROVALS)
        approvals = load_approvals(written, APPROVALS) if written is not None else Approvals()
    return Policy(Engine(load(files)), approvals, lists, files=dict(files))


Duration = Annotated[str, Field(pattern=r"^[0-9]{1,4}[mhd]$")]
"""A stretch of working time: `15m`, `4h`, `1d`."""


class _Group(BaseModel, frozen=True, extra="forbid"):
    signs: int = Field(default=1, ge=1)
    stand_in: Words = ()
    after: Duration | None = None


class _Approvals(BaseModel, frozen=True, extra="forbid"):
    profile: Literal["small", "company", "regulated", "agency"] = "company"
    always: Words = ("marketing",)
    groups: dict[str, _Group] = {}
    capacities: Literal["several", "distinct"] = "several"
    suggestion_costs_vote: bool = False
    accounts: Annotated[dict[str, Words], BeforeValidator(nothing_is_empty)] = {}
    service_levels: Annotated[dict[str, Duration], BeforeValidator(nothing_is_empty)] = {}
    reading: bool = False


def load_approvals(data: bytes, path: str = APPROVALS) -> Approvals:
    """`approvals.yml` as a value; raises RuleError with path and line."""
    item = reading.read(data, path)
    try:
        written = _Approvals.model_validate(item.mapping())
    except ValidationError as error:
        first = error.errors()[0]
        dotted = ".".join(map(str, first["loc"]))
        raise item.error(f"`{dotted}`: {first['msg']}.", first["loc"]) from error
    named = {
        "always": written.always,
        **{f"groups.{name}": group.stand_in for name, group in written.groups.items()},
        **{f"accounts.{name}": groups for name, groups in written.accounts.items()},
    }
    for where, groups in named.items():
        for group in groups:
            if group not in written.groups:
                place = tuple(where.split(".", 1))
                raise item.error(f"`{where}` names {group}, which is not one of `groups`.", place)
    if "marketing" not in written.always:
        raise item.error("Marketing always signs: `always` must name it.", ("always",))
    return Approvals(
        profile=written.profile,
        always=written.always,
        groups={n: GroupRule(g.signs, g.stand_in, g.after) for n, g in written.groups.items()},
        capacities=written.capacities,
        suggestion_costs_vote=written.suggestion_costs_vote,
        accounts=written.accounts,
        service_levels=written.service_levels,
        reading=written.reading,
    )


# --- judging -------------------------------------------------------------------------------------


def judge(
    variant: Variant,
    policy: Policy,
    *,
    at: datetime | None = None,
    lists: Mapping[str, tuple[str, ...]] | None = None,
) -> Verdict:
    """Everything that the policy says about one variant at one moment; the same input, the same verdict."""
    documents, result = _look(variant, policy, at, lists)
    fields = {document.pointer: document.text for document in documents}
    secrets = sensitive(result.matches)
    findings = [finding(match, fields, secrets) for match in result.matches if _stable(match.rule)]
    failed = [failure for failure in result.failures if _stable(failure.rule)]
    findings.extend(_unchecked(failure, fields) for failure in failed)
    words = [document for document in documents if document.pointer.endswith("/text")]
    return Verdict(
        content_sha256=variant.content_sha256,
        policy_sha256=policy.sha256,
        findings=tuple(most_serious(said_once({finding.key: finding for finding in findings}.values()))),
        requires=_requires(variant, findings, policy.approvals),
        ran=result.ran,
        failed=tuple(sorted({failure.rule.name for failure in failed})),
        reduced=_reduced(variant, policy, documents),
        sentiment=words[0].compound if len(words) == 1 else language.valence(variant.text),
        sentences=tuple(compound for document in words for compound in document.valence),
        tone=_tone(documents),
        engine=ENGINE,
        models=language.heads().sha256,
    )


def said_once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without tips that another one gives already: on the same words, about the same areas.

    What is more serious stays, then what brings words to use instead, then what points closer.
    """
    ordered = sorted(
        findings, key=lambda f: (f.decision.rank, f.replacement is None, f.at.end - f.at.start, f.rule)
    )
    kept: list[Finding] = []
    for one in ordered:
        if one.decision is not Decision.SUGGEST or not any(_says(other, one) for other in kept):
            kept.append(one)
    return kept


def _says(other: Finding, one: Finding) -> bool:
    overlap = (
        one.at.pointer == other.at.pointer and one.at.start < other.at.end and other.at.start < one.at.end
    )
    looked = other.decision is not Decision.UNCHECKED
    # a trained head names a whole pack's areas: a rule that says one of them says it better
    known = set(one.area) & set(other.area) if one.drivers else set(one.area) <= set(other.area)
    return looked and overlap and bool(one.area) and bool(known) and one.rule != other.rule


def shadow(variant: Variant, policy: Policy, *, at: datetime | None = None) -> tuple[Finding, ...]:
    """What the rules that disturb nobody yet (`shadow`, `test`) would have said."""
    documents, result = _look(variant, policy, at, None)
    fields = {document.pointer: document.text for document in documents}
    secrets = sensitive(result.matches)
    return tuple(
        most_serious(finding(match, fields, secrets) for match in result.matches if not _stable(match.rule))
    )


def _look(
    variant: Variant,
    policy: Policy,
    at: datetime | None,
    lists: Mapping[str, tuple[str, ...]] | None,
) -> tuple[tuple[Document, ...], Result]:
    documents = read(variant)
    context = surroundings(variant, policy.channels, lists={**policy.lists, **(lists or {})}, at=at)
    return documents, policy.engine.find(documents, context)


def read(variant: Variant) -> tuple[Document, ...]:
    """Every field of a variant, annotated."""
    return tuple(language.annotate(document) for document in text.read(variant))


def surroundings(
    variant: Variant,
    known: Mapping[str, Channel],
    *,
    lists: Mapping[str, tuple[str, ...]] = NOTHING,
    at: datetime | None = None,
) -> Context:
    """What checks may know of a variant besides its words."""
    return Context(
        kind=variant.kind,
        channel=variant.channel,
        media=tuple(media for part in variant.parts for media in part.media),
        links=(variant.link.url,) if variant.link else (),
        lists=lists,
        at=at,
        counts=channels.fit(variant, known.get(variant.channel, known["generic"])),
    )


def _stable(rule: Rule) -> bool:
    return rule.stance.status == "stable"


def sensitive(matches: Iterable[Match]) -> Mapping[str, tuple[Span, ...]]:
    """Where personal data and secrets stand, by pointer: no finding of any rule may quote them."""
    found: dict[str, list[Span]] = {}
    for match in matches:
        if getattr(match.rule.module, "SENSITIVE", False):
            found.setdefault(match.pointer, []).append(Span(match.hit.start, match.hit.end))
    return {pointer: tuple(spans) for pointer, spans in found.items()}


def finding(
    match: Match, fields: Mapping[str, str], secrets: Mapping[str, tuple[Span, ...]] = NOTHING
) -> Finding:
    """What a match says to people; `fields` are the texts by pointer, `secrets` as `sensitive` says."""
    rule, hit, stance = match.rule, match.hit, match.rule.stance
    text = fields[match.pointer]
    quote = text[hit.start : hit.end]
    own = getattr(rule.module, "SENSITIVE", False)
    spans = secrets.get(match.pointer, ())
    hidden = masked(quote) if own else covered(text, hit.start, hit.end, spans)
    hides = [(quote, hidden)] if hidden != quote else []
    hides += [(secret := text[span.start : span.end], masked(secret)) for span in spans]
    arguments = hit.arguments
    for typed, shown in hides:
        arguments = tuple(argument.replace(typed, shown) if typed else argument for argument in arguments)
    quote = hidden
    message = rule.words(arguments)
    return Finding(
        rule=rule.name,
        id=stance.id,
        rule_sha256=rule.sha256,
        decision=rule.decision,
        owner=stance.owner,
        at=Place(match.pointer, hit.start, hit.end),
        quote=quote,
        message=message,
        reason=stance.reason or message,
        instead=stance.instead,
        area=stance.area,
        how=hit.how,
        replacement=hit.replacement,
        drivers=hit.drivers,
    )


def _unchecked(failure: Failure, fields: Mapping[str, str]) -> Finding:
    rule = failure.rule
    pointer = failure.pointer or next(iter(fields), "/parts/0/text")
    return Finding(
        rule=rule.name,
        id=rule.stance.id,
        rule_sha256=rule.sha256,
        decision=Decision.UNCHECKED,
        owner=rule.stance.owner,
        at=Place(pointer, 0, len(fields.get(pointer, ""))),
        quote="",
        message=f"{rule.name} {failure.why}.",
        reason="What was not checked is not known to be fine: people read it without the check.",
        area=rule.stance.area,
        would=rule.decision,
    )


def _requires(variant: Variant, findings: list[Finding], approvals: Approvals) -> tuple[str, ...]:
    """Groups that must sign: always, then of the account, then owners of what they must agree to."""
    owners = {
        finding.owner
        for finding in findings
        if finding.decision in (Decision.NEEDS_APPROVAL, Decision.UNCHECKED)
    }
    return tuple(
        dict.fromkeys([*approvals.always, *approvals.accounts.get(variant.account, ()), *sorted(owners)])
    )


def _reduced(variant: Variant, policy: Policy, documents: tuple[Document, ...]) -> tuple[str, ...]:
    """What was known to be missing before the check began."""
    lacking = list(language.reduced(documents))
    if policy.ruleset.refused:
        names = ", ".join(sorted({error.path for error in policy.ruleset.refused}))
        lacking.append(f"Rules that ask for what is not supported here were left out: {names}.")
    if variant.channel not in policy.channels:
        lacking.insert(
            0, f"The channel {variant.channel} is not known: checked as generic, without its limits."
        )
    return tuple(lacking)


def _tone(documents: tuple[Document, ...]) -> dict[str, float]:
    """The highest probability of each head over all fields."""
    tone: dict[str, float] = {}
    for document in documents:
        for head, probability in document.tone.items():
            tone[head] = max(probability, tone.get(head, 0.0))
    return tone
