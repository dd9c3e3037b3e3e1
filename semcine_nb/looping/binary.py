"""One move as a binary problem: each node keeps its label (state 0) or takes another one (state 1).

A minimum cut finds the best states. Squared differences are no metric, so some pair terms are not submodular
(E₀₁ + E₁₀ < E₀₀ + E₁₁). There the price of E₀₁ or E₁₀, of the one that is not the present state, is raised
until the term is submodular: the cut then minimizes an upper bound of the energy that is exact at the current
labelling.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .maxflow import DOWN, LEFT, RIGHT, UP, minimum_cut

_LARGEST = float(2**29)  # of any capacity: sums of a few stay in int32


class BinaryProblem(NamedTuple):
    """Costs of n nodes on a grid."""

    unary: NDArray[np.float64]  # (n, 2), of keeping and of taking
    pair: NDArray[np.float64]  # (n, 2, 4), E₀₀, E₀₁, E₁₀, E₁₁ with the node to the right and below
    neighbors: NDArray[np.int32]  # (n, 4), as of `minimum_cut`

    @classmethod
    def of_nodes(cls, node: NDArray[np.int32]) -> BinaryProblem:
        """A problem without costs, of the nodes numbered in (R, C) ``node``; −1 where there is none."""
        count = int(node.max(initial=-1)) + 1
        return cls(np.zeros((count, 2)), np.zeros((count, 2, 4)), _neighbors(node, count))


def best_states(
    problem: BinaryProblem, flipped: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.bool_], float]:
    """The nodes that had better take the other label.

    Parameters
    ----------
    problem : n nodes
    flipped : (n,) bool, nodes whose present state is 1 in the cut, which keeps terms between regions that
        offer each other their labels submodular; None: none

    Returns
    -------
    switch : (n,) bool
    gain : float ≥ 0, by how much the energy falls; where it would not, nothing switches
    """
    if flipped is None:
        flipped = np.zeros(len(problem.unary), np.bool_)
    terminal, capacity = _reparametrize(problem, flipped)
    largest = max(np.abs(terminal).max(), capacity.max(), 1e-12)
    scale = min(_LARGEST / largest, 2.0**40)
    terminal, capacity = (np.rint(prices * scale).astype(np.int32) for prices in (terminal, capacity))
    states, _ = minimum_cut(terminal, problem.neighbors, capacity)
    switch = states != flipped
    before, after = _energies(problem, switch)
    if after < before:
        return switch, before - after
    return np.zeros_like(switch), 0.0  # rounding the costs to integers could turn a tie into a tiny loss


@njit(cache=True, nogil=True)
def _neighbors(node: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """The nodes beside each node: (n, 4), −1 where there is none."""
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
def _reparametrize(
    problem: BinaryProblem, flipped: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Terminal and arc weights of the graph (Kolmogorov & Zabih, doi:10.1109/TPAMI.2004.1262177)."""
    unary, pair, neighbors = problem
    n = unary.shape[0]
    terminal = np.empty(n)
    capacity = np.zeros((n, 4))
    for a in range(n):
        terminal[a] = unary[a, 0] - unary[a, 1] if flipped[a] else unary[a, 1] - unary[a, 0]
    for a in range(n):
        for d in range(2):
            slot = RIGHT if d == 0 else DOWN
            b = neighbors[a, slot]
            if b < 0:
                continue
            # pair holds (current, current) first; e_ij is by states
            at = 2 * flipped[a] + flipped[b]
            e00, e01, e10, e11 = pair[a, d, at], pair[a, d, at ^ 1], pair[a, d, at ^ 2], pair[a, d, at ^ 3]
            w = e01 + e10 - e00 - e11
            if w < 0:
                if at == 1:
                    e10 -= w
                w = 0.0
            # e₀₁ follows from the others and w; half of w each way makes shorter augmenting paths:
            # w·(1 − x_a)·x_b = w/2·[(1 − x_a)·x_b + x_a·(1 − x_b)] + w/2·(x_b − x_a)
            capacity[a, slot] = w / 2
            capacity[b, slot ^ 1] = w / 2
            terminal[a] += e10 - e00 - w / 2
            terminal[b] += e11 - e10 + w / 2
    return terminal, capacity


@njit(cache=True, nogil=True)
def _energies(problem: BinaryProblem, switch: NDArray[np.bool_]) -> tuple[float, float]:
    """Energy before and after (true costs, none raised)."""
    unary, pair, neighbors = problem
    before, after = 0.0, 0.0
    for a in range(unary.shape[0]):
        i = 1 if switch[a] else 0
        before += unary[a, 0]
        after += unary[a, i]
        for d in range(2):
            b = neighbors[a, RIGHT if d == 0 else DOWN]
            if b >= 0:
                j = 1 if switch[b] else 0
                before += pair[a, d, 0]
                after += pair[a, d, 2 * i + j]
    return before, after
