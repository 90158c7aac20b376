"""The report over a period, to print or as a table; how long things are kept; one's own data."""

import json
from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for

from reviewer.errors import Refusal
from reviewer.service.report import SECTIONS, as_csv, day
from reviewer.web.pages.frame import View, here, number, pages, services

TITLES = {
    "public": "Public",
    "unsigned": "Not approved",
    "altered": "Not as approved",
    "missing": "Never appeared",
    "exceptions": "Exceptions",
    "emergencies": "Emergency lane",
    "roles": "Who could do what",
}
CLASSES = {
    "drafts": "Posts that never went out",
    "published": "Posts that went out",
    "comments": "Comments",
    "media": "Files that no post shows",
    "invitations": "Invitations that ended",
    "sign_ins": "Sign-ins (the whole server’s)",
    "later_work": "Later work that is done (the whole server’s)",
}
EVERYTHING_OF_THE_SERVER = ("sign_ins", "later_work")


@pages.get("/report")
def report() -> View:
    """What was public in a period and what was not as approved; the last 90 days unless asked."""
    now = services().clock()
    first = request.args.get("first") or f"{now - timedelta(days=90):%Y-%m-%d}"
    last = request.args.get("last") or f"{now:%Y-%m-%d}"
    made = services().report.period(here().actor, day(first), day(last, end=True))
    if request.args.get("as") == "csv":
        answer = Response(as_csv(made), content_type="text/csv; charset=utf-8")
        name = f"report-{made.brand}-{first}-{last}.csv"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    sections = [(TITLES[name], name, made.section(name)) for name in SECTIONS]
    return render_template("report.html", sections=sections, first=first, last=last, made=made)


@pages.get("/keeping")
def keeping() -> View:
    """How long the brand keeps what, and its legal holds."""
    return _page()


@pages.post("/keeping")
def keep() -> View:
    """Keep a class of contents for so many days; nothing written keeps it for good."""
    written = request.form.get("days", "").strip()
    days = number(written) if written else None
    return _do(
        lambda: services().retention.set(here().actor, request.form.get("kind", ""), days),
        "Noted. It counts from the next run on.",
    )


@pages.post("/keeping/holds")
def place_hold() -> View:
    """From now on nothing of the brand, or of one post, is deleted."""
    form = request.form
    draft = form.get("draft", "").strip().rpartition("/")[2] or None
    return _do(
        lambda: services().retention.hold(here().actor, form.get("reason", ""), draft),
        "Nothing of it is deleted any more.",
    )


@pages.post("/keeping/holds/<hold_id>/lift")
def lift_hold(hold_id: str) -> View:
    """Somebody else than who placed it lets it end."""
    return _do(lambda: services().retention.lift(here().actor, hold_id), "Lifted.")


@pages.get("/account/data")
def own_data() -> View:
    """Everything that is here about whoever asks."""
    actor = here().actor
    found = services().personal.export(actor, actor.id)
    body = json.dumps(found, ensure_ascii=False, indent=1)
    answer = Response(body, content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@pages.post("/people/<person_id>/erase")
def erase_person(person_id: str) -> View:
    """Say what an erasure would take; with `confirmed`, do it. For system admins."""
    actor, mentions = here().actor, "keep_mentions" not in request.form
    personal = services().personal
    if "confirmed" in request.form:
        erased = personal.erase(actor, person_id, mentions=mentions)
        flash(f"Erased: the contents of {len(erased.drafts)} posts, {erased.texts} other texts.")
        return redirect(url_for("pages.people"), 303)
    planned = personal.plan(actor, person_id, mentions=mentions)
    names = services().people.names([person_id])
    return render_template("erase.html", erased=planned, name=names[person_id], mentions=mentions)


def _do(act: object, said: str) -> View:
    assert callable(act)  # noqa: S101  # one of the lambdas above
    try:
        act()
    except Refusal as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    flash(said)
    return redirect(url_for("pages.keeping"), 303)


def _page(*, problem: str = "", status: int = 200) -> View:
    actor, retention = here().actor, services().retention
    holds = retention.holds(actor)
    page = render_template(
        "keeping.html",
        kept=retention.kept(actor),
        classes=CLASSES,
        of_server=EVERYTHING_OF_THE_SERVER,
        holds=holds,
        names=services().people.names({hold.by for hold in holds}),
        admin="brand_admin" in actor.roles,
        problem=problem,
    )
    return page, status
