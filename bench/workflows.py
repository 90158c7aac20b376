"""Random workflows over HTTP against the oracle of the law, on both databases.

    python bench/workflows.py [--workflows 1000] [--database sqlite|postgres] [--seed 0]

Requests go through the application's own routes, in this process, to a real database. Prints what was
accepted, refused and reached, and one line of JSON for each database; ends with 1 where an answer or
the record differs from the oracle, or where fewer than a fifth reach release.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence

import _measure  # noqa: F401  # puts the project on the path
from _databases import DATABASES, database

from tests.law_stage import stage
from tests.law_workflows import Tally, run


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workflows", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--database", choices=DATABASES, action="append")
    asked = parser.parse_args(arguments)
    good = True
    for kind in asked.database or DATABASES:
        with database(kind) as (folder, url):
            began, tally = time.monotonic(), Tally()
            server = stage(folder, url)
            for first in range(asked.seed, asked.seed + asked.workflows, 50):
                run(server, range(first, min(first + 50, asked.seed + asked.workflows)), tally)
                print(f"{kind}: {tally}", *tally.wrong[-3:], sep="\n", file=sys.stderr, flush=True)
            server.services.store.close()
        good = report(kind, tally, time.monotonic() - began) and good
    return 0 if good else 1


def report(kind: str, tally: Tally, seconds: float) -> bool:
    """What came of them, as one line of JSON; whether it is good."""
    for line in tally.wrong:
        print(line)
    share = tally.released / max(1, tally.workflows)
    figures = {
        "database": kind,
        "n": tally.workflows,
        "requests": tally.requests,
        "wrong": len(tally.wrong),
        "accepted": tally.accepted.total(),
        "refused": tally.refused.total(),
        "kinds": len(tally.accepted.keys() | tally.refused.keys()),
        "released_share": round(share, 3),
        "published": tally.published,
        "codes": dict(sorted(tally.codes.items())),
        "minutes": round(seconds / 60, 1),
    }
    print(json.dumps(figures), flush=True)
    return not tally.wrong and share >= 0.2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
