"""Checking text: policies compiled once, verdicts kept by digest, and the case that a step decides on.

Reading a text takes milliseconds, so it is done before the writing transaction opens; inside it the
digests are compared, and where text or policy changed in between the use case begins again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reviewer import policy as policies
from reviewer.errors import Gone
from reviewer.model import Brand, Draft, Review, Variant, Verdict
from reviewer.policy import Policy
from reviewer.policy.lists import merged
from reviewer.store import PolicyVersion, Store, Tx
from reviewer.workflow import Case

KEPT = 4096
"""Verdicts kept in a process; a verdict takes some kilobytes."""
POLICIES_KEPT = 256
"""Compiled policies kept in a process, proposed ones among them; rules that are the same are shared."""
STAYS = "what was decided about it stays in the record."
RETRY_AFTER = timedelta(minutes=1)
"""After this a verdict with a failed check is tried again."""


@dataclass(frozen=True)
class _Wanted:
    variant: Variant
    policy: Policy
    at: datetime

    @property
    def key(self) -> tuple[str, str, datetime]:
        return (self.variant.content_sha256, self.policy.sha256, self.at)


class Recheck(Exception):  # not an error: a request to read the text outside
    """Raised inside a transaction for what has to be read outside it first."""

    def __init__(self, check: Callable[[], None]) -> None:
        super().__init__("the text or the policy changed")
        self.check = check


class Checking:
    """Verdicts for variants, under the policy of a brand or the built-in base."""

    def __init__(self, store: Store | None, base: Policy, clock: Callable[[], datetime]) -> None:
        self._store, self._base, self._clock = store, base, clock
        self._verdicts: OrderedDict[tuple[str, str, datetime], tuple[Verdict, datetime]] = OrderedDict()
        self._policies: OrderedDict[str, Policy] = OrderedDict()
        self._topics: dict[str, Policy] = {}
        self._lock = threading.Lock()

    def check(self, variant: Variant, brand: str | None = None) -> Verdict:
        """The findings of a variant; keeps nothing but a cached verdict in memory."""
        at = hour_of(self._clock())
        if brand is None or self._store is None:
            return self._judged(_Wanted(variant, self._base, at))
        with self._store.read() as tx:
            policy = self.policy(tx, brand)
        return self._judged(_Wanted(variant, policy, at))

    def policy(self, tx: Tx, brand: str) -> Policy:
        """The policy now in force for a brand: the base with its own rules, approvals and lists over it.

        Compiled once for each version; a version is immutable, so that no reader ever mixes two.
        """
        return self.compiled(tx, tx.policy_overlay(brand))

    @property
    def base(self) -> Policy:
        """The built-in rules of this release."""
        return self._base

    def compiled(self, tx: Tx, version: PolicyVersion, house: PolicyVersion | None = None) -> Policy:
        """A policy version ready to run, whether in force or only proposed.

        Below its own rules and lists lie those of the house brand (`house`, or the version that it
        names), and the built-in rules that the brand agreed to, which may be of an earlier release.
        Raises RuleError for files that can't be trusted.
        """
        known = self._policies.get(version.sha256)
        if known is None:
            if house is None and version.house:
                slug, _, sha256 = version.house.partition("/")
                house = tx.policy_version(slug, sha256)
            files, lists = dict(version.files), version.lists
            if house is not None:
                files, lists = {**house.files, **files}, merged(house.lists, lists)
            of_this_release = version.base in ("", self._base.files_sha256)
            if of_this_release and not files:  # one compiled engine serves all such brands
                known = replace(self._base, approvals=version.approvals, lists=lists)
            else:
                base = self._base.files if of_this_release else tx.base(version.base)
                known = policies.load_files({**base, **files}, approvals=version.approvals, lists=lists)
            self._remember(version.sha256, known)
        return known

    def _remember(self, sha256: str, policy: Policy) -> None:
        with self._lock:
            self._policies[sha256] = policy
            while len(self._policies) > POLICIES_KEPT:
                self._policies.popitem(last=False)

    def prepare(self, brand: str, draft: Draft, now: datetime) -> None:
        """Read a draft's variants before a transaction needs their verdicts."""
        if self._store is None:
            return
        with self._store.read() as tx:
            policy = self.policy(tx, brand)
        for wanted in _wanted(draft, policy, now):
            self._judged(wanted)

    def case(
        self,
        tx: Tx,
        review: Review,
        brand: Brand,
        now: datetime,
        *,
        wait: bool = False,
        policy: Policy | None = None,
    ) -> Case:
        """The case of a review as it stands in this transaction; under another policy where one is given.

        `wait` reads missing verdicts here and now (for reading transactions, which hold no lock);
        without it a missing verdict raises `Recheck`.
        """
        if review.gone_at is not None:
            raise Gone(f"What this post said was deleted on {review.gone_at:%Y-%m-%d}; {STAYS}")
        policy = policy or self.policy(tx, brand.slug)
        verdicts: dict[str, Verdict] = {}
        missing = []
        for wanted in _wanted(review.draft, policy, now):
            known = self._known(wanted)
            if known is None and wait:
                known = self._judged(wanted)
            if known is None:
                missing.append(wanted)
            else:
                verdicts[wanted.variant.content_sha256] = known
        if missing:
            raise Recheck(lambda: self._judge_all(missing))
        return replace(self.bare_case(review, brand, now), verdicts=verdicts)

    def bare_case(self, review: Review, brand: Brand, now: datetime) -> Case:
        """A case without verdicts: enough to ask what a pause concerns."""
        topics = [hold for hold in brand.holds if hold.topic]
        on_topic = {
            variant.content_sha256: frozenset(h.id for h in topics if self._on_topic(h.topic, variant, now))
            for variant in review.draft.variants
        }
        return Case(review, brand, {}, now, on_topic if topics else {})

    def topic(self, rule: str) -> Policy:
        """The rule of a topic pause, ready to run; raises RuleError for one that can't be trusted."""
        known = self._topics.get(rule)
        if known is None:
            known = policies.load_files({"Topic/Pause.yml": rule.encode()}, approvals=self._base.approvals)
            self._topics[rule] = known
        return known

    def _on_topic(self, rule: str, variant: Variant, now: datetime) -> bool:
        """Fail closed: a topic rule that could not be run concerns the variant."""
        verdict = self._judged(_Wanted(variant, self.topic(rule), hour_of(now)))
        return bool(verdict.findings or verdict.failed)

    def _judge_all(self, missing: list[_Wanted]) -> None:
        for wanted in missing:
            self._judged(wanted)

    def _known(self, wanted: _Wanted) -> Verdict | None:
        with self._lock:
            kept = self._verdicts.get(wanted.key)
            if kept is None:
                return None
            verdict, since = kept
            if verdict.failed and self._clock() - since > RETRY_AFTER:
                return None
            self._verdicts.move_to_end(wanted.key)
            return verdict

    def _judged(self, wanted: _Wanted) -> Verdict:
        known = self._known(wanted)
        if known is not None:
            return known
        verdict = policies.judge(wanted.variant, wanted.policy, at=wanted.at)
        if verdict.failed:  # law 9: what broke is tried again before anybody is asked to read without it
            verdict = policies.judge(wanted.variant, wanted.policy, at=wanted.at)
        with self._lock:
            self._verdicts[wanted.key] = (verdict, self._clock())
            while len(self._verdicts) > KEPT:
                self._verdicts.popitem(last=False)
        return verdict


def _wanted(draft: Draft, policy: Policy, now: datetime) -> list[_Wanted]:
    """What has to be read for a draft: each variant, as of the hour when it is to go out."""
    at = hour_of(draft.schedule.at or now)
    return [_Wanted(variant, policy, at) for variant in draft.variants]


def hour_of(at: datetime) -> datetime:
    """The hour as of which a text is read: rules that depend on the day need no more."""
    return at.replace(minute=0, second=0, microsecond=0)
