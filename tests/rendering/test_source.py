"""The still part: medians over time."""

from __future__ import annotations

import numpy as np

from semcine_nb.rendering.labelling import Labelling
from semcine_nb.rendering.render import render
from semcine_nb.rendering.source import median_still


def test_a_sparkle_goes_by_hand():
    frames = np.full((9, 1, 2, 3), 50, np.uint8)
    frames[4, 0, 0] = 255  # one bright frame, the one that the label froze
    period, start = np.ones((1, 2), int), np.full((1, 2), 4)
    assert render(frames, Labelling(period, start))[0, 0, 0, 0] == 255
    assert render(frames, Labelling(period, start), still="median")[0, 0, 0, 0] == 50


def test_agrees_with_numpy_around_each_center():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (12, 5, 6, 3)).astype(np.uint8)
    start = rng.integers(0, 12, (5, 6))
    out = median_still(frames, Labelling(np.ones((5, 6), int), start), reach=2)
    for y, x in np.ndindex(5, 6):
        low = min(max(start[y, x] - 2, 0), 7)
        assert np.array_equal(out[y, x], np.median(frames[low : low + 5, y, x], axis=0))


def test_moving_pixels_take_the_frame_of_their_static_neighbor():
    frames = np.repeat(np.arange(20, dtype=np.uint8), 15).reshape(20, 1, 5, 3)
    period, start = np.array([[1, 4, 4, 4, 1]]), np.array([[5, 1, 1, 1, 12]])
    out = median_still(frames, Labelling(period, start), reach=1)
    assert out[0, [0, 1, 3, 4], 0].tolist() == [5, 5, 12, 12]


def test_static_neighbors_of_two_moments_are_still_blended():
    frames = np.full((40, 1, 40, 3), 60, np.uint8)
    frames[20:] = 90
    start = np.where(np.arange(40) < 20, 2, 38)[None]
    out = render(frames, Labelling(np.ones_like(start), start), still="median")[0, 0, :, 0].astype(int)
    assert np.abs(np.diff(out)).max() <= 3
