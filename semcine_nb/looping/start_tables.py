"""Costs of blocks in stage 1: every start of one period, exact.

`start_problem` adds up E_temp over the pixels of a block, and E_spa over the pairs along its borders, from
prefix sums of frame distances.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .blocks import BlockProblem, Blocks
from .costs import Costs, offset
from .distances import INNER, Vectors
from .labels import LabelSpace


def start_problem(costs: Costs, space: LabelSpace, period: int, block: int, wanted: Blocks) -> BlockProblem:
    """Stage 1, exact: label i is the start ``space.starts(period)[i]`` of one period.

    ``wanted`` (R, C) says which blocks need pair costs; the others' are zero.
    """
    starts = space.starts(period)
    return BlockProblem(
        start_jumps(costs, period, starts, block),
        start_pairs(costs, period, starts, space.step, block, wanted),
    )


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _add_drift(
    u: Vectors, o: int, c: int, first: int, lag: int, weight: np.float32, into: NDArray[np.float32]
) -> None:
    """Add to each channel of each frame f ≥ first its weighted squared difference from frame f + lag.

    Sums of channels wait until all pixels are added: this way the compiler adds eight channels at once.
    """
    x = u[o + first * c : o + first * c + into.size]
    y = u[o + (first + lag) * c : o + (first + lag) * c + into.size]
    for i in range(into.size):
        d = np.int32(x[i]) - np.int32(y[i])
        into[i] += weight * np.float32(d * d)


@njit(cache=True, nogil=True, fastmath=True)
def start_jumps(costs: Costs, p: int, starts: NDArray[np.int32], block: int) -> NDArray[np.float64]:
    """E_temp of every start, ascending, of one period, summed over blocks: (starts, R, C)."""
    h, w = costs.temporal_factor.shape
    u, c = costs.vectors, costs.channels
    total = np.zeros((starts.size, -(-h // block), -(-w // block)))
    first = starts[0] - 1  # a jump is read from this frame on
    drift = np.empty((starts[-1] - first + 1) * c, np.float32)
    for i in range(total.shape[1]):
        for j in range(total.shape[2]):
            drift[:] = 0
            for y in range(i * block, min((i + 1) * block, h)):
                for x in range(j * block, min((j + 1) * block, w)):
                    gamma = np.float32(costs.temporal_factor[y, x])
                    if gamma != 0:
                        _add_drift(u, offset(costs, y, x), c, first, p, gamma, drift)
            for k in range(starts.size):
                begin = (starts[k] - 1 - first) * c
                total[k, i, j] = costs.scale * drift[begin : begin + 2 * c].sum()
    return total


@njit(cache=True, nogil=True, fastmath=True)
def start_pairs(
    costs: Costs, p: int, starts: NDArray[np.int32], step: int, block: int, wanted: Blocks
) -> NDArray[np.float32]:
    """Exact costs between blocks for every two starts of one period, from prefix sums of frame distances."""
    rows, columns = wanted.shape
    t, c = costs.frames, costs.channels
    n, multiples = starts.size, (t - 1) // p
    tables = np.zeros((2, rows, columns, n, n), np.float32)
    drift = np.empty((t - step) * c, np.float32)
    # prefix[m, k]: distance of frames m·p apart from the first start up to frame k·step
    prefix = np.zeros((multiples + 2, t // step + 2))
    # whole periods between two starts, and the column of `prefix` where the rest ends: divided once
    whole, rest_end = np.zeros((n, n), np.int32), np.zeros((n, n), np.int32)
    for a in range(n):
        for b in range(a + 1, n):
            whole[a, b] = (starts[b] - starts[a]) // p
            rest_end[a, b] = (starts[b] - whole[a, b] * p) // step
    at = starts // step
    period_later = (starts + p) // step
    for i in range(rows):
        for j in range(columns):
            for d in range(2):
                i2, j2 = i + d, j + 1 - d
                if i2 >= rows or j2 >= columns or not (wanted[i, j] and wanted[i2, j2]):
                    continue
                for m in range(1, multiples + 1):
                    across = drift[: max(t - m * p - step, 0) * c]
                    across[:] = 0
                    _add_border(costs, (d, i, j), block, step, m * p, across)
                    for k in range(1, (t - m * p - 1) // step + 1):
                        part = across[(k - 1) * step * c : k * step * c]
                        prefix[m, k + 1] = prefix[m, k] + part.sum()
                table = tables[d, i, j]
                for a in range(n):
                    for b in range(a + 1, n):
                        q, end = whole[a, b], rest_end[a, b]
                        cost = prefix[q + 1, end] - prefix[q + 1, at[a]]
                        if q:
                            cost += prefix[q, period_later[a]] - prefix[q, end]
                        table[a, b] = table[b, a] = costs.scale * cost / p
    return tables


@njit(**INNER, fastmath=True)
def _add_border(
    costs: Costs, border: tuple[int, int, int], block: int, first: int, lag: int, into: NDArray[np.float32]
) -> None:
    """Add the drift of both pixels of every pair across a border: of block (i, j) to the right or down."""
    d, i, j = border
    h, w = costs.temporal_factor.shape
    u, c = costs.vectors, costs.channels
    top, left = i * block, j * block
    for k in range(min(block, w - left if d else h - top)):
        y, x = (top + block - 1, left + k) if d else (top + k, left + block - 1)
        weight = np.float32(costs.spatial_factor[d, y, x])
        _add_drift(u, offset(costs, y, x), c, first, lag, weight, into)
        _add_drift(u, offset(costs, y + d, x + 1 - d), c, first, lag, weight, into)
