"""What people say besides their votes: comments, who looks at what, and whether a finding was right."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

from reviewer.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from reviewer.model import Actor, Event
from reviewer.service.drafts import Drafts, DraftView
from reviewer.store import CLAIM, Claim, Comment, Store, Tx
from reviewer.workflow import signing_groups

LONGEST = 4000
"""Characters of a comment."""


class Talk:
    """Comments, claims, assignments and feedback on findings."""

    def __init__(self, store: Store, drafts: Drafts, clock: Callable[[], datetime]) -> None:
        self._store, self._drafts, self._clock = store, drafts, clock

    def comments(self, actor: Actor, draft_id: str) -> list[Comment]:
        """What was said; contributors don't read what reviewers say among themselves."""
        view = self._drafts.view(actor, draft_id)
        with self._store.read() as tx:
            said = tx.comments(draft_id)
        return [c for c in said if c.audience == "author" or _signs(view)]

    def comment(
        self, actor: Actor, draft_id: str, text: str, audience: Literal["author", "reviewers"] = "author"
    ) -> Comment:
        """Say something to the author, or among reviewers; whoever sees the draft may."""
        view = self._drafts.view(actor, draft_id)
        if actor.service or (audience == "reviewers" and not _signs(view)):
            raise NotAllowed("Only signing groups talk among themselves: write to the author instead.")
        words = text.strip()
        if not words or len(words) > LONGEST or "\0" in words:
            raise Invalid(
                f"A comment has between 1 and {LONGEST} characters.",
                [Problem("/text", "Empty or too long.", "length")],
            )
        comment = Comment(actor.id, audience, words, self._clock())

        def run(tx: Tx) -> None:
            tx.add_comment(actor.brand, draft_id, comment)
            tx.append(_event(actor, "draft.commented", draft_id, comment.at, {"audience": audience}))

        self._store.write(run)
        return comment

    def claims(self, actor: Actor) -> Mapping[str, Claim]:
        """Who looks at which draft of the brand now."""
        with self._store.read() as tx:
            return tx.claims(actor.brand, self._clock())

    def claim(self, actor: Actor, draft_id: str, *, person: str | None = None) -> Claim:
        """Look at a draft, or ask a colleague of a signing group to; ends by itself."""
        view = self._drafts.view(actor, draft_id)
        if actor.service or not _signs(view):
            raise NotAllowed("Only members of signing groups look at drafts for others.")
        looker = person or actor.id
        if not view.brand.groups_of(looker) & signing_groups(view.brand):
            raise NotAllowed("This person signs for no group: choose somebody who does.")

        def run(tx: Tx) -> Claim:
            now = self._clock()
            held = tx.claims(actor.brand, now).get(draft_id)
            if held is not None and held.person not in (looker, actor.id):
                raise Conflict("A colleague looks at this already: assign it instead, or wait.")
            claim = Claim(looker, actor.id, now + CLAIM)
            tx.set_claim(actor.brand, draft_id, claim)
            of, own = {"person": looker}, looker == actor.id
            tx.append(_event(actor, "draft.claimed" if own else "draft.assigned", draft_id, now, of))
            return claim

        return self._store.write(run)

    def release(self, actor: Actor, draft_id: str) -> None:
        """Stop looking at a draft."""

        def run(tx: Tx) -> None:
            now = self._clock()
            held = tx.claims(actor.brand, now).get(draft_id)
            if held is None or actor.id not in (held.person, held.by):
                raise NotFound("You don't look at this draft now.")
            tx.set_claim(actor.brand, draft_id, None)
            tx.append(_event(actor, "draft.unclaimed", draft_id, now, {}))

        self._store.write(run)

    def rate(self, actor: Actor, draft_id: str, finding: str, *, false_alarm: bool) -> None:
        """A reviewer's word on a finding; it becomes the rule's precision."""
        view = self._drafts.view(actor, draft_id)
        if actor.service or not _signs(view):
            raise NotAllowed("Only members of signing groups say whether a finding was right.")
        found = next(((d, f) for d, v in view.verdicts.items() for f in v.findings if f.key == finding), None)
        if found is None:
            raise NotFound("That finding is not there any more: read the post again.")
        digest, about = found

        def run(tx: Tx) -> None:
            now = self._clock()
            tx.give_feedback(
                actor.brand, finding, digest, actor.id, about.rule, false_alarm=false_alarm, at=now
            )
            detail: dict[str, str | bool] = {"rule": about.rule, "false_alarm": false_alarm}
            tx.append(_event(actor, "finding.rated", draft_id, now, detail))

        self._store.write(run)


def _signs(view: DraftView) -> bool:
    return bool(view.groups & signing_groups(view.brand))


def _event(
    actor: Actor, action: str, draft_id: str, now: datetime, detail: Mapping[str, str | bool]
) -> Event:
    return Event(now, actor.brand, actor.id, action, ("draft", draft_id), detail=dict(detail))
