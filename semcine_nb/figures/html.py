"""Loops and pictures as they stand inside an HTML page or a notebook, without other files."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..video import Video

_WIDTH = 640  # pixels of what is shown
_SECONDS = 12.0  # a browser pauses for a moment where a video starts again: make that rare


@dataclass(frozen=True)
class Loop:
    """A rendered loop as a page shows it.

    Attributes
    ----------
    video : MP4, the loop repeated for some seconds
    poster : JPEG of its first frame
    files : names of the files written beside the page
    """

    video: bytes
    poster: bytes
    files: tuple[str, ...] = ()


def make_loop(frames: NDArray[np.uint8], fps: float, files: Sequence[str] = ()) -> Loop:
    """Encode rendered frames (N, H, W, 3) for a page."""
    small = Video(resized(frames, _WIDTH), fps)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "loop.mp4"
        small.save(path, repeat=max(1, math.ceil(_SECONDS * fps / len(frames))), quality=60)
        return Loop(path.read_bytes(), _encoded(small.frames[0], "jpeg"), tuple(files))


def resized(frames: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Frames (N, H, W, 3) at another width, the height in proportion; never enlarged."""
    h, w = frames.shape[1:3]
    if width >= w:
        return frames
    size = width, max(2, round(h * width / w))
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


def _encoded(picture: NDArray[np.uint8], kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(resized(picture[None], _WIDTH)[0]).save(buffer, format=kind, quality=85)
    return buffer.getvalue()


def picture_uri(picture: NDArray[np.uint8], kind: str) -> str:
    """A picture (H, W, 3) as the address of itself; ``kind`` is jpeg or png."""
    return data_uri(_encoded(picture, kind), f"image/{kind}")


def data_uri(content: bytes, kind: str) -> str:
    """An address that holds the content, of a media type such as video/mp4."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
