"""A harbour: a boat crosses the frame and is gone, on water that ripples before a row of houses."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Sheet, Stage, blend, read_points, smooth_curve, smoothstep
from .noise import Field, drift_texture, noise_tile, wave_set
from .sample import Layer, Scene
from .water import Water, mirrored

WATER_PERIOD = 40
LAYERS = (
    Layer("sky", "sky & tree"),
    Layer("houses and quay", "background"),
    Layer("water", "water", (WATER_PERIOD,), moves=True),
    Layer("boat", "boat", moves=True),
)
SKY, HOUSES, WATER, BOAT = range(4)
SHORE, HORIZON = 0.47, 0.34
WATERLINE = 0.665
HULL = "-.225,-.075 -.21,-.02 -.185,.03 .175,.03 .225,-.03 .262,-.105 .16,-.078 .0,-.066 -.12,-.068"


def set_up(stage: Stage, rng: np.random.Generator) -> Scene:
    """Paint sky, houses and quay, and return the scene."""
    backdrop = _town(stage, rng)
    waves = wave_set(rng, 34, WATER_PERIOD, (0.02, 0.40), 0.015, heading=1.3, spread=0.6, detune=0.015)
    top = int(SHORE * stage.height)
    water = Water(stage, backdrop.image[:top], SHORE, HORIZON, waves, (0.09, 0.20, 0.25), mirror=0.40)
    quay = _quay(stage, rng)

    def draw(t: float) -> Canvas:
        canvas = backdrop.copy()
        x, rock = boat_path(stage, t)
        water.paint(canvas, t, WATER, _wake(water, stage, x, t))
        _boat(canvas, stage, water, x, rock)
        canvas.put_premultiplied(*quay, (slice(None), slice(None)), HOUSES)
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
    canvas = Canvas(image, np.full(stage.shape, SKY, np.uint8))
    haze = drift_texture(noise_tile(rng, slope=1.9, stretch=(1, 4)), stage.shape, (0.7, 0.4), (0, 0))
    canvas.over((1.0, 0.93, 0.86), 0.65 * smoothstep(0.0, 1.9, haze))
    ridge = noise_tile(rng, (8, 512), slope=1.5, stretch=(40, 1), coarsest=2)[0]
    crest = 0.285 - 0.030 * np.interp(x[0] / a * 400, np.arange(512), ridge)
    woods = drift_texture(noise_tile(rng, slope=0.9, coarsest=8), stage.shape, (1, a), (0, 0))
    hill = blend((0.48, 0.56, 0.58), (0.60, 0.64, 0.58), np.clip(0.5 + 0.25 * woods, 0, 1))
    canvas.over(hill, smoothstep(-0.002, 0.003, y - crest[None] + 0.003 * woods), HOUSES)
    sheet = Sheet(stage, stage.box(0, 0.12, a, SHORE + 0.01), scale=4)
    left = -0.05
    walls = (
        (0.82, 0.72, 0.55),
        (0.71, 0.42, 0.33),
        (0.86, 0.82, 0.74),
        (0.55, 0.61, 0.62),
        (0.78, 0.62, 0.47),
        (0.63, 0.33, 0.29),
    )
    number = 0
    while left < a:
        width, height = rng.uniform(0.10, 0.17), rng.uniform(0.11, 0.17)
        wall = np.asarray(walls[number % len(walls)]) * rng.uniform(0.92, 1.05)
        number += 1
        _house(sheet, rng, left, width, SHORE - 0.035 - height, wall)
        left += width + rng.uniform(-0.002, 0.012)
    sheet.polygon(
        [(0, SHORE - 0.037), (a, SHORE - 0.037), (a, SHORE + 0.01), (0, SHORE + 0.01)], (0.42, 0.38, 0.34)
    )
    sheet.polygon(
        [(0, SHORE - 0.040), (a, SHORE - 0.040), (a, SHORE - 0.031), (0, SHORE - 0.031)], (0.62, 0.57, 0.50)
    )
    for post in np.arange(0.04, a, 0.115):
        sheet.line([(post, SHORE - 0.05), (post, SHORE)], 0.007, (0.24, 0.21, 0.19))
    grime = drift_texture(noise_tile(rng, slope=1.0), stage.shape, (1.2, 1.2 * a), (0, 0))[sheet.box]
    light = 1.04 + 0.06 * grime - 0.22 * smoothstep(SHORE - 0.02, SHORE, stage.grid(sheet.box)[1])
    canvas.put(sheet, HOUSES, shade=light.astype(np.float32))
    # evening haze between camera and town
    canvas.over((0.93, 0.86, 0.78), 0.14 * (canvas.labels == HOUSES).astype(np.float32))
    return canvas


def _house(
    sheet: Sheet, rng: np.random.Generator, left: float, width: float, eaves: float, wall: np.ndarray
) -> None:
    """A gabled front with three columns of windows and a door."""
    right, foot, middle = left + width, SHORE - 0.03, left + width / 2
    gable = eaves - rng.uniform(0.05, 0.08)
    sheet.polygon(
        [(left - 0.006, eaves + 0.006), (middle, gable - 0.008), (right + 0.006, eaves + 0.006)],
        (0.40, 0.27, 0.24),
    )
    sheet.polygon([(left, eaves), (middle, gable), (right, eaves), (right, foot), (left, foot)], wall)
    sheet.polygon(
        [(right - 0.12 * width, eaves), (right, eaves), (right, foot), (right - 0.12 * width, foot)],
        wall * 0.86,
    )
    chimney = left + 0.22 * width
    sheet.polygon(
        [
            (chimney, gable + 0.005),
            (chimney + 0.014, gable + 0.005),
            (chimney + 0.014, eaves),
            (chimney, eaves),
        ],
        (0.45, 0.30, 0.26),
    )
    pane, frame = (0.30, 0.33, 0.37), (0.93, 0.90, 0.85)
    for row in np.arange(eaves + 0.016, foot - 0.045, 0.042):
        for f in (0.2, 0.5, 0.8):
            x = left + f * width
            glow = (0.95, 0.78, 0.45) if rng.random() < 0.12 else pane
            sheet.polygon(
                [
                    (x - 0.011, row - 0.003),
                    (x + 0.011, row - 0.003),
                    (x + 0.011, row + 0.027),
                    (x - 0.011, row + 0.027),
                ],
                frame,
            )
            sheet.polygon(
                [(x - 0.008, row), (x + 0.008, row), (x + 0.008, row + 0.024), (x - 0.008, row + 0.024)], glow
            )
    sheet.polygon(
        [
            (middle - 0.012, foot - 0.042),
            (middle + 0.012, foot - 0.042),
            (middle + 0.012, foot),
            (middle - 0.012, foot),
        ],
        wall * 0.35,
    )


def _quay(stage: Stage, rng: np.random.Generator) -> tuple[Field, Field]:
    """The near quay's stones, a bollard and a rope, in the lower left corner: colour times coverage,
    coverage.
    """
    a = stage.aspect
    sheet = Sheet(stage, stage.box(0, 0, a, 1))
    top, face = (0.55, 0.50, 0.44), (0.30, 0.27, 0.24)
    sheet.polygon([(0, 0.865), (0.40 * a, 0.935), (0.47 * a, 1.0), (0, 1.0)], top)
    sheet.polygon([(0.40 * a, 0.935), (0.47 * a, 1.0), (0.505 * a, 1.0), (0.425 * a, 0.945)], face)
    sheet.line([(0, 0.868), (0.40 * a, 0.937)], 0.006, (0.68, 0.63, 0.56))
    for f in np.linspace(0.06, 0.94, 8):
        sheet.line(
            [(0.40 * a * f, 0.865 + 0.07 * f), (0.40 * a * f + 0.06 * (f + 0.4), 1.0)],
            0.003,
            (0.36, 0.32, 0.28),
        )
    sheet.line([(0, 0.935), (0.433 * a, 0.968)], 0.003, (0.38, 0.34, 0.30))
    bollard = (0.16 * a, 0.90)
    sheet.ellipse((bollard[0] + 0.012, bollard[1] + 0.038), (0.060, 0.014), (0.33, 0.30, 0.27))
    sheet.polygon(
        smooth_curve(
            read_points("-.028,.035 -.022,-.04 -.036,-.07 -.03,-.092 .03,-.092 .036,-.07 .022,-.04 .028,.035")
            + bollard
        ),
        (0.17, 0.18, 0.20),
    )
    sheet.ellipse((bollard[0], bollard[1] - 0.086), (0.030, 0.009), (0.30, 0.31, 0.33))
    for k in range(3):
        sheet.line(
            smooth_curve(
                read_points("-.027,.0 .0,.01 .027,.0") + bollard + (0, -0.02 + 0.014 * k), 16, closed=False
            ),
            0.010,
            (0.66 - 0.05 * k, 0.57, 0.42),
        )
    sheet.line(
        smooth_curve(
            [
                (bollard[0] + 0.02, 0.90),
                (bollard[0] + 0.12, 0.935),
                (bollard[0] + 0.22, 0.94),
                (bollard[0] + 0.37, 1.01),
            ],
            30,
            closed=False,
        ),
        0.010,
        (0.62, 0.54, 0.40),
    )
    colour, coverage = sheet.settle()
    grain = drift_texture(noise_tile(rng, slope=0.8), stage.shape, (1.0, a), (0, 0))
    x = stage.grid()[0]
    light = (
        1.0 + 0.09 * grain - 0.12 * np.abs(x - bollard[0] + 0.01) * (np.abs(x - bollard[0]) < 0.035) / 0.035
    )
    return colour * light[..., None].astype(np.float32), coverage


def _wake(water: Water, stage: Stage, x: float, t: float) -> tuple[Field, Field]:
    """Slopes of the V-shaped wake behind the bow."""
    depth = 0.35 / (WATERLINE - HORIZON)
    back = (x + 0.22 - stage.aspect / 2) * depth - water.across
    side = np.abs(water.depth - depth)
    arm = side - 0.30 * back
    behind = smoothstep(0.0, 0.15, back)
    crest = np.cos(2 * np.pi * (arm / 0.13)) * np.exp(-((arm / 0.13) ** 2)) * np.exp(-back / 1.1)
    churn = np.exp(-((side / 0.06) ** 2)) * np.exp(-back / 0.9) * np.cos(40 * water.across + 0.9 * t)
    slope = 0.16 * behind * crest * np.exp(-0.5 * (30 * water.footprint) ** 2) + 0.06 * behind * churn
    return -0.3 * slope, slope * np.sign(water.depth - depth)


def _boat(canvas: Canvas, stage: Stage, water: Water, x: float, rock: float) -> None:
    """A small fishing boat that heads right: hull, wheelhouse, mast, rail, fenders, and its reflection."""
    box = stage.box(x - 0.32, WATERLINE - 0.37, x + 0.34, WATERLINE)
    if box[1].stop - box[1].start < 4:
        return
    sheet = Sheet(stage, box, scale=4)
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
        sheet.polygon(
            at(f"{left},-.165 {right},-.165 {right + 0.004},-.125 {left},-.125"), (0.20, 0.26, 0.32)
        )
        sheet.polygon(at(f"{left},-.165 {left + 0.016},-.165 {left},-.135"), (0.55, 0.62, 0.66))
    sheet.polygon(at(HULL, rounded=True), navy)
    sheet.polygon(
        at(
            "-.222,-.078 -.12,-.072 .0,-.070 .16,-.083 .258,-.109 "
            ".250,-.092 .155,-.064 .0,-.052 -.12,-.053 -.218,-.058"
        ),
        white,
    )
    sheet.polygon(at("-.200,-.012 .0,-.004 .222,-.014 .205,.02 -.19,.02"), red)
    sheet.polygon(at(".135,-.078 .150,-.104 .240,-.128 .262,-.106"), white)
    for f in (-0.14, -0.02, 0.10):
        sheet.line(at(f"{f},-.062 {f},-.045"), 0.004, (0.8, 0.76, 0.66))
        sheet.polygon(
            at(f"{f - 0.012},-.045 {f + 0.012},-.045 {f + 0.012},-.012 {f - 0.012},-.012", rounded=True),
            (0.83, 0.56, 0.18),
        )
    sheet.polygon(at("-.205,-.07 -.19,-.10 -.13,-.105 -.11,-.07"), (0.30, 0.42, 0.34))
    gx, gy = stage.grid(box)
    light = 0.80 + 0.32 * smoothstep(WATERLINE + 0.01, WATERLINE - 0.12, gy) - 0.25 * (gx - x)
    colour, coverage = sheet.settle()
    colour = colour * light[..., None].astype(np.float32)
    mirrored(canvas, colour, coverage, box[1].start, box[0].stop, water.slope, water.box[0].start, 0.8, 0.5)
    canvas.put_premultiplied(colour, coverage, box, BOAT)
    foam_box = stage.box(x - 0.30, WATERLINE - 0.012, x + 0.26, WATERLINE + 0.018)
    gx, gy = stage.grid(foam_box)
    curl = WATERLINE + 0.004 * np.sin(55 * gx + 3.0 * x * 55)
    foam = np.exp(-(((gy - curl) / 0.0045) ** 2)) * smoothstep(0.25, 0.19, np.abs(gx - x + 0.02))
    canvas.over((0.90, 0.91, 0.90), (0.65 * foam).astype(np.float32), None, foam_box)
