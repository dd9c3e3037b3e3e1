"""Merging the pieces of a thing: by hand, against the energy's definition, and what it must leave alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case, problem_of
from scipy import ndimage
from small_pond import pond, truth

from semcine_nb.looping import LoopParameters, LoopSolver
from semcine_nb.looping.merging import merge_pieces, pieces, thing
from semcine_nb.looping.quality import tearing
from semcine_nb.semantics import Candidate, select_candidates


def striped():
    """Three loops side by side on a clip that never changes, so that no label costs anything."""
    case = Case(0, frames=30, h=4, w=9, noise=0)
    case.parameters = LoopParameters(w=0, min_period=4, step=2, short_period=0)
    period = np.repeat(np.array([8, 12, 8], np.int32), 3)[None].repeat(4, axis=0)
    start = np.repeat(np.array([4, 6, 4], np.int32), 3)[None].repeat(4, axis=0)
    return problem_of(case), period.copy(), start.copy()


def test_stripes_that_cost_nothing_become_one_piece():
    problem, period, start = striped()
    everything = np.ones((4, 9), bool)
    assert sum(problem.energy(period, start)) == 0
    assert merge_pieces(problem, period, start, everything, 0.01) == 0
    assert len(np.unique(period)) == len(np.unique(start)) == 1


def test_without_a_share_nothing_changes():
    problem, period, start = striped()
    assert merge_pieces(problem, period, start, np.ones((4, 9), bool), 0.0) == 0
    assert period[0].tolist() == [8] * 3 + [12] * 3 + [8] * 3


def test_a_piece_outside_the_region_stays():
    problem, period, start = striped()
    left = np.zeros((4, 9), bool)
    left[:, :5] = True  # the right stripe does not reach into it
    merge_pieces(problem, period, start, left, 0.01)
    assert len(np.unique(period[:, :6])) == 1
    assert (period[:, 6:] == 8).all()


def test_pixels_that_may_not_change_stay():
    problem, period, start = striped()
    where = np.ones((4, 9), bool)
    where[2:] = False
    merge_pieces(problem, period, start, np.ones((4, 9), bool), 0.01, where)
    assert len(np.unique(period[:2])) == 1
    assert period[2].tolist() == [8] * 3 + [12] * 3 + [8] * 3


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.001, 0.5))
def test_the_energy_rises_as_told_and_within_the_share(seed, share):
    case = Case(seed, h=6, w=7)
    problem, (period, start) = problem_of(case), case.labels(periods=(4, 8, 12), step=4)
    region, where = case.rng.random((2, 6, 7)) < 0.8
    before, old = sum(problem.energy(period, start)), (period.copy(), start.copy())
    count = pieces(period, start, region, where).max(initial=-1)
    rise = merge_pieces(problem, period, start, region, share, where)
    after = sum(problem.energy(period, start))
    assert after - before == pytest.approx(rise, abs=1e-6 * before)
    assert rise <= share * before
    kept = (old[0] == 1) | ~where
    assert (period[kept] == old[0][kept]).all()
    assert (start[kept] == old[1][kept]).all()
    assert (period[~kept] > 1).all()
    assert pieces(period, start, region, where).max(initial=-1) <= count


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_pieces_are_those_that_labelling_each_loop_by_itself_finds(seed):
    case = Case(seed, h=6, w=7)
    period, start = case.labels(periods=(4, 8), step=8)
    where, region = case.rng.random((2, 6, 7)) < 0.7
    wanted = 0
    for p, s in {(int(p), int(s)) for p, s in zip(period.ravel(), start.ravel(), strict=True) if p > 1}:
        label, count = ndimage.label((period == p) & (start == s) & where)
        wanted += sum((region & (label == k)).any() for k in range(1, count + 1))
    found = pieces(period, start, region, where)
    assert found.max(initial=-1) + 1 == wanted
    assert (found[(period == 1) | ~where] == -1).all()


def test_only_what_is_not_natural_is_a_thing():
    mask = np.array([[True, True, False]])
    natural = np.array([[False, True, True]])
    named = {names: thing(Candidate(names, mask), natural) for names in (("person",), ("person", "water"))}
    assert named["person",].tolist() == [[True, True, False]]
    assert named["person", "water"].tolist() == [[True, False, False]]


def test_a_bird_comes_in_fewer_pieces_and_water_stays_as_it_was():
    selection = select_candidates(pond().video, truth())
    water, bird = (next(c for c in selection.candidates if c.label == n) for n in ("water", "animal"))
    solvers = [
        LoopSolver(pond().video, selection.response, LoopParameters(merging=m)) for m in (0.0, 0.01, 0.2)
    ]
    birds = [solver.solve(bird) for solver in solvers]
    apart, few, fewest = (tearing(cinema.period, cinema.start, bird.mask) for cinema in birds)
    assert fewest.pieces < few.pieces < apart.pieces
    assert fewest.coverage == few.coverage == apart.coverage
    assert birds[1].energy.total <= 1.01 * birds[0].energy.total
    waters = [solver.solve(water) for solver in solvers]
    assert (waters[0].period == waters[2].period).all()
    assert (waters[0].start == waters[2].start).all()
