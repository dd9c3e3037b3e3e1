"""Which frames a model looks at, and what becomes of its classes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics.segmenters.keyframes import (
    STORED_SIDE,
    aligned_size,
    key_frames,
    segment_key_frames,
)
from semcine_nb.video import Video


def still(frames=10, height=64, width=96):
    return np.full((frames, height, width, 3), 90, np.uint8)


@given(st.integers(1, 30), st.integers(1, 12))
def test_still_picture_is_looked_at_evenly(frames, every):
    keys = key_frames(still(frames, 16, 16), every)
    assert keys[0] == 0
    assert keys[-1] == frames - 1
    assert max(np.diff(keys), default=0) <= every
    assert keys == sorted(set(keys))


def test_every_frame_or_every_fourth():
    assert key_frames(still(), 1) == list(range(10))
    assert key_frames(still(), 4) == [0, 4, 8, 9]
    with pytest.raises(SegmentationError, match="every"):
        key_frames(still(), 0)


def test_a_change_is_looked_at_from_both_sides():
    frames = still(20)
    frames[7:, :32] = 200
    assert key_frames(frames, 12) == [0, 6, 12, 19]
    frames[1:, 32:] = 10
    assert key_frames(frames, 12) == [0, 6, 12, 19]


def test_a_picture_that_never_rests_costs_at_most_twice_as_much():
    frames = still(61)
    frames[:] = 4 * np.arange(61)[:, None, None, None]  # a cell's limit is passed after six frames
    assert key_frames(frames, 10) == list(range(0, 61, 5))


def test_classes_of_one_category_are_summed_and_stored_as_bytes():
    video = Video(still(6, 32, 32), 30.0)
    seen = []

    def predict(frame):
        seen.append(frame.shape)
        return np.tile(np.array([0.2, 0.5, 0.3], np.float32), (8, 8, 1))

    response = segment_key_frames(video, predict, ["water", "background", "water"], every=5)
    assert response.categories == ("background", "water")
    assert response.shape == (6, 32, 32, 2)
    assert len(seen) == 2
    assert response.scores.values.dtype == np.uint8
    np.testing.assert_allclose(response.scores[3][5, 5], [0.5, 0.5], atol=1 / 255)


def test_storage_is_limited():
    video = Video(still(1, 1000, 500), 30.0)
    response = segment_key_frames(video, lambda frame: np.ones((1000, 500, 1), np.float32), ["water"])
    assert response.scores.values.shape == (1, STORED_SIDE, STORED_SIDE // 2, 1)
    assert response.shape == (1, 1000, 500, 1)


@pytest.mark.parametrize(
    ("output", "message"), [(np.ones((2, 2, 3)), "2 classes"), (np.full((2, 2, 2), np.nan), "NaN")]
)
def test_a_model_that_misbehaves(output, message):
    with pytest.raises(SegmentationError, match=message):
        segment_key_frames(Video(still(2), 30.0), lambda frame: output, ["water", "background"])


def test_a_networks_picture_is_whole_multiples_of_32():
    assert aligned_size(320, 180) == (320, 192)
    assert aligned_size(10, 47.9) == (32, 32)
