"""A head that nods and blinks: painted once without eyes, then eyes and lids anew in every frame."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Box, Canvas, Cutout, Paint, Sheet, Stage, blend, read_points, smooth_curve, smoothstep
from .noise import Field, grain, noise_tile, sample_tile

Point = tuple[float, float]
PERSON_PERIOD = 40
# outlines in picture heights about the middle of the face
FACE = (
    "-.128,-.08 -.120,-.16 -.06,-.215 .06,-.215 .120,-.16 .128,-.08 .124,.02 .108,.10 .072,.165 "
    ".03,.195 -.03,.195 -.072,.165 -.108,.10 -.124,.02"
)
HAIR_BEHIND = (
    "-.165,.05 -.172,-.10 -.145,-.22 -.07,-.285 .03,-.292 .115,-.255 .165,-.16 .178,-.03 .180,.12 "
    ".172,.24 .13,.32 .0,.33 -.125,.315 -.165,.22"
)
FRINGE = (
    "-.146,.03 -.158,-.10 -.140,-.205 -.07,-.272 .03,-.282 .110,-.245 .152,-.16 .158,-.04 .148,.05 "
    ".130,-.02 .122,-.10 .085,-.165 .02,-.195 -.03,-.198 -.09,-.155 -.118,-.09 -.130,-.03"
)
LIPS_UPPER = "-.050,.108 -.018,.101 .0,.105 .018,.101 .050,.108 .020,.116 .0,.117 -.020,.116"
LIPS_LOWER = "-.047,.110 -.020,.117 .0,.118 .020,.117 .047,.110 .026,.132 .0,.138 -.026,.132"
BROW = "-.036,.006 -.016,-.008 .012,-.010 .036,.003 .012,-.001 -.014,.002"
EYES = ((-0.052, -0.022), (0.052, -0.022))
SKIN = (0.86, 0.66, 0.54)


def nod(t: float) -> float:
    """How far the head is lowered at frame time t, in picture heights."""
    a = 2 * np.pi * t / PERSON_PERIOD
    return 0.011 * np.sin(a) + 0.0025 * np.sin(2 * a + 0.6)


def closed(t: float) -> float:
    """How far both lids are closed at frame time t: 0 open, 1 shut, for about five frames in each period."""
    off = abs((t - 14 + PERSON_PERIOD / 2) % PERSON_PERIOD - PERSON_PERIOD / 2)
    return float(smoothstep(4.5, 1.0, off))


def fill(fine: Stage, box: Box, middle: Point, outline: str) -> Field:
    """Coverage (H, W) of a rounded outline about ``middle``."""
    sheet = Sheet(fine, box, scale=2)
    sheet.polygon(smooth_curve(read_points(outline) + middle, 90), (1, 1, 1))
    return sheet.coverage()


class Head:
    """The head about ``middle`` (x, y in picture heights), on a stage twice as fine as the picture.

    ``labels`` are those of the person, of the eye on the picture's left and of the one on its right.
    """

    def __init__(
        self, fine: Stage, middle: Point, labels: tuple[int, int, int], rng: np.random.Generator
    ) -> None:
        self._labels = labels
        self.fine, self.middle = fine, middle
        self.box = fine.box(middle[0] - 0.24, middle[1] - 0.33, middle[0] + 0.24, middle[1] + 0.36)
        x, y = fine.grid()
        self._u, self._v = x - middle[0], y - middle[1]
        canvas = Canvas.plain(fine)
        face, behind, fringe = (fill(fine, self.box, middle, line) for line in (FACE, HAIR_BEHIND, FRINGE))
        fringe_shadow = cv2.GaussianBlur(fringe, (0, 0), 0.014 * fine.height)
        strands = self._strands(rng)
        back = blend((0.11, 0.07, 0.05), (0.36, 0.23, 0.15), strands * 0.7)
        back = back * (1 - 0.4 * smoothstep(0.05, 0.2, self._v))[..., None]
        self._behind = Cutout(fine, Paint.cut(self.box, back, behind))
        skin = self._skin(rng) * (1 - 0.38 * fringe_shadow)[..., None]
        canvas.over(skin, face)
        self._features(canvas)
        canvas.over(blend((0.17, 0.10, 0.07), (0.58, 0.39, 0.25), strands), fringe)
        self._canvas, self._bare = canvas, canvas.image.copy()
        self._coverage = np.maximum(face, fringe)
        white = np.ones((*fine.shape, 3), np.float32)
        self._lids = [Cutout(fine, Paint.cut(self.box, white, self._socket(eye))) for eye in EYES]

    def _strands(self, rng: np.random.Generator) -> Field:
        """Brightness 0 … 1 of hair, whose strands run down and outwards from the parting."""
        around = np.arctan2(self._u + 0.02, 0.30 + self._v) / np.pi
        radius = np.hypot(self._u + 0.02, 0.30 + self._v)
        tile = noise_tile(rng, (256, 1024), slope=0.7, stretch=(40, 1), coarsest=10)
        hair = sample_tile(tile, around * 2, radius)
        sheen = np.exp(-(((np.hypot(self._u + 0.04, self._v + 0.02) - 0.215) / 0.03) ** 2)) * (self._v < 0)
        return np.clip(0.34 + 0.20 * hair + 0.34 * sheen - 1.1 * self._u - 0.4 * self._v, 0, 1).astype(
            np.float32
        )

    def _skin(self, rng: np.random.Generator) -> Field:
        """Skin on an egg-shaped head, lit from the upper left: sockets, nose, cheeks and chin in relief."""
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
        pores = grain(rng, self.fine.shape, (2.0, 2.0 * self.fine.aspect), slope=0.8, coarsest=10)
        light += 0.012 * pores
        blush = spot(-0.075, 0.055, 0.04, 0.032) + spot(0.075, 0.055, 0.04, 0.032)
        blush = blush + 0.8 * spot(0, 0.055, 0.02, 0.02)
        return np.asarray(SKIN) * light[..., None] * (1 - blush[..., None] * np.array((0.0, 0.10, 0.10)))

    def _features(self, canvas: Canvas) -> None:
        """Brows, nostrils and lips."""
        sheet = Sheet(self.fine, self.box, scale=3)
        for side in (-1, 1):
            brow = read_points(BROW) * (side, 1.0) + self.middle + np.array((0.055 * side, -0.062))
            sheet.polygon(smooth_curve(brow, 40), (0.27, 0.17, 0.12))
            nostril = np.add(self.middle, (0.013 * side, 0.0745))
            sheet.ellipse(nostril, (0.0062, 0.0032), (0.38, 0.22, 0.18), angle=-18 * side)
        sheet.polygon(smooth_curve(read_points(LIPS_UPPER) + self.middle, 60), (0.62, 0.33, 0.30))
        sheet.polygon(smooth_curve(read_points(LIPS_LOWER) + self.middle, 60), (0.74, 0.43, 0.39))
        mouth = read_points("-.052,.107 -.02,.1160 .0,.1170 .02,.1160 .052,.107") + self.middle
        sheet.line(smooth_curve(mouth, 40, closed=False), 0.0025, (0.42, 0.20, 0.18))
        soft = sheet.settle().blurred(0.0022 * self.fine.height)
        u, v = self._u[self.box], self._v[self.box]
        shade = 1.05 - 1.6 * u + 0.35 * np.exp(-(((u + 0.006) / 0.016) ** 2) - ((v - 0.126) / 0.005) ** 2)
        canvas.lay(soft.shaded(shade.astype(np.float32)))

    def _socket(self, eye: tuple[float, float]) -> Field:
        """Coverage of an eye with its lids: what a blink changes."""
        return smoothstep(1.1, 0.9, np.hypot((self._u - eye[0]) / 0.037, (self._v - eye[1]) / 0.023))

    def _paint_eyes(self, shut: float) -> None:
        """Eyeballs between the lids, on the bare face."""
        self._canvas.image[self.box] = self._bare[self.box]
        for eu, ev in EYES:
            center = np.add(self.middle, (eu, ev))
            eye_box = self.fine.box(*(center - 0.05), *(center + 0.05))
            s = np.linspace(-1, 1, 25)
            bow = 1 - np.abs(s) ** 2.2
            lower = np.stack([0.031 * s, 0.0095 * bow + 0.001 * s], 1) + center
            top = -0.0170 + (0.0170 + 0.0085) * shut
            upper = np.stack([0.031 * s, top * bow + 0.001 * s], 1) + center
            ball, eyeball, lashes = (Sheet(self.fine, eye_box, scale=4) for _ in range(3))
            ball.polygon(np.r_[upper, lower[::-1]], (1, 1, 1))
            eyeball.ellipse(center, (0.045, 0.045), (0.93, 0.91, 0.88))
            iris = np.add(center, (0.001, -0.0025))
            eyeball.ellipse(iris, (0.0150, 0.0150), (0.16, 0.12, 0.09))
            eyeball.ellipse(iris, (0.0132, 0.0132), (0.36, 0.27, 0.16))
            eyeball.ellipse(iris, (0.0064, 0.0064), (0.03, 0.03, 0.03))
            eyeball.ellipse(iris - 0.0045, (0.0026, 0.0026), (1.0, 1.0, 1.0))
            y = self.fine.grid(eye_box)[1]
            shade = 0.62 + 0.40 * smoothstep(top, top + 0.014, y - center[1])
            color = eyeball.settle().shaded(shade).color
            self._canvas.over(color, ball.settle().coverage, None, eye_box)
            crease = upper.copy()
            crease[:, 1] -= 0.0075 * (1 - 0.8 * shut) * (0.4 + 0.6 * bow)
            lashes.line(crease, 0.0018, (0.56, 0.38, 0.30))
            lashes.line(lower, 0.0014, (0.60, 0.40, 0.33))
            lashes.line(upper, 0.0048, (0.13, 0.08, 0.07))
            self._canvas.lay(lashes.settle())

    def _pose(self, stage: Stage, t: float) -> tuple[Box, tuple[Field, Field]]:
        """The head's place at frame time ``t``: features move more than the outline, as it tips forward."""
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
        canvas.lay(self._behind.moved(stage, *self._pose(stage, t)), self._labels[0])

    def paint(self, canvas: Canvas, stage: Stage, t: float) -> None:
        """Lay face, eyes and the hair in front."""
        self._paint_eyes(closed(t))
        box, shift = self._pose(stage, t)
        face = Cutout(self.fine, Paint.cut(self.box, self._canvas.image, self._coverage))
        canvas.lay(face.moved(stage, box, shift), self._labels[0])
        for label, lid in zip(self._labels[1:], self._lids, strict=True):
            canvas.mark(lid.moved(stage, box, shift), label)
