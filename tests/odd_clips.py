"""Writes small clips of every awkward kind that the tests of reading and writing need."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

BICUBIC_EXACT = 4 | 8192 | 16384 | 262144  # the scaler's flags for full chroma and exact rounding


def numbered(count: int, size: tuple[int, int] = (64, 48)) -> NDArray[np.uint8]:
    """(count, H, W, 3) flat grey frames whose level says which frame they are: 20 + 4·index."""
    frames = np.empty((count, size[1], size[0], 3), np.uint8)
    frames[:] = (20 + 4 * np.arange(count))[:, None, None, None]
    return frames


def number_of(frame: NDArray[np.uint8]) -> int:
    """Index of a frame of `numbered` after coding."""
    return round((float(frame.mean()) - 20) / 4)


def corners(size: tuple[int, int] = (64, 48)) -> NDArray[np.uint8]:
    """(1, H, W, 3): red top left, green top right, blue bottom left, white bottom right."""
    width, height = size
    frame = np.empty((1, height, width, 3), np.uint8)
    frame[:, : height // 2, : width // 2] = (200, 30, 30)
    frame[:, : height // 2, width // 2 :] = (30, 200, 30)
    frame[:, height // 2 :, : width // 2] = (30, 30, 200)
    frame[:, height // 2 :, width // 2 :] = (220, 220, 220)
    return frame


def encode(
    path: Path,
    frames: NDArray[Any],
    fps: Fraction | int = 25,
    times_ms: Sequence[int] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    matrix: int = 1,
    full: bool = False,
    transfer: int = 1,
    primaries: int = 1,
    tagged: bool = True,
    aspect: Fraction | None = None,
    rotation: int | None = None,
    mirror: bool = False,
    source_format: str = "rgb24",
    options: dict[str, str] | None = None,
) -> Path:
    """Encode (T, H, W, 3) ``frames`` with the given oddities; ``times_ms`` makes the frame rate vary."""
    settings = {"crf": "4", "preset": "veryfast"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps, options={**settings, **(options or {})})
        stream.width, stream.height, stream.pix_fmt = frames.shape[2], frames.shape[1], pix_fmt
        context = stream.codec_context
        context.time_base = Fraction(1, 1000) if times_ms is not None else 1 / Fraction(fps)
        if tagged:
            context.colorspace, context.color_range = matrix, 2 if full else 1
            context.color_trc, context.color_primaries = transfer, primaries
        if aspect:
            stream.sample_aspect_ratio = aspect
        if rotation is not None or mirror:
            stream.set_display_rotation(rotation or 0, hflip=mirror)
        for index, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format=source_format)
            if source_format != pix_fmt:
                frame = frame.reformat(
                    format=pix_fmt,
                    src_colorspace=matrix,
                    dst_colorspace=matrix,
                    src_color_range=2,
                    dst_color_range=2 if full else 1,
                    interpolation=BICUBIC_EXACT,
                )
            frame.pts = index if times_ms is None else times_ms[index]
            frame.time_base = context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
