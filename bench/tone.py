"""Score any file of the `tone` form, or of the `policy-pairs` form, with the shipped heads and thresholds.

    python bench/tone.py --task offensive --data FILE.jsonl [--out PRED.jsonl] [--models FOLDER]
                         [--trained DATA] [--peers FOLDER [--install]]
    python bench/tone.py --task policy --data FILE.jsonl
    python bench/tone.py --speed FILE.jsonl

Rows are {"id", "text", "label"}. Tasks: offensive, hate, emotion, politeness, hype, sentiment, policy.
Nothing is tuned on the file that is scored. Texts of it that the weights were trained on, by words alone,
are counted as `seen_in_training`, with the data folder DATA to look in; the figures leave them out, except
where all are. `trained_on` says how many rows of which sets made the weights.

Beside `offensive` and `hate` stand VADER, and alt-profanity-check and better-profanity from the virtual
environment `python` in FOLDER, where `--install` puts them; nothing of the project depends on them. What is
not there is said to be missing. Ends with one line of JSON.
"""

import argparse
import json
import os
import statistics
import time
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import run
from typing import Any

import numpy as np
from _measure import ROOT
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

from reviewer import language
from reviewer.heads import FOLDER, Heads
from reviewer.text import read_text
from training import contrast
from training.corpora import Corpora, normal, read
from training.fitting import calibration_error
from training.policy import BLOCKING

Row = dict[str, Any]
Scores = list[dict[str, float]]

POSITIVE = {"offensive", "hate", "clickbait", "polite", "1", "true", "yes", "hateful"}
TASKS = {"offensive": "offensive", "hate": "hate", "politeness": "polite", "hype": "hype"}
DATA = "../shared/data"
VADER_FLOOR = 0.05
"""Compounds closer to zero are neutral, as VADER's authors advise."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Score a file with the shipped tone heads.")
    parser.add_argument("--task", choices=[*TASKS, "emotion", "sentiment", "policy"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--models", type=Path, default=FOLDER)
    parser.add_argument(
        "--trained", type=Path, default=Path(os.environ.get("REVIEWER_DEV_DATA", "../shared/data"))
    )
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--speed", type=Path)
    chosen = parser.parse_args()
    heads = Heads.load(chosen.models)
    if heads.missing:
        parser.exit(
            2, f"Heads are missing in {chosen.models}: {', '.join(heads.missing)}. Run `make models`.\n"
        )
    if chosen.speed:
        print(json.dumps(speed(heads, rows_of(chosen.speed))))
        return
    if not (chosen.task and chosen.data):
        parser.error("name --task and --data, or --speed")
    if chosen.install and chosen.peers:
        install(chosen.peers)
    everything = rows_of(chosen.data)
    seen = seen_in_training(everything, chosen.trained)
    rows = [row for row in everything if row["id"] not in (seen or ())] or everything
    scores = [scored(heads, str(row["text"])) for row in rows]
    if chosen.task == "policy":
        figures, predictions = policy(heads, rows, scores)
    elif chosen.task in TASKS:
        figures, predictions = question(heads, TASKS[chosen.task], rows, scores, chosen.peers)
    else:
        figures, predictions = classes(chosen.task, rows, scores)
    if chosen.out:
        chosen.out.write_text("".join(json.dumps(one) + "\n" for one in predictions))
    trained = json.loads((chosen.models / "manifest.json").read_text()).get("trained_on", {})
    told = {
        "task": chosen.task,
        "n": len(rows),
        **{name: rounded(value) for name, value in figures.items()},
        "seen_in_training": None if seen is None else len(seen),
        "trained_on": trained.get(TASKS.get(chosen.task, chosen.task), {}),
    }
    print(json.dumps(told))


def seen_in_training(rows: list[Row], folder: Path) -> set[str] | None:
    """Ids of rows whose words are those of a training text; None where the data is not there to look in."""
    if not (folder / "tone").is_dir():
        print(f"{folder} has no folder `tone`: not looked whether the weights were trained on this file")
        return None
    known = {normal(text) for text in training_texts(read(folder))}
    found = {row["id"] for row in rows if normal(str(row["text"])) in known}
    if found:
        print(f"{len(found)} of {len(rows)} texts are in the training data: {', '.join(sorted(found)[:5])} …")
    return found


def training_texts(data: Corpora) -> Iterator[str]:
    """Everything that a shipped head may have been trained on."""
    for found in data.sets.values():
        yield from (row.text for row in found)
    yield from (pair.text for pair in data.pairs)
    yield from (row.text for row in (*contrast.rows("train"), *contrast.rows("train", path=contrast.TALK)))


def rows_of(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def rounded(value: object) -> object:
    return round(float(value), 4) if isinstance(value, float | np.floating) else value


def scored(heads: Heads, text: str) -> dict[str, float]:
    plain = read_text(text).views.light.text
    return heads.scores(plain, language.valences(plain))


def question(
    heads: Heads, name: str, rows: list[Row], scores: Scores, others: Path | None
) -> tuple[dict[str, Any], list[Row]]:
    """A head with one question; other checkers of the same kind beside it where they are installed."""
    truth = np.array([str(row["label"]).lower() in POSITIVE for row in rows])
    if name == "offensive":
        truth |= np.array([row["label"] == "hate" for row in rows])
    probability = np.array([one.get(name, 0.0) for one in scores])
    guess = probability >= heads.thresholds[name]
    figures: dict[str, Any] = {
        "macro_f1": f1_score(truth, guess, average="macro"),
        "accuracy": float((truth == guess).mean()),
        "auc": roc_auc_score(truth, probability),
        "ece": calibration_error(probability, truth),
        "threshold": heads.thresholds[name],
        "precision": precision_score(truth, guess, zero_division=0),
        "recall": recall_score(truth, guess),
    }
    if name in ("offensive", "hate"):
        for peer, said in peers([str(row["text"]) for row in rows], others).items():
            figures[f"{peer}_macro_f1"] = f1_score(truth, said, average="macro")
    functions = sorted({str(row["function"]) for row in rows if "function" in row})
    for function in functions:
        places = [place for place, row in enumerate(rows) if row.get("function") == function]
        print(f"{function}: {float((truth == guess)[places].mean()):.3f} of {len(places)} right")
    labels = sorted({str(row["label"]) for row in rows}, key=lambda label: label.lower() in POSITIVE)
    predictions = [
        {
            "id": row["id"],
            "label": labels[-1] if yes else labels[0],
            "score": float(p),
            "probs": {name: float(p)},
        }
        for row, yes, p in zip(rows, guess, probability, strict=True)
    ]
    return figures, predictions


def classes(task: str, rows: list[Row], scores: Scores) -> tuple[dict[str, Any], list[Row]]:
    """Emotion or sentiment: the likeliest of the labels that the file knows."""
    labels = sorted({str(row["label"]) for row in rows})
    known = [label for label in labels if f"{task}/{label}" in scores[0]]
    truth = [str(row["label"]) for row in rows]
    table = np.array([[one.get(f"{task}/{label}", 0.0) for label in known] for one in scores])
    total = table.sum(axis=1, keepdims=True)
    table = np.where(total > 0, table / np.maximum(total, 1e-9), 1 / len(known))
    guess = [known[place] for place in table.argmax(axis=1)]
    inside = [place for place, label in enumerate(truth) if label in known]
    kept_truth, kept_guess = [truth[p] for p in inside], [guess[p] for p in inside]
    right = np.array([a == b for a, b in zip(kept_truth, kept_guess, strict=True)])
    one_hot = np.array([[label == one for one in known] for label in kept_truth])
    figures: dict[str, Any] = {
        "labels": known,
        "left_out": len(rows) - len(inside),
        "macro_f1": f1_score(kept_truth, kept_guess, average="macro"),
        "macro_recall": recall_score(kept_truth, kept_guess, average="macro"),
        "auc": roc_auc_score(one_hot, table[inside], average="macro"),
        "ece": calibration_error(table[inside].max(axis=1), right),
    }
    if task == "sentiment":
        by_vader = [vader_class(str(rows[place]["text"])) for place in inside]
        figures["vader_macro_recall"] = recall_score(kept_truth, by_vader, average="macro")
    predictions = [
        {
            "id": row["id"],
            "label": label,
            "score": float(shares.max()),
            "probs": dict(zip(known, shares.tolist(), strict=True)),
        }
        for row, label, shares in zip(rows, guess, table, strict=True)
    ]
    return figures, predictions


def vader_class(text: str) -> str:
    compound = language.valence(text)
    return "positive" if compound >= VADER_FLOOR else "negative" if compound <= -VADER_FLOOR else "neutral"


def policy(heads: Heads, rows: list[Row], scores: Scores) -> tuple[dict[str, Any], list[Row]]:
    """Recall, near-miss and clean alarms of the areas that can block; which area comes first."""
    at = heads.thresholds["policy/area"]
    areas = [label.removeprefix("policy/") for label in heads.heads["policy"].labels if "/" in label]
    table = np.array([[one.get(f"policy/{area}", 0.0) for area in areas] for one in scores])
    blocking = [place for place, area in enumerate(areas) if area.split("/")[0] in BLOCKING]
    top = table[:, blocking].max(axis=1)
    about = np.array([str(row["rule"]).split("/")[0] in BLOCKING for row in rows])
    label = np.array([str(row["label"]) for row in rows])
    bad = label == "bad"

    def share(which: np.ndarray[Any, np.dtype[np.bool_]]) -> float | None:
        return float((top[which] >= at).mean()) if which.any() else None

    first = [areas[place] for place in table.argmax(axis=1)]
    named = [
        first[place] in (rows[place]["rule"], *rows[place].get("also", [])) for place in np.flatnonzero(bad)
    ]
    if bad.any():
        for pack in sorted({str(row["rule"]).split("/")[0] for row in rows if row["label"] == "bad"}):
            own = np.array([str(row["rule"]).startswith(pack + "/") for row in rows])
            print(f"{pack}: recall {share(own & bad):.3f}, near misses {share(own & (label == 'good'))}")
    either = np.isin(label, ["bad", "good"])
    whole = np.array([one.get("policy", 0.0) for one in scores])
    figures: dict[str, Any] = {
        "threshold": at,
        "recall": share(bad & about),
        "near_miss_alarms": share((label == "good") & about),
        "clean_alarms": share(label == "clean"),
        "top1": float(np.mean(named)) if named else None,
        "auc": roc_auc_score(bad[either], whole[either]) if bad.any() and either.any() else None,
        "ece": calibration_error(whole, bad),
    }
    predictions = [
        {
            "id": row["id"],
            "label": first[place] if top[place] >= at else "none",
            "score": float(top[place]),
            "probs": {areas[k]: float(table[place, k]) for k in np.argsort(-table[place])[:5]},
        }
        for place, row in enumerate(rows)
    ]
    return figures, predictions


PACKAGES = ("alt-profanity-check", "better-profanity")
ASKED = """
import json, sys
texts, said = json.load(sys.stdin), {}
try:
    from better_profanity import profanity
    profanity.load_censor_words()
    said["better_profanity"] = [bool(profanity.contains_profanity(text)) for text in texts]
except ImportError:
    pass
try:
    from profanity_check import predict
    said["alt_profanity_check"] = [bool(one) for one in predict(texts)]
except ImportError:
    pass
print(json.dumps(said))
"""


def peers(texts: list[str], folder: Path | None) -> dict[str, list[bool]]:
    """Which texts VADER finds negative, and which ones people's usual word lists and models flag."""
    found = {"vader": [language.valence(text) <= -VADER_FLOOR for text in texts]}
    python = folder / "python" / "bin" / "python" if folder else None
    if python and python.is_file():
        asked = run(
            [python, "-c", ASKED], input=json.dumps(texts), capture_output=True, text=True, check=True
        )
        found |= json.loads(asked.stdout.splitlines()[-1])
    for package in PACKAGES:
        if package.replace("-", "_") not in found:
            print(f"{package} is not installed: left out (--peers FOLDER --install)")
    return found


def install(folder: Path) -> None:
    """The peers, into a virtual environment of their own."""
    if not (folder / "python").is_dir():
        venv.create(folder / "python", with_pip=True)
    run([folder / "python" / "bin" / "python", "-m", "pip", "install", "--quiet", *PACKAGES], check=True)


def speed(heads: Heads, rows: Sequence[Row]) -> dict[str, Any]:
    """Milliseconds per post of VADER and of all heads, the two taken in turns."""
    texts = [str(row["text"]) for row in rows][:1000]
    valences = [language.valences(text) for text in texts]
    vader, ours = [], []
    for text, valence in zip(texts, valences, strict=True):
        start = time.process_time()
        language.valences(text)
        between = time.process_time()
        heads.scores(text, valence)
        vader.append(between - start)
        ours.append(time.process_time() - between)
    return {
        "n": len(texts),
        "vader_ms": round(statistics.mean(vader) * 1000, 4),
        "heads_ms": round(statistics.mean(ours) * 1000, 4),
        "times_vader": round(sum(ours) / sum(vader), 2),
        "root": Path(ROOT).name,
    }


if __name__ == "__main__":
    main()
