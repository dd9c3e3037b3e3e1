"""Merging the pieces of a thing: by hand, against the energy's definition, and what it must leave alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case
from scipy import ndimage
from small_pond import pond, truth

from semcine_nb.looping import LoopParameters, LoopSolver
from semcine_nb.looping.costs import temporal_costs
from semcine_nb.looping.labels import pieces
from semcine_nb.looping.merging import merge_pieces, object_region
from semcine_nb.looping.quality import tearing
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.semantics import Candidate, SemanticResponse, select_candidates


def striped():
    """Three loops side by side on a clip that never changes, so that no label costs anything."""
    case = Case(0, frames=30, h=4, w=9, noise=0)
    case.parameters = LoopParameters(w=0, min_period=4, step=2, short_period=0)
    period = np.repeat(np.array([8, 12, 8], np.int32), 3)[None].repeat(4, axis=0)
    start = np.repeat(np.array([4, 6, 4], np.int32), 3)[None].repeat(4, axis=0)
    return case.costs(), Labelling(period.copy(), start.copy())


def test_stripes_that_cost_nothing_become_one_piece():
    costs, labels = striped()
    everything = np.ones((4, 9), bool)
    assert costs.total(labels) == 0
    assert merge_pieces(costs, labels, everything, 0.01) == 0
    assert len(np.unique(labels.period)) == len(np.unique(labels.start)) == 1


def test_without_a_share_nothing_changes():
    costs, labels = striped()
    assert merge_pieces(costs, labels, np.ones((4, 9), bool), 0.0) == 0
    assert labels.period[0].tolist() == [8] * 3 + [12] * 3 + [8] * 3


def test_a_piece_outside_the_region_stays():
    costs, labels = striped()
    left = np.zeros((4, 9), bool)
    left[:, :5] = True  # the right stripe does not reach into it
    merge_pieces(costs, labels, left, 0.01)
    assert len(np.unique(labels.period[:, :6])) == 1
    assert (labels.period[:, 6:] == 8).all()


def test_a_piece_with_pixels_that_may_not_change_stays_and_takes_others_in():
    costs, labels = striped()
    where = np.ones((4, 9), bool)
    where[3, 3:6] = False  # of the middle stripe
    merge_pieces(costs, labels, np.ones((4, 9), bool), 0.01, where)
    assert (labels.period == 12).all()
    assert (labels.start == 6).all()


def test_labels_in_another_order_of_memory_change_in_place():
    costs, labels = striped()
    columns = Labelling(*map(np.asfortranarray, labels))
    merge_pieces(costs, columns, np.ones((4, 9), bool), 0.01)
    assert len(np.unique(columns[0])) == 1


def each_for_itself(seed: int):
    """Labels that cost most where they are merged: each pixel's cheapest loop, while seams cost little."""
    case = Case(seed, h=6, w=7)
    case.parameters = LoopParameters(alpha_spatial=1e-3, min_period=4, step=4, short_period=0)
    costs = case.costs()
    loops = [(p, s) for p in (4, 8) for s in range(4, 29 - p, 4)]
    periods, starts = np.array(loops, np.int32).T.copy()
    best = temporal_costs(costs, periods, starts, 1).argmin(axis=0)
    return case, costs, Labelling(periods[best], starts[best])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.001, 0.5))
def test_the_energy_rises_as_told_and_within_the_share(seed, share):
    case, costs, labels = each_for_itself(seed)
    still = case.rng.random((6, 7)) < 0.2
    labels.period[still] = 1
    region, where = case.rng.random((2, 6, 7)) < 0.9
    before, old = costs.total(labels), labels.copy()
    count = pieces(labels, region).max(initial=-1)
    rise = merge_pieces(costs, labels, region, share, where)
    assert costs.total(labels) - before == pytest.approx(rise, abs=1e-6 * before)
    assert rise <= share * before
    kept = still | ~where
    assert (labels.period[kept] == old.period[kept]).all()
    assert (labels.start[kept] == old.start[kept]).all()
    assert (labels.period[~still] > 1).all()
    assert pieces(labels, region).max(initial=-1) <= count


def test_the_share_is_what_holds_merging_back():
    for share in (0.01, 0.2, 1e9):
        rises, before = [], []
        for seed in range(5):
            _, costs, labels = each_for_itself(seed)
            before.append(costs.total(labels))
            rises.append(merge_pieces(costs, labels, np.ones((6, 7), bool), share))
        assert max(rises) > 0
        assert (max(np.divide(rises, before)) > 0.2) == (share == 1e9)
        assert (len(np.unique(labels.period)) == 1) == (share == 1e9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_pieces_are_those_that_labelling_each_loop_by_itself_finds(seed):
    case = Case(seed, h=6, w=7)
    labels, region = case.labels(periods=(4, 8), step=8), case.rng.random((6, 7)) < 0.7
    period, start = labels
    wanted = 0
    for p, s in {(int(p), int(s)) for p, s in zip(period.ravel(), start.ravel(), strict=True) if p > 1}:
        label, count = ndimage.label((period == p) & (start == s))
        wanted += sum((region & (label == k)).any() for k in range(1, count + 1))
    found = pieces(labels, region)
    assert found.max(initial=-1) + 1 == wanted
    assert (found[period == 1] == -1).all()


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
