"""Algorithm 1 one stage at a time, each with its labels and its energy: for lessons and for looking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..looping.costs import Costs, label_map, temporal_costs
from ..looping.energy import LoopEnergy
from ..looping.evaluation import evaluate
from ..looping.labels import Labels, LabelSpace
from ..looping.merging import merge_pieces, object_region
from ..looping.starts import refine_starts
from ..rendering.labelling import Labelling

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
    costs, space = solver.costs(candidate), solver.space
    named = {
        "nothing moves": _still(space, candidate.mask.shape),
        "each pixel for itself": _each_for_itself(costs, space),
        "stage 2: periods": solver.search.choose(costs, candidate.mask),
    }
    labels = named["stage 2: periods"].copy()
    refine_starts(costs, space, labels)
    named["stage 3: starts again"] = labels
    region = object_region(candidate, solver.response, solver.parameters)
    if region.any() and solver.parameters.merging > 0:
        named["pieces merged"] = labels.copy()
        merge_pieces(costs, named["pieces merged"], region, solver.parameters.merging)
    return tuple(
        Step(name, *labels, evaluate(costs, solver.clip, solver.response, labels, solver.parameters))
        for name, labels in named.items()
    )


def first_starts(solver: LoopSolver, period: int) -> tuple[Step, Step]:
    """Stage 1 of one period: the starts of least E_temp of each pixel alone, and s*(x|p) after the cuts.

    Energies are those of stage 1: no label term.

    Raises
    ------
    ValueError
        If the clip has no such period.
    """
    costs, starts = solver.clip_costs.unlabeled, solver.space.starts(period)
    alone = starts[temporal_costs(costs, np.full_like(starts, period), starts, 1).argmin(axis=0)]
    solved = solver.starts[solver.space.periods.index(period)]

    def step(name: str, start: Labels) -> Step:
        labels = Labelling(np.full(start.shape, period, np.int32), start.astype(np.int32))
        return Step(name, *labels, LoopEnergy(*(float(term) for term in costs.energy(labels))))

    return step("each pixel for itself", alone), step("stage 1: s*(x|p)", solved)


def _still(space: LabelSpace, shape: tuple[int, ...]) -> Labelling:
    """Every pixel static, with the middle one of the frames that the solver may choose."""
    frames = space.starts(1)
    return Labelling(np.ones(shape, np.int32), np.full(shape, frames[len(frames) // 2], np.int32))


def _each_for_itself(costs: Costs, space: LabelSpace) -> Labelling:
    """The label of least E_temp + α₁·E_label of every pixel."""
    found = _still(space, costs.static_cost.shape)
    least = label_map(costs, found).astype(np.float64)
    for p in space.periods:
        starts = space.starts(p)
        every = temporal_costs(costs, np.full_like(starts, p), starts, 1)
        every += label_map(costs, found._replace(period=np.full_like(found.period, p)))
        cost = every.min(axis=0)
        better = cost < least
        least[better], found.period[better] = cost[better], p
        found.start[better] = starts[every.argmin(axis=0)][better]
    return found
