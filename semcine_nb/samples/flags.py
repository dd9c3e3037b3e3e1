"""Two flags that wave before a building, under clouds that drift."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Sheet, Stage, blend, read_at, smoothstep
from .noise import Field, drift_texture, noise_tile
from .sample import Layer, Scene

LEFT_PERIOD, RIGHT_PERIOD, CLOUD_PERIOD = 36, 40, 48
LAYERS = (
    Layer("building", "background"),
    Layer("clouds", "sky & tree", (CLOUD_PERIOD,), moves=True),
    Layer("left flag", "flag", (LEFT_PERIOD,), moves=True),
    Layer("right flag", "flag", (RIGHT_PERIOD,), moves=True),
)
BUILDING, CLOUDS, LEFT, RIGHT = range(4)


def set_up(stage: Stage, rng: np.random.Generator) -> Scene:
    """Paint the building and the two cloths, and return the scene."""
    a = stage.aspect
    sky = _Sky(stage, rng)
    building = _Building(stage, rng)
    left = _Flag(rng, _blue_cloth(), (0.205 * a, 0.17), (0.40, 0.25), LEFT_PERIOD, LEFT)
    right = _Flag(rng, _red_cloth(), (0.615 * a, 0.10), (0.46, 0.28), RIGHT_PERIOD, RIGHT)

    def draw(t: float) -> Canvas:
        canvas = Canvas(sky.at(t), np.full(stage.shape, CLOUDS, np.uint8))
        building.paint(canvas)
        for flag in (left, right):
            flag.paint(canvas, stage, t)
        return canvas

    return Scene(LAYERS, draw)


class _Sky:
    """Fair-weather clouds: two sheets of vapour drift at different speeds and billow as they go."""

    def __init__(self, stage: Stage, rng: np.random.Generator) -> None:
        self._stage = stage
        self._low, self._high = (
            noise_tile(rng, slope=s, stretch=(1.6, 1), coarsest=c) for s, c in ((2.1, 2), (1.95, 2))
        )
        y = stage.grid()[1]
        self._blue = blend((0.42, 0.58, 0.78), (0.76, 0.84, 0.91), smoothstep(0.0, 0.75, y))
        self._thin = 0.25 + 0.75 * smoothstep(0.8, 0.1, y)

    def at(self, t: float) -> Field:
        """The sky at frame time ``t`` (H, W, 3)."""
        turn = 2 * np.pi * t / CLOUD_PERIOD
        drift = 0.0015 * t
        span = (0.55, 0.55 * self._stage.aspect)
        low = drift_texture(self._low, self._stage.shape, span, (0.016 * np.sin(turn), -drift))
        high = drift_texture(
            self._high, self._stage.shape, (0.9, 1.3), (0.3 + 0.010 * np.cos(turn), 0.2 - 0.6 * drift)
        )
        vapour = 0.8 * low + 0.38 * high + 0.1 * np.sin(turn) * high
        cover = smoothstep(-0.4, 1.3, vapour) * self._thin
        # undersides are grey: compare with the vapour a little higher up
        lift = max(2, round(0.02 * self._stage.height))
        underside = np.clip(vapour - np.roll(vapour, -lift, axis=0), -1, 1)
        cloud = blend((0.98, 0.98, 0.97), (0.68, 0.72, 0.79), np.clip(0.30 - 0.9 * underside, 0, 1))
        return blend(self._blue, 0, cover) + cloud * cover[..., None]


class _Building:
    """A town hall's front: ashlar, two rows of windows, cornices, a hipped roof and two flagpoles."""

    def __init__(self, stage: Stage, rng: np.random.Generator) -> None:
        a = stage.aspect
        self._sheet = sheet = Sheet(stage, stage.box(0, 0, a, 1))
        stone, pale, dark = (0.73, 0.67, 0.57), (0.84, 0.79, 0.70), (0.46, 0.41, 0.35)
        self._neighbours(a, rng)
        sheet.polygon(
            [(0.10 * a, 0.50), (0.17 * a, 0.355), (0.83 * a, 0.355), (0.90 * a, 0.50)], (0.36, 0.34, 0.36)
        )
        for row in np.linspace(0.37, 0.49, 7):
            f = (row - 0.355) / 0.145
            sheet.line(
                [((0.17 - 0.07 * f) * a, row), ((0.83 + 0.07 * f) * a, row)], 0.002, (0.29, 0.27, 0.29)
            )
        for chimney in (0.30, 0.68):
            self._block((chimney * a, 0.30, chimney * a + 0.055, 0.40), (0.52, 0.36, 0.30))
            self._block((chimney * a - 0.006, 0.295, chimney * a + 0.061, 0.312), (0.44, 0.30, 0.25))
        self._block((0.11 * a, 0.49, 0.89 * a, 1.0), stone)
        self._block((0.095 * a, 0.478, 0.905 * a, 0.506), pale)
        self._block((0.105 * a, 0.506, 0.895 * a, 0.514), dark)
        self._block((0.11 * a, 0.735, 0.89 * a, 0.755), pale)
        self._block((0.11 * a, 0.755, 0.89 * a, 0.762), dark)
        for column in np.linspace(0.155, 0.845, 9):
            middle = column * a
            for top, bottom in ((0.555, 0.705), (0.80, 0.965)):
                if abs(column - 0.5) < 0.01 and top > 0.7:
                    continue
                self._window(middle, top, bottom, rng)
        self._block((0.5 * a - 0.075, 0.79, 0.5 * a + 0.075, 1.0), pale)
        self._block((0.5 * a - 0.055, 0.815, 0.5 * a + 0.055, 1.0), (0.28, 0.19, 0.13))
        sheet.line([(0.5 * a, 0.82), (0.5 * a, 1.0)], 0.004, (0.16, 0.10, 0.07))
        x, y = stage.grid()
        grain = drift_texture(noise_tile(rng, slope=1.0), stage.shape, (1.0, a), (0, 0))
        stain = drift_texture(noise_tile(rng, slope=1.6, stretch=(3, 1)), stage.shape, (0.7, 0.7 * a), (0, 0))
        courses = (y - 0.514) / 0.027
        joint = np.exp(-((((courses + 0.5) % 1 - 0.5) / 0.09) ** 2)) * (y > 0.514)
        blocks = (x / 0.06 + 0.5 * (np.floor(courses) % 2)) % 1
        joint = np.maximum(joint, np.exp(-(((blocks - 0.5) / 0.035) ** 2)) * (y > 0.514))
        sun = 1.10 - 0.22 * x / a - 0.12 * smoothstep(0.6, 1.0, y)
        under_eaves = 1 - 0.30 * smoothstep(0.56, 0.507, y) * (y > 0.506)
        self._shade = (sun * under_eaves * (1 + 0.035 * grain + 0.03 * stain - 0.07 * joint)).astype(
            np.float32
        )
        colour, self._coverage = sheet.settle()
        self._colour = colour * self._shade[..., None]
        poles = Sheet(stage, sheet.box)
        for foot, top in ((0.205 * a, 0.13), (0.615 * a, 0.06)):
            poles.line([(foot, 0.50), (foot, top)], 0.011, (0.62, 0.62, 0.63))
            poles.line([(foot + 0.003, 0.50), (foot + 0.003, top)], 0.004, (0.38, 0.39, 0.41))
            poles.ellipse((foot + 0.001, top - 0.008), (0.011, 0.011), (0.80, 0.66, 0.30))
        self._poles = poles.settle()

    def _neighbours(self, a: float, rng: np.random.Generator) -> None:
        """Houses further down the street, in haze, and the crowns of street trees."""
        for left, right, top, wall in (
            (-0.02, 0.055, 0.60, (0.70, 0.66, 0.62)),
            (0.05, 0.13, 0.66, (0.77, 0.70, 0.62)),
            (0.86, 0.945, 0.63, (0.74, 0.67, 0.62)),
            (0.94, 1.02, 0.57, (0.68, 0.66, 0.64)),
        ):
            roof = [
                (left * a, top),
                (left * a + 0.02, top - 0.05),
                (right * a - 0.02, top - 0.05),
                (right * a, top),
            ]
            self._sheet.polygon(roof, (0.50, 0.44, 0.43))
            self._block((left * a, top, right * a, 1.0), wall)
            for row in np.arange(top + 0.04, 0.95, 0.085):
                for f in (0.25, 0.68):
                    x = (left + f * (right - left)) * a
                    self._block((x - 0.009, row, x + 0.011, row + 0.042), (0.47, 0.50, 0.54))
        for middle in (0.035, 0.095, 0.905, 0.965):
            for _ in range(90):
                x, y = rng.normal(0, (0.026, 0.030))
                tone = np.clip(0.5 - 9 * y - 4 * x + 0.15 * rng.standard_normal(), 0, 1)
                green = np.array((0.22, 0.32, 0.18)) + tone * np.array((0.24, 0.24, 0.08))
                self._sheet.ellipse((middle * a + x, 0.93 + 1.3 * y), (0.013, 0.010), tuple(green))

    def _block(self, edges: tuple[float, float, float, float], colour: tuple[float, float, float]) -> None:
        left, top, right, bottom = edges
        self._sheet.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def _window(self, middle: float, top: float, bottom: float, rng: np.random.Generator) -> None:
        pale, dark, glass = (0.84, 0.79, 0.70), (0.46, 0.41, 0.35), (0.22, 0.27, 0.33)
        half = 0.036
        self._block((middle - half - 0.012, top - 0.014, middle + half + 0.012, bottom + 0.012), pale)
        self._block((middle - half, top, middle + half, bottom), dark)
        tone = np.asarray(glass) * rng.uniform(0.8, 1.35)
        self._block((middle - half + 0.004, top + 0.008, middle + half - 0.003, bottom - 0.003), tuple(tone))
        sky = tone * 0.55 + np.asarray((0.55, 0.66, 0.78)) * 0.45
        self._sheet.polygon(
            [
                (middle - half + 0.004, top + 0.008),
                (middle + 0.01, top + 0.008),
                (middle - half + 0.004, top + 0.085),
            ],
            sky,
        )
        self._sheet.line([(middle, top), (middle, bottom)], 0.006, (0.80, 0.78, 0.74))
        third = top + 0.36 * (bottom - top)
        self._sheet.line([(middle - half, third), (middle + half, third)], 0.006, (0.80, 0.78, 0.74))
        self._block(
            (middle - half - 0.016, bottom + 0.010, middle + half + 0.016, bottom + 0.018), (0.88, 0.84, 0.76)
        )

    def paint(self, canvas: Canvas) -> None:
        """Lay building and poles."""
        whole = (slice(None), slice(None))
        canvas.put_premultiplied(self._colour, self._coverage, whole, BUILDING)
        canvas.put_premultiplied(*self._poles, whole, BUILDING)


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
        colour = read_at(self._cloth, np.clip(along, 0, 1) * (columns - 1), np.clip(edge, 0, 1) * (rows - 1))
        shade = 0.93 + 0.26 * fold + 0.05 * np.cos(7 * edge + 9 * u)
        sheen = np.maximum(fold - 0.75, 0) * 0.30
        weave = 1 + 0.013 * read_at(self._weave, (along * 400) % 255, (edge * 250) % 255)
        canvas.over(
            colour * (shade * weave)[..., None] + sheen[..., None], cover.astype(np.float32), self._label, box
        )


def _blue_cloth() -> Field:
    """A made-up flag: deep blue with a cream cross and a gold ring."""
    v, u = np.mgrid[:200, :320].astype(np.float32)
    u, v = u / 319, v / 199
    cloth = np.empty((200, 320, 3), np.float32)
    cloth[:] = (0.10, 0.24, 0.50)
    arm = np.maximum(
        smoothstep(0.085, 0.075, np.abs(u - 0.36) * 1.6), smoothstep(0.085, 0.075, np.abs(v - 0.5))
    )
    cloth = blend(cloth, (0.93, 0.90, 0.80), arm)
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
