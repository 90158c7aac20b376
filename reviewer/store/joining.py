"""How people come to be here: identity providers, proven addresses, eligibility, invitations."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select

from reviewer.errors import NotFound
from reviewer.store import identities as i
from reviewer.store.access import sha256_of
from reviewer.store.part import StorePart
from reviewer.store.values import Eligibility, Factors, Identity, Invitation, Passkey, WayIn

NO_INVITATION = "This invitation was used already, has ended, or was taken back. Ask for a new one."


class Joining(StorePart):
    """The joining side of a transaction."""

    # --- identity providers ----------------------------------------------------------------------

    def identity(self, issuer: str, subject: str) -> Identity | None:
        """Whose account a provider's subject opens; None where it opens none (any more)."""
        row = self.session.get(i.Identities, (issuer, subject))
        return None if row is None or row.ended_at is not None else _identity(row)

    def identities_of(self, person_id: str) -> list[Identity]:
        """A person's present identities at providers, oldest first."""
        query = select(i.Identities).where(
            i.Identities.person_id == person_id, col(i.Identities.ended_at).is_(None)
        )
        return [_identity(row) for row in self.session.exec(query.order_by(col(i.Identities.since)))]

    def save_identity(self, identity: Identity) -> None:
        """Keep an identity, new, seen again, or given to another account."""
        row = self.session.get(i.Identities, (identity.issuer, identity.subject))
        if row is None:
            row = i.Identities(
                issuer=identity.issuer,
                subject=identity.subject,
                person_id=identity.person,
                since=identity.since,
                seen_at=identity.seen_at,
            )
            self.session.add(row)
        row.person_id, row.seen_at, row.ended_at = identity.person, identity.seen_at, None
        self.session.flush()

    def end_identity(self, issuer: str, subject: str, at: datetime) -> None:
        """This subject opens no account from now on."""
        row = self.session.get(i.Identities, (issuer, subject))
        if row is not None:
            row.ended_at = at
            self.session.flush()

    # --- one human, several accounts -------------------------------------------------------------

    def prove(self, person_id: str, kind: str, value: str, at: datetime) -> str | None:
        """Note that an address (`email`) or subject (`subject`) is proven to be this person's.

        Where it was proven for another account before, both are one human from now on; returns the id of
        that account, None where there is none or this was known.
        """
        known = i.KnownAs.kind == kind, i.KnownAs.value == value
        others = [p for p in self.session.exec(select(i.KnownAs.person_id).where(*known)) if p != person_id]
        if self.session.get(i.KnownAs, (kind, value, person_id)) is None:
            self.session.add(i.KnownAs(kind=kind, value=value, person_id=person_id, at=at))
            self.session.flush()
        return next((other for other in sorted(others) if self._join(person_id, other)), None)

    def _join(self, one: str, other: str) -> bool:
        """Make the accounts of two humans those of one; False where they are already."""
        of_one, of_other = self._human(one), self._human(other)
        if of_one == of_other:
            return False
        both = select(i.User).where(
            col(i.User.id).in_((of_one, of_other)) | col(i.User.same_as).in_((of_one, of_other))
        )
        for row in self.session.exec(both):
            row.same_as = None if row.id == of_other else of_other
        self.session.flush()
        return True

    def _human(self, person_id: str) -> str:
        row = self.session.get(i.User, person_id)
        return (row.same_as if row else None) or person_id

    # --- accounts --------------------------------------------------------------------------------

    def set_email(self, person_id: str, email: str) -> None:
        """Give an account another address (lower-case); whoever calls has seen that it is free."""
        row = self.session.get(i.User, person_id)
        if row is None:
            raise NotFound("There is no such person here.")
        row.email = email
        self.session.flush()

    def factors(self, person_id: str) -> Factors:
        """What a person signs in with besides an identity provider."""
        row = self.session.get(i.User, person_id)
        if row is None:
            raise NotFound("There is no such person here.")
        keys = select(i.Passkeys).where(i.Passkeys.user_id == person_id).order_by(col(i.Passkeys.id))
        return Factors(
            password=row.password is not None,
            codes=bool(row.tf_primary_method and row.tf_totp_secret),
            recovery_codes=len(row.mf_recovery_codes or ()),
            passkeys=tuple(
                Passkey(key.name, key.create_datetime, key.lastuse_datetime)
                for key in self.session.exec(keys)
            ),
        )

    # --- eligible for a group --------------------------------------------------------------------

    def eligible(self, brand: str, person_id: str | None = None) -> list[Eligibility]:
        """Who is proposed for which group of a brand, by whom, since when."""
        query = select(i.Eligible).where(i.Eligible.brand_id == brand)
        if person_id is not None:
            query = query.where(i.Eligible.person_id == person_id)
        ordered = query.order_by(col(i.Eligible.since), i.Eligible.person_id, i.Eligible.group_name)
        return [
            Eligibility(r.brand_id, r.person_id, r.group_name, r.source, r.since)
            for r in self.session.exec(ordered)
        ]

    def eligible_from(self, source: str, person_id: str) -> frozenset[tuple[str, str]]:
        """(brand, group) for which this source proposes a person."""
        query = select(i.Eligible.brand_id, i.Eligible.group_name).where(
            i.Eligible.person_id == person_id, i.Eligible.source == source
        )
        return frozenset((brand, group) for brand, group in self.session.exec(query))

    def make_eligible(
        self, brand: str, person_id: str, groups: Iterable[str], source: str, at: datetime
    ) -> None:
        """Note that a person is proposed for groups; nothing where that is known."""
        for group in sorted(set(groups)):
            if self.session.get(i.Eligible, (brand, person_id, group, source)) is None:
                self.session.add(
                    i.Eligible(brand_id=brand, person_id=person_id, group_name=group, source=source, since=at)
                )
        self.session.flush()

    def make_ineligible(self, brand: str, person_id: str, groups: Collection[str], source: str) -> None:
        """Take what a source proposed back."""
        self.session.execute(
            delete(i.Eligible).where(
                col(i.Eligible.brand_id) == brand,
                col(i.Eligible.person_id) == person_id,
                col(i.Eligible.group_name).in_(groups),
                col(i.Eligible.source) == source,
            )
        )

    # --- invitations -----------------------------------------------------------------------------

    def invite(self, token: str, invitation: Invitation) -> None:
        """Keep an invitation under the SHA-256 of its token."""
        self.session.add(
            i.Invitations(
                token_sha256=sha256_of(token),
                brand_id=invitation.brand,
                email=invitation.email,
                name=invitation.name,
                groups=sorted(invitation.groups),
                made_by=invitation.by,
                at=invitation.at,
                expires_at=invitation.expires_at,
            )
        )
        self.session.flush()

    def invitation(self, token: str, now: datetime) -> Invitation:
        """The invitation of a token while it can be used; raises NotFound in words for all other cases."""
        row = self.session.get(i.Invitations, sha256_of(token))
        if row is None or row.used_at or row.revoked_at or row.expires_at <= now:
            raise NotFound(NO_INVITATION)
        return _invitation(row)

    def invitations(self, brand: str, now: datetime) -> list[Invitation]:
        """The invitations of a brand that can still be used, newest first."""
        query = select(i.Invitations).where(
            i.Invitations.brand_id == brand,
            col(i.Invitations.used_at).is_(None),
            col(i.Invitations.revoked_at).is_(None),
            col(i.Invitations.expires_at) > now,
        )
        return [_invitation(r) for r in self.session.exec(query.order_by(col(i.Invitations.at).desc()))]

    def use_invitation(self, invitation: Invitation, person_id: str, at: datetime) -> None:
        """Use an invitation up, once: whoever is second gets NotFound."""
        self._end_invitation(invitation.brand, invitation.id, used_at=at, used_by=person_id)

    def revoke_invitation(self, brand: str, invitation_id: str, at: datetime) -> None:
        """Take an invitation back; raises NotFound where it was used or taken back already."""
        self._end_invitation(brand, invitation_id, revoked_at=at)

    def _end_invitation(self, brand: str, invitation_id: str, **how: Any) -> None:
        ended = self.session.execute(
            update(i.Invitations)
            .where(
                col(i.Invitations.brand_id) == brand,
                col(i.Invitations.token_sha256) == invitation_id,
                col(i.Invitations.used_at).is_(None),
                col(i.Invitations.revoked_at).is_(None),
            )
            .values(**how)
        )
        if not ended.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one
            raise NotFound(NO_INVITATION)

    # --- how a brand wants its people to come in -------------------------------------------------

    def way_in(self, brand: str) -> WayIn:
        """What a brand asks of those who sign in."""
        row = self.session.get(i.WaysIn, brand)
        return WayIn(row.require_sso, row.prove_minutes) if row else WayIn()

    def set_way_in(self, brand: str, way: WayIn) -> None:
        """Keep what a brand asks of those who sign in."""
        row = self.session.get(i.WaysIn, brand) or i.WaysIn(brand_id=brand)
        row.require_sso, row.prove_minutes = way.require_sso, way.prove_minutes
        self.session.add(row)
        self.session.flush()


def _identity(row: i.Identities) -> Identity:
    return Identity(row.issuer, row.subject, row.person_id, row.since, row.seen_at)


def _invitation(row: i.Invitations) -> Invitation:
    return Invitation(
        brand=row.brand_id,
        email=row.email,
        name=row.name,
        groups=frozenset(row.groups),
        by=row.made_by,
        at=row.at,
        expires_at=row.expires_at,
        id=row.token_sha256,
    )
