"""What follows from a review's facts: who wrote it, who may sign, which sign-offs count, its state.

Everything that a decision looks at is in a `Case`, read in the transaction that decides: nothing
here reads a clock, a store or a rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce

from reviewer.model import (
    NOTHING,
    Actor,
    Brand,
    GroupRule,
    Hold,
    Objection,
    Review,
    Schedule,
    SignOff,
    Variant,
    Verdict,
    Window,
)
from reviewer.workflow import hours

GRACE = timedelta(minutes=15)
VALID_FOR = {"now": timedelta(hours=24), "queue": timedelta(days=7)}
"""How long a sign-off approves a post without a fixed time (law 12)."""


@dataclass(frozen=True)
class Case:
    """Everything that a decision looks at. `verdicts` are those of the present version's digests
    under the policy now in force; `now` is the transaction's time; `on_topic` are the ids of the topic
    pauses whose rule matches a digest."""

    review: Review
    brand: Brand
    verdicts: Mapping[str, Verdict]
    now: datetime
    on_topic: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)


# --- people --------------------------------------------------------------------------------------


def is_service(actor_id: str) -> bool:
    """Service accounts are named `service:<id>`; everybody else is a person."""
    return actor_id.startswith("service:")


def contributors(review: Review, content_sha256: str) -> frozenset[str]:
    """The people who helped to write this digest, so may not approve it (law 2)."""
    people = set(review.inherited.get(content_sha256, ()))
    confirmed = {c.by for c in review.confirmations if c.content_sha256 == content_sha256}
    for version in review.versions:
        wrote = (version.by, version.submitted_by, version.suggested_by)
        people.update(p for p in wrote if p and not is_service(p))
        if is_service(version.by):
            named = version.draft.on_behalf_of
            people.update({named} if named is not None and named in confirmed else version.answerable)
    return frozenset(people)


def everybody_who_wrote(review: Review) -> frozenset[str]:
    """Contributors of any digest of the present version: who may go on editing, besides its tool."""
    return frozenset().union(*(contributors(review, d) for d in review.draft.digests))


def wrote(case: Case, person: str, content_sha256: str) -> bool:
    """Did this human help to write it, through whichever of their accounts."""
    human = case.brand.human
    return human(person) in {human(p) for p in contributors(case.review, content_sha256)}


def authors(review: Review) -> frozenset[str]:
    """Whoever may post by hand: the person who began the draft, or confirmed what a tool brought."""
    if is_service(review.author):
        return frozenset(c.by for c in review.confirmations)
    return frozenset({review.author})


def began_here(case: Case, actor: Actor) -> bool:
    """The service account through which this draft came."""
    return actor.service and actor.id == case.review.author


def signing_groups(brand: Brand) -> frozenset[str]:
    """The groups of a brand that sign; roles never do."""
    return frozenset(brand.approvals.groups)


def stand_ins(case: Case, group: str, content_sha256: str, at: datetime) -> frozenset[str]:
    """Who could sign for a group in its place at `at`: after its time, or in an emergency (law 7)."""
    rule = case.brand.approvals.groups.get(group, GroupRule())
    if not rule.stand_in or not _stand_in_open(case, rule, content_sha256, at):
        return frozenset()
    return frozenset().union(*(case.brand.members.get(g, frozenset()) for g in rule.stand_in))


def _stand_in_open(case: Case, rule: GroupRule, content_sha256: str, at: datetime) -> bool:
    emergency = case.review.emergency
    if emergency is not None and emergency.at <= at:
        return True
    since = min(
        (
            v.submitted_at
            for v in case.review.versions
            if v.submitted_at and content_sha256 in v.draft.digests
        ),
        default=None,
    )
    if rule.after is None or since is None:
        return False
    opens = hours.after(case.brand, since, hours.duration(rule.after, case.brand))
    return opens is not None and opens <= at


def may_sign_for(case: Case, person: str, group: str, content_sha256: str, at: datetime) -> bool:
    """A present member of the group, or somebody who may stand in for it at `at`."""
    return person in case.brand.members.get(group, ()) or person in stand_ins(case, group, content_sha256, at)


def reads(case: Case, person: str) -> bool:
    """Does this person read the post's language; asked where the brand says so, and of a post whose
    language nobody gave, nobody does."""
    if not case.brand.approvals.reading:
        return True
    language = case.review.draft.language.partition("-")[0].lower()
    return language in case.brand.languages.get(person, ())


def removes(case: Case, person: str) -> bool:
    """A member of marketing or comms, or the author of what is to be removed (law 16)."""
    quick = case.brand.groups_of(person) & {"marketing", "comms"}
    return bool(quick) or person in case.review.target_authors


# --- time ----------------------------------------------------------------------------------------


def schedule(review: Review) -> Schedule:
    """The present schedule; a slot that was missed and confirmed anew counts as its new time."""
    present = review.draft.schedule
    for reslot in review.reslots:
        if present.at == reslot.old:
            present = replace(present, at=reslot.new)
    return present


def own_window(review: Review) -> Window | None:
    """When the present schedule allows publication; None is any time."""
    standing = review.draft.standing
    if standing is not None:
        return Window(review.versions[0].at, standing.until)
    return _slot(schedule(review))


def _slot(planned: Schedule) -> Window | None:
    if planned.mode == "at" and planned.at is not None:
        return Window(planned.at - GRACE, planned.at + GRACE)
    return None


def signed_window(review: Review, at: datetime) -> Window:
    """What a sign-off given at `at` approves (law 12)."""
    return own_window(review) or Window(at, at + VALID_FOR[review.draft.schedule.mode])


def window_of(review: Review, sign_off: SignOff) -> Window:
    """The window of a sign-off, moved with the slot for which it was given."""
    window = sign_off.window
    for reslot in review.reslots:
        if window == Window(reslot.old - GRACE, reslot.old + GRACE):
            window = Window(reslot.new - GRACE, reslot.new + GRACE)
    return window


def permit_window(case: Case, content_sha256: str) -> Window | None:
    """The intersection of what was signed and of the schedule; None where nothing is left of it."""
    windows = [window_of(case.review, s) for s in counting(case, content_sha256)]
    own = own_window(case.review)
    if own is not None:
        windows.append(own)
    if not windows:
        return None
    return reduce(lambda a, b: a and a.meet(b), windows[1:], windows[0])  # type: ignore[arg-type, return-value]  # None ends the chain


# --- sign-offs and objections --------------------------------------------------------------------


def counting(case: Case, content_sha256: str) -> tuple[SignOff, ...]:
    """The sign-offs of this digest that count now: by people who may still sign, in their window.

    Approving, accepting, reading without, excepting and resuming need independence; consent and the
    asking for a removal don't.
    """
    valid = [
        s
        for s in case.review.sign_offs
        if s.content_sha256 == content_sha256 and _in_time(case, s) and _entitled(case, s)
    ]
    if case.brand.approvals.capacities == "distinct":
        capacity: dict[str, str] = {}
        for s in valid:
            if s.act in CAPACITIES:
                capacity.setdefault(case.brand.human(s.by), s.group)
        valid = [s for s in valid if s.act not in CAPACITIES or capacity[case.brand.human(s.by)] == s.group]
    return tuple(valid)


CAPACITIES = frozenset({"approve", "accept", "read", "except"})
"""Acts in which a person speaks for a group."""


def _in_time(case: Case, s: SignOff) -> bool:
    own, window = own_window(case.review), window_of(case.review, s)
    terms = case.review.draft.standing.sha256 if case.review.draft.standing else ""
    return case.now < window.end and (own is None or window.meet(own) is not None) and s.terms == terms


def _entitled(case: Case, s: SignOff) -> bool:
    variant = case.review.draft.by_digest.get(s.content_sha256)
    match s.act:
        case "consent":
            return variant is not None and case.brand.consents.get(variant.account) == s.by
        case "remove":
            return s.by in case.brand.people and removes(case, s.by)
        case "resume":
            member = bool(case.brand.groups_of(s.by) & signing_groups(case.brand))
            return member and not wrote(case, s.by, s.content_sha256)
        case _:
            independent = not wrote(case, s.by, s.content_sha256) and reads(case, s.by)
            return independent and may_sign_for(case, s.by, s.group, s.content_sha256, s.at)


def standing_objections(case: Case, content_sha256: str) -> tuple[Objection, ...]:
    """Objections of the whole brand that nobody lifted or dismissed: to this digest, or, where somebody
    rejected the same words but for case, spaces, punctuation and links, to those (law 6)."""
    return tuple(o for o in concerning(case, content_sha256) if o.stands)


def concerning(case: Case, content_sha256: str) -> tuple[Objection, ...]:
    """Objections of the whole brand that bind this digest, settled ones too."""
    variant = case.review.draft.by_digest.get(content_sha256)
    near = variant.near_sha256 if variant else ""
    return tuple(
        o
        for o in case.review.objections
        if o.content_sha256 == content_sha256 or (o.act == "reject" and near and o.near_sha256 == near)
    )


# --- pauses --------------------------------------------------------------------------------------


def concerns(case: Case, hold: Hold, content_sha256: str) -> bool:
    """Is this variant in the scope of a pause, other than the one that the draft responds to."""
    if hold.id == case.review.responds_to:
        return False
    variant = case.review.draft.by_digest.get(content_sha256)
    if variant is None or variant.kind == "removal":
        return False
    if hold.scope.startswith("topic:"):
        return hold.id in case.on_topic.get(content_sha256, ())
    return hold.scope in _places(case, variant)


def scopes(brand: Brand, variant: Variant) -> tuple[str, ...]:
    """The scopes in which a pause concerns a variant, topics aside."""
    return (f"brand:{brand.slug}", f"account:{variant.account}", f"channel:{variant.channel}")


def _places(case: Case, variant: Variant) -> tuple[str, ...]:
    """The scopes of a variant; a text for repeated use is at home everywhere that its terms name."""
    terms = case.review.draft.standing
    accounts = terms.accounts if terms is not None else ()
    elsewhere = (s for a in accounts for s in (f"account:{a}", f"channel:{a.partition(':')[0]}"))
    return tuple(dict.fromkeys((*scopes(case.brand, variant), *elsewhere)))


def outlives_pauses(case: Case, content_sha256: str) -> bool:
    """A crisis line that comms signed as one (law 15)."""
    terms = case.review.draft.standing
    return (
        terms is not None
        and terms.crisis
        and any(s.act == "approve" and s.group == "comms" for s in counting(case, content_sha256))
    )


def holds_on(case: Case, content_sha256: str) -> tuple[Hold, ...]:
    """The pauses that stand now and stop this variant (law 11)."""
    if outlives_pauses(case, content_sha256):
        return ()
    return tuple(h for h in case.brand.holds if h.lifted_at is None and concerns(case, h, content_sha256))


def to_resume(case: Case, content_sha256: str) -> tuple[Hold, ...]:
    """Pauses that ended after this was signed, and that nobody independent has confirmed since.

    Lifting releases nothing by itself; whoever signs after it has confirmed by that.
    """
    if outlives_pauses(case, content_sha256):
        return ()
    signed = counting(case, content_sha256)
    return tuple(
        hold
        for hold in case.brand.holds
        if hold.lifted_at is not None
        and concerns(case, hold, content_sha256)
        and any(s.act == "approve" and s.at < hold.lifted_at for s in signed)
        and not any(s.act in ("resume", "approve") and s.at >= hold.lifted_at for s in signed)
    )


def concerned_epochs(case: Case, content_sha256: str) -> dict[str, int]:
    """The hold epochs of the scopes that concern a variant; none for a removal, which goes through."""
    variant = case.review.draft.by_digest[content_sha256]
    if variant.kind == "removal":
        return {}
    named = {h.scope for h in case.brand.holds if h.id in case.on_topic.get(content_sha256, ())}
    return {s: case.brand.epochs.get(s, 0) for s in (*_places(case, variant), *sorted(named))}
