"""Steps of stage 2 against what they promise, said in a few lines."""

from __future__ import annotations

import numpy as np
import pytest
from random_case import Case

from semcine_nb.looping.labels import LabelSpace
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.looping.periods import SINGLES, PeriodSearch, _Target, still_costs
from semcine_nb.rendering.labelling import Labelling


def test_each_region_loops_by_its_cheapest_label_and_nothing_else_changes():
    case = Case(2, frames=41, h=22, w=30, noise=40)
    case.parameters = LoopParameters(min_period=16, short_period=0)
    costs, space = case.costs(), LabelSpace.of_clip(41, 30.0, case.parameters)
    starts = np.stack([case.rng.choice(space.starts(p), (22, 30)) for p in space.periods]).astype(np.int32)
    starts[0, :, 12:] = 8  # one label, which any trial of a single label would have to beat
    regions = np.zeros((22, 30), bool)
    regions[:, :9] = regions[3:19, 12:28] = True
    regions[20:, 20:] = True  # fewer pixels than SMALL_REGION: left alone
    labels = Labelling(np.ones((22, 30), np.int32), np.full((22, 30), 12, np.int32))
    search = PeriodSearch(case.clip_costs(), space, np.stack([starts, starts]))
    wanted = labels.copy()
    _Target(search, costs, regions).loop_regions(labels, regions)

    for part in (np.s_[:, :9], np.s_[3:19, 12:28]):
        single = [
            (float(_jumps(costs, p, s)[part].sum()), p, s) for p in space.periods for s in space.starts(p)
        ]
        loops = [*zip(space.periods, starts[:, *part], strict=True)]
        loops += [(p, s) for _, p, s in sorted(single)[:SINGLES]]
        trials = []
        for p, s in loops:
            trial = wanted.copy()
            trial.period[part], trial.start[part] = p, s
            trials.append(trial)
        wanted = min(trials, key=costs.total)
    np.testing.assert_array_equal(labels, wanted)
    assert (labels.period[regions] > 1).sum() == 9 * 22 + 16 * 16


def loop_in_a_still(frame: int = 12) -> tuple[_Target, Labelling, np.ndarray]:
    """A rectangle that loops in a picture that stands still, and the search that knows of it."""
    case = Case(2, frames=41, h=22, w=30, noise=40)
    case.parameters = LoopParameters(min_period=16, short_period=0)
    space = LabelSpace.of_clip(41, 30.0, case.parameters)
    loop = np.zeros((22, 30), bool)
    loop[6:16, 8:22] = True
    labels = Labelling(*(np.where(loop, *both).astype(np.int32) for both in ((16, 1), (20, frame))))
    search = PeriodSearch(case.clip_costs(), space, np.zeros((2, len(space.periods), 22, 30), np.int32))
    return _Target(search, case.costs(), loop), labels, loop


def test_what_stands_still_takes_another_frame_with_the_loops_adapted():
    target, labels, loop = loop_in_a_still()
    before = target.costs.total(labels)
    trials = [
        target.costs.total(Labelling(labels.period, np.where(loop, 20, s).astype(np.int32)))
        for s in target.space.starts(1)
    ]
    target.change_still(labels)
    # at least as good as every frame that the loop does not adapt to, and better by its border
    assert target.costs.total(labels) < min(trials) < before
    assert len(np.unique(labels.start[~labels.dynamic])) == 1


def test_a_change_of_the_still_frame_never_raises_the_energy():
    target, labels, _ = loop_in_a_still()
    for _ in range(3):
        before = target.costs.total(labels)
        target.change_still(labels)
        assert target.costs.total(labels) <= before


def test_loops_may_go_one_block_beyond_what_should_or_does_move():
    case = Case(2, frames=41, h=24, w=32, noise=0)
    case.parameters = LoopParameters(min_period=16, short_period=0)
    shared, space = case.clip_costs(), LabelSpace.of_clip(41, 30.0, case.parameters)
    target, wanted = np.zeros((2, 24, 32), bool)
    target[8:16, 12:20] = wanted[4:20, 8:24] = True
    search = PeriodSearch(shared, space, np.zeros((2, len(space.periods), 24, 32), np.int32))
    assert not shared.moving.any()
    np.testing.assert_array_equal(_Target(search, shared.unlabeled, target).free, wanted)


def test_costs_of_still_frames_are_those_of_the_energy():
    target, labels, loop = loop_in_a_still()
    frames = target.space.starts(1)
    for frame, cost in zip(frames, still_costs(target.costs, labels, frames), strict=True):
        start = np.where(loop, 20, frame).astype(np.int32)
        assert cost == pytest.approx(target.costs.energy(Labelling(labels.period, start))[2], rel=1e-12)


def _jumps(costs, p, s):
    """E_temp (H, W) of one loop."""
    u = costs.vectors.reshape(*costs.temporal_factor.shape, costs.frames, costs.channels).astype(float)
    squared = ((u[:, :, [s - 1, s]] - u[:, :, [s + p - 1, s + p]]) ** 2).sum(axis=(2, 3))
    return costs.scale * costs.temporal_factor * squared
