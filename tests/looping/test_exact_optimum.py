"""The exact optimum that benchmarks/exact.py compares with is one: nothing that can be tried is cheaper."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from random_case import Case

from benchmarks.exact import optimal_starts
from semcine_nb.looping.costs import clip_costs
from semcine_nb.looping.labels import LabelSpace
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.rendering.labelling import Labelling


@pytest.mark.parametrize("seed", range(4))
def test_no_labelling_of_a_tiny_picture_is_cheaper(seed: int) -> None:
    case = Case(seed, frames=29, h=2, w=3, noise=60.0)
    parameters = LoopParameters(min_period=16)
    space = LabelSpace.of_clip(29, 30.0, parameters)
    costs = clip_costs(case.clip, case.response, parameters).unlabeled
    period = np.full((2, 3), 16, np.int32)

    def energy(start: np.ndarray) -> float:
        return costs.total(Labelling(period, start.astype(np.int32)))

    every = (np.reshape(s, (2, 3)) for s in product(space.starts(16), repeat=6))
    assert energy(optimal_starts(costs, space, 16)) == pytest.approx(min(map(energy, every)), rel=1e-5)


def test_starts_further_apart_than_the_period_are_refused() -> None:
    case = Case(0, frames=60, h=2, w=2)
    parameters = LoopParameters(min_period=16)
    space = LabelSpace.of_clip(60, 30.0, parameters)
    costs = clip_costs(case.clip, case.response, parameters).unlabeled
    with pytest.raises(ValueError, match="period 16"):
        optimal_starts(costs, space, 16)
