"""Texts for repeated use: the library, and one use of a text by hand (law 15)."""

from dataclasses import dataclass
from datetime import datetime

from reviewer import workflow
from reviewer.errors import NotFound
from reviewer.model import Actor, Permit, Publication, Standing, State, Variant
from reviewer.service.drafts import Drafts
from reviewer.service.permits import Permits
from reviewer.workflow import Case, IssueUse


@dataclass(frozen=True)
class Text:
    """A text of the library, as this actor may use it.

    `left` are the uses that are left; `usable` says that this actor may have one now; `why` is what stands
    in the way, in sentences.
    """

    draft: str
    digest: str
    variant: Variant
    terms: Standing
    state: State
    left: int
    usable: bool
    why: tuple[str, ...]


@dataclass(frozen=True)
class Use:
    """One use by hand that has begun: what to publish exactly, and until when its link is waited for."""

    permit: Permit
    variant: Variant


class Texts:
    """The use cases of texts for repeated use; the law is the workflow's."""

    def __init__(self, drafts: Drafts, permits: Permits) -> None:
        self._drafts, self._permits = drafts, permits

    def library(self, actor: Actor) -> list[Text]:
        """The texts that this actor may see or use, usable ones first, then by their end."""
        found = [
            _text(case, actor, digest) for case in self._cases(actor) for digest in case.review.draft.digests
        ]
        return sorted(found, key=lambda one: (not one.usable, one.terms.until, one.draft))

    def text(self, actor: Actor, draft_id: str, digest: str) -> Text:
        """One of them; raises NotFound."""
        for one in self.library(actor):
            if (one.draft, one.digest) == (draft_id, digest):
                return one
        raise NotFound("There is no such text here: look at the library again.")

    def use(self, actor: Actor, draft_id: str, digest: str, account: str, target: str | None) -> Use:
        """Take one use: the go-ahead is used up by it, and its link is waited for."""
        issued = self._permits.issue_use(actor, draft_id, digest, account, target)
        redeemed = self._permits.redeem(actor, issued.token)
        return Use(redeemed.permit, redeemed.variant)

    def begun(self, actor: Actor) -> list[Use]:
        """This person's uses of which nobody has said yet where they are public."""
        found = []
        for case in self._cases(actor):
            reported = {p.jti for p in case.review.publications}
            found += [
                Use(permit, permit.variant)
                for permit in case.review.permits
                if permit.audience == f"person:{actor.id}"
                and permit.redeemed_at is not None
                and permit.jti not in reported
                and permit.variant is not None
            ]
        return found

    def posted(self, actor: Actor, jti: str, url: str, at: datetime) -> Publication:
        """Where one use is public now."""
        return self._permits.report(actor, jti, url, at)

    def _cases(self, actor: Actor) -> list[Case]:
        return [
            case
            for case in self._drafts.texts(actor)
            if case.review.draft.standing is not None
            and (workflow.may_see(case, actor) or _is_for(case, actor))
        ]


def _is_for(case: Case, actor: Actor) -> bool:
    """Do its terms name this actor, for a text that was handed in."""
    digests = set(case.review.draft.digests) & case.review.submitted
    return any(_may_use(case, actor, digest) for digest in digests)


def _may_use(case: Case, actor: Actor, digest: str) -> bool:
    audience = actor.id if actor.service else f"person:{actor.id}"
    return workflow.may_use(case, actor, IssueUse(digest, case.review.draft.by_digest[digest], audience, ""))


def _text(case: Case, actor: Actor, digest: str) -> Text:
    terms = case.review.draft.standing
    assert terms is not None  # noqa: S101  # only such drafts are asked about
    spent = sum(
        p.standing_sha256 == digest and (p.redeemed_at is not None or p.alive(case.now))
        for p in case.review.permits
    )
    why = list(workflow.wanting(case, digest))
    if workflow.holds_on(case, digest):
        why.append("A pause is on.")
    if case.now >= terms.until:
        why.append("Its time is over.")
    if spent >= terms.uses:
        why.append("It was used as often as was signed.")
    may = _may_use(case, actor, digest)
    if not may:
        why.append("Others may use it.")
    return Text(
        draft=case.review.id,
        digest=digest,
        variant=case.review.draft.by_digest[digest],
        terms=terms,
        state=workflow.state(case, digest),
        left=max(0, terms.uses - spent),
        usable=may and not why,
        why=tuple(why),
    )
