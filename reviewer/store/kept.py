"""Values of what is kept, and of what was taken away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from reviewer.model import NOTHING


@dataclass(frozen=True)
class KeptVerdict:
    """A verdict on which somebody decided: its RFC 8785 JSON (`body`, named by `sha256`), and where it
    came from. `verdict` is the digest that signers send, `as_of` the hour for which it was read.

    `body` is empty where the contents were deleted.
    """

    sha256: str
    verdict: str
    content_sha256: str
    policy_sha256: str
    version_sha256: str
    base_sha256: str
    models: str
    engine: str
    release: str
    as_of: datetime
    body: str


@dataclass(frozen=True)
class Deletion:
    """Why, by whom and when contents were deleted; `detail` keeps what only they could still say."""

    why: Literal["retention", "erasure"]
    by: str
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True)
class LegalHold:
    """A brand (`draft` is None) or one draft of which nothing is deleted while it stands."""

    id: str
    draft: str | None
    reason: str
    by: str
    at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None


@dataclass(frozen=True)
class Mention:
    """A row whose words name somebody. `draft` is the draft that it belongs to, if any; `key` finds it."""

    table: str
    key: Mapping[str, Any]
    brand: str | None
    draft: str | None
