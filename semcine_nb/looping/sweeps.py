"""Labels offered one after the other: what the moves of a sweep read of each pixel, found in one pass.

A sweep of α-expansions asks of every pixel how far its label is from each of many others, and beside a border
how far its neighbour's label is from them. Asked move by move, the frames of all pixels go through the
processor once a label. Here they go through it once a sweep, and what the labels of a pixel have in common is
shared (`distances`).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .distances import add_up, distances, no_sums
from .labels import Labels
from .moves import Known, fuse
from .pairs import distance, jump
from .problem import LoopProblem

OWN = 0  # in place of a period: that of the pixel's current label


class Offers:
    """L labels that pixels of a labelling are offered in turn.

    Parameters
    ----------
    labels : period and start, (H, W) int32, changed in place
    periods : (L,) int, of each label; ``OWN``: the period that each pixel has when the offers are made
    starts : (L, H, W) int32, or (L, 1, 1) for the same everywhere
    where : (H, W) bool, pixels that are offered anything
    block : side in pixels of the smallest blocks that will switch as one
    """

    def __init__(
        self,
        problem: LoopProblem,
        labels: tuple[Labels, Labels],
        periods: NDArray[np.integer],
        starts: Labels,
        where: NDArray[np.bool_],
        block: int = 1,
    ) -> None:
        self.problem, self.labels, self.where = problem, labels, where
        self.periods, self.starts = np.asarray(periods, np.int32), np.ascontiguousarray(starts)
        self.known_for = labels[0].copy(), labels[1].copy()
        self.fixed = self.known_for[0]
        shape, count = where.shape, len(starts)
        # undefined outside ``where``: a move reads them only where it proposes something
        self.apart, self.jumps = np.empty((2, count, *shape), np.float32)
        self.jump, self.seam = np.full(shape, -1, np.float32), np.full((2, *shape), -1, np.float32)
        self.border = _borders(*labels, where, block)
        self.across = np.zeros((count, int(self.border.max()) + 1, 3), np.float32)
        _look_ahead(
            problem.tables.vectors, *labels, self.periods, self.starts, where, self.border,
            self.apart, self.jumps, self.across,
        )  # fmt: skip

    def expand_all(self, block: int, backend: str = "grid") -> None:
        """One sweep: blocks of pixels take each label or not, by one cut a label."""
        self._forget()  # other moves may have come between
        for label in range(len(self.starts)):
            proposal = self._proposal(label)
            known = Known(
                self.apart[label], self.jump, self.jumps[label], self.seam, self.border, self.across[label]
            )
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
            beside = np.stack([changed, changed])  # the pairs that a changed pixel is in
            beside[0, :, :-1] |= changed[:, 1:]
            beside[1, :-1] |= changed[1:]
            self.seam[beside] = -1
            borders = self.border[beside]
            self.across[:, borders[borders >= 0], :2] = -1  # of two proposed labels it is still true
            self.known_for = self.labels[0].copy(), self.labels[1].copy()


@njit(cache=True, nogil=True)
def _borders(period, start, where, block):
    """(2, H, W): numbers of the pairs to the right and below of other labels in other blocks; else −1."""
    h, w = period.shape
    border = np.full((2, h, w), -1, np.int32)
    count = 0
    for y in range(h):
        for x in range(w):
            for d in range(2):
                y2, x2 = y + d, x + 1 - d
                if y2 >= h or x2 >= w or not (where[y, x] and where[y2, x2]):
                    continue
                if y2 // block == y // block and x2 // block == x // block:
                    continue
                if period[y, x] != period[y2, x2] or start[y, x] != start[y2, x2]:
                    border[d, y, x] = count
                    count += 1
    return border


@njit(cache=True, nogil=True)
def _look_ahead(vectors, period, start, periods, starts, where, border, apart, jumps, across):
    """Fill ``apart`` and ``jumps`` (L, H, W) of ``where``: as ``pairs.distance`` and ``pairs.jump``.

    And ``across`` (L, pairs, 3), zero before, of the pairs that ``border`` numbers: see ``Known``.
    """
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    size, count = t * c, periods.size
    sums = no_sums(t, c)
    drifts = count > 0 and periods[0] == OWN
    offered, offered2 = np.zeros((2, count), np.int32), np.zeros((2, count), np.int32)
    kept, kept2, taken = np.zeros(count), np.zeros(count), np.zeros(count)
    for y in range(h):
        for x in range(w):
            if not where[y, x]:
                continue
            o = (y * w + x) * size
            p, s = period[y, x], start[y, x]
            _offered(periods, starts, y, x, p, t, offered)
            add_up(u, o, c, sums)
            distances(u, o, c, sums, p, s, offered, drifts, kept)
            for i in range(count):
                apart[i, y, x], jumps[i, y, x] = kept[i], -1
                if offered[0, i] > 1:
                    jumps[i, y, x] = jump(u, o, c, offered[0, i], offered[1, i])
            for k in range(4):  # the neighbours right, left, below and above
                d, first = k // 2, k % 2 == 0
                top, left = (y, x) if first else (y - d, x - 1 + d)  # of the pair
                if top < 0 or left < 0 or border[d, top, left] < 0:
                    continue
                pair = border[d, top, left]
                y2, x2 = (y + d, x + 1 - d) if first else (top, left)
                q, r = period[y2, x2], start[y2, x2]
                _offered(periods, starts, y2, x2, q, t, offered2)
                same = True
                for i in range(count):
                    same = same and offered[0, i] == offered2[0, i] and offered[1, i] == offered2[1, i]
                others = kept
                if not same:
                    others = kept2
                    distances(u, o, c, sums, p, s, offered2, False, kept2)
                distances(u, o, c, sums, q, r, offered, False, taken)
                mine, theirs = (0, 1) if first else (1, 0)
                for i in range(count):
                    across[i, pair, mine] += others[i]
                    across[i, pair, theirs] += taken[i]
                    p1, s1, p2, s2 = offered[0, i], offered[1, i], offered2[0, i], offered2[1, i]
                    if p1 > 0 and p2 > 0:
                        across[i, pair, 2] += distance(u, o, c, p1, s1, p2, s2, sums.scratch1, sums.scratch2)


@njit(cache=True, nogil=True)
def _offered(periods, starts, y, x, p, t, offered):
    """Fill ``offered`` (2, L) with the labels for a pixel of period p; period 0 where one does not fit."""
    everywhere = starts.shape[1] * starts.shape[2] == 1  # the same start
    for i in range(periods.size):
        q, r = periods[i], starts[i, 0 if everywhere else y, 0 if everywhere else x]
        if q == OWN:
            q = p
        if q > 1 and (r < 1 or r + q > t - 1):
            q = 0
        offered[0, i], offered[1, i] = q, r
