"""Proposals in words: what each would change, for a list and for its own page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reviewer.policy.lists import LISTS
from reviewer.web import words
from reviewer.workflow.proposals import Proposal

SHOWN = 100
"""Entries of a list that are shown at once; the rest is counted."""


@dataclass(frozen=True)
class Line:
    """One part of a change: what happens, to which things, and the text of a file where there is one."""

    says: str
    things: tuple[str, ...] = ()
    more: int = 0
    text: str = ""


def list_title(name: str) -> str:
    """What people call a list."""
    return LISTS.get(name, name.replace("_", " ")).partition(":")[0]


def title(proposal: Proposal, names: Mapping[str, str]) -> str:
    """What a proposal is about, in a few words."""
    change: Mapping[str, Any] = proposal.change
    who = names.get(str(change.get("person", "")), "somebody")
    match proposal.kind:
        case "lists":
            named = dict.fromkeys((*change.get("add", {}), *change.get("remove", {})))
            titles = [list_title(name) for name in named]
            return f"Change the list: {titles[0]}" if len(titles) == 1 else f"Change {len(titles)} lists"
        case "policy":
            files = [*change.get("put", {}), *change.get("remove", ())]
            return f"Change the rule {files[0]}" if len(files) == 1 else f"Change {len(files)} rule files"
        case "group":
            return f"{who} signs for {change['group'].capitalize()}"
        case "role":
            return f"{who} becomes {change['role'].replace('_', ' ')}"
        case "signer":
            return f"{who}’s vote counts again"
        case "account":
            return f"{'Give up' if change.get('remove') else 'Have'} the account {change['account']}"
        case "parent":
            parent = change.get("parent")
            return f"Follow the rules of {parent}" if parent else "Follow no house brand"
        case "identity":
            other = names.get(str(change.get("same_as") or ""), "somebody")
            return f"{who} and {other} are one person" if change.get("same_as") else f"{who} is one person"
        case "base":
            return "Take over the built-in rules of another release"
        case "calendar":
            return "Change when the brand works"
        case _:
            return "Change who signs"


def lines(proposal: Proposal) -> tuple[Line, ...]:
    """What a change says in full, part by part; nothing where the title says it all."""
    change: Mapping[str, Any] = proposal.change
    match proposal.kind:
        case "lists":
            return tuple(
                Line(f"{verb} {list_title(name)}", tuple(entries[:SHOWN]), max(0, len(entries) - SHOWN))
                for act, verb in (("add", "Add to"), ("remove", "Take from"))
                for name, entries in change.get(act, {}).items()
            )
        case "policy":
            put = tuple(Line(f"Put {path}", text=text) for path, text in change.get("put", {}).items())
            return put + tuple(Line(f"Take away {path}") for path in change.get("remove", ()))
        case "approvals":
            return tuple(_approvals(change))
        case "calendar":
            return tuple(
                Line(f"{name.capitalize()}: {value if isinstance(value, str) else _days(value)}")
                for name, value in change.items()
                if value is not None
            )
    return ()


def _approvals(change: Mapping[str, Any]) -> list[Line]:
    found = []
    for group, body in change.get("groups", {}).items():
        if body is None:
            found.append(Line(f"{group.capitalize()} is no group any more"))
            continue
        signs = body.get("signs", 1)
        after = f", {words.listed(body['stand_in'])} after {body['after']}" if body.get("stand_in") else ""
        found.append(Line(f"{group.capitalize()}: {signs} sign{'s' if signs == 1 else ''}{after}"))
    for name in ("profile", "capacities", "always", "suggestion_costs_vote", "reading"):
        value = change.get(name)
        if value is not None:
            shown = words.listed(value) if isinstance(value, list) else str(value).lower()
            found.append(Line(f"{name.replace('_', ' ').capitalize()}: {shown}"))
    for account, groups in change.get("accounts", {}).items():
        found.append(Line(f"{account}: {words.listed(groups) if groups else 'no more groups'} sign besides"))
    for kind, level in change.get("service_levels", {}).items():
        found.append(Line(f"{kind.capitalize()}: within {level or 'no set time'}"))
    return found


def _days(value: list[Any]) -> str:
    if value and isinstance(value[0], list):
        return ", ".join(
            "free" if a == b else f"{a // 60}:{a % 60:02}–{b // 60}:{b % 60:02}" for a, b in value
        )
    return words.listed([str(day) for day in value]) or "none"


def fate(proposal: Proposal) -> tuple[str, str]:
    """(tone, word) of where a proposal stands."""
    if proposal.seconded_at:
        return "approved", "In force"
    if proposal.declined_at:
        return "rejected", "Declined"
    if proposal.withdrawn_at:
        return "withdrawn", "Taken back"
    return "in_review", "Waits for one more" if proposal.agreed else "Waits"
