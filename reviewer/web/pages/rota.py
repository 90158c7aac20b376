"""Who is here: working hours, on call, away, who stands in; and the languages that one reads."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from flask import flash, redirect, render_template, request, url_for

from reviewer import workflow
from reviewer.errors import Invalid, Problem, Refusal
from reviewer.model import Brand, GroupRule, Presence
from reviewer.web import words
from reviewer.web.pages.frame import View, here, pages, services

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class PresenceView:
    """One line of the rota. `mine` says that the reader may end it."""

    id: str
    name: str
    kind: str
    start: datetime
    end: datetime
    weekly: str
    by: str
    now: bool
    mine: bool


@dataclass(frozen=True)
class HoursView:
    """Days that have the same working hours."""

    days: str
    hours: str


@dataclass(frozen=True)
class StandInView:
    """Which groups stand in for one, and after how much working time."""

    group: str
    stand_ins: str
    after: str


@pages.get("/rota")
def rota() -> View:
    """Who is here, who is on call, who is away."""
    return _page()


@pages.post("/rota")
def set_presence() -> View:
    """Say when somebody is on call or away."""
    form = request.form
    kind: Literal["on_call", "away"] = "on_call" if form.get("kind") == "on_call" else "away"
    try:
        person = form.get("person") or here().actor.id
        start, end = _moment("from"), _moment("to")
        services().rota.set(here().actor, person, kind, start, end, weekly="weekly" in form)
    except Refusal as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    flash("Noted. It gives and takes no right to approve.")
    return redirect(url_for("pages.rota"), 303)


@pages.post("/rota/<presence_id>/end")
def end_presence(presence_id: str) -> View:
    """Back again, or off the rota."""
    try:
        services().rota.take_back(here().actor, presence_id)
    except Refusal as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    return redirect(url_for("pages.rota"), 303)


@pages.post("/rota/languages")
def set_languages() -> View:
    """Say which languages one reads."""
    typed = request.form.get("languages", "").replace(";", ",").replace(" ", ",").split(",")
    try:
        services().rota.read_languages(here().actor, typed)
    except Refusal as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    flash("Noted: these are the languages that you read.")
    return redirect(url_for("pages.rota"), 303)


def _moment(name: str) -> datetime:
    """A time as a browser sends it, in the brand's time zone."""
    try:
        local = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Invalid("Give a day and a time.", [Problem(f"/{name}", "No time.", "time")]) from None
    return local.replace(tzinfo=words.zone(here().brand.timezone)).astimezone(UTC)


def _page(*, problem: str = "", status: int = 200) -> View:
    where = here()
    brand, now = where.brand, services().clock()
    roster = services().rota.roster(where.actor)
    signs = bool(brand.groups_of(where.actor.id) & workflow.signing_groups(brand))
    may_set = signs or "brand_admin" in where.actor.roles
    shown = [_presence(one, brand, now, may_set or one.person == where.actor.id) for one in roster]
    members = {p for people in brand.members.values() for p in people}
    present = sorted(brand.people[p] for p in members if workflow.rota.here(brand, roster, p, now))
    page = render_template(
        "rota.html",
        problem=problem,
        typed=request.form if problem else {},
        presences=[one for one in shown if one is not None],
        present=present,
        opens=workflow.rota.next_here(brand, roster, members, now),
        now=now,
        hours=_hours(brand),
        holidays=sorted(day for day in brand.calendar.holidays if day >= now.date())[:12],
        stand_ins=_stand_ins(brand),
        levels=[
            (words.KINDS.get(kind, kind), words.stretch(time))
            for kind, time in brand.approvals.service_levels.items()
        ],
        people=sorted(brand.people.items(), key=lambda item: item[1]) if may_set else (),
        signs=signs,
        languages=sorted(services().rota.languages(where.actor)),
    )
    return page, status


def _presence(one: Presence, brand: Brand, now: datetime, mine: bool) -> PresenceView | None:
    turn = next(workflow.rota.turns(brand, one, now), None)
    if turn is None:
        return None
    start, end = turn
    zone = words.zone(brand.timezone)
    weekly = ""
    if one.weekly:
        first, last = start.astimezone(zone), end.astimezone(zone)
        same = first.date() == last.date() or last - first <= timedelta(hours=24)
        weekly = f"{first:%A}s {first:%H:%M} to {'' if same else f'{last:%A} '}{last:%H:%M}"
    return PresenceView(
        id=one.id,
        name=brand.people.get(one.person, "Somebody who left"),
        kind="on call" if one.kind == "on_call" else "away",
        start=start,
        end=end,
        weekly=weekly,
        by="" if one.by == one.person else brand.people.get(one.by, "a colleague"),
        now=start <= now < end,
        mine=mine,
    )


def _hours(brand: Brand) -> list[HoursView]:
    """The week, days with the same hours together."""
    found: list[tuple[list[str], tuple[int, int]]] = []
    for day, span in zip(DAYS, brand.calendar.hours, strict=True):
        if found and found[-1][1] == span:
            found[-1][0].append(day)
        else:
            found.append(([day], span))
    return [HoursView(_days(days), _span(*span)) for days, span in found]


def _days(days: list[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _span(start: int, end: int) -> str:
    if end <= start:
        return "closed"
    if end - start == 24 * 60:
        return "all day"
    return f"{start // 60:02}:{start % 60:02} to {end // 60:02}:{end % 60:02}"


def _stand_ins(brand: Brand) -> list[StandInView]:
    return [
        StandInView(_named(group), words.listed([_named(g) for g in rule.stand_in]), _after(rule))
        for group, rule in brand.approvals.groups.items()
        if rule.stand_in
    ]


def _after(rule: GroupRule) -> str:
    return words.stretch(rule.after or "")


def _named(group: str) -> str:
    return group.capitalize()
