"""A rippled water surface in perspective that mirrors what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .canvas import Canvas, Colour, Stage, blend, read_at, smoothstep, warp
from .noise import Field, Ripples


class Water:
    """Water from the line ``shore`` (y in picture heights) down to the lower edge of the frame.

    ``horizon`` sets the perspective (above ``shore``); ``camera`` is the camera's height over the water in
    the unit of the waves; ``deep`` is the colour seen into the water, ``mirror`` how strongly its near end
    reflects (its far end always does); ``waves`` as for `Ripples`; ``glint`` how bright crests sparkle.
    """

    def __init__(
        self,
        stage: Stage,
        backdrop: Field,
        shore: float,
        horizon: float,
        waves: Sequence[Sequence[float]],
        deep: Colour,
        camera: float = 0.35,
        mirror: float = 0.45,
        wobble: float = 0.6,
        glint: float = 0.35,
    ) -> None:
        self.box = (slice(int(shore * stage.height), stage.height), slice(0, stage.width))
        x, y = stage.grid(self.box)
        self.depth = camera / (y - horizon)
        self.across = (x - stage.aspect / 2) * self.depth
        self.footprint = self.depth**2 / camera / stage.height
        self._ripples = Ripples(self.across, self.depth, waves, self.footprint)
        self._height = stage.height
        self.backdrop = np.ascontiguousarray(backdrop)
        rows, columns = np.mgrid[self.box].astype(np.float32)
        self._mirror_row = 2 * self.box[0].start - 1 - rows
        self._column = columns
        nearness = smoothstep(shore, 1.0, y)
        self._reflect = 0.93 - (0.93 - mirror) * nearness
        self._deep = blend(deep, np.asarray(deep) * 0.7, nearness)
        self._wobble, self._glint = wobble, glint
        self.slope: tuple[Field, Field] = (np.zeros_like(x), np.zeros_like(x))

    def paint(self, canvas: Canvas, t: float, label: int, extra: tuple[Field, Field] | None = None) -> None:
        """Lay the surface at frame time ``t``; ``extra`` slopes (rings, a wake) are added to the waves'."""
        sx, sz = self._ripples.slopes(t)
        if extra is not None:
            sx, sz = sx + extra[0], sz + extra[1]
        self.slope = sx, sz
        reach = self._wobble * self._height
        seen = read_at(
            self.backdrop, self._column + reach * 0.5 * sx, np.maximum(self._mirror_row + reach * sz, 0)
        )
        reflect = np.clip(self._reflect + 1.2 * sz, 0.1, 0.97)
        colour = blend(self._deep, seen, reflect)
        # crests that lean towards the light
        glint = np.maximum(sz + 0.4 * sx - 0.075, 0) * (12 * self._glint)
        colour += np.minimum(glint, 0.6)[..., None]
        canvas.image[self.box] = np.minimum(colour, 1)
        canvas.labels[self.box] = label


def mirrored(
    canvas: Canvas,
    colour: Field,
    coverage: Field,
    left: int,
    waterline: int,
    slope: tuple[Field, Field],
    water_top: int,
    strength: float,
    wobble: float,
) -> None:
    """Lay the reflection of a sheet (premultiplied) whose last row is ``waterline`` (pixel row), without a
    label.

    ``left`` is the sheet's first column; ``slope`` the water's slopes, whose first row is the pixel row
    ``water_top``.
    """
    h, w = coverage.shape
    below = min(h, canvas.image.shape[0] - waterline)
    if below <= 1 or waterline < water_top:
        return
    rows, columns = slice(waterline, waterline + below), slice(left, left + w)
    inner = slice(waterline - water_top, waterline - water_top + below), columns
    sx, sz = (s[inner] for s in slope)
    picture = np.ascontiguousarray(np.dstack([colour, coverage])[::-1, :], np.float32)
    y, _ = np.mgrid[:below, :w].astype(np.float32)
    # close to the waterline the picture is hardly shifted
    reach = wobble * canvas.image.shape[0] * np.minimum(1.0, 0.3 + y / max(1.0, 0.25 * h))
    moved = warp(picture, reach * 0.7 * sx, reach * sz, cv2.BORDER_CONSTANT)
    faded = strength * (1 - 0.5 * y / h)
    image = canvas.image[rows, columns]
    image *= 1 - (faded * moved[..., 3])[..., None]
    image += faded[..., None] * moved[..., :3] * 0.8
