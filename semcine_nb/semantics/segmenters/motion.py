"""Motion on a tripod: how much each pixel moves, and what that says: water moves and rock does not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from ..filters import temporal_std

RESTLESS = 0.05
"""Median change between frames, as a share of the deviation, below which something only passes by: people and
cars on their way stay under .03, water, flames, flags and swaying trees above .07 (on the real clips)."""

QUIET = 0.025
"""Deviation over time, of gray in [0, 1], at which motion says nothing; sensors' noise is below .015."""

LOG_ODDS = {
    "background": (-1.6, 0.2),
    "rock": (-1.6, 0.2),
    "mountain": (-2.0, 0.0),
    "water": (0.7, -0.4),
    "fire": (0.7, -1.5),
    "flag": (0.6, -1.5),
    "smoke": (0.4, -1.5),
    "sky & tree": (0.0, 0.2),
    "grass": (-0.5, 0.2),
}
"""Log-odds added at full motion and at full stillness. People and things are left out: they may do either."""


@dataclass(frozen=True)
class Motion:
    """Temporal statistics on a coarse grid.

    Attributes
    ----------
    std : (h, w) float32
        Standard deviation over time of gray in [0, 1], averaged within a cell.
    mad : (h, w) float32
        Median over time of the absolute change between neighboring frames, averaged within a cell.
    quiet : float
        The deviation that counts as neither moving nor still: `QUIET`, more where the whole picture shakes.
    """

    std: np.ndarray
    mad: np.ndarray
    quiet: float

    @property
    def amount(self) -> np.ndarray:
        """(h, w) in [−1, 1]: −1 still, 0 at ``quiet``, 1 from four times that deviation on."""
        return np.clip(np.log(np.maximum(self.std, 1e-4) / self.quiet) / np.log(4.0), -1, 1)

    @property
    def restless(self) -> np.ndarray:
        """(h, w) in [0, 1]: 1 where it moves all the time, 0 where something passes once."""
        return np.clip(self.mad / np.maximum(self.std, 1e-4) / RESTLESS - 0.5, 0, 1)


def measure_motion(frames: np.ndarray, size: tuple[int, int]) -> Motion:
    """Statistics of a clip (T, H, W, 3) uint8 on a grid of ``size`` (h, w), from at most 90 frames."""
    step = max(1, len(frames) // 90)
    fine = (size[1] * 2, size[0] * 2)
    full = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames[::step])
    grays = np.stack([cv2.resize(gray, fine, interpolation=cv2.INTER_AREA) for gray in full])
    std = np.sqrt(grays.var(axis=0, dtype=np.float32)) / np.float32(255)
    mad = np.zeros_like(std)
    if len(grays) > 1:
        pairs = np.abs(np.diff(grays[:40].astype(np.int16), axis=0))
        mad = np.median(pairs, axis=0).astype(np.float32) / np.float32(255)
    std, mad = _pooled(std, size[::-1]), _pooled(mad, size[::-1])
    return Motion(std, mad, max(QUIET, 0.8 * float(np.median(std))))


def _pooled(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    coarse = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(coarse, (0, 0), 1.0), np.float32)


def log_odds(motion: Motion, categories: tuple[str, ...]) -> np.ndarray:
    """(h, w, C) to be added to the categories' logits; see `LOG_ODDS`. A passing thing says nothing."""
    amount = motion.amount
    amount = np.where(amount > 0, amount * motion.restless, amount)
    out = np.zeros((*amount.shape, len(categories)), np.float32)
    for c, name in enumerate(categories):
        if name in LOG_ODDS:
            moving, still = LOG_ODDS[name]
            out[..., c] = np.where(amount > 0, moving * amount, -still * amount)
    return out


def motion_maps(frames: np.ndarray) -> np.ndarray:
    """Motion of each pixel of (T, H, W, 3) uint8 frames: (H, W, 2) float32.

    It is given as logarithms of the standard deviation and of the mean frame-to-frame change.
    """
    change = np.zeros(frames.shape[1:3], np.float32)
    gray = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    for before, after in pairwise(gray):
        change += cv2.absdiff(before, after)
    change /= 255 * max(1, len(gray) - 1)
    deviation = cv2.GaussianBlur(temporal_std(frames), (0, 0), 2)
    return np.dstack([np.log(deviation + 0.005), np.log(cv2.GaussianBlur(change, (0, 0), 2) + 0.005)])
