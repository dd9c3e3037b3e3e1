"""Minimum cuts: a graph solved by hand, PyMaxflow as reference, exhaustive search on tiny grids."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcine_nb.looping.maxflow import DOWN, LEFT, RIGHT, UP, _pass_on, max_flow_method, minimum_cut


def grid(h: int, w: int) -> np.ndarray:
    """Neighbours of an h × w grid in row-major order."""
    index = np.arange(h * w, dtype=np.int32).reshape(h, w)
    neighbors = np.full((h, w, 4), -1, np.int32)
    neighbors[:, :-1, RIGHT], neighbors[:, 1:, LEFT] = index[:, 1:], index[:, :-1]
    neighbors[:-1, :, DOWN], neighbors[1:, :, UP] = index[1:], index[:-1]
    return neighbors.reshape(-1, 4)


def price(x: np.ndarray, terminal: np.ndarray, neighbors: np.ndarray, capacity: np.ndarray) -> int:
    """The energy that a cut minimizes, as its docstring says it."""
    total = int(np.where(x, np.maximum(terminal, 0), np.maximum(-terminal, 0)).sum())
    for i, row in enumerate(neighbors):
        for slot, j in enumerate(row):
            if j >= 0 and not x[i] and x[j]:
                total += int(capacity[i, slot])
    return total


@pytest.mark.parametrize("method", ["grid", "pymaxflow"])
def test_two_nodes_by_hand(method):
    # the first wants 0 (price 5 otherwise), the second 1 (price 4 otherwise); differing costs 3
    terminal = np.array([5, -4], np.int32)
    capacity = np.zeros((2, 4), np.int32)
    capacity[0, RIGHT] = 3
    with max_flow_method(method):
        x, flow = minimum_cut(terminal, grid(1, 2), capacity)
    assert x.tolist() == [False, True]
    assert flow == 3
    capacity[0, RIGHT] = 9
    with max_flow_method(method):
        x, flow = minimum_cut(terminal, grid(1, 2), capacity)
    assert x.tolist() == [False, False]
    assert flow == 4


def test_passing_on_by_hand():
    # 7 are wanted and 4 are there: node 1 is asked for 4 and has 3, node 2 for 2 and asks node 3, which has 1
    neighbors = grid(2, 2)
    excess = np.array([-7, 3, 0, 1], np.int64)
    residual = np.zeros((4, 4), np.int32)
    residual[1, LEFT], residual[2, UP], residual[3, LEFT] = 4, 2, 9
    _pass_on(excess, neighbors, residual)
    assert excess.tolist() == [-3, 0, 0, 0]  # what was not found came back
    assert [residual[1, LEFT], residual[0, RIGHT]] == [1, 3]
    assert [residual[2, UP], residual[0, DOWN]] == [1, 1]
    assert [residual[3, LEFT], residual[2, RIGHT]] == [8, 1]


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="abacus"), max_flow_method("abacus"):
        pass


def test_the_environment_chooses_the_method():
    code = "from semcine_nb.looping import maxflow; print(maxflow._method)"
    command = [sys.executable, "-c", code]
    environment = os.environ | {"SEMCINE_MAXFLOW": "pymaxflow"}
    assert subprocess.check_output(command, env=environment, text=True).strip() == "pymaxflow"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_is_the_minimum_of_all_labellings(h, w, seed):
    rng = np.random.default_rng(seed)
    neighbors = grid(h, w)
    terminal = rng.integers(-9, 10, h * w).astype(np.int32)
    capacity = (rng.integers(0, 8, (h * w, 4)) * (neighbors >= 0)).astype(np.int32)
    x, flow = minimum_cut(terminal, neighbors, capacity)
    best = min(
        price(np.array(bits, bool), terminal, neighbors, capacity)
        for bits in itertools.product([0, 1], repeat=h * w)
    )
    assert price(x, terminal, neighbors, capacity) == best == flow


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_pymaxflow_on_large_grids(seed):
    rng = np.random.default_rng(seed)
    h, w = 60, 80
    neighbors = grid(h, w)
    # smooth unaries and strong edges make long augmenting paths, as in real moves
    terminal = np.cumsum(rng.integers(-30, 31, h * w)).astype(np.int32)
    capacity = (rng.integers(0, 400, (h * w, 4)) * (neighbors >= 0)).astype(np.int32)
    x, flow = minimum_cut(terminal, neighbors, capacity)
    with max_flow_method("pymaxflow"):
        reference, reference_flow = minimum_cut(terminal, neighbors, capacity)
    assert flow == reference_flow
    assert np.array_equal(x, reference)


def test_prices_near_the_largest_do_not_overflow():
    terminal = np.array([2**29, 2**29, 2**29, -(2**29)], np.int32)
    capacity = np.full((4, 4), 2**29, np.int32)
    neighbors = grid(1, 4)
    x, flow = minimum_cut(terminal, neighbors, capacity)
    with max_flow_method("pymaxflow"):
        reference, reference_flow = minimum_cut(terminal, neighbors, capacity)
    assert flow == reference_flow == 2**29
    assert np.array_equal(x, reference)


def test_empty_graph():
    x, flow = minimum_cut(np.zeros(0, np.int32), np.zeros((0, 4), np.int32), np.zeros((0, 4), np.int32))
    assert x.size == 0
    assert flow == 0
