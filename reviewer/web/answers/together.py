"""Pauses, and what people say besides their votes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self

from reviewer.model import Hold
from reviewer.service.pauses import Placed
from reviewer.store import Comment
from reviewer.web.answers.given import Given


class LiftOut(Given):
    """One of the two agreements that a pause may end."""

    by: str
    at: datetime


class PauseOut(Given):
    """A pause; it stands while `lifted_at` is null. `topic` is the rule of a topic pause."""

    id: str
    scope: str
    reason: str
    by: str
    at: datetime
    topic: str
    lifts: tuple[LiftOut, ...]
    lifted_at: datetime | None


class PausesOut(Given):
    """The pauses that stand."""

    items: tuple[PauseOut, ...]

    @classmethod
    def of(cls, holds: Sequence[Hold]) -> Self:
        return cls(items=tuple(map(PauseOut.model_validate, holds)))


class ReachOut(Given):
    """A permit that a pause met: of which draft, for which account, and who had it."""

    jti: str
    draft: str
    account: str
    audience: str


class PlacedOut(Given):
    """A new pause, the permits that it took back, and those that a tool had used already."""

    pause: PauseOut
    revoked: tuple[ReachOut, ...]
    out_of_reach: tuple[ReachOut, ...]

    @classmethod
    def of(cls, placed: Placed) -> Self:
        pause = PauseOut.model_validate(placed.hold)
        return cls(
            pause=pause,
            revoked=tuple(map(ReachOut.model_validate, placed.revoked)),
            out_of_reach=tuple(map(ReachOut.model_validate, placed.out_of_reach)),
        )


class CommentOut(Given):
    """What somebody said."""

    by: str
    audience: Literal["author", "reviewers"]
    text: str
    at: datetime


class CommentsOut(Given):
    """What was said, in order."""

    items: tuple[CommentOut, ...]

    @classmethod
    def of(cls, said: Sequence[Comment]) -> Self:
        return cls(items=tuple(map(CommentOut.model_validate, said)))


class ClaimOut(Given):
    """Who looks at the draft, and until when."""

    person: str
    by: str
    until: datetime


class RatedOut(Given):
    """What was kept about a finding."""

    finding: str
    false_alarm: bool
