"""Plain expansion solves the same problem; the earlier methods find on toys what a person would choose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_solver import pulsing_square

from semcine_nb.errors import LoopError
from semcine_nb.looping import LoopSolver, loop_energy
from semcine_nb.looping.baselines import (
    LIAO_2013,
    _color_costs,
    color_connectivity,
    liao_2013,
    plain_expansion,
    tompkin_2011,
    yeh_2012,
)
from semcine_nb.video import Video


def test_plain_expansion_and_the_solver_meet():
    clip, response, candidate = pulsing_square(h=96, w=128)
    solver = LoopSolver(clip, response)
    plain, ours = plain_expansion(solver, candidate), solver.solve(candidate)
    exact = loop_energy(clip, response, candidate, plain.period, plain.start)
    assert plain.energy.total == pytest.approx(exact.total, rel=1e-5)
    assert (plain.period[candidate.mask] > 1).mean() > 0.9
    # plain expansion may let noise around the square loop, which the solver rules out
    assert ours.energy.total <= 1.1 * plain.energy.total


@pytest.fixture(scope="module")
def square():
    return pulsing_square(h=72, w=96)


def test_liao_loops_the_square_and_reports_its_own_energy(square):
    clip, _, candidate = square
    cinema = liao_2013(clip)
    assert (cinema.period[candidate.mask] > 1).mean() > 0.9
    # by hand: E_temp of one pixel inside, squared differences summed over the channels
    y, x = np.argwhere(candidate.mask)[40]
    p, s = int(cinema.period[y, x]), int(cinema.start[y, x])
    line = clip.frames[:, y, x] / 255.0
    wrap = ((line[s] - line[s + p]) ** 2).sum() + ((line[s - 1] - line[s + p - 1]) ** 2).sum()
    change = np.median(np.linalg.norm(np.diff(line, axis=0), axis=-1))
    costs = _color_costs(clip, LIAO_2013).of(replace(candidate, mask=np.ones_like(candidate.mask)), LIAO_2013)
    only = slice(y, y + 1), slice(x, x + 1)
    assert costs.energy(cinema.labels, only)[0] == pytest.approx(wrap / (1 + 400 * change), rel=1e-4)


def test_liaos_connectivity_is_a_deviation_over_time():
    frames = np.full((5, 1, 2, 3), 100, np.uint8)
    frames[:, 0, 1, 0] = [100, 110, 120, 130, 140]  # ‖V(x) − V(z)‖ is 0 … 40 gray levels: MAD 10
    right, down = color_connectivity(Video(frames, 30.0))
    assert right[0, 0] == pytest.approx(1 / (1 + 100 * 10 / 255))
    assert right[0, 1] == 0
    assert not down.any()


def test_tompkin_loops_a_region_as_one(square):
    clip, _, candidate = square
    found = tompkin_2011(clip, candidate.mask)
    assert set(np.unique(found.period[candidate.mask])) <= {40, 80}
    assert len(np.unique(found.start)) == 1
    assert (found.period[~candidate.mask] == 1).all()
    chosen = tompkin_2011(clip, candidate.mask, period=36, start=7)
    assert (chosen.period.max(), chosen.start.max()) == (36, 7)
    assert found.energy.temporal < chosen.energy.temporal


def test_tompkin_refuses_what_does_not_fit(square):
    clip, _, candidate = square
    with pytest.raises(LoopError, match="region"):
        tompkin_2011(clip, candidate.mask[1:])
    with pytest.raises(LoopError, match="90 frames"):
        tompkin_2011(clip, candidate.mask, period=60, start=40)
    with pytest.raises(LoopError, match="start 89"):
        tompkin_2011(clip, candidate.mask, start=89)


def test_yeh_finds_where_most_motion_adds_up():
    rng = np.random.default_rng(0)
    texture = rng.integers(0, 255, (24, 24, 3))
    frames = np.full((60, 96, 128, 3), 90)
    for t in range(60):  # a textured square swings by 6 pixels
        x = 50 + round(6 * np.sin(2 * np.pi * t / 40))
        frames[t, 30:54, x : x + 24] = texture
    cinema = yeh_2012(Video(frames.astype(np.uint8), 30.0))
    region = cinema.candidate.mask
    assert region[36:48, 56:68].all()
    assert region.mean() < 0.3
    assert set(np.unique(cinema.period[region])) == {40}
    assert cinema.candidate.label == "Yeh and Li 2012"


def test_yeh_needs_motion():
    with pytest.raises(LoopError, match="Nothing moves"):
        yeh_2012(Video(np.full((60, 64, 64, 3), 90, np.uint8), 30.0))
