"""What is public, compared with what was signed."""

from datetime import datetime

from reviewer import reconcile
from reviewer.errors import NotAllowed
from reviewer.model import Actor, Permit, Review, Variant
from reviewer.reconcile import Match, Outcome, Signed
from reviewer.service.drafts import Clock
from reviewer.store import Store, Tx
from reviewer.workflow import signing_groups


class Publications:
    """Reconciliation over everything that was reported or seen."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def reconcile(self, actor: Actor, brand_slug: str) -> tuple[Match, ...]:
        """The six verdicts over a brand's permits and publications; for signing groups and auditors."""
        with self._store.read() as tx:
            brand = tx.brand(brand_slug)
            reads = brand.groups_of(actor.id) & signing_groups(brand)
            if actor.brand != brand_slug or not (
                reads or actor.roles & {"auditor", "brand_admin"} or "audit:read" in actor.scopes
            ):
                raise NotAllowed("Only signing groups and auditors see this: ask marketing.")
            return compare(tx, brand_slug, self._clock())


def compare(tx: Tx, brand: str, now: datetime) -> tuple[Match, ...]:
    """What is public of a brand, compared with what was signed.

    Where contents were deleted there is nothing left to compare: `settled` says how it was.
    """
    drafts: dict[str, Review] = {}
    signed = []
    for draft_id, permit in tx.permits(brand):
        if permit.redeemed_at is not None:
            review = drafts.get(draft_id) or drafts.setdefault(draft_id, tx.review(draft_id))
            if review.gone_at is None:
                signed.append(Signed(draft_id, permit, _variant(review, permit)))
    before = settled(tx, brand)
    seen = [publication for _, publication in tx.publications(brand) if publication.id not in before]
    return reconcile.compare(signed, seen, now=now)


def settled(tx: Tx, brand: str) -> dict[str, Outcome]:
    """How publications compared, by id, before the contents to compare were deleted."""
    return {publication: Outcome(outcome) for publication, outcome in tx.settled(brand).items()}


def _variant(review: Review, permit: Permit) -> Variant:
    """What the permit covers, from the version that it was given for."""
    if permit.variant is not None:
        return permit.variant
    return review.versions[permit.version - 1].draft.by_digest[permit.content_sha256]
