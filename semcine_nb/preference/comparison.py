"""Comparison of all models (Fig. 8) and search over parameters (the supplement's grids), a call each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import clone

from ..counting import counted
from ..errors import RatingError
from ..progress import Progress, silent, track
from .data import check_ratings, split_validation
from .evaluation import Evaluation, evaluate_models

PENALTIES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)  # λ_R = λ_θ (supplement, Sec. 2)
DIMENSIONS = (5, 10, 15, 20, 25, 30, 35, 40, 45)  # d, the number of basis functions


def figure_8_models(blocks: Mapping[str, slice] | None = None, seed: int = 0) -> dict[str, Any]:
    """The bars of Fig. 8 in their order, then what the paper does not have. No model trains on validation."""
    from .completion import MatrixCompletion
    from .gaussian_process import GaussianProcessModel
    from .joint import JointModel
    from .recommenders import BiasedMFModel, BiasModel, ConstantModel, RandomModel, UserKNNModel
    from .regressors import ForestModel

    given: dict[str, Any] = {"blocks": blocks, "seed": seed}
    return {
        "Rand": RandomModel(seed=seed),
        "CR": ConstantModel(seed=seed),
        "G-RF": ForestModel("global", **given),
        "I-RF": ForestModel("individual", **given),
        "S-RF + MC": ForestModel("subjective", "mc", **given),
        "S-RF + AEm": ForestModel("subjective", "aem", **given),
        "S-RF + Joint": ForestModel("subjective", "joint", **given),
        "Joint (linear)": JointModel("linear", **given),
        "Joint (RBF)": JointModel("rbf", **given),
        "Joint (iteration 0)": JointModel("rbf", n_iter=0, **given),
        "Joint f only": JointModel("rbf", output="f", **given),
        "MC (exact)": MatrixCompletion("exact", seed=seed),
        "MC (soft)": MatrixCompletion("soft", seed=seed),
        "Biases": BiasModel(seed=seed),
        "User kNN": UserKNNModel(seed=seed),
        "Biased MF": BiasedMFModel(seed=seed),
        "Gaussian process": GaussianProcessModel(refit=False, **given),
    }


def compare(
    ratings: Any,
    features: ArrayLike | None,
    groups: ArrayLike | None = None,
    models: Sequence[str] | Mapping[str, Any] | None = None,
    blocks: Mapping[str, slice] | None = None,
    folds: int = 9,
    validation: float = 0.1,
    seed: int = 0,
    progress: Progress = silent,
) -> Evaluation:
    """Fig. 8: every model on the same folds. ``.table()`` has the bars, ``.paired(name)`` the differences.

    ``models`` picks some of ``figure_8_models`` by name, or replaces them by a dict of one's own.
    """
    chosen = figure_8_models(blocks, seed)
    if isinstance(models, Mapping):
        chosen = dict(models)
    elif models is not None:
        unknown = [name for name in models if name not in chosen]
        if unknown:
            raise RatingError(f"no model is called {unknown[0]!r}; there are {', '.join(chosen)}")
        chosen = {name: chosen[name] for name in models}
    return evaluate_models(chosen, ratings, features, groups, folds, validation, seed, progress)


def tune(
    model: Any,
    ratings: Any,
    features: ArrayLike | None,
    grid: Mapping[str, Sequence[Any]] | None = None,
    validation: float = 0.1,
    seed: int = 0,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Validation RMSE of ``model`` at every point of ``grid``, best first.

    The default grid is the supplement's: 7 values of λ_R = λ_θ times 9 of d. Keys joined by ``=`` move
    together: ``{"penalty=theta_penalty": [0.1, 1.0]}``. Half of the validation ratings stop the model, the
    other half are what it is judged by.
    """
    grid = {"penalty=theta_penalty": PENALTIES, "basis": DIMENSIONS} if grid is None else grid
    known = check_ratings(ratings)
    rng = np.random.default_rng(seed)
    _, held = split_validation(known, None, validation, rng)
    judge = np.zeros(len(held), dtype=bool)
    judge[rng.permutation(len(held))[: (len(held) + 1) // 2]] = True
    judged = held.take(judge)
    if not len(judged):
        raise RatingError(
            f"of {counted(len(known), 'rating')} none is left to validate on; gather more or raise validation"
        )
    train = known.dense()
    train[judged.rows, judged.columns] = np.nan
    mask = held.take(~judge).known()
    rows = []
    for values in track(list(product(*grid.values())), progress, "tune"):
        point = {name: v for keys, v in zip(grid, values, strict=True) for name in keys.split("=")}
        fitted = clone(model).set_params(**point).fit(train, features, validation=mask)
        rmse = float(np.sqrt(np.mean(judged.error(fitted.predict()) ** 2)))
        rows.append({**point, "RMSE": rmse})
    return pd.DataFrame(rows).sort_values("RMSE", kind="stable").reset_index(drop=True)
