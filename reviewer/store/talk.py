"""What people say besides their votes: comments, claims, and whether a finding was right."""

from datetime import datetime

from sqlalchemy import delete, func, insert
from sqlmodel import col, select

from reviewer.store import tables as t
from reviewer.store.part import StorePart
from reviewer.store.values import Claim, Comment


class Talk(StorePart):
    """Comments, claims and feedback."""

    def comments(self, draft_id: str) -> list[Comment]:
        """What was said about a draft, in order."""
        query = select(t.Comments).where(t.Comments.draft_id == draft_id)
        return [
            Comment(row.person, row.audience, row.text, row.at)  # type: ignore[arg-type]  # from a Comment
            for row in self.session.exec(query.order_by(col(t.Comments.position)))
        ]

    def add_comment(self, brand: str, draft_id: str, comment: Comment) -> None:
        """Keep a comment at its place."""
        count = select(func.count()).select_from(t.Comments).where(t.Comments.draft_id == draft_id)
        self.session.execute(
            insert(t.Comments).values(
                draft_id=draft_id,
                position=self.session.exec(count).one(),
                brand_id=brand,
                person=comment.by,
                audience=comment.audience,
                text=comment.text,
                at=comment.at,
            )
        )

    def claims(self, brand: str, now: datetime) -> dict[str, Claim]:
        """Who looks at which draft now, by draft."""
        query = select(t.Claims).where(t.Claims.brand_id == brand, col(t.Claims.until) > now)
        return {row.draft_id: Claim(row.person, row.by, row.until) for row in self.session.exec(query)}

    def set_claim(self, brand: str, draft_id: str, claim: Claim | None) -> None:
        """Say who looks at a draft, or that nobody does."""
        self.session.execute(delete(t.Claims).where(col(t.Claims.draft_id) == draft_id))
        if claim is not None:
            self.session.execute(
                insert(t.Claims).values(
                    draft_id=draft_id,
                    brand_id=brand,
                    person=claim.person,
                    by=claim.by,
                    until=claim.until,
                )
            )

    def give_feedback(
        self,
        brand: str,
        finding: str,
        content_sha256: str,
        person: str,
        rule: str,
        *,
        false_alarm: bool,
        at: datetime,
    ) -> None:
        """A person's word on a finding; their last one counts."""
        self.session.execute(
            delete(t.Feedback).where(
                col(t.Feedback.brand_id) == brand,
                col(t.Feedback.finding) == finding,
                col(t.Feedback.content_sha256) == content_sha256,
                col(t.Feedback.person) == person,
            )
        )
        self.session.execute(
            insert(t.Feedback).values(
                brand_id=brand,
                finding=finding,
                content_sha256=content_sha256,
                person=person,
                rule=rule,
                false_alarm=false_alarm,
                at=at,
            )
        )

    def feedback(self, brand: str) -> dict[str, tuple[int, int]]:
        """By rule: how often reviewers said that a finding was right, and that it was a false alarm."""
        query = (
            select(t.Feedback.rule, t.Feedback.false_alarm, func.count())
            .where(t.Feedback.brand_id == brand)
            .group_by(col(t.Feedback.rule), col(t.Feedback.false_alarm))
        )
        found: dict[str, tuple[int, int]] = {}
        for rule, false_alarm, many in self.session.exec(query):
            right, wrong = found.get(rule, (0, 0))
            found[rule] = (right, wrong + many) if false_alarm else (right + many, wrong)
        return found
