"""The law of sign-off, proven by walking every reachable review against an oracle written apart from it."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice, permutations, product
from typing import Any, get_args

import pytest

from reviewer.errors import Invalid, NotAllowed, Refusal, WrongState
from reviewer.model import Actor, Draft, Hold, Publication, Review, State
from reviewer.model import Lift as Lifted
from reviewer.workflow import (
    BY_COMMAND,
    STEPS,
    Case,
    act,
    actions,
    begin,
    contributors,
    may_see,
    state,
    wanting,
)
from reviewer.workflow.commands import Command, Dismiss, Lift, OpenEmergency, Report, Revoke
from reviewer.workflow.holds import lift, place
from reviewer.workflow.proposals import Kind, Membership, Proposal, propose, second
from tests.law_facts import Facts, World, read
from tests.law_faults import FAULTS, Fault, Workshop
from tests.law_oracle import Law
from tests.law_record import after, may_begin, may_lift, may_place, may_propose, may_second
from tests.law_table import TABLE, Row, objected, reasons
from tests.law_walks import (
    ADA,
    BEN,
    BRAND,
    CEO,
    CLEO,
    EVE,
    FOREIGN,
    HOUR,
    JOE,
    LEA,
    NOW,
    ON_A,
    ON_REMOVE,
    OTHER,
    REMOVE_AND_SAY,
    STRANGER,
    TOOL,
    WALKS,
    Around,
    Walk,
    person,
    post,
)

OUTSIDER = person("zoe")
ON_RIVAL = Draft((post("We open.", "x:rival"),))


@dataclass
class Tally:
    """What a walk saw."""

    reviews: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    states: Counter[State] = field(default_factory=Counter)


def world(walk: Walk, review: Review, around: Around) -> World:
    verdicts = {on: walk.verdicts[around.policy, on] for on in walk.variants}
    on_topic = dict.fromkeys(walk.variants, around.on_topic)
    return World(read(review), around.brand, verdicts, walk.variants, walk.terms, around.now, on_topic)


def case(walk: Walk, review: Review, around: Around) -> Case:
    present = review.draft.digests
    verdicts = {on: walk.verdicts[around.policy, on] for on in present}
    return Case(review, around.brand, verdicts, around.now, dict.fromkeys(present, around.on_topic))


# --- symmetry ---


class Names:
    """One exchange of people who differ by name only."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names
        self.seen: dict[str, str] = {}

    def __call__(self, thing: Any) -> Any:
        match thing:
            case str():
                if thing not in self.seen:
                    words = (self.names.get(w, w) for w in thing.replace("person:", "person: ").split(" "))
                    self.seen[thing] = " ".join(words).replace("person: ", "person:")
                return self.seen[thing]
            case tuple():
                return tuple(map(self, thing))
            case frozenset():
                return frozenset(map(self, thing))
        return thing


@cache
def exchanges(alike: tuple[tuple[str, ...], ...]) -> tuple[Names, ...]:
    """Every exchange of people within their classes, but for that which changes nobody."""
    every = product(*(permutations(names) for names in alike))
    flat = [name for names in alike for name in names]
    found = [dict(zip(flat, (n for ns in new for n in ns), strict=True)) for new in every]
    return tuple(Names(names) for names in found if any(a != b for a, b in names.items()))


def canonical(walk: Walk, facts: Facts, around: Around) -> object:
    """Equal for two situations that differ in names, or in the order of what different people did."""
    by_person: Any = frozenset(facts.signed)
    if around.brand.approvals.capacities == "distinct":
        by_person = frozenset(
            (who, tuple(dict.fromkeys(s for s in facts.signed if s.by == who)))
            for who in {s.by for s in facts.signed}
        )
    key = (*facts[:4], by_person, *facts[5:], around.key)
    return frozenset([key, *(names(key) for names in exchanges(walk.alike))])


# --- the walk ---


def differences(walk: Walk, tally: Tally) -> Iterator[str]:
    """Every review that can be reached, breadth first; yields where code and oracle disagree."""
    first = (walk.start(), Around(walk.brand))
    known = {canonical(walk, read(first[0]), first[1])}
    queue = deque([first])
    while queue:
        review, around = queue.popleft()
        law, here = Law(world(walk, review, around)), case(walk, review, around)
        tally.reviews += 1
        yield from derived(walk, law, here, tally)
        reached = [pair for turn in walk.turns for pair in turn(review, around)]
        offers: dict[Actor, frozenset[str]] = {}
        for who, command in walk.tries(law):
            result, wrong = decided(law, here, who, command, tally)
            if result is not None and wrong is None:
                recorded = read(result)
                if who not in offers:
                    offers[who] = actions(here, who)
                wrong = otherwise(law, who, command, recorded, offers[who])
                reached.append((result, around))
            if wrong is not None:
                yield f"{who.id} of {who.brand}, {command}, {law.now:%a %H:%M}: {wrong}; in {facts(law)}"
        for pair in reached:
            key = canonical(walk, read(pair[0]), pair[1])
            if key not in known:
                known.add(key)
                queue.append(pair)


def decided(
    law: Law, here: Case, who: Actor, command: Command, tally: Tally
) -> tuple[Review | None, str | None]:
    """What the code makes of a command, and how that differs from the law."""
    name, rows = type(command).__name__, reasons(law, who, command)
    try:
        result = act(here, who, command)
    except Refusal as refusal:
        tally.refused[name] += 1
        tally.why.update(row.sentence for row in rows)
        said = f"refused by {type(refusal).__name__} “{refusal}”"
        if not rows:
            return None, f"{said}, allowed by the law"
        if type(refusal) not in {kind for row in rows for kind in row.refusals}:
            return None, f"{said}, by the law because {because(rows)}"
        return None, None
    except Exception as crash:
        return None, f"crashed with {crash!r}"
    tally.accepted[name] += 1
    return result, f"accepted, although {because(rows)}" if rows else None


def because(rows: list[Row]) -> str:
    return "; ".join(f"{row.sentence} ({row.law})" for row in rows)


def otherwise(law: Law, who: Actor, command: Command, recorded: Facts, offered: frozenset[str]) -> str | None:
    """An accepted command is on record as the oracle says, and was offered to whoever gave it."""
    for field_, says, does in zip(Facts._fields, after(law, who, command), recorded, strict=True):
        if says != does:
            return f"recorded otherwise: {field_} is {does}, by the law {says}"
    action = BY_COMMAND[type(command)].action
    if recorded != law.facts and action not in offered and concerns_the_page(law, command):
        return f"accepted, but {action} was not offered"
    return None


def concerns_the_page(law: Law, command: Command) -> bool:
    """Pages offer what concerns the present version, once it was handed in where reviewers act."""
    match command:
        case Lift() | Dismiss():
            objection = objected(law, command)
            return objection is not None and any(law.binds(objection, on) for on in law.present)
        case OpenEmergency():
            return bool(law.facts.submitted)
        case Revoke(jti=str(jti)) | Report(publication=Publication(jti=str(jti))):
            permit = law.permit(jti)
            return permit is not None and (permit.standing or permit.on) in law.present
    return True


def facts(law: Law) -> str:
    """The facts of a review in one line, without what did not happen."""
    told = {name: value for name, value in zip(Facts._fields, law.facts, strict=True) if value}
    return f"{[law.state(on).value for on in law.present]} {told}"


def derived(walk: Walk, law: Law, here: Case, tally: Tally) -> Iterator[str]:
    """State, contributors, what is wanting and who sees it: the same in code and oracle."""
    for on in law.present:
        tally.states[law.state(on)] += 1
        pairs = {
            "state": (law.state(on), state(here, on)),
            "contributors": (law.contributors(on), contributors(here.review, on)),
            "nothing wanting": (not law.wants(on) and not law.objections(on), not wanting(here, on)),
        }
        for what, (says, does) in pairs.items():
            if says != does:
                yield f"{what} is {says} by the law, {does} in code; in {facts(law)}"
    for who in {who for actors, _ in walk.menu for who in actors}:
        if law.sees(who) != may_see(here, who):
            yield f"{who.id} sees it: {law.sees(who)} by the law; in {facts(law)}"


# --- the proof ---


@cache
def walked(walk: Walk) -> tuple[Tally, tuple[str, ...]]:
    """A whole walk: what it saw, and the first differences."""
    tally = Tally()
    return tally, tuple(islice(differences(walk, tally), 5))


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.name)
def test_code_and_oracle_decide_alike_in_every_review(walk: Walk) -> None:
    tally, wrong = walked(walk)

    assert wrong == ()
    assert tally.reviews >= walk.floor


def test_every_step_every_reason_and_every_state_was_met(capsys: pytest.CaptureFixture[str]) -> None:
    reviews = sum(walked(walk)[0].reviews for walk in WALKS)
    accepted, refused, why, states = Counter[str](), Counter[str](), Counter[str](), Counter[State]()
    for tally, _ in map(walked, WALKS):
        accepted += tally.accepted
        refused += tally.refused
        why += tally.why
        states += tally.states
    with capsys.disabled():
        print(  # noqa: T201  # how much was walked is part of the proof
            f"\n{len(WALKS)} walks, {reviews:,} reviews up to symmetry: {accepted.total():,} accepted, "
            f"{refused.total():,} refused, 0 differences"
        )

    steps = {step.command.__name__ for step in STEPS}
    assert accepted.keys() == refused.keys() == steps == {kind.__name__ for kind in TABLE}
    assert states.keys() == set(State)
    assert {row.sentence for rows in TABLE.values() for row in rows} - why.keys() == set()
    assert reviews >= 19_000
    assert accepted.total() >= 34_000
    assert refused.total() >= 500_000


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = next(walk for walk in WALKS if walk.name == fault.walk)
    fault.plant(Workshop(monkeypatch))

    caught = next(differences(walk, Tally()), None)

    assert caught is not None, f"Nobody noticed: {fault.name}"
    assert ": crashed with " not in caught


# --- what belongs to a brand: a first version, pauses, proposals ---


@pytest.mark.parametrize("draft", [ON_A, ON_RIVAL, REMOVE_AND_SAY, ON_REMOVE])
@pytest.mark.parametrize("who", [EVE, JOE, CEO, OUTSIDER, TOOL, OTHER, STRANGER, FOREIGN], ids=repr)
def test_who_begins_a_draft(who: Actor, draft: Draft) -> None:
    wrong = may_begin(BRAND, who, draft)
    if not wrong:
        assert read(begin(BRAND, who, "d1", draft, NOW)).author == who.id
        return
    with pytest.raises(Refusal) as refused:
        begin(BRAND, who, "d1", draft, NOW)
    assert refused.type in wrong


def test_who_pauses_and_who_lifts() -> None:
    scopes = ("brand:acme", "brand:other", "account:x:acme", "account:x:rival", "channel:x", "channel:y",
              "topic:fire", "world")  # fmt: skip
    brands = (BRAND, replace(BRAND, same_person={"ben": "ada"}))
    answers = Counter[bool]()
    for brand, who in product(brands, (EVE, ADA, BEN, CLEO, CEO, JOE, TOOL, STRANGER)):
        for scope, reason, topic in product(scopes, ("Fire", " "), ("", "extends: existence")):
            law = Law(world(WALKS[0], WALKS[0].start(), Around(brand)))
            wrong = may_place(law, who, scope, reason, topic)
            answers[alike(wrong, place, brand, who, "h", scope, reason, NOW, topic=topic)] += 1
        for lifts in ((), ("ada",), ("cleo",), ("ada", "cleo")):
            hold = Hold("h1", "channel:x", "Fire", "ada", NOW, lifts=tuple(Lifted(by, NOW) for by in lifts))
            held = replace(brand, holds=(hold,))
            law = Law(world(WALKS[0], WALKS[0].start(), Around(held)))
            for name in ("h1", "h2"):
                wrong = may_lift(law, who, name)
                answers[alike(wrong, lift, held, who, name, NOW)] += 1

    assert answers[True] > 50 < answers[False]


def test_who_proposes_and_who_seconds() -> None:
    pat, lou = person("pat", "policy_owner"), person("lou", "brand_admin")
    brand = replace(BRAND, people={**BRAND.people, "pat": "Pat", "lou": "Lou"})
    brands = (brand, replace(brand, same_person={"ben": "pat", "joe": "ada"}))
    people = (pat, lou, ADA, BEN, LEA, CEO, EVE, TOOL, STRANGER, replace(pat, service=True))
    early, late = NOW - HOUR, NOW
    answers = Counter[bool]()
    for kind, slug, reason in product(get_args(Kind), ("acme", "other"), ("A new name", " ")):
        proposal = Proposal("p", slug, kind, {}, reason, "pat", NOW)
        theirs = ((), ("ada",), ("pat",), ("ben",))
        for home, who, eases in product(brands, people, theirs):
            told = replace(proposal, eases=frozenset(eases))
            wrong = [] if may_propose(home, who, told) else [NotAllowed, Invalid]
            answers[alike(wrong, propose, home, who, told)] += 1
    memberships = [
        {group: Membership(since, by) for group, since, by in pairs}
        for pairs in (
            (), (("marketing", early, "root"),), (("marketing", late, "root"),),
            (("marketing", early, "pat"),),
            (("marketing", early, "ben"),), (("marketing", early, "pat"), ("legal", late, "root")),
            (("marketing", late, "pat"), ("legal", early, "root")), (("comms", early, "root"),),
        )
    ]  # fmt: skip
    for home, who, mine, groups in product(
        brands, people, memberships, ((), ("marketing",), ("marketing", "legal"), ("comms",))
    ):
        for slug, subjects, eases, done in (
            ("acme", (), (), None), ("other", (), (), None), ("acme", ("ada",), (), None),
            ("acme", (), ("joe",), None), ("acme", (), (), NOW),
        ):  # fmt: skip
            told = Proposal("p", slug, "lists", {}, "A new name", "pat", NOW, frozenset(groups),
                            frozenset(subjects), frozenset(eases), seconded_at=done)  # fmt: skip
            wrong = [] if may_second(home, who, told, mine) else [NotAllowed, WrongState]
            answers[alike(wrong, second, home, who, told, {who.id: mine}, NOW, proposer_roles=pat.roles)] += 1

    assert answers[True] > 100 < answers[False]


def alike(wrong: Sequence[type[Refusal]], decide: Callable[..., object], *asked: Any, **more: Any) -> bool:
    """Whether it was accepted, where code and oracle agree on that."""
    said: type[Refusal] | None = None
    try:
        decide(*asked, **more)
    except Refusal as refusal:
        said = type(refusal)
    assert said in (wrong or (None,)), f"{decide.__name__}{asked}: {said}, by the law {wrong}"
    return said is None
