"""Pauses: one member of a signing group places one, two lift it, and nothing goes out by itself (law 11)."""

from dataclasses import replace
from datetime import datetime

from reviewer.errors import Invalid, NotAllowed, NotFound, Problem, WrongState
from reviewer.model import Actor, Brand, Hold, Lift
from reviewer.workflow.facts import signing_groups

KINDS = ("brand", "account", "channel", "topic")


def place(
    brand: Brand, actor: Actor, hold_id: str, scope: str, reason: str, now: datetime, *, topic: str = ""
) -> Hold:
    """A new pause of `scope`; any member of a signing group, alone, contributors too.

    The caller raises the scope's epoch in the same transaction, so that outstanding permits fail.
    """
    _member(brand, actor)
    kind, _, name = scope.partition(":")
    known = {
        "brand": name == brand.slug,
        "account": name in brand.accounts,
        "channel": name in {account.partition(":")[0] for account in brand.accounts},  # a slip stops nothing
    }.get(kind, bool(name))
    if kind not in KINDS or not known or (kind == "topic") != bool(topic):
        raise Invalid(
            f"{scope} is nothing that can be paused: choose the brand, one of its accounts, one of their "
            "channels, or a topic.",
            [Problem("/scope", "Unknown scope.", "unknown-scope")],
        )
    if not reason.strip():
        raise Invalid("Say why: everybody who waits will read it.", [Problem("/reason", "Empty.", "empty")])
    return Hold(hold_id, scope, reason.strip(), actor.id, now, topic)


def lift(brand: Brand, actor: Actor, hold_id: str, now: datetime) -> Hold:
    """One of the two agreements that end a pause; the second one ends it."""
    _member(brand, actor)
    hold = next((h for h in brand.holds if h.id == hold_id), None)
    if hold is None:
        raise NotFound("There is no such pause: look at the list of pauses.")
    if hold.lifted_at is not None:
        raise WrongState("This pause was lifted already.")
    if brand.human(actor.id) in {brand.human(one.by) for one in hold.lifts}:
        raise WrongState("You have agreed already: a second person has to.")
    return replace(hold, lifts=(*hold.lifts, Lift(actor.id, now)))


def _member(brand: Brand, actor: Actor) -> None:
    if actor.service or actor.brand != brand.slug or not brand.groups_of(actor.id) & signing_groups(brand):
        raise NotAllowed("Only members of signing groups pause and go on: call one of them.")
