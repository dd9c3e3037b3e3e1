"""After stage 3: pieces of one thing that loop as one, where that costs next to nothing.

Eq. (1) prices a seam by what it shows, so scraps of another start stay wherever a seam is nearly free, and a
thing comes apart into pieces that nobody asked for. The paper wants labels synchronized on what is not
natural (Section 3.2). Here its pieces of equal (p, s) are merged into neighbors, the cheapest first (region
merging; Koepfler, Lopez & Morel 1994, doi:10.1137/0731015), until a small share of the energy is spent.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..rendering.labelling import Labelling
from ..semantics.categories import is_natural
from .costs import Costs, own_cost, pair_cost, scratch_of
from .labels import pieces
from .parameters import LoopParameters

if TYPE_CHECKING:
    from ..semantics import Candidate, SemanticResponse


def object_region(
    candidate: Candidate, response: SemanticResponse, parameters: LoopParameters
) -> NDArray[np.bool_]:
    """(H, W): the part of a target that is to come in few pieces.

    It is where a category of the target that is not natural occurs (π of Section 3.1), and what else of the
    target, painted by hand, is no natural category's.
    """
    objects = [name in candidate.categories and not is_natural(name) for name in response.categories]
    threshold = parameters.occurrence_threshold
    occurs = response.candidate_maps(threshold)[..., objects].any(axis=-1)
    return np.asarray(candidate.mask & (occurs | ~response.natural_map(threshold)))


def merge_pieces(
    costs: Costs,
    labels: Labelling,
    region: NDArray[np.bool_],
    share: float,
    where: NDArray[np.bool_] | None = None,
) -> float:
    """Merge looping pieces that reach into a region with others beside them, in place.

    What stands still stays so, and what loops goes on looping. A piece changes as a whole, also where it lies
    outside the region.

    Parameters
    ----------
    region : (H, W) bool, see `object_region`
    share : of the energy of eq. (1), by which merging may raise it altogether
    where : (H, W) bool, pixels that may change: pieces with others keep their label; None: all

    Returns
    -------
    float, by how much the energy rose: at most ``share`` of it (of the solver's energy, see `costs`), and
    negative where merging was a gain
    """
    if not share > 0 or not region.any():
        return 0.0
    merging = _Merging(costs, labels, region, where)
    most, spent = share * costs.total(labels), 0.0
    while (cheapest := merging.cheapest()) is not None and spent + cheapest[0] <= most:
        spent += cheapest[0]
        merging.merge(*cheapest[1:])
    return spent


class _Merging:
    """Pieces, their pixels, and for each the cheapest label of a neighbor."""

    def __init__(
        self,
        costs: Costs,
        labels: Labelling,
        region: NDArray[np.bool_],
        where: NDArray[np.bool_] | None,
    ) -> None:
        piece = pieces(labels, region)
        self.costs, self.labels, self.piece = costs, labels, piece
        self.fixed = set() if where is None else set(np.unique(piece[~where]).tolist())
        order = np.argsort(piece.ravel(), kind="stable")
        ends = np.cumsum(np.bincount(piece.ravel() + 1))
        self.pixels = dict(enumerate(np.split(order, ends[:-1])[1:]))
        self.age = dict.fromkeys(self.pixels, 0)
        self.queue: list[tuple[float, int, int, int, int]] = []  # cost, age, piece, p, s
        for number in self.pixels:
            self._offer(number)

    def cheapest(self) -> tuple[float, int, int, int] | None:
        """Cost, piece, p and s of the cheapest merge, if there is one."""
        while self.queue:
            cost, age, number, p, s = heapq.heappop(self.queue)
            if self.age.get(number) == age:
                return cost, number, p, s
        return None

    def merge(self, number: int, p: int, s: int) -> None:
        """Give a piece another label, and join it with the pieces beside it that have this label."""
        for part, value in zip(self.labels, (p, s), strict=True):
            part.flat[self.pixels[number]] = value
        beside = self._beside(number)
        joined = [k for k in beside if self._label(k) == (p, s)]
        if not self.fixed.isdisjoint(joined):
            self.fixed.add(number)
        for k in joined:
            del self.age[k]
        self.pixels[number] = np.concatenate([self.pixels.pop(k) for k in (number, *joined)])
        self.piece.flat[self.pixels[number]] = number
        for k in (number, *(k for k in beside if k not in joined)):
            self.age[k] += 1
            self._offer(k)

    def _offer(self, number: int) -> None:
        """Queue the cheapest label of the pieces beside a piece."""
        if number in self.fixed:
            return
        period, start = self.labels
        around = _ring(self.piece, number, self.pixels[number])
        offered = np.unique(np.stack([period.ravel()[around], start.ravel()[around]]), axis=1)
        if offered.size:
            rises = _rises(self.costs, self.labels, self.piece, self.pixels[number], offered)
            best = int(rises.argmin())
            p, s = (int(v) for v in offered[:, best])
            heapq.heappush(self.queue, (float(rises[best]), self.age[number], number, p, s))

    def _beside(self, number: int) -> list[int]:
        found = self.piece.ravel()[_ring(self.piece, number, self.pixels[number])]
        return [int(k) for k in np.unique(found)]

    def _label(self, number: int) -> tuple[int, int]:
        first = self.pixels[number][0]
        return int(self.labels.period.flat[first]), int(self.labels.start.flat[first])


@njit(cache=True, nogil=True)
def _ring(piece: NDArray[np.int32], number: int, pixels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The pixels of other pieces beside a piece, counted along the rows; some more than once."""
    h, w = piece.shape
    found = np.empty(4 * pixels.size, np.int64)
    n = 0
    for i in pixels:
        y, x = divmod(i, w)
        for d in range(4):
            y2, x2 = y + (d == 0) - (d == 1), x + (d == 2) - (d == 3)
            if 0 <= y2 < h and 0 <= x2 < w and piece[y2, x2] >= 0 and piece[y2, x2] != number:
                found[n] = y2 * w + x2
                n += 1
    return found[:n]


@njit(cache=True, nogil=True)
def _rises(
    costs: Costs,
    labels: Labelling,
    piece: NDArray[np.int32],
    pixels: NDArray[np.int64],
    offered: NDArray[np.int32],
) -> NDArray[np.float64]:
    """By how much eq. (1) rises if a piece takes each of the loops ``offered`` (2, L): (L,)."""
    period, start = labels
    h, w = period.shape
    scratch = scratch_of(costs)
    rise = np.zeros(offered.shape[1])
    for i in pixels:
        y, x = divmod(i, w)
        now = (period[y, x], start[y, x])
        before = own_cost(costs, y, x, now)
        for k in range(rise.size):
            rise[k] += own_cost(costs, y, x, (offered[0, k], offered[1, k])) - before
        for d in range(4):
            y2, x2 = y + (d == 0) - (d == 1), x + (d == 2) - (d == 3)
            if y2 < 0 or x2 < 0 or y2 >= h or x2 >= w or piece[y2, x2] == piece[y, x]:
                continue
            pair = (1, min(y, y2), x) if d < 2 else (0, y, min(x, x2))
            beside = (period[y2, x2], start[y2, x2])
            before2 = pair_cost(costs, pair, now, beside, scratch)
            for k in range(rise.size):
                rise[k] += pair_cost(costs, pair, (offered[0, k], offered[1, k]), beside, scratch) - before2
    return rise
