"""Permits, what was published with them, and how the two compare."""

from datetime import datetime
from typing import Self

from reviewer.model import Kind, Publication
from reviewer.reconcile import Match, Outcome
from reviewer.service.permits import Issued, Redeemed
from reviewer.service.tree import Proof
from reviewer.web.answers.given import Given
from reviewer.web.answers.record import ProofOut
from reviewer.web.answers.verdicts import ContentOut, WindowOut, content_of


class PermitOut(Given):
    """A permit on record. The token is given once, when it is issued.

    `standing_sha256` is the digest of the text that was signed, where this is one use of it.
    """

    jti: str
    content_sha256: str
    version: int
    audience: str
    standing_sha256: str | None
    kind: Kind
    channel: str
    account: str
    window: WindowOut
    issued_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None
    revoked_at: datetime | None


class IssuedOut(PermitOut):
    """A permit with its token: JWS compact, `typ: release+jwt`."""

    token: str

    @classmethod
    def of(cls, issued: Issued) -> Self:
        return cls(**PermitOut.model_validate(issued.permit).model_dump(), token=issued.token)


class RedeemedOut(Given):
    """Exactly what to publish, and the tool's own identifiers.

    `receipt` proves that the use is in the record, under a signed head: keep it.
    """

    permit: PermitOut
    content_sha256: str
    content: ContentOut
    tool: dict[str, str]
    receipt: ProofOut

    @classmethod
    def of(cls, redeemed: Redeemed) -> Self:
        return cls(
            permit=PermitOut.model_validate(redeemed.permit),
            content_sha256=redeemed.variant.content_sha256,
            content=content_of(redeemed.variant),
            tool=dict(redeemed.variant.tool),
            receipt=ProofOut.model_validate(redeemed.receipt),
        )


class PublicationOut(Given):
    id: str
    account: str
    channel: str
    url: str
    at: datetime
    by: str
    jti: str | None
    content_sha256: str | None
    text: str | None
    source: str


class ReportedOut(PublicationOut):
    """What was reported, with the proof that the report is in the record, under a signed head: keep it."""

    receipt: ProofOut

    @classmethod
    def of(cls, publication: Publication, receipt: Proof) -> Self:
        said = PublicationOut.model_validate(publication).model_dump()
        return cls(**said, receipt=ProofOut.model_validate(receipt))


class MatchOut(Given):
    """One line of the comparison of what is public with what was signed."""

    outcome: Outcome
    publication: PublicationOut | None
    permit: PermitOut | None
    draft: str | None
    similarity: float

    @classmethod
    def of(cls, match: Match) -> Self:
        return cls(
            outcome=match.outcome,
            publication=PublicationOut.model_validate(match.seen) if match.seen else None,
            permit=PermitOut.model_validate(match.signed.permit) if match.signed else None,
            draft=match.signed.draft if match.signed else None,
            similarity=match.similarity,
        )


class ReconciliationOut(Given):
    """Everything that was released or reported, matched."""

    items: tuple[MatchOut, ...]
