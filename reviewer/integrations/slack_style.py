"""Slack-style slash commands (Slack, Mattermost, Rocket.Chat): their form body in, an ephemeral answer out.

Whatever comes from a draft is shown as plain text: `& < >` are escaped as Slack asks for, and what would
become markup, a mention or a link elsewhere is broken with an invisible joiner.
Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reviewer import channels
from reviewer.advice import Advice, Note
from reviewer.errors import Invalid, Problem

MAX_BLOCKS = 50
SECTION = 3_000
"""Characters of one section's text."""
ALL_BLOCKS = 13_200
"""Characters over all blocks, about; measured, Slack documents none."""
QUOTE = 200
"""Characters of a quote that are shown: a reader finds the place by them."""

HELP = (
    "Write `/review` and your text. Name the network first, if you like: `/review linkedin: We are hiring …`"
)

_JOINER = "\u2060"
"""WORD JOINER: takes no room and ends what would be markup."""
_LIVE = re.compile(r"[*_~`|@#]|://|(?<=\w)\.(?=\w)")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_REFERENCE = re.compile(
    r"<(?:(?P<sigil>[@#!])(?P<name>[^<>|]+)|(?P<link>(?:https?://|mailto:)[^<>|]+))(?:\|(?P<label>[^<>]+))?>"
)


@dataclass(frozen=True)
class SlashCommand:
    """What somebody typed after the command; `channel` is a network's name, `generic` if none was named."""

    text: str
    channel: str
    user: str
    team: str


def parse(form: Mapping[str, str]) -> SlashCommand:
    """A slash command from its form body.

    Raises:
        Invalid: it is not one: `command` or `text` is missing.
    """
    missing = [
        Problem(f"/{name}", "A slash command has this field.", "missing")
        for name in ("command", "text")
        if name not in form
    ]
    if missing:
        raise Invalid("This is not a slash command.", missing)
    channel, text = _channel_of(typed(form["text"]).strip())
    return SlashCommand(text, channel, form.get("user_id", ""), form.get("team_id", ""))


def typed(text: str) -> str:
    """The text as its author typed it: Slack sends `& < >` as entities and references in `<…>`."""
    words = _REFERENCE.sub(_as_words, text)
    if _BARE_AMPERSAND.search(words):  # sent by a system that escapes nothing
        return words
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text: str) -> str:
    """Draft text that stays text: no formatting, no mention, no link, no entity."""
    broken = _LIVE.sub(lambda found: _JOINER.join(("", *found[0], "")), text)
    return broken.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def render(advice: Advice, *, requires: tuple[str, ...] = (), link: str = "") -> dict[str, Any]:
    """The findings, for the asker alone; cut to the limits with a way to see all.

    Args:
        advice: what is said; quotes in it are masked for personal data and secrets already.
        requires: the groups that would have to sign.
        link: where all findings can be seen, an address of ours.
    """
    sections = [f"*{escape(advice.headline)}*", *map(_note, advice.notes)]
    if requires and advice.notes:
        sections.append(f"Would need the approval of: {escape(', '.join(requires))}")
    shown = list(_fitting(sections))
    left_out = len(sections) - len(shown)
    if left_out:
        more = f" See all in <{link}|Reviewer>." if link else " See all in Reviewer."
        shown.append(f"{left_out} more.{more}")
    return {
        "response_type": "ephemeral",
        "text": escape(advice.headline),
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in shown],
    }


def say(sentence: str) -> dict[str, Any]:
    """One sentence of ours, for the asker alone."""
    return {"response_type": "ephemeral", "text": sentence}


def slack_notice(sentence: str, link: str) -> dict[str, Any]:
    """A sentence for the reviewers' channel with an address of ours, as an incoming webhook takes it."""
    return {"text": f"{escape(sentence)}: <{link}|open it>", "unfurl_links": False}


def _note(note: Note) -> str:
    quote = note.finding.quote
    shown = f" “{escape(_short(quote, QUOTE))}”" if quote else ""
    where = f" in the {escape(note.where)}" if note.where else ""
    lines = [f"*{escape(note.label)}*{shown}{where}", escape(note.what)]
    lines += [escape(line) for line in (note.why, note.instead) if line]
    return _short("\n".join(lines), SECTION)


def _fitting(sections: list[str]) -> Iterator[str]:
    """As many as Slack shows, with room for the line that says how many are left out."""
    room = ALL_BLOCKS - 200
    for section in sections[: MAX_BLOCKS - 1]:
        room -= len(section)
        if room < 0:
            return
        yield section


def _short(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    # half an entity would show as it is
    return (cut[: cut.rindex("&")] if re.search(r"&[a-z]{0,3}$", cut) else cut) + "…"


def _channel_of(text: str) -> tuple[str, str]:
    name, colon, rest = text.partition(":")
    if colon and name.strip().lower() in channels.load():
        return name.strip().lower(), rest.strip()
    return "generic", text


def _as_words(found: re.Match[str]) -> str:
    if found["link"]:
        return found["label"] or found["link"]
    return f"{'@' if found['sigil'] == '!' else found['sigil']}{found['label'] or found['name']}"
