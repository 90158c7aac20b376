"""Deleting contents, how long a brand keeps them, and legal holds, while which nothing is deleted.

A draft whose contents are gone keeps its digests, its decisions and its place in the record; whatever
people wrote about it is empty. Each deletion is a row of its own, without which the databases refuse it.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, insert, or_, update
from sqlmodel import col, select

from reviewer.errors import NotFound
from reviewer.store import identities as i
from reviewer.store import keeping as k
from reviewer.store import tables as t
from reviewer.store.kept import Deletion, LegalHold
from reviewer.store.part import StorePart


class Retention(StorePart):
    """The deleting side of a transaction."""

    # --- how long ---------------------------------------------------------------------------------

    def retention(self, brand: str) -> dict[str, int | None]:
        """What a brand decided: days by class of contents; None keeps them for good."""
        query = select(k.Retention).where(k.Retention.brand_id == brand)
        return {row.kind: row.days for row in self.session.exec(query)}

    def set_retention(self, brand: str, kind: str, days: int | None, by: str, at: datetime) -> None:
        """Decide how many days a brand keeps a class of contents."""
        row = self.session.get(k.Retention, (brand, kind))
        if row is None:
            row = k.Retention(brand_id=brand, kind=kind, person=by, at=at)
            self.session.add(row)
        row.days, row.person, row.at = days, by, at
        self.session.flush()

    # --- legal holds ------------------------------------------------------------------------------

    def add_legal_hold(self, brand: str, hold: LegalHold) -> None:
        """Keep whatever there is of a brand, or of one draft, from being deleted."""
        self.session.execute(
            insert(k.LegalHolds).values(
                id=hold.id,
                brand_id=brand,
                draft_id=hold.draft,
                reason=hold.reason,
                person=hold.by,
                at=hold.at,
            )
        )

    def legal_holds(self, brand: str) -> list[LegalHold]:
        """All of a brand, also those that were lifted, oldest first."""
        query = select(k.LegalHolds).where(k.LegalHolds.brand_id == brand)
        rows = self.session.exec(query.order_by(col(k.LegalHolds.at), k.LegalHolds.id))
        return [LegalHold(r.id, r.draft_id, r.reason, r.person, r.at, r.lifted_by, r.lifted_at) for r in rows]

    def lift_legal_hold(self, brand: str, hold_id: str, by: str, at: datetime) -> None:
        """Let a hold end; raises NotFound where none stands."""
        lifted = self.session.execute(
            update(k.LegalHolds)
            .where(
                col(k.LegalHolds.id) == hold_id,
                col(k.LegalHolds.brand_id) == brand,
                col(k.LegalHolds.lifted_at).is_(None),
            )
            .values(lifted_by=by, lifted_at=at)
        )
        if not lifted.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one
            raise NotFound("There is no such legal hold, or it was lifted already.")

    def kept_by_law(self, brand: str, draft_id: str | None = None) -> bool:
        """Whether a legal hold stands on the brand, or on this draft of it."""
        concerned = col(k.LegalHolds.draft_id).is_(None)
        if draft_id is not None:
            concerned = or_(concerned, col(k.LegalHolds.draft_id) == draft_id)  # type: ignore[assignment]
        query = select(k.LegalHolds.id).where(
            k.LegalHolds.brand_id == brand, col(k.LegalHolds.lifted_at).is_(None), concerned
        )
        return self.session.exec(query).first() is not None

    # --- drafts -----------------------------------------------------------------------------------

    def untouched_since(
        self, brand: str, before: datetime, *, public: bool, limit: int, only: str | None = None
    ) -> list[str]:
        """Drafts with contents that nothing happened to since `before`, oldest first: those that went out
        (a permit was used, or something was reported), or those that did not. `only` asks about one."""
        used = exists().where(
            col(t.Permits.draft_id) == col(t.Drafts.id), col(t.Permits.redeemed_at).is_not(None)
        )
        seen = exists().where(col(t.Publications.draft_id) == col(t.Drafts.id))
        alive = exists().where(
            col(t.Permits.draft_id) == col(t.Drafts.id),
            col(t.Permits.expires_at) >= before,
        )
        went_out = or_(used, seen)
        query = (
            select(t.Drafts.id)
            .where(
                t.Drafts.brand_id == brand,
                col(t.Drafts.gone_at).is_(None),
                col(t.Drafts.updated_at) < before,
                or_(col(t.Drafts.due).is_(None), col(t.Drafts.due) < before),
                went_out if public else ~went_out,
                ~alive,
                ~_held(t.Drafts.brand_id, t.Drafts.id),
            )
            .order_by(col(t.Drafts.updated_at), t.Drafts.id)
        )
        if only is not None:
            query = query.where(t.Drafts.id == only)
        return list(self.session.exec(query.limit(limit)))

    def take_contents(self, brand: str, draft_id: str, why: Deletion) -> None:
        """Delete what a draft says and what people wrote about it. Who decided what, and when, stays."""
        self._note(brand, "draft", draft_id, why)
        for table, column in _OF_A_DRAFT:
            self._empty(table, column, getattr(table, "draft_id") == draft_id)  # noqa: B009
        said = select(t.Objections.id).where(t.Objections.draft_id == draft_id)
        self._empty(t.Dismissals, "reason", col(t.Dismissals.objection_id).in_(said))
        of_it = {"brand_id": brand, "draft_id": draft_id}
        self._rewrite(t.Suggestions, of_it, variant="", comment="")
        self._rewrite(t.Objections, of_it, comment="")
        self._rewrite(t.Permits, of_it, variant=None)
        self.session.execute(delete(t.Claims).where(col(t.Claims.draft_id) == draft_id))
        self.session.execute(
            update(t.Drafts)
            .where(col(t.Drafts.id) == draft_id)
            .values(gone_at=why.at, emergency_reason=None, revision=t.Drafts.revision + 1)  # type: ignore[operator]
        )
        self._take_verdicts(brand, draft_id, why)
        self.session.expire_all()

    def _take_verdicts(self, brand: str, draft_id: str, why: Deletion) -> None:
        """Verdicts quote: those go that no draft with contents still needs."""
        theirs = select(t.Variants.content_sha256).where(t.Variants.draft_id == draft_id)
        needed = (
            select(t.Variants.content_sha256)
            .join(t.Drafts, col(t.Drafts.id) == col(t.Variants.draft_id))
            .where(t.Variants.brand_id == brand, col(t.Drafts.gone_at).is_(None))
        )
        query = select(k.Verdicts.content_sha256).where(
            k.Verdicts.brand_id == brand,
            k.Verdicts.body != "",
            col(k.Verdicts.content_sha256).in_(theirs),
            col(k.Verdicts.content_sha256).not_in(needed),
        )
        for digest in set(self.session.exec(query)):
            self._note(brand, "verdict", digest, why)
            of_brand = col(k.Verdicts.brand_id) == brand
            self._empty(k.Verdicts, "body", and_(of_brand, col(k.Verdicts.content_sha256) == digest))

    def talked_before(
        self, brand: str, before: datetime, *, limit: int, only: str | None = None
    ) -> list[str]:
        """Drafts of a brand with comments, all of them from before. `only` asks about one."""
        query = (
            select(t.Comments.draft_id)
            .where(
                t.Comments.brand_id == brand,
                t.Comments.text != "",
                ~_held(t.Comments.brand_id, t.Comments.draft_id),
            )
            .group_by(t.Comments.draft_id)
            .having(func.max(t.Comments.at) < before)
            .order_by(t.Comments.draft_id)
        )
        if only is not None:
            query = query.where(t.Comments.draft_id == only)
        return list(self.session.exec(query.limit(limit)))

    def take_comments(self, brand: str, draft_id: str, why: Deletion) -> None:
        """Delete what people said to each other about a draft."""
        self._note(brand, "words", draft_id, why)
        self._empty(t.Comments, "text", t.Comments.draft_id == draft_id)

    def take_row(self, brand: str, subject: str, table: str, key: Mapping[str, Any], why: Deletion) -> None:
        """Empty the contents of one row of an append-only table, which names `subject` as its draft."""
        columns = k.ERASABLE[table]
        self._note(brand, "words", subject, why)
        rows = t.Table.metadata.tables[table]
        for column in columns:
            full = func.coalesce(func.length(rows.c[column]), 0) > 0
            self.session.execute(
                rows.update().where(*(rows.c[n] == v for n, v in key.items()), full).values({column: ""})
            )

    # --- media ------------------------------------------------------------------------------------

    def unused_media(self, brand: str, before: datetime, *, limit: int) -> list[str]:
        """Files from before that no draft with contents shows, by digest."""
        shown = (
            select(t.PartMedia.sha256)
            .join(t.Drafts, col(t.Drafts.id) == col(t.PartMedia.draft_id))
            .where(t.PartMedia.brand_id == brand, col(t.Drafts.gone_at).is_(None))
        )
        held = (
            select(t.PartMedia.sha256)
            .join(k.LegalHolds, col(k.LegalHolds.draft_id) == col(t.PartMedia.draft_id))
            .where(t.PartMedia.brand_id == brand, col(k.LegalHolds.lifted_at).is_(None))
        )
        suggested = exists().where(
            col(t.Suggestions.brand_id) == col(t.Media.brand_id),
            col(t.Suggestions.variant).contains(col(t.Media.sha256)),
        )
        query = (
            select(t.Media.sha256)
            .where(
                t.Media.brand_id == brand,
                func.length(t.Media.data) > 0,
                col(t.Media.created_at) < before,
                col(t.Media.sha256).not_in(shown),
                col(t.Media.sha256).not_in(held),
                ~suggested,
            )
            .order_by(col(t.Media.created_at), t.Media.sha256)
        )
        return list(self.session.exec(query.limit(limit)))

    def take_media(self, brand: str, sha256: str, why: Deletion) -> None:
        """Delete the bytes of a file; its digest and size stay. The same bytes can be uploaded again."""
        self._note(brand, "media", sha256, why)
        one = and_(col(t.Media.brand_id) == brand, col(t.Media.sha256) == sha256)
        self.session.execute(update(t.Media).where(one).values(data=b""))
        self.session.expire_all()

    # --- what the server keeps about coming in ----------------------------------------------------

    def take_sign_ins(self, before: datetime) -> int:
        """Forget ended sessions, wrong passwords and addresses of sign-ins from before; returns how many."""
        ended = or_(
            col(i.Sessions.expires_at) < before,
            and_(col(i.Sessions.revoked_at).is_not(None), col(i.Sessions.revoked_at) < before),
        )
        naive = before.replace(tzinfo=None)
        last = func.coalesce(i.User.current_login_at, i.User.last_login_at)
        has = or_(col(i.User.last_login_ip).is_not(None), col(i.User.current_login_ip).is_not(None))
        counts = (
            self.session.execute(delete(i.Sessions).where(ended)),
            self.session.execute(delete(i.FailedLogins).where(col(i.FailedLogins.at) < before)),
            self.session.execute(
                update(i.User)
                .where(last < naive, has)
                .values(last_login_ip=None, current_login_ip=None, revision=i.User.revision + 1)  # type: ignore[operator]
            ),
        )
        self.session.expire_all()
        return sum(result.rowcount for result in counts)  # type: ignore[attr-defined]  # each has one

    def take_invitations(self, brand: str, before: datetime) -> int:
        """Forget invitations that ended before; returns how many."""
        ended = func.coalesce(i.Invitations.used_at, i.Invitations.revoked_at, i.Invitations.expires_at)
        taken = self.session.execute(
            delete(i.Invitations).where(col(i.Invitations.brand_id) == brand, ended < before)
        )
        return int(taken.rowcount)  # type: ignore[attr-defined]  # a DELETE has one

    def take_jobs(self, before: datetime) -> int:
        """Forget later work that was done before; returns how much."""
        taken = self.session.execute(delete(t.Jobs).where(col(t.Jobs.done_at) < before))
        return int(taken.rowcount)  # type: ignore[attr-defined]  # a DELETE has one

    # --- what was deleted -------------------------------------------------------------------------

    def deletions(self, brand: str, subject: str | None = None) -> list[tuple[str, str, Deletion]]:
        """(kind, subject, deletion) of a brand, oldest first."""
        query = select(k.Deletions).where(k.Deletions.brand_id == brand)
        if subject is not None:
            query = query.where(k.Deletions.subject_id == subject)
        return [
            (row.kind, row.subject_id, _deletion(row))
            for row in self.session.exec(query.order_by(col(k.Deletions.at), k.Deletions.id))
        ]

    def settled(self, brand: str) -> dict[str, str]:
        """How publications compared with what was signed when the contents to compare were deleted, by id."""
        query = select(k.Deletions.detail).where(k.Deletions.brand_id == brand, k.Deletions.kind == "draft")
        found: dict[str, str] = {}
        for detail in self.session.exec(query):
            found.update(detail.get("outcomes", {}))
        return found

    def note_deletion(self, kind: str, subject: str, why: Deletion) -> None:
        """Keep that something of the whole server was deleted."""
        self._note(None, kind, subject, why)

    def _note(self, brand: str | None, kind: str, subject: str, why: Deletion) -> None:
        self.session.execute(
            insert(k.Deletions).values(
                id=secrets.token_hex(12),
                brand_id=brand,
                kind=kind,
                subject_id=subject,
                why=why.why,
                person=why.by,
                at=why.at,
                detail=dict(why.detail),
            )
        )

    def _empty(self, table: Any, column: str, which: Any) -> None:
        """Empty a column of an append-only table where there is something in it."""
        full = func.coalesce(func.length(getattr(table, column)), 0) > 0
        self.session.execute(update(table).where(which, full).values({column: ""}))

    def _rewrite(self, table: Any, where: Mapping[str, str], **values: str | None) -> None:
        which = [getattr(table, name) == value for name, value in where.items()]
        self.session.execute(update(table).where(*which).values(values))


_OF_A_DRAFT: tuple[tuple[type[t.Table], str], ...] = (
    (t.Versions, "content"),
    (t.Parts, "text"),
    (t.PartMedia, "alt"),
    (t.SignOffs, "reason"),
    (t.Reissues, "reason"),
    (t.Publications, "text"),
    (t.Comments, "text"),
)


def _deletion(row: k.Deletions) -> Deletion:
    return Deletion(row.why, row.person, row.at, row.detail)  # type: ignore[arg-type]  # only written from one


def _held(brand: Any, draft: Any) -> Any:
    """Whether a legal hold stands on this brand or draft."""
    return exists().where(
        col(k.LegalHolds.brand_id) == brand,
        col(k.LegalHolds.lifted_at).is_(None),
        or_(col(k.LegalHolds.draft_id).is_(None), col(k.LegalHolds.draft_id) == draft),
    )
