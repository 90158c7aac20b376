"""What stands beside the decision on the page of a post: suggestions, pauses, comments, who looks at it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reviewer import workflow
from reviewer.model import Actor, Brand, Hold, Part, Suggestion, Variant
from reviewer.service import DraftView
from reviewer.store import Claim, Comment
from reviewer.web import show, words
from reviewer.web.diff import Piece, compare
from reviewer.web.post_page import Line, who


@dataclass(frozen=True)
class SuggestionView:
    """Other words by one person at one moment, for one account or several with the same words."""

    id: str
    name: str
    at: datetime
    accounts: str
    comment: str
    pieces: tuple[Piece, ...]
    take: bool


@dataclass(frozen=True)
class PauseView:
    """A pause in words: `agreed` are those who agreed that it may end, `lift` that the reader may."""

    id: str
    scope: str
    reason: str
    name: str
    at: datetime
    agreed: tuple[str, ...]
    lift: bool


@dataclass(frozen=True)
class Colleague:
    """Somebody who may be asked to look at a post."""

    id: str
    name: str


@dataclass(frozen=True)
class Beside:
    """Everything of the page that is no decision. `signs` says that the reader signs for some group."""

    suggestions: tuple[SuggestionView, ...]
    costs_vote: bool
    pauses: tuple[PauseView, ...]
    comments: tuple[Line, ...]
    signs: bool
    looker: str
    looks_until: datetime | None
    looking: bool
    colleagues: tuple[Colleague, ...]
    to_resume: tuple[str, ...]
    consents: tuple[str, ...]
    removals: tuple[str, ...]


def beside(
    view: DraftView,
    actor: Actor,
    said: Sequence[Comment],
    claim: Claim | None,
    names: Mapping[str, str],
) -> Beside:
    """What stands beside the decision, for this reader."""
    brand, review = view.brand, view.review
    signs = bool(view.groups & workflow.signing_groups(brand))
    others = {p for g in workflow.signing_groups(brand) for p in brand.members.get(g, ())} - {actor.id}
    held = {hold.id: hold for holds in view.held.values() for hold in holds}
    return Beside(
        suggestions=tuple(_suggestions(view, actor, names)),
        costs_vote=brand.approvals.suggestion_costs_vote,
        pauses=tuple(pause(hold, brand, actor, names) for hold in held.values()),
        comments=tuple(_comment(one, names) for one in said),
        signs=signs,
        looker=names.get(claim.person, "A colleague") if claim else "",
        looks_until=claim.until if claim else None,
        looking=claim is not None and actor.id in (claim.person, claim.by),
        colleagues=tuple(
            sorted((Colleague(p, brand.people.get(p, p)) for p in others), key=lambda c: (c.name, c.id))
        ),
        to_resume=tuple(d for d in review.draft.digests if d in view.to_resume),
        consents=tuple(
            f"{d}:{view.verdicts[d].sha256}"
            for d, v in review.draft.by_digest.items()
            if brand.consents.get(v.account) == actor.id
        ),
        removals=tuple(d for d, v in review.draft.by_digest.items() if v.kind == "removal"),
    )


def pause(hold: Hold, brand: Brand, actor: Actor, names: Mapping[str, str]) -> PauseView:
    """A pause that stands, as this reader sees it."""
    signs = bool(brand.groups_of(actor.id) & workflow.signing_groups(brand))
    agreed = {brand.human(one.by) for one in hold.lifts}
    return PauseView(
        id=hold.id,
        scope=_scope(hold.scope, brand),
        reason=hold.reason,
        name=names.get(hold.by, brand.people.get(hold.by, "Somebody")),
        at=hold.at,
        agreed=tuple(names.get(one.by, brand.people.get(one.by, "Somebody")) for one in hold.lifts),
        lift=signs and brand.human(actor.id) not in agreed,
    )


def account_name(account: str) -> str:
    """An account as people call it."""
    return f"{show.channel_title(account.partition(':')[0])} {show.handle(account)}"


def _scope(scope: str, brand: Brand) -> str:
    kind, _, what = scope.partition(":")
    match kind:
        case "account":
            return account_name(what)
        case "channel":
            return f"everything on {show.channel_title(what)}"
        case "topic":
            return f"posts about {what}"
        case _:
            return f"everything of {brand.name}"


def reworded(variant: Variant, typed: Sequence[str]) -> dict[str, object]:
    """A variant with other words in its parts, as a body to be read; everything else as it is."""
    content = variant.canonical()
    parts = [
        {**part, "text": text}
        for part, text in zip(content["parts"], (*typed, *("" for _ in variant.parts)), strict=False)
    ]
    kept = ("channel", "account", "first_comment", "link", "content_warning", "visibility", "sensitive")
    return {**{name: content[name] for name in kept}, "settings": content["settings"], "parts": parts}


def everybody_beside(said: Sequence[Comment], claim: Claim | None, brand: Brand) -> frozenset[str]:
    """The ids of everybody whom this part of the page names."""
    named = {one.by for one in said} | {hold.by for hold in brand.holds}
    named |= {one.by for hold in brand.holds for one in hold.lifts}
    return frozenset(named | ({claim.person} if claim else set()))


def _comment(one: Comment, names: Mapping[str, str]) -> Line:
    among = "among reviewers" if one.audience == "reviewers" else ""
    return Line(among, who(names, one.by), one.at, one.text)


def _suggestions(view: DraftView, actor: Actor, names: Mapping[str, str]) -> Iterator[SuggestionView]:
    together: dict[tuple[str, datetime, str], list[Suggestion]] = {}
    for one in view.review.suggestions:
        if one.accepted_at is None and one.content_sha256 in view.review.draft.by_digest:
            together.setdefault((one.by, one.at, one.comment), []).append(one)
    for same in together.values():
        one = same[0]
        present = view.review.draft.by_digest[one.content_sha256]
        yield SuggestionView(
            id=" ".join(s.id for s in same),
            name=who(names, one.by),
            at=one.at,
            accounts=words.listed([show.channel_title(s.variant.channel) for s in same]),
            comment=one.comment,
            pieces=compare(_words(present.parts), _words(one.variant.parts)),
            take="take" in view.actions and view.brand.human(one.by) != view.brand.human(actor.id),
        )


def _words(parts: Sequence[Part]) -> str:
    return "\n\n".join(part.text for part in parts)
