"""The pages for people. Every view reads the request, calls one use case and shows what came of it."""

from reviewer.web.pages import (
    account,
    around,
    keeping,
    later,
    lists,
    pauses,
    post,
    rota,
    rules,
    several,
    talk,
    team,
    texts,
    writing,
)
from reviewer.web.pages.frame import here, pages

PARTS = (
    account,
    team,
    lists,
    several,
    post,
    talk,
    pauses,
    rota,
    rules,
    texts,
    writing,
    later,
    keeping,
    around,
)
"""The modules with the views; importing them adds their addresses to the blueprint."""

__all__ = ["PARTS", "here", "pages"]
