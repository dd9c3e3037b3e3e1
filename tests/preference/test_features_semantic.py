"""Semantic block: a picture of known halves."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.preference.features.semantic import EXTENDED, semantic_features, semantic_names
from semcine_nb.semantics import SemanticResponse
from semcine_nb.semantics.categories import PAPER_CATEGORIES


def halves(names: tuple[str, str], frames: int = 4) -> SemanticResponse:
    """The first category wins in the upper half of a 4 × 4 picture, the second in the lower."""
    scores = np.zeros((frames, 4, 4, 2), np.float32)
    scores[:, :2, :, 0] = 1
    scores[:, 2:, :, 1] = 1
    return SemanticResponse(scores, names)


def by_name(values: np.ndarray, extended: bool = False) -> dict[str, float]:
    return {n: v for n, v in zip(semantic_names(extended), values.tolist(), strict=True) if v}


def test_shares_of_pixels_and_frames():
    dynamic = np.zeros((4, 4), bool)
    dynamic[2:, :2] = True  # the left of the lower half: 4 of 16 pixels
    values = semantic_features(halves(("water", "person")), dynamic)
    assert values.shape == (64,)
    assert by_name(values) == {"static water": 0.5, "static person": 0.25, "dynamic person": 0.25}


def test_a_category_counts_as_often_as_it_shows():
    scores = np.zeros((4, 1, 2, 1), np.float32)
    scores[:3, 0, 0] = 1  # one of two pixels, three of four frames
    values = semantic_features(SemanticResponse(scores, ("water",)), np.array([[True, False]]))
    assert by_name(values) == {"dynamic water": 3 / 8}


def test_the_occurrence_of_a_selection_is_that_before_others_were_dropped():
    kept = halves(("water", "person")).select(("person",))
    assert by_name(semantic_features(kept, np.ones((4, 4), bool))) == {"dynamic person": 0.5}


def test_the_order_is_that_of_the_table():
    names = semantic_names()
    assert names[:32] == tuple(f"static {name}" for name in PAPER_CATEGORIES)
    assert names[32:] == tuple(f"dynamic {name}" for name in PAPER_CATEGORIES)


def test_categories_beyond_the_paper_come_extra():
    response, dynamic = halves(("fire", "object 1")), np.ones((4, 4), bool)
    assert not semantic_features(response, dynamic).any()
    values = semantic_features(response, dynamic, extended=True)
    assert values.shape == (2 * len(EXTENDED),)
    assert by_name(values, extended=True) == {"dynamic fire": 0.5, "dynamic other": 0.5}


@pytest.mark.parametrize("extended", [False, True])
def test_without_a_response_there_is_nothing(extended):
    values = semantic_features(None, np.ones((4, 4), bool), extended)
    assert values.shape == (len(semantic_names(extended)),)
    assert not values.any()
