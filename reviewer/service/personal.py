"""One person's data: everything that is here about them, and taking away who they were.

The record holds ids and digests, so it stays whole, and provable, when a name goes: what is erased stands
in other tables. An id says in the record that the same person acted, and nothing else about them.
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import regex

from reviewer.errors import Conflict, NotAllowed, NotFound
from reviewer.model import Actor, Event, Json
from reviewer.service.people import OPERATOR
from reviewer.store import Deletion, Mention, Person, Store, Tx
from reviewer.store.persons import CONTENTS, EMPTIED, GUARDED

INSTEAD = "[erased]"
"""What stands where a name stood in texts that are kept."""


@dataclass(frozen=True)
class Erased:
    """What an erasure took, or would take: drafts whose contents go, texts that are emptied or lose a name.

    `remains` names the tables that still name the person, where that is not theirs alone: rules and lists
    that a brand wrote, names of accounts.
    """

    person: str
    drafts: tuple[str, ...]
    texts: int
    remains: tuple[str, ...]


class PersonalData:
    """Export and erasure, for the person themself and for whoever looks after the system."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def export(self, actor: Actor, person_id: str) -> dict[str, Any]:
        """Everything that is here about a person, as plain JSON: for themself, or a system admin.

        `tables` holds every row that names them by id or address; secrets and other people's words about
        them are left out.
        """
        if actor.service or (actor.id != person_id and not _looks_after(actor)):
            raise NotAllowed("Everybody may have their own data; those of others are for a system admin.")
        now = self._clock()
        with self._store.read() as tx:
            person, brands = tx.person(person_id), tx.brands_of(person_id)
            addresses = tx.addresses_of(person_id)
            found = {
                "person": {"id": person.id, "name": person.name, "email": person.email},
                "addresses": sorted(addresses),
                "at": now.isoformat(),
                "tables": tx.rows_about(person_id, addresses),
            }
        self._store.write(lambda tx: _log(tx, brands, actor.id, "person.exported", person_id, {}, now))
        return found

    def plan(self, actor: Actor, person_id: str, *, mentions: bool = True) -> Erased:
        """What an erasure would take; changes nothing. Raises what the erasure would raise."""
        result: list[Erased] = []

        def run(tx: Tx) -> None:
            result[:] = [self._erase(tx, actor, person_id, mentions=mentions)]
            raise _NotNow

        with suppress(_NotNow):
            self._store.write(run)
        return result[0]

    def erase(self, actor: Actor, person_id: str, *, mentions: bool = True) -> Erased:
        """Take away who somebody was; their id, and what it decided, stay in the record.

        Gone are the account, the ways of signing in, the contents of posts that they began and that never
        went out, what they said about posts, and, with `mentions`, every text that names them.

        Raises:
            NotAllowed: not a system admin, or oneself.
            Conflict: they can still sign in, a legal hold stands, a go-ahead is alive, or a pause names
                them; says what to do first.
        """
        erased = self._store.write(lambda tx: self._erase(tx, actor, person_id, mentions=mentions))
        self._store.settle()
        return erased

    def find(self, email: str) -> Person:
        """The person with an address; raises NotFound."""
        with self._store.read() as tx:
            person = tx.person_by_email(email)
        if person is None:
            raise NotFound(f"Nobody here has the address {email}.")
        return person

    def _erase(self, tx: Tx, actor: Actor, person_id: str, *, mentions: bool) -> Erased:
        person, now = tx.person(person_id), self._clock()
        if not _looks_after(actor) or actor.id == person_id:
            raise NotAllowed("Erasing somebody's data is for another person, a system admin.")
        if person.active:
            raise Conflict("They can still sign in: shut them out first, then erase their data.")
        brands, addresses = tx.brands_of(person_id), tx.addresses_of(person_id)
        names = [person.name] if mentions else []
        named = pattern(names, addresses)
        theirs = tx.drafts_of(person_id)
        tx.forget_person(person_id, addresses, now)
        tx.drop_mail(addresses, now)
        found = list(tx.mentions(lambda text: named.search(text) is not None))
        drafts = {*theirs, *((m.brand or "", m.draft or "") for m in found if m.table in CONTENTS)}
        _check_free(tx, {*brands, *(b for b, _ in drafts), *(m.brand or "" for m in found)}, drafts, found)
        if alive := tx.alive_permits([draft for _, draft in drafts], now):
            raise Conflict(
                f"A go-ahead is alive for {', '.join(alive)}: revoke it, or wait till it has ended."
            )
        why = Deletion("erasure", actor.id, now)
        for brand, draft in sorted(drafts):
            tx.take_contents(brand, draft, why)
            digests = tx.review(draft).draft.digests
            detail: dict[str, Json] = {"why": "erasure"}
            tx.append(
                Event(now, brand, actor.id, "contents.deleted", ("draft", draft), digests, detail=detail)
            )
        gone = {draft for _, draft in drafts}
        texts, remains = _texts(tx, found, gone, named, why), _remaining(found)
        for brand, draft, position in tx.comments_of(person_id):
            key = {"draft_id": draft, "position": position}
            tx.take_row(brand, draft, "comments", key, why)
            texts += 1
        tx.note_deletion("person", person_id, why)
        said: dict[str, Json] = {"drafts": len(drafts), "texts": texts, "mentions": mentions}
        _log(tx, brands, actor.id, "person.erased", person_id, said, now)
        return Erased(person_id, tuple(sorted(gone)), texts, remains)


class _NotNow(Exception):  # not an error: rolls a rehearsal back
    pass


def pattern(names: Iterable[str], addresses: Collection[str]) -> "regex.Pattern[str]":
    """What finds somebody in a text: their addresses, and their names as whole words.

    A name of several words is found whatever its case and whatever stands between the words ("jane-doe");
    a name of one word only as it is written: "will" is a word too.
    """
    pieces = [f"(?i:(?<![\\w.+-]){regex.escape(address)}(?![\\w-]))" for address in sorted(addresses)]
    for name in names:
        words = regex.findall(r"[\p{L}\p{M}\p{N}]+", name)
        joined = r"[^\p{L}\p{M}\p{N}]{1,3}".join(map(regex.escape, words))
        if words:
            flags = "(?i:" if len(words) > 1 else "(?:"
            pieces.append(rf"(?<![\p{{L}}\p{{N}}]){flags}{joined})(?![\p{{L}}\p{{N}}])")
    return regex.compile("|".join(pieces) or r"(?!)")


def _texts(
    tx: Tx, found: Iterable[Mention], gone: Collection[str], named: "regex.Pattern[str]", why: Deletion
) -> int:
    """Empty or change the texts that name somebody, outside of drafts that are gone; returns how many."""
    texts = 0
    for mention in found:
        if mention.table in CONTENTS or (mention.draft in gone and mention.table in EMPTIED):
            continue
        if mention.table in EMPTIED:
            brand, subject = mention.brand or "", _subject(tx, mention)
            tx.take_row(brand, subject, mention.table, mention.key, why)
        elif mention.table not in GUARDED:
            tx.redact(mention, lambda text: named.sub(INSTEAD, text))
        else:
            continue
        texts += 1
    return texts


def _subject(tx: Tx, mention: Mention) -> str:
    """What a deletion has to name, so that the database lets go of this row."""
    match mention.table:
        case "dismissals":
            return tx.draft_of_objection(mention.key["objection_id"])
        case "verdicts":
            return tx.digest_of_verdict(mention.brand or "", mention.key["sha256"])
        case "holds":
            return str(mention.key["id"])
        case "publications":
            return mention.draft or str(mention.key["id"])
    return mention.draft or ""


def _remaining(found: Iterable[Mention]) -> tuple[str, ...]:
    kept = GUARDED - EMPTIED - CONTENTS
    return tuple(sorted({m.table for m in found if m.table in kept}))


def _check_free(
    tx: Tx,
    brands: Collection[str],
    drafts: Collection[tuple[str, str]],
    found: Iterable[Mention],
) -> None:
    """Nothing goes of which a legal hold stands, and no pause in force loses its words."""
    for brand in sorted(filter(None, brands)):
        if tx.kept_by_law(brand):
            raise Conflict(f"A legal hold stands on {brand}: nothing of it is deleted until it is lifted.")
        standing = {hold.id for hold in tx.brand(brand).holds if hold.lifted_at is None}
        if any(m.table == "holds" and m.key["id"] in standing for m in found):
            raise Conflict(f"A pause of {brand} that stands names this person: lift it first.")
    for mention in found:
        if mention.brand and mention.draft and tx.kept_by_law(mention.brand, mention.draft):
            raise Conflict(f"A legal hold stands on the post {mention.draft}: it is lifted first.")
    for brand, draft in sorted(drafts):
        if tx.kept_by_law(brand, draft):
            raise Conflict(f"A legal hold stands on the post {draft}: it is lifted first.")


def _looks_after(actor: Actor) -> bool:
    return actor.id == OPERATOR or ("system_admin" in actor.roles and not actor.service)


def _log(
    tx: Tx,
    brands: Iterable[str],
    by: str,
    action: str,
    person_id: str,
    detail: dict[str, Json],
    at: datetime,
) -> None:
    """One entry for each brand of the person, or one of nobody's."""
    for brand in tuple(brands) or ("",):
        tx.append(Event(at, brand, by, action, ("person", person_id), detail=detail))
