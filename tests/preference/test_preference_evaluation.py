"""The protocol: what models see and do not see, errors over people, Fig. 8 and the grids as one call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from semcine_nb.errors import RatingError
from semcine_nb.preference import compare, evaluate, evaluate_models, tune
from semcine_nb.preference.base import PreferenceModel
from semcine_nb.preference.completion import MatrixCompletion
from semcine_nb.preference.data import Floats, Ratings
from semcine_nb.preference.joint import JointModel
from semcine_nb.preference.recommenders import BiasModel, ConstantModel, RandomModel


class Oracle(PreferenceModel):
    """Knows the truth by features (column 0 is the item's number) and records what it was shown."""

    shown: list[Any] = []  # noqa: RUF012 - shared by clones on purpose

    def __init__(self, truth: Any = None, seed: int = 0) -> None:
        self.truth = truth
        self.seed = seed

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        self.items = features[:, 0].astype(int)
        Oracle.shown.append((self.items[train.rows], train.columns, self.items[held.rows], held.columns))

    def predict(self, return_std: bool = False) -> Any:
        return self._with_error(self.truth[self.items].astype(float), return_std)

    def _predict_items(self, features: Floats) -> Floats:
        return self.truth[features[:, 0].astype(int)].astype(float)


@pytest.fixture
def oracle(study):
    Oracle.shown.clear()
    features = study.features.copy()
    features[:, 0] = np.arange(len(features))
    return Oracle(study.complete), features


def test_an_oracle_is_perfect_and_never_sees_its_test_ratings(oracle, study):
    model, features = oracle
    result = evaluate_models({"oracle": model}, study.ratings, features, folds=4)
    row = result.table().loc["oracle"]
    assert row["RMSE"] == row["MAE"] == 0
    assert row["mAP"] == row["pooled_AP"] == row["NDCG@10"] == pytest.approx(1)
    n = study.ratings.shape[1]
    key = result.test.rows * n + result.test.columns
    validation = {tuple(np.sort(held_i * n + held_j)) for _, _, held_i, held_j in Oracle.shown}
    assert len(validation) == 1  # the same tenth in every fold
    for fold, (rows, columns, _, _) in enumerate(Oracle.shown):
        assert not np.isin(key[result.fold == fold], rows * n + columns).any()
    assert len(key) + len(next(iter(validation))) == np.isfinite(study.ratings).sum()


def test_whole_clips_are_held_out(oracle, study):
    model, features = oracle
    result = evaluate_models({"oracle": model}, study.ratings, features, groups=study.groups, folds=3)
    assert result.table().loc["oracle", "RMSE"] == 0
    for fold, (rows, *_) in enumerate(Oracle.shown):
        tested = np.unique(study.groups[result.test.rows[result.fold == fold]])
        assert not np.isin(study.groups[rows], tested).any()


def test_constant_and_random_coincide_in_rank_and_biases_beat_them(study):
    models = {"CR": ConstantModel(), "Rand": RandomModel(), "bias": BiasModel()}
    result = evaluate_models(models, study.ratings, None, folds=5)
    table = result.table()
    assert abs(table.loc["CR", "mAP"] - table.loc["Rand", "mAP"]) < 0.08
    assert table.loc["bias", "RMSE"] < table.loc["CR", "RMSE"] < table.loc["Rand", "RMSE"]
    assert (table.filter(like="_se") >= 0).all().all()
    gaps = result.paired("bias")
    assert gaps.loc[("Rand", "RMSE"), "difference"] == pytest.approx(
        table.loc["bias", "RMSE"] - table.loc["Rand", "RMSE"]
    )
    assert gaps.loc[("Rand", "RMSE"), "high"] < 0
    with pytest.raises(RatingError, match="not evaluated"):
        result.paired("nothing")


def test_same_seed_same_table_and_one_row_for_one_model(study):
    one, two = (evaluate(BiasModel(), study.ratings, None, folds=3, seed=4) for _ in range(2))
    assert one.index.tolist() == ["BiasModel"]
    assert one.drop(columns="fit_seconds").equals(two.drop(columns="fit_seconds"))


def test_what_cannot_be_folded_is_refused(study):
    with pytest.raises(RatingError, match="two folds"):
        evaluate(BiasModel(), np.array([[3.0]]), None)
    with pytest.raises(RatingError, match="groups has shape"):
        evaluate(BiasModel(), study.ratings, None, groups=[1, 2])


def test_figure_8_as_one_call(study):
    result = compare(study.ratings, study.features, models=["CR", "G-RF", "MC (soft)"], folds=2)
    assert result.table().index.tolist() == ["CR", "G-RF", "MC (soft)"]
    with pytest.raises(RatingError, match="no model is called 'XYZ'"):
        compare(study.ratings, study.features, models=["XYZ"])


def test_grid_moves_both_penalties_together_and_is_sorted(study):
    table = tune(
        JointModel(dimension=4, n_iter=1),
        study.ratings,
        study.features,
        {"penalty=theta_penalty": (0.1, 1.0), "basis": (5, 10)},
    )
    assert len(table) == 4
    assert (table["penalty"] == table["theta_penalty"]).all()
    assert table["RMSE"].is_monotonic_increasing
    best = tune(MatrixCompletion(), study.ratings, None, {"penalty": (0.95, 0.3)})
    assert best.loc[0, "penalty"] == 0.3
