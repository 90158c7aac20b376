"""Rota and absence, and the languages that people read. They act at once: nobody may sign by being here."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Literal

from reviewer.errors import Invalid, NotAllowed, Problem
from reviewer.model import Actor, Brand, Event, Json, Presence
from reviewer.service.drafts import new_id
from reviewer.store import Store, Tx
from reviewer.workflow import rota, signing_groups

LONGEST = timedelta(days=366)
LONGEST_SHIFT = timedelta(days=7)
MOST_LANGUAGES = 30
LANGUAGE = re.compile(r"[a-z]{2,8}")


class Rota:
    """The use cases of time."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def roster(self, actor: Actor) -> tuple[Presence, ...]:
        """Who is on call or away, now and later; for the people of the brand."""
        with self._store.read() as tx:
            brand = tx.brand(actor.brand)
            _check_person(brand, actor)
            return tx.roster(brand.slug, self._clock())

    def set(
        self,
        actor: Actor,
        person: str,
        kind: Literal["on_call", "away"],
        start: datetime,
        end: datetime,
        *,
        weekly: bool = False,
    ) -> Presence:
        """Say when somebody is on call or away: oneself, or a colleague, who is named in the log."""

        def run(tx: Tx) -> Presence:
            brand, now = tx.brand(actor.brand), self._clock()
            _check_person(brand, actor)
            self._check_subject(brand, actor, person, kind)
            longest = LONGEST_SHIFT if kind == "on_call" else LONGEST
            if not timedelta(0) < end - start <= longest or (end <= now and not weekly):
                raise Invalid(
                    f"Choose an end after the beginning, at most {longest.days} days later, that lies ahead.",
                    [Problem("/end", "No such span.", "span")],
                )
            presence = Presence(
                new_id(), person, kind, start, end, actor.id, now, weekly and kind == "on_call"
            )
            tx.add_presence(brand.slug, presence)
            detail: dict[str, Json] = {
                "kind": kind,
                "start": start.isoformat(),
                "end": end.isoformat(),
                "weekly": presence.weekly,
            }
            tx.append(Event(now, brand.slug, actor.id, "rota.set", ("person", person), detail=detail))
            return presence

        return self._store.write(run)

    def take_back(self, actor: Actor, presence_id: str) -> None:
        """End it now: one's own, one that one set, or any as a member of a signing group."""

        def run(tx: Tx) -> None:
            brand, now = tx.brand(actor.brand), self._clock()
            _check_person(brand, actor)
            ended = tx.take_back_presence(brand.slug, presence_id, now)
            self._check_subject(brand, actor, ended.person, ended.kind)
            detail: dict[str, Json] = {"kind": ended.kind}
            tx.append(
                Event(now, brand.slug, actor.id, "rota.taken_back", ("person", ended.person), detail=detail)
            )

        self._store.write(run)

    def languages(self, actor: Actor) -> frozenset[str]:
        """What this person reads, as primary subtags."""
        with self._store.read() as tx:
            return tx.languages(actor.brand).get(actor.id, frozenset())

    def read_languages(self, actor: Actor, languages: Iterable[str]) -> frozenset[str]:
        """Say which languages one reads; where the brand asks for it, only those are signed for."""
        wanted = frozenset(
            language.strip().lower().partition("-")[0] for language in languages if language.strip()
        )
        wrong = sorted(language for language in wanted if not LANGUAGE.fullmatch(language))
        if wrong or len(wanted) > MOST_LANGUAGES:
            raise Invalid(
                "Write languages as their short names, like en, de or pt.",
                [Problem("/languages", "No language.", "language")],
            )

        def run(tx: Tx) -> None:
            brand, now = tx.brand(actor.brand), self._clock()
            _check_person(brand, actor)
            tx.set_languages(actor.id, wanted)
            detail: dict[str, Json] = {"languages": sorted(wanted)}
            tx.append(
                Event(now, brand.slug, actor.id, "person.languages_set", ("person", actor.id), detail=detail)
            )

        self._store.write(run)
        return wanted

    def next_here(self, actor: Actor, people: Iterable[str]) -> datetime | None:
        """When the first of these people is here."""
        now = self._clock()
        with self._store.read() as tx:
            brand = tx.brand(actor.brand)
            return rota.next_here(brand, tx.roster(brand.slug, now), people, now)

    def _check_subject(self, brand: Brand, actor: Actor, person: str, kind: str) -> None:
        if person not in brand.people:
            raise Invalid("This person does not belong here.", [Problem("/person", "Unknown.", "unknown")])
        signs = brand.groups_of(actor.id) & signing_groups(brand)
        if person != actor.id and not signs and "brand_admin" not in actor.roles:
            raise NotAllowed("Only members of signing groups and brand admins set this for a colleague.")
        if kind == "on_call" and not brand.groups_of(person) & signing_groups(brand):
            raise Invalid(
                "Only people who sign for a group can be on call.",
                [Problem("/person", "Signs for nobody.", "group")],
            )


def _check_person(brand: Brand, actor: Actor) -> None:
    if actor.service or actor.id not in brand.people:
        raise NotAllowed(f"Only people of {brand.name} see and set its rota.")
