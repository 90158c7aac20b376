"""Personal data: found, at the right span, and how many look-alikes are flagged.

    bench/pii.py FILE [--show]

FILE holds rows {text, spans: [[start, end, kind]]} (posts, disguised posts; without spans: look-alikes),
or unit cases {text, entity, count, spans}, of which the kinds that we know are counted.
Ends with one line of JSON.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from _measure import Clock, report

from reviewer.checks import _pii
from reviewer.text import read_text

SAME = {
    "EMAIL_OBFUSCATED": "EMAIL_ADDRESS",
    "CRYPTO_ETH": "CRYPTO",
    "CRYPTO_BTC": "CRYPTO",
    "US_PASSPORT": "PASSPORT",
}
NOT_OURS = {"KR_RRN", "DE_TAX_ID"}
"""Unit cases that follow other check digits than the published ones."""


def places(text: str) -> tuple[_pii.Place, ...]:
    return _pii.places(read_text(text).views)


def posts(rows: list[dict[str, Any]], show: bool) -> None:
    clock = Clock()
    n, found, exact = Counter[str](), Counter[str](), Counter[str]()
    negatives = flagged = 0
    places("warm-up 1234567")
    for row in rows:
        with clock:
            hits = places(row["text"])
        if not row["spans"]:
            negatives += 1
            flagged += bool(hits)
            if hits and show:
                print("FLAGGED", ascii(row["text"]), hits)
        for start, end, kind in row["spans"]:
            name = f"{row['evasion']:12} {kind}" if "evasion" in row else kind
            n[name] += 1
            near = [h for h in hits if h.kind == SAME.get(kind, kind) and h.start < end and start < h.end]
            right = any((h.start, h.end) == (start, end) for h in near)
            found[name] += bool(near)
            exact[name] += right
            if show and not right:
                print("MISSED", name, ascii(row["text"]), (start, end), hits)
    for name, total in sorted(n.items()):
        print(f"{name:32} {total:4} recall {found[name] / total:.3f} exact {exact[name] / total:.3f}")
    total = max(1, n.total())
    report(
        len(rows),
        clock,
        recall=found.total() / total,
        exact=exact.total() / total,
        flagged=flagged / max(1, negatives),
    )


def cases(rows: list[dict[str, Any]], show: bool) -> None:
    clock = Clock()
    ours = set(_pii.KINDS) - NOT_OURS
    n, found, exact, kinds = Counter[str](), Counter[str](), Counter[str](), set[str]()
    spans = negatives = flagged = 0
    for row in rows:
        kind = SAME.get(row["entity"], row["entity"])
        if kind not in ours:
            continue
        kinds.add(row["entity"])
        with clock:
            hits = [h for h in _pii.candidates(read_text(row["text"]).views) if h.kind == kind and not h.how]
        if not row["count"]:
            negatives += 1
            flagged += bool(hits)
            if hits and show:
                print("FLAGGED", row["entity"], ascii(row["text"]), hits)
            continue
        n[kind] += row["count"]
        found[kind] += min(len(hits), row["count"])
        wanted = row["spans"] or []
        spans += len(wanted)
        exact[kind] += sum(any((h.start, h.end) == tuple(span[:2]) for h in hits) for span in wanted)
        if show and len(hits) < row["count"]:
            print("MISSED", row["entity"], ascii(row["text"]), row["spans"], hits)
    for kind in sorted(n):
        print(f"{kind:28} {n[kind]:4} recall {found[kind] / n[kind]:.3f}")
    print(f"{len(kinds)} kinds shared: {', '.join(sorted(kinds))}")
    report(
        sum(n.values()) + negatives,
        clock,
        recall=found.total() / max(1, n.total()),
        exact=exact.total() / max(1, spans),
        flagged=flagged / max(1, negatives),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", action="store_true", help="print what was missed")
    asked = parser.parse_args()
    read = [json.loads(line) for line in asked.file.read_text().splitlines() if line.strip()]
    (cases if read and "entity" in read[0] else posts)(read, asked.show)
