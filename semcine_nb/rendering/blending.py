"""Gradient-domain blending: take the jumps out of a rendered loop without moving anything else.

The loop I₀ that a labelling gives has steps that no source frame has: across the border of two labels, and
where a pixel's loop starts again. The blended loop I = I₀ + C has, there, the step g wanted instead:

    min_C  Σ_edges (C(b) − C(a) − r)² + ε Σ C²,      r = g − (I₀(b) − I₀(a)), zero on all edges but seams,

over the edges in x, y and (periodic) t: the screened Poisson equation (ε − Δ) C = −div r. The wanted step is
the mean of those that either side's label would show (Liao, Joshi & Hoppe 2013, "Automated video looping with
progressive dynamism", ACM TOG 32(4):77; Liao, Finch & Hoppe 2015, "Fast computation of seamless video loops",
ACM TOG 34(6):197). In time, only what exceeds the pixels' usual changes counts as a jump (see `wraps`). Far
from seams C vanishes, so it is solved only around them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.fftpack
from numba import njit
from scipy import ndimage
from skimage.measure import block_reduce

from ..errors import LoopError
from ..progress import Progress, silent, track
from ..threads import parts, run_parts
from .labelling import beside_another
from .poisson import LANES, group_screening, make_levels, solve_group
from .source import Source, shown
from .timelines import Timeline
from .wraps import wrap_share

_BLOCK = 8  # px, grid on which the reach of seams is found
_BASE = 960  # px, the width for which the constants of `BlendParameters` are meant
_CHUNK = 2048  # pixels a task, a few rows; fixed, so that results do not depend on the number of threads


@dataclass(frozen=True)
class BlendParameters:
    """Constants of the blend.

    screening : ε, 1/px²; a correction fades with distance d as exp(−d·√ε), here within 16 px. Measured on
        real clips, 1e-3 and 1.6e-2 take seams out as well as this (RMS within 2 %), but the one leaves a haze
        of two to three times the strength 16 … 32 px into the static part, and the other narrow borders.
    margin : px around a seam beyond which the loop is left as it is.
    all_wraps : take every jump in time out, as Liao et al. do, not only what exceeds the usual.
    """

    screening: float = 4e-3
    margin: int = 32
    all_wraps: bool = False

    def __post_init__(self) -> None:
        if not self.screening > 0 or self.margin < 1:
            raise LoopError(
                f"screening {self.screening} must be above 0 and margin {self.margin} at least 1 px"
            )

    @classmethod
    def for_width(cls, width: int) -> BlendParameters:
        """Constants for a wide picture: from 960 px on, the reach grows with the root of the width."""
        factor = max(1.0, width / _BASE)
        return cls(cls.screening / factor, math.ceil(cls.margin * math.sqrt(factor)))


class Borders(NamedTuple):
    """Borders between pixels of two labels, E of them. A named tuple, because numba takes it whole.

    row : (H, W, 2) int32, the row of ``steps`` of a pixel's border at its right [0] and below it [1], or −1.
    steps : (E, 3, N) float32, r across each border: channels, output frames.
    """

    row: np.ndarray
    steps: np.ndarray


def blend(
    loop: np.ndarray,
    source: Source,
    timeline: Timeline,
    parameters: BlendParameters,
    threads: int | None = None,
    progress: Progress = silent,
) -> None:
    """Add the correction C to a gathered loop, in place.

    Parameters
    ----------
    loop : (N, H, W, 3) uint8, as `render.gather` makes it; overwritten.
    source : the clip, and what a static pixel shows where a static label has −1 as ``first``; its frame is
        then ``second``.
    timeline : of the same pixels.
    """
    share = np.ones(timeline.label.shape, np.float32)
    if not parameters.all_wraps:
        share = wrap_share(source.frames, timeline, threads)
    seams = seam_mask(timeline, share)
    active = within_reach(seams, parameters.margin)
    if not active.any():
        return
    levels = make_levels(active, parameters.screening)
    n, pixels = timeline.length, levels[0].pixels
    screening = group_screening(n, parameters.screening)
    at_seams = np.flatnonzero(seams[tuple(pixels.T)])
    borders = _borders(source, timeline, threads)
    # (frequencies' groups, pixels and one that stays zero, numbers of each group), for one channel after the
    # other, since fresh pages cost more than the transforms
    spectrum = np.empty((len(screening), len(pixels) + 1, LANES), np.float32)

    for channel in track(range(3), progress, "blend", 3):

        def transform(piece: slice, channel: int = channel) -> None:
            right = np.zeros((len(at_seams[piece]), n), np.float32)
            _fill_right(source.frames, timeline, share, borders, pixels[at_seams[piece]], channel, right)
            right = scipy.fftpack.rfft(right, axis=1, overwrite_x=True)
            for i, group in enumerate(spectrum):
                part = right[:, LANES * i : LANES * (i + 1)]
                group[at_seams[piece], : part.shape[1]] = part

        def solve(piece: slice) -> None:
            spectrum[piece.start] = solve_group(levels, spectrum[piece.start], screening[piece.start])

        def add(piece: slice, channel: int = channel) -> None:
            # a correction below half a gray level at all times rounds to none
            seen = piece.start + np.flatnonzero(_amplitude(spectrum[:, piece]) >= 0.25 * n)
            change = np.concatenate(spectrum[:, seen], axis=1)[:, :n]
            _add(scipy.fftpack.irfft(change, axis=1, overwrite_x=True), pixels[seen], channel, loop)

        spectrum[:] = 0
        run_parts(transform, parts(len(at_seams), _CHUNK), threads)
        run_parts(solve, parts(len(screening), 1), threads)
        run_parts(add, parts(len(pixels), _CHUNK), threads)


def seam_mask(timeline: Timeline, share: np.ndarray) -> np.ndarray:
    """(H, W) bool: pixels at a border of two labels, or whose own loop jumps in time.

    share : (H, W), see `wraps.wrap_share`; where it is 0 a jump in time is none.
    """
    jumping = np.diff(timeline.jumps.first) > 0
    return (jumping[timeline.label] & (share > 0)) | beside_another(timeline.label)


def within_reach(mask: np.ndarray, margin: int) -> np.ndarray:
    """(H, W) bool: at least all pixels within ``margin`` px, as a square, of a True one; in whole blocks."""
    coarse = block_reduce(mask, _BLOCK, np.any)
    coarse = ndimage.maximum_filter(coarse, 2 * -(-margin // _BLOCK) + 1, mode="constant")
    return coarse.repeat(_BLOCK, axis=0).repeat(_BLOCK, axis=1)[: mask.shape[0], : mask.shape[1]]


def _borders(source: Source, timeline: Timeline, threads: int | None) -> Borders:
    """Find the borders of labels, and r across each."""
    label = timeline.label
    border = np.zeros((*label.shape, 2), bool)
    border[:, :-1, 0] = label[:, :-1] != label[:, 1:]
    border[:-1, :, 1] = label[:-1] != label[1:]
    ends = np.argwhere(border).astype(np.int32)
    row = np.full(border.shape, -1, np.int32)
    row[border] = np.arange(len(ends), dtype=np.int32)
    steps = np.empty((len(ends), 3, timeline.length), np.float32)
    run_parts(
        lambda piece: _fill_steps(source, timeline, ends[piece], steps[piece]),
        parts(len(ends), _CHUNK),
        threads,
    )
    return Borders(row, steps)


@njit(cache=True, nogil=True)
def _fill_steps(source, timeline, ends, out):
    """r = ½ Σ over both pixels of (what a's label shows − what b's label shows), of every border."""
    frames, label = source.frames, timeline.label
    first, second, weight = timeline.first, timeline.second, timeline.weight
    for i in range(len(ends)):
        y, x, down = np.int64(ends[i, 0]), np.int64(ends[i, 1]), np.int64(ends[i, 2])
        yb, xb = y + down, x + 1 - down
        a, b = label[y, x], label[yb, xb]
        for t in range(out.shape[2]):
            fa, fb = first[a, t], first[b, t]
            ga, gb, wa, wb = second[a, t], second[b, t], weight[a, t], weight[b, t]
            if fa < 0 and fb < 0:  # two static labels: one still picture cannot tell what each would show
                fa, fb = ga, gb
            if wa == 0 and wb == 0 and fa >= 0 and fb >= 0:  # as nearly always, and forty times faster
                for c in range(3):
                    r = np.float32(frames[fa, y, x, c]) - np.float32(frames[fb, y, x, c])
                    r += np.float32(frames[fa, yb, xb, c]) - np.float32(frames[fb, yb, xb, c])
                    out[i, c, t] = np.float32(0.5) * r
                continue
            by_a, by_b = (fa, ga, wa), (fb, gb, wb)
            for c in range(3):
                r = shown(source, by_a, y, x, c) - shown(source, by_b, y, x, c)
                r += shown(source, by_a, yb, xb, c) - shown(source, by_b, yb, xb, c)
                out[i, c, t] = np.float32(0.5) * r


@njit(cache=True, nogil=True)
def _fill_right(frames, timeline, share, borders, pixels, c, right):
    """−div r of each pixel over time: −r where an edge starts, +r where it ends."""
    label, jumps, row, steps = timeline.label, timeline.jumps, borders.row, borders.steps
    n = right.shape[1]
    for i in range(len(pixels)):
        y, x = pixels[i, 0], pixels[i, 1]
        a = label[y, x]
        for k in range(2):
            e = row[y, x, k]
            if e >= 0:
                right[i] -= steps[e, c]
            if (y > 0 and k == 1) or (x > 0 and k == 0):
                e = row[y - k, x - 1 + k, k]
                if e >= 0:
                    right[i] += steps[e, c]
        if share[y, x] > 0:
            for m in range(jumps.first[a], jumps.first[a + 1]):
                r = np.float32(0.0)
                for k in range(jumps.frames.shape[1]):
                    if jumps.weights[m, k] != 0:
                        r += jumps.weights[m, k] * np.float32(frames[jumps.frames[m, k], y, x, c])
                r *= share[y, x]
                right[i, jumps.time[m]] -= r
                right[i, (jumps.time[m] + 1) % n] += r


@njit(cache=True, nogil=True, fastmath=True)
def _amplitude(spectrum):
    """Σ of what a pixel's numbers amount to, (P,) float32: n / 2 times as much as its values can reach."""
    total = np.zeros(spectrum.shape[1], np.float32)
    for group in spectrum:
        for i in range(len(group)):
            numbers = group[i]
            for j in range(numbers.size):
                total[i] += abs(numbers[j])
    return total


@njit(cache=True, nogil=True)
def _add(change, pixels, c, loop):
    """Sixteen frames at a time: that much of a pixel's change is one line of the cache."""
    n = len(loop)
    for begin in range(0, n, 16):
        for i in range(len(pixels)):
            y, x = pixels[i]
            for t in range(begin, min(begin + 16, n)):
                value = np.float32(loop[t, y, x, c]) + change[i, t] + np.float32(0.5)
                loop[t, y, x, c] = np.uint8(min(max(value, np.float32(0)), np.float32(255)))
