"""How good a loop is, measured on its rendered frames: consistency, jumps, tearing, alignment, dynamism."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numba import njit

from ..counting import counted
from ..errors import LoopError
from ..rendering.blending import shown
from ..rendering.timelines import Timeline, distinct_labels, make_timeline
from ..threads import parts, run_parts
from .artefacts import frame_step, seam_jump
from .labels import pieces

_CHUNK = 8  # frames a task


@dataclass(frozen=True)
class Consistency:
    """RMS of the rendered step between neighbours minus the wanted one, in grey levels (0 … 255) a channel.

    The wanted step is that of the source, and at a seam the mean of those of both sides (see `blending`), so
    a plain gather is 0 away from seams and a blend trades that for less at them. After Liao, Finch & Hoppe
    (2015), "Fast computation of seamless video loops", ACM TOG 34(6):197; spatial pairs, temporal pairs (the
    last frame with the first among them) and both together; at seams only and over all pairs. nan where there
    is no such pair.
    """

    spatial_seams: float
    temporal_seams: float
    total_seams: float
    spatial: float
    temporal: float
    total: float


@dataclass(frozen=True)
class Tearing:
    """How an object comes apart.

    labels : different (p, s) among its dynamic pixels.
    pieces : 4-connected pieces of equal (p, s) among them.
    cut : neighbour pairs inside the object, at least one of them dynamic, whose labels differ (px).
    cut_share : those over the object's outline (neighbour pairs of which one is inside); nan without outline.
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
    dynamism : mean |frame-to-frame step| of the object's pixels, static ones among them, in grey levels.
    """

    consistency: Consistency
    wrap_jump: float
    largest_step: float
    tearing: Tearing
    alignment: float
    dynamism: float


def measure(
    frames: np.ndarray,
    period: np.ndarray,
    start: np.ndarray,
    rendered: np.ndarray,
    mask: np.ndarray | None = None,
    timeline: Timeline | None = None,
) -> LoopQuality:
    """Measure a rendered loop.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8 source.
    period, start : (H, W) integers, the labels it was rendered from.
    rendered : (N, H, W, 3) uint8. A median still (see `stills`) counts as a change of the static part.
    mask : (H, W) bool, the object; None takes the whole picture.
    timeline : how labels were laid out in time; None takes the default of `render` with N frames.

    Raises
    ------
    LoopError : shapes that do not fit.
    """
    period, start = np.asarray(period), np.asarray(start)
    mask = np.ones(period.shape, bool) if mask is None else np.asarray(mask, bool)
    if rendered.shape[1:] != frames.shape[1:] or not mask.shape == period.shape == frames.shape[1:3]:
        raise LoopError(
            f"clip {frames.shape}, loop {rendered.shape}, labels {period.shape} and mask {mask.shape} differ"
        )
    timeline = timeline or make_timeline(period, start, len(frames), len(rendered))
    if timeline.length != len(rendered):
        raise LoopError(f"the loop has {counted(len(rendered), 'frame')}, its timeline {timeline.length}")
    wrap_jump, largest_step = seam_jump(frames, rendered, mask, timeline)
    return LoopQuality(
        consistency(frames, rendered, timeline),
        wrap_jump,
        largest_step,
        tearing(period, start, mask),
        alignment(period, mask),
        dynamism(rendered, mask),
    )


def consistency(frames: np.ndarray, rendered: np.ndarray, timeline: Timeline) -> Consistency:
    """Gradient-domain consistency of a loop with its source: see `Consistency`."""
    at_seam = np.full((len(timeline.period), timeline.length), -1, np.int32)
    at_seam[timeline.seam_label, timeline.seam_time] = np.arange(len(timeline.seam_time))
    sums = np.zeros((timeline.length, 2, 4))

    def part(span: slice) -> None:
        _squared_errors(
            frames, rendered, timeline.label, timeline.first, timeline.second, timeline.weight,
            at_seam, timeline.seam_frames, timeline.seam_weights, span.start, span.stop, sums,
        )  # fmt: skip

    run_parts(part, parts(timeline.length, _CHUNK), os.cpu_count() or 1)
    squares, counts = sums.sum(axis=0)

    def rms(*kinds: int) -> float:
        count = 3 * sum(counts[k] for k in kinds)
        return float(np.sqrt(sum(squares[k] for k in kinds) / count)) if count else float("nan")

    return Consistency(rms(0), rms(2), rms(0, 2), rms(0, 1), rms(2, 3), rms(0, 1, 2, 3))


@njit(cache=True, nogil=True)
def _excess(frames, rendered, label, first, second, weight, t, out):
    """(H, W, 3) float32: rendered minus gathered frame."""
    for y in range(label.shape[0]):
        for x in range(label.shape[1]):
            k = label[y, x]
            f, g, w = first[k, t], second[k, t], weight[k, t]
            for c in range(3):
                out[y, x, c] = np.float32(rendered[t, y, x, c]) - shown(frames, frames[0], f, g, w, y, x, c)


@njit(cache=True, nogil=True)
def _squared_errors(
    frames, rendered, label, first, second, weight, at_seam, seam_frames, seam_weights, t0, t1, out
):
    """Per output frame: summed squares, and counts, of seams and other pairs in space, then those in time."""
    n, h, w = rendered.shape[:3]
    still = frames[0]
    here, after = np.empty((h, w, 3), np.float32), np.empty((h, w, 3), np.float32)
    _excess(frames, rendered, label, first, second, weight, t0, after)
    for t in range(t0, t1):
        here, after = after, here
        _excess(frames, rendered, label, first, second, weight, (t + 1) % n, after)
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
                            for yy, xx in ((y, x), (yb, xb)):
                                one = shown(frames, still, first[a, t], second[a, t], weight[a, t], yy, xx, c)
                                two = shown(frames, still, first[b, t], second[b, t], weight[b, t], yy, xx, c)
                                error += (two - one) / 2
                        out[t, 0, kind] += error * error
                    out[t, 1, kind] += 1
                m = at_seam[a, t]
                kind = 2 if m >= 0 else 3
                for c in range(3):
                    error = after[y, x, c] - here[y, x, c]
                    if m >= 0:
                        for i in range(seam_frames.shape[1]):
                            error -= seam_weights[m, i] * np.float32(frames[seam_frames[m, i], y, x, c])
                    out[t, 0, kind] += error * error
                out[t, 1, kind] += 1


def tearing(period: np.ndarray, start: np.ndarray, mask: np.ndarray) -> Tearing:
    """How many labels and pieces an object (``mask`` (H, W) bool) has, and how long the cuts in it are."""
    moving = mask & (period > 1)
    label, _, _ = distinct_labels(period, start)
    present = np.flatnonzero(np.bincount(label[moving]))
    piece = pieces(np.asarray(period, np.int32), np.asarray(start, np.int32), mask, mask)
    cut = outline = 0
    for a, b in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        cut += int((mask[a] & mask[b] & (moving[a] | moving[b]) & (label[a] != label[b])).sum())
        outline += int((mask[a] != mask[b]).sum())
    return Tearing(
        len(present),
        int(piece.max(initial=-1)) + 1,
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
    """Mean |frame-to-frame step| over the object's pixels, in grey levels; 0 for one frame."""
    if not mask.any():
        return 0.0
    n = len(rendered)
    return float(np.mean([frame_step(rendered, t, (t + 1) % n, mask).mean() for t in range(n)]))
