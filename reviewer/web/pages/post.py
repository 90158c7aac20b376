"""The page of one post, the decisions that are taken on it, and posting by hand."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for

from reviewer.errors import Invalid, NotFound, Problem, Refusal, StaleContent, StaleSignIn
from reviewer.service import DraftView
from reviewer.web import by_hand as hand
from reviewer.web import show, words
from reviewer.web.beside import beside, everybody_beside
from reviewer.web.pages import proving
from reviewer.web.pages.frame import View, find, here, number, pages, services
from reviewer.web.post_page import Kept, everybody, post_page
from reviewer.web.show import Change
from reviewer.workflow import (
    Accept,
    AllowReissue,
    Approve,
    AskRemoval,
    Command,
    Confirm,
    Consent,
    Dismiss,
    Except,
    Lift,
    NewSlot,
    OpenEmergency,
    ReadWithout,
    Reject,
    RequestChanges,
    Respond,
    Resume,
    Revoke,
    Submit,
    TakeSuggestion,
    Withdraw,
)


@dataclass(frozen=True)
class ConflictNotice:
    """What somebody reads whose decision or edit met something that changed meanwhile."""

    detail: str
    changes: tuple[Change, ...] = ()
    findings: bool = False
    kept: bool = False


@pages.get("/posts/<draft_id>")
def post(draft_id: str) -> View:
    """One post: its words, findings, approvals, and what this person can do."""
    return show_post(find(draft_id))


def show_post(
    view: DraftView,
    *,
    status: int = 200,
    conflict: ConflictNotice | None = None,
    kept: Kept | None = None,
    note_error: str = "",
) -> View:
    where = here()
    events = services().audit.events(where.actor, where.brand.slug, view.review.id)
    said = services().talk.comments(where.actor, view.review.id)
    claim = services().talk.claims(where.actor).get(view.review.id)
    named = everybody(view.review, events) | everybody_beside(said, claim, view.brand)
    names = services().people.names(named)
    signs = view.groups and not any(where.actor.id in people for people in view.contributors.values())
    back = ("pages.inbox", "Inbox") if signs else ("pages.mine", "My posts")
    page = post_page(
        view,
        where.actor,
        events,
        services().clock(),
        names=names,
        back=(url_for(back[0]), back[1]),
        kept=kept or Kept(),
    )
    html = render_template(
        "post.html",
        page=page,
        beside=beside(view, where.actor, said, claim, names),
        conflict=conflict,
        kept=kept or Kept(),
        note_error=note_error,
    )
    return html, status


@pages.post("/posts/<draft_id>/decide")
def decide(draft_id: str) -> View:
    """Approve, ask for changes or reject, with what was shown (law 13)."""
    view = find(draft_id)
    if (refused := proving.take()) is not None:
        return refused
    form = request.form
    seen = _seen()
    groups, note = tuple(form.getlist("group")), form.get("note", "").strip()
    reasons = {of: why.strip() for of, why in (*_pairs("accept"), *_pairs("read"))}
    kept = Kept(note, groups, _accounts_of(view, seen), reasons)
    button = form.get("do", "")
    try:
        commands = _decision(button, groups, seen, note)
        after = services().drafts.act(here().actor, draft_id, *commands)
    except StaleSignIn as refusal:
        return proving.ask(refusal)
    except StaleContent as refusal:
        now = find(draft_id)
        changes = show.changed_since(now.review, number(form.get("version")))
        notice = ConflictNotice(refusal.detail, changes, not changes, bool(note or any(reasons.values())))
        return show_post(now, status=409, conflict=notice, kept=kept)
    except Invalid as refusal:
        note_is_missing = button in ("request_changes", "reject")
        error = refusal.detail if note_is_missing else ""
        notices = None if note_is_missing else ConflictNotice(refusal.detail)
        return show_post(view, status=422, conflict=notices, kept=kept, note_error=error)
    except Refusal as refusal:
        notice = ConflictNotice(refusal.detail)
        return show_post(find(draft_id), status=refusal.status, conflict=notice, kept=kept)
    flash(_decided(button, after, seen))
    return redirect(url_for("pages.inbox"), 303)


def _accounts_of(view: DraftView, digests: Iterable[str]) -> frozenset[str]:
    """The accounts of these digests in whichever version had them."""
    known = {d: v.account for version in view.review.versions for d, v in version.draft.by_digest.items()}
    return frozenset(known[d] for d in digests if d in known)


def _pairs(act: str) -> list[tuple[str, str]]:
    return list(zip(request.form.getlist(f"{act}-of"), request.form.getlist(act), strict=False))


def _decision(button: str, groups: Sequence[str], seen: dict[str, str], note: str) -> list[Command]:
    """The commands of one press of a button: one transaction for all."""
    if not groups:
        raise Invalid("Say for which group you decide.", [Problem("/group", "Choose a group.", "missing")])
    if not seen:
        raise Invalid("Choose what you decide about.", [Problem("/seen", "Choose an account.", "missing")])
    if button in ("request_changes", "reject"):
        ids = tuple(secrets.token_hex(12) for _ in seen)
        make = RequestChanges if button == "request_changes" else Reject
        return [make(groups[0], note, seen, ids)]
    if button != "approve":
        raise Invalid("Press one of the buttons: approve, ask for changes, or reject.")
    commands: list[Command] = []
    for of, reason in _pairs("accept"):
        owner, key, digests = _named(of)
        if owner in groups:
            commands += [Accept(owner, d, key, reason, seen[d]) for d in digests if d in seen]
    for of, reason in _pairs("read"):
        owner, key, digests = _named(of)
        for group in {"marketing", owner} & set(groups):
            commands += [ReadWithout(group, d, key, reason, seen[d]) for d in digests if d in seen]
    return commands + [Approve(group, seen) for group in groups]


def _named(of: str) -> tuple[str, str, list[str]]:
    """The owner, key and digests in a hidden field; nothing that fits anything where it was changed."""
    owner, _, rest = of.partition(" ")
    key, _, digests = rest.partition(" ")
    return owner, key, digests.split(",")


def _decided(button: str, view: DraftView, seen: Iterable[str]) -> str:
    author = view.brand.people.get(view.review.author, "the author")
    if button == "request_changes":
        return f"Sent back to {author} with your note."
    if button == "reject":
        return "Rejected. The same words can’t go out in another post either."
    missing = next((m for d in seen if (m := view.missing.get(d))), ())
    return f"Approved by you. Still missing: {missing[0]}" if missing else "Approved. It can go out now."


@pages.post("/posts/<draft_id>/act")
def act(draft_id: str) -> View:
    """Everything else that a person can do to a post with one press."""
    view = find(draft_id)
    if (refused := proving.take()) is not None:
        return refused
    button = request.form.get("do", "")
    try:
        commands, said = _step(button, view)
        services().drafts.act(here().actor, draft_id, *commands)
    except StaleSignIn as refusal:
        return proving.ask(refusal)
    except Refusal as refusal:
        notice = ConflictNotice(refusal.detail)
        return show_post(find(draft_id), status=refusal.status, conflict=notice)
    flash(said)
    return redirect(url_for("pages.post", draft_id=draft_id), 303)


def _step(button: str, view: DraftView) -> tuple[list[Command], str]:
    form = request.form
    objections = form.get("objection", "").split()
    reason, jti = form.get("reason", ""), form.get("jti", "")
    seen, items = _seen(), tuple(form.getlist("item"))
    version = number(form.get("version"))
    steps: dict[str, Callable[[], tuple[list[Command], str]]] = {
        "submit": lambda: ([Submit()], "Sent for review. You will find it here under Waiting for approval."),
        "withdraw": lambda: ([Withdraw()], "Withdrawn. Nobody will publish it."),
        "confirm": lambda: ([Confirm(view.review.draft.digests)], "Confirmed: these words are yours."),
        "lift": lambda: ([Lift(o) for o in objections], "You took it back."),
        "dismiss": lambda: (
            [Dismiss(o, form.get("group", ""), reason) for o in objections],
            "Set aside, with your reason.",
        ),
        "revoke": lambda: ([Revoke(jti, reason)], "The go-ahead is taken back; the approvals stand."),
        "reissue": lambda: ([AllowReissue(jti, reason)], "One more go-ahead is allowed."),
        "except": lambda: (
            [Except(form.get("group", ""), d, form.get("finding", ""), reason, v) for d, v in seen.items()],
            "Your half of the exception is on record, with your reason.",
        ),
        "take": lambda: (
            [TakeSuggestion(s, version + n) for n, s in enumerate(form.get("suggestion", "").split())],
            "Taken over, as a new version. Send it for review again.",
        ),
        "consent": lambda: ([Consent(seen)], "You consented to these words in your name."),
        "emergency": lambda: ([OpenEmergency(reason)], "The emergency lane is open: stand-ins may act now."),
        "respond": lambda: (
            [Respond(form.get("pause", ""))],
            "This is the response to the pause. It goes out through it once Comms has approved too.",
        ),
        "resume": lambda: ([Resume(items, reason)], "It may go on."),
        "remove": lambda: ([AskRemoval(items, reason)], "It can be taken down now."),
        "new_slot": lambda: ([NewSlot(_time(view))], "It has a new time; the approvals stand."),
    }
    if button not in steps:
        raise NotFound("There is no such button here: go back and press one that you see.")
    return steps[button]()


def _seen() -> dict[str, str]:
    """What was shown: each digest with the digest of its verdict."""
    return dict(pair.split(":", 1) for pair in request.form.getlist("seen") if ":" in pair)


def _time(view: DraftView) -> datetime:
    """A time as a browser sends it, in the brand's time zone."""
    try:
        local = datetime.fromisoformat(request.form.get("at", ""))
    except ValueError:
        raise Invalid("Give a day and a time.", [Problem("/at", "No time.", "time")]) from None
    return local.replace(tzinfo=words.zone(view.brand.timezone)).astimezone(UTC)


@pages.route("/posts/<draft_id>/by-hand", methods=["GET", "POST"])
def by_hand(draft_id: str) -> View:
    """Copy, open the network, and leave the link: for networks without an adapter."""
    view, problem, typed, status = find(draft_id), "", {}, 200
    if request.method == "POST":
        digest, url = request.form.get("digest", ""), request.form.get("url", "").strip()
        try:
            hand.check_link(url)
            services().release.posted_by_hand(here().actor, draft_id, digest, url, services().clock())
            flash("Noted as published. The go-ahead is used.")
            return redirect(url_for("pages.post", draft_id=draft_id), 303)
        except Refusal as refusal:
            problem, typed, status = refusal.detail, {digest: url}, refusal.status
    elif "post_by_hand" not in view.actions:
        notice = ConflictNotice("Only the author posts this by hand, once it is approved.")
        return show_post(view, status=403, conflict=notice)
    ready = hand.ready(view, services().clock(), typed)
    return render_template("by_hand.html", id=draft_id, ready=ready, problem=problem), status
