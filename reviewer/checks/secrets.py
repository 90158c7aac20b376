"""Secrets: keys, tokens, passwords and private keys, by their vendors' forms and in prose."""

from collections.abc import Iterator

from pydantic import BaseModel

from reviewer.checks import _secrets
from reviewer.checks._masked import masked
from reviewer.model import Context, Hit
from reviewer.text import Document, View
from reviewer.text.compact import unspaced
from reviewer.text.dress import dress

SENSITIVE = True


class Params(BaseModel, frozen=True, extra="forbid"):
    """`hidden`: also look through characters set apart one by one."""

    hidden: bool = True


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Arguments are what kind of secret it is and the value, masked."""
    light = document.views.light
    views: list[tuple[str | None, View]] = [(None, light)]
    if params.hidden:
        together = unspaced(light)
        if together is not light:
            views.append(("spaced out", together))
    last = 0
    for how, view in views:
        for secret in _secrets.find(view.text):
            span = view.shown(secret.start, secret.end)
            if how and span.start < last:
                continue
            last = max(last, span.end)
            typed = document.text[span.start : span.end]
            worn = ", ".join(filter(None, (how, dress(typed)))) or None
            yield Hit(
                span.start,
                span.end,
                (secret.kind, masked(view.text[secret.start : secret.end])),
                how=worn,
            )
