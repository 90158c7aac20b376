"""Disguised terms: found, at the right span, and how often clean texts are flagged.

    bench/evasion.py FILE [TERMS]                     rows {term, evasion, text, span}
    bench/evasion.py --clean FILE --terms TERMS       clean texts, one a line (.txt) or {text} (.jsonl)

TERMS is a list of terms (.json: strings or [term, kind]; .txt: one a line); without it, the rows' own.
Ends with one line of JSON.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from _measure import Clock, report

from reviewer.checks import terms
from reviewer.model import Context
from reviewer.text import read_text


def listed(path: Path) -> tuple[str, ...]:
    if path.suffix == ".json":
        return tuple(entry if isinstance(entry, str) else entry[0] for entry in json.loads(path.read_text()))
    if path.suffix == ".jsonl":
        return tuple(
            dict.fromkeys(json.loads(line)["term"] for line in path.read_text().splitlines() if line)
        )
    return tuple(line for line in path.read_text().splitlines() if line and not line.startswith("#"))


def clean_texts(path: Path) -> list[str]:
    lines = path.read_text().splitlines()
    if path.suffix == ".jsonl":
        return [json.loads(line)["text"] for line in lines if line.strip()]
    return [line for line in lines if line.strip() and not line.startswith("#")]


def clean(path: Path, words: tuple[str, ...]) -> None:
    params, clock, flagged = terms.Params(terms=words), Clock(), 0
    texts = clean_texts(path)
    list(terms.check(read_text("warm-up"), params, Context()))
    for text in texts:
        with clock:
            hits = list(terms.check(read_text(text), params, Context()))
        if hits:
            flagged += 1
            print(f"flagged: {text[:120]!r}: {[(hit.arguments, hit.how) for hit in hits]}")
    report(len(texts), clock, flagged=flagged / max(1, len(texts)))


def evasion(path: Path, words: tuple[str, ...] | None, show: bool) -> None:
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    words = words or tuple(dict.fromkeys(row["term"] for row in rows))
    params, clock = terms.Params(terms=words), Clock()
    n, found, exact = Counter[str](), Counter[str](), Counter[str]()
    list(terms.check(read_text("warm-up"), params, Context()))
    for row in rows:
        kind, (start, end) = row["evasion"], row["span"]
        n[kind] += 1
        with clock:
            hits = list(terms.check(read_text(row["text"]), params, Context()))
        near = [hit for hit in hits if hit.start < end and start < hit.end]
        right = [hit for hit in near if [hit.start, hit.end] == [start, end]]
        found[kind] += bool(near)
        exact[kind] += bool(right)
        if show and not right:
            print(kind, row["term"], ascii(row["text"]), row["span"], [(h.start, h.end, h.how) for h in hits])
    for kind, total in n.items():
        print(f"{kind:28} {total:5} found {found[kind] / total:.3f} span {exact[kind] / total:.3f}")
    total = max(1, len(rows))
    report(len(rows), clock, found=found.total() / total, span=exact.total() / total)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("list", type=Path, nargs="?")
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--terms", type=Path)
    parser.add_argument("--show", action="store_true", help="print what was missed")
    asked = parser.parse_args()
    given = asked.terms or asked.list
    if asked.clean:
        clean(asked.file, listed(given) if given else ())
    else:
        evasion(asked.file, listed(given) if given else None, asked.show)
