"""Algorithm 1 by stages: the last one is what the solver gives, and no stage is worse than the one before."""

from __future__ import annotations

import numpy as np
import pytest
from small_pond import pond, truth

from semcine_nb.lessons.walkthrough import first_starts, walk_through
from semcine_nb.looping import LoopSolver
from semcine_nb.semantics import select_candidates


@pytest.fixture(scope="module")
def solved():  # type: ignore[no-untyped-def]
    selection = select_candidates(pond().video, truth())
    solver = LoopSolver(pond().video, selection.response)
    return solver, selection.candidates[0], walk_through(solver, selection.candidates[0])


def test_the_last_stage_is_the_solvers_answer(solved) -> None:  # type: ignore[no-untyped-def]
    solver, candidate, steps = solved
    cinema = solver.solve(candidate)
    assert np.array_equal(steps[-1].period, cinema.period)
    assert np.array_equal(steps[-1].start, cinema.start)
    assert steps[-1].energy == cinema.energy


def test_what_is_not_natural_has_its_pieces_merged_last(solved) -> None:  # type: ignore[no-untyped-def]
    solver = solved[0]
    bird = next(c for c in select_candidates(pond().video, truth()).candidates if c.label == "animal")
    *_, before, merged = walk_through(solver, bird)
    assert merged.name == "pieces merged"
    assert before.energy.total <= merged.energy.total <= 1.01 * before.energy.total
    assert np.array_equal(merged.start, solver.solve(bird).start)


def test_stages_lower_the_energy_and_greed_does_not(solved) -> None:  # type: ignore[no-untyped-def]
    still, alone, stage2, stage3 = solved[2]
    assert not still.dynamic.any()
    assert still.energy.spatial == still.energy.temporal == 0
    assert stage3.energy.total <= stage2.energy.total < still.energy.total
    assert alone.energy.temporal + alone.energy.label < stage3.energy.temporal + stage3.energy.label
    assert alone.energy.total > stage3.energy.total
    assert np.array_equal(stage2.period, stage3.period)


def test_stage_1_gives_up_some_temporal_cost_for_neighbors_that_fit(solved) -> None:  # type: ignore[no-untyped-def]
    solver = solved[0]
    alone, found = first_starts(solver, solver.space.periods[2])
    assert alone.energy.temporal <= found.energy.temporal
    assert found.energy.total < alone.energy.total
    assert found.energy.label == 0
    with pytest.raises(ValueError, match="not in tuple"):
        first_starts(solver, 33)
