"""A cinemagraph solved at the working size, rendered at its source's own size and frame rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..progress import Progress, silent
from .streaming import render_stream
from .upsampling import rescale_times, upsample_labels

if TYPE_CHECKING:
    from ..video import Video

_GUIDE_FRAMES = 9  # a mean over as many shows both a moving object and what lies around it


@dataclass(frozen=True)
class FullSize:
    """A loop to come.

    fps : frames per second of the loop.
    period, start : (H, W) int32 labels at the source's size, in its frames.
    frames : the loop's (H, W, 3) uint8 frames, once.
    """

    fps: float
    period: np.ndarray
    start: np.ndarray
    frames: Iterator[np.ndarray]


def render_at_source(
    video: Video,
    period: np.ndarray,
    start: np.ndarray,
    max_size: tuple[int, int] | None = None,
    max_fps: float | None = None,
    progress: Progress = silent,
    **options: Any,
) -> FullSize:
    """Read the clip's source again and render its labels there.

    Parameters
    ----------
    video : the clip at its working size, read from a file.
    period, start : (h, w) integers, in its frames.
    max_size : (width, height) bound, px; None for the source's own.
    max_fps : highest frame rate; None for the source's own.
    options : as `streaming.render_stream` (``length`` in frames of the result, ``still`` in the clip's,
        ``memory``, ``folder``, …).

    Raises
    ------
    VideoError : the video was not read from a file, or the file is gone.
    """
    from ..video import read_source

    source = read_source(video, max_size, max_fps, progress)
    rate = source.fps / video.fps
    large = upsample_labels(period, start, _guide(video.frames), _guide(source.frames), workers=None)
    p, s = rescale_times(*large, rate, len(source))
    if isinstance(options.get("still"), int | np.integer):
        options["still"] = min(round(options["still"] * rate), len(source) - 1)
    return FullSize(source.fps, p, s, render_stream(source.frames, p, s, progress=progress, **options))


def _guide(frames: np.ndarray) -> np.ndarray:
    chosen = np.linspace(0, len(frames) - 1, _GUIDE_FRAMES).round().astype(int)
    return np.rint(frames[chosen].mean(axis=0)).astype(np.uint8)
