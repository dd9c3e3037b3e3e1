"""The energy of a labelling of a whole clip: energy.py's sums without F of every pixel and frame in memory.

The solver works on bytes (``tables``); what it reports is computed here from the real numbers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .energy import LoopEnergy
from .labels import Labels, at_borders
from .parameters import LoopParameters
from .problem import LoopProblem

if TYPE_CHECKING:
    from ..semantics.storage import FrameScores


def evaluate(
    problem: LoopProblem,
    frames: NDArray[np.uint8],
    scores: FrameScores,
    period: Labels,
    start: Labels,
    parameters: LoopParameters,
) -> LoopEnergy:
    """Eq. (1) of a labelling, equal to ``loop_energy`` up to single-precision weights (about 1e-6).

    Parameters
    ----------
    frames : (T, H, W, 3) uint8
    scores : scores[t] gives (H, W, K) float32 of the kept channels, not yet normalised
    period, start : (H, W) int32

    Notes
    -----
    One pass over the scores keeps the four responses that E_temp reads and the time lines of the pixels
    beside a border between labels.
    """
    t, h, w = frames.shape[:3]
    beside = at_borders(period, start)
    line = np.full((h, w), -1, np.int32)
    line[beside] = np.arange(int(beside.sum()))

    loops = period > 1
    reads = np.stack([start, start + period, start - 1, start + period - 1])
    reads[:, ~loops] = -1
    k = np.asarray(scores[0]).shape[-1]
    ends = np.zeros((4, h, w, k), np.float32)
    lines = np.zeros((int(beside.sum()), t, k), np.float32)
    for i in range(t):
        _keep(np.ascontiguousarray(scores[i], np.float32), i, reads, line, ends, lines)

    rows, columns = np.nonzero(loops)

    def color(read: NDArray[np.integer]) -> NDArray[np.float64]:
        return frames[read[loops], rows, columns] / 255.0

    def squared(a: NDArray, b: NDArray) -> NDArray[np.float64]:
        return ((a.astype(np.float64) - b) ** 2).sum(axis=-1)

    jump_v = (squared(color(reads[0]), color(reads[1])) + squared(color(reads[2]), color(reads[3]))) / 3
    jump_f = (squared(ends[0][loops], ends[1][loops]) + squared(ends[2][loops], ends[3][loops])) / k
    factor = problem.tables.temporal_factor[loops].astype(np.float64)
    temporal = factor * ((1 - parameters.w) * jump_v + parameters.w * jump_f)

    short = loops & (period <= problem.short_range)
    label = problem.static_cost[~loops].sum(dtype=np.float64) + problem.short_cost[short].sum(
        dtype=np.float64
    )
    spatial = _borders(
        frames, lines, line, period, start, problem.tables.right, problem.tables.down,
        (1 - parameters.w) / 3 / 255**2, parameters.w / k,
    )  # fmt: skip
    return LoopEnergy(float(temporal.sum()), float(label), float(spatial))


@njit(cache=True, nogil=True)
def _keep(scores, frame, reads, line, ends, lines):
    """Of one frame's scores (H, W, K), made to sum to one, what ``reads`` (4, H, W) and ``line`` ask for."""
    h, w, k = scores.shape
    for y in range(h):
        for x in range(w):
            n = line[y, x]
            wanted = n >= 0
            for j in range(4):
                wanted |= reads[j, y, x] == frame
            if not wanted:
                continue
            total = np.float32(0)
            for c in range(k):
                total += scores[y, x, c]
            for c in range(k):
                share = scores[y, x, c] / total if total > 0 else np.float32(1 / k)
                if n >= 0:
                    lines[n, frame, c] = share
                for j in range(4):
                    if reads[j, y, x] == frame:
                        ends[j, y, x, c] = share


@njit(cache=True, nogil=True)
def _borders(frames, lines, line, period, start, right, down, color_weight, semantic_weight):
    """α₂·E_spa of every pair of neighbours with different labels, frame by frame of the common multiple."""
    h, w = period.shape
    k = lines.shape[2]
    total = 0.0
    for y in range(h):
        for x in range(w):
            for d in range(2):
                y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                if y2 >= h or x2 >= w:
                    continue
                p, s, q, r = period[y, x], start[y, x], period[y2, x2], start[y2, x2]
                if p == q and s == r:
                    continue
                multiple = p // math.gcd(p, q) * q
                cost = 0.0
                for t in range(multiple):
                    a, b = s + (t - s) % p, r + (t - r) % q
                    for end in range(2):
                        yy, xx = (y, x) if end == 0 else (y2, x2)
                        apart = 0
                        for c in range(3):
                            difference = np.int64(frames[a, yy, xx, c]) - np.int64(frames[b, yy, xx, c])
                            apart += difference * difference
                        cost += color_weight * apart
                        n = line[yy, xx]
                        for c in range(k):
                            change = np.float64(lines[n, a, c]) - np.float64(lines[n, b, c])
                            cost += semantic_weight * change * change
                total += cost / multiple * (right[y, x] if d == 0 else down[y, x])
    return total


@njit(cache=True, nogil=True)
def motion_kept(frames, period, start, mask):
    """How much of a target's movement its loops show: variance over the loops against that of the clip.

    Takes (T, H, W, 3) uint8, (H, W) labels and the target (H, W) bool. Near 1 the loops move like the
    clip; near 0 they show the target's place while the target is away or at rest. NaN without any movement.
    """
    t, h, w = frames.shape[:3]
    whole, looped = 0.0, 0.0
    for y in range(h):
        for x in range(w):
            if not mask[y, x]:
                continue
            p, s = period[y, x], start[y, x]
            for c in range(3):
                total, square, part, part_square = 0.0, 0.0, 0.0, 0.0
                for f in range(t):
                    value = np.float64(frames[f, y, x, c])
                    total += value
                    square += value * value
                    if s <= f < s + p:
                        part += value
                        part_square += value * value
                whole += square / t - (total / t) ** 2
                looped += part_square / p - (part / p) ** 2
    return looped / whole if whole > 0 else np.nan
