"""Random workflows over HTTP, each answer held against the oracle of the law.

A workflow is a draft (sometimes with a copy of it) to which many actors send requests: some at random,
some of any kind that the law allows, some such that the draft gets on. Before each request the oracle
says from the facts alone what has to come back; after it, what has to be on record.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from reviewer.model import Actor, Draft, Part, Publication, Schedule, Standing, State, Variant
from reviewer.workflow.commands import (
    Accept,
    AllowReissue,
    Approve,
    AskRemoval,
    Command,
    Confirm,
    Consent,
    Dismiss,
    Edit,
    Except,
    Issue,
    IssueUse,
    Lift,
    NewSlot,
    OpenEmergency,
    PostedByHand,
    ReadWithout,
    Redeem,
    Reject,
    Report,
    RequestChanges,
    Respond,
    Resume,
    Revoke,
    Submit,
    Suggest,
    TakeSuggestion,
    Withdraw,
)
from tests.law_facts import Facts, World, read
from tests.law_oracle import Law, audience_of
from tests.law_record import after, may_lift, may_place
from tests.law_stage import PEOPLE, TOOLS, Answer, Stage
from tests.law_table import reasons
from tests.law_walks import (
    Maker,
    about_findings,
    approves,
    by_hand,
    confirm,
    consents,
    dismisses,
    edits,
    emergency,
    issues,
    lifts,
    new_slots,
    objects,
    redeems,
    reissues,
    removals,
    reports,
    resumes,
    revokes,
    submit,
    suggests,
    takes,
    uses_of,
    withdraw,
)

STEPS, READS = 10, 0.3
"""How much is tried on each draft, and after how much of it somebody reads it."""
WORDS = ("", "", "", "", " It is shiny.", " A miracle.", " Very good.", " A forbidden kettle.")
"""What some of the texts say besides, which sets one rule off each."""
EVERYBODY = (*PEOPLE, *TOOLS, "stranger", "nobody")
NEEDS = {
    Edit: "draft:write",
    Submit: "draft:write",
    Withdraw: "draft:write",
    Issue: "permit",
    IssueUse: "permit",
    Redeem: "permit",
    Revoke: "permit",
    Report: "publication:write",
}
"""The scope without which a key is turned away at the door."""


@dataclass
class Tally:
    """What came of the workflows."""

    workflows: int = 0
    requests: int = 0
    released: int = 0
    published: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    ended: Counter[State] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.workflows:,} workflows, {self.requests:,} requests: {self.accepted.total():,} accepted "
            f"of {len(self.accepted)} kinds, {self.refused.total():,} refused with {len(self.codes)} codes, "
            f"{len(self.wrong)} wrong answers; {self.released} reached release "
            f"({self.released / max(1, self.workflows):.0%}), {self.published} were published"
        )


class Workflow:
    """One draft and everything that is asked about it."""

    def __init__(self, stage: Stage, seed: int, tally: Tally) -> None:
        self.stage, self.tally, self.number = stage, tally, next(stage.numbers)
        self.chance = random.Random(seed)  # noqa: S311  # repeatable, not secret
        self.brand = self.chance.choice(["acme", "acme", "strict", "ghost"])
        self.accounts = (f"x:{self.brand}", f"x:{self.brand}-shop", f"linkedin:company/{self.brand}")
        self.label = f"workflow {seed} of {self.brand}"
        self.variants: dict[str, Variant] = {}
        self.terms: dict[str, Standing] = {}
        self.tokens: dict[str, str] = {}
        self.topics: dict[str, str] = {}
        self.drafts: list[str] = []
        self.reached: set[State] = set()
        self.worlds: dict[str, World] = {}

    # --- what may be written ---

    def post(self, what: str, account: str | None = None, **more: Any) -> Variant:
        account = account or self.accounts[0]
        text = f"Number {self.number}: {what}"
        return Variant("post", account.partition(":")[0], account, (Part(text),), **more)

    def beginnings(self) -> Draft:
        """A draft to begin with."""
        text = f"we open at nine.{self.chance.choice(WORDS)}"
        form, now = self.chance.random(), self.stage.now
        if form < 0.08:
            target = f"https://x.com/{self.brand}/status/{self.number}"
            return Draft((Variant("removal", "x", self.accounts[0], (), target=target),))
        if form < 0.18:
            reply = Variant("reply", "x", self.accounts[0], (Part(f"Number {self.number}: we are on it."),))
            terms = Standing(
                (self.accounts[0], self.accounts[1]), now + timedelta(days=3), 2, (), ("https://x.com/",)
            )
            return Draft((reply,), standing=terms)
        chosen = self.chance.choice(
            [self.accounts[:1], self.accounts[:1], self.accounts[:2], self.accounts[2:]]
        )
        draft = Draft(tuple(self.post(text, account) for account in chosen))
        if form < 0.28:
            draft = replace(draft, schedule=Schedule("at", now + timedelta(hours=2)))
        elif form < 0.38:
            draft = replace(draft, schedule=Schedule("queue"))
        elif form < 0.5:
            draft = replace(draft, on_behalf_of=self.stage.ids["joe", self.brand])
        return draft

    def makers(self, draft: Draft) -> tuple[Maker, ...]:
        """Everything on the menu, rightly and wrongly."""
        first = draft.variants[0]
        if first.kind == "removal":
            return (submit, withdraw, removals, issues(3), redeems, revokes, reports, approves("marketing"))
        other = replace(first, parts=(Part(f"Number {self.number}: we open at ten."),))
        near = replace(first, parts=(Part(first.parts[0].text.upper()),))
        changed = [replace(draft, variants=(v, *draft.variants[1:])) for v in (other, near)]
        rival = replace(draft, variants=(replace(first, account="x:rival", channel="x"),))
        groups = ("marketing", "legal", "comms")
        slots = (self.stage.now + timedelta(hours=3), self.stage.now - timedelta(hours=1))
        uses: tuple[Maker, ...] = ()
        if draft.standing:
            target = f"https://x.com/someone/status/{self.number}"
            use = replace(first, target=target)
            uses = (uses_of(use, replace(use, account=self.accounts[1]), replace(use, target=None), limit=4),)
        return (
            submit, withdraw, confirm, approves(*groups, parts=True), approves("marketing"),
            edits(draft, *changed, rival, limit=6, wrong=False), edits(draft, limit=6, wrong=False),
            *(about_findings(kind, *groups) for kind in (Accept, ReadWithout, Except)),
            objects(RequestChanges, "marketing", "legal", limit=3), objects(Reject, "comms", limit=2),
            lifts, dismisses(*groups), issues(4), redeems, revokes, reports, by_hand(4), reissues,
            suggests(other, limit=2), takes(6), emergency, resumes, self.responds, consents, removals,
            new_slots(*slots), *uses,
        )  # fmt: skip

    def responds(self, law: Law, who: Actor) -> Iterator[Command]:  # noqa: ARG002  # a maker
        yield from (Respond(h.id) for h in law.brand.holds[-2:])
        yield Respond("nothing")

    # --- what the oracle knows ---

    def law(self, draft_id: str) -> Law:
        """The law over what was on record when somebody last looked; nobody else writes."""
        if draft_id not in self.worlds:
            self.worlds[draft_id] = self.look(draft_id)
        return Law(replace(self.worlds[draft_id], now=self.stage.now))

    def look(self, draft_id: str) -> World:
        """What is on record, and what surrounds it."""
        services = self.stage.services
        with services.store.read() as tx:
            review, brand = tx.review(draft_id), tx.brand(self.brand)
        for version in review.versions:
            self.variants |= version.draft.by_digest
            if version.draft.standing:
                self.terms[version.draft.standing.sha256] = version.draft.standing
        self.variants |= {s.variant.content_sha256: s.variant for s in review.suggestions}
        self.variants |= {p.variant.content_sha256: p.variant for p in review.permits if p.variant}
        verdicts = {on: services.checking.check(v, self.brand) for on, v in self.variants.items()}
        on_topic = {
            on: frozenset(hold for hold, word in self.topics.items() if word in v.text)
            for on, v in self.variants.items()
        }
        return World(read(review), brand, verdicts, self.variants, self.terms, self.stage.now, on_topic)

    def inherited(self, draft_id: str, law: Law) -> frozenset[tuple[str, str]]:
        """Who wrote the present words in the other drafts, worked out anew."""
        found = set()
        for other in self.drafts:
            if other != draft_id:
                theirs = self.worlds.get(other) or self.look(other)
                held = {on for v in theirs.facts.wrote for on in v.digests}
                own = Law(replace(theirs, facts=theirs.facts._replace(inherited=frozenset())))
                found |= {(on, by) for on in held & set(law.present) for by in own.contributors(on)}
        return frozenset(found)

    # --- one request ---

    def expected(self, law: Law, name: str, who: Actor, command: Command) -> frozenset[str]:
        """The codes that may come back: `ok`, or those of the rows that forbid it."""
        if name == "nobody":
            return frozenset({"not-signed-in"})
        if name == "stranger":
            return frozenset({"not-found"})
        if who.service and NEEDS.get(type(command), "") not in ("", *who.scopes):
            return frozenset({"not-allowed"})
        if isinstance(command, Redeem) and command.jti not in self.tokens:
            return frozenset({"permit-refused"})  # nobody could sign such a token
        rows = {kind.code for row in reasons(law, who, command) for kind in row.refusals}
        if not self.visible(law, who, command):
            return frozenset({"not-found"}) | (rows if isinstance(command, IssueUse) else frozenset())
        return frozenset(rows) or frozenset({"ok"})

    def visible(self, law: Law, who: Actor, command: Command) -> bool:
        """Whether the draft is shown to them, or they may use it without."""
        holds = any(p.audience == audience_of(who) for p in law.facts.issued)
        asks = isinstance(command, Issue | IssueUse) and "permit" in who.scopes
        uses = isinstance(command, IssueUse) and law.terms is not None and who.id in law.brand.people
        return law.sees(who) or holds or asks or (uses and not law.terms.users)  # type: ignore[union-attr]

    def send(self, draft_id: str, name: str, command: Command) -> Answer | None:
        """One request; None for what no request can say."""
        request = self.request(draft_id, command)
        if request is None:
            return None
        method, path, body, headers = request
        return self.stage.ask(name, self.brand, method, path, body, **headers)

    def request(self, draft_id: str, c: Command) -> tuple[str, str, Any, dict[str, str]] | None:
        at = f"/api/v1/drafts/{draft_id}"
        body: Any
        match c:
            case Edit():
                return "PUT", at, body_of(c.draft), {"If_Match": f'"{c.base}"'}
            case Submit():
                return "POST", f"{at}/submit", None, {}
            case Withdraw():
                return "POST", f"{at}/withdraw", {"reason": c.reason}, {}
            case Confirm():
                return "POST", f"{at}/confirm", {"digests": c.digests}, {}
            case Approve():
                body = {"group": c.group, "seen": dict(c.seen)}
                return "POST", f"{at}/sign-offs", body, {}
            case Accept() | ReadWithout() | Except():
                act = {Accept: "accept", ReadWithout: "read", Except: "except"}[type(c)]
                body = {"act": act, "group": c.group, "seen": {c.content_sha256: c.verdict}}
                return "POST", f"{at}/sign-offs", {**body, "finding": c.finding, "reason": c.reason}, {}
            case RequestChanges() | Reject():
                act = "reject" if isinstance(c, Reject) else "request_changes"
                body = {"act": act, "group": c.group, "comment": c.comment, "seen": dict(c.seen)}
                return "POST", f"{at}/objections", body, {}
            case Lift():
                return "POST", f"{at}/objections/{c.objection}/lift", None, {}
            case Dismiss():
                body = {"group": c.group, "reason": c.reason}
                return "POST", f"{at}/objections/{c.objection}/dismiss", body, {}
            case Issue():
                return "POST", "/api/v1/permits", {"draft": draft_id, "content_sha256": c.content_sha256}, {}
            case IssueUse():
                body = {"draft": draft_id, "content_sha256": c.content_sha256, "account": c.variant.account}
                target = {"target": {"url": c.variant.target}} if c.variant.target else {}
                return "POST", "/api/v1/permits/uses", {**body, **target}, {}
            case Redeem():
                return "POST", "/api/v1/permits/redeem", {"token": self.tokens.get(c.jti, "no token")}, {}
            case Revoke():
                return "POST", f"/api/v1/permits/{c.jti}/revoke", {"reason": c.reason}, {}
            case AllowReissue():
                return "POST", f"/api/v1/permits/{c.jti}/reissue", {"reason": c.reason}, {}
            case Report():
                url = f"https://x.com/1/{self.tally.requests}"  # the same report twice would be one
                body = {"jti": c.publication.jti, "url": url, "at": self.stage.now.isoformat()}
                return "POST", "/api/v1/publications", body, {}
            case PostedByHand():
                body = {"content_sha256": c.publication.content_sha256, "url": "https://x.com/1"}
                return "POST", f"{at}/posted", {**body, "at": self.stage.now.isoformat()}, {}
            case Suggest():
                body = {"content_sha256": c.content_sha256, "variant": variant_of(c.variant)}
                return "POST", f"{at}/suggestions", {**body, "comment": c.comment}, {}
            case TakeSuggestion() if c.base > 0:
                return "POST", f"{at}/suggestions/{c.suggestion}/take", {"version": c.base}, {}
            case OpenEmergency():
                return "POST", f"{at}/emergency", {"reason": c.reason}, {}
            case Resume():
                return "POST", f"{at}/resume", {"digests": c.digests, "reason": c.reason}, {}
            case AskRemoval():
                return "POST", f"{at}/removal", {"digests": c.digests, "reason": c.reason}, {}
            case Respond():
                return "POST", f"{at}/response", {"pause": c.hold}, {}
            case Consent():
                return "POST", f"{at}/consent", {"seen": dict(c.seen)}, {}
            case NewSlot():
                return "POST", f"{at}/slot", {"at": c.at.isoformat()}, {}
        return None

    def step(self, draft_id: str, name: str, command: Command) -> bool:
        """Send one request and hold answer and record against the oracle; whether it was accepted."""
        law = self.law(draft_id)
        who = self.stage.actor(name, self.brand) if name != "nobody" else Actor("nobody", "", self.brand)
        if isinstance(command, Issue | IssueUse) and command.audience != audience_of(who):
            return False  # a request always asks for whoever sends it
        wanted = self.expected(law, name, who, command)
        answer = self.send(draft_id, name, command)
        if answer is None:
            return False
        self.tally.requests += 1
        kind = type(command).__name__
        if answer.code not in wanted:
            self.differs(f"{name}, {command}: {answer.code} {answer.body}, by the law {sorted(wanted)}", law)
        if answer.code != "ok":
            self.tally.refused[kind] += 1
            self.tally.codes[answer.code] += 1
            if self.look(draft_id).facts != law.facts:
                self.differs(f"{name}, {command}: refused, and yet something was written", law)
            return False
        self.tally.accepted[kind] += 1
        self.recorded(draft_id, name, who, command, answer, law)
        return True

    def recorded(
        self, draft_id: str, name: str, who: Actor, command: Command, answer: Answer, law: Law
    ) -> None:
        """What is on record after an accepted request is what the oracle adds to the facts."""
        self.worlds = {draft_id: self.look(draft_id)}  # it may have been said of other drafts too
        then = self.law(draft_id)
        if isinstance(command, Issue | IssueUse):
            self.tokens[answer.body["jti"]] = answer.body["token"]
        named = with_ids(command, law.facts, then.facts)
        says = after(law, who, named)
        same = self.stage.clock is not None
        for name_, should, does in zip(Facts._fields, says, then.facts, strict=True):
            if name_ in ("objected", "inherited") or should == does:
                continue
            if same or undated(should) != undated(does):
                self.differs(f"{name}, {command}: {name_} is {does}, by the law {should}", law)
        if not undated(says.objected) <= undated(then.facts.objected):
            self.differs(f"{name}, {command}: an objection is lost", law)
        written = frozenset(pair for pair in then.facts.inherited if pair[0] in then.present)
        if written != self.inherited(draft_id, then):
            self.differs(f"{name}, {command}: {written} wrote it elsewhere", then)

    def differs(self, what: str, law: Law) -> None:
        states = [law.state(on).value for on in law.present]
        self.worlds.clear()
        self.tally.wrong.append(f"{self.label}, {law.now:%a %H:%M}, {states}: {what}")

    # --- the whole ---

    def run(self) -> None:
        """Begin a draft and let everybody at it."""
        self.tally.workflows += 1
        draft = self.beginnings()
        if not self.begin(draft):
            return
        makers = self.makers(draft)
        for _ in range(STEPS):
            draft_id = self.chance.choice(self.drafts)
            luck = self.chance.random()
            if luck < 0.06:
                self.pause_or_lift(draft_id)
            elif luck < 0.09 and len(self.drafts) < 2:
                self.begin(draft)
            elif luck < 0.4:
                self.at_random(draft_id, makers)
            elif luck < 0.6:
                self.sideways(draft_id, makers)
            else:
                self.forward(draft_id)
            self.note(draft_id)
            self.time_goes_on()
        self.end()

    def begin(self, draft: Draft) -> bool:
        """A draft by somebody of the brand; others are turned away."""
        names = ["eve", "eve", "joe", "tool", "ada", "ceo", "bare", "stranger", "nobody"]
        name = self.chance.choice([n for n in names if n == "tool" or not draft.on_behalf_of])
        answer = self.stage.ask(name, self.brand, "POST", "/api/v1/drafts", body_of(draft))
        self.tally.requests += 1
        wanted = {"nobody": "not-signed-in", "stranger": "not-found", "bare": "not-allowed"}.get(name, "ok")
        if answer.code != wanted:
            self.tally.wrong.append(f"{self.label}: {name} begins: {answer.code} {answer.body}, not {wanted}")
        if answer.code != "ok":
            return self.begin(draft) if not self.drafts else False
        self.drafts.append(answer.body["id"])
        self.worlds = {}
        return True

    def at_random(self, draft_id: str, makers: tuple[Maker, ...]) -> None:
        law = self.law(draft_id)
        name = self.chance.choice(EVERYBODY)
        who = self.stage.actor(name if name != "nobody" else "joe", self.brand)
        commands = [c for maker in (self.chance.choice(makers),) for c in maker(law, who)]
        if commands:
            self.step(draft_id, name, self.chance.choice(commands))

    def sideways(self, draft_id: str, makers: tuple[Maker, ...]) -> None:
        """Something that the law allows to one of three, of any kind."""
        law, found = self.law(draft_id), {}  # type: tuple[Law, dict[type, list[tuple[str, Command]]]]
        for name in self.chance.sample(sorted({*PEOPLE, "tool"}), 3):
            who = self.stage.actor(name, self.brand)
            for maker in makers:
                for command in maker(law, who):
                    if self.expected(law, name, who, command) == {"ok"}:
                        found.setdefault(type(command), []).append((name, command))
        kinds = [kind for kind in found if kind is not Withdraw or self.chance.random() < 0.1]
        if kinds:
            self.step(draft_id, *self.chance.choice(found[self.chance.choice(kinds)]))

    def forward(self, draft_id: str) -> None:
        """Something that the law allows and that brings the draft on."""
        law = self.law(draft_id)
        steps = [
            (name, command)
            for name, makers in FORWARD.items()
            for maker in makers
            for command in maker(law, self.stage.actor(name, self.brand))
            if self.leads_on(law, self.stage.actor(name, self.brand), command)
        ]
        if steps:
            self.step(draft_id, *self.chance.choice(steps))

    def leads_on(self, law: Law, who: Actor, command: Command) -> bool:
        if self.expected(law, "", who, command) != {"ok"}:
            return False
        return not isinstance(command, Approve) or law.state(next(iter(command.seen))) is State.IN_REVIEW

    def pause_or_lift(self, draft_id: str) -> None:
        """A pause of something, or an agreement that one may end."""
        law = self.law(draft_id)
        name = self.chance.choice(["ada", "lea", "cleo", "joe", "tool", "ceo"])
        who = self.stage.actor(name, self.brand)
        standing = [h for h in law.brand.holds if len(h.lifts) < 2]
        if standing:
            hold = self.chance.choice(standing)
            wrong = {kind.code for kind in may_lift(law, who, hold.id)}
            self.compare(name, "POST", f"/api/v1/pauses/{hold.id}/lift", None, wrong)
        else:
            scope = self.chance.choice(
                [f"brand:{self.brand}", f"account:{self.accounts[0]}", "channel:x", "channel:y"]
            )
            wrong = {kind.code for kind in may_place(law, who, scope, "Fire")}
            self.compare(name, "POST", "/api/v1/pauses", {"scope": scope, "reason": "Fire"}, wrong)

    def compare(self, name: str, method: str, path: str, body: object, wrong: set[str]) -> None:
        answer = self.stage.ask(name, self.brand, method, path, body)
        self.worlds = {}
        self.tally.requests += 1
        (self.tally.refused if answer.code != "ok" else self.tally.accepted)["pause"] += 1
        if answer.code not in (wrong or {"ok"}):
            self.tally.wrong.append(f"{self.label}: {name} {path} {body}: {answer.code}, by the law {wrong}")

    def note(self, draft_id: str) -> None:
        """Which states were reached; and what a reader is shown is what the law says."""
        law = self.law(draft_id)
        self.reached |= {law.state(on) for on in law.present}
        if law.terms and law.facts.issued:
            self.reached.add(State.RELEASED)
        name = self.chance.choice(EVERYBODY)
        if name in ("nobody", "stranger") or self.chance.random() > READS:
            return
        who = self.stage.actor(name, self.brand)
        answer = self.stage.ask(name, self.brand, "GET", f"/api/v1/drafts/{draft_id}")
        self.tally.requests += 1
        if who.service and not who.scopes & {"draft:write", "permit"}:
            if answer.code != "not-allowed":
                self.differs(f"{name} reads it: {answer.code}", law)
        elif answer.code != ("ok" if law.sees(who) or holder(law, who) else "not-found"):
            self.differs(f"{name} reads it: {answer.code}, sees {law.sees(who)}", law)
        elif answer.code == "ok":
            shown = {v["content_sha256"]: v["state"] for v in answer.body["variants"]}
            if shown != {on: law.state(on).value for on in law.present}:
                self.differs(f"{name} reads {shown}", law)

    def time_goes_on(self) -> None:
        """Mostly minutes, at times hours; the next moment that matters is often just past a boundary."""
        luck = self.chance.random()
        self.stage.pass_by(minutes=16 if luck < 0.05 else 125 if luck < 0.07 else 1, seconds=luck)
        if luck > 0.995:
            self.stage.pass_by(hours=25)

    def end(self) -> None:
        """Nothing that was paused stays so for the next workflow."""
        with self.stage.services.store.read() as tx:
            standing = [h for h in tx.brand(self.brand).holds if h.lifted_at is None]
        for hold in standing:
            for name in ("ben", "eve"):
                self.stage.ask(name, self.brand, "POST", f"/api/v1/pauses/{hold.id}/lift")
        self.tally.released += State.RELEASED in self.reached or State.PUBLISHED in self.reached
        self.tally.published += State.PUBLISHED in self.reached
        for draft_id in self.drafts:
            law = self.law(draft_id)
            self.tally.ended.update(law.state(on) for on in law.present)


def handed_in(law: Law, who: Actor) -> Iterator[Command]:
    yield Submit()


def of_the_present(law: Law, who: Actor) -> Iterator[Command]:
    """A permit for whoever asks, redeemed and reported, in that order."""
    for on in law.present:
        yield Issue(on, audience_of(who), "j")
    for p in law.facts.issued:
        yield Redeem(p.jti)
        yield Report(Publication("p", "x:a", "x", "https://x.com/1", law.now, who.id, p.jti))


def use_now(law: Law, who: Actor) -> Iterator[Command]:
    if law.terms:
        words = law.world.variants[law.present[0]]
        target = f"https://x.com/someone/status/{len(law.facts.issued)}"
        yield IssueUse(law.present[0], replace(words, target=target), audience_of(who), "j")


FORWARD: Mapping[str, tuple[Maker, ...]] = {
    "eve": (handed_in, by_hand(1)),
    "joe": (handed_in, consents, confirm),
    "ceo": (handed_in,),
    "ada": (handed_in, approves("marketing", old=False), resumes, about_findings(Except, "marketing")),
    "ben": (approves("marketing", old=False),),
    "lea": (approves("legal", old=False), about_findings(Accept, "legal"), about_findings(Except, "legal")),
    "cleo": (approves("comms", old=False), removals),
    "tool": (handed_in, of_the_present, use_now),
}
"""Who brings a draft on, and how."""


def holder(law: Law, who: Actor) -> bool:
    return any(p.audience == audience_of(who) for p in law.facts.issued)


def with_ids(command: Command, before: Facts, then: Facts) -> Command:
    """The same command with the names that the server gave to what it made."""
    match command:
        case RequestChanges() | Reject():
            new = {o.on: o.id for o in then.objected - before.objected}
            return replace(command, ids=tuple(new.get(on, "?") for on in command.seen))
        case Suggest():
            return replace(command, id=next((s.id for s in then.suggested - before.suggested), "?"))
        case Issue() | IssueUse():
            return replace(command, jti=next((p.jti for p in then.issued - before.issued), "?"))
        case Report():
            told = next((name for _, name in then.reported - before.reported), "?")
            return replace(command, publication=replace(command.publication, id=told))
        case PostedByHand():
            told = next((name for _, name in then.reported - before.reported), "?")
            jti = next((p.jti for p in then.issued - before.issued), command.jti)
            return replace(command, publication=replace(command.publication, id=told), jti=jti)
    return command


def undated(thing: Any) -> Any:
    """Without its times: a server that runs elsewhere has a clock of its own."""
    match thing:
        case datetime():
            return None
        case tuple():
            return tuple(map(undated, thing))
        case frozenset():
            return frozenset(map(undated, thing))
    return thing


def variant_of(variant: Variant) -> dict[str, Any]:
    return {
        "channel": variant.channel,
        "account": variant.account,
        "parts": [{"text": part.text} for part in variant.parts],
    }


def body_of(draft: Draft) -> dict[str, Any]:
    """A draft as a request carries it."""
    first, standing = draft.variants[0], draft.standing
    body: dict[str, Any] = {"kind": first.kind, "variants": [variant_of(v) for v in draft.variants]}
    if first.target:
        body["target"] = {"url": first.target}
    if draft.schedule.mode != "now":
        body["schedule"] = {"mode": draft.schedule.mode}
        if draft.schedule.at:
            body["schedule"]["at"] = _text(draft.schedule.at)
    if draft.on_behalf_of:
        body["on_behalf_of"] = draft.on_behalf_of
    if standing:
        body["standing"] = {
            "accounts": standing.accounts,
            "until": _text(standing.until),
            "uses": standing.uses,
            "targets": standing.targets,
        }
    return body


def _text(at: datetime) -> str:
    return at.isoformat()


def run(stage: Stage, seeds: range, tally: Tally | None = None) -> Tally:
    """That many workflows, one after the other."""
    tally = tally or Tally()
    for seed in seeds:
        Workflow(stage, seed, tally).run()
    return tally
