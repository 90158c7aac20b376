"""Fitting one head: linear weights, pruned and in 8 bits, then a calibrated mix with the surroundings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Matrix = sparse.csr_matrix
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Linear:
    """Weights as they are stored: int8 rows for the n-grams in `index`, `scale` and `bias` by output."""

    index: NDArray[np.int32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    def outputs(self, rows: Matrix) -> Floats:
        dense = self.weights.astype(np.float32) * self.scale
        return np.asarray(rows[:, self.index] @ dense + self.bias, np.float64)


def packed(weights: Floats, bias: Floats, keep: int) -> Linear:
    """The `keep` n-grams with the largest weights, in 8 bits. `weights` is (n-grams, outputs)."""
    spread = np.abs(weights).max(axis=0)
    spread[spread == 0] = 1
    worth = (np.abs(weights) / spread).max(axis=1)
    index = np.sort(np.argsort(-worth, kind="stable")[:keep])
    index = index[worth[index] > 1 / 254]
    scale = np.abs(weights[index]).max(axis=0) / 127
    scale[scale == 0] = 1
    eighths = np.round(weights[index] / scale).astype(np.int8)
    return Linear(index.astype(np.int32), eighths, scale.astype(np.float32), bias.astype(np.float32))


def logistic(
    rows: Matrix, labels: NDArray[np.int64], outputs: int, weight: Floats, cost: float, keep: int
) -> Linear:
    """One logistic regression for two labels, one against the rest by output for more."""
    columns, biases = [], []
    for output in range(outputs):
        wanted = labels == (1 if outputs == 1 else output)
        model = LogisticRegression(C=cost, solver="liblinear", tol=0.01, random_state=0)
        model.fit(rows, wanted, sample_weight=weight)
        columns.append(model.coef_[0])
        biases.append(model.intercept_[0])
    return packed(np.array(columns).T, np.array(biases), keep)


def ridge(
    rows: Matrix, targets: Floats, weight: Floats, strength: float, steps: int
) -> tuple[Floats, Floats]:
    """Weighted least squares for all outputs at once, by conjugate gradients; (n-grams, outputs) and biases.

    A few dozen `steps` are enough: rows are of one length, and stopping early shrinks as `strength` does.
    """
    scaled = sparse.hstack([rows, np.ones((rows.shape[0], 1))], format="csr", dtype=np.float32)
    across = scaled.T.tocsr()
    heavy = weight.astype(np.float32)[:, None]
    shrink = np.full((scaled.shape[1], 1), strength, np.float32)
    usual = 1 / (across.multiply(across) @ heavy + shrink)
    found = np.zeros((scaled.shape[1], targets.shape[1]), np.float32)
    rest = across @ (heavy * targets.astype(np.float32))
    step = usual * rest
    size = (rest * step).sum(axis=0)
    for _ in range(steps):
        pushed = across @ (heavy * (scaled @ step)) + shrink * step
        far = size / (step * pushed).sum(axis=0)
        found += far * step
        rest -= far * pushed
        eased = usual * rest
        size, before = (rest * eased).sum(axis=0), size
        step = eased + size / before * step
    return found[:-1].astype(np.float64), found[-1].astype(np.float64)


def out_of_fold(folds: NDArray[np.int64], rows: Matrix, fit: Callable[[NDArray[np.intp]], Linear]) -> Floats:
    """Outputs for every row by a model that did not see its fold; fold -1 is in every fit, never out."""
    found: Floats | None = None
    for fold in sorted({*folds.tolist()} - {-1}):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        outputs = fit(inside).outputs(rows[outside])
        if found is None:
            found = np.zeros((rows.shape[0], outputs.shape[1]))
        found[outside] = outputs
    if found is None:
        raise ValueError("no fold to leave out")
    return found


def mixed(inputs: Floats, labels: NDArray[np.int64], weight: Floats, classes: int) -> Floats:
    """The calibrated mix as `Head.mix`: (inputs + 1, labels); inputs are outputs, then surroundings."""
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit(inputs, labels, sample_weight=weight)
    if classes == 2:
        return np.vstack([model.coef_[0][:, None], [[model.intercept_[0]]]])
    return np.vstack([model.coef_.T, model.intercept_[None]])


def probabilities(inputs: Floats, mix: Floats, *, exclusive: bool) -> Floats:
    """What `Head.probabilities` says, for many rows at once."""
    odds = log_odds(inputs, mix)
    if exclusive:
        shares = np.exp(odds - odds.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))
    return chances(odds)


def chances(odds: Floats) -> Floats:
    """Log-odds as probabilities."""
    return np.asarray(1 / (1 + np.exp(-odds.clip(-30, 30))))


def log_odds(inputs: Floats, mix: Floats) -> Floats:
    """Inputs through a `Head.mix`, before they become probabilities."""
    return np.asarray(np.hstack([inputs, np.ones((len(inputs), 1))]) @ mix)


def at_rate(truth: NDArray[np.bool_], rate: float) -> Floats:
    """Weights that sum to one, under which a share of `rate` is true."""
    share = float(truth.mean())
    return np.where(truth, rate / share, (1 - rate) / (1 - share)) / len(truth)


def scaled(mix: Floats, odds: Floats, truth: NDArray[np.bool_], weight: Floats) -> Floats:
    """The mix of one question, its log-odds brought to where they are right on these rows (Platt)."""
    model = LogisticRegression(C=1e3).fit(odds[:, None], truth, sample_weight=weight * len(weight))
    found = mix * model.coef_[0][0]
    found[-1] += model.intercept_[0]
    return np.asarray(found)


def temperature(odds: Floats, truth: NDArray[np.int64], weight: Floats) -> float:
    """What to divide the log-odds of exclusive classes by, at least 1, for the least log loss."""

    def loss(by: float) -> float:
        shifted = odds / by - (odds / by).max(axis=1, keepdims=True)
        chances = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return float(-(weight * chances[np.arange(len(truth)), truth]).sum())

    return float(min((round(1 + step / 20, 2) for step in range(41)), key=loss))


def calibration_error(
    probability: Floats, truth: NDArray[np.bool_], weight: Floats | None = None, bins: int = 10
) -> float:
    """Expected calibration error over equal bins of the probability."""
    weight = np.ones(len(truth)) if weight is None else weight
    place = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weight * (probability - truth), bins)
    return float(np.abs(gaps).sum() / weight.sum())


def spread(count: int, folds: int, seed: int, groups: Sequence[str] | None = None) -> NDArray[np.int64]:
    """A fold for each row; rows of one group share theirs."""
    dice = np.random.RandomState(seed)
    if groups is None:
        return dice.permutation(count).astype(np.int64) % folds
    names = sorted(set(groups))
    place = dict(zip(names, (dice.permutation(len(names)) % folds).tolist(), strict=True))
    return np.array([place[group] for group in groups], np.int64)
