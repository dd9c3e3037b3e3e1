"""The energy of a labelling of a whole clip: energy.py's sums without F of every pixel and frame in memory.

The solver works on bytes (``tables``); what it reports is computed here from the real numbers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..semantics.storage import pixels_of
from .energy import LoopEnergy, shares
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
    Of each frame only the pixels are read whose E_temp asks for it, and those beside a border between labels.
    """
    loops = np.flatnonzero(period > 1)
    p, s = period.ravel()[loops], start.ravel()[loops]
    times = np.concatenate([s, s + p, s - 1, s + p - 1])
    borders = np.flatnonzero(at_borders(period, start))
    ends, lines = _read(frames, scores, np.tile(loops, 4), times, borders)

    weights = (1 - parameters.w) / 3 / 255**2, parameters.w / scores.shape[-1]
    jumps = weights[0] * _jump(ends[0]) + weights[1] * _jump(ends[1])
    temporal = problem.tables.temporal_factor.ravel()[loops].astype(np.float64) * jumps

    short = (period > 1) & (period <= problem.short_range)
    label = problem.static_cost[period == 1].sum(dtype=np.float64)
    label += problem.short_cost[short].sum(dtype=np.float64)

    line = np.full(period.shape, -1, np.int32)
    line.ravel()[borders] = np.arange(len(borders))
    spatial = _spatial(line, *lines, *weights, period, start, problem.tables.right, problem.tables.down)
    return LoopEnergy(float(temporal.sum()), float(label), float(spatial))


Signals = tuple[NDArray[np.uint8], NDArray[np.float32]]  # grey levels of V, (…, 3), and F, (…, K)


def _read(
    frames: NDArray[np.uint8],
    scores: FrameScores,
    places: NDArray[np.intp],
    times: NDArray[np.integer],
    always: NDArray[np.intp],
) -> tuple[Signals, Signals]:
    """V and F of pixels, which are counted along the rows, frame by frame.

    Returns
    -------
    read : (M, …), of ``places`` (M,) at ``times`` (M,)
    lines : (T, N, …), of the pixels ``always`` (N,) at every frame
    """
    t, k, m, n = len(frames), scores.shape[-1], len(places), len(always)
    read = np.empty((m, 3), np.uint8), np.empty((m, k), np.float32)
    lines = np.empty((t, n, 3), np.uint8), np.empty((t, n, k), np.float32)
    times = times.astype(np.uint16)  # the longest clip has 65535 frames; sorted in linear time
    order = np.argsort(times, kind="stable")
    for i, here in enumerate(np.split(order, np.cumsum(np.bincount(times, minlength=t))[:-1])):
        where = np.concatenate([always, places[here]])
        color, share = frames[i].reshape(-1, 3).take(where, axis=0), shares(pixels_of(scores, i, where))
        lines[0][i], read[0][here] = color[:n], color[n:]
        lines[1][i], read[1][here] = share[:n], share[n:]
    return read, lines


def _jump(ends: NDArray) -> NDArray[np.float64]:
    """Φ of eq. (2) from a signal at s, s + p, s − 1 and s + p − 1, (4·M, C): (M,)."""
    first, beyond, before, last = np.split(ends.astype(np.float64), 4)
    return ((first - beyond) ** 2 + (before - last) ** 2).sum(axis=-1)


@njit(cache=True, nogil=True)
def _spatial(line, colors, shares, color_weight, semantic_weight, period, start, right, down):
    """α₂·E_spa of every pair of neighbours with different labels.

    ``line`` (H, W) says which of ``colors`` (T, N, 3) and ``shares`` (T, N, K) a pixel has.
    """
    h, w = period.shape
    sums = np.empty((2, colors.shape[0], max(colors.shape[2], shares.shape[2])))
    total = 0.0
    for y in range(h):
        for x in range(w):
            for y2, x2, weight in ((y, x + 1, right[y, x]), (y + 1, x, down[y, x])):
                if y2 == h or x2 == w:
                    continue
                p, s, q, r = period[y, x], start[y, x], period[y2, x2], start[y2, x2]
                if p == q and s == r:
                    continue
                for n in (line[y, x], line[y2, x2]):
                    total += weight * color_weight * _mean_distance(colors[:, n], p, s, q, r, sums)
                    total += weight * semantic_weight * _mean_distance(shares[:, n], p, s, q, r, sums)
    return total


@njit(cache=True, nogil=True)
def _mean_distance(signal, p, s, q, r, sums):
    """Mean over the common multiple of ‖S(φ₁(t)) − S(φ₂(t))‖² for one pixel's signal S, (T, C), in float64.

    The kernel of ``pixel.mean_distance``, for loops (p, s) and (q, r); ``sums`` (2, ≥ T, ≥ C) is scratch.
    """
    channels = signal.shape[1]
    total = 0.0
    if p == q:
        b = r + (s - r) % q
        for a in range(s, s + p):
            for c in range(channels):
                apart = np.float64(signal[a, c]) - np.float64(signal[b, c])
                total += apart * apart
            b = b + 1 if b + 1 < r + q else r
        return total / p
    # every two frames meet that agree modulo g, all of them equally often
    g = math.gcd(p, q)
    sums[:, :g] = 0
    for i, first, length in ((0, s, p), (1, r, q)):
        residue, squares = first % g, 0.0
        for frame in range(first, first + length):
            for c in range(channels):
                value = np.float64(signal[frame, c])
                sums[i, residue, c] += value
                squares += value * value
            residue = residue + 1 if residue + 1 < g else 0
        total += squares / length
    cross = 0.0
    for residue in range(g):
        for c in range(channels):
            cross += sums[0, residue, c] * sums[1, residue, c]
    return max(total - 2 * g * cross / (p * q), 0.0)


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
