"""Faces: size, place, and share of the picture."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .small_loop import SmallLoop, sampled
from .statistics import five_numbers

# frames of the loop that are searched; what is found in fewer than two of them is taken for a mistake
LOOKS = 3
# side in pixels of a square of the area that is searched. The detector's window is 24 px, so a face must be
# 60 nominal px (a ninth of the height of 960 × 540) or larger
SIDE = 288
_WINDOW = 24
_OVERLAP = 0.3  # intersection over union from which two finds are one face


@lru_cache(maxsize=1)
def _detector() -> Any:
    """The frontal-face cascade of local binary patterns that scikit-image ships; nothing is downloaded."""
    from skimage.data import lbp_frontal_face_cascade_filename
    from skimage.feature import Cascade

    return Cascade(lbp_frontal_face_cascade_filename())


def find_faces(loop: SmallLoop) -> NDArray[np.float64]:
    """Frontal faces that show in most of the sampled frames: (F, 3) float64, a row a face, largest first.

    A row is x and y of the center and the side of the square around it, in nominal pixels (see `SmallLoop`).
    A face that moves counts once, at its mean place.
    """
    finds: list[list[NDArray[np.float64]]] = []  # a list a face
    looks = sampled(len(loop.gray), LOOKS)
    for t in looks:
        for box in _search(loop.gray[t]):
            same = [face for face in finds if _overlap(np.mean(face, axis=0), box) >= _OVERLAP]
            if same:
                same[0].append(box)
            else:
                finds.append([box])
    boxes = [np.mean(face, axis=0) for face in finds if len(face) >= min(2, len(looks))]
    faces = np.array([(x + side / 2, y + side / 2, side) for x, y, side in boxes]).reshape(-1, 3)
    return np.asarray(faces[np.argsort(-faces[:, 2], kind="stable")] * loop.pixel)


def face_features(faces: NDArray[np.float64]) -> NDArray[np.float64]:
    """facesize…, facexs…, faceys…: (15,) float64, nominal pixels; zeros without a face.

    ``facesize`` is the side of the square that the detector draws (from the eyebrows to the chin); ``facexs``
    and ``faceys`` are its center, from the upper left corner.
    """
    return np.concatenate([five_numbers(faces[:, k]) for k in (2, 0, 1)])


def face_ratios(faces: NDArray[np.float64], loop: SmallLoop) -> NDArray[np.float64]:
    """faceRatios…: (5,) float64, each face's square as a share of the picture; zeros without a face."""
    area = loop.gray[0].size * loop.pixel**2
    return five_numbers(faces[:, 2] ** 2 / area)


def _search(gray: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Finds in one frame: (n, 3) of left, top and side in its pixels."""
    scale = min(1.0, SIDE / np.sqrt(gray.size))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    largest = min(small.shape)
    if largest < _WINDOW:
        return np.empty((0, 3))
    sizes = {"min_size": (_WINDOW, _WINDOW), "max_size": (largest, largest)}
    found = _detector().detect_multi_scale(
        small, scale_factor=1.1, step_ratio=1, min_neighbor_number=8, **sizes
    )
    rows = [(box["c"], box["r"], (box["width"] + box["height"]) / 2) for box in found]
    return np.array(sorted(rows), np.float64).reshape(-1, 3) / scale


def _overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Intersection over union of two squares (left, top, side)."""
    sides = np.minimum(a[:2] + a[2], b[:2] + b[2]) - np.maximum(a[:2], b[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    return shared / (float(a[2] ** 2 + b[2] ** 2) - shared)
