"""The record: who did what, to what, having seen what."""

from reviewer.errors import NotAllowed
from reviewer.model import Actor, Event
from reviewer.service.drafts import Drafts
from reviewer.store import Store
from reviewer.workflow import signing_groups


class Audit:
    """Reading the append-only log."""

    def __init__(self, store: Store, drafts: Drafts) -> None:
        self._store, self._drafts = store, drafts

    def events(
        self,
        actor: Actor,
        brand_slug: str,
        draft_id: str | None = None,
        *,
        after: int = 0,
        limit: int = 1000,
    ) -> list[Event]:
        """The events of a draft that the actor may see, or of the whole brand; oldest first.

        At most `limit`, from the one after the number `after`.
        """
        with self._store.read() as tx:
            brand = tx.brand(brand_slug)
        reads = brand.groups_of(actor.id) & signing_groups(brand)
        reads_log = reads or actor.roles & {"auditor", "brand_admin"} or "audit:read" in actor.scopes
        if actor.brand != brand_slug:
            raise NotAllowed("You act for another brand: switch to it first.")
        if not reads_log and draft_id is None:
            raise NotAllowed("Only auditors, brand admins and signing groups read the whole log.")
        if not reads_log and draft_id is not None:
            self._drafts.view(actor, draft_id)
        with self._store.read() as tx:
            return tx.events(brand_slug, draft_id, after=after, limit=limit)
