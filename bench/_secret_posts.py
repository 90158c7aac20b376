"""Secrets: found, at the right span, and how many texts without one are flagged.

    bench/secrets.py FILE [--show]

FILE holds rows {text_base64 or text, spans: [[start, end, kind]]}. Ends with one line of JSON.
"""

import argparse
import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

from _measure import Clock, report

from reviewer.checks import secrets
from reviewer.model import Context
from reviewer.text import read_text


def main(rows: list[dict[str, Any]], show: bool) -> None:
    clock, params = Clock(), secrets.Params()
    n, found, exact = Counter[str](), Counter[str](), Counter[str]()
    negatives = flagged = 0
    list(secrets.check(read_text("warm-up token"), params, Context()))
    for row in rows:
        text = base64.b64decode(row["text_base64"]).decode() if "text_base64" in row else row["text"]
        with clock:
            hits = list(secrets.check(read_text(text), params, Context()))
        wanted = row.get("spans") or []
        if not wanted:
            negatives += 1
            flagged += bool(hits)
            if hits and show:
                print("FLAGGED", ascii(text), hits)
        for start, end, kind in wanted:
            n[kind] += 1
            near = [hit for hit in hits if hit.start < end and start < hit.end]
            right = any((hit.start, hit.end) == (start, end) for hit in near)
            found[kind] += bool(near)
            exact[kind] += right
            if show and not right:
                print("MISSED", kind, ascii(text), (start, end), hits)
    for kind, total in sorted(n.items()):
        print(f"{kind:24} {total:4} recall {found[kind] / total:.3f} exact {exact[kind] / total:.3f}")
    total = max(1, n.total())
    report(
        len(rows),
        clock,
        recall=found.total() / total,
        exact=exact.total() / total,
        flagged=flagged / max(1, negatives),
    )


def run() -> None:
    """The command line of `bench/secrets.py`."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", action="store_true", help="print what was missed")
    asked = parser.parse_args()
    main([json.loads(line) for line in asked.file.read_text().splitlines() if line.strip()], asked.show)
