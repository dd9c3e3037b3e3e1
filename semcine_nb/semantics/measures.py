"""What the filters measure: how much a pixel changes over time, and how large the pieces of a map are."""

from __future__ import annotations

import cv2
import numpy as np


def temporal_std(frames: np.ndarray) -> np.ndarray:
    """Standard deviation over time of grey intensity in [0, 1] (Rec. 601 luma).

    Parameters
    ----------
    frames : (T, H, W, 3) uint8

    Returns
    -------
    (H, W) float32

    Examples
    --------
    A pixel that is black in one frame and white in the next deviates by one half:

    >>> clip = np.zeros((2, 1, 1, 3), np.uint8)
    >>> clip[1] = 255
    >>> temporal_std(clip).tolist()
    [[0.5]]
    """
    total = np.zeros(frames.shape[1:3])
    squares = np.zeros(frames.shape[1:3])
    for frame in frames:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float64)
        total += grey
        squares += grey**2
    # exact enough: sums of integers below 2^53
    variance = squares / len(frames) - (total / len(frames)) ** 2
    return (np.sqrt(np.maximum(variance, 0)) / 255).astype(np.float32)


def noise_floor(std: np.ndarray) -> float:
    """The deviation that sensor noise alone makes: the lower quartile over the frame."""
    return float(np.quantile(std, 0.25))


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
