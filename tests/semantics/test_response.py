"""The response's statistics, checked by hand on two pixels and against a plain loop on random scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import SemanticResponse, StoredScores

NAMES = ("background", "water", "person")


def two_pixels() -> SemanticResponse:
    """Two pixels over four frames: the left is water in three of them, the right empty in two."""
    scores = np.zeros((4, 1, 2, 3), np.float32)
    scores[:3, 0, 0] = [0.2, 0.7, 0.1]
    scores[3, 0, 0] = [0.5, 0.5, 0.0]  # a tie goes to background
    scores[:2, 0, 1] = [0.0, 0.0, 0.3]
    return SemanticResponse(scores, NAMES)


def test_histograms_by_hand():
    response = two_pixels()
    assert response.shape == (4, 1, 2, 3)
    assert response.occurrences().tolist() == [[[1, 3, 0], [0, 0, 2]]]
    assert response.global_histogram().tolist() == [1, 3, 2]
    distribution = response.occurrence_distribution()
    np.testing.assert_allclose(distribution[0], [[0.25, 0.75, 0], [0, 0, 1]])


def test_candidate_map_at_its_threshold():
    response = two_pixels()
    assert response.candidate_map("person", 0.5).tolist() == [[False, True]]
    assert response.candidate_map("person", 0.51).tolist() == [[False, False]]
    with pytest.raises(SegmentationError, match="threshold"):
        response.candidate_map("person", 0)


@pytest.mark.parametrize("frames", [20, 40, 60, 100, 140])
def test_threshold_of_15_percent_is_not_lost_to_rounding(frames):
    scores = np.zeros((frames, 1, 1, 1), np.float32)
    scores[: frames * 15 // 100] = 1
    assert SemanticResponse(scores, ("water",)).candidate_map("water").all()


def test_selecting_counts_among_all_categories():
    kept = two_pixels().select(["person", "water"])
    assert kept.categories == ("person", "water")
    assert kept.occurrence.tolist() == [[[0, 3], [2, 0]]]
    np.testing.assert_allclose(kept.scores[0][0], [[0.125, 0.875], [1, 0]])
    np.testing.assert_allclose(kept.scores[3][0], [[0, 1], [0.5, 0.5]])
    assert kept.occurrence_distribution().tolist() == [[[0, 1], [1, 0]]]


def test_distribution_is_zero_where_nothing_kept_wins():
    kept = two_pixels().select(["person"])
    assert kept.occurrence_distribution().tolist() == [[[0], [1]]]


@given(arrays(np.float16, (3, 2, 2, 3), elements=st.sampled_from([0, 0.25, 0.5, 1])))
def test_occurrences_agree_with_a_plain_loop(scores):
    expected = np.zeros((2, 2, 3), int)
    for t, y, x in np.ndindex(3, 2, 2):
        best = max(range(3), key=lambda c: (scores[t, y, x, c], -c))
        if scores[t, y, x, best] > 0:
            expected[y, x, best] += 1
    response = SemanticResponse(scores, NAMES)
    np.testing.assert_array_equal(response.occurrences(), expected)
    assert response.global_histogram().sum() == (scores.max(axis=3) > 0).sum()


def test_counting_reads_a_frame_at_a_time():
    class OneAtATime:
        shape = (5, 2, 2, 3)
        reads = 0

        def __len__(self):
            return 5

        def __getitem__(self, t):
            assert isinstance(t, int)
            OneAtATime.reads += 1
            return np.full((2, 2, 3), 0.3, np.float32)

    response = SemanticResponse(OneAtATime(), NAMES)
    assert OneAtATime.reads == 0
    assert response.occurrences()[0, 0].tolist() == [5, 0, 0]
    response.global_histogram()
    assert OneAtATime.reads == 5


def test_arrays_of_other_types():
    masks = np.zeros((2, 2, 2, 1), bool)
    masks[0] = True
    assert SemanticResponse(masks, ("water",)).occurrences().tolist() == [[[1], [1]], [[1], [1]]]
    assert SemanticResponse(masks.astype(int), ("water",)).scores[0].dtype == np.float32
    assert SemanticResponse(masks.tolist(), ("water",)).shape == (2, 2, 2, 1)
    stored = StoredScores(np.full((1, 1, 1, 1), 255, np.uint8), (3, 4, 5))
    assert SemanticResponse(stored, ("water",)).global_histogram().tolist() == [60]


def broken(value):
    scores = np.zeros((2, 2, 2, 3), np.float32)
    scores[1, 0, 0, 0] = value
    return scores


@pytest.mark.parametrize(
    ("scores", "names", "message"),
    [
        (broken(np.nan), NAMES, "frame 1 contain NaN"),
        (broken(np.inf), NAMES, "frame 1 contain NaN or infinity"),
        (broken(1.2), NAMES, "frame 1 lie in"),
        (broken(-0.1), NAMES, "not in"),
        (np.zeros((2, 2, 3)), NAMES, "T, H, W, C"),
        (np.zeros((0, 2, 2, 3)), NAMES, "not empty"),
        (np.zeros((2, 2, 2, 2)), NAMES, "2 channels of scores, but 3 categories"),
        (np.zeros((2, 2, 2, 3)), ("background", "water", "foam"), "unknown category 'foam'"),
        (np.zeros((2, 2, 2, 3)), ("water", "water", "person"), "twice"),
        (np.full((2, 2, 2, 3), "a"), NAMES, "numbers"),
        (7, NAMES, "int"),
        (np.full((1, 1, 1, 3), 255, np.uint8), NAMES, "255"),
    ],
)
def test_refuses(scores, names, message):
    with pytest.raises(SegmentationError, match=message):
        SemanticResponse(scores, names)


@pytest.mark.parametrize(
    ("occurrence", "message"),
    [
        (np.zeros((2, 2, 1), int), "shape"),
        (np.zeros((2, 2, 3)), "integers"),
        (np.full((2, 2, 3), 9), "between 0 and T = 2"),
    ],
)
def test_refuses_an_occurrence_that_does_not_fit(occurrence, message):
    with pytest.raises(SegmentationError, match=message):
        SemanticResponse(np.zeros((2, 2, 2, 3)), NAMES, occurrence)


def test_frames_made_on_demand_are_checked_when_read():
    class Bad:
        shape = (1, 2, 2, 3)

        def __getitem__(self, t):
            return np.full((2, 2, 3), np.nan)

    with pytest.raises(SegmentationError, match="NaN"):
        SemanticResponse(Bad(), NAMES).occurrences()
