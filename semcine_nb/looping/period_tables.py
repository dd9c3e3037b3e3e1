"""The tables of stage 2 on blocks, filled where they are first asked for; a clip's candidates share them.

Labels are (p, s*(x|p)) for every period, then still frames. All is exact, to single precision, but for the
cross term of two different periods, which sums whole steps of frames (residues mod g in steps of ``step``):
it starts stage 2 well, and every later move works on the exact energy.
"""

from __future__ import annotations

import math
import threading

import numpy as np
from numpy.typing import NDArray

from ..threads import parts, run_parts
from .block_tables import label_pairs, period_unaries
from .blocks import CoarseProblem
from .labels import LabelSpace
from .problem import LoopProblem

_ROWS = 8  # of blocks that one thread fills at a time


class PeriodTables:
    """Costs of blocks for every period and some still frames.

    Parameters
    ----------
    problem : without a candidate, whose price of standing still ``CoarseProblem.for_candidate`` adds
    starts : (periods, H, W) int32, s*(x|p) of stage 1
    stills : (S,) int32, frames
    block : side in pixels
    threads : how many fill the tables; what they hold does not depend on it
    """

    def __init__(
        self,
        problem: LoopProblem,
        space: LabelSpace,
        starts: NDArray[np.int32],
        stills: NDArray[np.int32],
        block: int,
        threads: int = 1,
    ) -> None:
        self.problem, self.space, self.starts, self.stills = problem, space, starts, stills
        self.block, self.threads = block, threads
        h, w = starts.shape[1:]
        shape, labels = (-(-h // block), -(-w // block)), len(space.periods) + len(stills)
        self._right, self._down = np.zeros((2, *shape, labels, labels), np.float32)  # pages come when filled
        self._filled = np.zeros((2, *shape), np.bool_)
        self._unary: NDArray[np.float64] | None = None
        self._lock = threading.Lock()

    def filled(self, wanted: NDArray[np.bool_]) -> CoarseProblem:
        """The problem with the pair costs between ``wanted`` (R, C) blocks; others may be zero."""
        todo = np.zeros_like(self._filled)
        todo[0, :, :-1] = wanted[:, :-1] & wanted[:, 1:]
        todo[1, :-1] = wanted[:-1] & wanted[1:]
        with self._lock:
            if self._unary is None:
                self._unary = self._own_costs()
            todo &= ~self._filled
            if todo.any():
                self._fill(todo)
                self._filled |= todo
        return CoarseProblem(self._unary, self._right, self._down)

    def _own_costs(self) -> NDArray[np.float64]:
        tables, problem = self.problem.tables, self.problem
        unary = period_unaries(
            tables.vectors, tables.scale, tables.temporal_factor, tables.right, tables.down,
            problem.short_cost, problem.short_range, np.array(self.space.periods, np.int32), self.starts,
            self.block,
        )  # fmt: skip
        return np.concatenate([unary, np.zeros((len(self.stills), *unary.shape[1:]))])

    def _fill(self, todo: NDArray[np.bool_]) -> None:
        tables, step = self.problem.tables, self.space.step
        periods = np.array(self.space.periods, np.int32)
        # residue sums are wanted for what a period has in common with others, in steps, and as a whole
        divisors, steps = np.zeros((len(periods), len(periods) + 1), np.int32), periods // step
        for i, p in enumerate(steps):
            common = sorted({1, *(math.gcd(p, q) for q in np.delete(steps, i))})
            divisors[i, : len(common)] = common

        def fill(rows: slice) -> None:
            label_pairs(
                tables.vectors, tables.scale, tables.right, tables.down, periods, self.starts, self.stills,
                divisors, step, self.block, (rows.start, rows.stop), todo, self._right, self._down,
            )  # fmt: skip

        run_parts(fill, parts(todo.shape[1], _ROWS), self.threads)
