"""What the store hands out besides the nouns of `model`: small frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from reviewer.model import NOTHING, Approvals, Decision, State, digest
from reviewer.store.codec import approvals_to_json


@dataclass(frozen=True)
class Projection:
    """What lists show of a draft, computed by whoever saves it; a copy that can be computed again.

    `states` are by digest of the present version.
    """

    state: State
    states: Mapping[str, State] = field(default_factory=lambda: NOTHING)
    due: datetime | None = None
    findings: int = 0
    worst: Decision | None = None


@dataclass(frozen=True)
class PolicyVersion:
    """A brand's own policy over the built-in base: rule files by path, word lists, and who signs.

    `base` names the built-in rules that the brand agreed to (empty: those of the release), `house` the
    policy version of its house brand in between, as `<brand>/<sha256>`.
    """

    approvals: Approvals
    files: Mapping[str, bytes] = field(default_factory=lambda: NOTHING)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    base: str = ""
    house: str = ""

    @cached_property
    def sha256(self) -> str:
        """Names this version: a digest over its contents, file names included."""
        below = {"base": self.base, "house": self.house}
        return digest(
            {
                "files": {path: data.hex() for path, data in self.files.items()},
                "lists": {name: list(words) for name, words in self.lists.items()},
                "approvals": approvals_to_json(self.approvals),
                **{name: what for name, what in below.items() if what},
            }
        )


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in. `email` is lower-case."""

    id: str
    name: str
    email: str
    active: bool = True


@dataclass(frozen=True)
class Suspension:
    """A person whose vote does not count until a second person says that it does again (law 10)."""

    person: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Identity:
    """Somebody as an identity provider knows them: the provider's issuer and its subject."""

    issuer: str
    subject: str
    person: str
    since: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Passkey:
    """A passkey as its owner sees it; times are naive UTC, as the accounts library keeps them."""

    name: str
    since: datetime
    used_at: datetime


@dataclass(frozen=True)
class Factors:
    """What a person signs in with: a password, codes of an app, codes for a lost phone, passkeys."""

    password: bool
    codes: bool
    recovery_codes: int
    passkeys: tuple[Passkey, ...]


@dataclass(frozen=True)
class Eligibility:
    """That `source` (`directory`, `invitation`) proposes a person for a group; it signs nothing."""

    brand: str
    person: str
    group: str
    source: str
    since: datetime


@dataclass(frozen=True)
class Invitation:
    """A mailed link into a brand that works once; `groups` are those it makes eligible for, `id` is the
    SHA-256 of its token."""

    brand: str
    email: str
    name: str
    groups: frozenset[str]
    by: str
    at: datetime
    expires_at: datetime
    id: str = ""


@dataclass(frozen=True)
class WayIn:
    """What a brand asks of those who sign in: through its identity provider only, and how many minutes
    ago, at the most, a signer proved again who they are (None: any open session will do)."""

    require_sso: bool = False
    prove_minutes: int | None = None


@dataclass(frozen=True)
class StoredMedia:
    """One picture, video or document: lower-case hex SHA-256, MIME type, size in bytes."""

    sha256: str
    mime: str
    size: int


@dataclass(frozen=True)
class Key:
    """A service account's key, without its secret. `service` is the account's id, as in `service:<id>`."""

    prefix: str
    brand: str
    service: str
    name: str
    scopes: frozenset[str]
    owner: str
    creator: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class BrowserSession:
    """A server-side session; `token_sha256` names it (the token itself is only in the cookie)."""

    token_sha256: str
    user_id: str | None
    data: Mapping[str, Any]
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str = ""
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What was answered to a creating call, for whoever repeats it with the same key."""

    request_sha256: str
    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class SigningKey:
    """One of the server's Ed25519 keys, as a private JWK."""

    kid: str
    private_jwk: Mapping[str, str]
    created_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True)
class Job:
    """Something to be done later. `attempts` and `tries` count the present one; `tries` begins anew where
    somebody has it done again after it was given up."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    due: datetime
    attempts: int
    tries: int = 1
    brand: str | None = None
    error: str | None = None
    leased_until: datetime | None = None
    dead_at: datetime | None = None


@dataclass(frozen=True)
class Notice:
    """That somebody (`person`; empty: the whole channel) is asked to look at a draft.

    `round` is one submission of it, `why` what it is about. `sent_at` is empty until it has left.
    """

    id: str
    draft: str
    round: str
    person: str
    way: Literal["page", "mail", "slack"]
    why: Literal["asked", "reminded", "overdue"]
    at: datetime
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Comment:
    """What somebody said about a draft: to its author, or among reviewers."""

    by: str
    audience: Literal["author", "reviewers"]
    text: str
    at: datetime


CLAIM = timedelta(minutes=30)
"""How long somebody who claims a draft keeps it; others see who looks at it."""


@dataclass(frozen=True)
class Claim:
    """`person` looks at a draft until `until`; `by` is somebody else where it was assigned."""

    person: str
    by: str
    until: datetime


@dataclass(frozen=True)
class Head:
    """A signed head of the audit tree: `root` in hex, `token` the JWS that says so."""

    size: int
    root: str
    token: str
    at: datetime
