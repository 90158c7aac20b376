"""The period report, decisions read again, retention and legal holds, one person's data."""

from typing import Annotated

from flask import Response
from pydantic import Field

from reviewer.errors import Conflict, Gone, Invalid, NotFound
from reviewer.integrations.reading import Strict
from reviewer.model import Actor
from reviewer.service.report import as_csv, day
from reviewer.web import bodies
from reviewer.web.answers import keeping as answers
from reviewer.web.api.surface import DRAFT_READERS, V1, api
from reviewer.web.callers import Caller, services

CSV = "text/csv"
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Period(bodies.InBrand):
    """From the first day to the last, which is in it (UTC)."""

    first: Day
    last: Day


class KeepRequest(Strict):
    """How many days a class of contents is kept; null for good."""

    kind: Annotated[str, Field(min_length=1, max_length=50)]
    days: Annotated[int, Field(ge=1, le=100_000)] | None


class HoldRequest(Strict):
    """Delete nothing of a draft, or, without one, of the whole brand."""

    reason: bodies.Reason
    draft: bodies.Id | None = None


class ErasureRequest(Strict):
    """Without `confirmed` it is only said what would go; `mentions`: also texts that name the person."""

    confirmed: bool = False
    mentions: bool = True


@api.get(f"{V1}/report", answer=answers.ReportOut, scopes=("audit:read",), refusals=(Invalid,))
def get_report(caller: Caller, query: Period) -> answers.ReportOut:
    """What was public in a period, what was not as approved, and every use of a rarer right."""
    actor = caller.actor(query.brand)
    return answers.ReportOut.of(services().report.period(actor, day(query.first), day(query.last, end=True)))


@api.get(f"{V1}/report.csv", answer=None, gives=CSV, scopes=("audit:read",), refusals=(Invalid,))
def get_report_table(caller: Caller, query: Period) -> Response:
    """The same for a spreadsheet; no cell is a formula."""
    report = services().report.period(caller.actor(query.brand), day(query.first), day(query.last, end=True))
    answer = Response(as_csv(report), content_type=f"{CSV}; charset=utf-8")
    name = f"report-{report.brand}-{query.first}-{query.last}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@api.get(
    f"{V1}/drafts/<draft_id>/versions/<int:number>/replay",
    answer=answers.ReplayOut,
    scopes=(*DRAFT_READERS, "audit:read"),
    refusals=(NotFound, Gone),
)
def replay_version(caller: Caller, draft_id: str, number: int, query: bodies.InBrand) -> answers.ReplayOut:
    """The verdicts on which somebody decided, read again with the words, rules and weights of then."""
    again = services().replay.replay(caller.actor(query.brand), draft_id, number)
    return answers.ReplayOut(items=tuple(map(answers.ReplayedOut.of, again)))


@api.get(f"{V1}/retention", answer=answers.KeepingOut)
def get_retention(caller: Caller, query: bodies.InBrand) -> answers.KeepingOut:
    """How long the brand keeps what, and its legal holds; for auditors and brand admins."""
    return _keeping(caller.actor(query.brand))


@api.post(f"{V1}/retention", answer=answers.KeepingOut, refusals=(Invalid,))
def set_retention(caller: Caller, query: bodies.InBrand, body: KeepRequest) -> answers.KeepingOut:
    """Keep a class of contents for so many days, 30 at least; for brand admins."""
    actor = caller.actor(query.brand)
    services().retention.set(actor, body.kind, body.days)
    return _keeping(actor)


@api.post(f"{V1}/legal-holds", answer=answers.LegalHoldOut, status=201, refusals=(NotFound, Invalid))
def place_legal_hold(caller: Caller, query: bodies.InBrand, body: HoldRequest) -> answers.LegalHoldOut:
    """From now on nothing of the brand, or of one draft, is deleted; one auditor or admin is enough."""
    hold = services().retention.hold(caller.actor(query.brand), body.reason, body.draft)
    return answers.LegalHoldOut.model_validate(hold)


@api.post(f"{V1}/legal-holds/<hold_id>/lift", answer=answers.KeepingOut, refusals=(NotFound,))
def lift_legal_hold(caller: Caller, hold_id: str, query: bodies.InBrand) -> answers.KeepingOut:
    """Another auditor or brand admin than who placed it lets a legal hold end."""
    actor = caller.actor(query.brand)
    services().retention.lift(actor, hold_id)
    return _keeping(actor)


@api.get(f"{V1}/people/<person_id>/data", answer=answers.PersonDataOut, refusals=(NotFound,))
def export_person(caller: Caller, person_id: str, query: bodies.InBrand) -> answers.PersonDataOut:
    """Everything that is here about a person: for themself, or for a system admin."""
    found = services().personal.export(caller.actor(query.brand), person_id)
    return answers.PersonDataOut.model_validate(found)


@api.post(f"{V1}/people/<person_id>/erasure", answer=answers.ErasedOut, refusals=(NotFound, Conflict))
def erase_person(
    caller: Caller, person_id: str, query: bodies.InBrand, body: ErasureRequest
) -> answers.ErasedOut:
    """Take away who somebody was; their id stays in the record. For a system admin, of people shut out."""
    personal, actor = services().personal, caller.actor(query.brand)
    act = personal.erase if body.confirmed else personal.plan
    return answers.ErasedOut.of(act(actor, person_id, mentions=body.mentions), done=body.confirmed)


def _keeping(actor: Actor) -> answers.KeepingOut:
    retention = services().retention
    return answers.KeepingOut(
        kept=tuple(map(answers.KeptOut.model_validate, retention.kept(actor))),
        legal_holds=tuple(map(answers.LegalHoldOut.model_validate, retention.holds(actor))),
    )
