"""The words on the page: the column "on the page" of the law, and times as people say them.

A digest is never shown, and nothing is ever called clear.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reviewer.model import Decision, Event, State

STATES: Mapping[State, str] = MappingProxyType(
    {
        State.DRAFT: "Not sent yet",
        State.IN_REVIEW: "Waiting for approval",
        State.CHANGES_REQUESTED: "Changes asked for",
        State.APPROVED: "Approved",
        State.RELEASED: "Handed over",
        State.PUBLISHED: "Published",
        State.REJECTED: "Rejected",
        State.WITHDRAWN: "Withdrawn",
        State.EXPIRED: "Its time has passed",
        State.REMOVED: "Removed",
    }
)

NEXT: Mapping[State, str] = MappingProxyType(
    {
        State.DRAFT: "Only you and your colleagues see this until you send it for review.",
        State.IN_REVIEW: "Waiting for approval. What you change from now on is approved anew.",
        State.CHANGES_REQUESTED: "Changes are asked for. Edit it and send it again.",
        State.REJECTED: "It was rejected. Write other words, or withdraw it.",
        State.APPROVED: "Approved, exactly as it stands.",
        State.RELEASED: "The go-ahead is given; whoever holds it publishes.",
        State.PUBLISHED: "It is published.",
        State.EXPIRED: "Its time passed before it went out. Edit it to give it a new one.",
        State.WITHDRAWN: "It was withdrawn.",
        State.REMOVED: "It was taken down.",
    }
)
"""What an author reads beside the buttons."""

COMPLETE: Mapping[State, str] = MappingProxyType(
    {
        State.PUBLISHED: "Everything was approved before it went out.",
        State.RELEASED: "Everybody has approved, and the go-ahead is given.",
        State.WITHDRAWN: "It was withdrawn.",
        State.EXPIRED: "Its time has passed. Give it a new time to send it out.",
    }
)
"""What stands under Approvals where nothing is missing."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "post": "Post",
        "reply": "Reply",
        "comment": "Comment",
        "quote": "Quote",
        "repost": "Repost",
        "edit": "Edit of a published post",
        "removal": "Removal",
    }
)

MATCHES: Mapping[str, str] = MappingProxyType(
    {
        "published": "As signed",
        "altered": "Changed",
        "unsigned": "Not signed",
        "never_posted": "Missing",
        "wrong_account": "Not signed for this account",
        "outside_window": "As signed, at another time",
    }
)

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "draft.created": "started this post",
        "draft.escalated": "asked the reviewers to look",
        "draft.expired": "noted that its time passed",
        "draft.edited": "wrote a new version",
        "draft.submitted": "sent it for review",
        "draft.withdrawn": "withdrew it",
        "draft.confirmed": "confirmed that these words are theirs",
        "variant.signed": "approved",
        "variant.changes_requested": "asked for changes",
        "variant.rejected": "rejected it",
        "finding.accepted": "agreed to a finding",
        "finding.read_without": "read it without a check that did not run",
        "objection.lifted": "took an objection back",
        "objection.dismissed": "set an objection aside",
        "permit.issued": "got the go-ahead",
        "permit.redeemed": "used the go-ahead",
        "permit.revoked": "took the go-ahead back",
        "permit.reissue_allowed": "allowed one more go-ahead",
        "publication.reported": "said that it is published",
        "suggestion.made": "suggested other words",
        "suggestion.taken": "took a suggestion over",
        "finding.excepted": "agreed to an exception",
        "variant.consented": "consented to these words in their name",
        "emergency.opened": "opened the emergency lane",
        "draft.responds": "marked this as the response to a pause",
        "variant.resumed": "confirmed after a pause that it may go on",
        "variant.reslotted": "gave it a new time",
        "removal.asked": "had this removed",
        "draft.commented": "commented",
        "draft.claimed": "began to look at this",
        "draft.assigned": "asked a colleague to look at this",
        "draft.unclaimed": "stopped looking at this",
        "finding.rated": "said whether a finding was right",
    }
)

_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "variant.sign_refused": "could not approve",
        "finding.accept_refused": "could not agree to a finding",
        "finding.read_refused": "could not read it without a check",
        "finding.except_refused": "could not agree to an exception",
        "variant.resume_refused": "could not let it go on",
        "variant.object_refused": "could not object",
        "draft.edit_refused": "could not save a new version",
        "permit.issue_refused": "was refused the go-ahead",
        "permit.redeem_refused": "could not use the go-ahead",
    }
)


def worst(kind: Decision | None, findings: int) -> str:
    """The line of a list: the worst decision in words, and how many findings there are."""
    if kind is None:
        return "Nothing found"
    words = {
        Decision.BLOCK: "Can’t go out",
        Decision.NEEDS_APPROVAL: "Somebody must agree",
        Decision.UNCHECKED: "Not fully checked",
        Decision.WARN: "Should fix",
        Decision.SUGGEST: "Tips",
    }[kind]
    return f"{words} · {plural(findings, 'finding')}"


def event(one: Event) -> str:
    """What somebody did, as the end of a sentence that begins with their name."""
    known = EVENTS.get(one.action) or _REFUSED.get(one.action)
    if known is None and one.action.endswith("_refused"):
        return f"was not allowed to {one.action.partition('.')[2].removesuffix('_refused').replace('_', ' ')}"
    words = known or one.action.replace(".", " ").replace("_", " ")
    group = one.detail.get("group")
    return f"{words} as {str(group).capitalize()}" if group else words


def writer(name: str) -> str:
    """Who wrote it, in a list: tools have no name of their own there."""
    return f"{name.removeprefix('service:')} (tool)" if name.startswith("service:") else name


def plural(count: int, noun: str, many: str | None = None) -> str:
    return f"{count} {noun if count == 1 else many or noun + 's'}"


def listed(items: tuple[str, ...] | list[str], last: str = "and") -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def clip(text: str, length: int) -> str:
    """The beginning of a text, ended at a word where it is cut."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    return flat[:length].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def ended(excerpt: str, longest: int = 160) -> str:
    """An excerpt that lists cut at `longest` characters, ended at a word with dots."""
    return excerpt if len(excerpt) < longest else clip(f"{excerpt} …", longest - 2)


def sentence(text: str) -> str:
    """With a capital at the beginning; the rest as it is."""
    return text[:1].upper() + text[1:]


def ago(at: datetime, now: datetime) -> str:
    """`in 42 min`, `3 h ago`, `just now`: the distance between two moments."""
    distance = at - now
    length = _length(abs(distance))
    if not length:
        return "now" if distance >= timedelta(0) else "just now"
    return f"in {length}" if distance > timedelta(0) else f"{length} ago"


def _length(distance: timedelta) -> str:
    minutes = int(distance.total_seconds() // 60)
    if minutes < 1:
        return ""
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 60 * 36:
        return f"{minutes // 60} h"
    return plural(round(minutes / (60 * 24)), "day")


def moment(at: datetime, timezone: str) -> str:
    """`Tue 21 Nov 2025, 14:00` in the brand's time zone."""
    return f"{at.astimezone(zone(timezone)):%a %-d %b %Y, %H:%M}"


def stretch(time: str) -> str:
    """`15m`, `4h`, `1d` as people say it."""
    unit = {"m": "minute", "h": "hour", "d": "day"}.get(time[-1:], "")
    return plural(int(time[:-1]), unit) if unit else time


def clock(at: datetime, now: datetime, timezone: str) -> str:
    """`at 08:00`, `tomorrow at 08:00`, `on Monday at 08:00`: a moment that is near, in a time zone."""
    there, today = at.astimezone(zone(timezone)), now.astimezone(zone(timezone)).date()
    days = (there.date() - today).days
    if days == 0:
        return f"at {there:%H:%M}"
    if days == 1:
        return f"tomorrow at {there:%H:%M}"
    return f"on {there:%A} at {there:%H:%M}" if days < 7 else f"on {there:%a %-d %b} at {there:%H:%M}"


def zone(name: str) -> ZoneInfo:
    """The IANA time zone, or UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
