"""Data as people have them, through the public names: tables, whole numbers, gaps, and hardly any ratings."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from semcine_nb import preference
from semcine_nb.errors import RatingError
from semcine_nb.preference import GaussianProcessModel, JointModel, compare, evaluate, rank, tune
from semcine_nb.study import RatingStore

PRODUCT = {"Gaussian process": GaussianProcessModel, "Joint (RBF)": JointModel}


@pytest.fixture
def odd(rng):
    """(14, 10) ratings with every oddity at once, and features with constant and repeated columns."""
    ratings = np.where(rng.random((14, 10)) < 0.7, rng.integers(1, 6, (14, 10)).astype(float), np.nan)
    ratings[4] = np.nan  # nobody rated it
    ratings[:, 0] = np.nan  # rated nothing
    ratings[:, 1] = np.where(np.arange(14) == 2, 5.0, np.nan)  # rated once
    ratings[:, 2] = 3.0  # gives 3 to everything
    ratings[:, 3] = 5.0
    features = rng.normal(size=(14, 8))
    features[:, 1] = 0.0
    features[:, 2] = -7.5
    features[:, 4] = features[:, 3]
    features[6] = features[5]
    return ratings, features


@pytest.mark.parametrize("name", PRODUCT)
def test_whole_numbers_lists_and_tables_are_the_same_ratings(name, odd, rng):
    ratings, features = odd
    ratings = np.where(np.isfinite(ratings), ratings, 4.0)  # whole numbers know no gaps
    expected = PRODUCT[name]().fit(ratings, features).predict()
    table = pd.DataFrame(
        ratings.astype(int), index=list("abcdefghijklmn"), columns=[f"p{j}" for j in range(10)]
    )
    for same in (
        ratings.astype(np.int8),
        ratings.astype(np.uint64),
        ratings.tolist(),
        table,
        np.asfortranarray(ratings),
    ):
        got = PRODUCT[name]().fit(same, pd.DataFrame(features)).predict()
        np.testing.assert_allclose(got, expected)


@pytest.mark.parametrize("dtype", ["float32", "float64", "Int64", "object"])
def test_a_table_marks_gaps_in_its_own_way(odd, dtype):
    ratings, features = odd
    table = pd.DataFrame(ratings).astype(dtype)
    if dtype == "object":
        table = table.where(table.notna(), None)
    expected = GaussianProcessModel().fit(ratings, features).predict()
    np.testing.assert_allclose(GaussianProcessModel().fit(table, features).predict(), expected)


@pytest.mark.parametrize("name", PRODUCT)
def test_a_boolean_table_of_validation_ratings(name, odd):
    ratings, features = odd
    mask = np.zeros(ratings.shape, bool)
    mask[::3, 4:] = True
    one = PRODUCT[name]().fit(ratings, features, validation=mask).predict()
    two = PRODUCT[name]().fit(ratings, features, validation=pd.DataFrame(mask)).predict()
    np.testing.assert_array_equal(one, two)


def test_nothing_that_is_given_is_changed(odd):
    ratings, features = odd
    before = ratings.copy(), features.copy()
    for model in (GaussianProcessModel(), JointModel()):
        model.fit(ratings, features).predict_newcomer([0, 1], [5, 1])
    np.testing.assert_array_equal(ratings, before[0])
    np.testing.assert_array_equal(features, before[1])


def test_who_gives_3_to_everything_is_foreseen_and_keeps_no_order(odd):
    ratings, features = odd
    guess = GaussianProcessModel().fit(ratings, features).predict()
    assert np.abs(guess[:, 2] - 3).max() < 0.5
    assert guess[:, 3].mean() > guess[:, 2].mean() + 1


def test_who_rated_once_or_never_is_drawn_to_what_people_like(odd):
    ratings, features = odd
    guess = GaussianProcessModel().fit(ratings, features).predict()
    average = np.nanmean(ratings)
    assert abs(guess[:, 0].mean() - average) < 0.5
    assert guess[:, 0].mean() < guess[:, 1].mean() < 5  # one 5 moves a little


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_every_model_of_figure_8_can_be_compared_on_it(odd):
    ratings, features = odd
    table = compare(ratings, features, folds=3).table()
    assert np.isfinite(table[["RMSE", "MAE", "pooled_AP"]]).all().all()
    clips = pd.Series(np.repeat(list("abcdefg"), 2))
    held_out = evaluate(GaussianProcessModel(), pd.DataFrame(ratings), features, groups=clips, folds=3)
    assert np.isfinite(held_out["RMSE"]).all()


def test_metrics_that_need_both_kinds_are_nan_where_everybody_gives_3():
    table = evaluate(GaussianProcessModel(), np.full((6, 4), 3), np.eye(6), folds=2)
    assert np.isnan(table["mAP"].iloc[0])
    assert table["RMSE"].iloc[0] < 0.2


def test_grid_and_ranking_on_it(odd):
    ratings, features = odd
    grid = tune(JointModel(n_iter=1), ratings, features, {"basis": [2, 5]})
    assert np.isfinite(grid["RMSE"]).all()
    for person in ("p0", "p1", "p2", None, "stranger"):
        ranking = rank(features[:3], ratings, features, [f"p{j}" for j in range(10)], person)
        assert sorted(ranking.order) == [0, 1, 2]
        assert np.isfinite(ranking.rating).all()
        assert (ranking.std > 0).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (2, 2)])
@pytest.mark.parametrize("name", PRODUCT)
def test_tiny_matrices(name, shape, rng):
    ratings = rng.integers(1, 6, shape)
    model = PRODUCT[name]().fit(ratings, rng.normal(size=(shape[0], 2)))
    mean, std = model.predict(return_std=True)
    assert mean.shape == std.shape == shape
    assert np.isfinite(mean).all()
    assert model.predict_items(np.zeros((2, 2))).shape == (2, shape[1])
    assert np.isfinite(model.predict_newcomer([0], [4])).all()
    assert len(model.next_items([0], [4], n=9)) == shape[0] - 1


def test_an_empty_matrix_and_one_without_ratings(rng):
    model = GaussianProcessModel().fit(np.full((4, 3), np.nan), np.zeros((4, 2)))
    mean, std = model.predict(return_std=True)
    assert np.abs(mean - 3).max() < 0.5  # nothing is known: the middle of the scale
    assert (std > 0.3).all()
    with pytest.raises(ValueError, match="empty"):
        GaussianProcessModel().fit(np.empty((0, 3)))


def test_straight_from_a_store_where_somebody_has_not_begun(tmp_path, rng):
    with RatingStore(tmp_path / "r.db") as store:
        for i in range(8):
            store.add_cinemagraph(f"c{i}", rng.normal(size=3))
        store.add_person("ann")
        for i in range(0, 8, 2):
            store.rate("ben", f"c{i}", 1 + i % 5)
        ratings, _, people = store.matrix()
        ranking = rank(rng.normal(size=(2, 3)), ratings, store.features(), people, "ann")
    assert "has not rated anything" in ranking.basis


@pytest.mark.parametrize("kind", ["ForestModel", "RegressorModel", "GaussianProcessModel", "JointModel"])
def test_features_that_are_the_same_for_all_say_nothing(kind, odd):
    ratings, _ = odd
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        model = getattr(preference, kind)().fit(ratings, np.full((14, 5), 2.5))
        new = model.predict_items(np.full((3, 5), 2.5))
    assert np.isfinite(model.predict()).all()
    np.testing.assert_allclose(new - new[:1], 0, atol=1e-9)


@pytest.mark.parametrize("kind", sorted(name for name in preference.__all__ if name.endswith("Model")))
def test_a_model_that_is_not_fitted_says_so(kind):
    with pytest.raises(RatingError, match="not fitted"):
        getattr(preference, kind)().predict()


@pytest.mark.parametrize(
    ("items", "values", "word"),
    [
        ([0.5], [4], "whole numbers"),
        ([True, False], [4, 3], "whole numbers"),
        (["pond"], [4], "whole numbers"),
        ([0], ["fine"], "must be numbers"),
    ],
)
def test_what_is_no_item_or_no_rating_of_a_newcomer(items, values, word, odd):
    model = JointModel().fit(*odd)
    for ask in (model.predict_newcomer, model.next_items):
        with pytest.raises(RatingError, match=word):
            ask(items, values)


def test_settings_that_cannot_be(odd):
    for share in (-1.0, 2.0):
        with pytest.raises(RatingError, match="share"):
            GaussianProcessModel(validation_share=share).fit(*odd)
    with pytest.raises(RatingError, match="dimension and basis"):
        JointModel(dimension=0).fit(*odd)
    with pytest.raises(RatingError, match="two folds or more; got 1"):
        evaluate(GaussianProcessModel(), *odd, folds=1)


def test_a_row_without_features_is_named(odd):
    ratings, features = odd
    features[5] = np.nan  # as RatingStore.features has it where none were given
    with pytest.raises(RatingError, match=r"features\[5, 0\].*leave out"):
        GaussianProcessModel().fit(ratings, features)


def test_no_candidates_are_ranked_as_none(odd):
    ratings, features = odd
    for person in ("p4", None):
        ranking = rank(features[:0], ratings, features, [f"p{j}" for j in range(10)], person)
        assert ranking.order.shape == ranking.rating.shape == ranking.std.shape == (0,)
