"""Auto-encoder and joint model: gradients and steps against their definitions, θ, stopping, the start."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from semcine_nb.preference.autoencoder import (
    AutoEncoderModel,
    PersonProblem,
    Regression,
)
from semcine_nb.preference.joint import JointModel
from semcine_nb.preference.rbf import fit_linear, fit_rbf


@pytest.fixture(params=["linear", "rbf"])
def person(request, rng):
    n, m, size = 20, 12, 4
    r, u = rng.normal(size=(n, m)), rng.normal(size=(n, size))
    if request.param == "linear":
        lower, upper = fit_linear(r, u, 0.1), fit_linear(u, r, 0.1)
    else:
        lower, upper = fit_rbf(r, u, 7, 0.1, 0), fit_rbf(u, r, 7, 0.1, 0)
    target = rng.normal(size=8)
    regression = Regression(rng.normal(size=size), target.sum(), target @ target, 8, weight=5.0)
    return u[0], r[0], PersonProblem(np.array([1, 4, 5, 9]), lower, upper, regression), target


def test_regression_term_is_the_sum_of_squares(person):
    u, _, problem, target = person
    expected = 5.0 * np.sum((target - problem.regression.theta @ u) ** 2)
    assert problem.regression.loss(u) == pytest.approx(expected)


@pytest.mark.parametrize("joint", [False, True])
def test_gradient_is_the_finite_difference(person, joint):
    u, r, problem, _ = person
    problem = problem if joint else replace(problem, regression=None)
    missing = problem.missing
    g_u, g_y = problem.gradient(u, r)
    h = 1e-6

    def loss(du, dy):
        moved = r.copy()
        moved[missing] += dy
        return problem.loss(u + du, moved)

    still_u, still_y = np.zeros(len(u)), np.zeros(len(missing))
    by_u = [(loss(h * e, still_y) - loss(-h * e, still_y)) / (4 * h) for e in np.eye(len(u))]
    by_y = [(loss(still_u, h * e) - loss(still_u, -h * e)) / (4 * h) for e in np.eye(len(missing))]
    np.testing.assert_allclose(g_u, by_u, atol=1e-6)
    np.testing.assert_allclose(g_y, by_y, atol=1e-6)


@pytest.mark.parametrize("joint", [False, True])
def test_woodbury_step_is_the_dense_least_squares_step(person, joint):
    u, r, problem, target = person
    problem = problem if joint else replace(problem, regression=None)
    missing, lower, upper, regression = problem.missing, problem.lower, problem.upper, problem.regression
    j_l, j_h = lower.jacobian(r, missing), upper.jacobian(u)
    size, q = len(u), len(missing)
    top = np.column_stack([np.eye(size), -j_l])
    select = np.eye(len(r))[:, missing]
    bottom = np.column_stack([-j_h, select])
    residual = np.concatenate([u - lower(r[None])[0], r - upper(u[None])[0]])
    rows = [top, bottom]
    if joint:
        rows.append(np.column_stack([-np.sqrt(5.0) * np.tile(regression.theta, (8, 1)), np.zeros((8, q))]))
        residual = np.concatenate([residual, np.sqrt(5.0) * (target - regression.theta @ u)])
    dense = np.linalg.lstsq(np.concatenate(rows), -residual, rcond=None)[0]
    du, dy = problem.step(u, r)
    np.testing.assert_allclose(np.concatenate([du, dy]), dense, atol=1e-7)


def test_a_step_never_raises_the_loss_and_keeps_known_ratings(person):
    u, r, problem, _ = person
    new_u, new_r = problem.improve(u, r)
    assert problem.loss(new_u, new_r) <= problem.loss(u, r)
    kept = np.setdiff1d(np.arange(len(r)), problem.missing)
    np.testing.assert_array_equal(new_r[kept], r[kept])


@pytest.mark.parametrize("wide", [False, True])
def test_theta_is_the_ridge_solution_over_all_ratings(wide, rng):
    m, n = 15, 6
    ratings = np.where(rng.random((m, n)) < 0.7, rng.integers(1, 6, (m, n)).astype(float), np.nan)
    ratings[0] = 3
    features = rng.normal(size=(m, 40 if wide else 4))
    validation = np.zeros((m, n), dtype=bool)
    model = JointModel(dimension=3, basis=3, theta_penalty=0.3, n_iter=0).fit(ratings, features, validation)
    rows, columns = np.nonzero(np.isfinite(ratings))
    scaled = model.scaler_.transform(features)
    design = np.column_stack([model.users_[columns], scaled[rows], np.ones(len(rows))])
    dense = np.linalg.solve(
        design.T @ design + 0.3 * np.eye(design.shape[1]), design.T @ ratings[rows, columns]
    )
    np.testing.assert_allclose(np.concatenate([model.theta_user_, model.theta_item_]), dense[:-1], atol=1e-6)
    assert model.intercept_ == pytest.approx(dense[-1], abs=1e-6)


def test_alternation_lowers_the_objective(study):
    """Eq. (8) falls in the person step and, with linear maps, in the map step."""
    model = JointModel("linear", dimension=4, n_iter=0).fit(study.ratings, study.features)
    u = model.users_.copy()
    r = (model.completed_ - model.centering_.full()).T
    before = model.objective(u, r)
    for j in range(len(u)):
        u[j], r[j] = model._person(j).improve(u[j], r[j])
    after_people = model.objective(u, r)
    model._fit_maps(u, r)
    model._fit_regression(u)
    assert after_people < before
    assert model.objective(u, r) < after_people


def test_keeps_the_best_iteration_and_known_ratings(study):
    model = JointModel(n_iter=6, patience=6).fit(study.ratings, study.features)
    assert len(model.history_) == 7
    assert model.error_ == pytest.approx(min(model.history_[1:]), abs=1e-9)
    start = JointModel(n_iter=0).fit(study.ratings, study.features)
    assert start.error_ == pytest.approx(model.history_[0], abs=1e-9)


def test_regressor_is_additive_so_everybody_ranks_new_items_alike(study):
    model = JointModel(dimension=5).fit(study.ratings, study.features)
    new = model.predict_items(study.features[:7] * 1.1)
    np.testing.assert_allclose(new - new.mean(axis=0), np.tile((new - new.mean(0))[:, :1], (1, new.shape[1])))
    np.testing.assert_allclose(model.predict_items(study.features), model.predict_regressor(), atol=1e-6)


def test_newcomer_both_ways(study):
    model = JointModel(dimension=5).fit(study.ratings, study.features)
    items = np.flatnonzero(np.isfinite(study.ratings[:, 3]))
    fitted = model.predict_newcomer(items, study.ratings[items, 3])
    np.testing.assert_allclose(fitted[items], study.ratings[items, 3])
    nearest = model.set_params(newcomer="nearest").predict_newcomer(items, study.ratings[items, 3])
    assert np.corrcoef(nearest, model.completed_[:, 3])[0, 1] > 0.999  # it is person 3


def test_autoencoder_beats_the_average(study):
    model = AutoEncoderModel(dimension=6, basis=8).fit(study.ratings)
    assert model.error_ < np.nanstd(study.ratings)
