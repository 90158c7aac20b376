"""What a proposal makes of a brand, worked out before anything is written: shown first, then applied."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reviewer import policy as policies
from reviewer.errors import Conflict, Invalid, NotFound, Problem, RuleError
from reviewer.integrations.changes import (
    SHAPES,
    AccountChange,
    ApprovalsChange,
    BaseChange,
    CalendarChange,
    GroupChange,
    IdentityChange,
    ListsChange,
    ParentChange,
    RoleChange,
    RulesChange,
    SignerChange,
)
from reviewer.integrations.reading import Strict, read
from reviewer.model import Brand, Event
from reviewer.policy.lists import amended
from reviewer.service.people import ROLES
from reviewer.store import PolicyVersion, Tx
from reviewer.store.codec import approvals_to_json
from reviewer.workflow.proposals import Proposal


@dataclass(frozen=True)
class InForce:
    """What the law reads for a brand at one moment; `house` is its house brand's policy version."""

    brand: Brand
    version: PolicyVersion
    house: PolicyVersion | None = None


@dataclass(frozen=True)
class Outcome:
    """One brand before and after a change."""

    before: InForce
    after: InForce


def in_force(tx: Tx, slug: str) -> InForce:
    """A brand as it stands in this transaction."""
    version = tx.policy_overlay(slug)
    house = None
    if version.house:
        of, _, sha256 = version.house.partition("/")
        house = tx.policy_version(of, sha256)
    return InForce(tx.brand(slug), version, house)


def shaped(kind: str, change: Mapping[str, object]) -> Strict:
    """A change in the shape of its kind; raises Invalid with pointers below `/change`."""
    if kind not in SHAPES:
        problem = Problem("/kind", f"Give one of: {', '.join(SHAPES)}.", "not-one-of")
        raise Invalid("There is no such kind of proposal.", [problem])
    try:
        return read(SHAPES[kind], dict(change))
    except Invalid as error:
        below = [Problem(f"/change{p.pointer}", p.detail, p.code) for p in error.problems]
        raise Invalid(error.detail, below) from None


def outcomes(tx: Tx, slug: str, kind: str, change: Mapping[str, object]) -> tuple[Outcome, ...]:
    """What a change makes of a brand and, where it is a house, of the brands below it.

    Raises:
        Invalid: it names what is not there; Conflict: it would change nothing.
    """
    before = in_force(tx, slug)
    after = _after(tx, before, shaped(kind, change))
    if after == before and kind != "role":
        raise Conflict("This changes nothing: it is so already.")
    found = [Outcome(before, after)]
    if after.version != before.version:
        for child in tx.children(slug):
            below = in_force(tx, child)
            version = replace(below.version, house=f"{slug}/{after.version.sha256}")
            found.append(Outcome(below, replace(below, version=version, house=after.version)))
    return tuple(found)


def _after(tx: Tx, now: InForce, change: Strict) -> InForce:
    brand, version = now.brand, now.version
    match change:
        case RulesChange():
            missing = sorted(set(change.remove) - set(version.files))
            if missing:
                raise _wrong("/change/remove", f"The brand has no file {missing[0]} of its own.")
            kept = {path: data for path, data in version.files.items() if path not in change.remove}
            put = {path: text.encode() for path, text in change.put.items()}
            return replace(now, version=replace(version, files={**kept, **put}))
        case ListsChange():
            for name, entries in change.remove.items():
                if gone := sorted(set(entries) - set(version.lists.get(name, ()))):
                    raise _wrong(f"/change/remove/{name}", f"{len(gone)} of these are not on the list.")
            lists = amended(version.lists, change.add, change.remove)
            return replace(now, version=replace(version, lists=lists))
        case ApprovalsChange():
            return _with_approvals(now, change)
        case BaseChange():
            tx.base(change.base)
            return replace(now, version=replace(version, base=change.base))
        case ParentChange():
            return _with_parent(tx, now, change.parent)
        case GroupChange():
            if change.group not in brand.approvals.groups:
                known = ", ".join(brand.approvals.groups)
                raise _wrong("/change/group", f"There is no group {change.group}: choose from {known}.")
            if change.person in tx.suspensions(brand.slug):
                raise _wrong("/change/person", "Their vote is suspended: let it count again first.")
            return _with_members(tx, now, change.person, {change.group})
        case SignerChange():
            if change.person not in tx.suspensions(brand.slug):
                raise _wrong("/change/person", "This vote is not suspended.")
            return _with_members(tx, now, change.person, set(tx.memberships(brand.slug, change.person)))
        case RoleChange():
            _somebody(tx, change.person)
            if change.role not in ROLES:
                raise _wrong("/change/role", f"There is no such role: choose from {', '.join(ROLES)}.")
            if change.role in tx.roles(brand.slug, change.person):
                raise Conflict("This changes nothing: it is so already.")
            return now
        case AccountChange():
            return _with_account(tx, now, change)
        case CalendarChange():
            calendar = replace(
                brand.calendar,
                hours=change.hours or brand.calendar.hours,
                holidays=brand.calendar.holidays if change.holidays is None else frozenset(change.holidays),
            )
            return replace(
                now, brand=replace(brand, calendar=calendar, timezone=change.timezone or brand.timezone)
            )
        case IdentityChange():
            _of_one_brand(tx, now, change)
            humans = {p: h for p, h in brand.same_person.items() if p != change.person}
            if change.same_as:
                humans[change.person] = brand.human(change.same_as)
            return replace(now, brand=replace(brand, same_person=humans))
    raise NotImplementedError(type(change))  # every shape has its case above


def _with_approvals(now: InForce, change: ApprovalsChange) -> InForce:
    written = approvals_to_json(now.version.approvals)
    given = change.model_dump(exclude_none=True, exclude={"groups", "accounts", "service_levels"})
    written |= {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    for name, parts in (
        ("groups", {g: body and body.model_dump() for g, body in change.groups.items()}),
        ("accounts", {a: g and list(g) for a, g in change.accounts.items()}),
        ("service_levels", dict(change.service_levels)),
    ):
        merged = {**written[name], **parts}
        written[name] = {key: value for key, value in merged.items() if value is not None}
    for body in written["groups"].values():
        body.update({"stand_in": list(body["stand_in"])})
        if body["after"] is None:
            del body["after"]
    try:
        approvals = policies.load_approvals(json.dumps(written).encode())
    except RuleError as error:
        raise _wrong("/change", error.detail.partition(": ")[2]) from error
    version = replace(now.version, approvals=approvals)
    return replace(now, version=version, brand=replace(now.brand, approvals=approvals))


def _with_parent(tx: Tx, now: InForce, parent: str | None) -> InForce:
    slug = now.brand.slug
    if parent is None:
        return replace(now, version=replace(now.version, house=""), house=None)
    if parent == slug or parent not in tx.brands():
        raise _wrong("/change/parent", "There is no such other brand here.")
    if tx.parent(parent) is not None or tx.children(slug):
        raise _wrong("/change/parent", "One level: a house has no house of its own, and is not below one.")
    house = tx.policy_overlay(parent)
    return replace(now, version=replace(now.version, house=f"{parent}/{house.sha256}"), house=house)


def _with_members(tx: Tx, now: InForce, person: str, groups: Iterable[str]) -> InForce:
    known = _somebody(tx, person)
    members = dict(now.brand.members)
    for group in groups:
        members[group] = members.get(group, frozenset()) | {person}
    people = {**now.brand.people, person: known}
    return replace(now, brand=replace(now.brand, members=members, people=people))


def _with_account(tx: Tx, now: InForce, change: AccountChange) -> InForce:
    brand, account = now.brand, change.account
    owner = tx.account_brand(account)
    if owner not in (None, brand.slug):
        raise _wrong("/change/account", f"{account} belongs to another brand of this server.")
    consents = {a: p for a, p in brand.consents.items() if a != account}
    if change.remove:
        if owner is None:
            raise _wrong("/change/account", f"The brand has no account {account}.")
        return replace(now, brand=replace(brand, accounts=brand.accounts - {account}, consents=consents))
    if change.consent_of is not None:
        if change.consent_of not in brand.people:
            raise _wrong("/change/consent_of", "Only somebody of the brand can be asked for consent.")
        consents[account] = change.consent_of
    return replace(now, brand=replace(brand, accounts=brand.accounts | {account}, consents=consents))


def _somebody(tx: Tx, person_id: str) -> str:
    """The name of somebody who is here and was not shut out."""
    try:
        person = tx.person(person_id)
    except NotFound:
        raise _wrong("/change/person", "There is no such person here: add them first.") from None
    if not person.active:
        raise _wrong("/change/person", f"{person.name} was shut out: nobody inactive can act.")
    return person.name


def _of_one_brand(tx: Tx, now: InForce, change: IdentityChange) -> None:
    """Who is whom holds on the whole server, so one brand decides it only about people of its own."""
    if change.person == change.same_as:
        raise _wrong("/change/same_as", "These are one account: name two.")
    for person in (change.person, change.same_as):
        if person is None:
            continue
        _somebody(tx, person)
        if person not in now.brand.people:
            raise _wrong("/change/person", "Both accounts have to belong to this brand.")
        if change.same_as is None and set(tx.brands_of(person)) != {now.brand.slug}:
            raise _wrong("/change/person", "This account belongs to other brands too: it stays what it is.")


def _wrong(pointer: str, sentence: str) -> Invalid:
    return Invalid(sentence, [Problem(pointer, sentence, "wrong")])


# --- writing ----------------------------------------------------------------------------------------


def apply(tx: Tx, proposal: Proposal, found: Iterable[Outcome], at: datetime) -> None:
    """Put a seconded proposal into force, and log what it did in every brand that it reaches."""
    change, slug = shaped(proposal.kind, proposal.change), proposal.brand
    for outcome in found:
        after = outcome.after
        if after.version != outcome.before.version:
            tx.activate_policy(after.brand.slug, after.version, at)
            detail = {"before": outcome.before.version.sha256, "proposal": proposal.id}
            _log(
                tx,
                proposal,
                at,
                after.brand.slug,
                "policy.activated",
                ("policy", after.version.sha256),
                detail,
            )
    match change:
        case ParentChange():
            tx.set_parent(slug, change.parent)
        case GroupChange():
            # whoever stands for the proposal brought them in, so never seconds with their help (law 10)
            tx.add_member(slug, change.person, change.group, at, introduced_by=proposal.backer or proposal.by)
            _log(tx, proposal, at, slug, "group.granted", ("person", change.person), {"group": change.group})
        case RoleChange():
            tx.set_roles(slug, change.person, tx.roles(slug, change.person) | {change.role})
            _log(tx, proposal, at, slug, "role.granted", ("person", change.person), {"role": change.role})
        case SignerChange():
            tx.lift_suspension(slug, change.person, proposal.seconded_by or "", at)
            _log(tx, proposal, at, slug, "signer.reactivated", ("person", change.person))
        case AccountChange():
            if change.remove:
                tx.remove_account(change.account)
            else:
                tx.add_account(slug, change.account)
                tx.set_consent(change.account, change.consent_of)
            _log(tx, proposal, at, slug, "account.changed", ("account", change.account))
        case CalendarChange():
            after_all = next(iter(found)).after.brand
            tx.set_calendar(slug, after_all.calendar, after_all.timezone)
            _log(tx, proposal, at, slug, "calendar.changed", ("brand", slug))
        case IdentityChange():
            tx.set_same_person(change.person, change.same_as and tx.brand(slug).human(change.same_as))
            _log(
                tx,
                proposal,
                at,
                slug,
                "identity.changed",
                ("person", change.person),
                {"same_as": change.same_as},
            )


def _log(
    tx: Tx,
    proposal: Proposal,
    at: datetime,
    brand: str,
    action: str,
    subject: tuple[str, str],
    detail: Mapping[str, object] | None = None,
) -> None:
    who = proposal.seconded_by or proposal.by
    said = {"proposal": proposal.id, "proposer": proposal.by, **(detail or {})}
    tx.append(Event(at, brand, who, action, subject, detail=said))  # type: ignore[arg-type]  # all JSON
