"""How exactly Vale's own cases come out here: `python bench/vale_conformance.py CASES_DIR STYLES_DIR`.

CASES_DIR holds `files.json` and `posts.json` (either may be missing), STYLES_DIR the rule files that
they name. A case is exact when line, column, rule and message of every alert agree. Prints
exact/total for each extension point and every miss, then one line of JSON.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from reviewer import language, rules, text
from reviewer.engine import Engine
from reviewer.errors import RuleError
from reviewer.model import Context
from reviewer.rules import Rule, RuleSet

BUILT_IN = {
    "Vale.Repetition": b"""extends: repetition
message: "'%s' is repeated!"
level: error
ignorecase: true
alpha: true
tokens: ['[^\\s.!?]+']
"""
}
VOCABULARY = ("Vale.Terms", "Vale.Avoid")
LEVELS = ("suggestion", "warning", "error")
WHOLE = ("conditional", "consistency")
"""These remember what they saw earlier in the file."""
_FRONT_MATTER = re.compile(r"---\n.*?\n---\n", re.DOTALL)
_BLANKED = re.compile(r"[^\n]")
CODE = "*"
"""Vale hides inline code behind stars."""

Alert = tuple[int, int, str, str]


@dataclass(frozen=True)
class Block:
    """A piece of a file: its text, where each character stands in the file, and what it is."""

    text: str
    places: Sequence[int]
    scope: str

    def place(self, at: int) -> int:
        """The offset in the file; out of hidden code, the first place behind it."""
        while at < len(self.text) - 1 and self.places[at] < 0:
            at += 1
        return max(self.places[at], 0) if self.text else 0

    def torn(self, start: int, end: int) -> bool:
        """Whether mark-up stands inside the span; Vale then knows the line only."""
        places = self.places[start:end]
        return any(after - before > 1 for before, after in pairwise(places) if before >= 0)


def main(cases: Path, styles: Path) -> int:
    totals: dict[str, list[int]] = {}
    kinds: Counter[str] = Counter()
    exact_kinds: Counter[str] = Counter()
    for name in ("posts", "files"):
        path = cases / f"{name}.json"
        exact = total = 0
        for case in json.loads(path.read_text("utf-8")) if path.is_file() else ():
            wanted = {(a["line"], a["col"], a["rule"], a["message"]) for a in case["expected"]}
            try:
                got = alerts(case, styles)
            except RuleError as error:
                print(f"{case['id']}: {error}")
                got = set()
                wanted.add((0, 0, "", "its rules load"))
            total += 1
            exact += got == wanted
            kinds.update(case["kinds"])
            if got == wanted:
                exact_kinds.update(case["kinds"])
            else:
                print(f"MISS {case['id']}")
                for sign, lines in (("-", wanted - got), ("+", got - wanted)):
                    for line in sorted(lines):
                        print(f"   {sign} {':'.join(map(str, line))}")
        totals[name] = [exact, total]
    for kind, total in sorted(kinds.items()):
        print(f"{kind:15} {exact_kinds[kind]:4}/{total}")
    print(json.dumps(totals))
    return 0


def alerts(case: dict[str, Any], styles: Path) -> set[Alert]:
    """What comes out for one case, as (line, column, rule, message)."""
    ruleset = rules.load(_files(case, styles))
    least = LEVELS.index(case["min_alert_level"])
    loud = {
        name
        for name, rule in ruleset.by_name.items()
        if name in case["rules"] and LEVELS.index(case["levels"].get(name, rule.level)) >= least
    }
    return {found for found in lint(case["input"], case["format"], ruleset) if found[2] in loud}


def lint(source: str, format: str, ruleset: RuleSet) -> set[Alert]:
    """What all rules of a set find in one file, `md` or `txt`."""
    engine = Engine(ruleset)
    blocks = list(_markdown(source) if format == "md" else _plain(source))
    found: set[Alert] = set()
    for name, rule in ruleset.by_name.items():
        if rule.grain is None:  # mark-up that posts don't have, but files do
            rule = replace(rule, grain="text")
        seen: set[tuple[int, int]] = set()
        for block in _looked_at(rule, blocks, source):
            document = language.annotate(text.read_text(block.text))
            result = engine.find([document], Context(), rules=[rule])
            for failure in result.failures:
                raise SystemExit(f"{rule.name} {failure.why}")
            for match in result.matches:
                at = block.place(match.hit.start)
                line, column = source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at)
                if block.torn(match.hit.start, match.hit.end):
                    column = 1
                if (line, column) not in seen:
                    seen.add((line, column))
                    found.add((line, column, name, rule.words(match.hit.arguments)))
    return found


def _files(case: dict[str, Any], styles: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, path in case["rules"].items():
        if name in VOCABULARY:
            continue
        own = styles / Path(path).relative_to("styles") if path != "builtin" else None
        files[name.replace(".", "/") + ".yml"] = own.read_bytes() if own else BUILT_IN[name]
    for kind, words in case["vocab"].items():
        files[f"vocabulary/{kind}.txt"] = "\n".join(words).encode()
    return files


def _looked_at(rule: Rule, blocks: Sequence[Block], source: str) -> Iterator[Block]:
    """The blocks that the rule's scope means."""
    if any(scope.split(".")[0] == "raw" for scope in rule.scope):
        yield Block(source, range(len(source)), "raw")
    elif rule.check in WHOLE:
        joined = "\n\n".join(block.text for block in blocks)
        places: list[int] = []
        for number, block in enumerate(blocks):
            places.extend([-1, -1] if number else [])
            places.extend(block.places)
        yield Block(joined, places, "text")
    else:
        for block in blocks:
            if any(_meant(scope, block.scope) for scope in rule.scope):
                yield block


def _meant(selector: str, scope: str) -> bool:
    parts = [part.strip() for part in selector.split("&")]
    wanted = [part for part in parts if not part.startswith("~")]
    unwanted = [part[1:] for part in parts if part.startswith("~")]
    inside = {"text", "sentence", "paragraph", scope, *(".".join(scope.split(".")[:n]) for n in (1, 2))}
    if scope.startswith("heading"):
        inside -= {"paragraph", "sentence"}
    return all(part in inside for part in wanted) and not any(part in inside for part in unwanted)


def _plain(source: str) -> Iterator[Block]:
    yield Block(source, range(len(source)), "text")


def _markdown(source: str) -> Iterator[Block]:
    """The blocks of a Markdown file in which people read text."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    front = _FRONT_MATTER.match(source)
    read = _BLANKED.sub(" ", front[0]) + source[front.end() :] if front else source
    tokens = MarkdownIt("commonmark").enable("table").parse(read)
    inside: list[str] = []
    cursor = 0
    for token in tokens:
        if token.nesting == 1:
            inside.append(f"heading.{token.tag}" if token.type == "heading_open" else token.type)
        elif token.nesting == -1:
            inside.pop()
        elif token.type == "inline" and token.map:
            begin = max(starts[token.map[0]], cursor)
            heading = next((name for name in inside if name.startswith("heading")), None)
            block, cursor = _inline(token, source, begin, heading or "paragraph")
            yield block


def _inline(token: Token, source: str, begin: int, scope: str) -> tuple[Block, int]:
    """One block's text with places, found in the source piece by piece, and where it ends."""
    pieces: list[str] = []
    places: list[int] = []
    at = begin
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            at = _seek(source, "\n", at)
            pieces.append("\n")
            places.append(at)
            at += 1
        elif child.type == "code_inline":
            at = _seek(source, child.content[:1] or "`", _seek(source, "`", at))
            pieces.append(CODE * len(child.content))
            places.extend([-1] * len(child.content))
            at = _seek(source, child.markup, at + max(len(child.content) - 1, 0)) + len(child.markup)
        elif child.type == "text_special":
            at = _seek(source, child.markup, at)
            pieces.append(child.content)
            places.extend([at] * len(child.content))
            at += len(child.markup)
        elif child.type == "text" and child.content:
            at = _seek(source, child.content, at)
            pieces.append(child.content)
            places.extend(range(at, at + len(child.content)))
            at += len(child.content)
        elif child.type == "link_close" and source.startswith("](", at):
            at = _seek(source, ")", at)
        elif child.type == "html_inline":
            at = _seek(source, child.content, at) + len(child.content)
        elif child.type == "image":
            at = _seek(source, ")", _seek(source, "](", at)) if "](" in source[at:] else at
    return Block("".join(pieces), places, scope), at


def _seek(source: str, piece: str, at: int) -> int:
    """Where a piece of rendered text starts in the file; it stays where mark-up changed the piece."""
    found = source.find(piece, at)
    return at if found < 0 else found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
