"""The form that writes a post: form fields to a draft and back, losing nothing on the way.

A post has one shared text and, for accounts that need their own words, whole texts of their own. What
the form does not show of a variant (its settings, the tool's identifiers, visibility, the format of a
part) is taken over from the version that is being edited.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from reviewer.errors import Invalid, Problem
from reviewer.integrations.drafts import blank, parse_draft
from reviewer.model import KINDS, NOTHING, Draft, Kind, Link, Media, Part, Variant
from reviewer.web.words import zone

Fields = MultiDict[str, str]
MAX_PARTS = 25
MAX_MEDIA = 20
NO_LINK = Link("")


@dataclass(frozen=True)
class Content:
    """One text of the form: everything that will be public except where."""

    parts: tuple[Part, ...] = (Part(""),)
    first_comment: str = ""
    link: Link = NO_LINK
    content_warning: str = ""
    sensitive: bool = False

    @classmethod
    def of(cls, variant: Variant) -> "Content":
        return cls(
            variant.parts or (Part(""),),
            variant.first_comment or "",
            variant.link or NO_LINK,
            variant.content_warning or "",
            variant.sensitive,
        )

    @classmethod
    def read(cls, fields: Fields, prefix: str) -> "Content":
        """The block whose field names begin with `prefix`."""
        parts = []
        for n in range(MAX_PARTS):
            name = f"{prefix}parts-{n}-"
            if f"{name}text" not in fields:
                break
            digests = fields.getlist(f"{name}media")[:MAX_MEDIA]
            alts = fields.getlist(f"{name}alt") + [""] * len(digests)
            media = tuple(Media(digest, lf(alt)) for digest, alt in zip(digests, alts, strict=False))
            html = fields.get(f"{name}format") == "html"
            parts.append(Part(lf(fields[f"{name}text"]), "html" if html else "plain", media))
        return cls(
            tuple(parts) or (Part(""),),
            lf(fields.get(f"{prefix}first_comment", "")),
            Link(
                fields.get(f"{prefix}link_url", "").strip(),
                lf(fields.get(f"{prefix}link_title", "")),
                lf(fields.get(f"{prefix}link_description", "")),
            ),
            lf(fields.get(f"{prefix}content_warning", "")),
            f"{prefix}sensitive" in fields,
        )

    @property
    def extras(self) -> bool:
        """Something is filled in beyond the text and its pictures."""
        return bool(self.first_comment or self.link.url or self.content_warning or self.sensitive)

    def body(self, kind: Kind) -> dict[str, Any]:
        """As part of a variant in our JSON form of a draft."""
        if kind == "removal":
            return {"parts": []}
        parts = [p for p in self.parts if kind != "repost" or p.media or not blank(p.text)]
        link = {"url": self.link.url, "title": self.link.title, "description": self.link.description}
        return {
            "parts": [
                {
                    "text": p.text,
                    "format": p.format,
                    "media": [{"sha256": m.sha256, "alt": m.alt} for m in p.media],
                }
                for p in parts
            ],
            "first_comment": self.first_comment or None,
            "link": link if self.link.url else None,
            "content_warning": self.content_warning or None,
            "sensitive": self.sensitive,
        }


@dataclass(frozen=True)
class Form:
    """What stands in the form. `own` are accounts with their own text; `base` is the version edited."""

    shared: Content = Content()
    accounts: tuple[str, ...] = ()
    own: Mapping[str, Content] = field(default_factory=lambda: NOTHING)
    kind: Kind = "post"
    target: str = ""
    target_author: str = ""
    target_text: str = ""
    mode: str = "now"
    at: str = ""
    timezone: str = "UTC"
    goal: str = ""
    audience: str = ""
    campaign: str = ""
    tags: str = ""
    brief: str = ""
    ai_assisted: bool = False
    base: Draft | None = None

    @classmethod
    def of(cls, draft: Draft, timezone: str) -> "Form":
        """The form that shows a draft; `timezone` is the brand's, in which people read times."""
        first = draft.variants[0]
        contents = {v.account: Content.of(v) for v in draft.variants}
        told = list(contents.values())
        shared = max(told, key=told.count)  # the words that most accounts have; the first on a tie
        at = draft.schedule.at
        return cls(
            shared=shared,
            accounts=tuple(v.account for v in draft.variants),
            own={account: content for account, content in contents.items() if content != shared},
            kind=first.kind,
            target=(first.target or "").removeprefix(f"{first.channel}:"),
            target_author=draft.target_author,
            target_text=draft.target_text,
            mode=draft.schedule.mode,
            at=_local(at, timezone) if at else "",
            timezone=timezone,
            goal=draft.goal,
            audience=draft.audience,
            campaign=draft.campaign,
            tags=", ".join(draft.tags),
            brief=draft.brief,
            ai_assisted=draft.ai_assisted,
            base=draft,
        )

    @classmethod
    def read(cls, fields: Fields, timezone: str, base: Draft | None = None) -> "Form":
        """The form as it was sent; `timezone` is the brand's, in which people type times."""
        kind = fields.get("kind", "post")
        ticked = tuple(dict.fromkeys(fields.getlist("account")))
        earlier = [v.account for v in base.variants] if base else []
        accounts = tuple(sorted(ticked, key=lambda a: earlier.index(a) if a in earlier else len(earlier)))
        return cls(
            shared=Content.read(fields, ""),
            accounts=accounts,
            own={a: Content.read(fields, own(a)) for a in accounts if f"{own(a)}parts-0-text" in fields},
            kind=kind if kind in KINDS else "post",
            target=fields.get("target", "").strip(),
            target_author=fields.get("target_author", "").strip(),
            target_text=lf(fields.get("target_text", "")),
            mode=fields.get("mode", "now"),
            at=fields.get("at", ""),
            timezone=timezone,
            goal=fields.get("goal", "").strip(),
            audience=fields.get("audience", "").strip(),
            campaign=fields.get("campaign", "").strip(),
            tags=fields.get("tags", ""),
            brief=lf(fields.get("brief", "")),
            ai_assisted="ai_assisted" in fields,
            base=base,
        )

    def content(self, account: str) -> Content:
        return self.own.get(account, self.shared)

    def draft(self) -> Draft:
        """The draft that the form says.

        Raises:
            Invalid: with pointers into the JSON form of a draft; `place` turns them into field names.
        """
        draft = parse_draft(self.body())
        if self.base is None:
            return draft
        old, new = self.base.schedule, draft.schedule
        return replace(
            draft,
            schedule=old if (old.mode, old.at) == (new.mode, new.at) else new,
            language=self.base.language,
            source=self.base.source,
            on_behalf_of=self.base.on_behalf_of,
        )

    def body(self) -> dict[str, Any]:
        """The form in our JSON form of a draft."""
        return {
            "kind": self.kind,
            "target": self._target(),
            "variants": [self._variant(account) for account in self.accounts],
            "schedule": {"mode": self.mode, "at": self._moment(), "timezone": self.timezone},
            "goal": self.goal,
            "audience": self.audience,
            "campaign": self.campaign,
            "tags": [tag for raw in self.tags.split(",") if (tag := raw.strip())],
            "brief": self.brief,
            "ai_assisted": self.ai_assisted,
        }

    def _variant(self, account: str) -> dict[str, Any]:
        kept = next((v for v in self.base.variants if v.account == account), None) if self.base else None
        hidden = {} if kept is None else _hidden(kept)
        return {
            "channel": account.partition(":")[0],
            "account": account,
            **({} if self.kind == "removal" else hidden),
            **self.content(account).body(self.kind),
        }

    def _target(self) -> dict[str, str] | None:
        if self.kind == "post" or not self.target:
            return None
        place = "url" if "://" in self.target else "id"
        return {place: self.target, "author": self.target_author, "text": self.target_text}

    def _moment(self) -> str | None:
        if self.mode != "at":
            return None
        try:
            return datetime.fromisoformat(self.at).replace(tzinfo=zone(self.timezone)).isoformat()
        except ValueError:
            return self.at

    # --- what its buttons do ---------------------------------------------------------------------

    def change(self, prefix: str, content: Content) -> "Form":
        """The form with another text in the block `prefix`."""
        if not prefix:
            return replace(self, shared=content)
        account = prefix.removeprefix("own:").removesuffix(":")
        return replace(self, own={**self.own, account: content})

    def block(self, prefix: str) -> Content:
        return self.content(prefix.removeprefix("own:").removesuffix(":")) if prefix else self.shared

    def press(self, button: str) -> "Form":
        """The form after one of the buttons that change its shape; unknown ones change nothing."""
        match button.split(" "):
            case ["part", prefix]:
                parts = [*self.block(prefix).parts, Part("")][:MAX_PARTS]
                return self.change(prefix, _with_parts(self.block(prefix), parts))
            case ["drop", prefix, index] if index.isdecimal():
                parts = [p for n, p in enumerate(self.block(prefix).parts) if n != int(index)]
                return self.change(prefix, _with_parts(self.block(prefix), parts))
            case ["drop-media", prefix, index, which] if index.isdecimal() and which.isdecimal():
                return self._without_media(prefix, int(index), int(which))
            case ["own", account] if account in self.accounts and account not in self.own:
                return replace(self, own={**self.own, account: self.shared})
            case ["share", account]:
                return replace(self, own={a: c for a, c in self.own.items() if a != account})
            case _:
                return self

    def with_media(self, prefix: str, index: int, media: Sequence[Media]) -> "Form":
        """The form with uploaded media added to one part."""
        content = self.block(prefix)
        if index >= len(content.parts):
            return self
        part = content.parts[index]
        known = {m.sha256 for m in part.media}
        added = (*part.media, *(m for m in media if m.sha256 not in known))[:MAX_MEDIA]
        return self.change(prefix, _with_part(content, index, replace(part, media=added)))

    def _without_media(self, prefix: str, index: int, which: int) -> "Form":
        content = self.block(prefix)
        if index >= len(content.parts):
            return self
        part = content.parts[index]
        left = tuple(m for n, m in enumerate(part.media) if n != which)
        return self.change(prefix, _with_part(content, index, replace(part, media=left)))


def _local(at: datetime, timezone: str) -> str:
    """A moment as a browser's `datetime-local` field takes it."""
    local = at.astimezone(zone(timezone)).replace(tzinfo=None, microsecond=0)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def own(account: str) -> str:
    """The prefix of the fields of an account's own text."""
    return f"own:{account}:"


def lf(text: str) -> str:
    """Browsers send CRLF for the line ends that people type; what they typed is LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def complaints(form: Form, refusal: Invalid) -> dict[str, str]:
    """What is wrong, by the name of the field that can mend it."""
    found: dict[str, str] = {}
    for problem in refusal.problems or (Problem("", refusal.detail, ""),):
        found.setdefault(place(form, problem.pointer), problem.detail)
    return found


def place(form: Form, pointer: str) -> str:
    """The form field that a pointer into the JSON form of a draft is about."""
    match pointer.split("/")[1:]:
        case ["variants", index, *rest] if index.isdecimal() and int(index) < len(form.accounts):
            account = form.accounts[int(index)]
            prefix = own(account) if account in form.own else ""
            return _place_in_content(prefix, rest)
        case ["variants", *_]:
            return "account"
        case ["target", "author" | "text" as name]:
            return f"target_{name}"
        case ["schedule", *_]:
            return "at"
        case [name, *_]:
            return name
        case _:
            return "form"


def _place_in_content(prefix: str, rest: Sequence[str]) -> str:
    match rest:
        case ["parts", index, "media", *_]:
            return f"{prefix}parts-{index}-alt"
        case ["parts", index, *_]:
            return f"{prefix}parts-{index}-text"
        case ["link", name]:
            return f"{prefix}link_{name}"
        case ["link"]:
            return f"{prefix}link_url"
        case ["first_comment" | "content_warning" | "sensitive" as name]:
            return f"{prefix}{name}"
        case ["account" | "channel", *_]:
            return "account"
        case _:
            return f"{prefix}parts-0-text"


def uploads(names: Iterator[str]) -> Iterator[tuple[str, str, int]]:
    """(field name, block prefix, part index) of the file fields among `names`."""
    for name in names:
        prefix, mark, index = name.removesuffix("-file").rpartition("parts-")
        if name.endswith("-file") and mark and index.isdecimal():
            yield name, prefix, int(index)


def _hidden(variant: Variant) -> dict[str, Any]:
    return {
        "visibility": variant.visibility,
        "settings": dict(variant.settings),
        "tool": dict(variant.tool),
    }


def _with_parts(content: Content, parts: Sequence[Part]) -> Content:
    return replace(content, parts=tuple(parts) or (Part(""),))


def _with_part(content: Content, index: int, part: Part) -> Content:
    return _with_parts(content, [part if n == index else p for n, p in enumerate(content.parts)])
