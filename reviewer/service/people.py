"""People, their groups and roles, and the keys of tools. Groups sign; roles never do."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher

from reviewer.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Problem
from reviewer.model import Actor, Brand, Event, Json
from reviewer.service.suspension import suspend_vote
from reviewer.store import Key, Person, Store, Tx

Clock = Callable[[], datetime]
ROLES = ("author", "policy_owner", "brand_admin", "auditor", "system_admin")
SCOPES = ("check", "draft:write", "permit", "publication:write", "audit:read")
OPERATOR = "system:operator"
"""Whoever runs commands on the server; in the log, never in a vote."""
SHORTEST_PASSWORD = 12
KEY_DAYS = 365


@dataclass(frozen=True)
class Founder:
    """One of the first people of a brand; `may` are groups and roles."""

    name: str
    email: str
    password: str
    may: tuple[str, ...] = ()


class People:
    """Who belongs to a brand and what they may sign for."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._hasher = PasswordHasher()

    # --- who asks ---

    def actor_for(self, person_id: str, brand_slug: str) -> Actor:
        """A signed-in person as they act for a brand; raises NotAllowed for whoever doesn't belong."""
        with self._store.read() as tx:
            person, brand = tx.person(person_id), tx.brand(brand_slug)
            if not person.active or person_id not in brand.people:
                raise NotAllowed(f"You don't belong to {brand.name}: ask its brand admin to add you.")
            return Actor(person.id, person.name, brand_slug, tx.roles(brand_slug, person_id))

    def actor_for_key(self, key: str) -> Actor:
        """The service account of a key, for the brand that it belongs to; raises NotSignedIn."""
        now = self._clock()
        with self._store.read() as tx:
            found = tx.key(key, now)
            people = [tx.person(p) for p in {found.owner, found.creator}]
        if not all(person.active for person in people):
            raise NotSignedIn("The owner of this key has left: ask a brand admin for a new one.")
        self._store.write(lambda tx: tx.note_key_use(found.prefix, now))
        return Actor(
            id=f"service:{found.service}",
            name=found.name,
            brand=found.brand,
            service=True,
            scopes=found.scopes,
            answerable=frozenset({found.owner, found.creator}),
        )

    def brands_of(self, person_id: str) -> Mapping[str, str]:
        """Slug to name of the brands that a person belongs to."""
        with self._store.read() as tx:
            return {slug: tx.brand(slug).name for slug in tx.brands_of(person_id)}

    def brand(self, actor: Actor) -> Brand:
        """The brand for which this actor speaks."""
        with self._store.read() as tx:
            return tx.brand(actor.brand)

    def names(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Display names of people and tools, present or not."""
        with self._store.read() as tx:
            return tx.names(frozenset(ids))

    def brands(self) -> tuple[Brand, ...]:
        """Every brand of the server, for whoever runs it."""
        with self._store.read() as tx:
            return tuple(tx.brand(slug) for slug in tx.brands())

    def person_by_email(self, email: str) -> Person:
        """The person with this address; raises NotFound."""
        with self._store.read() as tx:
            return _known(tx, email)

    def everybody(self) -> list[Person]:
        """All people of the server, for whoever runs it."""
        with self._store.read() as tx:
            return tx.persons()

    # --- by whoever runs the server ---

    def founded(self, brand_slug: str) -> bool:
        """Could two people ever sign for this brand: then its rules change by proposal (law 10)."""
        with self._store.read() as tx:
            return tx.founded(brand_slug)

    def found(self, brand_slug: str, founders: Iterable[Founder]) -> list[Person]:
        """Bring the first people of a brand in together, once, while no two people sign for it.

        Somebody who is here already keeps their password. Raises NotAllowed for a brand that was founded.
        """
        wanted = [(f, self._hasher.hash(strong(f.password))) for f in founders]

        def run(tx: Tx) -> list[Person]:
            brand, now = tx.brand(brand_slug), self._clock()
            if tx.founded(brand_slug):
                raise NotAllowed(_BY_PROPOSAL.format(brand=brand.name))
            people = []
            for founder, hashed in wanted:
                email = address(founder.email)
                person = tx.person_by_email(email)
                if person is None:
                    person = Person(secrets.token_hex(8), named(founder.name), email)
                    tx.add_person(person, hashed)
                roles = {"author"} | {what for what in founder.may if what in ROLES}
                tx.set_roles(brand_slug, person.id, tx.roles(brand_slug, person.id) | roles)
                groups = [what for what in founder.may if what not in ROLES]
                for group in groups:
                    _check_group(brand, group)
                    tx.add_member(brand_slug, person.id, group, now)
                detail: dict[str, Json] = {"groups": list(groups), "roles": sorted(roles)}
                self._log(tx, brand_slug, "brand.founder_added", ("person", person.id), detail)
                people.append(person)
            return people

        return self._store.write(run)

    def add_brand(self, brand: Brand) -> None:
        """A new brand with its approvals and accounts."""

        def run(tx: Tx) -> None:
            tx.add_brand(brand, self._clock())
            self._log(
                tx, brand.slug, "brand.added", ("brand", brand.slug), {"accounts": sorted(brand.accounts)}
            )

        self._store.write(run)

    def add_person(self, brand_slug: str, email: str, name: str, password: str) -> Person:
        """Somebody who can sign in, as an author of a brand (known addresses are only added to it)."""
        person = Person(secrets.token_hex(8), named(name), address(email))
        hashed = self._hasher.hash(strong(password))

        def run(tx: Tx) -> Person:
            known = tx.person_by_email(person.email)
            if known is None:
                tx.add_person(person, hashed)
            added = known or person
            tx.set_roles(brand_slug, added.id, tx.roles(brand_slug, added.id) | {"author"})
            self._log(tx, brand_slug, "person.added", ("person", added.id))
            return added

        return self._store.write(run)

    def set_password(self, email: str, password: str) -> None:
        """A new password by somebody else; ends every session of the person, whose vote waits (law 10)."""
        hashed = self._hasher.hash(strong(password))

        def run(tx: Tx) -> None:
            person, now = _known(tx, email), self._clock()
            tx.set_password(person.id, hashed, now)
            suspend_vote(tx, person.id, "The password was reset by somebody else.", now, by=OPERATOR)
            for slug in tx.brands_of(person.id):
                self._log(tx, slug, "person.password_set", ("person", person.id))

        self._store.write(run)

    def grant(self, brand_slug: str, email: str, what: str, *, kind: Literal["group", "role"]) -> None:
        """Let a person sign for a group, or give them a role (which never signs).

        Only while no two people sign for the brand; after that it is a proposal, and NotAllowed here.
        """
        self._change(brand_slug, email, what, kind, given=True)

    def revoke(self, brand_slug: str, email: str, what: str, *, kind: Literal["group", "role"]) -> None:
        """Take a group or role away; sign-offs of a removed member stop counting at once."""
        self._change(brand_slug, email, what, kind, given=False)

    def suspend_vote(
        self, person_id: str, reason: str, *, by: str = OPERATOR, address: str | None = None
    ) -> tuple[str, ...]:
        """Suspend a signer's vote in all their brands; see `service.suspension.suspend_vote`."""
        return self._store.write(
            lambda tx: suspend_vote(tx, person_id, reason, self._clock(), by=by, address=address)
        )

    def deactivate(self, email: str) -> None:
        """Shut a person out: sessions and keys end, groups stop counting, all at once."""

        def run(tx: Tx) -> None:
            person, now = _known(tx, email), self._clock()
            tx.set_active(person.id, False, now)
            for slug in tx.brands_of(person.id):
                for key in tx.keys(slug):
                    if person.id in (key.owner, key.creator):
                        tx.revoke_key(key.prefix, now)
                self._log(tx, slug, "person.deactivated", ("person", person.id))

        self._store.write(run)

    def add_service(self, brand_slug: str, service: str, name: str) -> None:
        """A tool of a brand; it acts as `service:<service>` and has no vote."""

        def run(tx: Tx) -> None:
            tx.brand(brand_slug)
            tx.add_service(brand_slug, service, named(name), self._clock())
            self._log(tx, brand_slug, "service.added", ("service", service))

        self._store.write(run)

    def make_key(
        self, brand_slug: str, service: str, scopes: Iterable[str], owner_email: str, days: int = KEY_DAYS
    ) -> str:
        """A key for a service account, returned once. Its owner answers for what comes in through it."""
        wanted = frozenset(scopes)
        unknown = sorted(wanted - set(SCOPES))
        if unknown or not wanted:
            raise Invalid(
                f"Unknown scope {', '.join(unknown) or '(none)'}: choose from {', '.join(SCOPES)}.",
                [Problem("/scopes", "Unknown scope.", "unknown-scope")],
            )

        def run(tx: Tx) -> str:
            owner, now = _known(tx, owner_email), self._clock()
            if owner.id not in tx.brand(brand_slug).people:
                raise Invalid(f"{owner_email} does not belong to this brand: add them first.")
            key = tx.add_key(
                service,
                scopes=wanted,
                owner=owner.id,
                creator=owner.id,
                at=now,
                expires_at=now + timedelta(days=days),
            )
            made = next(k for k in tx.keys(brand_slug) if key.split("_")[1] == k.prefix)
            detail: dict[str, Json] = {"prefix": made.prefix, "scopes": sorted(wanted), "owner": owner.id}
            self._log(tx, brand_slug, "key.made", ("service", service), detail)
            return key

        return self._store.write(run)

    def keys(self, brand_slug: str) -> list[Key]:
        """All keys of a brand, without their secrets."""
        with self._store.read() as tx:
            return tx.keys(brand_slug)

    def revoke_key(self, brand_slug: str, prefix: str) -> None:
        """End a key at once."""

        def run(tx: Tx) -> None:
            if prefix not in {key.prefix for key in tx.keys(brand_slug)}:
                raise NotFound(f"{brand_slug} has no key {prefix}: list its keys to see them.")
            tx.revoke_key(prefix, self._clock())
            self._log(tx, brand_slug, "key.revoked", ("key", prefix))

        self._store.write(run)

    def _change(
        self, brand_slug: str, email: str, what: str, kind: Literal["group", "role"], *, given: bool
    ) -> None:
        def run(tx: Tx) -> None:
            brand, person, now = tx.brand(brand_slug), _known(tx, email), self._clock()
            if given and tx.founded(brand_slug):
                raise NotAllowed(_BY_PROPOSAL.format(brand=brand.name))
            if kind == "group":
                _check_group(brand, what)
            elif what not in ROLES:
                raise Invalid(f"There is no role {what}: choose from {', '.join(ROLES)}.")
            if kind == "group" and given:
                if not person.active:
                    raise Conflict(f"{person.name} was shut out: nobody inactive can sign.")
                tx.add_member(brand_slug, person.id, what, now)
            elif kind == "group":
                tx.remove_member(brand_slug, person.id, what, now)
            else:
                roles = tx.roles(brand_slug, person.id)
                tx.set_roles(brand_slug, person.id, roles | {what} if given else roles - {what})
            action = f"{kind}.{'granted' if given else 'revoked'}"
            self._log(tx, brand_slug, action, ("person", person.id), {kind: what})

        self._store.write(run)

    def _log(
        self,
        tx: Tx,
        brand: str,
        action: str,
        subject: tuple[str, str],
        detail: Mapping[str, Json] | None = None,
    ) -> None:
        tx.append(Event(self._clock(), brand, OPERATOR, action, subject, detail=dict(detail or {})))


def _check_group(brand: Brand, group: str) -> None:
    if group not in brand.approvals.groups:
        known = ", ".join(brand.approvals.groups)
        raise Invalid(f"There is no group {group}: choose from {known}.")


_BY_PROPOSAL = "Two people sign for {brand}, so this takes two of them: make it a proposal (law 10)."


def _known(tx: Tx, email: str) -> Person:
    person = tx.person_by_email(email)
    if person is None:
        raise NotFound(f"Nobody here has the address {email}: add them first.")
    return person


def named(name: str) -> str:
    if not name.strip():
        raise Invalid(
            "A name is needed: it stands beside every decision.", [Problem("/name", "Empty.", "empty")]
        )
    return name.strip()


def address(email: str) -> str:
    local, at, domain = email.strip().lower().rpartition("@")
    if not (local and at and domain) or any(c.isspace() for c in email.strip()):
        raise Invalid(f"{email!r} is not an e-mail address.", [Problem("/email", "No address.", "email")])
    return f"{local}@{domain}"


def strong(password: str) -> str:
    """NIST SP 800-63B: length counts, composition rules don't."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(
            f"A password needs {SHORTEST_PASSWORD} characters: a few words in a row will do.",
            [Problem("/password", "Too short.", "too-short")],
        )
    return password
