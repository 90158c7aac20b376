"""What each network takes, as data: one `<channel>.yml` per network, counted as the network counts.

The same counts serve the form, the linter, the preview and the permit.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer.channels.counting import MEASURES, measure
from reviewer.errors import RuleError
from reviewer.model import NOTHING, Count, Variant
from reviewer.text import Views

__all__ = ["Channel", "Count", "Limit", "When", "count", "fit", "load"]

_HERE = Path(__file__).parent


class When(BaseModel):
    """Where a limit counts: all that is given must hold. `setting` is `name=value` of the variant."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    media: bool | None = None
    kinds: tuple[str, ...] | None = None
    setting: str | None = None


class Limit(BaseModel):
    """One limit of one network.

    `at` are patterns of RFC 6901 pointers (`*` stands for one number). Of several limits with one
    `name` the first whose `when` holds counts. `also` are fields that use up the same allowance.
    `verified_on` is the day on which the value was last compared with its source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    at: tuple[str, ...]
    allowed: int | None = Field(default=None, ge=0)
    unit: str
    count: Literal[tuple(MEASURES)]  # type: ignore[valid-type]  # the keys are the vocabulary
    when: When = When()
    also: tuple[str, ...] = ()
    confidence: Literal["official", "secondary"]
    source: str
    verified_on: date


class Channel(BaseModel):
    """One network: `name` as in drafts, `title` as on the page, its limits, what a URL costs."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    title: str
    url_cost: int = 23
    limits: tuple[Limit, ...] = Field(min_length=1)

    def limits_for(
        self,
        pointer: str,
        *,
        kind: str = "post",
        media: bool = False,
        settings: Mapping[str, object] = NOTHING,
    ) -> Iterator[Limit]:
        """The limits that hold for one field."""
        seen: set[str] = set()
        for limit in self.limits:
            when = limit.when
            if limit.name in seen or not any(_matches(pointer, pattern) for pattern in limit.at):
                continue
            if when.media not in (None, media) or (when.kinds is not None and kind not in when.kinds):
                continue
            if when.setting is not None:
                key, _, value = when.setting.partition("=")
                if str(settings.get(key)) != value:
                    continue
            seen.add(limit.name)
            yield limit


def _matches(pointer: str, pattern: str) -> bool:
    return pointer.count("/") == pattern.count("/") and fnmatchcase(pointer, pattern)


@cache
def load(folder: Path = _HERE) -> Mapping[str, Channel]:
    """All channels by name. RuleError names the file that can't be trusted."""
    channels = {path.stem: _read(path) for path in sorted(folder.glob("*.yml"))}
    if "generic" not in channels:
        raise RuleError("there is no generic.yml; it serves every site that has no file", path=str(folder))
    return MappingProxyType(channels)


def _read(path: Path) -> Channel:
    try:
        # every scalar stays a string; pydantic converts
        value = yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)  # noqa: S506
        return Channel.model_validate({"name": path.stem, **value})
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise RuleError(f"this is not YAML: {error.problem}", path=str(path), line=line) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RuleError(f"{where}: {first['msg']}", path=str(path)) from error
    except TypeError as error:
        raise RuleError("a channel file is a mapping with title and limits", path=str(path)) from error


def fit(variant: Variant, channel: Channel, overrides: Mapping[str, int] | None = None) -> tuple[Count, ...]:
    """How much of each limit of `channel` each field of `variant` uses.

    `overrides` are the account's own allowances by the limit's name (`{"text": 25000}` for X Premium);
    `url` overrides what a URL costs (`characters_reserved_per_url` of a Mastodon server).
    """
    fields = dict(_fields(variant))
    counts: list[Count] = []
    for pointer, text in fields.items():
        part = variant.parts[int(pointer.split("/")[2])] if pointer.startswith("/parts/") else None
        counts += count(
            channel,
            pointer,
            text,
            kind=variant.kind,
            media=bool(part and part.media),
            html=bool(part and part.format == "html" and pointer.endswith("/text")),
            settings=variant.settings,
            fields=fields,
            overrides=overrides,
        )
    return tuple(counts)


def count(
    channel: Channel,
    pointer: str,
    text: str,
    *,
    kind: str = "post",
    media: bool = False,
    html: bool = False,
    settings: Mapping[str, object] = NOTHING,
    fields: Mapping[str, str] = NOTHING,
    overrides: Mapping[str, int] | None = None,
) -> Iterator[Count]:
    """How much of each limit of `channel` one field uses; `fields` are the others, for shared limits."""
    own = overrides or {}
    url_cost = own.get("url", channel.url_cost)
    for limit in channel.limits_for(pointer, kind=kind, media=media, settings=settings):
        allowed = own.get(limit.name, limit.allowed)
        views = Views(text, html=html)
        beside = sum(
            measure(Views(fields[other]).typed, limit.count, None, url_cost).used
            for other in limit.also
            if other in fields
        )
        left = None if allowed is None else allowed - beside
        measured = measure(views.typed, limit.count, left, url_cost)
        yield Count(
            pointer=pointer,
            limit=limit.name,
            used=measured.used + beside,
            allowed=allowed,
            unit=limit.unit,
            confidence="official" if limit.name in own else limit.confidence,
            over_at=measured.over_at,
        )


def _fields(variant: Variant) -> Iterator[tuple[str, str]]:
    """Every text of the variant that a network may count, lists as lines."""
    for number, part in enumerate(variant.parts):
        yield f"/parts/{number}/text", part.text
        for place, media in enumerate(part.media):
            yield f"/parts/{number}/media/{place}/alt", media.alt
    if variant.first_comment is not None:
        yield "/first_comment", variant.first_comment
    if variant.link:
        yield "/link/title", variant.link.title
        yield "/link/description", variant.link.description
    if variant.content_warning is not None:
        yield "/content_warning", variant.content_warning
    for name, value in variant.settings.items():
        if isinstance(value, str):
            yield f"/settings/{name}", value
        elif isinstance(value, Sequence):
            yield f"/settings/{name}", "\n".join(str(item) for item in value)
