"""Stabilization and drift on a scene with known shake."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from odd_clips import encode

from semcine_nb.errors import VideoError
from semcine_nb.video import Video, camera_drift, measure_drift, read_source, read_video, stabilize_video
from semcine_nb.video.stabilization import warp_frames

SIZE = (240, 160)


def shaken(
    moves: np.ndarray, turns: np.ndarray | None = None, mover: bool = True
) -> tuple[Video, np.ndarray]:
    """A textured scene seen through a camera that moves by (T, 2) px and turns by (T,) radians.

    A textured patch crosses it on its own way. Also gives the (T, 3, 3) true maps from scene to frame.
    """
    rng = np.random.default_rng(3)
    width, height = SIZE
    wall = cv2.GaussianBlur(rng.uniform(0, 255, (height + 80, width + 80, 3)), (0, 0), 2.0)
    wall = np.clip((wall - 127) * 4 + 127, 0, 255).astype(np.uint8)
    patch = np.clip((cv2.GaussianBlur(rng.uniform(0, 255, (50, 50, 3)), (0, 0), 1.5) - 127) * 4 + 127, 0, 255)
    turns = np.zeros(len(moves)) if turns is None else turns
    frames, maps = [], []
    for t, (move, turn) in enumerate(zip(moves, turns, strict=True)):
        scene = wall.copy()
        if mover:
            scene[80:130, 60 + 2 * t : 110 + 2 * t] = patch
        matrix = cv2.getRotationMatrix2D((width / 2 + 40, height / 2 + 40), np.degrees(turn), 1)
        matrix[:, 2] += move - 40
        frames.append(cv2.warpAffine(scene, matrix, SIZE, flags=cv2.INTER_CUBIC))
        maps.append(np.vstack([matrix, [0, 0, 1]]))
    return Video(np.stack(frames), 25), np.stack(maps)


def walk(count: int = 24, step: float = 1.0) -> np.ndarray:
    path = np.cumsum(np.random.default_rng(1).normal(0, step, (count, 2)), axis=0)
    return path - path[count // 2]


def true_error(video: Video, maps: np.ndarray) -> np.ndarray:
    """(T,) largest distance, px, by which a steady frame's corners miss those of the middle frame."""
    assert video.origin is not None
    assert video.origin.warps is not None
    assert video.origin.crop is not None
    x, y, width, height = video.origin.crop
    box = np.array([[[x, y], [x + width, y], [x, y + height], [x + width, y + height]]], float)
    middle = len(maps) // 2
    errors = []
    for warp, true in zip(video.origin.warps, maps, strict=True):
        # scene → frame → steady must be the middle frame's map
        back = cv2.perspectiveTransform(box, np.linalg.inv(maps[middle]))
        errors.append(np.abs(cv2.perspectiveTransform(back, warp @ true) - box).max())
    return np.array(errors)


@pytest.mark.parametrize("model", ["homography", "affine"])
def test_known_shake_is_undone(model: str) -> None:
    moves = walk()
    turns = np.cumsum(np.random.default_rng(2).normal(0, 0.002, len(moves)))
    video, maps = shaken(moves, turns - turns[len(turns) // 2])
    before = camera_drift(video)
    steady = stabilize_video(video, model)  # type: ignore[arg-type]
    assert before > 2
    assert true_error(steady, maps).max() < 0.6
    assert np.median(true_error(steady, maps)) < 0.3
    assert camera_drift(steady) < 0.25
    assert steady.width < SIZE[0]
    assert steady.width % 2 == steady.height % 2 == 0
    assert "Stabilized" in steady.notes[-1]
    # no border of a warped frame shows: the cut frames look alike away from the moving patch
    spread = np.median(np.abs(steady.frames.astype(int) - steady.frames[len(steady) // 2]), axis=0)
    assert np.percentile(spread, 75) < 12


def test_drift_measures_the_camera_not_what_moves_before_it() -> None:
    still, _ = shaken(np.zeros((16, 2)))
    assert camera_drift(still) < 0.05
    pan, _ = shaken(np.stack([np.linspace(-3, 5, 17), np.zeros(17)], axis=1))
    drift = measure_drift(pan, samples=17)
    assert drift.max == pytest.approx(4, abs=0.1)
    assert drift.median == pytest.approx(2, abs=0.3)


def test_a_featureless_clip_has_no_drift_and_cannot_be_stabilized() -> None:
    blank = Video(np.full((5, 48, 64, 3), 90, np.uint8), 25)
    assert camera_drift(blank) == 0
    with pytest.raises(VideoError, match="too few corners"):
        stabilize_video(blank)


def test_a_camera_that_moves_too_far_is_refused() -> None:
    wide, _ = shaken(np.stack([np.linspace(-34, 34, 40), np.linspace(-34, 34, 40)], axis=1), mover=False)
    with pytest.raises(VideoError, match="moves so far"):
        stabilize_video(wide)


def test_reading_stabilizes_on_request() -> None:
    video, _ = shaken(walk(12))
    steady = read_video(video, stabilize="affine")
    assert "Stabilized (affine)" in steady.notes[-1]
    assert steady.origin is not None
    assert steady.origin.crop is not None
    again = stabilize_video(video, "affine")
    np.testing.assert_array_equal(steady.frames, again.frames)  # the same every time


def test_a_steady_clip_is_read_again_at_its_sources_size_as_steady(tmp_path: Path) -> None:
    video, _ = shaken(walk(12, step=1.5))
    path = encode(tmp_path / "shaken.mp4", video.frames)
    small = read_video(path, max_size=(180, 120), stabilize="affine")
    large = read_source(small)
    assert small.origin is not None
    assert small.origin.crop is not None
    scale = SIZE[0] / small.origin.scaled_size[0]
    assert large.width == round(small.origin.crop[2] * scale)
    assert camera_drift(large) < 0.4
    # the same picture: reduced again it is the small one
    reduced = np.stack(
        [cv2.resize(f, (small.width, small.height), interpolation=cv2.INTER_AREA) for f in large.frames]
    )
    off = np.abs(reduced.astype(int) - small.frames).mean()
    shifted = np.abs(reduced[:, :, 1:].astype(int) - small.frames[:, :, :-1]).mean()
    assert off < 0.4 * shifted


def test_a_warp_by_whole_pixels_only_moves() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (1, 20, 30, 3), np.uint8)
    shift = np.array([[[1.0, 0, 3], [0, 1, 2], [0, 0, 1]]])
    out = warp_frames(frames, shift, (4, 4, 20, 12))
    np.testing.assert_array_equal(out[0], frames[0, 2:14, 1:21])
