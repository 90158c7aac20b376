"""All checks on one text, against VADER in the same run: posts of 280 characters, one core.

    bench/speed.py FILE [TERMS]        rows {text}

Short texts are joined up to 280 characters. Ends with one line of JSON; `ratio` is the mean over VADER's.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

from evasion import listed
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from reviewer.checks import disguise, links, pii, secrets, terms
from reviewer.model import Context
from reviewer.text import read_text


def posts(path: Path) -> list[str]:
    made, so_far = [], ""
    for line in path.read_text().splitlines():
        so_far = f"{so_far} {json.loads(line)['text']}".strip()
        if len(so_far) >= 280:
            made.append(so_far[:280])
            so_far = ""
    return made


def main(path: Path, words: tuple[str, ...]) -> None:
    texts = posts(path)
    vader = SentimentIntensityAnalyzer()
    context = Context(lists={"domains": ("northwind.com",)})
    checks = (
        (terms, terms.Params(terms=words)),
        (pii, pii.Params()),
        (secrets, secrets.Params()),
        (
            links,
            links.Params(kinds=("lookalike", "userinfo", "punycode", "shortener", "insecure", "tracking")),
        ),
        (disguise, disguise.Params()),
    )
    for text in texts[:100]:
        vader.polarity_scores(text)
        for check, params in checks:
            list(check.check(read_text(text), params, context))  # type: ignore[arg-type]
    base, laps, parts = 0.0, [], defaultdict[str, float](float)
    for text in texts:
        start = time.process_time()
        vader.polarity_scores(text)
        base += time.process_time() - start
        begun = start = time.process_time()
        document = read_text(text)
        document.views.skeleton  # noqa: B018  # made here, so that no check is charged for it
        parts["reading"] += time.process_time() - start
        for check, params in checks:
            start = time.process_time()
            list(check.check(document, params, context))  # type: ignore[arg-type]
            parts[check.__name__.rpartition(".")[2]] += time.process_time() - start
        laps.append((time.process_time() - begun) * 1000)
    n = len(texts)
    for name, spent in parts.items():
        print(f"{name:10} {spent / n * 1000:.3f} ms")
    laps.sort()
    mean, p95 = sum(laps) / n, laps[int(0.95 * (n - 1))]
    print(
        json.dumps(
            {
                "n": n,
                "vader_ms": round(base / n * 1000, 3),
                "ms_mean": round(mean, 3),
                "ms_p95": round(p95, 3),
                "ratio": round(mean / (base / n * 1000), 2),
                "p95_over_mean": round(p95 / mean, 2),
            }
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("list", type=Path, nargs="?")
    asked = parser.parse_args()
    main(asked.file, listed(asked.list) if asked.list else ())
