"""Reviews into the tables: what was added or changed since the review was read, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, insert, update
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col, select

from reviewer import workflow
from reviewer.errors import Invalid, Problem
from reviewer.model import Objection, Permit, Publication, Review, Suggestion, Version
from reviewer.store import tables as t
from reviewer.store.codec import draft_to_json
from reviewer.store.facts import (
    confirmation_row,
    dismissal_row,
    objection_row,
    permit_row,
    publication_row,
    reissue_row,
    reslot_row,
    sign_off_row,
    suggestion_row,
)
from reviewer.store.part import StorePart
from reviewer.store.values import Projection

Fact = TypeVar("Fact")
Noun = TypeVar("Noun", Objection, Permit, Suggestion)


class ReviewSaving(StorePart):
    """Reviews and publications, added and saved."""

    def add_review(self, review: Review, projection: Projection) -> None:
        """Keep a new review, with whatever it holds already."""
        row = t.Drafts(
            id=review.id,
            brand_id=review.brand,
            author=review.author,
            created_at=review.versions[0].at,
            updated_at=review.versions[0].at,
            state=projection.state,
        )
        self.session.add(row)
        self.session.flush()
        self.loaded[review.id] = row
        self.save_review(Review(review.id, review.brand, review.author, ()), review, projection)

    def save_review(self, before: Review, after: Review, projection: Projection) -> None:
        """Add what is new in `after` and update what changed since `before`.

        `before` was read in this transaction; whoever saved in between makes this one begin again.
        What was said cannot be unsaid: a fact that is missing or altered in `after` is a ValueError.
        Media that the brand does not have are Invalid.
        """
        row = self.loaded.get(after.id)
        if row is None or (before.id, before.brand, before.author) != (after.id, after.brand, after.author):
            raise ValueError("a review is saved in the transaction that read it")
        if row.withdrawn_at is not None and row.withdrawn_at != after.withdrawn_at:
            raise ValueError("a draft that was withdrawn stays so")
        row.withdrawn_by, row.withdrawn_at = after.withdrawn_by, after.withdrawn_at
        self._mark(row, before, after)
        self._project(row, after, projection)  # first, so that a race is known before work is done
        self._save_versions(before, after)
        self._save_objections(before, after)
        self._save_permits(before, after)
        self._save_suggestions(before, after)
        for table, said, known, as_row in (
            (t.Confirmations, after.confirmations, before.confirmations, confirmation_row),
            (t.SignOffs, after.sign_offs, before.sign_offs, sign_off_row),
            (t.Reissues, after.reissues, before.reissues, reissue_row),
            (t.Reslots, after.reslots, before.reslots, reslot_row),
            (t.Publications, after.publications, before.publications, publication_row),
        ):
            self._add_facts(table, after, known, said, as_row)  # type: ignore[arg-type]  # pairs of one noun

    def revoke_permit(self, jti: str, by: str, at: datetime) -> None:
        """Take back a permit that was not used, without its review (a pause takes back many)."""
        self.session.execute(
            update(t.Permits)
            .where(col(t.Permits.jti) == jti, col(t.Permits.redeemed_at).is_(None))
            .values(revoked_at=at, revoked_by=by, live=False)
        )

    def _mark(self, row: t.Drafts, before: Review, after: Review) -> None:
        """What is said once about a draft: an emergency, and the pause to which it responds."""
        if before.emergency not in (None, after.emergency):
            raise ValueError("what was said stays said")
        if after.emergency is not None:
            row.emergency_by, row.emergency_at = after.emergency.by, after.emergency.at
            row.emergency_reason = after.emergency.reason
        row.responds_to = after.responds_to

    def _save_suggestions(self, before: Review, after: Review) -> None:
        for known, suggestion in zip(before.suggestions, after.suggestions, strict=False):
            _grown(known, suggestion, accepted_by=None, accepted_at=None)
            if known != suggestion:
                self._change(
                    t.Suggestions.id,
                    suggestion.id,
                    accepted_by=suggestion.accepted_by,
                    accepted_at=suggestion.accepted_at,
                )
        if len(after.suggestions) < len(before.suggestions):
            raise ValueError("what was said stays said")
        new = list(enumerate(after.suggestions))[len(before.suggestions) :]
        self._insert(t.Suggestions, [_of(after, position=n, **suggestion_row(s)) for n, s in new])

    def add_publication(self, brand: str, publication: Publication) -> None:
        """Keep what a monitor saw, or a report for which there is no permit."""
        self._insert(t.Publications, [{**publication_row(publication), "brand_id": brand}])

    def _save_versions(self, before: Review, after: Review) -> None:
        kept = len(before.versions)
        unmarked = [replace(v, submitted_by=None, submitted_at=None) for v in after.versions[:kept]]
        if unmarked != [replace(v, submitted_by=None, submitted_at=None) for v in before.versions]:
            raise ValueError("versions are immutable")
        for version in after.versions[kept:]:
            self._add_version(after, version)
        known = {v.number: (v.submitted_by, v.submitted_at) for v in before.versions}
        for version in after.versions:
            marks = (version.submitted_by, version.submitted_at)
            old = known.get(version.number, (None, None))
            if old == (None, None) != marks:
                self._insert(
                    t.Submissions,
                    [_of(after, number=version.number, person=version.submitted_by, at=version.submitted_at)],
                )
            elif old != marks:
                raise ValueError("a version is submitted once")

    def _add_version(self, review: Review, version: Version) -> None:
        self._require_media(review.brand, version)
        number, draft = version.number, version.draft
        self._insert(
            t.Versions,
            [
                _of(
                    review,
                    number=number,
                    made_by=version.by,
                    made_at=version.at,
                    answerable=sorted(version.answerable),
                    on_behalf_of=draft.on_behalf_of,
                    suggested_by=version.suggested_by,
                    content=draft_to_json(draft),
                )
            ],
        )
        variants, parts, media = [], [], []
        for v, variant in enumerate(draft.variants):
            variants.append(
                _of(
                    review,
                    number=number,
                    position=v,
                    content_sha256=variant.content_sha256,
                    near_sha256=variant.near_sha256,
                    kind=variant.kind,
                    channel=variant.channel,
                    account=variant.account,
                    target=variant.target,
                )
            )
            for p, part in enumerate(variant.parts):
                parts.append(
                    _of(review, number=number, variant=v, position=p, format=part.format, text=part.text)
                )
                media += [
                    _of(
                        review,
                        number=number,
                        variant=v,
                        part=p,
                        position=m,
                        sha256=shown.sha256,
                        alt=shown.alt,
                    )
                    for m, shown in enumerate(part.media)
                ]
        self._insert(t.Variants, variants)
        self._insert(t.Parts, parts)
        self._insert(t.PartMedia, media)

    def _require_media(self, brand: str, version: Version) -> None:
        places = [
            (media.sha256, f"/variants/{v}/parts/{p}/media/{m}")
            for v, variant in enumerate(version.draft.variants)
            for p, part in enumerate(variant.parts)
            for m, media in enumerate(part.media)
        ]
        if not places:
            return
        query = select(t.Media.sha256).where(
            t.Media.brand_id == brand, col(t.Media.sha256).in_({sha256 for sha256, _ in places})
        )
        known = set(self.session.exec(query))
        problems = [
            Problem(pointer, "This file is not here yet: upload it first.", "unknown-media")
            for sha256, pointer in places
            if sha256 not in known
        ]
        if problems:
            raise Invalid("The post shows a picture or file that was not uploaded.", problems)

    def _save_objections(self, before: Review, after: Review) -> None:
        if not {o.id for o in before.objections} <= {o.id for o in after.objections}:
            raise ValueError("objections are not forgotten")
        for objection in after.objections:
            known = self.objections_read.get(objection.id)
            if known is None:
                self._insert(t.Objections, [_of(after, **objection_row(objection))])
            else:
                _grown(known, objection, lifted_at=None, dismissals=())
                self._change(t.Objections.id, objection.id, lifted_at=objection.lifted_at)
            self._insert(
                t.Dismissals,
                [
                    dismissal_row(said)
                    | {"objection_id": objection.id, "position": position, "brand_id": after.brand}
                    for position, said in _added(known.dismissals if known else (), objection.dismissals)
                ],
            )
            self.objections_read[objection.id] = objection

    def _save_permits(self, before: Review, after: Review) -> None:
        if [p.jti for p in before.permits] != [p.jti for p in after.permits[: len(before.permits)]]:
            raise ValueError("permits are not forgotten")
        # first what ends, then what begins: only one permit of a draft and digest may be live
        for known, permit in zip(before.permits, after.permits, strict=False):
            _grown(known, permit, redeemed_at=None, revoked_at=None, revoked_by=None)
            self._change(
                t.Permits.jti,
                permit.jti,
                live=_live(permit, after),
                redeemed_at=permit.redeemed_at,
                revoked_at=permit.revoked_at,
                revoked_by=permit.revoked_by,
            )
        self._insert(
            t.Permits,
            [
                _of(after, position=position, live=_live(permit, after), **permit_row(permit))
                for position, permit in enumerate(after.permits)
                if position >= len(before.permits)
            ],
        )

    def _change(self, name: Any, value: str, **columns: Any) -> None:
        self.session.execute(update(name.class_).where(name == value).values(**columns))

    def _add_facts(
        self,
        table: type[t.Table],
        review: Review,
        known: Sequence[Fact],
        said: Sequence[Fact],
        as_row: Callable[[Fact], dict[str, Any]],
    ) -> None:
        self._insert(
            table, [_of(review, position=position, **as_row(fact)) for position, fact in _added(known, said)]
        )

    def _project(self, row: t.Drafts, review: Review, projection: Projection) -> None:
        row.state, row.due = projection.state, projection.due
        row.worst, row.findings = projection.worst, projection.findings
        row.updated_at = _last_change(review)
        flag_modified(row, "updated_at")  # whatever was said, the revision moves
        self.session.flush()
        self.session.execute(delete(t.VariantStates).where(col(t.VariantStates.draft_id) == review.id))
        self._insert(
            t.VariantStates,
            [_of(review, content_sha256=d, state=state) for d, state in projection.states.items()],
        )
        self.session.execute(delete(t.Contributors).where(col(t.Contributors.draft_id) == review.id))
        people = workflow.everybody_who_wrote(review) | workflow.authors(review) | {review.author}
        if review.draft.on_behalf_of is not None:  # theirs to confirm, so theirs to find
            people |= {review.draft.on_behalf_of}
        self._insert(t.Contributors, [_of(review, person=person) for person in sorted(people)])

    def _insert(self, table: type[t.Table], rows: list[dict[str, Any]]) -> None:
        if rows:
            self.session.execute(insert(table), rows)


def _of(review: Review, **columns: Any) -> dict[str, Any]:
    return {"draft_id": review.id, "brand_id": review.brand, **columns}


def _added(known: Sequence[Fact], said: Sequence[Fact]) -> list[tuple[int, Fact]]:
    """(position, fact) of what is new in `said`; what was known must still stand, in its place."""
    if tuple(said[: len(known)]) != tuple(known):
        raise ValueError("what was said stays said")
    return list(enumerate(said))[len(known) :]


def _grown(known: Noun, now: Noun, **marks: Any) -> None:
    """Raise ValueError unless `now` is what was known with only `marks` set that were empty."""
    same = replace(now, **marks) == replace(known, **marks)
    kept = all(getattr(known, m) in (empty, getattr(now, m)) for m, empty in marks.items() if empty is None)
    if not (same and kept):
        raise ValueError("what was said stays said")


def _live(permit: Permit, review: Review) -> bool:
    """Not redeemed, not revoked, and not followed by another permit issued after it had run out."""
    if permit.redeemed_at is not None or permit.revoked_at is not None:
        return False
    later = review.permits[review.permits.index(permit) + 1 :]
    return all(permit.alive(p.issued_at) for p in later if p.content_sha256 == permit.content_sha256)


def _last_change(review: Review) -> Any:
    """When something last happened to the draft."""
    times = [
        *(v.submitted_at or v.at for v in review.versions),
        *(c.at for c in review.confirmations),
        *(s.at for s in review.sign_offs),
        *(o.lifted_at or o.at for o in review.objections if o.draft == review.id),
        *(p.revoked_at or p.redeemed_at or p.issued_at for p in review.permits),
        *(r.at for r in review.reissues),
        *(p.at for p in review.publications),
        *(s.accepted_at or s.at for s in review.suggestions),
        *(r.at for r in review.reslots),
    ]
    return max([*times, *([review.withdrawn_at] if review.withdrawn_at else [])])
