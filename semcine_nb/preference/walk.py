"""A newcomer step by step: the question, the answer, and what the model predicts after each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from ..errors import RatingError
from .data import Floats, check_features, check_ratings
from .metrics import average_precision

FEW = 16  # wishes among which one is mostly known; ordering all items takes longer


@dataclass(frozen=True, eq=False)
class Walk:
    """Step k is after k answers.

    ``asked`` (k,) items in order and their ``answers`` (k,); ``rating`` and ``std`` (k + 1, m) of every item
    at every step; ``truth`` (m,) with NaN where unknown; ``precision`` (k + 1,) AP over the known items that
    are never asked about.
    """

    asked: NDArray[np.int64]
    answers: Floats
    rating: Floats
    std: Floats
    truth: Floats
    precision: Floats


def walk_newcomer(
    model: Any, truth: ArrayLike, steps: int = 12, chosen: bool = True, seed: int = 0, apart: ArrayLike = ()
) -> Walk:
    """Let somebody whom a fitted ``model`` does not know arrive and answer one question after the other.

    Parameters
    ----------
    truth : (m,) what the person would answer, NaN where nobody knows; only known items are asked about.
    steps : questions, at most as many as there are known items that are not ``apart``.
    chosen : ask what ``model.next_items`` says, else at random (by ``seed``).
    apart : items that are never asked about: what is left is comparable between walks.

    Raises
    ------
    RatingError : nothing known of the person, or another number of items than the model has.
    """
    answers = np.asarray(truth, float)
    m = model.ratings_.shape[0]
    if answers.shape != (m,) or not np.isfinite(answers).any():
        raise RatingError(f"truth must be ({m},) with at least one known rating, not {answers.shape}")
    kept = np.asarray(apart, dtype=np.int64)
    free = np.isfinite(answers)
    free[kept] = False
    order = np.random.default_rng(seed).permutation(np.flatnonzero(free))
    asked: list[int] = []
    seen = [model.predict_newcomer([], [], return_std=True)]
    for k in range(min(steps, int(free.sum()))):
        if chosen:
            wanted = (i for n in (FEW, m) for i in model.next_items(asked, answers[asked], n) if free[i])
            asked.append(int(next(wanted)))
        else:
            asked.append(int(order[k]))
        free[asked[-1]] = False
        seen.append(model.predict_newcomer(asked, answers[asked], return_std=True))
    rating, std = (np.stack(part) for part in zip(*seen, strict=True))
    test = kept if len(kept) else np.setdiff1d(np.flatnonzero(np.isfinite(answers)), asked)
    test = test[np.isfinite(answers[test])]
    rng = np.random.default_rng(seed)
    precision = [average_precision(answers[test], guess[test], rng) for guess in rating]
    return Walk(np.array(asked, np.int64), answers[asked], rating, std, answers, np.array(precision))


def walk_newcomers(
    model: Any,
    ratings: Any,
    features: ArrayLike | None,
    people: Sequence[int] | int = 10,
    steps: int = 12,
    seed: int = 0,
) -> dict[str, list[Walk]]:
    """Take some people out of a study, fit ``model`` to the others, and let those arrive, asked in two ways.

    Gives "chosen" and "random" → a walk for each of them.

    Parameters
    ----------
    model : unfitted. ratings (m, n) with NaN where unrated; features (m, d).
    people : columns, or how many of those who rated most (at most a third of all).
    steps, seed : of ``walk_newcomer``. Half of a person's ratings are never asked about: the test.

    """
    known = check_ratings(ratings)
    dense = known.dense()
    if isinstance(people, int):
        most = np.argsort(-np.isfinite(dense).sum(axis=0), kind="stable")
        people = [int(j) for j in most[: max(1, min(people, dense.shape[1] // 3))]]
    fitted = clone(model).fit(np.delete(dense, people, axis=1), check_features(features, len(dense)))
    walks: dict[str, list[Walk]] = {"chosen": [], "random": []}
    for j in people:
        rated = np.random.default_rng([seed, j]).permutation(np.flatnonzero(np.isfinite(dense[:, j])))
        for way, found in walks.items():
            apart = rated[: (len(rated) + 1) // 2]
            found.append(walk_newcomer(fitted, dense[:, j], steps, way == "chosen", seed, apart))
    return walks
