"""What a change would do to waiting and approved posts, shown before the switch (law 10).

Every open draft is read under what is in force and under what is proposed, by the same law that decides
about permits. What comes out the same is left alone.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from reviewer import workflow
from reviewer.errors import Invalid, Problem, RuleError
from reviewer.integrations.changes import ListsChange, RulesChange
from reviewer.integrations.reading import Strict
from reviewer.model import Approvals, Decision, GroupRule, Json, Part, Review, State, Variant, digest
from reviewer.policy import Policy, judge
from reviewer.policy.backtest import Example, backtest, changed
from reviewer.policy.lists import LISTS, contradictions, everyday, volume
from reviewer.service.checking import Checking
from reviewer.service.outcomes import InForce, Outcome
from reviewer.store import Tx
from reviewer.workflow import Case

OPEN = (State.IN_REVIEW, State.APPROVED, State.RELEASED, State.CHANGES_REQUESTED, State.EXPIRED)
"""States of a variant that somebody handed in and that is not public yet."""
MOST_OPEN = 10_000
EARLIER_POSTS = 500
"""The newest posts of the brand over which a change of rules or lists is tried."""
SECONDS = 10.0
"""How long that may take; where it ends earlier, the effect says how many posts were read."""
EXAMPLES_SHOWN = 3
WARNINGS_SHOWN = 50


@dataclass(frozen=True)
class Affected:
    """One waiting or approved post that a change touches: states before and after, and what is new."""

    draft: str
    brand: str
    excerpt: str
    before: str
    after: str
    news: tuple[str, ...]
    eased: bool


@dataclass(frozen=True)
class RuleEffect:
    """What one rule finds in earlier posts, before and after, in posts; examples are words it found."""

    rule: str
    before: int
    after: int
    new: int
    lost: int
    examples: tuple[str, ...]
    precision: float | None


@dataclass(frozen=True)
class Effect:
    """What a change does. `eases` are the contributors of posts that it would let through sooner.

    `earlier` is how many earlier posts `rules` were tried on; 0 for changes that find nothing.
    """

    waiting: int = 0
    approved: int = 0
    affected: tuple[Affected, ...] = ()
    eases: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()
    earlier: int = 0
    asking_before: int = 0
    asking_after: int = 0
    rules: tuple[RuleEffect, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Plain JSON values."""
        value: dict[str, Any] = asdict(self)
        return {**value, "eases": sorted(self.eases)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Effect":
        """The effect that `to_json` was asked of; an empty one for an empty value."""
        if not value:
            return cls()
        parts: dict[str, Any] = {
            "eases": frozenset(value["eases"]),
            "warnings": tuple(value["warnings"]),
            "affected": tuple(Affected(**{**a, "news": tuple(a["news"])}) for a in value["affected"]),
            "rules": tuple(RuleEffect(**{**r, "examples": tuple(r["examples"])}) for r in value["rules"]),
        }
        return cls(**{**value, **parts})

    def sha256(self, proposal_id: str, change: Mapping[str, Json]) -> str:
        """Names what whoever agrees has seen: the change, and what it does to each waiting post."""
        touched = [[a.draft, a.before, a.after, list(a.news)] for a in self.affected]
        return digest([proposal_id, dict(change), touched, sorted(self.eases)])


class Effects:
    """Works out effects in reading transactions."""

    def __init__(self, checking: Checking) -> None:
        self._checking = checking

    def on_open_posts(self, tx: Tx, outcomes: Iterable[Outcome], now: datetime) -> Effect:
        """What the outcomes do to posts that wait or are approved, in every brand that they reach."""
        waiting = approved = 0
        affected: list[Affected] = []
        eases: set[str] = set()
        for outcome in outcomes:
            slug = outcome.before.brand.slug
            old, new = self._policy(tx, outcome.before), self._policy(tx, outcome.after)
            for review in tx.reviews(slug, states=OPEN, limit=MOST_OPEN):
                before = self._case(tx, review, outcome.before, old, now)
                states = {workflow.state(before, d) for d in review.draft.digests}
                if not states & set(OPEN):
                    continue
                waiting += State.APPROVED not in states and State.RELEASED not in states
                approved += bool(states & {State.APPROVED, State.RELEASED})
                one = _compared(before, self._case(tx, review, outcome.after, new, now))
                if one is not None:
                    affected.append(one)
                    eases |= workflow.everybody_who_wrote(review) if one.eased else set()
        return Effect(waiting, approved, tuple(affected), frozenset(eases))

    def on_earlier_posts(self, tx: Tx, outcome: Outcome, change: Strict) -> Effect:
        """The backtest of a change of rules or lists over the brand's own posts, and what is odd about it."""
        slug = outcome.before.brand.slug
        old, new = self._policy(tx, outcome.before), self._policy(tx, outcome.after)
        posts = _posts(tx.reviews(slug, limit=EARLIER_POSTS))
        end = time.monotonic() + SECONDS
        told = backtest(posts, old, new, feedback=tx.feedback(slug), deadline=lambda: time.monotonic() > end)
        rules = tuple(
            RuleEffect(
                one.rule,
                one.volume_before,
                one.volume_after,
                one.new,
                one.lost,
                _quotes((*one.new_examples, *one.lost_examples)),
                one.precision.value,
            )
            for one in told.changes
            if one.before is None
            or one.after is None
            or one.new
            or one.lost
            or isinstance(change, RulesChange)
        )
        warnings = (
            _odd_entries(change, new, [post.text for post in posts])
            if isinstance(change, ListsChange)
            else _clashes(old, new)
        )
        return Effect(
            warnings=tuple(warnings[:WARNINGS_SHOWN]),
            earlier=told.posts,
            asking_before=told.above_before,
            asking_after=told.above_after,
            rules=rules,
        )

    def concerned(self, tx: Tx, outcome: Outcome) -> frozenset[str]:
        """The groups that own the rules that change, or that read a list that changes."""
        old, new = self._policy(tx, outcome.before), self._policy(tx, outcome.after)
        names = changed(old, new)
        rules = [*old.ruleset.rules, *new.ruleset.rules]
        return frozenset(rule.stance.owner for rule in rules if rule.name in names)

    def _policy(self, tx: Tx, of: InForce) -> Policy:
        try:
            return self._checking.compiled(tx, of.version, of.house)
        except RuleError as error:
            raise Invalid(
                "These rules can't be trusted, so nothing was changed: mend them.",
                [Problem("/change", str(error), "rule")],
            ) from error

    def _case(self, tx: Tx, review: Review, of: InForce, policy: Policy, now: datetime) -> Case:
        return self._checking.case(tx, review, of.brand, now, wait=True, policy=policy)


def _compared(before: Case, after: Case) -> Affected | None:
    """What differs for a draft, None where nothing does; its sign-offs then stand as they are."""
    news: list[str] = []
    eased = False
    for one in before.review.draft.digests:
        wanted, wants = workflow.wanting(before, one), workflow.wanting(after, one)
        stuck, sticks = workflow.unmeetable(before, one), workflow.unmeetable(after, one)
        found = {f.key: f for f in before.verdicts[one].findings}
        finds = {f.key: f for f in after.verdicts[one].findings}
        news += [w for w in wants if w not in wanted]
        news += [f"No longer: {w}" for w in wanted if w not in wants]
        news += [f"Found: {f.quote or f.rule} ({f.rule})" for k, f in finds.items() if k not in found]
        news += [
            f"No longer found: {f.quote or f.rule} ({f.rule})" for k, f in found.items() if k not in finds
        ]
        news += [s for s in sticks if s not in stuck]
        eased |= _eased(before, after, one)
    old, new = workflow.draft_state(before), workflow.draft_state(after)
    if not news and old == new and not eased:
        return None
    review = before.review
    excerpt = " ".join(review.draft.variants[0].text.split())[:160]
    return Affected(review.id, before.brand.slug, excerpt, old, new, tuple(dict.fromkeys(news)), eased)


def _eased(before: Case, after: Case, one: str) -> bool:
    """Would this variant go out sooner: with fewer or other people, or with less found in it."""
    was, now = before.brand.approvals, after.brand.approvals
    groups = workflow.required_groups(before, one)
    lost = {f.key for f in before.verdicts[one].findings if f.decision is not Decision.SUGGEST} - {
        f.key for f in after.verdicts[one].findings
    }
    stand_ins = any(was.groups.get(g) != now.groups.get(g) and _sooner(was, now, g) for g in groups)
    account = before.review.draft.by_digest[one].account
    return bool(
        lost
        or set(groups) - set(workflow.required_groups(after, one))
        or stand_ins
        or (was.capacities, now.capacities) == ("distinct", "several")
        or (was.suggestion_costs_vote and not now.suggestion_costs_vote)
        or (was.reading and not now.reading)
        or set(workflow.counting(after, one)) - set(workflow.counting(before, one))
        or len(workflow.unmeetable(after, one)) < len(workflow.unmeetable(before, one))
        or (before.brand.consents.get(account) and not after.brand.consents.get(account))
    )


def _sooner(was: Approvals, now: Approvals, group: str) -> bool:
    """Do fewer sign for a group, or others for it sooner; the same stand-ins later are no ease."""
    old, new = was.groups.get(group, GroupRule()), now.groups.get(group, GroupRule())
    return new.signs < old.signs or bool(
        new.stand_in and (set(new.stand_in) - set(old.stand_in) or new.after != old.after)
    )


def _posts(reviews: Iterable[Review]) -> list[Variant]:
    """The words of the newest posts that somebody handed in, each once."""
    found = {
        variant.content_sha256: variant
        for review in reviews
        for variant in review.draft.variants
        if variant.content_sha256 in review.submitted and variant.kind != "removal"
    }
    return list(found.values())


def _quotes(examples: Iterable[Example]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"“{example.quote}”" for example in examples))[:EXAMPLES_SHOWN]


def _odd_entries(change: ListsChange, new: Policy, posts: list[str]) -> list[str]:
    """What whoever agrees to new entries should know about them."""
    said = []
    read = frozenset[str]().union(*(rule.lists for rule in new.ruleset.rules))
    for name, entries in change.add.items():
        if name not in LISTS and name not in read:
            said.append(f"No rule reads the list {name}: nothing is found by it.")
        elif name not in read:
            said.append(f"No rule in force reads the list {name} yet.")
        for entry in entries:
            if name in ("contacts", "domains", "facts"):
                continue
            words = entry.partition("|")[0].strip()
            often = volume(words, posts) if everyday(words) else 0
            if often or (everyday(words) and " " not in words):
                said.append(
                    f"“{words}” is an everyday word too: it stands in {often} of {len(posts)} earlier posts."
                )
    return said + contradictions(new.lists)


def _clashes(old: Policy, new: Policy) -> list[str]:
    """Rules that were left out, and rules that contradict each other: one tells people to write what
    another then objects to."""
    known = {error.path for error in old.ruleset.refused}
    said = [f"Left out: {error.detail}" for error in new.ruleset.refused if error.path not in known]
    for name in sorted(changed(old, new)):
        rule = new.ruleset.by_name.get(name)
        swap = getattr(rule.params, "swap", None) if rule else None
        for written in list(swap.values())[:100] if isinstance(swap, Mapping) else ():
            words = str(written).partition("|")[0]
            verdict = judge(Variant("post", "generic", "generic:one", (Part(words),)), new)
            said += [
                f"{name} says to write “{words}”, and {other.rule} objects to that."
                for other in verdict.findings
                if other.rule != name and other.decision.rank < Decision.SUGGEST.rank
            ]
    return said
