"""The energy of a labelling from what is read of a clip: equal to the definition, whatever the scores are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case, problem_of

from semcine_nb.lessons.clips import pixel
from semcine_nb.looping.energy import LoopEnergy, loop_energy
from semcine_nb.looping.evaluation import _mean_distance, evaluate
from semcine_nb.semantics import SemanticResponse, StoredScores


def distance(signal: np.ndarray, first: tuple[int, int], second: tuple[int, int]) -> float:
    return float(_mean_distance(signal, *first, *second, np.full((2, *signal.shape), np.nan)))


def test_two_frames_by_hand():
    signal = np.array([[0], [3], [5]], np.uint8)
    assert distance(signal, (1, 0), (1, 1)) == 9
    # the still 0 beside the loop 3, 5: (9 + 25) / 2
    assert distance(signal, (2, 1), (1, 0)) == 17
    # 0 3 0 3 … against 5 3 5 3 …: frame 2 is shown when frame 0 is
    assert distance(signal, (2, 0), (2, 1)) == 12.5


@st.composite
def labels(draw: st.DrawFn) -> tuple[int, int]:
    period = draw(st.sampled_from([1, 2, 3, 4, 6, 8, 9, 12]))
    return period, draw(st.integers(0, 29 - period))


@given(labels(), labels(), st.integers(0, 1000), st.sampled_from([np.uint8, np.float32]))
@settings(max_examples=150, deadline=None)
def test_the_mean_distance_is_that_of_its_readable_twin(first, second, seed, dtype):
    signal = np.random.default_rng(seed).uniform(0, 255, (30, 2)).astype(dtype)
    wanted = pixel.mean_distance(signal.astype(np.float64), first, second)
    assert distance(signal, first, second) == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert distance(signal, second, first) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def energies(case: Case, period: np.ndarray, start: np.ndarray) -> tuple[LoopEnergy, LoopEnergy]:
    """Evaluated, and by definition."""
    labels, problem = (period, start), problem_of(case)
    found = evaluate(problem, case.clip.frames, case.response.scores, *labels, case.parameters)
    return found, loop_energy(case.clip, case.response, case.candidate, *labels, case.parameters)


def assert_equal(found: LoopEnergy, exact: LoopEnergy) -> None:
    assert found.temporal == pytest.approx(exact.temporal, rel=1e-5)
    assert found.label == pytest.approx(exact.label, rel=1e-5)
    assert found.spatial == pytest.approx(exact.spatial, rel=1e-5, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([0.0, 0.4, 1.0]))
def test_agrees_with_the_definition(seed, k, share_static):
    case = Case(seed, k=k)
    assert_equal(*energies(case, *case.labels(share_static)))


def test_one_still_frame_everywhere_costs_only_what_standing_still_does(case):
    found, exact = energies(case, np.ones((5, 6), np.int32), np.full((5, 6), 7, np.int32))
    assert found.temporal == found.spatial == 0
    assert_equal(found, exact)


def test_agrees_on_scores_that_are_interpolated_along_a_guide():
    case = Case(1, h=8, w=12, k=2)
    coarse = case.rng.integers(0, 256, (6, 4, 5, 3), np.uint8)
    stored = StoredScores(coarse, case.clip.frames.shape[:3], guide=case.clip.frames)
    case.response = SemanticResponse(stored, ("water", "person", "grass")).select(("grass", "water"))
    assert_equal(*energies(case, *case.labels()))
