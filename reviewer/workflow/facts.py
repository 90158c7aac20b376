"""What follows from a review's facts: contributors, sign-offs that count, state, what is wanting.

Everything that a decision looks at is in a `Case`, read in the transaction that decides: nothing
here reads a clock, a store or a rule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

from reviewer.model import (
    Actor,
    Brand,
    Decision,
    Finding,
    GroupRule,
    Objection,
    Permit,
    Review,
    Schedule,
    SignOff,
    State,
    Verdict,
    Window,
)

GRACE = timedelta(minutes=15)
VALID_FOR = {"now": timedelta(hours=24), "queue": timedelta(days=7)}
"""How long a sign-off approves a post without a fixed time (law 12)."""


@dataclass(frozen=True)
class Case:
    """Everything that a decision looks at. `verdicts` are those of the present version's digests
    under the policy now in force; `now` is the transaction's time."""

    review: Review
    brand: Brand
    verdicts: Mapping[str, Verdict]
    now: datetime


def is_service(actor_id: str) -> bool:
    """Service accounts are named `service:<id>`; everybody else is a person."""
    return actor_id.startswith("service:")


def contributors(review: Review, content_sha256: str) -> frozenset[str]:
    """The people who helped to write this digest, so may not approve it (law 2)."""
    people = set(review.inherited.get(content_sha256, ()))
    confirmed = {c.by for c in review.confirmations if c.content_sha256 == content_sha256}
    for version in review.versions:
        people.update(p for p in (version.by, version.submitted_by) if p and not is_service(p))
        if is_service(version.by):
            named = version.draft.on_behalf_of
            people.update({named} if named is not None and named in confirmed else version.answerable)
    return frozenset(people)


def everybody_who_wrote(review: Review) -> frozenset[str]:
    """Contributors of any digest of the present version: who may go on editing, besides its tool."""
    return frozenset().union(*(contributors(review, d) for d in review.draft.digests))


def authors(review: Review) -> frozenset[str]:
    """Whoever may post by hand: the person who began the draft, or confirmed what a tool brought."""
    if is_service(review.author):
        return frozenset(c.by for c in review.confirmations)
    return frozenset({review.author})


def own_window(schedule: Schedule) -> Window | None:
    """When the present schedule allows publication; None is any time."""
    if schedule.mode == "at" and schedule.at is not None:
        return Window(schedule.at - GRACE, schedule.at + GRACE)
    return None


def signed_window(schedule: Schedule, at: datetime) -> Window:
    """What a sign-off given at `at` approves (law 12)."""
    return own_window(schedule) or Window(at, at + VALID_FOR[schedule.mode])


def counting(case: Case, content_sha256: str) -> tuple[SignOff, ...]:
    """The sign-offs of this digest that count now: by present, independent members, in their window."""
    wrote = contributors(case.review, content_sha256)
    own = own_window(case.review.draft.schedule)
    valid = [
        s
        for s in case.review.sign_offs
        if s.content_sha256 == content_sha256
        and s.by in case.brand.members.get(s.group, ())
        and s.by not in wrote
        and case.now < s.window.end
        and (own is None or s.window.meet(own))
    ]
    if case.brand.approvals.capacities == "distinct":
        capacity: dict[str, str] = {}
        for s in valid:
            capacity.setdefault(s.by, s.group)
        valid = [s for s in valid if capacity[s.by] == s.group]
    return tuple(valid)


def permit_window(case: Case, content_sha256: str) -> Window | None:
    """The intersection of what was signed and of the schedule; None where nothing is left of it."""
    windows = [s.window for s in counting(case, content_sha256)]
    own = own_window(case.review.draft.schedule)
    if own is not None:
        windows.append(own)
    if not windows:
        return None
    return reduce(lambda a, b: a and a.meet(b), windows[1:], windows[0])  # type: ignore[arg-type, return-value]  # None ends the chain


def standing_objections(case: Case, content_sha256: str) -> tuple[Objection, ...]:
    """Objections of the whole brand to this digest that nobody lifted or dismissed (law 6)."""
    return tuple(o for o in case.review.objections if o.stands and o.content_sha256 == content_sha256)


def could_block(finding: Finding) -> bool:
    """An `unchecked` finding of a rule that might have blocked has no exit but an exception (law 9)."""
    return finding.decision is Decision.UNCHECKED and finding.would is Decision.BLOCK


def wanting(case: Case, content_sha256: str) -> tuple[str, ...]:
    """What law 1 still asks for before a permit, as sentences for people; empty when signed off."""
    return tuple(_wanting(case, content_sha256))


def _wanting(case: Case, content_sha256: str) -> Iterator[str]:
    verdict = case.verdicts.get(content_sha256)
    if verdict is None or verdict.content_sha256 != content_sha256:
        yield "This version has not been checked yet."
        return
    signed = counting(case, content_sha256)
    for group in verdict.requires:
        signs = case.brand.approvals.groups.get(group, GroupRule()).signs
        given = len({s.by for s in signed if s.act == "approve" and s.group == group})
        if given < signs:
            more = "" if signs == 1 else f" ({given} of {signs} so far)"
            yield f"{group.capitalize()} must sign off{more}."
    for finding in verdict.findings:
        yield from _wanting_for(finding, signed)
    for objection in standing_objections(case, content_sha256):
        said = "rejected this" if objection.act == "reject" else "asked for changes"
        yield f"{objection.group.capitalize()} {said}: “{objection.comment}”"
    if signed and permit_window(case, content_sha256) is None:
        yield "The sign-offs were given for different times: sign again for the present one."


def _wanting_for(finding: Finding, signed: tuple[SignOff, ...]) -> Iterator[str]:
    match finding.decision:
        case Decision.BLOCK:
            yield f"“{finding.message}” can't go out: edit the text."
        case Decision.NEEDS_APPROVAL:
            if not any(
                s.act == "accept" and s.finding == finding.key and s.group == finding.owner for s in signed
            ):
                yield f"{finding.owner.capitalize()} must agree to “{finding.message}”."
        case Decision.UNCHECKED if could_block(finding):
            yield f"“{finding.rule}” did not run, and it could have stopped this post: check it again."
        case Decision.UNCHECKED:
            read = {s.group for s in signed if s.act == "read" and s.finding == finding.key}
            for group in sorted({"marketing", finding.owner} - read):
                yield f"{group.capitalize()} must read it without “{finding.rule}”, which did not run."
        case Decision.WARN:
            if not any(
                s.act == "approve" and s.group == "marketing" and finding.key in s.seen for s in signed
            ):
                yield f"Marketing has not seen “{finding.message}” yet."


def holding_permit(case: Case, content_sha256: str) -> Permit | None:
    """The permit that stands between approval and publication: alive, or used and not reported."""
    reported = {p.jti for p in case.review.publications}
    for permit in case.review.permits:
        if permit.content_sha256 != content_sha256 or permit.jti in reported:
            continue
        reissued = any(r.jti == permit.jti for r in case.review.reissues)
        if permit.alive(case.now) or (permit.redeemed_at is not None and not reissued):
            return permit
    return None


def state(case: Case, content_sha256: str) -> State:
    """The state of one variant of the present version, derived from the facts."""
    review = case.review
    if review.withdrawn_at is not None:
        return State.WITHDRAWN
    reported = {p.jti for p in review.publications}
    if any(p.content_sha256 == content_sha256 and p.jti in reported for p in review.permits):
        return State.PUBLISHED
    if holding_permit(case, content_sha256) is not None:
        return State.RELEASED
    against = standing_objections(case, content_sha256)
    if any(o.act == "reject" for o in against):
        return State.REJECTED
    if against:
        return State.CHANGES_REQUESTED
    if content_sha256 not in review.submitted:
        return State.DRAFT
    own = own_window(review.draft.schedule)
    if own is not None and case.now >= own.end:
        return State.EXPIRED
    return State.IN_REVIEW if wanting(case, content_sha256) else State.APPROVED


FURTHEST_BEHIND = (
    State.WITHDRAWN,
    State.CHANGES_REQUESTED,
    State.REJECTED,
    State.DRAFT,
    State.IN_REVIEW,
    State.EXPIRED,
    State.APPROVED,
    State.RELEASED,
    State.PUBLISHED,
    State.REMOVED,
)
"""The draft shows the state of the variant that needs somebody most."""


def draft_state(case: Case) -> State:
    """The state of the whole draft: of its variant that is furthest behind."""
    return min((state(case, d) for d in case.review.draft.digests), key=FURTHEST_BEHIND.index)


def signing_groups(brand: Brand) -> frozenset[str]:
    """The groups of a brand that sign; roles never do."""
    return frozenset(brand.approvals.groups)


def may_see(case: Case, actor: Actor) -> bool:
    """A draft is seen by its contributors, the brand's signing groups, auditors, and its own tool."""
    if actor.brand != case.brand.slug:
        return False
    if actor.service:
        approved = any(
            state(case, d) in (State.APPROVED, State.RELEASED, State.PUBLISHED)
            for d in case.review.draft.digests
        )
        return began_here(case, actor) or ("permit" in actor.scopes and approved)
    return (
        actor.id in everybody_who_wrote(case.review)
        or actor.id == case.review.draft.on_behalf_of
        or bool(case.brand.groups_of(actor.id) & signing_groups(case.brand))
        or "auditor" in actor.roles
    )


def unmeetable(case: Case, content_sha256: str) -> tuple[str, ...]:
    """Requirements that nobody can meet as things stand, and whom to ask; said, never lowered (law 7)."""
    if len(case.brand.people) < 2:
        return (
            "Only one person belongs to this brand, so nothing can be signed off here: "
            "posts are checked, and a brand admin can invite a second person.",
        )
    verdict = case.verdicts.get(content_sha256)
    wrote = contributors(case.review, content_sha256)
    short = []
    for group in verdict.requires if verdict else ():
        signs = case.brand.approvals.groups.get(group, GroupRule()).signs
        able = case.brand.members.get(group, frozenset()) - wrote
        if len(able) < signs:
            short.append(
                f"{group.capitalize()} must sign off, and has {len(able)} of {signs} people who did not "
                f"help to write this: ask a brand admin to add somebody to {group.capitalize()}."
            )
    return tuple(short)


def began_here(case: Case, actor: Actor) -> bool:
    """The service account through which this draft came."""
    return actor.service and actor.id == case.review.author
