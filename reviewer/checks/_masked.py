"""How personal data and secrets are quoted: the one way everywhere, from findings to the audit log."""

import re
from collections.abc import Sequence

from reviewer.model import Span

SHOWN = 4
"""Characters at the end of a long number or token that its quote still shows."""

_NUMBER = re.compile(r"[+\d(). \-/]+")
_LAST = re.compile(r"[^\s=:/@]*\Z")


def masked(value: str) -> str:
    """A secret or personal value as it may be shown, as long as it was typed.

    Its last four characters stay where they are a third at most of what is secret: of a number, or of
    what follows the last space or sign, because `password: ` and `PIN is ` are no part of it.
    """
    if _NUMBER.fullmatch(value):
        long = sum(map(str.isdigit, value)) > 2 * SHOWN
    else:
        last = _LAST.search(value)
        long = last is not None and len(last[0]) >= 3 * SHOWN
    return "•" * (len(value) - SHOWN) + value[-SHOWN:] if long else "•" * len(value)


def covered(text: str, start: int, end: int, secrets: Sequence[Span]) -> str:
    """`text[start:end]` with what lies in one of the `secrets` masked, in full where it is cut."""
    quote = text[start:end]
    for secret in secrets:
        low, high = max(start, secret.start), min(end, secret.end)
        if low < high:
            whole = (low, high) == (secret.start, secret.end)
            shown = masked(text[low:high]) if whole else "•" * (high - low)
            quote = quote[: low - start] + shown + quote[high - start :]
    return quote
