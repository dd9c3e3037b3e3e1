"""Measures of a rendered loop: consistency, jumps, tearing, alignment, dynamism."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from skimage.measure import label as number_regions

from ..errors import LoopError
from ..rendering.labelling import Labelling
from ..rendering.source import Source, shown
from ..rendering.timelines import Timeline, make_timeline
from ..threads import parts, run_parts
from .artifacts import frame_step, seam_jump

_CHUNK = 8  # frames a task


@dataclass(frozen=True)
class Consistency:
    """RMS of the rendered step between neighbors minus the wanted one, in gray levels (0 … 255) a channel.

    The wanted step is that of the source; at a seam it is the mean of those of both sides (see
    `rendering.blending`). So a plain gather is 0 away from seams, and a blend trades that for less at them.
    There are spatial pairs, temporal pairs (the last frame with the first among them) and both together, at
    seams only and over all pairs; nan where there is no such pair. After Liao, Finch & Hoppe (2015), "Fast
    computation of seamless video loops", ACM TOG 34(6):197.
    """

    spatial_seams: float
    temporal_seams: float
    total_seams: float
    spatial: float
    temporal: float
    total: float


@dataclass(frozen=True)
class Tearing:
    """Pieces and cuts of an object.

    labels : different (p, s) among its dynamic pixels.
    pieces : 4-connected pieces of equal (p, s) among them.
    cut : neighbor pairs inside the object, at least one of them dynamic, whose labels differ (px).
    cut_share : those over the object's outline (neighbor pairs of which one is inside); nan without outline.
    coverage : share of the object's pixels that are dynamic.
    """

    labels: int
    pieces: int
    cut: int
    cut_share: float
    coverage: float


@dataclass(frozen=True)
class LoopQuality:
    """All measures of one loop and one object.

    consistency : over the whole picture.
    wrap_jump : RMS step of the object's dynamic pixels where their loops start again, over the RMS step of
        the source inside the same loops; 1 is as smooth as the clip itself; nan if no loop starts again.
    largest_step : the largest frame-to-frame step of those pixels together (mean |step|) over the clip's own
        largest; above 1, the object jumps as a whole; nan if nothing moves.
    tearing : of the object.
    alignment : intersection over union of the dynamic pixels and the object; nan if both are empty.
    dynamism : mean |frame-to-frame step| of the object's pixels, static ones among them, in gray levels.
    """

    consistency: Consistency
    wrap_jump: float
    largest_step: float
    tearing: Tearing
    alignment: float
    dynamism: float


def measure(
    frames: np.ndarray,
    labels: Labelling,
    rendered: np.ndarray,
    mask: np.ndarray | None = None,
) -> LoopQuality:
    """Measure a rendered loop, laid out in time as `render` does by default for as many frames.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8 source.
    labels : those that it was rendered from.
    rendered : (N, H, W, 3) uint8. A median still (see `rendering.source`) counts as a change of the static
        part.
    mask : (H, W) bool, the object; None takes the whole picture.

    Raises
    ------
    LoopError : shapes that do not fit.
    """
    shape = labels.period.shape
    mask = np.ones(shape, bool) if mask is None else np.asarray(mask, bool)
    if rendered.shape[1:] != frames.shape[1:] or not mask.shape == shape == frames.shape[1:3]:
        raise LoopError(
            f"clip {frames.shape}, loop {rendered.shape}, labels {shape} and mask {mask.shape} differ"
        )
    timeline = make_timeline(labels, len(frames), len(rendered))
    wrap_jump, largest_step = seam_jump(frames, rendered, mask, timeline)
    return LoopQuality(
        consistency(frames, rendered, timeline),
        wrap_jump,
        largest_step,
        tearing(labels, mask),
        alignment(labels.period, mask),
        dynamism(rendered, mask),
    )


def consistency(frames: np.ndarray, rendered: np.ndarray, timeline: Timeline) -> Consistency:
    """Gradient-domain consistency of a loop with its source: see `Consistency`."""
    source, jump_table = Source(frames, frames[0]), timeline.jump_table()
    sums = np.zeros((timeline.length, 2, 4))

    def part(times: slice) -> None:
        _squared_errors(source, rendered, timeline, jump_table, times, sums)

    run_parts(part, parts(timeline.length, _CHUNK))
    squares, counts = sums.sum(axis=0)

    def rms(*kinds: int) -> float:
        count = 3 * sum(counts[k] for k in kinds)
        return float(np.sqrt(sum(squares[k] for k in kinds) / count)) if count else float("nan")

    return Consistency(rms(0), rms(2), rms(0, 2), rms(0, 1), rms(2, 3), rms(0, 1, 2, 3))


@njit(cache=True, nogil=True)
def _excess(frames, rendered, timeline, t, out):
    """Rendered minus gathered frame, (H, W, 3) float32. Measured: ten times as fast without `shown`."""
    label, first, second, weight = timeline.label, timeline.first, timeline.second, timeline.weight
    for y in range(label.shape[0]):
        for x in range(label.shape[1]):
            k = label[y, x]
            f, g, w = first[k, t], second[k, t], weight[k, t]
            for c in range(3):
                value = np.float32(frames[f, y, x, c])
                if w > 0:
                    value += w * (np.float32(frames[g, y, x, c]) - value)
                out[y, x, c] = np.float32(rendered[t, y, x, c]) - value


@njit(cache=True, nogil=True)
def _squared_errors(source, rendered, timeline, jump_table, times, out):
    """Per output frame: summed squares, and counts, of seams and other pairs in space, then those in time."""
    n, h, w = rendered.shape[:3]
    frames, label, jumps = source.frames, timeline.label, timeline.jumps
    first, second, weight = timeline.first, timeline.second, timeline.weight
    here, after = np.empty((h, w, 3), np.float32), np.empty((h, w, 3), np.float32)
    _excess(frames, rendered, timeline, times.start, after)
    for t in range(times.start, times.stop):
        here, after = after, here
        _excess(frames, rendered, timeline, (t + 1) % n, after)
        for y in range(h):
            for x in range(w):
                a = label[y, x]
                for way in range(2):
                    yb, xb = y + way, x + 1 - way
                    if yb >= h or xb >= w:
                        continue
                    b = label[yb, xb]
                    kind = 0 if a != b else 1
                    for c in range(3):
                        error = here[yb, xb, c] - here[y, x, c]
                        if kind == 0:
                            by_a = first[a, t], second[a, t], weight[a, t]
                            by_b = first[b, t], second[b, t], weight[b, t]
                            for yy, xx in ((y, x), (yb, xb)):
                                one, two = shown(source, by_a, yy, xx, c), shown(source, by_b, yy, xx, c)
                                error += (two - one) / 2
                        out[t, 0, kind] += error * error
                    out[t, 1, kind] += 1
                m = jump_table[a, t]
                kind = 2 if m >= 0 else 3
                for c in range(3):
                    error = after[y, x, c] - here[y, x, c]
                    if m >= 0:
                        for i in range(jumps.frames.shape[1]):
                            error -= jumps.weights[m, i] * np.float32(frames[jumps.frames[m, i], y, x, c])
                    out[t, 0, kind] += error * error
                out[t, 1, kind] += 1


def tearing(labels: Labelling, mask: np.ndarray) -> Tearing:
    """Count labels, pieces and cuts of an object, ``mask`` (H, W) bool."""
    moving = mask & labels.dynamic
    label, _, _ = labels.distinct()
    present = np.flatnonzero(np.bincount(label[moving]))
    _, pieces = number_regions(np.where(moving, label + 1, 0), return_num=True, connectivity=1)
    cut = outline = 0
    for a, b in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        cut += int((mask[a] & mask[b] & (moving[a] | moving[b]) & (label[a] != label[b])).sum())
        outline += int((mask[a] != mask[b]).sum())
    return Tearing(
        len(present),
        pieces,
        cut,
        cut / outline if outline else float("nan"),
        float(moving.sum() / mask.sum()) if mask.any() else float("nan"),
    )


def alignment(period: np.ndarray, mask: np.ndarray) -> float:
    """Intersection over union of the dynamic pixels and the object; nan if there are neither."""
    moving = np.asarray(period) > 1
    union = int((moving | mask).sum())
    return float((moving & mask).sum() / union) if union else float("nan")


def dynamism(rendered: np.ndarray, mask: np.ndarray) -> float:
    """Mean |frame-to-frame step| over the object's pixels, in gray levels; 0 for one frame."""
    if not mask.any():
        return 0.0
    n = len(rendered)
    return float(np.mean([frame_step(rendered, t, (t + 1) % n, mask).mean() for t in range(n)]))
