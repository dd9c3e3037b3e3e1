"""Features of each pixel of a frame: the backbone's at four strides, color, place and motion.

A linear classifier of upsampled features is the upsampled sum of linear classifiers at each stride, so
features stay on their own grids and only C logits are enlarged: a refit needs no pass over pixels × features.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import map_coordinates

from .keyframes import aligned_size

SIDE = 960
"""Longer side in pixels at which the backbone looks at a frame; small clips are enlarged."""

GROUPS = {
    "4": 0.3,
    "8": 0.5,
    "16": 1.0,
    "32": 1.5,
    "activations": 0.2,
    "color": 0.7,
    "place": 0.2,
    "motion": 0.6,
}
"""Weight of each group of features after each was scaled to variance one in total."""


@dataclass(frozen=True, eq=False)
class PixelFeatures:
    """Features of one frame.

    Attributes
    ----------
    maps : dict of str to (c, h, w) float32
        One a group of `GROUPS`, each on its own grid, centered and scaled.
    centers, scales : dict of str to (c,) float32
        What was subtracted and divided by.
    """

    maps: dict[str, np.ndarray]
    centers: dict[str, np.ndarray]
    scales: dict[str, np.ndarray]

    @property
    def grid(self) -> tuple[int, int]:
        """(h, w) of the finest maps."""
        height, width = self.maps["4"].shape[1:]
        return int(height), int(width)

    def at(self, x: float, y: float) -> np.ndarray:
        """All features (D,) at a place given in fractions of width and height, bilinear on each grid."""
        parts = []
        for name in GROUPS:
            grid = self.maps[name]
            place = np.meshgrid(np.arange(len(grid)), y * grid.shape[1] - 0.5, x * grid.shape[2] - 0.5)
            parts.append(map_coordinates(grid, np.reshape(place, (3, -1)), order=1, mode="nearest"))
        return np.concatenate(parts)

    def linear(self, weights: np.ndarray) -> np.ndarray:
        """``features @ weights`` for weights (D, C): (h, w, C) float32 on the finest grid."""
        height, width = self.grid
        total = np.zeros((height, width, weights.shape[1]), np.float32)
        at = 0
        for name in GROUPS:
            grid = self.maps[name]
            part: np.ndarray = np.tensordot(grid, weights[at : at + len(grid)], axes=(0, 0))
            if part.shape[:2] != (height, width):
                part = cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
            total += np.reshape(part, total.shape)
            at += len(grid)
        return total


def look_at(
    frame: np.ndarray,
    motion: np.ndarray | None = None,
    like: PixelFeatures | None = None,
    side: int = SIDE,
) -> PixelFeatures:
    """Features of one frame.

    Parameters
    ----------
    frame : (H, W, 3) uint8
    motion : (H, W, m) float32, optional
        Of `motion_maps`; zeros without it.
    like : PixelFeatures, optional
        Another frame of the same clip whose centering and scaling are used.
    side : int
        Longer side at which the backbone looks, in pixels.
    """
    from .backbone import load_backbone
    from .decoder import activation_scores

    height, width = frame.shape[:2]
    factor = side / max(height, width)
    size = aligned_size(width * factor, height * factor)
    seen = load_backbone()(
        cv2.resize(frame, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    )
    maps = {str(stride): values[0].float().numpy() for stride, values in seen.strides.items()}
    maps["activations"] = activation_scores(seen.logits).float().numpy()
    grid = maps["4"].shape[2], maps["4"].shape[1]
    lab = cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    maps["color"] = cv2.resize(lab, grid, interpolation=cv2.INTER_AREA).transpose(2, 0, 1)
    y, x = np.mgrid[: grid[1], : grid[0]].astype(np.float32)
    maps["place"] = np.stack([x / grid[0], y / grid[1]])
    if motion is None:
        motion = np.zeros((height, width, 2), np.float32)
    maps["motion"] = np.atleast_3d(cv2.resize(motion, grid, interpolation=cv2.INTER_AREA)).transpose(2, 0, 1)
    if like is not None:
        centers, scales = like.centers, like.scales
    else:
        centers = {name: values.mean(axis=(1, 2)) for name, values in maps.items()}
        scales = {
            name: (values.std(axis=(1, 2)) + 1e-4) * np.sqrt(len(values)) / GROUPS[name]
            for name, values in maps.items()
        }
    scaled = {
        name: np.ascontiguousarray(
            (values - centers[name][:, None, None]) / scales[name][:, None, None], dtype=np.float32
        )
        for name, values in maps.items()
    }
    return PixelFeatures(scaled, centers, scales)
