"""Krippendorff's α against his own worked example, and a rater's consistency counted by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from semcine_nb.errors import RatingError
from semcine_nb.study import Event, krippendorff_alpha, rater_consistency

_ = np.nan
# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): four observers, twelve units
EXAMPLE = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
).T


@pytest.mark.parametrize(("metric", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_the_published_example(metric: str, alpha: float) -> None:
    assert krippendorff_alpha(EXAMPLE, metric) == pytest.approx(alpha, abs=5e-4)


def test_perfect_agreement_is_one_and_none_is_negative() -> None:
    assert krippendorff_alpha([[1, 1], [5, 5], [3, 3]]) == 1
    assert krippendorff_alpha([[1, 5], [5, 1]], "interval") == pytest.approx(-0.5)  # 1 − 3 · 4·16 / (8·16)


def test_without_variation_there_is_nothing_to_agree_about() -> None:
    assert np.isnan(krippendorff_alpha([[3, 3], [3, 3]]))


@pytest.mark.parametrize("ratings", [[[1, np.nan], [np.nan, 2]], np.empty((0, 2)), np.full((3, 2), np.nan)])
def test_nothing_rated_twice_is_an_error(ratings: np.ndarray) -> None:
    with pytest.raises(RatingError, match="two people"):
        krippendorff_alpha(ratings)


def test_usage_errors() -> None:
    with pytest.raises(RatingError, match="metric"):
        krippendorff_alpha(EXAMPLE, "ratio")
    with pytest.raises(RatingError, match="shape"):
        krippendorff_alpha([1, 2])
    with pytest.raises(RatingError, match="numbers"):
        krippendorff_alpha([["fine", "poor"]])


MATRICES = arrays(
    float, st.tuples(st.integers(1, 6), st.integers(2, 5)), elements=st.sampled_from([_, 1, 2, 3, 4, 5])
)


@given(MATRICES)
def test_interval_alpha_is_one_minus_within_over_total_disagreement(ratings: np.ndarray) -> None:
    """Written out pair by pair, as the definition says: D_o within units, D_e over all paired values."""
    units = [[v for v in row if not np.isnan(v)] for row in ratings]
    units = [unit for unit in units if len(unit) >= 2]
    pooled = [v for unit in units for v in unit]
    assume(len(set(pooled)) > 1)
    within = sum(
        sum((a - b) ** 2 for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    total = sum((a - b) ** 2 for a, b in itertools.permutations(pooled, 2))
    expected = 1 - (within / len(pooled)) / (total / (len(pooled) * (len(pooled) - 1)))
    assert krippendorff_alpha(ratings, "interval") == pytest.approx(expected)


@given(MATRICES)
def test_alpha_does_not_depend_on_who_is_who(ratings: np.ndarray) -> None:
    assume((~np.isnan(ratings)).sum(axis=1).max() >= 2)
    shuffled = ratings[::-1, ::-1]
    np.testing.assert_allclose(krippendorff_alpha(ratings), krippendorff_alpha(shuffled))


def test_consistency_counted_by_hand() -> None:
    seen = [
        ("ann", "a", 4, "main"),
        ("ann", "b", 2, "main"),
        ("bob", "a", 1, "main"),
        ("ann", "a", 4, "repeat"),
    ]
    seen += [("ann", "b", 5, "repeat"), ("ann", "c", 5, "pilot"), ("ann", "c", 1, "repeat")]
    events = [Event(person, item, value, phase=phase) for person, item, value, phase in seen]
    result = rater_consistency(events)
    ann = result["ann"]
    assert (ann.pairs, ann.same, ann.within_one, ann.difference) == (2, 0.5, 0.5, 1.5)
    assert result["bob"].pairs == 0
    assert np.isnan(result["bob"].same)
