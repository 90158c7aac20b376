"""The walks of the law: for each of its parts a small world, who asks for what in it, and what may happen.

A walk is exhausted: from its first draft on, everybody tries everything on the menu in every review that
can be reached, and the clock, the policy and the groups move as `turns` say. The author holds every role
and is in every group; two people of marketing are alike.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from reviewer.model import (
    Actor,
    Approvals,
    Brand,
    Decision,
    Draft,
    Finding,
    GroupRule,
    Hold,
    Objection,
    Part,
    Place,
    Publication,
    Review,
    Schedule,
    Standing,
    Variant,
    Verdict,
)
from reviewer.model import (
    Lift as Lifted,
)
from reviewer.workflow import Case, act, begin
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
from tests.law_oracle import Law, audience_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

ROLES = frozenset({"author", "policy_owner", "brand_admin", "auditor", "system_admin"})
GROUPS = {"marketing": GroupRule(), "legal": GroupRule(), "comms": GroupRule()}
MEMBERS = {
    "marketing": frozenset({"eve", "ada", "ben", "service:tool"}),
    "legal": frozenset({"eve", "lea"}),
    "comms": frozenset({"eve", "cleo"}),
}
PEOPLE = {name: name.capitalize() for name in ("eve", "ada", "ben", "lea", "cleo", "ceo", "joe")}
BRAND = Brand("acme", "Acme", Approvals(groups=GROUPS), MEMBERS, PEOPLE, frozenset({"x:acme", "x:shop"}))


def person(name: str, *roles: str, brand: str = "acme") -> Actor:
    return Actor(name, name.capitalize(), brand, frozenset(roles))


def tool(name: str, *scopes: str, brand: str = "acme", answerable: Iterable[str] = ()) -> Actor:
    return Actor(
        f"service:{name}",
        name,
        brand,
        service=True,
        scopes=frozenset(scopes),
        answerable=frozenset(answerable),
    )


EVE = person("eve", *ROLES)
ADA, BEN, LEA, CLEO, JOE = map(person, ("ada", "ben", "lea", "cleo", "joe"))
CEO = person("ceo", "system_admin", "brand_admin")
TOOL = tool("tool", "draft:write", "permit", answerable={"ben"})
OTHER = tool("other", "permit")
MUTE = tool("mute", "draft:write")
STRANGER, FOREIGN = person("ada", *ROLES, brand="other"), tool("tool", "permit", brand="other")


def post(text: str, account: str = "x:acme", **more: object) -> Variant:
    return Variant("post", "x", account, (Part(text),), **more)  # type: ignore[arg-type]


A, B = post("We open at nine."), post("We open at ten.")
NEARLY_A = post("we open at NINE")


def found(decision: Decision, owner: str, would: Decision | None = None) -> Finding:
    rule = f"{decision}/{owner}/{would}"
    return Finding(
        rule, rule, rule, decision, owner, Place("/parts/0/text", 0, 2), "We", "m", "r", would=would
    )


WARNED = found(Decision.WARN, "marketing")
NEEDS_LEGAL = found(Decision.NEEDS_APPROVAL, "legal")
BLOCKED = found(Decision.BLOCK, "legal")
UNREAD = found(Decision.UNCHECKED, "legal", Decision.WARN)
UNREAD_BLOCK = found(Decision.UNCHECKED, "legal", Decision.BLOCK)
TIP = found(Decision.SUGGEST, "people")

Findings = tuple[Finding, ...]


@dataclass(frozen=True)
class Around:
    """What surrounds a draft at one moment."""

    brand: Brand
    now: datetime = NOW
    policy: int = 0
    on_topic: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[object, ...]:
        brand = self.brand
        return (
            frozenset(brand.members.items()),
            self.now,
            self.policy,
            tuple((h.id, h.by, h.lifts) for h in brand.holds),
            frozenset(brand.epochs.items()),
        )


Maker = Callable[[Law, Actor], Iterator[Command]]
Turn = Callable[[Review, Around], Iterator[tuple[Review, Around]]]


@dataclass(frozen=True, eq=False)
class Walk:
    """One part of the law: its world, who asks for what (`menu`), what happens by itself (`turns`).

    `policies` are the findings of every variant under each policy version, `alike` people who differ
    by name only; `floor` is how many reviews, up to symmetry, a walk must at least reach.
    """

    name: str
    start: Callable[[], Review]
    drafts: tuple[Draft, ...]
    menu: tuple[tuple[tuple[Actor, ...], tuple[Maker, ...]], ...]
    floor: int
    turns: tuple[Turn, ...] = ()
    brand: Brand = BRAND
    policies: tuple[Findings, ...] = ((),)
    alike: tuple[tuple[str, ...], ...] = (("ada", "ben"),)
    others: tuple[Variant, ...] = ()
    required: tuple[str, ...] = ()
    on_topic: frozenset[str] = frozenset()
    verdicts: Mapping[tuple[int, str], Verdict] = field(init=False)
    variants: Mapping[str, Variant] = field(init=False)
    terms: Mapping[str, Standing] = field(init=False)

    def __post_init__(self) -> None:
        variants = {v.content_sha256: v for d in self.drafts for v in d.variants}
        variants |= {v.content_sha256: v for v in self.others}
        verdicts = {}
        for n, findings in enumerate(self.policies):
            owners = [
                f.owner for f in findings if f.decision in (Decision.NEEDS_APPROVAL, Decision.UNCHECKED)
            ]
            groups = tuple(dict.fromkeys(["marketing", *owners, *self.required]))
            for on in variants:
                verdicts[n, on] = Verdict(on, f"policy {n}", findings, groups)
        object.__setattr__(self, "variants", variants)
        object.__setattr__(self, "verdicts", verdicts)
        object.__setattr__(self, "terms", {d.standing.sha256: d.standing for d in self.drafts if d.standing})

    def tries(self, law: Law) -> Iterator[tuple[Actor, Command]]:
        """Everything that everybody tries in this world."""
        for actors, makers in self.menu:
            for who in actors:
                for maker in makers:
                    for command in maker(law, who):
                        yield who, command


def begun(draft: Draft, by: Actor = EVE, brand: Brand = BRAND, **more: object) -> Callable[[], Review]:
    return lambda: replace(begin(brand, by, "d1", draft, NOW), **more)  # type: ignore[arg-type]


def submitted(draft: Draft, by: Actor = EVE, brand: Brand = BRAND, **more: object) -> Callable[[], Review]:
    """A draft that was handed in by its author already, to save the walk the way there."""

    def start() -> Review:
        review = begun(draft, by, brand, **more)()
        version = replace(review.version, submitted_by=by.id, submitted_at=NOW)
        return replace(review, versions=(version,))

    return start


def signed(draft: Draft, *names: str) -> Callable[[], Review]:
    """A draft that people of marketing signed off already."""

    def start() -> Review:
        review = submitted(draft)()
        for name in names:
            verdicts = {on: Verdict(on, "policy 0", (), ("marketing",)) for on in draft.digests}
            seen = {on: verdict.sha256 for on, verdict in verdicts.items()}
            review = act(Case(review, BRAND, verdicts, NOW), person(name), Approve("marketing", seen))
        return review

    return start


# --- what may be asked for ------------------------------------------------------------------------------


def fresh(law: Law, on: Iterable[str] | None = None) -> dict[str, str]:
    """What an up-to-date page shows."""
    return {d: law.world.verdicts[d].sha256 for d in (law.present if on is None else on)}


def stale(law: Law) -> Iterator[dict[str, str]]:
    """Pages of another text, and of an older verdict."""
    elsewhere = [on for on in law.world.variants if on not in law.present]
    if elsewhere:
        yield {elsewhere[0]: law.world.verdicts[law.present[0]].sha256}
    yield {law.present[0]: "0" * 64}


def only(count: Callable[[Law], int], limit: int, maker: Maker) -> Maker:
    """Ask only while there are few of something: this keeps a walk finite."""

    def few(law: Law, who: Actor) -> Iterator[Command]:
        if count(law) < limit:
            yield from maker(law, who)

    return few


def submit(law: Law, who: Actor) -> Iterator[Command]:
    yield Submit()


def withdraw(law: Law, who: Actor) -> Iterator[Command]:
    yield Withdraw("no longer needed")


def confirm(law: Law, who: Actor) -> Iterator[Command]:
    yield Confirm(law.present)
    yield Confirm(("0" * 64,))


def edits(*drafts: Draft, limit: int = 3, wrong: bool = True) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        number = law.latest.number
        for draft in drafts:
            yield Edit(number, draft)
        if wrong:
            yield Edit(number - 1, drafts[0])
            yield Edit(number, Draft((post("We open.", "x:rival"),)))

    return only(lambda law: law.latest.number, limit, maker)


def approves(*groups: str, parts: bool = False, old: bool = True) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        for group in groups:
            yield Approve(group, fresh(law))
            if parts:
                yield from (Approve(group, fresh(law, [on])) for on in law.present)
        if old:
            yield from (Approve(groups[0], seen) for seen in stale(law))
            yield Approve(groups[0], {})
            yield Approve("people", fresh(law))

    return maker


def about_findings(kind: type[Accept] | type[ReadWithout] | type[Except], *groups: str) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        on = law.present[0]
        verdict = law.world.verdicts[on]
        for finding in verdict.findings:
            for group in groups:
                yield kind(group, on, finding.key, "The contract says so.", verdict.sha256)
            yield kind(groups[0], on, finding.key, "As seen before.", "0" * 64)
            yield kind(groups[0], on, finding.key, "  ", verdict.sha256)
        yield kind(groups[0], on, "f" * 64, "The contract says so.", verdict.sha256)

    return maker


def objects(
    kind: type[RequestChanges] | type[Reject], *groups: str, limit: int = 1, old: bool = True
) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        def objection(group: str, comment: str, seen: Mapping[str, str]) -> Command:
            names = (f"{kind.__name__} {who.id} {group} {len(law.facts.objected)} {on}" for on in seen)
            return kind(group, comment, seen, tuple(names))

        for group in groups:
            yield objection(group, "Too loud", fresh(law))
        if old:
            yield objection(groups[0], " ", fresh(law))
            yield from (objection(groups[0], "Too loud", seen) for seen in stale(law))

    return only(lambda law: len(law.facts.objected), limit, maker)


def lifts(law: Law, who: Actor) -> Iterator[Command]:
    yield from (Lift(o.id) for o in law.facts.objected)
    yield Lift("nothing")


def dismisses(*groups: str) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        for objection in law.facts.objected:
            yield from (Dismiss(objection.id, group, "It is our tone.") for group in groups)
            yield Dismiss(objection.id, groups[0], " ")
        yield Dismiss("nothing", groups[0], "It is our tone.")

    return maker


def issues(limit: int = 1, wrong: bool = True) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        name = f"j{len(law.facts.issued) + 1}"
        yield from (Issue(on, audience_of(who), name) for on in law.present)
        if wrong:
            yield Issue(law.present[0], "service:elsewhere", name)
            yield Issue("0" * 64, audience_of(who), name)

    return only(lambda law: len(law.facts.issued), limit, maker)


def tries_to_issue(law: Law, who: Actor) -> Iterator[Command]:
    """One permit too many must be refused: asked for where the limit of the walk is reached."""
    if law.facts.issued and law.taken(law.present[0]):
        yield Issue(law.present[0], audience_of(who), "one too many")


def redeems(law: Law, who: Actor) -> Iterator[Command]:
    yield from (Redeem(p.jti) for p in law.facts.issued)
    yield Redeem("nothing")


def revokes(law: Law, who: Actor) -> Iterator[Command]:
    yield from (Revoke(p.jti, "Wait.") for p in law.facts.issued)
    yield Revoke("nothing", "Wait.")


def publication(law: Law, who: Actor, jti: str | None, on: str) -> Publication:
    v = law.world.variants.get(on) or next(iter(law.world.variants.values()))
    return Publication(f"p {jti}", v.account, v.channel, "https://x.com/1", law.now, who.id, jti, on)


def reports(law: Law, who: Actor) -> Iterator[Command]:
    yield from (Report(publication(law, who, p.jti, p.on)) for p in law.facts.issued)
    yield Report(publication(law, who, "nothing", law.present[0]))


def by_hand(limit: int = 1) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        name = f"j{len(law.facts.issued) + 1}"
        yield PostedByHand(publication(law, who, None, law.present[0]), name)
        yield PostedByHand(publication(law, who, None, "0" * 64), name)

    return only(lambda law: len(law.facts.issued), limit, maker)


def reissues(law: Law, who: Actor) -> Iterator[Command]:
    yield from (AllowReissue(p.jti, "The tool crashed.") for p in law.facts.issued)
    yield AllowReissue("nothing", "The tool crashed.")


def suggests(*offers: Variant, limit: int = 1) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        for n, offer in enumerate(offers):
            yield Suggest(f"s{n} {who.id}", law.present[0], offer, "shorter")
        yield Suggest(f"s {who.id}", "0" * 64, offers[0], "shorter")
        yield Suggest(f"s {who.id}", law.present[0], post("We open.", "x:shop"), "shorter")

    return only(lambda law: len(law.facts.suggested), limit, maker)


def takes(limit: int = 3) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        for suggestion in law.facts.suggested:
            yield TakeSuggestion(suggestion.id, law.latest.number)
            yield TakeSuggestion(suggestion.id, law.latest.number - 1)
        yield TakeSuggestion("nothing", law.latest.number)

    return only(lambda law: law.latest.number, limit, maker)


def emergency(law: Law, who: Actor) -> Iterator[Command]:
    yield OpenEmergency("The shop is flooded.")
    yield OpenEmergency(" ")


def resumes(law: Law, who: Actor) -> Iterator[Command]:
    yield Resume(law.present, "It still fits.")
    yield Resume(law.present, " ")
    yield Resume(("0" * 64,), "It still fits.")


def responds(law: Law, who: Actor) -> Iterator[Command]:
    if law.facts.responds is None:
        yield Respond("h1")
        yield Respond("nothing")


def consents(law: Law, who: Actor) -> Iterator[Command]:
    yield Consent(fresh(law))
    yield from (Consent(seen) for seen in stale(law))


def removals(law: Law, who: Actor) -> Iterator[Command]:
    yield from (AskRemoval((on,), "It is wrong.") for on in law.present)
    yield AskRemoval(law.present, " ")
    yield AskRemoval(("0" * 64,), "It is wrong.")


def new_slots(*times: datetime) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        yield from (NewSlot(at) for at in times)

    return maker


def uses_of(*variants: Variant, limit: int = 2) -> Maker:
    def maker(law: Law, who: Actor) -> Iterator[Command]:
        name = f"u{len(law.facts.issued) + 1}"
        for variant in variants:
            yield IssueUse(law.present[0], variant, audience_of(who), name)
        yield IssueUse(law.present[0], variants[0], "service:elsewhere", name)
        yield IssueUse("0" * 64, variants[0], audience_of(who), name)

    return only(lambda law: len(law.facts.issued), limit, maker)


# --- what happens by itself -----------------------------------------------------------------------------


def clock(*times: datetime) -> Turn:
    """Time goes on, from one moment of interest to the next."""

    def turn(review: Review, around: Around) -> Iterator[tuple[Review, Around]]:
        for before, then in pairwise((NOW, *times)):
            if around.now == before:
                yield review, replace(around, now=then)

    return turn


def policy(last: int) -> Turn:
    """The next policy version comes into force."""

    def turn(review: Review, around: Around) -> Iterator[tuple[Review, Around]]:
        if around.policy < last:
            yield review, replace(around, policy=around.policy + 1)

    return turn


def leaves(group: str, *names: str) -> Turn:
    """One of these people leaves a group."""

    def turn(review: Review, around: Around) -> Iterator[tuple[Review, Around]]:
        members = around.brand.members
        for name in names:
            if set(names) <= members[group]:
                fewer = {**members, group: members[group] - {name}}
                yield review, replace(around, brand=replace(around.brand, members=fewer))

    return turn


def turns_out_to_have_written(name: str, on: Variant) -> Turn:
    """Another draft of the brand, of which this person is a contributor, held the same words."""

    def turn(review: Review, around: Around) -> Iterator[tuple[Review, Around]]:
        if not review.inherited:
            yield replace(review, inherited={on.content_sha256: frozenset({name})}), around

    return turn


def objected_elsewhere(objection: Objection) -> Turn:
    """Somebody objects to the same or nearly the same words in another draft of the brand."""

    def turn(review: Review, around: Around) -> Iterator[tuple[Review, Around]]:
        if all(o.id != objection.id for o in review.objections):
            yield replace(review, objections=(*review.objections, objection)), around

    return turn


def removed_later(review: Review, around: Around) -> Iterator[tuple[Review, Around]]:
    """The removal of what this draft published was carried out."""
    if review.publications and not review.removed:
        yield replace(review, removed=frozenset(p.id for p in review.publications)), around


def pause(scope: str, times: int = 1, topic: str = "") -> Turn:
    """A pause is placed, and lifted by two, a minute later each; then perhaps another one."""

    def turn(review: Review, around: Around) -> Iterator[tuple[Review, Around]]:
        brand, later = around.brand, around.now + MINUTE
        ended, standing = (tuple(h for h in brand.holds if bool(h.lifts) == done) for done in (True, False))
        if standing:
            lifts = (Lifted("lea", later), Lifted("cleo", later))
            holds = (*ended, replace(standing[0], lifts=lifts))
            yield review, replace(around, now=later + MINUTE, brand=replace(brand, holds=holds))
        elif len(ended) < times:
            name = f"h{len(ended) + 1}"
            hold = Hold(name, scope, "Fire", "cleo", around.now, topic)
            epochs = {**brand.epochs, scope: brand.epochs.get(scope, 0) + 1}
            on_topic = around.on_topic | ({name} if topic else set())
            yield (
                review,
                replace(
                    around,
                    now=later,
                    on_topic=on_topic,
                    brand=replace(brand, holds=(*ended, hold), epochs=epochs),
                ),
            )

    return turn


# --- the walks ------------------------------------------------------------------------------------------

ON_A, ON_B = Draft((A,)), Draft((B,))
EVERYBODY = (EVE, ADA, BEN, LEA, CEO, TOOL, STRANGER)
SEVERAL, TWO_SIGN = BRAND.approvals, {**GROUPS, "marketing": GroupRule(signs=2)}


def under(approvals: Approvals, **changed: object) -> Brand:
    return replace(BRAND, approvals=approvals, **changed)  # type: ignore[arg-type]


DISTINCT = under(
    replace(SEVERAL, capacities="distinct"),
    members={**MEMBERS, "legal": frozenset({"eve", "lea", "ada", "ben"})},
)
SUGGESTION_COSTS = under(replace(SEVERAL, suggestion_costs_vote=True))
DEPUTIES = under(
    replace(SEVERAL, groups={**GROUPS, "marketing": GroupRule(1, ("comms",), "4h")}),
    members={**MEMBERS, "comms": frozenset({"eve", "cleo", "ada"})},
)
GHOST = replace(BRAND, consents={"x:acme": "joe"})
TWICE = replace(BRAND, same_person={"ben": "ada"})
SECOND_ACCOUNT = replace(BRAND, same_person={"ben": "eve"})

SLOT = NOW + 2 * HOUR
AT_SLOT, LATER, QUEUED = (
    Draft((A,), Schedule("at", SLOT)),
    Draft((A,), Schedule("at", SLOT + 6 * HOUR)),
    Draft((A,), Schedule("queue")),
)
BY_TOOL = Draft((A,), on_behalf_of="joe")
BY_TOOL_B = Draft((B,), on_behalf_of="joe")
SHOP = post("We open at nine.", "x:shop")
BOTH, BOTH_EDITED = Draft((A, SHOP)), Draft((B, SHOP))


def about(
    name: str,
    floor: int,
    finding: Finding,
    *makers: Maker,
    brand: Brand = BRAND,
    who: tuple[Actor, ...] = (),
    **more: Any,
) -> Walk:
    """A policy that newly finds something in a text that is under review."""
    actors = who or (EVE, ADA, BEN, LEA, CEO, TOOL)
    return Walk(
        name,
        submitted(ON_A, brand=brand),
        (ON_A,),
        ((actors, (approves("marketing", "legal"), *makers)), ((TOOL,), (issues(),))),
        floor,
        (policy(1),),
        brand,
        ((), (finding,)),
        **more,
    )


def paused(
    name: str,
    floor: int,
    *turns: Turn,
    draft: Draft = ON_A,
    who: tuple[Actor, ...] = (EVE, ADA, BEN, CLEO, CEO),
    **more: Any,
) -> Walk:
    """A pause before, between and after sign-off, permit and redemption."""
    return Walk(
        name,
        submitted(draft),
        (draft,),
        (
            (who, (approves("marketing", old=False), resumes)),
            ((TOOL,), (approves("marketing", old=False), issues(2, wrong=False), redeems, resumes)),
        ),
        floor,
        turns,
        **more,
    )


TWO = under(replace(SEVERAL, groups=TWO_SIGN))
HUMAN = replace(
    TWO, same_person={"ben": "ada"}, members={**MEMBERS, "marketing": frozenset({"ada", "ben", "joe", "eve"})}
)
REJECTED_ELSEWHERE = Objection(
    "elsewhere", "ada", "marketing", "reject", B.content_sha256, "No", NOW, "d0", B.near_sha256
)
NEAR_B = post("we open at TEN! https://x.com/1")
ON_NEAR_B = Draft((NEAR_B,))

REMOVE = Variant("removal", "x", "x:acme", (), target="https://x.com/1")
TERMS = Standing(("x:acme", "x:shop", "x:rival"), NOW + 30 * HOUR, uses=2, targets=("https://x.com/",))


def reply(target: str | None = None, account: str = "x:acme", text: str = "We are on it.") -> Variant:
    return Variant("reply", "x", account, (Part(text),), target=target)


def library(**changed: object) -> Draft:
    return Draft((reply(),), standing=replace(TERMS, **changed))  # type: ignore[arg-type]


USE, OTHER_USE = reply("https://x.com/1"), reply("https://x.com/2", "x:shop")
MISUSES = (
    reply("https://x.com/1", text="We are on it!"),
    reply("https://y.example/1"),
    reply(),
    reply("https://x.com/1", "x:rival"),
    replace(USE, channel="linkedin"),
)

BOTH_AT_SLOT = replace(BOTH, schedule=AT_SLOT.schedule)
JOE_SIGNS = replace(BRAND, members={**MEMBERS, "marketing": frozenset({"eve", "ada", "ben", "joe"})})
NO_COMMS = replace(
    BRAND,
    approvals=Approvals(groups={"marketing": GroupRule(), "legal": GroupRule()}),
    members={name: MEMBERS[name] for name in ("marketing", "legal")},
)
ON_REMOVE = Draft((REMOVE,))
REMOVE_AND_SAY = Draft((replace(REMOVE, parts=(Part("Gone."),)),))

WALKS = (
    Walk(
        "an edit, a revert, and who may sign",
        begun(ON_A),
        (ON_A, ON_B),
        (
            ((EVE, CEO, TOOL, STRANGER), (submit, approves("marketing", "legal"))),
            ((ADA, BEN, LEA), (submit, approves("marketing"))),
            ((EVE, ADA, LEA, CEO, STRANGER), (edits(ON_A, ON_B),)),
        ),
        400,
        (leaves("marketing", "ada", "ben"),),
        policies=((WARNED,),),
    ),
    Walk(
        "an edit of one variant of two",
        begun(BOTH),
        (BOTH, BOTH_EDITED, ON_A),
        (
            ((EVE, ADA, BEN, CEO), (submit, withdraw, approves("marketing", parts=True))),
            ((EVE, ADA), (edits(BOTH, BOTH_EDITED, limit=2),)),
            ((TOOL,), (issues(2), redeems)),
        ),
        720,
    ),
    Walk(
        "two of marketing, and what others wrote",
        submitted(ON_A, brand=TWO),
        (ON_A, ON_B),
        (
            (
                (EVE, ADA, BEN, CEO, TOOL),
                (approves("marketing", "legal"), submit, edits(ON_B, limit=2), withdraw),
            ),
        ),
        370,
        (turns_out_to_have_written("ada", A), leaves("marketing", "ada", "ben")),
        TWO,
    ),
    Walk(
        "two accounts of one human",
        submitted(ON_A, brand=HUMAN),
        (ON_A,),
        (
            (
                (EVE, ADA, BEN, JOE, LEA),
                (approves("marketing"), objects(Reject, "marketing"), dismisses("marketing")),
            ),
        ),
        50,
        brand=HUMAN,
    ),
    Walk(
        "a second account of the author",
        submitted(ON_A),
        (ON_A, ON_B),
        (
            (
                (EVE, ADA, BEN),
                (
                    approves("marketing"),
                    objects(RequestChanges, "marketing"),
                    dismisses("marketing"),
                    lifts,
                    edits(ON_B, limit=2),
                    submit,
                ),
            ),
        ),
        90,
        brand=SECOND_ACCOUNT,
        alike=(),
    ),
    about("a warning", 70, WARNED),
    about("a tip", 70, TIP),
    about("something that needs approval", 100, NEEDS_LEGAL, about_findings(Accept, "legal", "marketing")),
    about(
        "a check that did not run", 330, UNREAD, about_findings(ReadWithout, "legal", "marketing", "comms")
    ),
    about(
        "something that can't go out",
        48,
        BLOCKED,
        about_findings(Except, "legal", "comms"),
        who=(EVE, ADA, LEA, CLEO, CEO, TOOL),
    ),
    about(
        "a check that could have stopped it",
        45,
        UNREAD_BLOCK,
        about_findings(Except, "legal", "comms"),
        about_findings(ReadWithout, "legal"),
        who=(EVE, ADA, LEA, CLEO, TOOL),
    ),
    about(
        "two owners where there is no other group",
        33,
        found(Decision.BLOCK, "marketing"),
        about_findings(Except, "marketing", "legal"),
        who=(EVE, ADA, BEN),
        brand=replace(BRAND, members={"marketing": MEMBERS["marketing"]}),
    ),
    Walk(
        "several findings at once",
        submitted(ON_A),
        (ON_A,),
        (
            (
                (EVE, ADA, LEA),
                (
                    about_findings(Accept, "legal"),
                    about_findings(ReadWithout, "legal", "marketing"),
                    about_findings(Except, "legal", "marketing"),
                ),
            ),
            ((ADA, BEN, LEA), (approves("marketing", "legal", old=False),)),
            ((TOOL,), (issues(),)),
        ),
        80,
        policies=((NEEDS_LEGAL, UNREAD, BLOCKED),),
        alike=(),
    ),
    Walk(
        "one capacity each",
        submitted(ON_A, brand=DISTINCT),
        (ON_A,),
        (
            ((EVE, ADA, LEA), (approves("marketing", "legal"), about_findings(Accept, "legal"))),
            ((BEN,), (approves("marketing", old=False),)),
            ((TOOL,), (issues(),)),
        ),
        200,
        brand=DISTINCT,
        policies=((NEEDS_LEGAL,),),
        alike=(),
    ),
    Walk(
        "requests for changes",
        submitted(ON_A),
        (ON_A, ON_B),
        (
            (
                (EVE, ADA, CLEO, CEO, TOOL, STRANGER),
                (objects(RequestChanges, "marketing", "comms"), lifts, dismisses("marketing", "comms")),
            ),
            ((BEN,), (approves("marketing", old=False), lifts, dismisses("marketing"))),
            ((EVE,), (edits(ON_A, ON_B, limit=3, wrong=False), submit)),
        ),
        1020,
        alike=(),
    ),
    Walk(
        "rejections",
        submitted(ON_A),
        (ON_A, ON_NEAR_B),
        (
            ((EVE, ADA, CLEO), (objects(Reject, "marketing"), lifts)),
            ((EVE, ADA, BEN, JOE, CLEO), (dismisses("marketing", "comms"),)),
            ((BEN,), (approves("marketing", old=False),)),
            ((EVE,), (edits(ON_A, ON_NEAR_B, limit=2, wrong=False), submit)),
        ),
        840,
        (objected_elsewhere(REJECTED_ELSEWHERE),),
        others=(B,),
        brand=replace(BRAND, members={**MEMBERS, "marketing": frozenset({"eve", "ada", "ben", "joe"})}),
        alike=(),
    ),
    Walk(
        "two objections",
        submitted(ON_A),
        (ON_A,),
        (
            (
                (EVE, ADA, BEN, CLEO),
                (
                    approves("marketing", old=False),
                    objects(RequestChanges, "marketing", limit=2, old=False),
                    objects(Reject, "marketing", limit=2, old=False),
                    lifts,
                    dismisses("marketing"),
                ),
            ),
        ),
        400,
    ),
    Walk(
        "permits",
        signed(ON_A, "ada"),
        (ON_A,),
        (
            ((EVE, TOOL, MUTE, FOREIGN), (issues(2), tries_to_issue, redeems, revokes, reports)),
            ((EVE, ADA, CEO, TOOL), (reissues,)),
            ((ADA, OTHER), (redeems, revokes, reports)),
        ),
        130,
        (removed_later,),
        alike=(),
    ),
    Walk(
        "permits in time",
        submitted(ON_A),
        (ON_A,),
        (
            ((ADA,), (approves("marketing", old=False), revokes)),
            ((TOOL,), (issues(2), redeems, reports)),
            ((ADA, EVE), (reissues,)),
        ),
        930,
        (clock(NOW + 15 * MINUTE, NOW + 24 * HOUR - 5 * MINUTE, NOW + 24 * HOUR),),
        alike=(),
    ),
    Walk(
        "permits and what changes under them",
        submitted(ON_A),
        (ON_A, ON_B),
        (
            ((EVE, ADA), (approves("marketing", old=False), revokes, reissues)),
            ((TOOL,), (issues(2, wrong=False), tries_to_issue, redeems, revokes, reports)),
            ((CLEO,), (objects(RequestChanges, "comms", old=False), lifts)),
            ((EVE, ADA), (edits(ON_B, limit=2, wrong=False), submit)),
        ),
        980,
        (leaves("marketing", "ada"),),
        alike=(),
    ),
    Walk(
        "posting by hand",
        submitted(ON_A),
        (ON_A, ON_B),
        (
            ((EVE, ADA, BEN, CEO, TOOL), (approves("marketing", old=False), by_hand(2), revokes)),
            ((EVE, TOOL), (issues(2), redeems, reports)),
        ),
        360,
        (clock(NOW + 16 * MINUTE),),
    ),
    Walk(
        "a slot",
        submitted(AT_SLOT),
        (AT_SLOT,),
        (
            ((EVE, ADA), (approves("marketing", old=False),)),
            ((TOOL,), (issues(wrong=False), redeems)),
            ((EVE, ADA, CLEO, CEO, TOOL), (new_slots(SLOT + 2 * HOUR, NOW),)),
            ((CLEO,), (objects(RequestChanges, "comms", old=False), lifts)),
        ),
        2450,
        (
            clock(
                SLOT - 16 * MINUTE,
                SLOT - 5 * MINUTE,
                SLOT + 5 * MINUTE,
                SLOT + 16 * MINUTE,
                SLOT + 2 * HOUR,
                SLOT + 3 * HOUR,
            ),
        ),
        alike=(),
    ),
    Walk(
        "a slot of two variants",
        submitted(BOTH_AT_SLOT),
        (BOTH_AT_SLOT,),
        (
            ((ADA,), (approves("marketing", parts=True, old=False),)),
            ((EVE, BEN), (new_slots(SLOT + 2 * HOUR),)),
            ((TOOL,), (issues(2, wrong=False),)),
        ),
        140,
        (clock(SLOT - 5 * MINUTE, SLOT + 16 * MINUTE, SLOT + 2 * HOUR),),
        alike=(),
    ),
    Walk(
        "another time",
        submitted(AT_SLOT),
        (AT_SLOT, LATER, ON_A),
        (
            ((ADA, TOOL), (approves("marketing", old=False), issues(wrong=False))),
            ((EVE, ADA), (edits(LATER, ON_A, AT_SLOT, limit=3, wrong=False),)),
        ),
        1100,
        (clock(SLOT - 5 * MINUTE, SLOT + 6 * HOUR),),
        alike=(),
    ),
    Walk(
        "a queue",
        submitted(QUEUED),
        (QUEUED, ON_A),
        (
            ((EVE, ADA, TOOL), (approves("marketing", old=False), issues(), redeems)),
            ((EVE,), (edits(ON_A, limit=2, wrong=False),)),
        ),
        570,
        (clock(NOW + 24 * HOUR, NOW + 7 * 24 * HOUR - 5 * MINUTE, NOW + 7 * 24 * HOUR),),
        alike=(),
    ),
    Walk(
        "what a tool brings",
        begun(BY_TOOL, TOOL),
        (BY_TOOL, BY_TOOL_B),
        (
            ((EVE, ADA, BEN, JOE, TOOL, OTHER), (submit, confirm, withdraw)),
            ((BEN, TOOL, OTHER), (edits(BY_TOOL_B, limit=2),)),
            ((BEN, JOE, TOOL), (approves("marketing"),)),
        ),
        800,
        brand=JOE_SIGNS,
        alike=(),
    ),
    Walk(
        "what a tool brought, by hand",
        submitted(BY_TOOL, TOOL),
        (BY_TOOL,),
        (
            ((EVE, ADA, BEN, JOE), (confirm, approves("marketing", old=False), by_hand())),
            ((JOE, BEN, TOOL, OTHER), (issues(), redeems, revokes, reports)),
            ((EVE, ADA, BEN), (reissues,)),
        ),
        160,
        alike=(),
    ),
    paused("a pause of the account", 80, pause("account:x:acme")),
    paused("a pause of the brand", 29, pause("brand:acme"), who=(EVE, ADA, CLEO)),
    paused("two pauses", 260, pause("channel:x", times=2), leaves("comms", "cleo"), who=(EVE, ADA, CLEO)),
    paused("a pause of another channel", 34, pause("channel:linkedin"), who=(EVE, ADA)),
    paused("a pause of a topic", 29, pause("topic:fire", topic="extends: existence"), who=(EVE, ADA, CLEO)),
    Walk(
        "the response to a pause",
        submitted(ON_A),
        (ON_A,),
        (
            ((EVE, ADA, CLEO, CEO, TOOL), (approves("marketing", "comms", old=False), responds)),
            ((TOOL,), (issues(2, wrong=False), redeems)),
            ((CLEO,), (resumes,)),
        ),
        140,
        (pause("channel:x"),),
    ),
    Walk(
        "the response where nobody is comms",
        submitted(ON_A),
        (ON_A,),
        (((EVE, ADA), (approves("marketing", old=False), responds)), ((TOOL,), (issues(wrong=False),))),
        22,
        (pause("channel:x"),),
        brand=NO_COMMS,
    ),
    Walk(
        "stand-ins",
        begun(ON_A, brand=DEPUTIES),
        (ON_A, ON_B),
        (
            ((EVE, CLEO, CEO, TOOL), (submit, approves("marketing"), emergency)),
            ((EVE,), (edits(ON_B, limit=2, wrong=False),)),
        ),
        690,
        (clock(NOW + 4 * HOUR - MINUTE, NOW + 4 * HOUR), leaves("comms", "cleo")),
        brand=DEPUTIES,
        alike=(),
    ),
    Walk(
        "stand-ins over a night",
        submitted(ON_A),
        (ON_A,),
        (((EVE, CLEO), (approves("marketing"),)),),
        6,
        (clock(NOW + 7 * HOUR, NOW + 24 * HOUR + MINUTE, NOW + 26 * HOUR - MINUTE, NOW + 26 * HOUR),),
        brand=replace(
            DEPUTIES,
            approvals=replace(
                DEPUTIES.approvals, groups={**GROUPS, "marketing": GroupRule(1, ("comms",), "10h")}
            ),
        ),
        alike=(),
    ),
    Walk(
        "stand-ins and objections",
        submitted(ON_A),
        (ON_A,),
        (
            (
                (EVE, BEN, CLEO),
                (
                    approves("marketing", old=False),
                    emergency,
                    objects(RequestChanges, "marketing", old=False),
                    dismisses("marketing"),
                    lifts,
                ),
            ),
        ),
        500,
        (clock(NOW + 4 * HOUR),),
        brand=DEPUTIES,
        alike=(),
    ),
    Walk(
        "suggestions",
        submitted(ON_A),
        (ON_A, ON_B),
        (
            ((EVE, ADA, BEN, CEO, TOOL), (suggests(B), takes(), submit, approves("marketing"))),
            ((EVE, ADA), (edits(ON_A, limit=3, wrong=False),)),
        ),
        150,
        others=(B,),
    ),
    Walk(
        "suggestions that cost the vote",
        submitted(ON_A),
        (ON_A, ON_B),
        (
            ((EVE, ADA, BEN), (suggests(B), takes(), submit, approves("marketing"))),
            ((EVE, ADA), (edits(ON_A, limit=3, wrong=False),)),
        ),
        220,
        brand=SUGGESTION_COSTS,
        others=(B,),
    ),
    Walk(
        "a ghostwritten account",
        submitted(ON_A),
        (ON_A, ON_B),
        (
            ((EVE, ADA, JOE, CEO, TOOL), (approves("marketing"), consents)),
            ((EVE,), (edits(ON_B, limit=2, wrong=False), submit)),
            ((TOOL,), (issues(wrong=False),)),
        ),
        810,
        (clock(NOW + HOUR, NOW + 24 * HOUR),),
        GHOST,
        alike=(),
    ),
    Walk(
        "a ghostwritten account whose owner writes too",
        begun(ON_A),
        (ON_A, ON_B),
        (
            (
                (EVE, ADA, BEN),
                (approves("marketing", old=False), consents, edits(ON_B, limit=2, wrong=False), submit),
            ),
            ((TOOL,), (issues(wrong=False),)),
        ),
        460,
        (turns_out_to_have_written("ada", A),),
        alike=(),
        brand=replace(BRAND, consents={"x:acme": "eve"}),
    ),
    Walk(
        "a removal",
        begun(ON_REMOVE, target_authors=frozenset({"joe"})),
        (ON_REMOVE, REMOVE_AND_SAY),
        (
            ((EVE, ADA, LEA, JOE, CEO, TOOL), (removals, submit)),
            ((EVE, ADA), (approves("marketing", old=False), edits(REMOVE_AND_SAY, limit=2, wrong=False))),
            ((TOOL,), (issues(), redeems, reports)),
            ((EVE,), (withdraw,)),
        ),
        240,
        (leaves("marketing", "ada"),),
        alike=(),
    ),
    Walk(
        "a removal and a pause",
        begun(ON_REMOVE),
        (ON_REMOVE,),
        (((ADA, LEA), (removals, resumes)), ((TOOL,), (issues(), redeems))),
        100,
        (pause("brand:acme"), clock(NOW + 24 * HOUR)),
        alike=(),
    ),
    Walk(
        "a removal to which somebody objects",
        submitted(ON_REMOVE),
        (ON_REMOVE,),
        (
            ((ADA, CLEO), (removals, objects(RequestChanges, "marketing", "comms"), lifts)),
            ((TOOL,), (issues(),)),
        ),
        41,
        alike=(),
    ),
    Walk(
        "a removal beside a post",
        begun(Draft((REMOVE, SHOP))),
        (Draft((REMOVE, SHOP)),),
        (((EVE, ADA, LEA), (removals, submit, approves("marketing"))), ((TOOL,), (issues(2),))),
        31,
        alike=(),
    ),
    Walk(
        "a text for repeated use",
        submitted(library()),
        (library(), library(uses=9)),
        (
            ((EVE, ADA, BEN, CEO, TOOL), (approves("marketing"), issues(limit=1, wrong=False))),
            ((EVE,), (edits(library(uses=9), limit=2, wrong=False),)),
            ((TOOL,), (uses_of(USE, OTHER_USE, limit=1), redeems)),
        ),
        37,
        others=(USE, OTHER_USE, *MISUSES),
    ),
    Walk(
        "uses of a text",
        signed(library(), "ada", "ben"),
        (library(), ON_B),
        (
            ((EVE, TOOL, OTHER, MUTE, FOREIGN), (uses_of(USE, OTHER_USE, *MISUSES, limit=2),)),
            ((TOOL, EVE), (redeems,)),
            ((ADA, TOOL), (revokes,)),
        ),
        170,
        others=(USE, OTHER_USE, *MISUSES),
    ),
    Walk(
        "the last use of a text",
        signed(library(uses=1), "ada", "ben"),
        (library(uses=1), ON_B),
        (
            ((TOOL,), (uses_of(USE, OTHER_USE, limit=3), redeems)),
            ((ADA,), (revokes,)),
            ((EVE,), (edits(ON_B, limit=2, wrong=False),)),
        ),
        480,
        (clock(NOW + 15 * MINUTE),),
        others=(USE, OTHER_USE),
    ),
    Walk(
        "a text for some users, and its end",
        submitted(library(users=("joe",), targets=())),
        (library(users=("joe",), targets=()),),
        (
            ((ADA, BEN), (approves("marketing", old=False),)),
            ((JOE, TOOL, EVE), (uses_of(USE, OTHER_USE),)),
            ((JOE,), (redeems,)),
        ),
        130,
        (clock(NOW + 25 * HOUR, NOW + 30 * HOUR),),
        others=(USE, OTHER_USE),
    ),
    Walk(
        "a text for repeated use and a pause",
        submitted(library()),
        (library(),),
        (
            ((ADA, BEN), (approves("marketing", old=False),)),
            ((ADA,), (resumes,)),
            ((TOOL,), (uses_of(USE, OTHER_USE, limit=2), redeems)),
        ),
        160,
        (pause("account:x:shop"),),
        others=(USE, OTHER_USE),
    ),
    Walk(
        "a crisis line",
        signed(library(crisis=True), "ada", "ben"),
        (library(crisis=True),),
        (
            ((ADA, CLEO), (approves("comms", old=False), resumes)),
            ((TOOL,), (uses_of(USE, OTHER_USE), redeems)),
        ),
        400,
        (pause("brand:acme"),),
        others=(USE, OTHER_USE),
    ),
)
