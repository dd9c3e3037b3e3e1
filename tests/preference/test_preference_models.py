"""Every model: clone-able, seeded, and unshaken by degenerate studies."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from semcine_nb.errors import RatingError
from semcine_nb.preference import (
    AutoEncoderModel,
    GaussianProcessModel,
    JointModel,
    MatrixCompletion,
    RegressorModel,
    figure_8_models,
)
from semcine_nb.preference.recommenders import BiasedMFModel, BiasModel, ConstantModel, UserKNNModel

MODELS = {
    **figure_8_models(),
    "AEm": AutoEncoderModel(),
    **{kind: RegressorModel(kind, users="mc", max_rows=200) for kind in ("linear", "svr", "gp", "mlp")},
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", MODELS)
def test_clone_has_the_same_parameters_and_same_seed_same_prediction(name, study):
    model = MODELS[name]
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    first = copy.fit(study.ratings, study.features).predict()
    again = pickle.loads(pickle.dumps(clone(model).fit(study.ratings, study.features))).predict()
    np.testing.assert_array_equal(first, again)
    assert first.shape == study.ratings.shape
    assert np.isfinite(first).all()


def degenerate():
    rng = np.random.default_rng(0)
    many = np.where(rng.random((14, 9)) < 0.6, rng.integers(1, 6, (14, 9)).astype(float), np.nan)
    many[:, 0] = np.nan  # nobody's column
    many[:, 1] = np.where(np.arange(14) == 3, 4.0, np.nan)  # one rating
    many[:, 2] = 3.0  # always 3
    many[5] = np.nan  # an item that nobody rated
    features = rng.normal(size=(14, 6))
    features[:, 2] = 7.0  # a constant column
    return {
        "awkward": (many, features),
        "tiny": (np.array([[3.0, np.nan], [np.nan, 5.0], [1.0, np.nan]]), np.ones((3, 2))),
        "one": (np.array([[4.0]]), np.zeros((1, 1))),
        "all threes": (np.full((6, 4), 3.0), rng.normal(size=(6, 3))),
        "wide": (many, rng.normal(size=(14, 300))),
    }


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("case", degenerate())
@pytest.mark.parametrize("name", MODELS)
def test_degenerate_studies(name, case):
    ratings, features = degenerate()[case]
    model = clone(MODELS[name]).fit(ratings, features)
    mean, std = model.predict(return_std=True)
    assert mean.shape == std.shape == ratings.shape
    assert np.isfinite(mean).all()
    assert (std >= 0).all()
    new, new_std = model.predict_items(features[:1], return_std=True)
    assert new.shape == new_std.shape == (1, ratings.shape[1])
    assert np.isfinite(new).all()
    for items, values in (([], []), ([0], [5.0])):
        assert np.isfinite(model.predict_newcomer(items, values)).all()
        unseen = model.predict_newcomer(items, values, new_features=features[:2])
        assert unseen.shape == features[:2].shape[:1]
        assert np.isfinite(unseen).all()
    asked = model.next_items([0], [5.0], n=3)
    assert 0 not in asked
    assert len(asked) == min(3, len(ratings) - 1)


@pytest.mark.parametrize("model", [GaussianProcessModel(), JointModel(), MatrixCompletion(), BiasModel()])
def test_features_may_be_absent(model, study):
    assert np.isfinite(clone(model).fit(study.ratings).predict()).all()


def test_sparse_ratings_are_the_same_ratings(study):
    sparse = sp.csr_array(np.nan_to_num(study.ratings))
    dense = GaussianProcessModel().fit(study.ratings, study.features).predict()
    np.testing.assert_allclose(GaussianProcessModel().fit(sparse, study.features).predict(), dense, atol=1e-8)


def test_nan_features_and_unfitted_models_say_so(study):
    features = study.features.copy()
    features[3, 5] = np.nan
    with pytest.raises(RatingError, match=r"features\[3, 5\]"):
        GaussianProcessModel().fit(study.ratings, features)
    with pytest.raises(RatingError, match="not fitted"):
        JointModel().predict_items(study.features)


def test_units_of_the_features_do_not_matter(study):
    scale = np.exp(np.random.default_rng(1).normal(scale=5, size=study.features.shape[1]))
    one = GaussianProcessModel().fit(study.ratings, study.features).predict_items(study.features[:3])
    two = (
        GaussianProcessModel()
        .fit(study.ratings, study.features * scale)
        .predict_items(study.features[:3] * scale)
    )
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_constant_and_biases_by_hand():
    ratings = np.array([[5.0, 3.0], [3.0, 1.0]])
    assert (ConstantModel().fit(ratings).predict() == 3).all()
    everything = np.zeros((2, 2), dtype=bool)
    bias = BiasModel(strength=1e-9).fit(ratings, validation=everything).predict()
    np.testing.assert_allclose(bias, ratings, atol=1e-6)


def test_neighbors_and_factors_find_two_opposite_camps(rng):
    camp = np.repeat([1, -1], 8)
    liking = rng.choice([-1, 1], size=40)
    truth = 3 + 2 * liking[:, None] * camp[None, :]
    ratings = np.where(rng.random(truth.shape) < 0.6, truth.astype(float), np.nan)
    missing = ~np.isfinite(ratings)
    for model in (UserKNNModel(neighbors=6), BiasedMFModel(), GaussianProcessModel()):
        guess = model.fit(ratings).predict()
        assert (np.sign(guess - 3) == np.sign(truth - 3))[missing].mean() > 0.97


@pytest.mark.parametrize(
    "model",
    [
        JointModel(mapping="cubic"),
        JointModel(output="g"),
        JointModel(newcomer="guess"),
        MatrixCompletion(method="hard"),
        RegressorModel("oracle", users="mc"),
        RegressorModel(scope="local"),
        RegressorModel(users="nobody"),
    ],
)
def test_unknown_options_name_the_known_ones(model, study):
    with pytest.raises(RatingError, match="is unknown; use one of"):
        model.fit(study.ratings, study.features)
