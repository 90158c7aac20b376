"""Drafts: begin, read, list, and every step of the workflow. No decision is made here."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeVar

from reviewer import workflow
from reviewer.errors import NotFound, Refusal, Unavailable
from reviewer.model import Actor, Brand, Decision, Draft, Event, Hold, Review, State, Verdict
from reviewer.service import replay
from reviewer.service.calling import follow
from reviewer.service.checking import Checking, Recheck
from reviewer.service.repeats import Once
from reviewer.store import Claim, Projection, Store, Tx
from reviewer.workflow import Case, Command

Clock = Callable[[], datetime]
Result = TypeVar("Result")
Box = Literal["needs_you", "waiting", "sent_back", "approved", "mine", "published"]
ROUNDS = 5
"""How often a use case is begun again because policy or text changed while it was being checked."""


@dataclass(frozen=True)
class DraftView:
    """A draft as one viewer sees it. Mappings are by `content_sha256` of the present version."""

    review: Review
    brand: Brand
    verdicts: Mapping[str, Verdict]
    states: Mapping[str, State]
    state: State
    actions: frozenset[str]
    missing: Mapping[str, tuple[str, ...]]
    unmeetable: tuple[str, ...]
    groups: frozenset[str]
    signs_for: frozenset[str]
    """The groups for which the viewer may sign now, as a member or standing in."""
    contributors: Mapping[str, frozenset[str]]
    held: Mapping[str, tuple[Hold, ...]]
    """The pauses that stand in a variant's way."""
    to_resume: frozenset[str]
    """Variants that a pause which has ended still holds back, until somebody confirms them (law 11)."""
    wanted_by: datetime | None = None
    """Until when the brand's service levels want an answer, while it is in review."""
    next_here: datetime | None = None
    """When the next person is here who could sign what is still wanting; None where nobody will be."""
    asked: frozenset[str] = frozenset()
    """The groups for which the viewer could sign something that is still wanting."""


@dataclass(frozen=True)
class DraftRow:
    """A draft in a list."""

    id: str
    author_name: str
    excerpt: str
    channels: tuple[str, ...]
    accounts: tuple[str, ...]
    kind: str
    state: State
    worst: Decision | None
    findings: int
    due: datetime | None
    updated: datetime
    version: int
    wanted_by: datetime | None = None
    """Until when an answer is wanted, while it is in review."""
    fast: bool = False
    """In the lane of replies and emergencies."""
    looker: str = ""
    """Who looks at it now, by name, and until when."""
    looks_until: datetime | None = None
    language: str = ""


class Drafts:
    """The use cases of a draft, each one transaction."""

    def __init__(self, store: Store, checking: Checking, clock: Clock) -> None:
        self._store, self._checking, self._clock = store, checking, clock

    def create(self, actor: Actor, brand_slug: str, draft: Draft, *, once: Once | None = None) -> DraftView:
        """Begin a draft; it is checked at once and shown to nobody but its contributors' brand.

        A call that is repeated under the same name (`once`) gives the draft that it made before.
        """
        draft_id = new_id()

        def run(tx: Tx) -> str:
            brand, now = tx.brand(brand_slug), self._clock()
            if once is not None and (made := once.made(tx, actor, now)) is not None:
                return made
            review = workflow.begin(brand, actor, draft_id, draft, now)
            case = self._checking.case(tx, tx.in_context(review), brand, now)
            tx.add_review(review, project(case))
            tx.append(_event(case, actor, "draft.created", review.draft.digests))
            if once is not None:
                once.remember(tx, actor, draft_id, now)
            return draft_id

        self._checking.prepare(brand_slug, draft, self._clock())
        return self.view(actor, self._again(run))

    def view(self, actor: Actor, draft_id: str) -> DraftView:
        """The draft with its findings, states and the actions that `actor` has."""
        case = self._read(draft_id)
        _check_visible(case, actor)
        with self._store.read() as tx:
            roster = tx.roster(case.brand.slug, case.now)
        return view_of(case, actor, roster)

    def version_tag(self, actor: Actor, draft_id: str) -> str:
        """Moves with any version, sign-off, objection, permit or publication: for waiting tools."""
        case = self._read(draft_id)
        _check_visible(case, actor)
        return activity(case)

    def act(self, actor: Actor, draft_id: str, *commands: Command) -> DraftView:
        """Apply commands in one transaction, all or none; every one is logged, a refused one too."""
        for command in commands:
            if isinstance(command, workflow.Edit):
                self._prepare_edit(draft_id, command)

        asked = commands[0]

        def run(tx: Tx) -> None:
            nonlocal asked
            before = tx.review(draft_id)
            brand, now = tx.brand(before.brand), self._clock()
            case = self._checking.case(tx, before, brand, now)
            asked = commands[0]
            _check_visible(case, actor, commands)
            decided = [case]
            for asked in commands:
                digests = workflow.subjects(case, asked)
                after = workflow.act(case, actor, asked)
                tx.append(_command_event(case, actor, asked, digests))
                case = self._checking.case(tx, tx.in_context(after), brand, now)
                follow(tx, case, asked)
                decided.append(case)
            tx.save_review(before, case.review, project(case))
            if not all(isinstance(command, workflow.Edit) for command in commands):
                replay.keep(tx, self._checking, decided, now)

        try:
            self._again(run)
        except Refusal as refusal:
            self._log_refusal(actor, draft_id, asked, refusal)
            raise
        return self.view(actor, draft_id)

    def inbox(self, actor: Actor, brand_slug: str, box: Box) -> list[DraftRow]:
        """The drafts of one box, riskiest first, then by deadline."""
        with self._store.read() as tx:
            brand, now = tx.brand(brand_slug), self._clock()
            mine = actor.id if box == "mine" else None
            reviews = tx.reviews(brand_slug, states=_STATES_OF[box], wrote=mine)
            cases = [self._checking.case(tx, r, brand, now, wait=True) for r in reviews]
            claims = tx.claims(brand_slug, now)
        seen = [case for case in cases if workflow.may_see(case, actor) and _belongs(case, actor, box)]
        return sorted((row_of(case, claims.get(case.review.id)) for case in seen), key=urgency)

    def to_resume(self, actor: Actor) -> list[DraftRow]:
        """What a pause that has ended still holds back: each waits for somebody who did not write it."""
        waiting = [
            case
            for case in self.cases(actor, frozenset({State.IN_REVIEW, State.APPROVED}))
            if any(workflow.to_resume(case, d) for d in case.review.draft.digests)
        ]
        return sorted(map(row_of, waiting), key=urgency)

    def cases(self, actor: Actor, states: frozenset[State]) -> list[Case]:
        """The drafts that this actor sees, last saved in one of these states, as the law sees them now."""
        found = self._cases(actor, lambda tx: tx.reviews(actor.brand, states=states))
        return [case for case in found if workflow.may_see(case, actor)]

    def texts(self, actor: Actor) -> list[Case]:
        """The brand's texts for repeated use; whoever asks for them asks the law who may use them."""
        return self._cases(actor, lambda tx: tx.standing_texts(actor.brand))

    def _cases(self, actor: Actor, reviews: Callable[[Tx], list[Review]]) -> list[Case]:
        with self._store.read() as tx:
            brand, now = tx.brand(actor.brand), self._clock()
            return [self._checking.case(tx, review, brand, now, wait=True) for review in reviews(tx)]

    def _prepare_edit(self, draft_id: str, command: workflow.Edit) -> None:
        with self._store.read() as tx:
            brand_slug = tx.review(draft_id).brand
        self._checking.prepare(brand_slug, command.draft, self._clock())

    def _read(self, draft_id: str) -> Case:
        with self._store.read() as tx:
            review = tx.review(draft_id)
            return self._checking.case(tx, review, tx.brand(review.brand), self._clock(), wait=True)

    def _again(self, run: Callable[[Tx], Result]) -> Result:
        """Run in one transaction; where text or policy changed since it was checked, check and repeat."""
        for _ in range(ROUNDS):
            try:
                return self._store.write(run)
            except Recheck as stale:
                stale.check()
        raise Unavailable("The policy keeps changing while this is being checked: try again in a minute.")

    def _log_refusal(self, actor: Actor, draft_id: str, asked: Command, refusal: Refusal) -> None:
        """The refused act was rolled back, so it is written down in a transaction of its own."""

        def run(tx: Tx) -> None:
            review = tx.review(draft_id)
            tx.append(
                Event(
                    at=self._clock(),
                    brand=review.brand,
                    actor=actor.id,
                    action=workflow.BY_COMMAND[type(asked)].refusal,
                    subject=("draft", draft_id),
                    digests=_named(asked),
                    seen=_seen(asked),
                    detail={"version": review.version.number, "code": refusal.code},
                )
            )

        if not isinstance(refusal, NotFound):
            self._store.write(run)


def new_id() -> str:
    """96 random bits, safe in addresses."""
    return secrets.token_hex(12)


def view_of(case: Case, actor: Actor, roster: workflow.rota.Roster = ()) -> DraftView:
    """A case as this actor sees it."""
    digests = case.review.draft.digests
    waits = State.IN_REVIEW in {workflow.state(case, d) for d in digests}
    able = workflow.rota.able(case) if waits else frozenset()
    return DraftView(
        review=case.review,
        brand=case.brand,
        verdicts=case.verdicts,
        states={d: workflow.state(case, d) for d in digests},
        state=workflow.draft_state(case),
        actions=workflow.actions(case, actor),
        missing={d: workflow.wanting(case, d) for d in digests},
        unmeetable=tuple(dict.fromkeys(s for d in digests for s in workflow.unmeetable(case, d))),
        groups=case.brand.groups_of(actor.id),
        signs_for=frozenset(
            group
            for group in workflow.signing_groups(case.brand)
            if all(workflow.may_sign_for(case, actor.id, group, d, case.now) for d in digests)
        ),
        contributors={d: workflow.contributors(case.review, d) for d in digests},
        held={d: workflow.holds_on(case, d) for d in digests},
        to_resume=frozenset(d for d in digests if workflow.to_resume(case, d)),
        wanted_by=workflow.rota.wanted_by(case) if waits else None,
        next_here=workflow.rota.next_here(case.brand, roster, able, case.now),
        asked=workflow.rota.wanted_from(case, actor.id) if actor.id in able else frozenset(),
    )


def activity(case: Case) -> str:
    """A short tag over everything that a waiting tool or page would want to hear of."""
    review = case.review
    states = "".join(workflow.state(case, d)[0] for d in review.draft.digests)
    counts = (
        review.version.number,
        len(review.sign_offs),
        sum(1 + len(o.dismissals) + (o.lifted_at is not None) for o in review.objections),
        sum(1 + (p.redeemed_at is not None) + (p.revoked_at is not None) for p in review.permits),
        len(review.publications) + len(review.reissues) + len(review.confirmations) + len(review.reslots),
        sum(1 + (s.accepted_at is not None) for s in review.suggestions),
        (review.emergency is not None) + (review.responds_to is not None),
        sum(len(workflow.holds_on(case, d)) for d in review.draft.digests),
    )
    return "-".join(map(str, counts)) + f"-{states}"


def project(case: Case) -> Projection:
    """What lists show of a draft; only a copy, it can be computed again."""
    verdicts = [case.verdicts[d] for d in case.review.draft.digests]
    return Projection(
        state=workflow.draft_state(case),
        states={d: workflow.state(case, d) for d in case.review.draft.digests},
        due=case.review.draft.schedule.at,
        findings=sum(len(v.findings) for v in verdicts),
        worst=min((v.worst for v in verdicts if v.worst), key=lambda d: d.rank, default=None),
    )


def _check_visible(case: Case, actor: Actor, commands: tuple[Command, ...] = ()) -> None:
    """Who may not see a draft is told that there is none; a permit's holder may use what it holds."""
    holder = any(p.audience in (actor.id, f"person:{actor.id}") for p in case.review.permits)
    asks_to_publish = any(_asks_to_publish(case, actor, c) for c in commands)
    if actor.brand != case.brand.slug or not (workflow.may_see(case, actor) or holder or asks_to_publish):
        raise NotFound("There is no such post here, or it is not yours to see.")


def _asks_to_publish(case: Case, actor: Actor, command: Command) -> bool:
    """A tool that may ask for permits, or whoever the terms of a text for repeated use let use it."""
    if isinstance(command, workflow.IssueUse):
        return workflow.may_use(case, actor, command)
    return isinstance(command, workflow.Issue) and "permit" in actor.scopes


def _named(command: Command) -> tuple[str, ...]:
    """The digests that a command itself names: a refused one may name what is not there any more."""
    one = getattr(command, "content_sha256", None)
    return (one,) if one else tuple(getattr(command, "seen", None) or getattr(command, "digests", None) or ())


def _seen(command: Command) -> tuple[str, ...]:
    seen = getattr(command, "seen", None)
    if seen is not None:
        return tuple(seen.values())
    verdict = getattr(command, "verdict", None)
    return (verdict,) if verdict else ()


def _command_event(case: Case, actor: Actor, command: Command, digests: tuple[str, ...]) -> Event:
    names = ("group", "finding", "objection", "jti", "audience", "base")
    detail = {n: getattr(command, n) for n in names if getattr(command, n, None) is not None}
    if isinstance(command, workflow.Report):
        detail["jti"] = command.publication.jti
    event = _event(case, actor, workflow.BY_COMMAND[type(command)].event, digests)
    return replace(event, seen=_seen(command), detail={**event.detail, **detail})


def _event(case: Case, actor: Actor, action: str, digests: tuple[str, ...]) -> Event:
    return Event(
        at=case.now,
        brand=case.brand.slug,
        actor=actor.id,
        action=action,
        subject=("draft", case.review.id),
        digests=digests,
        detail={"version": case.review.version.number},
    )


_STATES_OF: Mapping[Box, frozenset[State] | None] = {
    "needs_you": frozenset({State.IN_REVIEW, State.CHANGES_REQUESTED, State.APPROVED, State.EXPIRED}),
    "waiting": frozenset({State.IN_REVIEW, State.APPROVED, State.EXPIRED}),
    "sent_back": frozenset({State.CHANGES_REQUESTED, State.REJECTED}),
    "approved": frozenset({State.APPROVED, State.RELEASED, State.IN_REVIEW, State.EXPIRED}),
    "published": frozenset({State.PUBLISHED, State.RELEASED, State.APPROVED, State.IN_REVIEW}),
    "mine": None,
}
"""Where stored states may be of use: time moves them on unseen, so each box also reads the state
that it had before."""


def _belongs(case: Case, actor: Actor, box: Box) -> bool:
    states = {workflow.state(case, d) for d in case.review.draft.digests}
    match box:
        case "mine":
            named = {case.review.author, case.review.draft.on_behalf_of}
            return actor.id in workflow.everybody_who_wrote(case.review) | named
        case "needs_you":
            return bool(workflow.rota.wanted_from(case, actor.id))
        case "waiting":
            return State.IN_REVIEW in states and not workflow.rota.wanted_from(case, actor.id)
        case "sent_back":
            return bool(states & {State.CHANGES_REQUESTED, State.REJECTED})
        case "approved":
            return bool(states & {State.APPROVED, State.RELEASED}) and State.IN_REVIEW not in states
        case "published":
            return State.PUBLISHED in states


def row_of(case: Case, claim: Claim | None = None) -> DraftRow:
    """A draft as lists show it."""
    review, shown = case.review, project(case)
    waits = State.IN_REVIEW in shown.states.values()
    variants = review.draft.variants
    return DraftRow(
        id=review.id,
        author_name=case.brand.people.get(review.author, review.author),
        excerpt=" ".join(variants[0].text.split())[:160],
        channels=tuple(dict.fromkeys(v.channel for v in variants)),
        accounts=tuple(dict.fromkeys(v.account for v in variants)),
        kind=variants[0].kind,
        state=shown.state,
        worst=shown.worst,
        findings=shown.findings,
        due=shown.due,
        updated=max(
            [review.version.at, *(s.at for s in review.sign_offs), *(o.at for o in review.objections)]
        ),
        version=review.version.number,
        wanted_by=workflow.rota.wanted_by(case) if waits else None,
        fast=workflow.rota.fast(case),
        looker=case.brand.people.get(claim.person, "A colleague") if claim else "",
        looks_until=claim.until if claim else None,
        language=review.draft.language,
    )


def urgency(row: DraftRow) -> tuple[int, int, float, float]:
    """Replies and emergencies come first; then risk, then deadline, then the longest waiting."""
    lane = 0 if row.fast else 1
    risk = row.worst.rank if row.worst else len(Decision)
    deadline = min((at.timestamp() for at in (row.due, row.wanted_by) if at), default=float("inf"))
    return (lane, risk, deadline, row.updated.timestamp())
