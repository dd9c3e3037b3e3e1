"""What motion says about categories on a tripod: water moves and rock does not."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

RESTLESS = 0.05
"""Median change between frames, as a share of the deviation, below which something only passes by: people and
cars on their way stay under .03, water, flames, flags and swaying trees above .07 (on the real clips)."""

QUIET = 0.025
"""Deviation over time, of grey in [0, 1], at which motion says nothing; sensors' noise is below .015."""

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
        Standard deviation over time of grey in [0, 1], averaged within a cell.
    mad : (h, w) float32
        Median over time of the absolute change between neighbouring frames, averaged within a cell.
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
    """Statistics of a clip, on at most 90 frames.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8
    size : (h, w)
        The grid.
    """
    step = max(1, len(frames) // 90)
    fine = (size[1] * 2, size[0] * 2)
    greys = np.stack(
        [
            cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), fine, interpolation=cv2.INTER_AREA)
            for frame in frames[::step]
        ]
    )
    std = np.sqrt(greys.var(axis=0, dtype=np.float32)) / np.float32(255)
    if len(greys) > 1:
        pairs = np.abs(np.diff(greys[:40].astype(np.int16), axis=0))
        mad = np.median(pairs, axis=0).astype(np.float32) / np.float32(255)
    else:
        mad = np.zeros_like(std)
    coarse = (size[1], size[0])
    std, mad = _pooled(std, coarse), _pooled(mad, coarse)
    return Motion(std, mad, max(QUIET, 0.8 * float(np.median(std))))


def _pooled(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    coarse = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(coarse, (0, 0), 1.0), np.float32)


def log_odds(motion: Motion, categories: tuple[str, ...]) -> np.ndarray:
    """(h, w, C) to be added to the categories' logits; see `LOG_ODDS`. What passes once says nothing."""
    amount = motion.amount
    amount = np.where(amount > 0, amount * motion.restless, amount)
    out = np.zeros((*amount.shape, len(categories)), np.float32)
    for c, name in enumerate(categories):
        if name in LOG_ODDS:
            moving, still = LOG_ODDS[name]
            out[..., c] = np.where(amount > 0, moving * amount, -still * amount)
    return out
