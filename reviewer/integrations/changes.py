"""What a proposal changes, as JSON: one shape for each kind (law 10). Outside their shape nothing is kept."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, model_validator

from reviewer.integrations.reading import Strict, Words, refuse

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
Group = Annotated[str, Field(min_length=1, max_length=100)]
ListName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Entry = Annotated[Words, Field(min_length=1, max_length=300)]
MOST_ENTRIES = 50_000
Entries = dict[ListName, Annotated[tuple[Entry, ...], Field(max_length=MOST_ENTRIES)]]
RulePath = Annotated[
    str, Field(max_length=200, pattern=r"^[\w-][\w .-]*/[\w-][\w .-]*(/(accept|reject)\.txt|\.ya?ml)$")
]
"""`<Pack>/<Rule>.yml`, `<Pack>/policy.yml`, or `vocabulary/<name>/accept.txt`."""
RuleText = Annotated[Words, Field(max_length=200_000)]
Minute = Annotated[int, Field(ge=0, le=1440)]


def _zone(name: str) -> str:
    if name not in available_timezones():
        refuse("timezone", "Give an IANA name, like Europe/Berlin.")
    return str(ZoneInfo(name))


class RulesChange(Strict):
    """Rule files to add or replace (`put`, by path), and paths to take away.

    A file of a built-in pack lies over the built-in one; `<Pack>/policy.yml` sets decisions, owners and
    what is on, and a rule file its thresholds.
    """

    put: Annotated[dict[RulePath, Annotated[Words, Field(max_length=200_000)]], Field(max_length=500)] = (
        Field(default_factory=dict)
    )
    remove: Annotated[tuple[RulePath, ...], Field(max_length=5_000)] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.put or self.remove):
            refuse("empty", "Name a rule file to put or to remove.")
        return self


class ListsChange(Strict):
    """Entries to add to the brand's lists, and entries to take away, by the list's name."""

    add: Entries = Field(default_factory=dict)
    remove: Entries = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any((*self.add.values(), *self.remove.values())):
            refuse("empty", "Name an entry to add or to remove.")
        return self


class GroupBody(Strict):
    """How many of a group sign, who stands in, and after how long."""

    signs: Annotated[int, Field(ge=1, le=20)] = 1
    stand_in: tuple[Group, ...] = ()
    after: str | None = None


class ApprovalsChange(Strict):
    """Who signs when: what is given replaces what is there; a group or account that is null goes."""

    profile: Literal["small", "company", "regulated", "agency"] | None = None
    always: tuple[Group, ...] | None = None
    groups: dict[Group, GroupBody | None] = Field(default_factory=dict)
    capacities: Literal["several", "distinct"] | None = None
    suggestion_costs_vote: bool | None = None
    accounts: dict[Id, tuple[Group, ...] | None] = Field(default_factory=dict)
    service_levels: dict[Group, str | None] = Field(default_factory=dict)
    reading: bool | None = None


class GroupChange(Strict):
    """Let a person sign for a group."""

    person: Id
    group: Group


class RoleChange(Strict):
    """Give a person a role; roles never sign."""

    person: Id
    role: Group


class AccountChange(Strict):
    """Give the brand an account (`<channel>:<name>`), say whose consent it asks for, or take it away."""

    account: Annotated[str, Field(max_length=200, pattern=r"^[a-z]+:[!-~]+$")]
    consent_of: Id | None = None
    remove: bool = False


class CalendarChange(Strict):
    """When the brand works: minutes after midnight for Monday to Sunday, days off, the time zone."""

    hours: Annotated[tuple[tuple[Minute, Minute], ...], Field(min_length=7, max_length=7)] | None = None
    holidays: Annotated[tuple[date, ...], Field(max_length=1000)] | None = None
    timezone: Annotated[str, AfterValidator(_zone)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(start > end for start, end in self.hours or ()):
            refuse("hours", "A day ends after it begins: give (0, 0) for a free day.")
        return self


class ParentChange(Strict):
    """The house brand whose rules and lists apply below the brand's own; null for none."""

    parent: Id | None


class IdentityChange(Strict):
    """That the account `person` is the same human as `same_as`; null: a human of its own again."""

    person: Id
    same_as: Id | None


class SignerChange(Strict):
    """Let a suspended vote count again."""

    person: Id


class BaseChange(Strict):
    """The built-in rules, by the digest over their contents."""

    base: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


SHAPES: Mapping[str, type[Strict]] = MappingProxyType(
    {
        "policy": RulesChange,
        "lists": ListsChange,
        "approvals": ApprovalsChange,
        "base": BaseChange,
        "group": GroupChange,
        "role": RoleChange,
        "account": AccountChange,
        "calendar": CalendarChange,
        "parent": ParentChange,
        "identity": IdentityChange,
        "signer": SignerChange,
    }
)
"""The shape of `change` for each kind of proposal."""
