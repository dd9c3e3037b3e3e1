"""The product's model: fast solves against dense conditioning, and what a person would expect of it."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.preference.data import BlockScaler, check_ratings, split_validation
from semcine_nb.preference.factors import (
    FactorData,
    Factors,
    fit_factors,
    item_information,
    update_items,
    update_people,
)
from semcine_nb.preference.gaussian_process import GaussianProcessModel, _variance
from semcine_nb.preference.item_prior import ItemPrior, solve_items
from semcine_nb.preference.kernels import ItemKernel
from semcine_nb.study.simulation import simulate_study


def small_factors(rng, m=6, n=4, q=2):
    spread = rng.normal(size=(n, q + 1, q + 1))
    return Factors(
        rng.normal(size=(m, q)),
        np.tile(0.3 * np.eye(q), (m, 1, 1)),
        rng.normal(size=(n, q + 1)),
        0.05 * spread @ spread.transpose(0, 2, 1),
        rng.uniform(0.3, 1.0, n),
        rng.normal(size=q + 1),
        np.eye(q + 1),
    )


def small_data(rng, m=6, n=4):
    matrix = np.where(rng.random((m, n)) < 0.7, rng.normal(3, 1, (m, n)), np.nan)
    return FactorData(check_ratings(matrix)), matrix


def test_item_update_is_bayesian_regression_on_certain_people(rng):
    f, (data, matrix) = small_factors(rng), small_data(rng)
    f.people_cov[:] = 0
    update_items(f, data)
    for i, row in enumerate(matrix):
        known = np.isfinite(row)
        design, noise = f.people[known, 1:], f.noise[known]
        precision = np.eye(2) + design.T @ (design / noise[:, None])
        mean = np.linalg.solve(precision, design.T @ ((row[known] - f.people[known, 0]) / noise))
        np.testing.assert_allclose(f.items[i], mean)
        np.testing.assert_allclose(f.item_cov[i], np.linalg.inv(precision))


def test_people_update_is_bayesian_regression_on_certain_items(rng):
    f, (data, matrix) = small_factors(rng), small_data(rng)
    f.item_cov[:] = 0
    noise, mean, cov = f.noise.copy(), f.mean.copy(), f.cov.copy()
    update_people(f, data)
    for j, column in enumerate(matrix.T):
        known = np.isfinite(column)
        phi = np.column_stack([np.ones(known.sum()), f.items[known]])
        precision = np.linalg.inv(cov) + phi.T @ phi / noise[j]
        expected = np.linalg.solve(precision, np.linalg.inv(cov) @ mean + phi.T @ column[known] / noise[j])
        np.testing.assert_allclose(f.people[j], expected)


def test_rotation_changes_no_prediction(rng):
    f = small_factors(rng)
    turned = f.rotated(np.linalg.qr(rng.normal(size=(2, 2)))[0])
    before = f.people[:, 0] + f.items @ f.people[:, 1:].T
    np.testing.assert_allclose(turned.people[:, 0] + turned.items @ turned.people[:, 1:].T, before)
    args = ("people", "people_cov", "noise", "items", "item_cov")
    np.testing.assert_allclose(
        _variance(*(getattr(turned, a) for a in args)), _variance(*(getattr(f, a) for a in args))
    )


def test_variance_of_a_product_of_uncertain_vectors_by_sampling(rng):
    f = small_factors(rng, m=1, n=1)
    people = rng.multivariate_normal(f.people[0], f.people_cov[0], size=200_000)
    items = rng.multivariate_normal(f.items[0], f.item_cov[0], size=200_000)
    sampled = np.var(people[:, 0] + np.sum(people[:, 1:] * items, axis=1)) + f.noise[0]
    got = _variance(f.people, f.people_cov, f.noise, f.items, f.item_cov)[0, 0]
    assert got == pytest.approx(sampled, rel=0.02)


@pytest.fixture
def prior(rng):
    points = rng.normal(size=(7, 3))
    values, vectors = np.linalg.eigh(np.exp(-0.5 * ((points[:, None] - points[None]) ** 2).sum(-1)))
    return ItemPrior(vectors, values, np.array([0.3, 0.9]))


def dense_covariances(prior):
    full = (prior.vectors * prior.values) @ prior.vectors.T
    return [w * full + (1 - w) * np.eye(len(full)) for w in prior.shares]


def test_prior_products_are_the_dense_ones(prior, rng):
    z = rng.normal(size=(7, 2))
    for k, cov in enumerate(dense_covariances(prior)):
        np.testing.assert_allclose(prior.inverse(z)[:, k], np.linalg.solve(cov, z[:, k]))
        np.testing.assert_allclose(prior.root(prior.root(z))[:, k], cov @ z[:, k])
        noise = np.array([0.2, 0.7])
        posterior = np.linalg.inv(np.linalg.inv(cov) + np.eye(7) / noise[k])
        np.testing.assert_allclose(prior.posterior_variance(noise)[:, k], np.diag(posterior))


def test_alone_is_the_variance_given_the_other_items(prior):
    noise = np.array([0.2, 0.7])
    cov = dense_covariances(prior)[1]
    others = np.arange(1, 7)
    solved = np.linalg.solve(cov[np.ix_(others, others)] + noise[1] * np.eye(6), cov[others, 0])
    assert prior.alone(noise)[0, 1] == pytest.approx(cov[0, 0] - cov[0, others] @ solved)


def test_conjugate_gradients_give_the_dense_posterior(prior, rng):
    roots = rng.normal(size=(7, 2, 2))
    precision, target = roots @ roots.transpose(0, 2, 1), rng.normal(size=(7, 2))
    system = np.zeros((14, 14))
    for k, cov in enumerate(dense_covariances(prior)):
        system[k::2, k::2] = np.linalg.inv(cov)
    for i in range(7):
        system[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] += precision[i]
    dense = np.linalg.solve(system, target.ravel()).reshape(7, 2)
    np.testing.assert_allclose(solve_items(prior, precision, target, np.zeros((7, 2))), dense, atol=1e-4)


def test_new_items_by_dense_conditioning(rng):
    train, new = rng.normal(size=(20, 3)), rng.normal(size=(4, 3))
    kernel = ItemKernel(train, BlockScaler.fit(train, {"a": slice(0, 2), "b": slice(2, 3)}), rng)
    prior = ItemPrior(*kernel.eigen(rng), np.array([0.8]))
    z, noise = rng.normal(size=(20, 1)), np.array([0.4])
    mean, variance = prior.predict(kernel(new, train), kernel.diagonal(new), z, noise)
    full, cross = 0.8 * kernel(train, train) + 0.2 * np.eye(20), 0.8 * kernel(new, train)
    np.testing.assert_allclose(mean[:, 0], cross @ np.linalg.solve(full, z[:, 0]), atol=1e-4)
    own = 0.8 * np.diag(kernel(new, new)) + 0.2
    expected = own - np.sum(cross * np.linalg.solve(full + 0.4 * np.eye(20), cross.T).T, axis=1)
    np.testing.assert_allclose(variance[:, 0], np.maximum(expected, 1e-3), atol=1e-4)


def test_kernel_is_centered_positive_and_of_mean_diagonal_one(rng):
    x = rng.normal(size=(40, 70))
    kernel = ItemKernel(x, BlockScaler.fit(x, {"a": slice(0, 60), "b": slice(60, 70)}), rng)
    full = kernel(x, x)
    np.testing.assert_allclose(full, full.T, atol=1e-10)
    np.testing.assert_allclose(full.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(np.diag(full), kernel.diagonal(x), atol=1e-9)
    assert np.diag(full).mean() == pytest.approx(1.0)
    assert np.linalg.eigvalsh(full).min() > -1e-9


def test_kernel_weights_find_the_block_that_matters(rng):
    x = rng.normal(size=(150, 8))
    kernel = ItemKernel(x, BlockScaler.fit(x, {"noise": slice(0, 4), "cause": slice(4, 8)}), rng)
    factors = np.column_stack([x[:, 4], np.sin(x[:, 5]), x[:, 6] * 0.5])
    share = kernel.learn(factors / factors.std(0), np.tile(np.eye(3), (150, 1, 1)))
    weight = {
        b: sum(w for w, n in zip(kernel.weights, kernel.names, strict=True) if n.startswith(b))
        for b in ("noise", "cause")
    }
    assert weight["cause"] > 0.8
    assert weight["noise"] < 0.1
    assert share > 0.5


def test_evidence_finds_how_much_the_features_explain(rng):
    points = np.sort(rng.normal(size=(200, 1)), axis=0)
    kernel = ItemKernel(points, BlockScaler.fit(points, None), rng)
    prior = ItemPrior(*kernel.eigen(rng), np.zeros(2))
    z = prior.vectors @ (np.sqrt(prior.values) * rng.normal(size=len(prior.values)))
    prior.learn_shares(np.column_stack([z, rng.normal(size=200)]), np.array([0.05, 0.05]))
    assert prior.shares[0] > 0.8
    assert prior.shares[1] < 0.2


def test_nystroem_is_close_beyond_the_landmarks(rng, monkeypatch):
    x = rng.normal(size=(90, 2))
    kernel = ItemKernel(x, BlockScaler.fit(x, None), rng)
    exact = kernel(x, x)
    monkeypatch.setattr("semcine_nb.preference.kernels.LANDMARKS", 80)
    vectors, values = kernel.eigen(rng)
    assert vectors.shape[1] <= 40
    assert np.linalg.norm((vectors * values) @ vectors.T - exact) < 0.05 * np.linalg.norm(exact)


def test_information_matches_its_definition(rng):
    f, (data, matrix) = small_factors(rng), small_data(rng)
    precision, _ = item_information(f, data)
    known = np.isfinite(matrix[0])
    expected = sum(
        (np.outer(f.people[j, 1:], f.people[j, 1:]) + f.people_cov[j, 1:, 1:]) / f.noise[j]
        for j in np.flatnonzero(known)
    )
    np.testing.assert_allclose(precision[0], expected)


def test_ranks_unseen_items_personally_and_better_than_their_mean():
    study = simulate_study("continuous", people=30, cinemagraphs=150, motion_size=64, seed=4)
    out = np.isin(study.groups, np.unique(study.groups)[::5])
    model = GaussianProcessModel(blocks=study.blocks).fit(study.ratings[~out], study.features[~out])
    guess, std = model.predict_items(study.features[out], return_std=True)
    truth = study.complete[out]
    orders = {tuple(np.argsort(column)) for column in guess.T}
    assert len(orders) > 20
    assert np.sqrt(np.mean((truth - guess) ** 2)) < np.sqrt(np.mean((truth - guess.mean(axis=0)) ** 2))
    assert 0.8 < np.sqrt(np.mean(((truth - guess) / std) ** 2)) < 1.25


def test_deviations_of_held_out_ratings_are_calibrated():
    study = simulate_study("groups", people=40, cinemagraphs=150, motion_size=32, seed=2)
    train, test = split_validation(check_ratings(study.ratings), None, 0.2, np.random.default_rng(0))
    mean, std = GaussianProcessModel(blocks=study.blocks).fit(train, study.features).predict(return_std=True)
    z = (test.values - mean[test.rows, test.columns]) / std[test.rows, test.columns]
    assert 0.85 < z.std() < 1.15
    assert 0.6 < np.mean(np.abs(z) < 1) < 0.76


def test_a_person_of_threes_is_foreseen_to_give_threes(study):
    ratings = study.ratings.copy()
    ratings[:, 0] = np.where(np.isfinite(ratings[:, 0]), 3.0, np.nan)
    mean, std = GaussianProcessModel().fit(ratings, study.features).predict(return_std=True)
    assert np.abs(mean[:, 0] - 3).max() < 0.5
    assert std[:, 0].mean() < std[:, 1:].mean()


def test_factors_are_recovered_from_low_rank_ratings(rng):
    truth = 3 + rng.normal(size=(80, 2)) @ rng.normal(size=(2, 30))
    known = rng.random(truth.shape) < 0.6
    ratings = check_ratings(np.where(known, truth + 0.1 * rng.normal(size=truth.shape), np.nan))
    f = fit_factors(FactorData(ratings), 8, 60, rng)
    guess = f.people[:, 0] + f.items @ f.people[:, 1:].T
    assert np.sqrt(np.mean((guess - truth)[~known] ** 2)) < 0.25


def test_one_rating_is_not_certainty():
    model = GaussianProcessModel().fit(np.array([[4.0]]), np.ones((1, 3)))
    for mean, std in (model.predict(return_std=True), model.predict_items(np.ones((2, 3)), return_std=True)):
        assert (abs(mean - 4) < 1).all()
        assert (std > 0.7).all()


def test_useless_features_cost_little(study, rng):
    train, test = split_validation(check_ratings(study.ratings), None, 0.2, rng)
    errors = []
    for features in (None, rng.normal(size=(len(study.ratings), 300))):
        guess = GaussianProcessModel().fit(train, features).predict()[test.rows, test.columns]
        errors.append(np.sqrt(np.mean((test.values - guess) ** 2)))
    assert errors[1] < 1.05 * errors[0]
