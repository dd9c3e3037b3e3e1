"""Global loopability: the cost of looping the whole clip at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from .statistics import five_numbers

if TYPE_CHECKING:
    from ...looping import LoopParameters

AREA = 128 * 72  # pixels of the reduced frames that are compared: sensor noise averages out, shapes stay


def global_loop_costs(
    frames: NDArray[np.uint8], fps: float, parameters: LoopParameters
) -> NDArray[np.float64]:
    """The cost of every loop (p, s) of the whole frame: (L,) float64, gray levels (0 … 255).

    ``frames`` (T, H, W, 3) uint8 are the clip's, not those of the loop made of it: the loop repeats by
    construction. A clip of fewer than four frames has no cost at all.

    The temporal cost of eq. (2) on colors only, for one label at all pixels and without γ_t:
    sqrt((‖V(s) − V(s+p)‖² + ‖V(s−1) − V(s+p−1)‖²) / 2), with ‖·‖² the mean over pixels and channels, so that
    it is the root mean square jump that a person would see where the loop starts again. p and s run over the
    solver's grid (`LoopParameters`); in a clip too short for it, over every s and p that fit, p from half its
    frames.
    """
    t, step = len(frames), parameters.step
    shortest = step * -(-parameters.shortest_period(fps) // step)
    longest = t - 2 if parameters.max_period is None else min(t - 2, parameters.max_period)
    if shortest > min(longest, t - 1 - step):
        shortest, longest, step = max(2, t // 2), t - 2, 1
    squares = _mean_squares(frames)
    costs = [
        np.sqrt((squares[s, s + p] + squares[s - 1, s + p - 1]) / 2)
        for p in range(shortest, longest + 1, step)
        for s in range(step, t - p, step)
    ]
    return np.array(costs)


def loopability_features(
    frames: NDArray[np.uint8], fps: float, parameters: LoopParameters
) -> NDArray[np.float64]:
    """globalLoopCosts…: (5,) float64 over all loops (p, s) of the clip, gray levels; zeros below 4 frames."""
    return five_numbers(global_loop_costs(frames, fps, parameters))


def _mean_squares(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean squared difference of each two frames over pixels and channels: (T, T), exact."""
    height, width = frames.shape[1:3]
    scale = min(1.0, np.sqrt(AREA / (height * width)))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    flat = np.stack([cv2.resize(f, size, interpolation=cv2.INTER_AREA).ravel() for f in frames])
    # sums of products of whole numbers below 2^53 are exact in float64: equal frames differ by exactly zero
    x = flat.astype(np.float64)
    products = x @ x.T
    norms = np.diag(products)
    return np.asarray((norms[:, None] + norms[None, :] - 2 * products) / x.shape[1])
