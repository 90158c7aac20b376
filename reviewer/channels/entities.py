"""URLs, mentions, hashtags and cashtags in a text, as X finds them.

Follows the published behaviour of twitter-text (https://github.com/twitter/twitter-text); its
conformance cases are our tests. Written as scanners instead of one large expression, because that
expression takes quadratic time on long runs of dots.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import idna
import regex
import tldextract


class Entity(NamedTuple):
    """`start` and `end` in code points; `text` without `#`, `@` or `$`, a URL as it stands."""

    start: int
    end: int
    text: str


_LATIN = (
    r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268"
    r"\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_DIRECTION = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NOT_IN_HOST = rf"\s\p{{Cc}}!-,./:-@\[-^`{{-~{_DIRECTION}\ufffe\ufeff\uffff"

_PROTOCOL = regex.compile(r"https?://", regex.IGNORECASE)
_HOST = regex.compile(rf"[^{_NOT_IN_HOST}]++(?:\.[^{_NOT_IN_HOST}]++)++")
_LABELS = regex.compile(rf"(?:[-a-z0-9{_LATIN}]++\.)++", regex.IGNORECASE)
_PORT = regex.compile(r":[0-9]++")
_PATH = rf"[a-z0-9\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&{_LATIN}]"
_PAREN = rf"\((?:{_PATH}++|{_PATH}*+\({_PATH}++\){_PATH}*+)\)"
_PATHS = regex.compile(rf"/(?:{_PATH}++|{_PAREN})*+", regex.IGNORECASE)
_PATH_NEVER_ENDS = "!*';:,.$%[]\u2013~@|&"
_QUERY = regex.compile(r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]++", regex.IGNORECASE)
_QUERY_NEVER_ENDS = "!?*'@();:+$%[].,~|"
_SHORTENED = regex.compile(
    r"https?://t\.co/([a-z0-9]++)(\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]++)?", regex.IGNORECASE
)
_LONGEST_URL = 4096
_LONGEST_SLUG = 40


@cache
def top_level() -> frozenset[str]:
    """The last labels under which names are registered, in Unicode and in punycode."""
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    plain = {suffix.rpartition(".")[2].casefold() for suffix in extract.tlds}
    return frozenset(plain | {idna.encode(name).decode() for name in plain if not name.isascii()})


_LONGEST_TLD = 26


def _top_level_end(text: str, start: int, limit: int) -> int | None:
    """Where the longest top-level domain that begins at `start` ends; the name must stop there."""
    for end in range(min(limit, start + _LONGEST_TLD), start + 1, -1):
        after = text[end : end + 1]
        if after and ((after.isascii() and after.isalnum()) or after in "@+-"):
            continue
        name = text[start:end].casefold()
        if name in top_level() or name.startswith("xn--"):
            return end
    return None


def _valid_host(host: str, rest: int) -> bool:
    """Every label fits into 63 characters of punycode, and the whole into what X accepts."""
    if len(host) + rest > _LONGEST_URL:
        return False
    for label in host.split("."):
        size = len(label) if label.isascii() else 4 + len(label.encode("punycode"))
        if size > 63 or (label.startswith("xn--") and not label.isascii()):
            return False
    return True


def _tail(text: str, end: int) -> int:
    """Where port, path and query after a host end."""
    if port := _PORT.match(text, end):
        end = port.end()
    if path := _PATHS.match(text, end):
        end += max(1, len(path[0].rstrip(_PATH_NEVER_ENDS)))
    query = _QUERY.match(text, end)
    if query and len(asked := query[0].rstrip(_QUERY_NEVER_ENDS)) > 1:
        end += len(asked)
    return end


def _host_end(text: str, start: int, limit: int) -> int | None:
    """Where the host that begins at `start` ends: after its last label that is a top-level domain."""
    labels = text[start:limit].split(".")
    usable = 0
    for label in labels:
        if label[0] in "-_" or label[-1] in "-_":
            break
        usable += 1
    offset = limit
    for number in range(len(labels) - 1, 0, -1):
        offset -= len(labels[number])
        if number <= usable and "_" not in labels[number - 1]:
            end = _top_level_end(text, offset, limit)
            if end:
                return end
        offset -= 1
    return None


def _with_protocol(text: str, at: int) -> tuple[int, Entity | None]:
    """The URL at `at` (where `http` stands): where to go on, and the URL if it is one."""
    start = text.index("//", at) + 2
    run = _HOST.match(text, start)
    if not run:
        return start, None
    host_end = _host_end(text, start, run.end())
    if host_end is None:
        return start, None
    short = _SHORTENED.match(text, at)
    if short:
        if len(short[1]) > _LONGEST_SLUG:
            return short.end(), None
        end = short.end(1)
        if short[2] and len(asked := short[2].rstrip(_QUERY_NEVER_ENDS)) > 1:
            end += len(asked)
    else:
        end = _tail(text, host_end)
    if not _valid_host(text[start:host_end], end - host_end):
        return end, None
    return end, Entity(at, end, text[at:end])


def _without_protocol(text: str, start: int, limit: int) -> Iterator[Entity]:
    """Bare hosts such as `example.com/x` between `start` and `limit`."""
    at = start
    while run := _LABELS.search(text, at, limit):
        at = run.end()
        first = run.start()
        before = text[first - 1] if first else " "
        if before in "@＠$#＃-_./" or run[0].startswith("-"):
            continue
        offset = run.end()
        for label in reversed([*run[0][:-1].split("."), None]):
            if label is not None:
                offset -= len(label) + 1
            if offset <= first:
                break
            end = _top_level_end(text, offset, len(text))
            if end and text[offset - 2] != "-":
                host_end, end = end, _tail(text, end)
                if _valid_host(text[first:host_end], end - host_end):
                    yield Entity(first, end, text[first:end])
                at = max(at, end)
                break


def urls(text: str) -> list[Entity]:
    """URLs that X would shorten, with and without protocol, in order, without overlaps."""
    if "." not in text:
        return []
    found: list[Entity] = []
    at = 0
    for match in _PROTOCOL.finditer(text):
        if match.start() < at:
            continue
        before = text[match.start() - 1] if match.start() else " "
        if (before.isascii() and before.isalnum()) or before in "@＠$#＃\ufffe\ufeff\uffff":
            continue
        found.extend(_without_protocol(text, at, match.start()))
        at, url = _with_protocol(text, match.start())
        if url:
            found.append(url)
    found.extend(_without_protocol(text, at, len(text)))
    return found


_TAG_SPECIAL = (
    r"_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_TAG_CHARACTER = rf"[\p{{L}}\p{{M}}\p{{Nd}}{_TAG_SPECIAL}]"
_HASHTAG = regex.compile(
    rf"(?<![&\p{{L}}\p{{Nd}}{_TAG_SPECIAL}]|(?![\ufe0e\ufe0f])\p{{M}})"
    rf"[#＃](?![\ufe0f\u20e3])({_TAG_CHARACTER}++)(?![#＃]|://)"
)
_LETTER = regex.compile(r"[\p{L}\p{M}]")
_MENTION = regex.compile(
    r"(?:(?<![a-zA-Z0-9_!#$%&*@＠])|(?<=(?<![a-zA-Z0-9_+~.-])(?:rt|rt:)))"
    rf"[@＠]([a-zA-Z0-9_]{{1,20}}+)(?:/[a-zA-Z][a-zA-Z0-9_-]{{0,24}}+)?+(?![@＠{_LATIN}]|://)",
    regex.IGNORECASE,
)
_CASHTAG = regex.compile(
    rf"(?<![^\s{_DIRECTION}])\$([a-z]{{1,6}}(?:[._][a-z]{{1,2}})?)"
    r"""(?=$|\s|[!'#%&"()*+,\\\-./:;<=>?@\[\]^_{|}~$])""",
    regex.IGNORECASE,
)


def _apart_from(found: Iterator[Entity], text: str) -> list[Entity]:
    taken = urls(text)
    kept: list[Entity] = []
    place = 0
    for entity in found:
        while place < len(taken) and taken[place].end <= entity.start:
            place += 1
        if place == len(taken) or taken[place].start >= entity.end:
            kept.append(entity)
    return kept


def hashtags(text: str) -> list[Entity]:
    """Hashtags with at least one letter, outside URLs; the span covers the `#`."""
    if "#" not in text and "＃" not in text:
        return []
    found = (Entity(m.start(), m.end(), m[1]) for m in _HASHTAG.finditer(text) if _LETTER.search(m[1]))
    return _apart_from(found, text)


def mentions(text: str) -> list[Entity]:
    """Mentions of people, and of lists (`@person/list`, given as the person); the span covers the `@`."""
    return [Entity(m.start(), m.end(), m[1]) for m in _MENTION.finditer(text)]


def cashtags(text: str) -> list[Entity]:
    """Stock symbols; the span covers the `$`."""
    return [Entity(m.start(), m.end(), m[1]) for m in _CASHTAG.finditer(text)]
