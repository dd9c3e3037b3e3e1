"""Five numbers of a sample, and the reduced loop that samples are taken from."""

from __future__ import annotations

import numpy as np
import pytest
from feature_clips import colors
from hypothesis import given
from hypothesis import strategies as st

from semcine_nb.preference.features.small_loop import MAX_FRAMES, reduce_loop, reduce_mask, sampled
from semcine_nb.preference.features.statistics import five_numbers


def test_of_three():
    assert five_numbers([1, 2, 6]) == pytest.approx([1, 6, 3, 2, np.sqrt(14 / 3)])


def test_of_none():
    assert five_numbers([]).tolist() == [0, 0, 0, 0, 0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_mean_and_median_lie_between_the_extremes(sample):
    low, high, mean, median, std = five_numbers(sample)
    slack = 1e-9 * max(1, abs(low), abs(high))
    assert low - slack <= mean <= high + slack
    assert low <= median <= high
    assert 0 <= std <= (high - low) / 2 + slack


@pytest.mark.parametrize(
    ("size", "pixel"), [((540, 960), 2), ((270, 480), 2), ((480, 270), 2), ((32, 32), 2)]
)
def test_a_reduced_pixel_is_two_nominal_ones_whatever_the_size(size, pixel):
    loop = reduce_loop(np.zeros((2, *size, 3), np.uint8), np.ones(size, bool), 30.0)
    assert loop.pixel == pytest.approx(pixel, rel=0.01)
    assert loop.gray[0].size == pytest.approx(480 * 270, rel=0.01)


def test_times_are_told_for_thirty_frames_a_second():
    frames = np.zeros((2, 32, 32, 3), np.uint8)
    assert reduce_loop(frames, np.ones((32, 32), bool), 10.0).frame == 3


def test_a_long_loop_is_thinned_out_and_keeps_its_time():
    frames = colors(np.zeros((2 * MAX_FRAMES, 8, 8), np.uint8))
    loop = reduce_loop(frames, np.ones((8, 8), bool), 30.0)
    assert len(loop.gray) * loop.frame == len(frames)


def test_a_speck_of_a_mask_is_not_lost():
    mask = np.zeros((40, 40), bool)
    mask[7, 9] = True
    assert reduce_mask(mask, (10, 10)).nonzero() == (1, 2)
    mask[:20] = True
    assert reduce_mask(mask, (10, 10)).sum() == 50


@given(st.integers(1, 300), st.integers(1, 20))
def test_samples_are_different_frames(n, count):
    indices = sampled(n, count)
    assert indices == sorted(set(indices))
    assert indices[0] == 0
    assert indices[-1] < n
    assert len(indices) == min(n, count)
