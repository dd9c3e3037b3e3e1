"""The bytes that the solver works on: the colors and responses of the definition, rounded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from random_case import Case

from semcine_nb.errors import LoopError
from semcine_nb.looping.costs import clip_costs, label_map
from semcine_nb.looping.energy import label_cost
from semcine_nb.looping.parameters import LoopParameters


@pytest.mark.parametrize("w", [0.2, 0.7])
@pytest.mark.parametrize("k", [1, 3])
def test_squared_distances_are_those_of_the_definition_to_half_a_gray_level(w, k):
    case = Case(0, frames=21, k=k)  # no whole number of the eight frames that are filled at once
    costs = clip_costs(case.clip, case.response, LoopParameters(w=w, min_period=4), threads=1).unlabeled
    weights = np.sqrt([(1 - w) / 3] * 3 + [w / k] * k)
    signal = (
        np.concatenate([case.clip.frames / 255, [case.response.shares(t) for t in range(21)]], axis=-1)
        * weights
    )
    vectors = costs.vectors.reshape(5, 6, 21, 8)
    stored = np.moveaxis(vectors, 2, 0) * np.sqrt(costs.scale)
    assert not vectors[..., 3 + k :].any()
    np.testing.assert_allclose(stored[..., : 3 + k], signal, atol=0.5001 * np.sqrt(costs.scale))


def test_colors_are_exact_and_no_score_is_shared_evenly():
    case = Case(1, k=2)
    scores = np.asarray(case.response.scores)
    empty = scores.sum(axis=-1) == 0
    assert empty.any()
    vectors = np.moveaxis(case.costs().vectors.reshape(5, 6, 30, 8), 2, 0)
    np.testing.assert_array_equal(vectors[..., :3], case.clip.frames)
    assert len(np.unique(vectors[empty][:, 3:5])) == 1


def test_the_costs_of_a_label_are_those_of_the_definition():
    case = Case(2)
    case.parameters = LoopParameters(min_period=4, step=2, short_period=6, alpha_label=2.0)
    labels, natural = case.labels(), case.response.natural_map()
    color = case.clip.frames / 255
    expected = 2 * label_cost(color, labels, case.candidate, natural, 30.0, case.parameters)
    np.testing.assert_allclose(label_map(case.costs(), labels), expected, rtol=1e-4, atol=1e-6)
    assert (label_map(case.clip_costs().unlabeled, labels) == 0).all()


def test_another_price_of_standing_still_needs_no_new_costs_of_the_clip():
    case = Case(3)
    shared, stronger = case.clip_costs(), replace(case.parameters, alpha_static=0.0)
    assert (shared.of(case.candidate, stronger).static_cost == 0).all()
    np.testing.assert_array_equal(
        shared.of(case.candidate, case.parameters).static_cost, case.costs().static_cost
    )


def test_a_response_of_another_clip_is_refused():
    case = Case(4)
    with pytest.raises(LoopError, match="the clip is"):
        clip_costs(case.clip, Case(4, h=6).response, case.parameters)
