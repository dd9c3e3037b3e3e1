"""Video: what it accepts, and its digest."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.errors import VideoError
from semcine_nb.video import Video


def test_a_video_is_built_from_frames_and_a_rate() -> None:
    video = Video(np.zeros((3, 4, 6, 3), np.uint8), 10)
    assert (len(video), video.height, video.width, video.fps, video.duration) == (3, 4, 6, 10.0, 0.3)
    assert video.notes == ()
    assert video.source is None


@pytest.mark.parametrize(
    ("frames", "fps", "says"),
    [
        (np.zeros((3, 4, 6), np.uint8), 10, r"\(3, 4, 6\)"),
        (np.zeros((3, 4, 6, 4), np.uint8), 10, r"\(3, 4, 6, 4\)"),
        (np.zeros((3, 4, 6, 3)), 10, "float64"),
        (np.zeros((0, 4, 6, 3), np.uint8), 10, "at least one frame"),
        (np.zeros((3, 4, 6, 3), np.uint8), 0, "fps=0"),
        (np.zeros((3, 4, 6, 3), np.uint8), float("nan"), "fps=nan"),
    ],
)
def test_other_arrays_and_rates_are_refused_by_value(frames: np.ndarray, fps: float, says: str) -> None:
    with pytest.raises(VideoError, match=says):
        Video(frames, fps)


def test_frames_become_contiguous() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (2, 6, 4, 3), np.uint8)
    video = Video(frames[:, ::-1], 10)
    assert video.frames.flags.c_contiguous
    np.testing.assert_array_equal(video.frames, frames[:, ::-1])


def test_the_digest_depends_on_content_shape_and_rate_alone() -> None:
    frames = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    digest = Video(frames, 10).digest
    assert len(digest) == 64
    assert Video(frames.copy(), 10.0, ("a note",)).digest == digest
    changed = frames.copy()
    changed[1, 2, 3, 0] ^= 1
    others = [Video(changed, 10), Video(frames, 11), Video(frames.reshape(2, 4, 3, 3), 10)]
    assert len({digest, *(other.digest for other in others)}) == 4
