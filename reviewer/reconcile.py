"""What is public, matched to what was signed: six verdicts, pure.

`published` as signed, `altered`, `unsigned`, `never_posted` (released and not seen), `wrong_account`,
`outside_window`. A publication is matched by its permit's `jti`, else by its content.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum

from reviewer.model import Permit, Publication, Variant

TOLERANCE = timedelta(minutes=5)
"""Between redeeming and appearing on the network: how far outside its window a post may be seen."""
ALIKE = 0.85
"""From this similarity (difflib ratio, 0 to 1) a text is taken for a changed copy of a signed one.
Networks shorten links and trim white space; half of a text rewritten is another text."""

ALMOST = 0.999
"""The most that content with another digest can be like the signed one: the words are equal, and a
picture, its description or a setting is not."""


class Outcome(StrEnum):
    """In code; the page says as signed / changed / not signed / missing."""

    PUBLISHED = "published"
    ALTERED = "altered"
    UNSIGNED = "unsigned"
    NEVER_POSTED = "never_posted"
    WRONG_ACCOUNT = "wrong_account"
    OUTSIDE_WINDOW = "outside_window"


@dataclass(frozen=True)
class Signed:
    """A permit, the draft that it belongs to, and the exact variant that it covers."""

    draft: str
    permit: Permit
    variant: Variant


@dataclass(frozen=True)
class Match:
    """One line of the comparison: what was seen, what was signed, and how they agree.

    `seen` is None for `never_posted`, `signed` for `unsigned`. `similarity` is 1.0 for equal content.
    """

    outcome: Outcome
    seen: Publication | None
    signed: Signed | None
    similarity: float = 0.0


def compare(signed: Sequence[Signed], seen: Iterable[Publication], *, now: datetime) -> tuple[Match, ...]:
    """Match everything that is public with everything that was released; each permit serves once."""
    left = {s.permit.jti: s for s in signed if s.permit.redeemed_at is not None}
    matches = []
    for publication in sorted(seen, key=lambda p: (p.jti is None, p.at)):
        found, similarity = _find(publication, left)
        if found is None:
            matches.append(Match(Outcome.UNSIGNED, publication, None))
            continue
        del left[found.permit.jti]
        matches.append(Match(_outcome(publication, found, similarity), publication, found, similarity))
    matches += [
        Match(Outcome.NEVER_POSTED, None, s) for s in left.values() if now >= s.permit.expires_at + TOLERANCE
    ]
    return tuple(matches)


def _find(publication: Publication, left: dict[str, Signed]) -> tuple[Signed | None, float]:
    """The permit that this publication used: by name, by exact content, by the likest text."""
    if publication.jti in left:
        named = left[publication.jti]
        return named, _similarity(publication, named)
    scored = [(_similarity(publication, s), s) for s in left.values()]
    # the same words may be signed for several accounts: the one where they were seen comes first
    scored.sort(key=lambda pair: (pair[0], pair[1].permit.account == publication.account), reverse=True)
    if scored and scored[0][0] >= ALIKE:
        return scored[0][1], scored[0][0]
    return None, 0.0


def _similarity(publication: Publication, signed: Signed) -> float:
    """1.0 for the same content, below it for a changed copy, 0.0 for something else.

    A reported digest is exact. Where only words are known, white space does not count; where a tool
    reports neither, it published what redeeming gave it.
    """
    if publication.content_sha256 == signed.permit.content_sha256:
        return 1.0
    if publication.text is None:
        return 1.0 if publication.content_sha256 is None and publication.jti is not None else 0.0
    ours, theirs = _plain(signed.variant.text), _plain(publication.text)
    if ours == theirs:
        return 1.0 if publication.content_sha256 is None else ALMOST
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return min(matcher.ratio(), ALMOST)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _outcome(publication: Publication, signed: Signed, similarity: float) -> Outcome:
    if publication.account != signed.permit.account:
        return Outcome.WRONG_ACCOUNT
    if similarity < 1.0:
        return Outcome.ALTERED
    window = signed.permit.window
    if not window.start - TOLERANCE <= publication.at < window.end + TOLERANCE:
        return Outcome.OUTSIDE_WINDOW
    return Outcome.PUBLISHED
