"""The tables of people, sessions, keys and of what keeps callers honest.

`User` and `Role` are the accounts library's own shape (Flask-Security-Too asks for these names and for
naive UTC times); its mixins here are the plain ones, the columns are ours.
"""

# mypy: disable-error-code="assignment"
# the mixins declare other column types than ours (an integer id, times that are always there)

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import uuid4

from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from pydantic import NaiveDatetime
from sqlalchemy import Column, Index, Integer, LargeBinary, Text
from sqlalchemy.ext.mutable import MutableList
from sqlmodel import JSON, Field, Relationship

from reviewer.store.tables import Table


def _new_id() -> str:
    return uuid4().hex


def _naive_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class UserRoles(Table, table=True):
    """The accounts library's link table. The product's own roles are per brand, in `roles`."""

    __tablename__ = "user_roles"
    user_id: str = Field(foreign_key="users.id", primary_key=True)
    role_id: int = Field(foreign_key="user_role_names.id", primary_key=True)


class Role(Table, RoleMixin, table=True):
    """A role in the accounts library's sense; asked for by it, not used to decide anything."""

    __tablename__ = "user_role_names"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=80, unique=True)
    description: str | None = None


_REVISION = Column("revision", Integer, nullable=False)


class User(Table, UserMixin, table=True):
    """A person who can sign in. `id` is the person's id in every record; `email` is kept lower-case.

    `revision` makes two requests that use up the same recovery code collide instead of both passing.
    """

    __tablename__ = "users"
    __table_args__ = (Index("uq_users_fs_webauthn_user_handle", "fs_webauthn_user_handle", unique=True),)
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": _REVISION}
    id: str = Field(default_factory=_new_id, primary_key=True)
    name: str = ""
    email: str = Field(max_length=255, unique=True)
    username: str | None = Field(default=None, max_length=255, unique=True)
    password: str | None = Field(default=None, max_length=255)
    active: bool = True
    fs_uniquifier: str = Field(default_factory=_new_id, max_length=64, unique=True)
    confirmed_at: NaiveDatetime | None = None
    last_login_at: NaiveDatetime | None = None
    current_login_at: NaiveDatetime | None = None
    last_login_ip: str | None = Field(default=None, max_length=64)
    current_login_ip: str | None = Field(default=None, max_length=64)
    login_count: int | None = None
    tf_primary_method: str | None = Field(default=None, max_length=64)
    tf_totp_secret: str | None = Field(default=None, max_length=255)
    tf_phone_number: str | None = Field(default=None, max_length=128)
    us_totp_secrets: str | None = Field(default=None, sa_type=Text)
    us_phone_number: str | None = Field(default=None, max_length=128, unique=True)
    mf_recovery_codes: list[str] | None = Field(
        default=None, sa_column=Column(MutableList.as_mutable(AsaList()), nullable=True)
    )
    create_datetime: NaiveDatetime = Field(default_factory=_naive_now)
    update_datetime: NaiveDatetime = Field(
        default_factory=_naive_now, sa_column_kwargs={"onupdate": _naive_now}
    )
    revision: int | None = Field(default=None, sa_column=_REVISION)
    same_as: str | None = None
    """The person behind this account, where somebody has several."""
    fs_webauthn_user_handle: str | None = Field(default=None, max_length=64)
    totp_counter: int | None = None
    """The time step of the last code that was taken: no code opens twice."""
    roles: list[Role] = Relationship(link_model=UserRoles)
    webauthn: list["Passkeys"] = Relationship(sa_relationship_kwargs={"cascade": "all, delete-orphan"})


class Passkeys(Table, WebAuthnMixin, table=True):
    """A public key of somebody's device, in the shape that the accounts library asks for."""

    __tablename__ = "passkeys"
    __table_args__ = (Index("uq_passkeys_user_id_name", "user_id", "name", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(foreign_key="users.id")
    name: str = Field(max_length=64)
    credential_id: bytes = Field(sa_column=Column(LargeBinary(1024), nullable=False, unique=True))
    public_key: bytes = Field(sa_type=LargeBinary)
    sign_count: int = 0
    transports: list[str] | None = Field(
        default=None, sa_column=Column(MutableList.as_mutable(AsaList()), nullable=True)
    )
    backup_state: bool = False
    device_type: str = Field(default="", max_length=64)
    extensions: str | None = Field(default=None, max_length=255)
    usage: str = Field(default="first", max_length=16)
    create_datetime: NaiveDatetime = Field(default_factory=_naive_now)
    lastuse_datetime: NaiveDatetime = Field(default_factory=_naive_now)


class Identities(Table, table=True):
    """Somebody as an identity provider knows them: issuer and subject, which never change hands."""

    __tablename__ = "identities"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="users.id", index=True)
    since: datetime
    seen_at: datetime
    ended_at: datetime | None = None


class KnownAs(Table, table=True):
    """What is proven to be somebody's: an e-mail address, or a subject of an identity provider.

    Two accounts with the same are one human in the law. Nothing is taken away here: an address given up
    still says whose it was.
    """

    __tablename__ = "known_as"
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="users.id", primary_key=True)
    at: datetime


class Eligible(Table, table=True):
    """That a directory or a brand admin proposes somebody for a group. It signs nothing (law 10)."""

    __tablename__ = "eligible"
    brand_id: str = Field(foreign_key="brands.id", primary_key=True)
    person_id: str = Field(foreign_key="users.id", primary_key=True, index=True)
    group_name: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    since: datetime


class Invitations(Table, table=True):
    """A mailed link into a brand that works once; its token is kept only as SHA-256."""

    __tablename__ = "invitations"
    token_sha256: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id", index=True)
    email: str
    name: str
    groups: list[str] = Field(sa_type=JSON)
    made_by: str
    at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str | None = None
    revoked_at: datetime | None = None


class WaysIn(Table, table=True):
    """How a brand wants its people to come in, and how fresh a signer's proof of identity has to be."""

    __tablename__ = "ways_in"
    brand_id: str = Field(foreign_key="brands.id", primary_key=True)
    require_sso: bool = False
    prove_minutes: int | None = None


class Sessions(Table, table=True):
    """A signed-in (or not yet signed-in) browser; the cookie's token is kept only as its SHA-256."""

    __tablename__ = "sessions"
    token_sha256: str = Field(primary_key=True)
    user_id: str | None = Field(default=None, foreign_key="users.id", index=True)
    data: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(index=True)
    revoked_at: datetime | None = None
    agent: str = ""


class FailedLogins(Table, table=True):
    """One wrong password: for which account name, from which address."""

    __tablename__ = "failed_logins"
    __table_args__ = (Index(None, "account", "at"), Index(None, "address", "at"))
    id: int | None = Field(default=None, primary_key=True)
    account: str
    address: str
    at: datetime


class ServiceAccounts(Table, table=True):
    """A tool or script of one brand. It has no vote."""

    __tablename__ = "service_accounts"
    id: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id", index=True)
    name: str
    created_at: datetime


class ApiKeys(Table, table=True):
    """A key of a service account, kept as prefix and SHA-256: 190 random bits need no slow hash."""

    __tablename__ = "api_keys"
    prefix: str = Field(primary_key=True)
    brand_id: str = Field(foreign_key="brands.id")
    service_account_id: str = Field(foreign_key="service_accounts.id", index=True)
    sha256: str
    scopes: list[str] = Field(sa_type=JSON)
    owner: str = Field(foreign_key="users.id")
    creator: str = Field(foreign_key="users.id")
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class IdempotencyKeys(Table, table=True):
    """The answer to a creating call, kept 24 hours for whoever repeats it."""

    __tablename__ = "idempotency_keys"
    actor: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_sha256: str
    status: int
    answer: dict[str, Any] = Field(sa_type=JSON)
    at: datetime = Field(index=True)


class SeenNonces(Table, table=True):
    """Signatures of incoming hooks that were used already (replay guard)."""

    __tablename__ = "seen_nonces"
    nonce: str = Field(primary_key=True)
    at: datetime = Field(index=True)


class SigningKeys(Table, table=True):
    """The server's Ed25519 keys as private JWK; the newest that is not retired signs."""

    __tablename__ = "signing_keys"
    kid: str = Field(primary_key=True)
    private_jwk: dict[str, str] = Field(sa_type=JSON)
    created_at: datetime
    retired_at: datetime | None = None
