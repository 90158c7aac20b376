"""Pauses: what is paused, pausing more, agreeing that a pause may end, and what waits to go on."""

from flask import flash, redirect, render_template, request, url_for

from reviewer.errors import Invalid, Problem, Refusal
from reviewer.service.pauses import Placed, topic_of
from reviewer.web import show, words
from reviewer.web.beside import account_name
from reviewer.web.pages.frame import View, here, look_again, pages, services


@pages.get("/pauses")
def pauses() -> View:
    """The pauses that stand, and what an ended one still holds back."""
    return _page()


@pages.post("/pauses")
def place_pause() -> View:
    """Pause something, alone and at once; the page then says what is out of reach."""
    scope, topic = request.form.get("scope", ""), request.form.get("topic", "").strip()
    try:
        if not scope:
            raise Invalid("Choose what to pause.", [Problem("/scope", "Nothing chosen.", "missing")])
        rule = topic_of(topic.splitlines()) if scope == "topic" else ""
        name = f"topic:{words.clip(topic, 60)}" if scope == "topic" else scope
        placed = services().pauses.place(here().actor, name, request.form.get("reason", ""), topic=rule)
    except Refusal as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    if placed.revoked or placed.out_of_reach:
        return _page(placed=placed)
    flash("Paused. No go-ahead was out.")
    return redirect(url_for("pages.pauses"), 303)


@pages.post("/pauses/<pause_id>/lift")
def lift_pause(pause_id: str) -> View:
    """Agree that a pause may end; the second person ends it."""
    try:
        hold = services().pauses.lift(here().actor, pause_id)
    except Refusal as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    flash(
        "The pause has ended. Nothing went out by that: see what waits to go on."
        if hold.lifted_at
        else "You agreed. A second person ends the pause."
    )
    return redirect(url_for("pages.pauses"), 303)


def _page(*, problem: str = "", placed: Placed | None = None, status: int = 200) -> View:
    look_again()
    where = here()
    accounts = sorted(where.brand.accounts)
    channels = sorted({account.partition(":")[0] for account in accounts})
    scopes = [
        (f"brand:{where.brand.slug}", f"Everything of {where.brand.name}"),
        *((f"account:{account}", account_name(account)) for account in accounts),
        *((f"channel:{c}", f"Everything on {show.channel_title(c)}") for c in channels),
        ("topic", "A topic, by the words below"),
    ]
    told = services().people.names(
        {r.audience.removeprefix("person:") for r in (placed.out_of_reach if placed else ())}
    )
    page = render_template(
        "pauses.html",
        waiting=services().drafts.to_resume(where.actor),
        scopes=scopes,
        problem=problem,
        placed=placed,
        told=told,
        account_name=account_name,
        typed=request.form if problem else {},
    )
    return page, status
