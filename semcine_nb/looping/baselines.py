"""What the engine is measured against: plain α-expansion at full resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .cinemagraph import Cinemagraph
from .evaluation import evaluate
from .moves import LoopProblem, fuse
from .proposals import Labels, block_jumps

if TYPE_CHECKING:
    from ..semantics import Candidate
    from .solver import LoopSolver


def plain_expansion(solver: LoopSolver, candidate: Candidate) -> Cinemagraph:
    """Algorithm 1 as it is written: α-expansions on pixels, no pyramid, no active set, no border moves.

    One sweep in stage 1 from the start of least E_temp of each pixel, two in stage 2 from each pixel's least
    label cost, one in stage 3 (supplement, Section 2). It takes many times as long as ``LoopSolver.solve``.

    Parameters
    ----------
    solver : for the clip's tables; its stage 1 is not used
    candidate : what is to move
    """
    problem, space = solver.problem(candidate), solver.space
    tables = problem.tables
    shape = tables.natural.shape
    nothing = np.zeros(shape, np.float32)
    free = LoopProblem(tables, nothing, nothing, 0)
    starts = np.stack([_stage_one(free, space.starts(p), p) for p in space.periods])

    period, start = np.ones(shape, np.int32), np.zeros(shape, np.int32)
    least = problem.static_cost.astype(np.float64)
    for p, own in zip(space.periods, starts, strict=True):
        cost = np.empty(shape)
        for s in space.starts(p):
            here = own == s
            weight = np.where(here, tables.temporal_factor, np.float32(0))
            label = np.array([p], np.int32), np.array([s], np.int32)
            cost[here] = block_jumps(tables.vectors, tables.scale, weight, *label, 1)[0][here]
        if p <= problem.short_range:
            cost += problem.short_cost
        better = cost < least
        least[better], period[better], start[better] = cost[better], p, own[better]
    for _ in range(2):
        for p, own in zip(space.periods, starts, strict=True):
            fuse(problem, period, start, np.full(shape, p, np.int32), own)
        for s in space.starts(1):
            fuse(problem, period, start, np.ones(shape, np.int32), np.full(shape, s, np.int32))
    for s in space.starts(1):
        fits = (period > 1) & (s >= 1) & (s + period <= space.frames - 1)
        fuse(problem, period, start, np.where(fits, period, 0).astype(np.int32), np.full(shape, s, np.int32))
    energy = evaluate(problem, solver.clip.frames, solver.response.scores, period, start, solver.parameters)
    return Cinemagraph(solver.clip, candidate, period, start, energy, solver.parameters, solver.response)


def _stage_one(problem: LoopProblem, starts: Labels, period: int) -> Labels:
    """s*(x|p) by α-expansion on pixels."""
    tables = problem.tables
    periods = np.full(tables.natural.shape, period, np.int32)
    jumps = block_jumps(
        tables.vectors, tables.scale, tables.temporal_factor, np.full_like(starts, period), starts, 1
    )
    start = starts[jumps.argmin(axis=0)].astype(np.int32)
    for s in starts:
        fuse(problem, periods, start, periods, np.full_like(start, s))
    return start
