"""One move: fuse the current labelling with a proposal by one minimum cut, which never raises the energy.

Every step of the solver on pixels is such a fusion, whatever its size: an α-expansion proposes one label
everywhere, a border move the neighbour region's label, a coarse move lets blocks of pixels switch as one.
Squared differences are no metric, so some pair terms are not submodular (E₀₁ + E₁₀ < E₀₀ + E₁₁). There the
price of E₀₁ or E₁₀, of the one that is not the present state, is raised until the term is submodular: the cut
then minimises an upper bound of the energy that is exact at the current labelling.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .binary import energy_change, graph
from .labels import Labels
from .maxflow import DOWN, LEFT, RIGHT, UP, minimum_cut
from .pairs import distance, jump
from .problem import LoopProblem, pair_cost


class Known(NamedTuple):
    """What a move would compute and may read instead; −1 where unknown. It fills in what it had to compute.

    Integer distances as float32: below 2²⁴ they are exact, means over loops are rounded, so that a move may
    raise the energy by that rounding, about 1e-7 of it.
    """

    apart: NDArray[np.float32]  # (H, W), between a pixel's current and its proposed label
    jump: NDArray[np.float32]  # (H, W), Φ of eq. (2) of the current label
    new_jump: NDArray[np.float32]  # (H, W), of the proposed one
    seam: NDArray[np.float32]  # (2, H, W), of the current labels to the right and below, both pixels' halves
    border: NDArray[np.int32]  # (2, H, W), rows of ``across`` of the pairs to the right and below, or −1
    across: NDArray[np.float32]  # (pairs, 3): the second pixel takes its proposed label, the first, both

    @classmethod
    def nothing(cls, shape: tuple[int, ...]) -> Known:
        """Nothing is known of an (H, W) picture."""
        apart, own, new = np.full((3, *shape), -1, np.float32)
        seam, border = np.full((2, *shape), -1, np.float32), np.full((2, *shape), -1, np.int32)
        return cls(apart, own, new, seam, border, np.zeros((0, 3), np.float32))


def fuse(
    problem: LoopProblem,
    period: Labels,
    start: Labels,
    new_period: Labels,
    new_start: Labels,
    block: int = 1,
    ordered: bool = False,
    backend: str = "grid",
    known: Known | None = None,
) -> float:
    """Let every block of pixels keep its labels or take the proposed ones, in place.

    Parameters
    ----------
    period, start : (H, W) int32, the current labelling
    new_period, new_start : (H, W) int32, the proposal; ``new_period`` 0 means "stay"
    block : side in pixels of the blocks that switch as one
    ordered : state 0 of every block is its smaller label instead of its current one; where two regions offer
        each other their labels this keeps the terms across their border submodular
    known : costs of these labels that were computed before; the move fills in what it has to compute

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
        known or Known.nothing(period.shape),
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
def _unary(u, o, c, weight, static_cost, short_cost, short_range, p, s, known, y, x):
    """E_temp + α₁·E_label of a label (p, s) at a pixel."""
    if p == 1:
        return np.float64(static_cost)
    if known[y, x] < 0:
        known[y, x] = jump(u, o, c, p, s)
    cost = weight * known[y, x]
    if p <= short_range:
        cost += short_cost
    return cost


@njit(cache=True, nogil=True)
def _apart(u, o, c, p, s, q, r, sums1, sums2, known, y, x):
    """Distance of the current label (p, s) to the proposed one (q, r) at a pixel."""
    if p == q and s == r:
        return 0.0
    if known[y, x] < 0:
        known[y, x] = distance(u, o, c, p, s, q, r, sums1, sums2)
    return np.float64(known[y, x])


@njit(cache=True, nogil=True)
def _assemble(
    vectors, scale, gamma, right, down, static_cost, short_cost, short_range,
    period, start, new_period, new_start, node, count, block, known,
):  # fmt: skip
    """Costs of the binary problem: unary (n, 2), pair (n, 2, 4) as E₀₀, E₀₁, E₁₀, E₁₁ right and down."""
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    size = t * c  # bytes of one pixel
    unary = np.zeros((count, 2))
    pair = np.zeros((count, 2, 4))
    sums1, sums2 = np.zeros(size, np.int32), np.zeros(size, np.int32)
    unknown = np.empty(3, np.float32)
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
                unary[a, 0] += _unary(u, o1, c, factor, still, short, short_range, p0, s0, known.jump, y, x)
                unary[a, 1] += _unary(
                    u, o1, c, factor, still, short, short_range, p1, s1, known.new_jump, y, x
                )
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
                weight = scale * (right[y, x] if d == 0 else down[y, x])
                if kept and joined and known.apart[y, x] >= 0 and known.apart[y2, x2] >= 0:
                    # nine of ten pairs: a way of their own halves the time
                    cost = weight * (np.float64(known.apart[y, x]) + np.float64(known.apart[y2, x2]))
                    pair[a, d, 1] += cost
                    pair[a, d, 2] += cost
                    continue
                o2 = (y2 * w + x2) * size
                e00 = 0.0
                if not kept:
                    if known.seam[d, y, x] < 0:
                        first = distance(u, o1, c, p0, s0, q0, r0, sums1, sums2)
                        known.seam[d, y, x] = first + distance(u, o2, c, p0, s0, q0, r0, sums1, sums2)
                    e00 = weight * known.seam[d, y, x]
                if a == b:
                    unary[a, 0] += e00
                    unary[a, 1] += pair_cost(u, o1, o2, c, weight, p1, s1, q1, r1, sums1, sums2)
                    continue
                # inside regions each pixel's own distance serves all of its pairs
                own1 = own2 = 0.0
                if kept or joined:
                    own1 = _apart(u, o1, c, p0, s0, p1, s1, sums1, sums2, known.apart, y, x)
                    own2 = _apart(u, o2, c, q0, r0, q1, r1, sums1, sums2, known.apart, y2, x2)
                row = known.border[d, y, x]
                across = known.across[row] if row >= 0 else unknown
                if row < 0:
                    unknown[:] = -1
                e01 = e10 = e00
                if not same_z:
                    if across[0] < 0:
                        first = own1 if joined else distance(u, o1, c, p0, s0, q1, r1, sums1, sums2)
                        second = own2 if kept else distance(u, o2, c, p0, s0, q1, r1, sums1, sums2)
                        across[0] = first + second
                    e01 = weight * across[0]
                if not same_x:
                    if across[1] < 0:
                        first = own1 if kept else distance(u, o1, c, p1, s1, q0, r0, sums1, sums2)
                        second = own2 if joined else distance(u, o2, c, p1, s1, q0, r0, sums1, sums2)
                        across[1] = first + second
                    e10 = weight * across[1]
                if same_x:
                    e11 = e01
                elif same_z:
                    e11 = e10
                else:
                    if across[2] < 0:
                        across[2] = pair_cost(u, o1, o2, c, 1.0, p1, s1, q1, r1, sums1, sums2)
                    e11 = weight * across[2]
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
