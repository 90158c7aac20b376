"""A brand's lists: what each is for, and what is odd about new entries, in sentences for whoever decides."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from reviewer.text.words import ranks

LISTS: Mapping[str, str] = MappingProxyType(
    {
        "own": "Our own brands and products",
        "competitors": "Competitors and their products",
        "code_names": "Code names that nobody outside may read",
        "embargoes": "What waits for a day: `Name | 2027-03-01`",
        "executives": "Executives",
        "spokespersons": "Who speaks for us",
        "partners": "Partners who are named",
        "event_marks": "Marks of events that are not ours",
        "contacts": "Addresses and numbers that may be published",
        "domains": "Our own domains",
        "facts": "Approved facts and figures",
        "terms": "Words that we don't use",
    }
)
"""The lists that there are without any rule of the brand's own, and what people read about them."""
EVERYDAY_RANK = 40_000
"""Words up to this rank are met in ordinary posts; the list of `text.words` is ordered by frequency."""
OPPOSED = (
    ("own", "competitors"),
    ("own", "terms"),
    ("partners", "competitors"),
    ("spokespersons", "code_names"),
)
"""Lists that mean opposite things: an entry of both is a contradiction."""


def merged(
    house: Mapping[str, tuple[str, ...]], own: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The lists of a brand below a house: the house's entries, then its own."""
    return {
        name: tuple(dict.fromkeys((*house.get(name, ()), *own.get(name, ())))) for name in {**house, **own}
    }


def amended(
    lists: Mapping[str, tuple[str, ...]],
    add: Mapping[str, Iterable[str]],
    remove: Mapping[str, Iterable[str]],
) -> dict[str, tuple[str, ...]]:
    """The lists with entries taken away and added, each once; a list without entries is gone."""
    changed = dict(lists)
    for name, entries in remove.items():
        gone = frozenset(entries)
        changed[name] = tuple(entry for entry in changed.get(name, ()) if entry not in gone)
    for name, entries in add.items():
        changed[name] = tuple(dict.fromkeys((*changed.get(name, ()), *entries)))
    return {name: entries for name, entries in changed.items() if entries}


def everyday(entry: str) -> bool:
    """Is this a word, or a pair of words, that ordinary posts hold too."""
    words = re.findall(r"[^\W\d_]+", entry.lower())
    return 0 < len(words) < 3 and all(ranks().get(word, EVERYDAY_RANK) < EVERYDAY_RANK for word in words)


def volume(entry: str, posts: Iterable[str]) -> int:
    """How many of these posts (in any case) hold the entry as a word of its own."""
    pattern = re.compile(rf"(?<!\w){re.escape(entry)}(?!\w)", re.IGNORECASE)
    return sum(pattern.search(post) is not None for post in posts)


def contradictions(lists: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Entries that stand in two lists of opposite meaning, as sentences."""
    said = []
    for one, other in OPPOSED:
        both = {e.casefold() for e in lists.get(one, ())} & {e.casefold() for e in lists.get(other, ())}
        said += [f"{entry!r} stands in both {one} and {other}: choose one." for entry in sorted(both)]
    return said
