"""The record as a file that proves itself: JSON lines, checked with the server's public keys alone.

    {"events":3,"heads":1,"reviewer":"audit","v":1}      what the file holds
    {"action":"draft.created", … ,"seq":1,"v":1}         every event as it was hashed (RFC 8785)
    {"head":"eyJ…","number":1}                           after its last event, each signed head

A head is a JWS over how many events there are and the root of the tree over them (RFC 9162), so that
whatever was changed in front of it is found there at the latest. What follows the last head is signed by
nobody. Whoever keeps a head elsewhere can also see that a log was cut back to an earlier head.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from reviewer import release
from reviewer.errors import PermitRefused
from reviewer.ledger import Frontier, leaf_hash

VERSION = 1
EVENT = frozenset(
    ("v", "seq", "at", "brand", "actor", "action", "subject", "digests", "seen", "detail"),
)
"""The keys of an event."""


class NotWhole(ValueError):
    """The first place of a transcript that is wrong: its line, counted from 1, and what is wrong there.

    Line 0 is no line of it: a head that was kept elsewhere can't be trusted.
    """

    def __init__(self, line: int, why: str) -> None:
        self.line, self.why = line, why
        super().__init__(self.place)

    @property
    def place(self) -> str:
        """For people: where, and what."""
        return f"Line {self.line}: {self.why}" if self.line else self.why.capitalize()


@dataclass(frozen=True)
class Whole:
    """A transcript that holds: `signed` of its events are under heads, the last of `signed_at`."""

    events: int
    heads: int
    signed: int
    signed_at: datetime
    root: str
    """Over the events that are signed, in hex."""
    issuers: frozenset[str]

    @property
    def unsigned(self) -> int:
        return self.events - self.signed


def write(events: Iterable[bytes], count: int, heads: Sequence[tuple[int, str]]) -> Iterator[bytes]:
    """The lines of a transcript of `count` events (canonical bytes); `heads` are (size, token), ascending."""
    yield _canonical({"reviewer": "audit", "v": VERSION, "events": count, "heads": len(heads)})
    given = 0
    for size, event in enumerate(events):
        while given < len(heads) and heads[given][0] == size:
            given += 1
            yield _canonical({"head": heads[given - 1][1], "number": given})
        yield event
    for number, (_, token) in enumerate(heads[given:], given + 1):
        yield _canonical({"head": token, "number": number})


def verify(
    lines: Iterable[bytes],
    keys: Mapping[str, Any],
    *,
    kept: Iterable[str] = (),
    unsigned: bool = False,
) -> Whole:
    """Check a transcript from its first line (each with its line end) to its last.

    Args:
        lines: as a binary file gives them.
        keys: the server's public keys (JWKS), from another place than the transcript.
        kept: tokens of heads that were kept elsewhere, which the transcript has to reach and agree with.
        unsigned: whether events may follow the last head.

    Raises:
        NotWhole: at the first place that is wrong.
    """
    reader = Reader(keys, kept=kept)
    for line in lines:
        reader.take(line)
    return reader.finish(unsigned=unsigned)


class Reader:
    """A transcript being checked. Everything that it remembers is immutable, so a copy goes on by itself."""

    def __init__(self, keys: Mapping[str, Any], *, kept: Iterable[str] = ()) -> None:
        self._keys = keys
        self._kept = {claims["size"]: claims["root"] for claims in map(self._kept_head, kept)}
        self._line = 0
        self._said: Mapping[str, int] = {}
        self._log = Frontier()
        self._seq = 0
        self._heads = 0
        self._signed, self._signed_line, self._signed_at, self._root = -1, 1, 0, ""
        self._issuers: frozenset[str] = frozenset()

    def take(self, line: bytes) -> None:
        """Read the next line; raises NotWhole where it is wrong."""
        self._line += 1
        if not line.endswith(b"\n"):
            raise self._wrong("the file ends in the middle of a line.")
        body = line[:-1]
        value = self._read(body)
        if self._line == 1:
            self._begin(value)
        elif value.keys() == {"head", "number"}:
            self._sign(value["head"], value["number"])
        else:
            self._add(value, body)

    def finish(self, *, unsigned: bool = False) -> Whole:
        """Say that the file ends here; raises NotWhole where something is missing."""
        self._line += 1
        if not self._said:
            raise self._wrong("there is nothing here: give an export of the record.")
        if self._heads != self._said["heads"] or self._log.size != self._said["events"]:
            raise self._wrong(
                f"the file ends after {self._log.size} events and {self._heads} heads; "
                f"there were {self._said['events']} and {self._said['heads']}."
            )
        loose = self._log.size - max(self._signed, 0)
        if not self._heads or (loose and not unsigned):
            raise self._wrong(f"no head was signed over the last {loose} events.")
        for size in self._kept:
            if size > self._log.size:
                raise self._wrong(
                    f"the file ends after {self._log.size} events; a head that you kept has {size}."
                )
        at = datetime.fromtimestamp(self._signed_at, UTC)
        return Whole(self._log.size, self._heads, self._signed, at, self._root, self._issuers)

    def _read(self, body: bytes) -> dict[str, Any]:
        try:
            value = json.loads(body.decode())
            same = isinstance(value, dict) and rfc8785.dumps(value) == body
        except (ValueError, RecursionError):
            same = False
        if not same:
            raise self._wrong("this is not as the server writes it.")
        return value  # type: ignore[no-any-return]  # a JSON object

    def _begin(self, value: dict[str, Any]) -> None:
        counts = {name: value.get(name) for name in ("events", "heads")}
        wanted = {"reviewer": "audit", "v": VERSION, **counts}
        if value != wanted or any(type(count) is not int for count in counts.values()):
            raise self._wrong("this is not an export of the record, or of a newer version.")
        self._said = {name: int(count) for name, count in counts.items() if count is not None}

    def _add(self, value: dict[str, Any], body: bytes) -> None:
        if value.keys() != EVENT or value["v"] != VERSION:
            raise self._wrong("this is neither an event nor a head.")
        if type(value["seq"]) is not int or value["seq"] <= self._seq:
            raise self._wrong(f"event {value['seq']} stands after event {self._seq}.")
        self._seq = value["seq"]
        self._log = self._log.with_leaf(leaf_hash(body))
        wanted = self._kept.get(self._log.size)
        if wanted is not None and wanted != self._log.root().hex():
            raise self._wrong("up to here these are not the events of a head that you kept.")

    def _sign(self, token: object, number: object) -> None:
        if number != self._heads + 1:
            raise self._wrong(f"head {self._heads + 1} should stand here or before.")
        claims = self._head(token)
        if claims["size"] != self._log.size or claims["size"] <= self._signed:
            raise self._wrong(f"this head is over {claims['size']} events; here are {self._log.size}.")
        if claims["iat"] < self._signed_at:
            raise self._wrong("this head was signed before the one in front of it.")
        if claims["root"] != self._log.root().hex():
            raise self._wrong(
                f"something between line {self._signed_line + 1} and here is not what was signed here."
            )
        self._signed, self._signed_line, self._signed_at = claims["size"], self._line, claims["iat"]
        self._root = claims["root"]
        self._issuers |= {claims["iss"]}
        self._heads += 1

    def _head(self, token: object) -> dict[str, Any]:
        if not isinstance(token, str) or not _one_spelling(token):
            raise self._wrong("this head is not as the server writes it.")
        try:
            return release.read_head(token, self._keys)
        except PermitRefused:
            raise self._wrong("none of the keys that you gave has signed this head.") from None

    def _kept_head(self, token: str) -> dict[str, Any]:
        try:
            return release.read_head(token, self._keys)
        except PermitRefused:
            raise NotWhole(0, "none of the keys that you gave has signed the head that you kept.") from None

    def _wrong(self, why: str) -> NotWhole:
        return NotWhole(self._line, why)


def _one_spelling(token: str) -> bool:
    """A JWS whose signature is spelt as by its maker: base64 has spare bits that change nothing."""
    signature = token.rpartition(".")[2]
    try:
        plain = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    except (binascii.Error, ValueError):
        return False
    return base64.urlsafe_b64encode(plain).decode().rstrip("=") == signature


def _canonical(value: dict[str, Any]) -> bytes:
    return rfc8785.dumps(value)
