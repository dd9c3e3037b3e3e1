"""Clips for the notebooks: a sample or anybody's own by one line, and what a person would say is in it."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from ..progress import Progress, silent
from ..samples import make_sample, sample_names

if TYPE_CHECKING:
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video


def open_clip(
    source: str | PathLike[str] | Any,
    size: tuple[int, int] = (320, 180),
    seconds: float = 2.5,
    progress: Progress = silent,
) -> Video:
    """A small clip for a lesson: painted if ``source`` names a sample, else read by ``read_video``.

    Parameters
    ----------
    source : a name of ``sample_names``, or whatever ``read_video`` takes
    size : (width, height) in pixels: of a sample, and the bound for any other clip
    seconds : how much of it

    Raises
    ------
    VideoError
        If there is neither a sample nor a file of that name, or the file cannot be read.

    Examples
    --------
    >>> open_clip("pond", size=(64, 64), seconds=0.5)
    Video(15 frames, 64×64, 30 fps, 0.50 s)
    """
    from ..video import read_video

    if isinstance(source, str) and source in sample_names():
        return make_sample(source, size=size, seconds=seconds).video
    if isinstance(source, (str, PathLike)) and not Path(source).exists():
        names = ", ".join(sample_names())
        raise VideoError(
            f"there is no file {str(source)!r}, and no sample is called so; the samples are {names}"
        )
    return read_video(source, max_size=size, max_seconds=seconds, progress=progress)


def open_scene(
    source: str | PathLike[str] | Any, clip: Video, progress: Progress = silent
) -> SemanticResponse:
    """The response of a clip that `open_clip` opened: a sample's exact masks, else the embedded segmenter's.

    A lesson about loops shows what the optimization does; a segmenter's mistakes would hide it.
    """
    from ..semantics import SemanticResponse, segment

    if not (isinstance(source, str) and source in sample_names()):
        return segment(clip, progress=progress)
    sample = make_sample(source, size=(clip.width, clip.height), seconds=clip.duration, fps=clip.fps)
    return SemanticResponse(sample.scores(), sample.categories)


def careful_map(
    source: str | PathLike[str] | Any, clip: Video, candidate: Candidate, reach: int = 6
) -> NDArray[np.bool_]:
    """The map (H, W) that a person would paint for a candidate: a sample's exact one, else its own, mended.

    Gaps up to ``reach`` pixels wide close, holes are filled and specks smaller than ``reach``² go.
    """
    from scipy.ndimage import binary_fill_holes

    from ..semantics.filters import blobs

    if isinstance(source, str) and source in sample_names():
        truth = open_scene(source, clip)
        known = [name for name in candidate.categories if name in truth.categories]
        if known:
            return np.any([truth.candidate_map(name) for name in known], axis=0)
    import cv2

    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach + 1, reach + 1))
    closed = cv2.morphologyEx(candidate.mask.astype(np.uint8), cv2.MORPH_CLOSE, disk)
    parts = blobs(np.asarray(binary_fill_holes(closed)), reach**2)
    return np.any(parts, axis=0) if parts else candidate.mask.copy()


def sure_points(
    scene: SemanticResponse, count: int = 3, frame: int | None = None
) -> list[tuple[str, int, int]]:
    """Places that a person would click on: deep inside what each category wins in one frame.

    Each is (category, x, y) in pixels, ``count`` a category at most, fewer where there is no more room.
    """
    import cv2

    from ..semantics.response import winners

    winner = winners(np.asarray(scene.scores[len(scene) // 2 if frame is None else frame]))
    points = []
    for c, name in enumerate(scene.categories):
        room = np.pad(winner == c, 1).astype(np.uint8)
        for _ in range(count):
            depth = cv2.distanceTransform(room, cv2.DIST_L2, 5)
            y, x = np.unravel_index(int(depth.argmax()), depth.shape)
            if depth[y, x] < 2:
                break
            points.append((name, int(x) - 1, int(y) - 1))
            cv2.circle(room, (int(x), int(y)), round(1.5 * float(depth[y, x])), 0, -1)
    return points
