"""Texts for repeated use: the library, and using one by hand."""

from flask import flash, redirect, render_template, request, url_for

from reviewer.errors import Refusal
from reviewer.integrations.drafts import TargetBody
from reviewer.integrations.reading import read
from reviewer.service.texts import Text
from reviewer.web import by_hand, show
from reviewer.web.beside import account_name
from reviewer.web.pages.frame import View, here, pages, services


@pages.get("/texts")
def texts() -> View:
    """The texts that may be used again and again, and uses of one's own that wait for their link."""
    return _page()


@pages.get("/texts/<draft_id>/<digest>")
def text(draft_id: str, digest: str) -> View:
    """One text: its terms, and a form for one use."""
    return _text(services().texts.text(here().actor, draft_id, digest))


@pages.post("/texts/<draft_id>/<digest>")
def use_text(draft_id: str, digest: str) -> View:
    """Take one use: the words to copy, and where to leave the link."""
    form, actor = request.form, here().actor
    one = services().texts.text(actor, draft_id, digest)
    account, address = form.get("account", ""), form.get("target", "").strip()
    try:
        answers = read(TargetBody, {"url": address}).on(account.partition(":")[0]) if address else None
        services().texts.use(actor, draft_id, digest, account, answers)
    except Refusal as refusal:
        return _text(one, problem=refusal.detail, status=refusal.status)
    flash("One use is yours: publish exactly these words, then leave the link.")
    return redirect(url_for("pages.texts"), 303)


@pages.post("/texts/posted")
def text_posted() -> View:
    """Where one use is public now."""
    jti, url = request.form.get("jti", ""), request.form.get("url", "").strip()
    try:
        by_hand.check_link(url)
        services().texts.posted(here().actor, jti, url, services().clock())
    except Refusal as refusal:
        return _page(problem=refusal.detail, typed={jti: url}, status=refusal.status)
    flash("Noted as published.")
    return redirect(url_for("pages.texts"), 303)


def _page(*, problem: str = "", typed: dict[str, str] | None = None, status: int = 200) -> View:
    actor = here().actor
    begun = [
        {
            "jti": use.permit.jti,
            "account": account_name(use.variant.account),
            "texts": by_hand.copies(use.variant),
            "address": by_hand.address_of(use.variant),
            "at": use.permit.redeemed_at,
            "typed": (typed or {}).get(use.permit.jti, ""),
        }
        for use in services().texts.begun(actor)
    ]
    library = [_shown(one) for one in services().texts.library(actor)]
    return render_template("texts.html", begun=begun, library=library, problem=problem), status


def _text(one: Text, *, problem: str = "", status: int = 200) -> View:
    page = render_template(
        "text.html",
        text=_shown(one),
        accounts=[(account, account_name(account)) for account in one.terms.accounts],
        typed=request.form if problem else {},
        problem=problem,
    )
    return page, status


def _shown(one: Text) -> dict[str, object]:
    names = services().people.names(frozenset(one.terms.users))
    return {
        "draft": one.draft,
        "digest": one.digest,
        "words": one.variant.text,
        "kind": one.variant.kind,
        "channel": show.channel_title(one.variant.channel),
        "accounts": [account_name(account) for account in one.terms.accounts],
        "targets": one.terms.targets,
        "users": [names.get(user, "a tool") for user in one.terms.users],
        "until": one.terms.until,
        "uses": one.terms.uses,
        "left": one.left,
        "crisis": one.terms.crisis,
        "usable": one.usable,
        "state": one.state,
        "why": one.why,
        "answers": one.variant.kind != "post",
    }
