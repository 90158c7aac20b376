"""Pauses: what is paused, pausing more, agreeing that a pause may end, and what waits to go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for

from reviewer.errors import Invalid, Problem, Refusal
from reviewer.model import Actor
from reviewer.service import DraftRow
from reviewer.service.pauses import Placed, topic_of
from reviewer.service.several import Item, Outcome
from reviewer.web import show, words
from reviewer.web.beside import account_name
from reviewer.web.pages.frame import View, here, look_again, pages, services
from reviewer.workflow import NewSlot, Resume


@dataclass(frozen=True)
class HeldRow:
    """A post that waits to go on: the variants that a pause still holds back, and whether the reader may
    say that they go on."""

    row: DraftRow
    digests: tuple[str, ...]
    text: str
    may: bool


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


@pages.post("/pauses/resume")
def resume_several() -> View:
    """After a pause: say of those that are ticked that they may go on."""
    form, actor = request.form, here().actor
    items = [
        Item(draft, (Resume(tuple(form.getlist(f"held-{draft}")), form.get("reason", "")),))
        for draft in form.getlist("item")
    ]
    return _several(items, "may go on", actor)


@pages.post("/pauses/slots")
def new_slots() -> View:
    """New times for slots that an outage missed, approvals kept."""
    form, actor = request.form, here().actor
    zone, items = words.zone(here().brand.timezone), []
    try:
        for draft in form.getlist("item"):
            try:
                local = datetime.fromisoformat(form.get(f"at-{draft}", ""))
            except ValueError:
                empty = Problem(f"/at-{draft}", "No time.", "time")
                raise Invalid("Give a day and a time for each post that you ticked.", [empty]) from None
            items.append(Item(draft, (NewSlot(local.replace(tzinfo=zone).astimezone(UTC)),)))
    except Invalid as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    return _several(items, "have a new time", actor)


def _several(items: list[Item], what: str, actor: Actor) -> View:
    try:
        outcomes = services().several.act(actor, items)
    except Refusal as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    refused = [one for one in outcomes if one.refusal is not None]
    if done := len(outcomes) - len(refused):
        flash(f"{words.plural(done, 'post')} {what}.")
    if refused:
        return _page(refused=refused, status=409)
    return redirect(url_for("pages.pauses"), 303)


def _page(
    *,
    problem: str = "",
    placed: Placed | None = None,
    refused: Sequence[Outcome] = (),
    status: int = 200,
) -> View:
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
        waiting=[_held(row) for row in services().drafts.to_resume(where.actor)],
        missed=services().several.missed(where.actor),
        refused=[(one.draft, one.refusal.detail) for one in refused if one.refusal],
        scopes=scopes,
        problem=problem,
        placed=placed,
        told=told,
        account_name=account_name,
        typed=request.form if problem else {},
    )
    return page, status


def _held(row: DraftRow) -> HeldRow:
    view = services().drafts.view(here().actor, row.id)
    held = tuple(digest for digest in view.review.draft.digests if digest in view.to_resume)
    words_of = "\n\n".join(dict.fromkeys(view.review.draft.by_digest[d].text for d in held))
    return HeldRow(row, held, words_of, "resume" in view.actions)
