"""Global loop costs: zero for a clip that repeats, known for one that grows brighter."""

from __future__ import annotations

import numpy as np
import pytest
from feature_clips import colors, texture

from semcine_nb.looping import LoopParameters
from semcine_nb.preference.features.loopability import global_loop_costs, loopability_features

PLAIN = LoopParameters()


def test_a_clip_that_repeats_costs_nothing_at_its_period():
    picture = texture(36, 64)
    frames = colors(np.stack([np.roll(picture, 2 * t, axis=1) for t in range(80)]))  # repeats after 32
    low, high, *_ = loopability_features(frames, 30.0, PLAIN)
    assert low == 0
    assert high > 20


def test_a_clip_that_grows_brighter_costs_its_period():
    # one gray level a frame: a loop of p frames jumps by p levels
    frames = colors(np.stack([np.full((36, 64), 50 + t, np.uint8) for t in range(50)]))
    starts = {p: len(range(4, 50 - p, 4)) for p in range(32, 49, 4)}
    wanted = sorted(p for p, count in starts.items() for _ in range(count))
    assert sorted(global_loop_costs(frames, 30.0, PLAIN)) == pytest.approx(wanted)


def test_the_definition_pixel_by_pixel():
    frames = np.random.default_rng(0).integers(0, 256, (14, 5, 7, 3), dtype=np.uint8)
    parameters = LoopParameters(min_period=6, step=1)
    video = frames.astype(float)
    wanted = [
        np.sqrt(((video[s] - video[s + p]) ** 2 + (video[s - 1] - video[s + p - 1]) ** 2).mean() / 2)
        for p in range(6, 13)
        for s in range(1, 14 - p)
    ]
    assert global_loop_costs(frames, 30.0, parameters) == pytest.approx(wanted)


def test_a_still_clip_costs_nothing():
    frames = np.repeat(colors(texture(36, 64))[None], 60, axis=0)
    assert not loopability_features(frames, 30.0, PLAIN).any()


@pytest.mark.parametrize("count", [4, 8, 16, 33, 34, 37, 40])
def test_a_clip_too_short_for_the_grid_still_has_costs(count):
    frames = colors(np.stack([np.full((8, 8), 5 * t, np.uint8) for t in range(count)]))
    assert loopability_features(frames, 30.0, PLAIN)[0] > 0


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_loop_fits_into_three_frames(count):
    assert not loopability_features(np.zeros((count, 8, 8, 3), np.uint8), 30.0, PLAIN).any()
