"""The rules of the game: what is in force, proposals to change it, groups and roles (law 10)."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for

from reviewer.errors import Invalid, Refusal, StaleSignIn
from reviewer.policy.lists import LISTS
from reviewer.service.people import ROLES
from reviewer.service.proposals import ProposalView
from reviewer.web import proposed
from reviewer.web.pages.frame import View, here, look_again, number, pages, services

DECIDED_SHOWN = 50


@pages.get("/rules")
def rules() -> View:
    """What is in force: lists, the brand's own rule files, who signs."""
    return _rules()


@pages.get("/groups")
def groups() -> View:
    """Who is in which group and has which role."""
    return _groups()


@pages.get("/proposals")
def proposals() -> View:
    """What waits for a second person, and what was decided."""
    actor = here().actor
    found = services().proposals.proposals(actor, waiting=False)
    waiting, decided = [p for p in found if p.waits], [p for p in found if not p.waits][:DECIDED_SHOWN]
    people = {p.by for p in found} | {str(p.change.get("person", "")) for p in found}
    people |= {str(p.change.get("same_as", "")) for p in found}
    return render_template(
        "proposals.html",
        waiting=waiting,
        decided=decided,
        mine={p.id for p in services().proposals.waiting_for(actor)},
        names=_names(people),
        title=proposed.title,
        fate=proposed.fate,
    )


@pages.get("/proposals/<proposal_id>")
def proposal(proposal_id: str) -> View:
    """One proposal: what it changes, what it does, and the decision."""
    return _proposal(services().proposals.view(here().actor, proposal_id))


@pages.post("/proposals")
def propose() -> View:
    """Propose what a form says; the page of the proposal then shows what it does."""
    kind = request.form.get("kind", "")
    try:
        view = services().proposals.propose(here().actor, kind, _change(kind), request.form.get("reason", ""))
    except Refusal as refusal:
        page = _groups if kind in ("group", "role") else _rules
        return page(problem=_told(refusal), status=refusal.status)
    flash("Proposed. Nothing has changed yet: a second person has to agree.")
    return redirect(url_for("pages.proposal", proposal_id=view.proposal.id), 303)


@pages.post("/proposals/<proposal_id>/decide")
def decide_proposal(proposal_id: str) -> View:
    """Second, decline or take back."""
    actor, form, services_ = here().actor, request.form, services().proposals
    acts: dict[str, Callable[[], ProposalView]] = {
        "second": lambda: services_.second(actor, proposal_id, form.get("seen", "")),
        "decline": lambda: services_.decline(actor, proposal_id, form.get("reason", "")),
        "withdraw": lambda: services_.withdraw(actor, proposal_id),
    }
    act = acts.get(form.get("do", ""), lambda: services_.view(actor, proposal_id))
    try:
        view = act()
    except StaleSignIn:
        return redirect(
            url_for("security.verify", next=url_for("pages.proposal", proposal_id=proposal_id)), 303
        )
    except Refusal as refusal:
        return _proposal(
            services_.view(actor, proposal_id),
            problem=_told(refusal),
            typed=form.get("reason", ""),
            status=refusal.status,
        )
    flash(_said(view))
    return redirect(url_for("pages.proposal", proposal_id=proposal_id), 303)


@pages.post("/groups/<person_id>/remove")
def remove_from_group(person_id: str) -> View:
    """Take a group or a role away, at once."""
    form = request.form
    try:
        services().proposals.remove(
            here().actor, person_id, group=form.get("group", ""), role=form.get("role", "")
        )
    except Refusal as refusal:
        return _groups(problem=refusal.detail, status=refusal.status)
    flash("Taken away. It counts from now on.")
    return redirect(url_for("pages.groups"), 303)


# --- parts ------------------------------------------------------------------------------------------


def _rules(*, problem: str = "", status: int = 200) -> View:
    book = services().proposals.rulebook(here().actor)
    names = dict.fromkeys((*LISTS, *book.read_by, *book.lists))
    page = render_template(
        "rules.html",
        book=book,
        lists=[(name, proposed.list_title(name), book.lists.get(name, ())) for name in names],
        hints=LISTS,
        owner="policy_owner" in here().actor.roles,
        admin="brand_admin" in here().actor.roles,
        problem=problem,
        typed=request.form if problem else {},
        shown=proposed.SHOWN,
    )
    return page, status


def _groups(*, problem: str = "", status: int = 200) -> View:
    look_again()
    book = services().proposals.rulebook(here().actor)
    page = render_template(
        "groups.html",
        book=book,
        everybody=sorted(book.brand.people.items(), key=lambda one: one[1].casefold()),
        signing=tuple(book.brand.approvals.groups),
        roles=[role for role in ROLES if role != "author"],
        admin="brand_admin" in here().actor.roles,
        problem=problem,
        typed=request.form if problem else {},
    )
    return page, status


def _proposal(view: ProposalView, *, problem: str = "", typed: str = "", status: int = 200) -> View:
    found = view.proposal
    names = {**view.names, **_names({str(found.change.get("same_as", ""))})}
    page = render_template(
        "proposal.html",
        view=view,
        proposal=found,
        effect=view.effect,
        names=names,
        title=proposed.title(found, names),
        lines=proposed.lines(found),
        can=sorted(names.get(person, "somebody") for person in view.seconders),
        fate=proposed.fate(found),
        problem=problem,
        typed=typed,
    )
    return page, status


def _change(kind: str) -> dict[str, object]:
    """What a form says, as the change of its kind; empty fields say nothing."""
    form = request.form
    match kind:
        case "lists":
            name = form.get("list", "")
            parts = {act: _lines(form.get(act, "")) for act in ("add", "remove")}
            return {act: {name: entries} for act, entries in parts.items() if entries}
        case "policy":
            path = form.get("path", "").strip()
            return {"remove": [path]} if "away" in form else {"put": {path: form.get("text", "")}}
        case "group" | "role":
            return {"person": form.get("person", ""), kind: form.get(kind, "")}
        case "approvals":
            body: dict[str, object] = {"signs": number(form.get("signs"))}
            if form.get("stand_in"):
                body |= {"stand_in": [form["stand_in"]], "after": form.get("after", "").strip() or "4h"}
            return {"groups": {form.get("group", ""): body}}
        case "parent":
            return {"parent": form.get("parent", "").strip() or None}
    return {}


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _names(people: set[str]) -> dict[str, str]:
    return {"": "", "system:operator": "Whoever runs Reviewer", "system:release": "Reviewer"} | dict(
        services().people.names(people - {""})
    )


def _told(refusal: Refusal) -> str:
    """The refusal with the first place that it points at."""
    if isinstance(refusal, Invalid) and refusal.problems:
        first = refusal.problems[0]
        return refusal.detail if first.detail in refusal.detail else f"{refusal.detail} {first.detail}"
    return refusal.detail


def _said(view: ProposalView) -> str:
    found = view.proposal
    if found.seconded_at:
        return "In force from now on."
    if found.declined_at or found.withdrawn_at:
        return "Nothing changes."
    return "Noted. One more person has to agree."
