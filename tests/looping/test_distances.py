"""Distances of two labels: by hand, by their definition, and each kernel against its readable twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcine_nb.looping.distances import distance, jump, mean_distance, signal_distance


def real_distance(signal: np.ndarray, first: tuple[int, int], second: tuple[int, int]) -> float:
    return float(signal_distance(signal, first, second, np.full((2, *signal.shape), np.nan)))


def byte_distance(signal: np.ndarray, first: tuple[int, int], second: tuple[int, int]) -> float:
    scratch = np.zeros(signal.size, np.int32), np.zeros(signal.size, np.int32)
    return float(distance(signal.ravel(), 0, signal.shape[1], first, second, scratch))


def test_two_frames_by_hand():
    signal = np.array([[0], [3], [5]], np.uint8)
    assert real_distance(signal, (1, 0), (1, 1)) == 9
    # the still 0 beside the loop 3, 5: (9 + 25) / 2
    assert real_distance(signal, (2, 1), (1, 0)) == 17
    # 0 3 0 3 … against 5 3 5 3 …: frame 2 is shown when frame 0 is
    assert real_distance(signal, (2, 0), (2, 1)) == 12.5


@st.composite
def labels(draw: st.DrawFn) -> tuple[int, int]:
    period = draw(st.sampled_from([1, 2, 3, 4, 6, 8, 9, 12]))
    return period, draw(st.integers(0, 29 - period))


@given(labels(), labels(), st.integers(0, 1000), st.sampled_from([np.uint8, np.float32]))
@settings(max_examples=150, deadline=None)
def test_the_mean_distance_is_that_of_its_readable_twin(first, second, seed, dtype):
    signal = np.random.default_rng(seed).uniform(0, 255, (30, 2)).astype(dtype)
    wanted = mean_distance(signal.astype(np.float64), first, second)
    assert real_distance(signal, first, second) == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert real_distance(signal, second, first) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 16]))
def test_the_distance_of_bytes_is_the_mean_over_the_common_multiple(seed, channels):
    rng = np.random.default_rng(seed)
    frames = int(rng.integers(20, 150))
    u = rng.integers(0, 256, (frames, channels)).astype(np.uint8)
    labels = []
    for _ in range(2):
        p = int(rng.choice([1, 2, 3, 4, 6, 8, 12, 16]))
        labels.append((p, int(rng.integers(1, frames - p))))
    if rng.random() < 0.4:  # the same period, starts perhaps several periods apart
        p = labels[0][0]
        labels[1] = (p, int(rng.integers(1, frames - p)))
    (p1, s1), (p2, s2) = labels
    time = np.arange(math.lcm(p1, p2))
    expected = ((u[s1 + (time - s1) % p1].astype(float) - u[s2 + (time - s2) % p2]) ** 2).sum(-1).mean()
    found = byte_distance(u, *labels)
    assert found == pytest.approx(expected, rel=1e-4, abs=0.5)
    assert found == pytest.approx(mean_distance(u.astype(float), *labels), rel=1e-4, abs=0.5)


def test_jump_by_hand():
    u = np.zeros((10, 8), np.uint8)
    u[4, 0], u[3, 1] = 3, 4  # against frames 8 and 7, which are zero
    assert jump(u.ravel(), 0, 8, (4, 4)) == 9 + 16
