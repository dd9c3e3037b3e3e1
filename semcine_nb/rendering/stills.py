"""What the static part shows: a frame, or the temporal median around it."""

from __future__ import annotations

import os

import numpy as np
from numba import njit
from scipy import ndimage

from ..threads import parts, run_parts

MEDIAN_REACH = 15  # frames on either side: half a second at 30 fps, long enough for sparkles on water to go
_ROWS = 16


def median_still(
    frames: np.ndarray,
    period: np.ndarray,
    start: np.ndarray,
    reach: int = MEDIAN_REACH,
    workers: int | None = None,
) -> np.ndarray:
    """Temporal median of every pixel around the frame that the static pixel nearest to it shows.

    Takes noise, compression blocks and short sparkles out of the static part, which a single frame would
    freeze. Moving pixels get a value too, since blending asks what lies beyond the border.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8.
    period, start : (H, W) integers; period 1 is static. Without a static pixel, the clip's middle frame is
        the centre everywhere.
    reach : frames on either side; at the clip's ends the window is moved inwards, and never exceeds it.

    Returns
    -------
    (H, W, 3) uint8.
    """
    static = np.asarray(period) == 1
    if static.any():
        y, x = ndimage.distance_transform_edt(~static, return_distances=False, return_indices=True)
        centre = np.asarray(start)[y, x]
    else:
        centre = np.full(static.shape, len(frames) // 2)
    width = min(2 * reach + 1, len(frames))
    low = np.clip(centre - reach, 0, len(frames) - width).astype(np.int32)
    out = np.empty(frames.shape[1:], np.uint8)

    def part(rows: slice) -> None:
        _medians(frames, low, width, rows.start, rows.stop, out)

    run_parts(part, parts(len(out), _ROWS), workers or os.cpu_count() or 1)
    return out


@njit(cache=True, nogil=True)
def _medians(frames, low, width, row0, row1, out):
    """The upper median, by counting: half the samples are at or below it."""
    count = np.zeros(256, np.int32)
    for y in range(row0, row1):
        for x in range(low.shape[1]):
            for c in range(3):
                for f in range(low[y, x], low[y, x] + width):
                    count[frames[f, y, x, c]] += 1
                seen, value = 0, -1
                while seen <= width // 2:
                    value += 1
                    seen += count[value]
                out[y, x, c] = value
                for f in range(low[y, x], low[y, x] + width):
                    count[frames[f, y, x, c]] = 0
