"""Brands, their accounts, members, roles, hold epochs and policy versions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlmodel import col, select

from reviewer.errors import Conflict, NotFound
from reviewer.model import Brand, Calendar, Hold
from reviewer.store import tables as t
from reviewer.store.codec import approvals_from_json, approvals_to_json, calendar_from_json, calendar_to_json
from reviewer.store.facts import hold
from reviewer.store.identities import User, WaysIn
from reviewer.store.rota import Rota
from reviewer.store.rulebook import Bases, Suspensions
from reviewer.store.values import PolicyVersion
from reviewer.workflow.proposals import Everybody, Membership, founded


class Brands(Rota):
    """The brand side of a transaction."""

    def brand(self, slug: str) -> Brand:
        """The brand as it stands: present members whose vote is not suspended. Raises NotFound."""
        row = self.session.get(t.Brands, slug)
        if row is None:
            raise NotFound("There is no such brand here: choose one of yours.")
        policy = self._policy(row)
        members: dict[str, set[str]] = defaultdict(set)
        names: dict[str, str] = {}
        present = (
            select(User.id, User.name, t.Memberships.group_name)
            .where(col(t.Memberships.person_id) == col(User.id), col(User.active).is_(True))
            .where(t.Memberships.brand_id == slug, col(t.Memberships.ended_at).is_(None))
        )
        suspended = set(
            self.session.exec(
                select(Suspensions.person_id).where(
                    Suspensions.brand_id == slug, col(Suspensions.lifted_at).is_(None)
                )
            )
        )
        for person, name, group in self.session.exec(present):
            names[person] = name
            if person not in suspended:
                members[group].add(person)
        others = select(User.id, User.name).where(
            col(t.Roles.person_id) == col(User.id), col(User.active).is_(True), t.Roles.brand_id == slug
        )
        names.update(self.session.exec(others).all())
        accounts = dict(
            self.session.exec(
                select(t.Accounts.id, t.Accounts.consent_of).where(t.Accounts.brand_id == slug)
            ).all()
        )
        same = dict(
            self.session.exec(select(User.id, User.same_as).where(col(User.same_as).is_not(None))).all()
        )
        way = self.session.get(WaysIn, slug)
        return Brand(
            slug=row.id,
            name=row.name,
            approvals=approvals_from_json(policy.approvals),
            members={group: frozenset(who) for group, who in members.items()},
            people=names,
            accounts=frozenset(accounts),
            epochs=self.epochs(),
            timezone=row.timezone,
            calendar=calendar_from_json(row.calendar),
            holds=self.holds(slug),
            consents={account: owner for account, owner in accounts.items() if owner},
            languages=self.languages(slug) if policy.approvals.get("reading") else {},
            same_person={account: human for account, human in same.items() if human},
            prove_within=timedelta(minutes=way.prove_minutes) if way and way.prove_minutes else None,
        )

    def brands(self) -> tuple[str, ...]:
        """The slugs of all brands, in order."""
        return tuple(self.session.exec(select(t.Brands.id).order_by(t.Brands.id)))

    def brands_of(self, person: str) -> tuple[str, ...]:
        """The slugs of the brands that a person belongs to, by group or role."""
        member = select(t.Memberships.brand_id).where(
            t.Memberships.person_id == person, col(t.Memberships.ended_at).is_(None)
        )
        roles = select(t.Roles.brand_id).where(t.Roles.person_id == person)
        return tuple(sorted({*self.session.exec(member), *self.session.exec(roles)}))

    def add_brand(self, brand: Brand, at: datetime) -> None:
        """Keep a new brand with its approvals and accounts, held to the built-in rules that were kept
        last; people are added one by one.

        Raises Conflict when the slug, or one of the accounts, is taken.
        """
        if self.session.get(t.Brands, brand.slug) is not None:
            raise Conflict(f"There is a brand {brand.slug} already: choose another name for its address.")
        newest = select(Bases.sha256).order_by(col(Bases.created_at).desc(), Bases.sha256).limit(1)
        policy = PolicyVersion(brand.approvals, base=self.session.exec(newest).first() or "")
        self.session.add(
            t.Brands(
                id=brand.slug,
                name=brand.name,
                timezone=brand.timezone,
                calendar=calendar_to_json(brand.calendar),
                policy_sha256=policy.sha256,
                created_at=at,
            )
        )
        self.session.flush()
        self.activate_policy(brand.slug, policy, at)
        for account in sorted(brand.accounts):
            self.add_account(brand.slug, account)

    def save_brand(self, brand: Brand, at: datetime) -> None:
        """Update a brand's name, time zone, approvals (as a new policy version) and accounts."""
        row = self.session.get(t.Brands, brand.slug)
        if row is None:
            raise NotFound("There is no such brand here: add it first.")
        row.name, row.timezone = brand.name, brand.timezone
        self.session.flush()
        present = self.policy_overlay(brand.slug)
        if present.approvals != brand.approvals:
            self.activate_policy(brand.slug, replace(present, approvals=brand.approvals), at)
        known = set(self.session.exec(select(t.Accounts.id).where(t.Accounts.brand_id == brand.slug)))
        for account in sorted(brand.accounts - known):
            self.add_account(brand.slug, account)
        for account in sorted(known - brand.accounts):
            self.session.delete(self.session.get_one(t.Accounts, account))
        self.session.flush()

    def add_account(self, brand: str, account: str) -> None:
        """Give an account (`<channel>:<handle>`) to a brand; raises Conflict when another one has it."""
        owner = self.session.get(t.Accounts, account)
        if owner is not None and owner.brand_id != brand:
            raise Conflict(f"{account} belongs to another brand of this server: take it away there first.")
        if owner is None:
            self.session.add(t.Accounts(id=account, brand_id=brand, channel=account.partition(":")[0]))
            self.session.flush()

    def remove_account(self, account: str) -> None:
        """Take an account away from its brand: nothing goes out on it any more."""
        row = self.session.get(t.Accounts, account)
        if row is not None:
            self.session.delete(row)
            self.session.flush()

    def account_brand(self, account: str) -> str | None:
        """The slug of the brand that has this account."""
        row = self.session.get(t.Accounts, account)
        return row.brand_id if row else None

    # --- people of a brand -----------------------------------------------------------------------

    def add_member(
        self, brand: str, person: str, group: str, at: datetime, *, introduced_by: str = ""
    ) -> None:
        """Let a person sign for a group of a brand from now on; nothing where they do already.

        Raises NotFound for somebody who is not here.
        """
        if self.session.get(User, person) is None:
            raise NotFound("There is no such person here: add them first.")
        if self._membership(brand, person, group) is None:
            self.session.add(
                t.Memberships(
                    brand_id=brand, person_id=person, group_name=group, since=at, introduced_by=introduced_by
                )
            )
            self.session.flush()
            self.note_founding(brand, at)

    def note_founding(self, brand: str, at: datetime) -> bool:
        """True where two people sign, or once did; the first time is kept, and never forgotten."""
        row = self.session.get_one(t.Brands, brand)
        if row.founded_at is None and founded(self.brand(brand)):
            row.founded_at = at
            self.session.flush()
        return row.founded_at is not None

    def founded(self, brand: str) -> bool:
        """Could two people ever sign for this brand."""
        row = self.session.get(t.Brands, brand)
        return row is not None and (row.founded_at is not None or founded(self.brand(brand)))

    def everybody(self, brand: str) -> Everybody:
        """The present memberships of a brand: by person, then by group."""
        query = select(t.Memberships).where(
            t.Memberships.brand_id == brand, col(t.Memberships.ended_at).is_(None)
        )
        found: dict[str, dict[str, Membership]] = defaultdict(dict)
        for row in self.session.exec(query):
            found[row.person_id][row.group_name] = Membership(row.since, row.introduced_by)
        return found

    def memberships(self, brand: str, person: str) -> dict[str, Membership]:
        """A person's present groups: since when, and who brought them in."""
        query = select(t.Memberships).where(
            t.Memberships.brand_id == brand,
            t.Memberships.person_id == person,
            col(t.Memberships.ended_at).is_(None),
        )
        return {row.group_name: Membership(row.since, row.introduced_by) for row in self.session.exec(query)}

    def remove_member(self, brand: str, person: str, group: str, at: datetime) -> None:
        """End a membership at once: the person's sign-offs for this group stop counting."""
        self.note_founding(brand, at)
        present = self._membership(brand, person, group)
        if present is not None:
            present.ended_at = at
            self.session.flush()

    def _membership(self, brand: str, person: str, group: str) -> t.Memberships | None:
        query = select(t.Memberships).where(
            t.Memberships.brand_id == brand,
            t.Memberships.person_id == person,
            t.Memberships.group_name == group,
            col(t.Memberships.ended_at).is_(None),
        )
        return self.session.exec(query).one_or_none()

    def roles(self, brand: str, person: str) -> frozenset[str]:
        """The roles of a person for a brand; they never sign."""
        query = select(t.Roles.role).where(t.Roles.brand_id == brand, t.Roles.person_id == person)
        return frozenset(self.session.exec(query))

    def set_roles(self, brand: str, person: str, roles: Iterable[str]) -> None:
        """Make these the person's roles for a brand."""
        wanted, known = frozenset(roles), self.roles(brand, person)
        for role in sorted(wanted - known):
            self.session.add(t.Roles(brand_id=brand, person_id=person, role=role))
        for role in sorted(known - wanted):
            self.session.delete(self.session.get_one(t.Roles, (brand, person, role)))
        self.session.flush()

    def set_same_person(self, account: str, human: str | None) -> None:
        """Say which person is behind an account (law 2); None where it stands for itself."""
        self.session.execute(update(User).where(col(User.id) == account).values(same_as=human))
        self.session.expire_all()

    def set_parent(self, brand: str, parent: str | None) -> None:
        """Give a brand its house brand, or none."""
        self.session.execute(update(t.Brands).where(col(t.Brands.id) == brand).values(parent=parent))

    def parent(self, brand: str) -> str | None:
        """The house brand of a brand."""
        return self.session.exec(select(t.Brands.parent).where(t.Brands.id == brand)).one_or_none()

    def children(self, brand: str) -> tuple[str, ...]:
        """The brands that have this one as their house."""
        query = select(t.Brands.id).where(t.Brands.parent == brand).order_by(t.Brands.id)
        return tuple(self.session.exec(query))

    # --- holds -----------------------------------------------------------------------------------

    def holds(self, brand: str) -> tuple[Hold, ...]:
        """The pauses of a brand, lifted ones too, oldest first."""
        lifts: dict[str, list[t.Lifts]] = defaultdict(list)
        said = select(t.Lifts).where(t.Lifts.brand_id == brand).order_by(col(t.Lifts.position))
        for one in self.session.exec(said):
            lifts[one.hold_id].append(one)
        rows = self.session.exec(
            select(t.Holds).where(t.Holds.brand_id == brand).order_by(col(t.Holds.at), t.Holds.id)
        )
        return tuple(hold(row, lifts[row.id]) for row in rows)

    def add_hold(self, brand: str, hold: Hold) -> None:
        """Keep a new pause and raise the epoch of its scope, so that outstanding permits fail."""
        self.session.execute(
            insert(t.Holds).values(
                id=hold.id,
                brand_id=brand,
                scope=hold.scope,
                reason=hold.reason,
                topic=hold.topic,
                person=hold.by,
                at=hold.at,
            )
        )
        self.raise_epoch(brand, hold.scope)

    def add_lift(self, brand: str, hold: Hold) -> None:
        """Keep the last agreement of a pause."""
        last = hold.lifts[-1]
        self.session.execute(
            insert(t.Lifts).values(
                hold_id=hold.id,
                position=len(hold.lifts) - 1,
                brand_id=brand,
                person=last.by,
                at=last.at,
            )
        )

    def set_calendar(self, brand: str, calendar: Calendar, timezone: str) -> None:
        """When a brand works, and in which time zone."""
        self.session.execute(
            update(t.Brands)
            .where(col(t.Brands.id) == brand)
            .values(calendar=calendar_to_json(calendar), timezone=timezone)
        )

    def set_consent(self, account: str, person: str | None) -> None:
        """Whose consent an account asks for, None for nobody's."""
        self.session.execute(
            update(t.Accounts).where(col(t.Accounts.id) == account).values(consent_of=person)
        )

    def epochs(self) -> dict[str, int]:
        """The hold epoch of each scope that was ever held.

        Permits and the status list name a channel or a topic without its brand, so each has one number
        for the whole server: how often any brand held it. A permit that is out when another brand holds
        its channel is refused and asked for anew; what no permit can do is outlive a hold of its own.
        """
        sums: dict[str, int] = defaultdict(int)
        for row in self.session.exec(select(t.Epochs).order_by(t.Epochs.scope)):
            sums[row.scope] += row.epoch
        return dict(sums)

    def raise_epoch(self, brand: str, scope: str) -> int:
        """Raise the epoch of a scope by one; permits that carry the old one fail. Returns the brand's own
        count of it."""
        row = self.session.get(t.Epochs, (brand, scope))
        if row is None:
            row = t.Epochs(brand_id=brand, scope=scope, epoch=0)
            self.session.add(row)
        row.epoch += 1
        self.session.flush()
        return row.epoch

    # --- policy ----------------------------------------------------------------------------------

    def policy_overlay(self, brand: str) -> PolicyVersion:
        """The policy version now in force for a brand, over the built-in base."""
        row = self.session.get(t.Brands, brand)
        if row is None:
            raise NotFound("There is no such brand here: choose one of yours.")
        return _policy_version(self._policy(row))

    def policy_version(self, brand: str, sha256: str) -> PolicyVersion:
        """Any policy version that a brand ever had; raises NotFound."""
        row = self.session.get(t.PolicyVersions, (brand, sha256))
        if row is None:
            raise NotFound("This brand never had such a policy version.")
        return _policy_version(row)

    def activate_policy(self, brand: str, policy: PolicyVersion, at: datetime) -> None:
        """Put a policy version in force; it is kept for good, under the name of its contents."""
        if self.session.get(t.PolicyVersions, (brand, policy.sha256)) is None:
            self.session.execute(
                insert(t.PolicyVersions).values(
                    brand_id=brand,
                    sha256=policy.sha256,
                    files={path: data.decode() for path, data in policy.files.items()},
                    lists={name: list(words) for name, words in policy.lists.items()},
                    approvals=approvals_to_json(policy.approvals),
                    created_at=at,
                    base=policy.base,
                    house=policy.house,
                )
            )
        self.session.execute(
            update(t.Brands).where(col(t.Brands.id) == brand).values(policy_sha256=policy.sha256)
        )

    def _policy(self, row: t.Brands) -> t.PolicyVersions:
        return self.session.get_one(t.PolicyVersions, (row.id, row.policy_sha256))


def _policy_version(row: t.PolicyVersions) -> PolicyVersion:
    return PolicyVersion(
        approvals=approvals_from_json(row.approvals),
        files={path: text.encode() for path, text in row.files.items()},
        lists={name: tuple(words) for name, words in row.lists.items()},
        base=row.base,
        house=row.house,
    )
