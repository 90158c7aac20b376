"""Eight actors at the same moment, round after round: what must never happen twice, and must never fail.

Four kinds of round take turns. *colleagues*: four of marketing approve, one of them three times, another
one also through a second account, and the author tries too. *one human*: eight clicks of one person
through two accounts, where two people have to sign. *permit*: eight calls of a tool ask for the same
permit, then eight use it. *edit*: the author edits while seven approve what they saw.
"""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from reviewer import workflow
from reviewer.errors import AlreadyRedeemed, OwnDraft, Refusal, StaleContent, WrongState
from reviewer.model import Actor, Approvals, Brand, Draft, GroupRule, Part, State, Variant
from reviewer.service import DraftView, Services
from reviewer.service.people import Founder
from reviewer.workflow import Approve, Edit, Issue, Submit
from tests.law_stage import built
from tests.web_world import PASSWORD

ACTORS = 8
MARKETING = ("ada", "ben", "cid", "dan", "bea")
"""Bea is Ben's second account."""


@dataclass
class Seen:
    """What the rounds came to; everything but `rounds` has to be zero, or full for the control."""

    rounds: int = 0
    two_permits: int = 0
    two_uses: int = 0
    counted_twice: int = 0
    unseen_approved: int = 0
    refused_wrongly: int = 0
    naive_failed: int = 0
    naive_rounds: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (
            self.two_permits
            or self.two_uses
            or self.counted_twice
            or self.unseen_approved
            or self.refused_wrongly
        )

    def __str__(self) -> str:
        return (
            f"{self.rounds:,} rounds × {ACTORS} actors: {self.two_permits} double permits, {self.two_uses} "
            f"double uses, {self.counted_twice} people counted twice, {self.unseen_approved} approvals "
            f"of an unseen digest, {self.refused_wrongly} legitimate sign-offs refused; the naive control "
            f"failed in {self.naive_failed} of {self.naive_rounds} rounds"
        )


class Arena:
    """One brand on a real database, in which two people of marketing have to sign."""

    def __init__(self, folder: Path, url: str) -> None:
        self.services: Services = built(folder, url, None)
        people = self.services.people
        approvals = Approvals(groups={"marketing": GroupRule(signs=2), "legal": GroupRule()})
        people.add_brand(Brand("acme", "Acme", approvals, accounts=frozenset({"x:acme"})))
        may = {"eve": ("marketing",), **dict.fromkeys(MARKETING, ("marketing",))}
        founders = [Founder(n.capitalize(), f"{n}@acme.example", PASSWORD, g) for n, g in may.items()]
        ids = {p.name.lower(): p.id for p in people.found("acme", founders)}
        self.services.store.write(lambda tx: tx.set_same_person(ids["bea"], ids["ben"]))
        people.add_service("acme", "tool", "Tool")
        key = people.make_key("acme", "tool", ("draft:write", "permit"), "eve@acme.example")
        self.actors: dict[str, Actor] = {n: people.actor_for(i, "acme") for n, i in ids.items()}
        self.actors["tool"] = people.actor_for_key(key)
        self.pool = ThreadPoolExecutor(ACTORS)
        self.numbers = itertools.count(1)
        self.seen = Seen()

    def close(self) -> None:
        self.pool.shutdown()
        self.services.store.close()

    def text(self) -> Draft:
        return Draft((Variant("post", "x", "x:acme", (Part(f"Number {next(self.numbers)}: we open."),)),))

    def submitted(self) -> DraftView:
        view = self.services.drafts.create(self.actors["eve"], "acme", self.text())
        return self.services.drafts.act(self.actors["eve"], view.review.id, Submit())

    def at_once(self, *works: Callable[[], object]) -> list[object]:
        """What each of the works gives or raises; all begin at the same moment."""
        barrier = threading.Barrier(len(works))

        def begin(work: Callable[[], object]) -> object:
            barrier.wait(30)
            try:
                return work()
            except Refusal as refusal:
                return refusal

        return list(self.pool.map(begin, works))

    # --- the rounds ---

    def round(self) -> None:
        """The next round."""
        kinds = (self.colleagues, self.permit, self.one_human, self.edit)
        kinds[self.seen.rounds % len(kinds)]()
        self.seen.rounds += 1

    def approvals(self, view: DraftView, *names: str) -> list[Callable[[], object]]:
        seen = {on: verdict.sha256 for on, verdict in view.verdicts.items()}
        return [
            lambda who=name: self.services.drafts.act(  # type: ignore[misc]  # bound as a default
                self.actors[who], view.review.id, Approve("marketing", seen)
            )
            for name in names
        ]

    def signed(self, view: DraftView) -> tuple[DraftView, list[str]]:
        """The draft now, and who signed it, by name, one entry for each record."""
        names = {actor.id: name for name, actor in self.actors.items()}
        now = self.services.drafts.view(self.actors["ada"], view.review.id)
        return now, sorted(names[s.by] for s in now.review.sign_offs)

    def colleagues(self) -> None:
        names = ("ada", "ben", "cid", "dan", "ada", "ada", "bea", "eve")
        view = self.submitted()
        answers = self.at_once(*self.approvals(view, *names))
        now, signers = self.signed(view)
        refused = [a for n, a in zip(names, answers, strict=True) if n != "eve" and isinstance(a, Refusal)]
        self.seen.refused_wrongly += bool(refused) or now.state is not State.APPROVED
        self.seen.counted_twice += signers != sorted(MARKETING) or not isinstance(answers[-1], OwnDraft)
        self.note(refused, signers)

    def one_human(self) -> None:
        view = self.submitted()
        answers = self.at_once(*self.approvals(view, *("ben", "bea") * 4))
        now, signers = self.signed(view)
        refused = [a for a in answers if isinstance(a, Refusal)]
        self.seen.refused_wrongly += bool(refused)
        self.seen.counted_twice += signers != ["bea", "ben"] or now.state is not State.IN_REVIEW
        self.note(refused, [] if signers == ["bea", "ben"] else signers)

    def approved(self) -> DraftView:
        view = self.submitted()
        for approval in self.approvals(view, "ada", "ben"):
            approval()
        return view

    def permit(self) -> None:
        view, tool = self.approved(), self.actors["tool"]
        release, (digest,) = self.services.release, view.review.draft.digests
        answers = self.at_once(*[lambda: release.issue(tool, view.review.id, digest)] * ACTORS)
        issued = [a for a in answers if not isinstance(a, Refusal)]
        now = self.services.drafts.view(self.actors["ada"], view.review.id)
        self.seen.two_permits += len(issued) != 1 or len(now.review.permits) != 1
        wrong = [a for a in answers if isinstance(a, Refusal) and not isinstance(a, WrongState)]
        token = issued[0].token  # type: ignore[attr-defined]  # an Issued
        uses = self.at_once(*[lambda: release.redeem(tool, token)] * ACTORS)
        self.seen.two_uses += sum(not isinstance(a, Refusal) for a in uses) != 1
        wrong += [a for a in uses if isinstance(a, Refusal) and not isinstance(a, AlreadyRedeemed)]
        self.note(wrong, [])

    def edit(self) -> None:
        view = self.submitted()
        changed = self.text()
        author, name = self.actors["eve"], view.review.id

        def edit() -> object:
            return self.services.drafts.act(author, name, Edit(1, changed), Submit())

        answers = self.at_once(edit, *self.approvals(view, *MARKETING, "ada", "ben"))
        now, _ = self.signed(view)
        unseen = [s for s in now.review.sign_offs if s.content_sha256 in changed.digests]
        self.seen.unseen_approved += bool(unseen) or now.state is not State.IN_REVIEW
        wrong = [a for a in answers[1:] if isinstance(a, Refusal) and not isinstance(a, StaleContent)]
        self.seen.refused_wrongly += bool(wrong) or isinstance(answers[0], Refusal)
        self.note(wrong, [])

    def note(self, refused: list[object], signers: list[str]) -> None:
        self.seen.notes += [f"round {self.seen.rounds}: {type(r).__name__} {r}" for r in refused]
        if signers not in ([], sorted(MARKETING)):
            self.seen.notes.append(f"round {self.seen.rounds}: signed by {signers}")

    # --- the control ---

    def naive_round(self, url: str) -> None:
        """The same law, read and then written without the store's comparison in between."""
        view, tool = self.approved(), self.actors["tool"]
        (digest,) = view.review.draft.digests

        def ask() -> None:
            with psycopg.connect(url, autocommit=True) as connection:
                query = "SELECT count(*) FROM naive WHERE draft = %s"
                before = connection.execute(query, [view.review.id]).fetchone()
                with self.services.store.read() as tx:
                    review, brand, now = tx.review(view.review.id), tx.brand("acme"), self.services.clock()
                    case = self.services.checking.case(tx, review, brand, now, wait=True)
                after = workflow.act(case, tool, Issue(digest, tool.id, "j"))
                if before == (0,):
                    row = [review.id, after.permits[-1].jti]
                    connection.execute("INSERT INTO naive VALUES (%s, %s)", row)

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS naive (draft text, jti text)")
            self.at_once(*[ask] * ACTORS)
            found = connection.execute(
                "SELECT count(*) FROM naive WHERE draft = %s", [view.review.id]
            ).fetchone()
        self.seen.naive_rounds += 1
        self.seen.naive_failed += found != (1,)
