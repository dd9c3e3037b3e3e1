"""Matrix completion: thresholding against a plain SVD, exact recovery, the soft path."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.preference.completion import MatrixCompletion, complete_exact, complete_soft, threshold


def svd_threshold(x, tau):
    left, values, right = np.linalg.svd(x, full_matrices=False)
    return (left * np.maximum(values - tau, 0)) @ right


def test_threshold_by_hand():
    lowered, rank = threshold(np.diag([3.0, 1.0, 0.5]), 0.75, np.random.default_rng(0))
    np.testing.assert_allclose(lowered, np.diag([2.25, 0.25, 0]), atol=1e-12)
    assert rank == 2


@pytest.mark.parametrize("shape", [(30, 7), (7, 30), (1, 5)])
def test_small_threshold_is_that_of_the_svd(shape, rng):
    x = rng.normal(size=shape)
    np.testing.assert_allclose(threshold(x, 1.0, rng)[0], svd_threshold(x, 1.0), atol=1e-9)


def test_randomised_threshold_agrees_where_the_spectrum_decays(rng):
    left = np.linalg.qr(rng.normal(size=(600, 40)))[0]
    right = np.linalg.qr(rng.normal(size=(500, 40)))[0]
    x = (left * 100 * 0.8 ** np.arange(40)) @ right.T
    lowered, rank = threshold(x, 2.0, rng, rank=3)
    np.testing.assert_allclose(lowered, svd_threshold(x, 2.0), atol=1e-6)
    assert rank == np.sum(100 * 0.8 ** np.arange(40) > 2)


def test_exact_completion_recovers_a_low_rank_matrix_and_keeps_what_is_known(rng):
    truth = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 40))
    known = rng.random(truth.shape) < 0.6
    x = complete_exact(known, truth, rng)
    np.testing.assert_allclose(x[known], truth[known], atol=1e-2)
    assert np.linalg.norm((x - truth)[~known]) < 1e-2 * np.linalg.norm(truth[~known])


def test_soft_completion_is_a_fixed_point(rng):
    y = rng.normal(size=(20, 8))
    known = rng.random(y.shape) < 0.7
    x = complete_soft(known, y, 0.8, np.zeros_like(y), rng, n_iter=500, tol=1e-9)
    np.testing.assert_allclose(svd_threshold(np.where(known, y, x), 0.8), x, atol=1e-6)


def test_penalty_is_chosen_on_validation_and_beats_the_extremes(study):
    chosen = MatrixCompletion().fit(study.ratings)
    tight, loose = (
        MatrixCompletion(penalty=0.9).fit(study.ratings),
        MatrixCompletion(penalty=0.02).fit(study.ratings),
    )
    assert chosen.error_ < min(tight.error_, loose.error_) + 1e-3
    assert 0.02 < chosen.penalty_ < 0.9
