"""The same energy for labellings that are constant on blocks of pixels: small tables, cheap α-expansions.

For block-constant labels eq. (1) is again a sum of unary and pair terms, one node a block: unary costs add up
over the block, and the cost between two blocks is the sum over the pixel pairs along their border (a Galerkin
coarsening: nothing is averaged).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .binary import energy_change, graph
from .block_tables import start_jumps, start_pairs
from .labels import LabelSpace
from .maxflow import DOWN, LEFT, RIGHT, UP, minimum_cut
from .problem import LoopProblem


@dataclass(frozen=True, eq=False)
class CoarseProblem:
    """A labelling problem on a grid of blocks: L labels, R × C blocks."""

    unary: NDArray[np.float64]  # (L, R, C)
    right: NDArray[np.float32]  # (R, C, L, L): this block's label, the right one's; 0 in the last column
    down: NDArray[np.float32]  # (R, C, L, L)

    def for_candidate(self, problem: LoopProblem, stills: int, block: int) -> CoarseProblem:
        """The same with a candidate's price of the last ``stills`` labels, α₁·E_static·π_ID."""
        static = block_sums(problem.static_cost, block)
        unary = self.unary.copy()
        unary[len(unary) - stills :] = static
        return replace(self, unary=unary)

    def every(self, skip: int) -> CoarseProblem:
        """The same with every ``skip``-th label only."""
        tables = self.unary[::skip], self.right[:, :, ::skip, ::skip], self.down[:, :, ::skip, ::skip]
        return CoarseProblem(*map(np.ascontiguousarray, tables))

    def energy(self, labels: NDArray[np.int32], near: NDArray[np.bool_] | None = None) -> float:
        """Coarse energy of a labelling (R, C), of the blocks ``near`` and of the pairs among them."""
        near = np.ones(labels.shape, np.bool_) if near is None else near
        i, j = (np.asarray(index) for index in np.indices(labels.shape))
        unary = self.unary[labels, i, j]
        right = self.right[i[:, :-1], j[:, :-1], labels[:, :-1], labels[:, 1:]].astype(np.float64)
        down = self.down[i[:-1], j[:-1], labels[:-1], labels[1:]].astype(np.float64)
        pairs = right[near[:, :-1] & near[:, 1:]].sum() + down[near[:-1] & near[1:]].sum()
        return float(unary[near].sum() + pairs)

    def expand(
        self,
        labels: NDArray[np.int32],
        sweeps: int,
        allowed: Sequence[NDArray[np.bool_]],
        backend: str,
        near: NDArray[np.bool_] | None = None,
    ) -> float:
        """α-expansion over all labels in place; returns by how much the coarse energy fell.

        ``allowed[α]`` says which blocks (R, C) may take label α; of pairs only those among blocks ``near``
        count, so that what lies outside does not hold its surroundings to its own still frame.
        """
        near = np.ones(labels.shape, np.bool_) if near is None else near
        total = 0.0
        for _ in range(sweeps):
            gain = 0.0
            for alpha in range(len(self.unary)):
                node, unary, pair, neighbors = _assemble(
                    self.unary, self.right, self.down, labels, alpha, allowed[alpha], near
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
    """Stage 1, exact: label i is the start ``space.starts(period)[i]`` of one period.

    ``wanted`` (R, C) says which blocks need pair tables; the others' are zero.
    """
    tables = problem.tables
    starts = space.starts(period)
    unary = start_jumps(tables.vectors, tables.scale, tables.temporal_factor, period, starts, block)
    right, down = start_pairs(
        tables.vectors, tables.scale, tables.right, tables.down, period, starts, space.step, block, wanted
    )
    return CoarseProblem(unary, right, down)


@njit(cache=True, nogil=True)
def _assemble(unary, right, down, labels, alpha, allowed, near):
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
                if (a < 0 and b < 0) or not (near[i, j] and near[i2, j2]):
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
