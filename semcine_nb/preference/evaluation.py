"""The supplement's protocol (Sec. 3.2): a tenth of the ratings for validation, cross-validation on the rest.

With ``groups`` whole clips are held out instead, and predicted from their features alone. Every model sees
the same splits, so that differences are paired; all errors are over people, by a bootstrap that draws
people.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from ..errors import RatingError
from ..progress import Progress, silent, track
from .data import Floats, Ratings, check_features, check_ratings, split_validation
from .metrics import RELEVANT, average_precision, ndcg, rank_order, spearman, weighted_average_precision

METRICS = ("mAP", "pooled_AP", "RMSE", "MAE", "Spearman", "NDCG@10")
BOOTSTRAP = 400


@dataclass(frozen=True)
class Evaluation:
    """Out-of-fold predictions and what follows from them.

    ``test`` holds the tested ratings, ``fold`` (k,) the fold of each, ``predictions`` model → (k,),
    ``seconds`` model → CPU seconds of one fit.
    """

    test: Ratings
    fold: NDArray[np.int64]
    predictions: dict[str, Floats]
    seconds: dict[str, float]
    seed: int
    _drawn: dict[str, dict[str, Floats]] = field(default_factory=dict, repr=False, compare=False)

    def table(self) -> pd.DataFrame:
        """One row a model: every metric with its standard error (``_se``), and the CPU seconds of a fit."""
        rows: dict[str, dict[str, float]] = {}
        for name in self.predictions:
            draws = self._draws(name)
            rows[name] = {}
            for metric in METRICS:
                rows[name][metric] = float(draws[metric][0])
                rows[name][f"{metric}_se"] = _deviation(draws[metric][1:])
            rows[name]["fit_seconds"] = self.seconds[name]
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")

    def paired(self, reference: str) -> pd.DataFrame:
        """``reference`` minus each other model with 95 % intervals over people, by (model, metric)."""
        if reference not in self.predictions:
            raise RatingError(f"{reference!r} was not evaluated; choose from {', '.join(self.predictions)}")
        mine = self._draws(reference)
        rows = []
        for name in self.predictions:
            if name == reference:
                continue
            other = self._draws(name)
            for metric in METRICS:
                gap = mine[metric] - other[metric]
                drawn = gap[1:][np.isfinite(gap[1:])]
                low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
                rows.append((name, metric, gap[0], _deviation(drawn), low, high))
        columns = ["model", "metric", "difference", "se", "low", "high"]
        return pd.DataFrame(rows, columns=columns).set_index(["model", "metric"])

    def per_person(self, name: str) -> pd.DataFrame:
        """AP, Spearman and NDCG@10 of each person (n, 3), each a mean over folds."""
        rng = np.random.default_rng([self.seed, 1])
        n = self.test.shape[1]
        sums, counts = np.zeros((n, 3)), np.zeros((n, 3))
        key = self.test.columns * (self.fold.max() + 1 if len(self.fold) else 1) + self.fold
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        for part in np.split(order, starts[1:]):
            if not len(part):
                continue
            truth, guess = self.test.values[part], self.predictions[name][part]
            precision = average_precision(truth, guess, rng)
            scores = np.array([precision, spearman(truth, guess), ndcg(truth, guess, rng)])
            person = self.test.columns[part[0]]
            defined = np.isfinite(scores)
            sums[person, defined] += scores[defined]
            counts[person] += defined
        mean = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
        return pd.DataFrame(mean, columns=["mAP", "Spearman", "NDCG@10"])

    def _draws(self, name: str) -> dict[str, Floats]:
        """Every metric (1 + BOOTSTRAP,): on all people first, then on people drawn with replacement."""
        if name in self._drawn:
            return self._drawn[name]
        n, people = self.test.shape[1], self.test.columns
        rng = np.random.default_rng([self.seed, 2])
        weights = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1 / n), size=BOOTSTRAP)])
        result: dict[str, Floats] = {}
        for metric, column in self.per_person(name).items():
            known = column.notna().to_numpy()
            share = weights[:, known]
            with np.errstate(invalid="ignore"):
                result[str(metric)] = share @ column.to_numpy()[known] / share.sum(axis=1)
        error = self.test.values - self.predictions[name]
        count = weights @ np.bincount(people, minlength=n)
        with np.errstate(invalid="ignore"):
            result["RMSE"] = np.sqrt(weights @ np.bincount(people, error**2, minlength=n) / count)
            result["MAE"] = weights @ np.bincount(people, np.abs(error), minlength=n) / count
        order = rank_order(self.predictions[name], np.random.default_rng([self.seed, 3]))
        good = self.test.values[order] >= RELEVANT
        size = max(1, 4_000_000 // max(len(order), 1))
        result["pooled_AP"] = np.concatenate(
            [
                weighted_average_precision(good, weights[s : s + size][:, people[order]])
                for s in range(0, len(weights), size)
            ]
        )
        self._drawn[name] = result
        return result


def _deviation(draws: Floats) -> float:
    """Standard deviation of the finite draws, NaN where no draw has people with both kinds of items."""
    finite = draws[np.isfinite(draws)]
    return float(finite.std()) if len(finite) else float("nan")


def evaluate_models(
    models: Mapping[str, Any],
    ratings: Any,
    features: ArrayLike | None,
    groups: ArrayLike | None = None,
    folds: int = 9,
    validation: float = 0.1,
    seed: int = 0,
    progress: Progress = silent,
) -> Evaluation:
    """Fit a clone of every model on every fold and keep what it predicts for the ratings it did not see.

    Parameters
    ----------
    models : name → unfitted model. ratings (m, n) with NaN where unrated; features (m, d) raw.
    groups : (m,) clip of each cinemagraph; given, folds hold whole clips out (all of their ratings).
    folds, validation, seed : of the split; at most as many folds as there are test ratings or clips.

    Raises
    ------
    RatingError : unusable ratings or features, or fewer than two folds possible.
    """
    known = check_ratings(ratings)
    x = check_features(features, known.shape[0])
    rng = np.random.default_rng(seed)
    rest, held = split_validation(known, None, validation, rng)
    fold = _folds(rest, groups, folds, rng)
    mask, dense = held.known(), known.dense()
    predictions = {name: np.full(len(rest), np.nan) for name in models}
    seconds = dict.fromkeys(models, 0.0)
    used = np.unique(fold)
    jobs = [(k, name) for k in used for name in models]
    for k, name in track(jobs, progress, "evaluate"):
        test = rest.take(fold == k)
        model = clone(models[name])
        start = time.process_time()
        if groups is None:
            train = dense.copy()
            train[test.rows, test.columns] = np.nan
            model.fit(train, x, validation=mask)
            guess = model.predict()[test.rows, test.columns]
        else:
            out = np.isin(np.asarray(groups), np.asarray(groups)[test.rows])
            model.fit(dense[~out], x[~out], validation=mask[~out])
            place = np.cumsum(out) - 1
            guess = model.predict_items(x[out])[place[test.rows], test.columns]
        seconds[name] += (time.process_time() - start) / len(used)
        predictions[name][fold == k] = guess
    return Evaluation(rest, fold, predictions, seconds, seed)


def evaluate(
    model: Any,
    ratings: Any,
    features: ArrayLike | None,
    groups: ArrayLike | None = None,
    folds: int = 9,
    validation: float = 0.1,
    seed: int = 0,
    progress: Progress = silent,
) -> pd.DataFrame:
    """``evaluate_models`` of one model (or a dict of them) as a table: a row each, with standard errors."""
    models = model if isinstance(model, Mapping) else {type(model).__name__: model}
    return evaluate_models(models, ratings, features, groups, folds, validation, seed, progress).table()


def _folds(
    rest: Ratings, groups: ArrayLike | None, folds: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    if groups is None:
        count, units = len(rest), np.arange(len(rest))
    else:
        clips = np.asarray(groups)
        if clips.shape != (rest.shape[0],):
            raise RatingError(
                f"groups has shape {clips.shape}; give one clip for each of {rest.shape[0]} items"
            )
        names, clip = np.unique(clips, return_inverse=True)
        count, units = len(names), clip[rest.rows]
    used = min(folds, count)
    if used < 2 or not len(rest):
        raise RatingError(
            f"cross-validation needs two folds or more; got {folds} of {count} units to hold out"
        )
    turn = np.empty(count, dtype=np.int64)
    turn[rng.permutation(count)] = np.arange(count) % used
    return turn[units]
