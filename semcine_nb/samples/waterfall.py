"""A waterfall between rocks: water falls over a ledge into a pool, with spray at its foot."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Canvas, Paint, Sheet, Stage, blend, smooth_curve, smoothstep
from .noise import Field, drift_texture, fitted_tile, grain, noise_tile, sample_tile, wave_set
from .sample import Layer, Scene
from .water import Surface, View, Water

FALL_PERIODS, SPRAY_PERIOD, POOL_PERIOD = (32, 36, 44), 40, 44
LAYERS = (
    Layer("forest", "sky & tree"),
    Layer("bridge", "background"),
    Layer("cliffs", "rock"),
    Layer("fall", "water", FALL_PERIODS, moves=True),
    Layer("spray", "water", (SPRAY_PERIOD,), moves=True),
    Layer("pool", "water", (POOL_PERIOD,), moves=True),
)
FOREST, BRIDGE, CLIFFS, FALL, SPRAY, POOL = range(6)
LIP, LEDGE, FOOT = 0.205, 0.43, 0.70
BOULDERS = (  # outline in (share of the width, picture height)
    ((-0.03, 0.80), (0.05, 0.735), (0.14, 0.745), (0.22, 0.83), (0.27, 0.90), (0.30, 1.05), (-0.03, 1.05)),
    ((0.74, 1.05), (0.77, 0.92), (0.84, 0.83), (0.93, 0.80), (1.03, 0.82), (1.03, 1.05)),
    ((0.315, 0.80), (0.335, 0.755), (0.375, 0.75), (0.405, 0.785), (0.41, 0.815), (0.32, 0.82)),
    ((0.655, 0.775), (0.675, 0.735), (0.715, 0.73), (0.745, 0.765), (0.75, 0.79), (0.66, 0.79)),
)


def set_up(stage: Stage, rng: np.random.Generator) -> Scene:
    """Paint forest, cliffs and boulders, and return the scene."""
    still = _gorge(stage, rng)
    boulders = _boulders(stage, rng)
    fall, spray = _Fall(stage, rng), _Spray(stage, rng)
    waves = wave_set(rng, 30, POOL_PERIOD, (0.025, 0.30), 0.017, spread=0.8)
    surface = Surface((0.06, 0.13, 0.13), mirror=0.34, wobble=0.5, glint=0.25)
    pool = Water(stage, still.image, View(FOOT, 0.50), waves, surface)
    foam = noise_tile(rng, slope=1.3, coarsest=3)

    def draw(t: float) -> Canvas:
        canvas = still.copy()
        fall.paint(canvas, t)
        pool.reflect(canvas.image)
        pool.paint(canvas, t, POOL, _surge(pool, t))
        _foam(canvas, pool, foam, t)
        canvas.lay(boulders, CLIFFS)
        spray.paint(canvas, t)
        return canvas

    return Scene(LAYERS, draw)


def _rock(stage: Stage, rng: np.random.Generator, scale: float) -> Field:
    """Weathered rock all over the picture (H, W, 3), lit from the upper left, with moss on what faces up."""
    bulk = noise_tile(rng, slope=1.75, stretch=(0.8, 1.2), coarsest=2)
    fine = grain(rng, stage.shape, (2 * scale, 2 * scale * stage.aspect), slope=1.1, coarsest=6)
    span = (scale, scale * stage.aspect)
    height = drift_texture(bulk, stage.shape, span)
    # cracks: where the noise changes sign
    cracked = -np.abs(drift_texture(bulk, stage.shape, span, (0.37, 0.61)))
    relief = cv2.GaussianBlur(height + 0.8 * cracked + 0.10 * fine, (0, 0), 0.0025 * stage.height)
    down, across = (g * stage.height * 0.022 for g in np.gradient(relief))
    light = np.clip(0.60 + 0.26 * across + 0.34 * down, 0.10, 1.25)
    crack = np.exp(-((cracked / 0.10) ** 2))
    tone = light * (1 + 0.07 * fine) * (1 - 0.38 * crack)
    stone = blend((0.34, 0.33, 0.32), (0.55, 0.50, 0.43), smoothstep(-1.5, 1.5, height))
    stone = stone * (0.42 + 1.05 * tone)[..., None]
    moss = smoothstep(0.25, 0.9, down + 0.25 * fine + 0.35 * height) * 0.75
    return blend(stone, np.asarray((0.25, 0.33, 0.13)) * (0.5 + tone[..., None]), moss)


def _gorge(stage: Stage, rng: np.random.Generator) -> Canvas:
    """Forest, a footbridge and the two cliffs with the wet wall behind the fall."""
    a = stage.aspect
    x, y = stage.grid()
    leaves = grain(rng, stage.shape, (1.1, 1.1 * a), slope=0.95, coarsest=5)
    crowns = grain(rng, stage.shape, (1.1, 1.1 * a), slope=1.7, coarsest=2)
    lit = np.clip(0.40 + 0.22 * crowns + 0.20 * leaves + 0.8 * (0.1 - y), 0, 1)
    image = blend((0.12, 0.19, 0.10), (0.46, 0.56, 0.28), lit)
    gap = smoothstep(0.5, 1.5, crowns + 0.35 * leaves + 6 * (0.07 - y) - 3.0 * np.abs(x / a - 0.52))
    canvas = Canvas.plain(stage, blend(image, (0.88, 0.92, 0.90), gap), FOREST)
    haze = 0.22 * smoothstep(0.25, 0.0, y) * smoothstep(0.5, 0.0, np.abs(x - 0.5 * a))
    canvas.over((0.80, 0.86, 0.80), haze)
    canvas.lay(_bridge(stage), BRIDGE)
    rock = _rock(stage, rng, 0.75)
    edge = grain(rng, stage.shape, (0.9, 0.9 * a), slope=1.5, coarsest=2)
    # the rim dips where the stream comes through
    rim = LIP + 0.012 - 0.13 * smoothstep(0.10, 0.34, np.abs(x / a - 0.5)) + 0.016 * edge
    wall = smoothstep(-0.003, 0.004, y - rim)
    gorge = smoothstep(0.26, 0.09, np.abs(x / a - 0.5 + 0.02 * edge))
    depth = (1 - 0.30 * gorge) * (1.06 - 0.30 * smoothstep(0.2, 0.7, y))
    wet = 1 - 0.30 * smoothstep(0.17, 0.08, np.abs(x / a - 0.5)) - 0.25 * smoothstep(FOOT - 0.06, FOOT, y)
    canvas.over(rock * (depth * wet)[..., None], wall, CLIFFS)
    ferns = smoothstep(0.9, 1.5, edge + 0.55 * leaves + 5 * (rim + 0.05 - y))
    ferns = ferns * smoothstep(0.16, 0.24, np.abs(x / a - 0.5))
    green = blend((0.14, 0.22, 0.10), (0.42, 0.52, 0.24), np.clip(0.45 + 0.3 * leaves, 0, 1))
    canvas.over(green, ferns, FOREST)
    canvas.labels[int(FOOT * stage.height) :] = CLIFFS
    return canvas


def _bridge(stage: Stage) -> Paint:
    """A wooden footbridge above the fall."""
    a = stage.aspect
    sheet = Sheet(stage, stage.box(0.28 * a, 0.05, 0.72 * a, 0.22))
    f = np.linspace(0, 1, 24)
    arch = 0.165 - 0.022 * np.sin(np.pi * f)
    across = (0.30 + 0.40 * f) * a
    deck = np.stack([across, arch], 1)
    sheet.line(deck + np.array((0, 0.008)), 0.014, (0.20, 0.15, 0.11))
    sheet.line(deck, 0.008, (0.50, 0.40, 0.29))
    for i in range(0, 24, 3):
        sheet.line([(across[i], arch[i]), (across[i], arch[i] - 0.065)], 0.008, (0.36, 0.28, 0.20))
    for up in (0.035, 0.063):
        sheet.line(deck - (0, up), 0.006, (0.45, 0.36, 0.26))
    return sheet.settle()


def _boulders(stage: Stage, rng: np.random.Generator) -> Paint:
    """Rocks in and before the pool."""
    rock = _rock(stage, rng, 0.9)
    y = stage.grid()[1]
    color, coverage = np.zeros((*stage.shape, 3), np.float32), np.zeros(stage.shape, np.float32)
    for outline in BOULDERS:
        points = smooth_curve(np.asarray(outline) * (stage.aspect, 1.0), 80)
        sheet = Sheet(stage, stage.box(0, 0.70, stage.aspect, 1.0))
        sheet.polygon(points + 0.004 * rng.standard_normal(points.shape), (1, 1, 1))
        cover = sheet.coverage()
        top, bottom = points[:, 1].min(), min(points[:, 1].max(), 1.0)
        round_light = 1.35 - 0.85 * smoothstep(top, bottom, y)
        rim_light = cover - cv2.GaussianBlur(cover, (0, 0), 0.022 * stage.height)
        rim = np.clip(np.roll(rim_light, (-1, -1), (0, 1)), 0, 1) * smoothstep(bottom, top, y)
        wet = 1 - 0.5 * smoothstep(bottom - 0.03, bottom, y) * (bottom < 0.95)
        lit = rock * (round_light * wet * (0.9 + 0.5 * rim))[..., None]
        color = color * (1 - cover[..., None]) + lit * cover[..., None]
        coverage = np.maximum(coverage, cover)
    return Paint(color.astype(np.float32), coverage, stage.whole)


class _Fall:
    """Falling water: three textures run down side by side with their own periods, the faster the lower."""

    def __init__(self, stage: Stage, rng: np.random.Generator) -> None:
        a = stage.aspect
        self._box = stage.box(0.36 * a, LIP - 0.03, 0.66 * a, FOOT + 0.01)
        x, y = stage.grid(self._box)
        drop = np.clip((y - LIP) / (FOOT - LIP), 0, 1)
        below = smoothstep(LEDGE - 0.02, LEDGE + 0.09, y)
        middle = a * (0.50 + 0.012 * below) + 0.008 * np.sin(9 * y)
        half = 0.115 + 0.020 * drop + 0.045 * below
        u = (x - middle) / half
        # time since the lip, 1 at the foot; the ledge brakes the water
        self._since = np.sqrt(drop + 0.05) + 0.16 * below
        self._u = u
        ragged = noise_tile(rng, (256, 256), slope=1.15, stretch=(2.2, 1), coarsest=4)
        strand = noise_tile(rng, (256, 256), slope=1.0, stretch=(6, 1.0), coarsest=5)
        # strands twice, once mirrored, and ragged water between them
        tiles = (strand, ragged, np.ascontiguousarray(strand[:, ::-1]))
        self._tiles = [fitted_tile(tile, 300 / stage.height) for tile in tiles]
        rock = grain(rng, u.shape, (1, 0.6), slope=1.5, coarsest=3)
        self._body = smoothstep(1.05, 0.72, np.abs(u) + 0.10 * rock) * smoothstep(-0.006, 0.004, y - LIP)
        thin = 0.40 * np.exp(-(((y - LEDGE + 0.02) / 0.05) ** 2)) * smoothstep(-0.2, 0.8, rock)
        self._thin = thin.astype(np.float32)
        self._burst = np.exp(-(((y - LEDGE - 0.03 - 0.01 * rock) / 0.022) ** 2)).astype(np.float32)
        light = 1.04 - 0.16 * np.abs(u) - 0.05 * u - 0.10 * smoothstep(LIP + 0.05, LIP, y)
        self._light = light.astype(np.float32)

    def paint(self, canvas: Canvas, t: float) -> None:
        """Lay the fall at frame time ``t``."""
        runs = zip(self._tiles, FALL_PERIODS, (0.22, 0.30, 0.40), (0.8, 1.0, 1.2), strict=True)
        flow = [
            sample_tile(tile, self._u * across + 0.31 * i, self._since * down - t / period)
            for i, (tile, period, across, down) in enumerate(runs)
        ]
        strands = 0.62 * flow[0] + 0.38 * flow[1] + 0.50 * flow[2]
        cover = np.clip(self._body * (0.92 + 0.22 * strands) - self._thin + 0.15 * self._burst, 0, 1)
        cover *= smoothstep(0.02, 0.35, self._body)
        bright = np.clip(0.60 + 0.24 * strands + 0.22 * self._burst, 0, 1)
        color = blend((0.40, 0.49, 0.53), (0.97, 0.98, 0.98), bright) * self._light[..., None]
        canvas.over(np.minimum(color, 1), cover.astype(np.float32), FALL, self._box)


class _Spray:
    """Mist that boils up from the foot of the fall and thins out as it rises."""

    def __init__(self, stage: Stage, rng: np.random.Generator) -> None:
        a = stage.aspect
        self._box = stage.box(0.26 * a, FOOT - 0.30, 0.77 * a, FOOT + 0.09)
        x, y = stage.grid(self._box)
        u, up = (x - 0.512 * a) / 0.26, (FOOT + 0.02 - y)
        self._u, self._v = x / 0.55, y / 0.42
        plume = np.exp(-(u**2) * (1.3 + 2 * np.maximum(up, 0))) * np.exp(-np.maximum(up, 0) / 0.11)
        self._density = (plume * smoothstep(-0.06, -0.005, up)).astype(np.float32)
        tiles = [noise_tile(rng, slope=1.7, coarsest=3) for _ in range(2)]
        self._puffs = [fitted_tile(tile, 256 / (0.5 * stage.height)) for tile in tiles]

    def paint(self, canvas: Canvas, t: float) -> None:
        """Lay the mist at frame time ``t``."""
        rise = t / SPRAY_PERIOD
        sway = 0.05 * np.sin(2 * np.pi * rise)
        puff = 0.6 * sample_tile(self._puffs[0], self._u, self._v + rise)
        puff += 0.5 * sample_tile(self._puffs[1], self._u * 1.6 + sway, self._v * 1.5 + 2 * rise)
        cover = np.clip(self._density * (1.15 + 0.50 * puff), 0, 0.93)
        # mist that is too thin to be labelled as water should not be seen to move either
        cover = cover * smoothstep(0.22, 0.5, cover)
        canvas.over((0.93, 0.95, 0.95), cover, SPRAY, self._box)


def _surge(pool: Water, t: float) -> tuple[Field, Field]:
    """Slopes of the rings that run from the foot of the fall across the pool."""
    dz = pool.depth.max() - pool.depth
    r = np.hypot(pool.across * 0.7, dz + 0.02) + 1e-3
    ring = 0.11 * np.cos(2 * np.pi * (r / 0.16 - 3 * t / POOL_PERIOD))
    ring = ring + 0.07 * np.cos(2 * np.pi * (r / 0.10 - 4 * t / POOL_PERIOD) + pool.across * 9)
    ring = ring * np.exp(-r / 0.55) * np.exp(-0.5 * (30 * pool.footprint) ** 2)
    return 0.7 * ring * pool.across / r, -ring * dz / r


def _foam(canvas: Canvas, pool: Water, tile: Field, t: float) -> None:
    """White water where the fall strikes, drifting off in flecks."""
    dz = pool.depth.max() - pool.depth
    r = np.hypot(pool.across * 0.8, dz)
    drift = t / POOL_PERIOD
    flecks = sample_tile(tile, pool.across * 1.4 + 0.3, dz * 2.2 - drift)
    flecks = 0.7 * flecks + 0.5 * sample_tile(tile, pool.across * 2.6, dz * 3.7 - 2 * drift + 0.4)
    near = np.exp(-((r / 0.17) ** 2))
    cover = smoothstep(0.35, 1.35, 0.55 * flecks + 1.9 * near - 0.35 * r) * np.exp(-r / 0.8)
    canvas.over((0.90, 0.93, 0.93), np.clip(0.95 * cover, 0, 1).astype(np.float32), None, pool.box)
