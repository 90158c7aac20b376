"""Law 10 on real databases: what a change does is shown, two people agree, and nobody gets around that."""

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from web_world import small_policy

from reviewer.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, StaleContent, WrongState
from reviewer.model import Actor, Brand, Draft, Part, State, Variant
from reviewer.policy import Policy, load_files
from reviewer.service.checking import Checking
from reviewer.service.drafts import Drafts, DraftView
from reviewer.service.people import OPERATOR, Founder, People
from reviewer.service.proposals import RELEASE, Proposals, ProposalView
from reviewer.service.suspension import TELL_KIND
from reviewer.store import Store
from reviewer.workflow import Approve, Submit

PASSWORD = "seven kind words in a row"
STARTED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEAM = {
    "pat": ("marketing", "policy_owner"),
    "ada": ("marketing", "brand_admin"),
    "ben": ("marketing",),
    "lea": ("legal",),
    "eve": (),
}
LISTED = """extends: terms
message: "'%s' is one of our code names."
level: error
lists: [code_names]
policy: {id: OWN-900, decision: needs_approval, owner: legal, reason: It is a secret.}
tests:
  - name: fires
    lists: {code_names: [Falcon]}
    input: Falcon is near.
    contains: [Own.Secret]
  - name: near miss
    lists: {code_names: [Falcon]}
    input: A bird.
    want: ""
"""
QUIET = """extends: existence
message: "Avoid '%s'."
level: warning
tokens: [forbidden]
policy: {id: OWN-001, decision: suggest, owner: legal, reason: It was too strict.}
tests:
  - name: fires
    input: A forbidden kettle.
    contains: [Own.Stop]
  - name: near miss
    input: A kettle.
    want: ""
"""


@dataclass
class Court:
    """The services over one database, a clock set by hand, and five people of one brand."""

    store: Store
    base: Policy
    now: datetime = STARTED

    def __post_init__(self) -> None:
        self.people = People(self.store, self.clock)
        self.people._hasher = PasswordHasher(1, 8, 1)  # nobody signs in here
        self.start(self.base)
        self.people.add_brand(Brand("acme", "Acme", self.base.approvals, accounts=frozenset({"x:acme"})))
        self.ids = self.found("acme", TEAM)

    def clock(self) -> datetime:
        return self.now

    def start(self, base: Policy) -> int:
        """A server starts with these built-in rules."""
        self.base = base
        self.checking = Checking(self.store, base, self.clock)
        self.drafts = Drafts(self.store, self.checking, self.clock)
        self.proposals = Proposals(self.store, self.checking, self.clock)
        return self.proposals.pin_base()

    def found(self, brand: str, team: dict[str, tuple[str, ...]]) -> dict[str, str]:
        made = self.people.found(
            brand,
            [Founder(name.title(), f"{name}@acme.example", PASSWORD, may) for name, may in team.items()],
        )
        self.pass_by(minutes=1)
        return {person.name.lower(): person.id for person in made}

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)

    def actor(self, name: str, brand: str = "acme") -> Actor:
        return self.people.actor_for(self.ids[name], brand)

    def submitted(self, text: str, by: str = "eve") -> DraftView:
        draft = Draft((Variant("post", "x", "x:acme", (Part(text),)),))
        made = self.drafts.create(self.actor(by), "acme", draft)
        return self.drafts.act(self.actor(by), made.review.id, Submit())

    def approved(self, text: str, by: str = "eve", signer: str = "ben") -> DraftView:
        view = self.submitted(text, by)
        seen = {d: v.sha256 for d, v in view.verdicts.items()}
        return self.drafts.act(self.actor(signer), view.review.id, Approve("marketing", seen))

    def state(self, view: DraftView) -> State:
        return self.drafts.view(self.actor("lea"), view.review.id).state

    def propose(self, by: str, kind: str, change: dict[str, object]) -> ProposalView:
        view = self.proposals.propose(self.actor(by), kind, change, "Because.")
        self.pass_by(minutes=1)
        return view

    def seconds(self, by: str, view: ProposalView) -> ProposalView:
        seen = self.proposals.view(self.actor(by), view.proposal.id).seen
        return self.proposals.second(self.actor(by), view.proposal.id, seen)

    def members(self, group: str) -> set[str]:
        with self.store.read() as tx:
            return {name for name, id_ in self.ids.items() if id_ in tx.brand("acme").members.get(group, ())}

    def log(self) -> list[tuple[str, str]]:
        with self.store.read() as tx:
            return [(e.action, e.actor) for e in tx.events("acme")]


@pytest.fixture(scope="module")
def base() -> Policy:
    small = small_policy()
    return load_files({**small.files, "Own/Secret.yml": LISTED.encode()})


@pytest.fixture
def court(store: Store, base: Policy) -> Court:
    return Court(store, base)


def names(words: str = "Falcon") -> dict[str, object]:
    return {"add": {"code_names": [words]}}


# --- the effect, and what is left alone ---


def test_a_new_code_name_touches_the_posts_that_hold_it_and_leaves_every_other_approval_alone(
    court: Court,
) -> None:
    named, other = court.approved("Falcon lands on Monday."), court.approved("The kettle is blue.")
    waits = court.submitted("Falcon, again.")

    made = court.propose("pat", "lists", names())

    assert (made.effect.waiting, made.effect.approved) == (1, 2)
    assert {a.draft for a in made.effect.affected} == {named.review.id, waits.review.id}
    assert not any(a.eased for a in made.effect.affected)
    assert made.proposal.groups == {"legal"}
    assert made.seconders == {court.ids["lea"]}
    assert court.state(named) is State.APPROVED, "nothing counts before the second person"

    done = court.seconds("lea", made)

    assert done.proposal.seconded_by == court.ids["lea"]
    assert court.state(named) is State.IN_REVIEW
    assert court.state(other) is State.APPROVED
    item = court.proposals.regrouped(court.actor("lea"))
    assert [(r.proposal.id, len(r.posts)) for r in item] == [(made.proposal.id, 2)]
    assert ("proposal.made", court.ids["pat"]) in court.log()
    assert [e for e in court.log() if e[0] in ("proposal.seconded", "policy.activated")] == [
        ("proposal.seconded", court.ids["lea"]),
        ("policy.activated", court.ids["lea"]),
    ]


def test_a_change_of_rules_is_tried_on_earlier_posts_and_says_what_it_would_have_found(court: Court) -> None:
    court.submitted("A forbidden kettle.", by="ben")
    court.submitted("A kettle.")

    made = court.propose("pat", "policy", {"put": {"Own/Stop.yml": QUIET}})

    assert (made.effect.earlier, made.effect.asking_before, made.effect.asking_after) == (2, 1, 0)
    (rule,) = made.effect.rules
    assert (rule.rule, rule.before, rule.after) == ("Own.Stop", 1, 1)
    assert made.proposal.groups == {"legal"}


def test_an_everyday_word_warns_with_how_often_it_stands_in_earlier_posts(court: Court) -> None:
    court.submitted("A light breakfast.")

    made = court.propose("pat", "lists", names("Light"))

    assert made.effect.warnings == ("“Light” is an everyday word too: it stands in 1 of 1 earlier posts.",)


def test_rules_that_clash_are_named(court: Court) -> None:
    swap = LISTED.replace("extends: terms", "extends: substitution").replace(
        "lists: [code_names]", "swap: {kettle: shiny pot}"
    )
    swap = (
        swap.replace("'%s' is one of our code names.", "Write '%s', not '%s'.")
        .replace("Falcon is near.", "A kettle.")
        .replace("A bird.", "A pot.")
    )
    swap = (
        swap.replace("Own.Secret", "Mine.Pot")
        .replace("OWN-900", "MIN-001")
        .replace("needs_approval", "warn")
        .replace("    lists: {code_names: [Falcon]}\n", "")
        .replace("input: A pot.", "input: Tea.")
    )

    made = court.propose("pat", "policy", {"put": {"Mine/Pot.yml": swap}})

    assert made.effect.warnings == ("Mine.Pot says to write “shiny pot”, and Own.Fix objects to that.",)
    with pytest.raises(Invalid) as refused:
        court.propose("pat", "policy", {"put": {"Mine/Pot.yml": swap, "Mine/Other.yml": swap}})
    assert "MIN-001 is already" in refused.value.problems[0].detail


def test_what_makes_no_sense_is_refused_with_its_place(court: Court) -> None:
    for kind, change, pointer in (
        ("lists", {}, "/change"),
        ("lists", {"remove": {"code_names": ["Nothing"]}}, "/change/remove/code_names"),
        ("lists", {"add": {"code_names": ["x"] * 50_001}}, "/change/add/code_names"),
        ("lists", {"add": {"code_names": ["x" * 301]}}, "/change/add/code_names/0"),
        ("policy", {"put": {"../../etc": "x"}}, "/change/put"),
        ("policy", {"put": {"Own/New.yml": "extends: existence"}}, "/change"),
        ("policy", {"remove": ["Own/Gone.yml"]}, "/change/remove"),
    ):
        with pytest.raises(Invalid) as refused:
            court.propose("pat", kind, change)  # type: ignore[arg-type]
        assert refused.value.problems[0].pointer.startswith(pointer), change
    for kind, change in (
        ("group", {"person": "nobody", "group": "legal"}),
        ("group", {"person": court.ids["eve"], "group": "marketeers"}),
        ("role", {"person": court.ids["eve"], "role": "king"}),
        ("approvals", {"always": ["legal"]}),
        ("parent", {"parent": "acme"}),
        ("calendar", {"timezone": "Mars/Base"}),
        ("nonsense", {}),
    ):
        with pytest.raises(Invalid):
            court.propose("ada", kind, change)  # type: ignore[arg-type]
    foreign = court.propose("pat", "policy", {"put": {"Own/New.yml": "extends: nothing"}})
    assert foreign.effect.warnings[0].startswith("Left out: Own/New.yml")
    with pytest.raises(Conflict, match="changes nothing"):
        court.propose("ada", "group", {"person": court.ids["ben"], "group": "marketing"})


def test_fifty_thousand_entries_are_proposed_shown_and_put_in_force(court: Court) -> None:
    entries = [f"Xq{number}zv" for number in range(50_000)]
    waits = court.submitted("Meet Xq49999zv.")

    made = court.propose("pat", "lists", {"add": {"code_names": entries}})
    court.seconds("lea", made)

    assert [a.draft for a in made.effect.affected] == [waits.review.id]
    assert len(court.proposals.rulebook(court.actor("lea")).lists["code_names"]) == 50_000


# --- the attack list ---


def test_nobody_seconds_their_own_proposal_however_many_roles_they_have(court: Court) -> None:
    court.store.write(lambda tx: tx.add_member("acme", court.ids["pat"], "legal", STARTED))
    made = court.propose("pat", "lists", names())

    with pytest.raises(NotAllowed, match="second person"):
        court.seconds("pat", made)
    with pytest.raises(NotAllowed, match="Legal"):
        court.seconds("ben", made)

    assert court.proposals.view(court.actor("ben"), made.proposal.id).actions == {"decline"}
    assert ("proposal.second_refused", court.ids["pat"]) in court.log()


def test_a_second_account_of_the_proposer_is_the_proposer(court: Court) -> None:
    made = court.propose("pat", "lists", names())
    court.store.write(lambda tx: tx.set_same_person(court.ids["lea"], court.ids["pat"]))

    with pytest.raises(NotAllowed, match="second person"):
        court.seconds("lea", made)


def test_the_subject_of_a_change_does_not_second_it(court: Court) -> None:
    made = court.propose("ada", "role", {"person": court.ids["ben"], "role": "policy_owner"})

    with pytest.raises(NotAllowed, match="about you"):
        court.seconds("ben", made)
    court.seconds("lea", made)

    assert "policy_owner" in court.actor("ben").roles


def test_somebody_the_proposer_brought_in_is_no_second_person(court: Court) -> None:
    court.seconds("ben", court.propose("ada", "group", {"person": court.ids["eve"], "group": "marketing"}))
    court.pass_by(days=1)
    made = court.propose("ada", "approvals", {"groups": {"marketing": {"signs": 2}}})

    with pytest.raises(NotAllowed, match="brought you"):
        court.seconds("eve", made)
    court.seconds("ben", made)

    with court.store.read() as tx:
        assert tx.brand("acme").approvals.groups["marketing"].signs == 2


def test_somebody_who_came_after_a_proposal_was_made_is_no_second_person(court: Court) -> None:
    made = court.propose("ada", "approvals", {"groups": {"marketing": {"signs": 2}}})
    court.store.write(lambda tx: tx.add_member("acme", court.ids["eve"], "marketing", court.now))

    with pytest.raises(NotAllowed, match="joined after"):
        court.seconds("eve", made)


def test_who_gains_by_a_softer_rule_neither_proposes_nor_seconds_it(court: Court) -> None:
    softer = {"put": {"Own/Stop.yml": QUIET}}
    mine = court.submitted("A forbidden kettle.", by="pat")
    with pytest.raises(NotAllowed, match="helped to write"):
        court.propose("pat", "policy", softer)
    assert ("proposal.refused", court.ids["pat"]) in court.log()
    from reviewer.workflow import Withdraw

    court.drafts.act(court.actor("pat"), mine.review.id, Withdraw("Not now."))

    made = court.propose("pat", "policy", softer)
    court.submitted("Another forbidden kettle.", by="lea")
    with pytest.raises(NotAllowed, match="helped to write"):
        court.seconds("lea", made)


def test_a_proposer_who_begins_a_draft_that_their_own_proposal_eases_gains_nothing_by_it(
    court: Court,
) -> None:
    made = court.propose("pat", "policy", {"put": {"Own/Stop.yml": QUIET}})
    court.submitted("A forbidden kettle.", by="pat")

    with pytest.raises(NotAllowed, match="proposer"):
        court.seconds("lea", made)


def test_an_effect_that_has_changed_since_it_was_read_is_not_agreed_to(court: Court) -> None:
    made = court.propose("pat", "lists", names())
    seen = court.proposals.view(court.actor("lea"), made.proposal.id).seen
    court.submitted("Falcon, too.")

    with pytest.raises(StaleContent) as refused:
        court.proposals.second(court.actor("lea"), made.proposal.id, seen)

    assert refused.value.changed
    court.seconds("lea", made)


def test_two_tabs_second_once(court: Court) -> None:
    made = court.propose("pat", "lists", names())
    court.store.write(lambda tx: tx.add_member("acme", court.ids["ben"], "legal", STARTED))
    barrier, refused = threading.Barrier(3), []

    def agree(name: str) -> None:
        barrier.wait()
        try:
            court.seconds(name, made)
        except Refusal as refusal:
            refused.append(refusal.code)

    tabs = [threading.Thread(target=agree, args=(name,)) for name in ("lea", "lea", "ben")]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()

    assert refused == ["wrong-state"] * 2
    assert [action for action, _ in court.log()].count("policy.activated") == 1


def test_a_proposal_falls_with_whoever_made_it(court: Court) -> None:
    made = court.propose("pat", "lists", names())
    court.proposals.remove(court.actor("ada"), court.ids["pat"], role="policy_owner")

    with pytest.raises(WrongState, match="may not any more"):
        court.seconds("lea", made)


def test_a_removed_member_seconds_nothing_from_that_moment(court: Court) -> None:
    made = court.propose("ada", "approvals", {"groups": {"marketing": {"signs": 2}}})
    court.proposals.remove(court.actor("ada"), court.ids["ben"], group="marketing")

    with pytest.raises(NotAllowed):
        court.seconds("ben", made)
    with pytest.raises(NotAllowed, match="brand admin"):
        court.proposals.remove(court.actor("eve"), court.ids["lea"], group="legal")
    court.proposals.remove(court.actor("lea"), court.ids["lea"], group="legal")

    assert court.members("legal") == set()


def test_a_group_gets_its_first_member_by_way_of_the_others(court: Court) -> None:
    made = court.propose("ada", "group", {"person": court.ids["eve"], "group": "comms"})

    court.seconds("lea", made)

    assert court.members("comms") == {"eve"}


def test_saying_no_ends_a_proposal_with_a_reason_and_taking_back_is_for_its_maker(court: Court) -> None:
    made = court.propose("pat", "lists", names())
    with pytest.raises(NotAllowed):
        court.proposals.withdraw(court.actor("ben"), made.proposal.id)
    with pytest.raises(Invalid):
        court.proposals.decline(court.actor("ben"), made.proposal.id, " ")

    told = court.proposals.decline(court.actor("ben"), made.proposal.id, "It is public already.")

    assert (told.proposal.waits, told.proposal.answer) == (False, "It is public already.")
    with pytest.raises(WrongState):
        court.seconds("lea", made)
    again = court.propose("pat", "lists", names())
    assert not court.proposals.withdraw(court.actor("pat"), again.proposal.id).proposal.waits


def test_proposals_are_for_those_who_sign_or_look_after_the_rules(court: Court) -> None:
    made = court.propose("pat", "lists", names())
    for look in (
        lambda: court.proposals.view(court.actor("eve"), made.proposal.id),
        lambda: court.proposals.proposals(court.actor("eve")),
        lambda: court.propose("eve", "lists", names("Hawk")),
        lambda: court.propose("pat", "group", {"person": court.ids["eve"], "group": "legal"}),
    ):
        with pytest.raises(NotAllowed):
            look()
    court.people.add_brand(Brand("rival", "Rival", court.base.approvals))
    court.ids |= court.found("rival", {"ria": ("marketing",), "rob": ("marketing",)})
    with pytest.raises(NotFound):
        court.proposals.view(court.actor("ria", "rival"), made.proposal.id)


# --- votes that wait ---


def test_a_vote_is_suspended_until_a_colleague_lets_it_count_again_and_the_old_address_is_told(
    court: Court,
) -> None:
    signed = court.approved("The kettle is blue.", signer="ben")
    court.people.suspend_vote(
        court.ids["ben"], "The address was changed.", by=court.ids["ben"], address="old@acme.example"
    )

    assert court.state(signed) is State.IN_REVIEW
    assert court.members("marketing") == {"pat", "ada"}
    with court.store.read() as tx:
        from sqlalchemy import text

        told = tx.session.execute(text("SELECT payload FROM jobs WHERE kind = :k"), {"k": TELL_KIND}).all()
        assert "old@acme.example" in str(told)
    (waiting,) = court.proposals.proposals(court.actor("ada"))
    court.pass_by(minutes=1)
    for name in ("ben", "lea"):
        with pytest.raises(NotAllowed):
            court.proposals.second(court.actor(name), waiting.id, "")

    seen = court.proposals.view(court.actor("ada"), waiting.id).seen
    court.proposals.second(court.actor("ada"), waiting.id, seen)

    assert court.members("marketing") == {"pat", "ada", "ben"}
    assert court.state(signed) is State.APPROVED


def test_whoever_changed_a_signers_account_does_not_let_the_vote_count_again(court: Court) -> None:
    court.people.suspend_vote(court.ids["ben"], "The second factor was reset.", by=court.ids["ada"])
    (waiting,) = court.proposals.proposals(court.actor("ada"))
    court.pass_by(minutes=1)

    with pytest.raises(NotAllowed, match="second person"):
        court.proposals.second(court.actor("ada"), waiting.id, "")
    court.store.write(lambda tx: tx.set_roles("acme", court.ids["ben"], {"policy_owner"}))
    with pytest.raises(NotAllowed, match="suspended"):
        court.propose("ben", "lists", names())


# --- whoever runs the server ---


def test_while_no_two_people_sign_the_server_acts_alone_and_never_again_after(court: Court) -> None:
    court.people.add_brand(Brand("tiny", "Tiny", court.base.approvals))
    court.people.add_person("tiny", "mo@acme.example", "Mo", PASSWORD)
    court.people.add_person("tiny", "jo@acme.example", "Jo", PASSWORD)
    court.people.grant("tiny", "mo@acme.example", "marketing", kind="group")
    court.people.grant("tiny", "mo@acme.example", "legal", kind="group")
    court.people.grant("tiny", "jo@acme.example", "marketing", kind="group")

    for again in ("before", "after one has left"):
        with pytest.raises(NotAllowed, match="proposal"):
            court.people.grant("tiny", "jo@acme.example", "legal", kind="group")
        with pytest.raises(NotAllowed, match="proposal"):
            court.people.found("tiny", [Founder("Al", "al@acme.example", PASSWORD, ("marketing",))])
        court.people.revoke("tiny", "jo@acme.example", "marketing", kind="group")
        assert again
    with court.store.read() as tx:
        assert [e.action for e in tx.events("tiny")].count("group.granted") == 3


def operator(brand: str = "acme") -> Actor:
    return Actor(OPERATOR, "Whoever runs the server", brand)


def test_what_whoever_runs_the_server_proposes_takes_two_others(court: Court) -> None:
    made = court.proposals.propose(
        operator(), "group", {"person": court.ids["eve"], "group": "marketing"}, "Eve joins."
    )
    court.pass_by(minutes=1)

    assert court.seconds("ada", made).proposal.waits
    with pytest.raises(NotAllowed, match="already"):
        court.seconds("ada", made)
    assert not court.seconds("ben", made).proposal.waits
    assert "eve" in court.members("marketing")
    court.pass_by(minutes=1)

    softer = court.propose("ada", "approvals", {"groups": {"marketing": {"signs": 2}}})
    with pytest.raises(NotAllowed, match="brought you"):
        court.seconds("eve", softer)


def test_the_last_one_who_signs_and_the_server_bring_somebody_new_in(court: Court) -> None:
    for name in ("pat", "ada", "lea"):
        court.people.deactivate(f"{name}@acme.example")
    made = court.proposals.propose(
        operator(), "group", {"person": court.ids["eve"], "group": "marketing"}, "Only Ben is left."
    )
    court.pass_by(minutes=1)

    court.seconds("ben", made)

    assert court.members("marketing") == {"ben", "eve"}


# --- the built-in rules, and the house ---


def test_a_newer_release_brings_its_rules_as_a_proposal_and_the_old_ones_hold_until_two_agree(
    court: Court, base: Policy
) -> None:
    stopped = court.submitted("A forbidden kettle.")
    newer = load_files({**base.files, "Own/Stop.yml": QUIET.encode()})

    assert court.start(newer) == 1
    assert court.start(newer) == 0, "it is proposed once"
    court.pass_by(minutes=1)

    (waiting,) = court.proposals.proposals(court.actor("lea"))
    assert (waiting.kind, waiting.by) == ("base", RELEASE)
    view = court.proposals.view(court.actor("lea"), waiting.id)
    assert [a.draft for a in view.effect.affected] == [stopped.review.id]
    assert (
        court.drafts.view(court.actor("lea"), stopped.review.id)
        .verdicts[stopped.review.draft.digests[0]]
        .worst
        == "block"
    )
    assert court.proposals.rulebook(court.actor("lea")).newer_base

    court.seconds("lea", view)
    court.seconds("ben", view)

    assert (
        court.drafts.view(court.actor("lea"), stopped.review.id)
        .verdicts[stopped.review.draft.digests[0]]
        .worst
        == "suggest"
    )
    assert not court.proposals.rulebook(court.actor("lea")).newer_base


def test_what_a_house_decides_holds_in_the_brands_below_it(court: Court) -> None:
    court.people.add_brand(Brand("house", "House", court.base.approvals))
    court.ids |= court.found("house", {"hal": ("legal", "policy_owner"), "hans": ("legal",)})
    court.people.found  # noqa: B018
    with pytest.raises(NotAllowed, match="house"):
        court.propose("ada", "parent", {"parent": "house"})
    court.store.write(lambda tx: tx.set_roles("house", court.ids["ada"], {"brand_admin"}))
    court.seconds("lea", court.propose("ada", "parent", {"parent": "house"}))
    named = court.approved("Falcon lands on Monday.")

    made = court.proposals.propose(court.actor("hal", "house"), "lists", names(), "For all brands.")
    court.pass_by(minutes=1)
    assert [(a.brand, a.draft) for a in made.effect.affected] == [("acme", named.review.id)]
    seen = court.proposals.view(court.actor("hans", "house"), made.proposal.id).seen
    court.proposals.second(court.actor("hans", "house"), made.proposal.id, seen)

    assert court.state(named) is State.IN_REVIEW
    book = court.proposals.rulebook(court.actor("lea"))
    assert (book.parent, book.lists["code_names"], book.version.lists) == ("house", ("Falcon",), {})
    with pytest.raises(Invalid):
        court.propose("ada", "parent", {"parent": "acme"})


def test_a_kept_policy_version_holds_all_that_a_verdict_was_made_of(court: Court, base: Policy) -> None:
    before = court.submitted("A forbidden kettle.")
    verdict = next(iter(before.verdicts.values()))
    with court.store.read() as tx:
        version = tx.policy_overlay("acme")
    made = court.propose("pat", "policy", {"put": {"Own/Stop.yml": QUIET}})
    court.seconds("lea", made)

    again = Checking(court.store, load_files({**base.files, "Own/Stop.yml": QUIET.encode()}), court.clock)
    with court.store.read() as tx:
        kept = again.compiled(tx, tx.policy_version("acme", version.sha256))

    assert kept.sha256 == verdict.policy_sha256


# --- the other kinds ---


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("account", {"account": "mastodon:acme@social.example"}),
        ("account", {"account": "x:acme", "consent_of": "eve"}),
        ("account", {"account": "x:acme", "remove": True}),
        ("calendar", {"timezone": "Europe/Oslo", "holidays": ["2026-12-25"]}),
        ("approvals", {"profile": "regulated", "capacities": "distinct"}),
        ("approvals", {"groups": {"legal": {"signs": 1, "stand_in": ["comms"], "after": "4h"}}}),
        ("identity", {"person": "eve", "same_as": "ben"}),
        ("role", {"person": "eve", "role": "auditor"}),
    ],
)
def test_every_kind_of_change_counts_with_the_second_person_and_not_before(
    court: Court, kind: str, change: dict[str, object]
) -> None:
    change = {k: court.ids.get(str(v), v) for k, v in change.items()}

    def rules() -> object:
        with court.store.read() as tx:
            return replace(tx.brand("acme"), epochs={}), tx.roles("acme", court.ids["eve"])

    before = rules()
    made = court.propose("ada", kind, change)
    assert rules() == before

    court.seconds("lea", made)

    assert rules() != before


def test_fewer_signatures_ease_every_post_that_waits_for_them(court: Court) -> None:
    court.seconds("ben", court.propose("ada", "approvals", {"groups": {"marketing": {"signs": 2}}}))
    court.submitted("The kettle is blue.", by="pat")

    made = court.propose("ada", "approvals", {"groups": {"marketing": {"signs": 1}}})

    assert made.proposal.eases == {court.ids["pat"]}
    with pytest.raises(NotAllowed, match="helped to write"):
        court.seconds("pat", made)


def test_more_signatures_ease_nothing(court: Court) -> None:
    post = court.approved("The kettle is blue.", by="ben", signer="pat")

    made = court.propose("ada", "approvals", {"groups": {"marketing": {"signs": 2}}})

    assert [a.draft for a in made.effect.affected] == [post.review.id]
    assert made.proposal.eases == frozenset()
