"""Contrast sentences of our own: the same words, hateful and not, so that mentioning is not attacking.

`contrast.txt` holds kinds, templates and fillings. Two parts that share no template and no filling: `train`
for fitting, `test` for measuring. Some sentences are told once more as people hide or mistype them.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Part = Literal["train", "test"]

TABLE = Path(__file__).with_name("contrast.txt")
TALK = Path(__file__).with_name("talk.txt")
"""Offensive and harmless talk in the same form; `hate` says nothing there."""

PARTS: tuple[Part, Part] = ("train", "test")
SPELT = "spelling"
"""The kind of hateful sentences that are typed otherwise; harmless ones keep their own."""

_SLOT = re.compile(r"\{(\w+)\}")
_ARTICLE = re.compile(r"\b([Aa])(?= [aeioAEIO](?!ne\b))")
_TELLING = re.compile(r"[A-Za-z]{4,}")
_DIGITS = str.maketrans("aeiost", "431057")
_ROUNDS = 4
"""Tries for each filling that is asked for; a template with few fillings gives fewer rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence: what it stands for, whether it is hateful or offensive, and what it was made from."""

    text: str
    kind: str
    hate: bool
    offensive: bool
    template: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Templates of one kind, by part."""

    name: str
    hate: bool
    offensive: bool
    templates: dict[Part, list[str]]


@cache
def table(path: Path = TABLE) -> tuple[tuple[Kind, ...], dict[Part, dict[str, list[str]]]]:
    """Kinds, and fillings by part and slot. Raises ValueError for a line outside the form."""
    kinds: list[Kind] = []
    slots: dict[Part, dict[str, list[str]]] = {"train": {}, "test": {}}
    part: Part = "train"
    for line in path.read_text().splitlines():
        if not line or line.startswith("# "):
            continue
        if line.startswith("@"):
            name, _, fillings = line[1:].partition(" ")
            for which, listed in zip(PARTS, fillings.split(" -- "), strict=True):
                slots[which][name] = listed.split("|")
        elif line.startswith("== "):
            name, hate, offensive = line[3:].split(" | ")
            kinds.append(Kind(name, hate == "hate", offensive == "offensive", {"train": [], "test": []}))
            part = "train"
        elif line == "--":
            part = "test"
        else:
            kinds[-1].templates[part].append(line)
    return tuple(kinds), slots


def rows(part: Part, per_template: int = 30, path: Path = TABLE) -> Iterator[Row]:
    """Every template of a part with up to `per_template` fillings, in a fixed order, no sentence twice."""
    kinds, slots = table(path)
    seen: set[str] = set()
    for kind in kinds:
        for template in kind.templates[part]:
            dice = random.Random(f"{part} {kind.name} {template}")
            used = 0
            for attempt in range(per_template * _ROUNDS):
                text = _filled(template, slots[part], dice)
                spelt = attempt % 8 == 7
                if spelt:
                    text = dice.choice(SPELLINGS)(text, dice)
                if text in seen:
                    continue
                seen.add(text)
                name = SPELT if spelt and kind.hate else kind.name
                yield Row(text, name, kind.hate, kind.offensive, template)
                used += 1
                if used == per_template:
                    break


def _filled(template: str, slots: dict[str, list[str]], dice: random.Random) -> str:
    text = _SLOT.sub(lambda slot: dice.choice(slots[slot[1]]), template)
    text = _ARTICLE.sub(r"\1n", text).strip()
    return text[0].upper() + text[1:]


def _word(text: str, dice: random.Random) -> re.Match[str] | None:
    found = list(_TELLING.finditer(text))
    return dice.choice(found) if found else None


def _changed(text: str, dice: random.Random, change: Callable[[str, int], str]) -> str:
    word = _word(text, dice)
    if word is None:
        return text
    return text[: word.start()] + change(word[0], dice.randrange(1, len(word[0]) - 2)) + text[word.end() :]


def swapped(text: str, dice: random.Random) -> str:
    """Two letters of a word in the wrong order."""
    return _changed(text, dice, lambda word, at: word[:at] + word[at + 1] + word[at] + word[at + 2 :])


def shortened(text: str, dice: random.Random) -> str:
    """A letter left out."""
    return _changed(text, dice, lambda word, at: word[:at] + word[at + 1 :])


def apart(text: str, dice: random.Random) -> str:
    """The letters of a word typed apart."""
    return _changed(text, dice, lambda word, _: " ".join(word))


def together(text: str, dice: random.Random) -> str:
    """A space left out."""
    spaces = [at for at, letter in enumerate(text) if letter == " "]
    at = dice.choice(spaces) if spaces else 0
    return text[:at] + text[at + 1 :]


def in_digits(text: str, dice: random.Random) -> str:
    """Digits that look like letters, in one word or in all."""
    if dice.random() < 0.5:
        return text.translate(_DIGITS)
    return _changed(text, dice, lambda word, _: word.translate(_DIGITS))


SPELLINGS: tuple[Callable[[str, random.Random], str], ...] = (swapped, shortened, apart, together, in_digits)
