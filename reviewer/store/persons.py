"""One person's data across all tables: everything that is theirs, and every word that names them."""

import json
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, String, delete, func, or_, text, update
from sqlmodel import AutoString, col, select

from reviewer.errors import NotFound
from reviewer.store import identities as i
from reviewer.store import keeping as k
from reviewer.store import tables as t
from reviewer.store.kept import Mention
from reviewer.store.part import StorePart

ERASED = "Erased person"
"""The display name of somebody whose data were erased; their id stays in the record."""

SECRET = frozenset(
    "password tf_totp_secret us_totp_secrets mf_recovery_codes fs_uniquifier fs_webauthn_user_handle "
    "token_sha256 private_jwk request_sha256 public_key credential_id sha256 answer token".split()
)
"""Columns that no export shows: what opens an account, and answers to tools."""
OF_THE_SERVER = frozenset(("signing_keys", "seen_nonces", "weights", "bases", "user_role_names", "heads"))
"""Tables that are about nobody."""

Names = Callable[[str], bool]


class Persons(StorePart):
    """Finding, exporting and erasing what concerns one person."""

    def addresses_of(self, person_id: str) -> frozenset[str]:
        """Every e-mail address that is or was proven to be somebody's, and those they were invited by."""
        query = select(i.KnownAs.value).where(
            col(i.KnownAs.person_id) == person_id, col(i.KnownAs.kind) == "email"
        )
        invited = select(i.Invitations.email).where(col(i.Invitations.used_by) == person_id)
        present = select(i.User.email).where(col(i.User.id) == person_id)
        found = [*self._column(query), *self._column(invited), *self._column(present)]
        return frozenset(str(address).lower() for address in found)

    def _column(self, query: Any) -> list[Any]:
        return list(self.session.execute(query).scalars())

    def rows_about(self, person_id: str, addresses: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Every row that holds the person's id, or one of their addresses as a whole value, by table.

        Plain JSON values; secrets and bytes are left out.
        """
        values, found = {person_id, *addresses}, dict[str, list[dict[str, Any]]]()
        for table in t.Table.metadata.sorted_tables:
            worded = [c for c in table.columns if _holds_words(c)]
            if table.name in OF_THE_SERVER or not worded:
                continue
            quoted = [f'"{value}"' for value in values]
            where = or_(
                *(func.lower(c).in_(values) for c in worded if not isinstance(c.type, JSON)),
                *(c.cast(String).contains(q) for c in worded for q in quoted),
            )
            rows = [_shown(row) for row in self.session.execute(table.select().where(where)).mappings()]
            if rows:
                found[table.name] = rows
        return found

    def mentions(self, named: Names, *, but: Collection[str] = ()) -> Iterator[Mention]:
        """Every row of which a text names somebody, in all tables but these; reads everything."""
        for table in t.Table.metadata.sorted_tables:
            worded = [c for c in table.columns if _holds_words(c)]
            if table.name in but or table.name in OF_THE_SERVER or not worded:
                continue
            keys = list(table.primary_key.columns)
            chosen = {c.name: c for c in (*keys, *worded)}
            for name in ("brand_id", "draft_id"):
                if name in table.columns:
                    chosen[name] = table.columns[name]
            query = select(*chosen.values()).execution_options(yield_per=500)
            for row in self.session.execute(query).mappings():
                if any(named(_words(row[c.name])) for c in worded):
                    yield Mention(
                        table.name,
                        {c.name: row[c.name] for c in keys},
                        row.get("brand_id"),
                        row.get("draft_id"),
                    )

    def redact(self, mention: Mention, change: Callable[[str], str]) -> None:
        """Change the words of a row that is not append-only."""
        table = t.Table.metadata.tables[mention.table]
        where = [table.c[name] == value for name, value in mention.key.items()]
        worded = [c for c in table.columns if _holds_words(c) and not c.primary_key]
        row = self.session.execute(select(*worded).where(*where)).mappings().one()
        changed = {c.name: _changed(row[c.name], change) for c in worded}
        self.session.execute(table.update().where(*where).values(changed))
        self.session.expire_all()

    def forget_person(self, person_id: str, addresses: Collection[str], at: datetime) -> None:
        """Take away who somebody was: name, addresses, ways of signing in, memberships and sessions.

        Their id stays: it says in the record that one and the same person did it.
        """
        if self.session.get_bind().dialect.name == "sqlite":
            self.session.execute(text("PRAGMA secure_delete=ON"))  # not only the row, also its bytes
        person = self.session.get(i.User, person_id)
        if person is None:
            raise NotFound("There is no such person here.")
        person.name, person.email = ERASED, f"{person_id}@erased.invalid"
        person.active, person.fs_uniquifier = False, secrets.token_hex(32)
        for name in _OF_AN_ACCOUNT:
            setattr(person, name, None)
        self.session.flush()
        for table, theirs in (
            (i.Sessions, col(i.Sessions.user_id) == person_id),
            (i.Passkeys, col(i.Passkeys.user_id) == person_id),
            (i.Identities, col(i.Identities.person_id) == person_id),
            (i.KnownAs, col(i.KnownAs.person_id) == person_id),
            (i.Eligible, col(i.Eligible.person_id) == person_id),
            (i.IdempotencyKeys, col(i.IdempotencyKeys.actor) == person_id),
            (i.FailedLogins, func.lower(i.FailedLogins.account).in_(addresses)),
            (i.Invitations, func.lower(i.Invitations.email).in_(addresses)),
            (t.Roles, col(t.Roles.person_id) == person_id),
            (t.Claims, col(t.Claims.person) == person_id),
        ):
            self.session.execute(delete(table).where(theirs))
        present = (col(t.Memberships.person_id) == person_id, col(t.Memberships.ended_at).is_(None))
        self.session.execute(update(t.Memberships).where(*present).values(ended_at=at))
        for name in ("presences", "languages"):
            other = t.Table.metadata.tables[name]
            self.session.execute(other.delete().where(other.c.person == person_id))
        self.session.expire_all()

    def drop_mail(self, addresses: Collection[str], at: datetime) -> None:
        """Later work that would write to one of these addresses is not done any more."""
        waiting = select(t.Jobs.id, t.Jobs.payload).where(col(t.Jobs.done_at).is_(None))
        for job_id, payload in self.session.execute(waiting).all():
            if str(payload.get("to", "")).lower() in addresses:
                self.session.execute(
                    update(t.Jobs).where(col(t.Jobs.id) == job_id).values(payload={}, error=None, done_at=at)
                )

    def drafts_of(self, person_id: str) -> list[tuple[str, str]]:
        """(brand, draft) of the drafts with contents that somebody began and that never went out."""
        used = select(t.Permits.draft_id).where(col(t.Permits.redeemed_at).is_not(None))
        seen = select(t.Publications.draft_id).where(col(t.Publications.draft_id).is_not(None))
        query = select(t.Drafts.brand_id, t.Drafts.id).where(
            col(t.Drafts.author) == person_id,
            col(t.Drafts.gone_at).is_(None),
            col(t.Drafts.id).not_in(used),
            col(t.Drafts.id).not_in(seen),
        )
        return [(brand, draft) for brand, draft in self.session.execute(query.order_by(t.Drafts.id))]

    def comments_of(self, person_id: str) -> list[tuple[str, str, int]]:
        """(brand, draft, position) of what somebody said about drafts."""
        query = select(t.Comments.brand_id, t.Comments.draft_id, t.Comments.position).where(
            col(t.Comments.person) == person_id, col(t.Comments.text) != ""
        )
        return [(brand, draft, position) for brand, draft, position in self.session.execute(query)]

    def alive_permits(self, drafts: Collection[str], now: datetime) -> list[str]:
        """Those of the drafts with a permit that can still be used."""
        query = select(t.Permits.draft_id).where(
            col(t.Permits.draft_id).in_(drafts),
            col(t.Permits.redeemed_at).is_(None),
            col(t.Permits.revoked_at).is_(None),
            col(t.Permits.expires_at) > now,
        )
        return sorted(set(self._column(query)))

    def draft_of_objection(self, objection_id: str) -> str:
        """The draft about which an objection was made."""
        found: str = self.session.execute(
            select(t.Objections.draft_id).where(col(t.Objections.id) == objection_id)
        ).scalar_one()
        return found

    def digest_of_verdict(self, brand: str, sha256: str) -> str:
        """The content that a kept verdict is about."""
        found: str = self.session.execute(
            select(k.Verdicts.content_sha256).where(
                col(k.Verdicts.brand_id) == brand, col(k.Verdicts.sha256) == sha256
            )
        ).scalar_one()
        return found


_OF_AN_ACCOUNT = (
    "username password confirmed_at last_login_at current_login_at last_login_ip current_login_ip "
    "login_count tf_primary_method tf_totp_secret tf_phone_number us_totp_secrets us_phone_number "
    "mf_recovery_codes fs_webauthn_user_handle totp_counter"
).split()

CONTENTS = frozenset(("versions", "parts", "part_media"))
"""Tables with what a draft says: who is named there is named by the draft."""
EMPTIED = frozenset(k.ERASABLE) - CONTENTS
GUARDED = frozenset(t.APPEND_ONLY)


def _holds_words(column: Column[Any]) -> bool:
    return isinstance(column.type, (String, AutoString, JSON))


def _words(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """The value with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_changed(one, change) for one in value]
    if isinstance(value, dict):
        return {change(name): _changed(one, change) for name, one in value.items()}
    return value


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        name: _plain(value)
        for name, value in row.items()
        if name not in SECRET and not isinstance(value, (bytes, memoryview))
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
