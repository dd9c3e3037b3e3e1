"""One move: fuse the current labelling with a proposal by one minimum cut, which never raises the energy.

Every step of the solver on pixels is such a fusion, whatever its size: an α-expansion proposes one label
everywhere, a border move the neighbour region's label, a coarse move lets blocks of pixels switch as one.
Squared differences are no metric, so some pair terms are not submodular (E₀₁ + E₁₀ < E₀₀ + E₁₁). There the
price of E₀₁ or E₁₀, of the one that is not the present state, is raised until the term is submodular: the cut
then minimises an upper bound of the energy that is exact at the current labelling.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .binary import energy_change, graph
from .labels import Labels
from .maxflow import DOWN, LEFT, RIGHT, UP, minimum_cut
from .pairs import distance, jump
from .problem import LoopProblem, pair_cost


def fuse(
    problem: LoopProblem,
    period: Labels,
    start: Labels,
    new_period: Labels,
    new_start: Labels,
    block: int = 1,
    ordered: bool = False,
    backend: str = "grid",
) -> float:
    """Let every block of pixels keep its labels or take the proposed ones, in place.

    Parameters
    ----------
    period, start : (H, W) int32, the current labelling
    new_period, new_start : (H, W) int32, the proposal; ``new_period`` 0 means "stay"
    block : side in pixels of the blocks that switch as one
    ordered : state 0 of every block is its smaller label instead of its current one; where two regions offer
        each other their labels this keeps the terms across their border submodular

    Returns
    -------
    float ≥ 0, by how much the energy of eq. (1) fell
    """
    tables = problem.tables
    node, flipped = _nodes(period, start, new_period, new_start, block, ordered)
    count = flipped.size
    if count == 0:
        return 0.0
    unary, pair, neighbors = _assemble(
        tables.vectors,
        tables.scale,
        tables.temporal_factor,
        tables.right,
        tables.down,
        problem.static_cost,
        problem.short_cost,
        problem.short_range,
        period,
        start,
        new_period,
        new_start,
        node,
        count,
        block,
    )
    terminal, capacity = graph(unary, pair, neighbors, flipped)
    upper, _ = minimum_cut(terminal, neighbors, capacity, backend)
    switch = upper != flipped
    before, after = energy_change(unary, pair, neighbors, switch)
    # rounding the costs to integers could turn a tie into a tiny loss
    if after >= before:
        return 0.0
    _apply(period, start, new_period, new_start, node, switch, block)
    return before - after


def expand(
    problem: LoopProblem,
    labels: tuple[Labels, Labels],
    offered: Iterable[tuple[Labels | int, Labels | int]],
    where: NDArray[np.bool_],
    block: int = 1,
    backend: str = "grid",
) -> None:
    """One sweep of α-expansions, in place: blocks of pixels take each label or not, by one cut a label.

    Parameters
    ----------
    labels : period and start, (H, W) int32
    offered : periods and starts, a number or an (H, W) map each; a loop is offered where it fits
    where : (H, W) bool, pixels that are offered anything
    """
    last = problem.tables.frames - 1
    for period, start in offered:
        fits = where & ((period == 1) | ((start >= 1) & (start + period <= last)))
        proposal = np.where(fits, period, 0).astype(np.int32), np.where(fits, start, 0).astype(np.int32)
        fuse(problem, *labels, *proposal, block, backend=backend)


@njit(cache=True, nogil=True)
def _nodes(period, start, new_period, new_start, block, ordered):
    """Number the blocks in which something would change (−1 elsewhere); which of them are in state 1 now."""
    h, w = period.shape
    rows, columns = -(-h // block), -(-w // block)
    node = np.full((rows, columns), -1, np.int32)
    flip = np.zeros((rows, columns), np.bool_)
    at = np.arange(max(h, w)) // block  # divided once: a division for each pixel took a third of the move
    for y in range(h):
        for x in range(w):
            p, q = period[y, x], new_period[y, x]
            s, r = start[y, x], new_start[y, x]
            if q > 0 and (p != q or s != r):
                i, j = at[y], at[x]
                if node[i, j] < 0:
                    node[i, j] = 0
                    flip[i, j] = ordered and (p > q or (p == q and s > r))
    count = 0
    for i in range(rows):
        for j in range(columns):
            if node[i, j] == 0:
                node[i, j] = count
                count += 1
    flipped = np.empty(count, np.bool_)
    for i in range(rows):
        for j in range(columns):
            if node[i, j] >= 0:
                flipped[node[i, j]] = flip[i, j]
    return node, flipped


@njit(cache=True, nogil=True)
def _neighbors(node, count):
    """(n, 4), the nodes beside each node; −1 where there is none."""
    rows, columns = node.shape
    neighbors = np.full((count, 4), -1, np.int32)
    for i in range(rows):
        for j in range(columns):
            a = node[i, j]
            if a < 0:
                continue
            if j + 1 < columns and node[i, j + 1] >= 0:
                neighbors[a, RIGHT] = node[i, j + 1]
                neighbors[node[i, j + 1], LEFT] = a
            if i + 1 < rows and node[i + 1, j] >= 0:
                neighbors[a, DOWN] = node[i + 1, j]
                neighbors[node[i + 1, j], UP] = a
    return neighbors


@njit(cache=True, nogil=True)
def _own_cost(u, o, c, weight, static_cost, short_cost, short_range, p, s):
    """E_temp + α₁·E_label of a label (p, s) at a pixel."""
    if p == 1:
        return np.float64(static_cost)
    cost = weight * jump(u, o, c, p, s)
    if p <= short_range:
        cost += short_cost
    return cost


@njit(cache=True, nogil=True)
def _assemble(
    vectors, scale, gamma, right, down, static_cost, short_cost, short_range,
    period, start, new_period, new_start, node, count, block,
):  # fmt: skip
    """Costs of the binary problem: unary (n, 2), pair (n, 2, 4) as E₀₀, E₀₁, E₁₀, E₁₁ right and down."""
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    size = t * c  # bytes of one pixel
    unary = np.zeros((count, 2))
    pair = np.zeros((count, 2, 4))
    sums1, sums2 = np.zeros(size, np.int32), np.zeros(size, np.int32)
    apart = np.full((h, w), -1.0)  # of each pixel's current label from its proposed one, where asked for
    at = np.arange(max(h, w)) // block
    for y in range(h):
        for x in range(w):
            a = node[at[y], at[x]]
            right_node = node[at[y], at[x + 1]] if x + 1 < w else -1
            down_node = node[at[y + 1], at[x]] if y + 1 < h else -1
            if a < 0 and right_node < 0 and down_node < 0:
                continue
            o1 = (y * w + x) * size
            p0, s0 = period[y, x], start[y, x]
            p1, s1 = new_period[y, x], new_start[y, x]
            if p1 == 0 or a < 0:
                p1, s1 = p0, s0
            same_x = p0 == p1 and s0 == s1
            if not same_x and (p0 > 1 or p1 > 1):  # one still frame costs what another does
                factor, still, short = scale * gamma[y, x], static_cost[y, x], short_cost[y, x]
                unary[a, 0] += _own_cost(u, o1, c, factor, still, short, short_range, p0, s0)
                unary[a, 1] += _own_cost(u, o1, c, factor, still, short, short_range, p1, s1)
            for d in range(2):
                y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                if y2 >= h or x2 >= w:
                    continue
                b = right_node if d == 0 else down_node
                if a < 0 and b < 0:
                    continue
                q0, r0 = period[y2, x2], start[y2, x2]
                q1, r1 = new_period[y2, x2], new_start[y2, x2]
                if q1 == 0 or b < 0:
                    q1, r1 = q0, r0
                same_z = q0 == q1 and r0 == r1
                if same_x and same_z:
                    continue
                kept = p0 == q0 and s0 == r0  # one label on both sides now
                joined = p1 == q1 and s1 == r1  # and afterwards
                if kept and joined and a == b:
                    continue
                o2 = (y2 * w + x2) * size
                weight = scale * (right[y, x] if d == 0 else down[y, x])
                # inside regions each pixel's own distance serves all of its pairs
                own1 = own2 = 0.0
                if kept or joined:
                    if not same_x:
                        if apart[y, x] < 0:
                            apart[y, x] = distance(u, o1, c, p0, s0, p1, s1, sums1, sums2)
                        own1 = apart[y, x]
                    if not same_z:
                        if apart[y2, x2] < 0:
                            apart[y2, x2] = distance(u, o2, c, q0, r0, q1, r1, sums1, sums2)
                        own2 = apart[y2, x2]
                if kept and joined:  # nine of ten pairs
                    pair[a, d, 1] += weight * (own1 + own2)
                    pair[a, d, 2] += weight * (own1 + own2)
                    continue
                e00 = pair_cost(u, o1, o2, c, weight, p0, s0, q0, r0, sums1, sums2)
                e11 = pair_cost(u, o1, o2, c, weight, p1, s1, q1, r1, sums1, sums2)
                if a == b:
                    unary[a, 0] += e00
                    unary[a, 1] += e11
                    continue
                e01, e10 = e11, e11  # where one of the two stays as it is
                if not same_x and not same_z:
                    first = own1 if joined else distance(u, o1, c, p0, s0, q1, r1, sums1, sums2)
                    second = own2 if kept else distance(u, o2, c, p0, s0, q1, r1, sums1, sums2)
                    e01 = weight * (first + second)
                    first = own1 if kept else distance(u, o1, c, p1, s1, q0, r0, sums1, sums2)
                    second = own2 if joined else distance(u, o2, c, p1, s1, q0, r0, sums1, sums2)
                    e10 = weight * (first + second)
                elif same_x:
                    e10 = e00
                else:
                    e01 = e00
                if b < 0:
                    unary[a, 0] += e00
                    unary[a, 1] += e10
                elif a < 0:
                    unary[b, 0] += e00
                    unary[b, 1] += e01
                else:
                    pair[a, d, 0] += e00
                    pair[a, d, 1] += e01
                    pair[a, d, 2] += e10
                    pair[a, d, 3] += e11
    return unary, pair, _neighbors(node, count)


@njit(cache=True, nogil=True)
def _apply(period, start, new_period, new_start, node, switch, block):
    h, w = period.shape
    at = np.arange(max(h, w)) // block
    for y in range(h):
        for x in range(w):
            a = node[at[y], at[x]]
            if a >= 0 and switch[a] and new_period[y, x] > 0:
                period[y, x] = new_period[y, x]
                start[y, x] = new_start[y, x]
