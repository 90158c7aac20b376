"""What the oracle expects to find on record once a command was accepted; pauses and proposals of a brand."""

from collections.abc import Iterable, Mapping
from typing import Any

from reviewer.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    Refusal,
    WrongState,
)
from reviewer.model import (
    Actor,
    Brand,
    Draft,
    Variant,
)
from reviewer.workflow.commands import (
    Accept,
    AllowReissue,
    Approve,
    AskRemoval,
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
from reviewer.workflow.proposals import Membership, Proposal
from tests.law_facts import (
    Confirmed,
    Dismissed,
    Facts,
    Issued,
    Objected,
    Signed,
    Submitted,
    Suggested,
    Wrote,
    written,
)
from tests.law_oracle import PERMIT, Law, audience_of
from tests.law_table import (
    not_one_of_the_brands,
    offer,
    own_permit,
    removal_that_says_something,
    replaced,
)

# --- what an accepted command adds ----------------------------------------------------------------------


def _sign(
    law: Law,
    facts: Facts,
    who: Actor,
    act: str,
    on: str,
    group: str = "",
    verdict: str = "",
    finding: str | None = None,
) -> Facts:
    """One more sign-off; a repeated one that counts already adds nothing."""
    start, end = law.signing_window()
    keys = frozenset(f.key for f in law.world.verdicts[on].findings) if act == "approve" else frozenset()
    new = Signed(who.id, group, act, on, verdict, keys, law.now, start, end, finding, law.latest.terms)
    for old in law.counting(on) if act != "resume" else ():
        if old._replace(at=new.at, start=new.start, end=new.end) == new:
            return facts
    return facts._replace(signed=(*facts.signed, new))


def _issue(
    law: Law, facts: Facts, variant: Variant, audience: str, jti: str, window_on: str, standing: str = ""
) -> Facts:
    window = law.permit_window(window_on)
    assert window
    permit = Issued(
        jti,
        variant.content_sha256,
        audience,
        law.now,
        *window,
        min(law.now + PERMIT, window[1]),
        law.epochs(law.world.variants[window_on]),
        standing,
    )
    return facts._replace(issued=facts.issued | {permit})


def _write(facts: Facts, version: Wrote) -> Facts:
    return facts._replace(wrote=(*facts.wrote, version))


def after(law: Law, who: Actor, command: Any) -> Facts:
    """The facts once the command was accepted."""
    facts, now = law.facts, law.now
    match command:
        case Edit(draft=draft):
            return _write(facts, written(law.latest.number + 1, who.id, now, who.answerable, draft, None))
        case Submit():
            return facts._replace(submitted=facts.submitted | {Submitted(law.latest.number, who.id, now)})
        case Confirm(digests=digests):
            return facts._replace(confirmed=facts.confirmed | {Confirmed(who.id, on) for on in digests})
        case Approve(group=group, seen=seen):
            for on, verdict in seen.items():
                facts = _sign(law, facts, who, "approve", on, group, verdict)
            return facts
        case Accept() | ReadWithout() | Except():
            act = {Accept: "accept", ReadWithout: "read", Except: "except"}[type(command)]
            return _sign(
                law, facts, who, act, command.content_sha256, command.group, command.verdict, command.finding
            )
        case Consent(seen=seen):
            for on, verdict in seen.items():
                facts = _sign(law, facts, who, "consent", on, verdict=verdict)
            return facts
        case Resume(digests=digests):
            for on in digests:
                facts = _sign(law, facts, who, "resume", on)
            return facts
        case AskRemoval(digests=digests):
            for on in digests:
                facts = _sign(law, facts, who, "remove", on, verdict=law.world.verdicts[on].sha256)
            if all(map(law.removal, law.present)) and not any(
                s.number == law.latest.number for s in facts.submitted
            ):
                new_one = Submitted(law.latest.number, who.id, now)
                facts = facts._replace(submitted=facts.submitted | {new_one})
            return facts
        case RequestChanges() | Reject():
            act = "reject" if isinstance(command, Reject) else "request_changes"
            new = {
                Objected(
                    name,
                    who.id,
                    command.group,
                    act,
                    on,
                    law.world.variants[on].near_sha256 if act == "reject" else "",
                    now,
                )
                for name, on in zip(command.ids, command.seen, strict=True)
            }
            ended = {
                (p.jti, now) for p in facts.issued if (p.standing or p.on) in command.seen and law.alive(p)
            }
            return facts._replace(objected=facts.objected | new, revoked=facts.revoked | ended)
        case Lift(objection=name):
            return facts._replace(lifted=facts.lifted | {(name, now)})
        case Dismiss(objection=name):
            return facts._replace(dismissed=facts.dismissed | {Dismissed(name, who.id, now)})
        case Withdraw():
            return facts._replace(withdrawn=who.id)
        case Issue(content_sha256=on, audience=audience, jti=jti):
            return _issue(law, facts, law.world.variants[on], audience, jti, on)
        case IssueUse(content_sha256=on, variant=variant, audience=audience, jti=jti):
            return _issue(law, facts, variant, audience, jti, on, standing=on)
        case Redeem(jti=jti):
            return facts._replace(redeemed=facts.redeemed | {(jti, now)})
        case Revoke(jti=jti):
            return facts._replace(revoked=facts.revoked | {(jti, now)})
        case Report(publication=told):
            return facts._replace(reported=facts.reported | {(told.jti or "", told.id)})
        case PostedByHand(publication=told, jti=jti):
            on = told.content_sha256 or ""
            if own := own_permit(law, who, on):
                jti = own.jti
            else:
                facts = _issue(law, facts, law.world.variants[on], audience_of(who), jti, on)
            return facts._replace(
                redeemed=facts.redeemed | {(jti, now)}, reported=facts.reported | {(jti, told.id)}
            )
        case AllowReissue(jti=jti):
            return facts._replace(reissued=facts.reissued | {jti})
        case Suggest(id=name, content_sha256=on, variant=variant):
            return facts._replace(
                suggested=facts.suggested | {Suggested(name, who.id, on, variant.content_sha256)}
            )
        case TakeSuggestion(suggestion=name):
            suggestion = offer(law, command)
            assert suggestion
            costs = law.brand.approvals.suggestion_costs_vote
            version = law.latest._replace(
                number=law.latest.number + 1,
                by=who.id,
                at=now,
                answerable=who.answerable,
                digests=replaced(law, suggestion),
                lent_by=suggestion.by if costs else None,
            )
            return _write(facts, version)._replace(taken=facts.taken | {(name, who.id)})
        case OpenEmergency():
            return facts._replace(emergency=facts.emergency or now)
        case Respond(hold=hold):
            return facts._replace(responds=hold)
        case NewSlot(at=at):
            assert law.slot
            return facts._replace(reslotted=facts.reslotted | {(law.slot, at, now)})
    raise AssertionError(f"The oracle does not know {command}.")


# --- pauses and proposals, which belong to a brand ------------------------------------------------------


def may_begin(brand: Brand, who: Actor, draft: Draft) -> list[type[Refusal]]:
    """Who does what: anybody who belongs to the brand, its tools that may write; 16: a removal is empty."""
    belongs = "draft:write" in who.scopes if who.service else who.id in brand.people
    refusals: list[type[Refusal]] = []
    if not belongs or who.brand != brand.slug:
        refusals += [NotAllowed, NotFound]
    if not_one_of_the_brands(brand, draft) or removal_that_says_something(draft):
        refusals.append(Invalid)
    return refusals


def may_place(law: Law, who: Actor, scope: str, reason: str, topic: str = "") -> list[type[Refusal]]:
    """11: any member of a signing group, alone, on a brand, account, channel or topic of their own."""
    kind, _, name = scope.partition(":")
    exists = {
        "brand": name == law.brand.slug,
        "account": name in law.brand.accounts,
        "channel": any(account.startswith(f"{name}:") for account in law.brand.accounts),
        "topic": bool(name),
    }.get(kind, False) and (kind == "topic") == bool(topic)
    refusals: list[type[Refusal]] = []
    if who.service or who.brand != law.brand.slug or not law.signer(who.id):
        refusals += [NotAllowed, NotFound]
    return refusals + ([] if exists and reason.strip() else [Invalid])


def may_lift(law: Law, who: Actor, hold_id: str) -> list[type[Refusal]]:
    """11: two members of signing groups."""
    hold = next((h for h in law.brand.holds if h.id == hold_id), None)
    refusals: list[type[Refusal]] = []
    if who.service or who.brand != law.brand.slug or not law.signer(who.id):
        refusals += [NotAllowed, NotFound]
    if hold is None:
        refusals.append(NotFound)
    elif len(hold.lifts) > 1 or any(law.human(x.by) == law.human(who.id) for x in hold.lifts):
        refusals.append(WrongState)
    return refusals


POLICY_OWNER = frozenset({"policy", "lists", "base"})


def may_propose(brand: Brand, who: Actor, proposal: Proposal) -> bool:
    """10: policy owners change rules and lists, brand admins the rest; not those whose post it eases."""
    role = "policy_owner" if proposal.kind in POLICY_OWNER else "brand_admin"
    return (
        _of_the_brand(brand, who, proposal)
        and role in who.roles
        and not _one_of(brand, who.id, proposal.eases)
        and bool(proposal.reason.strip())
    )


def may_second(brand: Brand, who: Actor, proposal: Proposal, memberships: Mapping[str, Membership]) -> bool:
    """10: another human, of a group concerned since before, not brought in by the proposer, not about them,
    and not whose post it eases."""
    groups = proposal.groups or brand.approvals.groups.keys()
    return (
        _of_the_brand(brand, who, proposal)
        and proposal.seconded_at is None
        and proposal.withdrawn_at is None
        and not _one_of(brand, who.id, {proposal.by} | proposal.subjects | proposal.eases)
        and any(
            who.id in brand.members.get(group, ())
            and memberships[group].since < proposal.at
            and not _one_of(brand, proposal.by, {memberships[group].introduced_by})
            for group in memberships.keys() & groups
        )
    )


def _of_the_brand(brand: Brand, who: Actor, proposal: Proposal) -> bool:
    return not who.service and who.brand == brand.slug == proposal.brand and who.id in brand.people


def _one_of(brand: Brand, name: str, names: Iterable[str]) -> bool:
    """Is this human behind one of these accounts."""
    return brand.same_person.get(name, name) in {brand.same_person.get(n, n) for n in names}
