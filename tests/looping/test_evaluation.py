"""The energy of a labelling from what is read of a clip: equal to the definition, whatever the scores are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case

from semcine_nb.looping.energy import LoopEnergy, loop_energy
from semcine_nb.looping.evaluation import evaluate
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.semantics import SemanticResponse, StoredScores


def energies(case: Case, labels: Labelling) -> tuple[LoopEnergy, LoopEnergy]:
    """Evaluated, and by definition."""
    found = evaluate(case.costs(), case.clip, case.response, labels, case.parameters)
    return found, loop_energy(case.clip, case.response, case.candidate, *labels, case.parameters)


def assert_equal(found: LoopEnergy, exact: LoopEnergy) -> None:
    assert found.temporal == pytest.approx(exact.temporal, rel=1e-5)
    assert found.label == pytest.approx(exact.label, rel=1e-5)
    assert found.spatial == pytest.approx(exact.spatial, rel=1e-5, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([0.0, 0.4, 1.0]))
def test_agrees_with_the_definition(seed, k, share_static):
    case = Case(seed, k=k)
    assert_equal(*energies(case, case.labels(share_static)))


def test_one_still_frame_everywhere_costs_only_what_standing_still_does(case):
    found, exact = energies(case, Labelling(np.ones((5, 6), np.int32), np.full((5, 6), 7, np.int32)))
    assert found.temporal == found.spatial == 0
    assert_equal(found, exact)


def test_agrees_on_scores_that_are_interpolated_along_a_guide():
    case = Case(1, h=8, w=12, k=2)
    coarse = case.rng.integers(0, 256, (6, 4, 5, 3), np.uint8)
    stored = StoredScores(coarse, case.clip.frames.shape[:3], guide=case.clip.frames)
    case.response = SemanticResponse(stored, ("water", "person", "grass")).select(("grass", "water"))
    assert_equal(*energies(case, case.labels()))
