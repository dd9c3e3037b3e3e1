"""Costs of one pixel and one pair for every label: equal to the definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case

from semcine_nb.errors import LoopError
from semcine_nb.lessons.pixel import case_of, forgiveness, loop_costs, pair_cost, pair_costs, pixels
from semcine_nb.looping.distances import mean_distance
from semcine_nb.looping.energy import connectivity, spatial_cost, temporal_factor
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.rendering.labelling import phi


def test_two_frames_by_hand() -> None:
    signal = np.array([[0.0], [3.0], [5.0]])
    assert mean_distance(signal, (1, 0), (1, 1)) == 9
    # the still 0 beside the loop 3, 5: (9 + 25) / 2
    assert mean_distance(signal, (2, 1), (1, 0)) == 17
    # 0 3 0 3 … against 5 3 5 3 …: frame 2 is shown when frame 0 is
    assert mean_distance(signal, (2, 0), (2, 1)) == pytest.approx(12.5)


@st.composite
def labels(draw: st.DrawFn) -> tuple[int, int]:
    period = draw(st.sampled_from([1, 2, 3, 4, 6, 8, 9, 12]))
    return period, draw(st.integers(0 if period == 1 else 1, 29 - period))


@given(labels(), labels(), st.integers(0, 1000))
@settings(max_examples=150, deadline=None)
def test_the_cases_are_the_mean_over_the_common_multiple(
    first: tuple[int, int], second: tuple[int, int], seed: int
) -> None:
    signal = np.random.default_rng(seed).random((30, 2))
    time = np.arange(math.lcm(first[0], second[0]))
    apart = signal[phi(*first, time)] - signal[phi(*second, time)]
    wanted = (apart**2).sum(axis=1).mean()
    assert mean_distance(signal, first, second) == pytest.approx(wanted, abs=1e-12)
    assert mean_distance(signal, second, first) == pytest.approx(wanted, abs=1e-12)


def test_every_pair_cost_is_that_of_the_definition(case: Case) -> None:
    rng = np.random.default_rng(1)
    color = case.clip.frames / 255.0
    semantic = np.stack([case.response.shares(t, dtype=np.float64) for t in range(len(color))])
    right, down = connectivity(case.response, case.parameters)
    for axis, gamma in ((1, right), (0, down)):
        period, start = case.labels()
        cost = gamma * spatial_cost(color, semantic, period, start, case.parameters, axis=axis)
        for y, x in rng.integers(0, 4, (6, 2)):
            x2, y2 = (int(x) + 1, int(y)) if axis else (int(x), int(y) + 1)
            first, second = (int(period[y, x]), int(start[y, x])), (int(period[y2, x2]), int(start[y2, x2]))
            found = pair_cost(
                case.clip, case.response, (int(x), int(y)), (x2, y2), first, second, case.parameters
            )
            assert found == pytest.approx(cost[y, x], abs=1e-12)
            back = pair_cost(
                case.clip, case.response, (x2, y2), (int(x), int(y)), second, first, case.parameters
            )
            assert back == pytest.approx(found, abs=1e-12)


def test_the_costs_of_all_neighbors_hold_each_single_one(case: Case) -> None:
    first = (4, 2)
    costs, stills = pair_costs(case.clip, case.response, (1, 1), (2, 1), first, case.parameters)
    assert costs.of(*first) == 0
    assert costs.best == first
    label = (8, 6)
    wanted = pair_cost(case.clip, case.response, (1, 1), (2, 1), first, label, case.parameters)
    assert costs.of(*label) == pytest.approx(wanted)
    wanted = pair_cost(case.clip, case.response, (1, 1), (2, 1), first, (1, 7), case.parameters)
    assert stills[7] == pytest.approx(wanted)
    assert len(stills) == len(case.clip)


def test_loop_costs_are_eq_2_for_every_label_that_fits(case: Case) -> None:
    x, y = 3, 2
    costs = loop_costs(case.clip, case.response, x, y, case.parameters)
    (here,) = pixels(case.clip, case.response, [(x, y)], case.parameters)
    gamma = forgiveness(case.clip, case.response, case.parameters)[y, x]
    p, s = 8, 6

    def squared(signal: np.ndarray) -> float:
        ends = (signal[s] - signal[s + p], signal[s - 1] - signal[s + p - 1])
        return float(sum((end**2).sum() for end in ends)) / signal.shape[1]

    wanted = gamma * (0.8 * squared(here.color) + 0.2 * squared(here.semantic))
    assert costs.of(p, s) == pytest.approx(wanted)
    fits = costs.starts[None] + costs.periods[:, None] <= len(case.clip) - 1
    assert np.array_equal(np.isfinite(costs.cost), fits)
    assert costs.of(*costs.best) == np.nanmin(costs.cost)


def test_forgiveness_is_eq_3(case: Case) -> None:
    natural = case.response.natural_map()
    wanted = temporal_factor(case.clip.frames / 255.0, natural, LoopParameters())
    assert np.array_equal(forgiveness(case.clip, case.response), wanted)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ((8, 4), (8, 4), "equal labels: free"),
        ((1, 4), (1, 8), "two still frames"),
        ((8, 4), (8, 12), "one period, two starts"),
        ((1, 4), (8, 12), "a still frame beside a loop"),
        ((32, 4), (40, 4), "two periods with greatest common divisor 8"),
    ],
)
def test_each_case_has_its_words(first: tuple[int, int], second: tuple[int, int], words: str) -> None:
    assert case_of(first, second) == words


def test_wrong_places_are_refused(case: Case) -> None:
    with pytest.raises(LoopError, match="no pixel at column 6, row 0 of 6×5"):
        pixels(case.clip, case.response, [(6, 0)])
    with pytest.raises(LoopError, match="no 4-neighbors"):
        pair_cost(case.clip, case.response, (0, 0), (1, 1), (4, 2), (8, 2), case.parameters)
