"""Moves: their costs agree with the definition, and none raises the energy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case, problem_of
from semcine_nb.looping.pairs import distance, jump

from semcine_nb.looping.energy import loop_energy
from semcine_nb.looping.moves import expand, fuse
from semcine_nb.looping.parameters import LoopParameters


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 16]))
def test_distance_is_the_mean_over_the_common_multiple(seed, channels):
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
    scratch = np.zeros((2, frames * channels), np.int32)
    assert distance(u.ravel(), 0, channels, p1, s1, p2, s2, *scratch) == pytest.approx(
        expected, rel=1e-4, abs=0.5
    )


def test_jump_by_hand():
    u = np.zeros((10, 8), np.uint8)
    u[4, 0], u[3, 1] = 3, 4  # against frames 8 and 7, which are zero
    assert jump(u.ravel(), 0, 8, 4, 4) == 9 + 16


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([0.0, 0.2, 0.9]))
def test_energy_from_tables_agrees_with_the_definition(seed, k, w):
    case = Case(seed, k=k)
    case.parameters = LoopParameters(w=w, min_period=4, step=2, short_period=6)
    period, start = case.labels()
    exact = loop_energy(case.clip, case.response, case.candidate, period, start, case.parameters)
    temporal, label, spatial = problem_of(case).energy(period, start)
    # bytes instead of real numbers: half a grey level in the smaller of the two modalities
    assert temporal == pytest.approx(exact.temporal, rel=0.02)
    assert label == pytest.approx(exact.label, rel=1e-4)
    assert spatial == pytest.approx(exact.spatial, rel=0.02)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.booleans(), st.sampled_from([0.05, 0.5, 1.0]))
def test_no_move_raises_the_energy(seed, block, ordered, share):
    case = Case(seed, h=7, w=8)
    problem = problem_of(case)
    period, start = case.labels()
    new_period, new_start = case.labels()
    new_period[case.rng.random(period.shape) > share] = 0
    before = sum(problem.energy(period, start))
    old = period.copy(), start.copy()
    gain = fuse(problem, period, start, new_period, new_start, block=block, ordered=ordered)
    after = sum(problem.energy(period, start))
    assert gain >= 0
    assert before - after == pytest.approx(gain, rel=1e-6, abs=1e-6)
    stays = (period == old[0]) & (start == old[1])
    takes = (period == new_period) & (start == new_start)
    assert np.all(stays | takes)


def test_a_move_finds_the_best_of_all_fusions():
    # on four pixels every fusion can be tried; these terms are submodular, so the cut is exact
    import itertools

    for seed in range(20):
        case = Case(seed, h=2, w=2, noise=20.0)
        problem = problem_of(case)
        period, start = np.ones((2, 2), np.int32), np.zeros((2, 2), np.int32)
        new_period, new_start = np.full((2, 2), 8, np.int32), np.full((2, 2), 5, np.int32)
        best = min(
            sum(problem.energy(np.where(take, new_period, period), np.where(take, new_start, start)))
            for take in (np.array(bits, bool).reshape(2, 2) for bits in itertools.product([0, 1], repeat=4))
        )
        fuse(problem, period, start, new_period, new_start)
        assert sum(problem.energy(period, start)) == pytest.approx(best, rel=1e-6, abs=1e-9)


def test_energy_of_windows_adds_up():
    case = Case(4, h=9, w=11)
    problem = problem_of(case)
    labels = case.labels()
    parts = [
        problem.energy(*labels, (rows, columns))
        for rows in (slice(0, 4), slice(4, 9))
        for columns in (slice(0, 7), slice(7, 11))
    ]
    assert np.sum(parts, axis=0) == pytest.approx(problem.energy(*labels))


def test_backends_agree():
    case = Case(5, h=12, w=12)
    problem = problem_of(case)
    results = []
    for backend in ("grid", "pymaxflow"):
        period, start = np.ones((12, 12), np.int32), np.zeros((12, 12), np.int32)
        gain = fuse(problem, period, start, np.full_like(period, 8), np.full_like(start, 4), backend=backend)
        results.append((gain, period.tolist()))
    assert results[0] == results[1]


def test_a_sweep_offers_each_label_where_it_fits():
    case = Case(6, h=6, w=7)  # 30 frames
    problem = problem_of(case)
    labels = case.labels()
    one_by_one = labels[0].copy(), labels[1].copy()
    where = case.rng.random(labels[0].shape) < 0.8
    offered = [(8, 5), (1, 12), (8, 24)]  # the last one ends beyond the clip
    expand(problem, labels, offered, where)
    for p, s in offered[:2]:
        fuse(problem, *one_by_one, np.where(where, p, 0).astype(np.int32), np.full_like(one_by_one[1], s))
    np.testing.assert_array_equal(labels, one_by_one)
