"""Whoever comes from an identity provider: whose account that is, and what the directory proposes them for.

An identity is issuer and subject, never an address: addresses change hands. A verified address finds an
account that is there already, once; that is a change of identity provider, so a signer's vote waits for a
second person (law 10).
"""

import secrets
from dataclasses import dataclass

from reviewer.errors import NotAllowed, NotFound
from reviewer.integrations.oidc import Claims
from reviewer.model import Event, Json
from reviewer.service.joining import Joining
from reviewer.service.people import Clock
from reviewer.service.suspension import suspend_vote
from reviewer.store import Identity, Person, Store, Tx

SOURCE = "directory"
BELONGS = ""
"""In place of a group: the directory lets somebody into a brand, and proposes them for none."""


@dataclass(frozen=True)
class Arrival:
    """Who came, and the invitation that they brought along."""

    person: Person
    joined: str | None = None
    """The brand that they joined by it."""


class Directory:
    """People as their organisation knows them."""

    def __init__(
        self, store: Store, clock: Clock, joining: Joining, groups: frozenset[tuple[str, str, str]]
    ) -> None:
        self._store, self._clock, self._joining, self._groups = store, clock, joining, groups

    def arrive(self, claims: Claims, invitation: str | None = None) -> Arrival:
        """Whose account this is: known, found by its verified address, or new where the directory or an
        invitation lets them in. What the directory no longer says ends at once.

        Raises:
            NotAllowed: nobody let them in, or the account was shut out.
        """

        def run(tx: Tx) -> Arrival:
            person = self._known(tx, claims) or self._found(tx, claims) or self._new(tx, claims, invitation)
            if not person.active:
                raise NotAllowed("This account was shut out: ask your brand admin.")
            now = self._clock()
            known = tx.identity(claims.issuer, claims.subject)
            since = known.since if known else now
            tx.save_identity(Identity(claims.issuer, claims.subject, person.id, since, now))
            self._joining.prove(tx, person.id, "subject", f"{claims.issuer} {claims.subject}")
            if claims.email and claims.email_verified:
                self._follow_address(tx, person, claims.email)
            self._follow_groups(tx, person, claims.groups)
            joined = None
            if invitation is not None:
                brought = tx.invitation(invitation, now)
                self._joining.admit(tx, brought, person.id)
                joined = brought.brand
            if not tx.brands_of(person.id):
                raise NotAllowed("You don't belong to a brand here: ask its brand admin to invite you.")
            return Arrival(tx.person(person.id), joined)

        try:
            return self._store.write(run)
        except NotAllowed:  # what was rolled back has to end all the same
            self._store.write(lambda tx: self._leave(tx, claims))
            raise

    def prove_again(self, claims: Claims, person_id: str) -> bool:
        """Is it the same person who is signed in?"""
        with self._store.read() as tx:
            known = tx.identity(claims.issuer, claims.subject)
        return known is not None and known.person == person_id

    def _known(self, tx: Tx, claims: Claims) -> Person | None:
        identity = tx.identity(claims.issuer, claims.subject)
        return tx.person(identity.person) if identity else None

    def _found(self, tx: Tx, claims: Claims) -> Person | None:
        """The account with this verified address, linked from now on."""
        if not (claims.email and claims.email_verified):
            return None
        person = tx.person_by_email(claims.email)
        if person is None:
            return None
        reason = "An identity provider opens this account from now on."
        suspend_vote(tx, person.id, reason, self._clock(), by=person.id)
        for slug in tx.brands_of(person.id):
            detail: dict[str, Json] = {"issuer": claims.issuer}
            self._log(tx, slug, person.id, "person.identity_linked", detail)
        return person

    def _new(self, tx: Tx, claims: Claims, invitation: str | None) -> Person:
        """A new account, for whoever an invitation or the directory lets in."""
        if invitation is None and not self._wanted(tx, claims.groups):
            raise NotAllowed("You don't belong to a brand here: ask its brand admin to invite you.")
        if not claims.email or tx.person_by_email(claims.email) is not None:
            raise NotAllowed(
                "Your organisation did not vouch for your e-mail address, so your account can't be found. "
                "Ask whoever runs its sign-in."
            )
        person = Person(secrets.token_hex(8), claims.name or claims.email.partition("@")[0], claims.email)
        tx.add_person(person)
        return person

    def _follow_address(self, tx: Tx, person: Person, email: str) -> None:
        """Take over a verified address that changed; a signer's vote waits then, and the old one is told."""
        if email != person.email:
            self._joining.move_address(tx, person, email)
        else:
            self._joining.prove(tx, person.id, "email", email)

    def _follow_groups(self, tx: Tx, person: Person, groups: frozenset[str]) -> None:
        """Propose for what is new in the directory, and end at once what is gone from it."""
        now = self._clock()
        wanted, had = self._wanted(tx, groups), tx.eligible_from(SOURCE, person.id)
        for brand, group in sorted(wanted - had):
            tx.make_eligible(brand, person.id, (group,), SOURCE, now)
            if group == BELONGS:
                tx.set_roles(brand, person.id, tx.roles(brand, person.id) | {"author"})
            self._log(tx, brand, person.id, "person.eligible", {"group": group, "source": SOURCE})
        for brand, group in sorted(had - wanted):
            tx.make_ineligible(brand, person.id, (group,), SOURCE)
            if group == BELONGS:
                tx.set_roles(brand, person.id, tx.roles(brand, person.id) - {"author"})
            else:
                tx.remove_member(brand, person.id, group, now)
            self._log(tx, brand, person.id, "person.ineligible", {"group": group, "source": SOURCE})

    def _wanted(self, tx: Tx, groups: frozenset[str]) -> frozenset[tuple[str, str]]:
        """(brand, group) by the mapping in force; entries that name no brand or group of ours say nothing."""
        named = {(brand, group) for name, brand, group in self._groups if name in groups}
        named |= {(brand, BELONGS) for brand, _ in named}
        there: set[tuple[str, str]] = set()
        for brand, group in named:
            try:
                known = tx.brand(brand).approvals.groups
            except NotFound:
                continue
            if group == BELONGS or group in known:
                there.add((brand, group))
        return frozenset(there)

    def _leave(self, tx: Tx, claims: Claims) -> None:
        person = self._known(tx, claims)
        if person is not None:
            self._follow_groups(tx, person, claims.groups)

    def _log(self, tx: Tx, brand: str, person: str, action: str, detail: dict[str, Json]) -> None:
        tx.append(Event(self._clock(), brand, person, action, ("person", person), detail=detail))
