"""What other people's checkers find in the same files, beside ours, in one run.

    bench/peers.py DATA --peers FOLDER [--install]

DATA holds `pii`, `secrets` and `evasion` in the forms that the other benches read. FOLDER is where the
peers are: Presidio and detect-secrets in a virtual environment `python`, glin-profanity under
`node_modules`. With `--install` they are put there; nothing of the project depends on them, and what is
not there is skipped with the reason.

- Presidio runs its own recognizers over a blank spaCy pipeline (no model is downloaded), so names and
  places are out. What it scores below 0.4 does not count (a form without its context). A kind that it
  calls otherwise is counted as that, and dates, URLs and places are no false alarms of it.
- detect-secrets reads each text as a file, with its default plugins and filters; a value inside a planted
  secret counts as found. Its time holds the writing of that file.
- glin-profanity gets the terms of the file as its words, with leetspeak and Unicode folding on; it gives
  no places: a text that it flags counts as found.

Every contender is sent the same texts in turns. Times are CPU time of its own process per text, `ratio`
is over ours. Ends with one line of JSON.
"""

import argparse
import base64
import json
import subprocess
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evasion import clean_texts, listed
from pii import SAME, places

from reviewer.checks import secrets, terms
from reviewer.model import Context
from reviewer.text import read_text

Found = list[tuple[int, int, str]]
"""Places with their kind; `(-1, -1, "")` says that something was found somewhere."""

SOMEWHERE = (-1, -1, "")
TURN = 40
"""Texts that a contender reads before it is the next one's turn."""

PYTHON = ("presidio-analyzer", "detect-secrets")
NODE = "glin-profanity"

PRESIDIO = """
import json, sys, time
import spacy
import tldextract
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
from spacy.language import Language
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

@Language.component("as_typed")
def as_typed(doc):
    for token in doc:
        token.lemma_ = token.lower_
    return doc

class Blank(SpacyNlpEngine):
    def load(self):
        nlp = spacy.blank("en")
        nlp.add_pipe("as_typed")
        self.nlp = {"en": nlp}

engine = Blank()
engine.load()
registry = RecognizerRegistry(supported_languages=["en"])
registry.load_predefined_recognizers(languages=["en"])
registry.remove_recognizer("SpacyRecognizer")
analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])

def look(text):
    return [(r.start, r.end, r.entity_type) for r in analyzer.analyze(text, "en", score_threshold=0.4)]
"""

DETECT_SECRETS = """
import json, sys, tempfile, time
from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

def look(text):
    found = []
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file, default_settings():
        file.write(text)
        file.flush()
        collection = SecretsCollection()
        collection.scan_file(file.name)
        for _, secret in collection:
            start = text.find(secret.secret_value or "")
            found.append((start, start + len(secret.secret_value or ""), secret.type))
    return found
"""

ANSWER = """
for line in sys.stdin:
    texts = json.loads(line)
    start = time.process_time()
    found = [look(text) for text in texts]
    print(json.dumps([time.process_time() - start, found]), flush=True)
"""

GLIN = """
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
const { Filter } = createRequire(process.cwd() + '/')('glin-profanity')
let filter
for await (const line of createInterface({ input: process.stdin })) {
  const sent = JSON.parse(line)
  if (!filter) {
    filter = new Filter({ languages: [], customWords: sent, detectLeetspeak: true,
      leetspeakLevel: 'aggressive', normalizeUnicode: true })
    console.log(JSON.stringify([0, []]))
    continue
  }
  const start = process.cpuUsage()
  const found = sent.map((text) => filter.checkProfanity(text).containsProfanity ? [[-1, -1, '']] : [])
  const { user, system } = process.cpuUsage(start)
  console.log(JSON.stringify([(user + system) / 1e6, found]))
}
"""

PRESIDIO_SAYS = {
    **SAME,
    "PASSPORT": "US_PASSPORT",
    "STREET_ADDRESS": "LOCATION",
    "DATE_OF_BIRTH": "DATE_TIME",
}
NO_ALARM = frozenset({"DATE_TIME", "URL", "LOCATION", "PERSON", "NRP"})


class Missing(Exception):
    """Why a peer takes no part."""


class Peer:
    """A program that is sent texts by the line, and answers with CPU seconds and what it found."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, texts: Sequence[str]) -> tuple[float, list[Found]]:
        assert self.process.stdin
        assert self.process.stdout
        try:
            self.process.stdin.write(json.dumps(texts) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise Missing("it stopped; what it said is above")
        seconds, found = json.loads(answer)
        return seconds, [[(start, end, kind) for start, end, kind in one] for one in found]


Look = Callable[[Sequence[str]], tuple[float, list[Found]]]


def ours(look: Callable[[str], Found]) -> Look:
    """A check of ours as a contender."""

    def run(texts: Sequence[str]) -> tuple[float, list[Found]]:
        start = time.process_time()
        found = [look(text) for text in texts]
        return time.process_time() - start, found

    run(["warm-up 4111 1111 1111 1111"])
    return run


@dataclass
class Contender:
    """One checker, and what it did so far. `says` names planted kinds as it does; `places`: it says where."""

    name: str
    look: Look
    says: dict[str, str] = field(default_factory=dict)
    places: bool = True
    seconds: float = 0.0
    found: list[Found] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A text and what is planted in it."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--peers", type=Path, required=True, help="where the peers are, or are put")
    parser.add_argument("--install", action="store_true", help="put the peers there")
    asked = parser.parse_args()
    folder = asked.peers.resolve()
    if asked.install:
        install(folder)
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for name, rows, contenders in races(asked.data, folder):
        figures[name] = race(name, rows, contenders)
    print(json.dumps(figures))


def install(folder: Path) -> None:
    """Put the peers into `folder`; what cannot be had is said, and skipped later."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "python").is_dir():
        venv.create(folder / "python", with_pip=True)
    commands = [[str(folder / "python/bin/python"), "-m", "pip", "install", "-q", name] for name in PYTHON]
    commands.append(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", NODE])
    for command in commands:
        try:
            subprocess.run(command, cwd=folder, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"not installed: {command[-1]} ({error})")


def races(data: Path, folder: Path) -> Iterator[tuple[str, list[Row], list[Contender]]]:
    """Every file with who reads it; ours comes first."""
    personal = Contender("ours", ours(lambda text: [(p.start, p.end, p.kind) for p in places(text)]), SAME)
    presidio = in_python(folder, "presidio_analyzer", PRESIDIO)
    for name in ("posts-dev", "disguised-dev"):
        rows = [Row(row["text"], _spans(row)) for row in _read(data / f"pii/{name}.jsonl")]
        yield f"pii/{name}", rows, [personal, *_ready("Presidio", presidio, PRESIDIO_SAYS)]

    params = secrets.Params()
    keys = Contender(
        "ours",
        ours(lambda text: [(h.start, h.end, "") for h in secrets.check(read_text(text), params, Context())]),
    )
    rows = [
        Row(base64.b64decode(row["text_base64"]).decode(), _spans(row))
        for row in _read(data / "secrets/posts-dev.jsonl")
    ]
    yield (
        "secrets/posts-dev",
        rows,
        [keys, *_ready("detect-secrets", in_python(folder, "detect_secrets", DETECT_SECRETS))],
    )

    words = listed(data / "evasion/terms-dev.json")
    term_params = terms.Params(terms=words)
    listed_terms = Contender(
        "ours",
        ours(
            lambda text: [(h.start, h.end, "") for h in terms.check(read_text(text), term_params, Context())]
        ),
    )
    rows = [Row(row["text"], ((*row["span"], ""),)) for row in _read(data / "evasion/dev.jsonl")] + [
        Row(text, ()) for text in clean_texts(data / "evasion/clean.txt")
    ]
    yield "evasion/dev", rows, [listed_terms, *_ready("glin-profanity", in_node(folder, words), places=False)]


def in_python(folder: Path, module: str, program: str) -> Look | str:
    """A peer written in Python, or why it is not there."""
    python = next((p for p in (folder / "python/bin/python", folder / "bin/python") if p.exists()), None)
    if python is None:
        return f"no virtual environment in {folder}; run with --install"
    if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
        return f"{python} has no {module}; run with --install"
    return Peer([str(python), "-c", program + ANSWER], folder)


def in_node(folder: Path, words: Sequence[str]) -> Look | str:
    """glin-profanity with `words` for its list, or why it is not there."""
    if not (folder / "node_modules" / NODE).is_dir():
        return f"{folder} has no {NODE}; run with --install"
    try:
        peer = Peer(["node", "--input-type=module", "-e", GLIN], folder)
        peer(words)
    except (OSError, Missing) as error:
        return f"node does not run it: {error}"
    return peer


def _ready(
    name: str, look: Look | str, says: dict[str, str] | None = None, *, places: bool = True
) -> list[Contender]:
    if isinstance(look, str):
        print(f"{name} skipped: {look}")
        return []
    return [Contender(name, look, says or {}, places)]


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def _spans(row: dict[str, Any]) -> tuple[tuple[int, int, str], ...]:
    return tuple((start, end, kind) for start, end, kind in row["spans"])


def race(name: str, rows: list[Row], contenders: list[Contender]) -> dict[str, dict[str, float]]:
    """Send all texts to all contenders in turns, and print what each found."""
    for contender in contenders:
        contender.seconds, contender.found = 0.0, []
    for at in range(0, len(rows), TURN):
        for contender in contenders:
            seconds, found = contender.look([row.text for row in rows[at : at + TURN]])
            contender.seconds += seconds
            contender.found += found
    print(f"{name}: {len(rows)} texts")
    figures = {}
    for contender in contenders:
        figures[contender.name] = shown = score(rows, contender)
        shown["ms_mean"] = round(contender.seconds / len(rows) * 1000, 3)
        shown["ratio"] = round(contender.seconds / contenders[0].seconds, 2)
        print(f"  {contender.name:16} " + "  ".join(f"{key} {value:g}" for key, value in shown.items()))
    return figures


def score(rows: list[Row], contender: Contender) -> dict[str, float]:
    """The shares of planted places found, found exactly, and of other texts flagged."""
    planted = near = exact = others = flagged = 0
    for row, found in zip(rows, contender.found, strict=True):
        if not row.spans:
            others += 1
            flagged += any(kind not in NO_ALARM for *_, kind in found)
        for start, end, kind in row.spans:
            planted += 1
            wanted = contender.says.get(kind, kind)
            right = [
                hit
                for hit in found
                if hit == SOMEWHERE
                or (hit[0] < end and start < hit[1] and (not contender.says or hit[2] == wanted))
            ]
            near += bool(right)
            exact += any(hit[:2] == (start, end) for hit in right)
    shares = {"found": near / max(1, planted), "flagged": flagged / max(1, others)}
    if contender.places:
        shares["exact"] = exact / max(1, planted)
    return {name: round(share, 4) for name, share in shares.items()}


if __name__ == "__main__":
    main()
