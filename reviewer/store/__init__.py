"""Where everything is kept: SQLite or PostgreSQL behind one `Store`, in nouns of `model`.

    store = Store(url)
    store.migrate()
    with store.read() as tx:
        review = tx.review(draft_id)
    store.write(lambda tx: tx.save_review(before, after, projection))

The only importer of SQLModel; tables never leave it (but for the accounts library's own, by
`Store.user_datastore`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reviewer.store.accounts import UserDatastore
from reviewer.store.identities import Role, User
from reviewer.store.kept import Deletion, KeptVerdict, LegalHold, Mention
from reviewer.store.transactions import Store, Tx
from reviewer.store.values import (
    CLAIM,
    Answer,
    BrowserSession,
    Claim,
    Comment,
    Eligibility,
    Factors,
    Head,
    Identity,
    Invitation,
    Job,
    Key,
    Notice,
    Passkey,
    Person,
    PolicyVersion,
    Projection,
    SigningKey,
    StoredMedia,
    Suspension,
    WayIn,
)


def enqueue(
    tx: Tx,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    due: datetime,
    *,
    now: datetime,
    brand: str | None = None,
) -> None:
    """Have something done later, if and only if `tx` commits; see `Outbox.enqueue`."""
    tx.enqueue(kind, key, payload, due, now=now, brand=brand)


__all__ = [
    "CLAIM",
    "Answer",
    "BrowserSession",
    "Claim",
    "Comment",
    "Deletion",
    "Eligibility",
    "Factors",
    "Head",
    "Identity",
    "Invitation",
    "Job",
    "KeptVerdict",
    "Key",
    "LegalHold",
    "Mention",
    "Notice",
    "Passkey",
    "Person",
    "PolicyVersion",
    "Projection",
    "Role",
    "SigningKey",
    "Store",
    "StoredMedia",
    "Suspension",
    "Tx",
    "User",
    "UserDatastore",
    "WayIn",
    "enqueue",
]
