"""The reduced loop that the hand-designed features are measured on, and their units."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

AREA = 480 * 270  # pixels of the reduced picture, whatever its shape
NOMINAL_AREA = 960 * 540  # pixels of the picture that lengths are told for: the working size of the method
NOMINAL_FPS = 30.0  # frames a second that times are told for
MAX_FRAMES = 150  # a longer loop is looked at in every second, third, … frame


@dataclass(frozen=True, eq=False)
class SmallLoop:
    """A rendered loop in gray, reduced (or enlarged) to about `AREA` pixels.

    Lengths are told in *nominal pixels* and times in *nominal frames*: those of the same loop at 960 × 540
    (any shape of that area) and 30 frames a second. So the numbers are the ones that a person would measure
    at the working size, and do not depend on the size or rate at which a clip happens to be kept.

    Attributes
    ----------
    gray : (N, h, w) uint8
    dynamic : (h, w) bool, where the cinemagraph loops (p > 1)
    pixel : nominal pixels in one pixel of ``gray``
    frame : nominal frames from one frame of ``gray`` to the next
    """

    gray: NDArray[np.uint8]
    dynamic: NDArray[np.bool_]
    pixel: float
    frame: float


def reduce_loop(rendered: NDArray[np.uint8], dynamic: NDArray[np.bool_], fps: float) -> SmallLoop:
    """Reduce a loop ``rendered`` (N, H, W, 3) uint8 that is played at ``fps``; ``dynamic`` is (H, W) bool."""
    step = -(-len(rendered) // MAX_FRAMES)
    height, width = rendered.shape[1:3]
    scale = np.sqrt(AREA / (height * width))
    # 16 px at least, so that a picture of extreme shape still has something to look at
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    gray = np.stack(
        [cv2.resize(cv2.cvtColor(f, cv2.COLOR_RGB2GRAY), size, interpolation=how) for f in rendered[::step]]
    )
    pixel = float(np.sqrt(NOMINAL_AREA / (size[0] * size[1])))
    return SmallLoop(gray, reduce_mask(dynamic, size), pixel, step * NOMINAL_FPS / fps)


def reduce_mask(mask: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """``mask`` at ``size`` (w, h): pixels that are at least half covered, or touched at all if none is."""
    share = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    half = share >= 0.5
    return np.asarray(half if half.any() else share > 0)


def sampled(n: int, count: int) -> list[int]:
    """At most ``count`` different indices of 0 … n − 1, evenly spaced from 0.

    >>> sampled(100, 4), sampled(2, 4)
    ([0, 25, 50, 75], [0, 1])
    """
    return sorted({i * n // count for i in range(count)})
