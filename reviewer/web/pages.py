"""The pages for people. Every view reads the request, calls one use case and shows what came of it."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from reviewer.errors import (
    EditConflict,
    Invalid,
    NotFound,
    Problem,
    Refusal,
    StaleContent,
)
from reviewer.model import KINDS, Actor, Brand, Draft, Media, Variant, Verdict
from reviewer.service import Box, DraftView, Services
from reviewer.web import by_hand as hand
from reviewer.web import live, show
from reviewer.web.compose import Form, complaints, uploads
from reviewer.web.diff import Piece, compare
from reviewer.web.login import person_id
from reviewer.web.post_page import Kept, everybody, post_page
from reviewer.web.published import lines, sums
from reviewer.workflow import (
    Accept,
    AllowReissue,
    Approve,
    Command,
    Confirm,
    Dismiss,
    Edit,
    Lift,
    ReadWithout,
    Reject,
    RequestChanges,
    Revoke,
    Submit,
    Withdraw,
)

pages = Blueprint("pages", __name__)
View = str | AnyResponse | tuple[str, int]

BOXES: tuple[tuple[Box, str], ...] = (
    ("needs_you", "Needs you"),
    ("waiting", "Waiting"),
    ("sent_back", "Sent back"),
    ("approved", "Approved"),
)
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Here:
    """Who is signed in, and for which of their brands."""

    actor: Actor
    brand: Brand
    brands: dict[str, str]


@dataclass(frozen=True)
class ConflictNotice:
    """What somebody reads whose decision or edit met something that changed meanwhile."""

    detail: str
    changes: tuple[Piece, ...] = ()
    findings: bool = False
    kept: bool = False


def services() -> Services:
    """The use cases of this server."""
    return cast(Services, current_app.extensions["reviewer"])


def here() -> Here:
    """Who is signed in; only for views behind `_only_signed_in`."""
    return cast(Here, g.here)


@pages.before_request
def _only_signed_in() -> AnyResponse | None:
    """Everything but the theme is for people who are signed in and belong to a brand."""
    if request.endpoint == "pages.set_theme":
        return None
    person = person_id()
    if person is None:
        if request.headers.get("HX-Request"):
            abort(401)
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("security.login", next=target if target != "/" else None))
    brands = dict(services().people.brands_of(person))
    if not brands:
        raise NotFound("You don’t belong to a brand yet: ask whoever runs Reviewer for you to add you.")
    wanted = session.get("brand")
    _be_at(person, wanted if wanted in brands else min(brands), brands)
    return None


def _be_at(person: str, slug: str, brands: dict[str, str]) -> None:
    actor = services().people.actor_for(person, slug)
    g.here = Here(actor, services().people.brand(actor), brands)


@pages.app_context_processor
def _frame() -> dict[str, Any]:
    """What the frame of every page shows."""
    theme = request.cookies.get("theme")
    frame: dict[str, Any] = {"theme": theme if theme in THEMES else None, "me": None}
    if "here" in g:
        where = here()
        frame |= {
            "me": where.actor,
            "brand": where.brand,
            "brands": where.brands,
            "my_groups": sorted(where.brand.groups_of(where.actor.id)),
            "alone": len(where.brand.people) < 2,
            "needs_you": _waiting_for_me(),
        }
    return frame


def _waiting_for_me() -> int:
    if "needs_you" not in g:
        where = here()
        g.needs_you = len(services().drafts.inbox(where.actor, where.brand.slug, "needs_you"))
    return cast(int, g.needs_you)


# --- lists -----------------------------------------------------------------------------------------


@pages.get("/")
def start() -> View:
    """Reviewers begin with what needs them, everybody else with their own posts."""
    signs = here().brand.groups_of(here().actor.id)
    return redirect(url_for("pages.inbox" if signs else "pages.mine"))


@pages.get("/inbox")
def inbox() -> View:
    """What waits for sign-off: risk first, then deadline."""
    where, box = here(), cast(Box, request.args.get("box", "needs_you"))
    if box not in dict(BOXES):
        raise NotFound("There is no such list: open the inbox.")
    rows = {name: services().drafts.inbox(where.actor, where.brand.slug, name) for name, _ in BOXES}
    g.needs_you = len(rows["needs_you"])
    tabs = [
        {
            "name": title,
            "count": len(rows[name]),
            "here": name == box,
            "address": url_for("pages.inbox", box=None if name == "needs_you" else name),
        }
        for name, title in BOXES
    ]
    nothing = {
        "needs_you": ("tray", "Nothing needs you", "New posts to sign off stand here, the riskiest first."),
        "waiting": ("tray", "Nothing is waiting", "Posts that wait for somebody else stand here."),
        "sent_back": ("tray", "Nothing was sent back", "Posts with changes asked for stand here."),
        "approved": ("tray", "Nothing is ready to go out", "Approved posts stand here until published."),
    }[box]
    return render_template(
        "list.html",
        title="Inbox",
        tabs=tabs,
        rows=rows[box],
        show_state=box != "needs_you",
        nothing=dict(zip(("picture", "title", "words"), nothing, strict=True)),
    )


@pages.get("/posts")
def mine() -> View:
    """The posts that this person helps to write."""
    where = here()
    rows = services().drafts.inbox(where.actor, where.brand.slug, "mine")
    nothing = {
        "picture": "pen",
        "title": "You have not written anything yet",
        "words": "Write a post: what would hurt is shown while you type, with what to write instead.",
        "step": "Write your first post",
        "address": url_for("pages.new"),
    }
    return render_template(
        "list.html",
        title="My posts",
        rows=sorted(rows, key=lambda row: row.updated, reverse=True),
        show_state=True,
        nothing=nothing,
    )


@pages.get("/published")
def published() -> View:
    """What is public, beside what was signed."""
    where = here()
    matches = services().publications.reconcile(where.actor, where.brand.slug)
    return render_template("published.html", lines=lines(matches), sums=sums(matches))


# --- one post --------------------------------------------------------------------------------------


@pages.get("/posts/<draft_id>")
def post(draft_id: str) -> View:
    """One post: its words, findings, approvals, and what this person can do."""
    return _post(_view(draft_id))


def _view(draft_id: str) -> DraftView:
    """The draft, in whichever of this person's brands it is."""
    where = here()
    for slug in sorted(where.brands, key=lambda slug: slug != where.brand.slug):
        actor = where.actor if slug == where.brand.slug else services().people.actor_for(where.actor.id, slug)
        try:
            view = services().drafts.view(actor, draft_id)
        except NotFound:
            continue
        if slug != where.brand.slug:
            session["brand"] = slug
            _be_at(where.actor.id, slug, where.brands)
        return view
    raise NotFound("There is no such post here, or it is not yours to see. Look in your inbox.")


def _post(
    view: DraftView,
    *,
    status: int = 200,
    conflict: ConflictNotice | None = None,
    kept: Kept | None = None,
    note_error: str = "",
) -> View:
    where = here()
    events = services().audit.events(where.actor, where.brand.slug, view.review.id)
    signs = view.groups and not any(where.actor.id in people for people in view.contributors.values())
    back = ("pages.inbox", "Inbox") if signs else ("pages.mine", "My posts")
    page = post_page(
        view,
        where.actor,
        events,
        services().clock(),
        names=services().people.names(everybody(view.review, events)),
        back=(url_for(back[0]), back[1]),
        kept=kept or Kept(),
    )
    html = render_template(
        "post.html", page=page, conflict=conflict, kept=kept or Kept(), note_error=note_error
    )
    return html, status


@pages.post("/posts/<draft_id>/decide")
def decide(draft_id: str) -> View:
    """Approve, ask for changes or reject, with what was shown (law 13)."""
    view = _view(draft_id)
    form = request.form
    seen = dict(pair.split(":", 1) for pair in form.getlist("seen") if ":" in pair)
    groups, note = tuple(form.getlist("group")), form.get("note", "").strip()
    reasons = {of: why.strip() for of, why in (*_pairs("accept"), *_pairs("read"))}
    kept = Kept(note, groups, frozenset(seen), reasons)
    button = form.get("do", "")
    try:
        commands = _decision(button, groups, seen, note)
        after = services().drafts.act(here().actor, draft_id, *commands)
    except StaleContent as refusal:
        now = _view(draft_id)
        changes = show.versions_changed(now.review, _number(form.get("version")))
        notice = ConflictNotice(refusal.detail, changes, not changes, bool(note or any(reasons.values())))
        return _post(now, status=409, conflict=notice, kept=kept)
    except Invalid as refusal:
        note_is_missing = button in ("request_changes", "reject")
        error = refusal.detail if note_is_missing else ""
        notices = None if note_is_missing else ConflictNotice(refusal.detail)
        return _post(view, status=422, conflict=notices, kept=kept, note_error=error)
    except Refusal as refusal:
        notice = ConflictNotice(refusal.detail)
        return _post(_view(draft_id), status=refusal.status, conflict=notice, kept=kept)
    flash(_decided(button, after))
    return redirect(url_for("pages.inbox"), 303)


def _pairs(act: str) -> list[tuple[str, str]]:
    return list(zip(request.form.getlist(f"{act}-of"), request.form.getlist(act), strict=False))


def _decision(
    button: str, groups: Sequence[str], seen: dict[str, str], note: str
) -> list[Command]:
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
        owner, key, digests = of.split(" ")
        if owner in groups:
            commands += [Accept(owner, d, key, reason, seen[d]) for d in digests.split(",") if d in seen]
    for of, reason in _pairs("read"):
        owner, key, digests = of.split(" ")
        for group in {"marketing", owner} & set(groups):
            commands += [ReadWithout(group, d, key, reason, seen[d]) for d in digests.split(",") if d in seen]
    return commands + [Approve(group, seen) for group in groups]


def _decided(button: str, view: DraftView) -> str:
    author = view.brand.people.get(view.review.author, "the author")
    if button == "request_changes":
        return f"Sent back to {author} with your note."
    if button == "reject":
        return "Rejected. The same words can’t go out in another post either."
    missing = next((m for m in view.missing.values() if m), ())
    return f"Approved by you. Still missing: {missing[0]}" if missing else "Approved. It can go out now."


@pages.post("/posts/<draft_id>/act")
def act(draft_id: str) -> View:
    """Everything else that a person can do to a post with one press."""
    view = _view(draft_id)
    button = request.form.get("do", "")
    commands, said = _step(button, view)
    try:
        services().drafts.act(here().actor, draft_id, *commands)
    except Refusal as refusal:
        notice = ConflictNotice(refusal.detail)
        return _post(_view(draft_id), status=refusal.status, conflict=notice)
    flash(said)
    return redirect(url_for("pages.post", draft_id=draft_id), 303)


def _step(button: str, view: DraftView) -> tuple[list[Command], str]:
    form = request.form
    objections = form.get("objection", "").split()
    reason, jti = form.get("reason", ""), form.get("jti", "")
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
    }
    if button not in steps:
        raise NotFound("There is no such button here: go back and press one that you see.")
    return steps[button]()


# --- writing ---------------------------------------------------------------------------------------


@pages.route("/new", methods=["GET", "POST"])
def new() -> View:
    """Write a post."""
    brand = here().brand
    if request.method == "GET":
        only = tuple(brand.accounts) if len(brand.accounts) == 1 else ()
        return _compose(Form(accounts=only, timezone=brand.timezone))
    form = _with_uploads(Form.read(request.form, brand.timezone))
    button = request.form.get("do", "")
    if button not in ("save", "send"):
        return _compose(_pressed(form, button))
    try:
        view = services().drafts.create(here().actor, brand.slug, form.draft())
    except Invalid as refusal:
        return _compose(form, complaints(form, refusal), status=422)
    return _saved(view, button)


@pages.route("/posts/<draft_id>/edit", methods=["GET", "POST"])
def edit(draft_id: str) -> View:
    """Write a new version of a post."""
    view = _view(draft_id)
    if request.method == "GET":
        if "edit" not in view.actions:
            notice = ConflictNotice("Only the people who write this post edit it, and not after it went out.")
            return _post(view, status=403, conflict=notice)
        return _compose(Form.of(view.review.draft), view=view)
    base = _number(request.form.get("base"))
    form = _with_uploads(Form.read(request.form, view.brand.timezone, _base(view, base)))
    button = request.form.get("do", "")
    if button not in ("save", "send"):
        return _compose(_pressed(form, button), view=view, base=base)
    try:
        draft = form.draft()
        unchanged = draft == view.review.draft and base == view.review.version.number
        commands: list[Command] = [] if unchanged else [Edit(base, draft)]
        if commands:
            view = services().drafts.act(here().actor, draft_id, *commands)
        return _saved(view, button)
    except Invalid as refusal:
        return _compose(form, complaints(form, refusal), view=view, base=base, status=422)
    except EditConflict as refusal:
        now = _view(draft_id)
        changes = compare(now.review.draft.variants[0].text, form.shared.parts[0].text)
        return _compose(form, view=now, conflict=ConflictNotice(refusal.detail, changes), status=412)
    except Refusal as refusal:
        return _compose(
            form, view=view, base=base, conflict=ConflictNotice(refusal.detail), status=refusal.status
        )


def _base(view: DraftView, number: int) -> Draft:
    """The version that the form was made from."""
    found = next((v.draft for v in view.review.versions if v.number == number), None)
    return found or view.review.draft


def _saved(view: DraftView, button: str) -> View:
    """After keeping it: hand it to the reviewers where that was asked for, then show it."""
    if button == "send" and "submit" in view.actions:
        view = services().drafts.act(here().actor, view.review.id, Submit())
        flash("Sent for review.")
    else:
        flash("Saved." if button == "save" else "Saved. It is with the reviewers already.")
    return redirect(url_for("pages.post", draft_id=view.review.id), 303)


def _pressed(form: Form, button: str) -> Form:
    if button == "rewrite":
        return live.rewritten(form, _check)
    return form.press(button)


def _with_uploads(form: Form) -> Form:
    """The form with the files that came with it, kept under their hash."""
    for name, prefix, index in uploads(iter(request.files)):
        kept = []
        for file in request.files.getlist(name):
            if not file.filename:
                continue
            try:
                stored = services().media.put(here().actor, here().brand.slug, file.read())
                kept.append(Media(stored.sha256))
            except Refusal as refusal:
                flash(f"{file.filename}: {refusal.detail}", "error")
        form = form.with_media(prefix, index, kept)
    return form


def _compose(
    form: Form,
    wrong: dict[str, str] | None = None,
    *,
    view: DraftView | None = None,
    base: int | None = None,
    conflict: ConflictNotice | None = None,
    status: int = 200,
) -> View:
    brand = here().brand
    accounts = [
        {
            "id": account,
            "title": show.channel_title(account.partition(":")[0]),
            "badge": show.badge(show.channel_title(account.partition(":")[0])),
            "handle": show.handle(account),
        }
        for account in sorted(brand.accounts)
    ]
    number = view.review.version.number if view else None
    html = render_template(
        "compose.html",
        title="Edit post" if view else "New post",
        here=request.path,
        back=url_for("pages.post", draft_id=view.review.id) if view else None,
        base=number if base is None else base,
        form=form,
        accounts=accounts,
        kinds=KINDS,
        complaints=wrong or {},
        conflict=conflict,
        live=live.look(form, brand, _check),
    )
    return html, status


def _check(variant: Variant) -> Verdict:
    return services().checking.check(variant, here().brand.slug)


@pages.post("/check")
def check() -> View:
    """The live check: findings, counts and previews of what stands in the form; nothing is kept."""
    brand = here().brand
    form = Form.read(request.form, brand.timezone)
    return render_template("_live.html", live=live.look(form, brand, _check))


# --- posting by hand, media, settings ----------------------------------------------------------------


@pages.route("/posts/<draft_id>/by-hand", methods=["GET", "POST"])
def by_hand(draft_id: str) -> View:
    """Copy, open the network, and leave the link: for networks without an adapter."""
    view, problem, typed, status = _view(draft_id), "", {}, 200
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
        return _post(view, status=403, conflict=notice)
    ready = hand.ready(view, services().clock(), typed)
    return render_template("by_hand.html", id=draft_id, ready=ready, problem=problem), status


@pages.get("/media/<sha256>")
def media(sha256: str) -> View:
    """A file of the brand, by its hash."""
    where = here()
    for slug in sorted(where.brands, key=lambda slug: slug != where.brand.slug):
        actor = where.actor if slug == where.brand.slug else services().people.actor_for(where.actor.id, slug)
        try:
            stored, data = services().media.get(actor, slug, sha256)
        except NotFound:
            continue
        response = Response(data, mimetype=stored.mime)
        response.headers["Cache-Control"] = "private, max-age=86400, immutable"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
    raise NotFound("There is no such file here: upload it.")


@pages.post("/brand")
def switch_brand() -> View:
    """Look at another of one's brands."""
    wanted = request.form.get("brand", "")
    if wanted not in here().brands:
        raise NotFound("You don’t belong to that brand: ask its brand admin.")
    session["brand"] = wanted
    return redirect(url_for("pages.start"), 303)


@pages.post("/theme")
def set_theme() -> View:
    """Light, dark, or as the system says; a cookie, so that it works without script too."""
    wanted = request.form.get("theme", "")
    back = request.referrer or ""
    response = redirect(back if back.startswith(request.host_url) else "/", 303)
    if wanted in THEMES:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie("theme", wanted, max_age=31_536_000, samesite="Lax", secure=secure)
    else:
        response.delete_cookie("theme")
    return response


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0


