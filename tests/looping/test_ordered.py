"""Labels in an order: a problem solved by hand, exhaustive search on tiny grids, PyMaxflow as reference."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcine_nb.looping.blocks import BlockProblem
from semcine_nb.looping.maxflow import max_flow_method
from semcine_nb.looping.ordered import ordered_optimum


def additive(unary: np.ndarray, steps_right: np.ndarray, steps_down: np.ndarray) -> BlockProblem:
    """A problem whose pair costs are sums of ``steps`` (R, C, L − 1) between the two labels."""
    tables = []
    for steps in (steps_right, steps_down):
        along = np.concatenate([np.zeros((*steps.shape[:2], 1)), np.cumsum(steps, axis=-1)], axis=-1)
        tables.append(np.abs(along[..., :, None] - along[..., None, :]).astype(np.float32))
    return BlockProblem(unary.astype(float), np.stack(tables))


def random_problem(rng: np.random.Generator, labels: int, rows: int, columns: int) -> BlockProblem:
    steps = rng.integers(0, 6, (2, rows, columns, labels - 1))
    return additive(rng.integers(0, 20, (labels, rows, columns)), *steps)


def test_two_blocks_by_hand():
    # the left block wants label 0, the right one label 2; passing from 0 to 2 costs what both steps cost
    unary = np.array([[[0, 9]], [[4, 4]], [[9, 0]]])
    steps = np.zeros((1, 2, 2))
    steps[0, 0] = 1, 2
    everywhere = np.ones((1, 2), bool)
    apart = additive(unary, steps, np.zeros_like(steps))
    assert ordered_optimum(apart, everywhere).tolist() == [[0, 2]]  # 3 instead of 8, 8, 9 or 9
    steps[0, 0] = 5, 5
    together = additive(unary, steps, np.zeros_like(steps))
    assert ordered_optimum(together, everywhere).tolist() == [[1, 1]]  # 8 instead of 9, 9 or 10


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 2), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_is_the_minimum_of_all_labellings(labels, rows, columns, seed):
    problem = random_problem(np.random.default_rng(seed), labels, rows, columns)
    found = ordered_optimum(problem, np.ones((rows, columns), bool))
    every = itertools.product(range(labels), repeat=rows * columns)
    best = min(problem.energy(np.array(each, np.int32).reshape(rows, columns)) for each in every)
    assert problem.energy(found) == pytest.approx(best)


def test_agrees_with_pymaxflow():
    problem = random_problem(np.random.default_rng(3), 9, 20, 30)
    everywhere = np.ones((20, 30), bool)
    energy = problem.energy(ordered_optimum(problem, everywhere))
    with max_flow_method("pymaxflow"):
        assert energy == pytest.approx(problem.energy(ordered_optimum(problem, everywhere)))
    other = problem.unary.argmin(axis=0).astype(np.int32)
    problem.expand(other, 3, [everywhere] * 9)
    assert energy <= problem.energy(other)


def test_blocks_that_are_not_wanted_take_their_cheapest_label():
    rng = np.random.default_rng(5)
    problem = random_problem(rng, 4, 6, 6)
    wanted = np.zeros((6, 6), bool)
    wanted[:, :3] = True
    found = ordered_optimum(problem, wanted)
    assert np.array_equal(found[~wanted], problem.unary.argmin(axis=0)[~wanted])
    half = BlockProblem(problem.unary[:, :, :3], problem.pairs[:, :, :3].copy())
    assert np.array_equal(found[:, :3], ordered_optimum(half, np.ones((6, 3), bool)))
    assert np.array_equal(ordered_optimum(problem, ~wanted & False), problem.unary.argmin(axis=0))


def test_every_second_label_is_a_problem_of_its_own():
    problem = random_problem(np.random.default_rng(7), 5, 4, 4)
    labels = ordered_optimum(problem.every(2), np.ones((4, 4), bool))
    assert labels.max() <= 2
    assert problem.every(2).energy(labels) == pytest.approx(problem.energy(2 * labels))
