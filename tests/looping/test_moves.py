"""Moves: their costs agree with the definition, and none raises the energy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case

from semcine_nb.looping.energy import loop_energy
from semcine_nb.looping.maxflow import max_flow_method
from semcine_nb.looping.moves import expand, fuse
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.rendering.labelling import Labelling


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([0.0, 0.2, 0.9]))
def test_energy_from_tables_agrees_with_the_definition(seed, k, w):
    case = Case(seed, k=k)
    case.parameters = LoopParameters(w=w, min_period=4, step=2, short_period=6)
    labels = case.labels()
    exact = loop_energy(case.clip, case.response, case.candidate, *labels, case.parameters)
    temporal, label, spatial = case.costs().energy(labels)
    # bytes instead of real numbers: half a grey level in the smaller of the two modalities
    assert temporal == pytest.approx(exact.temporal, rel=0.02)
    assert label == pytest.approx(exact.label, rel=1e-4)
    assert spatial == pytest.approx(exact.spatial, rel=0.02)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.booleans(), st.sampled_from([0.05, 0.5, 1.0]))
def test_no_move_raises_the_energy(seed, block, ordered, share):
    case = Case(seed, h=7, w=8)
    costs = case.costs()
    labels, proposal = case.labels(), case.labels()
    proposal.period[case.rng.random(proposal.period.shape) > share] = 0
    old = labels.copy()
    gain = fuse(costs, labels, proposal, block=block, ordered=ordered)
    assert gain >= 0
    assert costs.total(old) - costs.total(labels) == pytest.approx(gain, rel=1e-6, abs=1e-6)
    stays = (labels.period == old.period) & (labels.start == old.start)
    takes = (labels.period == proposal.period) & (labels.start == proposal.start)
    assert np.all(stays | takes)


def test_a_move_finds_the_best_of_all_fusions():
    # on four pixels every fusion can be tried; these terms are submodular, so the cut is exact
    import itertools

    for seed in range(20):
        case = Case(seed, h=2, w=2, noise=20.0)
        costs = case.costs()
        labels = Labelling(np.ones((2, 2), np.int32), np.zeros((2, 2), np.int32))
        proposal = Labelling(np.full((2, 2), 8, np.int32), np.full((2, 2), 5, np.int32))
        best = min(
            costs.total(
                Labelling(*(np.where(take, new, now) for now, new in zip(labels, proposal, strict=True)))
            )
            for take in (np.array(bits, bool).reshape(2, 2) for bits in itertools.product([0, 1], repeat=4))
        )
        fuse(costs, labels, proposal)
        assert costs.total(labels) == pytest.approx(best, rel=1e-6, abs=1e-9)


def test_energy_of_windows_adds_up():
    case = Case(4, h=9, w=11)
    costs = case.costs()
    labels = case.labels()
    parts = [
        costs.energy(labels, (rows, columns))
        for rows in (slice(0, 4), slice(4, 9))
        for columns in (slice(0, 7), slice(7, 11))
    ]
    assert np.sum(parts, axis=0) == pytest.approx(costs.energy(labels))


def test_methods_of_the_cut_agree():
    case = Case(5, h=12, w=12)
    costs = case.costs()
    results = []
    for method in ("grid", "pymaxflow"):
        labels = Labelling(np.ones((12, 12), np.int32), np.zeros((12, 12), np.int32))
        with max_flow_method(method):
            gain = fuse(
                costs, labels, Labelling(np.full((12, 12), 8, np.int32), np.full((12, 12), 4, np.int32))
            )
        results.append((gain, labels.period.tolist()))
    assert results[0] == results[1]


def test_a_sweep_offers_each_label_where_it_fits():
    case = Case(6, h=6, w=7)  # 30 frames
    costs, labels = case.costs(), case.labels()
    one_by_one = labels.copy()
    where = case.rng.random(labels.period.shape) < 0.8
    offered = [(8, 5), (1, 12), (8, 24)]  # the last one ends beyond the clip
    expand(costs, labels, offered, where)
    for p, s in offered[:2]:
        proposal = np.where(where, p, 0).astype(np.int32), np.full_like(one_by_one.start, s)
        fuse(costs, one_by_one, Labelling(*proposal))
    np.testing.assert_array_equal(labels, one_by_one)
