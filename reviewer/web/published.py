"""The list of what is public, in the words of the page: as signed, changed, not signed, missing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reviewer.reconcile import Match, Outcome
from reviewer.web import show, words

TONES = {
    Outcome.PUBLISHED: "good",
    Outcome.OUTSIDE_WINDOW: "warn",
    Outcome.ALTERED: "warn",
    Outcome.NEVER_POSTED: "plain",
    Outcome.UNSIGNED: "wrong",
    Outcome.WRONG_ACCOUNT: "wrong",
}


@dataclass(frozen=True)
class PublishedLine:
    """One line: what was seen beside what was signed. `draft` is empty where nothing was."""

    word: str
    tone: str
    text: str
    account: str
    at: datetime
    url: str
    draft: str
    similarity: str


@dataclass(frozen=True)
class Sum:
    """How many lines have one outcome."""

    count: int
    words: str
    tone: str


def lines(matches: Sequence[Match]) -> list[PublishedLine]:
    """The lines, newest first."""
    return sorted((_line(match) for match in matches), key=lambda line: line.at, reverse=True)


def sums(matches: Sequence[Match]) -> list[Sum]:
    """The outcomes that occur, most worrying first."""
    counts = Counter(match.outcome for match in matches)
    return [
        Sum(counts[outcome], words.MATCHES[outcome].lower(), TONES[outcome])
        for outcome in reversed(TONES)
        if counts[outcome]
    ]


def _line(match: Match) -> PublishedLine:
    seen, signed = match.seen, match.signed
    text = (seen.text if seen else None) or (signed.variant.text if signed else "")
    account = seen.account if seen else signed.permit.account if signed else ""
    if seen is not None:
        at = seen.at
    else:
        assert signed is not None  # noqa: S101  # a match has one of the two
        at = signed.permit.redeemed_at or signed.permit.issued_at
    url = seen.url if seen and seen.url.startswith("https://") else ""
    altered = match.outcome is Outcome.ALTERED
    return PublishedLine(
        word=words.MATCHES[match.outcome],
        tone=TONES[match.outcome],
        text=text,
        account=f"{show.channel_title(account.partition(':')[0])} {show.handle(account)}",
        at=at,
        url=url,
        draft=signed.draft if signed else "",
        similarity=f"{match.similarity:.0%}" if altered else "",
    )
