"""The same energy for labellings that are constant on blocks of pixels: small tables, cheap α-expansions.

For block-constant labels eq. (1) is again a sum of unary and pair terms, one node a block: unary costs add up
over the block, and the cost between two blocks is the sum over the pixel pairs along their border (a Galerkin
coarsening: nothing is averaged). ``one_period`` is exact. ``all_periods`` is exact but for the cross term of
two different periods, which sums whole steps of frames (residues mod g in steps of ``step``): it starts
stage 2 well, and every later move works on the exact energy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .labels import LabelSpace
from .maxflow import DOWN, LEFT, RIGHT, UP, minimum_cut
from .moves import LoopProblem, energy_change, graph
from .pairs import distance, frames_apart
from .proposals import block_jumps


@dataclass(frozen=True, eq=False)
class CoarseProblem:
    """A labelling problem on a grid of blocks: L labels, R × C blocks."""

    unary: NDArray[np.float64]  # (L, R, C)
    right: NDArray[
        np.float32
    ]  # (R, C, L, L): this block's label, the right neighbour's; 0 in the last column
    down: NDArray[np.float32]  # (R, C, L, L)

    def for_candidate(self, problem: LoopProblem, stills: int, block: int) -> CoarseProblem:
        """The same with a candidate's price of the last ``stills`` labels, α₁·E_static·π_ID."""
        static = block_sums(problem.static_cost, block)
        unary = self.unary.copy()
        unary[len(unary) - stills :] = static
        return replace(self, unary=unary)

    def energy(self, labels: NDArray[np.int32]) -> float:
        """Coarse energy of a labelling (R, C)."""
        i, j = (np.asarray(index) for index in np.indices(labels.shape))
        unary = self.unary[labels, i, j].sum()
        right = self.right[i[:, :-1], j[:, :-1], labels[:, :-1], labels[:, 1:]].sum(dtype=np.float64)
        down = self.down[i[:-1], j[:-1], labels[:-1], labels[1:]].sum(dtype=np.float64)
        return float(unary + right + down)

    def expand(
        self,
        labels: NDArray[np.int32],
        sweeps: int,
        allowed: Sequence[NDArray[np.bool_]],
        backend: str,
    ) -> float:
        """α-expansion over all labels in place; returns by how much the coarse energy fell.

        ``allowed[α]`` says which blocks (R, C) may take label α.
        """
        total = 0.0
        for _ in range(sweeps):
            gain = 0.0
            for alpha in range(len(self.unary)):
                node, unary, pair, neighbors = _assemble(
                    self.unary, self.right, self.down, labels, alpha, allowed[alpha]
                )
                if not len(unary):
                    continue
                state = np.zeros(len(unary), np.bool_)
                terminal, capacity = graph(unary, pair, neighbors, state)
                switch, _ = minimum_cut(terminal, neighbors, capacity, backend)
                before, after = energy_change(unary, pair, neighbors, switch)
                if after < before:
                    gain += before - after
                    labels[(node >= 0) & switch[node]] = alpha
            total += gain
            if gain == 0:
                break
        return total


def block_sums(values: NDArray[np.floating], block: int) -> NDArray[np.float64]:
    """Sum an (H, W) map over blocks, the last ones perhaps partly filled: (R, C)."""
    h, w = values.shape
    full = np.zeros((-(-h // block) * block, -(-w // block) * block))
    full[:h, :w] = values
    return full.reshape(full.shape[0] // block, block, -1, block).sum(axis=(1, 3))


def one_period(
    problem: LoopProblem, space: LabelSpace, period: int, block: int, wanted: NDArray[np.bool_]
) -> CoarseProblem:
    """Stage 1: label i is the start ``space.starts(period)[i]`` of one period.

    ``wanted`` (R, C) says which blocks need pair tables; the others' are zero.
    """
    tables = problem.tables
    starts = space.starts(period)
    unary = block_jumps(
        tables.vectors, tables.scale, tables.temporal_factor, np.full_like(starts, period), starts, block
    )
    right, down = _start_pairs(
        tables.vectors, tables.scale, tables.right, tables.down, period, starts, space.step, block, wanted
    )
    return CoarseProblem(unary, right, down)


def all_periods(
    problem: LoopProblem,
    space: LabelSpace,
    starts: NDArray[np.int32],
    stills: NDArray[np.int32],
    block: int,
    wanted: NDArray[np.bool_],
) -> CoarseProblem:
    """Stage 2: labels are (p, s*(x|p)) for every period, then the ``stills``.

    Parameters
    ----------
    starts : (periods, H, W) int32, s*(x|p) of stage 1
    wanted : (R, C) bool, blocks whose pair tables are needed; the others' are zero

    The price of standing still depends on the candidate: see ``CoarseProblem.for_candidate``.
    """
    tables = problem.tables
    periods = np.array(space.periods, np.int32)
    # residue sums are wanted for every divisor of a period, in steps
    divisors = np.zeros((len(periods), 64), np.int32)
    for i, p in enumerate(periods // space.step):
        own = [g for g in range(1, p + 1) if p % g == 0]
        divisors[i, : len(own)] = own
    unary = _period_unaries(
        tables.vectors, tables.scale, tables.temporal_factor, tables.right, tables.down,
        problem.short_cost, problem.short_range, periods, starts, block,
    )  # fmt: skip
    right, down = _label_pairs(
        tables.vectors, tables.scale, tables.right, tables.down,
        periods, starts, stills, divisors, space.step, block, wanted,
    )  # fmt: skip
    return CoarseProblem(np.concatenate([unary, np.zeros((len(stills), *unary.shape[1:]))]), right, down)


@njit(cache=True, nogil=True)
def _assemble(unary, right, down, labels, alpha, allowed):
    rows, columns = labels.shape
    node = np.full((rows, columns), -1, np.int32)
    n = 0
    for i in range(rows):
        for j in range(columns):
            if allowed[i, j] and labels[i, j] != alpha:
                node[i, j] = n
                n += 1
    own = np.zeros((n, 2))
    pair = np.zeros((n, 2, 4))
    neighbors = np.full((n, 4), -1, np.int32)
    for i in range(rows):
        for j in range(columns):
            a, l1 = node[i, j], labels[i, j]
            if a >= 0:
                own[a, 0] += unary[l1, i, j]
                own[a, 1] += unary[alpha, i, j]
            for d in range(2):
                i2, j2 = (i, j + 1) if d == 0 else (i + 1, j)
                if i2 >= rows or j2 >= columns:
                    continue
                b, l2 = node[i2, j2], labels[i2, j2]
                if a < 0 and b < 0:
                    continue
                table = right[i, j] if d == 0 else down[i, j]
                if a >= 0 and b >= 0:
                    slot = RIGHT if d == 0 else DOWN
                    neighbors[a, slot] = b
                    neighbors[b, LEFT if d == 0 else UP] = a
                    pair[a, d, 0] = table[l1, l2]
                    pair[a, d, 1] = table[l1, alpha]
                    pair[a, d, 2] = table[alpha, l2]
                    pair[a, d, 3] = table[alpha, alpha]
                elif a >= 0:
                    own[a, 0] += table[l1, l2]
                    own[a, 1] += table[alpha, l2]
                else:
                    own[b, 0] += table[l1, l2]
                    own[b, 1] += table[l1, alpha]
    return node, own, pair, neighbors


@njit(cache=True, nogil=True, fastmath=True)
def _start_pairs(vectors, scale, right, down, p, starts, step, block, wanted):
    """Exact costs between blocks for every two starts of one period, from prefix sums of frame distances."""
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    rows, columns, n = -(-h // block), -(-w // block), starts.size
    table_right = np.zeros((rows, columns, n, n), np.float32)
    table_down = np.zeros((rows, columns, n, n), np.float32)
    multiples = (t - 1) // p
    prefix = np.zeros((multiples + 2, t // step + 2))
    for y in range(h):
        for x in range(w):
            for d in range(2):
                y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                if y2 >= h or x2 >= w or (y2 // block == y // block and x2 // block == x // block):
                    continue
                if not (wanted[y // block, x // block] and wanted[y2 // block, x2 // block]):
                    continue
                weight = scale * (right[y, x] if d == 0 else down[y, x]) / p
                table = table_right[y // block, x // block] if d == 0 else table_down[y // block, x // block]
                for end in range(2):
                    o = ((y * w + x) if end == 0 else (y2 * w + x2)) * t * c
                    for m in range(1, multiples + 1):
                        total = 0.0
                        prefix[m, 1] = 0.0
                        for f in range(step, t - m * p, step):
                            count = min(step, t - m * p - f)
                            total += frames_apart(u, o, c, f, f + m * p, count)
                            prefix[m, f // step + 1] = total
                    for i in range(n):
                        for j in range(i + 1, n):
                            s1, s2 = starts[i], starts[j]
                            q, r = (s2 - s1) // p, (s2 - s1) % p
                            cost = prefix[q + 1, (s1 + r) // step] - prefix[q + 1, s1 // step]
                            if q:
                                cost += prefix[q, (s1 + p) // step] - prefix[q, (s1 + r) // step]
                            table[i, j] += weight * cost
                            table[j, i] += weight * cost
    return table_right, table_down


@njit(cache=True, nogil=True)
def _period_unaries(vectors, scale, gamma, right, down, short_cost, short_range, periods, starts, block):
    """Σ over each block of E_temp, E_label and the inner pairs for the labels (p, s*(x|p))."""
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    size = t * c
    total = np.zeros((periods.size, -(-h // block), -(-w // block)))
    scratch = np.zeros((t, c), np.float32)
    for y in range(h):
        for x in range(w):
            o = (y * w + x) * size
            for i in range(periods.size):
                p, s = periods[i], starts[i, y, x]
                cost = scale * gamma[y, x] * frames_apart(u, o, c, s - 1, s + p - 1, 2)
                if p <= short_range:
                    cost += short_cost[y, x]
                for d in range(2):
                    y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                    if y2 >= h or x2 >= w or y2 // block != y // block or x2 // block != x // block:
                        continue
                    r = starts[i, y2, x2]
                    if r != s:
                        o2 = (y2 * w + x2) * size
                        weight = scale * (right[y, x] if d == 0 else down[y, x])
                        cost += weight * (
                            distance(u, o, c, p, s, p, r, scratch, scratch)
                            + distance(u, o2, c, p, s, p, r, scratch, scratch)
                        )
                total[i, y // block, x // block] += cost
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _loop_sums(steps, square, s, q, c, divisors, sums, norms, i):
    """Residue sums of one loop for each divisor g of its length q in steps, one after the other."""
    norm = 0.0
    for f in range(s, s + q):
        norm += square[f]
    norms[i] = norm
    at = 0
    for k in range(divisors.shape[1]):
        g = divisors[i, k]
        if g == 0:
            break
        for r in range(g):
            for m in range(c):
                sums[i, at + r, m] = 0
        for f in range(s, s + q):
            r = at + f % g
            for m in range(c):
                sums[i, r, m] += steps[f, m]
        at += g


@njit(cache=True, nogil=True, fastmath=True)
def _label_pairs(vectors, scale, right, down, periods, starts, stills, divisors, step, block, wanted):
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    rows, columns = wanted.shape
    n, m = periods.size, stills.size
    table_right = np.zeros((rows, columns, n + m, n + m), np.float32)
    table_down = np.zeros((rows, columns, n + m, n + m), np.float32)
    # where the sums of divisor g begin in a loop's list
    offset = np.full((n, t // step + 2), -1, np.int32)
    longest = 0
    for i in range(n):
        at = 0
        for k in range(divisors.shape[1]):
            if divisors[i, k] == 0:
                break
            offset[i, divisors[i, k]] = at
            at += divisors[i, k]
        longest = max(longest, at)
    common = np.empty((n, n), np.int32)
    for i in range(n):
        for j in range(n):
            common[i, j] = math.gcd(periods[i] // step, periods[j] // step)
    count = t // step
    steps, square = np.zeros((count, c), np.float32), np.zeros(count)
    sums1, sums2 = np.zeros((n, longest, c), np.float32), np.zeros((n, longest, c), np.float32)
    norms1, norms2 = np.zeros(n), np.zeros(n)
    scratch = np.zeros((t, c), np.float32)
    cost = np.zeros((n + m, n + m))
    for y in range(h):
        for x in range(w):
            for d in range(2):
                y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                if y2 >= h or x2 >= w or (y2 // block == y // block and x2 // block == x // block):
                    continue
                if not (wanted[y // block, x // block] and wanted[y2 // block, x2 // block]):
                    continue
                weight = scale * (right[y, x] if d == 0 else down[y, x])
                cost[:] = 0
                for end in range(2):
                    o = ((y * w + x) if end == 0 else (y2 * w + x2)) * t * c
                    for f in range(count):
                        norm = np.float32(0)
                        for k in range(c):
                            total = np.float32(0)
                            for z in range(step):
                                value = np.float32(u[o + (f * step + z) * c + k])
                                total += value
                                norm += value * value
                            steps[f, k] = total
                        square[f] = norm
                    same = True
                    for i in range(n):
                        _loop_sums(
                            steps,
                            square,
                            starts[i, y, x] // step,
                            periods[i] // step,
                            c,
                            divisors,
                            sums1,
                            norms1,
                            i,
                        )
                        same = same and starts[i, y, x] == starts[i, y2, x2]
                    if not same:
                        for i in range(n):
                            _loop_sums(
                                steps,
                                square,
                                starts[i, y2, x2] // step,
                                periods[i] // step,
                                c,
                                divisors,
                                sums2,
                                norms2,
                                i,
                            )
                    other, norms = (sums1, norms1) if same else (sums2, norms2)
                    for i in range(n):
                        p = periods[i]
                        for j in range(n):
                            q = periods[j]
                            if i == j:
                                s, r = starts[i, y, x], starts[i, y2, x2]
                                if s != r:
                                    cost[i, i] += distance(u, o, c, p, s, p, r, scratch, scratch)
                                continue
                            g = common[i, j]
                            at1, at2 = offset[i, g], offset[j, g]
                            cross = np.float32(0)
                            for r in range(g):
                                for k in range(c):
                                    cross += sums1[i, at1 + r, k] * other[j, at2 + r, k]
                            # the same residue mod g·step meets once in step frames of the other loop
                            cost[i, j] += norms1[i] / p + norms[j] / q - 2.0 * g * cross / (np.float64(p) * q)
                        for j in range(m):
                            base = o + stills[j] * c
                            cross = np.float32(0)
                            cross2 = np.float32(0)
                            norm = np.float32(0)
                            for k in range(c):
                                value = np.float32(u[base + k])
                                norm += value * value
                                cross += sums1[i, 0, k] * value
                                cross2 += other[i, 0, k] * value
                            cost[i, n + j] += norms1[i] / p + norm - 2.0 * cross / p
                            cost[n + j, i] += norms[i] / p + norm - 2.0 * cross2 / p
                    for i in range(m):
                        for j in range(m):
                            if i != j:
                                cost[n + i, n + j] += frames_apart(u, o, c, stills[i], stills[j], 1)
                table = table_right[y // block, x // block] if d == 0 else table_down[y // block, x // block]
                for i in range(n + m):
                    for j in range(n + m):
                        table[i, j] += np.float32(weight * max(cost[i, j], 0.0))
    return table_right, table_down
