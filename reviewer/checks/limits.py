"""Limits of the network: a field that is longer, or holds more of something, than its network takes."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel

from reviewer import channels
from reviewer.model import Context, Count, Hit
from reviewer.text import Document


class Params(BaseModel, frozen=True, extra="forbid"):
    """`confidence`: look at limits that the network states itself, or at those told second-hand."""

    confidence: Literal["official", "secondary"] = "official"


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """One hit for each limit that the field breaks, on what is too much.

    Arguments for the message: what is used, what is allowed, the unit, the network's title.
    """
    known = channels.load()
    channel = known.get(context.channel, known["generic"])
    for count in _counts(document, channel, context):
        if count.allowed is None or count.used <= count.allowed or count.confidence != params.confidence:
            continue
        start = count.over_at or 0
        yield Hit(
            start,
            len(document.text),
            arguments=(f"{count.used:,}", f"{count.allowed:,}", count.unit, channel.title),
        )


def _counts(document: Document, channel: channels.Channel, context: Context) -> Iterator[Count]:
    if context.counts is not None:
        return (count for count in context.counts if count.pointer == document.pointer)
    return channels.count(
        channel, document.pointer, document.text, kind=context.kind, media=bool(context.media)
    )
