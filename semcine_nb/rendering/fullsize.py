"""A cinemagraph solved at the working size, rendered at its source's own size and frame rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..progress import Progress, silent
from .labelling import Labelling
from .render import RenderOptions
from .streaming import render_stream
from .timing import natural_length
from .upsampling import rescale_times, upsample_labels

if TYPE_CHECKING:
    from ..video import Video

_GUIDE_FRAMES = 9  # a mean over as many shows both a moving object and what lies around it
_THUMBNAIL = (32, 32)


@dataclass(frozen=True)
class FullSize:
    """A loop whose frames are made one after the other.

    fps : frames per second of the loop.
    length : N, its frames.
    labels : at the source's size, in its frames.
    frames : N times (H, W, 3) uint8, once.
    """

    fps: float
    length: int
    labels: Labelling
    frames: Iterator[np.ndarray]


def render_at_source(
    video: Video,
    labels: Labelling,
    max_size: tuple[int, int] | None = None,
    max_fps: float | None = None,
    memory: int = 1 << 30,
    progress: Progress = silent,
    **options: Any,
) -> FullSize:
    """Read the clip's source again and render its labels there.

    Parameters
    ----------
    video : the clip at its working size, read from a file.
    labels : (h, w), in its frames.
    max_size : (width, height) bound, px; None for the source's own.
    max_fps : highest frame rate; None for the source's own.
    memory : bytes to stay within, about; half for frames being read, half for a strip being rendered. A
        steadied clip is read as a whole and needs more.
    options : as `streaming.render_stream` (``length`` in frames of the result, ``still`` in the clip's, …).

    Raises
    ------
    VideoError : the video was not read from a file, or the file is gone.
    """
    fps, (width, height), times, pictures = _source(video, max_size, max_fps, memory // 2, progress)
    rate = fps / video.fps
    # the large guide costs one more pass over the source, a few frames at a time
    chosen = _spread(len(times))
    large_guide = np.zeros((height, width, 3), np.float32)
    for picture in pictures(chosen):
        large_guide += picture
    large_guide = np.rint(large_guide / len(chosen)).astype(np.uint8)
    small_guide = np.rint(video.frames[_spread(len(video))].mean(axis=0)).astype(np.uint8)
    labels = rescale_times(upsample_labels(labels, small_guide, large_guide), rate, len(times))
    if isinstance(options.get("still"), int | np.integer):
        options["still"] = min(round(options["still"] * rate), len(times) - 1)
    asked = RenderOptions(**options)
    length = asked.length
    if length is None:
        length = natural_length(labels.period, len(times), asked.timing, asked.ping_pong)
    options["length"] = length
    frames = render_stream(
        pictures(np.arange(len(times))), labels, progress=progress, memory=memory // 2, **options
    )
    return FullSize(fps, length, labels, frames)


def _spread(count: int) -> np.ndarray:
    """Indices of a few frames, evenly over a clip of ``count`` frames."""
    return np.unique(np.linspace(0, count - 1, _GUIDE_FRAMES).round().astype(int))


def _source(
    video: Video, max_size: tuple[int, int] | None, max_fps: float | None, memory: int, progress: Progress
) -> tuple[float, tuple[int, int], np.ndarray, Callable[[np.ndarray], Iterator[np.ndarray]]]:
    """Rate, (width, height), times in seconds, and a function that reads chosen frames, few at a time."""
    from ..video import read_source, read_video

    origin = video.origin
    if origin is None or origin.path is None or origin.warps is not None:
        whole = read_source(video, max_size, max_fps, progress)  # steadied frames are moved as a whole
        return (
            whole.fps,
            (whole.width, whole.height),
            np.arange(len(whole)) / whole.fps,
            lambda chosen: (whole.frames[i] for i in chosen),
        )
    path, rate = origin.path, origin.fps
    # frame times depend on the window, not on the size: plan them on thumbnails
    plan = read_video(path, origin.start, origin.seconds, _THUMBNAIL, max_fps, fps=rate)
    first = read_video(path, origin.start, 1 / plan.fps, max_size, None, fps=rate)
    assert plan.origin is not None
    times = np.asarray(plan.origin.times)
    batch = max(1, memory // (2 * first.frames[0].nbytes))

    def pictures(chosen: np.ndarray) -> Iterator[np.ndarray]:
        while len(chosen):
            # a group spans less than the time of as many frames as fit into memory
            wanted = times[chosen]
            wanted = wanted[: max(1, np.searchsorted(wanted, wanted[0] + batch / rate))]
            chosen = chosen[len(wanted) :]
            seconds = wanted[-1] - wanted[0] + 1 / rate
            part = read_video(path, wanted[0], seconds, max_size, None, fps=rate, progress=progress)
            assert part.origin is not None
            known = np.asarray(part.origin.times)
            for moment in wanted:
                yield part.frames[np.abs(known - moment).argmin()]

    return plan.fps, (first.width, first.height), times, pictures
