"""The bytes that the solver works on: the colours and responses of the definition, rounded."""

from __future__ import annotations

import numpy as np
import pytest
from random_case import Case

from semcine_nb.looping.costs import loop_tables
from semcine_nb.looping.energy import normalized_scores
from semcine_nb.looping.parameters import LoopParameters


@pytest.mark.parametrize("w", [0.2, 0.7])
@pytest.mark.parametrize("k", [1, 3])
def test_squared_distances_are_those_of_the_definition_to_half_a_grey_level(w, k):
    case = Case(0, frames=21, k=k)  # no whole number of the eight frames that are filled at once
    tables = loop_tables(case.clip, case.response, LoopParameters(w=w, min_period=4), threads=1)
    weights = np.sqrt([(1 - w) / 3] * 3 + [w / k] * k)
    signal = np.concatenate([case.clip.frames / 255, normalized_scores(case.response)], axis=-1) * weights
    stored = np.moveaxis(tables.vectors, 2, 0) * np.sqrt(tables.scale)
    assert tables.vectors.shape == (5, 6, 21, 8)
    assert not tables.vectors[..., 3 + k :].any()
    np.testing.assert_allclose(stored[..., : 3 + k], signal, atol=0.5001 * np.sqrt(tables.scale))


def test_colours_are_exact_and_no_score_is_shared_evenly():
    case = Case(1, k=2)
    scores = np.asarray(case.response.scores)
    empty = scores.sum(axis=-1) == 0
    assert empty.any()
    vectors = np.moveaxis(loop_tables(case.clip, case.response, case.parameters, threads=1).vectors, 2, 0)
    np.testing.assert_array_equal(vectors[..., :3], case.clip.frames)
    assert len(np.unique(vectors[empty][:, 3:5])) == 1
