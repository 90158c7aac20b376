"""Links: hosts that pretend to be another, what is hidden in an address, and addresses to improve."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import regex
from pydantic import BaseModel, BeforeValidator

from reviewer.channels import entities
from reviewer.checks import _hosts
from reviewer.checks._masked import masked
from reviewer.checks._patterns import one_or_many
from reviewer.model import Context, Hit
from reviewer.text import Document, View

Kind = Literal["lookalike", "userinfo", "punycode", "address", "shortener", "insecure", "tracking"]


class Params(BaseModel, frozen=True, extra="forbid"):
    """`kinds` of trouble to look for:

    lookalike (a host that imitates one of list `domains`, or a well-known one), userinfo (something
    before `@` hides the real host), punycode (a host in coded letters), address (a bare number for a
    host), shortener, insecure (plain http), tracking (private identifiers of whoever copied the link).
    """

    kinds: Annotated[tuple[Kind, ...], BeforeValidator(one_or_many)] = ("lookalike",)


_USERINFO = regex.compile(r"(?i)https?:[/\\]{1,3}([^\s/?#@]{1,200}+)@([^\s/?#:@]{1,253}+)[^\s]{0,2000}+")
_AUTHORITY = re.compile(r"(?i)(?:https?:[/\\]{1,3})?([^\s/?#:]+)(?::\d+)?([^\s]*)")
_NUMERIC = regex.compile(
    r"(?i)https?://(?:\d{1,3}(?:\.\d{1,3}){3}|0x[0-9a-f]{8}|\d{8,10}|\[[0-9a-f:.]+\])(?=[/:?#\s]|$)[^\s]{0,2000}+"
)
_CODED = regex.compile(r"(?i)(?:https?://)?(?:[\w-]{1,63}\.){0,5}xn--[a-z0-9-]{1,59}(?:\.[\w-]{1,63})+")
_SHORTENERS = frozenset(
    [
        "bit.ly", "bitly.com", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "buff.ly", "is.gd", "v.gd",
        "cutt.ly", "rebrand.ly", "rb.gy", "shorturl.at", "tiny.cc", "t.ly", "s.id", "lnkd.in", "fb.me",
        "youtu.be", "amzn.to", "dlvr.it", "ift.tt", "trib.al", "soo.gd", "bl.ink", "short.io", "shorte.st",
        "adf.ly", "clck.ru", "u.to", "qr.ae", "x.co", "tr.im", "snip.ly", "mcaf.ee", "j.mp", "db.tt",
        "wp.me", "hubs.ly", "hubs.la", "spr.ly", "smarturl.it", "linktr.ee",
    ]
) - {"youtu.be", "amzn.to", "lnkd.in", "fb.me", "wp.me", "linktr.ee"}  # fmt: skip
_PRIVATE = regex.compile(
    r"(?i)(?<=[?&#;])(?:fbclid|gclid|gclsrc|dclid|wbraid|gbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_eid|mc_cid|"
    r"_hsenc|_hsmi|hsctatracking|mkt_tok|vero_id|oly_enc_id|oly_anon_id|s_cid|wickedid|rb_clickid|epik|si|share_id|sessionid|"
    r"jsessionid|phpsessid|sid|trk_contact|ref_src|__s|spm|scm|feature|pp|email|e-mail|mail|phone|token|auth)=[^&#\s]{3,}"
)
_MILD = frozenset({"si", "feature", "pp", "sid", "spm", "scm"})

LISTS = ("domains",)
"""The brand's lists that are read whatever the rule says."""


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Arguments: the host (or the part of the address), and for look-alikes whom it imitates and how."""
    light = document.views.light
    if "." not in light.text and "://" not in light.text:
        return
    seen: set[tuple[int, int]] = set()
    own = context.lists.get(LISTS[0], ())
    for start, end, host, arguments in _found(light, params, own):
        span = light.origin(start, end)
        if (span.start, span.end) not in seen:
            seen.add((span.start, span.end))
            yield Hit(
                span.start, span.end, (host, *arguments), how=arguments[1] if len(arguments) > 1 else None
            )


def _found(
    light: View, params: Params, own: tuple[str, ...]
) -> Iterator[tuple[int, int, str, tuple[str, ...]]]:
    text, kinds = light.text, params.kinds
    if "userinfo" in kinds and "@" in text:
        for match in _USERINFO.finditer(text):
            name, colon, password = match[1].partition(":")
            yield *match.span(), match[2], (name + colon + masked(password),)
    if "address" in kinds:
        for match in _NUMERIC.finditer(text):
            yield *match.span(), match[0].split("/")[2], ()
    if "punycode" in kinds and "xn--" in text.lower():
        for match in _CODED.finditer(text):
            yield *match.span(), match[0], (_hosts.shown(match[0]),)
    if not {"lookalike", "shortener", "insecure", "tracking"} & set(kinds):
        return
    for start, end in _addresses(text):
        parts = _AUTHORITY.fullmatch(text, start, end)
        if not parts:
            continue
        host, rest = parts[1].lower().rstrip("."), parts[2]
        typed = light.quote(*parts.span(1)).lower()
        if "lookalike" in kinds:
            likeness = _hosts.lookalike(typed if not typed.isascii() else host, own)
            if likeness:
                yield start, end, host, likeness
        if "shortener" in kinds and host.removeprefix("www.") in _SHORTENERS:
            yield start, end, host, ()
        if "insecure" in kinds and text[start : start + 7].lower() == "http://":
            yield start, end, host, ()
        if "tracking" in kinds and rest:
            for match in _PRIVATE.finditer(text, parts.start(2), end):
                name = match[0].partition("=")[0]
                if name.lower() not in _MILD or len(match[0]) - len(name) > 10:
                    yield *match.span(), name, ()


_WHOLE = regex.compile(r"(?i)(?:https?:[/\\]{1,3}|(?<![\w@./-])www\.)[^\s<>\"'@]{1,2000}+(?!@)")
_ABROAD = regex.compile(
    r"(?i)(?<![\w@./:-])(?:[\w-]{1,63}\.){1,4}+[a-z]{2,24}+(?![\w@.-])(?:/[^\s<>\"']{0,2000}+)?"
)


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """URLs with and without protocol; those with one also where the host is in letters X would not link."""
    last = 0
    found = [(url.start, url.end) for url in entities.urls(text)]
    if not text.isascii():
        found += [m.span() for m in _ABROAD.finditer(text) if not m[0].isascii()]
    if "://" in text or "www." in text.lower():
        found += [(m.start(), m.start() + len(m[0].rstrip(".,;:!?)"))) for m in _WHOLE.finditer(text)]
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= last:
            yield start, end
            last = end
