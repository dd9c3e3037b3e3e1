"""The maps: ridge in both forms, derivatives against finite differences, widths, eigenmaps."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.preference.eigenmaps import laplacian_eigenmaps
from semcine_nb.preference.rbf import RBFMap, fit_linear, fit_rbf, ridge


def test_rbf_by_hand():
    one = RBFMap(np.array([[2.0]]), np.array([[1.0, 0.0]]), width=1.0)
    np.testing.assert_allclose(one(np.array([[1.0, 0.0], [1.0, 1.0]])), [[2.0], [2 * np.exp(-0.5)]])


@pytest.mark.parametrize("shape", [(30, 4), (5, 12)])
def test_linear_map_is_ridge_regression_in_either_form(shape, rng):
    x, y = rng.normal(size=shape), rng.normal(size=(shape[0], 3))
    np.testing.assert_allclose(fit_linear(x, y, 0.3).weights, ridge(x, y, 0.3), atol=1e-10)


@pytest.mark.parametrize("kind", ["linear", "rbf"])
def test_jacobian_is_the_finite_difference(kind, rng):
    x, y = rng.normal(size=(25, 6)), rng.normal(size=(25, 4))
    fitted = fit_linear(x, y, 0.1) if kind == "linear" else fit_rbf(x, y, 8, 0.1, seed=0)
    point, h = rng.normal(size=6), 1e-6
    numeric = np.stack(
        [(fitted((point + h * e)[None]) - fitted((point - h * e)[None]))[0] / (2 * h) for e in np.eye(6)],
        axis=1,
    )
    np.testing.assert_allclose(fitted.jacobian(point), numeric, atol=1e-7)
    np.testing.assert_allclose(fitted.jacobian(point, np.array([1, 4])), numeric[:, [1, 4]], atol=1e-7)


def test_rbf_learns_a_smooth_curve_and_keeps_a_given_width(rng):
    x = np.linspace(-2, 2, 80)[:, None]
    fitted = fit_rbf(x, np.sin(2 * x), 12, 1e-4, seed=0)
    assert np.abs(fitted(x) - np.sin(2 * x)).max() < 0.05
    assert fit_rbf(x, x, 5, 0.1, seed=0, width=0.7).width == 0.7


def test_more_basis_functions_than_points_is_fine():
    fitted = fit_rbf(np.zeros((3, 2)), np.ones((3, 1)), 25, 0.1, seed=0)
    assert len(fitted.centers) == 1


def test_eigenmaps_separate_two_groups(rng):
    points = np.concatenate([rng.normal(size=(15, 5)), rng.normal(size=(15, 5)) + 20])
    first = laplacian_eigenmaps(points, 3, neighbors=5)[:, 0]
    assert np.sign(first[:15]).tolist() == [np.sign(first[0])] * 15
    assert np.sign(first[15:]).tolist() == [-np.sign(first[0])] * 15
    assert first.std() == pytest.approx(1.0)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_fewer_people_than_dimensions_leave_zeros(n, rng):
    coordinates = laplacian_eigenmaps(rng.normal(size=(n, 6)), 5)
    assert coordinates.shape == (n, 5)
    assert np.isfinite(coordinates).all()
    assert not coordinates[:, n - 1 :].any()
