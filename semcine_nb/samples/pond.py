"""A pond: ripples, reeds that sway and a duck that bobs and paddles round a small loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .canvas import Canvas, Paint, Sheet, Stage, blend, ellipse_points, read_points, smooth_curve, smoothstep
from .noise import Field, grain, noise_tile, wave_set
from .sample import Layer, Scene
from .water import Surface, View, Water

DUCK_PERIOD, REED_PERIOD, CLUMP_PERIOD, WATER_PERIOD = 40, 36, 48, 44
LAYERS = (
    Layer("far trees", "sky & tree"),
    Layer("bank", "background"),
    Layer("jetty", "background"),
    Layer("water", "water", (WATER_PERIOD,), moves=True),
    Layer("reeds", "grass", (REED_PERIOD, CLUMP_PERIOD), moves=True),
    Layer("duck", "animal", (DUCK_PERIOD,), moves=True),
)
TREES, BANK, JETTY, WATER, REEDS, DUCK = range(6)
SHORE = 0.40
HEAD = ".068,-.185 .085,-.215 .115,-.218 .135,-.195 .130,-.165 .095,-.152 .072,-.160"
BODY = "-.140,-.030 -.100,-.085 -.020,-.108 .050,-.098 .105,-.075 .130,-.035 .105,.030 -.020,.050 -.110,.030"
# painted in this order: does it move with the head, color, outline about the middle of the waterline
PLUMAGE = (
    (False, (0.92, 0.91, 0.88), "-.110,-.050 -.190,-.085 -.175,-.055 -.130,-.015"),
    (False, (0.13, 0.13, 0.14), "-.120,-.060 -.165,-.100 -.140,-.105 -.090,-.070"),
    (True, (0.10, 0.33, 0.22), ".050,-.070 .068,-.130 .075,-.170 .125,-.165 .118,-.110 .120,-.050"),
    (False, (0.70, 0.68, 0.64), BODY),
    (False, (0.34, 0.25, 0.19), ".055,-.092 .115,-.080 .132,-.035 .110,.020 .065,.030 .075,-.030"),
    (True, (0.93, 0.92, 0.88), ".062,-.103 .122,-.094 .121,-.081 .058,-.090"),
    (False, (0.52, 0.49, 0.46), "-.135,-.045 -.070,-.088 .020,-.088 .052,-.060 .010,-.025 -.080,-.020"),
    (False, (0.40, 0.36, 0.33), "-.135,-.048 -.050,-.062 -.010,-.058 -.060,-.045"),
    (False, (0.42, 0.38, 0.35), "-.121,-.037 -.036,-.051 .004,-.047 -.046,-.034"),
    (False, (0.20, 0.30, 0.55), "-.085,-.036 -.050,-.046 -.030,-.040 -.060,-.029"),
    (True, (0.10, 0.33, 0.22), HEAD),
    (True, (0.82, 0.68, 0.22), ".128,-.196 .150,-.186 .178,-.178 .180,-.171 .152,-.170 .128,-.170"),
)


def set_up(stage: Stage, rng: np.random.Generator) -> Scene:
    """Paint what stands still and return the scene."""
    backdrop = _backdrop(stage, rng)
    waves = wave_set(rng, 34, WATER_PERIOD, (0.018, 0.34), 0.018, spread=0.55)
    water = Water(stage, backdrop.image, View(SHORE, 0.27), waves, Surface((0.10, 0.17, 0.14)))
    jetty = _jetty(stage, rng)
    reeds = [
        _Reeds(rng, 46, (0.01, 0.20 * stage.aspect), (0.86, 1.04), (0.34, 0.62), REED_PERIOD),
        _Reeds(rng, 26, (0.80 * stage.aspect, 0.97 * stage.aspect), (0.47, 0.52), (0.13, 0.25), CLUMP_PERIOD),
    ]

    def draw(t: float) -> Canvas:
        canvas = backdrop.copy()
        x, y = _place(stage, t)
        water.paint(canvas, t, WATER, _rings(water, x, y, t))
        reeds[1].paint(canvas, stage, t)
        canvas.lay(jetty, JETTY)
        _duck(canvas, water, x, y, t)
        reeds[0].paint(canvas, stage, t)
        return canvas

    return Scene(LAYERS, draw)


def _backdrop(stage: Stage, rng: np.random.Generator) -> Canvas:
    """Morning sky, two lines of trees in haze and a bank of earth."""
    x, y = stage.grid()
    image = blend((0.70, 0.78, 0.86), (0.95, 0.90, 0.80), smoothstep(0.0, 0.32, y))
    canvas = Canvas.plain(stage, image, TREES)
    cloud = grain(rng, stage.shape, (0.6, 0.5), slope=1.9, stretch=(1, 3))
    canvas.over((1.0, 0.97, 0.92), 0.5 * smoothstep(-0.2, 1.6, cloud))
    for base, height, rough, dark, light in (
        (0.215, 0.050, 0.030, (0.50, 0.58, 0.58), (0.62, 0.68, 0.64)),
        (0.165, 0.075, 0.055, (0.15, 0.24, 0.15), (0.42, 0.50, 0.25)),
    ):
        edge = noise_tile(rng, (8, 1024), slope=1.25, stretch=(40, 1), coarsest=3)[0]
        crown = np.interp((x[0] / stage.aspect * 1023) % 1023, np.arange(1024), edge)
        top = base - height * 0.4 * crown
        leaves = grain(rng, stage.shape, (1.0, stage.aspect), slope=0.9, coarsest=8)
        body = smoothstep(-1.5 / stage.height, 1.5 / stage.height, y - top[None] + rough * 0.45 * leaves)
        light_from_above = smoothstep(0.16, 0.0, y - top[None]) * 0.7 + 0.22 * leaves
        canvas.over(blend(dark, light, np.clip(light_from_above, 0, 1)), body, TREES)
    blades = grain(rng, stage.shape, (2.0, stage.aspect), slope=0.8, stretch=(0.5, 3), coarsest=6)
    lip = 0.355 + 0.006 * np.sin(7 * x) + 0.004 * blades
    earth = blend((0.33, 0.28, 0.19), (0.58, 0.51, 0.36), np.clip(0.5 + 0.28 * blades, 0, 1))
    canvas.over(earth, smoothstep(-0.004, 0.006, y - lip), BANK)
    canvas.over((0.20, 0.17, 0.11), 0.7 * smoothstep(SHORE - 0.012, SHORE, y))
    return canvas


def _jetty(stage: Stage, rng: np.random.Generator) -> Paint:
    """Weathered planks in perspective, from the lower right corner."""
    a = stage.aspect
    sheet = Sheet(stage, stage.box(0.60 * a, 0.66, a, 1.0))
    near_left, near_right, far_left, far_right = 0.70 * a, 1.16 * a, 0.86 * a, 1.02 * a
    for post, foot in ((0.87, 0.80), (0.80, 0.98)):
        x, top, bottom = post * a, foot - 0.06, foot + 0.06
        outline = (x, top), (x + 0.016, top), (x + 0.018, bottom), (x - 0.002, bottom)
        sheet.polygon(outline, (0.16, 0.13, 0.10))
    planks = 13
    rows = 0.745 + 0.30 * np.linspace(0, 1, planks + 1) ** 1.5
    for i in range(planks):
        f0, f1 = (rows[i] - 0.745) / 0.30, (rows[i + 1] - 0.745) / 0.30
        tone = 0.9 + 0.16 * rng.standard_normal() * 0.6
        edge = [(far_left + (near_left - far_left) * f, rows[i + k]) for k, f in enumerate((f0, f1))]
        back = [(far_right + (near_right - far_right) * f, rows[i + k]) for k, f in enumerate((f0, f1))]
        sheet.polygon([edge[0], back[0], back[1], edge[1]], np.array((0.47, 0.41, 0.33)) * tone)
        sheet.line([edge[1], back[1]], 0.0035 + 0.004 * f0, (0.17, 0.14, 0.11))
    side = [(far_left, 0.745), (near_left, 1.045), (near_left, 1.09), (far_left, 0.762)]
    sheet.polygon(side, (0.24, 0.20, 0.15))
    # weather streaks the planks
    streaks = grain(rng, sheet.ink.shape[:2], (1.0, 1.0), slope=0.9, stretch=(1, 6), coarsest=4)
    sheet.ink[..., :3] = np.clip(sheet.ink[..., :3] * (1 + 0.10 * streaks[..., None]), 0, 255)
    return sheet.settle()


class _Reeds:
    """A clump of reeds: each blade bends from its root, a little later than its left neighbor."""

    def __init__(
        self,
        rng: np.random.Generator,
        count: int,
        span: tuple[float, float],
        feet: tuple[float, float],
        heights: tuple[float, float],
        period: int,
    ) -> None:
        self.period = period
        order = np.linspace(0, 1, count)
        rng.shuffle(order)
        self.root = np.stack([span[0] + (span[1] - span[0]) * order, np.sort(rng.uniform(*feet, count))], 1)
        self.height = rng.uniform(*heights, count)
        self.lean = rng.normal(0.06, 0.13, count)
        self.sway = rng.uniform(0.09, 0.18, count)
        self.phase = 5.0 * self.root[:, 0] + rng.normal(0, 0.25, count)
        self.tone = rng.uniform(0.7, 1.15, count)
        self.hue = rng.random(count)
        self.cattail = rng.random(count) < 0.2
        self.lean[self.cattail] *= 0.4

    def paint(self, canvas: Canvas, stage: Stage, t: float) -> None:
        reach = 0.4 * self.height.max()
        left, right = self.root[:, 0].min() - reach, self.root[:, 0].max() + reach
        top = (self.root[:, 1] - self.height).min() - 0.02
        sheet = Sheet(stage, stage.box(left, top, right, self.root[:, 1].max() + 0.01))
        s = np.linspace(0, 1, 9)
        angle = 2 * np.pi * t / self.period - self.phase
        bend = self.lean + self.sway * (np.sin(angle) + 0.25 * np.sin(2 * angle + 1.0))
        for i in range(len(self.root)):
            h = self.height[i]
            spine = np.stack([bend[i] * h * s**2, -h * s * (1 - 0.25 * bend[i] ** 2 * s)], 1) + self.root[i]
            wide = np.maximum(0.018 * h * (1 - s) ** 0.6 + 0.0012, 0.0012)[:, None] * [1.0, 0.0]
            green = np.array((0.34, 0.43, 0.17)) + self.hue[i] * np.array((0.20, 0.13, 0.05))
            if self.cattail[i]:
                stalk = spine[:8]
                sheet.line(stalk, 0.0045 * (0.5 + h), 0.9 * self.tone[i] * green)
                head = spine[6:8] if h < 0.3 else np.array([spine[6], 0.6 * spine[7] + 0.4 * spine[8]])
                sheet.line(head, 0.028 * h, np.array((0.33, 0.20, 0.11)) * self.tone[i])
                continue
            sheet.polygon(np.r_[spine - wide, (spine + 0.2 * wide)[::-1]], self.tone[i] * green)
            sheet.polygon(np.r_[spine, (spine + wide)[::-1]], 0.72 * self.tone[i] * green)
        y = stage.grid(sheet.box)[1]
        foot = self.root[:, 1].max()
        light = 0.55 + 0.5 * smoothstep(foot, foot - 0.6 * self.height.max(), y)
        canvas.lay(sheet.settle().shaded(light), REEDS)


def _place(stage: Stage, t: float) -> tuple[float, float]:
    """x and y of the duck's waterline, in picture heights, at frame time t."""
    a = 2 * np.pi * t / DUCK_PERIOD
    return 0.53 * stage.aspect + 0.021 * np.cos(a), 0.640 + 0.009 * np.sin(a)


def _rings(water: Water, x: float, y: float, t: float) -> tuple[Field, Field]:
    """Slopes of the rings that the paddling duck sends out, two a turn."""
    across, depth = water.view.ground(water.stage, x, y)
    dx, dz = water.across - across, water.depth - depth
    r = np.hypot(dx, dz) + 1e-3
    ring = 0.16 * np.cos(2 * np.pi * (r / 0.11 - 2 * t / DUCK_PERIOD)) * np.exp(-r / 0.22)
    ring = ring * smoothstep(0.02, 0.10, r)
    ring *= np.exp(-0.5 * (2 * np.pi / 0.11 * water.footprint * np.abs(dz) / r / 1.6) ** 2)
    return ring * dx / r, ring * dz / r


def _duck(canvas: Canvas, water: Water, x: float, y: float, t: float) -> None:
    """A mallard drake in profile, facing right, its reflection and its shadow on the water."""
    stage, turn = water.stage, 2 * np.pi * t / DUCK_PERIOD
    box = stage.box(x - 0.21, y - 0.25, x + 0.25, y)
    gx, gy = stage.grid(box)
    # light from the upper left; the belly is in its own shade, and the feathers carry a fine grain
    light = (
        0.62
        + 0.45 * smoothstep(y, y - 0.12, gy)
        + 0.05 * np.sin(170 * (gx - x) + 90 * (gy - y)) * np.sin(300 * (gy - y))
    )
    sheen = 1 + 0.25 * np.exp(-(((gx - x - 0.095) / 0.02) ** 2) - ((gy - y + 0.20) / 0.016) ** 2)
    duck = _drawn_duck(Sheet(stage, box, scale=4), x, y, turn).settle().shaded(light * sheen)
    water.mirror(canvas, duck, 0.75)
    canvas.lay(duck, DUCK)
    shadow_box = stage.box(x - 0.16, y - 0.012, x + 0.15, y + 0.02)
    gx, gy = stage.grid(shadow_box)
    lap = y + 0.003 * np.sin(60 * (gx - x) - turn * 2) + 0.002 * np.sin(130 * (gx - x) + turn)
    wet = smoothstep(-0.002, 0.003, gy - lap) * smoothstep(0.16, 0.13, np.abs(gx - x + 0.005))
    canvas.over((0.16, 0.20, 0.18), 0.8 * wet * smoothstep(0.012, 0.004, gy - y), None, shadow_box)
    dark = np.exp(-(((gx - x + 0.01) / 0.10) ** 2) - ((gy - y - 0.003) / 0.007) ** 2)
    canvas.over((0.05, 0.07, 0.06), 0.5 * dark.astype(np.float32), None, shadow_box)


def _drawn_duck(sheet: Sheet, x: float, y: float, turn: float) -> Sheet:
    """Body, folded wing, tail, neck, head, bill and eye, at the angle ``turn`` of its way round."""
    rock, heading = 0.045 * np.sin(2 * turn), np.sin(turn + 0.7)
    c, s = np.cos(rock), np.sin(rock)
    bob = 0.006 * np.sin(2 * turn + 0.5)

    def at(points: NDArray[np.float64], head: bool = False) -> NDArray[np.float64]:
        if head:
            points = points + np.array((0.014 * heading, -0.004 * np.cos(2 * turn)))
        along, down = points.T
        return np.stack([x + c * along - s * down, y + bob + s * along + c * down], 1)

    for on_head, plumage, outline in PLUMAGE:
        sheet.polygon(at(smooth_curve(read_points(outline), 50), on_head), plumage)
    eye = np.array((0.112, -0.1945))
    sheet.polygon(at(ellipse_points(eye, (0.0045, 0.0045)), True), (0.04, 0.04, 0.04))
    sheet.polygon(at(ellipse_points(eye - 0.0012, (0.0014, 0.0014)), True), (0.95, 0.95, 0.95))
    return sheet
