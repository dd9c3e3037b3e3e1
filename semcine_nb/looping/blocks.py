"""The same energy for labellings that are constant on blocks of pixels: small tables, cheap α-expansions.

For block-constant labels eq. (1) is again a sum of unary and pair terms, one node a block. Unary costs add up
over the block; the cost between two blocks is the sum over the pixel pairs along their border (a Galerkin
coarsening: nothing is averaged).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from skimage.measure import block_reduce

from .binary import BinaryProblem, best_states

Blocks = NDArray[np.bool_]  # (R, C)


@dataclass(frozen=True, eq=False)
class BlockProblem:
    """A labelling problem on a grid of blocks: L labels, R × C blocks."""

    unary: NDArray[np.float64]  # (L, R, C)
    pairs: NDArray[np.float32]  # (2, R, C, L, L): this block's label, that of the right or lower one

    def every(self, skip: int) -> BlockProblem:
        """The same with every ``skip``-th label only."""
        tables = self.unary[::skip], self.pairs[..., ::skip, ::skip]
        return BlockProblem(*map(np.ascontiguousarray, tables))

    def energy(self, labels: NDArray[np.int32], near: Blocks | None = None) -> float:
        """Energy of a labelling (R, C), of the blocks ``near`` and of the pairs among them."""
        near = np.ones(labels.shape, np.bool_) if near is None else near
        i, j = (np.asarray(index) for index in np.indices(labels.shape))
        unary = self.unary[labels, i, j]
        right = self.pairs[0, i[:, :-1], j[:, :-1], labels[:, :-1], labels[:, 1:]].astype(np.float64)
        down = self.pairs[1, i[:-1], j[:-1], labels[:-1], labels[1:]].astype(np.float64)
        pairs = right[near[:, :-1] & near[:, 1:]].sum() + down[near[:-1] & near[1:]].sum()
        return float(unary[near].sum() + pairs)

    def expand(
        self, labels: NDArray[np.int32], sweeps: int, allowed: Sequence[Blocks], near: Blocks | None = None
    ) -> None:
        """α-expansion over all labels, in place.

        ``allowed[α]`` says which blocks (R, C) may take label α; of pairs only those among blocks ``near``
        count, so that what lies outside does not hold its surroundings to its own still frame.
        """
        near = np.ones(labels.shape, np.bool_) if near is None else near
        for _ in range(sweeps):
            gain = 0.0
            for alpha in range(len(self.unary)):
                wanted = allowed[alpha] & (labels != alpha)
                if not wanted.any():
                    continue
                node = np.where(wanted, np.cumsum(wanted).reshape(wanted.shape) - 1, -1).astype(np.int32)
                move = BinaryProblem.of_nodes(node)
                _assemble((self.unary, self.pairs), labels, alpha, node, near, move)
                switch, fell = best_states(move)
                labels[(node >= 0) & switch[node]] = alpha
                gain += fell
            if gain == 0:
                break


def any_in_blocks(mask: NDArray[np.bool_], block: int) -> Blocks:
    """The blocks that hold any pixel of the mask: (R, C) bool."""
    return np.asarray(block_reduce(mask, (block, block), np.max))


def enlarge(blocks: NDArray[Any], block: int, shape: tuple[int, ...]) -> NDArray[Any]:
    """Repeat each entry over its block of pixels and crop to ``shape``."""
    return np.ascontiguousarray(blocks.repeat(block, axis=0).repeat(block, axis=1)[: shape[0], : shape[1]])


@njit(cache=True, nogil=True)
def _assemble(
    tables: tuple[NDArray[np.float64], NDArray[np.float32]],
    labels: NDArray[np.int32],
    alpha: int,
    node: NDArray[np.int32],
    near: Blocks,
    move: BinaryProblem,
) -> None:
    """Fill in the costs of the move to label α."""
    unary, pairs = tables
    rows, columns = labels.shape
    for i in range(rows):
        for j in range(columns):
            a, l1 = node[i, j], labels[i, j]
            if a >= 0:
                move.unary[a, 0] += unary[l1, i, j]
                move.unary[a, 1] += unary[alpha, i, j]
            for d in range(2):
                i2, j2 = i + d, j + 1 - d
                if i2 >= rows or j2 >= columns:
                    continue
                b, l2 = node[i2, j2], labels[i2, j2]
                if (a < 0 and b < 0) or not (near[i, j] and near[i2, j2]):
                    continue
                table = pairs[d, i, j]
                if a >= 0 and b >= 0:
                    move.pair[a, d, 0] = table[l1, l2]
                    move.pair[a, d, 1] = table[l1, alpha]
                    move.pair[a, d, 2] = table[alpha, l2]
                    move.pair[a, d, 3] = table[alpha, alpha]
                elif a >= 0:
                    move.unary[a, 0] += table[l1, l2]
                    move.unary[a, 1] += table[alpha, l2]
                else:
                    move.unary[b, 0] += table[l1, l2]
                    move.unary[b, 1] += table[l1, alpha]
