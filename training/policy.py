"""The policy head: does a post break the policy somewhere, and in which area.

Two models share the n-grams. One says "bad or not" over all areas at once, from every pair and from
posts that break nothing; it is what carries over to phrasings that nobody foresaw. The other tells the
areas apart: bad in this area, plus a little of being about it. An area's log-odds add both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from training.corpora import Pair
from training.fitting import Floats, Linear, Matrix, packed, ridge

BLOCKING = ("confidential", "finance", "health", "promotions", "conduct", "advertising", "crisis")
STEPS = 30
"""Of conjugate gradients; more change no figure."""


@dataclass(frozen=True)
class Recipe:
    """Numbers of `config.yml`, `policy` and `cost`."""

    cost: float
    weight: float
    clean: float
    ridge: float
    own_near_miss: float
    areas: float
    topics: float
    keep: int
    keep_areas: int


@dataclass(frozen=True)
class Both:
    """One output for "bad", one for each area."""

    bad: Linear
    areas: Linear

    def outputs(self, rows: Matrix) -> Floats:
        return np.hstack([self.bad.outputs(rows), self.areas.outputs(rows)])


def areas_of(pairs: list[Pair]) -> tuple[str, ...]:
    return tuple(sorted({pair.area for pair in pairs} - {"none"}))


def every_area(pairs: list[Pair]) -> list[str]:
    """Parts that hold bad posts of every area that can block: figures and thresholds are by these."""
    wanted = {area for area in areas_of(pairs) if area.split("/")[0] in BLOCKING}
    held = {part: {pair.area for pair in pairs if pair.part == part} for part in {p.part for p in pairs}}
    return sorted(part for part, found in held.items() if found >= wanted)


def fit(
    pairs: list[Pair], rows: Matrix, inside: NDArray[np.intp], areas: tuple[str, ...], recipe: Recipe
) -> Both:
    """Fit on the rows `inside`. Rows are the pairs' first, then those of the negatives."""
    own = inside < len(pairs)
    chosen = rows[inside]
    bad = np.array([place < len(pairs) and pairs[place].label == "bad" for place in inside])
    clean = np.array([place < len(pairs) and pairs[place].label == "clean" for place in inside])
    weight = np.where(own, np.where(clean, recipe.clean, 1.0), recipe.weight)
    model = LogisticRegression(C=recipe.cost, solver="liblinear", tol=0.01, random_state=0)
    model.fit(chosen, bad, sample_weight=weight)
    one = packed(model.coef_.T, model.intercept_, recipe.keep)

    places = {area: place for place, area in enumerate(areas)}
    violates = np.full((len(inside), len(areas)), -1.0)
    about = np.full((len(inside), len(areas)), -1.0)
    for row, pair in enumerate(pairs[place] for place in inside if place < len(pairs)):
        if pair.area == "none":
            continue
        about[row, places[pair.area]] = 10
        violates[row, places[pair.area]] = 10 if pair.label == "bad" else recipe.own_near_miss
        if pair.label == "bad":
            for other in set(pair.also) & set(areas):
                violates[row, places[other]] = 0.3
    targets = recipe.areas * violates + recipe.topics * about
    weights, bias = ridge(chosen, targets, weight, recipe.ridge, STEPS)
    return Both(one, packed(weights, bias, recipe.keep_areas))


def calibrated(
    outputs: Floats, pairs: list[Pair], areas: tuple[str, ...], naming: float
) -> tuple[Floats, Floats]:
    """(scale, offset) of "bad", and (of "bad", of the area, offset) of one area, as log-odds.

    `naming` is the area's share beside "bad".

    `outputs` are out of fold. Every post counts for its own area; for the others only where the area
    stands out, since nobody looks at the rest.
    """
    bad = np.array([pair.label == "bad" for pair in pairs] + [False] * (len(outputs) - len(pairs)))
    whole = LogisticRegression(C=1.0).fit(outputs[:, :1], bad)
    inputs, truth = [], []
    for place, row in enumerate(outputs):
        scores = row[1:]
        pair = pairs[place] if place < len(pairs) else None
        also = {areas.index(other) for other in pair.also if other in areas} if pair else set()
        own = areas.index(pair.area) if pair and pair.area != "none" else -1
        if own >= 0:
            inputs.append(row[0] + naming * scores[own])
            truth.append(bool(bad[place]))
        for other in np.argsort(-scores)[:3].tolist():
            if other != own and other not in also:
                inputs.append(row[0] + naming * scores[other])
                truth.append(False)
    one = LogisticRegression(C=1.0).fit(np.array(inputs)[:, None], np.array(truth))
    scale = one.coef_[0][0]
    return (
        np.array([whole.coef_[0][0], whole.intercept_[0]]),
        np.array([scale, naming * scale, one.intercept_[0]]),
    )


def mix(whole: Floats, one: Floats, areas: int, surroundings: int) -> Floats:
    """The same as a `Head.mix`: outputs are "bad" and the areas, labels are "policy" and the areas."""
    table = np.zeros((1 + areas + surroundings + 1, 1 + areas))
    table[0, 0], table[-1, 0] = whole
    table[0, 1:] = one[0]
    table[1 : 1 + areas, 1:] = np.eye(areas) * one[1]
    table[-1, 1:] = one[2]
    return table


def folds(pairs: list[Pair], extra: int, together: list[list[str]], seed: int) -> NDArray[np.int64]:
    """Each group of parts is a fold of its own, so that a hand is judged by fits that never read it."""
    place = {part: fold for fold, parts in enumerate(together) for part in parts}
    if strangers := {pair.part for pair in pairs} - place.keys():
        raise ValueError(f"config.yml, policy.folds: name the parts {', '.join(sorted(strangers))}")
    others = np.random.RandomState(seed).permutation(extra) % len(together)
    return np.array([*(place[pair.part] for pair in pairs), *others.tolist()], np.int64)


@dataclass(frozen=True)
class Measured:
    """What the blocking areas' heads do at a threshold, and which area they name first."""

    threshold: float
    recall: float
    near_misses: float
    corporate: float
    named: float


def highest(probability: Floats, areas: tuple[str, ...]) -> Floats:
    """The highest probability over the areas that can block; column 0 is the whole policy's."""
    columns = [1 + place for place, area in enumerate(areas) if area.split("/")[0] in BLOCKING]
    return np.asarray(probability[:, columns].max(axis=1))


def threshold(groups: list[tuple[Floats, float]]) -> float:
    """The lowest threshold, in steps of .001, that at most a given share of each group reaches."""
    return max(float(np.ceil(np.quantile(values, 1 - most) * 1000) / 1000) for values, most in groups)


def measure(
    probability: Floats, pairs: list[Pair], corporate: Floats, areas: tuple[str, ...], at: float
) -> Measured:
    """`probability` belongs to `pairs`, `corporate` to posts of companies."""
    blocking = np.array([pair.area.split("/")[0] in BLOCKING for pair in pairs])
    bad = np.array([pair.label == "bad" for pair in pairs])
    near = np.array([pair.label == "good" for pair in pairs])
    top = highest(probability, areas)
    named = [
        areas[int(probability[place, 1:].argmax())] in (pairs[place].area, *pairs[place].also)
        for place in np.flatnonzero(bad)
    ]
    return Measured(
        threshold=at,
        recall=float((top[bad & blocking] >= at).mean()),
        near_misses=float((top[near & blocking] >= at).mean()),
        corporate=float((highest(corporate, areas) >= at).mean()),
        named=float(np.mean(named)),
    )
