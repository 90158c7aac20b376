"""Release: permits for tools and people, their status list and keys, and what was published with them."""

import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from joserfc.jwk import OKPKey

from reviewer import release
from reviewer.errors import NotFound, PermitRefused, StaleContent
from reviewer.model import Actor, Permit, Publication, Variant
from reviewer.service.drafts import Clock, Drafts, DraftView, new_id
from reviewer.service.tree import LogTree, Proof
from reviewer.store import SigningKey, Store, Tx
from reviewer.workflow import AllowReissue, Issue, IssueUse, PostedByHand, Redeem, Report, Revoke


@dataclass(frozen=True)
class Issued:
    """A permit and the token that goes to the tool; the token is not kept."""

    token: str
    permit: Permit


@dataclass(frozen=True)
class Redeemed:
    """What to publish, exactly: `variant` with the tool's own identifiers in `variant.tool`.

    `receipt` proves that the use is in the log, under a head that is signed now.
    """

    permit: Permit
    variant: Variant
    receipt: Proof


class Permits:
    """The use cases of release. Who may have a permit is the workflow's to say."""

    def __init__(self, store: Store, drafts: Drafts, clock: Clock, issuer: str) -> None:
        self._store, self._drafts, self._clock, self._issuer = store, drafts, clock, issuer
        self._keys: list[OKPKey] | None = None
        self._keys_lock = threading.Lock()
        self.tree = LogTree(store, clock, issuer, lambda: self.keys()[0])

    def issue(self, actor: Actor, draft_id: str, content_sha256: str, audience: str = "") -> Issued:
        """A permit for one variant; `audience` is the asking tool or person where none is named."""
        jti = secrets.token_hex(16)
        view = self._drafts.act(
            actor, draft_id, Issue(content_sha256, audience or default_audience(actor), jti)
        )
        return self._issued(view, jti)

    def issue_use(
        self, actor: Actor, draft_id: str, content_sha256: str, account: str, target: str | None
    ) -> Issued:
        """A permit for one use of a standing text, on one account and for one target."""
        with self._store.read() as tx:
            review = tx.review(draft_id)
        if review.brand != actor.brand:
            raise NotFound("There is no such text here: look at the library.")
        signed = review.draft.by_digest.get(content_sha256)
        if signed is None:
            raise StaleContent("This text is not there any more: look at the library again.")
        channel = account.partition(":")[0]
        use = replace(signed, account=account, channel=channel, target=target)
        jti = secrets.token_hex(16)
        command = IssueUse(content_sha256, use, default_audience(actor), jti)
        return self._issued(self._drafts.act(actor, draft_id, command), jti)

    def _issued(self, view: DraftView, jti: str) -> Issued:
        permit = _permit(view, jti)
        place = self.tree.place(self._seq(view.review.id, "permit.issued", jti))
        token = release.issue(
            permit,
            view.review,
            issuer=self._issuer,
            key=self.keys()[0],
            log=(place.index, place.size, place.root),
        )
        return Issued(token, permit)

    def redeem(self, actor: Actor, token: str) -> Redeemed:
        """Use a permit, once; returns exactly what to publish. Works on `jti`, never on the string."""
        claims = release.read(token, self.jwks())
        if claims["iss"] != self._issuer:
            raise PermitRefused("This go-ahead is another server's.", "signature")
        view = self._act_on(actor, claims["jti"], Redeem(claims["jti"]))
        permit = _permit(view, claims["jti"])
        variant = permit.variant or view.review.draft.by_digest[permit.content_sha256]
        return Redeemed(permit, variant, self._receipt(view.review.id, "permit.redeemed", permit.jti))

    def revoke(self, actor: Actor, jti: str, reason: str = "") -> DraftView:
        """Take back a permit that was not used."""
        return self._act_on(actor, jti, Revoke(jti, reason))

    def allow_reissue(self, actor: Actor, jti: str, reason: str) -> DraftView:
        """Leave for one more permit after one that was used and never reported."""
        return self._act_on(actor, jti, AllowReissue(jti, reason))

    def report(
        self,
        actor: Actor,
        jti: str,
        url: str,
        at: datetime,
        *,
        account: str | None = None,
        text: str | None = None,
        content_sha256: str | None = None,
    ) -> Publication:
        """What a tool published with its permit, with the words or digest that it sees there.

        The same report twice is one: a tool that got no answer repeats it.
        """
        with self._store.read() as tx:
            draft_id, permit = tx.permit(jti)
            told = tx.review(draft_id).publications
        for known in told:
            if (known.jti, known.by, known.url, known.at) == (jti, actor.id, url, at):
                return known
        publication = Publication(
            id=new_id(),
            account=account or permit.account,
            channel=permit.channel,
            url=url,
            at=at,
            by=actor.id,
            jti=jti,
            content_sha256=content_sha256,
            text=text,
        )
        self._drafts.act(actor, draft_id, Report(publication))
        return publication

    def posted_by_hand(
        self, actor: Actor, draft_id: str, content_sha256: str, url: str, at: datetime
    ) -> Publication:
        """The author posted it and gives the link; uses up a permit in the same act."""
        variant = self._drafts.view(actor, draft_id).review.draft.by_digest.get(content_sha256)
        if variant is None:
            raise NotFound("This version of the post is not there any more: open it again.")
        publication = Publication(
            id=new_id(),
            account=variant.account,
            channel=variant.channel,
            url=url,
            at=at,
            by=actor.id,
            content_sha256=content_sha256,
            source="by hand",
        )
        view = self._drafts.act(actor, draft_id, PostedByHand(publication, secrets.token_hex(16)))
        return next(p for p in view.review.publications if p.id == publication.id)

    def receipt(self, publication: Publication) -> Proof:
        """That a report is in the log, for whoever reported it."""
        with self._store.read() as tx:
            draft_id, _ = tx.permit(publication.jti or "")
        return self._receipt(draft_id, "publication.reported", publication.jti or "")

    def _receipt(self, draft_id: str, action: str, jti: str) -> Proof:
        return self.tree.proof(self._seq(draft_id, action, jti))

    def _seq(self, draft_id: str, action: str, jti: str) -> int:
        with self._store.read() as tx:
            return tx.last_seq(draft_id, action, jti)

    def status(self) -> str:
        """The signed status list: revoked permits that could still be alive, and all hold epochs."""
        now = self._clock()
        with self._store.read() as tx:
            revoked, epochs = tx.revoked(now), tx.epochs()
        return release.status_list(revoked, epochs, issuer=self._issuer, key=self.keys()[0], now=now)

    def jwks(self) -> dict[str, Any]:
        """The public keys, newest first."""
        return release.jwks(self.keys())

    def keys(self) -> list[OKPKey]:
        """The signing keys, newest first; the first one is made when a server first needs it."""
        with self._keys_lock:
            if self._keys is None:
                self._keys = [
                    OKPKey.import_key(dict(k.private_jwk)) for k in self._store.write(self._load_keys)
                ]
            return self._keys

    def _load_keys(self, tx: Tx) -> tuple[SigningKey, ...]:
        if not tx.signing_keys():
            made = release.new_key(new_id())
            private = {name: str(value) for name, value in made.as_dict(private=True).items()}
            tx.add_signing_key(SigningKey(private["kid"], private, self._clock()))
        return tx.signing_keys()

    def _act_on(self, actor: Actor, jti: str, command: Redeem | Revoke | AllowReissue) -> DraftView:
        with self._store.read() as tx:
            draft_id, _permit_there = tx.permit(jti)
        return self._drafts.act(actor, draft_id, command)


def default_audience(actor: Actor) -> str:
    """A tool asks for itself; a person to post by hand."""
    return actor.id if actor.service else f"person:{actor.id}"


def _permit(view: DraftView, jti: str) -> Permit:
    return next(p for p in view.review.permits if p.jti == jti)
