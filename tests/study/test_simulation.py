"""Simulated studies: the paper's published statistics, any size, seeded, and said to be simulated."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from semcine_nb.errors import RatingError
from semcine_nb.study.simulation import DIVERSE, STRUCTURES, diversity, simulate_study


def test_diversity_by_hand():
    ratings = np.array([[1.0, 5.0, np.nan], [2.0, 2.0, 2.0], [4.0, np.nan, np.nan]])
    np.testing.assert_allclose(diversity(ratings), [2.0, 0.0, np.nan])


@pytest.mark.parametrize("structure", STRUCTURES)
def test_published_statistics(structure):
    study = simulate_study(structure, seed=3)
    known = np.isfinite(study.ratings)
    sigma = diversity(study.ratings)
    assert study.ratings.shape == (459, 59)
    assert study.features.shape == (459, 4215)
    assert len(np.unique(study.groups)) == 244
    assert abs(known.mean() - 0.63) < 0.01
    assert abs(np.mean(sigma > 1) - DIVERSE) < 0.02
    assert np.mean(sigma < 0.5) < 0.01
    assert set(np.unique(study.ratings[known])) == {1, 2, 3, 4, 5}
    assert "simulated" in study.note


def test_blocks_cover_every_column_once_and_groups_share_a_scene():
    study = simulate_study("groups", people=5, cinemagraphs=30, motion_size=16)
    columns = np.concatenate([np.arange(study.features.shape[1])[s] for s in study.blocks.values()])
    np.testing.assert_array_equal(columns, np.arange(55 + 16 + 64))
    present = study.features[:, study.blocks["semantic"]].reshape(30, 2, 32).sum(axis=1) > 0
    for clip in np.unique(study.groups):
        assert (present[study.groups == clip] == present[study.groups == clip][0]).all()


def test_same_seed_same_study_and_another_seed_another():
    one, two, other = (simulate_study("nonlinear", 8, 20, motion_size=8, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.ratings, two.ratings)
    np.testing.assert_array_equal(one.features, two.features)
    assert (one.complete != other.complete).any()


@pytest.mark.parametrize(("people", "items"), [(1, 1), (2, 3), (3, 2), (1, 9), (9, 1)])
@pytest.mark.parametrize("structure", STRUCTURES)
def test_any_size(structure, people, items):
    study = simulate_study(structure, people, items, motion_size=4)
    assert np.isfinite(study.features).all()
    assert np.isfinite(study.ratings).any(axis=0).all()  # each person rated at least one


def test_sparse_holds_the_same_ratings():
    dense = simulate_study("continuous", 12, 40, rated=0.2, motion_size=4, seed=5)
    sparse = simulate_study("continuous", 12, 40, rated=0.2, motion_size=4, seed=5, sparse=True)
    assert sp.issparse(sparse.ratings)
    np.testing.assert_array_equal(sparse.ratings.toarray(), np.nan_to_num(dense.ratings))


@pytest.mark.parametrize("wrong", [{"structure": "magic"}, {"people": 0}, {"rated": 0.0}, {"clips": 999}])
def test_refuses_what_cannot_be(wrong):
    with pytest.raises(RatingError):
        simulate_study(**wrong)
