"""Read a clip from a file, a folder or an array into a Video of handy size, length and rate."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from ..limits import Limits, current_limits, too_large
from ..progress import Progress, silent
from .clip import Origin, Video
from .geometry import Size, fit, size_text
from .image_files import ANIMATED, STILLS, animation_source, folder_source, is_picture
from .sampling import Grid, plan_grid
from .source import Source, array_source
from .stabilization import stabilize_video, warp_frames
from .video_files import file_source

Stabilize = bool | Literal["homography", "affine"]


def read_video(
    source: str | PathLike[str] | NDArray[Any] | Video,
    start: float = 0.0,
    max_seconds: float | None = 5.0,
    max_size: tuple[int, int] | None = (960, 540),
    max_fps: float | None = 30.0,
    stabilize: Stabilize = False,
    fps: float | None = None,
    progress: Progress = silent,
    limits: Limits | None = None,
) -> Video:
    """Read a clip: a video file, a folder of images, a GIF, an array or another Video.

    Frames keep their exact times: a clip with a constant rate keeps its own frames (every second one from 60
    to 30 frames a second), one with a varying rate is resampled. Turns, pixel shape, color matrix and range
    that the file states are applied, and high dynamic range is mapped to a normal display. Frames are
    reduced as they are decoded, so memory holds one frame of the source's size. The clip's ``notes`` hold a
    sentence for each change.

    Parameters
    ----------
    source : str, Path, array or Video
        A file, a folder, or an array (T, H, W[, 1..4]) of uint8, uint16 or floats in [0, 1].
    start : float
        Seconds to skip.
    max_seconds : float, optional
        Longest window, seconds; None for all that follows.
    max_size : (int, int), optional
        Width and height that bound a landscape clip, turned for a portrait one: 540×960 fits (960, 540).
        Clips are never enlarged. None keeps the size.
    max_fps : float, optional
        Highest frame rate, None for any.
    stabilize : bool, "homography" or "affine"
        Hold the background still, see `stabilization`; True is "homography".
    fps : float, optional
        Rate of an array or a folder of images (30 if not given); other sources have their own.
    progress : Progress
    limits : Limits, optional
        Sizes beyond which the source is refused; None for `semcine_nb.limits.current_limits`.

    Raises
    ------
    VideoError
        With the file, the cause and the way out.
    """
    if stabilize not in (False, True, "homography", "affine"):
        raise VideoError(f"stabilize={stabilize!r} must be False, True, 'homography' or 'affine'.")
    found, grid, size = _planned(source, start, max_seconds, max_size, max_fps, fps, limits)
    frames, times = _gather(found, grid, size, progress)
    notes = [*found.notes, *grid.notes]
    if size != found.upright:
        notes.append(f"Reduced from {size_text(found.upright)} to {size_text(size)} pixels.")
    span = float(np.ptp(found.times))
    origin = Origin(
        path=found.path,
        start=times[0],
        seconds=len(frames) / grid.fps,
        times=tuple(times),
        size=found.size,
        sample_aspect=found.sample_aspect,
        rotation=found.rotation,
        mirrored=found.mirrored,
        fps=(len(found.times) - 1) / span if span > 0 else grid.fps,
        scaled_size=size,
    )
    video = Video(frames, grid.fps, tuple(notes), origin)
    if not stabilize:
        return video
    return stabilize_video(video, "homography" if stabilize is True else stabilize, progress)


def planned_shape(
    source: str | PathLike[str],
    start: float = 0.0,
    max_seconds: float | None = 5.0,
    max_size: tuple[int, int] | None = (960, 540),
    max_fps: float | None = 30.0,
    limits: Limits | None = None,
    **_: Any,
) -> tuple[int, int, int]:
    """(T, H, W) that `read_video` would give, from what the file says: no frame but the first is decoded.

    Raises
    ------
    VideoError
        As `read_video`, for what can be told without decoding.
    """
    grid, size = _planned(source, start, max_seconds, max_size, max_fps, None, limits)[1:]
    return grid.count, size[1], size[0]


def read_source(
    video: Video,
    max_size: tuple[int, int] | None = None,
    max_fps: float | None = None,
    progress: Progress = silent,
) -> Video:
    """Read the window that ``video`` shows again, by default at its source's own size and frame rate.

    Stabilization and crop are repeated at the new size, so that the pictures coincide.

    Raises
    ------
    VideoError
        The video did not come from a file, or the file is gone.
    """
    origin = video.origin
    if origin is None or origin.path is None:
        raise VideoError("the video was not read from a file, so there is no source to read again.")
    again = read_video(
        origin.path, origin.start, origin.seconds, max_size, max_fps, fps=origin.fps, progress=progress
    )
    if origin.warps is None or origin.crop is None or again.origin is None:
        return again
    x_scale = again.width / origin.scaled_size[0]
    y_scale = again.height / origin.scaled_size[1]
    # pixel centers lie at whole numbers, so growing keeps the corner at -1/2 in place
    grow = np.array([[x_scale, 0, (x_scale - 1) / 2], [0, y_scale, (y_scale - 1) / 2], [0, 0, 1.0]])
    entries = [
        np.interp(again.origin.times, origin.times, column) for column in origin.warps.reshape(-1, 9).T
    ]
    warps = grow @ np.stack(entries, axis=1).reshape(-1, 3, 3) @ np.linalg.inv(grow)
    x, y, width, height = origin.crop
    crop = (round(x * x_scale), round(y * y_scale), round(width * x_scale), round(height * y_scale))
    # what rounding takes from the corner is moved instead
    warps = np.array([[1.0, 0, crop[0] - x * x_scale], [0, 1, crop[1] - y * y_scale], [0, 0, 1]]) @ warps
    frames = warp_frames(again.frames, warps, crop, progress)
    notes = (*again.notes, "Stabilized and cut as before.")
    return Video(frames, again.fps, notes, replace(again.origin, warps=warps, crop=crop))


def _planned(
    source: Any,
    start: float,
    seconds: float | None,
    max_size: Size | None,
    max_fps: float | None,
    fps: float | None,
    limits: Limits | None,
) -> tuple[Source, Grid, Size]:
    """Open a source; choose at which times and at which size its frames are taken."""
    if not (np.isfinite(start) and start >= 0):
        raise VideoError(f"start={start!r} must be a number of seconds, 0 or more.")
    if seconds is not None and not seconds > 0:
        raise VideoError(f"max_seconds={seconds!r} must be positive, or None for the whole clip.")
    if max_fps is not None and not max_fps > 0:
        raise VideoError(f"max_fps={max_fps!r} must be positive, or None for the clip's own rate.")
    if max_size is not None and (len(max_size) != 2 or min(max_size) < 2):
        raise VideoError(f"max_size={max_size!r} must be (width, height) of at least 2 pixels each, or None.")
    limits = current_limits() if limits is None else limits
    found = _open(source, start, seconds, fps, limits)
    grid = plan_grid(found.times, found.end, found.tick, start, seconds, max_fps, found.fps, found.hold)
    size = fit(found.upright, max_size)
    _check_room(found.name, grid, size, limits)
    return found, grid, size


def _open(source: Any, start: float, seconds: float | None, fps: float | None, limits: Limits) -> Source:
    if isinstance(source, Video):
        return array_source(source.frames, source.fps, start, seconds, "the video")
    if isinstance(source, np.ndarray):
        return array_source(source, 30.0 if fps is None else fps, start, seconds)
    if not isinstance(source, (str, PathLike)):
        raise VideoError(
            f"cannot read a clip from a {type(source).__name__}: give a path, an array or a Video."
        )
    path = Path(source).expanduser()
    try:
        if not path.exists():
            raise VideoError(
                f"{path} does not exist: check the spelling and the folder.", topic="no-such-file"
            )
        if path.is_dir():
            return folder_source(path, 30.0 if fps is None else fps, start, seconds, limits)
        if not path.is_file():
            raise VideoError(f"{path} is a device or a pipe: give a file, or a folder of images.")
        if path.stat().st_size == 0:
            raise VideoError(
                f"{path.name} is empty (0 bytes): copy or download it again.", topic="no-such-file"
            )
        with path.open("rb"):
            pass  # rights, before the libraries say the same less clearly
    except (OSError, ValueError) as error:
        name = str(path) if len(str(path)) < 200 else f"…{str(path)[-60:]}"
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise VideoError(f"{name} cannot be opened: {why}; check its name and its rights.") from error
    if path.suffix.lower() in (*ANIMATED, *STILLS) and is_picture(path):
        return animation_source(path, start, seconds, limits)
    return file_source(path, start, seconds, limits)


def _check_room(name: str, grid: Grid, size: Size, limits: Limits) -> None:
    """Refuse what would not fit into memory before any of it is taken."""
    if grid.count > limits.frames:
        raise too_large(name, f"has {grid.count} frames in this window", f"{limits.frames}", VideoError)
    need = grid.count * size[0] * size[1] * 3
    if need > limits.memory:
        what = (
            f"{grid.count} frames of {size_text(size)} pixels; a smaller max_size or max_seconds needs less"
        )
        has = f"takes {need / 1e9:.1f} GB of memory ({what})"
        raise too_large(name, has, f"{limits.memory / 1e9:g} GB", VideoError)


def _gather(
    source: Source, grid: Grid, size: Size, progress: Progress
) -> tuple[NDArray[np.uint8], list[float]]:
    """(T, H, W, 3) frames at the grid's times and the source time of each; fewer if the source ends early."""
    frames = np.empty((grid.count, size[1], size[0], 3), np.uint8)
    times: list[float] = []
    bar = progress(total=grid.count, desc=f"reading {source.name}")
    previous: tuple[float, Any] | None = None

    def emit(until: float) -> None:
        if previous is None:
            return
        n = grid.due(previous[0], until, len(times))
        if n:
            frames[len(times) : len(times) + n] = previous[1](size)
            times.extend([previous[0]] * n)
            bar.update(n)

    try:
        for time, load in source.frames():
            emit(time)
            if len(times) == grid.count:
                break
            previous = (time, load)
        else:
            # the last frame lasts as long as planned, or a frame where the source ended early
            expected = previous is not None and previous[0] >= source.times[-1] - 1e-6
            emit(np.inf if expected else (previous[0] if previous else 0.0) + 1 / grid.fps)
    finally:
        bar.close()
    if not times:
        raise VideoError(f"{source.name} has no frame at {grid.first:.2f} s: choose an earlier start.")
    if len(times) < grid.count:
        source.notes.append(f"The source ends early: {len(times)} of {grid.count} frames could be read.")
    return frames[: len(times)].copy() if len(times) < grid.count else frames, times
