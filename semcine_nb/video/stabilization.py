"""Hold the background of a hand-held clip still, and measure how far its camera moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from ..progress import Progress, silent, track
from .clip import Origin, Video
from .geometry import size_text

Model = Literal["homography", "affine"]

_FEATURES = 600  # corners looked for in the reference frame
_FEWEST = 12  # corners that must agree on a motion for it to be believed
_INLIER = 0.8  # px that a background corner may lie off the common motion
_LASTING = 0.6  # share of frames in which a corner must follow the common motion to count as background
_LARGEST_CUT = 0.5  # share of the picture that the common crop may cost


@dataclass(frozen=True)
class Drift:
    """Motion of the background against a reference frame in the clip's middle, pixels.

    Attributes
    ----------
    median, max : float
        Over frames, of the median over background corners of their common motion.
    corners : int
        Number of corners that were found to be background.
    """

    median: float
    max: float
    corners: int


def camera_drift(video: Video, samples: int = 16) -> float:
    """Largest motion of the background against the middle frame, in pixels; 0 where it shows no corners.

    About 0.1 is a tripod, above 1 or 2 the camera moved and stabilizing is worth a try.

    Parameters
    ----------
    video : Video
    samples : int
        Number of frames looked at, spread over the clip.
    """
    return measure_drift(video, samples).max


def measure_drift(video: Video, samples: int = 16) -> Drift:
    """`Drift` of a clip from ``samples`` frames spread over it."""
    picks = np.unique(np.linspace(0, len(video) - 1, max(2, samples)).round().astype(int))
    paths = _follow(video.frames[picks], "affine", silent)
    if paths is None:
        return Drift(0.0, 0.0, 0)
    moves = []
    for points, seen in zip(paths.points, paths.seen, strict=True):
        # the common motion, not each corner's own: leaves that sway average out
        motion, _ = _fit(paths.reference, points, seen & paths.background, "affine")
        if motion is not None:
            still = paths.reference[paths.background]
            moved = still @ (motion[:2, :2] - np.eye(2)).T + motion[:2, 2]
            moves.append(float(np.median(np.linalg.norm(moved, axis=1))))
    if not moves:
        return Drift(0.0, 0.0, 0)
    return Drift(float(np.median(moves)), max(moves), int(paths.background.sum()))


def stabilize_video(video: Video, model: Model = "homography", progress: Progress = silent) -> Video:
    """Warp every frame so that the background stays where the middle frame has it; cut to what all show.

    Corners of the middle frame are followed into every other frame (Lucas–Kanade, checked backwards). RANSAC
    finds their common motion; corners that follow it in most frames are the background, and the motion is
    fitted again to those alone. Frames in which too few are found keep their neighbor's motion. The notes of
    the (smaller) result give crop and residual drift; its ``origin`` holds warps and crop.

    Parameters
    ----------
    video : Video
    model : "homography" or "affine"
        The first also undoes perspective, the second is steadier on few corners.
    progress : Progress

    Raises
    ------
    VideoError
        Another model, too few background corners, or a camera that moves too far for a common crop.
    """
    if model not in ("homography", "affine"):
        raise VideoError(f"model={model!r} must be 'homography' or 'affine'.")
    paths = _follow(video.frames, model, progress) if len(video) > 1 else None
    if paths is None:
        raise VideoError(
            "the clip cannot be stabilized: its background shows too few corners to follow; read it "
            "without stabilize.",
            topic="shaky-clip",
        )
    warps, lost = _warps(paths, model)
    crop = _common_crop(warps, (video.width, video.height))
    before = measure_drift(video)
    steady = warp_frames(video.frames, warps, crop, progress)
    origin = video.origin or Origin(size=(video.width, video.height), scaled_size=(video.width, video.height))
    result = Video(steady, video.fps, video.notes, replace(origin, warps=warps, crop=crop))
    after = measure_drift(result)
    text = (
        f"Stabilized ({model}): the background moved by up to {before.max:.2f} px, now by {after.median:.2f} "
        f"(median) and {after.max:.2f} px (largest); cut from {size_text((video.width, video.height))} to "
        f"{size_text(crop[2:])}."
    )
    notes = [*video.notes, text]
    if lost:
        notes.append(
            f"In {lost} of {len(video)} frames too few corners were found; they took a neighbor's motion."
        )
    return replace(result, notes=tuple(notes))


def warp_frames(
    frames: NDArray[np.uint8],
    warps: NDArray[np.float64],
    crop: tuple[int, int, int, int],
    progress: Progress = silent,
) -> NDArray[np.uint8]:
    """(T, h, w, 3) frames moved by ``warps`` (T, 3, 3) and cut to ``crop`` (x, y, w, h), bicubic."""
    x, y, width, height = crop
    shift = np.array([[1.0, 0, -x], [0, 1.0, -y], [0, 0, 1.0]])
    out = np.empty((len(frames), height, width, 3), np.uint8)
    options: Any = {"flags": cv2.INTER_CUBIC, "borderMode": cv2.BORDER_REPLICATE}
    for t in track(range(len(frames)), progress, "steadying"):
        out[t] = cv2.warpPerspective(frames[t], shift @ warps[t], (width, height), **options)
    return out


@dataclass(frozen=True)
class _Paths:
    """Corners (N, 2) of the reference frame: where it is in frame t, whether found, which hold still."""

    reference: NDArray[np.float32]
    points: NDArray[np.float32]
    seen: NDArray[np.bool_]
    background: NDArray[np.bool_]


def _follow(frames: NDArray[np.uint8], model: Model, progress: Progress) -> _Paths | None:
    """Follow corners of the middle frame to all others, outwards, or None if too few are background."""
    count = len(frames)
    middle = count // 2
    gray = cv2.cvtColor(frames[middle], cv2.COLOR_RGB2GRAY)
    corners = cv2.goodFeaturesToTrack(gray, _FEATURES, 0.01, max(4.0, min(gray.shape) / 40))
    if corners is None or len(corners) < _FEWEST:
        return None
    reference = corners.reshape(-1, 2).astype(np.float32)
    points = np.repeat(reference[None], count, axis=0)
    seen = np.ones(points.shape[:2], bool)
    follows = np.ones(points.shape[:2], bool)
    order = [*range(middle + 1, count), *range(middle - 1, -1, -1)]
    guess = np.eye(3)
    for t in track(order, progress, "following the background"):
        if t == middle - 1:
            guess = np.eye(3)
        points[t], seen[t] = _track_corners(gray, frames[t], reference, guess)
        motion, follows[t] = _fit(reference, points[t], seen[t], model)
        guess = guess if motion is None else motion
    background = follows.mean(axis=0) >= _LASTING
    return _Paths(reference, points, seen, background) if background.sum() >= _FEWEST else None


def _track_corners(
    gray: NDArray[np.uint8],
    frame: NDArray[np.uint8],
    corners: NDArray[np.float32],
    guess: NDArray[np.float64],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Places of the reference's corners in ``frame``, begun from ``guess``; which are found both ways."""
    other = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    begin = cv2.perspectiveTransform(corners[:, None], guess).astype(np.float32)
    options: Any = {"winSize": (21, 21), "maxLevel": 3, "flags": cv2.OPTFLOW_USE_INITIAL_FLOW}
    there, found, _ = cv2.calcOpticalFlowPyrLK(gray, other, corners[:, None], begin, **options)
    back, found_back, _ = cv2.calcOpticalFlowPyrLK(other, gray, there, corners[:, None].copy(), **options)
    error = np.linalg.norm((back - corners[:, None]).reshape(-1, 2), axis=1)
    both = (found.ravel() == 1) & (found_back.ravel() == 1) & (error < 0.5)
    return np.asarray(there.reshape(-1, 2), np.float32), both


def _fit(
    source: NDArray[np.float32], target: NDArray[np.float32], usable: NDArray[np.bool_], model: Model
) -> tuple[NDArray[np.float64] | None, NDArray[np.bool_]]:
    """(3, 3) motion that takes most of ``source`` to ``target``, and which points follow it."""
    follows = np.zeros(len(source), bool)
    if usable.sum() < _FEWEST:
        return None, follows
    cv2.setRNGSeed(0)  # RANSAC draws from OpenCV's own generator: same clip, same result
    if model == "homography":
        matrix, mask = cv2.findHomography(source[usable], target[usable], cv2.RANSAC, _INLIER)
    else:
        matrix, mask = cv2.estimateAffine2D(source[usable], target[usable], ransacReprojThreshold=_INLIER)
        matrix = None if matrix is None else np.vstack([matrix, [0.0, 0.0, 1.0]])
    if matrix is None or mask.sum() < _FEWEST:
        return None, follows
    follows[usable] = mask.ravel() == 1
    return np.asarray(matrix, np.float64), follows


def _warps(paths: _Paths, model: Model) -> tuple[NDArray[np.float64], int]:
    """(T, 3, 3) from each frame to the steady one, and the number of frames without a motion of their own."""
    count = len(paths.points)
    known: dict[int, NDArray[np.float64]] = {count // 2: np.eye(3)}
    for t in range(count):
        if t != count // 2:
            motion, _ = _fit(paths.points[t], paths.reference, paths.seen[t] & paths.background, model)
            if motion is not None:
                known[t] = motion
    have = np.array(sorted(known))
    warps = np.stack([known[int(have[np.argmin(np.abs(have - t))])] for t in range(count)])
    return warps, count - len(known)


def _common_crop(warps: NDArray[np.float64], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """(x, y, width, height), width and height even, of a rectangle that every warped frame covers."""
    width, height = size
    box = np.array([[[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]], np.float64)
    corners = np.stack([cv2.perspectiveTransform(box, warp)[0] for warp in warps])
    left = int(np.ceil(max(0.0, corners[:, [0, 3], 0].max()) - 1e-6))
    right = int(np.floor(min(width - 1.0, corners[:, [1, 2], 0].min()) + 1e-6))
    top = int(np.ceil(max(0.0, corners[:, [0, 1], 1].max()) - 1e-6))
    bottom = int(np.floor(min(height - 1.0, corners[:, [2, 3], 1].min()) + 1e-6))
    new_width, new_height = (right - left + 1) // 2 * 2, (bottom - top + 1) // 2 * 2
    if min(new_width, new_height) <= 0 or new_width * new_height < (1 - _LARGEST_CUT) * width * height:
        raise VideoError(
            "the clip cannot be stabilized: the camera moves so far that frames have less than half of the "
            "picture in common; choose a shorter or quieter window with start and max_seconds.",
            topic="shaky-clip",
        )
    return left, top, new_width, new_height
