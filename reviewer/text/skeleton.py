"""The skeleton: what a text spells to a reader's eye, in lower-case a to z.

Marks are dropped, look-alikes of every script become the Latin letter that they are taken for, letters
in boxes and flags become letters. Characters that look like no letter stay as they are.

Sources: the names of the Unicode character database; the Unicode list of confusables, by way of the
package `confusable_homoglyphs`; and, where those say nothing, our own table of what is used as a
stand-in for which letter.
"""

import unicodedata
from functools import cache

import regex
from confusable_homoglyphs import confusables

from reviewer.text.view import Folding, View, Writer, substitute, translate

_TAKEN_FOR = {
    "a": "аαάλδдΔΛДᗩᗅᎪꓮ卂丹ค๑აልልﾑ🅰🄰∀Ⱥ@ªаɑꭺѦѧⲁⲀ₳",
    "b": "ծвβбьъБЪЬЫᗷᏴᏏꓐ乃ც๒ጌ฿♭🅱ЪѢѣɞⲃⲂ₿",
    "c": "сςϲⲥᑕᑢᏟꓚ匚ርㄈ¢©☪⊂ℂҫ€₵",
    "d": "ԁძᗪᎠꓓ刀ᕲ๔ዕժⅾ∂đðᑯⲇ₫",
    "e": "ҽеєэεέξзΣΞЄЭЗᗴᎬꓰ乇モ૯ཛєءፎ℮∑∈ə€ɛҽⲉⲈ",
    "f": "ғϝᖴᎰꓝ千下ƒʄ₣ꜰſⲫ",
    "g": "ԍցᏀᏳᎶꓖ厶وɠǥ₲գģ",
    "h": "нһհћђΗНҺᕼᎻꓧ卄\u5344んዘђ♄ⱨԋℌⲏⲎ",
    "i": "іιίΙІїᎥꓲ丨工เ௮أ¡ιɪıᛁ|│┃ⲓⲒ",
    "j": "亅јϳᒍᎫꓙﾌフᒎנʝյ",
    "k": "长кκќᏦꓗҜҝҟᛕₖқкĸ₭ᖽⲕⲔ",
    "l": "ӏⅼᒪᏞꓡㄥ乚ㄴリﾚレՆℓ£ʟɭլךן⎩∟ⵏⳑ",
    "m": "мμϻΜМᗰᎷꓟ爪从ᘻ๓ጠ♏ɱₘ₥ოოⲙⲘ",
    "n": "пηήииПИЙйΠπλᑎᏁꓠ几ռภክՈղըᏁղɳ∩ⲛⲚ₦",
    "o": "оοόσθφОΘΦфӨөоօᗝᎾꓳ口ㄖ๏ዐ๐ó○◯⭕🅾🌀⚪⚫🔴🔵⊙◎●☉☮੦০ටං൦⊕⊗∅⃝•ⲟⲞ¤",
    "p": "рρРΡþᑭᏢꓑ卩թｱᕈ尸ק℗🅿ҏ₱ք₽",
    "q": "ԛգᑫᕴɋゐ㔿զợףҩ",
    "r": "гяГЯᖇᏒꓤ尺ГᎡኪг₹ɾʀ®ŗѓրⲣⲢⲅ",
    "s": "ѕЅςᔕᏚꓢ丂ㄎ己รꜱ§ร$💲ֆʂऽ₴",
    "t": "丄丁тτТΤ†Ꮖꓔㄒイｲ丅七ƭ☨✝✞┬тէ₮ե🇹ⲧⲦ",
    "u": "υцμմᑌᏌꓴㄩひ凵ยሁս∪ʊụ⛎ᴜࠐมนµⳙ",
    "v": "վνѵᐯᏙꓦﾚ√∨✓✔שٽ♈۷ᵛ",
    "w": "պωшщψԝώΨШЩᗯᏔꓪ山世ฬሠщ₩ɯωשׁพաⲱⲰ",
    "x": "хχжЖХΧ᙭ꓫ乂メ✗✘✖❌❎×Ӿҳ〤ⲭⲬ",
    "y": "уγүчУΥҮЧЎᎽꓬㄚ丫リץץฯ¥ყყվⲩⲨ",
    "z": "ζΖᏃꓜ乙ʐՀɀ☡ȥƶⲍⲌ",
    "ae": "æǽᴁ",
    "oe": "œᴔ",
    "bl": "ы",
    "io": "юЮ",
    "ss": "ß",
    "ab": "🆎",
    "cl": "🆑",
    "ok": "🆗",
    "id": "🆔",
    "ng": "🆖",
    "vs": "🆚",
    "up": "🆙",
    "cool": "🆒",
    "free": "🆓",
    "new": "🆕",
    "sos": "🆘",
    "abc": "🔤",
    "on": "🔛",
    "!": "❗❕‼ǃ",
    "?": "❓❔",
    "+": "➕✚＋",
    "*": "✱∗⁎✻✼✽﹡✳✴❋⋆☆★",
    "#": "♯",
    "100": "💯",
    "8": "🎱",
}
_STANDS_FOR = {
    character: letter
    for letter, characters in _TAKEN_FOR.items()
    for character in characters
    if not character.isascii() and not unicodedata.combining(character)
}
_KEPT = frozenset("•●○◯€£¢©®§¥×†★☆")
"""Signs that are common in ordinary posts: read as letters only between letters (see `signs`)."""

_NAMED = regex.compile(
    r"\b(?:LATIN|SCRIPT|BLACK-LETTER|DOUBLE-STRUCK|MATHEMATICAL|REGIONAL INDICATOR|CIRCLED|SQUARED|"
    r"PARENTHESIZED|FULLWIDTH|TAG|OLD ITALIC|CARIAN|LYCIAN|LYDIAN)\b.*?"
    r"\b(?:LETTERS?(?: SMALL CAPITAL| CAPITAL| SMALL)?|SMALL|CAPITAL)"
    r"(?: (?:TURNED|REVERSED|INVERTED|SIDEWAYS|OPEN|SCRIPT|DOTLESS|LONG|INSULAR|HALF|BLACKLETTER|TAILLESS|"
    r"STIRRUP|BASELINE|CLOSED|TOP HALF|BOTTOM HALF|TURNED INSULAR|EGYPTOLOGICAL))*"
    r" ([A-Z])(?: WITH .*| ROTUNDA| BAR)?$"
)
_WORDY = {
    "ALPHA": "a",
    "OPEN E": "e",
    "SCHWA": "e",
    "ESH": "s",
    "EZH": "z",
    "ENG": "n",
    "THORN": "p",
    "ETH": "d",
}
_BRAILLE = dict(
    zip(
        [0x01, 0x03, 0x09, 0x19, 0x11, 0x0B, 0x1B, 0x13, 0x0A, 0x1A, 0x05, 0x07, 0x0D, 0x1D, 0x15, 0x0F,
         0x1F, 0x17, 0x0E, 0x1E, 0x25, 0x27, 0x3A, 0x2D, 0x3D, 0x35],
        "abcdefghijklmnopqrstuvwxyz",
        strict=True,
    )
)  # fmt: skip


def letter(character: str) -> str:
    """What one character is taken for: lower-case letters a to z, or itself."""
    if character.isascii():
        return character.lower()
    if character in _KEPT:
        return character
    if character == "ـ":
        return ""  # only stretches Arabic letters
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    for form in (character, character.lower()):
        if form in _STANDS_FOR:
            return _STANDS_FOR[form]
    named = _by_name(character)
    if named:
        return named
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    if base and base != character:
        return "".join(map(LETTERS.__getitem__, base))
    if 0x2800 < ord(character) < 0x2840:
        return _BRAILLE.get(ord(character) - 0x2800, character)
    for form in (character, character.lower(), character.upper()):
        for other in confusables.confusables_data.get(form, ()):
            seen = other["c"].lower()
            if len(seen) <= 2 and seen.isascii() and seen.isalpha():
                return str(seen)
    return character.casefold()


def _by_name(character: str) -> str:
    name = unicodedata.name(character, "")
    match = _NAMED.search(name)
    if match:
        return str(match[1]).lower()
    if name.startswith("RUNIC LETTER"):  # the last of a rune's names is its Latin letter
        last = name.rpartition(" ")[2]
        return last.lower() if len(last) == 1 else ""
    if name.startswith(("LATIN", "MODIFIER LETTER")):
        for word, meant in _WORDY.items():
            if name.endswith(word):
                return meant
    return ""


LETTERS = Folding(letter)


@cache
def stands_for(sign: str) -> str:
    """The letter that a sign such as € or © is taken for between letters, or nothing."""
    return _STANDS_FOR.get(sign, "") if sign in _KEPT else ""


_MONEY = "£€¢©®§¥"
_SIGN = regex.compile(
    rf"(?<=[a-z{_MONEY}$])[{''.join(_KEPT)}](?=[a-z{_MONEY}$])|(?<!\w)[{_MONEY}](?=[a-z]{{2}})"
    rf"|(?<=[a-z{_MONEY}$]{{2}})[{_MONEY}](?![\w])"
)


def signs(view: View) -> View:
    """Signs inside words, or right before one, as the letter that they are taken for."""
    if view.text.isascii():
        return view
    return substitute(view, _SIGN, lambda m: stands_for(m[0]))


def skeleton(light: View) -> View:
    """The skeleton of a light view."""
    if light.text.isascii():
        lowered = light.text.lower()
        return light if lowered == light.text else View(lowered, light.starts, light.ends, light.original)
    return signs(translate(light, LETTERS))


_FLIPPED = dict(zip("ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz", "abcdefghijklmnopqrstuvwxyz", strict=True))
_FLIPPED |= {"ɓ": "g", "ᵷ": "g", "ı": "i", "ꞁ": "l", "ן": "l", "ɿ": "r", "ɘ": "e"}
_FLIPPED |= dict(zip("∀ᗺƆᗡƎℲ⅁˥Ԁᴚ⊥∩Λ⅄", "abcdefglprtuvy", strict=True))
_ONLY_FLIPPED = "ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎɓᵷꞁןɘɿ∀ᗺƆᗡƎℲ⅁˥Ԁᴚ⊥∩⅄"
_FLIPPED_RUN = regex.compile(rf"[{''.join(_FLIPPED)}]*?[{_ONLY_FLIPPED}][{''.join(_FLIPPED)}]*+")


def upright(view: View) -> View:
    """Words written upside down, turned round; `view` is the text as typed. Other text is left out."""
    out = Writer(view)
    for match in _FLIPPED_RUN.finditer(view.text):
        for i in range(match.end() - 1, match.start() - 1, -1):
            out.put(_FLIPPED[view.text[i]], i, i + 1)
        out.put(" ", match.start(), match.end())
    return out.done()


def upside_down(text: str) -> bool:
    """Whether some character of the text is used to write upside down."""
    return not text.isascii() and not frozenset(_ONLY_FLIPPED).isdisjoint(text)
