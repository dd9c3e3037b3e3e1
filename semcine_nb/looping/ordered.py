"""The optimum of a labelling problem whose labels stand in an order along which pair costs add up.

Stage 1 is one wherever no two starts of the period differ by the period or more: on the way from one start to
another each frame that is passed costs its own share. One minimum cut solves it, on a graph of one layer a
boundary between labels (Ishikawa, IEEE TPAMI 25(10):1333–1336, 2003, doi:10.1109/TPAMI.2003.1233908).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .blocks import BlockProblem
from .maxflow import ABOVE, BELOW, DOWN, RIGHT, minimum_cut

_LARGEST = float(2**28)  # of any price
_FORBIDDEN = 2**30  # what flows back over such an arc still fits into int32


def ordered_optimum(problem: BlockProblem, wanted: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The labels of least energy, if pair costs add up: V(i, k) = V(i, j) + V(j, k) for i < j < k.

    Only the pair costs of labels next to each other are read; where the others are smaller than their sums,
    the result is the optimum of an upper bound.

    Parameters
    ----------
    problem : L labels on R × C blocks
    wanted : (R, C) bool, blocks that have pair costs; the others take their cheapest label

    Returns
    -------
    labels : (R, C) int32
    """
    labels = problem.unary.argmin(axis=0).astype(np.int32)
    layers = len(problem.unary) - 1
    if layers == 0 or not wanted.any():
        return labels
    terminal, neighbors, capacity = _layered(problem.unary, problem.pairs, wanted)
    forbidden = np.isinf(capacity)
    capacity[forbidden] = 0
    scale = min(_LARGEST / max(np.abs(terminal).max(), capacity.max(), 1e-12), 2.0**40)
    prices = np.where(forbidden, _FORBIDDEN, np.rint(capacity * scale)).astype(np.int32)
    above, _ = minimum_cut(np.rint(terminal * scale).astype(np.int32), neighbors, prices)
    labels[wanted] = above.reshape(-1, layers).sum(axis=1)
    return labels


@njit(cache=True, nogil=True)
def _layered(
    unary: NDArray[np.float64], pairs: NDArray[np.float32], wanted: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.float64]]:
    """Node (block, k) asks "is the label above k?"; infinite capacity forbids a yes above a no."""
    labels, rows, columns = unary.shape
    layers = labels - 1
    block = np.full((rows, columns), -1, np.int32)
    count = 0
    for i in range(rows):
        for j in range(columns):
            if wanted[i, j]:
                block[i, j] = count
                count += 1
    terminal = np.zeros(count * layers)
    neighbors = np.full((count * layers, 6), -1, np.int32)
    capacity = np.zeros((count * layers, 6))
    for i in range(rows):
        for j in range(columns):
            if block[i, j] < 0:
                continue
            first = block[i, j] * layers
            cheapest = unary[:, i, j].min()  # without it the paths through the layers are shorter
            terminal[first] -= unary[0, i, j] - cheapest
            terminal[first + layers - 1] += unary[layers, i, j] - cheapest
            for k in range(layers):
                node = first + k
                if k + 1 < layers:
                    neighbors[node, ABOVE], neighbors[node + 1, BELOW] = node + 1, node
                    capacity[node, ABOVE] = np.inf
                    capacity[node + 1, BELOW] = unary[k + 1, i, j] - cheapest
                for d in range(2):
                    i2, j2 = i + d, j + 1 - d
                    if i2 >= rows or j2 >= columns or block[i2, j2] < 0:
                        continue
                    slot, other = DOWN if d else RIGHT, block[i2, j2] * layers + k
                    neighbors[node, slot], neighbors[other, slot ^ 1] = other, node
                    capacity[node, slot] = capacity[other, slot ^ 1] = pairs[d, i, j, k, k + 1]
    return terminal, neighbors, capacity
