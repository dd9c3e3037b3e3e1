"""Metrics on lists that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcine_nb.preference.metrics import average_precision, ndcg, spearman, weighted_average_precision


def test_average_precision_by_hand(rng):
    truth = np.array([5, 1, 4, 2])
    assert average_precision(truth, np.array([4, 3, 2, 1]), rng) == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert average_precision(truth, np.array([4, 1, 3, 2]), rng) == 1.0
    assert average_precision(truth, np.array([1, 4, 2, 3]), rng) == pytest.approx((1 / 3 + 2 / 4) / 2)
    assert np.isnan(average_precision(np.array([4, 5]), np.array([1, 2]), rng))
    assert np.isnan(average_precision(np.array([1, 3]), np.array([1, 2]), rng))


def test_ties_are_broken_at_random(rng):
    scores = [average_precision(np.array([5, 1]), np.zeros(2), rng) for _ in range(400)]
    assert set(scores) == {0.5, 1.0}
    assert np.mean(scores) == pytest.approx(0.75, abs=0.06)


def test_ndcg_by_hand(rng):
    truth = np.array([3.0, 1.0])
    assert ndcg(truth, np.array([2.0, 1.0]), rng) == 1.0
    discount = 1 / np.log2(3)
    assert ndcg(truth, np.array([1.0, 2.0]), rng) == pytest.approx((1 + 7 * discount) / (7 + 1 * discount))
    assert ndcg(truth, np.array([1.0, 2.0]), rng, k=1) == pytest.approx(1 / 7)
    assert np.isnan(ndcg(np.array([3.0, 3.0]), truth, rng))


def test_spearman_by_hand():
    assert spearman(np.array([1, 2, 3]), np.array([10, 20, 30])) == pytest.approx(1.0)
    assert spearman(np.array([1, 2, 3]), np.array([3, 2, 1])) == pytest.approx(-1.0)
    assert spearman(np.array([1, 2, 3]), np.ones(3)) == 0.0
    assert np.isnan(spearman(np.ones(3), np.array([1, 2, 3])))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.booleans(), min_size=2, max_size=12), st.lists(st.integers(0, 3), min_size=12, max_size=12)
)
def test_weighted_precision_is_the_plain_one_on_repeated_entries(good, weights):
    good, weights = np.array(good), np.array(weights[: len(good)], float)
    got = weighted_average_precision(good, weights[None])[0]
    # a repeated entry scores with the whole group of its copies: expand by hand
    seen = found = total = 0.0
    for g, w in zip(good, weights, strict=True):
        seen, found = seen + w, found + w * g
        total += w * g * found / seen if seen else 0.0
    if found:
        assert got == pytest.approx(total / found)
    else:
        assert np.isnan(got)


def test_weights_of_one_are_average_precision(rng):
    truth, guess = rng.integers(1, 6, 40).astype(float), rng.normal(size=40)
    good = (truth >= 4)[np.argsort(-guess)]
    assert weighted_average_precision(good, np.ones((1, 40)))[0] == pytest.approx(
        average_precision(truth, guess, rng)
    )
