"""What a variant still needs before it may go out, and the state that follows: law 1, in one place."""

from collections.abc import Iterator

from reviewer.model import (
    Actor,
    Decision,
    Finding,
    GroupRule,
    Permit,
    Review,
    SignOff,
    State,
)
from reviewer.workflow.facts import (
    Case,
    began_here,
    counting,
    everybody_who_wrote,
    own_window,
    permit_window,
    reads,
    signing_groups,
    stand_ins,
    standing_objections,
    to_resume,
    wrote,
)


def required_groups(case: Case, content_sha256: str) -> tuple[str, ...]:
    """The groups that must sign this variant: of its verdict, of every account on which a text for
    repeated use may appear, and comms for the response to a pause."""
    verdict, terms = case.verdicts[content_sha256], case.review.draft.standing
    places = [case.brand.approvals.accounts.get(a, ()) for a in (terms.accounts if terms else ())]
    response = ("comms",) if case.review.responds_to else ()
    return tuple(dict.fromkeys((*verdict.requires, *(g for groups in places for g in groups), *response)))


def could_block(finding: Finding) -> bool:
    """An `unchecked` finding of a rule that might have blocked has no exit but an exception (law 9)."""
    return finding.decision is Decision.UNCHECKED and finding.would is Decision.BLOCK


def stops(finding: Finding) -> bool:
    """Nothing but an exception lets a variant with this finding out."""
    return finding.decision is Decision.BLOCK or could_block(finding)


def wanting(case: Case, content_sha256: str) -> tuple[str, ...]:
    """What law 1 still asks for before a permit, as sentences for people; empty when signed off."""
    return tuple(_wanting(case, content_sha256))


def _wanting(case: Case, content_sha256: str) -> Iterator[str]:
    verdict = case.verdicts.get(content_sha256)
    if verdict is None or verdict.content_sha256 != content_sha256:
        yield "This version has not been checked yet."
        return
    signed = counting(case, content_sha256)
    if case.review.draft.by_digest[content_sha256].kind == "removal":
        if not any(s.act == "remove" for s in signed):
            yield "Somebody in Marketing or Comms, or the post's author, must ask for this removal."
        yield from _against(case, content_sha256)
        return
    for group in required_groups(case, content_sha256):
        yield from _signatures(case, group, signed)
    for finding in verdict.findings:
        yield from _wanting_for(case, finding, content_sha256, signed)
    yield from _consent(case, content_sha256, signed)
    yield from _against(case, content_sha256)
    yield from _for_repeated_use(case, content_sha256, signed)
    if signed and permit_window(case, content_sha256) is None:
        yield "The sign-offs were given for different times: sign again for the present one."
    if to_resume(case, content_sha256):
        yield "There was a pause since: somebody who did not write it must confirm that it may go on."


def open_groups(case: Case, content_sha256: str) -> frozenset[str]:
    """The groups from which a signature is still wanting, for the whole or for a finding."""
    verdict, signed = case.verdicts.get(content_sha256), counting(case, content_sha256)
    if verdict is None or case.review.draft.by_digest[content_sha256].kind == "removal":
        return frozenset()
    required = frozenset(required_groups(case, content_sha256))
    if signed and permit_window(case, content_sha256) is None:
        return required
    standing = case.review.draft.standing is not None and len(_humans(case, signed, "approve")) < 2
    groups = {g for g in required if standing or any(_signatures(case, g, signed))}
    for finding in verdict.findings:
        if any(_wanting_for(case, finding, content_sha256, signed)):
            groups |= {"marketing"} if finding.decision in (Decision.UNCHECKED, Decision.WARN) else set()
            groups |= {finding.owner} if finding.decision is not Decision.WARN else set()
    return frozenset(groups)


def _against(case: Case, content_sha256: str) -> Iterator[str]:
    for objection in standing_objections(case, content_sha256):
        said = "rejected this" if objection.act == "reject" else "asked for changes"
        yield f"{objection.group.capitalize()} {said}: {objection.comment}"


def _humans(case: Case, signed: tuple[SignOff, ...], act: str, group: str | None = None) -> set[str]:
    """The humans behind the sign-offs of one kind; two accounts of one person are one."""
    return {case.brand.human(s.by) for s in signed if s.act == act and group in (None, s.group)}


def _signatures(case: Case, group: str, signed: tuple[SignOff, ...]) -> Iterator[str]:
    signs = case.brand.approvals.groups.get(group, GroupRule()).signs
    given = len(_humans(case, signed, "approve", group))
    if given < signs:
        more = "" if signs == 1 else f" ({given} of {signs} so far)"
        yield f"{group.capitalize()} must sign off{more}."


def _wanting_for(
    case: Case, finding: Finding, content_sha256: str, signed: tuple[SignOff, ...]
) -> Iterator[str]:
    about = tuple(s for s in signed if s.finding == finding.key)
    match finding.decision:
        case Decision.BLOCK if not excepted(case, finding, content_sha256):
            yield f"This can't go out: {finding.message} Edit the text, or ask for an exception."
        case Decision.NEEDS_APPROVAL if not _humans(case, about, "accept", finding.owner):
            yield f"{finding.owner.capitalize()} must agree: {finding.message}"
        case Decision.UNCHECKED if could_block(finding):
            if not excepted(case, finding, content_sha256):
                yield f"{finding.rule} did not run, and it could have stopped this post: check it again."
        case Decision.UNCHECKED:
            for group in sorted({"marketing", finding.owner}):
                if not _humans(case, about, "read", group):
                    yield f"{group.capitalize()} must read it without {finding.rule}, which did not run."
        case Decision.WARN:
            by_marketing = (s.seen for s in signed if s.act == "approve" and s.group == "marketing")
            if not any(finding.key in seen for seen in by_marketing):
                yield f"Marketing has not seen this yet: {finding.message}"


def excepted(case: Case, finding: Finding, content_sha256: str) -> bool:
    """Two people let this finding pass: one of its owner group, and one of another signing group, or a
    second owner where no other group has anybody who did not write it (law 8)."""
    said = [s for s in counting(case, content_sha256) if s.act == "except" and s.finding == finding.key]
    owners = {case.brand.human(s.by) for s in said if s.group == finding.owner}
    others = {case.brand.human(s.by) for s in said if s.group != finding.owner}
    if not _another_group(case, finding.owner, content_sha256):
        others = owners
    return any(owner != other for owner in owners for other in others)


def _another_group(case: Case, owner: str, content_sha256: str) -> bool:
    """Does another signing group have somebody independent who could agree to an exception."""
    return any(
        not wrote(case, person, content_sha256)
        for group in signing_groups(case.brand) - {owner}
        for person in case.brand.members.get(group, ())
    )


def _consent(case: Case, content_sha256: str, signed: tuple[SignOff, ...]) -> Iterator[str]:
    owner = case.brand.consents.get(case.review.draft.by_digest[content_sha256].account)
    if owner is None or _own_words(case, owner, content_sha256):
        return
    if not any(s.act == "consent" for s in signed):
        name = case.brand.people.get(owner, owner)
        yield f"{name}, in whose name this appears, must consent."


def _own_words(case: Case, owner: str, content_sha256: str) -> bool:
    """The owner of the account wrote, handed in or confirmed just this: nobody wrote it for them."""
    held = [v for v in case.review.versions if content_sha256 in v.draft.digests]
    hands = {name for v in held for name in (v.by, v.submitted_by) if name}
    hands |= {c.by for c in case.review.confirmations if c.content_sha256 == content_sha256}
    return case.brand.human(owner) in {case.brand.human(name) for name in hands}


def _for_repeated_use(case: Case, content_sha256: str, signed: tuple[SignOff, ...]) -> Iterator[str]:
    """What a text for repeated use needs besides (law 15): it was read for one network, in no one's name."""
    terms = case.review.draft.standing
    if terms is None:
        return
    if len(_humans(case, signed, "approve")) < 2:
        yield "A text for repeated use needs two people who did not write it."
    home = case.review.draft.by_digest[content_sha256]
    for account in terms.accounts:
        if account.partition(":")[0] != home.channel:
            yield f"It was read for another network than that of {account}: make it a text of its own there."
        elif case.brand.consents.get(account) not in (None, case.brand.consents.get(home.account)):
            yield f"{account} speaks in somebody’s name: make it a text of its own there, for their consent."


def unmeetable(case: Case, content_sha256: str) -> tuple[str, ...]:
    """Requirements that nobody can meet as things stand, and whom to ask; said, never lowered (law 7)."""
    if len(case.brand.people) < 2:
        return (
            "Only one person belongs to this brand, so nothing can be signed off here: "
            "posts are checked, and a brand admin can invite a second person.",
        )
    short = []
    for group in required_groups(case, content_sha256) if content_sha256 in case.verdicts else ():
        signs = case.brand.approvals.groups.get(group, GroupRule()).signs
        members = case.brand.members.get(group, frozenset()) | stand_ins(
            case, group, content_sha256, case.now
        )
        able = {case.brand.human(p) for p in members if not wrote(case, p, content_sha256) and reads(case, p)}
        if len(able) < signs:
            reading = " and read its language" if case.brand.approvals.reading else ""
            short.append(
                f"{group.capitalize()} must sign off, and has {len(able)} of {signs} people who did not "
                f"help to write this{reading}: ask a brand admin to add somebody to {group.capitalize()}."
            )
    return tuple(short)


def holding_permit(case: Case, content_sha256: str) -> Permit | None:
    """The permit that stands between approval and publication: alive, or used and not reported."""
    reported = {p.jti for p in case.review.publications}
    for permit in case.review.permits:
        if permit.content_sha256 != content_sha256 or permit.jti in reported:
            continue
        reissued = any(r.jti == permit.jti for r in case.review.reissues)
        if permit.alive(case.now) or (permit.redeemed_at is not None and not reissued):
            return permit
    return None


def state(case: Case, content_sha256: str) -> State:
    """The state of one variant of the present version, derived from the facts."""
    review = case.review
    if review.withdrawn_at is not None:
        return State.WITHDRAWN
    reported = {p.jti for p in review.publications}
    if any(p.content_sha256 == content_sha256 and p.jti in reported for p in review.permits) and not (
        review.draft.standing
    ):
        return State.REMOVED if _removed(review, content_sha256) else State.PUBLISHED
    if holding_permit(case, content_sha256) is not None:
        return State.RELEASED
    against = standing_objections(case, content_sha256)
    if any(o.act == "reject" for o in against):
        return State.REJECTED
    if against:
        return State.CHANGES_REQUESTED
    if content_sha256 not in review.submitted and not _removal_asked(case, content_sha256):
        return State.DRAFT
    own = own_window(review)
    if own is not None and case.now >= own.end:
        return State.EXPIRED
    return State.IN_REVIEW if wanting(case, content_sha256) else State.APPROVED


def _removal_asked(case: Case, content_sha256: str) -> bool:
    """A removal needs no handing in, only somebody who asks for it (law 16)."""
    return any(s.act == "remove" for s in counting(case, content_sha256))


def _removed(review: Review, content_sha256: str) -> bool:
    """A removal that was carried out, or a post whose removal was."""
    if review.draft.by_digest[content_sha256].kind == "removal":
        return True
    permits = {p.jti for p in review.permits if p.content_sha256 == content_sha256}
    return any(p.jti in permits and p.id in review.removed for p in review.publications)


FURTHEST_BEHIND = (
    State.WITHDRAWN,
    State.CHANGES_REQUESTED,
    State.REJECTED,
    State.DRAFT,
    State.IN_REVIEW,
    State.EXPIRED,
    State.APPROVED,
    State.RELEASED,
    State.PUBLISHED,
    State.REMOVED,
)
"""The draft shows the state of the variant that needs somebody most."""


def draft_state(case: Case) -> State:
    """The state of the whole draft: of its variant that is furthest behind."""
    return min((state(case, d) for d in case.review.draft.digests), key=FURTHEST_BEHIND.index)


def may_see(case: Case, actor: Actor) -> bool:
    """A draft is seen by its contributors, the brand's signing groups, auditors, whoever is asked for
    consent, and its own tool."""
    if actor.brand != case.brand.slug:
        return False
    if actor.service:
        approved = any(
            state(case, d) in (State.APPROVED, State.RELEASED, State.PUBLISHED)
            for d in case.review.draft.digests
        )
        return began_here(case, actor) or ("permit" in actor.scopes and approved)
    return (
        actor.id in everybody_who_wrote(case.review)
        or actor.id == case.review.draft.on_behalf_of
        or actor.id in {case.brand.consents.get(v.account) for v in case.review.draft.variants}
        or bool(case.brand.groups_of(actor.id) & signing_groups(case.brand))
        or "auditor" in actor.roles
    )
