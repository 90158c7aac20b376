"""Reviews out of the tables: each is loaded whole, a list of them by a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import and_, or_
from sqlmodel import col, select

from reviewer import workflow
from reviewer.errors import NotFound
from reviewer.model import Emergency, Objection, Permit, Publication, Reissue, Review, State, Version
from reviewer.store import tables as t
from reviewer.store.codec import draft_from_json, gone_draft
from reviewer.store.facts import confirmation, objection, permit, publication, reslot, sign_off, suggestion
from reviewer.store.part import StorePart

Row = TypeVar("Row", bound=t.Table)


class ReviewReading(StorePart):
    """Reviews, permits and publications, as they stand."""

    def review(self, draft_id: str) -> Review:
        """The whole review; raises NotFound. Objections and inherited contributors are the brand's."""
        row = self.session.get(t.Drafts, draft_id)
        if row is None:
            raise NotFound("There is no such post here, or it is not yours to see.")
        return self._load([row])[0]

    def reviews(
        self,
        brand: str,
        *,
        states: Collection[State] | None = None,
        wrote: str | None = None,
        limit: int = 1000,
    ) -> list[Review]:
        """Reviews of a brand, last changed first.

        `states` asks for drafts of which the draft or a variant was last saved in one of them; `wrote`
        for those that a person helped to write.
        """
        query = select(t.Drafts).where(t.Drafts.brand_id == brand, col(t.Drafts.gone_at).is_(None))
        if states is not None:
            names = [str(s) for s in states]
            listed = select(t.VariantStates.draft_id).where(
                t.VariantStates.brand_id == brand, col(t.VariantStates.state).in_(names)
            )
            query = query.where(or_(col(t.Drafts.state).in_(names), col(t.Drafts.id).in_(listed)))
        if wrote is not None:
            theirs = select(t.Contributors.draft_id).where(
                t.Contributors.brand_id == brand, t.Contributors.person == wrote
            )
            query = query.where(col(t.Drafts.id).in_(theirs))
        query = query.order_by(col(t.Drafts.updated_at).desc(), t.Drafts.id).limit(limit)
        return self._load(self.session.exec(query).all())

    def standing_texts(self, brand: str) -> list[Review]:
        """Reviews of a brand that are, or were in some version, a text for repeated use; not withdrawn."""
        known = select(t.Versions.draft_id).where(
            t.Versions.brand_id == brand, col(t.Versions.content).contains(',"standing":{"accounts":')
        )
        query = select(t.Drafts).where(
            t.Drafts.brand_id == brand, col(t.Drafts.id).in_(known), t.Drafts.state != State.WITHDRAWN
        )
        return self._load(self.session.exec(query.order_by(t.Drafts.id)).all())

    def open_revisions(self, brand: str) -> tuple[tuple[str, int], ...]:
        """(id, revision) of every draft of a brand that is neither withdrawn nor all public, by id.

        The same answer at two moments: nothing was written, signed or released between them.
        """
        query = select(t.Drafts.id, t.Drafts.revision).where(
            t.Drafts.brand_id == brand,
            col(t.Drafts.gone_at).is_(None),
            col(t.Drafts.state).not_in([State.WITHDRAWN, State.PUBLISHED, State.REMOVED]),
        )
        return tuple((i, r or 0) for i, r in self.session.exec(query.order_by(t.Drafts.id)))

    def in_context(self, review: Review) -> Review:
        """The same review with the objections and inherited contributors of the digests it holds now.

        For a review that was edited in this transaction: its new text may be one that somebody
        objected to, or wrote, in another draft.
        """
        held = {review.id: _digests(review.versions)}
        mine = {o.id: o for o in review.objections}
        near = {review.id: _near(review.versions)}
        found = self._objections(review.brand, held, held[review.id], near, near[review.id])[review.id]
        met = {review.id: held[review.id] | {o.content_sha256 for o in found}}
        others = self._inherited(review.brand, met, met[review.id])[review.id]
        merged = {o.id: o for o in found} | mine
        return replace(review, objections=tuple(merged.values()), inherited=others)

    def permit(self, jti: str) -> tuple[str, Permit]:
        """(draft id, permit) of a permit's number; raises NotFound."""
        row = self.session.get(t.Permits, jti)
        if row is None:
            raise NotFound("There is no such go-ahead: ask for one.")
        return row.draft_id, permit(row)

    def permits(self, brand: str) -> list[tuple[str, Permit]]:
        """(draft id, permit) of a whole brand, oldest first."""
        query = select(t.Permits).where(t.Permits.brand_id == brand)
        rows = self.session.exec(query.order_by(col(t.Permits.issued_at), t.Permits.jti))
        return [(row.draft_id, permit(row)) for row in rows]

    def revoked(self, now: datetime) -> tuple[str, ...]:
        """Numbers of the server's permits that were revoked and would otherwise still be valid."""
        query = select(t.Permits.jti).where(
            col(t.Permits.revoked_at).is_not(None), col(t.Permits.expires_at) > now
        )
        return tuple(sorted(self.session.exec(query)))

    def publications(self, brand: str) -> list[tuple[str | None, Publication]]:
        """(draft id or None, publication) of a whole brand, oldest first."""
        query = select(t.Publications).where(t.Publications.brand_id == brand)
        rows = self.session.exec(query.order_by(col(t.Publications.at), t.Publications.id))
        return [(row.draft_id, publication(row)) for row in rows]

    def _load(self, rows: Sequence[t.Drafts]) -> list[Review]:
        if not rows:
            return []
        for row in rows:
            self.loaded[row.id] = row  # held, so that a save compares with the revision that was read
        ids, brand = [row.id for row in rows], rows[0].brand_id
        versions = self._versions(ids)
        held = {draft: _digests(v) for draft, v in versions.items()}
        confirmations = self._facts(t.Confirmations, ids)
        sign_offs = self._facts(t.SignOffs, ids)
        permits = self._facts(t.Permits, ids)
        reissues = self._facts(t.Reissues, ids)
        publications = self._facts(t.Publications, ids)
        # asked for by a subquery: a long list holds more digests than a statement may have parameters
        asked = select(t.Variants.content_sha256).where(col(t.Variants.draft_id).in_(ids))
        near = {draft: _near(v) for draft, v in versions.items()}
        asked_near = select(t.Variants.near_sha256).where(
            col(t.Variants.draft_id).in_(ids), t.Variants.near_sha256 != ""
        )
        objections = self._objections(brand, held, asked, near, asked_near)
        suggestions = self._facts(t.Suggestions, ids)
        reslots = self._facts(t.Reslots, ids)
        removed = self._removed(brand, ids)
        target_authors = self._target_authors(brand, versions)
        nearly = {d: frozenset(o.content_sha256 for o in objections[d]) - held[d] for d in held}
        met = {draft: digests | nearly[draft] for draft, digests in held.items()}
        inherited = self._inherited(brand, met, asked, frozenset[str]().union(*nearly.values()))
        return [
            Review(
                id=row.id,
                brand=row.brand_id,
                author=row.author,
                versions=versions[row.id],
                confirmations=tuple(confirmation(c) for c in confirmations[row.id]),
                sign_offs=tuple(sign_off(s) for s in sign_offs[row.id]),
                objections=objections[row.id],
                permits=tuple(permit(p) for p in permits[row.id]),
                reissues=tuple(Reissue(r.person, r.jti, r.reason, r.at) for r in reissues[row.id]),
                publications=tuple(publication(p) for p in publications[row.id]),
                suggestions=tuple(suggestion(s) for s in suggestions[row.id] if s.variant),
                emergency=_emergency(row),
                responds_to=row.responds_to,
                reslots=tuple(reslot(r) for r in reslots[row.id]),
                target_authors=target_authors.get(row.id, frozenset()),
                removed=removed.get(row.id, frozenset()),
                withdrawn_by=row.withdrawn_by,
                withdrawn_at=row.withdrawn_at,
                inherited=inherited[row.id],
                gone_at=row.gone_at,
            )
            for row in rows
        ]

    def _removed(self, brand: str, ids: Collection[str]) -> dict[str, frozenset[str]]:
        """By draft, the ids of its publications whose removal was carried out (law 16)."""
        removals = (
            select(t.Variants.target)
            .join(
                t.Permits,
                and_(
                    col(t.Permits.draft_id) == col(t.Variants.draft_id),
                    col(t.Permits.content_sha256) == col(t.Variants.content_sha256),
                ),
            )
            .join(t.Publications, col(t.Publications.jti) == col(t.Permits.jti))
            .where(t.Variants.brand_id == brand, t.Variants.kind == "removal")
        )
        query = select(t.Publications.draft_id, t.Publications.id).where(
            col(t.Publications.draft_id).in_(ids), col(t.Publications.url).in_(removals)
        )
        found: dict[str, set[str]] = defaultdict(set)
        for draft, publication_id in self.session.exec(query):
            found[draft or ""].add(publication_id)
        return {draft: frozenset(gone) for draft, gone in found.items()}

    def _target_authors(
        self, brand: str, versions: Mapping[str, tuple[Version, ...]]
    ) -> dict[str, frozenset[str]]:
        """By draft of a removal, who began the draft of what is to be removed."""
        targets = {
            draft: {v.target for v in held[-1].draft.variants if v.kind == "removal" and v.target}
            for draft, held in versions.items()
            if held
        }
        asked = frozenset[str]().union(*targets.values())
        if not asked:
            return {}
        query = (
            select(t.Publications.url, t.Drafts.author)
            .join(t.Drafts, col(t.Drafts.id) == col(t.Publications.draft_id))
            .where(t.Publications.brand_id == brand, col(t.Publications.url).in_(asked))
        )
        authors: dict[str, set[str]] = defaultdict(set)
        for url, author in self.session.exec(query):
            authors[url].add(author)
        return {
            draft: frozenset(author for url in urls for author in authors[url])
            for draft, urls in targets.items()
            if urls
        }

    def _versions(self, ids: Collection[str]) -> dict[str, tuple[Version, ...]]:
        submitted = {
            (s.draft_id, s.number): s
            for s in self.session.exec(select(t.Submissions).where(col(t.Submissions.draft_id).in_(ids)))
        }
        found: dict[str, list[Version]] = defaultdict(list)
        query = select(t.Versions).where(col(t.Versions.draft_id).in_(ids)).order_by(col(t.Versions.number))
        rows = self.session.exec(query).all()
        gone = self._gone(sorted({row.draft_id for row in rows if not row.content}))
        for row in rows:
            submission = submitted.get((row.draft_id, row.number))
            found[row.draft_id].append(
                Version(
                    number=row.number,
                    draft=draft_from_json(row.content)
                    if row.content
                    else gone_draft(gone[row.draft_id, row.number], row.on_behalf_of),
                    by=row.made_by,
                    at=row.made_at,
                    answerable=frozenset(row.answerable),
                    suggested_by=row.suggested_by,
                    submitted_by=submission.person if submission else None,
                    submitted_at=submission.at if submission else None,
                )
            )
        return {draft: tuple(versions) for draft, versions in found.items()}

    def _gone(self, ids: Collection[str]) -> dict[tuple[str, int], list[t.Variants]]:
        """What is left of the variants of drafts whose contents were deleted, by draft and version."""
        found: dict[tuple[str, int], list[t.Variants]] = defaultdict(list)
        query = select(t.Variants).where(col(t.Variants.draft_id).in_(ids)).order_by(col(t.Variants.position))
        for row in self.session.exec(query) if ids else ():
            found[row.draft_id, row.number].append(row)
        return found

    def _facts(self, table: type[Row], ids: Collection[str]) -> Mapping[str, list[Row]]:
        """Rows of a table that numbers its facts within drafts, by draft, in that order."""
        columns: Any = table
        query = select(table).where(columns.draft_id.in_(ids)).order_by(columns.position)
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.session.exec(query):
            found[getattr(row, "draft_id")].append(row)  # noqa: B009  # a column of each such table
        return found

    def _objections(
        self,
        brand: str,
        held: Mapping[str, frozenset[str]],
        asked: Any,
        near: Mapping[str, frozenset[str]],
        asked_near: Any,
    ) -> dict[str, tuple[Objection, ...]]:
        """By draft, the brand's objections to any digest that the draft ever held, and its rejections of
        words that are nearly the same (law 6)."""
        same = col(t.Objections.content_sha256).in_(asked)
        alike = and_(col(t.Objections.act) == "reject", col(t.Objections.near_sha256).in_(asked_near))
        query = (
            select(t.Objections)
            .where(t.Objections.brand_id == brand, or_(same, alike))
            .order_by(col(t.Objections.at), t.Objections.id)
        )
        rows = self.session.exec(query).all()
        dismissals: dict[str, list[t.Dismissals]] = defaultdict(list)
        said = select(t.Dismissals).where(col(t.Dismissals.objection_id).in_([r.id for r in rows]))
        for dismissal in self.session.exec(said.order_by(col(t.Dismissals.position))):
            dismissals[dismissal.objection_id].append(dismissal)
        objections = [objection(row, dismissals[row.id]) for row in rows]
        self.objections_read.update((o.id, o) for o in objections)
        return {
            draft: tuple(
                o
                for o in objections
                if o.content_sha256 in digests or (o.act == "reject" and o.near_sha256 in near[draft])
            )
            for draft, digests in held.items()
        }

    def _inherited(
        self,
        brand: str,
        held: Mapping[str, frozenset[str]],
        asked: Any,
        more: Collection[str] = frozenset(),
    ) -> dict[str, dict[str, frozenset[str]]]:
        """By draft and digest, who helped to write another draft of the brand that held it (law 2).

        `asked` and `more` together are the digests in `held`: those of the drafts, and those of rejected
        words nearly like theirs, whose writers don't dismiss the rejection here either (law 6).
        """
        holders: dict[str, set[str]] = defaultdict(set)
        query = (
            select(t.Variants.content_sha256, t.Variants.draft_id)
            .where(
                t.Variants.brand_id == brand,
                or_(col(t.Variants.content_sha256).in_(asked), col(t.Variants.content_sha256).in_(more)),
            )
            .distinct()
        )
        for digest, draft_id in self.session.exec(query):
            holders[digest].add(draft_id)
        elsewhere = {
            (draft, digest): holders[digest] - {draft}
            for draft, digests in held.items()
            for digest in digests
        }
        others = self._writers(brand, frozenset[str]().union(*elsewhere.values()))
        inherited: dict[str, dict[str, frozenset[str]]] = {draft: {} for draft in held}
        for (draft, digest), drafts in elsewhere.items():
            people = [workflow.contributors(others[other], digest) for other in drafts]
            if any(people):
                inherited[draft][digest] = frozenset[str]().union(*people)
        return inherited

    def _writers(self, brand: str, ids: Collection[str]) -> dict[str, Review]:
        """Reviews with only what says who wrote them."""
        if not ids:
            return {}
        versions, confirmations = self._versions(ids), self._facts(t.Confirmations, ids)
        return {
            draft: Review(
                id=draft,
                brand=brand,
                author="",
                versions=versions[draft],
                confirmations=tuple(confirmation(c) for c in confirmations[draft]),
            )
            for draft in ids
        }


def _emergency(row: t.Drafts) -> Emergency | None:
    if row.emergency_by is None or row.emergency_at is None:
        return None
    return Emergency(row.emergency_by, row.emergency_reason or "", row.emergency_at)


def _near(versions: Iterable[Version]) -> frozenset[str]:
    return frozenset(v.near_sha256 for version in versions for v in version.draft.variants) - {""}


def _digests(versions: Iterable[Version]) -> frozenset[str]:
    return frozenset(digest for version in versions for digest in version.draft.digests)
