"""Who is here, several drafts in one call, and texts for repeated use."""

from reviewer.errors import NotAllowed, NotFound
from reviewer.service.drafts import new_id
from reviewer.service.several import Item
from reviewer.web import answers, bodies
from reviewer.web.api.surface import V1, api
from reviewer.web.callers import Caller, services
from reviewer.workflow import Approve, Command, NewSlot, Reject, RequestChanges, Resume


@api.get(f"{V1}/rota", answer=answers.RotaOut)
def get_rota(caller: Caller, query: bodies.InBrand) -> answers.RotaOut:
    """Who is on call or away, now and later, and the languages that the caller reads."""
    return _rota(caller, query.brand)


@api.post(f"{V1}/rota", answer=answers.PresenceOut, status=201)
def set_presence(caller: Caller, query: bodies.InBrand, body: bodies.PresenceRequest) -> answers.PresenceOut:
    """Say when somebody is on call or away: oneself, or a colleague. It gives and takes no right to sign."""
    actor = caller.actor(query.brand)
    made = services().rota.set(
        actor, body.person or actor.id, body.kind, body.start, body.end, weekly=body.weekly
    )
    return answers.PresenceOut.model_validate(made)


@api.post(f"{V1}/rota/<presence_id>/end", answer=answers.RotaOut, refusals=(NotFound,))
def end_presence(caller: Caller, presence_id: str, query: bodies.InBrand) -> answers.RotaOut:
    """Back again, or off the rota."""
    services().rota.take_back(caller.actor(query.brand), presence_id)
    return _rota(caller, query.brand)


@api.put(f"{V1}/rota/languages", answer=answers.RotaOut)
def set_languages(caller: Caller, query: bodies.InBrand, body: bodies.LanguagesRequest) -> answers.RotaOut:
    """Say which languages one reads; where the brand asks for it, only those are signed for."""
    services().rota.read_languages(caller.actor(query.brand), body.languages)
    return _rota(caller, query.brand)


@api.post(f"{V1}/decisions", answer=answers.OutcomesOut)
def decide_several(
    caller: Caller, query: bodies.InBrand, body: bodies.DecisionsRequest
) -> answers.OutcomesOut:
    """One decision about several drafts that were shown in full, each with what was seen of it.

    Each is decided for itself: what one is refused is in its `problem`, and the others stand.
    """
    items = [Item(one.draft, _decision(body, one)) for one in body.items]
    return answers.OutcomesOut.of(services().several.act(caller.actor(query.brand), items))


@api.post(f"{V1}/pauses/resume", answer=answers.OutcomesOut)
def resume_several(caller: Caller, query: bodies.InBrand, body: bodies.ResumeRequest) -> answers.OutcomesOut:
    """After a pause: what was held back may go on, said by somebody who wrote none of it, item by item."""
    items = [Item(one.draft, (Resume(one.digests, body.reason),)) for one in body.items]
    return answers.OutcomesOut.of(services().several.act(caller.actor(query.brand), items))


@api.get(f"{V1}/slots/missed", answer=answers.MissedOut)
def list_missed(caller: Caller, query: bodies.InBrand) -> answers.MissedOut:
    """Drafts whose slot passed while everything was signed: each waits for a new time."""
    return answers.MissedOut.of(services().several.missed(caller.actor(query.brand)))


@api.post(f"{V1}/slots", answer=answers.OutcomesOut)
def set_slots(caller: Caller, query: bodies.InBrand, body: bodies.SlotsRequest) -> answers.OutcomesOut:
    """New times for slots that were missed, sign-offs kept."""
    items = [Item(one.draft, (NewSlot(one.at),)) for one in body.items]
    return answers.OutcomesOut.of(services().several.act(caller.actor(query.brand), items))


@api.get(f"{V1}/texts", answer=answers.TextsOut, scopes=("permit",), refusals=(NotAllowed,))
def list_texts(caller: Caller, query: bodies.InBrand) -> answers.TextsOut:
    """The texts for repeated use that the caller may see or use; a use is asked for at `/permits/uses`."""
    return answers.TextsOut.of(services().texts.library(caller.actor(query.brand)))


def _rota(caller: Caller, brand: str | None) -> answers.RotaOut:
    actor = caller.actor(brand)
    return answers.RotaOut.of(services().rota.roster(actor), services().rota.languages(actor))


def _decision(body: bodies.DecisionsRequest, one: bodies.Decided) -> tuple[Command, ...]:
    if body.act == "approve":
        return tuple(Approve(group, one.seen) for group in body.groups)
    no = RequestChanges if body.act == "request_changes" else Reject
    ids = tuple(new_id() for _ in one.seen)
    return (no(body.groups[0], body.comment, one.seen, ids),)
