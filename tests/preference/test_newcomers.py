"""Newcomers: the nearest person, the posterior against dense conditioning, what to ask next."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.errors import RatingError
from semcine_nb.preference.factors import Factors
from semcine_nb.preference.gaussian_process import GaussianProcessModel
from semcine_nb.preference.newcomers import Calibration, Population, choose_items, item_noise, nearest_person


@pytest.fixture
def factors(rng):
    return Factors(
        rng.normal(size=(9, 2)),
        np.tile(0.1 * np.eye(2), (9, 1, 1)),
        rng.normal(size=(5, 3)),
        np.tile(0.05 * np.eye(3), (5, 1, 1)),
        np.full(5, 0.5),
        np.array([3.0, 0.2, 0.0]),
        np.diag([0.3, 1.0, 0.5]),
    )


def test_nearest_person_by_hand():
    completed = np.array([[1.0, 5.0], [2.0, 4.0], [3.0, 3.0]])
    np.testing.assert_allclose(nearest_person(completed, np.array([0]), np.array([5.0])), [5, 4, 3])
    np.testing.assert_allclose(nearest_person(completed, np.array([0]), np.array([4.0])), [4.5, 3.5, 2.5])
    np.testing.assert_allclose(nearest_person(completed, np.array([], int), np.array([])), [3, 3, 3])


def test_one_component_is_bayesian_regression(factors, rng):
    items, values = np.array([1, 4, 6]), np.array([5.0, 2.0, 4.0])
    phi = np.column_stack([np.ones(3), factors.items[items]])
    noise = item_noise(factors)[items]
    precision = np.linalg.inv(factors.cov) + phi.T @ (phi / noise[:, None])
    mean, cov = Population.around(factors, 1.0, rng).posterior(factors, items, values)
    expected = np.linalg.solve(
        precision, np.linalg.inv(factors.cov) @ factors.mean + phi.T @ (values / noise)
    )
    np.testing.assert_allclose(mean, expected)
    np.testing.assert_allclose(cov, np.linalg.inv(precision), atol=1e-12)


def test_mixture_keeps_to_the_people_that_explain_the_ratings(factors, rng):
    factors.people_cov[:] = 1e-4 * np.eye(3)
    factors.noise[:] = 0.01
    factors.item_cov[:] = 0
    population = Population.around(factors, 0.01, rng)
    items = np.arange(9)
    values = population.means[2, 0] + factors.items @ population.means[2, 1:]
    mean, _ = population.posterior(factors, items, values)
    np.testing.assert_allclose(mean, population.means[2], atol=0.05)


def test_without_ratings_a_newcomer_is_the_population(factors, rng):
    mean, cov = Population.around(factors, 1.0, rng).posterior(factors, np.array([], int), np.array([]))
    np.testing.assert_allclose(mean, factors.mean)
    np.testing.assert_allclose(cov, factors.cov)


def test_the_first_question_has_the_largest_expected_gain(factors):
    phi = np.column_stack([np.ones(9), factors.items])
    noise, centered = item_noise(factors), phi - phi.mean(axis=0)
    gains = []
    for i in range(9):
        after = factors.cov - np.outer(factors.cov @ phi[i], phi[i] @ factors.cov) / (
            noise[i] + phi[i] @ factors.cov @ phi[i]
        )
        before = np.trace(centered @ factors.cov @ centered.T)
        gains.append(before - np.trace(centered @ after @ centered.T))
    first = choose_items(factors, factors.cov, np.array([], int), 1)[0]
    assert gains[first] == pytest.approx(max(gains), rel=1e-2)


def test_questions_are_new_and_end_with_the_items(factors):
    asked = choose_items(factors, factors.cov, np.array([0, 1]), 100)
    assert sorted(asked) == list(range(2, 9))
    assert len(choose_items(factors, factors.cov, np.arange(9), 3)) == 0


def test_calibration_interpolates():
    calibration = Calibration(1.0, (0, 1, 5), (1.0, 1.2, 1.0))
    assert calibration.at(1) == pytest.approx(1.2)
    assert 1.0 < calibration.at(3) < 1.2
    assert calibration.at(50) == 1.0


def test_more_ratings_leave_less_doubt(study):
    model = GaussianProcessModel().fit(study.ratings, study.features)
    items = np.arange(30)
    values = study.complete[items, 0].astype(float)
    doubts = [model.predict_newcomer(items[:k], values[:k], return_std=True)[1].mean() for k in (0, 5, 30)]
    assert doubts[0] > doubts[1] > doubts[2]


def test_new_features_for_a_newcomer(study):
    model = GaussianProcessModel(blocks=study.blocks).fit(study.ratings, study.features)
    mean, std = model.predict_newcomer([0, 1], [5, 1], return_std=True, new_features=study.features[:4])
    assert mean.shape == std.shape == (4,)
    assert (std > 0).all()


@pytest.mark.parametrize(
    ("items", "values", "word"),
    [([0], [1, 2], "one rating for each"), ([999], [3], "must lie in"), ([0], [np.nan], "finite")],
)
def test_unusable_ratings_of_a_newcomer(study, items, values, word):
    model = GaussianProcessModel(rounds=0).fit(study.ratings)
    with pytest.raises(RatingError, match=word):
        model.predict_newcomer(items, values)
