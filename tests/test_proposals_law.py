"""Who can agree to a change of the rules: every case, against an oracle written apart from the code."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from reviewer.errors import Refusal
from reviewer.model import Actor, Approvals, Brand, GroupRule
from reviewer.workflow.proposals import (
    Agreement,
    Everybody,
    Membership,
    Proposal,
    founded,
    obstacle_for,
    second,
    seconders,
)

NOW = datetime(2031, 5, 6, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(days=1), NOW + timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
GROUPS = {"marketing": GroupRule(), "legal": GroupRule()}


@dataclass(frozen=True)
class Someone:
    """One way of being Sam, who may or may not agree."""

    named: str
    """The group that the proposal names, "" for none."""
    of: str
    """The group that Sam is in, "" for none."""
    since: datetime
    brought_in_by: str
    is_proposer: bool
    is_subject: bool
    is_eased: bool
    is_alias: bool
    """Sam's is another account of the proposer."""
    is_suspended: bool
    colleague: str
    """The group of somebody else who has nothing to do with it, "" for none."""


def everyone() -> Iterator[Someone]:
    flags = [(False, True)] * 5
    for row in product(
        ("", "legal"), ("", "legal", "marketing"), (BEFORE, AFTER), ("root", "pat"), *flags, ("", "legal")
    ):
        yield Someone(*row)


def case(sam: Someone) -> tuple[Brand, Proposal, Everybody]:
    members: dict[str, set[str]] = {}
    everybody: dict[str, dict[str, Membership]] = {}
    if sam.of:
        everybody["sam"] = {sam.of: Membership(sam.since, sam.brought_in_by)}
        if not sam.is_suspended:
            members.setdefault(sam.of, set()).add("sam")
    if sam.colleague:
        everybody["col"] = {sam.colleague: Membership(BEFORE, "root")}
        members.setdefault(sam.colleague, set()).add("col")
    brand = Brand(
        "acme",
        "Acme",
        Approvals(groups=GROUPS),
        members={group: frozenset(people) for group, people in members.items()},
        people={"sam": "Sam", "pat": "Pat", "col": "Col"},
        same_person={"sam": "pat"} if sam.is_alias else {},
    )
    proposal = Proposal(
        "p1",
        "acme",
        "lists",
        {},
        "Because.",
        "sam" if sam.is_proposer else "pat",
        NOW,
        groups=frozenset({sam.named} - {""}),
        subjects=frozenset({"sam"} if sam.is_subject else ()),
        eases=frozenset({"sam"} if sam.is_eased else ()),
    )
    return brand, proposal, everybody


def oracle(sam: Someone) -> bool:
    """Law 10, read aloud."""
    if sam.is_proposer or sam.is_alias or sam.is_subject or sam.is_eased or sam.is_suspended or not sam.of:
        return False
    if sam.since >= NOW or sam.brought_in_by == "pat":
        return False
    # the group concerned; every signing group where none is named, or nobody uninvolved is in it
    if sam.named != "legal" or sam.of == "legal":
        return True
    return sam.colleague != "legal"


def test_who_can_agree_is_what_the_law_says_in_every_case() -> None:
    differences, can = [], 0
    for sam in everyone():
        brand, proposal, everybody = case(sam)
        actor = Actor("sam", "Sam", "acme")
        try:
            second(brand, actor, proposal, everybody, LATER, proposer_roles=frozenset({"policy_owner"}))
            allowed = True
        except Refusal:
            allowed = False
        assert allowed == (obstacle_for(brand, "sam", proposal, everybody) is None)
        assert allowed == ("sam" in seconders(brand, proposal, everybody))
        differences += [sam] if allowed != oracle(sam) else []
        can += allowed

    assert differences == []
    assert can == 7, "one for each way in which nothing speaks against it"


@pytest.mark.parametrize("left_out", ["is_proposer", "is_alias", "is_subject", "is_eased", "is_suspended"])
def test_each_of_these_alone_keeps_somebody_from_agreeing(left_out: str) -> None:
    able = [sam for sam in everyone() if oracle(sam)]
    for sam in able:
        brand, proposal, everybody = case(replace(sam, **{left_out: True}))
        assert obstacle_for(brand, "sam", proposal, everybody) is not None


def test_what_the_server_proposes_takes_two_who_did_not_bring_each_other_in() -> None:
    brand = Brand(
        "acme",
        "Acme",
        Approvals(groups=GROUPS),
        members={"marketing": frozenset({"ada", "ben", "cy"})},
        people={"ada": "Ada", "ben": "Ben", "cy": "Cy"},
    )
    everybody = {
        "ada": {"marketing": Membership(BEFORE, "root")},
        "ben": {"marketing": Membership(BEFORE, "root")},
        "cy": {"marketing": Membership(BEFORE, "ada")},
    }
    asked = Proposal("p1", "acme", "lists", {}, "Because.", "system:operator", NOW)

    once = second(brand, Actor("ada", "Ada", "acme"), asked, everybody, LATER, proposer_roles=frozenset())
    assert (once.waits, once.agreed) == (True, (Agreement("ada", LATER),))
    for name in ("ada", "cy"):
        with pytest.raises(Refusal):
            second(brand, Actor(name, name, "acme"), once, everybody, LATER, proposer_roles=frozenset())
    assert not second(
        brand, Actor("ben", "Ben", "acme"), once, everybody, LATER, proposer_roles=frozenset()
    ).waits


def test_two_accounts_of_one_human_found_nothing() -> None:
    brand = Brand("acme", "Acme", Approvals(groups=GROUPS), members={"legal": frozenset({"ada", "ada2"})})

    assert founded(brand)
    assert not founded(replace(brand, same_person={"ada2": "ada"}))
