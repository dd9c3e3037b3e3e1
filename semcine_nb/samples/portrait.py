"""A portrait: a person who nods slightly and blinks, before a tree that sways."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import (
    Box,
    Canvas,
    Cutout,
    Sheet,
    Stage,
    blend,
    ellipse_points,
    read_points,
    smooth_curve,
    smoothstep,
)
from .foliage import Crown
from .noise import Field, drift_texture, noise_tile, sample_tile
from .sample import Layer, Scene

PERSON_PERIOD, CROWN_PERIODS = 40, (48, 36, 36)
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

# outlines in picture heights about the middle of the face
FACE = "-.128,-.08 -.120,-.16 -.06,-.215 .06,-.215 .120,-.16 .128,-.08 .124,.02 .108,.10 .072,.165 .03,.195 -.03,.195 -.072,.165 -.108,.10 -.124,.02"
HAIR_BEHIND = "-.165,.05 -.172,-.10 -.145,-.22 -.07,-.285 .03,-.292 .115,-.255 .165,-.16 .178,-.03 .180,.12 .172,.24 .13,.32 .0,.33 -.125,.315 -.165,.22"
FRINGE = "-.146,.03 -.158,-.10 -.140,-.205 -.07,-.272 .03,-.282 .110,-.245 .152,-.16 .158,-.04 .148,.05 .130,-.02 .122,-.10 .085,-.165 .02,-.195 -.03,-.198 -.09,-.155 -.118,-.09 -.130,-.03"
LIPS_UPPER = "-.050,.108 -.018,.101 .0,.105 .018,.101 .050,.108 .020,.116 .0,.117 -.020,.116"
LIPS_LOWER = "-.047,.110 -.020,.117 .0,.118 .020,.117 .047,.110 .026,.132 .0,.138 -.026,.132"
BROW = "-.036,.006 -.016,-.008 .012,-.010 .036,.003 .012,-.001 -.014,.002"
EYES = ((-0.052, -0.022), (0.052, -0.022))
SKIN = (0.86, 0.66, 0.54)


def set_up(stage: Stage, rng: np.random.Generator) -> Scene:
    """Paint garden, tree, body and head, and return the scene."""
    middle = (0.43 * stage.aspect, 0.46)
    garden = _garden(stage, rng)
    crown = Crown(
        stage,
        rng,
        (0.80 * stage.aspect, 0.22),
        (0.42 * stage.aspect, 0.36),
        CROWN_PERIODS,
        leaves=4200,
        leaf=0.034,
        sway=0.013,
        blur=0.004,
    )
    fine = Stage(2 * stage.width, 2 * stage.height)
    body, head = _body(fine, middle, rng), _Head(fine, middle, rng)

    def draw(t: float) -> Canvas:
        canvas = garden.copy()
        crown.paint(canvas, t, TREE)
        head.paint_behind(canvas, stage, t)
        _paint_body(body, canvas, stage, t)
        head.paint(canvas, stage, t)
        return canvas

    return Scene(LAYERS, draw)


def nod(t: float) -> float:
    """How far the head is lowered at frame time t, in picture heights."""
    a = 2 * np.pi * t / PERSON_PERIOD
    return 0.011 * np.sin(a) + 0.0025 * np.sin(2 * a + 0.6)


def closed(t: float) -> float:
    """How far both lids are closed at frame time t: 0 open, 1 shut, for about five frames in each period."""
    off = abs((t - 14 + PERSON_PERIOD / 2) % PERSON_PERIOD - PERSON_PERIOD / 2)
    return float(smoothstep(4.5, 1.0, off))


def _garden(stage: Stage, rng: np.random.Generator) -> Canvas:
    """A house wall, a hedge, a lawn and sky, all out of focus, and the tree's trunk."""
    x, y = stage.grid()
    a = stage.aspect
    image = blend((0.72, 0.82, 0.92), (0.93, 0.93, 0.90), smoothstep(0, 0.5, y))
    canvas = Canvas(image, np.full(stage.shape, SKY, np.uint8))
    wall = smoothstep(0.33 * a + 0.01, 0.33 * a - 0.01, x)
    plaster = drift_texture(noise_tile(rng, slope=1.3), stage.shape, (0.8, 0.8), (0, 0))
    canvas.over(
        blend((0.80, 0.73, 0.63), (0.70, 0.62, 0.53), 0.5 + 0.18 * plaster + 0.3 * (y - 0.5)), wall, GARDEN
    )
    sheet = Sheet(stage, stage.box(0, 0, a, 1))
    for left, top, right, bottom, colour in (
        (0.07, 0.10, 0.22, 0.52, (0.93, 0.92, 0.89)),
        (0.085, 0.125, 0.14, 0.31, (0.36, 0.43, 0.50)),
        (0.15, 0.125, 0.205, 0.31, (0.42, 0.50, 0.57)),
        (0.085, 0.33, 0.14, 0.50, (0.30, 0.35, 0.40)),
        (0.15, 0.33, 0.205, 0.50, (0.34, 0.40, 0.45)),
        (0.06, 0.52, 0.23, 0.55, (0.62, 0.55, 0.48)),
    ):
        sheet.polygon([(left * a, top), (right * a, top), (right * a, bottom), (left * a, bottom)], colour)
    canvas.put(sheet)
    hedge_top = 0.60 + 0.02 * np.sin(5 * x) + 0.01 * np.sin(17 * x + 1)
    leaves = drift_texture(noise_tile(rng, slope=1.0, coarsest=6), stage.shape, (1.0, a), (0, 0))
    hedge = blend(
        (0.14, 0.22, 0.13), (0.38, 0.46, 0.24), np.clip(0.45 + 0.25 * leaves + 1.5 * (0.70 - y), 0, 1)
    )
    canvas.over(hedge, smoothstep(-0.01, 0.01, y - hedge_top + 0.012 * leaves), GARDEN)
    blades = drift_texture(
        noise_tile(rng, slope=1.1, stretch=(1, 3), coarsest=4), stage.shape, (1.5, a), (0, 0)
    )
    lawn = blend((0.30, 0.42, 0.18), (0.52, 0.60, 0.28), np.clip(0.5 + 0.2 * blades + 0.6 * (0.85 - y), 0, 1))
    canvas.over(lawn, smoothstep(-0.008, 0.008, y - 0.80), LAWN)
    trunk = Sheet(stage, stage.box(0.74 * a, 0.2, a, 0.9))
    trunk.polygon(
        smooth_curve(
            [
                (0.835 * a, 0.22),
                (0.875 * a, 0.22),
                (0.878 * a, 0.6),
                (0.905 * a, 0.86),
                (0.80 * a, 0.86),
                (0.83 * a, 0.6),
            ]
        ),
        (0.33, 0.26, 0.20),
    )
    trunk_x = stage.grid(trunk.box)[0]
    canvas.put(trunk, SKY, shade=1.25 - 0.7 * smoothstep(0.82 * a, 0.89 * a, trunk_x))
    canvas.image = cv2.GaussianBlur(canvas.image, (0, 0), 0.011 * stage.height)
    return canvas


def _body(fine: Stage, middle: tuple[float, float], rng: np.random.Generator) -> Cutout:
    """Neck and shoulders in a knitted jumper with a round collar."""
    box = fine.box(middle[0] - 0.52, middle[1] + 0.05, middle[0] + 0.52, 1.0)
    x, y = fine.grid()
    u, v = x - middle[0], y - middle[1]
    canvas = Canvas(np.zeros((*fine.shape, 3), np.float32), np.zeros(fine.shape, np.uint8))
    torso = _fill(
        fine,
        box,
        middle,
        "-.075,.225 -.15,.265 -.30,.31 -.40,.38 -.45,.50 -.47,.75 .47,.75 .45,.50 .40,.38 .30,.31 .15,.265 .075,.225 .0,.29",
    )
    neck = _fill(
        fine, box, middle, "-.075,.06 .075,.06 .078,.20 .10,.27 .06,.31 .0,.33 -.06,.31 -.10,.27 -.078,.20"
    )
    rib = np.sin(2 * np.pi * (u / 0.016 + 0.2 * np.sin(9 * v))) * 0.5 + 0.5
    stitch = np.sin(2 * np.pi * (v / 0.013) + 3.0 * rib)
    wool = drift_texture(noise_tile(rng, slope=1.2), fine.shape, (0.8, 0.8 * fine.aspect), (0, 0))
    form = 1.04 - 0.75 * u - 0.9 * np.maximum(np.abs(u) - 0.28, 0) + 0.06 * wool
    form = form * (0.90 + 0.07 * rib + 0.035 * stitch) * (1 - 0.25 * smoothstep(0.30, 0.56, v))
    folds = (
        0.06
        * np.sin(28 * u + 14 * v)
        * np.exp(-(((np.abs(u) - 0.27) / 0.08) ** 2))
        * smoothstep(0.34, 0.5, v)
    )
    # the stripes follow the shoulders
    along = v - 0.9 * u**2 + 0.004 * np.sin(40 * u)
    stripe = smoothstep(0.10, 0.35, np.cos(2 * np.pi * along / 0.058))
    yarn = blend((0.20, 0.29, 0.40), (0.82, 0.79, 0.72), stripe)
    canvas.over(yarn * (form + folds)[..., None], torso)
    shadow = 1.0 - 0.48 * np.exp(-(((v - 0.185 - 0.05 * u) / 0.055) ** 2)) - 0.9 * np.maximum(u, -0.05)
    canvas.over(np.asarray(SKIN) * 0.95 * shadow[..., None], neck)
    collar = Sheet(fine, box)
    arc = smooth_curve(
        read_points("-.098,.235 -.085,.29 -.045,.33 .0,.342 .045,.33 .085,.29 .098,.235") + middle,
        50,
        closed=False,
    )
    collar.line(arc, 0.026, (0.20, 0.32, 0.41))
    canvas.put(collar, shade=(0.95 + 0.12 * np.sin(2 * np.pi * np.arctan2(u, v - 0.1) * 22) - 0.8 * u)[box])
    whole = np.maximum(torso, neck)
    whole[box] = np.maximum(whole[box], collar.settle()[1])
    return Cutout(fine, box, canvas.image, whole)


def _paint_body(body: Cutout, canvas: Canvas, stage: Stage, t: float) -> None:
    """The shoulders rise with each breath, one breath a nod."""
    box = tuple(slice(s.start // 2, s.stop // 2) for s in body.box)
    x, y = stage.grid((box[0], box[1]))
    breath = np.sin(2 * np.pi * t / PERSON_PERIOD - 1.0)
    lift = 0.009 * breath * smoothstep(0.60, 0.80, y)
    widen = 0.010 * breath * (x - 0.43 * stage.aspect) / 0.4
    # the frame cuts the body off: below its edge the jumper goes on
    body.put(canvas, stage, (box[0], box[1]), (-widen, lift), PERSON, border=cv2.BORDER_REPLICATE)


def _fill(fine: Stage, box: tuple[slice, slice], middle: tuple[float, float], outline: str) -> Field:
    """Coverage (H, W) of a rounded outline about ``middle``."""
    sheet = Sheet(fine, box, scale=2)
    sheet.polygon(smooth_curve(read_points(outline) + middle, 90), (1, 1, 1))
    whole = np.zeros(fine.shape, np.float32)
    whole[box] = sheet.settle()[1]
    return whole


class _Head:
    """The head: painted once with eyes shut out, then eyes and lids anew in every frame."""

    def __init__(self, fine: Stage, middle: tuple[float, float], rng: np.random.Generator) -> None:
        self.fine, self.middle = fine, middle
        self.box = fine.box(middle[0] - 0.24, middle[1] - 0.33, middle[0] + 0.24, middle[1] + 0.36)
        x, y = fine.grid()
        self._u, self._v = x - middle[0], y - middle[1]
        canvas = Canvas(np.zeros((*fine.shape, 3), np.float32), np.zeros(fine.shape, np.uint8))
        face = _fill(fine, self.box, middle, FACE)
        behind = _fill(fine, self.box, middle, HAIR_BEHIND)
        fringe = _fill(fine, self.box, middle, FRINGE)
        fringe_shadow = cv2.GaussianBlur(fringe, (0, 0), 0.014 * fine.height)
        strands = self._strands(rng)
        back = blend((0.11, 0.07, 0.05), (0.36, 0.23, 0.15), strands * 0.7)
        self._behind = Cutout(
            fine, self.box, back * (1 - 0.4 * smoothstep(0.05, 0.2, self._v))[..., None], behind
        )
        skin = self._skin(rng) * (1 - 0.38 * fringe_shadow)[..., None]
        canvas.over(skin, face)
        self._features(canvas)
        canvas.over(blend((0.17, 0.10, 0.07), (0.58, 0.39, 0.25), strands), fringe)
        self._canvas, self._bare = canvas, canvas.image.copy()
        self._coverage = np.maximum(face, fringe)
        self._lids = [
            Cutout(fine, self.box, np.ones((*fine.shape, 3), np.float32), self._socket(eye)) for eye in EYES
        ]

    def _strands(self, rng: np.random.Generator) -> Field:
        """Brightness 0 … 1 of hair, whose strands run down and outwards from the parting."""
        around = np.arctan2(self._u + 0.02, 0.30 + self._v) / np.pi
        radius = np.hypot(self._u + 0.02, 0.30 + self._v)
        tile = noise_tile(rng, (256, 1024), slope=0.7, stretch=(40, 1), coarsest=10)
        grain = sample_tile(tile, around * 2, radius)
        sheen = np.exp(-(((np.hypot(self._u + 0.04, self._v + 0.02) - 0.215) / 0.03) ** 2)) * (self._v < 0)
        return np.clip(0.34 + 0.20 * grain + 0.34 * sheen - 1.1 * self._u - 0.4 * self._v, 0, 1).astype(
            np.float32
        )

    def _skin(self, rng: np.random.Generator) -> Field:
        """Skin on an egg-shaped head, lit from the upper left, with the relief of sockets, nose, cheeks and chin."""
        u, v = self._u, self._v

        def spot(cu: float, cv: float, ru: float, rv: float) -> Field:
            return np.exp(-(((u - cu) / ru) ** 2) - ((v - cv) / rv) ** 2)

        nu, nv = u / 0.150, v / 0.235
        nz = np.sqrt(np.clip(1 - nu**2 - nv**2, 0.02, 1))
        light = 0.60 + 0.46 * np.clip(-0.45 * nu - 0.42 * nv + 0.74 * nz, 0, 1)
        light -= 0.17 * (spot(-0.052, -0.030, 0.036, 0.020) + spot(0.052, -0.030, 0.036, 0.022))
        light += 0.10 * spot(-0.004, 0.015, 0.009, 0.055) + 0.15 * spot(-0.005, 0.056, 0.013, 0.012)
        light -= 0.15 * spot(0.021, 0.030, 0.010, 0.042) + 0.20 * spot(0.005, 0.083, 0.024, 0.007)
        light += 0.05 * spot(-0.070, 0.045, 0.035, 0.030) - 0.07 * spot(0.0, 0.148, 0.035, 0.008)
        light += 0.05 * spot(-0.005, 0.170, 0.025, 0.014) + 0.06 * spot(-0.02, -0.12, 0.06, 0.04)
        light -= 0.05 * spot(-0.026, 0.066, 0.005, 0.012) + 0.09 * spot(0.027, 0.066, 0.006, 0.013)
        light -= 0.06 * (spot(-0.045, 0.095, 0.010, 0.030) + spot(0.045, 0.095, 0.010, 0.030))
        pores = drift_texture(
            noise_tile(rng, slope=0.8, coarsest=10), self.fine.shape, (2.0, 2.0 * self.fine.aspect), (0, 0)
        )
        light += 0.012 * pores
        blush = (
            spot(-0.075, 0.055, 0.04, 0.032)
            + spot(0.075, 0.055, 0.04, 0.032)
            + 0.8 * spot(0, 0.055, 0.02, 0.02)
        )
        return np.asarray(SKIN) * light[..., None] * (1 - blush[..., None] * np.array((0.0, 0.10, 0.10)))

    def _features(self, canvas: Canvas) -> None:
        """Brows, nostrils and lips."""
        sheet = Sheet(self.fine, self.box, scale=3)
        for side in (-1, 1):
            brow = read_points(BROW) * (side, 1.0) + self.middle + np.array((0.055 * side, -0.062))
            sheet.polygon(smooth_curve(brow, 40), (0.27, 0.17, 0.12))
            nostril = np.array(self.middle) + (0.013 * side, 0.0745)
            sheet.ellipse(nostril, (0.0062, 0.0032), (0.38, 0.22, 0.18), angle=-18 * side)
        sheet.polygon(smooth_curve(read_points(LIPS_UPPER) + self.middle, 60), (0.62, 0.33, 0.30))
        sheet.polygon(smooth_curve(read_points(LIPS_LOWER) + self.middle, 60), (0.74, 0.43, 0.39))
        sheet.line(
            smooth_curve(
                read_points("-.052,.107 -.02,.1160 .0,.1170 .02,.1160 .052,.107") + self.middle,
                40,
                closed=False,
            ),
            0.0025,
            (0.42, 0.20, 0.18),
        )
        colour, coverage = sheet.settle()
        soft = cv2.GaussianBlur(np.dstack([colour, coverage]), (0, 0), 0.0022 * self.fine.height)
        u, v = self._u[self.box], self._v[self.box]
        shade = 1.05 - 1.6 * u + 0.35 * np.exp(-(((u + 0.006) / 0.016) ** 2) - ((v - 0.126) / 0.005) ** 2)
        canvas.put_premultiplied(soft[..., :3], soft[..., 3], self.box, shade=shade.astype(np.float32))

    def _socket(self, eye: tuple[float, float]) -> Field:
        """Coverage of an eye with its lids: what a blink changes."""
        return smoothstep(1.1, 0.9, np.hypot((self._u - eye[0]) / 0.037, (self._v - eye[1]) / 0.023))

    def _paint_eyes(self, shut: float) -> None:
        """Eyeballs between the lids, on the bare face."""
        self._canvas.image[self.box] = self._bare[self.box]
        for eu, ev in EYES:
            centre = np.array(self.middle) + (eu, ev)
            eye_box = self.fine.box(*(centre - 0.05), *(centre + 0.05))
            s = np.linspace(-1, 1, 25)
            bow = 1 - np.abs(s) ** 2.2
            lower = np.stack([0.031 * s, 0.0095 * bow + 0.001 * s], 1) + centre
            top = -0.0170 + (0.0170 + 0.0085) * shut
            upper = np.stack([0.031 * s, top * bow + 0.001 * s], 1) + centre
            ball = Sheet(self.fine, eye_box, scale=4)
            ball.polygon(np.r_[upper, lower[::-1]], (1, 1, 1))
            opening = ball.settle()[1]
            eyeball = Sheet(self.fine, eye_box, scale=4)
            eyeball.polygon(ellipse_points(centre, (0.045, 0.045)), (0.93, 0.91, 0.88))
            iris = centre + (0.001, -0.0025)
            eyeball.ellipse(iris, (0.0150, 0.0150), (0.16, 0.12, 0.09))
            eyeball.ellipse(iris, (0.0132, 0.0132), (0.36, 0.27, 0.16))
            eyeball.ellipse(iris, (0.0064, 0.0064), (0.03, 0.03, 0.03))
            eyeball.ellipse(iris + (-0.0045, -0.0045), (0.0026, 0.0026), (1.0, 1.0, 1.0))
            x, y = self.fine.grid(eye_box)
            shade = 0.62 + 0.40 * smoothstep(top, top + 0.014, y - centre[1])
            self._canvas.over(eyeball.settle()[0] * shade[..., None], opening, None, eye_box)
            lashes = Sheet(self.fine, eye_box, scale=4)
            crease = upper * 1.0
            crease[:, 1] -= 0.0075 * (1 - 0.8 * shut) * (0.4 + 0.6 * bow)
            lashes.line(crease, 0.0018, (0.56, 0.38, 0.30))
            lashes.line(lower, 0.0014, (0.60, 0.40, 0.33))
            lashes.line(upper, 0.0048, (0.13, 0.08, 0.07))
            self._canvas.put(lashes)

    def _pose(self, stage: Stage, t: float) -> tuple[Box, tuple[Field, Field]]:
        """Where the head is at frame time ``t``: features move more than the outline, as when a head tips forward."""
        rows, columns = (slice(s.start // 2, s.stop // 2) for s in self.box)
        x, y = stage.grid((rows, columns))
        u, v = x - self.middle[0], y - self.middle[1]
        depth = np.sqrt(np.clip(1 - (u / 0.16) ** 2 - (v / 0.26) ** 2, 0, 1))
        down = nod(t)
        roll = 0.25 * down
        # the neck holds the head's lower end
        hold = smoothstep(0.34, 0.16, v)
        dy = -down * (0.45 + 0.75 * depth) * hold + roll * u
        dx = -roll * v * hold
        return (rows, columns), (dx, dy)

    def paint_behind(self, canvas: Canvas, stage: Stage, t: float) -> None:
        """Lay the hair behind neck and shoulders."""
        self._behind.put(canvas, stage, *self._pose(stage, t), PERSON)

    def paint(self, canvas: Canvas, stage: Stage, t: float) -> None:
        """Lay face, eyes and the hair in front."""
        self._paint_eyes(closed(t))
        box, shift = self._pose(stage, t)
        face = Cutout(self.fine, self.box, self._canvas.image, self._coverage)
        face.put(canvas, stage, box, shift, PERSON)
        for label, lid in zip((LEFT_EYE, RIGHT_EYE), self._lids, strict=True):
            lid.put(canvas, stage, box, shift, label, paint=False)
