"""How well the policy packs tell bad posts from near misses, area by area.

    bench/policy_pairs.py FILE [FILE …] [--ids PREFIX] [--rules FOLDER] [--alone] [--by-rule]

Each line of a file is an object with `text`, `rule` (the area, or `none`), `label` (`bad`, `good` for
a near miss, `clean`), and optionally `kind`, `channel`, `id` and `also` (further areas). A post counts
as caught when a rule of its area has a finding above `suggest`; tips are counted apart. Posts of the
areas `reply/…` are read as replies. `--alone` leaves out the rules that ask a trained head and nothing
else; `--by-rule` adds for each rule how many bad posts of its areas it found, how many near misses of
them, near misses of other areas and clean posts, and its precision. Intervals are Wilson's at 95 %.
Ends with one line of JSON.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import sqrt
from pathlib import Path

from _measure import Clock, report

from reviewer.engine import Engine
from reviewer.model import Decision, Part, Variant
from reviewer.policy import Policy, judge, load_base
from reviewer.rules import Rule

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


def look(row: dict[str, object], policy: Policy) -> tuple[set[str], set[str], set[str], bool]:
    """The areas with a finding above `suggest`, those with any, the rules that found something, and
    whether anything is above at all.
    """
    channel = str(row.get("channel") or "generic")
    answers = row.get("kind") == "reply" or str(row["rule"]).startswith("reply/")
    variant = Variant(
        kind="reply" if answers else "comment" if row.get("kind") == "comment" else "post",
        channel=channel if channel in policy.channels else "generic",
        account=f"{channel}:bench",
        parts=(Part(str(row["text"])),),
    )
    verdict = judge(variant, policy)
    strong = [f for f in verdict.findings if f.decision.rank < Decision.SUGGEST.rank and _of_a_pack(f.area)]
    return (
        {a for f in strong for a in f.area},
        {a for f in verdict.findings for a in f.area},
        {f.rule for f in verdict.findings},
        bool(strong),
    )


def alone(policy: Policy) -> Policy:
    """The policy without the rules that ask a trained head and nothing else."""
    rules = tuple(rule for rule in policy.ruleset.rules if rule.check != "tone")
    return replace(policy, engine=Engine(replace(policy.ruleset, rules=rules)))


@dataclass
class Use:
    """What one rule found: bad posts of its areas, near misses of them and of others, clean posts."""

    bad: int = 0
    near: int = 0
    elsewhere: int = 0
    clean: int = 0

    def count(self, rule: Rule, area: str, label: str) -> None:
        own = area in rule.stance.area
        self.clean += label == "clean" or area == "none"
        self.bad += own and label == "bad"
        self.near += own and label == "good"
        self.elsewhere += not own and label == "good"

    def __str__(self) -> str:
        counts = f"{self.bad:5} bad {self.near:5} near {self.elsewhere:5} elsewhere {self.clean:5} clean  "
        return counts + shown(self.bad, self.bad + self.near + self.elsewhere + self.clean)


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
    parser.add_argument("--alone", action="store_true", help="without the rules that only ask a head")
    parser.add_argument("--by-rule", action="store_true", help="also what each rule found")
    asked = parser.parse_args()
    policy = alone(load_base(asked.rules)) if asked.alone else load_base(asked.rules)
    uses: dict[str, Use] = defaultdict(Use)
    tallies: dict[str, Tally] = defaultdict(Tally)
    clean, noisy, right, wrong, clock = 0, 0, 0, 0, Clock()
    for row in rows(asked.files, asked.ids):
        with clock:
            strong, every, fired, any_above = look(row, policy)
        area, label = str(row["rule"]), str(row["label"])
        for name in fired:
            uses[name].count(policy.ruleset.by_name[name], area, label)
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
    for name in sorted(uses) if asked.by_rule else ():
        print(f"{name:34} {uses[name]}")
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
