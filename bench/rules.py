"""How long rules take beside VADER and peers: `python bench/rules.py POSTS.jsonl STYLES_DIR [--peers DIR]`.

POSTS.jsonl has one `{"text": …}` a line, STYLES_DIR holds Vale packages. Rule sets of 500, 5,000 and
20,000 entries have 500 entries of the packages, and invented phrases like a brand's own lists, so that
all of them find about as much; the packages are measured whole as well. Everything runs in one interleaved
pass on one core: 50 posts by each in turn, so that whatever else the machine does hits all alike.
alex, write-good and textlint come from npm, proselint from PyPI, into DIR, when not there yet.
Prints medians, p99 and ratios, and one line of JSON at the end.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reviewer import language, rules, text
from reviewer.engine import Engine
from reviewer.model import Context

POSTS = 2_000
WARM = 400
CHUNK = 50
SIZES = (500, 5_000, 20_000)
PER_RULE = 100
PATTERNS = 0.06
"""Share of entries that are more than plain words, as in the packages."""
SEED = 7
NPM = ("alex", "write-good", "textlint", "textlint-rule-write-good")

NODE = """
import {text as alex} from 'alex'
import writeGood from 'write-good'
import {createLinter} from 'textlint'
import {TextlintKernelDescriptor} from '@textlint/kernel'
import {moduleInterop} from '@textlint/module-interop'
import plugin from '@textlint/textlint-plugin-text'
import rule from 'textlint-rule-write-good'
import readline from 'node:readline'
const descriptor = new TextlintKernelDescriptor({
  rules: [{ruleId: 'write-good', rule: moduleInterop(rule)}],
  plugins: [{pluginId: 'text', plugin: moduleInterop(plugin)}], filterRules: []})
const linter = createLinter({descriptor})
const peers = {
  alex: t => alex(t), 'write-good': t => writeGood(t), textlint: t => linter.lintText(t, 'a.txt')}
for await (const line of readline.createInterface({input: process.stdin})) {
  const [name, posts] = JSON.parse(line), taken = []
  for (const post of posts) {
    const start = process.hrtime.bigint()
    await peers[name](post)
    taken.push(Number(process.hrtime.bigint() - start))
  }
  console.log(JSON.stringify(taken))
}
"""

PROSELINT = """
import json, sys, time
from proselint.checks import __register__
from proselint.registry import CheckRegistry
from proselint.tools import LintFile
CheckRegistry().register_many(__register__)
for line in sys.stdin:
    taken = []
    for post in json.loads(line)[1]:
        start = time.perf_counter_ns()
        LintFile("post", post).lint()
        taken.append(time.perf_counter_ns() - start)
    print(json.dumps(taken), flush=True)
"""

LOAD = """
import json, sys, time
def resident():
    return int(open('/proc/self/statm').read().split()[1]) * 4096
before, start = resident(), time.perf_counter()
if sys.argv[1] == 'spacy':
    import spacy
else:
    from reviewer import rules
    from reviewer.engine import Engine
    files = {name: data.encode() for name, data in json.load(open(sys.argv[1])).items()}
    Engine(rules.load(files))
print(json.dumps([time.perf_counter() - start, resident() - before, 'spacy' in sys.modules]))
"""


class Peer:
    """A program that is sent posts by the line and answers with nanoseconds."""

    def __init__(self, command: list[str], **where: Any) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **where
        )

    def times(self, name: str, posts: list[str]) -> list[float]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([name, posts]) + "\n")
        self.process.stdin.flush()
        return [taken / 1000 for taken in json.loads(self.process.stdout.readline())]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("posts", type=Path)
    parser.add_argument("styles", type=Path)
    parser.add_argument("--peers", type=Path, help="where the peers are, or are put")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    posts = _posts(arguments.posts)
    print(f"{len(posts)} posts, {statistics.mean(map(len, posts)):.0f} characters on average")
    pool = _pool(arguments.styles, posts)
    contenders: dict[str, Callable[[list[str]], list[float]]] = {"VADER": _timed(language.valence)}
    for size in SIZES:
        contenders[f"{size} entries"] = _timed(_finder(Engine(rules.load(_files(pool[:size]))), posts))
    packages = _packages(arguments.styles)
    whole = rules.load(packages)
    count = sum(len(rule.entries or ()) for rule in whole.rules)
    contenders["six packages"] = _timed(_finder(Engine(whole), posts))
    print(f"six packages: {len(whole.rules)} rules, {count} entries")
    if arguments.peers:
        contenders.update(_peers(arguments.peers))

    taken = _interleaved(contenders, posts)
    _report(taken, contenders)
    _loading(_files(pool[:5_000]))


def _interleaved(
    contenders: dict[str, Callable[[list[str]], list[float]]], posts: list[str]
) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for start in range(0, WARM, CHUNK):
        for run in contenders.values():
            run(posts[start : start + CHUNK])
    for start in range(0, len(posts), CHUNK):
        for name, run in contenders.items():
            taken[name].extend(run(posts[start : start + CHUNK]))
    return taken


def _report(taken: dict[str, list[float]], contenders: dict[str, Any]) -> None:
    medians = {name: statistics.median(times) for name, times in taken.items()}
    base = medians["VADER"]
    print(f"{'':16}{'median':>10}{'p99':>12}{'to VADER':>10}   (microseconds a post)")
    for name, times in taken.items():
        p99 = statistics.quantiles(times, n=100)[98]
        print(f"{name:16}{medians[name]:10.1f}{p99:12.1f}{medians[name] / base:10.2f}")
    numbers = {
        "5000_to_vader": medians["5000 entries"] / base,
        "20000_to_vader": medians["20000 entries"] / base,
        "growth_500_to_20000": medians["20000 entries"] / medians["500 entries"],
    }
    for peer in ("alex", "proselint", "write-good", "textlint"):
        if peer in contenders:
            numbers[f"{peer}_to_5000"] = medians[peer] / medians["5000 entries"]
    print(json.dumps({name: round(number, 2) for name, number in numbers.items()}))


def _loading(files: dict[str, bytes]) -> None:
    """Loading in fresh processes: imports, reading, compiling."""
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "rules.json"
        stored.write_text(json.dumps({name: data.decode() for name, data in files.items()}))
        spacy, ours = (
            min(json.loads(subprocess.check_output([sys.executable, "-c", LOAD, what])) for _ in range(3))
            for what in ("spacy", str(stored))
        )
    print(
        f"loading 5000 entries: {ours[0]:.2f} s, `import spacy` {spacy[0]:.2f} s, ratio "
        f"{ours[0] / spacy[0]:.2f}; {ours[1] / 2**20:.0f} MB over the bare interpreter; "
        f"spaCy imported: {ours[2]}"
    )


def _timed(run: Callable[[str], object]) -> Callable[[list[str]], list[float]]:
    def times(posts: list[str]) -> list[float]:
        taken = []
        for post in posts:
            start = time.perf_counter_ns()
            run(post)
            taken.append((time.perf_counter_ns() - start) / 1000)
        return taken

    return times


def _finder(engine: Engine, posts: list[str]) -> Callable[[str], object]:
    context = Context()
    found = [len(engine.find([text.read_text(post)], context).matches) for post in posts]
    entries = sum(len(rule.entries or ()) for rule in engine.ruleset.rules)
    print(f"{entries} entries find {statistics.mean(found):.2f} things a post")
    return lambda post: engine.find([text.read_text(post)], context)


def _posts(path: Path) -> list[str]:
    read = [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    fitting = [post for post in read if 50 <= len(post) <= 160]
    random.Random(SEED).shuffle(fitting)
    return (fitting * (POSTS // len(fitting) + 1))[:POSTS]


def _packages(styles: Path) -> dict[str, bytes]:
    return {
        f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(styles.glob("pkg-*/*/*.yml"))
    }


def _pool(styles: Path, posts: list[str]) -> list[str]:
    """20,000 entries: 500 of the packages, and phrases made of the posts' own words."""
    chance = random.Random(SEED)
    known = sorted(
        {
            entry.source
            for rule in rules.load(_packages(styles)).rules
            if rule.check in ("existence", "substitution") and not getattr(rule.params, "raw", ())
            for entry in rule.entries or ()
        }
    )
    words = sorted({word.lower() for post in posts for word in re.findall(r"[A-Za-z]{4,}", post)})
    invented: dict[str, None] = {}
    while len(invented) + min(SIZES) < max(SIZES):
        one, other = chance.choice(words), chance.choice(words)
        invented[f"{one}(?:s|ed)? {other}" if chance.random() < PATTERNS else f"{one} {other}"] = None
    return [*chance.sample(known, min(SIZES)), *invented]


def _files(entries: list[str]) -> dict[str, bytes]:
    """Rule files of a hundred entries each."""
    return {
        f"Bench/R{start}.yml": json.dumps(
            {
                "extends": "existence",
                "message": "Not '%s'.",
                "ignorecase": "true",
                "tokens": entries[start : start + PER_RULE],
            },
            ensure_ascii=False,
        ).encode()
        for start in range(0, len(entries), PER_RULE)
    }


def _peers(folder: Path) -> Iterator[tuple[str, Callable[[list[str]], list[float]]]]:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "textlint").is_dir():
        subprocess.run(["npm", "init", "-y"], cwd=folder, check=True, capture_output=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", *NPM], cwd=folder, check=True)
    python = folder / "python"
    if not (python / "proselint").is_dir():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--target", str(python), "proselint"], check=True
        )
    (folder / "peers.mjs").write_text(NODE)
    node = Peer(["node", "peers.mjs"], cwd=folder)
    proselint = Peer([sys.executable, "-c", PROSELINT], env={**os.environ, "PYTHONPATH": str(python)})
    for name in ("alex", "write-good", "textlint"):
        yield name, lambda posts, name=name: node.times(name, posts)  # type: ignore[misc]
    yield "proselint", lambda posts: proselint.times("proselint", posts)


if __name__ == "__main__":
    main()
