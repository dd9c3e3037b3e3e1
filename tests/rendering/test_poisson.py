"""The multigrid solver against a sparse solve of the same equation in x, y and periodic t."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.fftpack
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import spsolve

from semcine_nb.rendering.poisson import (
    LANES,
    group_screening,
    make_levels,
    relaxation,
    solve_group,
    sweeps_alone,
)


def sparse_solve(source: np.ndarray, active: np.ndarray, screening: float) -> np.ndarray:
    """(N, P): C = 0 at the picture's other pixels, no edge across the picture's border."""
    n, (h, w) = len(source), active.shape
    number = {(int(y), int(x)): i for i, (y, x) in enumerate(np.argwhere(active))}
    matrix = sp.lil_array((source.size, source.size))
    count = len(number)
    for (y, x), i in number.items():
        around = [(y + dy, x + dx) for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1))]
        around = [(v, u) for v, u in around if 0 <= v < h and 0 <= u < w]
        for t in range(n):
            here = t * count + i
            matrix[here, here] += screening + len(around) + 2
            for place in around:
                if place in number:
                    matrix[here, t * count + number[place]] -= 1
            matrix[here, (t + 1) % n * count + i] -= 1
            matrix[here, (t - 1) % n * count + i] -= 1
    return spsolve(matrix.tocsc(), source.ravel().astype(float)).reshape(source.shape)


def numbered(pixels: np.ndarray, active: np.ndarray) -> np.ndarray:
    """(P,): the number that the levels give to each pixel, in row order."""
    numbers = np.zeros(active.shape, int)
    numbers[tuple(pixels.T)] = np.arange(len(pixels))
    return numbers[active]


def solve(source: np.ndarray, active: np.ndarray, screening: float, cycles: int = 3) -> np.ndarray:
    """(N, P) of the same by `solve_group`."""
    n, count = source.shape
    levels, groups = make_levels(active, screening), group_screening(n, screening)
    numbers = np.zeros((count + 1, groups.size), np.float32)
    number = numbered(levels[0].pixels, active)
    numbers[number, :n] = scipy.fftpack.rfft(source.T.astype(np.float32), axis=1)
    parts = [
        solve_group(levels, np.ascontiguousarray(numbers[:, LANES * i : LANES * (i + 1)]), group, cycles)
        for i, group in enumerate(groups)
    ]
    assert not any(part[-1].any() for part in parts)
    return scipy.fftpack.irfft(np.concatenate(parts, axis=1)[number, :n], axis=1).T


@pytest.mark.parametrize("screening", [1.0, 1.4, 4.0])
def test_high_frequencies_reach_the_error_of_the_cycles(screening: float):
    rng, active = np.random.default_rng(0), np.ones((40, 30), bool)
    for values in (np.ones(1200), rng.normal(size=1200)):
        source = np.zeros((1201, LANES), np.float32)
        levels = make_levels(active, 0.004)
        number = numbered(levels[0].pixels, active)
        source[number] = values[:, None]
        got = solve_group(levels, source, np.full(LANES, screening, np.float32))[number, 0]
        expected = sparse_solve(values[None], active, screening)[0]
        assert np.abs(got - expected).max() < 15.0**-3 * np.abs(expected).max() + 1e-5


@pytest.mark.parametrize("n", [1, 2, 7, 10])
def test_agrees_with_a_sparse_solve(n: int):
    rng = np.random.default_rng(n)
    y, x = np.mgrid[:23, :30]
    active = ((y - 8) ** 2 + (x - 12) ** 2 < 160) | (
        x > 26
    )  # a disc cut by the picture, and a strip at its side
    source = rng.normal(size=(n, int(active.sum())))
    expected = sparse_solve(source, active, 0.02)
    for cycles, error in ((3, 0.05), (10, 1e-3)):
        got = solve(source, active, 0.02, cycles)
        assert np.abs(got - expected).max() < error * np.abs(expected).max()


def test_one_pixel_by_hand():
    """(ε + 4) C = source for a pixel alone; (ε + 2) C in a corner, whose other neighbors do not exist."""
    active = np.zeros((9, 9), bool)
    active[4, 4] = active[0, 0] = True
    assert solve(np.array([[3.0, 4.1]]), active, 0.1).tolist() == [
        [pytest.approx(3 / 2.1), pytest.approx(1, rel=1e-3)]
    ]


def test_without_borders_a_constant_is_divided_by_the_screening():
    got = solve(np.full((3, 64 * 48), 2.0), np.ones((64, 48), bool), 0.004, cycles=8)
    assert np.allclose(got, 500, rtol=1e-3)


def test_order_and_runs_by_hand():
    """Red of row 0, red of row 1, black of row 0, red of row 2, …: black ones after all their neighbors."""
    level = make_levels(np.ones((3, 4), bool), 4.0)[0]
    number = numbered(level.pixels, np.ones((3, 4), bool)).reshape(3, 4)
    assert number.tolist() == [[0, 4, 1, 5], [8, 2, 9, 3], [6, 10, 7, 11]]
    # the corner's neighbors above and at the left do not exist: the number of pixels stands for them
    assert level.runs[0].tolist() == [0, 1, 12, 8, 12, 4, 1 + 4]
    # nor does the pixel beside the corner go on with its run, having a neighbor at the left
    assert level.runs[1].tolist() == [1, 2, 12, 9, 4, 5, 1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 20), st.integers(1, 20))
def test_runs_say_what_the_table_of_neighbors_does(seed: int, h: int, w: int):
    active = np.random.default_rng(seed).random((h, w)) < 0.8
    active[h // 2, w // 2] = True
    for level in make_levels(active, 0.004):
        begin, end, *first, kind = level.runs.T
        counts = end - begin
        along = np.arange(len(level.kind)) - begin.repeat(counts)
        assert np.array_equal(
            np.stack(first, axis=1).repeat(counts, axis=0) + along[:, None], level.neighbors
        )
        assert np.array_equal(kind.repeat(counts), level.kind)
        y, x = level.pixels.T
        black = (y + x) % 2 == 1
        numbers = np.arange(len(black))[:, None]
        inside = level.neighbors < len(black)
        assert (level.neighbors < numbers)[black][inside[black]].all()
        assert (level.neighbors > numbers)[~black][inside[~black]].all()


def test_sweeps_alone_by_hand():
    """ε = 4: the Jacobi radius is a half, ω = 4 (2 − √3) and r = 7 − 4√3 = 0.0718, m = 2√3 k.

    What is left after 1, 2, 3 sweeps: r (2√3 + √13) = 0.508, r² (4√3 + 7) = 0.0718, r³ (6√3 + √109) = 0.0077.
    """
    factor = float(relaxation(np.float32(4.0)))
    assert factor == pytest.approx(4 * (2 - math.sqrt(3)))
    assert [sweeps_alone(factor, left, 9) for left in (0.51, 0.5, 0.072, 0.0716, 0.0078, 0.0076)] == [
        1,
        2,
        2,
        3,
        3,
        4,
    ]


def test_sweeps_alone_are_counted_up_to_a_limit_and_of_any_screening():
    assert sweeps_alone(2.0, 0.1, 24) == 25  # no error would ever fall
    assert sweeps_alone(1.0, 0.1, 24) == 1  # nothing to relax: each pixel for itself


@pytest.mark.parametrize("screening", [1e-9, 1e-7, 1e5])
def test_any_screening_is_solved(screening: float):
    active = np.ones((9, 11), bool)
    levels = make_levels(active, screening)
    source = np.ones((100, LANES), np.float32)
    source[-1] = 0
    found = solve_group(levels, source, np.full(LANES, screening, np.float32))
    assert np.isfinite(found).all()
    if screening > 1:
        assert found[:-1] == pytest.approx(1 / screening, rel=0.01)


@pytest.mark.parametrize("screening", [0.3, 1.0, 3.7])
def test_sweeps_alone_leave_no_more_than_they_say(screening: float):
    rng, active = np.random.default_rng(1), np.ones((30, 40), bool)
    levels = make_levels(active, 0.004)
    number = numbered(levels[0].pixels, active)
    source = np.zeros((1201, LANES), np.float32)
    source[number] = rng.normal(size=(1200, 1))
    expected = sparse_solve(source[number, :1].T, active, screening)[0]
    for cycles in (1, 2, 3):
        got = solve_group(levels, source, np.full(LANES, screening, np.float32), cycles)[number, 0]
        assert np.linalg.norm(got - expected) < 15.0**-cycles * np.linalg.norm(expected)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 40), st.floats(0.2, 1.0))
def test_more_cycles_come_nearer_on_any_set(seed: int, h: int, w: int, filled: float):
    rng = np.random.default_rng(seed)
    active = rng.random((h, w)) < filled
    active[h // 2, w // 2] = True
    source = rng.normal(size=(2, int(active.sum())))
    expected = sparse_solve(source, active, 0.004)
    size = np.abs(expected).max()
    assert np.abs(solve(source, active, 0.004, 3) - expected).max() < 0.15 * size
    assert np.abs(solve(source, active, 0.004, 9) - expected).max() < 0.01 * size
