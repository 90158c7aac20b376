"""The steps of whoever writes: edit, submit, confirm, and what reviewers suggest to them."""

from dataclasses import replace

from reviewer.errors import (
    EditConflict,
    Invalid,
    Problem,
    WrongState,
)
from reviewer.model import (
    Actor,
    Brand,
    Confirmation,
    Draft,
    Review,
    State,
    Suggestion,
    Version,
)
from reviewer.workflow.commands import (
    Confirm,
    Edit,
    Submit,
    Suggest,
    TakeSuggestion,
)
from reviewer.workflow.facts import (
    Case,
)
from reviewer.workflow.state import state
from reviewer.workflow.who import (
    suggestion_of,
)


def check_draft(brand: Brand, draft: Draft) -> None:
    problems = [
        Problem(
            f"/variants/{n}/account",
            f"{v.account} is not an account of {brand.name}: choose one of its accounts.",
            "unknown-account",
        )
        for n, v in enumerate(draft.variants)
        if v.account not in brand.accounts
    ]
    problems += [
        Problem(
            f"/variants/{n}", "A removal only names what it removes: leave everything else out.", "removal"
        )
        for n, v in enumerate(draft.variants)
        if v.kind == "removal" and (v.parts or v.first_comment or v.link or v.settings)
    ]
    if not draft.variants:
        problems.append(Problem("/variants", "A post needs at least one account to go to.", "no-variant"))
    if len(set(draft.digests)) != len(draft.variants):
        problems.append(
            Problem("/variants", "Two variants are the same: the same words, same account.", "same-variant")
        )
    if draft.on_behalf_of is not None and draft.on_behalf_of not in brand.people:
        problems.append(
            Problem("/on_behalf_of", f"Nobody of that name belongs to {brand.name}.", "unknown-person")
        )
    if problems:
        raise Invalid("This post can't be kept as it is.", problems)


def edit(case: Case, actor: Actor, command: Edit) -> Review:
    review = case.review
    if command.base != review.version.number:
        raise EditConflict(
            f"Somebody saved version {review.version.number} after you opened version {command.base}. "
            "Your text is kept: compare, then save again."
        )
    check_draft(case.brand, command.draft)
    for content_sha256, variant in review.draft.by_digest.items():
        fixed = state(case, content_sha256) in (State.RELEASED, State.PUBLISHED, State.REMOVED)
        if fixed and content_sha256 not in command.draft.by_digest:
            raise WrongState(
                f"The version for {variant.account} has its go-ahead or is published: take that back first."
            )
    return replace(review, versions=(*review.versions, _version(actor, command.draft, case)))


def _version(actor: Actor, draft: Draft, case: Case, suggested_by: str | None = None) -> Version:
    number = case.review.version.number + 1
    return Version(number, draft, actor.id, case.now, actor.answerable, suggested_by=suggested_by)


def submit(case: Case, actor: Actor, _command: Submit) -> Review:
    if case.review.version.submitted_at is not None:
        raise WrongState("This version is with the reviewers already.")
    present = replace(case.review.version, submitted_by=actor.id, submitted_at=case.now)
    return replace(case.review, versions=(*case.review.versions[:-1], present))


def confirm(case: Case, actor: Actor, command: Confirm) -> Review:
    known = {c.content_sha256 for c in case.review.confirmations if c.by == actor.id}
    new = tuple(Confirmation(actor.id, d, case.now) for d in command.digests if d not in known)
    return replace(case.review, confirmations=case.review.confirmations + new)


def suggest(case: Case, actor: Actor, command: Suggest) -> Review:
    """Keep a reviewer's wording; it must stay on the same account and be of the same kind."""
    present = case.review.draft.by_digest[command.content_sha256]
    if (command.variant.account, command.variant.kind) != (present.account, present.kind):
        raise Invalid(
            "A suggestion keeps the account and the kind of the post.",
            [Problem("/variant/account", "Another account or kind.", "other-account")],
        )
    suggestion = Suggestion(
        command.id, actor.id, command.content_sha256, command.variant, command.comment.strip(), case.now
    )
    return replace(case.review, suggestions=(*case.review.suggestions, suggestion))


def take_suggestion(case: Case, actor: Actor, command: TakeSuggestion) -> Review:
    """A suggestion becomes a new version; its author's vote stays, unless the profile costs it (law 5)."""
    suggestion = suggestion_of(case, command.suggestion)
    if suggestion.accepted_at is not None:
        raise WrongState("This suggestion was taken over already.")
    variants = tuple(
        suggestion.variant if v.content_sha256 == suggestion.content_sha256 else v
        for v in case.review.draft.variants
    )
    draft = replace(case.review.draft, variants=variants)
    edited = edit(case, actor, Edit(command.base, draft))
    cost = suggestion.by if case.brand.approvals.suggestion_costs_vote else None
    taken = replace(suggestion, accepted_by=actor.id, accepted_at=case.now)
    return replace(
        edited,
        versions=(*edited.versions[:-1], _version(actor, draft, case, cost)),
        suggestions=tuple(taken if s.id == taken.id else s for s in edited.suggestions),
    )
