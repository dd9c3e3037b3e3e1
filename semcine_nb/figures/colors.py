"""The paper's colors of p and s, and maps laid over frames: pictures as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion

STATIC_GRAY = 160
# "ranging from blue through yellow to red as values increase, with gray indicating static pixels"
LABEL_COLORS = LinearSegmentedColormap.from_list(
    "labels", ["#2138c4", "#2f9bd8", "#f4e04d", "#f08a24", "#c4161c"]
)


def label_map(
    values: NDArray[np.integer],
    dynamic: NDArray[np.bool_],
    low: float | None = None,
    high: float | None = None,
) -> NDArray[np.uint8]:
    """Periods or starts (H, W) in the paper's colors, (H, W, 3) uint8, gray where static (Fig. 3)."""
    picture = np.full((*values.shape, 3), STATIC_GRAY, np.uint8)
    if dynamic.any():
        low = float(values[dynamic].min()) if low is None else low
        high = float(values[dynamic].max()) if high is None else high
        scaled = (values[dynamic] - low) / max(high - low, 1e-9)
        picture[dynamic] = np.rint(255 * LABEL_COLORS(scaled)[:, :3]).astype(np.uint8)
    return picture


def mask_overlay(
    frame: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    color: tuple[int, int, int] = (60, 200, 90),
    opacity: float = 0.45,
) -> NDArray[np.uint8]:
    """π over a frame as in Fig. 7: (H, W, 3) uint8, tinted inside and outlined."""
    picture = frame.astype(np.float32)
    picture[mask] = (1 - opacity) * picture[mask] + opacity * np.asarray(color, np.float32)
    picture[mask & ~binary_erosion(mask, border_value=1)] = color
    return np.rint(picture).astype(np.uint8)


def category_colors(categories: Sequence[str]) -> dict[str, tuple[float, float, float]]:
    """One color (red, green, blue in [0, 1]) a category, in their order."""
    table = colormaps["tab10" if len(categories) <= 10 else "tab20"]
    return {name: to_rgb(table(i % table.N)) for i, name in enumerate(categories)}
