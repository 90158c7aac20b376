"""Changing the rules of the game: proposed by one, seen with its effect, agreed to by another (law 10)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar, cast

from reviewer.errors import Conflict, NotAllowed, NotFound, Refusal, StaleContent, Unavailable
from reviewer.integrations.changes import (
    ApprovalsChange,
    GroupChange,
    IdentityChange,
    ListsChange,
    ParentChange,
    RoleChange,
    RulesChange,
    SignerChange,
)
from reviewer.model import Actor, Brand, Event, Json
from reviewer.policy.lists import merged
from reviewer.service.checking import Checking
from reviewer.service.drafts import ROUNDS, new_id
from reviewer.service.effects import Affected, Effect, Effects
from reviewer.service.outcomes import Outcome, apply, outcomes, shaped
from reviewer.store import PolicyVersion, Store, Suspension, Tx
from reviewer.workflow import proposals as law
from reviewer.workflow.proposals import Kind, Proposal

Result = TypeVar("Result")
RELEASE = f"{law.SYSTEM}release"
"""Who proposes the built-in rules of a newer release: the server itself, which never agrees to anything."""
SEERS = frozenset({"policy_owner", "brand_admin", "auditor"})
ALSO_LATER = timedelta(days=30)
"""How long a change that touched waiting posts stays named above the inbox."""


@dataclass(frozen=True)
class ProposalView:
    """A proposal as one viewer sees it.

    `effect` is what it does now, and once it is decided what it did. `seen` is sent with an agreement.
    `obstacle` says why the viewer can't agree; `seconders` are the people who can.
    """

    proposal: Proposal
    effect: Effect
    seen: str
    actions: frozenset[str]
    obstacle: str
    seconders: frozenset[str]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Regrouped:
    """One item for the posts that a change touched: they need another look, the rest is left alone."""

    proposal: Proposal
    posts: tuple[Affected, ...]


@dataclass(frozen=True)
class Rulebook:
    """What is in force for a brand: its own files, lists and approvals, and what lies below them.

    `house_lists` and `house_files` are the house brand's; `newer_base` says that this release brings
    other built-in rules than the brand agreed to.
    """

    brand: Brand
    version: PolicyVersion
    parent: str | None
    house_files: tuple[str, ...]
    house_lists: Mapping[str, tuple[str, ...]]
    lists: Mapping[str, tuple[str, ...]]
    read_by: Mapping[str, tuple[str, ...]]
    newer_base: bool
    suspended: Mapping[str, Suspension]
    members: Mapping[str, frozenset[str]]
    """The groups of each person, whose vote may be suspended."""
    roles: Mapping[str, frozenset[str]]


class _Moved(Exception):  # not an error: the effect is worked out again
    """A draft, the brand or its policy changed between working out an effect and writing."""


class Proposals:
    """The use cases of law 10."""

    def __init__(self, store: Store, checking: Checking, clock: Callable[[], datetime]) -> None:
        self._store, self._checking, self._clock = store, checking, clock
        self._effects = Effects(checking)

    # --- looking ---------------------------------------------------------------------------------

    def rulebook(self, actor: Actor) -> Rulebook:
        """What is in force for the actor's brand."""
        with self._store.read() as tx:
            brand, version = tx.brand(actor.brand), tx.policy_overlay(actor.brand)
            _check_sees(brand, actor)
            house = PolicyVersion(version.approvals)
            if version.house:
                slug, _, sha256 = version.house.partition("/")
                house = tx.policy_version(slug, sha256)
            policy = self._checking.policy(tx, actor.brand)
            read_by: dict[str, list[str]] = {}
            for rule in policy.ruleset.rules:
                for name in rule.lists:
                    read_by.setdefault(name, []).append(rule.name)
            return Rulebook(
                brand,
                version,
                tx.parent(actor.brand),
                tuple(sorted(house.files)),
                house.lists,
                merged(house.lists, version.lists),
                {name: tuple(sorted(rules)) for name, rules in read_by.items()},
                version.base not in ("", self._checking.base.files_sha256),
                tx.suspensions(actor.brand),
                {person: frozenset(groups) for person, groups in tx.everybody(actor.brand).items()},
                {person: tx.roles(actor.brand, person) for person in brand.people},
            )

    def proposals(self, actor: Actor, *, waiting: bool = True) -> list[Proposal]:
        """The brand's proposals, newest first."""
        with self._store.read() as tx:
            _check_sees(tx.brand(actor.brand), actor)
            return tx.proposals(actor.brand, waiting=waiting)[::-1]

    def sees(self, brand: Brand, actor: Actor) -> bool:
        """Are the rules and proposals of a brand shown to this actor."""
        return _sees(brand, actor)

    def waiting_for(self, actor: Actor) -> list[Proposal]:
        """The proposals to which this person can agree now; none for whoever doesn't see them."""
        with self._store.read() as tx:
            brand = tx.brand(actor.brand)
            if not brand.groups_of(actor.id):
                return []
            everybody = tx.everybody(brand.slug)
            return [
                p for p in tx.proposals(brand.slug) if law.obstacle_for(brand, actor.id, p, everybody) is None
            ]

    def view(self, actor: Actor, proposal_id: str) -> ProposalView:
        """A proposal with what it does to waiting and approved posts now; what it did, once decided."""
        with self._store.read() as tx:
            brand = tx.brand(actor.brand)
            _check_sees(brand, actor)
            proposal = self._proposal(tx, actor, proposal_id)
            effect, _ = self._look(tx, proposal) if proposal.waits else (_kept(proposal), ())
            proposal = replace(proposal, eases=effect.eases)
            everybody = tx.everybody(brand.slug)
            obstacle = law.obstacle_for(brand, actor.id, proposal, everybody)
            seconders = law.seconders(brand, proposal, everybody)
            named = {proposal.by, *proposal.subjects, *seconders, *(a.by for a in proposal.agreed)}
            named |= {p for p in (proposal.seconded_by, proposal.declined_by) if p}
            return ProposalView(
                proposal,
                effect,
                effect.sha256(proposal.id, proposal.change),
                _actions(brand, actor, proposal, obstacle),
                obstacle or "",
                seconders if proposal.waits else frozenset(),
                tx.names(named),
            )

    def regrouped(self, actor: Actor) -> list[Regrouped]:
        """Changes of the last month that touched posts which still wait, newest first."""
        with self._store.read() as tx:
            if not tx.brand(actor.brand).groups_of(actor.id):
                return []
            still = {draft for draft, _ in tx.open_revisions(actor.brand)}
            since = self._clock() - ALSO_LATER
            found = []
            for proposal in reversed(tx.proposals(actor.brand, seconded_since=since)):
                posts = tuple(
                    a for a in _kept(proposal).affected if a.draft in still and a.brand == actor.brand
                )
                if posts:
                    found.append(Regrouped(proposal, posts))
            return found

    # --- proposing -------------------------------------------------------------------------------

    def propose(self, actor: Actor, kind: str, change: Mapping[str, object], reason: str) -> ProposalView:
        """Propose a change; it is tried on the brand's posts, and waits for a second person.

        Raises:
            Invalid: with pointers into the change. Conflict: it changes nothing. NotAllowed: the role,
            a suspended vote, or a waiting post of the proposer's own that it eases.
        """
        shape = shaped(kind, change)
        at = self._clock()
        with self._store.read() as tx:
            skeleton = Proposal(new_id(), actor.brand, cast(Kind, kind), {}, reason, actor.id, at)
            law.propose(tx.brand(actor.brand), actor, skeleton)  # before anything is worked out for them
            found = outcomes(tx, actor.brand, kind, change)
            if isinstance(shape, ParentChange) and shape.parent is not None:
                _check_admin_of(tx, actor, shape.parent)
            effect = self._effects.on_open_posts(tx, found, at)
            groups, subjects = _concerned(shape), _subjects(shape)
            if isinstance(shape, SignerChange):
                groups = frozenset(tx.memberships(actor.brand, shape.person))
            if isinstance(shape, RulesChange | ListsChange):
                tried = self._effects.on_earlier_posts(tx, found[0], shape)
                effect = _both(effect, tried)
                groups = self._effects.concerned(tx, found[0])
        wanted = Proposal(
            id=new_id(),
            brand=actor.brand,
            kind=cast(Kind, kind),  # `shaped` refuses any other
            change=shape.model_dump(mode="json", exclude_unset=True),
            reason=reason.strip(),
            by=actor.id,
            at=at,
            groups=groups,
            subjects=subjects,
            eases=effect.eases,
            effect=effect.to_json(),
        )

        def run(tx: Tx) -> None:
            brand = tx.brand(actor.brand)
            if actor.id in tx.suspensions(brand.slug):
                raise NotAllowed("Your vote is suspended: a colleague has to let it count again first.")
            proposal = law.propose(brand, actor, wanted)
            tx.add_proposal(proposal)
            tx.append(_event(actor.id, "proposal.made", proposal, at))

        self._logged(actor, "proposal.refused", kind, run)
        if actor.id.startswith(law.SYSTEM):
            return self._told(wanted, effect)
        return self.view(actor, wanted.id)

    def _told(self, proposal: Proposal, effect: Effect) -> ProposalView:
        """What whoever runs the server is told: who can agree."""
        with self._store.read() as tx:
            brand = tx.brand(proposal.brand)
            can = law.seconders(brand, proposal, tx.everybody(brand.slug))
            return ProposalView(proposal, effect, "", frozenset(), "", can, tx.names(can))

    # --- deciding --------------------------------------------------------------------------------

    def second(self, actor: Actor, proposal_id: str, seen: str) -> ProposalView:
        """Agree to a proposal; with the last agreement that it takes it is in force.

        `seen` names the effect that was on the page. Raises StaleContent where it is another by now.
        """

        def run(tx: Tx) -> None:
            brand, now = tx.brand(actor.brand), self._clock()
            proposal = self._proposal(tx, actor, proposal_id)
            if self._standing(tx, found) != standing:
                raise _Moved
            roles = frozenset[str]() if _suspended(tx, proposal) else tx.roles(brand.slug, proposal.by)
            proposal = replace(proposal, eases=effect.eases)
            decided = law.second(brand, actor, proposal, tx.everybody(brand.slug), now, proposer_roles=roles)
            if effect.sha256(proposal.id, proposal.change) != seen:
                raise StaleContent(
                    "It does something else to waiting posts by now. Read it again.",
                    changed=("what it does to waiting and approved posts",),
                )
            tx.agree(decided)
            if decided.seconded_at is None:
                tx.append(_event(actor.id, "proposal.agreed", decided, now, seen=seen))
                return
            tx.decide(replace(decided, effect=effect.to_json()))
            tx.append(_event(actor.id, "proposal.seconded", decided, now, seen=seen))
            apply(tx, decided, found, now)

        for _ in range(ROUNDS):
            with self._store.read() as tx:
                _check_sees(tx.brand(actor.brand), actor)
                proposal = self._proposal(tx, actor, proposal_id)
                effect, found = self._look(tx, proposal) if proposal.waits else (_kept(proposal), ())
                standing = self._standing(tx, found)
            try:
                self._logged(actor, "proposal.second_refused", proposal_id, run)
                return self.view(actor, proposal_id)
            except _Moved:
                continue
        raise Unavailable("Posts of this brand change faster than they can be read: try again in a moment.")

    def decline(self, actor: Actor, proposal_id: str, reason: str) -> ProposalView:
        """Say no to a proposal, with a reason; it can be made anew."""

        def run(tx: Tx) -> None:
            now = self._clock()
            proposal = self._proposal(tx, actor, proposal_id)
            decided = law.decline(tx.brand(actor.brand), actor, proposal, reason, now)
            tx.decide(decided)
            tx.append(_event(actor.id, "proposal.declined", decided, now))

        self._logged(actor, "proposal.decline_refused", proposal_id, run)
        return self.view(actor, proposal_id)

    def withdraw(self, actor: Actor, proposal_id: str) -> ProposalView:
        """Take a proposal of one's own back."""

        def run(tx: Tx) -> None:
            now = self._clock()
            decided = law.withdraw(actor, self._proposal(tx, actor, proposal_id), now)
            tx.decide(decided)
            tx.append(_event(actor.id, "proposal.withdrawn", decided, now))

        self._logged(actor, "proposal.withdraw_refused", proposal_id, run)
        return self.view(actor, proposal_id)

    # --- at once, and by the server --------------------------------------------------------------

    def remove(self, actor: Actor, person_id: str, *, group: str = "", role: str = "") -> None:
        """Take a group or a role away at once: a brand admin does, or the person themselves."""

        def run(tx: Tx) -> None:
            brand, now = tx.brand(actor.brand), self._clock()
            _check_person(brand, actor)
            if "brand_admin" not in actor.roles and actor.id != person_id:
                raise NotAllowed("Only a brand admin takes something away from somebody else: ask one.")
            has = tx.memberships(brand.slug, person_id) if group else tx.roles(brand.slug, person_id)
            if (group or role) not in has:
                raise NotFound("They don't have that here: look again.")
            if group:
                tx.remove_member(brand.slug, person_id, group, now)
            else:
                tx.set_roles(brand.slug, person_id, tx.roles(brand.slug, person_id) - {role})
            what: dict[str, Json] = {"group": group} if group else {"role": role}
            action = "group.revoked" if group else "role.revoked"
            tx.append(Event(now, brand.slug, actor.id, action, ("person", person_id), detail=what))

        self._logged(actor, "proposal.remove_refused", person_id, run)

    def pin_base(self) -> int:
        """Hold every brand to the built-in rules that it agreed to; returns how many proposals were made.

        For the start of a server. A brand that never said is held to those of this release; where this
        release brings others than a brand agreed to, they wait as a proposal that takes two people, and
        the brand is read by the ones it knows until then.
        """
        base, now, made = self._checking.base, self._clock(), 0
        with self._store.read() as tx:
            versions = {slug: tx.policy_overlay(slug) for slug in tx.brands()}
            kept = tx.has_base(base.files_sha256)
        if not kept or any(version.base == "" for version in versions.values()):
            self._store.write(lambda tx: self._pin(tx, now))
        for slug, version in versions.items():
            if version.base in ("", base.files_sha256):
                continue
            with self._store.read() as tx:
                waiting = [p for p in tx.proposals(slug) if p.kind == "base"]
            if any(p.change == {"base": base.files_sha256} for p in waiting):
                continue
            server = Actor(RELEASE, "Reviewer", slug)
            for earlier in waiting:
                if earlier.by == RELEASE:
                    self._store.write(lambda tx, p=earlier: tx.decide(law.withdraw(server, p, now)))  # type: ignore[misc]  # noqa: B023
            self.propose(
                server, "base", {"base": base.files_sha256}, "A newer release brings other built-in rules."
            )
            made += 1
        return made

    def _pin(self, tx: Tx, now: datetime) -> None:
        base = self._checking.base
        tx.keep_base(base.files_sha256, base.files, now)
        for slug in tx.brands():
            tx.note_founding(slug, now)
            version = tx.policy_overlay(slug)
            if version.base == "":
                pinned = replace(version, base=base.files_sha256)
                tx.activate_policy(slug, pinned, now)
                detail: dict[str, Json] = {"before": version.sha256, "base": base.files_sha256}
                tx.append(
                    Event(now, slug, RELEASE, "policy.pinned", ("policy", pinned.sha256), detail=detail)
                )

    # --- parts -----------------------------------------------------------------------------------

    def _proposal(self, tx: Tx, actor: Actor, proposal_id: str) -> Proposal:
        proposal = tx.proposal(proposal_id)
        if proposal.brand != actor.brand:
            raise NotFound("There is no such proposal here.")
        return proposal

    def _look(self, tx: Tx, proposal: Proposal) -> tuple[Effect, tuple[Outcome, ...]]:
        """What a waiting proposal does now; the backtest is that of the day when it was made."""
        try:
            found = outcomes(tx, proposal.brand, proposal.kind, proposal.change)
        except (Conflict, Refusal) as refusal:  # overtaken: it can only be withdrawn or declined
            return Effect(warnings=(f"It can't be put into force as it is: {refusal.detail}",)), ()
        return _both(self._effects.on_open_posts(tx, found, self._clock()), _kept(proposal)), found

    def _standing(self, tx: Tx, found: tuple[Outcome, ...]) -> object:
        """Equal at two moments where nothing on which an effect rests has changed between them."""
        slugs = [o.before.brand.slug for o in found]
        return [(tx.brand(s), tx.policy_overlay(s).sha256, tx.open_revisions(s)) for s in slugs]

    def _logged(self, actor: Actor, refused: str, subject: str, run: Callable[[Tx], Result]) -> Result:
        try:
            return self._store.write(run)
        except Refusal as refusal:
            event = Event(
                self._clock(),
                actor.brand,
                actor.id,
                refused,
                ("proposal", subject),
                detail={"code": refusal.code},
            )
            if not isinstance(refusal, NotFound):
                self._store.write(lambda tx: tx.append(event))
            raise


def _kept(proposal: Proposal) -> Effect:
    return Effect.from_json(proposal.effect)


def _both(now: Effect, tried: Effect) -> Effect:
    """The effect on open posts with that on earlier ones."""
    return replace(
        now,
        warnings=tried.warnings,
        earlier=tried.earlier,
        asking_before=tried.asking_before,
        asking_after=tried.asking_after,
        rules=tried.rules,
    )


def _concerned(shape: object) -> frozenset[str]:
    """The groups that a change names; none where every signing group is concerned."""
    match shape:
        case GroupChange():
            return frozenset({shape.group})
        case ApprovalsChange(profile=None, always=None, capacities=None):
            return frozenset(shape.groups)
    return frozenset()


def _subjects(shape: object) -> frozenset[str]:
    """The people whom a change is about."""
    match shape:
        case GroupChange() | RoleChange() | SignerChange():
            return frozenset({shape.person})
        case IdentityChange():
            return frozenset(p for p in (shape.person, shape.same_as) if p)
    return frozenset()


def _actions(brand: Brand, actor: Actor, proposal: Proposal, obstacle: str | None) -> frozenset[str]:
    if not proposal.waits:
        return frozenset()
    found = {"withdraw"} if actor.id == proposal.by else set[str]()
    if brand.groups_of(actor.id):
        found.add("decline")
        if obstacle is None:
            found.add("second")
    return frozenset(found)


def _check_person(brand: Brand, actor: Actor) -> None:
    if actor.service or actor.id not in brand.people:
        raise NotAllowed("The rules are for people of the brand: sign in.")


def _check_sees(brand: Brand, actor: Actor) -> None:
    """Lists hold what few may read: signing groups, policy owners, admins and auditors see them."""
    _check_person(brand, actor)
    if not _sees(brand, actor):
        raise NotAllowed("Proposals are for those who sign or look after the rules: ask one of them.")


def _sees(brand: Brand, actor: Actor) -> bool:
    return bool(brand.groups_of(actor.id) or actor.roles & SEERS)


def _check_admin_of(tx: Tx, actor: Actor, slug: str) -> None:
    """A house shows its lists to the brands below it, so one of its own admins has to want that."""
    if "brand_admin" not in tx.roles(slug, actor.id):
        raise NotAllowed("Only a brand admin of the house brand too can put a brand below it.")


def _suspended(tx: Tx, proposal: Proposal) -> bool:
    return proposal.by in tx.suspensions(proposal.brand)


def _event(by: str, action: str, proposal: Proposal, at: datetime, *, seen: str = "") -> Event:
    detail: dict[str, Json] = {"kind": proposal.kind, "change": _without_words(proposal)}
    return Event(
        at, proposal.brand, by, action, ("proposal", proposal.id), seen=(seen,) if seen else (), detail=detail
    )


def _without_words(proposal: Proposal) -> Json:
    """What the log says of a change: rules and lists by name, for their words are in the policy version."""
    if proposal.kind == "policy":
        change = RulesChange.model_validate(proposal.change)
        return {"put": sorted(change.put), "remove": sorted(change.remove)}
    if proposal.kind == "lists":
        lists = ListsChange.model_validate(proposal.change)
        return {
            "add": {name: len(entries) for name, entries in lists.add.items()},
            "remove": {name: len(entries) for name, entries in lists.remove.items()},
        }
    return dict(proposal.change)


__all__ = ["Kind", "ProposalView", "Proposals", "Regrouped", "Rulebook"]
