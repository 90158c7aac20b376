"""One's own account: what one signs in with, and the address that one is told at."""

from flask import flash, redirect, render_template, request, url_for

from reviewer.errors import Refusal
from reviewer.web.factors import FRESH
from reviewer.web.pages.frame import View, here, pages, services
from reviewer.web.proof import proved_at


@pages.get("/account")
def account() -> View:
    """What I sign in with, and how to change it."""
    return _page()


@pages.post("/account/address")
def change_address() -> View:
    """Ask for another address; a link goes to it, and nothing changes before it was opened."""
    if not freshly_proven():
        return redirect(url_for("security.verify", next=url_for("pages.account")), 303)
    try:
        told = services().joining.ask_address(here().actor.id, request.form.get("email", ""))
    except Refusal as refusal:
        return _page(problem=refusal.detail, typed=request.form.get("email", ""), status=refusal.status)
    flash(f"A link is on its way to {told}. Your address changes when it is opened.")
    return redirect(url_for("pages.account"), 303)


def freshly_proven() -> bool:
    """Did the person of this session prove who they are in the last minutes?"""
    at = proved_at()
    return at is not None and services().clock() - at <= FRESH


def _page(*, problem: str = "", typed: str = "", status: int = 200) -> View:
    found = services().joining.account(here().actor.id)
    return render_template("account.html", account=found, problem=problem, typed=typed), status
