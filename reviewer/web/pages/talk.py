"""What people do on the page of a post besides deciding: suggest, comment, look at it, rate findings."""

import secrets
from typing import Literal

from flask import flash, redirect, request, url_for

from reviewer.errors import Refusal, StaleContent
from reviewer.integrations.drafts import VariantBody, suggested
from reviewer.integrations.reading import read
from reviewer.web.beside import reworded
from reviewer.web.pages.frame import View, find, here, pages, services
from reviewer.web.pages.post import ConflictNotice, show_post
from reviewer.workflow import Command, Suggest


@pages.post("/posts/<draft_id>/suggest")
def suggest(draft_id: str) -> View:
    """Other words for a text of the post, for every account that it goes to."""
    view, form = find(draft_id), request.form
    commands: list[Command] = []
    try:
        for digest in form.getlist("of"):
            present = view.review.draft.by_digest.get(digest)
            if present is None:
                raise StaleContent("The post changed after you opened it. Read it again.")
            body = read(VariantBody, reworded(present, form.getlist("words")))
            new = suggested(present, body)
            commands.append(Suggest(secrets.token_hex(12), digest, new, form.get("comment", "")))
        services().drafts.act(here().actor, draft_id, *commands)
    except Refusal as refusal:
        return _refused(draft_id, refusal)
    flash("Suggested. Whoever writes the post takes it over, or not.")
    return redirect(url_for("pages.post", draft_id=draft_id), 303)


@pages.post("/posts/<draft_id>/comment")
def comment(draft_id: str) -> View:
    """Say something to the author, or among reviewers."""
    find(draft_id)
    among: Literal["author", "reviewers"] = (
        "reviewers" if request.form.get("audience") == "reviewers" else "author"
    )
    try:
        services().talk.comment(here().actor, draft_id, request.form.get("text", ""), among)
    except Refusal as refusal:
        return _refused(draft_id, refusal)
    return redirect(url_for("pages.post", draft_id=draft_id, _anchor="comments-title"), 303)


@pages.post("/posts/<draft_id>/claim")
def claim(draft_id: str) -> View:
    """Look at it, ask a colleague to, or stop."""
    find(draft_id)
    try:
        if request.form.get("do") == "release":
            services().talk.release(here().actor, draft_id)
        else:
            services().talk.claim(here().actor, draft_id, person=request.form.get("person") or None)
    except Refusal as refusal:
        return _refused(draft_id, refusal)
    return redirect(url_for("pages.post", draft_id=draft_id), 303)


@pages.post("/posts/<draft_id>/rate")
def rate(draft_id: str) -> View:
    """Say that a finding was right, or a false alarm."""
    find(draft_id)
    wrong = request.form.get("do") == "false_alarm"
    try:
        services().talk.rate(here().actor, draft_id, request.form.get("finding", ""), false_alarm=wrong)
    except Refusal as refusal:
        return _refused(draft_id, refusal)
    flash("Noted as a false alarm. The finding stays; the rule’s owner sees it." if wrong else "Noted.")
    return redirect(url_for("pages.post", draft_id=draft_id), 303)


def _refused(draft_id: str, refusal: Refusal) -> View:
    return show_post(find(draft_id), status=refusal.status, conflict=ConflictNotice(refusal.detail))
