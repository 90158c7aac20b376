"""Eight actors at the same moment, a thousand rounds on each database, and a naive control that must fail.

    python bench/races.py [--rounds 1000] [--control 1000] [--database sqlite|postgres]

Prints one line of JSON for each database; ends with 1 where something happened twice, an unseen text was
approved, a legitimate sign-off was refused, or the control (on PostgreSQL) failed in less than nine of
ten rounds.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

import _measure  # noqa: F401  # puts the project on the path
from _databases import DATABASES, database

from tests.law_races import Arena


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--control", type=int, default=1000)
    parser.add_argument("--database", choices=DATABASES, action="append")
    asked = parser.parse_args(arguments)
    good = True
    for kind in asked.database or DATABASES:
        with database(kind) as (folder, url):
            began, arena = time.monotonic(), Arena(folder, url)
            for n in range(asked.rounds):
                arena.round()
                if n % 100 == 99:
                    print(f"{kind}: {arena.seen}", file=sys.stderr, flush=True)
            for _ in range(asked.control if kind == "postgres" else 0):
                arena.naive_round(url)
            arena.close()
        seen = arena.seen
        control = seen.naive_failed >= 0.9 * seen.naive_rounds
        minutes = round((time.monotonic() - began) / 60, 1)
        print(json.dumps({"database": kind, **asdict(seen), "minutes": minutes}), flush=True)
        good = good and seen.good and control
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
