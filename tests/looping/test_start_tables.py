"""Costs of blocks in stage 1: one border summed by hand, E_temp and the energy of eq. (1) as references."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from random_case import Case

from semcine_nb.looping.blocks import enlarge
from semcine_nb.looping.costs import Costs, temporal_costs
from semcine_nb.looping.start_tables import start_jumps, start_pairs
from semcine_nb.rendering.labelling import Labelling


def test_one_border_by_hand():
    # frames 1 and 3 differ by 3 in the left pixel, frames 2 and 4 by 1 in the right one
    vectors = np.array([[0, 0, 0, 3, 0, 0], [0, 0, 0, 0, 1, 0]], np.uint8).ravel()
    two, nothing = np.full((1, 2), 2.0, np.float32), np.zeros((1, 2), np.float32)
    costs = Costs(vectors, 6, 1, 0.5, two, np.stack([two, nothing]), nothing, nothing, 0)
    starts = np.array([1, 2, 3], np.int32)
    right, down = start_pairs(costs, 2, starts, 1, 1, np.ones((1, 2), bool))
    # 0.5 · 2 / p = 0.5 of 3² for the step from start 1 to 2, of 1² from 2 to 3; then a whole period of both
    assert right[0, 0].tolist() == [[0, 4.5, 5], [4.5, 0, 0.5], [5, 0.5, 0]]
    assert not down.any()
    jumps = start_jumps(costs, 2, starts, 1)
    assert jumps[:, 0, 0].tolist() == [9, 9, 9]  # |U[s] − U[s + 2]|² + |U[s − 1] − U[s + 1]|²
    assert jumps[:, 0, 1].tolist() == [0, 1, 1]


@pytest.mark.parametrize("seed", range(3))
def test_jumps_are_e_temp(seed):
    case = Case(seed, h=7, w=9)
    costs, starts = case.costs(), np.arange(2, 30 - 8, 2, dtype=np.int32)
    found = start_jumps(costs, 8, starts, 4)
    expected = temporal_costs(costs, np.full_like(starts, 8), starts, 4)
    np.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-9)


@pytest.mark.parametrize(("period", "step"), [(4, 2), (6, 3), (8, 2), (12, 4), (26, 2)])
def test_pairs_are_the_energy_of_borders(period, step):
    # with short periods some starts differ by a period and more
    costs = Case(period, h=7, w=9).costs()
    starts = np.arange(step, 30 - period, step, dtype=np.int32)
    wanted = np.ones((2, 3), bool)
    wanted[1, 2] = False
    right, down = start_pairs(costs, period, starts, step, 4, wanted)
    everywhere = np.full((7, 9), period, np.int32)
    rng = np.random.default_rng(period)
    for _ in range(10):
        labels = rng.integers(0, len(starts), (2, 3))
        labels[1, 2] = labels[0, 2]  # what is not wanted has no costs: below it there is no border
        labels[1, 1] = labels[1, 2]
        spatial = costs.energy(Labelling(everywhere, enlarge(starts[labels], 4, (7, 9))))[2]
        total = sum(right[i, j, labels[i, j], labels[i, j + 1]] for i in range(2) for j in range(2))
        total += sum(down[0, j, labels[0, j], labels[1, j]] for j in range(3))
        assert total == pytest.approx(spatial, rel=1e-5, abs=1e-7)
    assert not right[1, 1].any()
    assert not down[0, 2].any()
    for a, b in itertools.product(range(len(starts)), repeat=2):
        assert right[0, 0, a, b] == right[0, 0, b, a]
