"""Several posts at once: each shown in full, then one decision for those that are ticked."""

import secrets

from flask import render_template, request, url_for

from reviewer.errors import Invalid, Problem, Refusal
from reviewer.service import DraftView
from reviewer.service.several import Item, Outcome, signable
from reviewer.web import show
from reviewer.web.pages.frame import View, here, pages, services
from reviewer.workflow import Approve, Command, RequestChanges


@pages.get("/inbox/several")
def several() -> View:
    """The posts that need nothing but one's approval, in full."""
    return _page()


@pages.post("/inbox/several")
def decide_several() -> View:
    """One decision for the posts that are ticked, each with what was shown of it."""
    form, actor = request.form, here().actor
    note = form.get("note", "").strip()
    try:
        if form.get("do") == "request_changes" and not note:
            raise Invalid(
                "Say what should change: the authors read it.", [Problem("/note", "Empty.", "empty")]
            )
        items = []
        for draft_id in form.getlist("item"):
            view = services().drafts.view(actor, draft_id)
            seen = dict(pair.split(":", 1) for pair in form.getlist(f"seen-{draft_id}") if ":" in pair)
            items.append(Item(draft_id, _commands(form.get("do", ""), view, seen, note)))
        outcomes = services().several.act(actor, items)
    except Refusal as refusal:
        return _page(problem=refusal.detail, note=note, status=refusal.status)
    return _page(outcomes=outcomes)


def _commands(button: str, view: DraftView, seen: dict[str, str], note: str) -> tuple[Command, ...]:
    """What one press means for one post; what may not be decided any more is refused by the law, not here."""
    groups = sorted(view.asked or view.signs_for or view.groups) or ["marketing"]
    if button == "request_changes":
        return (RequestChanges(groups[0], note, seen, tuple(secrets.token_hex(12) for _ in seen)),)
    if button != "approve":
        raise Invalid("Press one of the buttons: approve, or ask for changes.")
    return tuple(Approve(group, seen) for group in groups)


def _page(
    *, problem: str = "", note: str = "", outcomes: tuple[Outcome, ...] = (), status: int = 200
) -> View:
    where = here()
    views, more = services().several.to_read(where.actor, after=request.args.get("after"))
    refused = [one for one in outcomes if one.refusal is not None]
    names = {one.draft: _title(one.draft) for one in refused}
    page = render_template(
        "several.html",
        posts=[_post(view) for view in views],
        more=url_for("pages.several", after=more) if more else "",
        problem=problem,
        note=note,
        done=len(outcomes) - len(refused),
        refused=[(one.draft, names[one.draft], one.refusal.detail) for one in refused if one.refusal],
    )
    return page, 409 if refused and status == 200 else status


def _title(draft_id: str) -> str:
    try:
        view = services().drafts.view(here().actor, draft_id)
    except Refusal:
        return "A post that is not there any more"
    return " ".join(view.review.draft.variants[0].text.split())[:80] or "(no words)"


def _post(view: DraftView) -> dict[str, object]:
    review = view.review
    return {
        "id": review.id,
        "author": view.brand.people.get(review.author, review.author),
        "kind": review.draft.variants[0].kind,
        "target": review.draft.variants[0].target or "",
        "target_author": review.draft.target_author,
        "target_text": review.draft.target_text,
        "due": review.draft.schedule.at,
        "wanted_by": view.wanted_by,
        "groups": sorted(view.asked),
        "sheets": show.sheets(review.draft.variants, view.verdicts, states=view.states, missing=view.missing),
        "seen": [f"{digest}:{view.verdicts[digest].sha256}" for digest in signable(view, here().actor)],
    }
