"""The rules of the game: what is in force, proposals to change it, and what works at once (law 10)."""

from reviewer.errors import Conflict, NotFound, StaleContent, WrongState
from reviewer.web import answers, bodies
from reviewer.web.api.surface import V1, api
from reviewer.web.callers import Caller, services
from reviewer.web.openapi import Header, Reply


@api.get(f"{V1}/rules", answer=answers.RulesOut)
def get_rules(caller: Caller, query: bodies.InBrand) -> answers.RulesOut:
    """What is in force: the brand's own rule files, lists, groups, and who signs."""
    return answers.RulesOut.of(services().proposals.rulebook(caller.actor(query.brand)))


@api.get(f"{V1}/proposals", answer=answers.ProposalsOut)
def list_proposals(caller: Caller, query: bodies.ProposalsQuery) -> answers.ProposalsOut:
    """The brand's proposals, newest first."""
    actor = caller.actor(query.brand)
    return answers.ProposalsOut.of(services().proposals.proposals(actor, waiting=query.waiting))


@api.post(
    f"{V1}/proposals",
    answer=answers.ProposalOut,
    status=201,
    refusals=(Conflict,),
    response_headers=(Header("Location", "Where the proposal is."),),
)
def propose_change(caller: Caller, query: bodies.InBrand, body: bodies.ProposalRequest) -> Reply:
    """Propose a change; nothing changes before a second person agrees.

    Policy owners propose rules and lists, brand admins people, accounts and who signs. The answer says
    what it does to waiting and approved posts, what it finds in earlier ones, and who can second it.
    """
    actor = caller.actor(query.brand)
    view = services().proposals.propose(actor, body.kind, body.change, body.reason)
    return Reply(answers.ProposalOut.of(view), {"Location": f"{V1}/proposals/{view.proposal.id}"})


@api.get(f"{V1}/proposals/<proposal_id>", answer=answers.ProposalOut)
def get_proposal(caller: Caller, proposal_id: str, query: bodies.InBrand) -> answers.ProposalOut:
    """A proposal, with what it does now; with what it did, once it is in force."""
    return answers.ProposalOut.of(services().proposals.view(caller.actor(query.brand), proposal_id))


@api.post(
    f"{V1}/proposals/<proposal_id>/second",
    answer=answers.ProposalOut,
    refusals=(NotFound, Conflict, StaleContent, WrongState),
)
def second_proposal(
    caller: Caller, proposal_id: str, query: bodies.InBrand, body: bodies.SecondRequest
) -> answers.ProposalOut:
    """Agree to exactly what was seen; 409 where it does something else by now."""
    actor = caller.actor(query.brand)
    return answers.ProposalOut.of(services().proposals.second(actor, proposal_id, body.seen))


@api.post(
    f"{V1}/proposals/<proposal_id>/decline", answer=answers.ProposalOut, refusals=(NotFound, WrongState)
)
def decline_proposal(
    caller: Caller, proposal_id: str, query: bodies.InBrand, body: bodies.ReasonRequest
) -> answers.ProposalOut:
    """Say no to a proposal, with a reason; a member of a signing group does."""
    actor = caller.actor(query.brand)
    return answers.ProposalOut.of(services().proposals.decline(actor, proposal_id, body.reason))


@api.post(
    f"{V1}/proposals/<proposal_id>/withdraw", answer=answers.ProposalOut, refusals=(NotFound, WrongState)
)
def withdraw_proposal(caller: Caller, proposal_id: str, query: bodies.InBrand) -> answers.ProposalOut:
    """Take a proposal of one's own back."""
    return answers.ProposalOut.of(services().proposals.withdraw(caller.actor(query.brand), proposal_id))


@api.post(f"{V1}/people/<person_id>/removals", answer=None, status=204, refusals=(NotFound,))
def remove_from_group(
    caller: Caller, person_id: str, query: bodies.InBrand, body: bodies.RemovalRequest
) -> Reply:
    """Take a group or a role away, at once: a brand admin does, or the person themselves."""
    actor = caller.actor(query.brand)
    services().proposals.remove(actor, person_id, group=body.group, role=body.role)
    return Reply(None)
