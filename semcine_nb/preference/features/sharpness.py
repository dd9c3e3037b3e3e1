"""Sharpness of the picture, part by part."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .small_loop import SmallLoop, sampled
from .statistics import five_numbers

TILES = 8  # parts along each side of the picture
_LOOKS = 4


def tile_sharpness(loop: SmallLoop) -> NDArray[np.float64]:
    """Sharpness of each part: (8, 8) float64, gray levels (0 … 255).

    The standard deviation of the Laplacian inside the part, the focus measure of Pech-Pacheco et al. (2000),
    doi:10.1109/ICPR.2000.903548, as a root so that it is in gray levels; the mean over four frames. It is
    taken at 480 × 270, where sensor noise counts little.
    """
    height, width = loop.gray.shape[1:]
    rows = np.linspace(0, height, TILES + 1).round().astype(int)
    columns = np.linspace(0, width, TILES + 1).round().astype(int)
    looks = sampled(len(loop.gray), _LOOKS)
    result = np.zeros((TILES, TILES))
    for t in looks:
        edges = cv2.Laplacian(loop.gray[t], cv2.CV_32F)
        for i in range(TILES):
            for j in range(TILES):
                part = edges[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
                result[i, j] += part.std(dtype=np.float64)
    return result / len(looks)


def sharpness_features(loop: SmallLoop) -> NDArray[np.float64]:
    """sharpness…: (5,) float64 over the 64 parts of the picture, gray levels.

    A picture that is sharp throughout has a high minimum; a shallow depth of field shows as a high maximum
    beside a low median.
    """
    return five_numbers(tile_sharpness(loop))
