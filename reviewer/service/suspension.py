"""Suspending a signer's vote when what proves their identity changes, until a second person agrees (law 10).

Called in the transaction that changes an e-mail address, a password on somebody else's behalf, a second
factor or an identity provider, so that the vote stops with that change or not at all.
"""

import secrets
from datetime import datetime

from reviewer.model import Event
from reviewer.store import Tx
from reviewer.workflow.proposals import Proposal

TELL_KIND = "mail.account_changed"
"""The outbox's kind for the message to the address that was there before the change."""


def suspend_vote(
    tx: Tx, person_id: str, reason: str, at: datetime, *, by: str, address: str | None = None
) -> tuple[str, ...]:
    """Suspend a person's vote in every brand that they sign for; returns the slugs of these brands.

    Each of these brands gets a proposal to let it count again, which one colleague seconds who did not
    make the change. A brand for which no two people ever signed has no vote to protect yet.

    `reason` is what people read ("The password was reset by somebody else."), `by` who made the change.
    The message goes to `address`, the one before the change; to the present one where it is None.
    Somebody who signs for nobody is told too.
    """
    person = tx.person(person_id)
    brands = tuple(
        slug for slug in tx.brands_of(person_id) if tx.memberships(slug, person_id) and tx.founded(slug)
    )
    for slug in brands:
        tx.suspend(slug, person_id, reason, at)
        if not any(p.change.get("person") == person_id for p in tx.proposals(slug) if p.kind == "signer"):
            again = Proposal(
                id=secrets.token_hex(12),
                brand=slug,
                kind="signer",
                change={"person": person_id},
                reason=reason,
                by=by,
                at=at,
                groups=frozenset(tx.memberships(slug, person_id)),
                subjects=frozenset({person_id}),
            )
            tx.add_proposal(again)
        tx.append(Event(at, slug, by, "signer.suspended", ("person", person_id), detail={"reason": reason}))
    payload = {"to": address or person.email, "name": person.name, "reason": reason, "brands": list(brands)}
    tx.enqueue(TELL_KIND, f"{person_id}:{at.isoformat()}", payload, at, now=at)
    return brands
