"""Distances of one pixel's label to many others, for which the pixel's frames are added up once.

Sums of the frames up to each step serve every label: any loop's sum is the difference of two.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .pairs import distance, dot, frames_apart, residue_sums

_STEP = 4  # frames, whatever ``LoopParameters.step``: sums serve labels on this grid, ``distance`` others


class Sums(NamedTuple):
    """What the distances of one pixel's labels share."""

    steps: NDArray[np.int32]  # (steps + 1, 4·C), of the frames below each step by residue mod 4
    norms: NDArray[np.float64]  # (steps + 1,), of their squared norms
    own4: NDArray[np.int32]  # (4·C,), of the loop that distances are from, by residue mod 4
    other4: NDArray[np.int32]  # (4·C,), of the loop that they are to
    own: NDArray[np.int32]  # (steps + 1, T·C): as own4, by residue mod each number of steps …
    summed: NDArray[np.bool_]  # (steps + 1,): … where it has been asked for
    drift: NDArray[np.float64]  # (steps + 1,): distance of frames a period apart, summed up to each step
    scratch1: NDArray[np.int32]  # (T·C,)
    scratch2: NDArray[np.int32]


@njit(cache=True, nogil=True)
def no_sums(t, c):
    """`Sums` of clips of t frames with c numbers each, not yet of any pixel."""
    size, steps = t * c, t // _STEP
    return Sums(
        np.zeros((steps + 1, _STEP * c), np.int32), np.zeros(steps + 1), np.zeros(_STEP * c, np.int32),
        np.zeros(_STEP * c, np.int32), np.zeros((steps + 1, size), np.int32), np.zeros(steps + 1, np.bool_),
        np.zeros(steps + 1), np.zeros(size, np.int32), np.zeros(size, np.int32),
    )  # fmt: skip


@njit(cache=True, nogil=True, fastmath=True)
def add_up(u, o, c, sums):
    """Fill ``steps`` and ``norms`` of ``sums`` for one pixel."""
    n = _STEP * c
    sums.steps[0] = 0
    sums.norms[0] = 0.0
    for k in range(sums.norms.size - 1):
        x = u[o + k * n : o + (k + 1) * n]
        before, after = sums.steps[k], sums.steps[k + 1]
        norm = np.int32(0)
        for i in range(n):
            value = np.int32(x[i])
            after[i] = before[i] + value
            norm += value * value
        sums.norms[k + 1] = sums.norms[k] + norm


@njit(cache=True, nogil=True, fastmath=True)
def _between(steps, begin, end, into):
    """Sums of the frames 4·begin … 4·end − 1 by residue modulo 4."""
    first, last = steps[begin], steps[end]
    for i in range(into.size):
        into[i] = last[i] - first[i]


@njit(cache=True, nogil=True)
def _still_apart(u, o, c, frame, p, norm, sums4):
    """Mean distance of a still frame to a loop of p frames whose sums and squared norms are known."""
    cross, shown_norm = 0.0, 0.0
    for k in range(c):
        value = np.float64(u[o + frame * c + k])
        total = 0.0
        for r in range(_STEP):
            total += sums4[r * c + k]
        cross += value * total
        shown_norm += value * value
    return max((norm - 2.0 * cross) / p + shown_norm, 0.0)


@njit(cache=True, nogil=True)
def distances(u, o, c, sums, p, s, offered, drifts, apart):
    """Distances ``apart`` (L,) of label (p, s) to those ``offered`` (2, L); −1 for what does not fit.

    drifts : whether most of them are of period p, so that what they share is worth adding up.
    """
    grid = s % _STEP == 0 and p % _STEP == 0
    norms, own4, other4, drift = sums.norms, sums.own4, sums.other4, sums.drift
    norm = 0.0
    has_drift = False
    sums.summed[:] = False
    if grid:
        _between(sums.steps, s // _STEP, (s + p) // _STEP, own4)
        norm = norms[(s + p) // _STEP] - norms[s // _STEP]
    for i in range(apart.size):
        q, r = offered[0, i], offered[1, i]
        if q == 0:
            apart[i] = -1
            continue
        if q == p and r == s:
            apart[i] = 0
            continue
        other_grid = r % _STEP == 0 and q % _STEP == 0
        if p == q:
            ahead = abs(r - s)
            if not drifts or p == 1 or ahead >= p or not (grid and other_grid):
                apart[i] = distance(u, o, c, p, s, q, r, sums.scratch1, sums.scratch2)
                continue
            if not has_drift:
                # as far as frames go: what is offered fits
                for k in range(drift.size - 1 - p // _STEP):
                    drift[k + 1] = drift[k] + frames_apart(u, o, c, k * _STEP, k * _STEP + p, _STEP)
                has_drift = True
            first, last = min(r, s) // _STEP, max(r, s) // _STEP
            apart[i] = (drift[last] - drift[first]) / p
        elif p == 1 and other_grid:
            _between(sums.steps, r // _STEP, (r + q) // _STEP, other4)
            apart[i] = _still_apart(u, o, c, s, q, norms[(r + q) // _STEP] - norms[r // _STEP], other4)
        elif q == 1 and grid:
            apart[i] = _still_apart(u, o, c, r, p, norm, own4)
        elif grid and other_grid:
            g = math.gcd(p, q)
            if g == _STEP:
                _between(sums.steps, r // _STEP, (r + q) // _STEP, other4)
                cross = dot(own4, other4)
            else:
                mine, theirs = sums.own[g // _STEP], sums.scratch2
                if not sums.summed[g // _STEP]:
                    residue_sums(u, o, c, p, s, g, mine)
                    sums.summed[g // _STEP] = True
                residue_sums(u, o, c, q, r, g, theirs)
                n, shift = g * c, (s - r) % g * c
                cross = dot(mine[: n - shift], theirs[shift:n]) + dot(mine[n - shift : n], theirs[:shift])
            other = norms[(r + q) // _STEP] - norms[r // _STEP]
            apart[i] = max(norm / p + other / q - 2.0 * g * cross / (np.float64(p) * q), 0.0)
        else:
            apart[i] = distance(u, o, c, p, s, q, r, sums.scratch1, sums.scratch2)
