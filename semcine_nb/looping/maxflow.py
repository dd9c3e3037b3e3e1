"""Minimum cuts on graphs whose nodes have four or six neighbors: numba, and PyMaxflow as reference.

One setting chooses for the whole program: the environment variable ``SEMCINE_MAXFLOW``, "grid" (numba, the
default) or "pymaxflow" (which holds the GIL), or `max_flow_method` for some lines.

The numba solver is the augmenting-path method of Boykov and Kolmogorov (IEEE TPAMI 26(9):1124–1137, 2004,
doi:10.1109/TPAMI.2004.60): two search trees grow from the terminals, meet, are cut by the augmentation and
adopt their orphans again. It works on a table of neighbors instead of arc lists and releases the GIL, so
that independent cuts run on several threads. Before, two passes over the nodes let each that lacks flow ask
its neighbors for it: most is near by, and cuts on pixels take less than a third of the time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numba import njit
from numpy.typing import NDArray

VARIABLE = "SEMCINE_MAXFLOW"
"""Environment variable that names the method."""

# slot d of a node and slot d ^ 1 of its neighbor are one edge
RIGHT, LEFT, DOWN, UP = 0, 1, 2, 3
ABOVE, BELOW = 4, 5  # between the layers of a graph of six neighbors
_TERMINAL, _ORPHAN, _NONE = 6, 7, 8
_FREE, _SOURCE, _SINK = 0, 1, 2
# what a walk to the root reads of a node lies side by side: the ordered cut takes a tenth less time
_UP, _PARENT, _STAMP, _DEPTH = 0, 1, 2, 3


_method = os.environ.get(VARIABLE, "grid")


@contextmanager
def max_flow_method(name: str) -> Iterator[None]:
    """Solve all cuts in this block, of every thread, by ``name``: "grid" or "pymaxflow".

    Raises
    ------
    ValueError
        For another name.
    """
    global _method
    _solver(name)
    before, _method = _method, name
    try:
        yield
    finally:
        _method = before


def minimum_cut(
    terminal: NDArray[np.int32], neighbors: NDArray[np.int32], capacity: NDArray[np.int32]
) -> tuple[NDArray[np.bool_], int]:
    """Solve min Σ terminal⁺[i]·x_i + Σ terminal⁻[i]·(1 − x_i) + Σ capacity[i, d]·(1 − x_i)·x_j.

    Parameters
    ----------
    terminal : (n,) int32, price of x_i = 1 where positive, of x_i = 0 where negative
    neighbors : (n, 4) int32, the node in slot RIGHT, LEFT, DOWN, UP, or (n, 6) with ABOVE and BELOW; −1 where
        there is none
    capacity : as neighbors, int32 ≥ 0, price of x_i = 0 beside x_j = 1 for j = neighbors[i, d]

    Returns
    -------
    x : (n,) bool, a minimizer; where several are minimal a node that needs not be 1 is 0
    flow : int, the value of the minimum
    """
    return _solver(_method)(terminal, neighbors, capacity)


def _solver(name: str) -> Callable[..., tuple[NDArray[np.bool_], int]]:
    solvers = {"grid": _grid, "pymaxflow": _pymaxflow}
    if name not in solvers:
        raise ValueError(f"Unknown max-flow method {name!r}; there are 'grid' and 'pymaxflow'.")
    return solvers[name]


def _grid(
    terminal: NDArray[np.int32], neighbors: NDArray[np.int32], capacity: NDArray[np.int32]
) -> tuple[NDArray[np.bool_], int]:
    excess, residual = terminal.astype(np.int64), capacity.copy()  # what is passed on adds up
    _pass_on(excess, neighbors, residual)
    met = (np.abs(terminal.astype(np.int64)).sum() - np.abs(excess).sum()) // 2
    tree, flow = _boykov_kolmogorov(excess, neighbors, residual)
    return tree == _SINK, int(met + flow)


def _pymaxflow(
    terminal: NDArray[np.int32], neighbors: NDArray[np.int32], capacity: NDArray[np.int32]
) -> tuple[NDArray[np.bool_], int]:
    import maxflow

    n = len(terminal)
    graph = maxflow.Graph[int](n, n * neighbors.shape[1] // 2)
    ids = graph.add_nodes(n)
    for slot in (RIGHT, DOWN, ABOVE)[: neighbors.shape[1] // 2]:
        near = np.flatnonzero(neighbors[:, slot] >= 0)
        far = neighbors[near, slot]
        graph.add_edges(ids[near], ids[far], capacity[near, slot], capacity[far, slot ^ 1])
    graph.add_grid_tedges(ids, np.maximum(terminal, 0), np.maximum(-terminal, 0))
    flow = graph.maxflow()
    # a node that both sides may take counts as 0, as in the numba solver
    return np.asarray(graph.get_grid_segments(ids), bool), int(flow)


@njit(cache=True, nogil=True)
def _pass_on(excess: NDArray[np.int64], neighbors: NDArray[np.int32], residual: NDArray[np.int32]) -> None:
    """Nodes that lack flow ask the neighbors after them for it, in order; then, backwards, those before."""
    n, slots = neighbors.shape
    for back in range(2):
        for k in range(n):
            i = n - 1 - k if back else k
            for d in range(back, slots, 2):
                j = neighbors[i, d]
                if j < 0 or excess[i] >= 0:
                    continue
                room = min(np.int64(residual[j, d ^ 1]), -excess[i])
                residual[j, d ^ 1] -= room
                residual[i, d] += room
                excess[j] -= room
                excess[i] += room


@njit(cache=True, nogil=True)
def _boykov_kolmogorov(excess, neighbors, residual):
    n, slots = neighbors.shape
    tree = np.zeros(n, np.uint8)
    walk = np.zeros((n, 4), np.int32)
    walk[:, _PARENT] = _NONE
    # active nodes: a linked queue, in which a node stands at most once (−1: not in it, itself: the last)
    following = np.full(n, -1, np.int32)
    first, last = np.int64(-1), np.int64(-1)
    orphans = np.empty(max(16, n), np.int32)  # a ring: an orphan is in it at most once
    clock = np.int32(0)
    flow = np.int64(0)
    for i in range(n):
        if excess[i] != 0:
            tree[i] = _SOURCE if excess[i] > 0 else _SINK
            walk[i, _PARENT] = _TERMINAL
            walk[i, _DEPTH] = 1
            if first < 0:
                first = i
            else:
                following[last] = i
            last = i
            following[i] = i
    current = np.int64(-1)
    while True:
        if current >= 0 and walk[current, _PARENT] == _NONE:
            current = -1
        if current < 0:
            # take the next active node that is still in a tree
            while first >= 0:
                i = first
                first = following[i] if following[i] != i else np.int64(-1)
                if first < 0:
                    last = -1
                following[i] = -1
                if walk[i, _PARENT] != _NONE:
                    current = i
                    break
            if current < 0:
                break
        i = current
        side = tree[i]
        # grow: look for an edge with room to the other tree
        meet = np.int64(-1)
        meet_slot = 0
        for d in range(slots):
            j = neighbors[i, d]
            if j < 0:
                continue
            room = residual[i, d] if side == _SOURCE else residual[j, d ^ 1]
            if room == 0:
                continue
            if tree[j] == _FREE:
                tree[j] = side
                walk[j, _PARENT] = d ^ 1
                walk[j, _UP] = i
                walk[j, _STAMP] = walk[i, _STAMP]
                walk[j, _DEPTH] = walk[i, _DEPTH] + 1
                if following[j] < 0:
                    if first < 0:
                        first = j
                    else:
                        following[last] = j
                    last = j
                    following[j] = j
            elif tree[j] != side:
                if side == _SOURCE:
                    meet, meet_slot = i, d
                else:
                    meet, meet_slot = np.int64(j), d ^ 1
                break
            elif walk[j, _STAMP] <= walk[i, _STAMP] and walk[j, _DEPTH] > walk[i, _DEPTH]:
                # a shorter way to the terminal
                walk[j, _PARENT] = d ^ 1
                walk[j, _UP] = i
                walk[j, _STAMP] = walk[i, _STAMP]
                walk[j, _DEPTH] = walk[i, _DEPTH] + 1
        clock += 1
        if meet < 0:
            current = -1
            continue

        # augment along source … meet → other … sink
        other = np.int64(neighbors[meet, meet_slot])
        room = residual[meet, meet_slot]
        k = meet
        while walk[k, _PARENT] != _TERMINAL:
            d = walk[k, _PARENT]
            up = np.int64(walk[k, _UP])
            room = min(room, residual[up, d ^ 1])
            k = up
        room = min(room, excess[k])
        k = other
        while walk[k, _PARENT] != _TERMINAL:
            d = walk[k, _PARENT]
            room = min(room, residual[k, d])
            k = np.int64(walk[k, _UP])
        room = min(room, -excess[k])

        head, tail = 0, 0  # the ring of orphans
        residual[meet, meet_slot] -= room
        residual[other, meet_slot ^ 1] += room
        k = meet
        while walk[k, _PARENT] != _TERMINAL:
            d = walk[k, _PARENT]
            up = np.int64(walk[k, _UP])
            residual[k, d] += room
            residual[up, d ^ 1] -= room
            if residual[up, d ^ 1] == 0:
                walk[k, _PARENT] = _ORPHAN
                orphans[tail % orphans.size] = k
                tail += 1
            k = up
        excess[k] -= room
        if excess[k] == 0:
            walk[k, _PARENT] = _ORPHAN
            orphans[tail % orphans.size] = k
            tail += 1
        k = other
        while walk[k, _PARENT] != _TERMINAL:
            d = walk[k, _PARENT]
            up = np.int64(walk[k, _UP])
            residual[up, d ^ 1] += room
            residual[k, d] -= room
            if residual[k, d] == 0:
                walk[k, _PARENT] = _ORPHAN
                orphans[tail % orphans.size] = k
                tail += 1
            k = up
        excess[k] += room
        if excess[k] == 0:
            walk[k, _PARENT] = _ORPHAN
            orphans[tail % orphans.size] = k
            tail += 1
        flow += room

        # adopt
        while head < tail:
            k = np.int64(orphans[head % orphans.size])
            head += 1
            side_k = tree[k]
            best, best_depth = -1, np.int32(2147483647)
            for d in range(slots):
                j = neighbors[k, d]
                if j < 0 or tree[j] != side_k:
                    continue
                room_k = residual[j, d ^ 1] if side_k == _SOURCE else residual[k, d]
                if room_k == 0:
                    continue
                # is j still rooted in its terminal, and how far is it?
                steps = np.int32(0)
                m = np.int64(j)
                rooted = True
                while True:
                    if walk[m, _STAMP] == clock:
                        steps += walk[m, _DEPTH]
                        break
                    e = walk[m, _PARENT]
                    steps += 1
                    if e == _TERMINAL:
                        walk[m, _STAMP] = clock
                        walk[m, _DEPTH] = 1
                        break
                    if e in (_ORPHAN, _NONE):
                        rooted = False
                        break
                    m = np.int64(walk[m, _UP])
                if not rooted:
                    continue
                if steps < best_depth:
                    best, best_depth = d, steps
                m = np.int64(j)
                while walk[m, _STAMP] != clock:
                    walk[m, _STAMP] = clock
                    walk[m, _DEPTH] = steps
                    steps -= 1
                    m = np.int64(walk[m, _UP])
            if best >= 0:
                walk[k, _PARENT] = best
                walk[k, _UP] = neighbors[k, best]
                walk[k, _STAMP] = clock
                walk[k, _DEPTH] = best_depth + 1
                continue
            # nobody adopts it: it becomes free, its neighbors active, its children orphans
            for d in range(slots):
                j = neighbors[k, d]
                if j < 0 or tree[j] != side_k:
                    continue
                e = walk[j, _PARENT]
                room_j = residual[j, d ^ 1] if side_k == _SOURCE else residual[k, d]
                if room_j > 0 and following[j] < 0:
                    if first < 0:
                        first = j
                    else:
                        following[last] = j
                    last = j
                    following[j] = j
                if e < _TERMINAL and walk[j, _UP] == k:
                    walk[j, _PARENT] = _ORPHAN
                    orphans[tail % orphans.size] = j
                    tail += 1
            tree[k] = _FREE
            walk[k, _PARENT] = _NONE
    return tree, flow
