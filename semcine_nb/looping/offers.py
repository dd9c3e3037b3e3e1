"""Labels offered one after the other: what the moves of a sweep read of each pixel, found in one pass.

A sweep of α-expansions asks of every pixel how far its label is from each of many others. Asked move by move,
the frames of all pixels go through the processor once a label. Here they go through it once a sweep, and what
the labels of a pixel have in common is shared: sums of the frames up to each step, of which any loop's sum is
the difference of two.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .labels import Labels
from .moves import Known, fuse
from .pairs import distance, dot, frames_apart, jump, residue_sums
from .problem import LoopProblem

_STEP = 4  # frames, whatever ``LoopParameters.step``: sums serve labels on this grid, ``distance`` others
OWN = 0  # in place of a period: that of the pixel's current label


class Offers:
    """L labels that pixels of a labelling are offered in turn.

    Parameters
    ----------
    labels : period and start, (H, W) int32, changed in place
    periods : (L,) int, of each label; ``OWN``: the period that each pixel has when the offers are made
    starts : (L, H, W) int32, or (L, 1, 1) for the same everywhere
    where : (H, W) bool, pixels that are offered anything
    """

    def __init__(
        self,
        problem: LoopProblem,
        labels: tuple[Labels, Labels],
        periods: NDArray[np.integer],
        starts: Labels,
        where: NDArray[np.bool_],
    ) -> None:
        self.problem, self.labels, self.where = problem, labels, where
        self.periods, self.starts = np.asarray(periods, np.int32), np.ascontiguousarray(starts)
        self.known_for = labels[0].copy(), labels[1].copy()
        self.fixed = self.known_for[0]
        shape = where.shape
        # undefined outside ``where``: a move reads them only where it proposes something
        self.apart, self.jumps = np.empty((2, len(starts), *shape), np.float32)
        self.jump, self.seam = np.full(shape, -1, np.float32), np.full((2, *shape), -1, np.float32)
        _look_ahead(problem.tables.vectors, *labels, self.periods, self.starts, where, self.apart, self.jumps)

    def expand_all(self, block: int, backend: str = "grid") -> None:
        """One sweep: blocks of pixels take each label or not, by one cut a label."""
        self._forget()  # other moves may have come between
        for label in range(len(self.starts)):
            proposal = self._proposal(label)
            known = Known(self.apart[label], self.jump, self.jumps[label], self.seam)
            if fuse(self.problem, *self.labels, *proposal, block, backend=backend, known=known):
                self._forget()

    def _proposal(self, label: int) -> tuple[Labels, Labels]:
        new_start = np.empty_like(self.fixed)
        new_start[:] = self.starts[label]
        period = self.periods[label]
        if period != OWN:
            return np.where(self.where, period, 0).astype(np.int32), new_start
        last = self.problem.tables.frames - 1
        fits = self.where & (new_start >= 1) & (new_start + self.fixed <= last)
        return np.where(fits, self.fixed, 0).astype(np.int32), new_start

    def _forget(self) -> None:
        """Drop what is known of labels that pixels no longer have."""
        changed = (self.labels[0] != self.known_for[0]) | (self.labels[1] != self.known_for[1])
        if changed.any():
            self.jump[changed] = -1
            self.apart[:, changed] = -1
            self.seam[:, changed] = -1
            self.seam[0, :, :-1][changed[:, 1:]] = -1
            self.seam[1, :-1][changed[1:]] = -1
            self.known_for = self.labels[0].copy(), self.labels[1].copy()


@njit(cache=True, nogil=True, fastmath=True)
def _steps(u, o, c, sums, norms):
    """sums[k], (steps + 1, 4·c): of the frames below 4·k by residue mod 4; norms[k]: their squared norms."""
    n = _STEP * c
    sums[0] = 0
    norms[0] = 0.0
    for k in range(norms.size - 1):
        x = u[o + k * n : o + (k + 1) * n]
        before, after = sums[k], sums[k + 1]
        norm = np.int32(0)
        for i in range(n):
            value = np.int32(x[i])
            after[i] = before[i] + value
            norm += value * value
        norms[k + 1] = norms[k] + norm


@njit(cache=True, nogil=True, fastmath=True)
def _between(sums, begin, end, into):
    """Sums of the frames 4·begin … 4·end − 1 by residue modulo 4."""
    first, last = sums[begin], sums[end]
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
def _look_ahead(vectors, period, start, periods, starts, where, apart, jumps):
    """Fill ``apart`` and ``jumps`` (L, H, W) of ``where``: as ``pairs.distance`` and ``pairs.jump``."""
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    size = t * c
    steps = t // _STEP
    sums, norms = np.zeros((steps + 1, _STEP * c), np.int32), np.zeros(steps + 1)
    own4, other4 = np.zeros(_STEP * c, np.int32), np.zeros(_STEP * c, np.int32)
    # residue sums of the current loop, for each number of steps that a common divisor may have
    own, summed = np.zeros((steps + 1, size), np.int32), np.zeros(steps + 1, np.bool_)
    drift = np.zeros(steps + 1)  # distance of frames a period apart, summed up to each step
    sums1, sums2 = np.zeros(size, np.int32), np.zeros(size, np.int32)
    everywhere = starts.shape[1] == 1  # the same start
    for y in range(h):
        for x in range(w):
            if not where[y, x]:
                continue
            o = (y * w + x) * size
            p, s = period[y, x], start[y, x]
            grid = s % _STEP == 0 and p % _STEP == 0
            norm = 0.0
            _steps(u, o, c, sums, norms)
            summed[:] = False
            has_drift = False
            if grid:
                _between(sums, s // _STEP, (s + p) // _STEP, own4)
                norm = norms[(s + p) // _STEP] - norms[s // _STEP]
            for i in range(periods.size):
                q, r = periods[i], starts[i, 0 if everywhere else y, 0 if everywhere else x]
                apart[i, y, x] = jumps[i, y, x] = -1
                if q == OWN:
                    q = p
                if q > 1:
                    if r < 1 or r + q > t - 1:  # does not fit: never offered
                        continue
                    jumps[i, y, x] = jump(u, o, c, q, r)
                if q == p and r == s:
                    continue
                other_grid = r % _STEP == 0 and q % _STEP == 0
                if p == q:
                    ahead = abs(r - s)
                    if p == 1 or ahead >= p or periods[i] != OWN or not (grid and other_grid):
                        apart[i, y, x] = distance(u, o, c, p, s, q, r, sums1, sums2)
                        continue
                    if not has_drift:
                        for k in range((t - p) // _STEP):
                            drift[k + 1] = drift[k] + frames_apart(u, o, c, k * _STEP, k * _STEP + p, _STEP)
                        has_drift = True
                    first, last = min(r, s) // _STEP, max(r, s) // _STEP
                    apart[i, y, x] = (drift[last] - drift[first]) / p
                elif p == 1 and other_grid:
                    _between(sums, r // _STEP, (r + q) // _STEP, other4)
                    apart[i, y, x] = _still_apart(
                        u, o, c, s, q, norms[(r + q) // _STEP] - norms[r // _STEP], other4
                    )
                elif q == 1 and grid:
                    apart[i, y, x] = _still_apart(u, o, c, r, p, norm, own4)
                elif grid and other_grid:
                    g = math.gcd(p, q)
                    if g == _STEP:
                        _between(sums, r // _STEP, (r + q) // _STEP, other4)
                        cross = dot(own4, other4)
                    else:
                        if not summed[g // _STEP]:
                            residue_sums(u, o, c, p, s, g, own[g // _STEP])
                            summed[g // _STEP] = True
                        residue_sums(u, o, c, q, r, g, sums2)
                        n, shift = g * c, (s - r) % g * c
                        mine = own[g // _STEP]
                        cross = dot(mine[: n - shift], sums2[shift:n])
                        cross += dot(mine[n - shift : n], sums2[:shift])
                    other = norms[(r + q) // _STEP] - norms[r // _STEP]
                    apart[i, y, x] = max(norm / p + other / q - 2.0 * g * cross / (np.float64(p) * q), 0.0)
                else:
                    apart[i, y, x] = distance(u, o, c, p, s, q, r, sums1, sums2)
