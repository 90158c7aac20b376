"""Posting by hand: what to copy, where to go, and the link that closes the circle."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from reviewer import text, workflow
from reviewer.errors import Invalid, Problem
from reviewer.model import Media, State, Variant
from reviewer.service import DraftView
from reviewer.web import show
from reviewer.web.show import AccountView

COMPOSERS: Mapping[str, str] = MappingProxyType(
    {
        "x": "https://x.com/compose/post",
        "linkedin": "https://www.linkedin.com/feed/",
        "facebook": "https://www.facebook.com/",
        "instagram": "https://www.instagram.com/",
        "threads": "https://www.threads.com/",
        "bluesky": "https://bsky.app/",
        "tiktok": "https://www.tiktok.com/upload",
        "youtube": "https://studio.youtube.com/",
        "pinterest": "https://www.pinterest.com/pin-creation-tool/",
        "reddit": "https://www.reddit.com/submit",
        "telegram": "https://web.telegram.org/",
        "discord": "https://discord.com/channels/@me",
        "google_business": "https://business.google.com/",
    }
)
"""Where a person writes a post on each network. A Mastodon account is at home on its own server."""


@dataclass(frozen=True)
class Copy:
    """One text to copy."""

    name: str
    words: str


@dataclass(frozen=True)
class Ready:
    """One variant that may be posted now."""

    n: int
    account: AccountView
    texts: tuple[Copy, ...]
    media: tuple[Media, ...]
    address: str
    until: datetime | None
    typed: str


def ready(view: DraftView, now: datetime, typed: Mapping[str, str]) -> list[Ready]:
    """The approved variants, and those whose go-ahead the author holds."""
    return list(_ready(view, now, typed))


def _ready(view: DraftView, now: datetime, typed: Mapping[str, str]) -> Iterator[Ready]:
    case = workflow.Case(view.review, view.brand, view.verdicts, now)
    for n, variant in enumerate(view.review.draft.variants, 1):
        digest = variant.content_sha256
        if view.states[digest] not in (State.APPROVED, State.RELEASED):
            continue
        window = workflow.permit_window(case, digest)
        yield Ready(
            n=n,
            account=show.account(variant, view.verdicts, view.states, view.missing),
            texts=copies(variant),
            media=tuple(media for part in variant.parts for media in part.media),
            address=address_of(variant),
            until=window.end if window else None,
            typed=typed.get(digest, ""),
        )


def copies(variant: Variant) -> tuple[Copy, ...]:
    """Every text of a variant, to copy."""
    return tuple(Copy(show.field_name(d.pointer, variant), d.text) for d in text.read(variant))


def address_of(variant: Variant) -> str:
    """Where to go: to the post that is answered, else to where new ones are written."""
    if variant.target and variant.target.startswith("https://"):
        return variant.target
    if variant.channel == "mastodon":
        server = variant.account.rpartition("@")[2]
        return f"https://{server}/publish" if "." in server else ""
    return COMPOSERS.get(variant.channel, "")


def check_link(url: str) -> None:
    """Refuse what can't be the address of a published post; raises Invalid."""
    try:
        parts = urlsplit(url)
        full = parts.scheme == "https" and "." in parts.netloc
    except ValueError:  # brackets that are no IPv6 address
        full = False
    if not full or any(c.isspace() or not c.isprintable() for c in url):
        raise Invalid(
            "Give the full address of the published post, beginning with https://.",
            [Problem("/url", "Not an address.", "address")],
        )
