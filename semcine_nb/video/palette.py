"""One palette for a whole clip, and frames drawn with it by ordered dither."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SAMPLES = 60_000  # pixels of the whole clip that the palette is made from
_BITS = 6  # levels of the table from color to palette entry, bits a channel

# Bayer's matrix of 8×8 thresholds, recursively from 2×2
_BAYER = np.array([[0]])
for _ in range(3):
    _BAYER = np.block([[4 * _BAYER, 4 * _BAYER + 2], [4 * _BAYER + 3, 4 * _BAYER + 1]])
_THRESHOLD = (_BAYER + 0.5) / 64 - 0.5


def global_palette(frames: NDArray[np.uint8], colors: int) -> NDArray[np.uint8]:
    """(n, 3) uint8 palette of at most ``colors`` colors, from pixels of all (T, H, W, 3) ``frames``."""
    stride = max(1, round(frames[..., 0].size / _SAMPLES))
    pixels = frames.reshape(-1, 3)
    # a stride that shares no factor with the row length spreads the samples over columns
    while stride > 1 and np.gcd(stride, frames.shape[2]) > 1:
        stride += 1
    sample = np.ascontiguousarray(pixels[::stride])
    picture = Image.fromarray(sample[None]).quantize(colors, method=Image.Quantize.MEDIANCUT, kmeans=1)
    entries = np.array(picture.getpalette(), np.uint8).reshape(-1, 3)
    return np.unique(entries[np.unique(np.asarray(picture))], axis=0)


def to_palette(
    frames: NDArray[np.uint8], palette: NDArray[np.uint8], tolerance: float = 0.0
) -> Iterator[NDArray[np.uint8]]:
    """For each frame (H, W) uint8 indices into ``palette``, dithered by place and color alone.

    A pixel keeps its index while no channel differs by more than ``tolerance`` levels from the frame that it
    was last drawn from.
    """
    centers = (np.arange(1 << _BITS) + 0.5) * (256 >> _BITS) - 0.5
    grid = np.stack(np.meshgrid(centers, centers, centers, indexing="ij"), axis=-1)
    table = _nearest(grid.reshape(-1, 3), palette)
    height, width = frames.shape[1:3]
    tiles = np.tile(_THRESHOLD, (height // 8 + 1, width // 8 + 1))[:height, :width]
    offset = np.rint(tiles * min(_spread(palette), 24.0)).astype(np.int16)[..., None]
    shift = 8 - _BITS
    drawn = frames[0].astype(np.int16)
    for frame in frames:
        stale = np.abs(drawn - frame).max(axis=2, keepdims=True) > tolerance
        drawn = np.where(stale, frame, drawn)
        cell = np.clip(drawn + offset, 0, 255) >> shift
        key = (cell[..., 0].astype(np.int32) << 2 * _BITS) | (cell[..., 1] << _BITS) | cell[..., 2]
        yield table[key]


def _nearest(colors: NDArray[np.float64], palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """For each of (n, 3) ``colors`` the index of the nearest palette entry, the first of equals."""
    from scipy.spatial.distance import cdist  # only a GIF needs it

    parts = np.array_split(colors, 64)  # the distances of one part at a time fit into memory
    nearest = [cdist(part, palette, "sqeuclidean").argmin(axis=1) for part in parts]
    return np.concatenate(nearest).astype(np.uint8)


def _spread(palette: NDArray[np.uint8]) -> float:
    """Median distance of a palette entry to its nearest neighbor, levels."""
    from scipy.spatial import KDTree

    if len(palette) < 2:
        return 0.0
    return float(np.median(KDTree(palette).query(palette, k=2)[0][:, 1]))
