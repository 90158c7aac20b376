"""The people of a brand: who signs for what, who is eligible, and inviting and removing for its admin."""

from flask import flash, redirect, render_template, request, url_for

from reviewer.errors import Refusal
from reviewer.store import WayIn
from reviewer.web.pages.account import freshly_proven
from reviewer.web.pages.frame import View, here, number, pages, services


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


@pages.post("/people/way-in")
def set_way_in() -> View:
    """What the brand asks of those who sign in."""
    way = WayIn("require_sso" in request.form, number(request.form.get("prove_minutes")) or None)
    return _do(lambda: services().joining.set_way_in(here().actor, way), "Noted. It counts from now on.")


def _do(act: object, said: str) -> View:
    assert callable(act)  # noqa: S101  # one of the lambdas above
    if not freshly_proven():
        return redirect(url_for("security.verify", next=url_for("pages.people")), 303)
    try:
        act()
    except Refusal as refusal:
        return _page(problem=refusal.detail, status=refusal.status)
    flash(said)
    return redirect(url_for("pages.people"), 303)


def _page(*, problem: str = "", status: int = 200) -> View:
    where = here()
    admin = "brand_admin" in where.actor.roles
    page = render_template(
        "people.html",
        team=services().joining.team(where.actor),
        invitations=services().joining.invitations(where.actor) if admin else [],
        admin=admin,
        way=services().joining.way_in(where.brand.slug),
        groups=sorted(where.brand.approvals.groups),
        unsigned=sorted(g for g in where.brand.approvals.groups if not where.brand.members.get(g)),
        problem=problem,
        typed=request.form if problem else {},
    )
    return page, status
