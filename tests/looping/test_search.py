"""Steps of stage 2 against what they promise, said in a few lines."""

from __future__ import annotations

import numpy as np
from random_case import Case, problem_of

from semcine_nb.looping.labels import LabelSpace
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.looping.search import SINGLES, _Search
from semcine_nb.looping.stages import Schedule


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


def test_a_static_region_takes_the_frame_that_suits_the_loop_in_it_best():
    case = Case(2, frames=41, h=22, w=30, noise=40)
    case.parameters = LoopParameters(min_period=16, short_period=0)
    problem, space = problem_of(case), LabelSpace.of_clip(41, 30.0, case.parameters)
    loop = np.zeros((22, 30), bool)
    loop[6:16, 8:22] = True
    labels = np.where(loop, 16, 1).astype(np.int32), np.where(loop, 20, 12).astype(np.int32)
    search = _Search(problem, space, np.zeros((2, len(space.periods), 22, 30), np.int32), loop, Schedule())
    before = search.energy(labels)
    trials = [
        search.energy((labels[0], np.where(loop, 20, s).astype(np.int32))) for s in space.starts(1)[::2]
    ]
    search.exchange_stills(labels)
    assert search.energy(labels) <= min(trials) < before
    assert (labels[0] == np.where(loop, 16, 1)).all()
    assert (labels[1][loop] == 20).all()


def _jumps(problem, p, s):
    """E_temp (H, W) of one loop."""
    u = problem.tables.vectors.astype(float)
    squared = ((u[:, :, [s - 1, s]] - u[:, :, [s + p - 1, s + p]]) ** 2).sum(axis=(2, 3))
    return problem.tables.scale * problem.tables.temporal_factor * squared
