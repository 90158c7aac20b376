"""Later work of the brand that waits or was given up, for its admins."""

from flask import flash, redirect, render_template, url_for

from reviewer.errors import NotAllowed, Refusal
from reviewer.web.pages.frame import View, here, pages, services

KINDS = {
    "review.call": "Ask reviewers to look",
    "notice.send": "Send a notice",
    "slot.pass": "Note that a slot passed",
}


@pages.get("/later")
def later() -> View:
    """What waits, and what was given up with the reason."""
    return _page()


@pages.post("/later/<int:number>/retry")
def retry_job(number: int) -> View:
    """Have something that was given up done again."""
    try:
        services().later.retry(here().actor, number)
    except Refusal as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        return _page(problem=refusal.detail, status=refusal.status)
    flash("It is tried again now.")
    return redirect(url_for("pages.later"), 303)


def _page(*, problem: str = "", status: int = 200) -> View:
    work = services().later.work(here().actor)
    page = render_template(
        "later.html", waiting=work.waiting, dead=work.given_up, kinds=KINDS, problem=problem
    )
    return page, status
