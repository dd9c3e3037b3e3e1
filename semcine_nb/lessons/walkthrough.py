"""Algorithm 1 one stage at a time, each with its labels and its energy: for lessons and for looking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..looping.borders import block_jumps
from ..looping.energy import LoopEnergy
from ..looping.evaluation import evaluate
from ..looping.labels import Labels
from ..looping.merging import merge_pieces, object_region
from ..looping.periods import choose_periods
from ..looping.problem import LoopProblem
from ..looping.starts import refine_starts

if TYPE_CHECKING:
    from ..looping.solver import LoopSolver
    from ..semantics import Candidate


@dataclass(frozen=True, eq=False)
class Step:
    """A labelling on the way.

    Attributes
    ----------
    name : what was done
    period, start : (H, W) int32, frames
    energy : eq. (1), by term
    """

    name: str
    period: Labels
    start: Labels
    energy: LoopEnergy

    @property
    def dynamic(self) -> NDArray[np.bool_]:
        """(H, W): the pixels that loop."""
        return self.period > 1


def walk_through(solver: LoopSolver, candidate: Candidate) -> tuple[Step, ...]:
    """Labellings of one candidate: nothing moves; each pixel for itself; after stage 2; after stage 3.

    "Each pixel for itself" takes the least of E_temp + α₁·E_label over all labels and ignores neighbors.
    A fifth has pieces merged, where the candidate has something that is not natural (`merging`).
    """
    problem, space = solver.problem(candidate), solver.space
    shape = candidate.mask.shape
    still = np.ones(shape, np.int32), np.full(shape, space.starts(1)[len(space.starts(1)) // 2], np.int32)
    alone = _each_for_itself(solver, problem)
    period, start = choose_periods(
        problem, space, solver.both_starts, solver._shared, candidate.mask, solver.schedule
    )
    chosen = period.copy(), start.copy()
    refine_starts(problem, space, period, start, solver.schedule)
    named = {
        "nothing moves": still,
        "each pixel for itself": alone,
        "stage 2: periods": chosen,
        "stage 3: starts again": (period, start),
    }
    region = object_region(candidate, solver.response, solver.parameters)
    if region.any() and solver.parameters.merging > 0:
        merged = period.copy(), start.copy()
        merge_pieces(problem, *merged, region, solver.parameters.merging)
        named["pieces merged"] = merged

    def step(name: str, labels: tuple[Labels, Labels]) -> Step:
        found = evaluate(problem, solver.clip.frames, solver.response.scores, *labels, solver.parameters)
        return Step(name, *labels, found)

    return tuple(step(name, labels) for name, labels in named.items())


def first_starts(solver: LoopSolver, period: int) -> tuple[Step, Step]:
    """Stage 1 of one period: the starts of least E_temp of each pixel alone, and s*(x|p) after the cuts.

    Energies are those of stage 1: no label term.

    Raises
    ------
    ValueError
        If the clip has no such period.
    """
    shape = solver.starts.shape[1:]
    nothing = np.zeros(shape, np.float32)
    problem = LoopProblem(solver.tables, nothing, nothing, 0)
    periods = np.full(shape, period, np.int32)
    starts = solver.space.starts(period)
    alone = starts[_jumps(solver, period).argmin(axis=0)].astype(np.int32)
    solved = solver.starts[solver.space.periods.index(period)].astype(np.int32)
    named = {"each pixel for itself": alone, "stage 1: s*(x|p)": solved}
    return tuple(  # type: ignore[return-value]
        Step(name, periods, start, LoopEnergy(*(float(e) for e in problem.energy(periods, start))))
        for name, start in named.items()
    )


def _jumps(solver: LoopSolver, period: int) -> NDArray[np.floating]:
    """E_temp of every start of one period, (starts, H, W)."""
    tables, starts = solver.tables, solver.space.starts(period)
    return block_jumps(
        tables.vectors, tables.scale, tables.temporal_factor, np.full_like(starts, period), starts, 1
    )


def _each_for_itself(solver: LoopSolver, problem: LoopProblem) -> tuple[Labels, Labels]:
    space = solver.space
    least = problem.static_cost.astype(np.float64)
    middle = int(space.starts(1)[len(space.starts(1)) // 2])
    period, start = np.ones(least.shape, np.int32), np.full(least.shape, middle, np.int32)
    for p in space.periods:
        costs = _jumps(solver, p) + (problem.short_cost if p <= problem.short_range else 0)
        cost = costs.min(axis=0)
        better = cost < least
        least[better], period[better] = cost[better], p
        start[better] = space.starts(p)[costs.argmin(axis=0)][better]
    return period, start
