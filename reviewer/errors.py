"""Every refusal of the product: one tree, each leaf knows its HTTP status and says what to do next.

ReviewerError
├── Refusal ................. somebody asked for what the law or the input does not allow
│   ├── Malformed 400          the bytes can't be read
│   ├── NotSignedIn 401        nobody, or a key that is not valid
│   ├── NotAllowed 403         somebody, but not for this
│   │   ├── OwnDraft               contributors don't approve
│   │   ├── NotApproved            no permit without sign-off (law 1)
│   │   ├── StaleSignIn            the brand wants a fresh proof of who signs
│   │   └── Blocked                a `block` finding stands
│   ├── NotFound 404
│   ├── Conflict 409
│   │   ├── StaleContent           what was seen is not what is there (law 13)
│   │   ├── WrongState             this action does not exist in this state
│   │   └── AlreadyRedeemed        a permit is used once (law 14)
│   ├── Gone 410               it was here; its contents were deleted, as the brand or the law wants
│   ├── EditConflict 412       somebody else saved first
│   ├── TooLarge 413
│   ├── UnsupportedMedia 415
│   ├── Invalid 422            readable, but not a draft; carries pointers
│   ├── PreconditionRequired 428
│   ├── TooMany 429
│   └── PermitRefused 403      a permit does not cover this content, tool, window or moment
├── Unavailable 503 ......... the database is busy or away; nothing was written
├── BadSetting .............. a setting is missing or wrong: which one, and what to write
└── RuleError ............... a rule file that can't be trusted: file, line, what to do
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: an RFC 6901 pointer into it, a sentence, a stable code."""

    pointer: str
    detail: str
    code: str


class ReviewerError(Exception):
    """Base of everything that the product raises on purpose. `code` is stable and goes into APIs."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"

    @property
    def detail(self) -> str:
        return str(self)


class Refusal(ReviewerError):
    """The request is refused; nothing was changed."""

    status = 400
    code = "refused"


class Malformed(Refusal):
    code = "malformed"


class NotSignedIn(Refusal):
    status = 401
    code = "not-signed-in"


class NotAllowed(Refusal):
    status = 403
    code = "not-allowed"


class OwnDraft(NotAllowed):
    code = "own-draft"


class NotApproved(NotAllowed):
    """No permit: `missing` lists, in words for people, what is still wanting."""

    code = "not-approved"

    def __init__(self, message: str, missing: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.missing = tuple(missing)


class StaleSignIn(NotAllowed):
    """The right person, but they proved who they are too long ago for what they want to sign."""

    code = "stale-sign-in"


class Blocked(NotAllowed):
    code = "blocked"


class Held(NotAllowed):
    code = "held"


class NotFound(Refusal):
    status = 404
    code = "not-found"


class Conflict(Refusal):
    status = 409
    code = "conflict"


class StaleContent(Conflict):
    """What the person saw is not what is there; `changed` names it."""

    code = "stale"

    def __init__(self, message: str, changed: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.changed = tuple(changed)


class WrongState(Conflict):
    code = "wrong-state"


class AlreadyRedeemed(Conflict):
    code = "already-redeemed"


class Gone(Refusal):
    """The contents were deleted: by retention, or because somebody asked for their data to be erased."""

    status = 410
    code = "gone"


class EditConflict(Refusal):
    status = 412
    code = "edit-conflict"


class TooLarge(Refusal):
    status = 413
    code = "too-large"


class UnsupportedMedia(Refusal):
    status = 415
    code = "unsupported-media"


class Invalid(Refusal):
    """Readable, but not acceptable: `problems` point at each place."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class PreconditionRequired(Refusal):
    status = 428
    code = "precondition-required"


class TooMany(Refusal):
    """Too many requests: try again after `retry_after` seconds."""

    status = 429
    code = "too-many"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermitRefused(Refusal):
    """A permit that must not be used for this: `code` of the instance says why."""

    status = 403
    code = "permit-refused"

    def __init__(self, message: str, why: str) -> None:
        super().__init__(message)
        self.why = why


class Unavailable(ReviewerError):
    status = 503
    code = "unavailable"


class BadSetting(ReviewerError):
    """A `REVIEWER_` variable is missing, unknown or wrong; nothing was started."""

    code = "bad-setting"


class RuleError(ReviewerError):
    """A rule, channel or approvals file that can't be trusted; the whole set is refused."""

    code = "rule-error"

    def __init__(self, message: str, *, path: str, line: int | None = None) -> None:
        where = path if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {message}")
        self.path, self.line = path, line
