"""The painter's tools on a map, in NumPy; ``geometry.js`` does the same in the browser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Points = Iterable[Sequence[float]]


def pack(mask: Mask) -> bytes:
    """A (H, W) map as bits, the first pixel in the highest bit of the first byte."""
    return np.packbits(mask).tobytes()


def unpack(bits: bytes, shape: tuple[int, int]) -> Mask:
    """The (H, W) map of `pack`."""
    flat = np.unpackbits(np.frombuffer(bits, np.uint8), count=shape[0] * shape[1])
    return flat.reshape(shape).astype(bool)


def stroke(mask: Mask, points: Points, size: float, value: bool = True) -> Mask:
    """Set the pixels whose center lies within ``size`` / 2 of the line through ``points`` (x, y), pixels."""
    line = [np.asarray(tuple(point), float) for point in points]
    y, x = np.indices(mask.shape) + 0.5
    near = np.zeros(mask.shape, bool)
    for a, b in zip(line, line[1:] or line, strict=False):
        d = b - a
        length = float(d @ d)
        along = np.clip(((x - a[0]) * d[0] + (y - a[1]) * d[1]) / length, 0, 1) if length else 0.0
        near |= (x - a[0] - along * d[0]) ** 2 + (y - a[1] - along * d[1]) ** 2 <= (size / 2) ** 2
    return np.where(near, value, mask)


def polygon(mask: Mask, points: Points, value: bool = True) -> Mask:
    """Set the pixels whose center lies inside the polygon (even-odd rule)."""
    corners = np.asarray([tuple(point) for point in points], float)
    y, x = np.indices(mask.shape) + 0.5
    inside = np.zeros(mask.shape, bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if ay != by:
            crosses = (ay <= y) != (by <= y)
            inside ^= crosses & (x >= ax + (y - ay) / (by - ay) * (bx - ax))
    return np.where(inside, value, mask)


def flip_region(mask: Mask, x: int, y: int) -> Mask:
    """Invert the 4-connected region of equal value around pixel (x, y): fill a hole, remove a blob."""
    _, regions = cv2.connectedComponents((mask == mask[y, x]).astype(np.uint8), connectivity=4)
    return mask ^ (regions == regions[y, x])


def spread(mask: Mask, pixels: int, value: bool) -> Mask:
    """Grow (True) or shrink (False) by so many pixels, by diamonds and squares in turn: nearly a disc."""
    work = cv2.dilate if value else cv2.erode
    shapes = (cv2.MORPH_CROSS, cv2.MORPH_RECT)
    out: NDArray[Any] = mask.astype(np.uint8)
    for step in range(pixels):
        out = work(out, cv2.getStructuringElement(shapes[step % 2], (3, 3)))
    return out.astype(bool)


def feather(mask: Mask, radius: int) -> Mask:
    """Round the outline: the majority within a box of ``radius`` pixels, twice."""
    share: NDArray[Any] = mask.astype(np.float32)
    for _ in range(2):
        share = cv2.blur(share, (2 * radius + 1,) * 2, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(share > 0.5)
