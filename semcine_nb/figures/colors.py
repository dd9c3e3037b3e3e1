"""The paper's colours of p and s, and maps laid over frames: pictures as plain arrays."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

STATIC_GREY = 160
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
    """Periods or starts (H, W) in the paper's colours, (H, W, 3) uint8, grey where static (Fig. 3)."""
    picture = np.full((*values.shape, 3), STATIC_GREY, np.uint8)
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
    inner = mask.copy()
    inner[1:] &= mask[:-1]
    inner[:-1] &= mask[1:]
    inner[:, 1:] &= mask[:, :-1]
    inner[:, :-1] &= mask[:, 1:]
    picture = frame.astype(np.float32)
    picture[mask] = (1 - opacity) * picture[mask] + opacity * np.asarray(color, np.float32)
    picture[mask & ~inner] = color
    return np.rint(picture).astype(np.uint8)
