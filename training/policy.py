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
HOLDOUTS = ("dev", "t4")
"""Parts whose authors wrote for every area: each is left out once, as posts that nobody has seen."""


@dataclass(frozen=True)
class Recipe:
    """Numbers of `config.yml`, `policy` and `cost`."""

    cost: float
    weight: float
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


def some(count: int, pairs: int) -> NDArray[np.intp]:
    """Rows that tell areas apart: all pairs and every third negative, so that the equations stay few."""
    return np.r_[np.arange(pairs), np.arange(pairs, count, 3)]


def fit(
    all_pairs: list[Pair],
    all_rows: Matrix,
    alike: NDArray[np.float32],
    inside: NDArray[np.intp],
    areas: tuple[str, ...],
    recipe: Recipe,
) -> Both:
    """Fit on the rows `inside`. Rows are the pairs' first, then those of the negatives.

    `alike` is the kernel of `some` of all rows.
    """
    pairs = [all_pairs[place] for place in inside if place < len(all_pairs)]
    rows = all_rows[inside]
    extra = rows.shape[0] - len(pairs)
    bad = np.array([pair.label == "bad" for pair in pairs] + [False] * extra)
    weight = np.array([1.0] * len(pairs) + [recipe.weight] * extra)
    model = LogisticRegression(C=recipe.cost, solver="liblinear", tol=0.01, random_state=0)
    model.fit(rows, bad, sample_weight=weight)
    one = packed(model.coef_.T, model.intercept_, recipe.keep)

    chosen = some(all_rows.shape[0], len(all_pairs))
    known = np.flatnonzero(np.isin(chosen, inside))
    chosen = chosen[known]
    weight = np.where(chosen < len(all_pairs), 1.0, recipe.weight)
    violates = np.full((len(chosen), len(areas)), -1.0)
    about = np.full((len(chosen), len(areas)), -1.0)
    for place, pair in enumerate(pairs):
        if pair.area == "none":
            continue
        own = areas.index(pair.area)
        about[place, own] = 10
        violates[place, own] = 10 if pair.label == "bad" else recipe.own_near_miss
        if pair.label == "bad":
            for other in set(pair.also) & set(areas):
                violates[place, areas.index(other)] = 0.3
    targets = recipe.areas * violates + recipe.topics * about
    weights, bias = ridge(alike[np.ix_(known, known)], all_rows[chosen], targets, weight, recipe.ridge)
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


def folds(pairs: list[Pair], extra: int, seed: int, count: int = 4) -> NDArray[np.int64]:
    """Parts that cover all areas are folds of their own; the rest is cut by author."""
    dice = np.random.RandomState(seed)
    authors = sorted({pair.author for pair in pairs if pair.part not in HOLDOUTS})
    place = dict(zip(authors, (dice.permutation(len(authors)) % count).tolist(), strict=True))
    own = [
        count + HOLDOUTS.index(pair.part) if pair.part in HOLDOUTS else place[pair.author] for pair in pairs
    ]
    return np.array([*own, *(dice.permutation(extra) % (count + len(HOLDOUTS))).tolist()], np.int64)


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


def threshold(near_misses: Floats, corporate: Floats, most_near: float, most_corporate: float) -> float:
    """The lowest threshold that keeps both shares."""
    return float(max(np.quantile(near_misses, 1 - most_near), np.quantile(corporate, 1 - most_corporate)))


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
