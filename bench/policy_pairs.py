"""How well the policy packs tell bad posts from near misses, area by area.

    bench/policy_pairs.py FILE [FILE …] [--ids PREFIX] [--rules FOLDER]

Each line of a file is an object with `text`, `rule` (the area, or `none`), `label` (`bad`, `good` for
a near miss, `clean`), and optionally `kind`, `channel`, `id` and `also` (further areas). A post counts
as caught when a rule of its area has a finding above `suggest`; tips are counted apart. Intervals are
Wilson's at 95 %. Ends with one line of JSON.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from _measure import Clock, report

from reviewer.model import Decision, Part, Variant
from reviewer.policy import Policy, judge, load_base

ASKING = ("confidential", "finance", "health", "promotions", "conduct", "advertising", "crisis")
"""Packs whose areas can block or need approval: measured on findings above `suggest`."""


@dataclass
class Tally:
    """Counts of one area: posts by label, and how many of them had a finding of the area."""

    posts: Counter[str] = field(default_factory=Counter)
    above: Counter[str] = field(default_factory=Counter)
    tips: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        for mine, theirs in ((self.posts, other.posts), (self.above, other.above), (self.tips, other.tips)):
            mine.update(theirs)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def shown(hits: int, of: int) -> str:
    low, high = wilson(hits, of)
    return f"{hits / of:.2f} [{low:.2f}, {high:.2f}]" if of else "      –       "


def rows(files: Iterable[Path], prefix: str) -> Iterator[dict[str, object]]:
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            if str(row.get("id", "")).startswith(prefix):
                yield row


def look(row: dict[str, object], policy: Policy) -> tuple[set[str], set[str], bool]:
    """The areas with a finding above `suggest`, those with any, and whether anything is above at all."""
    channel = str(row.get("channel") or "generic")
    variant = Variant(
        kind=row.get("kind") if row.get("kind") in ("reply", "comment") else "post",  # type: ignore[arg-type]
        channel=channel if channel in policy.channels else "generic",
        account=f"{channel}:bench",
        parts=(Part(str(row["text"])),),
    )
    verdict = judge(variant, policy)
    strong = [f for f in verdict.findings if f.decision.rank < Decision.SUGGEST.rank and _of_a_pack(f.area)]
    return {a for f in strong for a in f.area}, {a for f in verdict.findings for a in f.area}, bool(strong)


def _of_a_pack(area: tuple[str, ...]) -> bool:
    """Limits of the channel say nothing about the words of a post."""
    return not any(one.startswith("channel/") for one in area)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--ids", default="", help="only rows whose id starts with this")
    parser.add_argument("--rules", type=Path, help="a folder of rules instead of the built-in ones")
    asked = parser.parse_args()
    policy = load_base(asked.rules)
    tallies: dict[str, Tally] = defaultdict(Tally)
    clean, noisy, right, wrong, clock = 0, 0, 0, 0, Clock()
    for row in rows(asked.files, asked.ids):
        with clock:
            strong, every, any_above = look(row, policy)
        area, label = str(row["rule"]), str(row["label"])
        if label == "clean" or area == "none":
            clean += 1
            noisy += any_above
            continue
        tally = tallies[area]
        tally.posts[label] += 1
        tally.above[label] += area in strong
        tally.tips[label] += area in every and area not in strong
        meant = {area, *map(str, row.get("also") or ())} if label == "bad" else set()  # type: ignore[call-overload]
        right += len(every & meant)
        wrong += len(every & {area} - meant)
    print(f"{'area':34} {'recall above suggest':22} {'with tips':22} {'near misses':22} with tips")
    for area in sorted(tallies):
        print(line(area, tallies[area]))
    for name, chosen in (
        ("areas that can block or ask", [a for a in tallies if a.split("/")[0] in ASKING]),
        ("advisory areas", [a for a in tallies if a.split("/")[0] not in ASKING]),
    ):
        whole = Tally()
        for area in chosen:
            whole.add(tallies[area])
        print(line(name, whole))
    print(f"precision within the area: {shown(right, right + wrong)}")
    print(f"clean posts with a finding above suggest: {noisy} of {clean}, {shown(noisy, clean)}")
    report(
        clean + sum(sum(tally.posts.values()) for tally in tallies.values()),
        clock,
        precision=right / max(1, right + wrong),
        clean_above_suggest=noisy / max(1, clean),
    )


def line(name: str, tally: Tally) -> str:
    """One row: recall and false alarms on near misses, without and with tips."""
    bad, good = tally.posts["bad"], tally.posts["good"]
    cells = [
        shown(tally.above["bad"], bad),
        shown(tally.above["bad"] + tally.tips["bad"], bad),
        shown(tally.above["good"], good),
        shown(tally.above["good"] + tally.tips["good"], good),
    ]
    return f"{name:34} " + " ".join(f"{cell:22}" for cell in cells)


if __name__ == "__main__":
    main()
