"""Stored scores: what comes back at the clip's size, between stored frames and along a guide's edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics.storage import KeptChannels, StoredScores, normalized, pixels_of


def test_full_size_comes_back_as_it_was_stored():
    values = np.array([0, 51, 255, 102], np.uint8).reshape(2, 1, 1, 2)
    scores = StoredScores(values, (2, 1, 1))
    assert scores.shape == (2, 1, 1, 2)
    np.testing.assert_allclose(scores[1].ravel(), [1.0, 0.4], atol=1e-6)
    np.testing.assert_array_equal(scores[-1], scores[1])
    assert scores[0].dtype == np.float32
    assert len(list(scores)) == 2
    np.testing.assert_array_equal(np.asarray(scores), np.stack([scores[0], scores[1]]))


def test_time_is_interpolated_between_stored_frames_and_held_outside():
    values = np.array([0.0, 1.0], np.float16).reshape(2, 1, 1, 1)
    scores = StoredScores(values, (6, 1, 1), times=[1, 5])
    assert [float(frame[0, 0, 0]) for frame in scores] == [0, 0, 0.25, 0.5, 0.75, 1]


def test_space_is_bilinear():
    values = np.array([[0.0, 1.0]], np.float32).reshape(1, 1, 2, 1)
    frame = StoredScores(values, (1, 1, 4))[0]
    np.testing.assert_allclose(frame[0, :, 0], [0, 0.25, 0.75, 1])


@pytest.mark.parametrize("channels", [1, 4, 5, 36])
def test_any_number_of_channels(channels):
    values = np.full((1, 3, 4, channels), 128, np.uint8)
    assert StoredScores(values, (2, 9, 8))[1].shape == (9, 8, channels)


def test_a_guide_pulls_the_boundary_to_its_edge():
    guide = np.zeros((1, 32, 64, 3), np.uint8)
    guide[:, :, 36:] = 255  # the picture's edge is off the coarse grid, whose cells are 8 wide
    values = np.zeros((1, 4, 8, 1), np.float32)
    values[..., 5:, :] = 1
    values[..., 4, :] = 0.5
    truth = (np.arange(64) >= 36).astype(float)
    plain = StoredScores(values, (1, 32, 64))[0][16, :, 0]
    followed = StoredScores(values, (1, 32, 64), guide=guide)[0][16, :, 0]
    assert np.abs(followed - truth).sum() < 0.5 * np.abs(plain - truth).sum()
    assert followed.min() >= 0
    assert followed.max() <= 1


def test_channels_of_stored_scores():
    rng = np.random.default_rng(0)
    values = rng.random((2, 3, 4, 5)).astype(np.float32)
    scores = StoredScores(values, (3, 6, 8))
    np.testing.assert_allclose(scores.channels([3, 0])[1], scores[1][..., [3, 0]], atol=1e-6)


@given(st.lists(st.lists(st.floats(0, 1, width=16), min_size=3, max_size=3), min_size=1, max_size=8))
def test_kept_channels_sum_to_one(rows):
    frame = np.array(rows, np.float32)[None, None]  # (1, 1, n, 3)
    kept = KeptChannels(frame, [2, 0])[0]
    assert kept.shape == (1, len(rows), 2)
    np.testing.assert_allclose(kept.sum(axis=2), 1, atol=1e-5)
    assert kept.min() >= 0
    empty = frame[0][..., [2, 0]].sum(axis=2) == 0
    np.testing.assert_array_equal(kept[empty], 0.5)


def test_all_zero_is_shared_evenly():
    np.testing.assert_array_equal(normalized(np.zeros((1, 4), np.float32)), [[0.25] * 4])


@pytest.mark.parametrize(
    ("values", "times", "message"),
    [
        (np.zeros((2, 2, 2), np.uint8), None, "must be"),
        (np.zeros((0, 2, 2, 1), np.uint8), None, "not empty"),
        (np.zeros((1, 1, 1, 1), np.int32), None, "int32"),
        (np.full((1, 1, 1, 1), np.nan, np.float16), None, "NaN"),
        (np.full((1, 1, 1, 1), 1.5, np.float32), None, r"\[1.5, 1.5\]"),
        (np.zeros((2, 1, 1, 1), np.uint8), [3, 3], "ascending"),
        (np.zeros((2, 1, 1, 1), np.uint8), [3], "ascending"),
    ],
)
def test_refuses(values, times, message):
    with pytest.raises(SegmentationError, match=message):
        StoredScores(values, (4, 2, 2), times)


def test_frames_outside_end_an_iteration():
    with pytest.raises(IndexError):
        StoredScores(np.zeros((1, 1, 1, 1), np.uint8), (2, 1, 1))[2]


def some_scores(kind: str) -> StoredScores:
    rng = np.random.default_rng(0)
    guide = rng.integers(0, 256, (5, 9, 14, 3), np.uint8)
    if kind == "full size":
        return StoredScores(rng.random((3, 9, 14, 3)).astype(np.float16), (5, 9, 14), guide=guide)
    return StoredScores(
        rng.integers(0, 256, (3, 4, 6, 3), np.uint8), (5, 9, 14), guide=guide if kind == "guided" else None
    )


@pytest.mark.parametrize("kind", ["full size", "coarse", "guided"])
@given(where=st.lists(st.integers(0, 9 * 14 - 1), max_size=9), t=st.integers(-5, 4))
def test_pixels_are_those_of_the_frame(kind, where, t):
    stored = some_scores(kind)
    kept = KeptChannels(stored, [2, 0])
    for scores, channels in ((stored, 3), (kept, 2), (np.asarray(stored), 3)):
        found = pixels_of(scores, t, np.array(where, int))
        assert found.dtype == np.float32
        assert found.shape == (len(where), channels)
        np.testing.assert_allclose(found, scores[t].reshape(-1, channels)[where], atol=5e-7)


def test_pixels_outside_the_clip_are_refused_as_its_frames_are():
    for scores in (some_scores("coarse"), KeptChannels(some_scores("coarse"), [1])):
        with pytest.raises(IndexError):
            scores.pixels(5, np.array([0]))
