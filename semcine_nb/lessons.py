"""What the notebooks open: a clip by one line, a sample or anybody's own, and what is in it."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import VideoError
from .progress import Progress, silent
from .samples import make_sample, sample_names

if TYPE_CHECKING:
    from .semantics import SemanticResponse
    from .video import Video


def open_clip(
    source: str | PathLike[str] | Any,
    size: tuple[int, int] = (320, 180),
    seconds: float = 2.5,
    progress: Progress = silent,
) -> Video:
    """A small clip for a lesson: painted if ``source`` names a sample, else read by ``read_video``.

    Parameters
    ----------
    source : a name of ``sample_names``, or what ``read_video`` takes
    size : (width, height) in pixels: of a sample, and the bound for any other clip
    seconds : how much of it

    Returns
    -------
    Video

    Raises
    ------
    VideoError
        If there is neither a sample nor a file of that name, or the file cannot be read.

    Examples
    --------
    >>> open_clip("pond", size=(64, 64), seconds=0.5)
    Video(15 frames, 64×64, 30 fps, 0.50 s)
    """
    from .video import read_video

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
    """What is where in a clip that `open_clip` opened: a sample's exact masks, else the embedded segmenter's.

    A lesson about loops shows what the optimisation does; a segmenter's mistakes would hide it.
    """
    from .semantics import SemanticResponse, segment

    if not (isinstance(source, str) and source in sample_names()):
        return segment(clip, progress=progress)
    sample = make_sample(source, size=(clip.width, clip.height), seconds=clip.duration, fps=clip.fps)
    return SemanticResponse(sample.scores(), sample.categories)
