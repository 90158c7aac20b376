"""People, sessions, failed logins, keys: who may come in, and what keeps callers honest."""

import hashlib
import hmac
import secrets
import string
import zlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from reviewer.errors import Conflict, NotFound, NotSignedIn
from reviewer.store import identities as i
from reviewer.store.part import StorePart
from reviewer.store.values import Answer, BrowserSession, Key, Person, SigningKey

KEY_MARK = "rvw"
ALPHABET = string.ascii_letters + string.digits
IDEMPOTENCY_HOURS = 24
FAILURES_KEPT = timedelta(days=1)
ENDED_SESSIONS_KEPT = timedelta(days=30)
KEY_USE_NOTED_EVERY = timedelta(minutes=5)


def sha256_of(secret: str) -> str:
    """How tokens and keys are kept: they are long and random, so one hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_key() -> tuple[str, str]:
    """(prefix, whole key) as `rvw_<8>_<32><6>`: the tail is a CRC-32, so a typing error is told
    apart from a wrong key without asking the database, and scanners for leaked secrets can be sure.
    """
    prefix, secret = ("".join(secrets.choice(ALPHABET) for _ in range(length)) for length in (8, 32))
    body = f"{KEY_MARK}_{prefix}_{secret}"
    return prefix, body + _tail(body)


def _tail(body: str) -> str:
    rest, letters = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, len(ALPHABET))
        letters += ALPHABET[digit]
    return letters


def _prefix_of(key: str) -> str:
    """The prefix of a well-formed key; raises NotSignedIn for anything else."""
    mark, _, rest = key.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != KEY_MARK or len(prefix) != 8 or len(secret) != 38 or _tail(key[:-6]) != key[-6:]:
        raise NotSignedIn("This is not a key of this server: copy the whole key, or ask for a new one.")
    return prefix


class Access(StorePart):
    """People, sessions and keys."""

    # --- people ----------------------------------------------------------------------------------

    def add_person(self, person: Person, password_hash: str | None = None) -> None:
        """Keep a new person; raises Conflict when the id or the e-mail address is taken."""
        email = person.email.lower()
        taken = select(i.User.id).where((i.User.id == person.id) | (i.User.email == email))
        if self.session.exec(taken).first() is not None:
            raise Conflict(f"There is somebody with the address {email} already.")
        self.session.add(
            i.User(id=person.id, name=person.name, email=email, active=person.active, password=password_hash)
        )
        self.session.flush()

    def person(self, person_id: str) -> Person:
        """A person by id; raises NotFound."""
        row = self.session.get(i.User, person_id)
        if row is None:
            raise NotFound("There is no such person here.")
        return _person(row)

    def person_by_email(self, email: str) -> Person | None:
        """A person by e-mail address, whatever its case."""
        row = self.session.exec(select(i.User).where(i.User.email == email.lower())).one_or_none()
        return _person(row) if row else None

    def persons(self) -> list[Person]:
        """Everybody, by name."""
        return [_person(row) for row in self.session.exec(select(i.User).order_by(i.User.name, i.User.id))]

    def set_active(self, person_id: str, active: bool, at: datetime) -> None:
        """Let a person in, or shut them out at once: their sessions end and their groups stop counting."""
        row = self.session.get(i.User, person_id)
        if row is None:
            raise NotFound("There is no such person here.")
        row.active = active
        self.session.flush()
        if not active:
            self.revoke_sessions(person_id, at)

    def set_password(self, person_id: str, password_hash: str, at: datetime) -> None:
        """Set a password (already hashed) and end every session of the person."""
        row = self.session.get(i.User, person_id)
        if row is None:
            raise NotFound("There is no such person here.")
        row.password, row.fs_uniquifier = password_hash, secrets.token_hex(32)
        self.session.flush()
        self.revoke_sessions(person_id, at)

    def names(self, ids: Collection[str]) -> dict[str, str]:
        """Display names of people and service accounts (`service:<id>`), present or not."""
        people = select(i.User.id, i.User.name).where(col(i.User.id).in_(ids))
        tools = [service.removeprefix("service:") for service in ids if service.startswith("service:")]
        services = select(i.ServiceAccounts.id, i.ServiceAccounts.name).where(
            col(i.ServiceAccounts.id).in_(tools)
        )
        return dict(self.session.exec(people).all()) | {
            f"service:{service}": name for service, name in self.session.exec(services)
        }

    # --- sessions --------------------------------------------------------------------------------

    def save_session(self, session: BrowserSession) -> None:
        """Keep a session, new or changed. A revoked one stays revoked."""
        row = self.session.get(i.Sessions, session.token_sha256)
        if row is None:
            long_ended = col(i.Sessions.expires_at) <= session.created_at - ENDED_SESSIONS_KEPT
            self.session.execute(delete(i.Sessions).where(long_ended))
            row = i.Sessions(
                token_sha256=session.token_sha256,
                data={},
                created_at=session.created_at,
                seen_at=session.seen_at,
                expires_at=session.expires_at,
                agent=session.agent,
            )
            self.session.add(row)
        row.user_id, row.data = session.user_id, dict(session.data)
        row.seen_at, row.expires_at = session.seen_at, session.expires_at
        self.session.flush()

    def session_of(self, token: str, now: datetime) -> BrowserSession | None:
        """The session of a cookie's token; None where there is none, or it ended or was revoked."""
        row = self.session.get(i.Sessions, sha256_of(token))
        if row is None or row.revoked_at is not None or row.expires_at <= now:
            return None
        return _session(row)

    def sessions_of(self, person_id: str, now: datetime) -> list[BrowserSession]:
        """A person's open sessions, last used first."""
        query = select(i.Sessions).where(
            i.Sessions.user_id == person_id,
            col(i.Sessions.revoked_at).is_(None),
            col(i.Sessions.expires_at) > now,
        )
        return [_session(row) for row in self.session.exec(query.order_by(col(i.Sessions.seen_at).desc()))]

    def revoke_session(self, token_sha256: str, at: datetime) -> None:
        """End one session at once."""
        self._revoke(at, col(i.Sessions.token_sha256) == token_sha256)

    def revoke_sessions(self, person_id: str, at: datetime, *, besides: str | None = None) -> None:
        """End all sessions of a person, `besides` the one with this token_sha256."""
        self._revoke(
            at, col(i.Sessions.user_id) == person_id, col(i.Sessions.token_sha256) != (besides or "")
        )

    def _revoke(self, at: datetime, *which: Any) -> None:
        self.session.execute(
            update(i.Sessions).where(col(i.Sessions.revoked_at).is_(None), *which).values(revoked_at=at)
        )

    # --- failed logins ---------------------------------------------------------------------------

    def fail_login(self, account: str, address: str, at: datetime) -> int:
        """Note an attempt for an account name (whether it exists or not) from an address; its number."""
        self.session.execute(delete(i.FailedLogins).where(col(i.FailedLogins.at) <= at - FAILURES_KEPT))
        row = i.FailedLogins(account=account.lower(), address=address, at=at)
        self.session.add(row)
        self.session.flush()
        return row.id or 0

    def forget_failed_login(self, number: int) -> None:
        """Take one attempt off the count."""
        self.session.execute(delete(i.FailedLogins).where(col(i.FailedLogins.id) == number))

    def failed_logins(self, account: str, address: str, since: datetime) -> tuple[int, int]:
        """How often since then: (for this account, from this address)."""
        count = select(func.count()).select_from(i.FailedLogins).where(col(i.FailedLogins.at) >= since)
        return (
            self.session.exec(count.where(i.FailedLogins.account == account.lower())).one(),
            self.session.exec(count.where(i.FailedLogins.address == address)).one(),
        )

    def forget_failed_logins(self, account: str) -> None:
        """Begin to count anew for an account, after a right password."""
        self.session.execute(delete(i.FailedLogins).where(col(i.FailedLogins.account) == account.lower()))

    # --- service accounts and their keys ---------------------------------------------------------

    def add_service(self, brand: str, service: str, name: str, at: datetime) -> None:
        """Keep a tool of a brand; it acts as `service:<service>`."""
        if self.session.get(i.ServiceAccounts, service) is not None:
            raise Conflict(f"There is a service account {service} already: choose another name.")
        self.session.add(i.ServiceAccounts(id=service, brand_id=brand, name=name, created_at=at))
        self.session.flush()

    def add_key(
        self,
        service: str,
        *,
        scopes: Iterable[str],
        owner: str,
        creator: str,
        at: datetime,
        expires_at: datetime | None = None,
    ) -> str:
        """Make a key for a service account and return it; it cannot be shown again."""
        account = self.session.get(i.ServiceAccounts, service)
        if account is None:
            raise NotFound(f"There is no service account {service}: add it first.")
        prefix, key = new_key()
        self.session.add(
            i.ApiKeys(
                prefix=prefix,
                brand_id=account.brand_id,
                service_account_id=service,
                sha256=sha256_of(key),
                scopes=sorted(scopes),
                owner=owner,
                creator=creator,
                created_at=at,
                expires_at=expires_at,
            )
        )
        self.session.flush()
        return key

    def key(self, key: str, now: datetime) -> Key:
        """The record of a key that may be used now; raises NotSignedIn for any other."""
        row = self.session.get(i.ApiKeys, _prefix_of(key))
        if row is None or not hmac.compare_digest(row.sha256, sha256_of(key)):
            raise NotSignedIn("This key is not known here: check it, or ask for a new one.")
        if row.revoked_at is not None:
            raise NotSignedIn("This key was revoked: ask its owner for a new one.")
        if row.expires_at is not None and row.expires_at <= now:
            raise NotSignedIn("This key has expired: ask its owner for a new one.")
        return self._key(row)

    def keys(self, brand: str) -> list[Key]:
        """All keys of a brand, revoked ones too, oldest first."""
        query = select(i.ApiKeys).where(i.ApiKeys.brand_id == brand)
        return [self._key(r) for r in self.session.exec(query.order_by(col(i.ApiKeys.created_at)))]

    def note_key_use(self, prefix: str, at: datetime) -> None:
        """Note that a key was used, to within five minutes (so that reads seldom become writes)."""
        self.session.execute(
            update(i.ApiKeys)
            .where(
                col(i.ApiKeys.prefix) == prefix,
                col(i.ApiKeys.last_used_at).is_(None)
                | (col(i.ApiKeys.last_used_at) <= at - KEY_USE_NOTED_EVERY),
            )
            .values(last_used_at=at)
        )

    def revoke_key(self, prefix: str, at: datetime) -> None:
        """End a key at once."""
        self.session.execute(
            update(i.ApiKeys)
            .where(col(i.ApiKeys.prefix) == prefix, col(i.ApiKeys.revoked_at).is_(None))
            .values(revoked_at=at)
        )

    def _key(self, row: i.ApiKeys) -> Key:
        account = self.session.get_one(i.ServiceAccounts, row.service_account_id)
        return Key(
            prefix=row.prefix,
            brand=row.brand_id,
            service=account.id,
            name=account.name,
            scopes=frozenset(row.scopes),
            owner=row.owner,
            creator=row.creator,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )

    # --- repeated calls and replays --------------------------------------------------------------

    def answered(self, actor: str, key: str, now: datetime) -> Answer | None:
        """What was answered to this Idempotency-Key of this actor in the last 24 hours."""
        row = self.session.get(i.IdempotencyKeys, (actor, key))
        if row is None or row.at <= now - timedelta(hours=IDEMPOTENCY_HOURS):
            return None
        return Answer(row.request_sha256, row.status, row.answer)

    def remember_answer(self, actor: str, key: str, answer: Answer, at: datetime) -> None:
        """Keep an answer in the transaction that did the work; what is older than 24 hours goes."""
        self.session.execute(
            delete(i.IdempotencyKeys).where(
                col(i.IdempotencyKeys.at) <= at - timedelta(hours=IDEMPOTENCY_HOURS)
            )
        )
        self.session.add(
            i.IdempotencyKeys(
                actor=actor,
                key=key,
                request_sha256=answer.request_sha256,
                status=answer.status,
                answer=dict(answer.body),
                at=at,
            )
        )
        self.session.flush()

    def first_seen(self, nonce: str, at: datetime, keep: timedelta = timedelta(minutes=10)) -> bool:
        """True once for each nonce (a hook's signature); forgotten when its timestamp is too old anyway."""
        self.session.execute(delete(i.SeenNonces).where(col(i.SeenNonces.at) <= at - keep))
        name = sha256_of(nonce)
        if self.session.get(i.SeenNonces, name) is not None:
            return False
        self.session.add(i.SeenNonces(nonce=name, at=at))
        self.session.flush()
        return True

    # --- the server's own keys -------------------------------------------------------------------

    def signing_keys(self) -> tuple[SigningKey, ...]:
        """Keys that are not retired, newest first: the first one signs, all of them verify."""
        query = select(i.SigningKeys).where(col(i.SigningKeys.retired_at).is_(None))
        rows = self.session.exec(query.order_by(col(i.SigningKeys.created_at).desc(), i.SigningKeys.kid))
        return tuple(SigningKey(r.kid, r.private_jwk, r.created_at, r.retired_at) for r in rows)

    def add_signing_key(self, key: SigningKey) -> None:
        """Keep a key; from now on it signs."""
        self.session.add(
            i.SigningKeys(kid=key.kid, private_jwk=dict(key.private_jwk), created_at=key.created_at)
        )
        self.session.flush()

    def retire_signing_key(self, kid: str, at: datetime) -> None:
        """Take a key out of use; what it signed is no longer accepted."""
        self.session.execute(update(i.SigningKeys).where(col(i.SigningKeys.kid) == kid).values(retired_at=at))


def _person(row: i.User) -> Person:
    return Person(row.id, row.name, row.email, row.active)


def _session(row: i.Sessions) -> BrowserSession:
    return BrowserSession(
        token_sha256=row.token_sha256,
        user_id=row.user_id,
        data=row.data,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        agent=row.agent,
        revoked_at=row.revoked_at,
    )
