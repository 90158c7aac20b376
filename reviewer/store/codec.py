"""Drafts and approvals to JSON and back, without loss; the variant's object is the one that is hashed."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from reviewer.errors import Invalid, Problem
from reviewer.model import (
    Approvals,
    Calendar,
    Draft,
    GroupRule,
    Link,
    Media,
    Part,
    Schedule,
    Source,
    Standing,
    Variant,
)


class Remains(Protocol):
    """What stays of a variant whose contents were deleted."""

    kind: Any
    channel: str
    account: str
    target: str | None
    content_sha256: str
    near_sha256: str


def draft_to_json(draft: Draft) -> str:
    """One line of JSON. Raises Invalid for U+0000, which PostgreSQL cannot keep in a text."""
    content = json.dumps(
        {
            "variants": [_as_json(v) for v in draft.variants],
            "schedule": {
                "mode": draft.schedule.mode,
                "at": draft.schedule.at and draft.schedule.at.isoformat(),
                "timezone": draft.schedule.timezone,
            },
            "goal": draft.goal,
            "audience": draft.audience,
            "campaign": draft.campaign,
            "tags": list(draft.tags),
            "brief": draft.brief,
            "language": draft.language,
            "ai_assisted": draft.ai_assisted,
            "source": draft.source
            and {
                "system": draft.source.system,
                "external_id": draft.source.external_id,
                "url": draft.source.url,
            },
            "on_behalf_of": draft.on_behalf_of,
            "target_author": draft.target_author,
            "target_text": draft.target_text,
            "standing": draft.standing
            and {
                "accounts": list(draft.standing.accounts),
                "until": draft.standing.until.isoformat(),
                "uses": draft.standing.uses,
                "users": list(draft.standing.users),
                "targets": list(draft.standing.targets),
                "crisis": draft.standing.crisis,
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
        default=_plain,
    )
    refuse_nul(content)
    return content


def variant_to_json(variant: Variant) -> str:
    """One line of JSON, as in a draft."""
    content = json.dumps(_as_json(variant), ensure_ascii=False, separators=(",", ":"), default=_plain)
    refuse_nul(content)
    return content


def variant_from_json(content: str) -> Variant:
    """The variant that `variant_to_json` was given."""
    return _variant(json.loads(content))


def _as_json(variant: Variant) -> dict[str, Any]:
    return {**variant.canonical(), "tool": dict(variant.tool)}


def refuse_nul(content: str) -> None:
    """Raise Invalid where JSON text holds U+0000."""
    if "\\u0000" in content.replace("\\\\", ""):
        raise Invalid(
            "The text holds an invisible character (U+0000) that no network publishes: remove it.",
            [Problem("", "U+0000 is not allowed.", "nul")],
        )


def draft_from_json(content: str) -> Draft:
    """The draft that `draft_to_json` was given."""
    value = json.loads(content)
    schedule, source = value.pop("schedule"), value.pop("source")
    at, standing = schedule["at"], value.pop("standing", None)
    return Draft(
        variants=tuple(_variant(v) for v in value.pop("variants")),
        schedule=Schedule(schedule["mode"], at and datetime.fromisoformat(at), schedule["timezone"]),
        source=source and Source(**source),
        tags=tuple(value.pop("tags")),
        standing=standing and _standing(standing),
        **value,
    )


def gone_draft(rows: Iterable[Remains], on_behalf_of: str | None) -> Draft:
    """A draft whose contents were deleted: variants without words, under the digests that they had."""
    return Draft(tuple(map(_gone, rows)), on_behalf_of=on_behalf_of)


def _gone(row: Remains) -> Variant:
    variant = Variant(row.kind, row.channel, row.account, (), row.target)
    # the two digests are computed from words once; here the words are gone and the digests were kept
    variant.__dict__.update(content_sha256=row.content_sha256, near_sha256=row.near_sha256)
    return variant


def _variant(value: dict[str, Any]) -> Variant:
    del value["v"]
    parts, link = value.pop("parts"), value.pop("link")
    return Variant(
        parts=tuple(Part(p["text"], p["format"], tuple(Media(**m) for m in p["media"])) for p in parts),
        link=link and Link(**link),
        **value,
    )


def _standing(value: dict[str, Any]) -> Standing:
    return Standing(
        accounts=tuple(value["accounts"]),
        until=datetime.fromisoformat(value["until"]),
        uses=value["uses"],
        users=tuple(value["users"]),
        targets=tuple(value["targets"]),
        crisis=value["crisis"],
    )


def calendar_to_json(calendar: Calendar) -> dict[str, Any]:
    """Plain JSON values of when a brand works."""
    return {
        "hours": [list(span) for span in calendar.hours],
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
    }


def calendar_from_json(value: Mapping[str, Any]) -> Calendar:
    """The calendar that `calendar_to_json` was given; an empty object is the usual week."""
    if not value:
        return Calendar()
    return Calendar(
        tuple((start, end) for start, end in value["hours"]),
        frozenset(date.fromisoformat(day) for day in value["holidays"]),
    )


def _plain(value: object) -> Any:
    """Mapping proxies and other read-only mappings of `settings`."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def approvals_to_json(approvals: Approvals) -> dict[str, Any]:
    """Plain JSON values of who signs when."""
    return {
        "profile": approvals.profile,
        "always": list(approvals.always),
        "groups": {
            name: {"signs": rule.signs, "stand_in": list(rule.stand_in), "after": rule.after}
            for name, rule in approvals.groups.items()
        },
        "capacities": approvals.capacities,
        "suggestion_costs_vote": approvals.suggestion_costs_vote,
        "accounts": {account: list(groups) for account, groups in approvals.accounts.items()},
        "service_levels": dict(approvals.service_levels),
        **({"reading": True} if approvals.reading else {}),  # what was kept without it keeps its digest
    }


def approvals_from_json(value: Mapping[str, Any]) -> Approvals:
    """The approvals that `approvals_to_json` was given."""
    return Approvals(
        profile=value["profile"],
        always=tuple(value["always"]),
        groups={
            name: GroupRule(rule["signs"], tuple(rule["stand_in"]), rule["after"])
            for name, rule in value["groups"].items()
        },
        capacities=value["capacities"],
        suggestion_costs_vote=value["suggestion_costs_vote"],
        accounts={account: tuple(groups) for account, groups in value["accounts"].items()},
        service_levels=dict(value["service_levels"]),
        reading=value.get("reading", False),
    )
