"""How people join a brand and leave it, and what happens when they change what they sign in with."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from itsdangerous import BadSignature, URLSafeTimedSerializer

from reviewer.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from reviewer.model import Actor, Event, Json
from reviewer.service.people import OPERATOR, Clock, address, named, strong
from reviewer.service.suspension import TELL_KIND, suspend_vote
from reviewer.store import Factors, Identity, Invitation, Person, Store, Suspension, Tx, WayIn

INVITED_FOR = timedelta(days=7)
ADDRESS_LINK = timedelta(hours=24)
INVITATION, ADDRESS = "mail.invitation", "mail.address"
"""The outbox's kinds of mails; each brings its address, subject and text along."""
LONGEST_PROOF = 24 * 60
"""Minutes; a brand that wants less often than daily leaves the setting off."""


@dataclass(frozen=True)
class Member:
    """Somebody of a brand, as its people page shows them."""

    person: Person
    groups: frozenset[str]
    roles: frozenset[str]
    eligible: Mapping[str, str]
    """Groups that they are proposed for, and by what: a directory, an invitation."""
    suspended: Suspension | None


@dataclass(frozen=True)
class Account:
    """What somebody signs in with, and for whom they sign."""

    person: Person
    factors: Factors
    identities: tuple[Identity, ...]
    signs_for: tuple[str, ...]
    """Names of the brands in which a change suspends their vote."""


class Joining:
    """Invitations, addresses, factors, and how a brand wants its people to come in."""

    def __init__(self, store: Store, clock: Clock, public_url: str, secret: str) -> None:
        self._store, self._clock, self._public_url = store, clock, public_url
        self._hasher = PasswordHasher()
        self._addresses = URLSafeTimedSerializer(secret, salt="reviewer.address")

    # --- who is here -----------------------------------------------------------------------------

    def team(self, actor: Actor) -> list[Member]:
        """The people of the actor's brand, by name."""
        with self._store.read() as tx:
            brand, suspended = tx.brand(actor.brand), tx.suspensions(actor.brand)
            eligible: dict[str, dict[str, str]] = {}
            for one in tx.eligible(actor.brand):
                if one.group and one.group not in tx.memberships(actor.brand, one.person):
                    eligible.setdefault(one.person, {})[one.group] = one.source
            members = [
                Member(
                    person=tx.person(person),
                    groups=frozenset(tx.memberships(actor.brand, person)),
                    roles=tx.roles(actor.brand, person),
                    eligible=eligible.get(person, {}),
                    suspended=suspended.get(person),
                )
                for person in brand.people
            ]
        return sorted(members, key=lambda m: (m.person.name.casefold(), m.person.id))

    def account(self, person_id: str) -> Account:
        """One's own account."""
        with self._store.read() as tx:
            brands = [s for s in tx.brands_of(person_id) if tx.memberships(s, person_id)]
            return Account(
                tx.person(person_id),
                tx.factors(person_id),
                tuple(tx.identities_of(person_id)),
                tuple(tx.brand(slug).name for slug in brands),
            )

    # --- invitations -----------------------------------------------------------------------------

    def invitations(self, actor: Actor) -> list[Invitation]:
        """The invitations of the actor's brand that can still be used; for its brand admin."""
        _admin(actor)
        with self._store.read() as tx:
            return tx.invitations(actor.brand, self._clock())

    def invite(self, actor: Actor, email: str, name: str, groups: Iterable[str] = ()) -> Invitation:
        """Mail somebody a link into the brand that works once. It makes them an author, and *eligible* for
        groups: a second person activates (law 10). The link is shown to nobody but its reader."""
        _admin(actor)
        return self._invite(actor.brand, actor.id, actor.name, email, name, groups, mailed=True)[0]

    def invite_by_operator(self, brand: str, email: str, name: str, groups: Iterable[str] = ()) -> str:
        """The same by whoever runs the server, who hands the link over: it is returned and not mailed."""
        return self._invite(brand, OPERATOR, "Reviewer", email, name, groups, mailed=False)[1]

    def _invite(
        self,
        brand_slug: str,
        by: str,
        by_name: str,
        email: str,
        name: str,
        groups: Iterable[str],
        *,
        mailed: bool,
    ) -> tuple[Invitation, str]:
        to, wanted, token = address(email), frozenset(groups), secrets.token_urlsafe(32)
        whom = named(name)
        link = f"{self._public_url}/invitation/{token}"

        def run(tx: Tx) -> Invitation:
            brand, now = tx.brand(brand_slug), self._clock()
            unknown = sorted(wanted - set(brand.approvals.groups))
            if unknown:
                raise Invalid(
                    f"There is no group {', '.join(unknown)} here.",
                    [Problem("/groups", "Unknown group.", "unknown-group")],
                )
            known = tx.person_by_email(to)
            if known is not None and known.id in brand.people and wanted <= brand.groups_of(known.id):
                raise Conflict(f"{known.name} belongs to {brand.name} already.")
            invitation = Invitation(brand_slug, to, whom, wanted, by, now, now + INVITED_FOR)
            tx.invite(token, invitation)
            self._log(tx, brand_slug, by, "person.invited", ("person", ""), {"groups": sorted(wanted)})
            if mailed:
                text = (
                    f"{by_name} invites you to {brand.name} on Reviewer.\n\n{link}\n\n"
                    f"The link works once, until {now + INVITED_FOR:%d %B %Y}. "
                    "If you did not expect it, do nothing."
                )
                subject = f"{by_name} invites you to {brand.name}"
                _mail(tx, INVITATION, token[:12], to, whom, subject, text, now)
            return invitation

        return self._store.write(run), link

    def withdraw(self, actor: Actor, invitation_id: str) -> None:
        """Take an invitation back; the link opens nothing any more."""
        _admin(actor)

        def run(tx: Tx) -> None:
            tx.revoke_invitation(actor.brand, invitation_id, self._clock())
            self._log(tx, actor.brand, actor.id, "person.invitation_withdrawn", ("person", ""))

        self._store.write(run)

    def invitation(self, token: str) -> tuple[Invitation, str, bool]:
        """(the invitation, the brand's name, has this address an account already); raises NotFound."""
        with self._store.read() as tx:
            found = tx.invitation(token, self._clock())
            return found, tx.brand(found.brand).name, tx.person_by_email(found.email) is not None

    def join(self, token: str, name: str, password: str) -> Person:
        """Use an invitation up with a new account; who has one signs in and joins as themselves."""
        hashed = self._hasher.hash(strong(password))

        def run(tx: Tx) -> Person:
            invitation = tx.invitation(token, self._clock())
            if tx.person_by_email(invitation.email) is not None:
                raise Conflict("You have an account here already: sign in, then open the link again.")
            person = Person(secrets.token_hex(8), named(name), invitation.email)
            tx.add_person(person, hashed)
            self.admit(tx, invitation, person.id)
            return person

        return self._store.write(run)

    def join_as(self, person_id: str, token: str) -> Invitation:
        """Use an invitation up as somebody who is signed in."""

        def run(tx: Tx) -> Invitation:
            invitation = tx.invitation(token, self._clock())
            self.admit(tx, invitation, person_id)
            return invitation

        return self._store.write(run)

    def admit(self, tx: Tx, invitation: Invitation, person_id: str) -> None:
        """Make a person an author of the brand, and eligible as the invitation says.

        A mailed link proves its address: where that belongs to another account too, both are one human.
        """
        now, brand = self._clock(), invitation.brand
        tx.use_invitation(invitation, person_id, now)
        if invitation.by != OPERATOR:
            self.prove(tx, person_id, "email", invitation.email)
        tx.set_roles(brand, person_id, tx.roles(brand, person_id) | {"author"})
        tx.make_eligible(brand, person_id, invitation.groups, "invitation", now)
        self._log(tx, brand, person_id, "person.joined", ("person", person_id), {"invited_by": invitation.by})

    def prove(self, tx: Tx, person_id: str, kind: str, value: str) -> None:
        """Note whose an address or subject is proven to be; two accounts with the same are one human."""
        known = tx.person_by_email(value) if kind == "email" else None
        if known is not None and known.id != person_id:
            tx.prove(known.id, kind, value, self._clock())  # it is that account's own address
        other = tx.prove(person_id, kind, value, self._clock())
        if other is not None:
            for slug in {*tx.brands_of(person_id), *tx.brands_of(other)}:
                detail: dict[str, Json] = {"same_as": other, "by": kind}
                self._log(tx, slug, person_id, "person.merged", ("person", person_id), detail)

    def remove(self, actor: Actor, person_id: str) -> None:
        """Take somebody out of the brand at once: groups, roles, what they are eligible for, their keys here.

        Whoever belongs to no other brand is shut out of the server, and every session of theirs ends.
        """
        _admin(actor)
        if actor.id == person_id:
            raise NotAllowed("Nobody takes themselves out: ask another brand admin.")

        def run(tx: Tx) -> None:
            now, slug = self._clock(), actor.brand
            if person_id not in tx.brand(slug).people:
                raise NotFound("There is no such person in this brand.")
            for group in tx.memberships(slug, person_id):
                tx.remove_member(slug, person_id, group, now)
            tx.set_roles(slug, person_id, ())
            for one in tx.eligible(slug, person_id):
                tx.make_ineligible(slug, person_id, (one.group,), one.source)
            for key in tx.keys(slug):
                if person_id in (key.owner, key.creator):
                    tx.revoke_key(key.prefix, now)
            if not tx.brands_of(person_id):
                tx.set_active(person_id, False, now)
            self._log(tx, slug, actor.id, "person.removed", ("person", person_id))

        self._store.write(run)

    # --- what somebody signs in with -------------------------------------------------------------

    def factor_changed(self, person_id: str, reason: str, what: str) -> None:
        """A second factor or passkey was added, changed or removed: the vote waits, the owner is told."""

        def run(tx: Tx) -> None:
            now = self._clock()
            suspend_vote(tx, person_id, reason, now, by=person_id)
            for slug in tx.brands_of(person_id):
                detail: dict[str, Json] = {"what": what}
                self._log(tx, slug, person_id, "person.factor_changed", ("person", person_id), detail)

        self._store.write(run)

    def password_changed(self, person_id: str) -> None:
        """Somebody gave themselves a new password, knowing the old one: they are told, and vote on."""

        def run(tx: Tx) -> None:
            now, person = self._clock(), tx.person(person_id)
            payload = {"to": person.email, "name": person.name, "brands": []}
            reason = {"reason": "Your password was changed, by somebody who knew the old one."}
            tx.enqueue(TELL_KIND, f"{person_id}:{now.isoformat()}", payload | reason, now, now=now)
            for slug in tx.brands_of(person_id):
                self._log(tx, slug, person_id, "person.password_changed", ("person", person_id))

        self._store.write(run)

    def ask_address(self, person_id: str, email: str) -> str:
        """Mail a link to the new address; nothing changes before it was opened. Returns the address."""
        new = address(email)

        def run(tx: Tx) -> None:
            person, now = tx.person(person_id), self._clock()
            if new == person.email:
                raise Invalid("This is your address already.", [Problem("/email", "The same.", "same")])
            token = self._addresses.dumps([person.id, person.email, new])
            text = (
                f"Open this link to sign in to Reviewer with this address from now on:\n\n"
                f"{self._public_url}/address/{token}\n\n"
                "It works once, for a day. If you did not ask for it, do nothing."
            )
            key = f"{person_id}:{now.isoformat()}"
            _mail(tx, ADDRESS, key, new, person.name, "Your new address at Reviewer", text, now)

        self._store.write(run)
        return new

    def change_address(self, token: str) -> Person:
        """The link to the new address was opened: it is the account's from now on, the old one is told."""
        try:
            person_id, old, new = self._addresses.loads(token, max_age=int(ADDRESS_LINK.total_seconds()))
        except (BadSignature, ValueError, TypeError):
            raise NotFound("This link has ended. Ask for a new one on your account page.") from None

        def run(tx: Tx) -> Person:
            person = tx.person(person_id)
            if person.email != old or not person.active:
                raise NotFound("This link was used already. Ask for a new one on your account page.")
            self.move_address(tx, person, new)
            return tx.person(person_id)

        return self._store.write(run)

    def move_address(self, tx: Tx, person: Person, new: str) -> None:
        """Give an account a proven address. Raises Conflict where another account has it; the two are one
        human from then on all the same."""
        other = tx.person_by_email(new)
        self.prove(tx, person.id, "email", new)
        if other is not None and other.id != person.id:
            return
        tx.set_email(person.id, new)
        now = self._clock()
        reason = "The e-mail address was changed."
        suspend_vote(tx, person.id, reason, now, by=person.id, address=person.email)
        for slug in tx.brands_of(person.id):
            self._log(tx, slug, person.id, "person.address_changed", ("person", person.id))

    # --- how a brand wants its people to come in -------------------------------------------------

    def way_in(self, brand: str) -> WayIn:
        """What a brand asks of those who sign in."""
        with self._store.read() as tx:
            return tx.way_in(brand)

    def set_way_in(self, actor: Actor, way: WayIn) -> None:
        """Ask more of those who sign in; asking less is for whoever runs the server."""
        _admin(actor)

        def run(tx: Tx) -> None:
            before = tx.way_in(actor.brand)
            eased = before.require_sso and not way.require_sso
            if before.prove_minutes is not None:
                eased = eased or way.prove_minutes is None or way.prove_minutes > before.prove_minutes
            if eased:
                raise NotAllowed("Asking less takes whoever runs the server: `reviewer user way-in`.")
            self._set_way_in(tx, actor.brand, actor.id, way)

        self._store.write(run)

    def set_way_in_by_operator(self, brand: str, way: WayIn) -> None:
        """What a brand asks, as whoever runs the server sets it."""
        self._store.write(lambda tx: self._set_way_in(tx, brand, OPERATOR, way))

    def _set_way_in(self, tx: Tx, brand: str, by: str, way: WayIn) -> None:
        if way.prove_minutes is not None and not 1 <= way.prove_minutes <= LONGEST_PROOF:
            raise Invalid(
                f"Give minutes from 1 to {LONGEST_PROOF}.",
                [Problem("/prove_minutes", "Out of range.", "range")],
            )
        tx.brand(brand)
        tx.set_way_in(brand, way)
        detail: dict[str, Json] = {"require_sso": way.require_sso, "prove_minutes": way.prove_minutes}
        self._log(tx, brand, by, "brand.way_in_set", ("brand", brand), detail)

    def _log(
        self,
        tx: Tx,
        brand: str,
        by: str,
        action: str,
        subject: tuple[str, str],
        detail: Mapping[str, Json] | None = None,
    ) -> None:
        tx.append(Event(self._clock(), brand, by, action, subject, detail=dict(detail or {})))


def _admin(actor: Actor) -> None:
    if actor.service or "brand_admin" not in actor.roles:
        raise NotAllowed("Only a brand admin does this: ask one of yours.")


def _mail(tx: Tx, kind: str, key: str, to: str, name: str, subject: str, text: str, now: datetime) -> None:
    tx.enqueue(kind, key, {"to": to, "name": name, "subject": subject, "text": text}, now, now=now)
