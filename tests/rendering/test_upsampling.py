"""Labels on a larger picture follow its edges; their times follow its frame rate."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.errors import LoopError
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.rendering.upsampling import rescale_times, upsample_labels


def test_one_label_stays_one():
    guide = np.random.default_rng(0).integers(0, 255, (4, 6, 3)).astype(np.uint8)
    period, start = upsample_labels(
        Labelling(np.full((4, 6), 8), np.full((4, 6), 3)), guide, np.repeat(guide, 3, 0).repeat(3, 1)
    )
    assert period.shape == (12, 18)
    assert (period == 8).all()
    assert (start == 3).all()


def test_same_size_and_clear_edges_change_nothing():
    truth = np.zeros((9, 9), bool)
    truth[2:6, 3:8] = True
    guide = np.where(truth[..., None], 200, 20).astype(np.uint8).repeat(3, 2)
    period, start = np.where(truth, 8, 1), np.where(truth, 2, 5)
    large = upsample_labels(Labelling(period, start), guide, guide)
    assert np.array_equal(large[0], period)
    assert np.array_equal(large[1], start)


def test_borders_follow_the_large_edges_better_than_the_nearest_label():
    y, x = np.mgrid[:160, :200]
    truth = (x - 100) ** 2 + (y - 80) ** 2 < 50**2
    rng = np.random.default_rng(1)
    large = (
        (np.where(truth, 150, 90)[..., None] + rng.normal(0, 4, (160, 200, 3))).clip(0, 255).astype(np.uint8)
    )
    small = large.reshape(20, 8, 25, 8, 3).mean(axis=(1, 3)).astype(np.uint8)
    coarse = truth.reshape(20, 8, 25, 8).mean(axis=(1, 3)) > 0.5
    period, _ = upsample_labels(Labelling(np.where(coarse, 8, 1), np.where(coarse, 2, 5)), small, large)
    nearest = coarse.repeat(8, 0).repeat(8, 1)
    assert ((period > 1) != truth).sum() < 0.2 * (nearest != truth).sum()


def test_pairs_stay_together():
    """No pixel gets the period of one label and the start of another."""
    rng = np.random.default_rng(2)
    pairs = np.array([(1, 4), (8, 2), (12, 7)])
    small = pairs[rng.integers(0, 3, (8, 9))]
    guides = [rng.integers(0, 255, (*size, 3)).astype(np.uint8) for size in ((8, 9), (21, 30))]
    period, start = upsample_labels(Labelling(small[..., 0], small[..., 1]), *guides)
    assert {(int(p), int(s)) for p, s in zip(period.ravel(), start.ravel(), strict=True)} <= set(
        map(tuple, pairs.tolist())
    )


def test_times_by_hand():
    period, start = rescale_times(Labelling(np.array([32, 1, 1]), np.array([5, 7, 89])), 2.0, 179)
    assert period.tolist() == [64, 1, 1]
    assert start.tolist() == [10, 14, 178]
    period, start = rescale_times(Labelling(np.array([33]), np.array([56])), 59.94 / 30, 176)
    assert period[0] == 66
    assert period[0] + start[0] <= 176


def test_misfits_are_refused():
    guide = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(LoopError, match="guide"):
        upsample_labels(Labelling(np.ones((4, 5), int), np.ones((4, 5), int)), guide, guide)
    with pytest.raises(LoopError, match="rate"):
        rescale_times(Labelling(np.ones(1), np.ones(1)), 0.0, 4)
