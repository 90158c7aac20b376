"""The decision table of the oracle: for each command, every reason to refuse it.

A command is allowed exactly when no row forbids it; a refusal is right when its class is that of a row
that does.
"""

# ruff: noqa: ARG005  # a row asks the same three things, whichever of them it looks at

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from reviewer.errors import (
    AlreadyRedeemed,
    Blocked,
    EditConflict,
    Held,
    Invalid,
    NotAllowed,
    NotApproved,
    NotFound,
    OwnDraft,
    PermitRefused,
    Refusal,
    StaleContent,
    WrongState,
)
from reviewer.model import (
    Actor,
    Brand,
    Decision,
    Draft,
    Finding,
    State,
)
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
from tests.law_facts import Issued, Objected, Suggested
from tests.law_oracle import OUT, UNDER_REVIEW, Law, audience_of, could_block, stops


class Row(NamedTuple):
    law: str
    sentence: str
    refusals: tuple[type[Refusal], ...]
    forbids: Callable[[Law, Actor, Any], bool]


def asked(command: Any) -> tuple[str, ...]:
    """The digests that a command names."""
    if hasattr(command, "seen"):
        return tuple(command.seen)
    return tuple(command.digests) if hasattr(command, "digests") else (command.content_sha256,)


def shown(command: Any) -> Iterator[tuple[str, str]]:
    yield from (
        command.seen.items() if hasattr(command, "seen") else [(command.content_sha256, command.verdict)]
    )


def here(law: Law, command: Any) -> Iterator[str]:
    return (on for on in asked(command) if on in law.present)


def known(law: Law, command: Any) -> Finding | None:
    """The finding that a command names, where it is still there."""
    return law.finding(command.content_sha256, command.finding)


def objected(law: Law, command: Any) -> Objected | None:
    return next((o for o in law.facts.objected if o.id == command.objection), None)


def offer(law: Law, command: TakeSuggestion) -> Suggested | None:
    return next((s for s in law.facts.suggested if s.id == command.suggestion), None)


def digest_by_hand(law: Law, command: PostedByHand) -> str:
    return command.publication.content_sha256 or ""


NO_VOTE = Row("2", "a service account has no vote", (NotAllowed,), lambda law, who, c: who.service)
STALE_TEXT = Row(
    "13",
    "the text is not the present one",
    (StaleContent,),
    lambda law, who, c: any(on not in law.present for on in asked(c)),
)
STALE_PAGE = Row(
    "13",
    "the findings are not those that were shown",
    (StaleContent,),
    lambda law, who, c: any(
        law.world.verdicts[on].sha256 != verdict for on, verdict in shown(c) if on in law.present
    ),
)
NOTHING_NAMED = Row("13", "nothing is named", (StaleContent, Invalid), lambda law, who, c: not asked(c))
OWN = Row(
    "2",
    "nobody signs what they helped to write",
    (OwnDraft,),
    lambda law, who, c: any(law.helped(who.id, on) for on in asked(c)),
)
NOT_THEIR_GROUP = Row(
    "7",
    "only the group, or who stands in for it, signs",
    (NotAllowed,),
    lambda law, who, c: not all(law.signs_for(who.id, c.group, on, law.now) for on in asked(c)),
)
NOT_UNDER_REVIEW = Row(
    "states",
    "it is not under review",
    (WrongState,),
    lambda law, who, c: any(law.state(on) not in UNDER_REVIEW for on in here(law, c)),
)
NO_REASON = Row("8", "a reason is written", (Invalid,), lambda law, who, c: not c.reason.strip())
NO_COMMENT = Row("states", "an objection says why", (Invalid,), lambda law, who, c: not c.comment.strip())
NO_SUCH_FINDING = Row(
    "1",
    "there is no such finding now",
    (NotFound, StaleContent),
    lambda law, who, c: c.content_sha256 in law.present and known(law, c) is None,
)
SIGNERS_ONLY = Row(
    "who", "only members of signing groups", (NotAllowed,), lambda law, who, c: not law.signer(who.id)
)
WRITERS_ONLY = Row(
    "who",
    "only contributors, and the tool that brought it",
    (NotAllowed,),
    lambda law, who, c: not law.may_write(who),
)
WITHDRAWN = Row("states", "it was withdrawn", (WrongState,), lambda law, who, c: bool(law.facts.withdrawn))
OLD_BASE = Row(
    "13", "somebody else saved first", (EditConflict,), lambda law, who, c: c.base != law.latest.number
)
NO_SUCH_PERMIT = Row(
    "14", "there is no such permit", (NotFound, PermitRefused), lambda law, who, c: law.permit(c.jti) is None
)


def on_permit(forbids: Callable[[Law, Actor, Issued], bool]) -> Callable[[Law, Actor, Any], bool]:
    """A row about the permit that a command names."""

    def row(law: Law, who: Actor, command: Any) -> bool:
        jti = command.publication.jti if isinstance(command, Report) else command.jti
        permit = law.permit(jti or "")
        return permit is not None and forbids(law, who, permit)

    return row


def on_objection(forbids: Callable[[Law, Actor, Objected], bool]) -> Callable[[Law, Actor, Any], bool]:
    """A row about the objection that a command names."""

    def row(law: Law, who: Actor, command: Any) -> bool:
        objection = objected(law, command)
        return objection is not None and forbids(law, who, objection)

    return row


def on_finding(forbids: Callable[[Any, Finding], bool]) -> Callable[[Law, Actor, Any], bool]:
    """A row about the finding that a command names."""

    def row(law: Law, who: Actor, command: Any) -> bool:
        finding = known(law, command)
        return finding is not None and forbids(command, finding)

    return row


withdrawn_with_what_it_binds = on_objection(
    lambda law, who, o: bool(law.facts.withdrawn) and any(law.binds(o, on) for on in law.present)
)


def loses_what_is_out(law: Law, digests: Iterable[str]) -> bool:
    kept = set(digests)
    return any(law.state(on) in OUT and on not in kept for on in law.present)


def not_one_of_the_brands(brand: Brand, draft: Draft) -> bool:
    return any(v.account not in brand.accounts for v in draft.variants)


def removal_that_says_something(draft: Draft) -> bool:
    return any(
        v.kind == "removal" and (v.parts or v.first_comment or v.link or v.settings) for v in draft.variants
    )


def replaced(law: Law, suggestion: Suggested) -> tuple[str, ...]:
    return tuple(suggestion.offered if on == suggestion.on else on for on in law.present)


def lent_to_oneself(law: Law, who: Actor, command: TakeSuggestion) -> bool:
    suggestion = offer(law, command)
    return suggestion is not None and law.human(suggestion.by) == law.human(who.id)


def suggestion_for_older_words(law: Law, who: Actor, command: TakeSuggestion) -> bool:
    suggestion = offer(law, command)
    return suggestion is not None and suggestion.on not in law.present


def suggestion_changes_what_is_out(law: Law, who: Actor, command: TakeSuggestion) -> bool:
    suggestion = offer(law, command)
    return suggestion is not None and loses_what_is_out(law, replaced(law, suggestion))


def not_for_its_own_use(law: Law, who: Actor, audience: str) -> bool:
    """A tool with leave to publish asks for itself, the author for posting by hand; nobody for others."""
    entitled = "permit" in who.scopes if who.service else law.author(who)
    return not entitled or audience != audience_of(who)


def closed(law: Law, on: str) -> bool:
    window = law.permit_window(on) if law.signed_off(on) else None
    return window is not None and not window[0] <= law.now < window[1]


def release_rows(on: Callable[[Law, Any], str]) -> tuple[Row, ...]:
    """1: what stands before every permit, for the digest that a command is about."""

    def row(
        law: str, sentence: str, refusals: tuple[type[Refusal], ...], forbids: Callable[[Law, str], bool]
    ) -> Row:
        return Row(
            law,
            sentence,
            refusals,
            lambda book, who, c: on(book, c) in book.present and forbids(book, on(book, c)),
        )

    return (
        row("1", "it is not signed off", (NotApproved, WrongState), lambda law, d: not law.signed_off(d)),
        row("11", "it is paused", (Held,), lambda law, d: law.held(d)),
        row("12", "its window is not open", (NotApproved,), closed),
        row("14", "there is a permit for it", (WrongState,), lambda law, d: law.taken(d)),
        row("15", "a standing text is not published itself", (WrongState,), lambda law, d: bool(law.terms)),
    )


def redeem_rows() -> tuple[Row, ...]:
    """14: once, by its own tool, while nothing speaks against it."""

    def row(
        law: str,
        sentence: str,
        refusals: tuple[type[Refusal], ...],
        forbids: Callable[[Law, Actor, Issued], bool],
    ) -> Row:
        return Row(law, sentence, refusals, on_permit(forbids))

    return (
        row(
            "14",
            "it was made for somebody else",
            (PermitRefused,),
            lambda law, who, p: p.audience != audience_of(who),
        ),
        row("14", "it was used", (AlreadyRedeemed,), lambda law, who, p: law.redeemed(p.jti)),
        row(
            "14",
            "it ended",
            (PermitRefused,),
            lambda law, who, p: not law.alive(p) and not law.redeemed(p.jti),
        ),
        row("12", "its window is not open", (PermitRefused,), lambda law, who, p: law.now < p.start),
        row(
            "11",
            "there was a pause since",
            (PermitRefused,),
            lambda law, who, p: (
                (p.standing or p.on) in law.present
                and law.epochs(law.world.variants[p.standing or p.on]) != p.epochs
            ),
        ),
        row(
            "6",
            "somebody objects",
            (PermitRefused,),
            lambda law, who, p: bool(law.objections(p.on) or (p.standing and law.objections(p.standing))),
        ),
        row(
            "4",
            "it is not in the present version",
            (PermitRefused, StaleContent),
            lambda law, who, p: (p.standing or p.on) not in law.present,
        ),
        row(
            "states",
            "it was withdrawn",
            (PermitRefused, WrongState),
            lambda law, who, p: bool(law.facts.withdrawn),
        ),
        row(
            "14",
            "an earlier permit was reported after all",
            (PermitRefused, WrongState, AlreadyRedeemed),
            lambda law, who, p: any(
                law.reported(q.jti) for q in law.facts.issued if q.on == p.on and q.jti != p.jti
            ),
        ),
    )


def own_permit(law: Law, who: Actor, on: str) -> Issued | None:
    """The go-ahead with which somebody may post by hand already."""
    return next(
        (p for p in law.facts.issued if p.on == on and p.audience == audience_of(who) and law.alive(p)), None
    )


def by_hand(forbids: Callable[[Law, Actor, Any], bool], *, anew: bool) -> Callable[[Law, Actor, Any], bool]:
    """Posting by hand is redeeming one's own permit where there is one, else issuing one anew."""

    def row(law: Law, who: Actor, command: PostedByHand) -> bool:
        on = digest_by_hand(law, command)
        own = own_permit(law, who, on)
        if anew:
            return own is None and forbids(law, who, Issue(on, audience_of(who), command.jti))
        return own is not None and forbids(law, who, Redeem(own.jti))

    return row


def use_is_other_words(law: Law, who: Actor, c: IssueUse) -> bool:
    """15: the exact text, on an account and to a target of its terms."""
    if law.terms is None or c.content_sha256 not in law.present:
        return False
    own = law.world.variants[c.content_sha256]
    channel = c.variant.account.partition(":")[0]
    words = {**own.canonical(), "account": c.variant.account, "channel": channel, "target": c.variant.target}
    target = c.variant.target or ""
    return (
        c.variant.canonical() != words
        or c.variant.account not in law.terms.accounts
        or c.variant.account not in law.brand.accounts
        or not (not law.terms.targets or any(target.startswith(start) for start in law.terms.targets))
    )


def not_a_user(law: Law, who: Actor, c: IssueUse) -> bool:
    if law.terms is None:
        return not_for_its_own_use(law, who, c.audience)
    belongs = "permit" in who.scopes if who.service else who.id in law.brand.people
    named = not law.terms.users or who.id in law.terms.users
    return not belongs or not named or c.audience != audience_of(who)


def uses(law: Law, on: str) -> list[Issued]:
    """Uses that are out or were made; one that ended unused is given back."""
    return [p for p in law.facts.issued if p.standing == on and (law.alive(p) or law.redeemed(p.jti))]


def no_such_hold(law: Law, who: Actor, c: Respond) -> bool:
    return not any(h.id == c.hold and len(h.lifts) < 2 for h in law.brand.holds)


OBJECTING: tuple[Row, ...] = (
    NO_VOTE,
    NOTHING_NAMED,
    NO_COMMENT,
    STALE_TEXT,
    STALE_PAGE,
    NOT_THEIR_GROUP,
    Row(
        "states",
        "there is nothing to object to, or it went out",
        (WrongState,),
        lambda law, who, c: any(
            law.state(on) not in UNDER_REVIEW | {State.RELEASED}
            or any(p.on == on and law.used_up(p.jti) for p in law.facts.issued)
            for on in here(law, c)
        ),
    ),
)
SIGNING: tuple[Row, ...] = (NO_VOTE, STALE_TEXT, STALE_PAGE, OWN, NOT_THEIR_GROUP, NOT_UNDER_REVIEW)
EDITING: tuple[Row, ...] = (WITHDRAWN, WRITERS_ONLY)

TABLE: Mapping[type, tuple[Row, ...]] = {
    Edit: (
        *EDITING,
        OLD_BASE,
        Row(
            "states",
            "what is released or published is not changed",
            (WrongState,),
            lambda law, who, c: loses_what_is_out(law, c.draft.digests),
        ),
        Row(
            "words",
            "an account belongs to one brand",
            (Invalid,),
            lambda law, who, c: not_one_of_the_brands(law.brand, c.draft),
        ),
        Row(
            "16",
            "a removal says nothing",
            (Invalid,),
            lambda law, who, c: removal_that_says_something(c.draft),
        ),
    ),
    Submit: (
        *EDITING,
        Row(
            "states",
            "it was handed in",
            (WrongState,),
            lambda law, who, c: any(s.number == law.latest.number for s in law.facts.submitted),
        ),
    ),
    Confirm: (
        WITHDRAWN,
        Row(
            "2",
            "only the person in whose name it came",
            (NotAllowed,),
            lambda law, who, c: who.service or who.id != law.latest.named,
        ),
        STALE_TEXT,
    ),
    Approve: (
        *SIGNING,
        NOTHING_NAMED,
        Row(
            "8",
            "a rule stops it",
            (Blocked,),
            lambda law, who, c: any(law.stopped(on) for on in here(law, c)),
        ),
    ),
    Accept: (
        *SIGNING,
        NO_REASON,
        NO_SUCH_FINDING,
        Row("1", "its owner group accepts", (NotAllowed,), on_finding(lambda c, f: c.group != f.owner)),
        Row(
            "1",
            "there is nothing to accept",
            (StaleContent, Blocked),
            on_finding(lambda c, f: f.decision is not Decision.NEEDS_APPROVAL),
        ),
    ),
    ReadWithout: (
        *SIGNING,
        NO_REASON,
        NO_SUCH_FINDING,
        Row(
            "9",
            "marketing and the check's owner read",
            (NotAllowed,),
            on_finding(lambda c, f: c.group not in ("marketing", f.owner)),
        ),
        Row("9", "what could have stopped it must run", (Blocked,), on_finding(lambda c, f: could_block(f))),
        Row(
            "9",
            "the check ran",
            (StaleContent,),
            on_finding(lambda c, f: f.decision is not Decision.UNCHECKED),
        ),
    ),
    Except: (
        *SIGNING,
        NO_REASON,
        NO_SUCH_FINDING,
        Row("8", "it stops nothing", (StaleContent,), on_finding(lambda c, f: not stops(f))),
    ),
    RequestChanges: OBJECTING,
    Reject: OBJECTING,
    Lift: (
        NO_VOTE,
        Row("states", "it was withdrawn", (WrongState,), withdrawn_with_what_it_binds),
        Row("6", "there is no such objection", (NotFound,), lambda law, who, c: objected(law, c) is None),
        Row(
            "6",
            "only who asked for changes takes it back",
            (NotAllowed,),
            on_objection(lambda law, who, o: who.id != o.by or o.act != "request_changes"),
        ),
        Row("6", "it was settled", (WrongState,), on_objection(lambda law, who, o: not law.stands(o))),
    ),
    Dismiss: (
        NO_VOTE,
        Row("states", "it was withdrawn", (WrongState,), withdrawn_with_what_it_binds),
        NO_REASON,
        Row("6", "there is no such objection", (NotFound,), lambda law, who, c: objected(law, c) is None),
        Row("6", "it was settled", (WrongState,), on_objection(lambda law, who, o: not law.stands(o))),
        Row(
            "6",
            "its own group sets it aside",
            (NotAllowed,),
            lambda law, who, c: (
                (o := objected(law, c)) is not None
                and (
                    c.group != o.group
                    or not all(law.signs_for(who.id, c.group, on, law.now) for on in law.bound(o))
                )
            ),
        ),
        Row(
            "6",
            "nobody sets their own objection aside",
            (NotAllowed,),
            on_objection(lambda law, who, o: law.human(who.id) == law.human(o.by)),
        ),
        Row(
            "6",
            "nobody sets aside what was said about their own words",
            (OwnDraft,),
            on_objection(lambda law, who, o: any(law.helped(who.id, on) for on in law.bound(o))),
        ),
        Row(
            "6",
            "two different people",
            (WrongState,),
            on_objection(
                lambda law, who, o: any(
                    law.human(d.by) == law.human(who.id) for d in law.facts.dismissed if d.objection == o.id
                )
            ),
        ),
    ),
    Withdraw: (
        *EDITING,
        Row(
            "states",
            "it went out",
            (WrongState,),
            lambda law, who, c: any(law.state(on) in OUT for on in law.present),
        ),
    ),
    Issue: (
        Row(
            "who",
            "a tool for itself, or the author by hand",
            (NotAllowed,),
            lambda law, who, c: not_for_its_own_use(law, who, c.audience),
        ),
        Row(
            "13",
            "the text is not the present one",
            (StaleContent, NotFound),
            lambda law, who, c: c.content_sha256 not in law.present,
        ),
        *release_rows(lambda law, c: c.content_sha256),
    ),
    Redeem: (NO_SUCH_PERMIT, *redeem_rows()),
    Revoke: (
        NO_SUCH_PERMIT,
        Row(
            "who",
            "a signing group, the author, or who holds it",
            (NotAllowed,),
            on_permit(
                lambda law, who, p: (
                    not (law.signer(who.id) or law.author(who) or p.audience == audience_of(who))
                )
            ),
        ),
        Row("14", "it ended", (WrongState, StaleContent), on_permit(lambda law, who, p: not law.alive(p))),
    ),
    Report: (
        Row(
            "14",
            "there is no such permit",
            (NotFound, PermitRefused),
            lambda law, who, c: law.permit(c.publication.jti) is None,
        ),
        Row(
            "14",
            "only who holds it reports",
            (NotAllowed, PermitRefused),
            on_permit(lambda law, who, p: p.audience != audience_of(who)),
        ),
        Row(
            "14",
            "it was not used",
            (WrongState, PermitRefused),
            on_permit(lambda law, who, p: not law.redeemed(p.jti)),
        ),
        Row("14", "it was reported", (WrongState,), on_permit(lambda law, who, p: law.reported(p.jti))),
    ),
    PostedByHand: (
        Row(
            "hand",
            "the author posts by hand",
            (NotAllowed,),
            lambda law, who, c: who.service or not law.author(who),
        ),
        Row(
            "13",
            "the text is not the present one",
            (StaleContent, NotFound),
            lambda law, who, c: digest_by_hand(law, c) not in law.present,
        ),
        *(
            row._replace(forbids=by_hand(row.forbids, anew=True))
            for row in release_rows(lambda law, c: c.content_sha256)
        ),
        *(row._replace(forbids=by_hand(row.forbids, anew=False)) for row in redeem_rows()),
    ),
    AllowReissue: (
        NO_VOTE,
        NO_SUCH_PERMIT,
        NO_REASON,
        SIGNERS_ONLY,
        Row(
            "14",
            "somebody who did not write it",
            (OwnDraft,),
            on_permit(lambda law, who, p: law.helped(who.id, p.on)),
        ),
        Row(
            "14",
            "it is not missing",
            (WrongState, StaleContent),
            on_permit(lambda law, who, p: not law.redeemed(p.jti) or law.reported(p.jti)),
        ),
        Row(
            "14",
            "it is published",
            (WrongState, StaleContent),
            on_permit(
                lambda law, who, p: any(q.on == p.on and law.reported(q.jti) for q in law.facts.issued)
            ),
        ),
        Row(
            "14",
            "one new permit",
            (WrongState, StaleContent),
            on_permit(lambda law, who, p: p.jti in law.facts.reissued),
        ),
    ),
    Suggest: (
        NO_VOTE,
        SIGNERS_ONLY,
        STALE_TEXT,
        NOT_UNDER_REVIEW,
        Row(
            "5",
            "on its own account",
            (Invalid,),
            lambda law, who, c: (
                c.content_sha256 in law.present
                and (c.variant.kind, c.variant.account)
                != (law.world.variants[c.content_sha256].kind, law.world.variants[c.content_sha256].account)
            ),
        ),
    ),
    TakeSuggestion: (
        NO_VOTE,
        *EDITING,
        OLD_BASE,
        Row("5", "there is no such suggestion", (NotFound,), lambda law, who, c: offer(law, c) is None),
        Row("5", "somebody other than who suggested it", (NotAllowed,), lent_to_oneself),
        Row("5", "it was for older words", (StaleContent, WrongState), suggestion_for_older_words),
        Row(
            "states",
            "what is released or published is not changed",
            (WrongState,),
            suggestion_changes_what_is_out,
        ),
        Row(
            "5",
            "it was taken over",
            (WrongState,),
            lambda law, who, c: any(taken == c.suggestion for taken, _ in law.facts.taken),
        ),
    ),
    OpenEmergency: (
        NO_VOTE,
        NO_REASON,
        SIGNERS_ONLY,
        WITHDRAWN,
        Row("3", "it is open", (WrongState,), lambda law, who, c: law.facts.emergency is not None),
    ),
    Resume: (
        NO_VOTE,
        NO_REASON,
        SIGNERS_ONLY,
        STALE_TEXT,
        OWN,
        NOT_UNDER_REVIEW,
        Row("11", "the pause is on", (Held,), lambda law, who, c: any(law.held(on) for on in here(law, c))),
        Row(
            "11",
            "it was not paused",
            (WrongState,),
            lambda law, who, c: any(not law.to_resume(on) for on in here(law, c)),
        ),
    ),
    Respond: (
        NO_VOTE,
        SIGNERS_ONLY,
        WITHDRAWN,
        Row("11", "there is no such pause", (NotFound, WrongState), no_such_hold),
    ),
    Consent: (
        NO_VOTE,
        NOTHING_NAMED,
        STALE_TEXT,
        STALE_PAGE,
        NOT_UNDER_REVIEW,
        Row(
            "7",
            "only in whose name it appears",
            (NotAllowed,),
            lambda law, who, c: any(
                law.brand.consents.get(law.world.variants[on].account) != who.id for on in asked(c)
            ),
        ),
    ),
    AskRemoval: (
        NO_VOTE,
        NO_REASON,
        STALE_TEXT,
        Row(
            "16",
            "only a removal takes one person",
            (WrongState, Invalid),
            lambda law, who, c: any(not law.removal(on) for on in here(law, c)),
        ),
        Row(
            "16",
            "marketing, comms or the post's author",
            (NotAllowed,),
            lambda law, who, c: not law.removes(who.id),
        ),
        WITHDRAWN,
    ),
    NewSlot: (
        NO_VOTE,
        SIGNERS_ONLY,
        Row(
            "12",
            "somebody who did not write it",
            (OwnDraft,),
            lambda law, who, c: any(law.helped(who.id, on) for on in law.present),
        ),
        Row(
            "12",
            "no slot was missed",
            (WrongState,),
            lambda law, who, c: (
                any(law.state(on) is not State.EXPIRED for on in law.present) or law.slot is None
            ),
        ),
        Row(
            "12",
            "a slot that passed unapproved stays expired",
            (WrongState,),
            lambda law, who, c: law.slot is not None and not law.was_signed_at(law.slot),
        ),
        Row("12", "a new time is still to come", (Invalid,), lambda law, who, c: c.at <= law.now),
    ),
    IssueUse: (
        Row(
            "15",
            "it has no terms",
            (WrongState, NotFound, NotApproved),
            lambda law, who, c: law.terms is None,
        ),
        Row(
            "13",
            "the text is not the present one",
            (StaleContent, NotFound),
            lambda law, who, c: c.content_sha256 not in law.present,
        ),
        Row("15", "only its users, each for themselves", (NotAllowed,), not_a_user),
        Row(
            "15",
            "it is not signed off",
            (NotApproved, WrongState),
            lambda law, who, c: c.content_sha256 in law.present and not law.signed_off(c.content_sha256),
        ),
        Row("15", "other words, account or target than agreed", (NotApproved, Invalid), use_is_other_words),
        Row(
            "15",
            "no uses are left",
            (NotApproved,),
            lambda law, who, c: law.terms is not None and len(uses(law, c.content_sha256)) >= law.terms.uses,
        ),
        Row(
            "15",
            "one target is answered once",
            (AlreadyRedeemed, WrongState),
            lambda law, who, c: any(p.on == c.variant.content_sha256 for p in uses(law, c.content_sha256)),
        ),
        Row(
            "11",
            "it is paused",
            (Held,),
            lambda law, who, c: c.content_sha256 in law.present and law.held(c.content_sha256),
        ),
    ),
}


def reasons(law: Law, who: Actor, command: Command) -> list[Row]:
    """Every row that forbids it; empty where the law allows it. Strangers learn nothing at all."""
    if who.brand != law.brand.slug:
        return [Row("words", "another brand finds nothing", (NotFound,), lambda law, who, c: True)]
    return [row for row in TABLE[type(command)] if row.forbids(law, who, command)]
