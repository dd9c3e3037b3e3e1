"""What every kind of input looks like to the reader: timed frames, each made at the size asked for."""

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
from .geometry import Size, resize, upright_size

Load = Callable[[Size], NDArray[np.uint8]]


@dataclass
class Footage:
    """Frames of one source in the window asked for, not yet chosen, scaled or held in memory.

    Attributes:
        name: how messages call the source.
        times: (N,) seconds since the source's first frame, ascending.
        end: seconds at which the last frame ends.
        tick: resolution of ``times``, seconds.
        size: (width, height) as stored; ``upright`` after turning and with square pixels.
        frames: makes a fresh iterator over (time, load); ``load(size)`` gives (H, W, 3) uint8 RGB, upright.
        fps: rate that the source states, or None.
        hold: frames stay until the next one (GIF), see `timing.Grid`.
        notes: what reading changes, one sentence each; may grow while frames are read.
        path, sample_aspect, rotation, mirrored: see `clip.Origin`.
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


def array_footage(
    frames: NDArray[Any], fps: float, start: float, seconds: float | None, name: str = "the array"
) -> Footage:
    """Footage of an array: (T, H, W, 3) or RGBA or grey, uint8, uint16 or float in [0, 1].

    Raises:
        VideoError: another shape or dtype, values out of [0, 1], a rate that is not positive, an empty
            window.
    """
    frames = np.asarray(frames)
    if not (np.isfinite(fps) and fps > 0):
        raise VideoError(f"{name} needs a positive frame rate, got fps={fps!r}.")
    if frames.ndim == 3 or (frames.ndim == 4 and frames.shape[-1] in (1, 2)):
        pass
    elif frames.ndim != 4 or frames.shape[-1] not in (3, 4):
        raise VideoError(
            f"{name} has shape {frames.shape}; expected (T, H, W), (T, H, W, 3) or (T, H, W, 4), as RGB or "
            "grey.",
            topic="frames-as-arrays",
        )
    if 0 in frames.shape:
        raise VideoError(f"{name} has shape {frames.shape}: there is no frame or no pixel in it.")
    notes: list[str] = []
    first = to_rgb8(frames[0], notes, name)
    check_window(name, start, len(frames) / fps)
    # one frame more on each side, so that the frame nearest to either end of the window is among them
    low = max(0, int(start * fps) - 1)
    high = len(frames) if seconds is None else min(len(frames), int(np.ceil((start + seconds) * fps)) + 1)

    def each() -> Iterator[tuple[float, Load]]:
        for index in range(low, high):
            yield index / fps, partial(resize, to_rgb8(frames[index], [], name))

    return Footage(
        name,
        np.arange(low, high) / fps,
        high / fps,
        0.0,
        (first.shape[1], first.shape[0]),
        each,
        fps=fps,
        notes=notes,
    )


def to_rgb8(image: NDArray[Any], notes: list[str], name: str) -> NDArray[np.uint8]:
    """One image as (H, W, 3) uint8 RGB; what that changes goes to ``notes``.

    It may be (H, W) or (H, W, 1 to 4), of uint8, uint16, bool or floats in [0, 1]. Transparent pixels are put
    on white.

    Raises:
        VideoError: another dtype, or floats outside [0, 1].
    """
    if image.dtype == np.uint16:
        _add(notes, "16-bit levels became 8-bit.")
        image = np.rint(image / 257.0).astype(np.uint8)
    elif image.dtype == bool:
        image = image.astype(np.uint8) * 255
    elif np.issubdtype(image.dtype, np.floating):
        low, high = float(np.min(image)), float(np.max(image))
        if not (low >= -1e-3 and high <= 1 + 1e-3):
            raise VideoError(
                f"{name} has values from {low:g} to {high:g}; floating-point frames must lie in [0, 1].",
                topic="frames-as-arrays",
            )
        _add(notes, "Levels in [0, 1] became 8-bit.")
        image = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    elif image.dtype != np.uint8:
        raise VideoError(
            f"{name} has dtype {image.dtype}; expected uint8, uint16 or floats in [0, 1].",
            topic="frames-as-arrays",
        )
    if image.ndim == 2:
        image = image[..., None]
    if image.shape[-1] in (2, 4):
        alpha = image[..., -1:].astype(np.uint16)
        if (alpha < 255).any():
            _add(notes, "Transparent pixels were put on white.")
            image = ((image[..., :-1] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
        else:
            image = image[..., :-1]
    if image.shape[-1] == 1:
        _add(notes, "Grey frames became RGB.")
        image = np.repeat(image, 3, axis=-1)
    return np.ascontiguousarray(image)


def _add(notes: list[str], text: str) -> None:
    if text not in notes:
        notes.append(text)
