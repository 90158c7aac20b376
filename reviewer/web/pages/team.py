"""The people of a brand: who signs for what, who is eligible, and inviting and removing for its admin."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for

from reviewer.errors import NotAllowed, Refusal
from reviewer.service.proposals import ProposalView
from reviewer.store import WayIn
from reviewer.web.pages.account import freshly_proven
from reviewer.web.pages.frame import View, here, number, pages, services

ABOUT_PEOPLE = ("group", "role", "signer", "identity")
"""Kinds of proposals that are decided on this page."""


@pages.get("/people")
def people() -> View:
    """Who belongs to the brand."""
    return _page()


@pages.post("/people/invite")
def invite() -> View:
    """Mail somebody a link into the brand."""
    form = request.form
    return _do(
        lambda: services().joining.invite(
            here().actor, form.get("email", ""), form.get("name", ""), form.getlist("group")
        ),
        f"An invitation is on its way to {form.get('email', '').strip()}.",
    )


@pages.post("/people/withdraw")
def withdraw_invitation() -> View:
    """Take an invitation back."""
    return _do(
        lambda: services().joining.withdraw(here().actor, request.form.get("invitation", "")),
        "Taken back. Its link opens nothing any more.",
    )


@pages.post("/people/<person_id>/remove")
def remove_person(person_id: str) -> View:
    """Take somebody out of the brand, at once."""
    return _do(
        lambda: services().joining.remove(here().actor, person_id),
        "Removed. Their approvals stopped counting, and their next click is refused.",
    )


@pages.post("/people/propose")
def propose_person() -> View:
    """Propose that somebody signs for a group (law 10)."""
    form = request.form
    change = {"person": form.get("person", ""), "group": form.get("group", "")}
    return _do(
        lambda: services().proposals.propose(here().actor, "group", change, form.get("reason", "")),
        "Proposed. A second person agrees to it, or doesn’t.",
    )


@pages.post("/people/agree")
def agree_about_person() -> View:
    """Be the second person: let somebody sign, or a suspended vote count again."""
    form = request.form
    return _do(
        lambda: services().proposals.second(here().actor, form.get("proposal", ""), form.get("seen", "")),
        "You agreed. It counts from now on.",
    )


@pages.post("/people/way-in")
def set_way_in() -> View:
    """What the brand asks of those who sign in."""
    way = WayIn("require_sso" in request.form, number(request.form.get("prove_minutes")) or None)
    return _do(lambda: services().joining.set_way_in(here().actor, way), "Noted. It counts from now on.")


def _do(act: Callable[[], object], said: str) -> View:
    if not freshly_proven():
        return redirect(url_for("security.verify", next=url_for("pages.people")), 303)
    try:
        act()
    except Refusal as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    flash(said)
    return redirect(url_for("pages.people"), 303)


def _waiting() -> list[ProposalView]:
    """The proposals about people that wait for a second person; for those who may see them."""
    actor = here().actor
    try:
        waiting = services().proposals.proposals(actor)
        return [services().proposals.view(actor, p.id) for p in waiting if p.kind in ABOUT_PEOPLE]
    except NotAllowed:
        return []


def _page(*, problem: str = "", status: int = 200) -> View:
    where = here()
    admin = "brand_admin" in where.actor.roles
    page = render_template(
        "people.html",
        team=services().joining.team(where.actor),
        invitations=services().joining.invitations(where.actor) if admin else [],
        admin=admin,
        waiting=_waiting(),
        way=services().joining.way_in(where.brand.slug),
        groups=sorted(where.brand.approvals.groups),
        unsigned=sorted(g for g in where.brand.approvals.groups if not where.brand.members.get(g)),
        problem=problem,
        typed=request.form if problem else {},
    )
    return page, status
