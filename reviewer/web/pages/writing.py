"""Writing and editing a post, with the live check."""

from flask import flash, redirect, render_template, request, url_for

from reviewer.errors import EditConflict, Invalid, Refusal
from reviewer.model import KINDS, Draft, Media, Variant, Verdict
from reviewer.service import DraftView
from reviewer.web import live, show
from reviewer.web.compose import Form, complaints, uploads
from reviewer.web.diff import compare
from reviewer.web.pages.frame import View, find, here, number, pages, services
from reviewer.web.pages.post import ConflictNotice, show_post
from reviewer.web.show import Change
from reviewer.workflow import Command, Edit, Submit


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
    view = find(draft_id)
    if request.method == "GET":
        if "edit" not in view.actions:
            notice = ConflictNotice("Only the people who write this post edit it, and not after it went out.")
            return show_post(view, status=403, conflict=notice)
        return _compose(Form.of(view.review.draft, view.brand.timezone), view=view)
    base = number(request.form.get("base"))
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
        now = find(draft_id)
        saved = Form.of(now.review.draft, now.brand.timezone).shared
        changes = compare(
            "\n\n".join(p.text for p in saved.parts), "\n\n".join(p.text for p in form.shared.parts)
        )
        notice = ConflictNotice(refusal.detail, (Change("", changes),))
        return _compose(form, view=now, conflict=notice, status=412)
    except Refusal as refusal:
        return _compose(
            form, view=view, base=base, conflict=ConflictNotice(refusal.detail), status=refusal.status
        )


def _base(view: DraftView, wanted: int) -> Draft:
    """The version that the form was made from."""
    found = next((v.draft for v in view.review.versions if v.number == wanted), None)
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
            "handle": show.handle(account),
        }
        for account in sorted(brand.accounts)
    ]
    present = view.review.version.number if view else None
    html = render_template(
        "compose.html",
        title="Edit post" if view else "New post",
        here=request.path,
        back=url_for("pages.post", draft_id=view.review.id) if view else None,
        base=present if base is None else base,
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
