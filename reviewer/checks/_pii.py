"""Where a text holds personal data, and of which kind: in the plain text, and through what hides it.

A form alone is seldom enough: most kinds also need a check digit, or a word near by that announces them,
or to stand alone in the field. What looks the same but is something else (orders, serials, versions) is
let go.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
import regex

from reviewer.channels.entities import top_level
from reviewer.checks import _numbers as numbers
from reviewer.text import Reading, View, Views
from reviewer.text.compact import number_words, rejoined, unspaced, zeros
from reviewer.text.dress import dress
from reviewer.text.words import ranks


class Found(NamedTuple):
    """`start:end` of a view's text; `kind` is a key of `KINDS`."""

    start: int
    end: int
    kind: str


KINDS = {
    "CREDIT_CARD": "payment card number",
    "IBAN_CODE": "bank account number",
    "US_SSN": "social security number",
    "PASSPORT": "passport number",
    "PHONE_NUMBER": "phone number",
    "EMAIL_ADDRESS": "e-mail address",
    "STREET_ADDRESS": "street address",
    "DATE_OF_BIRTH": "date of birth",
    "GEO_COORD": "location",
    "IP_ADDRESS": "network address",
    "MAC_ADDRESS": "hardware address",
    "CRYPTO": "crypto wallet",
} | {kind.name: "personal or tax number" for kind in numbers.NATIONAL}
"""Every kind, and what it is called on the page."""

_NOT_PEOPLE = re.compile(
    r"(?i)\b(?:order|invoice|serial|isbn|issn|ean|upc|sku|tracking|ticket|model|build|booking|article|item|case|"
    r"part|batch|lot|imei|doi|parcel|shipment|po|rma|catalogue|patent|flight|version|firmware|release|bug|issue|"
    r"score|downloads)(?: (?:number|no|nr|id|code|ref))?\b[^\w]{0,4}(?:is )?[A-Z]{0,4}-?$"
)
_CARD_WORD = re.compile(r"(?i)\b(?:card|visa|mastercard|amex|credit|debit|pan|cc)\b")
_PHONE_WORD = re.compile(
    r"(?i)\b(?:call|calling|text|phone|telephone|tel|mobile|mob|cell|whats ?app|signal|telegram|sms|reach(?:ed)?|ring|dial|"
    r"contact|hotline|fax|number is|my number|phone number|direct line|t:|m:|rufen|telefon|handy|appelez|t[ée]l[ée]phone|"
    r"llama|tel[ée]fono|chiamare|cellulare)\b|[\u260e\U0001f4de\U0001f4f1\U0001f4f2]"
)
_REGIONS = (
    "US", "GB", "DE", "FR", "IN", "AU", "CA", "ES", "IT", "NL", "BE", "CH", "AT", "IE", "SE", "NO", "DK", "FI", "PL",
    "PT", "JP", "KR", "CN", "HK", "SG", "PH", "TR", "BR", "MX", "ZA", "NG", "KE", "AE", "IL", "NZ",
)  # fmt: skip


def find(text: str) -> Iterator[Found]:
    """Every piece of personal data in one view's text; pieces may overlap."""
    yield from _emails(text)
    if _DIGIT.search(text):
        if _MANY_DIGITS.search(text) or _telling(text):
            yield from _long_numbers(text)
        yield from _dated(text)
        yield from _addresses(text)
        if "." in text or "°" in text:
            yield from _places(text)
    if ":" in text or "." in text or "-" in text:
        yield from _machines(text)
    yield from _wallets(text)


_DIGIT = re.compile(r"\d")
_LONG = re.compile(r"[0-9A-Za-z]{26}")
_MANY_DIGITS = re.compile(r"\d(?:[^\n\w]{0,4}[A-Z]{0,4}\d){5}")

# --- electronic mail ------------------------------------------------------------------------------

_EMAIL = regex.compile(
    r"(?<![\p{L}\p{N}._%+\-/:@])(?:mailto:)?\K[\p{L}\p{N}][\p{L}\p{N}._%+'\-]{0,63}+@"
    r"(?:[\p{L}\p{N}](?:[\p{L}\p{N}\-]{0,62}+)\.(?=[\p{L}\p{N}]))++[\p{L}][\p{L}\p{N}\-]{1,62}+"
)
_AT = (
    r"(?:\s?[\(\[\{<]\s?(?:at|AT|@|a|ät|arroba|chiocciola|arobase)\s?[\)\]\}>]\s?|\s(?:at|AT|arroba|chiocciola|arobase)\s"
    r"|\s?[-_]at[-_]\s?|\s?@\s?)"
)
_DOT = (
    r"(?:\s?[\(\[\{<]\s?(?:dot|DOT|\.|punkt|point|punto|ponto)\s?[\)\]\}>]\s?|\s(?:dot|DOT|punkt|point|punto|ponto)\s"
    r"|\s?[-_]dot[-_]\s?|\s\.\s|\.)"
)
_MAYBE_WRITTEN = re.compile(
    r"(?i)(?<![^\W_])(?:dot|punkt|point|punto|ponto)(?![^\W_])|[\(\[\{<]\s?(?:\.|at|ät|a|@|arroba)\s?[\)\]\}>]|\s@\s?\w+\s?\.|@ "
)
_WRITTEN = regex.compile(
    rf"(?<![\w.+\-@])([A-Za-z0-9](?:[A-Za-z0-9._+\-]|\s?[\(\[]dot[\)\]]\s?){{0,63}}?){_AT}([A-Za-z0-9][A-Za-z0-9\-]{{1,40}}+)"
    rf"((?:{_DOT}[A-Za-z0-9\-]{{2,30}}+){{1,3}}+)(?![\w@])"
)
_ORDINARY = frozenset(
    [
        "us", "me", "you", "him", "her", "them", "it", "here", "there", "live", "now", "online", "only",
        "look", "looking", "meet", "start", "day", "work", "home", "all",
    ]
)  # fmt: skip
_MAILERS = frozenset(
    [
        "gmail", "googlemail", "outlook", "hotmail", "yahoo", "icloud", "proton", "protonmail", "gmx",
        "aol", "live", "mail", "msn", "zoho", "web",
    ]
)  # fmt: skip


def _emails(text: str) -> Iterator[Found]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            before = text[max(0, match.start() - 80) : match.start()]
            if not re.search(r"://\S*$", before):
                yield Found(match.start(), match.end(), "EMAIL_ADDRESS")
    if not _MAYBE_WRITTEN.search(text):
        return
    for match in _WRITTEN.finditer(text):
        name, host, rest = match[1], match[2].lower(), match[3]
        ending = re.split(r"[^A-Za-z0-9\-]+|(?i:dot)", rest.strip())[-1].strip("-").lower()
        plain = re.fullmatch(r"(?:\.[\w\-]+)+", rest) and not re.search(r"[\(\[\{]", match[0])
        if ending not in top_level() or (plain and "@" not in match[0]):
            continue
        if host not in _MAILERS and (
            name.lower() in _ORDINARY or (name.islower() and ranks().get(name, 9999) < 150)
        ):
            continue
        if name.lower() in _ORDINARY and "@" not in match[0]:
            continue
        yield Found(match.start(), match.end(), "EMAIL_ADDRESS")


# --- numbers --------------------------------------------------------------------------------------

_CARD = re.compile(r"(?<![\w.+])(?<!\+ )\d(?:[ .\-\u00b7/]{0,2}\d){11,18}(?![\w]|[.\-]\d)")
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}[ \-]?\d\d(?:[ .\-]{0,2}[A-Z0-9]){11,30}|(?<![A-Za-z0-9])[a-z]{2}\d\d(?:[ ]?[a-z0-9]){11,30}"
)
_SSN = re.compile(r"(?<![\w.\-])\d{3}(?:([ .\-])\d{2}\1|[ \-]?\d{2}[ \-]?)\d{4}(?![\w]|[.\-]\d)")
_SSN_WORD = re.compile(
    r"(?i)\b(?:ssn|social security|my social|social sec|soc\.? sec|social|tax ?payer id|ss(?= ?(?:#|no\b|num)))\b"
)
_PASSPORT_WORD = re.compile(
    r"(?i)\b(?:passport|reisepass|passeport|pasaporte|passaporto|pass(?:port)?[ -]?(?:nr|no|num\w*))\b"
)
_PASSPORT = re.compile(
    r"(?<![\w.\-])(?:[A-Z]{1,3} ?\d{6,8}|\d{9}|[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}|\d{2}[A-Z]{2}\d{5})(?!\w)"
)
_PASSPORT_ALONE = re.compile(r"[A-Z]\d{8}|[A-Z]{2}\d{7}|9\d{8}")
_PHONE = re.compile(
    r"(?<![\w.,/#$€£\-])(?<!\d )(?:\+|00)?[ ]?\(?\d(?:[ .\-/()\u00b7]{0,2}\d){6,16}(?![\w%]|[.,]\d)(?:\s?(?:x|ext\.?|#)\s?\d{1,5})?"
)
_ONE_BY_ONE = re.compile(r"\d(?:\W\d)+")
_NANP = re.compile(r"(?:\+?1[ .\-]?)?(?:\([2-9]\d\d\)[ .\-]?|[2-9]\d\d[ .\-])[2-9]\d\d[ .\-]\d{4}")
_BRITISH = re.compile(
    r"0(?:7\d{3}[ \-]?\d{3}[ \-]?\d{3}|2\d[ \-]\d{4}[ \-]\d{4}|1\d{2,3}[ \-]\d{3}[ \-]?\d{3,4}|[38]\d{2}[ \-]\d{3}[ \-]\d{4})"
)


def _long_numbers(text: str) -> Iterator[Found]:
    """Numbers by the surest kind first; one number may be of several kinds, but none lies within another."""
    taken: list[tuple[int, int]] = []
    for found in (
        *_accounts(text),
        *_cards(text),
        *_socials(text),
        *_nationals(text),
        *_passports(text),
        *_phones(text),
    ):
        span = found.start, found.end
        if all(span == other or span[1] <= other[0] or other[1] <= span[0] for other in taken[-24:]):
            taken.append(span)
            yield found


def _accounts(text: str) -> Iterator[Found]:
    for match in _IBAN.finditer(text):
        end = _account_end(match[0])
        if end:
            yield Found(match.start(), match.start() + end, "IBAN_CODE")


def _cards(text: str) -> Iterator[Found]:
    for match in _CARD.finditer(text):
        if _is_card(text, *match.span()):
            yield Found(match.start(), match.end(), "CREDIT_CARD")


def _socials(text: str) -> Iterator[Found]:
    for match in _SSN.finditer(text):
        if _is_social(text, match):
            yield Found(match.start(), match.end(), "US_SSN")


def _account_end(text: str) -> int:
    """How many characters of `text` are an IBAN; 0 for none. Lengths are between 15 and 34."""
    compact, ends = "", []
    for place, character in enumerate(text):
        if character.isalnum():
            compact += character.upper()
            ends.append(place + 1)
    for size in range(min(34, len(compact)), 14, -1):
        after = text[ends[size - 1] : ends[size - 1] + 1]
        if (not after or not after.isalnum()) and numbers.account(compact[:size]):
            return int(ends[size - 1])
    return 0


def _is_card(text: str, start: int, end: int) -> bool:
    digits = re.sub(r"\D", "", text[start:end])
    near = text[max(0, start - 60) : start]
    told = bool(_CARD_WORD.search(near))
    if not told and _NOT_PEOPLE.search(near):
        return False
    return numbers.card(digits) or (numbers.travel_card(digits) and (told or _alone(text, start, end)))


def _is_social(text: str, match: "re.Match[str]") -> bool:
    digits = re.sub(r"\D", "", match[0])
    if not numbers.social_security(digits):
        return False
    near = text[max(0, match.start() - 60) : match.end() + 30]
    if match[1] == "-" and not _NOT_PEOPLE.search(text[max(0, match.start() - 30) : match.start()]):
        return True
    return bool(_SSN_WORD.search(near)) or _alone(text, *match.span())


def _passports(text: str) -> Iterator[Found]:
    for match in _PASSPORT.finditer(text):
        told = _PASSPORT_WORD.search(text, max(0, match.start() - 50), match.start())
        lone = _PASSPORT_ALONE.fullmatch(match[0]) and _alone(text, *match.span())
        if told or lone:
            yield Found(match.start(), match.end(), "PASSPORT")


_TOLD = re.compile(rf"\b(?:{'|'.join(kind.told for kind in numbers.NATIONAL)})(?![^\W_])")
_PROSE = re.compile(r"[a-z]{4}")


def _telling(text: str) -> bool:
    """Whether a word announces a national number, or the field may hold nothing but one."""
    if len(_DIGIT.findall(text)) < 4:
        return False
    return bool(_TOLD.search(text.lower())) or (len(text) < 80 and not _PROSE.search(text))


def _nationals(text: str) -> Iterator[Found]:
    if not _telling(text):
        return
    bare, lowered = len(text) < 80, text.lower()
    for kind in numbers.NATIONAL:
        told = kind.words.search(lowered)
        if not told and not (bare and kind.alone):
            continue
        for match in kind.form.finditer(text):
            near = told and abs(match.start() - told.start()) < 120
            if (near or (kind.alone and _alone(text, *match.span()))) and kind.valid(match[0]):
                yield Found(match.start(), match.end(), kind.name)


def _phones(text: str) -> Iterator[Found]:
    for match in _PHONE.finditer(text):
        typed = match[0].rstrip(" (")
        start, end = match.start(), match.start() + len(typed)
        start += len(typed) - len(typed.lstrip())
        typed = typed.strip()
        if _is_phone(text, start, end, typed):
            yield Found(start, end, "PHONE_NUMBER")


def _is_phone(text: str, start: int, end: int, typed: str) -> bool:
    digits = re.sub(r"\D", "", typed)
    before = text[max(0, start - 60) : start]
    if len(set(digits)) < 3 or _NOT_PEOPLE.search(before) or _DATE.match(typed) or _IPV4.match(typed):
        return False
    if _ONE_BY_ONE.fullmatch(typed):
        return False  # the reading that puts them together says what they are
    if typed.startswith(("+", "00")):
        number = _parsed(typed if typed.startswith("+") else "+" + digits[2:], None)
        return (
            number is not None
            and phonenumbers.is_possible_number(number)
            and (
                phonenumbers.is_valid_number(number)
                or digits.startswith("1")
                or bool(_PHONE_WORD.search(before))
            )
        )
    if _NANP.fullmatch(typed) or (_BRITISH.fullmatch(typed) and (" " in typed or "-" in typed)):
        number = _parsed(typed, "GB" if digits.startswith("0") else "US")
        return number is not None and phonenumbers.is_possible_number(number)
    told = _PHONE_WORD.search(before) or _PHONE_WORD.search(text[end : end + 12]) or _alone(text, start, end)
    if not told:
        return False
    for region in _REGIONS:
        number = _parsed(typed, region)
        if number is not None and phonenumbers.is_valid_number(number):
            return True
    return False


def _parsed(typed: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None


def _alone(text: str, start: int, end: int) -> bool:
    """Whether the field holds nothing but numbers of this sort: then it is there to be read as one."""
    if len(text) - (end - start) >= 60:
        return False
    rest = text[:start] + text[end:]
    return not re.search(
        r"[^\W\d_]", re.sub(r"\b(?:and|or|id|no|nr|is)\b|\b(?=\w*\d)\w+\b", "", rest, flags=re.I)
    )


# --- people in time and space ---------------------------------------------------------------------

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|m[äa]rz|mai|okt|dez|janv|f[ée]vr|avr|juin|juil|ao[ûu]t|d[ée]c|"
    r"ene|abr|ago|dic|gen|mag|giu|lug|set|ott)[a-zéûç]{0,7}\.?"
)
_DATE = re.compile(
    rf"(?i)(?<![\w/.\-])(?:\d{{1,2}}([/.\-])\d{{1,2}}\1(?:19|20)?\d\d|(?:19|20)\d\d([/.\-])\d{{1,2}}\2\d{{1,2}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?(?: of| de)?[ \-]{_MONTH},?(?: de)?[ \-](?:19|20)\d\d|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d)(?![\w/\-]|\.\d)"
)
_BORN = re.compile(
    r"(?i)\b(?:d\.?o\.?b\.?|date of birth|birth ?date|birthday|born(?: on| at)?|geboren(?: am)?|geburtsdatum|n[ée]e? le|date de naissance|nacid[oa]|fecha de nacimiento|nat[oa] il)\b\W{0,6}(?:\w+\W{1,3}){0,4}$"
)
_COMPANY = re.compile(r"(?i)\b(?:we were|company|brand|caf[eé]|shop|firm|project|idea|app) (?:was )?born\b")


def _dated(text: str) -> Iterator[Found]:
    for match in _DATE.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        year = re.search(r"(?:19|20)\d\d", match[0])
        if year and not 1900 <= int(year[0]) <= 2100:
            continue
        if _BORN.search(before) and not _COMPANY.search(before):
            yield Found(match.start(), match.end(), "DATE_OF_BIRTH")


_WAYS = (
    "Street St Road Rd Avenue Ave Av Boulevard Blvd Lane Ln Drive Dr Court Ct Way Place Pl Square Sq Terrace Ter Close "
    "Crescent Cres Highway Hwy Parkway Pkwy Circle Cir Row Gardens Gdns Mews Grove Hill Walk Alley Trail Trl Quay Wharf Pike"
)
_WAY = "|".join(sorted(_WAYS.split(), key=len, reverse=True))
_ADDRESS = re.compile(
    rf"(?<![\w.$€£#\-])\d{{1,5}}[A-Za-z]?(?:[\-/]\d{{1,4}})? (?:[NSEW]{{1,2}}\.? |North |South |East |West )?"
    rf"(?:(?:[A-Z][\w'.\-]{{0,20}}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,4}}(?:{_WAY})\b\.?(?:,? (?:Apt|Apartment|Unit|Suite|Ste|Flat|#)\.? ?\w{{1,5}})?"
)
_ABROAD = re.compile(
    r"(?<!\w)[A-ZÄÖÜ][\wäöüß.\-]{1,25}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|laan|straat|gracht|plein|gatan|vägen) ?\d{1,4} ?[a-z]?(?!\w)"
    r"|(?<!\w)\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|bd|place|chemin|impasse|quai|all[ée]e|cours) (?:(?:de|du|des|la|le|les|d'|l')\s?){0,3}[A-ZÉÈ][\wéèêàâôîûç'\-]{1,25}(?: [A-ZÉÈ][\wéèêàâôîûç'\-]{1,25}){0,2}"
    r"|(?<!\w)(?:Via|Viale|Piazza|Corso|Calle|Avenida|Paseo|Plaza|Rua|Ulica|ul\.) (?:(?:de|del|della|dei|di|la|los|las|do|da) ){0,2}[A-ZÁÉÍÓÚ][\wáéíóúñ'\-]{1,25}(?: [A-ZÁÉÍÓÚ][\wáéíóúñ'\-]{1,25}){0,2},? \d{1,4}(?!\w)"
    r"|(?<!\w)P\.?O\.? Box \d{1,6}(?!\w)"
)
_NOT_A_HOUSE = re.compile(
    r"\d+ (?:Best|Top|Great|Easy|Million|Billion|Percent|Star|Day|Days|Year|Years|Hour|Hours|Minute|Minutes|New|More|Reasons|Things|Ways|Steps|Tips|AM|PM|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\b"
)


def _addresses(text: str) -> Iterator[Found]:
    for match in _ADDRESS.finditer(text):
        if not _NOT_A_HOUSE.match(match[0]):
            end = match.end() - (
                match[0].endswith(".")
                and not re.search(r"\b(?:St|Rd|Ave|Av|Blvd|Ln|Dr|Ct|Pl|Sq)\.$", match[0])
            )
            yield Found(match.start(), end, "STREET_ADDRESS")
    if re.search(
        r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|laan|straat|gracht|plein|gatan|vägen|rue|avenue|boulevard|bd|place|chemin|impasse|quai|cours|Vi|Piazza|Corso|Calle|Avenida|Paseo|Plaza|Rua|Ulica|ul\.|Box)",
        text,
    ):
        for match in _ABROAD.finditer(text):
            yield Found(match.start(), match.end(), "STREET_ADDRESS")


_PAIR = re.compile(
    r"(?<![\w.\-])[+\-]?(?:[1-8]?\d|90)\.\d{3,}°?[ ]?[NSns]?[,;/ ][ ]?[+\-]?(?:1[0-7]\d|\d{1,2}|180)\.\d{3,}°?(?:[ ]?[EWew](?!\w))?(?![\w]|\.\d)"
)
_NAMED_PAIR = re.compile(
    r"(?i)\blat(?:itude)?\W{0,3}([+\-]?\d{1,2}\.\d{3,})\W{1,4}(?:lon|lng|long|longitude)\W{0,3}([+\-]?\d{1,3}\.\d{3,})"
)
_DEGREES = re.compile(
    r"\d{1,2}°\s?\d{1,2}['\u2032]\s?(?:\d{1,2}(?:\.\d+)?[\"\u2033]|\d{1,2}(?:\.\d+)?'')?\s?[NS][,; ]\s?\d{1,3}°\s?\d{1,2}['\u2032]\s?(?:\d{1,2}(?:\.\d+)?[\"\u2033]|\d{1,2}(?:\.\d+)?'')?\s?[EWO]"
)


def _places(text: str) -> Iterator[Found]:
    for pattern in (_PAIR, _NAMED_PAIR, _DEGREES):
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), "GEO_COORD")


# --- machines and wallets -------------------------------------------------------------------------

_MAC = re.compile(
    r"(?<![\w:.\-])(?:[0-9A-Fa-f]{2}([:\-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:\-])|(?<![\w.])(?=[0-9A-Fa-f.]*\d)[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![\w.])"
)
_IPV4 = re.compile(
    r"(?<![\w.:\-])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)(?:/(?:[12]?\d|3[0-2])(?![\d]))?"
)
_VERSION = re.compile(
    r"(?i)\b(?:v|ver|version|build|release|firmware|update|rev|section|chapter|clause|room|rule|article|figure|table|step|§)\.? ?$"
)
_IPV6 = re.compile(
    r"(?<![0-9A-Fa-f:.\w])(?=[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{2,39}+(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3}|(?:\.\d{1,3}){3})?(?![\w:]|\.\d)(?:/(?:12[0-8]|1[01]\d|\d?\d)(?!\d))?|(?<=[a-z=])::ffff:\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
)


_IP_WORD = re.compile(r"(?i)\b(?:ip|ipv6|address|src|dst|host|unspecified|loopback)\b")


def _machines(text: str) -> Iterator[Found]:
    for match in _MAC.finditer(text):
        yield Found(match.start(), match.end(), "MAC_ADDRESS")
    if text.count(".") > 2:
        for match in _IPV4.finditer(text):
            if not _VERSION.search(text, max(0, match.start() - 12), match.start()):
                yield Found(match.start(), match.end(), "IP_ADDRESS")
    if "::" in text or text.count(":") > 5:
        told = bool(_IP_WORD.search(text))
        for match in _IPV6.finditer(text):
            typed = match[0].partition("/")[0]
            bare = typed.rstrip(":") if typed.endswith(":") and not typed.endswith("::") else typed
            if not any(c.isdigit() for c in bare) and not (told or _alone(text, *match.span())):
                continue
            try:
                ipaddress.IPv6Address(bare)
            except ValueError:
                continue
            yield Found(
                match.start(), match.start() + (len(bare) if bare != typed else len(match[0])), "IP_ADDRESS"
            )


_BASE58 = re.compile(r"(?<!\w)[13LMDT][1-9A-HJ-NP-Za-km-z]{25,34}(?!\w)")
_SEGWIT = re.compile(r"(?<!\w)(?:bc1|ltc1|BC1|LTC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{11,87}(?!\w)")
_ETHER = re.compile(r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)")
_MONERO = re.compile(r"(?<!\w)[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}(?!\w)")


def _wallets(text: str) -> Iterator[Found]:
    if not _LONG.search(text):
        return
    forms: tuple[tuple[re.Pattern[str], Callable[[str], bool] | None], ...] = (
        (_BASE58, numbers.base58check),
        (_SEGWIT, numbers.bech32),
        (_ETHER, None),
        (_MONERO, None),
    )
    for pattern, valid in forms:
        for match in pattern.finditer(text):
            if valid is None or valid(match[0]):
                yield Found(match.start(), match.end(), "CRYPTO")


# --- through what hides it ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Personal data in code points of the text as typed; `value` is how it reads once uncovered, `how`
    says how it was hidden (None where it stands plain)."""

    start: int
    end: int
    kind: str
    how: str | None
    value: str


def candidates(views: Views) -> list[Place]:
    """Personal data in the light view and in every reading of it, in order; one place may be of several kinds."""
    light = views.light
    found: list[tuple[View, str | None, Found]] = [(light, None, item) for item in find(light.text)]
    for reading in _hidden(views):
        found += [(reading.view, reading.how, item) for item in find(reading.view.text)]
    kept: list[Place] = []
    for view, how, item in found:
        span = view.shown(item.start, item.end)
        typed = view.original.text[span.start : span.end]
        hidden = ", ".join(filter(None, (how, dress(typed)))) or None
        kept.append(Place(span.start, span.end, item.kind, hidden, view.text[item.start : item.end]))
    kept.sort(key=lambda place: (place.start, place.how is not None, -place.end))
    return kept


@lru_cache(maxsize=8)
def places(views: Views) -> tuple[Place, ...]:
    """Of the candidates those that do not overlap, the surest kind of each. Kept for the next rule that asks."""
    result: list[Place] = []
    for place in candidates(views):
        if not result or place.start >= result[-1].end:
            result.append(place)
        elif place.end - place.start > result[-1].end - result[-1].start and result[-1].how:
            result[-1] = place
    return tuple(result)


def _hidden(views: Views) -> Iterator[Reading]:
    light = views.light
    for how, step in (
        ("spaced out", unspaced),
        ("numbers as words", number_words),
        ("letters for digits", zeros),
        ("broken over lines", rejoined),
    ):
        view = step(light)
        if view is not light:
            yield Reading(how, view)
            if step in (unspaced, number_words):
                further = zeros(view)
                if further is not view:
                    yield Reading(f"{how}, letters for digits", further)
    yield from views.readings
