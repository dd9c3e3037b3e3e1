"""Gradient-domain blending: take the jumps out of a rendered loop without moving anything else.

The loop I₀ that a labelling gives has steps that no source frame has: across the border of two labels, and
where a pixel's loop starts again. The blended loop I = I₀ + C has, there, the step g wanted instead:

    min_C  Σ_edges (C(b) − C(a) − r)² + ε Σ C²,      r = g − (I₀(b) − I₀(a)), zero on all edges but seams,

over the edges in x, y and (periodic) t: the screened Poisson equation (ε − Δ) C = −div r. The wanted step is
the mean of those that either side's label would show (Liao, Joshi & Hoppe 2013, "Automated video looping with
progressive dynamism", ACM TOG 32(4):77; Liao, Finch & Hoppe 2015, "Fast computation of seamless video loops",
ACM TOG 34(6):197). Far from seams C vanishes, so it is solved only in boxes around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy import ndimage

from ..errors import LoopError
from ..progress import Progress, silent, track
from .poisson import run_parts, screened_poisson
from .timelines import Timeline

_BLOCK = 16  # px, grid on which boxes are found
_CHUNK = 4  # planes or rows a task; fixed, so that results do not depend on the number of threads


@dataclass(frozen=True)
class BlendParameters:
    """Constants of the blend.

    screening : ε, 1/px²; a correction fades with distance d as exp(−d·√ε), here within 16 px. Measured on
        real clips, 1e-3 and 1.6e-2 take seams out as well as this (RMS within 2 %), but the one leaves a haze
        of two to three times the strength 16 … 32 px into the static part, and the other narrow borders.
    margin : px around a seam beyond which the loop is left as it is.
    """

    screening: float = 4e-3
    margin: int = 32

    def __post_init__(self) -> None:
        if not self.screening > 0 or self.margin < 1:
            raise LoopError(
                f"screening {self.screening} must be above 0 and margin {self.margin} at least 1 px"
            )


@dataclass(frozen=True)
class Box:
    """Rows y0 … y1 − 1 and columns x0 … x1 − 1, in px."""

    y0: int
    y1: int
    x0: int
    x1: int


def seam_mask(timeline: Timeline) -> np.ndarray:
    """(H, W) bool: pixels at a border of two labels, or whose own loop jumps in time."""
    label = timeline.label
    jumps = np.zeros(len(timeline.period), bool)
    jumps[timeline.seam_label] = True
    mask = jumps[label]
    for a, b in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        border = label[a] != label[b]
        mask[a] |= border
        mask[b] |= border
    return mask


def seam_boxes(mask: np.ndarray, margin: int) -> list[Box]:
    """Disjoint boxes that hold every True pixel with ``margin`` px around it, where the picture has them."""
    h, w = mask.shape
    padded = np.pad(mask, ((0, -h % _BLOCK), (0, -w % _BLOCK)))
    coarse = padded.reshape(len(padded) // _BLOCK, _BLOCK, -1, _BLOCK).any(axis=(1, 3))
    coarse = ndimage.maximum_filter(coarse, 2 * -(-margin // _BLOCK) + 1, mode="constant")
    parts, _ = ndimage.label(coarse, np.ones((3, 3)))
    boxes = [
        Box(rows.start * _BLOCK, min(rows.stop * _BLOCK, h), cols.start * _BLOCK, min(cols.stop * _BLOCK, w))
        for rows, cols in ndimage.find_objects(parts)
    ]
    while (pair := _overlapping(boxes)) is not None:
        a, b = pair
        boxes = [box for box in boxes if box not in pair]
        boxes.append(Box(min(a.y0, b.y0), max(a.y1, b.y1), min(a.x0, b.x0), max(a.x1, b.x1)))
    return sorted(boxes, key=lambda box: (box.y0, box.x0))


def _overlapping(boxes: list[Box]) -> tuple[Box, Box] | None:
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            if a.y0 < b.y1 and b.y0 < a.y1 and a.x0 < b.x1 and b.x0 < a.x1:
                return a, b
    return None


def corrections(
    frames: np.ndarray,
    still: np.ndarray,
    timeline: Timeline,
    parameters: BlendParameters | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> Iterator[tuple[Box, int, np.ndarray]]:
    """Yield (box, colour channel, C (N, h, w) float32 in grey levels), to be added to the gathered loop.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8 source.
    still : (H, W, 3) uint8, what a static pixel shows (see `rendering`); static labels have ``first`` = −1
        where it replaces the source, and their frame as ``second``.
    """
    parameters = parameters or BlendParameters()
    boxes = seam_boxes(seam_mask(timeline), parameters.margin)
    shape = timeline.label.shape
    size = max([(b.y1 - b.y0) * (b.x1 - b.x0) for b in boxes], default=0) * timeline.length
    memory = np.empty(size, np.float32)  # one for all: fresh pages cost more than the transforms
    for box, channel in track([(b, c) for b in boxes for c in range(3)], progress, "blend", 3 * len(boxes)):
        source = _view(memory, timeline.length, box)
        seam_source(frames, still, timeline, box, channel, source, workers)
        closed = (box.y0 > 0, box.y1 < shape[0], box.x0 > 0, box.x1 < shape[1])
        yield box, channel, screened_poisson(source, parameters.screening, closed, workers)


def _view(memory: np.ndarray, n: int, box: Box) -> np.ndarray:
    shape = n, box.y1 - box.y0, box.x1 - box.x0
    return memory[: shape[0] * shape[1] * shape[2]].reshape(shape)


def seam_source(
    frames: np.ndarray,
    still: np.ndarray,
    timeline: Timeline,
    box: Box,
    channel: int,
    source: np.ndarray,
    workers: int = 1,
) -> None:
    """Fill ``source`` (N, h, w) float32 with −div r of one box and channel: zero but at seams."""
    window = np.array([box.y0, box.y1, box.x0, box.x1])
    line = timeline
    borders = _borders(line.label[box.y0 : box.y1, box.x0 : box.x1])
    by_label = np.searchsorted(line.seam_label, np.arange(len(line.period) + 1))

    def across(part: slice) -> None:
        source[part] = 0
        _across_borders(
            frames, still, line.label, line.first, line.second, line.weight, borders, channel, window,
            part.start, part.stop, source,
        )  # fmt: skip

    def wraps(part: slice) -> None:
        _at_wraps(
            frames, line.label, by_label, line.seam_time, line.seam_frames, line.seam_weights, channel,
            window, part.start, part.stop, source,
        )  # fmt: skip

    n, h = source.shape[:2]
    run_parts(across, [slice(i, min(i + _CHUNK, n)) for i in range(0, n, _CHUNK)], workers)
    run_parts(wraps, [slice(i, min(i + _CHUNK, h)) for i in range(0, h, _CHUNK)], workers)


def _borders(label: np.ndarray) -> np.ndarray:
    """(E, 3) int32: row, column and 0 (right) or 1 (down) of each pair of neighbours that differ."""
    right = np.argwhere(label[:, :-1] != label[:, 1:])
    down = np.argwhere(label[:-1] != label[1:])
    return np.concatenate(
        [np.pad(right, ((0, 0), (0, 1))), np.pad(down, ((0, 0), (0, 1)), constant_values=1)]
    ).astype(np.int32)


@njit(cache=True, nogil=True, inline="always")
def shown(frames, still, first, second, weight, y, x, c):
    """One sample of one pixel and channel, as float32."""
    if first < 0:
        return np.float32(still[y, x, c])
    value = np.float32(frames[first, y, x, c])
    if weight > 0:
        value += weight * (np.float32(frames[second, y, x, c]) - value)
    return value


@njit(cache=True, nogil=True)
def _across_borders(frames, still, label, first, second, weight, borders, c, window, t0, t1, source):
    """r = ½ Σ over both pixels of (what a's label shows − what b's label shows); −r at a, +r at b."""
    y0, x0 = window[0], window[2]
    for t in range(t0, t1):
        for i in range(len(borders)):
            ya, xa, down = borders[i]
            yb, xb = ya + down, xa + 1 - down
            a, b = label[y0 + ya, x0 + xa], label[y0 + yb, x0 + xb]
            fa, fb = first[a, t], first[b, t]
            if fa < 0 and fb < 0:  # two static labels: one still picture cannot tell what each would show
                fa, fb = second[a, t], second[b, t]
            r = np.float32(0.0)
            for y, x in ((y0 + ya, x0 + xa), (y0 + yb, x0 + xb)):
                r += shown(frames, still, fa, second[a, t], weight[a, t], y, x, c)
                r -= shown(frames, still, fb, second[b, t], weight[b, t], y, x, c)
            r *= np.float32(0.5)
            source[t, ya, xa] -= r
            source[t, yb, xb] += r


@njit(cache=True, nogil=True)
def _at_wraps(frames, label, by_label, seam_time, seam_frames, seam_weights, c, window, row0, row1, source):
    """−r at the frame before each jump, +r at the one after it."""
    y0, x0, x1 = window[0], window[2], window[3]
    n, taps = source.shape[0], seam_frames.shape[1]
    for row in range(row0, row1):
        for x in range(x0, x1):
            k = label[y0 + row, x]
            for m in range(by_label[k], by_label[k + 1]):
                r = np.float32(0.0)
                for i in range(taps):
                    w = seam_weights[m, i]
                    if w != 0:
                        r += w * np.float32(frames[seam_frames[m, i], y0 + row, x, c])
                t = seam_time[m]
                source[t, row, x - x0] -= r
                source[(t + 1) % n, row, x - x0] += r
