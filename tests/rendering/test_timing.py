"""Lengths of files and speeds of periods: least common multiples and scaled time."""

from __future__ import annotations

import numpy as np

from semcine_nb.rendering.timing import default_length, loop_length, time_distortion, whole_loops


def test_loop_length_by_hand():
    assert loop_length(np.array([[32, 48], [1, 1]])) == 96
    assert loop_length(np.array([[32, 44], [36, 52]])) is None
    assert loop_length(np.array([[32, 44], [36, 52]]), None) == 32 * 9 * 11 * 13
    assert loop_length(np.ones((2, 2), int)) == 1


def test_whole_loops_takes_the_smaller_of_shrink_and_stretch():
    # 100 frames: 3 loops of 32 (speed 0.96), not 4 (1.28); 1 of 70 (1/1.43) or 2 (1.4): 2
    assert whole_loops(np.array([32, 70, 64, 100, 150]), 100).tolist() == [3, 2, 2, 1, 1]
    assert time_distortion(np.array([50]), 100)[0] == 0


def test_default_length_keeps_the_only_period_undistorted():
    assert default_length(np.array([[48, 1], [48, 1]])) == 48
    assert default_length(np.array([[1, 1]])) == 1


def test_default_length_follows_the_majority():
    period = np.full((10, 10), 40)
    period[0, :2] = 52
    length = default_length(period, 90)
    assert time_distortion(np.array([40]), length)[0] == 0
    assert 52 <= length <= 104
