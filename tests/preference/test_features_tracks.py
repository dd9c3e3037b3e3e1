"""Trajectories of known length: a square that walks, one that swings, and one that stands."""

from __future__ import annotations

import numpy as np
import pytest
from feature_clips import HEIGHT, WIDTH, patch_on_gray, small_loop

from semcine_nb.preference.features.tracks import follow, track_features


def of(places, fps=30.0):
    frames, covered = patch_on_gray(places)
    return follow(small_loop(frames, covered, fps))


def test_a_walk_of_known_length():
    # 2 px a frame for 30 frames: 29 steps, 58 px, which are 116 nominal ones
    tracks = of([(100 + 2 * t, 100) for t in range(30)])
    whole = tracks.length == 29
    assert whole.sum() > 10
    assert tracks.length.max() == 29
    assert np.median(tracks.travel[whole]) == pytest.approx(116, rel=0.03)
    assert np.median(tracks.box[whole]) == pytest.approx(116, rel=0.03)


def test_lengths_are_told_for_thirty_frames_a_second():
    assert of([(100 + 2 * t, 100) for t in range(30)], fps=15.0).length.max() == 58


def test_a_swing_travels_far_in_a_small_box():
    # out 20 px and back within 40 frames, twice a loop
    away = [t % 40 if t % 40 <= 20 else 40 - t % 40 for t in range(80)]
    tracks = of([(200 + dx, 100) for dx in away])
    whole = tracks.length == 79
    assert np.median(tracks.travel[whole]) == pytest.approx(2 * 79, rel=0.05)
    assert np.median(tracks.box[whole]) == pytest.approx(2 * 20, rel=0.05)


def test_the_box_has_a_diagonal():
    tracks = of([(100 + 3 * t, 60 + 4 * t // 1) for t in range(20)])  # 5 px a frame
    whole = tracks.length == 19
    assert np.median(tracks.box[whole]) == pytest.approx(2 * 5 * 19, rel=0.03)


def test_what_stands_stays_where_it_is():
    tracks = of([(200, 100)] * 20)
    assert set(tracks.length) == {19.0}
    assert tracks.travel == pytest.approx(np.zeros(len(tracks.travel)), abs=0.05)


def test_only_the_dynamic_region_counts():
    frames, _ = patch_on_gray([(100 + 2 * t, 100) for t in range(20)])
    elsewhere = np.zeros((HEIGHT, WIDTH), bool)
    elsewhere[200:, 300:] = True
    assert not track_features(small_loop(frames, elsewhere)).any()
    assert not track_features(small_loop(frames, np.zeros_like(elsewhere))).any()
