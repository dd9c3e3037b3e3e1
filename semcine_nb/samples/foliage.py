"""Leaves: a crown painted once, in layers that sway each in its own rhythm."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Canvas, Cutout, Sheet, Stage
from .noise import Field, drift_texture, noise_tile

DARK, LIGHT = (0.08, 0.15, 0.07), (0.72, 0.78, 0.36)
LEAVES, BOUGHS = 3600, 34
LEAF, SWAY, BLUR = 0.034, 0.020, 0.004
"""Length of a leaf, largest displacement, and the lens's blur, in picture heights."""
Pair = tuple[float, float]


class Crown:
    """A tree's crown in an ellipse (``center``, ``radii``, in picture heights).

    It sways with ``periods`` in frames, one a layer, back to front.
    """

    def __init__(
        self, stage: Stage, rng: np.random.Generator, center: Pair, radii: Pair, periods: tuple[int, ...]
    ) -> None:
        self._stage, self._periods = stage, periods
        margin = 3 * SWAY + LEAF
        (x, y), (across, down) = center, radii
        self._box = stage.box(x - across - margin, y - down - margin, x + across + margin, y + down + margin)
        self._cutouts, self._gusts = [], []
        for layer in range(len(periods)):
            sheet = Sheet(stage, self._box)
            nearness = (layer + 0.5) / len(periods)
            _strew(sheet, rng, center, radii, LEAVES // len(periods), nearness)
            self._cutouts.append(Cutout(stage, sheet.settle().blurred(BLUR * stage.height)))
            self._gusts.append(_gusts(rng, self._cutouts[-1].shape))

    def paint(self, canvas: Canvas, t: float, label: int) -> None:
        """Lay the crown at frame time ``t``."""
        for cutout, (c, s, swing), period in zip(self._cutouts, self._gusts, self._periods, strict=True):
            a = 2 * np.pi * t / period
            slow = np.sin(a) * c - np.cos(a) * s
            quick = np.sin(3 * a) * s + np.cos(3 * a) * c
            dx = SWAY * swing * (0.85 * slow + 0.18 * quick)
            dy = SWAY * swing * (0.30 * (np.cos(a) * c + np.sin(a) * s) + 0.15 * quick)
            # beyond the frame's edge the crown is taken to go on as its mirror image
            canvas.lay(cutout.moved(self._stage, self._box, (dx, dy), cv2.BORDER_REFLECT_101), label)


def _strew(
    sheet: Sheet, rng: np.random.Generator, center: Pair, radii: Pair, count: int, nearness: float
) -> None:
    """Strew ``count`` leaves of a layer, which is the lighter the nearer it is (``nearness`` in [0, 1])."""
    # boughs: leaves gather round them, lit from above
    angle, reach = rng.uniform(0, 2 * np.pi, BOUGHS), np.sqrt(rng.uniform(0, 0.85, BOUGHS))
    bough = np.stack([np.cos(angle) * reach, np.sin(angle) * reach], 1) * radii + center
    size = min(radii) * rng.uniform(0.22, 0.40, BOUGHS)
    shade = [d * 0.85 + 0.12 * b for d, b in zip(DARK, LIGHT, strict=True)]
    for i in range(BOUGHS):
        for offset in rng.standard_normal((8, 2)) * 0.22 * size[i]:
            spot = LEAF * rng.uniform(0.5, 1.3, 2)
            sheet.ellipse(bough[i] + offset, spot, shade, angle=rng.uniform(0, 180))
    which = rng.integers(0, BOUGHS, count)
    spread = np.clip(rng.standard_normal((count, 2)) * 0.5, -1.1, 1.1)
    place = bough[which] + spread * size[which, None]
    lit = 0.25 + 0.30 * nearness - 0.28 * spread[:, 1] - 0.10 * spread[:, 0]
    lit = lit + 0.10 * rng.standard_normal(count)
    tilt = rng.uniform(0, 360, count)
    length = LEAF * rng.uniform(0.6, 1.2, count)
    for i in np.argsort(lit):
        f = float(np.clip(lit[i], 0, 1))
        color = [d + (b - d) * f for d, b in zip(DARK, LIGHT, strict=True)]
        a = np.deg2rad(tilt[i] + np.array([0, 55, 180, 235]))
        r = length[i] * np.array([0.55, 0.32, 0.55, 0.32])
        sheet.polygon(place[i] + np.stack([np.cos(a) * r, np.sin(a) * r], 1), color)


def _gusts(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Field, Field, Field]:
    """Where a gust arrives late (cosine and sine of its phase), and how far each place swings."""
    phase = 1.1 * drift_texture(noise_tile(rng, (64, 64), 2.2), shape, (0.9, 0.9))
    swing = 0.7 + 0.25 * np.tanh(drift_texture(noise_tile(rng, (64, 64), 1.8), shape, (0.9, 0.9), (0.3, 0.1)))
    return np.cos(phase), np.sin(phase), swing.astype(np.float32)
