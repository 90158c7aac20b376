"""The live check beside the form: findings, counts, previews and marks of what stands in it now."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from markupsafe import Markup

from reviewer import advice
from reviewer.errors import Invalid
from reviewer.integrations.drafts import blank, parse_text
from reviewer.model import Brand, Part, Variant, Verdict
from reviewer.web import show, words
from reviewer.web.compose import Form, own
from reviewer.web.marks import highlight
from reviewer.web.show import Preview, Sheet

Check = Callable[[Variant], Verdict]


@dataclass(frozen=True)
class Under:
    """The marks that lie under one text field of the form."""

    name: str
    html: Markup


@dataclass(frozen=True)
class Live:
    """What the pane beside the form shows."""

    headline: str
    detail: str = ""
    sheets: tuple[Sheet, ...] = ()
    previews: tuple[Preview, ...] = ()
    unders: tuple[Under, ...] = ()
    signs: str = ""
    rewrite: bool = False


EMPTY = Live("Live check", "Findings appear here while you write.")


def look(form: Form, brand: Brand, check: Check) -> Live:
    """The findings of the form as it stands; a form that can't be read yet says why."""
    if all(blank(p.text) and not p.media for c in (form.shared, *form.own.values()) for p in c.parts):
        return EMPTY
    try:
        variants, placed = _variants(form)
    except Invalid as refusal:
        return Live("Not checked yet", refusal.problems[0].detail if refusal.problems else refusal.detail)
    verdicts = {v.content_sha256: check(v) for v in variants}
    sheets = show.sheets(variants, verdicts)
    found = sum(len(sheet.findings) for sheet in sheets)
    ran = max(v.ran for v in verdicts.values())
    groups = dict.fromkeys(g.capitalize() for v in verdicts.values() for g in v.requires)
    checks = words.plural(ran, "check")
    return Live(
        headline=words.plural(found, "finding") if found else f"Nothing found in {checks}",
        detail=f"in {checks}" if found else "",
        sheets=sheets,
        previews=show.previews(brand, variants) if placed else (),
        unders=tuple(_unders(form, variants, sheets)),
        signs=f"To go out, this needs {words.listed(list(groups))}." if placed and groups else "",
        rewrite=any(advice.explain(verdicts[v.content_sha256], v).rewrites for v in variants),
    )


def rewritten(form: Form, check: Check) -> Form:
    """The form with every replacement that the rules offer put into its texts."""
    try:
        variants, _ = _variants(form)
    except Invalid:
        return form
    done: set[str] = set()
    for variant in variants:
        prefix = own(variant.account) if variant.account in form.own else ""
        if prefix in done:
            continue
        done.add(prefix)
        rewrites = advice.explain(check(variant), variant).rewrites
        content = form.block(prefix)
        parts = tuple(
            replace(part, text=rewrites.get(f"/parts/{n}/text", part.text))
            for n, part in enumerate(content.parts)
        )
        form = form.change(prefix, replace(content, parts=parts))
    return form


def _variants(form: Form) -> tuple[tuple[Variant, ...], bool]:
    """What to check: the variants of the form, or its text alone while no account is chosen."""
    if form.accounts:
        # a target or a time that is still missing does not keep the words from being read
        kind = form.kind if form.kind == "post" or form.target else "post"
        return replace(form, mode="now", kind=kind).draft().variants, True
    bare = parse_text(form.shared.parts[0].text or "-")
    return (replace(bare, parts=tuple(Part(p.text, p.format, p.media) for p in form.shared.parts)),), False


def _unders(form: Form, variants: tuple[Variant, ...], sheets: tuple[Sheet, ...]) -> list[Under]:
    """Marks for every text field, of the sheet that the field belongs to."""
    by_digest = {v.content_sha256: v for v in variants}
    made: dict[str, Under] = {}
    for sheet in sheets:
        variant = by_digest[sheet.accounts[0].digest]
        prefix = own(variant.account) if variant.account in form.own else ""
        for n, part in enumerate(variant.parts):
            found = [one for one in sheet.findings if one.pointer == f"/parts/{n}/text"]
            spots = [replace(one.spot, href="") for one in found]
            name = f"{prefix}parts-{n}-text"
            made.setdefault(name, Under(name, highlight(part.text, spots)))
    return list(made.values())
