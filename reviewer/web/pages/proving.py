"""Proving again who one is, in the middle of a decision: nothing that was typed is lost.

The page carries the whole form along. A password comes back with it; a passkey, or a sign-in through
the organisation in another tab, is noted in the session, and the form is sent as it was.
"""

from flask import render_template, request

from reviewer.errors import Invalid, Refusal
from reviewer.web.factors import prove_by_password
from reviewer.web.pages.frame import View, here, look_again, services

OWN = ("csrf_token", "proof")
"""Fields that belong to this page, not to the decision."""


def ask(refusal: Refusal) -> View:
    """The page that asks, with everything of the form that was sent."""
    account = services().joining.account(here().actor.id)
    fields = [
        (name, value) for name in request.form if name not in OWN for value in request.form.getlist(name)
    ]
    page = render_template(
        "prove_here.html",
        detail=refusal.detail,
        wrong=isinstance(refusal, Invalid),
        action=request.path,
        fields=fields,
        password=account.factors.password,
        passkeys=bool(account.factors.passkeys),
        sso=bool(account.identities),
    )
    return page, refusal.status


def take() -> View | None:
    """Take the proof that came with a form; the page again where it is wrong, None to go on."""
    proof = request.form.get("proof")
    if proof is None or proof == "":
        return None
    if not prove_by_password(proof):
        return ask(Invalid("This is not your password. Try again; what you typed is kept."))
    look_again()
    return None
