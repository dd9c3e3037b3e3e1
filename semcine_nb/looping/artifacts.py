"""Artifacts where a loop starts again: jumps, flashes, and colors that were never there."""

from __future__ import annotations

import numpy as np
from numba import njit

from ..rendering.timelines import Timeline
from ..threads import parts, run_parts

_BLOCK = 8  # px
_CHUNK = 64  # pixels a task


def seam_jump(
    frames: np.ndarray, rendered: np.ndarray, mask: np.ndarray, timeline: Timeline
) -> tuple[float, float]:
    """``wrap_jump`` and ``largest_step`` of `LoopQuality`."""
    moving = mask & (timeline.period > 1)[timeline.label]
    if not moving.any():
        return float("nan"), float("nan")
    label = timeline.label[moving]
    wraps = timeline.jump_table() >= 0
    p, s = timeline.period[label], timeline.start[label]

    at_wrap, n_wrap, steps = 0.0, 0, []
    for t in range(timeline.length):
        step = frame_step(rendered, t, (t + 1) % timeline.length, moving)
        steps.append(step.mean())
        jumps = wraps[label, t]
        at_wrap += float((step[jumps] ** 2).sum())
        n_wrap += int(jumps.sum()) * 3
    inside, n_inside, own = 0.0, 0, []
    for f in range(len(frames) - 1):
        shown_here = (s <= f) & (f < s + p - 1)
        if shown_here.any():
            step = frame_step(frames, f, f + 1, moving)
            own.append(step.mean())
            inside += float((step[shown_here] ** 2).sum())
            n_inside += int(shown_here.sum()) * 3
    usual = np.sqrt(inside / max(n_inside, 1))
    if not usual:
        return float("nan"), float("nan")
    jump = float(np.sqrt(at_wrap / n_wrap) / usual) if n_wrap else float("nan")
    return jump, float(max(steps) / max(own))


def frame_step(video: np.ndarray, a: int, b: int, pixels: np.ndarray) -> np.ndarray:
    """(M, 3) float32: |change| of the chosen pixels from frame a to frame b."""
    return np.abs(video[b][pixels].astype(np.float32) - video[a][pixels])


def flash(frames: np.ndarray, rendered: np.ndarray, timeline: Timeline) -> float:
    """`seam_jump`'s ``wrap_jump`` of the mean colors of 8×8 px, of one label each, instead of pixels.

    A common change of the light is lost among the changes of single pixels, and is still seen. nan if no
    loop starts again. Pieces of less than half a block are left out.
    """
    label, count = timeline.label, len(timeline.period)
    rows, columns = (np.arange(n) // _BLOCK for n in label.shape)
    code = (rows[:, None] * (columns[-1] + 1) + columns) * count + label
    piece, which, size = np.unique(code, return_inverse=True, return_counts=True)
    which, own = which.ravel(), piece % count
    kept = (size >= _BLOCK * _BLOCK // 2) & (timeline.period[own] > 1)
    own = own[kept]

    def means(video: np.ndarray) -> np.ndarray:
        sums = [[np.bincount(which, f[..., c].ravel(), len(piece))[kept] for c in range(3)] for f in video]
        return np.array(sums) / size[kept]

    wraps = timeline.jump_table() >= 0
    shown = means(rendered)
    jumps = np.moveaxis(np.roll(shown, -1, axis=0) - shown, 1, 2)[wraps[own].T]
    f = np.arange(len(frames) - 1)[:, None]
    inside = (timeline.start[own] <= f) & (f < (timeline.start + timeline.period)[own] - 1)
    usual = np.moveaxis(np.diff(means(frames), axis=0), 1, 2)[inside]
    if not jumps.size or not usual.any():
        return float("nan")
    return float(np.sqrt((jumps**2).mean() / (usual**2).mean()))


def foreign_colors(
    frames: np.ndarray, rendered: np.ndarray, where: np.ndarray, every: int = 4, reach: int = 2
) -> np.ndarray:
    """Distance of each color shown from all that its neighborhood ever shows in the clip.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8 source.
    rendered : (N, H, W, 3) uint8.
    where : (H, W) bool, the pixels that are asked about; of these, every ``every``-th in both directions.
    reach : px on each side that make up the neighborhood.

    Returns
    -------
    (N, M) float32: RMS distance over the three channels, in gray levels, from the nearest color of any frame
    within the neighborhood; 0 without blending. A ghost is what stands out here.
    """
    y, x = np.nonzero(where[::every, ::every])
    pixels = np.stack([y, x], axis=1) * every
    out = np.empty((len(rendered), len(pixels)), np.float32)

    def part(piece: slice) -> None:
        _nearest(frames, rendered, pixels[piece], reach, out[:, piece])

    run_parts(part, parts(len(pixels), _CHUNK))
    return out


@njit(cache=True, nogil=True)
def _nearest(frames, rendered, pixels, reach, out):
    """RMS distance of each pixel's color at each time from the nearest one within reach."""
    h, w = frames.shape[1:3]
    for i in range(len(pixels)):
        y, x = pixels[i]
        for t in range(len(rendered)):
            r = np.int32(rendered[t, y, x, 0])
            g = np.int32(rendered[t, y, x, 1])
            b = np.int32(rendered[t, y, x, 2])
            best = np.int32(1 << 30)
            for f in range(len(frames)):
                for yy in range(max(y - reach, 0), min(y + reach + 1, h)):
                    for xx in range(max(x - reach, 0), min(x + reach + 1, w)):
                        apart = (r - frames[f, yy, xx, 0]) ** 2 + (g - frames[f, yy, xx, 1]) ** 2
                        best = min(best, apart + (b - frames[f, yy, xx, 2]) ** 2)
                if best == 0:
                    break
            out[t, i] = np.sqrt(best / 3)
