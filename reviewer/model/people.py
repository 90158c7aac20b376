"""Who acts, who signs, when a brand works, and what it has paused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from reviewer.model.content import NOTHING


@dataclass(frozen=True)
class Actor:
    """Whoever asks: a signed-in person (`id` is the person's) or a service account (`service:<id>`).

    `brand` is the one brand for which this actor speaks now, `roles` the person's there; groups live in
    `Brand.members`, so that a removed member stops counting at once. `answerable` are the owner and
    creator of a service account's key (law 2).
    """

    id: str
    name: str
    brand: str
    roles: frozenset[str] = frozenset()
    service: bool = False
    scopes: frozenset[str] = frozenset()
    answerable: frozenset[str] = frozenset()
    proved_at: datetime | None = None
    """When this person last proved who they are: by signing in, or by doing it again."""


@dataclass(frozen=True)
class GroupRule:
    """How many of a group sign, and who stands in after how long (hours of working time)."""

    signs: int = 1
    stand_in: tuple[str, ...] = ()
    after: str | None = None


@dataclass(frozen=True)
class Approvals:
    """`approvals.yml` as a value: who signs when."""

    profile: Literal["small", "company", "regulated", "agency"] = "company"
    always: tuple[str, ...] = ("marketing",)
    groups: Mapping[str, GroupRule] = field(default_factory=lambda: NOTHING)
    capacities: Literal["several", "distinct"] = "several"
    suggestion_costs_vote: bool = False
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    service_levels: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    reading: bool = False
    """Does a sign-off count only from somebody who reads the post's language."""


@dataclass(frozen=True)
class Calendar:
    """When a brand works: minutes after local midnight for Monday to Sunday, and days off.

    `(540, 1020)` is 9:00 to 17:00, `(0, 0)` a free day, `(0, 1440)` the whole day.
    """

    hours: tuple[tuple[int, int], ...] = ((540, 1020),) * 5 + ((0, 0),) * 2
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Presence:
    """When somebody is on call (reachable out of hours too, and asked first) or away.

    `weekly` repeats it every week at the same time on the wall. `by` is a colleague where it was set
    for somebody.
    """

    id: str
    person: str
    kind: Literal["on_call", "away"]
    start: datetime
    end: datetime
    by: str
    at: datetime
    weekly: bool = False


@dataclass(frozen=True)
class Lift:
    """One person's agreement that a pause may end."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Hold:
    """A pause of a scope: `brand:…`, `account:…`, `channel:…` or `topic:…` (law 11).

    `topic` is the rule (Vale YAML) that decides which content a topic pause concerns. It ends when two
    members of signing groups have agreed.
    """

    id: str
    scope: str
    reason: str
    by: str
    at: datetime
    topic: str = ""
    lifts: tuple[Lift, ...] = ()

    @property
    def lifted_at(self) -> datetime | None:
        """When the second person agreed; None while it stands."""
        return self.lifts[1].at if len(self.lifts) > 1 else None


@dataclass(frozen=True)
class Brand:
    """A tenant as the law sees it, read in the transaction that decides.

    `members` are the *present* members by group; `people` everybody who belongs to the brand, id to
    display name; `accounts` the brand's own accounts; `epochs` the hold epoch of each scope (0 where
    it was never held).
    """

    slug: str
    name: str
    approvals: Approvals
    members: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)
    people: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    accounts: frozenset[str] = frozenset()
    epochs: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    timezone: str = "UTC"
    calendar: Calendar = Calendar()
    holds: tuple[Hold, ...] = ()
    consents: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """The person whose consent an account asks for, where it is ghostwritten (law 7)."""
    languages: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING)
    """The languages that each person reads, as primary subtags (`en`, `de`); asked for where
    `approvals.reading` is set."""
    prove_within: timedelta | None = None
    """How lately signers have to have proven who they are; None where any open session will do."""
    same_person: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Account id to the one human behind several of them; who is not named stands for themselves."""

    def human(self, person: str) -> str:
        """The human behind a person's account: two accounts of one human are one in the law."""
        return self.same_person.get(person, person)

    def groups_of(self, person: str) -> frozenset[str]:
        """The groups for which this person may sign now."""
        return frozenset(group for group, people in self.members.items() if person in people)
