"""Hosts that pretend to be another: how a host's name compares with a name that people trust."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

import idna
import tldextract

from reviewer.text.skeleton import skeleton
from reviewer.text.view import View

WELL_KNOWN = tuple(
    "google.com youtube.com facebook.com instagram.com whatsapp.com twitter.com linkedin.com tiktok.com reddit.com "
    "pinterest.com snapchat.com telegram.org discord.com microsoft.com office.com live.com outlook.com apple.com "
    "icloud.com amazon.com netflix.com spotify.com paypal.com stripe.com shopify.com ebay.com etsy.com airbnb.com "
    "booking.com uber.com dropbox.com github.com gitlab.com slack.com zoom.us salesforce.com adobe.com docusign.com "
    "mailchimp.com hubspot.com cloudflare.com wikipedia.org yahoo.com bankofamerica.com wellsfargo.com chase.com "
    "citibank.com hsbc.com barclays.co.uk santander.com revolut.com coinbase.com binance.com metamask.io steampowered.com "
    "dhl.com fedex.com ups.com usps.com walmart.com target.com nike.com adidas.com".split()
)
"""Names that are imitated most; for these only disguised or misspelt names count, not other endings."""

_DIGITS = str.maketrans("01345789", "olea" + "stbg")
_PAIRS = (("vv", "w"), ("rn", "m"), ("cl", "d"), ("nn", "m"))


class Host(NamedTuple):
    """A host in its parts: `name` is the registered label, `suffix` what it is registered under."""

    below: str
    name: str
    suffix: str

    @property
    def registered(self) -> str:
        return f"{self.name}.{self.suffix}" if self.suffix else self.name


@cache
def _extract() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=4096)
def host(text: str) -> Host:
    """A host as shown, punycode decoded."""
    parts = _extract()(shown(text))
    return Host(parts.subdomain.lower(), parts.domain.lower(), parts.suffix.lower())


def shown(text: str) -> str:
    """The host with its punycode labels as a browser may show them."""
    labels = []
    for label in text.lower().split("."):
        if label.startswith("xn--"):
            try:
                label = idna.decode(label)
            except idna.IDNAError:
                try:
                    label = label[4:].encode("ascii").decode("punycode")
                except UnicodeError:
                    pass
        labels.append(label)
    return ".".join(labels)


@lru_cache(maxsize=4096)
def read_as(label: str) -> frozenset[str]:
    """The names that a label may be read as."""
    plain = skeleton(View.of(label)).text
    digits = plain.translate(_DIGITS)
    names = {plain, digits, plain.replace("1", "i").translate(_DIGITS)}
    for name in tuple(names):
        for pair, letter in _PAIRS:
            if pair in name:
                names.add(name.replace(pair, letter))
    return frozenset(names)


def near(one: str, other: str) -> bool:
    """Whether one letter was added, dropped, replaced or two neighbours swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


class Likeness(NamedTuple):
    """Whom a host looks like, and by what."""

    trusted: str
    how: str


def lookalike(typed: str, own: Iterable[str], known: Iterable[str] = WELL_KNOWN) -> Likeness | None:
    """Which trusted domain the host imitates; None for trusted hosts themselves and all others.

    `own` are the brand's domains; `known` others that people trust. `typed` is the host as written.
    """
    own, known = tuple(own), tuple(known)
    seen = host(typed)
    disguised = not typed.isascii() or "xn--" in typed.lower()
    trusted = {host(domain).registered for domain in (*own, *known)}
    if seen.registered in trusted and (seen.registered in typed.lower()):
        return None
    for domain in (*own, *known):
        real, is_own = host(domain), domain in own
        if len(real.name) < 3:
            continue
        how = _likeness(seen, real, is_own, disguised)
        if how:
            return Likeness(domain, how)
    return None


def _likeness(seen: Host, real: Host, own: bool, disguised: bool) -> str | None:
    size = len(real.name)
    if f".{seen.below}.".find(f".{real.registered}.") >= 0:
        return "its address before another one"
    names = read_as(seen.name)
    if real.name in names:
        if seen.name != real.name:
            return "look-alike letters"
        if disguised:
            return "unusual letters"
        return "another ending" if own else None
    if size >= (5 if own else 6) and any(near(name, real.name) for name in names):
        return "a misspelling"
    if own and size >= 4:
        parts = {part for name in names for part in name.split("-")}
        if real.name in parts or any(
            (name.startswith(real.name) or name.endswith(real.name)) and size >= 5 for name in names
        ):
            return "its name with other words"
        if any(real.name == label for label in seen.below.split(".")) and size >= 5:
            return "its name before another address"
    return None
