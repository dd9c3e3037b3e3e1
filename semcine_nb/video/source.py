"""A source of frames: timed frames of a file, a folder or an array, each made at the size asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from .geometry import Size, on_white, resize, upright_size

Load = Callable[[Size], NDArray[np.uint8]]


@dataclass
class Source:
    """Frames of one source in the window asked for, not yet chosen, scaled or held in memory.

    Attributes
    ----------
    name : str
        How messages call the source.
    times : (N,) float64
        Seconds since the source's first frame, ascending.
    end : float
        Seconds at which the last frame ends.
    tick : float
        Resolution of ``times``, seconds.
    size : (int, int)
        Width and height as stored; ``upright`` after turning and with square pixels.
    frames : callable
        Makes a fresh iterator over (time, load); ``load(size)`` gives (H, W, 3) uint8 RGB, upright.
    fps : float, optional
        Rate that the source states.
    hold : bool
        Frames stay until the next one (GIF), see `sampling.Grid`.
    notes : list of str
        One sentence for each change by reading; may grow while frames are read.
    path, sample_aspect, rotation, mirrored
        See `clip.Origin`.
    """

    name: str
    times: NDArray[np.float64]
    end: float
    tick: float
    size: Size
    frames: Callable[[], Iterator[tuple[float, Load]]]
    fps: float | None = None
    hold: bool = False
    notes: list[str] = field(default_factory=list)
    path: Path | None = None
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    mirrored: bool = False

    @property
    def upright(self) -> Size:
        """(width, height) after turning and with square pixels."""
        return upright_size(self.size, self.sample_aspect, self.rotation)


def check_window(name: str, start: float, end: float) -> None:
    """Raise a VideoError when ``start`` (seconds) does not lie before ``end``, the length of the clip."""
    if start >= end - 1e-6:
        raise VideoError(
            f"{name} is {end:.2f} s long, so it cannot be read from {start:g} s on: choose an earlier start.",
            topic="clip-too-short",
        )


def check_rate(name: str, fps: float) -> None:
    """Raise a VideoError when ``fps`` is no positive number."""
    if not (np.isfinite(fps) and fps > 0):
        raise VideoError(f"{name} needs a positive frame rate, got fps={fps!r}.")


def even_window(name: str, count: int, fps: float, start: float, seconds: float | None) -> range:
    """Indices of ``count`` frames at a constant rate that a window needs.

    One frame more on each side is taken, so that the frame nearest to either end is among them. A window that
    begins after the last frame is a VideoError.
    """
    check_window(name, start, count / fps)
    high = count if seconds is None else min(count, int(np.ceil((start + seconds) * fps)) + 1)
    return range(max(0, int(start * fps) - 1), high)


def even_source(
    name: str,
    fps: float,
    window: range,
    load: Callable[[int], NDArray[np.uint8]],
    size: Size,
    notes: list[str],
    path: Path | None = None,
) -> Source:
    """Frames at a constant rate, each loaded by its index when it is asked for."""

    def frames() -> Iterator[tuple[float, Load]]:
        for index in window:
            yield index / fps, partial(resize, load(index))

    times = np.array(window) / fps
    return Source(name, times, window.stop / fps, 0.0, size, frames, fps=float(fps), notes=notes, path=path)


def array_source(
    frames: NDArray[Any], fps: float, start: float, seconds: float | None, name: str = "the array"
) -> Source:
    """Frames of an array: (T, H, W), or (T, H, W, 1 to 4) as gray or RGB with or without alpha.

    Another shape or dtype, values out of [0, 1] and a rate that is not positive are a VideoError.
    """
    frames = np.asarray(frames)
    check_rate(name, fps)
    if frames.ndim != 3 and not (frames.ndim == 4 and 1 <= frames.shape[-1] <= 4):
        raise VideoError(
            f"{name} has shape {frames.shape}; expected (T, H, W), (T, H, W, 3) or (T, H, W, 4), as RGB or "
            "gray.",
            topic="frames-as-arrays",
        )
    if 0 in frames.shape:
        raise VideoError(f"{name} has shape {frames.shape}: there is no frame or no pixel in it.")
    notes: list[str] = []
    height, width = to_rgb8(frames[0], notes, name).shape[:2]
    window = even_window(name, len(frames), fps, start, seconds)
    return even_source(name, fps, window, lambda t: to_rgb8(frames[t], [], name), (width, height), notes)


def to_rgb8(image: NDArray[Any], notes: list[str], name: str) -> NDArray[np.uint8]:
    """One image as (H, W, 3) uint8 RGB; a sentence for each change is added to ``notes``.

    It may be (H, W) or (H, W, 1 to 4), of uint8, uint16, bool or floats in [0, 1]; anything else is a
    VideoError. Transparent pixels are put on white.
    """
    image = _to_bytes(image, notes, name)
    if image.ndim == 2:
        image = image[..., None]
    if image.shape[-1] in (2, 4):
        if (image[..., -1] < 255).any():
            add_note(notes, "Transparent pixels were put on white.")
        image = on_white(image)
    if image.shape[-1] == 1:
        add_note(notes, "Gray frames became RGB.")
        image = np.repeat(image, 3, axis=-1)
    return np.ascontiguousarray(image)


def _to_bytes(image: NDArray[Any], notes: list[str], name: str) -> NDArray[np.uint8]:
    if image.dtype == np.uint8:
        return image
    if image.dtype == bool:
        return image.astype(np.uint8) * 255
    if image.dtype == np.uint16:
        add_note(notes, "16-bit levels became 8-bit.")
        return np.rint(image / 257.0).astype(np.uint8)
    if not np.issubdtype(image.dtype, np.floating):
        raise VideoError(
            f"{name} has dtype {image.dtype}; expected uint8, uint16 or floats in [0, 1].",
            topic="frames-as-arrays",
        )
    low, high = float(np.min(image)), float(np.max(image))
    if not (low >= -1e-3 and high <= 1 + 1e-3):
        raise VideoError(
            f"{name} has values from {low:g} to {high:g}; floating-point frames must lie in [0, 1].",
            topic="frames-as-arrays",
        )
    add_note(notes, "Levels in [0, 1] became 8-bit.")
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def add_note(notes: list[str], text: str) -> None:
    """Add a sentence, once."""
    if text not in notes:
        notes.append(text)
