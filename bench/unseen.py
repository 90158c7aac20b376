"""Kinds of disguise that the development file does not hold, made here from a list of terms.

    bench/unseen.py TERMS [--show]        TERMS as for bench/evasion.py

Prints how many are found by kind and ends with one line of JSON.
"""

import argparse
import base64
import random
from collections.abc import Callable
from pathlib import Path

from _measure import Clock, report
from evasion import listed

from reviewer.checks import terms
from reviewer.model import Context
from reviewer.text import read_text

VOWELS = "aeiou"
FRAMES = (
    "Our view on {} has not changed",
    "honestly this {} thing again",
    "{} is what they said",
    "look: {}",
)
NATO = [
    "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo",
    "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor",
    "whiskey", "x-ray", "yankee", "zulu",
]  # fmt: skip
MORSE = [
    ".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--", "-.", "---",
    ".--.", "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-", "-.--", "--..",
]  # fmt: skip
CANADIAN = dict(zip("abcdefghijklmnopqrstuvwxyz", "ᗩᗷᑕᗪEᖴGᕼIᒍKᒪᗰᑎOᑭᑫᖇᔕTᑌᐯᗯ᙭YZ", strict=True))
CHEROKEE = dict(zip("abcdefghijklmnopqrstuvwxyz", "ᎪᏴᏟᎠᎬfᎶᎻᎥᎫᏦᏞᎷnᎾᏢqᎡᏚᎢuᏙᎳxᎽᏃ", strict=True))
FAUX = dict(
    zip("abcdefghijklmnopqrstuvwxyz", "卂乃匚刀乇下厶卄工丁长乚从几口尸㔿尺丂丅凵リ山乂丫乙", strict=True)
)
THAI = dict(zip("abcdefghijklmnopqrstuvwxyz", "ค๒ς๔єŦﻮђเןкl๓ภ๏קợгรtยשฬאץz", strict=True))
ARMENIAN = dict(zip("abcdefghijklmnopqrstuvwxyz", "ɑծςժҽƒցհíյƙlmղօթզɾstմѵա×վz", strict=True))
FAUX_CYRILLIC = dict(zip("abcdefghijklmnopqrstuvwxyz", "дбcdэfgнijкlмиoрqяsтцvшxуz", strict=True))
PHONETIC = (
    ("ph", "f"),
    ("f", "ph"),
    ("ck", "k"),
    ("c", "k"),
    ("s", "z"),
    ("x", "ks"),
    ("er", "a"),
    ("qu", "kw"),
    ("oo", "u"),
    ("i", "y"),
)
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
EMOJI = ("🍆", "🔥", "😂", "⚖️", "💥")


def join(separator: str) -> Callable[[str], str]:
    return lambda w: separator.join(w)


def mapped(table: dict[str, str]) -> Callable[[str], str]:
    return lambda w: "".join(table.get(c, c) for c in w)


def shifted(base: int) -> Callable[[str], str]:
    return lambda w: "".join(chr(base + ord(c) - 97) if c.isalpha() else c for c in w)


def at_middle(w: str, what: str) -> str:
    middle = len(w) // 2
    return w[:middle] + what + w[middle:]


def phonetic(w: str) -> str | None:
    for old, new in PHONETIC:
        if old in w and w.replace(old, new, 1) != w:
            return w.replace(old, new, 1)
    return None


def adjacent(w: str) -> str | None:
    i = len(w) // 2
    for row in ROWS:
        at = row.find(w[i])
        if at >= 0:
            return w[:i] + row[at + 1 if at + 1 < len(row) else at - 1] + w[i + 1 :]
    return None


def vowel_x(w: str) -> str | None:
    for i in range(1, len(w) - 1):
        if w[i] in VOWELS:
            return w[:i] + "x" + w[i + 1 :]
    return None


def without_vowels(w: str) -> str | None:
    made = w[0] + "".join(c for c in w[1:] if c not in VOWELS)
    return made if len(made) > 2 and made != w else None


def drop(w: str) -> str | None:
    i = len(w) // 2
    return w[:i] + w[i + 1 :] if len(w) > 5 else None


def multi_leet(w: str) -> str | None:
    table = {
        "m": "|\\/|",
        "w": "\\/\\/",
        "v": "\\/",
        "h": "|-|",
        "n": "|\\|",
        "d": "|)",
        "k": "|<",
        "u": "|_|",
    }
    made = "".join(table.get(c, c) for c in w)
    return made if made != w else None


def rn(w: str) -> str | None:
    made = w.replace("m", "rn").replace("w", "vv")
    return made if made != w else None


KINDS: dict[str, Callable[[str], str | None]] = {
    "hangul filler": join("\u3164"),
    "variation selectors": join("\U000e0101"),
    "khmer inherent vowels": join("\u17b4"),
    "musical invisibles": join("\U0001d173"),
    "isolates": lambda w: "\u2067" + "\u2069\u2067".join(w) + "\u2069",
    "struck through": lambda w: "".join(c + "\u0336" for c in w),
    "boxed marks": lambda w: "".join(c + "\u20de" for c in w),
    "canadian": mapped(CANADIAN),
    "cherokee": mapped(CHEROKEE),
    "faux chinese": mapped(FAUX),
    "faux thai": mapped(THAI),
    "armenian": mapped(ARMENIAN),
    "faux cyrillic": mapped(FAUX_CYRILLIC),
    "double struck": shifted(0x1D552),
    "script letters": shifted(0x1D4EA),
    "monospace": shifted(0x1D68A),
    "parenthesized": shifted(0x249C),
    "squared": shifted(0x1F130),
    "regional plain": shifted(0x1F1E6),
    "thin spaces": join("\u2009"),
    "ideographic spaces": join("\u3000"),
    "line by line": join("\n"),
    "bracketed": lambda w: "".join(f"({c})" for c in w),
    "square brackets": lambda w: "".join(f"[{c}]" for c in w),
    "emoji between": lambda w: EMOJI[len(w) % 5].join(w),
    "emoji inside": lambda w: at_middle(w, EMOJI[len(w) % 5]),
    "space inside": lambda w: w[:1] + " " + w[1:] if len(w) < 6 else at_middle(w, " "),
    "hyphen inside": lambda w: at_middle(w, "-"),
    "dots at random": lambda w: "".join(c + random.choice(["", ".", ".."]) for c in w[:-1]) + w[-1],
    "line break inside": lambda w: at_middle(w, "-\n"),
    "markdown bold": lambda w: w[0] + "**" + w[1:-1] + "**" + w[-1],
    "markdown underscore": lambda w: at_middle(w, "__"),
    "html tags": lambda w: at_middle(w, "<b></b>"),
    "html comment": lambda w: at_middle(w, "<!-- x -->"),
    "bbcode": lambda w: f"[b]{w[:2]}[/b]{w[2:]}",
    "percent": lambda w: "".join(f"%{ord(c):02x}" for c in w),
    "unicode escape": lambda w: "".join(f"\\u{ord(c):04x}" for c in w),
    "hex escape": lambda w: "".join(f"\\x{ord(c):02x}" for c in w),
    "u plus": lambda w: " ".join(f"U+{ord(c):04X}" for c in w),
    "hex": lambda w: " ".join(f"{ord(c):02x}" for c in w),
    "binary": lambda w: " ".join(f"{ord(c):08b}" for c in w),
    "char codes": lambda w: " ".join(str(ord(c)) for c in w),
    "a1z26": lambda w: "-".join(str(ord(c) - 96) for c in w),
    "base64": lambda w: f"decode {base64.b64encode(w.encode()).decode()}",
    "rot13": lambda w: f"rot13: {terms_rot13(w)}",
    "reversed": lambda w: f"read backwards: {w[::-1]}",
    "morse": lambda w: " ".join(MORSE[ord(c) - 97] for c in w),
    "nato": lambda w: " ".join(NATO[ord(c) - 97] for c in w),
    "braille": lambda w: "".join(BRAILLE[ord(c) - 97] for c in w),
    "phonetic": phonetic,
    "keyboard neighbour": adjacent,
    "x for vowel": vowel_x,
    "no vowels": without_vowels,
    "dropped letter": drop,
    "long leet": multi_leet,
    "rn for m": rn,
    "hash between": join("#"),
    "quotes between": join("'"),
    "commas": join(", "),
    "hashtags per letter": lambda w: " ".join("#" + c for c in w),
    "split camel": lambda w: w[:3].title() + w[3:].title() if len(w) > 6 else None,
    "double every": lambda w: "".join(c * 2 for c in w),
    "emoji letters": lambda w: w.replace("o", "⭕").replace("a", "🅰️").replace("b", "🅱️").replace("s", "💲"),
    "currency": lambda w: w.replace("e", "€").replace("c", "¢").replace("l", "£").replace("s", "$"),
    "mask with emoji": lambda w: w[:1] + "🙈" + w[2:],
    "mask with dash": lambda w: w[:1] + "-" + w[2:],
    "mask with block": lambda w: w[:1] + "█" + w[2:],
    "glued lower leet tag": lambda w: "#stop" + w.replace("o", "0").replace("e", "3") + "now",
    "snake handle": lambda w: "@" + "_".join(["no", w, "4u"]),
    "url path": lambda w: f"https://example.com/shop/best-{w}-ever?x=1",
    "query": lambda w: f"https://example.com/?q={w}",
    "subdomain glued": lambda w: f"https://my{w}shop.com",
    "glued with digits": lambda w: f"{w}123",
    "acrostic": lambda w: "\n".join(f"{c.upper()}very line counts" for c in w),
    "tags only": lambda w: "".join(chr(0xE0000 + ord(c)) for c in w),
    "swapped in leet": lambda w: (w[:1] + w[2] + w[1] + w[3:]).replace("o", "0"),
    "accents and spaces": lambda w: " ".join(c + "\u0301" for c in w),
    "cyrillic and leet": lambda w: (
        w.translate(str.maketrans("aeopcx", "аеорсх")).replace("i", "1").replace("s", "$")
    ),
    "wide stretched": lambda w: "".join(chr(0xFEE0 + ord(c)) * 3 for c in w),
    "possessive": lambda w: w + "'s",
    "capital i for l": lambda w: w.replace("l", "I") if "l" in w else None,
    "numbers inside": lambda w: w[0] + "1" + w[1:],
    "as in": lambda w: ", ".join(f"{c.upper()} as in {NATO[ord(c) - 97]}" for c in w),
}
BRAILLE = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵"


def terms_rot13(word: str) -> str:
    return word.translate(str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm"))


def main(words: tuple[str, ...], show: bool) -> None:
    random.seed(7)
    params, clock, total, hit_total = terms.Params(terms=words), Clock(), 0, 0
    for kind, make in KINDS.items():
        found = made = 0
        missed: list[str] = []
        for number, word in enumerate(words):
            disguised = make(word)
            if not disguised or disguised == word:
                continue
            made += 1
            text = FRAMES[number % len(FRAMES)].format(disguised)
            with clock:
                hits = list(terms.check(read_text(text), params, Context()))
            found += bool(hits)
            if not hits:
                missed.append(text)
        total, hit_total = total + made, hit_total + found
        print(f"{kind:26} {made:4} found {found / max(1, made):.2f}")
        if show:
            for text in missed[:4]:
                print("      ", ascii(text))
    report(total, clock, found=hit_total / total)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("terms", type=Path)
    parser.add_argument("--show", action="store_true")
    asked = parser.parse_args()
    main(listed(asked.terms), asked.show)
