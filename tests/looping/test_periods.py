"""Steps of stage 2 against what they promise, said in a few lines."""

from __future__ import annotations

import numpy as np
import pytest
from random_case import Case, problem_of

from semcine_nb.looping.borders import still_costs
from semcine_nb.looping.labels import LabelSpace
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.looping.periods import SINGLES, _Search
from semcine_nb.looping.starts import Schedule


def test_each_region_loops_by_its_cheapest_label_and_nothing_else_changes():
    case = Case(2, frames=41, h=22, w=30, noise=40)
    case.parameters = LoopParameters(min_period=16, short_period=0)
    problem, space = problem_of(case), LabelSpace.of_clip(41, 30.0, case.parameters)
    starts = np.stack([case.rng.choice(space.starts(p), (22, 30)) for p in space.periods]).astype(np.int32)
    starts[0, :, 12:] = 8  # one label, which any trial of a single label would have to beat
    regions = np.zeros((22, 30), bool)
    regions[:, :9] = regions[3:19, 12:28] = True
    regions[20:, 20:] = True  # fewer pixels than SMALL_REGION: left alone
    labels = np.ones((22, 30), np.int32), np.full((22, 30), 12, np.int32)
    search = _Search(problem, space, np.stack([starts, starts]), regions, Schedule())
    wanted = labels[0].copy(), labels[1].copy()
    search.loop_regions(labels, regions)

    for part in (np.s_[:, :9], np.s_[3:19, 12:28]):
        single = [
            (float(_jumps(problem, p, s)[part].sum()), p, s) for p in space.periods for s in space.starts(p)
        ]
        loops = [*zip(space.periods, starts[:, *part], strict=True)]
        loops += [(p, s) for _, p, s in sorted(single)[:SINGLES]]
        trials = []
        for p, s in loops:
            period, start = wanted[0].copy(), wanted[1].copy()
            period[part], start[part] = p, s
            trials.append((period, start))
        wanted = min(trials, key=lambda trial: sum(problem.energy(*trial)))
    np.testing.assert_array_equal(labels[0], wanted[0])
    np.testing.assert_array_equal(labels[1], wanted[1])
    assert (labels[0][regions] > 1).sum() == 9 * 22 + 16 * 16


def loop_in_a_still(frame: int = 12):
    """A rectangle that loops in a picture that stands still, and the search that knows of it."""
    case = Case(2, frames=41, h=22, w=30, noise=40)
    case.parameters = LoopParameters(min_period=16, short_period=0)
    problem, space = problem_of(case), LabelSpace.of_clip(41, 30.0, case.parameters)
    loop = np.zeros((22, 30), bool)
    loop[6:16, 8:22] = True
    labels = np.where(loop, 16, 1).astype(np.int32), np.where(loop, 20, frame).astype(np.int32)
    starts = np.zeros((2, len(space.periods), 22, 30), np.int32)
    return _Search(problem, space, starts, loop, Schedule()), labels, loop


def test_what_stands_still_takes_another_frame_with_the_loops_adapted():
    search, labels, loop = loop_in_a_still()
    before = search.energy(labels)
    trials = [
        search.energy((labels[0], np.where(loop, 20, s).astype(np.int32))) for s in search.space.starts(1)
    ]
    search.change_still(labels)
    # at least as good as every frame that the loop does not adapt to, and better by its border
    assert search.energy(labels) < min(trials) < before
    assert len(np.unique(labels[1][labels[0] == 1])) == 1


def test_a_change_of_the_still_frame_never_raises_the_energy():
    search, labels, _ = loop_in_a_still()
    for _ in range(3):
        before = search.energy(labels)
        search.change_still(labels)
        assert search.energy(labels) <= before


def test_loops_may_go_one_block_beyond_what_should_or_does_move():
    case = Case(2, frames=41, h=24, w=32, noise=0)
    case.parameters = LoopParameters(min_period=16, short_period=0)
    problem, space = problem_of(case), LabelSpace.of_clip(41, 30.0, case.parameters)
    target, wanted = np.zeros((2, 24, 32), bool)
    target[8:16, 12:20] = wanted[4:20, 8:24] = True
    starts = np.zeros((2, len(space.periods), 24, 32), np.int32)
    assert not problem.tables.moving.any()
    np.testing.assert_array_equal(_Search(problem, space, starts, target, Schedule()).free, wanted)


def test_costs_of_still_frames_are_those_of_the_energy():
    search, labels, loop = loop_in_a_still()
    tables, frames = search.problem.tables, search.space.starts(1)
    around = tables.vectors, tables.scale, tables.right, tables.down
    costs = still_costs(*around, *labels, labels[0] == 1, frames)
    for frame, cost in zip(frames, costs, strict=True):
        start = np.where(loop, 20, frame).astype(np.int32)
        assert cost == pytest.approx(search.problem.energy(labels[0], start)[2], rel=1e-12)


def _jumps(problem, p, s):
    """E_temp (H, W) of one loop."""
    u = problem.tables.vectors.astype(float)
    squared = ((u[:, :, [s - 1, s]] - u[:, :, [s + p - 1, s + p]]) ** 2).sum(axis=(2, 3))
    return problem.tables.scale * problem.tables.temporal_factor * squared
