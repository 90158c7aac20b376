"""Creating calls that may come twice: a caller who got no answer repeats them and gets the first one's."""

from dataclasses import dataclass
from datetime import datetime

from reviewer.errors import Invalid, Problem
from reviewer.model import Actor
from reviewer.store import Answer, Tx

CREATED = 201


@dataclass(frozen=True)
class Once:
    """The caller's own name for a call (`Idempotency-Key`), and a digest over what it asked for.

    It is kept for 24 hours, in the transaction that does the work: either both are there or neither.
    """

    key: str
    request_sha256: str

    def made(self, tx: Tx, actor: Actor, now: datetime) -> str | None:
        """The id of what this call made before; None for a first call.

        Raises:
            Invalid: the name was used for another request.
        """
        answer = tx.answered(actor.id, self.key, now)
        if answer is None:
            return None
        if answer.request_sha256 != self.request_sha256:
            sentence = "This Idempotency-Key stands for another request: choose a new one."
            raise Invalid(sentence, [Problem("", sentence, "idempotency-key")])
        return str(answer.body["id"])

    def remember(self, tx: Tx, actor: Actor, made: str, now: datetime) -> None:
        """Keep what the call made."""
        tx.remember_answer(actor.id, self.key, Answer(self.request_sha256, CREATED, {"id": made}), now)
