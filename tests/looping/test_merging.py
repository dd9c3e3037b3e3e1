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
from semcine_nb.looping.borders import block_jumps
from semcine_nb.looping.labels import pieces
from semcine_nb.looping.merging import merge_pieces, object_region
from semcine_nb.looping.quality import tearing
from semcine_nb.semantics import Candidate, SemanticResponse, select_candidates


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


def test_a_piece_with_pixels_that_may_not_change_stays_and_takes_others_in():
    problem, period, start = striped()
    where = np.ones((4, 9), bool)
    where[3, 3:6] = False  # of the middle stripe
    merge_pieces(problem, period, start, np.ones((4, 9), bool), 0.01, where)
    assert (period == 12).all()
    assert (start == 6).all()


def test_labels_in_another_order_of_memory_change_in_place():
    problem, period, start = striped()
    columns = np.asfortranarray(period), np.asfortranarray(start)
    merge_pieces(problem, *columns, np.ones((4, 9), bool), 0.01)
    assert len(np.unique(columns[0])) == 1


def each_for_itself(seed: int):
    """Labels that cost most where they are merged: each pixel's cheapest loop, while seams cost little."""
    case = Case(seed, h=6, w=7)
    case.parameters = LoopParameters(alpha_spatial=1e-3, min_period=4, step=4, short_period=0)
    problem = problem_of(case)
    loops = [(p, s) for p in (4, 8) for s in range(4, 29 - p, 4)]
    periods, starts = np.array(loops, np.int32).T
    tables = problem.tables
    best = block_jumps(tables.vectors, tables.scale, tables.temporal_factor, periods, starts, 1).argmin(
        axis=0
    )
    return case, problem, periods[best], starts[best]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.001, 0.5))
def test_the_energy_rises_as_told_and_within_the_share(seed, share):
    case, problem, period, start = each_for_itself(seed)
    still = case.rng.random((6, 7)) < 0.2
    period[still] = 1
    region, where = case.rng.random((2, 6, 7)) < 0.9
    before, old = sum(problem.energy(period, start)), (period.copy(), start.copy())
    count = pieces(period, start, region, np.ones_like(region)).max(initial=-1)
    rise = merge_pieces(problem, period, start, region, share, where)
    after = sum(problem.energy(period, start))
    assert after - before == pytest.approx(rise, abs=1e-6 * before)
    assert rise <= share * before
    kept = still | ~where
    assert (period[kept] == old[0][kept]).all()
    assert (start[kept] == old[1][kept]).all()
    assert (period[~still] > 1).all()
    assert pieces(period, start, region, np.ones_like(region)).max(initial=-1) <= count


def test_the_share_is_what_holds_merging_back():
    for share in (0.01, 0.2, 1e9):
        rises, before = [], []
        for seed in range(5):
            _, problem, period, start = each_for_itself(seed)
            before.append(sum(problem.energy(period, start)))
            rises.append(merge_pieces(problem, period, start, np.ones((6, 7), bool), share))
        assert max(rises) > 0
        assert (max(np.divide(rises, before)) > 0.2) == (share == 1e9)
        assert (len(np.unique(period)) == 1) == (share == 1e9)


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


def test_a_region_of_few_pieces_is_where_objects_occur_and_what_else_is_not_natural():
    """A person on the left, water on the right, both in the middle, nobody in the last column."""
    scores = np.zeros((20, 1, 4, 2), np.float32)
    scores[:, :, 0] = scores[::2, :, 1] = [0.9, 0.1]
    scores[1::2, :, 1] = scores[:, :, 2] = [0.1, 0.9]
    response = SemanticResponse(scores, ("person", "water"))
    painted = np.ones((1, 4), bool)

    def region(*names: str, mask: np.ndarray = painted) -> list[bool]:
        return object_region(Candidate(names, mask), response, LoopParameters())[0].tolist()

    assert region("person") == region("person", "water") == [True, True, False, True]
    assert region("water") == [True, False, False, True]  # as painted by hand
    assert region("water", mask=np.array([[False, True, True, False]])) == [False] * 4


def test_a_bird_comes_in_fewer_pieces_and_water_stays_as_it_was():
    selection = select_candidates(pond().video, truth())
    water, bird = (next(c for c in selection.candidates if c.label == n) for n in ("water", "animal"))
    solvers = [
        LoopSolver(pond().video, selection.response, LoopParameters(merging=m)) for m in (0.0, 0.01, 0.2)
    ]
    birds = [solver.solve(bird) for solver in solvers]
    apart, few, fewest = (tearing(cinema.labels, bird.mask) for cinema in birds)
    assert fewest.pieces < few.pieces < apart.pieces
    assert fewest.coverage == few.coverage == apart.coverage
    assert birds[1].energy.total <= 1.01 * birds[0].energy.total
    waters = [solver.solve(water) for solver in solvers]
    assert (waters[0].period == waters[2].period).all()
    assert (waters[0].start == waters[2].start).all()
