"""The bound that benchmarks/_preference_bound.py gives newcomers' questions: its two learners by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks._preference_bound import Bayesian, _least_variance, _linear, _population, _precisions


def test_linear_prediction_by_hand():
    # twice as far from its mean as the asked item, which tells nothing about the third
    cov = np.array([[1.0, 2.0, 0.0], [2.0, 5.0, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(
        _linear(np.array([3.0, 3.0, 2.0]), cov, [0], np.array([4.0, 1.0, 1.0])), [4, 5, 2]
    )


def test_first_question_is_the_most_telling():
    cov = np.eye(6)
    cov[0, 1:3] = cov[1:3, 0] = 0.5, -0.5  # for and against: no matter of the person's level
    cov[3, 4] = cov[4, 3] = 0.5
    assert _least_variance(cov)[0] == 0


def test_precision_by_hand():
    truth = np.array([[5.0], [1.0], [4.0], [2.0]])
    # order 0, 1, 2, 3: (1/1 + 2/3) / 2; without item 1 both relevant come first
    guess = np.array([[4.0], [3.0], [2.0], [1.0]])
    assert _precisions(truth, guess, [])[0] == pytest.approx(5 / 6)
    assert _precisions(truth, guess, [1])[0] == pytest.approx(1)


def test_bayesian_knows_the_chances_of_answers():
    liking, scale, feeling, ratings = _population("groups", 0, 60)
    bayes = Bayesian(liking, scale, feeling, ratings)
    np.testing.assert_allclose(bayes.chance.sum(axis=0), 1, atol=1e-3)
    # answers are about as often what was given as they were said to be
    given = np.take_along_axis(bayes.chance, ratings.astype(int)[None] - 1, axis=0)
    share = [(ratings == c + 1).mean() for c in range(5)]
    np.testing.assert_allclose(bayes.chance.mean(axis=(1, 2)), share, atol=0.02)
    assert given.mean() > np.square(share).sum() + 0.1
    # and the posterior is their product
    weight = bayes.posterior([3, 7], np.array([5.0, 1.0]))
    product = bayes.chance[4, 3] * bayes.chance[0, 7]
    np.testing.assert_allclose(weight, product / product.sum(), rtol=1e-4)
