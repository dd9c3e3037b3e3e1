"""Screened Poisson equation on any set of pixels, periodic in time: one multigrid solve a few frequencies.

A Fourier transform in t makes (ε − Δ) C = source one equation in the plane for each frequency ω, with
ε + 2 − 2 cos ω in the place of ε. The high ones settle within a few sweeps; only the low ones reach far and
need coarser levels. Frequencies are solved sixteen numbers at a time, side by side for the processor's
vectors; the groups share nothing, so that the result does not depend on threads.

Sweeps are red-black: no pixel has a neighbor of its own color. So a row's pixels of one color are one
plain loop (measured: more than twice as fast as with a table of neighbors), over-relaxation has its best
rate, and a V-cycle takes the error to a fifteenth where sweeps in row order take it to a fifth.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from skimage.measure import block_reduce

LANES = 16  # real numbers a group: real and imaginary parts of eight frequencies


class Level(NamedTuple):
    """Pixels of one level, in the order of a sweep; number P stands for a value that stays zero.

    scale : float32, 4 to the minus number of the level: what a step between its cells weighs against ε.
    pixels : (P, 2) int32, row and column: those of a row where they sum to an even number, red, then the
        black ones of the row above, which all neighbors are before, and which the cache still holds.
    neighbors : (P, 4) int32, up, down, left, right: those in the set, else P.
    kind : (P,) int32, row of ``weights``: 1 at the picture's top, 2 at its bottom, 4 at its left, 8 at its
        right.
    runs : (R, 7) int32, first pixel, one past the last, the first one's neighbors, kind. From each pixel of
        a run to the next, the numbers of all neighbors go up by one.
    weights : (16, 4) float32: of the neighbors up and down, of those left and right, their sum over the
        neighbors that the picture has (beyond its border C goes on as it is; at its other pixels that are
        not in the set C is 0), and the cell's area. They are 1 but in the last row and column, whose cells
        may be in the picture in part; without this the cycles lose the mean.
    parents : (P, 4) uint32, cells of the next level, the nearest first; weights 9, 3, 3, 1 sixteenths.
        Numbers that cannot be negative let the compiler use vectors (measured: twice as fast).
    children : (P, 4) int32, pixels of the level before: red, black, black, red.
    """

    scale: np.float32
    pixels: np.ndarray
    neighbors: np.ndarray
    kind: np.ndarray
    runs: np.ndarray
    weights: np.ndarray
    parents: np.ndarray
    children: np.ndarray


def make_levels(active: np.ndarray, screening: float) -> list[Level]:
    """Levels for the True pixels of ``active`` (H, W) bool, down to where ε alone holds C."""
    sets = [active]
    while 2 * 4.0 ** (1 - len(sets)) > screening and sets[-1].size > 1:
        # cells of 2×2 pixels that are in the set with all that the picture has of them: those in it in part
        # would move the border where C = 0 outwards, and the cycles diverge there
        coarser = block_reduce(sets[-1], 2, np.all, cval=True)
        if not coarser.any():
            break
        sets.append(coarser)
    pixels = [_ordered(each) for each in sets]
    numbers = [_numbers(each.shape, *order) for each, order in zip(sets, pixels, strict=True)]
    return [_level(pixels, numbers, i) for i in range(len(sets))]


def _ordered(active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of a set's pixels in the order of a sweep, see ``Level.pixels``."""
    y, x = np.nonzero(active)
    order = np.argsort(2 * y + 3 * ((y + x) % 2), kind="stable")
    return y[order], x[order]


def _numbers(shape: tuple[int, ...], y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(H, W) int32: the place of each pixel in that order, the count of all at those not in the set."""
    numbers = np.full(shape, len(y), np.int32)
    numbers[y, x] = np.arange(len(y), dtype=np.int32)
    return numbers


def _level(pixels: list[tuple[np.ndarray, np.ndarray]], numbers: list[np.ndarray], i: int) -> Level:
    """Level i from every level's pixels and numbers."""
    (y, x), (h, w) = pixels[i], numbers[i].shape
    around = np.pad(numbers[i], 1, constant_values=len(y))
    shifts = ((0, 1), (2, 1), (1, 0), (1, 2))
    neighbors = np.stack([around[y + dy, x + dx] for dy, dx in shifts], axis=1)
    kind = ((y == 0) + 2 * (y == h - 1) + 4 * (x == 0) + 8 * (x == w - 1)).astype(np.int32)
    # how much of the last row and of the last column lies in the picture
    rest = [n / 2**i - cells + 1 for n, cells in zip(numbers[0].shape, (h, w), strict=True)]
    weights = np.empty((16, 4), np.float32)
    for k in range(16):
        high, wide = (rest[0] if k & 2 else 1.0), (rest[1] if k & 8 else 1.0)
        rows, columns = 2 - (k & 1) - (k >> 1 & 1), 2 - (k >> 2 & 1) - (k >> 3)
        weights[k] = 1 / high, 1 / wide, rows / high + columns / wide, high * wide
    parents, children = np.zeros((0, 4), np.uint32), np.zeros((0, 4), np.int32)
    if i + 1 < len(numbers):
        above = np.pad(numbers[i + 1], 1, mode="edge").astype(np.uint32)
        yy, xx = y // 2 + 1, x // 2 + 1
        yn, xn = yy + 2 * (y % 2) - 1, xx + 2 * (x % 2) - 1
        parents = np.stack([above[yy, xx], above[yy, xn], above[yn, xx], above[yn, xn]], axis=1)
    if i > 0:
        below = np.pad(numbers[i - 1], ((0, 1), (0, 1)), constant_values=len(pixels[i - 1][0]))
        children = np.stack([below[2 * y + dy, 2 * x + dx] for dy in (0, 1) for dx in (0, 1)], axis=1)
    places = np.column_stack([y, x]).astype(np.int32)
    return Level(
        np.float32(4.0**-i), places, neighbors, kind, _runs(neighbors, kind), weights, parents, children
    )


def _runs(neighbors: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """See ``Level.runs``."""
    goes_on = (np.diff(neighbors, axis=0) == 1).all(axis=1) & (np.diff(kind) == 0)
    first = np.flatnonzero(np.append(True, ~goes_on))
    last = np.append(first[1:], len(kind))
    return np.column_stack([first, last, neighbors[first], kind[first]]).astype(np.int32)


def group_screening(n: int, screening: float) -> np.ndarray:
    """(groups, LANES) float32: ε + 2 − 2 cos ω of each of the n numbers that `scipy.fftpack.rfft` gives."""
    frequency = 2 * np.pi * ((np.arange(n) + 1) // 2) / n
    each = screening + 2 - 2 * np.cos(frequency)
    return np.pad(each, (0, -n % LANES), constant_values=8).reshape(-1, LANES).astype(np.float32)


def solve_group(
    levels: list[Level], source: np.ndarray, screening: np.ndarray, cycles: int = 3
) -> np.ndarray:
    """Solve (ε − Δ) C = source for one group of frequencies; C is of the shape of ``source``.

    Parameters
    ----------
    levels : see `make_levels`.
    source : (P + 1, LANES) float32, pixels in the order of the first level, the last row zero.
    screening : (LANES,) float32, one row of `group_screening`.
    cycles : V-cycles; each of the first takes the error to about a fifteenth, three to about two hundredths
        of a gray level. Where over-relaxed sweeps alone reach that sooner there are none.
    """
    fastest = relaxation(screening)
    most = 8 * cycles  # a cycle takes the time of eight sweeps
    alone = sweeps_alone(fastest.max(), 15.0**-cycles, most)
    direct = alone <= most
    depth = 1
    if not direct:
        depth += sum(2 * level.scale > screening.min() for level in levels[:-1])
    sources = [source] + [np.zeros((len(level.kind) + 1, LANES), np.float32) for level in levels[1:depth]]
    values = [np.zeros_like(s) for s in sources]

    def smooth(i: int, sweeps: int, relax: np.ndarray) -> None:
        level = levels[i]
        part = relax / (screening + level.scale * level.weights[:, 2:3])
        for _ in range(sweeps):
            _sweep(values[i], sources[i], level.runs, level.scale * level.weights, part, 1 - relax)

    if direct:
        smooth(0, alone, fastest.astype(np.float32))
        return values[0]
    plain = np.ones(LANES, np.float32)
    for _ in range(cycles):
        for i in range(1, depth):
            smooth(i - 1, 1, plain)
            _restrict(values[i - 1], sources[i - 1], levels[i - 1], screening, levels[i].children, sources[i])
            values[i][:] = 0
        smooth(depth - 1, 4, plain)
        for i in range(depth - 2, -1, -1):
            _prolong(values[i + 1], levels[i].parents, values[i])
            smooth(i, 2, plain)
    return values[0]


def relaxation(screening: np.ndarray) -> np.ndarray:
    """Young's best factor of over-relaxation: C goes that far towards what its neighbors ask for.

    It belongs to the radius of the Jacobi iteration, 4 / (4 + ε).
    """
    jacobi = 4 / (4 + np.asarray(screening, np.float64))
    return 2 / (1 + np.sqrt((1 - jacobi) * (1 + jacobi)))


def sweeps_alone(factor: float, tolerance: float, most: int) -> int:
    """How many red-black sweeps with the best factor ω leave at most that share of the error; or most + 1.

    With r = ω − 1, k of them leave at most r^k (m + √(m² + 1)), m = k (r^−½ − r^½), in the mean square
    (Golub & Varga 1961, "Chebyshev semi-iterative methods, successive overrelaxation iterative methods, and
    second order Richardson iterative methods", Numerische Mathematik 3:147).
    """
    rate, k, left = max(float(factor) - 1, 1e-12), 0, 1.0
    while left > tolerance and k <= most:
        k += 1
        slow = k * (rate**-0.5 - rate**0.5)
        left = rate**k * (slow + math.hypot(slow, 1))
    return k


@njit(cache=True, nogil=True, fastmath=True)
def _sweep(value, source, runs, weights, part, keep):
    """C ← keep · C + part · (source + Σ weight · neighbor), one pixel after the other.

    The numbers are counted by an array's size: a loop of a constant sixteen the compiler unrolls, and then
    finds no vectors in it.
    """
    for r in range(len(runs)):
        begin, end, up, down, left, right, kind = runs[r]
        count = end - begin
        here, wanted = value[begin:end], source[begin:end]
        a, b = value[up : up + count], value[down : down + count]
        c, d = value[left : left + count], value[right : right + count]
        high, wide, toward = weights[kind, 0], weights[kind, 1], part[kind]
        for i in range(count):
            for j in range(keep.size):
                around = high * (a[i, j] + b[i, j]) + wide * (c[i, j] + d[i, j])
                here[i, j] = keep[j] * here[i, j] + toward[j] * (wanted[i, j] + around)


@njit(cache=True, nogil=True, fastmath=True)
def _restrict(value, source, fine, screening, children, coarse):
    """Means of source − (ε − Δ) value over the children, by area; at black ones a sweep has left nothing."""
    neighbors, kind, weights, scale = fine.neighbors, fine.kind, fine.weights, fine.scale
    missing = len(kind)
    for i in range(len(children)):
        coarse[i] = 0
        area = np.float32(0)
        for place in range(4):
            child = children[i, place]
            if child == missing:
                continue
            down, across, total, own = weights[kind[child]]
            area += own
            if place == 1 or place == 2:
                continue
            a, b, c, d = neighbors[child]
            down, across, total = scale * down, scale * across, scale * total
            for j in range(LANES):
                around = down * (value[a, j] + value[b, j]) + across * (value[c, j] + value[d, j])
                coarse[i, j] += own * (source[child, j] + around - (screening[j] + total) * value[child, j])
        for j in range(LANES):
            coarse[i, j] /= area


@njit(cache=True, nogil=True, fastmath=True)
def _prolong(coarse, parents, fine):
    near, side, far = np.float32(9 / 16), np.float32(3 / 16), np.float32(1 / 16)
    for i in range(len(parents)):
        a, b, c, d = parents[i]
        for j in range(fine.shape[1]):
            fine[i, j] += near * coarse[a, j] + side * (coarse[b, j] + coarse[c, j]) + far * coarse[d, j]
