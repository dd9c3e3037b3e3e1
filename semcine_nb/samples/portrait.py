"""A portrait: a person who nods slightly and blinks, before a tree that sways."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Canvas, Cutout, Paint, Sheet, Stage, blend, read_points, smooth_curve, smoothstep
from .foliage import Crown
from .head import PERSON_PERIOD, SKIN, Head, fill
from .noise import grain
from .sample import Layer, Scene

CROWN_PERIODS = (48, 36, 36)
LAYERS = (
    Layer("garden", "background"),
    Layer("lawn", "grass"),
    Layer("sky", "sky & tree"),
    Layer("tree", "sky & tree", (36, 48), moves=True),
    Layer("person", "person", (PERSON_PERIOD,), moves=True),
    Layer("left eye", "person", (PERSON_PERIOD,), moves=True, part_of="person"),
    Layer("right eye", "person", (PERSON_PERIOD,), moves=True, part_of="person"),
)
GARDEN, LAWN, SKY, TREE, PERSON, LEFT_EYE, RIGHT_EYE = range(7)
TORSO = (
    "-.075,.225 -.15,.265 -.30,.31 -.40,.38 -.45,.50 -.47,.75 "
    ".47,.75 .45,.50 .40,.38 .30,.31 .15,.265 .075,.225 .0,.29"
)
NECK = "-.075,.06 .075,.06 .078,.20 .10,.27 .06,.31 .0,.33 -.06,.31 -.10,.27 -.078,.20"


def set_up(stage: Stage, rng: np.random.Generator) -> Scene:
    """Paint garden, tree, body and head, and return the scene."""
    middle = (0.43 * stage.aspect, 0.46)
    garden = _garden(stage, rng)
    crown = Crown(stage, rng, (0.80 * stage.aspect, 0.22), (0.42 * stage.aspect, 0.36), CROWN_PERIODS)
    fine = Stage(2 * stage.width, 2 * stage.height)
    body = _body(fine, middle, rng)
    head = Head(fine, middle, (PERSON, LEFT_EYE, RIGHT_EYE), rng)

    def draw(t: float) -> Canvas:
        canvas = garden.copy()
        crown.paint(canvas, t, TREE)
        head.paint_behind(canvas, stage, t)
        _paint_body(body, canvas, stage, t)
        head.paint(canvas, stage, t)
        return canvas

    return Scene(LAYERS, draw)


def _garden(stage: Stage, rng: np.random.Generator) -> Canvas:
    """A house wall, a hedge, a lawn and sky, all out of focus, and the tree's trunk."""
    x, y = stage.grid()
    a = stage.aspect
    image = blend((0.72, 0.82, 0.92), (0.93, 0.93, 0.90), smoothstep(0, 0.5, y))
    canvas = Canvas.plain(stage, image, SKY)
    wall = smoothstep(0.33 * a + 0.01, 0.33 * a - 0.01, x)
    plaster = 0.5 + 0.18 * grain(rng, stage.shape, (0.8, 0.8), slope=1.3) + 0.3 * (y - 0.5)
    canvas.over(blend((0.80, 0.73, 0.63), (0.70, 0.62, 0.53), plaster), wall, GARDEN)
    sheet = Sheet(stage)
    for left, top, right, bottom, color in (
        (0.07, 0.10, 0.22, 0.52, (0.93, 0.92, 0.89)),
        (0.085, 0.125, 0.14, 0.31, (0.36, 0.43, 0.50)),
        (0.15, 0.125, 0.205, 0.31, (0.42, 0.50, 0.57)),
        (0.085, 0.33, 0.14, 0.50, (0.30, 0.35, 0.40)),
        (0.15, 0.33, 0.205, 0.50, (0.34, 0.40, 0.45)),
        (0.06, 0.52, 0.23, 0.55, (0.62, 0.55, 0.48)),
    ):
        sheet.rectangle(left * a, top, right * a, bottom, color)
    canvas.lay(sheet.settle())
    hedge_top = 0.60 + 0.02 * np.sin(5 * x) + 0.01 * np.sin(17 * x + 1)
    leaves = grain(rng, stage.shape, (1.0, a), slope=1.0, coarsest=6)
    lit = np.clip(0.45 + 0.25 * leaves + 1.5 * (0.70 - y), 0, 1)
    hedge = blend((0.14, 0.22, 0.13), (0.38, 0.46, 0.24), lit)
    canvas.over(hedge, smoothstep(-0.01, 0.01, y - hedge_top + 0.012 * leaves), GARDEN)
    blades = grain(rng, stage.shape, (1.5, a), slope=1.1, stretch=(1, 3), coarsest=4)
    lawn = blend((0.30, 0.42, 0.18), (0.52, 0.60, 0.28), np.clip(0.5 + 0.2 * blades + 0.6 * (0.85 - y), 0, 1))
    canvas.over(lawn, smoothstep(-0.008, 0.008, y - 0.80), LAWN)
    trunk = Sheet(stage, stage.box(0.74 * a, 0.2, a, 0.9))
    outline = read_points(".835,.22 .875,.22 .878,.6 .905,.86 .80,.86 .83,.6") * (a, 1.0)
    trunk.polygon(smooth_curve(outline), (0.33, 0.26, 0.20))
    light = 1.25 - 0.7 * smoothstep(0.82 * a, 0.89 * a, stage.grid(trunk.box)[0])
    canvas.lay(trunk.settle().shaded(light), SKY)
    canvas.image = cv2.GaussianBlur(canvas.image, (0, 0), 0.011 * stage.height)
    return canvas


def _body(fine: Stage, middle: tuple[float, float], rng: np.random.Generator) -> Cutout:
    """Neck and shoulders in a knitted jumper with a round collar."""
    box = fine.box(middle[0] - 0.52, middle[1] + 0.05, middle[0] + 0.52, 1.0)
    x, y = fine.grid()
    u, v = x - middle[0], y - middle[1]
    canvas = Canvas.plain(fine)
    torso, neck = (fill(fine, box, middle, line) for line in (TORSO, NECK))
    rib = np.sin(2 * np.pi * (u / 0.016 + 0.2 * np.sin(9 * v))) * 0.5 + 0.5
    stitch = np.sin(2 * np.pi * (v / 0.013) + 3.0 * rib)
    wool = grain(rng, fine.shape, (0.8, 0.8 * fine.aspect), slope=1.2)
    form = 1.04 - 0.75 * u - 0.9 * np.maximum(np.abs(u) - 0.28, 0) + 0.06 * wool
    form = form * (0.90 + 0.07 * rib + 0.035 * stitch) * (1 - 0.25 * smoothstep(0.30, 0.56, v))
    folds = 0.06 * np.sin(28 * u + 14 * v) * np.exp(-(((np.abs(u) - 0.27) / 0.08) ** 2))
    folds = folds * smoothstep(0.34, 0.5, v)
    # the stripes follow the shoulders
    along = v - 0.9 * u**2 + 0.004 * np.sin(40 * u)
    stripe = smoothstep(0.10, 0.35, np.cos(2 * np.pi * along / 0.058))
    yarn = blend((0.20, 0.29, 0.40), (0.82, 0.79, 0.72), stripe)
    canvas.over(yarn * (form + folds)[..., None], torso)
    shadow = 1.0 - 0.48 * np.exp(-(((v - 0.185 - 0.05 * u) / 0.055) ** 2)) - 0.9 * np.maximum(u, -0.05)
    canvas.over(np.asarray(SKIN) * 0.95 * shadow[..., None], neck)
    collar = Sheet(fine, box)
    arc = read_points("-.098,.235 -.085,.29 -.045,.33 .0,.342 .045,.33 .085,.29 .098,.235") + middle
    collar.line(smooth_curve(arc, 50, closed=False), 0.026, (0.20, 0.32, 0.41))
    light = 0.95 + 0.12 * np.sin(2 * np.pi * np.arctan2(u, v - 0.1) * 22) - 0.8 * u
    canvas.lay(collar.settle().shaded(light[box]))
    whole = np.maximum(np.maximum(torso, neck), collar.coverage())
    return Cutout(fine, Paint.cut(box, canvas.image, whole))


def _paint_body(body: Cutout, canvas: Canvas, stage: Stage, t: float) -> None:
    """The shoulders rise with each breath, one breath a nod."""
    rows, columns = (slice(s.start // 2, s.stop // 2) for s in body.box)
    x, y = stage.grid((rows, columns))
    breath = np.sin(2 * np.pi * t / PERSON_PERIOD - 1.0)
    lift = 0.009 * breath * smoothstep(0.60, 0.80, y)
    widen = 0.010 * breath * (x - 0.43 * stage.aspect) / 0.4
    # the frame cuts the body off: below its edge the jumper goes on
    paint = body.moved(stage, (rows, columns), (-widen, lift), cv2.BORDER_REFLECT_101)
    canvas.lay(paint, PERSON)
