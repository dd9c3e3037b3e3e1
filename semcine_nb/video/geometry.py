"""Sizes and orientation of frames: turning, square pixels, fitting into a bound."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Size = tuple[int, int]


def size_text(size: Size) -> str:
    """``(960, 540)`` as "960×540"."""
    return f"{size[0]}×{size[1]}"


def upright_size(size: Size, sample_aspect: Fraction, rotation: int) -> Size:
    """(width, height) of a frame once its pixels are square and it is turned by ``rotation`` degrees."""
    width, height = max(1, round(size[0] * sample_aspect)), size[1]
    return (height, width) if rotation % 180 else (width, height)


def fit(size: Size, bound: Size | None) -> Size:
    """The largest (width, height) of the same shape inside ``bound``; never larger than ``size``.

    ``bound`` is meant for landscape; a portrait frame is fitted into the bound turned by 90°. A reduced size
    is even in both directions, as H.264 wants it; a size that fits is left alone.
    """
    if bound is None:
        return size
    long, short = max(bound), min(bound)
    limit = (long, short) if size[0] >= size[1] else (short, long)
    scale = min(limit[0] / size[0], limit[1] / size[1])
    if scale >= 1:
        return size
    width, height = (
        max(2, min(2 * round(n * scale / 2), m - m % 2)) for n, m in zip(size, limit, strict=True)
    )
    return width, height


def turn(frame: NDArray[Any], rotation: int, mirrored: bool) -> NDArray[Any]:
    """``frame`` turned counter-clockwise by ``rotation`` degrees (multiples of 90), then mirrored."""
    turned = np.rot90(frame, rotation // 90 % 4)
    return turned[:, ::-1] if mirrored else turned


def on_white(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Levels (H, W, n) of an image (H, W, n + 1) whose last channel is alpha, laid over white."""
    alpha = image[..., -1:].astype(np.uint16)
    return ((image[..., :-1] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def resize(frame: NDArray[Any], size: Size) -> NDArray[Any]:
    """``frame`` (H, W, C) at (width, height) ``size``: area means when it shrinks, cubic where it grows."""
    height, width = frame.shape[:2]
    if (width, height) == size:
        return np.ascontiguousarray(frame)
    smaller = (min(width, size[0]), min(height, size[1]))
    frame = np.ascontiguousarray(frame)
    if smaller != (width, height):
        frame = cv2.resize(frame, smaller, interpolation=cv2.INTER_AREA)
    if smaller != size:
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC)
    return frame
