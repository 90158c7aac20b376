"""The light view: what the reader sees, in plain characters. Keeps case, digits and separators.

In this order, so that reading the light view again changes nothing: characters folded one by one;
HTML entities; bidi overrides put into display order; entities that only that made visible; marks
composed. Every step takes time linear in the text, whatever the text is.
"""

import html
import unicodedata
from typing import Literal

import regex

from reviewer.text.view import GRAPHEME, Folding, View, Writer, substitute, translate

MARKS_KEPT = 30
"""Marks after the 30th on one character are dropped (UAX #15 calls this the stream-safe form)."""

_PLAIN = regex.compile(r"[\t\n\r -%'-~]*+")
_BREAKS = frozenset("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_IGNORABLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}\uFEFF\uFFF9-\uFFFB\u180E]")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_TO_ASCII = {
    **dict.fromkeys("‘’‚‛′‵ʹʼˈ´`＇", "'"),
    **dict.fromkeys("“”„‟″‶«»〝〞＂", '"'),
    **dict.fromkeys("−⁃﹣－─━", "-"),
    **dict.fromkeys("⁄∕╱⧸", "/"),
    **dict.fromkeys("。｡․·‧∙•⋅", "."),
    "∶": ":",
    "ː": ":",
    "꞉": ":",
    "`": "`",
    "·": "·",
    "•": "•",
}
_ENCLOSING = frozenset("\u20dd\u20de\u20df\u20e0\u20e2\u20e3\u20e4")


def _fold(character: str) -> str:
    """One character of any script: what it looks like in plain characters, the script kept."""
    if character in _BIDI or character in "\t\n\r":
        return character  # bidi controls leave with `display_order`
    if character in _BREAKS:
        return "\n"
    if character in _ENCLOSING or _IGNORABLE.match(character):
        return ""
    if character in _TO_ASCII:
        return _TO_ASCII[character]
    outlined = ord(character) - 0x1CCD6
    if 0 <= outlined < 36:  # Unicode 16, which Python may not know
        return "abcdefghijklmnopqrstuvwxyz0123456789"[outlined]
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category == "Pd":
        return "-"
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain == character else "".join(map(FOLDED.__getitem__, plain))


FOLDED = Folding(_fold)


def entities(view: View, drop: frozenset[str] = frozenset(), *, folded: bool = True) -> View:
    """HTML entities as the browser shows them, nested ones too; characters in `drop` are left out.

    Written as a stack so that `&amp;lt;` (which decodes to an entity) needs one pass, not two: as
    soon as a written character ends an entity, the entity is taken back and its meaning written.
    """
    if "&" not in view.text and not drop:
        return view
    stack: list[tuple[str, int, int]] = []
    opened: list[int] = []  # positions of "&" on the stack
    longest = 34

    def close(at: int) -> None:
        """Decode `stack[at:]`, which starts with "&", where it is an entity."""
        raw = "".join(piece[0] for piece in stack[at:])
        meant = html.unescape(raw)
        if meant == raw or not (raw.endswith(";") or raw.startswith("&#")):
            return
        start = min(piece[1] for piece in stack[at:])
        end = max(piece[2] for piece in stack[at:])
        del stack[at:]
        while opened and opened[-1] >= at:
            opened.pop()
        for character in "".join(map(FOLDED.__getitem__, meant)) if folded else meant:
            write(character, start, end)

    def write(character: str, start: int, end: int) -> None:
        if character in drop:
            return
        if opened and not (character.isascii() and (character.isalnum() or character in ";#")):
            at = opened.pop()
            if 3 <= len(stack) - at <= longest and stack[at + 1][0] == "#":
                close(at)  # "&#102" may end without ";"
        if character == "&":
            opened.append(len(stack))
        stack.append((character, start, end))
        if character == ";" and opened:
            at = opened.pop()
            if len(stack) - at <= longest:
                close(at)

    for character, start, end in zip(view.text, view.starts, view.ends, strict=True):
        write(character, start, end)
    if opened and 3 <= len(stack) - opened[-1] <= longest and stack[opened[-1] + 1][0] == "#":
        close(opened[-1])
    if not stack:
        return View("", [], [], view.original)
    characters, starts, ends = zip(*stack, strict=True)
    text = "".join(characters)
    return view if text == view.text else View(text, starts, ends, view.original)


def display_order(view: View) -> View:
    """Text under bidi overrides as it is shown; all bidi controls leave.

    Only overrides (U+202D, U+202E) change where a Latin letter is shown; embeddings and isolates are
    followed so that the right control closes. Depth is limited to 125 as in UAX #9, which keeps this
    linear; an open run ends with its paragraph.
    """
    if _BIDI.isdisjoint(view.text):
        return view
    order: list[int] = []
    runs: list[tuple[str, int, bool]] = []  # what opened it, where in `order`, right to left?

    def close() -> None:
        _, start, leftward = runs.pop()
        outside = runs[-1][2] if runs else False
        if leftward != outside:
            order[start:] = order[start:][::-1]

    for i, character in enumerate(view.text):
        if character == "\n":
            while runs:
                close()
            order.append(i)
        elif character not in _BIDI:
            order.append(i)
        elif character == "\u202c":  # pop directional formatting
            if runs and runs[-1][0] != "isolate":
                close()
        elif character == "\u2069":  # pop directional isolate
            if any(run[0] == "isolate" for run in runs):
                while runs[-1][0] != "isolate":
                    close()
                close()
        elif len(runs) < 125 and character not in "\u061c\u200e\u200f":
            outside = runs[-1][2] if runs else False
            if character in "\u202d\u202e":
                runs.append(("override", len(order), character == "\u202e"))
            else:
                kind = "isolate" if character in "\u2066\u2067\u2068" else "embedding"
                runs.append((kind, len(order), outside))
    while runs:
        close()
    return View(
        "".join([view.text[i] for i in order]),
        [view.starts[i] for i in order],
        [view.ends[i] for i in order],
        view.original,
    )


_CLUSTER = regex.compile(r"[\u1100-\u11FF\uA960-\uA97F\uD7B0-\uD7FF]++|\P{M}?\p{M}++")


_OVERLAY = regex.compile(r"[\u0334-\u0338]")


def compose(view: View) -> View:
    """Letters and their marks as one character where Unicode has one."""
    if view.text.isascii() or not regex.search(r"[\p{M}\u1100-\u11FF]", view.text):
        return view

    def cluster(match: "regex.Match[str]") -> str:
        text = match[0]
        if unicodedata.category(text[-1])[0] == "M":
            text = text[: MARKS_KEPT + 1]
        made = unicodedata.normalize("NFKC", text)
        if len(made) > 1 and made[0].isascii():
            return made[0]  # nothing is written so: the marks only strike through or decorate
        return _OVERLAY.sub("", made)

    out, at = Writer(view), 0
    for match in _CLUSTER.finditer(view.text):
        i, j = match.span()
        made = cluster(match)
        if made != match[0]:
            out.copy(at, i)
            out.put(made, i, j)
            at = j
    if not at:
        return view
    out.copy(at, len(view.text))
    return out.done()


_TAG = regex.compile(r"</?[A-Za-z][^<>]{0,2000}+>|<!--(?:[^-]|-(?!->))*+-->")
_BREAKING = regex.compile(r"</?(?:br|p|div|li|tr|h[1-6]|blockquote)\b", regex.IGNORECASE)


def tags(view: View) -> View:
    """HTML without its tags: those that start a line become a line break, the others nothing."""
    if "<" not in view.text:
        return view
    return substitute(view, _TAG, lambda m: "\n" if _BREAKING.match(m[0]) else "")


def light(view: View) -> View:
    """All of the above (tags apart); plain text comes back as it is."""
    if _PLAIN.fullmatch(view.text):
        return view
    view = entities(translate(view, FOLDED))
    if not _BIDI.isdisjoint(view.text):
        view = entities(display_order(view), drop=_BIDI)
    return compose(view)


def normalized(view: View, form: Literal["NFC", "NFKC"]) -> View:
    """The view in a normal form of Unicode, grapheme by grapheme."""
    if unicodedata.is_normalized(form, view.text):
        return view
    return substitute(view, GRAPHEME, lambda m: unicodedata.normalize(form, m[0]))
