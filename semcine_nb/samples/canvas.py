"""What the scenes are painted with: a stage, soft-edged shapes, and a canvas that keeps the labels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from .noise import Field

Box = tuple[slice, slice]
Colour = tuple[float, float, float]


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

    def grid(self, box: Box | None = None) -> tuple[Field, Field]:
        """x and y of every pixel centre in ``box`` (whole picture by default), in picture heights: (h, w)
        each.
        """
        rows, columns = box or (slice(0, self.height), slice(0, self.width))
        y, x = np.mgrid[rows, columns].astype(np.float32)
        return (x + 0.5) / self.height, (y + 0.5) / self.height

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The whole pixels that a rectangle in picture heights touches, cut at the frame."""
        h = self.height
        y0, y1 = (int(np.clip(v, 0, self.height)) for v in (np.floor(top * h), np.ceil(bottom * h)))
        x0, x1 = (int(np.clip(v, 0, self.width)) for v in (np.floor(left * h), np.ceil(right * h)))
        return slice(y0, max(y1, y0 + 1)), slice(x0, max(x1, x0 + 1))


class Sheet:
    """A transparent sheet over a part of the picture, drawn at ``scale`` times its resolution and then
    shrunk.

    Everything drawn is flat and opaque; the shrinking makes the edges soft. Shading is added when it is laid
    on the canvas.
    """

    def __init__(self, stage: Stage, box: Box, scale: int = 3) -> None:
        self.stage, self.box, self.scale = stage, box, scale
        self._h, self._w = (s.stop - s.start for s in box)
        self._ink = np.zeros((self._h * scale, self._w * scale, 4), np.uint8)

    def _fixed(self, points: ArrayLike) -> NDArray[np.int32]:
        # 4 fractional bits: motion of a fraction of a pixel stays smooth
        origin = np.array([self.box[1].start, self.box[0].start], float)
        pixels = (np.asarray(points, float) * self.stage.height - origin) * self.scale - 0.5
        return np.round(pixels * 16).astype(np.int32)

    @staticmethod
    def _colour(colour: ArrayLike) -> tuple[float, ...]:
        return (*np.clip(np.round(np.asarray(colour, float) * 255), 0, 255).tolist(), 255.0)

    def polygon(self, points: ArrayLike, colour: ArrayLike) -> None:
        """Fill a polygon, (n, 2) points (x, y) in picture heights."""
        cv2.fillPoly(self._ink, [self._fixed(points)], self._colour(colour), shift=4)

    def ellipse(
        self,
        centre: ArrayLike,
        radii: ArrayLike,
        colour: ArrayLike,
        angle: float = 0.0,
        start: float = 0.0,
        end: float = 360.0,
    ) -> None:
        """Fill an ellipse (or a sector of it), radii in picture heights, angles in degrees."""
        self.polygon(ellipse_points(centre, radii, angle, start, end), colour)

    def line(self, points: ArrayLike, width: float, colour: ArrayLike) -> None:
        """Draw a polyline of a width in picture heights (at least half a pixel)."""
        thickness = max(1, round(width * self.stage.height * self.scale))
        cv2.polylines(self._ink, [self._fixed(points)], False, self._colour(colour), thickness, shift=4)

    def settle(self) -> tuple[Field, Field]:
        """Colour times coverage (h, w, 3) and coverage (h, w), in [0, 1] at the picture's resolution."""
        small = cv2.resize(self._ink, (self._w, self._h), interpolation=cv2.INTER_AREA).astype(np.float32)
        small /= 255.0
        return small[..., :3], small[..., 3]


class Canvas:
    """One frame while it is painted: image (H, W, 3) float32 in [0, 1] and the label (H, W) of what is in
    front.
    """

    def __init__(self, image: Field, labels: NDArray[np.uint8]) -> None:
        self.image, self.labels = image, labels

    def copy(self) -> Canvas:
        """A canvas of its own with the same paint."""
        return Canvas(self.image.copy(), self.labels.copy())

    def over(
        self, colour: ArrayLike, coverage: Field, label: int | None = None, box: Box | None = None
    ) -> None:
        """Lay a colour ((3,) or (h, w, 3)) over the canvas; pixels more than half covered get the label."""
        window = box or (slice(None), slice(None))
        image = self.image[window]
        image += coverage[..., None] * (np.asarray(colour, np.float32) - image)
        if label is not None:
            self.labels[window][coverage > 0.5] = label

    def put(
        self,
        sheet: Sheet,
        label: int | None = None,
        shade: Field | None = None,
        opacity: float = 1.0,
    ) -> None:
        """Lay a sheet over the canvas, its colours times ``shade`` (h, w) or (h, w, 3)."""
        colour, coverage = sheet.settle()
        self.put_premultiplied(colour, coverage, sheet.box, label, shade, opacity)

    def put_premultiplied(
        self,
        colour: Field,
        coverage: Field,
        box: Box,
        label: int | None = None,
        shade: Field | None = None,
        opacity: float = 1.0,
    ) -> None:
        """Lay colour that is already multiplied by its coverage, as `Sheet.settle` and warps of it give."""
        if shade is not None:
            colour = colour * (shade if shade.ndim == 3 else shade[..., None])
        image = self.image[box]
        image *= 1 - opacity * coverage[..., None]
        image += opacity * colour
        if label is not None:
            self.labels[box][coverage > 0.5] = label


def ellipse_points(
    centre: ArrayLike,
    radii: ArrayLike,
    angle: float = 0.0,
    start: float = 0.0,
    end: float = 360.0,
    count: int = 40,
) -> NDArray[np.float64]:
    """(count, 2) points of an ellipse or an arc of it; angles in degrees, clockwise on the screen."""
    a = np.deg2rad(np.linspace(start, end, count))
    turn = np.deg2rad(angle)
    x, y = np.stack([np.cos(a), np.sin(a)]) * np.asarray(radii, float)[:, None]
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(centre, float) + np.stack([c * x - s * y, s * x + c * y], 1)


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
    """Mix colours: a where f = 0, b where f = 1; f (h, w) is spread over the channels."""
    f = np.asarray(f, np.float32)[..., None]
    return (1 - f) * np.asarray(a, np.float32) + f * np.asarray(b, np.float32)


def read_at(picture: Field, x: ArrayLike, y: ArrayLike, border: int = cv2.BORDER_REFLECT_101) -> Field:
    """Read ``picture`` (h, w, …) at columns x and rows y, in pixels, bilinearly; outside, as OpenCV's
    ``border``.
    """
    # remap takes single precision only; a stray double in a scene's formula is no reason to fail
    columns, rows = np.ascontiguousarray(x, np.float32), np.ascontiguousarray(y, np.float32)
    return np.asarray(cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=border), np.float32)


def warp(picture: Field, dx: Field, dy: Field, border: int = cv2.BORDER_REPLICATE) -> Field:
    """Read ``picture`` (h, w, …) at each pixel's place plus (dx, dy) pixels."""
    y, x = np.mgrid[: dx.shape[0], : dx.shape[1]].astype(np.float32)
    return read_at(picture, x + dx, y + dy, border)


class Cutout:
    """A picture with coverage, painted once on a finer stage and laid on the canvas moved or bent.

    ``colour`` (H, W, 3) and ``coverage`` (H, W) are of the whole ``fine`` stage; only ``box`` of it is kept.
    """

    def __init__(self, fine: Stage, box: Box, colour: Field, coverage: Field) -> None:
        self.fine, self.box = fine, box
        c = coverage[box].astype(np.float32)
        self.ink = np.dstack([colour[box] * c[..., None], c]).astype(np.float32)

    def put(
        self,
        canvas: Canvas,
        stage: Stage,
        box: Box,
        shift: tuple[ArrayLike, ArrayLike],
        label: int | None = None,
        paint: bool = True,
        border: int = cv2.BORDER_CONSTANT,
    ) -> None:
        """Lay it in ``box`` of the canvas; each pixel looks (dx, dy) away, in picture heights.

        Without ``paint`` it leaves its label only.
        """
        x, y = stage.grid(box)
        scale = self.fine.height
        columns = (x + np.asarray(shift[0], np.float32)) * scale - self.box[1].start - 0.5
        rows = (y + np.asarray(shift[1], np.float32)) * scale - self.box[0].start - 0.5
        seen = read_at(self.ink, columns, rows, border)
        canvas.put_premultiplied(seen[..., :3], seen[..., 3], box, label, opacity=1.0 if paint else 0.0)
