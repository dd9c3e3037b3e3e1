"""The filters of Section 3.1: (a) static by common sense, (b) hardly changing, (c) in small pieces."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from .categories import STATIC_CATEGORIES, is_static


class Measured(NamedTuple):
    """Figures of one category's map π that the filters judge; see `selection.Reason`."""

    std: float
    mean_blob: float
    motion: float


@dataclass(frozen=True)
class Filters:
    """The filters with their thresholds; see `select_candidates`.

    Attributes
    ----------
    static : collection of str, optional
        Names for filter (a); None for the built-in list.
    drop : collection of str
        Categories dropped by hand.
    min_std, min_blob, threshold : float
        Of filters (b) and (c), and of π as a share of the frames.
    """

    static: Collection[str] | None
    drop: Collection[str]
    min_std: float
    min_blob: float
    threshold: float

    def is_static(self, name: str) -> bool:
        """Whether filter (a) drops the category."""
        return is_static(name) if self.static is None else name in self.static

    def fault(self, name: str, measured: Measured) -> str | None:
        """The first filter that a category fails, as half a sentence; None if it passes."""
        if name in self.drop:
            return "dropped by hand"
        if self.is_static(name):
            source = "by common sense" if name in STATIC_CATEGORIES else "as declared"
            return f"static {source} (filter a)"
        if measured.mean_blob == 0:
            return f"no pixel shows it in {self.threshold:.0%} of the frames (π is empty)"
        if measured.std <= self.min_std:
            return f"hardly changes: mean standard deviation {measured.std:.3f} ≤ {self.min_std:g} (filter b)"
        if measured.mean_blob <= self.min_blob:
            return f"in small pieces: mean blob {measured.mean_blob:.0f} px ≤ {self.min_blob:g} px (filter c)"
        return None


def measure_maps(frames: np.ndarray, maps: Mapping[str, np.ndarray]) -> dict[str, Measured]:
    """The figures that the filters judge, of each map π (H, W) bool, over (T, H, W, 3) uint8 ``frames``."""
    std = temporal_std(frames)
    noise = float(np.quantile(std, 0.25))  # the deviation that sensor noise alone makes
    excess = np.maximum(std - noise, 0)
    return {
        name: Measured(
            float(std[pi].mean()) if pi.any() else float("nan"), mean_blob_area(pi), float(excess[pi].sum())
        )
        for name, pi in maps.items()
    }


def temporal_std(frames: np.ndarray) -> np.ndarray:
    """Standard deviation over time of gray intensity in [0, 1] (Rec. 601 luma): (H, W) float32.

    ``frames`` are (T, H, W, 3) uint8. A pixel that is black in one frame and white in the next deviates by
    one half:

    >>> clip = np.zeros((2, 1, 1, 3), np.uint8)
    >>> clip[1] = 255
    >>> temporal_std(clip).tolist()
    [[0.5]]
    """
    total = np.zeros(frames.shape[1:3])
    squares = np.zeros(frames.shape[1:3])
    for frame in frames:
        gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float64)
        total += gray
        squares += gray**2
    # exact enough: sums of integers below 2^53
    variance = squares / len(frames) - (total / len(frames)) ** 2
    return (np.sqrt(np.maximum(variance, 0)) / 255).astype(np.float32)


def mean_blob_area(mask: np.ndarray) -> float:
    """Mean area of the 8-connected components of a (H, W) mask, in pixels; 0 if it is empty."""
    count = _components(mask)[0] - 1
    return float(np.count_nonzero(mask)) / count if count else 0.0


def blobs(mask: np.ndarray, min_area: float = 0) -> list[np.ndarray]:
    """The 8-connected components of more than ``min_area`` pixels, the largest first, each (H, W) bool."""
    count, labels = _components(mask)
    areas = np.bincount(labels.ravel(), minlength=count)
    order = sorted(range(1, count), key=lambda i: -areas[i])
    return [labels == i for i in order if areas[i] > min_area]


def _components(mask: np.ndarray) -> tuple[int, np.ndarray]:
    return cv2.connectedComponents(np.ascontiguousarray(mask, dtype=np.uint8), connectivity=8)
