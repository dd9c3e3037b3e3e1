"""The procedural clips with their true masks: what can loop does, and the rest stands still."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from semcine_nb.looping import LoopSolver
from semcine_nb.looping.costs import temporal_costs
from semcine_nb.samples import make_sample, sample_names
from semcine_nb.semantics import Selection, SemanticResponse, select_candidates

SIZE = (320, 180)


def can_loop(solver: LoopSolver) -> np.ndarray:
    """(H, W): some label has E_temp < E_static."""
    shared, space = solver.clip_costs, solver.space
    least = np.full(shared.natural.shape, np.inf)
    for p in space.periods:
        starts = space.starts(p)
        jumps = temporal_costs(shared.unlabeled, np.full_like(starts, p), starts, 1)
        least = np.minimum(least, jumps.min(axis=0))
    return least < solver.parameters.alpha_static * shared.static_penalty


def solved(name: str, *categories: str) -> tuple:
    sample = make_sample(name, size=SIZE)
    scene = SemanticResponse(sample.scores(), sample.categories)
    selection: Selection = select_candidates(sample.video, scene, k=4, pin=categories)
    solver = LoopSolver(sample.video, selection.response)
    return sample, solver, {c.label: solver.solve(c) for c in selection.candidates}


@pytest.mark.slow
@pytest.mark.parametrize("name", sample_names())
def test_loops_what_can_loop_and_nothing_else(name):
    sample = make_sample(name, size=SIZE)
    wanted = tuple({sample.object_categories[thing] for thing in sample.loopable})
    sample, solver, cinemagraphs = solved(name, *wanted)
    able = can_loop(solver)
    extent = np.any(list(sample.objects.values()), axis=0)
    around = cv2.dilate(extent.astype(np.uint8), np.ones((17, 17), np.uint8)).astype(bool)
    for thing in sample.loopable:
        cinema = cinemagraphs[sample.object_categories[thing]]
        target = sample.objects[thing] & able
        assert target.sum() >= 0.8 * sample.objects[thing].sum()
        assert cinema.dynamic[target].mean() >= 0.9, thing
        # eight pixels around an object belong to its soft edge, its shadow and its mist; what shares the
        # target's category (a tree's trunk) was asked to move
        background = ~around & ~cinema.candidate.mask
        assert (~cinema.dynamic[background]).mean() >= 0.98, thing


@pytest.mark.slow
def test_both_eyes_blink_in_step():
    sample, _, cinemagraphs = solved("portrait", "person")
    cinema = cinemagraphs["person"]
    labels = {
        (int(p), int(s))
        for eye in ("left eye", "right eye")
        for p, s in zip(cinema.period[sample.parts[eye]], cinema.start[sample.parts[eye]], strict=True)
    }
    assert len(labels) == 1
    ((period, _),) = labels
    frames = cinema.render(length=period, timing="exact", blend=False).astype(float)
    left, right = (frames[:, sample.parts[eye]].mean(axis=(1, 2)) for eye in ("left eye", "right eye"))
    assert np.corrcoef(left, right)[0, 1] > 0.95
    assert left.std() > 1
