"""Everything that the page of one post shows, made from a `DraftView` and the events of its draft."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reviewer import workflow
from reviewer.model import NOTHING, Actor, Draft, Event, Kind, Objection, Publication, Review, State
from reviewer.service import DraftView
from reviewer.service.calling import SERVER
from reviewer.web import show, words
from reviewer.web.show import AccountView, FindingView, Preview, Sheet

DECISIONS = frozenset({"approve", "request_changes", "reject"})
DECIDABLE = frozenset({State.IN_REVIEW, State.CHANGES_REQUESTED, State.APPROVED, State.RELEASED})


@dataclass(frozen=True)
class Kept:
    """What somebody had typed and ticked when their decision was refused."""

    note: str = ""
    groups: tuple[str, ...] = ()
    accounts: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True)
class AskedFinding:
    """A finding with the field that its owner fills in: `accept`, `read`, or neither. `excepts` are the
    groups for which the reader could give half of an exception."""

    view: FindingView
    accept: bool = False
    read: bool = False
    of: str = ""
    typed: str = ""
    excepts: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()


@dataclass(frozen=True)
class AskedSheet:
    """A sheet of the review page, findings with their fields; authors have the rest folded."""

    sheet: Sheet
    first: tuple[AskedFinding, ...]
    rest: tuple[AskedFinding, ...]


@dataclass(frozen=True)
class Line:
    """A line of approvals, of what is missing, or of history. `accounts` is empty where it is all of them."""

    words: str
    name: str = ""
    at: datetime | None = None
    detail: str = ""
    accounts: str = ""


@dataclass(frozen=True)
class ObjectionView:
    """An objection that stands, and what this person can do about it."""

    id: str
    name: str
    group: str
    act: str
    comment: str
    at: datetime
    accounts: str
    elsewhere: bool
    dismissals: tuple[Line, ...]
    lift: bool
    dismiss: bool


@dataclass(frozen=True)
class PermitView:
    """A go-ahead that is open or unreported."""

    jti: str
    words: str
    at: datetime
    revoke: bool
    reissue: bool


@dataclass(frozen=True)
class PostPage:
    """The page. Names and times are for people; `digest` and `verdict` only go into hidden fields."""

    id: str
    title: str
    author: str
    kind: Kind
    state: State
    version: int
    due: datetime | None
    queue: bool
    view: DraftView
    for_person: str
    sheets: tuple[AskedSheet, ...]
    previews: tuple[Preview, ...]
    headline: str
    ran: int
    notes: tuple[str, ...]
    signed: tuple[Line, ...]
    missing: tuple[Line, ...]
    objections: tuple[ObjectionView, ...]
    permits: tuple[PermitView, ...]
    history: tuple[Line, ...]
    decidable: tuple[AccountView, ...]
    groups: tuple[str, ...]
    asked: frozenset[str]
    writes: bool
    back: str
    back_name: str

    @property
    def actions(self) -> frozenset[str]:
        return self.view.actions

    @property
    def decides(self) -> bool:
        """There is a decision that this person can take here."""
        return bool(self.decidable and self.groups and self.actions & DECISIONS)

    @property
    def changed(self) -> bool:
        return any(sheet.sheet.changes for sheet in self.sheets)

    @property
    def mixed_states(self) -> bool:
        return len(set(self.view.states.values())) > 1

    @property
    def publications(self) -> tuple[Publication, ...]:
        return self.view.review.publications

    @property
    def draft(self) -> Draft:
        return self.view.review.draft

    @property
    def target(self) -> str:
        """What it answers, quotes or changes; empty for a post."""
        return self.draft.variants[0].target or ""

    @property
    def cannot_approve(self) -> str:
        """Why there is no Approve where there are other decisions."""
        if "approve" in self.actions:
            return ""
        if self.writes:
            return "You helped to write this, so somebody else approves it. You can still object."
        return "This can’t be approved as it is: see what is missing under Approvals."

    @property
    def nothing_missing(self) -> str:
        return words.COMPLETE.get(self.state, "Everybody who must approve this has done so.")

    @property
    def writer_words(self) -> str:
        return words.NEXT[self.state]


def post_page(
    view: DraftView,
    actor: Actor,
    events: Iterable[Event],
    now: datetime,
    *,
    names: Mapping[str, str],
    back: tuple[str, str],
    kept: Kept = Kept(),  # frozen and empty
) -> PostPage:
    """The page of a post as this person sees it."""
    review, brand, draft = view.review, view.brand, view.review.draft
    before = review.versions[-2].draft.variants if len(review.versions) > 1 else ()
    sheets = show.sheets(
        draft.variants, view.verdicts, states=view.states, missing=view.missing, before=before
    )
    accounts = [account for sheet in sheets for account in sheet.accounts]
    by_digest = {account.digest: account for account in accounts}
    writes = any(actor.id in people for people in view.contributors.values())
    case = workflow.Case(review, brand, view.verdicts, now)
    author = who(names, review.author)
    kind = draft.variants[0].kind
    return PostPage(
        id=review.id,
        title=f"{words.KINDS[kind]} by {author}",
        author=author,
        kind=kind,
        state=view.state,
        version=review.version.number,
        due=workflow.schedule(review).at,
        queue=draft.schedule.mode == "queue",
        view=view,
        for_person=who(names, draft.on_behalf_of) if draft.on_behalf_of else "",
        sheets=tuple(_asked(sheet, view, case, kept, folded=writes) for sheet in sheets),
        previews=show.previews(brand, draft.variants),
        headline=headline(sheets, view),
        ran=max((v.ran for v in view.verdicts.values()), default=0),
        notes=tuple(_notes(view)),
        signed=tuple(_signed(case, by_digest, names)),
        missing=tuple(_missing(view, by_digest)),
        objections=tuple(_objections(view, actor, by_digest, names)),
        permits=tuple(_permits(case, view, names)),
        history=tuple(_history(events, review, names)),
        decidable=tuple(a for a in accounts if a.state in DECIDABLE),
        groups=tuple(sorted(view.signs_for)),
        asked=frozenset(group for v in view.verdicts.values() for group in v.requires),
        writes=writes,
        back=back[0],
        back_name=back[1],
    )


def headline(sheets: Sequence[Sheet], view: DraftView) -> str:
    """How many findings there are, or in how many checks nothing was found."""
    found = sum(len(sheet.findings) for sheet in sheets)
    if found:
        return words.plural(found, "finding")
    ran = max((v.ran for v in view.verdicts.values()), default=0)
    return f"Nothing found in {words.plural(ran, 'check')}"


def everybody(review: Review, events: Iterable[Event]) -> frozenset[str]:
    """The ids of everybody whom the page names."""
    draft = review.draft
    named = {review.author, *(e.actor for e in events), *(s.by for s in review.sign_offs)}
    named |= {o.by for o in review.objections} | {d.by for o in review.objections for d in o.dismissals}
    named |= {p.audience.removeprefix("person:") for p in review.permits}
    named |= {s.by for s in review.suggestions} | {s.accepted_by for s in review.suggestions if s.accepted_by}
    return frozenset(named | ({draft.on_behalf_of} if draft.on_behalf_of else set()))


def who(names: Mapping[str, str], actor_id: str) -> str:
    """The name of a person, of a tool, or of this server where nobody acted."""
    if actor_id == SERVER:
        return "Reviewer"
    tool = " (tool)" if workflow.is_service(actor_id) else ""
    return f"{names.get(actor_id, 'Somebody')}{tool}"


def _asked(sheet: Sheet, view: DraftView, case: workflow.Case, kept: Kept, *, folded: bool) -> AskedSheet:
    asked = [_asked_finding(one, view, case, kept) for one in sheet.findings]
    cut = show.SHOWN_FIRST if folded else len(asked)
    return AskedSheet(sheet, tuple(asked[:cut]), tuple(asked[cut:]))


def _asked_finding(one: FindingView, view: DraftView, case: workflow.Case, kept: Kept) -> AskedFinding:
    given = [s for d in one.digests for s in workflow.counting(case, d) if s.finding == one.key]
    groups = {s.group for s in given}
    mine = view.signs_for
    accept = "accept" in view.actions and one.decision.value == "needs_approval" and one.owner in mine
    readers = {"marketing", one.owner} & mine - groups
    read = "read" in view.actions and one.decision.value == "unchecked" and bool(readers)
    of = f"{one.owner} {one.key} {','.join(one.digests)}"
    stops = any(f.key == one.key and workflow.stops(f) for v in view.verdicts.values() for f in v.findings)
    excepts = tuple(sorted(mine - groups)) if stops and "except" in view.actions else ()
    seen = tuple(f"{d}:{view.verdicts[d].sha256}" for d in one.digests)
    return AskedFinding(one, accept and not groups, read, of, kept.reasons.get(of, ""), excepts, seen)


def _notes(view: DraftView) -> Iterator[str]:
    failed = sorted({rule for v in view.verdicts.values() for rule in v.failed})
    reduced = sorted({name for v in view.verdicts.values() for name in v.reduced})
    if failed:
        yield f"Did not run: {words.listed(failed)}."
    if reduced:
        yield f"Not looked at by the machine: {words.listed(reduced)}."


def _of(digests: Iterable[str], accounts: Mapping[str, AccountView]) -> str:
    """Which accounts, by name; empty where it is all of them."""
    named = [accounts[d].title for d in dict.fromkeys(digests) if d in accounts]
    return "" if len(named) == len(accounts) else words.listed(named)


def _signed(
    case: workflow.Case, accounts: Mapping[str, AccountView], names: Mapping[str, str]
) -> Iterator[Line]:
    """The yeses that count now, those of one person at one moment on one line."""
    lines: dict[tuple[str, str, str, datetime, str], list[str]] = {}
    for digest in case.review.draft.digests:
        for s in workflow.counting(case, digest):
            did = {
                "approve": f"approved as {s.group.capitalize()}",
                "accept": f"agreed to a finding as {s.group.capitalize()}",
                "read": f"read it without a check, as {s.group.capitalize()}",
                "except": f"agreed to an exception as {s.group.capitalize()}",
                "resume": "confirmed after a pause that it may go on",
                "consent": "consented to these words in their name",
                "remove": "had this removed",
            }[s.act]
            lines.setdefault((s.by, did, s.reason, s.at, s.finding or ""), []).append(digest)
    for (by, did, reason, at, _), digests in lines.items():
        yield Line(did, who(names, by), at, reason, _of(digests, accounts))


def _missing(view: DraftView, accounts: Mapping[str, AccountView]) -> Iterator[Line]:
    wanted: dict[str, list[str]] = {}
    for digest, sentences in view.missing.items():
        if view.states[digest] in (State.PUBLISHED, State.RELEASED, State.WITHDRAWN):
            continue
        for sentence in sentences:
            wanted.setdefault(sentence, []).append(digest)
    for sentence, digests in wanted.items():
        yield Line(sentence, accounts=_of(digests, accounts))


def _objections(
    view: DraftView, actor: Actor, accounts: Mapping[str, AccountView], names: Mapping[str, str]
) -> Iterator[ObjectionView]:
    together: dict[tuple[str, str, str, datetime], list[Objection]] = {}
    for objection in view.review.objections:
        if objection.stands and objection.content_sha256 in accounts:
            key = (objection.by, objection.act, objection.comment, objection.at)
            together.setdefault(key, []).append(objection)
    for same in together.values():
        one = same[0]
        theirs = one.by == actor.id
        yield ObjectionView(
            id=" ".join(o.id for o in same),
            name=who(names, one.by),
            group=one.group,
            act=one.act,
            comment=one.comment,
            at=one.at,
            accounts=_of([o.content_sha256 for o in same], accounts),
            elsewhere=bool(one.draft) and one.draft != view.review.id,
            dismissals=tuple(Line(d.reason, who(names, d.by), d.at) for d in one.dismissals),
            lift="lift" in view.actions and theirs and one.act == "request_changes",
            dismiss="dismiss" in view.actions and not theirs and one.group in view.signs_for,
        )


def _permits(case: workflow.Case, view: DraftView, names: Mapping[str, str]) -> Iterator[PermitView]:
    reported = {p.jti for p in case.review.publications}
    again = {r.jti for r in case.review.reissues}
    for permit in case.review.permits:
        account = show.channel_title(permit.channel)
        holder = who(names, permit.audience.removeprefix("person:"))
        if permit.alive(case.now):
            said = f"{holder} has the go-ahead for {account}."
            yield PermitView(permit.jti, said, permit.issued_at, "revoke" in view.actions, False)
        elif permit.redeemed_at and permit.jti not in reported | again:
            said = f"{holder} used the go-ahead for {account} and has not said yet what was published."
            yield PermitView(permit.jti, said, permit.redeemed_at, False, "reissue" in view.actions)


def _history(events: Iterable[Event], review: Review, names: Mapping[str, str]) -> Iterator[Line]:
    objected = {(o.by, o.at): o.comment for o in review.objections}
    reasons = {(s.by, s.at): s.reason for s in review.sign_offs if s.reason}
    said = {
        "variant.changes_requested": objected,
        "variant.rejected": objected,
        "finding.accepted": reasons,
        "finding.read_without": reasons,
        "finding.excepted": reasons,
        "variant.resumed": reasons,
        "removal.asked": reasons,
        "emergency.opened": {(e.by, e.at): e.reason} if (e := review.emergency) else {},
        "objection.dismissed": {(d.by, d.at): d.reason for o in review.objections for d in o.dismissals},
    }
    shown: set[tuple[str, str, datetime]] = set()
    for event in events:
        detail = said.get(event.action, {}).get((event.actor, event.at), "")
        line = Line(words.event(event), who(names, event.actor), event.at, detail)
        if (line.name, line.words, event.at) not in shown:
            shown.add((line.name, line.words, event.at))
            yield line
