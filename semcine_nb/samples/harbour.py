"""A harbour: a boat crosses the frame and is gone, on water that ripples before a row of houses."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Paint, Sheet, Stage, blend, read_points, smooth_curve, smoothstep
from .noise import Field, grain, noise_tile, wave_set
from .sample import Layer, Scene
from .water import Surface, View, Water

WATER_PERIOD = 40
LAYERS = (
    Layer("sky", "sky & tree"),
    Layer("houses and quay", "background"),
    Layer("water", "water", (WATER_PERIOD,), moves=True),
    Layer("boat", "boat", moves=True),
)
SKY, HOUSES, WATER, BOAT = range(4)
SHORE = 0.47
WATERLINE = 0.665
WALLS = (
    (0.82, 0.72, 0.55),
    (0.71, 0.42, 0.33),
    (0.86, 0.82, 0.74),
    (0.55, 0.61, 0.62),
    (0.78, 0.62, 0.47),
    (0.63, 0.33, 0.29),
)
BOLLARD = "-.028,.035 -.022,-.04 -.036,-.07 -.03,-.092 .03,-.092 .036,-.07 .022,-.04 .028,.035"
HULL = "-.225,-.075 -.21,-.02 -.185,.03 .175,.03 .225,-.03 .262,-.105 .16,-.078 .0,-.066 -.12,-.068"
RAIL = (
    "-.222,-.078 -.12,-.072 .0,-.070 .16,-.083 .258,-.109 "
    ".250,-.092 .155,-.064 .0,-.052 -.12,-.053 -.218,-.058"
)


def set_up(stage: Stage, rng: np.random.Generator) -> Scene:
    """Paint sky, houses and quay, and return the scene."""
    backdrop = _town(stage, rng)
    waves = wave_set(rng, 34, WATER_PERIOD, (0.02, 0.40), 0.015, heading=1.3, spread=0.6, detune=0.015)
    surface = Surface((0.09, 0.20, 0.25), mirror=0.40)
    water = Water(stage, backdrop.image, View(SHORE, 0.34), waves, surface)
    quay = _quay(stage, rng)

    def draw(t: float) -> Canvas:
        canvas = backdrop.copy()
        x, rock = boat_path(stage, t)
        water.paint(canvas, t, WATER, _wake(water, x, t))
        _boat(canvas, water, x, rock)
        canvas.lay(quay, HOUSES)
        return canvas

    return Scene(LAYERS, draw)


def boat_path(stage: Stage, t: float) -> tuple[float, float]:
    """x of the boat's middle in picture heights and its roll in radians, at frame time t.

    Half of it is in the frame at first, and it is still there after three seconds, two thirds of the way on:
    at no two times that a loop of 32 frames or more could join is it in nearly the same place.
    """
    return -0.01 * stage.aspect + 0.0138 * t, 0.022 * np.sin(2 * np.pi * t / 31)


def _town(stage: Stage, rng: np.random.Generator) -> Canvas:
    """Evening sky, hills and a row of gabled houses on the far quay."""
    a = stage.aspect
    x, y = stage.grid()
    image = blend((0.55, 0.67, 0.80), (0.98, 0.86, 0.72), smoothstep(0.0, 0.40, y))
    canvas = Canvas.plain(stage, image, SKY)
    haze = grain(rng, stage.shape, (0.7, 0.4), slope=1.9, stretch=(1, 4))
    canvas.over((1.0, 0.93, 0.86), 0.65 * smoothstep(0.0, 1.9, haze))
    ridge = noise_tile(rng, (8, 512), slope=1.5, stretch=(40, 1), coarsest=2)[0]
    crest = 0.285 - 0.030 * np.interp(x[0] / a * 400, np.arange(512), ridge)
    woods = grain(rng, stage.shape, (1, a), slope=0.9, coarsest=8)
    hill = blend((0.48, 0.56, 0.58), (0.60, 0.64, 0.58), np.clip(0.5 + 0.25 * woods, 0, 1))
    canvas.over(hill, smoothstep(-0.002, 0.003, y - crest[None] + 0.003 * woods), HOUSES)
    sheet = Sheet(stage, stage.box(0, 0.12, a, SHORE + 0.01), scale=4)
    _row_of_houses(sheet, rng)
    grime = grain(rng, stage.shape, (1.2, 1.2 * a), slope=1.0)[sheet.box]
    light = 1.04 + 0.06 * grime - 0.22 * smoothstep(SHORE - 0.02, SHORE, stage.grid(sheet.box)[1])
    canvas.lay(sheet.settle().shaded(light.astype(np.float32)), HOUSES)
    # evening haze between camera and town
    canvas.over((0.93, 0.86, 0.78), 0.14 * (canvas.labels == HOUSES).astype(np.float32))
    return canvas


def _row_of_houses(sheet: Sheet, rng: np.random.Generator) -> None:
    """Houses side by side, the far quay's wall and its posts."""
    a = sheet.stage.aspect
    left, number = -0.05, 0
    while left < a:
        width, height = rng.uniform(0.10, 0.17), rng.uniform(0.11, 0.17)
        wall = np.asarray(WALLS[number % len(WALLS)]) * rng.uniform(0.92, 1.05)
        number += 1
        _house(sheet, rng, (left, left + width), SHORE - 0.035 - height, wall)
        left += width + rng.uniform(-0.002, 0.012)
    sheet.rectangle(0, SHORE - 0.037, a, SHORE + 0.01, (0.42, 0.38, 0.34))
    sheet.rectangle(0, SHORE - 0.040, a, SHORE - 0.031, (0.62, 0.57, 0.50))
    for post in np.arange(0.04, a, 0.115):
        sheet.line([(post, SHORE - 0.05), (post, SHORE)], 0.007, (0.24, 0.21, 0.19))


def _house(
    sheet: Sheet, rng: np.random.Generator, sides: tuple[float, float], eaves: float, wall: np.ndarray
) -> None:
    """A gabled front with three columns of windows and a door."""
    left, right = sides
    width = right - left
    foot, middle = SHORE - 0.03, left + width / 2
    gable = eaves - rng.uniform(0.05, 0.08)
    roof = [(left - 0.006, eaves + 0.006), (middle, gable - 0.008), (right + 0.006, eaves + 0.006)]
    sheet.polygon(roof, (0.40, 0.27, 0.24))
    sheet.polygon([(left, eaves), (middle, gable), (right, eaves), (right, foot), (left, foot)], wall)
    sheet.rectangle(right - 0.12 * width, eaves, right, foot, wall * 0.86)
    chimney = left + 0.22 * width
    sheet.rectangle(chimney, gable + 0.005, chimney + 0.014, eaves, (0.45, 0.30, 0.26))
    pane, frame = (0.30, 0.33, 0.37), (0.93, 0.90, 0.85)
    for row in np.arange(eaves + 0.016, foot - 0.045, 0.042):
        for f in (0.2, 0.5, 0.8):
            x = left + f * width
            glow = (0.95, 0.78, 0.45) if rng.random() < 0.12 else pane
            sheet.rectangle(x - 0.011, row - 0.003, x + 0.011, row + 0.027, frame)
            sheet.rectangle(x - 0.008, row, x + 0.008, row + 0.024, glow)
    sheet.rectangle(middle - 0.012, foot - 0.042, middle + 0.012, foot, wall * 0.35)


def _quay(stage: Stage, rng: np.random.Generator) -> Paint:
    """The near quay in the lower left corner: its stones, a bollard and a rope."""
    a = stage.aspect
    sheet = Sheet(stage)
    top, face, joint = (0.55, 0.50, 0.44), (0.30, 0.27, 0.24), (0.36, 0.32, 0.28)
    sheet.polygon([(0, 0.865), (0.40 * a, 0.935), (0.47 * a, 1.0), (0, 1.0)], top)
    sheet.polygon([(0.40 * a, 0.935), (0.47 * a, 1.0), (0.505 * a, 1.0), (0.425 * a, 0.945)], face)
    sheet.line([(0, 0.868), (0.40 * a, 0.937)], 0.006, (0.68, 0.63, 0.56))
    for f in np.linspace(0.06, 0.94, 8):
        ends = (0.40 * a * f, 0.865 + 0.07 * f), (0.40 * a * f + 0.06 * (f + 0.4), 1.0)
        sheet.line(ends, 0.003, joint)
    sheet.line([(0, 0.935), (0.433 * a, 0.968)], 0.003, (0.38, 0.34, 0.30))
    x, y = bollard = 0.16 * a, 0.90
    sheet.ellipse((x + 0.012, y + 0.038), (0.060, 0.014), (0.33, 0.30, 0.27))
    sheet.polygon(smooth_curve(read_points(BOLLARD) + bollard), (0.17, 0.18, 0.20))
    sheet.ellipse((x, y - 0.086), (0.030, 0.009), (0.30, 0.31, 0.33))
    for k in range(3):
        turn = read_points("-.027,.0 .0,.01 .027,.0") + bollard + (0, -0.02 + 0.014 * k)
        sheet.line(smooth_curve(turn, 16, closed=False), 0.010, (0.66 - 0.05 * k, 0.57, 0.42))
    rope = [(x + 0.02, 0.90), (x + 0.12, 0.935), (x + 0.22, 0.94), (x + 0.37, 1.01)]
    sheet.line(smooth_curve(rope, 30, closed=False), 0.010, (0.62, 0.54, 0.40))
    grit = grain(rng, stage.shape, (1.0, a), slope=0.8)
    gx = stage.grid()[0]
    light = 1.0 + 0.09 * grit - 0.12 * np.abs(gx - x + 0.01) * (np.abs(gx - x) < 0.035) / 0.035
    return sheet.settle().shaded(light.astype(np.float32))


def _wake(water: Water, x: float, t: float) -> tuple[Field, Field]:
    """Slopes of the V-shaped wake behind the bow."""
    bow, depth = water.view.ground(water.stage, x + 0.22, WATERLINE)
    back = bow - water.across
    side = np.abs(water.depth - depth)
    arm = side - 0.30 * back
    behind = smoothstep(0.0, 0.15, back)
    crest = np.cos(2 * np.pi * (arm / 0.13)) * np.exp(-((arm / 0.13) ** 2)) * np.exp(-back / 1.1)
    churn = np.exp(-((side / 0.06) ** 2)) * np.exp(-back / 0.9) * np.cos(40 * water.across + 0.9 * t)
    slope = 0.16 * behind * crest * np.exp(-0.5 * (30 * water.footprint) ** 2) + 0.06 * behind * churn
    return -0.3 * slope, slope * np.sign(water.depth - depth)


def _boat(canvas: Canvas, water: Water, x: float, rock: float) -> None:
    """A small fishing boat that heads right, its reflection and the foam along its hull."""
    stage = water.stage
    box = stage.box(x - 0.32, WATERLINE - 0.37, x + 0.34, WATERLINE)
    if box[1].stop - box[1].start < 4:
        return
    gx, gy = stage.grid(box)
    light = 0.80 + 0.32 * smoothstep(WATERLINE + 0.01, WATERLINE - 0.12, gy) - 0.25 * (gx - x)
    boat = _drawn_boat(Sheet(stage, box, scale=4), x, rock).settle().shaded(light.astype(np.float32))
    water.mirror(canvas, boat, 0.8)
    canvas.lay(boat, BOAT)
    foam_box = stage.box(x - 0.30, WATERLINE - 0.012, x + 0.26, WATERLINE + 0.018)
    gx, gy = stage.grid(foam_box)
    curl = WATERLINE + 0.004 * np.sin(55 * gx + 3.0 * x * 55)
    foam = np.exp(-(((gy - curl) / 0.0045) ** 2)) * smoothstep(0.25, 0.19, np.abs(gx - x + 0.02))
    canvas.over((0.90, 0.91, 0.90), (0.65 * foam).astype(np.float32), None, foam_box)


def _drawn_boat(sheet: Sheet, x: float, rock: float) -> Sheet:
    """Mast and stays, wheelhouse, hull, rail, fenders and nets, back to front."""
    c, s = np.cos(rock), np.sin(rock)
    bob = 0.15 * rock

    def at(outline: str, rounded: bool = False) -> np.ndarray:
        p = read_points(outline)
        p = smooth_curve(p, 60) if rounded else p
        return np.stack([x + c * p[:, 0] - s * p[:, 1], WATERLINE + bob + s * p[:, 0] + c * p[:, 1]], 1)

    white, red, navy, wood = (0.93, 0.92, 0.88), (0.66, 0.17, 0.13), (0.13, 0.20, 0.32), (0.55, 0.38, 0.23)
    sheet.line(at("-.15,-.07 -.145,-.30 .20,-.10"), 0.0025, (0.25, 0.22, 0.20))
    sheet.line(at("-.145,-.34 -.15,-.07"), 0.010, wood)
    sheet.line(at("-.145,-.26 .02,-.20"), 0.007, wood)
    sheet.polygon(at("-.105,-.07 -.105,-.185 .105,-.185 .125,-.07"), white)
    sheet.polygon(at("-.120,-.183 -.115,-.200 .120,-.200 .128,-.183"), red)
    for left, right in ((-0.085, -0.035), (-0.022, 0.028), (0.041, 0.095)):
        pane = f"{left},-.165 {right},-.165 {right + 0.004},-.125 {left},-.125"
        sheet.polygon(at(pane), (0.20, 0.26, 0.32))
        sheet.polygon(at(f"{left},-.165 {left + 0.016},-.165 {left},-.135"), (0.55, 0.62, 0.66))
    sheet.polygon(at(HULL, rounded=True), navy)
    sheet.polygon(at(RAIL), white)
    sheet.polygon(at("-.200,-.012 .0,-.004 .222,-.014 .205,.02 -.19,.02"), red)
    sheet.polygon(at(".135,-.078 .150,-.104 .240,-.128 .262,-.106"), white)
    for f in (-0.14, -0.02, 0.10):
        sheet.line(at(f"{f},-.062 {f},-.045"), 0.004, (0.8, 0.76, 0.66))
        fender = f"{f - 0.012},-.045 {f + 0.012},-.045 {f + 0.012},-.012 {f - 0.012},-.012"
        sheet.polygon(at(fender, rounded=True), (0.83, 0.56, 0.18))
    sheet.polygon(at("-.205,-.07 -.19,-.10 -.13,-.105 -.11,-.07"), (0.30, 0.42, 0.34))
    return sheet
