"""Measures of predicted ratings: the definitions behind every table and figure of this package.

The paper's Fig. 8 shows "mAP" without defining it. Here: for one person, the test items rated 4 or 5 are
relevant and are ranked by prediction; ties are broken at random. mAP is the mean over people who have both
relevant and other items, pooled AP that of all (item, person) test pairs in one list. A constant and a random
prediction coincide by construction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from .data import Floats

RELEVANT = 4.0


def rank_order(scores: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Positions from the highest score to the lowest, ties in random order."""
    return np.lexsort((rng.random(len(scores)), -np.asarray(scores)))


def average_precision(
    truth: Floats, prediction: Floats, rng: np.random.Generator, relevant: float = RELEVANT
) -> float:
    """Mean of the precision at each relevant item, best predicted first; NaN without both kinds of items."""
    good = (np.asarray(truth) >= relevant)[rank_order(prediction, rng)]
    if good.all() or not good.any():
        return float("nan")
    precision = np.cumsum(good) / np.arange(1, len(good) + 1)
    return float(precision[good].mean())


def ndcg(truth: Floats, prediction: Floats, rng: np.random.Generator, k: int = 10) -> float:
    """Normalized discounted gain of the best k, gain 2^rating − 1; NaN where all ratings are equal."""
    truth = np.asarray(truth, float)
    if len(truth) < 2 or np.ptp(truth) == 0:
        return float("nan")
    gain = 2.0**truth - 1
    discount = 1 / np.log2(np.arange(2, min(k, len(truth)) + 2))
    best = np.sort(gain)[::-1][: len(discount)] @ discount
    return float(gain[rank_order(prediction, rng)][: len(discount)] @ discount / best)


def spearman(truth: Floats, prediction: Floats) -> float:
    """Rank correlation with mean ranks for ties; 0 for a constant prediction, NaN for constant ratings.

    SciPy's ``spearmanr`` works out a significance as well and takes half as long again.
    """
    truth, prediction = np.asarray(truth, float), np.asarray(prediction, float)
    if len(truth) < 3 or np.ptp(truth) == 0:
        return float("nan")
    if np.ptp(prediction) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(truth), rankdata(prediction))[0, 1])


def weighted_average_precision(good: NDArray[np.bool_], weights: Floats) -> Floats:
    """AP of one ranked list under several weightings (b, k): what a bootstrap over people needs."""
    seen = np.cumsum(weights, axis=1)
    hits = np.where(good, weights, 0.0)
    found = np.cumsum(hits, axis=1)
    total = found[:, -1]
    value = np.sum(hits * found / np.maximum(seen, 1e-12), axis=1)
    return np.where(total > 0, value / np.maximum(total, 1e-12), np.nan)
