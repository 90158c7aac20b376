"""Look-alike hosts: found, and how many genuine ones are flagged.

    bench/domains.py FILE [--show]        rows {brand, kind, url, lookalike}; a brand's domain is <brand>.com

Ends with one line of JSON.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from _measure import Clock, report

from reviewer.checks import links
from reviewer.model import Context
from reviewer.text import read_text


def main(path: Path, show: bool) -> None:
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    params, clock = links.Params(kinds=("lookalike", "userinfo")), Clock()
    n, found, exact = Counter[str](), Counter[str](), Counter[str]()
    genuine = flagged = 0
    list(links.check(read_text("https://example.com"), params, Context()))
    for row in rows:
        text = f"See {row['url']} today"
        context = Context(lists={"domains": (f"{row['brand']}.com",)})
        with clock:
            hits = list(links.check(read_text(text), params, context))
        if not row["lookalike"]:
            genuine += 1
            flagged += bool(hits)
        else:
            n[row["kind"]] += 1
            found[row["kind"]] += bool(hits)
            exact[row["kind"]] += any((hit.start, hit.end) == (4, 4 + len(row["url"])) for hit in hits)
        if show and bool(hits) != row["lookalike"]:
            print(row, hits)
    for kind, total in n.items():
        print(f"{kind:16} {total:4} found {found[kind] / total:.3f} span {exact[kind] / total:.3f}")
    total = max(1, n.total())
    report(
        len(rows),
        clock,
        found=found.total() / total,
        span=exact.total() / total,
        flagged=flagged / max(1, genuine),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", action="store_true", help="print what was missed")
    asked = parser.parse_args()
    main(asked.file, asked.show)
