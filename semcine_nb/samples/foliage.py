"""Leaves: a crown painted once, in layers that sway each in its own rhythm."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Canvas, Colour, Cutout, Sheet, Stage
from .noise import Field, drift_texture, noise_tile


class Crown:
    """A tree's crown in the ellipse (centre, radii, in picture heights), swaying with ``periods``, one a
    layer, back to front.

    ``sway`` is the largest displacement in picture heights; ``leaf`` a leaf's length; ``blur`` the lens's
    blur of it.
    """

    def __init__(
        self,
        stage: Stage,
        rng: np.random.Generator,
        centre: tuple[float, float],
        radii: tuple[float, float],
        periods: tuple[int, ...],
        dark: Colour = (0.08, 0.15, 0.07),
        light: Colour = (0.72, 0.78, 0.36),
        leaves: int = 1500,
        leaf: float = 0.022,
        sway: float = 0.012,
        blur: float = 0.0,
    ) -> None:
        self._stage, self._periods, self._sway = stage, periods, sway
        margin = 3 * sway + leaf
        left, top = centre[0] - radii[0] - margin, centre[1] - radii[1] - margin
        right, bottom = centre[0] + radii[0] + margin, centre[1] + radii[1] + margin
        self._box = stage.box(left, top, right, bottom)
        self._cutouts, self._fields = [], []
        depths = len(periods)
        for layer in range(depths):
            sheet = Sheet(stage, self._box, scale=3)
            self._strew(
                sheet, rng, centre, radii, dark, light, leaves // depths, leaf, (layer + 0.5) / depths
            )
            colour, coverage = sheet.settle()
            ink = np.dstack([colour, coverage])
            if blur:
                ink = cv2.GaussianBlur(ink, (0, 0), blur * stage.height)
            cutout = Cutout(
                stage, self._box, np.zeros((*stage.shape, 3), np.float32), np.zeros(stage.shape, np.float32)
            )
            cutout.ink = ink
            # beyond the frame's edge the crown is taken to go on as its mirror image
            self._cutouts.append(cutout)
            self._fields.append(self._gusts(rng, coverage.shape))

    @staticmethod
    def _strew(
        sheet: Sheet,
        rng: np.random.Generator,
        centre: tuple[float, float],
        radii: tuple[float, float],
        dark: Colour,
        light: Colour,
        count: int,
        leaf: float,
        nearness: float,
    ) -> None:
        # boughs: leaves gather round them, lit from above
        boughs = 34
        angle, reach = rng.uniform(0, 2 * np.pi, boughs), np.sqrt(rng.uniform(0, 0.85, boughs))
        bough = np.stack([np.cos(angle) * reach, np.sin(angle) * reach], 1) * radii + centre
        size = min(radii) * rng.uniform(0.22, 0.40, boughs)
        shade = [d * 0.85 + 0.12 * b for d, b in zip(dark, light, strict=True)]
        for i in range(boughs):
            for offset in rng.standard_normal((8, 2)) * 0.22 * size[i]:
                radii_ = leaf * rng.uniform(0.5, 1.3, 2)
                sheet.ellipse(bough[i] + offset, radii_, shade, angle=rng.uniform(0, 180))
        which = rng.integers(0, boughs, count)
        spread = np.clip(rng.standard_normal((count, 2)) * 0.5, -1.1, 1.1)
        place = bough[which] + spread * size[which, None]
        lit = (
            0.25
            + 0.30 * nearness
            - 0.28 * spread[:, 1]
            - 0.10 * spread[:, 0]
            + 0.10 * rng.standard_normal(count)
        )
        tilt = rng.uniform(0, 360, count)
        length = leaf * rng.uniform(0.6, 1.2, count)
        for i in np.argsort(lit):
            f = float(np.clip(lit[i], 0, 1))
            colour = [d + (b - d) * f for d, b in zip(dark, light, strict=True)]
            a = np.deg2rad(tilt[i] + np.array([0, 55, 180, 235]))
            r = length[i] * np.array([0.55, 0.32, 0.55, 0.32])
            sheet.polygon(place[i] + np.stack([np.cos(a) * r, np.sin(a) * r], 1), colour)

    @staticmethod
    def _gusts(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Field, Field, Field]:
        """Where a gust arrives late (cosine and sine of its phase), and how far each place swings."""
        phase = 1.1 * drift_texture(noise_tile(rng, (64, 64), 2.2), shape, (0.9, 0.9), (0, 0))
        swing = 0.7 + 0.25 * np.tanh(
            drift_texture(noise_tile(rng, (64, 64), 1.8), shape, (0.9, 0.9), (0.3, 0.1))
        )
        return np.cos(phase), np.sin(phase), swing.astype(np.float32)

    def paint(self, canvas: Canvas, t: float, label: int) -> None:
        """Lay the crown at frame time ``t``."""
        for cutout, (c, s, swing), period in zip(self._cutouts, self._fields, self._periods, strict=True):
            a = 2 * np.pi * t / period
            slow = np.sin(a) * c - np.cos(a) * s
            quick = np.sin(3 * a) * s + np.cos(3 * a) * c
            dx = self._sway * swing * (0.85 * slow + 0.18 * quick)
            dy = self._sway * swing * (0.30 * (np.cos(a) * c + np.sin(a) * s) + 0.15 * quick)
            cutout.put(canvas, self._stage, self._box, (dx, dy), label, border=cv2.BORDER_REFLECT_101)
