"""Lists of posts: inbox, my posts, published."""

from dataclasses import dataclass
from typing import cast

from flask import g, redirect, render_template, request, url_for

from reviewer.errors import NotFound
from reviewer.service import Box
from reviewer.web.pages.frame import View, here, pages, services
from reviewer.web.published import lines, sums

BOXES: tuple[tuple[Box, str], ...] = (
    ("needs_you", "Needs you"),
    ("waiting", "Waiting"),
    ("sent_back", "Sent back"),
    ("approved", "Approved"),
)


@dataclass(frozen=True)
class Nothing:
    """What stands where a list is empty."""

    picture: str
    title: str
    words: str
    step: str = ""
    address: str = ""


EMPTY = {
    "needs_you": Nothing("tray", "Nothing needs you", "New posts to sign off stand here, riskiest first."),
    "waiting": Nothing("tray", "Nothing is waiting", "Posts that wait for somebody else stand here."),
    "sent_back": Nothing("tray", "Nothing was sent back", "Posts with changes asked for stand here."),
    "approved": Nothing("tray", "Nothing is ready to go out", "Approved posts stand here until published."),
}


@pages.get("/")
def start() -> View:
    """Reviewers begin with what needs them, everybody else with their own posts."""
    signs = here().brand.groups_of(here().actor.id)
    return redirect(url_for("pages.inbox" if signs else "pages.mine"))


@pages.get("/inbox")
def inbox() -> View:
    """What waits for sign-off: risk first, then deadline."""
    where, box = here(), cast(Box, request.args.get("box", "needs_you"))
    if box not in dict(BOXES):
        raise NotFound("There is no such list: open the inbox.")
    rows = {name: services().drafts.inbox(where.actor, where.brand.slug, name) for name, _ in BOXES}
    g.needs_you = len(rows["needs_you"])
    tabs = [
        {
            "name": title,
            "count": len(rows[name]),
            "here": name == box,
            "address": url_for("pages.inbox", box=None if name == "needs_you" else name),
        }
        for name, title in BOXES
    ]
    return render_template(
        "list.html",
        title="Inbox",
        tabs=tabs,
        rows=rows[box],
        regrouped=services().proposals.regrouped(where.actor),
        show_state=box != "needs_you",
        nothing=EMPTY[box],
        together=len(rows[box]) if box == "needs_you" else 0,
    )


@pages.get("/posts")
def mine() -> View:
    """The posts that this person helps to write."""
    where = here()
    rows = services().drafts.inbox(where.actor, where.brand.slug, "mine")
    nothing = Nothing(
        "pen",
        "You have not written anything yet",
        "Write a post: what would hurt is shown while you type, with what to write instead.",
        "Write your first post",
        url_for("pages.new"),
    )
    return render_template(
        "list.html",
        title="My posts",
        tabs=(),
        regrouped=(),
        rows=sorted(rows, key=lambda row: row.updated, reverse=True),
        show_state=True,
        nothing=nothing,
        together=0,
    )


@pages.get("/published")
def published() -> View:
    """What is public, beside what was signed."""
    where = here()
    matches = services().publications.reconcile(where.actor, where.brand.slug)
    return render_template("published.html", lines=lines(matches), sums=sums(matches))
