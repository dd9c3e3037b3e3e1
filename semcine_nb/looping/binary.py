"""From a binary problem of unary and pair costs to the graph whose minimum cut solves it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .maxflow import DOWN, RIGHT

_LARGEST = float(2**29)  # of any capacity: sums of a few stay in int32


def graph(
    unary: NDArray[np.float64],
    pair: NDArray[np.float64],
    neighbors: NDArray[np.int32],
    flipped: NDArray[np.bool_],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    terminal, capacity = _reparametrize(unary, pair, neighbors, flipped)
    largest = max(np.abs(terminal).max(), capacity.max(), 1e-12)
    scale = min(_LARGEST / largest, 2.0**40)
    return np.rint(terminal * scale).astype(np.int32), np.rint(capacity * scale).astype(np.int32)


@njit(cache=True, nogil=True)
def _reparametrize(unary, pair, neighbors, flipped):
    """Terminal and arc weights of the graph (Kolmogorov & Zabih, doi:10.1109/TPAMI.2004.1262177)."""
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
def energy_change(unary, pair, neighbors, switch):
    """Energy before and after, over everything that the move touches (true costs, none raised)."""
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
