"""Personal data: cards, accounts, identity numbers, contacts, addresses, places, wallets, however hidden.

The brand's own published contacts are let go: list `contacts` holds e-mail addresses, whole domains
(`@acme.example`), phone numbers, street addresses and wallets.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, field_validator

from reviewer.checks import _pii
from reviewer.checks._masked import masked
from reviewer.checks._patterns import one_or_many
from reviewer.model import Context, Hit
from reviewer.text import Document

SENSITIVE = True
KINDS = _pii.KINDS
_INVITATION = re.compile(
    r"(?i)\b(?:call|ring|phone|dial|write to|e-?mail|mail|reach us|contact us|(?:find|visit|meet) us)\b"
    r"[^.!?\n]{0,30}$"
)
_SOMEBODY = re.compile(
    r"(?i)\b(?:me|my|mine|he|him|his|she|her|hers|they|them|their|customer|client|patient|private|home)\b"
)
_ROLE = re.compile(
    r"(?i)(?:info|press|media|jobs|careers|hello|contact|support|help|service|office|team|sales|orders?|shop|"
    r"bookings?|reservations?|privacy|events?|tickets?|feedback|mail|post|welcome|hr|billing|security)@"
)


class Params(BaseModel, frozen=True, extra="forbid"):
    """`kinds` to look for, keys of `_pii.KINDS` (none given: all); `except_kinds` leaves some out.

    `invited` takes only contacts that the post asks its readers to use, or only the others.
    """

    kinds: Annotated[tuple[str, ...], BeforeValidator(one_or_many)] = ()
    except_kinds: Annotated[tuple[str, ...], BeforeValidator(one_or_many)] = ()
    invited: bool | None = None

    @field_validator("kinds", "except_kinds")
    @classmethod
    def _known(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(kinds) - set(_pii.KINDS))
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)}; there are {', '.join(_pii.KINDS)}")
        return kinds


LISTS = ("contacts",)
"""The brand's lists that are read whatever the rule says."""


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Arguments are what kind of data it is and the value, masked; `how` says how it was hidden."""
    own = _published(context.lists.get(LISTS[0], ()))
    for place in _pii.places(document.views):
        wanted = place.kind in params.kinds if params.kinds else place.kind not in params.except_kinds
        if not wanted:
            continue
        typed = document.text[place.start : place.end]
        if own and own.holds(place.value):
            continue
        if params.invited is not None and params.invited != _invites(document.text, place):
            continue
        yield Hit(place.start, place.end, (_pii.KINDS[place.kind], masked(typed)), how=place.how)


def _invites(text: str, place: _pii.Place) -> bool:
    """Whether a business asks its readers to call, write or come, at a contact that is no single person's."""
    asked = _INVITATION.search(text, max(0, place.start - 60), place.start)
    if asked is None or _SOMEBODY.search(asked[0]):
        return False
    return place.kind != "EMAIL_ADDRESS" or _ROLE.match(place.value) is not None


class Published:
    """The brand's own contacts, compared without spaces, signs and case."""

    def __init__(self, contacts: tuple[str, ...]) -> None:
        self._exact = frozenset(map(_bare, contacts))
        self._domains = tuple(contact.lower() for contact in contacts if contact.startswith("@"))
        self._digits = tuple(
            digits[-9:]
            for contact in contacts
            if len(digits := re.sub(r"\D", "", contact)) > 8 and "@" not in contact
        )

    def holds(self, value: str) -> bool:
        """Whether a value found in a text is one of these."""
        if _bare(value) in self._exact or value.lower().endswith(self._domains or ("\0",)):
            return True
        digits = re.sub(r"\D", "", value)
        return len(digits) > 8 and not re.search(r"[A-Za-z]", value) and digits[-9:] in self._digits


def _bare(value: str) -> str:
    return re.sub(r"[^a-z0-9@.]", "", value.lower())


@lru_cache(maxsize=64)
def _published(contacts: tuple[str, ...]) -> Published | None:
    return Published(contacts) if contacts else None
