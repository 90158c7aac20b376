"""The record, its proofs, media, and what a problem means."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from reviewer.model import Event
from reviewer.web.answers.given import Given


class SubjectOut(Given):
    type: str
    id: str


class EventOut(Given):
    """Who did what, to what, having seen what. Refusals included."""

    seq: int | None
    at: datetime
    brand: str
    actor: str
    action: str
    subject: SubjectOut
    digests: tuple[str, ...]
    seen: tuple[str, ...]
    detail: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(
            seq=event.seq,
            at=event.at,
            brand=event.brand,
            actor=event.actor,
            action=event.action,
            subject=SubjectOut(type=event.subject[0], id=event.subject[1]),
            digests=event.digests,
            seen=event.seen,
            detail=dict(event.detail),
        )


class EventsOut(Given):
    """One page of the log, oldest first."""

    items: tuple[EventOut, ...]

    @classmethod
    def of(cls, events: Sequence[Event]) -> Self:
        return cls(items=tuple(map(EventOut.of, events)))


class MediaOut(Given):
    """A stored file, by the SHA-256 of its bytes; `size` in bytes."""

    sha256: str
    mime: str
    size: int


class ProblemTypeOut(Given):
    """What a problem's `type` leads to."""

    code: str
    title: str


class HeadOut(Given):
    """A signed head of the record: how many events, the root over them (hex), and the token that says so."""

    size: int
    root: str
    token: str
    at: datetime


class HeadsOut(Given):
    """The signed heads that are kept, smallest first."""

    items: tuple[HeadOut, ...]


class ProofOut(Given):
    """`event`, as it was hashed, is leaf `index` of `size`; `path` and `root` in hex, `head` is signed."""

    seq: int
    event: str
    index: int
    size: int
    root: str
    path: tuple[str, ...]
    head: str


class ConsistencyOut(Given):
    """The consistency proof, hashes in hex."""

    path: tuple[str, ...]
