"""What the law of sign-off says about a review: plain predicates over flat facts.

Written from the law alone, in another shape than the code: a review is read into flat relations
(`law_facts`), `Law` says what follows from them, `law_table` holds for each command every reason to
refuse it, and `law_record` what an accepted one adds to the facts.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache, cached_property, wraps
from typing import Any, TypeVar

from reviewer.model import (
    Actor,
    Calendar,
    Decision,
    Finding,
    Hold,
    State,
    Variant,
)
from tests.law_facts import Confirmed, Issued, Objected, Signed, World

GRACE = timedelta(minutes=15)
PERMIT = timedelta(minutes=15)
GOOD_FOR = {"now": timedelta(hours=24), "queue": timedelta(days=7)}
UNDER_REVIEW = {State.IN_REVIEW, State.CHANGES_REQUESTED, State.APPROVED}
OUT = {State.RELEASED, State.PUBLISHED, State.REMOVED}


F = TypeVar("F", bound=Callable[..., Any])


def once(method: F) -> F:
    """Work it out once for each question, as long as the world stands still."""

    @wraps(method)
    def answer(self: "Law", *question: Any) -> Any:
        key = (method.__name__, *question)
        if key not in self.known:
            self.known[key] = method(self, *question)
        return self.known[key]

    return answer  # type: ignore[return-value]


@cache
def working_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Minutes of working time between two moments of a brand in UTC, counted one by one."""
    moments = (start + timedelta(minutes=n) for n in range(int((end - start) / timedelta(minutes=1))))
    return sum(
        calendar.hours[at.weekday()][0] <= at.hour * 60 + at.minute < calendar.hours[at.weekday()][1]
        and at.date() not in calendar.holidays
        for at in moments
    )


def is_person(name: str) -> bool:
    return not name.startswith("service:")


def audience_of(who: Actor) -> str:
    return who.id if who.service else f"person:{who.id}"


class Law:
    """What the law says about one world."""

    def __init__(self, world: World) -> None:
        self.world, self.facts, self.brand, self.now = world, world.facts, world.brand, world.now
        self.known: dict[Any, Any] = {}
        self.latest = self.facts.wrote[-1]
        self.present = self.latest.digests
        self.terms = world.terms.get(self.latest.terms)
        self.groups = frozenset(self.brand.approvals.groups)

    # --- who: law 2, 7 ---

    def human(self, name: str) -> str:
        return self.brand.same_person.get(name, name)

    def member(self, name: str, group: str) -> bool:
        """A person who is in a signing group now."""
        return is_person(name) and group in self.groups and name in self.brand.members.get(group, ())

    def signer(self, name: str) -> bool:
        """In any signing group; roles never count."""
        return any(self.member(name, group) for group in self.groups)

    @once
    def contributors(self, on: str) -> frozenset[str]:
        """2: who began, wrote or submitted any version; who held the words before; who answers for the key,
        unless the person in whose name it came confirmed these words."""
        facts, hands = self.facts, {self.facts.author}
        hands |= {v.by for v in facts.wrote} | {v.lent_by for v in facts.wrote if v.lent_by}
        hands |= {s.by for s in facts.submitted} | {by for held, by in facts.inherited if held == on}
        for version in facts.wrote:
            if not is_person(version.by):
                owned = version.named and Confirmed(version.named, on) in facts.confirmed
                hands |= {version.named} if version.named and owned else version.answerable
        return frozenset(filter(is_person, hands))

    @once
    def helped(self, name: str, on: str) -> bool:
        """Did the human behind this name help to write it?"""
        return self.human(name) in {self.human(c) for c in self.contributors(on)}

    def may_write(self, who: Actor) -> bool:
        """Contributors, and the tool that brought the draft."""
        if who.service:
            return who.id == self.facts.author and "draft:write" in who.scopes
        return any(who.id in self.contributors(on) for on in self.present)

    def author(self, who: Actor) -> bool:
        """Who may post by hand: the person who began the draft, or confirmed what a tool brought."""
        if is_person(self.facts.author):
            return who.id == self.facts.author
        return any(c.by == who.id for c in self.facts.confirmed)

    @once
    def stands_in(self, name: str, group: str, on: str, at: datetime) -> bool:
        """7: a member of a group that was agreed on, after its time or in an emergency."""
        rule = self.brand.approvals.groups.get(group)
        if rule is None or not any(self.member(name, deputy) for deputy in rule.stand_in):
            return False
        if self.facts.emergency and self.facts.emergency <= at:
            return True
        since = min(
            (
                s.at
                for s in self.facts.submitted
                for v in self.facts.wrote
                if s.number == v.number and on in v.digests
            ),
            default=None,
        )
        if since is None or rule.after is None:
            return False
        return working_minutes(self.brand.calendar, since, at) >= self.minutes(rule.after)

    def minutes(self, words: str) -> int:
        day = max(end - start for start, end in self.brand.calendar.hours)
        return int(words[:-1]) * {"m": 1, "h": 60, "d": day}[words[-1]]

    def signs_for(self, name: str, group: str, on: str, at: datetime) -> bool:
        return self.member(name, group) or self.stands_in(name, group, on, at)

    # --- when: law 12 ---

    @cached_property
    def slot(self) -> datetime | None:
        """The time for which it is planned, after every move."""
        slot = self.latest.slot
        for old, new, _ in sorted(self.facts.reslotted, key=lambda move: move[2]):
            slot = new if slot == old else slot
        return slot

    @cached_property
    def own_window(self) -> tuple[datetime, datetime] | None:
        return (self.slot - GRACE, self.slot + GRACE) if self.slot else None

    def signing_window(self) -> tuple[datetime, datetime]:
        """What a sign-off given now approves."""
        if self.terms:
            return self.facts.wrote[0].at, self.terms.until
        return self.own_window or (self.now, self.now + GOOD_FOR[self.latest.mode])

    def window_of(self, signed: Signed) -> tuple[datetime, datetime]:
        """Sign-offs go along when a missed slot is moved."""
        start, end = signed.start, signed.end
        for old, new, at in sorted(self.facts.reslotted, key=lambda move: move[2]):
            if (start, end) == (old - GRACE, old + GRACE) and signed.at <= at:
                start, end = new - GRACE, new + GRACE
        return start, end

    # --- sign-offs: law 1, 4, 7, 8, 9 ---

    @once
    def counts(self, signed: Signed) -> bool:
        """Given by somebody who may still sign, to the present terms, in its window."""
        start, end = self.window_of(signed)
        own = self.own_window
        if self.now >= end or (own and max(start, own[0]) >= min(end, own[1])):
            return False
        if signed.terms != self.latest.terms:
            return False
        variant = self.world.variants[signed.on]
        if signed.act == "consent":
            return signed.by == self.brand.consents.get(variant.account)
        if signed.act == "remove":
            return self.removes(signed.by)
        if self.helped(signed.by, signed.on):
            return False
        if signed.act == "resume":
            return self.signer(signed.by)
        return self.signs_for(signed.by, signed.group, signed.on, signed.at)

    @once
    def counting(self, on: str) -> tuple[Signed, ...]:
        """Where capacities are distinct, a person counts for the group of their first sign-off only."""
        good = [s for s in self.facts.signed if s.on == on and self.counts(s)]
        if self.brand.approvals.capacities == "several":
            return tuple(good)
        capacity: dict[str, str] = {}
        for s in good:
            if s.group:
                capacity.setdefault(self.human(s.by), s.group)
        return tuple(s for s in good if not s.group or capacity[self.human(s.by)] == s.group)

    def humans(self, signed: Iterable[Signed]) -> frozenset[str]:
        return frozenset(self.human(s.by) for s in signed)

    def gave(self, on: str, act: str, group: str | None = None, finding: str | None = None) -> list[Signed]:
        return [
            s
            for s in self.counting(on)
            if s.act == act
            and (group is None or s.group == group)
            and (finding is None or s.finding == finding)
        ]

    def finding(self, on: str, key: str) -> Finding | None:
        verdict = self.world.verdicts.get(on)
        return next((f for f in verdict.findings if f.key == key), None) if verdict else None

    @once
    def excepted(self, on: str, finding: str, owner: str) -> bool:
        """8: the owner and somebody else of another group; two owners where no other group has anybody."""
        halves = self.gave(on, "except", finding=finding)
        owners = self.humans(s for s in halves if s.group == owner)
        others = self.humans(s for s in halves if s.group != owner)
        if any(a != b for a in owners for b in others):
            return True
        elsewhere = any(
            self.member(name, group) and not self.helped(name, on)
            for group in self.groups - {owner}
            for name in self.brand.members.get(group, ())
        )
        return len(owners) > 1 and not elsewhere

    def stopped(self, on: str) -> bool:
        """Something stops it that has no exception."""
        return any(
            stops(f) and not self.excepted(on, f.key, f.owner) for f in self.world.verdicts[on].findings
        )

    def removal(self, on: str) -> bool:
        return self.world.variants[on].kind == "removal"

    def removes(self, name: str) -> bool:
        """16: a member of marketing or comms, or the post's author."""
        return (
            self.member(name, "marketing")
            or self.member(name, "comms")
            or (is_person(name) and name in self.facts.target_authors)
        )

    def required(self, on: str) -> list[str]:
        """7: marketing always, owners and accounts, of a standing text too; 11: comms for the response."""
        places = self.terms.accounts if self.terms else ()
        theirs = [group for account in places for group in self.brand.approvals.accounts.get(account, ())]
        return [*self.world.verdicts[on].requires, *theirs, *(["comms"] if self.facts.responds else [])]

    @once
    def wants(self, on: str) -> tuple[str, ...]:
        """What is still missing of 1 (a) and (b)."""
        if self.removal(on):
            return () if self.gave(on, "remove") else ("somebody to remove it",)
        want = []
        for group in self.required(on):
            rule = self.brand.approvals.groups.get(group)
            if len(self.humans(self.gave(on, "approve", group))) < (rule.signs if rule else 1):
                want.append(f"{group} signs")
        for f in self.world.verdicts[on].findings:
            if f.decision is Decision.NEEDS_APPROVAL and not self.gave(on, "accept", f.owner, f.key):
                want.append(f"{f.owner} accepts")
            if stops(f) and not self.excepted(on, f.key, f.owner):
                want.append("an exception")
            if f.decision is Decision.UNCHECKED and not stops(f):
                want += [
                    f"{group} reads"
                    for group in ("marketing", f.owner)
                    if not self.gave(on, "read", group, f.key)
                ]
            if f.decision is Decision.WARN and not any(
                f.key in s.seen for s in self.gave(on, "approve", "marketing")
            ):
                want.append("marketing sees the warning")
        owner = self.brand.consents.get(self.world.variants[on].account)
        if owner and not self.gave(on, "consent") and not self.own_words(owner, on):
            want.append("consent")
        if self.terms and len(self.humans(self.gave(on, "approve"))) < 2:
            want.append("two for a standing text")
        if self.terms and any(self.elsewhere(on, account) for account in self.terms.accounts):
            want.append("a text of its own for another network, or in somebody's name")
        if self.to_resume(on):
            want.append("somebody to resume")
        if not want and not self.permit_window(on):
            want.append("a window")
        return tuple(want)

    def elsewhere(self, on: str, account: str) -> bool:
        """15: read for one network, and for the consent of one owner."""
        home = self.world.variants[on]
        owner = self.brand.consents.get(account)
        return account.partition(":")[0] != home.channel or owner not in (
            None,
            self.brand.consents.get(home.account),
        )

    def own_words(self, owner: str, on: str) -> bool:
        """7: only what somebody else wrote is ghostwritten: not what they wrote, submitted or confirmed."""
        hands = {v.by for v in self.facts.wrote if on in v.digests}
        hands |= {
            s.by
            for s in self.facts.submitted
            for v in self.facts.wrote
            if s.number == v.number and on in v.digests
        }
        hands |= {c.by for c in self.facts.confirmed if c.on == on}
        return self.human(owner) in {self.human(name) for name in hands}

    @once
    def permit_window(self, on: str) -> tuple[datetime, datetime] | None:
        windows = [self.window_of(s) for s in self.counting(on)]
        if self.own_window:
            windows.append(self.own_window)
        start, end = max(w[0] for w in windows), min(w[1] for w in windows)
        return (start, end) if start < end else None

    # --- objections: law 6 ---

    def stands(self, objection: Objected) -> bool:
        if any(lifted == objection.id for lifted, _ in self.facts.lifted):
            return False
        aside = {self.human(d.by) for d in self.facts.dismissed if d.objection == objection.id}
        return len(aside) < (2 if objection.act == "reject" else 1)

    def binds(self, objection: Objected, on: str) -> bool:
        """These words, or, for a reject, nearly these."""
        near = self.world.variants[on].near_sha256
        return objection.on == on or bool(objection.act == "reject" and near and objection.near == near)

    def bound(self, objection: Objected) -> tuple[str, ...]:
        """What of the present version it binds; where that is nothing any more, the words that it met."""
        return tuple(on for on in self.present if self.binds(objection, on)) or (objection.on,)

    @once
    def objections(self, on: str) -> frozenset[str]:
        """The acts of those that stand."""
        return frozenset(o.act for o in self.facts.objected if self.stands(o) and self.binds(o, on))

    # --- permits: law 1, 14 ---

    def permit(self, jti: str) -> Issued | None:
        return next((p for p in self.facts.issued if p.jti == jti), None)

    def redeemed(self, jti: str) -> bool:
        return any(used == jti for used, _ in self.facts.redeemed)

    def reported(self, jti: str) -> bool:
        return any(told == jti for told, _ in self.facts.reported)

    def alive(self, permit: Issued) -> bool:
        revoked = any(gone == permit.jti for gone, _ in self.facts.revoked)
        return not revoked and not self.redeemed(permit.jti) and self.now < permit.expires

    def used_up(self, jti: str) -> bool:
        """Redeemed, and nobody independent took it for lost."""
        return self.redeemed(jti) and jti not in self.facts.reissued

    def taken(self, on: str) -> bool:
        """4, 14: there is a permit for it already, and nobody allowed one more."""
        of_this = [p for p in self.facts.issued if p.on == on]
        return any(self.alive(p) or self.reported(p.jti) or self.used_up(p.jti) for p in of_this)

    # --- pauses: law 11 ---

    def scopes(self, variant: Variant) -> set[str]:
        """Where it would go out; for a standing text that is everywhere that its terms name."""
        accounts = {variant.account, *(self.terms.accounts if self.terms else ())}
        return {
            f"brand:{self.brand.slug}",
            *(f"account:{account}" for account in accounts),
            *(f"channel:{account.partition(':')[0]}" for account in accounts),
        }

    def concerns(self, hold: Hold, variant: Variant) -> bool:
        if variant.kind == "removal" or hold.id == self.facts.responds:
            return False
        on_topic = hold.id in self.world.on_topic.get(variant.content_sha256, ())
        return on_topic if hold.scope.startswith("topic:") else hold.scope in self.scopes(variant)

    def crisis_line(self, on: str) -> bool:
        """15: comms signed it as a text that outlives a pause."""
        return bool(self.terms and self.terms.crisis and self.gave(on, "approve", "comms"))

    def held(self, on: str) -> bool:
        variant = self.world.variants[on]
        return not self.crisis_line(on) and any(
            len(h.lifts) < 2 and self.concerns(h, variant) for h in self.brand.holds
        )

    @once
    def to_resume(self, on: str) -> bool:
        """A pause ended after it was signed, and nobody independent said yes since."""
        if self.crisis_line(on):
            return False
        signed = self.counting(on)
        ends = [
            h.lifts[1].at
            for h in self.brand.holds
            if len(h.lifts) > 1 and self.concerns(h, self.world.variants[on])
        ]
        return any(
            any(s.at < end for s in signed if s.act == "approve")
            and not any(s.at >= end for s in signed if s.act in ("approve", "resume"))
            for end in ends
        )

    def epochs(self, variant: Variant) -> frozenset[tuple[str, int]]:
        """How often each scope that concerns it was paused; what was never paused is left out."""
        if variant.kind == "removal":
            return frozenset()
        on_topic = self.world.on_topic.get(variant.content_sha256, ())
        scopes = self.scopes(variant) | {h.scope for h in self.brand.holds if h.id in on_topic}
        return frozenset(
            (scope, self.brand.epochs[scope]) for scope in scopes if self.brand.epochs.get(scope)
        )

    # --- states ---

    def submitted(self, on: str) -> bool:
        return any(
            s.number == v.number and on in v.digests for s in self.facts.submitted for v in self.facts.wrote
        )

    @once
    def state(self, on: str) -> State:
        facts, of_this = self.facts, [p for p in self.facts.issued if p.on == on]
        tellings = {told for jti, told in facts.reported if any(p.jti == jti for p in of_this)}
        if facts.withdrawn:
            return State.WITHDRAWN
        if tellings:
            return State.REMOVED if self.removal(on) or tellings & facts.removed else State.PUBLISHED
        if any(self.alive(p) or self.used_up(p.jti) for p in of_this):
            return State.RELEASED
        if "reject" in self.objections(on):
            return State.REJECTED
        if self.objections(on):
            return State.CHANGES_REQUESTED
        if not self.submitted(on) and not (self.removal(on) and self.gave(on, "remove")):
            return State.DRAFT
        if (self.slot and self.now >= self.slot + GRACE) or (self.terms and self.now >= self.terms.until):
            return State.EXPIRED
        return State.IN_REVIEW if self.wants(on) else State.APPROVED

    def signed_off(self, on: str) -> bool:
        """Nothing is missing and nothing is against it, whatever permits there are."""
        return (
            not self.facts.withdrawn
            and (self.submitted(on) or self.removal(on))
            and not self.objections(on)
            and not self.wants(on)
            and not (self.slot and self.now >= self.slot + GRACE)
            and not (self.terms and self.now >= self.terms.until)
        )

    @once
    def was_signed_at(self, slot: datetime) -> bool:
        """12: the same question in the past, with what was known then."""
        facts = self.facts
        then = facts._replace(
            wrote=tuple(v for v in facts.wrote if v.at <= slot) or facts.wrote[:1],
            submitted=frozenset(s for s in facts.submitted if s.at <= slot),
            signed=tuple(s for s in facts.signed if s.at <= slot),
            objected=frozenset(o for o in facts.objected if o.at <= slot),
            lifted=frozenset(x for x in facts.lifted if x[1] <= slot),
            dismissed=frozenset(d for d in facts.dismissed if d.at <= slot),
        )
        w = self.world
        past = Law(World(then, w.brand, w.verdicts, w.variants, w.terms, slot, w.on_topic))
        return past.present == self.present and all(past.signed_off(on) for on in self.present)

    def sees(self, who: Actor) -> bool:
        """Contributors, signing groups, auditors, whoever is asked for consent; tools: what they brought,
        and with leave to publish, what is approved."""
        if who.brand != self.brand.slug:
            return False
        if who.service:
            ready = any(
                self.state(on) in {State.APPROVED, State.RELEASED, State.PUBLISHED} for on in self.present
            )
            return who.id == self.facts.author or ("permit" in who.scopes and ready)
        asked = any(self.brand.consents.get(self.world.variants[on].account) == who.id for on in self.present)
        asked = asked or self.latest.named == who.id
        return self.may_write(who) or self.signer(who.id) or "auditor" in who.roles or asked


def could_block(finding: Finding) -> bool:
    return finding.decision is Decision.UNCHECKED and finding.would is Decision.BLOCK


def stops(finding: Finding) -> bool:
    return finding.decision is Decision.BLOCK or could_block(finding)
