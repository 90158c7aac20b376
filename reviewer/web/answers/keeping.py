"""The period report, decisions read again, how long things are kept, one person's data."""

from datetime import datetime
from typing import Any, Literal, Self

from reviewer.service.personal import Erased
from reviewer.service.replay import Replayed
from reviewer.service.report import Report
from reviewer.web.answers.given import Given


class LineOut(Given):
    """One line of the report; what does not apply is empty."""

    section: Literal["public", "unsigned", "altered", "missing", "exceptions", "emergencies", "roles"]
    at: datetime
    what: str
    who: str
    id: str
    account: str
    where: str
    draft: str
    digest: str
    signed_by: str
    note: str


class ReportOut(Given):
    """What a brand made public from `start` up to `end`, and every use of a rarer right."""

    brand: str
    start: datetime
    end: datetime
    made_at: datetime
    lines: tuple[LineOut, ...]

    @classmethod
    def of(cls, report: Report) -> Self:
        return cls.model_validate(report)


class ReplayedOut(Given):
    """A verdict on which somebody decided, read again: `findings` as they come out now."""

    account: str
    content_sha256: str
    verdict: str
    policy_sha256: str
    as_of: datetime
    same: bool
    differs: tuple[str, ...]
    notes: tuple[str, ...]
    then: str
    again: str

    @classmethod
    def of(cls, one: Replayed) -> Self:
        return cls(
            account=one.variant.account,
            content_sha256=one.kept.content_sha256,
            verdict=one.kept.verdict,
            policy_sha256=one.kept.policy_sha256,
            as_of=one.kept.as_of,
            same=one.same,
            differs=one.differs,
            notes=one.notes,
            then=one.kept.body,
            again=one.again,
        )


class ReplayOut(Given):
    """The verdicts of one version, oldest first; `then` and `again` are RFC 8785 JSON, as text."""

    items: tuple[ReplayedOut, ...]


class KeptOut(Given):
    """How long a class of contents is kept; null for good. `own`: the brand chose it."""

    kind: str
    days: int | None
    own: bool


class LegalHoldOut(Given):
    """Of the brand, or of one draft, nothing is deleted while it stands."""

    id: str
    draft: str | None
    reason: str
    by: str
    at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


class KeepingOut(Given):
    """What is kept and for how long, and the legal holds, oldest first."""

    kept: tuple[KeptOut, ...]
    legal_holds: tuple[LegalHoldOut, ...]


class PersonDataOut(Given):
    """Everything about one person: rows by table, without secrets."""

    person: dict[str, str]
    addresses: tuple[str, ...]
    at: datetime
    tables: dict[str, tuple[dict[str, Any], ...]]


class ErasedOut(Given):
    """What an erasure took, or would take: drafts, how many other texts, and where a name is left."""

    person: str
    done: bool
    drafts: tuple[str, ...]
    texts: int
    remains: tuple[str, ...]

    @classmethod
    def of(cls, erased: Erased, *, done: bool) -> Self:
        return cls(
            person=erased.person,
            done=done,
            drafts=erased.drafts,
            texts=erased.texts,
            remains=erased.remains,
        )
