"""The public sets that the shipped weights may be trained on, read in place, with their licences.

Nothing of them is kept: only weights are. Sets whose terms are unclear (`LOCAL`) are read only for
weights that stay where they were made; any folder of the same form can be read.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import regex

LICENCES = {
    "davidson": "MIT (t-davidson/hate-speech-and-offensive-language)",
    "hatemojibuild": "CC BY 4.0 (HannahKirk/Hatemoji)",
    "politeness-wiki": "Apache-2.0 (sudhof/politeness)",
    "politeness-se": "Apache-2.0 (sudhof/politeness)",
    "clickbait": "MIT (bhargaviparanjape/clickbait)",
    "ekman": "Apache-2.0 (monologg/GoEmotions-pytorch, after GoEmotions of google-research)",
}

LOCAL = ("offensive", "hate", "sentiment")
"""Sets whose terms are unclear. `make models LOCAL=1` trains on them too, for use on the spot only."""

OWN = Path(__file__).with_name("own")
"""Posts written for this project, one a line: `area<TAB>bad|good|clean<TAB>text`, one file by hand.

The area of a clean one is `none`; a line break is written as `\\n`.
"""

_NOISE = regex.compile(r"https?://\S+|\bhttp\b|@\w+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text of a public set."""

    id: str
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One post written for this project: bad, good (a near miss) or clean, and for which area."""

    id: str
    text: str
    area: str
    label: str
    also: tuple[str, ...]
    author: str

    @property
    def part(self) -> str:
        """Which hand wrote it: `dev`, `t0` … `t4`, or a file of `OWN`."""
        return self.id.partition("-")[0]


@dataclass(frozen=True)
class Corpora:
    """Every set of a data folder, and the SHA-256 of each file that was read."""

    sets: dict[str, list[Row]]
    pairs: list[Pair]
    corporate: list[Row]
    hashes: dict[str, str]


def read(folder: Path, *, local: bool = False) -> Corpora:
    """Read `tone/`, `policy-pairs/` and `corporate/` below a folder; `local` reads `LOCAL` sets as well.

    Rows of a training file whose normalised text is also in its validation file, or among the
    corporate posts, are left out.
    """
    hashes: dict[str, str] = {}

    def rows(path: str) -> list[dict[str, object]]:
        data = (folder / path).read_bytes()
        hashes[path] = hashlib.sha256(data).hexdigest()
        return [json.loads(line) for line in data.decode().splitlines() if line]

    def labelled(path: str) -> list[Row]:
        return [Row(str(r["id"]), str(r["text"]), str(r["label"])) for r in rows(path)]

    corporate = labelled("corporate/posts-dev.jsonl")
    kept_out = {normal(row.text) for row in corporate}
    sets = {}
    for name in (*LICENCES, *(LOCAL if local else ())):
        held = kept_out | {normal(str(r["text"])) for r in rows(f"tone/{name}.val.jsonl")}
        found = labelled(f"tone/{name}.train.jsonl")
        sets[name] = [row for row in found if normal(row.text) not in held]
    pairs = [
        Pair(
            str(r["id"]), str(r["text"]), str(r["rule"]), str(r["label"]),
            tuple(r["also"]) if isinstance(r["also"], list) else (), str(r["author"]),
        )
        for path in ("policy-pairs/dev.jsonl", "policy-pairs/train.jsonl")
        for r in rows(path)
    ]  # fmt: skip
    own = written(OWN, hashes)
    pairs += [pair for pair in own if normal(pair.text) not in kept_out]
    return Corpora(sets, pairs, corporate, hashes)


def written(folder: Path, hashes: dict[str, str]) -> list[Pair]:
    """The posts of `OWN`; the author is the file. Raises ValueError with file and line for another form."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        data = path.read_bytes()
        hashes[f"own/{path.name}"] = hashlib.sha256(data).hexdigest()
        for number, line in enumerate(data.decode().splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            area, tab, rest = line.partition("\t")
            label, second, text = rest.partition("\t")
            if not (tab and second and text) or label not in ("bad", "good", "clean"):
                raise ValueError(f"{path}, line {number}: write area<TAB>bad|good|clean<TAB>text")
            found.append(Pair(f"{path.stem}-{number}", text.replace("\\n", "\n"), area, label, (), path.stem))
    return found


def normal(text: str) -> str:
    """What two spellings of the same text share: words in lower case, no marks, mentions or links."""
    return " ".join(_NOISE.sub(" ", text).lower().split())


def for_thresholds(rows: Iterable[Row]) -> list[Row]:
    """The half of the corporate posts that may set thresholds; the other half is looked at once."""
    return [row for row in rows if hashlib.sha256(row.id.encode()).digest()[0] % 2 == 0]
