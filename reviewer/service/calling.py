"""Asking for attention: who is told that something waits, in which order, and who is told next.

`follow` is called in the transaction of a step and writes down what happens later; everything else here is
called by a worker, in the transaction that marks its job done. Nothing of this gives or takes a right.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from reviewer import workflow
from reviewer.model import Event, State
from reviewer.service.checking import Checking
from reviewer.store import CLAIM, Job, Notice, Store, Tx
from reviewer.workflow import Case, Command, hours, rota

CALL, SLOT, SEND = "review.call", "slot.pass", "notice.send"
REMINDERS = 3
"""How often people are reminded of a post in the usual lane."""
SERVER = "system:worker"
"""Who acts in the log where nobody does."""


@dataclass(frozen=True)
class Message:
    """What leaves the house about a notice: never a word of the post itself."""

    way: Literal["mail", "slack"]
    to: str
    subject: str
    link: str
    name: str


def follow(tx: Tx, case: Case, command: Command) -> None:
    """Write down what happens later because of a step: people are asked, a slot passes."""
    review, slug = case.review, case.brand.slug
    if isinstance(command, workflow.Submit | workflow.OpenEmergency):
        due = case.now if rota.fast(case) else rota.wanted_by(case)
        if due is not None and review.version.submitted_at is not None:
            payload = {"draft": review.id, "round": _round(case), "turn": 0}
            tx.enqueue(CALL, _round(case), payload, due, now=case.now, brand=slug)
    slot = workflow.schedule(review).at
    if slot is not None and isinstance(command, workflow.Submit | workflow.NewSlot):
        key, payload = f"{review.id}:{slot.isoformat()}", {"draft": review.id, "slot": slot.isoformat()}
        tx.enqueue(SLOT, key, payload, slot + workflow.GRACE, now=case.now, brand=slug)


def _round(case: Case) -> str:
    """One submission of a draft, by one lane."""
    urgent = "-urgent" if case.review.emergency else ""
    return f"{case.review.id}:{case.review.version.number}{urgent}"


class Calling:
    """What a worker does about drafts that wait."""

    def __init__(
        self,
        store: Store,
        checking: Checking,
        clock: Callable[[], datetime],
        address: str,
        ways: frozenset[str],
    ) -> None:
        self._store, self._checking, self._clock = store, checking, clock
        self._address, self._ways = address, ways

    def pass_slot(self, tx: Tx, payload: Mapping[str, Any], now: datetime) -> None:
        """Put on record that a slot passed, unapproved or missed; nothing else follows from it."""
        case = self._case(tx, payload["draft"], now)
        slot = workflow.schedule(case.review).at
        gone = [d for d in case.review.draft.digests if workflow.state(case, d) is State.EXPIRED]
        if slot is None or slot.isoformat() != payload["slot"] or not gone:
            return
        detail = {"version": case.review.version.number, "slot": payload["slot"]}
        tx.append(
            Event(
                now,
                case.brand.slug,
                SERVER,
                "draft.expired",
                ("draft", case.review.id),
                tuple(gone),
                detail=detail,
            )
        )

    def call(self, tx: Tx, payload: Mapping[str, Any], now: datetime) -> None:
        """Ask the next person, or remind everybody; and say when to look again."""
        case = self._case(tx, payload["draft"], now)
        states = {workflow.state(case, d) for d in case.review.draft.digests}
        if _round(case) != payload["round"] or State.IN_REVIEW not in states:
            return
        roster = tx.roster(case.brand.slug, now)
        if (busy := _looked_at_until(tx, case)) is not None:
            self._again(tx, case, payload, busy, payload["turn"])
        elif rota.fast(case):
            self._next_person(tx, case, payload, roster)
        else:
            self._remind(tx, case, payload, roster)

    def _next_person(self, tx: Tx, case: Case, payload: Mapping[str, Any], roster: rota.Roster) -> None:
        """One after the other, three minutes apart; what is late is everybody's."""
        given = [n for n in tx.notices(case.review.id) if n.round == payload["round"]]
        present, target = rota.to_ask(case, roster), rota.wanted_by(case)
        fresh = [person for person in present if person not in {n.person for n in given}]
        late = target is not None and target <= case.now
        turn, soon = payload["turn"], case.now + rota.NEXT_PERSON
        if not present:
            self._when_somebody_is_back(tx, case, payload, roster)
        elif fresh and late:
            self._tell(tx, case, ("", *fresh), "overdue", turn)
            self._again(tx, case, payload, soon, turn + 1)
        elif fresh:
            self._tell(tx, case, ("", fresh[0]) if turn == 0 else (fresh[0],), "asked", turn)
            self._again(tx, case, payload, soon, turn + 1)
        elif target is not None and not late:
            self._again(tx, case, payload, target, turn)
        elif not any(n.why == "overdue" for n in given):
            self._tell(tx, case, ("", *present), "overdue", turn)

    def _when_somebody_is_back(
        self, tx: Tx, case: Case, payload: Mapping[str, Any], roster: rota.Roster
    ) -> None:
        back = rota.next_here(case.brand, roster, rota.able(case), case.now)
        if back is not None and back > case.now:
            self._again(tx, case, payload, back, payload["turn"])

    def _remind(self, tx: Tx, case: Case, payload: Mapping[str, Any], roster: rota.Roster) -> None:
        """Everybody who is here, when an answer was wanted, and then after as much time again."""
        present, turn, since = rota.to_ask(case, roster), payload["turn"], case.review.version.submitted_at
        if not present:
            self._when_somebody_is_back(tx, case, payload, roster)
            return
        self._tell(tx, case, ("", *present), "reminded", turn)
        target = rota.wanted_by(case)
        if turn + 1 < REMINDERS and target is not None and since is not None:
            length = hours.worked(case.brand, since, target)
            due = hours.after(case.brand, case.now, length) if length else None
            if due is not None:
                self._again(tx, case, payload, due, turn + 1)

    def _tell(
        self,
        tx: Tx,
        case: Case,
        people: tuple[str, ...],
        why: Literal["asked", "reminded", "overdue"],
        turn: int,
    ) -> None:
        """Ask people on the page and by every way that is set up; the empty name is the channel."""
        told = [person for person in people if person]
        for person in people:
            for way in ("page", "mail") if person else ("slack",):
                if way != "page" and way not in self._ways:
                    continue
                name = hashlib.sha256(f"{_round(case)} {turn} {why} {way} {person}".encode()).hexdigest()[:32]
                sent = case.now if way == "page" else None
                notice = Notice(name, case.review.id, _round(case), person, way, why, case.now, sent)
                if tx.add_notice(case.brand.slug, notice) and way != "page":
                    tx.enqueue(SEND, name, {"notice": name}, case.now, now=case.now, brand=case.brand.slug)
        detail = {"version": case.review.version.number, "why": why, "to": told}
        tx.append(
            Event(
                case.now, case.brand.slug, SERVER, "draft.escalated", ("draft", case.review.id), detail=detail
            )
        )

    def _again(self, tx: Tx, case: Case, payload: Mapping[str, Any], due: datetime, turn: int) -> None:
        again = {**payload, "turn": turn}
        tx.enqueue(CALL, payload["round"], again, due, now=case.now, brand=case.brand.slug)

    def message(self, job: Job, now: datetime) -> Message | None:
        """What a notice says; None where it has left, or nobody has to be asked any more."""
        with self._store.read() as tx:
            notice = tx.notice(job.payload["notice"])
            if notice is None or notice.sent_at is not None:
                return None
            review = tx.review(notice.draft)
            case = self._checking.case(tx, review, tx.brand(review.brand), now, wait=True)
            to = tx.person(notice.person).email if notice.person else ""
        states = {workflow.state(case, d) for d in case.review.draft.digests}
        if _round(case) != notice.round or State.IN_REVIEW not in states:
            return None
        kind = case.review.draft.variants[0].kind
        what = f"A {kind}" + (" (emergency)" if case.review.emergency else "")
        subject = {
            "asked": f"{what} is waiting for you" if notice.person else f"{what} is waiting for a reviewer",
            "reminded": f"{what} is still waiting",
            "overdue": f"{what} is overdue",
        }[notice.why]
        subject, link = f"{subject} at {case.brand.name}", f"{self._address}/posts/{case.review.id}"
        way: Literal["mail", "slack"] = "mail" if notice.way == "mail" else "slack"
        return Message(way, to, subject, link, notice.id)

    def _case(self, tx: Tx, draft_id: str, now: datetime) -> Case:
        review = tx.review(draft_id)
        return self._checking.case(tx, review, tx.brand(review.brand), now)


def _looked_at_until(tx: Tx, case: Case) -> datetime | None:
    """Until when somebody has taken it on: by a claim, or by talking about it."""
    claim = tx.claims(case.brand.slug, case.now).get(case.review.id)
    ends = [claim.until] if claim else []
    since = case.review.version.submitted_at or case.now
    if case.review.emergency:
        since = max(since, case.review.emergency.at)
    signs = workflow.signing_groups(case.brand)
    ends += [
        said.at + CLAIM
        for said in tx.comments(case.review.id)
        if said.at >= since and case.brand.groups_of(said.by) & signs and said.by != case.review.author
    ]
    return max((end for end in ends if end > case.now), default=None)
