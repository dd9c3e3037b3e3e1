"""Pixel changes against their plain definitions, and what counts as moving."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_case import Case
from scipy.ndimage import gaussian_filter

from semcine_nb.looping.energy import median_change
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.looping.temporal_changes import _LANES, _smallest, temporal_changes


def test_a_median_by_hand():
    # changes of 3, 0, 4 and 12 grey levels in one channel: their median is 3.5
    frames = np.zeros((5, 1, 1, 3), np.uint8)
    frames[:, 0, 0, 1] = [0, 3, 3, 7, 19]
    assert temporal_changes(frames, LoopParameters()).median[0, 0] == pytest.approx(3.5 / 255)


@given(st.lists(st.floats(0, width=32), min_size=1, max_size=12), st.data())
def test_the_smallest_are_those_of_a_sorted_column(column, data):
    values = np.zeros((len(column), _LANES), np.float32)
    values[:, 0], values[:, -1] = column, column[::-1]
    k = data.draw(st.integers(0, len(column) - 1))
    found = _smallest(values, k)
    assert found[0] == found[-1] == sorted(values[:, 0])[k]
    assert (found[1:-1] == 0).all()


@pytest.mark.parametrize(("frames", "h", "w"), [(31, 40, 12), (30, 3, 70)])
def test_agree_with_the_definition(frames, h, w):
    case = Case(3, frames=frames, h=h, w=w)
    color = case.clip.frames / 255
    changes = temporal_changes(case.clip.frames, case.parameters)
    in_space = gaussian_filter(color, (0, 0.9, 0.9, 0), mode="nearest", truncate=3)
    soft = gaussian_filter(color, (1.2, 0.9, 0.9, 0), mode="nearest", truncate=3)
    assert np.allclose(changes.median, median_change(color), atol=1e-6)
    assert np.allclose(changes.smooth_median, median_change(soft), atol=1e-5)
    assert np.allclose(changes.spread, np.sqrt((in_space.std(axis=0) ** 2).sum(axis=-1)), atol=1e-5)


def test_moving_is_what_rises_above_noise_even_now_and_then():
    rng = np.random.default_rng(0)
    frames = np.full((60, 64, 96, 3), 120.0)
    frames[10:20, 20:40, 30:50] += 50  # there in a sixth of the frames: its median change is zero
    frames += rng.normal(0, 2, frames.shape)
    changes = temporal_changes(frames.astype(np.uint8), LoopParameters())
    moving = changes.moving()
    assert moving[20:40, 30:50].all()
    far = np.ones_like(moving)
    far[15:45, 25:55] = False
    assert not moving[far].any()
