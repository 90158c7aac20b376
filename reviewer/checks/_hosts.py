"""Hosts that pretend to be another: how a host's name compares with a name that people trust."""

from contextlib import suppress
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import tldextract

from reviewer.text.skeleton import skeleton
from reviewer.text.view import View

WELL_KNOWN: tuple[str, ...] = (
        "google.com", "youtube.com", "facebook.com", "instagram.com", "whatsapp.com", "twitter.com",
        "linkedin.com", "tiktok.com", "reddit.com", "pinterest.com", "snapchat.com", "telegram.org",
        "discord.com", "microsoft.com", "office.com", "live.com", "outlook.com", "apple.com", "icloud.com",
        "amazon.com", "netflix.com", "spotify.com", "paypal.com", "stripe.com", "shopify.com", "ebay.com",
        "etsy.com", "airbnb.com", "booking.com", "uber.com", "dropbox.com", "github.com", "gitlab.com",
        "slack.com", "zoom.us", "salesforce.com", "adobe.com", "docusign.com", "mailchimp.com",
        "hubspot.com", "cloudflare.com", "wikipedia.org", "yahoo.com", "bankofamerica.com",
        "wellsfargo.com", "chase.com", "citibank.com", "hsbc.com", "barclays.co.uk", "santander.com",
        "revolut.com", "coinbase.com", "binance.com", "metamask.io", "steampowered.com", "dhl.com",
        "fedex.com", "ups.com", "usps.com", "walmart.com", "target.com", "nike.com", "adidas.com",
)  # fmt: skip
"""Names that are imitated most; for these only disguised or misspelt names count, not other endings."""

_LURES = frozenset(
    [
        "login", "log", "signin", "sign", "secure", "security", "verify", "verification", "account",
        "accounts", "support", "help", "helpdesk", "service", "services", "update", "alert", "alerts", "id",
        "auth", "web", "pay", "payment", "payments", "billing", "refund", "reward", "rewards", "gift",
        "bonus", "prize", "wallet",
        "recovery", "unlock", "confirm", "customer", "online", "official", "tracking", "delivery", "parcel",
        "password", "reset", "mail", "portal", "app", "com",
    ]
)  # fmt: skip
"""What is put beside a known name to make people sign in or pay."""
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
            with suppress(UnicodeError):  # what is no punycode stays as it is
                label = label[4:].encode("ascii").decode("punycode")
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


class Trusted:
    """Domains that people trust, ready to be compared with: `own` are the brand's."""

    def __init__(self, own: tuple[str, ...]) -> None:
        self.own = [(domain, host(domain)) for domain in own]
        self.known = [(domain, host(domain)) for domain in WELL_KNOWN if domain not in own]
        self.registered = frozenset(real.registered for _, real in (*self.own, *self.known))
        self.by_name: dict[str, list[tuple[str, Host]]] = {}
        self.by_size: dict[int, list[tuple[str, Host]]] = {}
        for domain, real in self.known:
            self.by_name.setdefault(real.name, []).append((domain, real))
            for size in (len(real.name) - 1, len(real.name), len(real.name) + 1):
                self.by_size.setdefault(size, []).append((domain, real))

    def like(self, seen: Host) -> list[tuple[str, Host]]:
        """The well-known domains that `seen` may imitate."""
        labels = f"{seen.below}.{seen.registered}".split(".")
        pairs = {f"{one}.{two}" for one, two in pairwise(labels)} | {
            f"{one}.{two}.{three}" for one, two, three in zip(labels, labels[1:], labels[2:], strict=False)
        }
        found = (
            [entry for entry in self.known if entry[1].registered in pairs] if pairs & self.registered else []
        )
        for size in {len(name) for name in read_as(seen.name)}:
            found += self.by_size.get(size, ())
        for part in {part for name in _labels(seen) for part in name.split("-")}:
            found += self.by_name.get(part, ())
        return found


def _labels(seen: Host) -> frozenset[str]:
    """The names that the registered label and the labels below it may be read as."""
    return read_as(seen.name).union(*map(read_as, filter(None, seen.below.split("."))))


@lru_cache(maxsize=64)
def trusted(own: tuple[str, ...]) -> Trusted:
    """The trusted domains of a brand with its `own`."""
    return Trusted(own)


@lru_cache(maxsize=4096)
def lookalike(typed: str, own: tuple[str, ...]) -> Likeness | None:
    """Which trusted domain the host imitates; None for trusted hosts themselves and all others.

    `own` are the brand's domains; `typed` is the host as written.
    """
    everybody = trusted(own)
    seen = host(typed)
    disguised = not typed.isascii() or "xn--" in typed.lower()
    if seen.registered in everybody.registered and seen.registered in typed.lower():
        return None
    for is_own, domains in ((True, everybody.own), (False, everybody.like(seen))):
        for domain, real in domains:
            how = _likeness(seen, real, is_own, disguised) if len(real.name) > 2 else None
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
    if any(_lures(name, real.name) for name in _labels(seen)):
        return "its name with other words"
    if own and size >= 4:
        parts = {part for name in names for part in name.split("-")}
        if real.name in parts or any(
            (name.startswith(real.name) or name.endswith(real.name)) and size >= 5 for name in names
        ):
            return "its name with other words"
        if any(real.name == label for label in seen.below.split(".")) and size >= 5:
            return "its name before another address"
    return None


def _lures(label: str, name: str) -> bool:
    """Whether a label is the name and words that lure, such as `login`; glued, only to a longer name."""
    parts = label.split("-")
    if name in parts and len(parts) > 1:
        return any(part in _LURES for part in parts)
    rest = label.removeprefix(name) if label.startswith(name) else label.removesuffix(name)
    return len(name) > 3 and len(rest) > 3 and rest in _LURES
