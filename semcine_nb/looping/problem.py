"""Eq. (1) of one candidate in the form that the solver works on: of a labelling, and of a pair of pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .costs import LoopTables
from .labels import Labels
from .pairs import distance, jump


@dataclass(frozen=True, eq=False)
class LoopProblem:
    """Eq. (1) for one candidate: the clip's tables and the candidate's label costs."""

    tables: LoopTables
    static_cost: NDArray[np.float32]  # α₁·E_static·π_ID, (H, W)
    short_cost: NDArray[np.float32]  # α₁·α_∞ on natural categories, (H, W)
    short_range: int  # P_short, frames

    def energy(
        self, period: Labels, start: Labels, window: tuple[slice, slice] | None = None
    ) -> tuple[float, float, float]:
        """Temporal, label and spatial part of eq. (1), weighted, from the tables.

        With a ``window`` (rows, columns) only of its pixels and of their pairs to the right and below.
        """
        tables = self.tables
        rows, columns = window or (slice(0, period.shape[0]), slice(0, period.shape[1]))
        return tuple(
            _energy(
                tables.vectors,
                tables.scale,
                tables.temporal_factor,
                tables.right,
                tables.down,
                self.static_cost,
                self.short_cost,
                self.short_range,
                period,
                start,
                (rows.start, rows.stop, columns.start, columns.stop),
            )
        )


@njit(cache=True, nogil=True)
def pair_cost(u, o1, o2, c, weight, p1, s1, p2, s2, sums1, sums2):
    """α₂·E_spa of neighbours whose vectors begin at o1 and o2, labels (p1, s1) and (p2, s2)."""
    if p1 == p2 and s1 == s2:
        return 0.0
    return weight * (
        distance(u, o1, c, p1, s1, p2, s2, sums1, sums2) + distance(u, o2, c, p1, s1, p2, s2, sums1, sums2)
    )


@njit(cache=True, nogil=True)
def _energy(vectors, scale, gamma, right, down, static_cost, short_cost, short_range, period, start, window):
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    size = t * c  # bytes of one pixel
    sums1, sums2 = np.zeros(size, np.int32), np.zeros(size, np.int32)
    temporal, label, spatial = 0.0, 0.0, 0.0
    top, bottom, left, rightmost = window
    for y in range(top, bottom):
        for x in range(left, rightmost):
            o = (y * w + x) * size
            p, s = period[y, x], start[y, x]
            if p == 1:
                label += static_cost[y, x]
            else:
                temporal += scale * gamma[y, x] * jump(u, o, c, p, s)
                if p <= short_range:
                    label += short_cost[y, x]
            for d in range(2):
                y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                if y2 < h and x2 < w:
                    weight = scale * (right[y, x] if d == 0 else down[y, x])
                    spatial += pair_cost(
                        u, o, (y2 * w + x2) * size, c, weight,
                        p, s, period[y2, x2], start[y2, x2], sums1, sums2,
                    )  # fmt: skip
    return temporal, label, spatial
