"""In words for the author: by which characters a stretch of text is disguised."""

import unicodedata

import regex

_ENTITY = regex.compile(r"&(?:#\w{1,8}|[A-Za-z]{2,31});?")
_BIDI = regex.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = regex.compile(r"[[\p{Default_Ignorable_Code_Point}\p{Cc}\u180e]--[\n\r\t\ufe0f]]", regex.V1)
_ALIEN = regex.compile(r"[\p{L}--[\p{Latin}\p{Common}]]", regex.V1)
_MARK = regex.compile(r"[\p{Mn}\p{Me}]")
_EMOJI = regex.compile(r"[\U0001f100-\U0001f1ff\U0001f4b2\u2b55\u20e3]")


def dress(typed: str, meant: str = "") -> str | None:
    """What of `typed` a reader would not see or take for something else; None where nothing is.

    `meant` is what it stands for: its own unusual letters are no disguise.
    """
    if typed.isascii() and "&" not in typed:
        return None
    worn: list[str] = []
    if _ENTITY.search(typed):
        worn.append("HTML entities")
    if _BIDI.search(typed):
        worn.append("bidi controls")
    if _INVISIBLE.search(_BIDI.sub("", typed)):
        worn.append("invisible characters")
    own = frozenset(meant)
    strange = [c for c in typed if not c.isascii() and c not in own]
    if any(_ALIEN.match(c) for c in strange):
        worn.append("look-alike letters")
    if any(_EMOJI.match(c) for c in strange):
        worn.append("letters as emoji")
    elif any((c.isalnum() and unicodedata.normalize("NFKC", c) != c) or _lettered(c) for c in strange):
        worn.append("fancy letters")
    if _MARK.search("".join(unicodedata.normalize("NFD", c) for c in strange)):
        worn.append("accents")
    return ", ".join(worn) or None


def _lettered(character: str) -> bool:
    """Latin letters that are small capitals, turned, struck through or in modifier form."""
    name = unicodedata.name(character, "")
    return name.startswith(("LATIN LETTER SMALL CAPITAL", "MODIFIER LETTER", "LATIN SMALL LETTER TURNED"))
