"""What a page shows of a post: texts with numbered marks, findings in words, counts, previews, changes.

Values for the templates, made from the nouns; nothing is decided here. Variants with the same words are
one *sheet*: one text to read, one list of findings, however many accounts it goes to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reviewer import advice, channels, text
from reviewer.advice import Note
from reviewer.model import (
    Brand,
    Count,
    Decision,
    Media,
    Review,
    State,
    Variant,
    Verdict,
    most_serious,
)
from reviewer.web import words
from reviewer.web.diff import Piece, compare
from reviewer.web.marks import Spot, highlight

SHOWN_FIRST = 3
"""Authors see this many findings at once, the rest folded."""


@dataclass(frozen=True)
class FindingView:
    """One finding in words. `where` names its field or account when that is not plain."""

    number: int
    anchor: str
    key: str
    decision: Decision
    word: str
    quote: str
    message: str
    reason: str
    instead: str
    how: str | None
    rule: str
    owner: str
    where: str
    pointer: str
    start: int
    end: int
    digests: tuple[str, ...]

    @property
    def spot(self) -> Spot:
        return Spot(self.start, self.end, self.number, self.decision, f"#{self.anchor}")


@dataclass(frozen=True)
class PictureView:
    """A picture of a part with its description, marked like any text."""

    media: Media
    html: Markup


@dataclass(frozen=True)
class FieldView:
    """One text of a sheet, marked; `pictures` belong to the part that the text is of."""

    name: str
    html: Markup
    lesser: bool
    pictures: tuple[PictureView, ...] = ()


@dataclass(frozen=True)
class AccountView:
    """One account that a sheet goes to; `id` is the account's."""

    id: str
    digest: str
    verdict: str
    channel: str
    title: str
    handle: str
    counts: tuple[Count, ...]
    state: State | None = None
    state_word: str = ""
    missing: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.title} {self.handle}"


@dataclass(frozen=True)
class Sheet:
    """The same words for one or more accounts."""

    anchor: str
    accounts: tuple[AccountView, ...]
    fields: tuple[FieldView, ...]
    findings: tuple[FindingView, ...]
    changes: tuple[Piece, ...] = ()

    @property
    def first(self) -> tuple[FindingView, ...]:
        return self.findings[:SHOWN_FIRST]

    @property
    def rest(self) -> tuple[FindingView, ...]:
        return self.findings[SHOWN_FIRST:]


@dataclass(frozen=True)
class PreviewPart:
    """A post of a preview: what fits, and what is over the limit."""

    fits: str
    over: str
    media: tuple[Media, ...]


@dataclass(frozen=True)
class Preview:
    """Roughly how one network will show it."""

    account: AccountView
    name: str
    parts: tuple[PreviewPart, ...]
    variant: Variant


def sheets(
    variants: Sequence[Variant],
    verdicts: Mapping[str, Verdict],
    *,
    states: Mapping[str, State] | None = None,
    missing: Mapping[str, tuple[str, ...]] | None = None,
    before: Sequence[Variant] = (),
) -> tuple[Sheet, ...]:
    """The sheets of a post in its own order; findings are numbered through the whole page.

    `before` are the variants of the version to compare with, matched by account.
    """
    groups: dict[str, list[Variant]] = {}
    for variant in variants:
        groups.setdefault(_words_of(variant), []).append(variant)
    made: list[Sheet] = []
    number = 1
    for group in groups.values():
        found = _findings(group, verdicts, number, len(made) + 1)
        number += len(found)
        made.append(
            Sheet(
                anchor=f"text-{len(made) + 1}",
                accounts=tuple(account(v, verdicts, states or {}, missing or {}) for v in group),
                fields=tuple(_fields(group[0], found)),
                findings=tuple(found),
                changes=_changes(group[0], before),
            )
        )
    return tuple(made)


def account(
    variant: Variant,
    verdicts: Mapping[str, Verdict],
    states: Mapping[str, State],
    missing: Mapping[str, tuple[str, ...]],
) -> AccountView:
    """One account of a sheet, with how much of its limits the words use."""
    digest = variant.content_sha256
    title = channel_title(variant.channel)
    state = states.get(digest)
    return AccountView(
        id=variant.account,
        digest=digest,
        verdict=verdicts[digest].sha256 if digest in verdicts else "",
        channel=variant.channel,
        title=title,
        handle=handle(variant.account),
        counts=tuple(shown_counts(variant)),
        state=state,
        state_word=words.STATES[state] if state else "",
        missing=missing.get(digest, ()),
    )


def shown_counts(variant: Variant) -> Iterator[Count]:
    """How long each part is, and whatever else is over its limit."""
    for count in channels.fit(variant, _channel(variant.channel)):
        main = count.limit == "text" and count.pointer.endswith("/text")
        if main or count.over_at is not None:
            yield count


def previews(brand: Brand, variants: Iterable[Variant]) -> tuple[Preview, ...]:
    """How each network will show it, cut where its limit is."""
    return tuple(
        Preview(account(v, {}, {}, {}), brand.name, tuple(_preview_parts(v)), v)
        for v in variants
        if v.kind != "removal"
    )


def _preview_parts(variant: Variant) -> Iterator[PreviewPart]:
    counts = channels.fit(variant, _channel(variant.channel))
    over = {c.pointer: c.over_at for c in counts if c.limit == "text"}
    for n, part in enumerate(variant.parts):
        cut = over.get(f"/parts/{n}/text")
        end = len(part.text) if cut is None else cut
        yield PreviewPart(part.text[:end], part.text[end:], part.media)


def channel_title(name: str) -> str:
    return _channel(name).title


def _channel(name: str) -> channels.Channel:
    known = channels.load()
    return known.get(name) or known["generic"]


def handle(account_id: str) -> str:
    """The account's name as its network writes it."""
    name = account_id.partition(":")[2]
    return name if "/" in name or name.startswith("@") else f"@{name}"


@dataclass(frozen=True)
class Change:
    """What changed in the words for one account, or for several that have the same."""

    accounts: str
    pieces: tuple[Piece, ...]


def changed_since(review: Review, seen: int) -> tuple[Change, ...]:
    """What changed in the words between the version that somebody saw and the present one."""
    old = next((v.draft for v in review.versions if v.number == seen), None)
    if old is None or old.digests == review.draft.digests:
        return ()
    found: dict[tuple[Piece, ...], list[str]] = {}
    for variant in review.draft.variants:
        pieces = _changes(variant, old.variants)
        if pieces:
            found.setdefault(pieces, []).append(channel_title(variant.channel))
    return tuple(Change(words.listed(titles), pieces) for pieces, titles in found.items())


def _findings(
    group: Sequence[Variant], verdicts: Mapping[str, Verdict], number: int, sheet: int
) -> list[FindingView]:
    """The findings of the variants of one sheet, each once, most serious first."""
    notes: dict[str, Note] = {}
    of: dict[str, list[Variant]] = {}
    for variant in group:
        verdict = verdicts.get(variant.content_sha256)
        for note in advice.explain(verdict, variant).notes if verdict else ():
            notes.setdefault(note.finding.key, note)
            of.setdefault(note.finding.key, []).append(variant)
    ordered = most_serious(note.finding for note in notes.values())
    return [_finding(notes[f.key], of[f.key], len(group), n, sheet) for n, f in enumerate(ordered, number)]


def _finding(note: Note, of: Sequence[Variant], all_of: int, number: int, sheet: int) -> FindingView:
    finding = note.finding
    where = [note.where] if note.where else []
    if len(of) < all_of:
        where.append(f"only on {words.listed([channel_title(v.channel) for v in of])}")
    return FindingView(
        number=number,
        anchor=f"finding-{sheet}-{number}",
        key=finding.key,
        decision=finding.decision,
        word=note.label,
        quote=finding.quote,
        message=note.what,
        reason=note.why,
        instead=note.instead,
        how=finding.how,
        rule=finding.rule,
        owner=finding.owner,
        where=", ".join(where),
        pointer=finding.at.pointer,
        start=finding.at.start,
        end=finding.at.end,
        digests=tuple(v.content_sha256 for v in of),
    )


def _fields(variant: Variant, found: Sequence[FindingView]) -> Iterator[FieldView]:
    def marked(pointer: str, words: str) -> Markup:
        return highlight(words, [one.spot for one in found if one.pointer == pointer])

    for document in text.read(variant):
        pictures: tuple[PictureView, ...] = ()
        match document.pointer.split("/"):
            case ["", "parts", _, "media", *_]:
                continue  # stands beside its picture
            case ["", "parts", index, "text"]:
                pictures = tuple(
                    PictureView(media, marked(f"/parts/{index}/media/{n}/alt", media.alt))
                    for n, media in enumerate(variant.parts[int(index)].media)
                )
        yield FieldView(
            name=field_name(document.pointer, variant),
            html=marked(document.pointer, document.text),
            lesser=not document.pointer.startswith("/parts/"),
            pictures=pictures,
        )


def field_name(pointer: str, variant: Variant) -> str:
    """A field of a variant as people call it."""
    match pointer.split("/")[1:]:
        case ["parts", index, "text"]:
            count = len(variant.parts)
            return f"Part {int(index) + 1} of {count}" if count > 1 else "Text"
        case ["parts", _, "media", which, "alt"]:
            return f"Description of picture {int(which) + 1}"
        case ["first_comment"]:
            return "First comment"
        case ["link", "url"]:
            return "Link"
        case ["link", name]:
            return f"{name.capitalize()} of the link"
        case ["content_warning"]:
            return "Content warning"
        case ["settings", name]:
            return name.replace("_", " ").capitalize()
        case _:
            return "Text"


def _changes(variant: Variant, before: Sequence[Variant]) -> tuple[Piece, ...]:
    old = next((v for v in before if v.account == variant.account), None)
    if old is None or old.content_sha256 == variant.content_sha256:
        return ()
    return compare(_all_words([old]), _all_words([variant]))


def _all_words(variants: Sequence[Variant]) -> str:
    """Every public text, one paragraph each, without repeating what several accounts share."""
    return "\n\n".join(dict.fromkeys(d.text for v in variants for d in text.read(v) if d.text))


def _words_of(variant: Variant) -> str:
    """Equal for variants that differ only in where they go."""
    canonical = variant.canonical()
    return repr({k: v for k, v in canonical.items() if k not in ("channel", "account", "target")})
