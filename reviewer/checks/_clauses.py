"""Sentences, clauses, negation and quotation, read from the characters alone.

Checks that are handed a text and nothing else tell with these what a phrase belongs to. They cost
microseconds and make no use of a language pipeline; abbreviations may cut a sentence short.
"""

import regex

_END = regex.compile(r"[.!?…]+[\"')\]]*(?=\s|$)|\n")
_PARAGRAPH = regex.compile(r"\n\s*\n")
_CLAUSE = regex.compile(
    r"[.!?;:…\n(\u2014]|\s-\s|\b(?:but|except|unless|however)\b"
    r"|,\s+(?=(?:i|you|he|she|it|we|they|the|this|that|so|now|just)\b)",
    regex.IGNORECASE,
)
_NEGATION = regex.compile(
    r"\b(?:no|not|never|nobody|none|nor|neither|nowhere|without|cannot|hardly|stop|stopped|against|instead of"
    r"|do(?:es)?nt|didnt|isnt|arent|wasnt|werent|wont|cant|wouldnt|shouldnt|couldnt|aint)\b|n't\b",
    regex.IGNORECASE,
)
_QUOTED = regex.compile(
    r"\"[^\"\n]{2,400}\"|«[^»\n]{2,400}»|(?<!\w)'(?=\w)[^'\n]*(?:(?<=\w)'(?=\w)[^'\n]*)*'(?!\w)"
)
_REACH = 7
"""Words before a phrase in which a negation is taken to be about it."""


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of the sentence, or sentences, that hold text[start:end]."""
    left = 0
    for stop in _END.finditer(text, 0, start):
        left = stop.end()
    stop_after = _END.search(text, max(end - 1, start))
    return left, stop_after.end() if stop_after else len(text)


def paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of the paragraph, set apart by blank lines, that holds text[start:end]."""
    left = 0
    for stop in _PARAGRAPH.finditer(text, 0, start):
        left = stop.end()
    stop_after = _PARAGRAPH.search(text, end)
    return left, stop_after.start() if stop_after else len(text)


def clause_before(text: str, at: int) -> str:
    """What stands in the same clause before this place, at most the last few words of it."""
    left = max(0, at - 80)
    for stop in _CLAUSE.finditer(text, left, at):
        left = stop.end()
    return " ".join(text[left:at].split()[-_REACH:])


def negated(clause: str) -> bool:
    """Whether a clause negates what follows it ("we would never", "there is no")."""
    return _NEGATION.search(clause) is not None


def quotations(text: str) -> list[tuple[int, int]]:
    """The spans between quotation marks, marks included. Apostrophes are no quotation marks."""
    if not any(mark in text for mark in "\"'«"):
        return []
    return [match.span() for match in _QUOTED.finditer(text)]
