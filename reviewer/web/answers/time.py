"""Who is here, several drafts in one call, and texts for repeated use."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, Self

from reviewer.model import Presence, State
from reviewer.service.several import Missed, Outcome
from reviewer.service.texts import Text
from reviewer.web.answers.drafts import StandingOut
from reviewer.web.answers.given import Given
from reviewer.web.answers.verdicts import ContentOut, content_of


class PresenceOut(Given):
    """Somebody on call or away; `by` set it, `weekly` repeats it at the same time on the wall."""

    id: str
    person: str
    kind: Literal["on_call", "away"]
    start: datetime
    end: datetime
    by: str
    at: datetime
    weekly: bool


class RotaOut(Given):
    """Who is on call or away, and the languages that the caller reads."""

    items: tuple[PresenceOut, ...]
    languages: tuple[str, ...]

    @classmethod
    def of(cls, roster: Sequence[Presence], languages: Iterable[str]) -> Self:
        return cls(items=tuple(map(PresenceOut.model_validate, roster)), languages=tuple(sorted(languages)))


class RefusalOut(Given):
    """Why one item was refused: `code` and `status` as of a problem."""

    code: str
    status: int
    detail: str


class OutcomeOut(Given):
    """What came of one item: the draft's state then, or the problem."""

    draft: str
    state: State | None
    problem: RefusalOut | None


class OutcomesOut(Given):
    """One line for each item, in their order."""

    items: tuple[OutcomeOut, ...]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Self:
        return cls(
            items=tuple(
                OutcomeOut(
                    draft=one.draft,
                    state=one.view.state if one.view else None,
                    problem=RefusalOut.model_validate(one.refusal) if one.refusal else None,
                )
                for one in outcomes
            )
        )


class MissedSlotOut(Given):
    """A draft that was signed when its slot passed unused."""

    draft: str
    slot: datetime
    excerpt: str
    accounts: tuple[str, ...]


class MissedOut(Given):
    """All of them, most urgent first."""

    items: tuple[MissedSlotOut, ...]

    @classmethod
    def of(cls, missed: Sequence[Missed]) -> Self:
        return cls(
            items=tuple(
                MissedSlotOut(
                    draft=one.row.id, slot=one.slot, excerpt=one.row.excerpt, accounts=one.row.accounts
                )
                for one in missed
            )
        )


class TextOut(Given):
    """A text for repeated use: `left` uses, and in `why` what stands in the way of one."""

    draft: str
    content_sha256: str
    content: ContentOut
    terms: StandingOut
    state: State
    left: int
    usable: bool
    why: tuple[str, ...]


class TextsOut(Given):
    """The library, usable ones first."""

    items: tuple[TextOut, ...]

    @classmethod
    def of(cls, texts: Sequence[Text]) -> Self:
        return cls(
            items=tuple(
                TextOut(
                    draft=one.draft,
                    content_sha256=one.digest,
                    content=content_of(one.variant),
                    terms=StandingOut.model_validate(one.terms),
                    state=one.state,
                    left=one.left,
                    usable=one.usable,
                    why=one.why,
                )
                for one in texts
            )
        )
