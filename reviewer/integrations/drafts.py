"""Our own form of a draft, as JSON objects: what the API, the web form, the bulk reader and chat share.

    draft = read(DraftBody, read_json(request_bytes)).draft()
    variant = parse_text("We open on Monday.", channel="x")

Everything is refused here that could never be published as it was typed: text over 100 kB, lone
surrogates, numbers that not every reader reads alike. Line ends become LF; nothing else is changed.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from reviewer import channels
from reviewer.errors import Invalid
from reviewer.integrations.reading import Strict, Words, lone_surrogate, problems_of, read, refuse
from reviewer.model import Draft, Json, Kind, Link, Media, Part, Schedule, Source, Standing, Variant

MAX_TEXT_BYTES = 100_000
"""All public words of one variant together, in UTF-8."""

MAX_EXACT_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 8259, section 6)."""

TOOL_KEYS = frozenset(
    (
        "account_id",
        "channel_id",
        "draft_id",
        "group_id",
        "integration_id",
        "organization_id",
        "post_id",
        "profile_id",
        "queue_id",
        "slot_id",
        "uuid",
        "workspace_id",
    )
)
"""The identifiers of its own that a publishing tool may leave with a variant. They are not hashed, so
they must not be able to carry words."""

_ACCOUNT = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")
_OPAQUE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHA256 = r"^[0-9a-f]{64}$"
_OWN_TEXT = frozenset(("post", "reply", "comment", "quote", "edit"))

_Place = tuple[str | int, ...]
_Fault = tuple[_Place, str, str]


# --- single values -------------------------------------------------------------------------------


def _short_enough(text: str) -> str:
    if len(text) > MAX_TEXT_BYTES or len(text.encode()) > MAX_TEXT_BYTES:
        refuse("too-long", f"A text holds at most {MAX_TEXT_BYTES:,} bytes of UTF-8: shorten it.")
    return text


def _known_channel(name: str) -> str:
    if name not in channels.load():
        refuse("unknown-channel", f"Unknown channel. There are: {', '.join(sorted(channels.load()))}.")
    return name


def _exact_settings(settings: Mapping[str, Any]) -> dict[str, Json]:
    faults = list(_settings_faults(settings, ()))
    if faults:
        raise _at(faults)
    return {key: _with_lf(value) for key, value in settings.items()}


def _settings_faults(value: object, place: _Place) -> Iterator[_Fault]:
    match value:
        case float():
            yield place, "float", "Numbers with a fraction are read differently everywhere: send a string."
        case bool() | None:
            pass
        case int() if abs(value) > MAX_EXACT_INTEGER:
            yield place, "integer-too-large", "Integers end below 2^53: send a long id as a string."
        case str() if lone_surrogate(value):
            yield place, "lone-surrogate", "This holds half of a character: send whole characters."
        case str() if "\0" in value:
            yield place, "nul", "This holds the character U+0000: leave it out."
        case Mapping():
            for key, child in value.items():
                if lone_surrogate(key) or "\0" in key:
                    yield place, "key", "A key here holds U+0000 or half of a character: name it otherwise."
                yield from _settings_faults(child, (*place, key))
        case list():
            for index, child in enumerate(value):
                yield from _settings_faults(child, (*place, index))


def _with_lf(value: Any) -> Json:
    """Settings may hold words that become public (a video's title): the same line ends as elsewhere."""
    match value:
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n")
        case dict():
            return {key: _with_lf(child) for key, child in value.items()}
        case list():
            return [_with_lf(child) for child in value]
        case _:
            return value  # type: ignore[no-any-return]  # null, true, false or an exact integer


def _only_identifiers(tool: Mapping[str, str]) -> Mapping[str, str]:
    faults: list[_Fault] = []
    for key, value in tool.items():
        if key not in TOOL_KEYS:
            allowed = ", ".join(sorted(TOOL_KEYS))
            faults.append(
                ((key,), "unknown-key", f"Not one of the identifiers that a tool may keep: {allowed}.")
            )
        elif not _OPAQUE.fullmatch(value):
            faults.append(((key,), "not-an-identifier", "At most 64 letters, digits, `-` and `_`."))
    if faults:
        raise _at(faults)
    return tool


def _canonical_address(text: str) -> str:
    """Host in lower case, no default port, a path: one spelling for one page."""
    if not text.isascii() or re.search(r"[\s\x00-\x1f\x7f]", text):
        refuse("address", "Write the address in ASCII (percent-encoded, punycode), without spaces.")
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        refuse("address", "This is not an address.")
    if url.scheme != "https" or not url.hostname or url.username is not None:
        refuse("address", "Give the full address of the post, beginning with https://.")
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    netloc = host if port in (None, 443) else f"{host}:{port}"
    return urlunsplit(("https", netloc, url.path or "/", url.query, url.fragment))


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s\x00-\x1f\x7f]+", text):
        refuse("address", "Give a full address, beginning with https:// or http://.")
    return text


def _only_text(value: object) -> object:
    # pydantic would read a number as seconds since 1970
    if not isinstance(value, datetime | str) or not re.match(r"\d{4}-\d\d-\d\d[Tt ]", str(value)):
        refuse("time", "Give a time with its offset, like 2026-03-01T09:00:00+01:00.")
    return value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # ZoneInfoNotFoundError is a LookupError
        refuse("time-zone", "Give the name of a time zone, like Europe/Berlin.")
    return name


def _or_nothing(text: str) -> str | None:
    return text or None


Text = Annotated[Words, AfterValidator(_short_enough)]
ChannelName = Annotated[str, AfterValidator(_known_channel)]
Note = Annotated[Words, Field(max_length=20_000)]
Name = Annotated[Words, Field(max_length=200)]
Time = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(lambda at: at.astimezone(UTC))]
WebAddress = Annotated[Words, Field(max_length=2_000), AfterValidator(_web_address)]
Optional = Annotated[Text, AfterValidator(_or_nothing)] | None


# --- bodies --------------------------------------------------------------------------------------


class MediaBody(Strict):
    """One uploaded picture, video or document, by the SHA-256 of its bytes."""

    sha256: str = Field(pattern=_SHA256)
    alt: Text = ""


class PartBody(Strict):
    """One post of a thread."""

    text: Text = ""
    format: Literal["plain", "html"] = "plain"
    media: tuple[MediaBody, ...] = Field(default=(), max_length=40)


class LinkBody(Strict):
    """A link card."""

    url: WebAddress
    title: Text = ""
    description: Text = ""


class TargetBody(Strict):
    """What is replied to, commented, quoted, reposted, edited or removed: its address or network id."""

    url: Annotated[Words, Field(max_length=2_000), AfterValidator(_canonical_address)] | None = None
    id: Annotated[str, Field(pattern=r"^[!-~]{1,500}$")] | None = None
    author: Name = ""
    text: Note = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.url is None) == (self.id is None):
            refuse("target", "Give either the address (`url`) or the network's id (`id`) of the target.")
        return self

    def on(self, channel: str) -> str:
        """The target as it is hashed: the address, or `<channel>:<network's id>`."""
        return self.url or f"{channel}:{self.id}"


class ScheduleBody(Strict):
    """When it goes out: `now`, `at` a time, or in the account's `queue`."""

    mode: Literal["now", "at", "queue"] = "now"
    at: Time | None = None
    timezone: Annotated[str, Field(max_length=64), AfterValidator(_known_zone)] = "UTC"

    @model_validator(mode="after")
    def _time_for_at(self) -> Self:
        if (self.mode == "at") != (self.at is not None):
            refuse("schedule", "Give `at` for mode `at`, and only then.")
        return self


class SourceBody(Strict):
    """Where the draft came from, in the words of that system."""

    system: Annotated[Words, Field(min_length=1, max_length=100)]
    external_id: Name = ""
    url: Annotated[Words, Field(max_length=2_000)] = ""


class VariantBody(Strict):
    """The words for one account. `settings` is hashed; `tool` holds the tool's own identifiers."""

    channel: ChannelName
    account: str
    parts: tuple[PartBody, ...] = Field(default=(), max_length=100)
    first_comment: Optional = None
    link: LinkBody | None = None
    content_warning: Optional = None
    visibility: str = Field(default="public", pattern=r"^[a-z][a-z_-]{0,30}$")
    sensitive: StrictBool = False
    settings: Annotated[dict[str, Any], AfterValidator(_exact_settings)] = Field(default_factory=dict)
    tool: Annotated[dict[str, str], AfterValidator(_only_identifiers)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        channel, colon, name = self.account.partition(":")
        if channel != self.channel or not colon or not _ACCOUNT.fullmatch(name) or lone_surrogate(name):
            sentence = f"An account is its channel, a colon and its name: {self.channel}:…"
            raise _at([(("account",), "account", sentence)])
        if sum(len(words.encode()) for words in self._words()) > MAX_TEXT_BYTES:
            refuse("too-long", f"The words of one post hold at most {MAX_TEXT_BYTES:,} bytes together.")
        return self

    def _words(self) -> Iterator[str]:
        yield from (part.text for part in self.parts)
        yield from (media.alt for part in self.parts for media in part.media)
        yield from (self.first_comment or "", self.content_warning or "")
        if self.link:
            yield from (self.link.title, self.link.description)

    def variant(self, kind: Kind, target: TargetBody | None) -> Variant:
        return Variant(
            kind=kind,
            channel=self.channel,
            account=self.account,
            parts=tuple(
                Part(part.text, part.format, tuple(Media(m.sha256, m.alt) for m in part.media))
                for part in self.parts
            ),
            target=target.on(self.channel) if target else None,
            first_comment=self.first_comment,
            link=Link(self.link.url, self.link.title, self.link.description) if self.link else None,
            content_warning=self.content_warning,
            visibility=self.visibility,
            sensitive=self.sensitive,
            settings=self.settings,
            tool=self.tool,
        )


Place = Annotated[str, Field(min_length=1, max_length=500)]


class StandingBody(Strict):
    """Terms of a text for repeated use: where, until when, how often, by whom, in answer to what.

    `targets` are beginnings of addresses, empty for any; `users` are people or `service:<id>`, empty for
    everybody of the brand. A `crisis` text outlives a pause where comms signed it.
    """

    accounts: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = Field(
        min_length=1, max_length=50
    )
    until: Time
    uses: int = Field(default=1, ge=1, le=10_000)
    users: tuple[Name, ...] = Field(default=(), max_length=200)
    targets: tuple[Annotated[str, Field(min_length=1, max_length=500)], ...] = Field(
        default=(), max_length=50
    )
    crisis: StrictBool = False

    def terms(self) -> Standing:
        """The value that people sign."""
        return Standing(self.accounts, self.until, self.uses, self.users, self.targets, self.crisis)


class DraftBody(Strict):
    """An intended post with one variant for each account. The author is whoever sends it."""

    kind: Kind = "post"
    target: TargetBody | None = None
    variants: tuple[VariantBody, ...] = Field(max_length=50, json_schema_extra={"minItems": 1})
    schedule: ScheduleBody = ScheduleBody()
    goal: Name = ""
    audience: Name = ""
    campaign: Name = ""
    tags: tuple[Annotated[Words, Field(min_length=1, max_length=100)], ...] = Field(default=(), max_length=50)
    brief: Note = ""
    language: str = Field(default="", pattern=r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,6})?$")
    ai_assisted: StrictBool = False
    source: SourceBody | None = None
    on_behalf_of: Annotated[Words, Field(min_length=1, max_length=200)] | None = None
    standing: StandingBody | None = None

    @model_validator(mode="after")
    def _is_a_post(self) -> Self:
        about = [] if self.standing else _target_faults(self.kind, self.target)
        faults = [*about, *self._variant_faults()]
        if faults:
            raise _at(faults)
        return self

    def _variant_faults(self) -> Iterator[_Fault]:
        if not self.variants:  # min_length would also complain of a list in which only one is wrong
            yield ("variants",), "too-few", "Give at least one variant: the words for one account."
        digests = set()
        for index, body in enumerate(self.variants):
            for place, code, sentence in _content_faults(self.kind, body):
                yield ("variants", index, *place), code, sentence
            digest = body.variant(self.kind, self.target).content_sha256
            if digest in digests:
                yield ("variants", index), "twice", "The same post for the same account stands here already."
            digests.add(digest)

    def draft(self) -> Draft:
        """The value that the rest of the product works with."""
        target, source = self.target, self.source
        return Draft(
            variants=tuple(body.variant(self.kind, target) for body in self.variants),
            schedule=Schedule(self.schedule.mode, self.schedule.at, self.schedule.timezone),
            goal=self.goal,
            audience=self.audience,
            campaign=self.campaign,
            tags=self.tags,
            brief=self.brief,
            language=self.language,
            ai_assisted=self.ai_assisted,
            source=Source(source.system, source.external_id, source.url) if source else None,
            on_behalf_of=self.on_behalf_of,
            target_author=target.author if target else "",
            target_text=target.text if target else "",
            standing=self.standing.terms() if self.standing else None,
        )


class CheckBody(Strict):
    """A text to look at, or one whole variant; nothing of it is kept."""

    text: Text | None = None
    variant: VariantBody | None = None
    channel: ChannelName = "generic"
    kind: Kind = "post"
    target: TargetBody | None = None

    @model_validator(mode="after")
    def _something_to_check(self) -> Self:
        if (self.text is None) == (self.variant is None):
            refuse("text-or-variant", "Give either `text` or `variant`.")
        if faults := list(self._content_faults()):
            raise _at(faults)
        return self

    def _content_faults(self) -> Iterator[_Fault]:
        if self.variant is not None:
            for place, code, sentence in _content_faults(self.kind, self.variant):
                yield ("variant", *place), code, sentence
        elif blank(self.text or ""):
            yield ("text",), "empty", "There is nothing to read: write a text."

    def content(self) -> Variant:
        """What is checked; a bare text stands for a post on an account without a name."""
        if self.variant is not None:
            return self.variant.variant(self.kind, self.target)
        target = self.target.on(self.channel) if self.target else None
        return Variant(self.kind, self.channel, f"{self.channel}:-", (Part(self.text or ""),), target)


def parse_draft(value: object) -> Draft:
    """A draft from a JSON value, or from a mapping made of form fields.

    Raises:
        Invalid: with pointers relative to `value`.
    """
    return read(DraftBody, value).draft()


def suggested(present: Variant, body: VariantBody) -> Variant:
    """A reviewer's wording for a variant: of the same kind, for the same target.

    Raises:
        Invalid: it could never be published; pointers are relative to a body with a `variant`.
    """
    if faults := list(_content_faults(present.kind, body)):
        problems = problems_of(_at([(("variant", *place), code, said) for place, code, said in faults]))
        raise Invalid("Nobody could publish these words as they are.", problems)
    return replace(body.variant(present.kind, None), target=present.target)


def parse_text(text: str, channel: str = "generic", kind: str = "post") -> Variant:
    """One text as a variant to check, for chat, the command line and the bulk reader.

    Raises:
        Invalid: empty, over `MAX_TEXT_BYTES`, not whole characters, or an unknown channel or kind.
    """
    return read(CheckBody, {"text": text, "channel": channel, "kind": kind}).content()


def blank(text: str) -> bool:
    """Nothing to see: only spaces, controls and characters without a shape."""
    return all(char.isspace() or unicodedata.category(char) in ("Cc", "Cf") for char in text)


# --- what fits together --------------------------------------------------------------------------


def _target_faults(kind: Kind, target: TargetBody | None) -> Iterator[_Fault]:
    if kind == "post" and target is not None:
        yield ("target",), "target", "A post has no target: choose reply, comment or quote, or leave it out."
    if kind != "post" and target is None:
        yield ("target",), "target", f"Say what this {kind} is about: the address or id of the target."


def _content_faults(kind: Kind, body: VariantBody) -> Iterator[_Fault]:
    if kind == "removal":
        for name in ("parts", "first_comment", "link", "content_warning", "settings"):
            if getattr(body, name):
                yield (name,), "removal", "A removal has no content of its own: leave this out."
        return
    if kind in _OWN_TEXT and not body.parts:
        yield ("parts",), "empty", "There is nothing to publish: give at least one part."
    for index, part in enumerate(body.parts):
        if blank(part.text) and not part.media:
            yield ("parts", index, "text"), "empty", "There is nothing to publish: write a text or add media."


def _at(faults: Sequence[_Fault]) -> ValidationError:
    """Refusals at places below the value in hand; pydantic puts the way to it in front."""
    return ValidationError.from_exception_data(
        "draft",
        [
            InitErrorDetails(
                type=PydanticCustomError(code, "{sentence}", {"sentence": sentence}),
                loc=place,
                input=None,
            )
            for place, code, sentence in faults
        ],
    )
