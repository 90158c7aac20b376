"""The guide for employees, made from the rules' own reasons, ways out and examples."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from reviewer.model import Decision
from reviewer.rules import Rule, RuleSet

PACKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Confidential": ("What stays inside", "News belongs to everyone at the same moment."),
        "Advertising": ("Say when you got something", "Readers have a right to know who paid."),
        "Finance": ("Money", "People put their savings on what we write."),
        "Health": ("Health", "Somebody who is ill may believe us."),
        "Claims": ("Claims about products", "What we say must be true, and provable."),
        "Promotions": ("Prizes, alcohol, betting, nicotine", "Rules of the law and of the networks."),
        "Conduct": ("How we treat people", "No joke is worth a person."),
        "Inclusive": ("Words that include", "Everybody who reads us is meant."),
        "Voice": ("How we sound", "Like people, in plain words."),
        "Crisis": (
            "When something went wrong",
            "What happened, who is affected, what we do, when you hear more.",
        ),
        "Reply": ("Answering people", "Others read along."),
        "Rights": ("Other people's work", "Ask, name, and pay."),
        "Access": ("Readable for everyone", "A post is also listened to."),
        "Leaks": ("Data that must not get out", "Numbers and passwords stay out of posts."),
        "Links": ("Links", "Readers should land where they think they do."),
        "Disguise": ("Hidden characters", "What you see should be what is written."),
        "Channel": ("Limits of the networks", "Each network counts in its own way."),
    }
)
"""Titles and one line for the packs of the house; other packs go by their own names."""

ASKS: Mapping[Decision, str] = MappingProxyType(
    {
        Decision.BLOCK: "Stops the post.",
        Decision.NEEDS_APPROVAL: "Needs a yes from {owner}.",
        Decision.WARN: "Marketing sees a warning.",
        Decision.SUGGEST: "A tip.",
    }
)
UNPRINTED = ("conduct/", "disguise/", "leaks/")
"""Areas whose examples may hold what should not be printed: slurs, threats, hidden characters, tokens."""


def guide(ruleset: RuleSet) -> dict[str, str]:
    """Markdown pages by file name: one per pack, and `index.md` that lists them.

    Only stable rules with a reason of their own are told; rules that say and ask the same
    stand together. The same rules make the same pages, byte for byte.
    """
    packs: dict[str, list[Rule]] = {}
    for rule in ruleset.rules:
        if rule.stance.status == "stable" and rule.stance.reason and rule.ours:
            packs.setdefault(rule.pack, []).append(rule)
    ordered = sorted(packs, key=lambda pack: (list(PACKS).index(pack) if pack in PACKS else len(PACKS), pack))
    pages = {f"{pack.lower()}.md": _page(pack, packs[pack]) for pack in ordered}
    links = "\n".join(f"- [{_title(pack)}]({pack.lower()}.md): {_line(pack)}" for pack in ordered)
    pages["index.md"] = (
        "# What we look at before a post goes out\n\n"
        "Made from the rules themselves: every line here is a rule that reads your draft.\n\n" + links + "\n"
    )
    return pages


def _title(pack: str) -> str:
    return PACKS[pack][0] if pack in PACKS else pack


def _line(pack: str) -> str:
    return PACKS[pack][1] if pack in PACKS else "Rules of a pack that was added."


def _page(pack: str, rules: Iterable[Rule]) -> str:
    groups: dict[tuple[str, Decision, str], list[Rule]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.decision.rank, rule.stance.id)):
        groups.setdefault((rule.stance.reason, rule.decision, rule.stance.owner), []).append(rule)
    sections = [f"# {_title(pack)}", _line(pack)]
    for (reason, _, _), same in groups.items():
        sections.append("\n".join(_told(reason, same)))
    return "\n\n".join(sections) + "\n"


def _told(reason: str, rules: list[Rule]) -> Iterable[str]:
    first = rules[0]
    ids = ", ".join(rule.stance.id for rule in rules)
    asks = ASKS[first.decision].format(owner=first.stance.owner)
    yield f"## {_heading(first)}"
    yield ""
    yield reason
    if first.stance.instead:
        yield ""
        yield f"**Instead:** {first.stance.instead}"
    if not any(area.startswith(UNPRINTED) for rule in rules for area in rule.stance.area):
        examples = [case for rule in rules for case in rule.tests if "\n" not in case.input.strip()]
        found = next((case.input for case in examples if case.fires), None)
        fine = next((case.input for case in examples if case.silent), None)
        if found and fine:
            yield ""
            yield f"- Not like this: {_printed(found)}"
            yield f"- Fine: {_printed(fine)}"
    yield ""
    yield f"*{asks}* ({ids})"


def _heading(rule: Rule) -> str:
    """The rule's own name as words: `TellsToEngage` becomes "Tells to engage"."""
    name = rule.name.rpartition(".")[2]
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return words.strip().capitalize()


def _printed(text: str) -> str:
    """A short example that Markdown leaves as it is."""
    line = text.strip()
    for sign in "\\`*_[]<>#|":
        line = line.replace(sign, f"\\{sign}")
    return line if len(line) <= 240 else line[:237] + "…"
