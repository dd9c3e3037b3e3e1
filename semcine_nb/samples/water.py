"""A rippled water surface in perspective that mirrors what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np

from .canvas import Canvas, Color, Paint, Stage, blend, read_at, smoothstep
from .noise import Field, Ripples

CAMERA = 0.35
"""Height of the camera over the water, in the unit of the waves."""


class View(NamedTuple):
    """Heights in the picture: water lies below ``shore``; ``horizon``, above it, sets the perspective."""

    shore: float
    horizon: float

    def ground(self, stage: Stage, x: Any, y: Any) -> tuple[Any, Any]:
        """Place across and depth, in the unit of the waves, of the point (x, y) of the picture."""
        depth = CAMERA / (y - self.horizon)
        return (x - stage.aspect / 2) * depth, depth


@dataclass(frozen=True)
class Surface:
    """What water looks like.

    ``deep`` is the color seen into it; ``mirror`` how strongly its near end reflects (its far end always
    does); ``wobble`` how far waves shift what it mirrors; ``glint`` how bright crests sparkle.
    """

    deep: Color
    mirror: float = 0.45
    wobble: float = 0.6
    glint: float = 0.35


class Water:
    """Water from the line ``view.shore`` down to the lower edge of the frame, with ``waves`` as of `Ripples`.

    It mirrors the part of ``image`` (H, W, 3) that stands above it.
    """

    def __init__(
        self, stage: Stage, image: Field, view: View, waves: Sequence[Sequence[float]], surface: Surface
    ) -> None:
        self.stage, self.view, self._surface = stage, view, surface
        self.top = int(view.shore * stage.height)
        self.box = (slice(self.top, stage.height), slice(0, stage.width))
        x, y = stage.grid(self.box)
        self.across, self.depth = view.ground(stage, x, y)
        self.footprint = self.depth**2 / CAMERA / stage.height
        self._ripples = Ripples(self.across, self.depth, waves, self.footprint)
        self.reflect(image)
        rows, self._column = np.mgrid[self.box].astype(np.float32)
        self._mirror_row = 2 * self.top - 1 - rows
        nearness = smoothstep(view.shore, 1.0, y)
        self._reflect = 0.93 - (0.93 - surface.mirror) * nearness
        self._deep = blend(surface.deep, np.asarray(surface.deep) * 0.7, nearness)
        self._slope: tuple[Field, Field] = (np.zeros_like(x), np.zeros_like(x))

    def reflect(self, image: Field) -> None:
        """Mirror another picture (H, W, 3) from now on."""
        self._backdrop = np.ascontiguousarray(image[: self.top])

    def paint(self, canvas: Canvas, t: float, label: int, extra: tuple[Field, Field]) -> None:
        """Lay the surface at frame time ``t``; ``extra`` slopes (rings, a wake) are added to the waves'."""
        sx, sz = (own + more for own, more in zip(self._ripples.slopes(t), extra, strict=True))
        self._slope = sx, sz
        reach = self._surface.wobble * self.stage.height
        row = np.maximum(self._mirror_row + reach * sz, 0)
        seen = read_at(self._backdrop, self._column + reach * 0.5 * sx, row)
        color = blend(self._deep, seen, np.clip(self._reflect + 1.2 * sz, 0.1, 0.97))
        # crests that lean towards the light
        glint = np.maximum(sz + 0.4 * sx - 0.075, 0) * (12 * self._surface.glint)
        color += np.minimum(glint, 0.6)[..., None]
        canvas.image[self.box] = np.minimum(color, 1)
        canvas.labels[self.box] = label

    def mirror(self, canvas: Canvas, thing: Paint, strength: float) -> None:
        """Lay the reflection of a thing whose last row is its waterline, after ``paint``, without a label."""
        h, w = thing.coverage.shape
        waterline, left = thing.box[0].stop, thing.box[1].start
        below = min(h, self.stage.height - waterline)
        if below <= 1 or waterline < self.top:
            return
        inner = slice(waterline - self.top, waterline - self.top + below), slice(left, left + w)
        sx, sz = (slope[inner] for slope in self._slope)
        flipped = np.ascontiguousarray(np.dstack([thing.color, thing.coverage])[::-1], np.float32)
        y, x = np.mgrid[:below, :w].astype(np.float32)
        # close to the waterline the picture is hardly shifted
        reach = 0.5 * self.stage.height * np.minimum(1.0, 0.3 + y / max(1.0, 0.25 * h))
        moved = read_at(flipped, x + reach * 0.7 * sx, y + reach * sz, cv2.BORDER_CONSTANT)
        faded = strength * (1 - 0.5 * y / h)
        image = canvas.image[waterline : waterline + below, inner[1]]
        image *= 1 - (faded * moved[..., 3])[..., None]
        image += faded[..., None] * moved[..., :3] * 0.8
