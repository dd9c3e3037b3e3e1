"""Costs of blocks in stage 2: the best start of every period, and still frames.

`PeriodTables` are filled where they are first asked for, and a clip's candidates share them. All is exact, to
single precision, but for the cross term of two different periods, which sums whole steps of frames (residues
modulo g in steps of ``step``): it starts stage 2 well, and every later move works on the exact energy.
"""

from __future__ import annotations

import math
import threading
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..threads import parts, run_parts
from .blocks import BlockProblem, Blocks
from .costs import Costs, label_cost, offset, pair_cost, scratch_of, temporal_cost
from .distances import INNER, Vectors, distance, frames_apart, loop_sums, rotated_dot, step_sums
from .labels import LabelSpace

_ROWS = 8  # of blocks that one thread fills at a time


class BlockLabels(NamedTuple):
    """The labels of `PeriodTables`, for its kernels."""

    periods: NDArray[np.int32]  # (P,) frames
    starts: NDArray[np.int32]  # (P, H, W), s*(x|p)
    stills: NDArray[np.int32]  # (S,) frames
    divisors: NDArray[np.int32]  # (P, P + 1) of periods, in steps, that residue sums are wanted for; then 0
    step: int  # of periods and starts, frames
    block: int  # side in pixels


class PeriodTables:
    """Costs of blocks for every period and some still frames.

    Parameters
    ----------
    costs : without a label term, which `for_candidate` adds
    starts : (periods, H, W) int32, s*(x|p) of stage 1
    stills : (S,) int32, frames
    block : side in pixels
    threads : how many fill the tables; what they hold does not depend on it
    """

    def __init__(
        self,
        costs: Costs,
        space: LabelSpace,
        starts: NDArray[np.int32],
        stills: NDArray[np.int32],
        block: int,
        threads: int = 1,
    ) -> None:
        periods = np.array(space.periods, np.int32)
        divisors, steps = np.zeros((len(periods), len(periods) + 1), np.int32), periods // space.step
        for i, p in enumerate(steps):
            common = sorted({1, *(math.gcd(p, q) for q in np.delete(steps, i))})
            divisors[i, : len(common)] = common
        self.costs, self.threads = costs, threads
        self.labels = BlockLabels(periods, starts, stills, divisors, space.step, block)
        h, w = starts.shape[1:]
        shape, count = (2, -(-h // block), -(-w // block)), len(periods) + len(stills)
        self._pairs = np.zeros((*shape, count, count), np.float32)  # pages come when filled
        self._filled = np.zeros(shape, np.bool_)
        self._unary: NDArray[np.float64] | None = None
        self._lock = threading.Lock()

    def for_candidate(self, costs: Costs, wanted: Blocks) -> BlockProblem:
        """The problem of a candidate; pair costs but those between ``wanted`` (R, C) blocks may be zero."""
        todo = np.zeros_like(self._filled)
        todo[0, :, :-1] = wanted[:, :-1] & wanted[:, 1:]
        todo[1, :-1] = wanted[:-1] & wanted[1:]
        with self._lock:
            if self._unary is None:
                self._unary = _unlabeled(self.costs, self.labels)
            todo &= ~self._filled
            if todo.any():
                self._fill(todo)
                self._filled |= todo
        return BlockProblem(self._unary + _label_costs(costs, self.labels), self._pairs)

    def _fill(self, todo: NDArray[np.bool_]) -> None:
        self._pairs[todo] = 0  # what an interrupted call left there must not be added to

        def fill(rows: slice) -> None:
            _label_pairs(self.costs, self.labels, (rows.start, rows.stop), todo, self._pairs)

        run_parts(fill, parts(todo.shape[1], _ROWS), self.threads)


@njit(cache=True, nogil=True)
def _unlabeled(costs: Costs, labels: BlockLabels) -> NDArray[np.float64]:
    """Σ over each block of E_temp and the inner pairs, (L, R, C); nothing for stills."""
    h, w = costs.temporal_factor.shape
    block, n = labels.block, labels.periods.size
    total = np.zeros((n + labels.stills.size, -(-h // block), -(-w // block)))
    scratch = scratch_of(costs)
    for y in range(h):
        for x in range(w):
            for i in range(n):
                label = (labels.periods[i], labels.starts[i, y, x])
                cost = temporal_cost(costs, y, x, label)
                for d in range(2):
                    y2, x2 = y + d, x + 1 - d
                    if y2 < h and x2 < w and y2 // block == y // block and x2 // block == x // block:
                        beside = (labels.periods[i], labels.starts[i, y2, x2])
                        cost += pair_cost(costs, (d, y, x), label, beside, scratch)
                total[i, y // block, x // block] += cost
    return total


@njit(cache=True, nogil=True)
def _label_costs(costs: Costs, labels: BlockLabels) -> NDArray[np.float64]:
    """Σ over each block of α₁·E_label, (L, R, C)."""
    h, w = costs.temporal_factor.shape
    block, n = labels.block, labels.periods.size
    total = np.zeros((n + labels.stills.size, -(-h // block), -(-w // block)))
    for y in range(h):
        for x in range(w):
            for i in range(len(total)):
                if i < n:
                    label = (labels.periods[i], labels.starts[i, y, x])
                else:
                    label = (np.int32(1), labels.stills[i - n])
                total[i, y // block, x // block] += label_cost(costs, y, x, label)
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _label_pairs(
    costs: Costs,
    labels: BlockLabels,
    rows: tuple[int, int],
    todo: NDArray[np.bool_],
    tables: NDArray[np.float32],
) -> None:
    """Add up the costs between the blocks of some rows and those right of and below them.

    Fills the tables (2, R, C, L, L) where ``todo`` (2, R, C) says so.
    """
    h, w = costs.temporal_factor.shape
    block, count = labels.block, labels.periods.size + labels.stills.size
    u, c, sums = costs.vectors, costs.channels, _loop_tables(costs, labels)
    apart = np.zeros((count, count))
    for y in range(rows[0] * block, min(rows[1] * block, h)):
        for x in range(w):
            for d in range(2):
                y2, x2 = y + d, x + 1 - d
                if y2 >= h or x2 >= w or (y2 // block == y // block and x2 // block == x // block):
                    continue
                if not todo[d, y // block, x // block]:
                    continue
                apart[:] = 0
                _add_distances(u, offset(costs, y, x), c, labels, (y, x), (y2, x2), sums, apart)
                _add_distances(u, offset(costs, y2, x2), c, labels, (y, x), (y2, x2), sums, apart)
                weight = costs.scale * costs.spatial_factor[d, y, x]
                table = tables[d, y // block, x // block]
                for i in range(count):
                    for j in range(count):
                        table[i, j] += np.float32(weight * max(apart[i, j], 0.0))


class LoopTables(NamedTuple):
    """Room for the sums of all loops of one pixel, with the starts of either end of a pair."""

    offset: NDArray[np.int32]  # (P, steps + 2): where the sums of a divisor begin in a loop's list
    common: NDArray[np.int32]  # (P, P): greatest common divisors of periods, in steps
    steps: NDArray[np.float32]  # (steps·C,), as of `step_sums` …
    step_norms: NDArray[np.float64]  # (steps,)
    sums: NDArray[np.float32]  # (2, P, …·C), as of `loop_sums`, of either end …
    norms: NDArray[np.float64]  # (2, P)
    mirrored: NDArray[np.float64]  # (P, P): distances that serve both ways
    scratch: tuple[NDArray[np.int32], NDArray[np.int32]]  # as of `distance`


@njit(cache=True, nogil=True)
def _loop_tables(costs: Costs, labels: BlockLabels) -> LoopTables:
    n, count, c = labels.periods.size, costs.frames // labels.step, costs.channels
    offset = np.full((n, count + 2), -1, np.int32)
    longest = 0
    for i in range(n):
        at = 0
        for g in labels.divisors[i]:
            if g == 0:
                break
            offset[i, g] = at
            at += g
        longest = max(longest, at)
    common = np.empty((n, n), np.int32)
    for i in range(n):
        for j in range(n):
            common[i, j] = math.gcd(labels.periods[i] // labels.step, labels.periods[j] // labels.step)
    return LoopTables(
        offset,
        common,
        np.zeros(count * c, np.float32),
        np.zeros(count),
        np.zeros((2, n, longest * c), np.float32),
        np.zeros((2, n)),
        np.zeros((n, n)),
        scratch_of(costs),
    )


@njit(**INNER, fastmath=True)
def _add_distances(
    u: Vectors,
    o: int,
    c: int,
    labels: BlockLabels,
    here: tuple[int, int],
    beside: tuple[int, int],
    tables: LoopTables,
    apart: NDArray[np.float64],
) -> None:
    """Add to (L, L) the distances at one pixel of all labels of pixel ``here`` to all of one ``beside``."""
    (y, x), (y2, x2) = here, beside
    periods, starts, stills, step, c = (
        labels.periods,
        labels.starts,
        labels.stills,
        labels.step,
        c,
    )
    n, m = periods.size, stills.size
    step_sums(u, o, c, step, tables.steps, tables.step_norms)
    same = True
    for i in range(n):
        label = (periods[i] // step, starts[i, y, x] // step)
        tables.norms[0, i] = loop_sums(
            tables.steps, tables.step_norms, label, labels.divisors[i], tables.sums[0, i]
        )
        same = same and starts[i, y, x] == starts[i, y2, x2]
    if not same:
        for i in range(n):
            label = (periods[i] // step, starts[i, y2, x2] // step)
            tables.norms[1, i] = loop_sums(
                tables.steps, tables.step_norms, label, labels.divisors[i], tables.sums[1, i]
            )
    mine, norms = tables.sums[0], tables.norms[0]
    theirs, their_norms = (mine, norms) if same else (tables.sums[1], tables.norms[1])
    for i in range(n):
        p, s = periods[i], starts[i, y, x]
        for j in range(n):
            q, r = periods[j], starts[j, y2, x2]
            if i == j:
                if s != r:
                    apart[i, i] += distance(u, o, c, (p, s), (p, r), tables.scratch)
                continue
            if same and j < i:
                apart[i, j] += tables.mirrored[i, j]
                continue
            g = tables.common[i, j]
            begin, begin2 = tables.offset[i, g] * c, tables.offset[j, g] * c
            first, second = mine[i, begin : begin + g * c], theirs[j, begin2 : begin2 + g * c]
            # the same residue mod g·step meets once in step frames of the other loop
            cross = rotated_dot(first, second, (s - r) // step % g * c)
            value = norms[i] / p + their_norms[j] / q - 2.0 * g * cross / (np.float64(p) * q)
            apart[i, j] += value
            tables.mirrored[j, i] = value
        for j in range(m):
            _add_still(
                u, o, c, stills[j], (i, n + j), (p, norms[i], their_norms[i]), (mine[i], theirs[i]), apart
            )
    for i in range(m):
        for j in range(m):
            if i != j:
                apart[n + i, n + j] += frames_apart(u, o, c, stills[i], stills[j], 1)


@njit(**INNER, fastmath=True)
def _add_still(
    u: Vectors,
    o: int,
    c: int,
    still: int,
    at: tuple[int, int],
    loop: tuple[int, float, float],
    sums: tuple[NDArray[np.float32], NDArray[np.float32]],
    apart: NDArray[np.float64],
) -> None:
    """Add the distances of one period's loops, at either end, to one still frame."""
    (i, j), (p, norm, their_norm), (mine, theirs) = at, loop, sums
    shown = u[o + still * c : o + (still + 1) * c]
    cross, cross2, square = np.float32(0), np.float32(0), np.float32(0)
    for k in range(c):
        value = np.float32(shown[k])
        square += value * value
        cross += mine[k] * value
        cross2 += theirs[k] * value
    apart[i, j] += norm / p + square - 2.0 * cross / p
    apart[j, i] += their_norm / p + square - 2.0 * cross2 / p
