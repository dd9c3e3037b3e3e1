"""Tools to paint scenes with: a stage, sheets of soft-edged shapes, and a canvas that keeps the labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from .noise import Field

Box = tuple[slice, slice]
Color = tuple[float, float, float]


@dataclass(frozen=True)
class Stage:
    """The picture's size in pixels. Scenes measure in picture heights: x in [0, aspect], y in [0, 1]."""

    width: int
    height: int

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.height, self.width

    @property
    def whole(self) -> Box:
        """The whole picture as a box."""
        return slice(0, self.height), slice(0, self.width)

    def grid(self, box: Box | None = None) -> tuple[Field, Field]:
        """x and y of pixel centers in ``box`` (or the whole picture), in picture heights: (h, w) each."""
        y, x = np.mgrid[box or self.whole].astype(np.float32)
        return (x + 0.5) / self.height, (y + 0.5) / self.height

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The whole pixels that a rectangle in picture heights touches, cut at the frame."""
        h = self.height
        y0, y1 = (int(np.clip(v, 0, self.height)) for v in (np.floor(top * h), np.ceil(bottom * h)))
        x0, x1 = (int(np.clip(v, 0, self.width)) for v in (np.floor(left * h), np.ceil(right * h)))
        return slice(y0, max(y1, y0 + 1)), slice(x0, max(x1, x0 + 1))


class Paint(NamedTuple):
    """Paint over ``box`` of a canvas: color times coverage (h, w, 3), and coverage (h, w) in [0, 1]."""

    color: Field
    coverage: Field
    box: Box

    @classmethod
    def cut(cls, box: Box, color: Field, coverage: Field) -> Paint:
        """What lies in ``box`` of a color (H, W, 3) and its coverage (H, W)."""
        cover = coverage[box].astype(np.float32)
        return cls((color[box] * cover[..., None]).astype(np.float32), cover, box)

    def shaded(self, shade: Field) -> Paint:
        """The same paint, its color times ``shade`` (h, w)."""
        return self._replace(color=self.color * shade[..., None])

    def blurred(self, sigma: float) -> Paint:
        """The same paint out of focus, ``sigma`` in pixels."""
        soft = cv2.GaussianBlur(np.dstack([self.color, self.coverage]), (0, 0), sigma)
        return Paint(soft[..., :3], soft[..., 3], self.box)


class Sheet:
    """A transparent sheet over ``box`` (or the whole picture), drawn ``scale`` times as fine and then shrunk.

    Everything drawn is flat and opaque; the shrinking makes the edges soft.
    """

    def __init__(self, stage: Stage, box: Box | None = None, scale: int = 3) -> None:
        self.stage, self.box, self.scale = stage, box or stage.whole, scale
        self._h, self._w = (s.stop - s.start for s in self.box)
        self.ink = np.zeros((self._h * scale, self._w * scale, 4), np.uint8)

    def _fixed(self, points: ArrayLike) -> NDArray[np.int32]:
        # 4 fractional bits: motion of a fraction of a pixel stays smooth
        origin = np.array([self.box[1].start, self.box[0].start], float)
        pixels = (np.asarray(points, float) * self.stage.height - origin) * self.scale - 0.5
        return np.round(pixels * 16).astype(np.int32)

    @staticmethod
    def _color(color: ArrayLike) -> tuple[float, ...]:
        return (*np.clip(np.round(np.asarray(color, float) * 255), 0, 255).tolist(), 255.0)

    def polygon(self, points: ArrayLike, color: ArrayLike) -> None:
        """Fill a polygon, (n, 2) points (x, y) in picture heights."""
        cv2.fillPoly(self.ink, [self._fixed(points)], self._color(color), shift=4)

    def rectangle(self, left: float, top: float, right: float, bottom: float, color: ArrayLike) -> None:
        """Fill a rectangle, edges in picture heights."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], color)

    def ellipse(self, center: ArrayLike, radii: ArrayLike, color: ArrayLike, angle: float = 0.0) -> None:
        """Fill an ellipse, radii in picture heights, ``angle`` in degrees."""
        self.polygon(ellipse_points(center, radii, angle), color)

    def line(self, points: ArrayLike, width: float, color: ArrayLike) -> None:
        """Draw a polyline of a width in picture heights (at least half a pixel)."""
        thickness = max(1, round(width * self.stage.height * self.scale))
        cv2.polylines(self.ink, [self._fixed(points)], False, self._color(color), thickness, shift=4)

    def settle(self) -> Paint:
        """The sheet at the picture's resolution."""
        small = cv2.resize(self.ink, (self._w, self._h), interpolation=cv2.INTER_AREA).astype(np.float32)
        small /= 255.0
        return Paint(small[..., :3], small[..., 3], self.box)

    def coverage(self) -> Field:
        """How much of each pixel of the whole picture is covered: (H, W) in [0, 1]."""
        cover = np.zeros(self.stage.shape, np.float32)
        cover[self.box] = self.settle().coverage
        return cover


class Canvas:
    """A frame while it is painted: image (H, W, 3) float32 in [0, 1], labels (H, W) of what is in front."""

    def __init__(self, image: Field, labels: NDArray[np.uint8]) -> None:
        self.image, self.labels = image, labels

    @classmethod
    def plain(cls, stage: Stage, image: Field | None = None, label: int = 0) -> Canvas:
        """A canvas with one label, black where there is no ``image``."""
        image = np.zeros((*stage.shape, 3), np.float32) if image is None else image
        return cls(image, np.full(stage.shape, label, np.uint8))

    def copy(self) -> Canvas:
        """A canvas of its own with the same paint."""
        return Canvas(self.image.copy(), self.labels.copy())

    def over(
        self, color: ArrayLike, coverage: Field, label: int | None = None, box: Box | None = None
    ) -> None:
        """Lay a color ((3,) or (h, w, 3)) over the canvas; pixels more than half covered get the label."""
        window = box or (slice(None), slice(None))
        image = self.image[window]
        image += coverage[..., None] * (np.asarray(color, np.float32) - image)
        if label is not None:
            self.labels[window][coverage > 0.5] = label

    def lay(self, paint: Paint, label: int | None = None) -> None:
        """Lay paint on the canvas; pixels more than half covered get the label."""
        image = self.image[paint.box]
        image *= 1 - paint.coverage[..., None]
        image += paint.color
        if label is not None:
            self.mark(paint, label)

    def mark(self, paint: Paint, label: int) -> None:
        """Label the pixels that ``paint`` covers more than half, without laying it."""
        self.labels[paint.box][paint.coverage > 0.5] = label


def ellipse_points(center: ArrayLike, radii: ArrayLike, angle: float = 0.0) -> NDArray[np.float64]:
    """(40, 2) points of an ellipse turned by ``angle`` degrees, clockwise on the screen."""
    a = np.deg2rad(np.linspace(0, 360, 40))
    turn = np.deg2rad(angle)
    x, y = np.stack([np.cos(a), np.sin(a)]) * np.asarray(radii, float)[:, None]
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(center, float) + np.stack([c * x - s * y, s * x + c * y], 1)


def read_points(text: str) -> NDArray[np.float64]:
    """(n, 2) points from "x,y x,y …"."""
    return np.array([[float(v) for v in pair.split(",")] for pair in text.split()])


def smooth_curve(points: ArrayLike, count: int = 60, closed: bool = True) -> NDArray[np.float64]:
    """A Catmull–Rom curve through (n, 2) points: ``count`` points of a rounded outline."""
    p = np.asarray(points, float)
    n = len(p)
    s = np.linspace(0, n if closed else n - 1, count, endpoint=not closed)
    i = np.minimum(s.astype(int), n - 1 if closed else n - 2)
    f = (s - i)[:, None]

    def at(k: NDArray[np.int_]) -> NDArray[np.float64]:
        return p[k % n] if closed else p[np.clip(k, 0, n - 1)]

    a, b, c, d = at(i - 1), at(i), at(i + 1), at(i + 2)
    return 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)


def smoothstep(low: float, high: float, x: ArrayLike) -> Field:
    """0 below ``low``, 1 above ``high``, a soft ramp between (``low`` may exceed ``high``)."""
    f = np.clip((np.asarray(x, np.float32) - low) / (high - low), 0, 1)
    return (f * f * (3 - 2 * f)).astype(np.float32)


def blend(a: ArrayLike, b: ArrayLike, f: ArrayLike) -> Field:
    """Mix colors: a where f = 0, b where f = 1; f (h, w) is spread over the channels."""
    f = np.asarray(f, np.float32)[..., None]
    return (1 - f) * np.asarray(a, np.float32) + f * np.asarray(b, np.float32)


def read_at(picture: Field, x: ArrayLike, y: ArrayLike, border: int = cv2.BORDER_REFLECT_101) -> Field:
    """Read ``picture`` (h, w, …) at columns x and rows y in pixels, bilinearly, with OpenCV's ``border``."""
    # remap takes single precision only; a stray double in a scene's formula is no reason to fail
    columns, rows = np.ascontiguousarray(x, np.float32), np.ascontiguousarray(y, np.float32)
    return np.asarray(cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=border), np.float32)


class Cutout:
    """Paint on a ``fine`` stage, made once, that the picture shows moved or bent."""

    def __init__(self, fine: Stage, paint: Paint) -> None:
        self.fine, self.box = fine, paint.box
        self.shape = paint.coverage.shape
        self._ink = np.dstack([paint.color, paint.coverage])

    def moved(
        self, stage: Stage, box: Box, shift: tuple[ArrayLike, ArrayLike], border: int = cv2.BORDER_CONSTANT
    ) -> Paint:
        """Its paint in ``box`` of the picture, each pixel read (dx, dy) away, in picture heights."""
        x, y = stage.grid(box)
        scale = self.fine.height
        columns = (x + np.asarray(shift[0], np.float32)) * scale - self.box[1].start - 0.5
        rows = (y + np.asarray(shift[1], np.float32)) * scale - self.box[0].start - 0.5
        seen = read_at(self._ink, columns, rows, border)
        return Paint(seen[..., :3], seen[..., 3], box)
