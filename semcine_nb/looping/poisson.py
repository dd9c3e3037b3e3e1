"""Screened Poisson equation on any set of pixels, periodic in time: one multigrid solve a few frequencies.

A Fourier transform in t makes (ε − Δ) C = source one equation in the plane for each frequency ω, with
ε + 2 − 2 cos ω in the place of ε. The high ones settle within a few sweeps; only the low ones reach far and
need coarser levels. Frequencies are solved sixteen numbers at a time, side by side for the processor's
vectors; the groups share nothing, so that the result does not depend on threads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

LANES = 16  # real numbers a group: real and imaginary parts of eight frequencies


@dataclass(frozen=True)
class Level:
    """Pixels of one level; number P stands for a value that stays zero.

    neighbours : (P, 4) int32, up, down, left, right: those in the set, else P.
    kind : (P,) int32, row of ``weights``: 1 at the picture's top, 2 at its bottom, 4 at its left, 8 at its
        right.
    weights : (16, 4) float32: of the neighbours up and down, of those left and right, their sum over the
        neighbours that the picture has (beyond its border C goes on as it is; at its other pixels that are
        not in the set C is 0), and the cell's area. They are 1 but in the last row and column, whose cells
        may be in the picture in part; without this the cycles lose the mean.
    parents : (P, 4) int32, cells of the next level, the nearest first; weights 9, 3, 3, 1 sixteenths.
    children : (P, 4) int32, pixels of the level before.
    """

    neighbours: np.ndarray
    kind: np.ndarray
    weights: np.ndarray
    parents: np.ndarray
    children: np.ndarray


def make_levels(active: np.ndarray, screening: float) -> list[Level]:
    """Levels for the True pixels of ``active`` (H, W) bool, in row order, down to where ε alone holds C."""
    levels: list[Level] = []
    size, nothing = active.shape, np.zeros((0, 0), bool)
    finer = nothing
    while True:
        coarser = _halved(active)
        last = 2 * _scale(len(levels)) <= screening or active.size == 1 or not coarser.any()
        rest = [n / 2 ** len(levels) - cells + 1 for n, cells in zip(size, active.shape, strict=True)]
        levels.append(_level(finer, active, nothing if last else coarser, rest))
        if last:
            return levels
        finer, active = active, coarser


def _halved(active: np.ndarray) -> np.ndarray:
    """Cells of 2×2 pixels that are in the set with all that the picture has of them.

    Cells that are in it in part would move the border where C = 0 outwards, and the cycles diverge there.
    """
    h, w = active.shape
    even = np.pad(active, ((0, h % 2), (0, w % 2)), mode="edge")
    return np.all(even.reshape(-(-h // 2), 2, -(-w // 2), 2), axis=(1, 3))


def _level(finer: np.ndarray, active: np.ndarray, coarser: np.ndarray, rest: list[float]) -> Level:
    """rest : how much of the last row and of the last column lies in the picture."""
    (h, w), (y, x) = active.shape, np.nonzero(active)
    around = _numbers(active, constant_values=active.sum())
    shifts = ((0, 1), (2, 1), (1, 0), (1, 2))
    neighbours = np.stack([around[y + i, x + j] for i, j in shifts], axis=1)
    kind = (y == 0) + 2 * (y == h - 1) + 4 * (x == 0) + 8 * (x == w - 1)
    weights = np.empty((16, 4), np.float32)
    for k in range(16):
        high, wide = (rest[0] if k & 2 else 1.0), (rest[1] if k & 8 else 1.0)
        rows, columns = 2 - (k & 1) - (k >> 1 & 1), 2 - (k >> 2 & 1) - (k >> 3)
        weights[k] = 1 / high, 1 / wide, rows / high + columns / wide, high * wide
    parents = children = np.zeros((0, 4), np.int32)
    if coarser.size:
        above = _numbers(coarser, mode="edge")
        yy, xx = y // 2 + 1, x // 2 + 1
        yn, xn = yy + 2 * (y % 2) - 1, xx + 2 * (x % 2) - 1
        parents = np.stack([above[yy, xx], above[yy, xn], above[yn, xx], above[yn, xn]], axis=1)
    if finer.size:
        below = _numbers(finer, constant_values=finer.sum())[1:, 1:]
        children = np.stack([below[2 * y + i, 2 * x + j] for i in (0, 1) for j in (0, 1)], axis=1)
    return Level(neighbours, kind.astype(np.int32), weights, parents, children)


def _numbers(active: np.ndarray, **pad: Any) -> np.ndarray:
    """(H + 2, W + 2) int32: the number of each pixel of the set, their count at the others."""
    count = int(active.sum())
    numbers = np.full(active.shape, count, np.int32)
    numbers[active] = np.arange(count, dtype=np.int32)
    return np.pad(numbers, 1, **pad)


def group_screening(n: int, screening: float) -> np.ndarray:
    """(groups, LANES) float32: ε + 2 − 2 cos ω of each of the n numbers that `scipy.fftpack.rfft` gives."""
    frequency = 2 * np.pi * ((np.arange(n) + 1) // 2) / n
    each = screening + 2 - 2 * np.cos(frequency)
    return np.pad(each, (0, -n % LANES), constant_values=8).reshape(-1, LANES).astype(np.float32)


def solve_group(
    levels: list[Level], source: np.ndarray, screening: np.ndarray, cycles: int = 5
) -> np.ndarray:
    """Solve (ε − Δ) C = source for one group of frequencies.

    Parameters
    ----------
    levels : see `make_levels`.
    source : (P + 1, LANES) float32, its last row zero.
    screening : (LANES,) float32, one row of `group_screening`.
    cycles : V-cycles; each takes the error to a fifth or less, five to a hundredth of a grey level. Where
        sweeps alone reach that sooner there are none.

    Returns
    -------
    (P + 1, LANES) float32, its last row zero.
    """
    # a sweep leaves at most 2 / (2 + ε) of the error: where ε is large, sweeps alone reach what the cycles
    # do, a fifth each, and cost less; a cycle costs about four sweeps
    alone = math.ceil(cycles * math.log(5) / math.log1p(screening.min() / 2))
    depth = 1
    while depth < len(levels) and 2 * _scale(depth - 1) > screening.min() and alone > 4 * cycles:
        depth += 1
    sources = [source] + [np.zeros((len(level.kind) + 1, LANES), np.float32) for level in levels[1:depth]]
    values = [np.zeros_like(s) for s in sources]

    def smooth(i: int, sweeps: int) -> None:
        level = levels[i]
        inverse = 1 / (screening + _scale(i) * level.weights[:, 2:3])
        for k in range(sweeps):
            _sweep(
                values[i], sources[i], level.neighbours, level.kind, _scale(i) * level.weights, inverse,
                k % 2 == 1,
            )  # fmt: skip

    if depth == 1:
        smooth(0, min(alone, 4 * cycles))
        return values[0]
    for cycle in range(cycles):
        for i in range(1, depth):
            if i > 1 or cycle:
                smooth(i - 1, 1)
            fine = levels[i - 1]
            _restrict(
                values[i - 1], sources[i - 1], fine.neighbours, fine.kind, fine.weights, screening,
                _scale(i - 1), levels[i].children, sources[i],
            )  # fmt: skip
            values[i][:] = 0
        smooth(depth - 1, 4)
        for i in range(depth - 2, -1, -1):
            _prolong(values[i + 1], levels[i].parents, values[i])
            smooth(i, 2)
    return values[0]


def _scale(i: int) -> np.float32:
    return np.float32(4.0**-i)


@njit(cache=True, nogil=True)
def _sweep(value, source, neighbours, kind, weights, inverse, backwards):
    """Gauss–Seidel, pixel by pixel."""
    n = len(kind)
    for position in range(n):
        i = n - 1 - position if backwards else position
        a, b, c, d = neighbours[i]
        k = kind[i]
        down, across = weights[k, 0], weights[k, 1]
        for j in range(LANES):
            around = down * (value[a, j] + value[b, j]) + across * (value[c, j] + value[d, j])
            value[i, j] = (source[i, j] + around) * inverse[k, j]


@njit(cache=True, nogil=True)
def _restrict(value, source, neighbours, kind, weights, screening, scale, children, coarse):
    """Means of source − (ε − Δ) value over the children, by area."""
    missing = len(kind)
    for i in range(len(children)):
        coarse[i] = 0
        area = np.float32(0)
        for child in children[i]:
            if child == missing:
                continue
            a, b, c, d = neighbours[child]
            down, across, total, own = weights[kind[child]]
            down, across, total = scale * down, scale * across, scale * total
            area += own
            for j in range(LANES):
                around = down * (value[a, j] + value[b, j]) + across * (value[c, j] + value[d, j])
                coarse[i, j] += own * (source[child, j] + around - (screening[j] + total) * value[child, j])
        for j in range(LANES):
            coarse[i, j] /= area


@njit(cache=True, nogil=True)
def _prolong(coarse, parents, fine):
    near, side, far = np.float32(9 / 16), np.float32(3 / 16), np.float32(1 / 16)
    for i in range(len(parents)):
        a, b, c, d = parents[i]
        for j in range(LANES):
            fine[i, j] += near * coarse[a, j] + side * (coarse[b, j] + coarse[c, j]) + far * coarse[d, j]
