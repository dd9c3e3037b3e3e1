"""Checked ratings and features, the scaler and the validation split."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from semcine_nb.errors import RatingError
from semcine_nb.preference.centering import Centering
from semcine_nb.preference.data import BlockScaler, check_features, check_ratings, split_validation


def test_triplets_from_dense_and_sparse_agree():
    dense = np.array([[1.0, np.nan], [np.nan, 5.0], [2.0, 4.0]])
    sparse = sp.csr_array(np.nan_to_num(dense))
    np.testing.assert_array_equal(check_ratings(dense).dense(), dense)
    np.testing.assert_array_equal(check_ratings(sparse).dense(), dense)


@pytest.mark.parametrize(
    ("ratings", "word"),
    [
        (np.array([1.0, 2.0]), "two axes"),
        (np.array([[np.inf]]), "infinite"),
        (np.zeros((0, 3)), "empty"),
        ([["a", "b"]], "numbers"),
    ],
)
def test_unusable_ratings_say_why(ratings, word):
    with pytest.raises(RatingError, match=word):
        check_ratings(ratings)


def test_bad_feature_is_named_by_row_and_column():
    features = np.zeros((3, 4))
    features[2, 1] = np.nan
    with pytest.raises(RatingError, match=r"features\[2, 1\] is nan"):
        check_features(features, 3)
    with pytest.raises(RatingError, match=r"4 columns.*fitted with 5"):
        check_features(np.zeros((3, 4)), columns=5)
    with pytest.raises(RatingError, match="3 rows of features for 2"):
        check_features(np.zeros((3, 4)), 2)
    assert check_features(None, 7).shape == (7, 0)


def test_scaler_by_hand():
    features = np.array([[1.0, -4.0, 0.0], [2.0, 2.0, 0.0]])
    np.testing.assert_allclose(BlockScaler.fit(features, None).scale, [2, 4, 1])
    scaler = BlockScaler.fit(features, {"a": slice(0, 2), "b": slice(2, 3)})
    np.testing.assert_allclose(scaler.scale, [4, 4, 1])
    np.testing.assert_allclose(scaler.transform(features)[0], [0.25, -1, 0])
    with pytest.raises(RatingError, match="outside"):
        BlockScaler.fit(features, {"c": slice(3, 5)})


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 6), st.floats(0.05, 1.0), st.integers(0, 5))
def test_split_is_a_partition_and_leaves_each_person_a_rating(m, n, share, seed):
    rng = np.random.default_rng(seed)
    matrix = np.where(rng.random((m, n)) < share, rng.integers(1, 6, (m, n)).astype(float), np.nan)
    ratings = check_ratings(matrix)
    train, held = split_validation(ratings, None, 0.5, rng)
    assert len(train) + len(held) == len(ratings)
    np.testing.assert_array_equal(np.unique(train.columns), np.unique(ratings.columns))


def test_given_mask_is_used_and_its_shape_checked():
    ratings = check_ratings(np.array([[1.0, 2.0], [3.0, np.nan]]))
    train, held = split_validation(ratings, [[True, False], [False, True]], 0.1, np.random.default_rng(0))
    assert held.values.tolist() == [1.0]
    assert sorted(train.values.tolist()) == [2.0, 3.0]
    with pytest.raises(RatingError, match="validation has shape"):
        split_validation(ratings, [[True]], 0.1, np.random.default_rng(0))


def test_centering_recovers_additive_ratings():
    items, people = np.array([1.0, -1.0, 0.0]), np.array([0.5, -0.5])
    ratings = check_ratings(3 + items[:, None] + people[None, :])
    centering = Centering.fit(ratings, strength=1e-9, rounds=200)
    np.testing.assert_allclose(centering.full(), ratings.dense(), atol=1e-6)
    np.testing.assert_allclose(centering.residual(ratings), 0, atol=1e-6)
