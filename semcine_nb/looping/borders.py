"""What moves propose: the label of the region next door, the cheapest of a block, another still frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .pairs import distance, jump


@njit(cache=True, nogil=True)
def neighbor_labels(period, start, allowed, radius, same_period):
    """For each pixel the label of the nearest region with another one, at most ``radius`` steps away.

    Parameters
    ----------
    period, start : (H, W) int32
    allowed : (H, W) bool, pixels that may get a proposal
    radius : steps to 4-neighbours
    same_period : only offer labels of the pixel's own period

    Returns
    -------
    new_period, new_start : (H, W) int32, period 0 where there is no proposal
    """
    h, w = period.shape
    new_period, new_start = np.zeros((h, w), np.int32), np.zeros((h, w), np.int32)
    # the pixels reached in the last step; the next step looks at their neighbours only
    front = np.empty((h * w, 2), np.int32)
    following = np.empty((h * w, 2), np.int32)
    reached = np.zeros((h, w), np.bool_)
    n = 0
    for y in range(h):
        for x in range(w):
            if not allowed[y, x]:
                continue
            for d in range(4):
                y2, x2 = y + (d == 0) - (d == 1), x + (d == 2) - (d == 3)
                if y2 < 0 or x2 < 0 or y2 >= h or x2 >= w:
                    continue
                if period[y2, x2] == period[y, x]:
                    if start[y2, x2] == start[y, x]:
                        continue
                elif same_period:
                    continue
                new_period[y, x], new_start[y, x] = period[y2, x2], start[y2, x2]
                reached[y, x] = True
                front[n, 0], front[n, 1] = y, x
                n += 1
                break
    for _ in range(1, radius):
        m = 0
        for i in range(n):
            y, x = front[i]
            for d in range(4):
                y2, x2 = y + (d == 0) - (d == 1), x + (d == 2) - (d == 3)
                if y2 < 0 or x2 < 0 or y2 >= h or x2 >= w or reached[y2, x2] or not allowed[y2, x2]:
                    continue
                if new_period[y, x] == period[y2, x2]:
                    if new_start[y, x] == start[y2, x2]:
                        continue
                elif same_period:
                    continue
                new_period[y2, x2], new_start[y2, x2] = new_period[y, x], new_start[y, x]
                reached[y2, x2] = True
                following[m, 0], following[m, 1] = y2, x2
                m += 1
        front, following = following, front
        n = m
    return new_period, new_start


@njit(cache=True, nogil=True)
def block_jumps(vectors, scale, gamma, periods, starts, block):
    """E_temp of the labels (periods[i], starts[i]), summed over blocks: (labels, rows, columns) float64.

    Pixels with ``gamma`` 0 are left out.
    """
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    total = np.zeros((periods.size, -(-h // block), -(-w // block)))
    for y in range(h):
        for x in range(w):
            o = (y * w + x) * t * c
            weight = scale * gamma[y, x]
            if weight == 0:
                continue
            for i in range(periods.size):
                total[i, y // block, x // block] += weight * jump(u, o, c, periods[i], starts[i])
    return total


@njit(cache=True, nogil=True)
def still_costs(vectors, scale, right, down, period, start, static, frames):
    """α₂·E_spa of ``static`` pixels (H, W) beside others if all of them show one of ``frames``: (frames,)."""
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    size = t * c
    sums1, sums2 = np.zeros(size, np.int32), np.zeros(size, np.int32)
    total = np.zeros(frames.size)
    for y in range(h):
        for x in range(w):
            for d in range(2):
                y2, x2 = y + d, x + 1 - d
                if y2 >= h or x2 >= w or static[y, x] == static[y2, x2]:
                    continue
                weight = scale * (down[y, x] if d else right[y, x])
                p, s = (period[y2, x2], start[y2, x2]) if static[y, x] else (period[y, x], start[y, x])
                for k in (y * w + x, y2 * w + x2):
                    for i in range(frames.size):
                        total[i] += weight * distance(u, k * size, c, p, s, 1, frames[i], sums1, sums2)
    return total


def enlarge(blocks: NDArray[Any], block: int, shape: tuple[int, ...]) -> NDArray[Any]:
    """Repeat each entry over its block of pixels and crop to ``shape``."""
    return np.ascontiguousarray(blocks.repeat(block, axis=0).repeat(block, axis=1)[: shape[0], : shape[1]])
