"""One move: fuse the current labelling with a proposal by one minimum cut, which never raises the energy.

Every step of the solver on pixels is such a fusion, whatever its size: an α-expansion proposes one label
everywhere, a border move the label of the next region, a coarse move lets blocks of pixels switch as one.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..rendering.labelling import Labelling
from .binary import BinaryProblem, best_states
from .costs import Costs, own_cost, pair_cost, scratch_of
from .distances import INNER, Label, distance


def fuse(
    costs: Costs, labels: Labelling, proposal: Labelling, block: int = 1, ordered: bool = False
) -> float:
    """Let every block of pixels keep its labels or take the proposed ones, in place.

    Parameters
    ----------
    labels : the current labelling, (H, W)
    proposal : (H, W) labels; period 0 means "stay"
    block : side in pixels of the blocks that switch as one
    ordered : state 0 of every block is its smaller label instead of its current one; where two regions offer
        each other their labels this keeps the terms across their border submodular

    Returns
    -------
    float ≥ 0, by how much the energy of eq. (1) fell
    """
    node, flipped = _nodes(labels, proposal, block, ordered)
    if not len(flipped):
        return 0.0
    problem = BinaryProblem.of_nodes(node)
    _assemble(costs, labels, proposal, node, block, problem)
    switch, gain = best_states(problem, flipped)
    if gain:
        _apply(labels, proposal, node, switch, block)
    return gain


def expand(
    costs: Costs,
    labels: Labelling,
    offered: Iterable[tuple[NDArray[np.int32] | int, NDArray[np.int32] | int]],
    where: NDArray[np.bool_],
    block: int = 1,
) -> None:
    """One sweep of α-expansions, in place: blocks of pixels take each label or not, by one cut a label.

    Parameters
    ----------
    offered : periods and starts, a number or an (H, W) map each; a loop is offered where it fits
    where : (H, W) bool, pixels that are offered anything
    """
    last = costs.frames - 1
    for period, start in offered:
        fits = where & ((period == 1) | ((start >= 1) & (start + period <= last)))
        proposal = (np.where(fits, part, 0).astype(np.int32) for part in (period, start))
        fuse(costs, labels, Labelling(*proposal), block)


@njit(cache=True, nogil=True)
def _nodes(
    labels: Labelling, proposal: Labelling, block: int, ordered: bool
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Number the blocks in which something would change (−1 elsewhere); which of them are in state 1 now."""
    h, w = labels.period.shape
    rows, columns = -(-h // block), -(-w // block)
    node = np.full((rows, columns), -1, np.int32)
    flip = np.zeros((rows, columns), np.bool_)
    at = np.arange(max(h, w)) // block  # divided once: a division for each pixel took a third of the move
    for y in range(h):
        for x in range(w):
            p, q = labels.period[y, x], proposal.period[y, x]
            s, r = labels.start[y, x], proposal.start[y, x]
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
def _assemble(
    costs: Costs,
    labels: Labelling,
    proposal: Labelling,
    node: NDArray[np.int32],
    block: int,
    problem: BinaryProblem,
) -> None:
    """Add up the costs of every node and of every two nodes side by side."""
    h, w = labels.period.shape
    unary, pair = problem.unary, problem.pair
    u, c, size = costs.vectors, costs.channels, costs.frames * costs.channels
    scratch = scratch_of(costs)
    apart = np.full((h, w), -1.0)  # of each pixel's current label from its proposed one, where asked for
    at = np.arange(max(h, w)) // block
    for y in range(h):
        for x in range(w):
            a = node[at[y], at[x]]
            right = node[at[y], at[x + 1]] if x + 1 < w else -1
            down = node[at[y + 1], at[x]] if y + 1 < h else -1
            if a < 0 and right < 0 and down < 0:
                continue
            now, new = _labels_at(labels, proposal, a, y, x)
            stays = _equal(now, new)
            if not stays and (now[0] > 1 or new[0] > 1):  # one still frame costs what another does
                unary[a, 0] += own_cost(costs, y, x, now)
                unary[a, 1] += own_cost(costs, y, x, new)
            for d in range(2):
                y2, x2 = y + d, x + 1 - d
                b = down if d else right
                if y2 >= h or x2 >= w or (a < 0 and b < 0):
                    continue
                now2, new2 = _labels_at(labels, proposal, b, y2, x2)
                stays2 = _equal(now2, new2)
                if stays and stays2:
                    continue
                kept, joined = _equal(now, now2), _equal(new, new2)  # one label on both sides, now and then
                if kept and joined and a == b:
                    continue
                # inside regions each pixel's own distance serves all of its pairs
                own = own2 = 0.0
                if kept or joined:
                    if not stays:
                        if apart[y, x] < 0:
                            apart[y, x] = distance(u, (y * w + x) * size, c, now, new, scratch)
                        own = apart[y, x]
                    if not stays2:
                        if apart[y2, x2] < 0:
                            apart[y2, x2] = distance(u, (y2 * w + x2) * size, c, now2, new2, scratch)
                        own2 = apart[y2, x2]
                weight = costs.scale * costs.spatial_factor[d, y, x]
                if kept and joined:  # nine of ten pairs
                    pair[a, d, 1] += weight * (own + own2)
                    pair[a, d, 2] += weight * (own + own2)
                    continue
                e00 = pair_cost(costs, (d, y, x), now, now2, scratch)
                e11 = pair_cost(costs, (d, y, x), new, new2, scratch)
                if a == b:
                    unary[a, 0] += e00
                    unary[a, 1] += e11
                    continue
                e01 = e00 if stays2 else e11
                e10 = e00 if stays else e11
                if not stays and not stays2:
                    here, beside = (y * w + x) * size, (y2 * w + x2) * size
                    first = own if joined else distance(u, here, c, now, new2, scratch)
                    second = own2 if kept else distance(u, beside, c, now, new2, scratch)
                    e01 = weight * (first + second)
                    first = own if kept else distance(u, here, c, new, now2, scratch)
                    second = own2 if joined else distance(u, beside, c, new, now2, scratch)
                    e10 = weight * (first + second)
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


@njit(**INNER)
def _labels_at(labels: Labelling, proposal: Labelling, node: int, y: int, x: int) -> tuple[Label, Label]:
    """The current label of a pixel and the one that it would take."""
    now = (labels.period[y, x], labels.start[y, x])
    if node < 0 or proposal.period[y, x] == 0:
        return now, now
    return now, (proposal.period[y, x], proposal.start[y, x])


@njit(**INNER)
def _equal(first: Label, second: Label) -> bool:
    return first[0] == second[0] and first[1] == second[1]


@njit(cache=True, nogil=True)
def _apply(
    labels: Labelling,
    proposal: Labelling,
    node: NDArray[np.int32],
    switch: NDArray[np.bool_],
    block: int,
) -> None:
    h, w = labels.period.shape
    at = np.arange(max(h, w)) // block
    for y in range(h):
        for x in range(w):
            a = node[at[y], at[x]]
            if a >= 0 and switch[a] and proposal.period[y, x] > 0:
                labels.period[y, x] = proposal.period[y, x]
                labels.start[y, x] = proposal.start[y, x]
