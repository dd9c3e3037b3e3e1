"""Two flags that wave before a building, under clouds that drift."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Paint, Sheet, Stage, blend, read_at, smoothstep
from .noise import Field, drift_texture, grain, noise_tile
from .sample import Layer, Scene

LEFT_PERIOD, RIGHT_PERIOD, CLOUD_PERIOD = 36, 40, 48
LAYERS = (
    Layer("building", "background"),
    Layer("clouds", "sky & tree", (CLOUD_PERIOD,), moves=True),
    Layer("left flag", "flag", (LEFT_PERIOD,), moves=True),
    Layer("right flag", "flag", (RIGHT_PERIOD,), moves=True),
)
BUILDING, CLOUDS, LEFT, RIGHT = range(4)
STONE, PALE, SHADOW = (0.73, 0.67, 0.57), (0.84, 0.79, 0.70), (0.46, 0.41, 0.35)


def set_up(stage: Stage, rng: np.random.Generator) -> Scene:
    """Paint the building and the two cloths, and return the scene."""
    a = stage.aspect
    sky = _Sky(stage, rng)
    building = _building(stage, rng)
    left = _Flag(rng, _blue_cloth(), (0.205 * a, 0.17), (0.40, 0.25), LEFT_PERIOD, LEFT)
    right = _Flag(rng, _red_cloth(), (0.615 * a, 0.10), (0.46, 0.28), RIGHT_PERIOD, RIGHT)

    def draw(t: float) -> Canvas:
        canvas = Canvas.plain(stage, sky.at(t), CLOUDS)
        for paint in building:
            canvas.lay(paint, BUILDING)
        for flag in (left, right):
            flag.paint(canvas, stage, t)
        return canvas

    return Scene(LAYERS, draw)


class _Sky:
    """Fair-weather clouds: two sheets of vapor drift at different speeds and billow as they go."""

    def __init__(self, stage: Stage, rng: np.random.Generator) -> None:
        self._stage = stage
        self._low, self._high = (noise_tile(rng, slope=s, stretch=(1.6, 1), coarsest=2) for s in (2.1, 1.95))
        y = stage.grid()[1]
        self._blue = blend((0.42, 0.58, 0.78), (0.76, 0.84, 0.91), smoothstep(0.0, 0.75, y))
        self._thin = 0.25 + 0.75 * smoothstep(0.8, 0.1, y)

    def at(self, t: float) -> Field:
        """The sky at frame time ``t`` (H, W, 3)."""
        turn = 2 * np.pi * t / CLOUD_PERIOD
        drift = 0.0015 * t
        span = (0.55, 0.55 * self._stage.aspect)
        low = drift_texture(self._low, self._stage.shape, span, (0.016 * np.sin(turn), -drift))
        offset = 0.3 + 0.010 * np.cos(turn), 0.2 - 0.6 * drift
        high = drift_texture(self._high, self._stage.shape, (0.9, 1.3), offset)
        vapor = 0.8 * low + 0.38 * high + 0.1 * np.sin(turn) * high
        cover = smoothstep(-0.4, 1.3, vapor) * self._thin
        # undersides are gray: compare with the vapor a little higher up
        lift = max(2, round(0.02 * self._stage.height))
        underside = np.clip(vapor - np.roll(vapor, -lift, axis=0), -1, 1)
        cloud = blend((0.98, 0.98, 0.97), (0.68, 0.72, 0.79), np.clip(0.30 - 0.9 * underside, 0, 1))
        return blend(self._blue, 0, cover) + cloud * cover[..., None]


def _building(stage: Stage, rng: np.random.Generator) -> tuple[Paint, Paint]:
    """A town hall's front: ashlar, two rows of windows, cornices and a hipped roof; and two flagpoles."""
    sheet = Sheet(stage)
    _neighbors(sheet, rng)
    _roof(sheet)
    _front(sheet, rng)
    return sheet.settle().shaded(_masonry(stage, rng)), _poles(stage)


def _neighbors(sheet: Sheet, rng: np.random.Generator) -> None:
    """Houses further down the street, in haze, and the crowns of street trees."""
    a = sheet.stage.aspect
    for left, right, top, wall in (
        (-0.02, 0.055, 0.60, (0.70, 0.66, 0.62)),
        (0.05, 0.13, 0.66, (0.77, 0.70, 0.62)),
        (0.86, 0.945, 0.63, (0.74, 0.67, 0.62)),
        (0.94, 1.02, 0.57, (0.68, 0.66, 0.64)),
    ):
        ridge = (left * a + 0.02, top - 0.05), (right * a - 0.02, top - 0.05)
        sheet.polygon([(left * a, top), *ridge, (right * a, top)], (0.50, 0.44, 0.43))
        sheet.rectangle(left * a, top, right * a, 1.0, wall)
        for row in np.arange(top + 0.04, 0.95, 0.085):
            for f in (0.25, 0.68):
                x = (left + f * (right - left)) * a
                sheet.rectangle(x - 0.009, row, x + 0.011, row + 0.042, (0.47, 0.50, 0.54))
    for middle in (0.035, 0.095, 0.905, 0.965):
        for _ in range(90):
            x, y = rng.normal(0, (0.026, 0.030))
            tone = np.clip(0.5 - 9 * y - 4 * x + 0.15 * rng.standard_normal(), 0, 1)
            green = np.array((0.22, 0.32, 0.18)) + tone * np.array((0.24, 0.24, 0.08))
            sheet.ellipse((middle * a + x, 0.93 + 1.3 * y), (0.013, 0.010), green)


def _roof(sheet: Sheet) -> None:
    """A hipped roof with courses of tiles and two chimneys."""
    a = sheet.stage.aspect
    ridge = (0.17 * a, 0.355), (0.83 * a, 0.355)
    sheet.polygon([(0.10 * a, 0.50), *ridge, (0.90 * a, 0.50)], (0.36, 0.34, 0.36))
    for row in np.linspace(0.37, 0.49, 7):
        f = (row - 0.355) / 0.145
        ends = ((0.17 - 0.07 * f) * a, row), ((0.83 + 0.07 * f) * a, row)
        sheet.line(ends, 0.002, (0.29, 0.27, 0.29))
    for chimney in (0.30, 0.68):
        sheet.rectangle(chimney * a, 0.30, chimney * a + 0.055, 0.40, (0.52, 0.36, 0.30))
        sheet.rectangle(chimney * a - 0.006, 0.295, chimney * a + 0.061, 0.312, (0.44, 0.30, 0.25))


def _front(sheet: Sheet, rng: np.random.Generator) -> None:
    """The wall with its cornices, two rows of windows and the door."""
    a = sheet.stage.aspect
    for left, top, right, bottom, tone in (
        (0.11, 0.49, 0.89, 1.0, STONE),
        (0.095, 0.478, 0.905, 0.506, PALE),
        (0.105, 0.506, 0.895, 0.514, SHADOW),
        (0.11, 0.735, 0.89, 0.755, PALE),
        (0.11, 0.755, 0.89, 0.762, SHADOW),
    ):
        sheet.rectangle(left * a, top, right * a, bottom, tone)
    for column in np.linspace(0.155, 0.845, 9):
        for top, bottom in ((0.555, 0.705), (0.80, 0.965)):
            if abs(column - 0.5) >= 0.01 or top < 0.7:  # the door has the middle below
                _window(sheet, column * a, top, bottom, rng)
    sheet.rectangle(0.5 * a - 0.075, 0.79, 0.5 * a + 0.075, 1.0, PALE)
    sheet.rectangle(0.5 * a - 0.055, 0.815, 0.5 * a + 0.055, 1.0, (0.28, 0.19, 0.13))
    sheet.line([(0.5 * a, 0.82), (0.5 * a, 1.0)], 0.004, (0.16, 0.10, 0.07))


def _window(sheet: Sheet, middle: float, top: float, bottom: float, rng: np.random.Generator) -> None:
    """A window with sky in its panes, its bars, frame and sill."""
    half, bars = 0.036, (0.80, 0.78, 0.74)
    sheet.rectangle(middle - half - 0.012, top - 0.014, middle + half + 0.012, bottom + 0.012, PALE)
    sheet.rectangle(middle - half, top, middle + half, bottom, SHADOW)
    glass = np.asarray((0.22, 0.27, 0.33)) * rng.uniform(0.8, 1.35)
    left, upper = middle - half + 0.004, top + 0.008
    sheet.rectangle(left, upper, middle + half - 0.003, bottom - 0.003, glass)
    sky = glass * 0.55 + np.asarray((0.55, 0.66, 0.78)) * 0.45
    sheet.polygon([(left, upper), (middle + 0.01, upper), (left, top + 0.085)], sky)
    sheet.line([(middle, top), (middle, bottom)], 0.006, bars)
    third = top + 0.36 * (bottom - top)
    sheet.line([(middle - half, third), (middle + half, third)], 0.006, bars)
    sill = middle - half - 0.016, bottom + 0.010, middle + half + 0.016, bottom + 0.018
    sheet.rectangle(*sill, (0.88, 0.84, 0.76))


def _masonry(stage: Stage, rng: np.random.Generator) -> Field:
    """Brightness (H, W) of the front: sun, the eaves' shadow, stains, and the joints between its blocks."""
    a = stage.aspect
    x, y = stage.grid()
    grit = grain(rng, stage.shape, (1.0, a), slope=1.0)
    stain = grain(rng, stage.shape, (0.7, 0.7 * a), slope=1.6, stretch=(3, 1))
    courses = (y - 0.514) / 0.027
    joint = np.exp(-((((courses + 0.5) % 1 - 0.5) / 0.09) ** 2)) * (y > 0.514)
    blocks = (x / 0.06 + 0.5 * (np.floor(courses) % 2)) % 1
    joint = np.maximum(joint, np.exp(-(((blocks - 0.5) / 0.035) ** 2)) * (y > 0.514))
    sun = 1.10 - 0.22 * x / a - 0.12 * smoothstep(0.6, 1.0, y)
    under_eaves = 1 - 0.30 * smoothstep(0.56, 0.507, y) * (y > 0.506)
    shade = sun * under_eaves * (1 + 0.035 * grit + 0.03 * stain - 0.07 * joint)
    return shade.astype(np.float32)


def _poles(stage: Stage) -> Paint:
    """Two flagpoles with gilt balls."""
    sheet = Sheet(stage)
    for foot, top in ((0.205 * stage.aspect, 0.13), (0.615 * stage.aspect, 0.06)):
        sheet.line([(foot, 0.50), (foot, top)], 0.011, (0.62, 0.62, 0.63))
        sheet.line([(foot + 0.003, 0.50), (foot + 0.003, top)], 0.004, (0.38, 0.39, 0.41))
        sheet.ellipse((foot + 0.001, top - 0.008), (0.011, 0.011), (0.80, 0.66, 0.30))
    return sheet.settle()


class _Flag:
    """A cloth on a pole at ``corner`` (x, y of its upper corner), with waves that grow towards the fly."""

    def __init__(
        self,
        rng: np.random.Generator,
        cloth: Field,
        corner: tuple[float, float],
        size: tuple[float, float],
        period: int,
        label: int,
    ) -> None:
        self._cloth, self._corner, self._size = cloth, corner, size
        self._period, self._label = period, label
        self._start = rng.uniform(0, 2 * np.pi, 3)
        self._weave = noise_tile(rng, slope=0.9, coarsest=8)

    def _lift(self, u: Field, v: Field, t: float) -> tuple[Field, Field]:
        """Swing of the cloth at (u, v) in [0, 1]², in flag heights, and its slope towards the light."""
        a = 2 * np.pi * t / self._period
        one = 2 * np.pi * (1.15 * u + 0.22 * v) - a + self._start[0]
        two = 2 * np.pi * (2.3 * u - 0.30 * v) - 2 * a + self._start[1]
        three = 2 * np.pi * (3.6 * u + 0.55 * v) - 3 * a + self._start[2]
        grip = smoothstep(-0.05, 0.8, u)
        swing = grip * (0.13 * np.sin(one) + 0.042 * np.sin(two) + 0.012 * np.sin(three))
        fold = grip * (0.70 * np.cos(one) + 0.50 * np.cos(two) + 0.30 * np.cos(three))
        return swing, fold

    def paint(self, canvas: Canvas, stage: Stage, t: float) -> None:
        """Lay the flag at frame time ``t``."""
        (x0, y0), (w, h) = self._corner, self._size
        box = stage.box(x0 - 0.01, y0 - 0.3 * h, x0 + 1.08 * w, y0 + 1.5 * h)
        x, y = stage.grid(box)
        u = np.maximum((x - x0) / w, 0)
        # the pole-side droop of a heavy cloth, then two steps of undoing the swing, which depends on v itself
        v = (y - y0) / h - 0.10 * u**1.5
        edge = v
        for _ in range(2):
            swing, fold = self._lift(u, edge, t)
            edge = v - swing
        # folds shorten the cloth: its fly edge moves to and fro
        along = u * (1.0 + 0.035 * np.sin(2 * np.pi * (t / self._period + 0.2 * edge) + self._start[0]))
        pixel = 1.0 / (h * stage.height)
        cover = smoothstep(-pixel, pixel, edge) * smoothstep(1 + pixel, 1 - pixel, edge)
        pixel = 1.0 / (w * stage.height)
        cover *= smoothstep(1 + pixel, 1 - pixel, along) * (x >= x0)
        rows, columns = self._cloth.shape[:2]
        color = read_at(self._cloth, np.clip(along, 0, 1) * (columns - 1), np.clip(edge, 0, 1) * (rows - 1))
        shade = 0.93 + 0.26 * fold + 0.05 * np.cos(7 * edge + 9 * u)
        sheen = np.maximum(fold - 0.75, 0) * 0.30
        weave = 1 + 0.013 * read_at(self._weave, (along * 400) % 255, (edge * 250) % 255)
        color = color * (shade * weave)[..., None] + sheen[..., None]
        canvas.over(color, cover.astype(np.float32), self._label, box)


def _blue_cloth() -> Field:
    """A made-up flag: deep blue with a cream cross and a gold ring."""
    v, u = np.mgrid[:200, :320].astype(np.float32)
    u, v = u / 319, v / 199
    across, down = (smoothstep(0.085, 0.075, d) for d in (np.abs(u - 0.36) * 1.6, np.abs(v - 0.5)))
    cloth = blend((0.10, 0.24, 0.50), (0.93, 0.90, 0.80), np.maximum(across, down))
    ring = smoothstep(0.045, 0.035, np.abs(np.hypot((u - 0.36) * 1.6, v - 0.5) - 0.20))
    return blend(cloth, (0.85, 0.66, 0.22), ring)


def _red_cloth() -> Field:
    """A made-up flag: bands of teal, cream and wine red with a rose."""
    v, u = np.mgrid[:200, :330].astype(np.float32)
    u, v = u / 329, v / 199
    cloth = blend((0.12, 0.42, 0.46), (0.93, 0.89, 0.78), smoothstep(0.325, 0.340, v))
    cloth = blend(cloth, (0.62, 0.20, 0.27), smoothstep(0.660, 0.675, v))
    r, angle = np.hypot((u - 0.45) * 1.65, v - 0.5), np.arctan2(v - 0.5, (u - 0.45) * 1.65)
    rose = smoothstep(0.012, -0.012, r - 0.125 - 0.035 * np.cos(8 * angle))
    cloth = blend(cloth, (0.20, 0.20, 0.36), rose)
    return blend(cloth, (0.90, 0.72, 0.28), smoothstep(0.055, 0.045, r))
