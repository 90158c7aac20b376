"""`make models`: read the sets, fit every head, write weights, calibration and manifest, print how it went.

    python -m training.make [--data FOLDER] [--out FOLDER] [--local] [--only HEAD ...]

The same data, configuration and versions give the same files; the manifest names the SHA-256 of each.
"""

import argparse
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.metrics import f1_score, recall_score, roc_auc_score
from threadpoolctl import threadpool_limits

from reviewer import language
from reviewer.heads import FOLDER, NAMES, Extractor, Lexicon, surroundings
from training import fitting, policy
from training.corpora import LICENCES, Corpora, for_thresholds, read
from training.fitting import Floats, Linear, Matrix
from training.ngrams import matrix, vocabulary
from training.tasks import TASKS, Task, negatives

LISTS = ("concepts.txt", "severity.txt", "stance.txt")
CONFIG = Path(__file__).with_name("config.yml")
SHAPE = slice(NAMES.index("capitals"), len(NAMES))


class Bench:
    """What every fit needs: configuration, extractor, the folder to write to, and the report so far."""

    def __init__(self, config: dict[str, object], extractor: Extractor, out: Path) -> None:
        self.config, self.extractor, self.out = config, extractor, out
        self.seed = int(str(config["seed"]))
        self.report: dict[str, dict[str, float]] = {}
        self.thresholds: dict[str, float] = {}
        self.trained_on: dict[str, dict[str, int]] = {}

    def number(self, table: str, name: str) -> float:
        return float(self.config[table][name])  # type: ignore[index]  # as config.yml is written

    def seen(self, texts: list[str], head: str = "") -> tuple[Matrix, Floats]:
        """N-grams, with runs of kinds for the heads that read them, and surroundings of texts."""
        reads = head in self.config["stances"]  # type: ignore[operator]  # a list, as config.yml is written
        rows, severities = matrix(self.extractor, texts, stance=reads)
        around = [
            surroundings(text, severity, language.valences(text))
            for text, severity in zip(texts, severities, strict=True)
        ]
        return rows, np.array(around, np.float64)

    def write(self, name: str, linear: Linear, labels: tuple[str, ...], mix: Floats) -> None:
        save(self.out / f"{name}.npz", {**vars(linear)})
        calibration = {"labels": list(labels), "mix": np.round(mix, 6).tolist()}
        (self.out / f"{name}.json").write_text(json.dumps(calibration, indent=None) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("REVIEWER_DEV_DATA", "../shared/data"))
    )
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--local", action="store_true", help="train on sets with unclear terms too")
    parser.add_argument("--only", nargs="+", help="fit these heads anew, keep vocabulary and the others")
    chosen = parser.parse_args()
    if chosen.local and chosen.out.resolve() == FOLDER.resolve():
        sys.exit("Weights trained on sets with unclear terms don't ship: name another folder with --out.")
    if not (chosen.data / "tone").is_dir():
        sys.exit(
            f"{chosen.data} has no folder `tone`: name the data folder with --data or REVIEWER_DEV_DATA."
        )
    with threadpool_limits(1):  # sums in parallel end in other digits
        make(chosen)


def make(chosen: argparse.Namespace) -> None:
    """Everything that was asked for on the command line, in one thread."""
    config = yaml.safe_load(CONFIG.read_bytes())
    data = read(chosen.data, local=chosen.local)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in LISTS:
        if chosen.out != FOLDER:
            (chosen.out / name).write_bytes((FOLDER / name).read_bytes())
    lexicon = Lexicon.read((FOLDER / "concepts.txt").read_text())
    severity = Lexicon.read((FOLDER / "severity.txt").read_text())
    stance = Lexicon.read((FOLDER / "stance.txt").read_text())
    tasks = [task(data, int(config["seed"])) for task in TASKS]
    if chosen.only:
        with np.load(chosen.out / "vocabulary.npz", allow_pickle=False) as stored:
            hashes, idf = stored["hashes"], stored["idf"]
    else:
        hashes, idf = vocabulary(by_source(data, tasks), lexicon, severity, stance, config["vocabulary"])
        save(chosen.out / "vocabulary.npz", {"hashes": hashes, "idf": idf})
    bench = Bench(config, Extractor(hashes, idf, lexicon, severity, stance), chosen.out)
    if chosen.only:
        before = json.loads((chosen.out / "manifest.json").read_text())
        bench.report, bench.thresholds = before["figures"], before["thresholds"]
        bench.trained_on = before["trained_on"]
    print(f"vocabulary: {len(hashes)} n-grams", flush=True)
    if not chosen.only or "policy" in chosen.only:
        policy_head(bench, data)
    for task in tasks:
        if not chosen.only or task.name in chosen.only:
            head(bench, task)
    manifest(bench, data)


def by_source(data: Corpora, tasks: list[Task]) -> dict[str, list[str]]:
    """Every text once, by the set that it is of, however many heads learn from it."""
    found: dict[str, dict[str, None]] = {"pairs": dict.fromkeys(pair.text for pair in data.pairs)}
    for task in tasks:
        for source, text in zip(task.sources, task.texts, strict=True):
            found.setdefault(source, {})[text] = None
    return {source: list(texts) for source, texts in sorted(found.items())}


def head(bench: Bench, task: Task) -> None:
    """Fit, calibrate out of fold, write, and note how it does out of fold."""
    rows, around = bench.seen(task.texts, task.name)
    truth, weight = np.array(task.truth, np.int64), np.array(task.weight)
    outputs = len(task.labels)
    bench.trained_on[task.name] = dict(sorted(Counter(task.sources).items()))
    cost, keep = bench.number("cost", task.name), int(bench.number("keep", task.name))

    def fit(inside: NDArray[np.intp]) -> Linear:
        return fitting.logistic(rows[inside], truth[inside], outputs, weight[inside], cost, keep)

    count = int(bench.number("folds", "exclusive" if task.exclusive else "questions"))
    folds = fitting.spread(len(truth), count, bench.seed, task.groups)
    alone = task.name in bench.config["alone"]  # type: ignore[operator]  # a list, as config.yml is written
    beside = np.zeros_like(around) if alone else around
    inputs = np.hstack([fitting.out_of_fold(folds, rows, fit), beside])
    mix = fitting.mixed(inputs, truth, weight, max(outputs, 2))
    if task.exclusive:
        halves = by_length(task.texts)
        unlike = np.hstack([fitting.out_of_fold(halves, rows, fit), beside])
        mix = mix / fitting.temperature(fitting.log_odds(unlike, mix), truth, weight)
    across = None if task.name not in calibrations(bench) else Across(bench, task, rows, beside, fit)
    if across:
        across.look(inputs, mix)
        mix = fitting.scaled(mix, across.odds, across.truth, across.weight)
    probability = fitting.probabilities(inputs, mix, exclusive=task.exclusive)
    bench.write(task.name, fit(np.arange(len(truth))), task.labels, mix)
    shape = fitting.mixed(around[:, SHAPE], truth, weight, max(outputs, 2))
    by_shape = fitting.probabilities(around[:, SHAPE], shape, exclusive=task.exclusive)
    if task.exclusive:
        guess = probability.argmax(axis=1)
        scores = {
            "macro_f1": f1_score(truth, guess, average="macro"),
            "macro_recall": recall_score(truth, guess, average="macro"),
            "ece": fitting.calibration_error(probability.max(axis=1), guess == truth),
            "shape_auc": roc_auc_score(truth, by_shape, multi_class="ovr", average="macro"),
        }
        for label in task.labels:
            bench.thresholds[label] = 0.5
    else:
        yes = truth == 1
        if across:
            across.look(inputs, mix)
            at = best_threshold(fitting.chances(across.odds), across.truth, across.weight)
        else:
            at = best_threshold(probability[:, 0], yes, weight)
        if task.kinds:
            at, least = even_threshold(probability[:, 0], yes, task.kinds)
        bench.thresholds[task.name] = at
        scores = {
            "macro_f1": f1_score(truth, probability[:, 0] >= at, average="macro", sample_weight=weight),
            "auc": roc_auc_score(yes, probability[:, 0], sample_weight=weight),
            "ece": fitting.calibration_error(probability[:, 0], yes, weight),
            "shape_auc": roc_auc_score(yes, by_shape[:, 0], sample_weight=weight),
        }
    if across:
        scores |= across.figures(at)
    if task.kinds:
        scores["worst_kind"] = least
    note(bench, task.name, {"rows": len(truth), **scores})


def even_threshold(
    probability: Floats, truth: NDArray[np.bool_], kinds: Mapping[str, list[int]]
) -> tuple[float, float]:
    """Where most is right out of fold, each kind counting the same, and how much of the worst kind is."""

    def right(at: float) -> list[float]:
        found = (probability >= at) == truth
        return [float(found[places].mean()) for places in kinds.values()]

    at = max((round(float(step), 2) for step in np.arange(0.05, 0.96, 0.01)), key=lambda at: sum(right(at)))
    return at, min(right(at))


def calibrations(bench: Bench) -> Mapping[str, Mapping[str, object]]:
    return bench.config["calibrate"]  # type: ignore[return-value]  # as config.yml is written


def by_length(texts: list[str]) -> NDArray[np.int64]:
    """Short texts and long ones: two kinds of text, each told by a fit on the other."""
    lengths = np.array([len(text) for text in texts])
    return (lengths > np.median(lengths)).astype(np.int64)


class Across:
    """One question, told of sets that its fit did not see, each counting the same, at an expected rate.

    The sets `apart` are scored by fits without any row of them; those `within` out of fold, templates and
    their like together.
    """

    def __init__(
        self,
        bench: Bench,
        task: Task,
        rows: Matrix,
        beside: Floats,
        fit: Callable[[NDArray[np.intp]], Linear],
    ) -> None:
        chosen = calibrations(bench)[task.name]
        self._rate = float(str(chosen["rate"]))
        self._parts: list[tuple[str, NDArray[np.intp] | Floats, NDArray[np.bool_]]] = []
        sources, truth = np.array(task.sources), np.array(task.truth) == 1
        for name in chosen["within"]:  # type: ignore[attr-defined]  # a list
            places = np.flatnonzero(sources == name)
            self._parts.append((name, places, truth[places]))
        for name in chosen["apart"]:  # type: ignore[attr-defined]
            model = fit(np.flatnonzero(sources != name))
            if name in task.held:
                held = task.held[name][: int(str(chosen["most"]))]
                seen, around = bench.seen([text for text, _ in held], task.name)
                around = around if beside.any() else np.zeros_like(around)
                own = np.array([label == 1 for _, label in held])
            else:
                places = np.flatnonzero(sources == name)
                seen, around, own = rows[places], beside[places], truth[places]
            self._parts.append((name, np.hstack([model.outputs(seen), around]), own))

    def look(self, inputs: Floats, mix: Floats) -> None:
        """Find the log-odds under a mix; `inputs` are those of the task's own rows, out of fold."""
        by_part = [
            fitting.log_odds(inputs[found] if found.dtype.kind == "i" else found, mix)[:, 0]
            for _, found, _ in self._parts
        ]
        self.odds = np.concatenate(by_part)
        self.truth = np.concatenate([truth for _, _, truth in self._parts])
        self.weight = np.concatenate(
            [fitting.at_rate(truth, self._rate) / len(self._parts) for _, _, truth in self._parts]
        )

    def figures(self, at: float) -> dict[str, float]:
        """Macro F1 at the threshold and calibration error, over all sets and by set."""
        chance = fitting.chances(self.odds)
        found = {
            "across_macro_f1": f1_score(self.truth, chance >= at, average="macro", sample_weight=self.weight),
            "across_ece": fitting.calibration_error(chance, self.truth, self.weight),
        }
        start = 0
        for name, _, truth in self._parts:
            part = slice(start, start + len(truth))
            found[f"auc_{name}"] = roc_auc_score(truth, self.odds[part])
            found[f"ece_{name}"] = fitting.calibration_error(chance[part], truth, self.weight[part])
            start += len(truth)
        return found


def best_threshold(probability: Floats, truth: NDArray[np.bool_], weight: Floats) -> float:
    """Where macro F1, weighted as in the fit, is best out of fold, in steps of .01."""
    steps = np.arange(0.05, 0.96, 0.01)
    found = [f1_score(truth, probability >= at, average="macro", sample_weight=weight) for at in steps]
    return round(float(steps[int(np.argmax(found))]), 2)


def policy_head(bench: Bench, data: Corpora) -> None:
    """The policy areas: unseen authors for thresholds and figures, everything for the weights."""
    settings: Mapping[str, float] = bench.config["policy"]  # type: ignore[assignment]
    recipe = policy.Recipe(
        bench.number("cost", "policy"),
        *(float(settings[name]) for name in ("weight", "clean", "ridge", "own_near_miss", "areas", "topics")),
        keep=int(bench.number("keep", "policy")),
        keep_areas=int(bench.number("keep", "areas")),
    )
    extra = negatives(data, settings["negatives"], bench.seed)  # type: ignore[arg-type]
    pairs, areas = data.pairs, policy.areas_of(data.pairs)
    bench.trained_on["policy"] = {"pairs": len(pairs), **settings["negatives"]}  # type: ignore[dict-item]
    rows, severities = matrix(bench.extractor, [*(pair.text for pair in pairs), *extra], stance=False)
    kept = [not (counts[1] or counts[2]) for counts in severities[len(pairs) :]]
    rows = rows[np.r_[np.arange(len(pairs)), len(pairs) + np.flatnonzero(kept)]]
    corporate, _ = matrix(bench.extractor, [row.text for row in for_thresholds(data.corporate)], stance=False)
    folds = policy.folds(pairs, rows.shape[0] - len(pairs), settings["folds"], bench.seed)  # type: ignore[arg-type]
    outputs = np.zeros((rows.shape[0], 1 + len(areas)))
    unseen: dict[int, Floats] = {}
    for fold in sorted({*folds.tolist()}):
        outside = np.flatnonzero(folds == fold)
        model = policy.fit(pairs, rows, np.flatnonzero(folds != fold), areas, recipe)
        outputs[outside], unseen[fold] = model.outputs(rows[outside]), model.outputs(corporate)
    whole, one = policy.calibrated(outputs, pairs, areas, settings["naming"])
    mix = policy.mix(whole, one, len(areas), len(NAMES))

    def probable(outputs: Floats) -> Floats:
        blank = np.zeros((len(outputs), len(NAMES)))
        return fitting.probabilities(np.hstack([outputs, blank]), mix, exclusive=False)

    probability = probable(outputs)
    final = policy.fit(pairs, rows, np.arange(rows.shape[0]), areas, recipe)
    both = Linear(*joined(final, rows.shape[1]))
    bench.write("policy", both, ("policy", *(f"policy/{area}" for area in areas)), mix)
    companies = policy.highest(np.vstack([probable(found) for found in unseen.values()]), areas)
    top = policy.highest(probability[: len(pairs)], areas)
    parts, label = np.array([pair.part for pair in pairs]), np.array([pair.label for pair in pairs])
    blocking = np.array([pair.area.split("/")[0] in policy.BLOCKING for pair in pairs])
    whole_parts = policy.every_area(pairs)
    near = (label == "good") & np.isin(parts, whole_parts)
    clean = label == "clean"
    bench.thresholds["policy/area"] = at = policy.threshold(
        [(top[near & blocking], settings["near_misses"]), (companies, settings["corporate"])]
    )
    whole_policy = probability[: len(pairs), 0]
    bench.thresholds["policy"] = policy.threshold([(whole_policy[near], settings["near_misses"])])
    bench.thresholds["policy/sure"] = policy.threshold(
        [(top[clean], settings["sure_clean"]), (companies, settings["sure_corporate"])]
    )
    for part in whole_parts:
        places = np.flatnonzero(parts == part)
        own = probable(unseen[int(folds[places[0]])])
        figures = policy.measure(probability[places], [pairs[place] for place in places], own, areas, at)
        note(bench, f"policy without {part}", vars(figures))
    bad = label == "bad"
    _, shapes = bench.seen([pair.text for pair in pairs])
    shape = fitting.mixed(shapes[:, SHAPE], bad.astype(np.int64), np.ones(len(bad)), 2)
    by_shape = fitting.probabilities(shapes[:, SHAPE], shape, exclusive=False)[:, 0]
    everything = np.r_[bad, np.zeros(len(outputs) - len(bad), bool)]
    note(
        bench,
        "policy",
        {
            "rows": len(outputs),
            "auc": roc_auc_score(bad[~clean], probability[: len(bad), 0][~clean]),
            "clean_flagged": float((top[clean] >= at).mean()),
            "ece": fitting.calibration_error(probability[:, 0], everything),
            "shape_auc": roc_auc_score(bad, by_shape),
        },
    )


def joined(final: policy.Both, size: int) -> tuple[NDArray[np.int32], ...]:
    """Both parts as one table, so that one file holds the head."""
    index = np.union1d(final.bad.index, final.areas.index).astype(np.int32)
    place = np.zeros(size, np.int64)
    place[index] = np.arange(len(index))
    weights = np.zeros((len(index), 1 + final.areas.weights.shape[1]), np.int8)
    weights[place[final.bad.index], :1] = final.bad.weights
    weights[place[final.areas.index], 1:] = final.areas.weights
    scale = np.concatenate([final.bad.scale, final.areas.scale])
    return index, weights, scale, np.concatenate([final.bad.bias, final.areas.bias])  # type: ignore[return-value]


def note(bench: Bench, name: str, figures: Mapping[str, float]) -> None:
    bench.report[name] = {key: round(float(value), 4) for key, value in figures.items()}
    print(
        f"{name}: " + ", ".join(f"{key} {value:g}" for key, value in bench.report[name].items()), flush=True
    )


def save(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """An `.npz` whose bytes depend on the arrays only, not on the clock."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in sorted(arrays.items()):
            stored = BytesIO()
            np.save(stored, array, allow_pickle=False)
            archive.writestr(ZipInfo(f"{name}.npy"), stored.getvalue(), ZIP_DEFLATED, 9)


def manifest(bench: Bench, data: Corpora) -> None:
    """What was made, from what, and how well; `Heads.load` trusts only files that are named here."""
    named = ["vocabulary.npz", *LISTS]
    named += [
        f"{name}.{kind}" for name in (*(t.__name__ for t in TASKS), "policy") for kind in ("npz", "json")
    ]
    content = {
        "version": 1,
        "files": {
            name: {
                "sha256": hashlib.sha256((bench.out / name).read_bytes()).hexdigest(),
                "bytes": (bench.out / name).stat().st_size,
            }
            for name in sorted(named)
        },
        "thresholds": dict(sorted(bench.thresholds.items())),
        "licences": {
            **LICENCES,
            "policy-pairs": "written for this project",
            "own": "written for this project",
        },
        "trained_on": dict(sorted(bench.trained_on.items())),
        "data": dict(sorted(data.hashes.items())),
        "versions": {name: version(name) for name in ("numpy", "scikit-learn", "scipy", "vaderSentiment")},
        "config": bench.config,
        "figures": dict(sorted(bench.report.items())),
    }
    (bench.out / "manifest.json").write_text(json.dumps(content, indent=1) + "\n")
    total = sum(entry["bytes"] for entry in content["files"].values())  # type: ignore[attr-defined]
    print(f"{len(named)} files, {total / 1e6:.1f} MB in {bench.out}")


if __name__ == "__main__":
    main()
