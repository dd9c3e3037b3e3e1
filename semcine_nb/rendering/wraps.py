"""How much of the jump at a loop's start a blend has to take out: what exceeds the usual change there.

A fire changes by a hundred gray levels between any two frames. Its loop starts again with a change like all
others, which nobody sees; taking it out would leave a ghost of flames that are gone for half a second. So
the jump r that a blend would take out (see `blending`) is compared with what the same formula gives between
any four frames of the clip that do follow one another,

    r(f) = ½ [(V(f) − V(f−1)) + (V(f+2) − V(f+1))] − (V(f+1) − V(f)),

the mean of the steps before and after, minus the step itself: how little a step can be told from those
around it. Both are compared as mean squares over a neighborhood, of pixels and of the means of 8×8 px
(a faint change of the light shows in these alone), and the blend takes out √(1 − usual / jump), nothing where
the jump is the smaller one.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy import ndimage

from ..threads import parts, run_parts
from .timelines import Timeline

_BLOCK = 8  # px
_WINDOW = 3  # blocks; 24 px is enough to compare flames with flames, and not with the pot above them
_INVISIBLE = 0.5  # gray levels: the RMS jump, of pixels and of blocks, that is never worth a blend


def wrap_share(frames: np.ndarray, timeline: Timeline, threads: int | None = None) -> np.ndarray:
    """Share of each pixel's jump in time that a blend should take out: (H, W) float32 in [0, 1], smooth.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8 source; with fewer than 4 frames nothing is usual.
    timeline : (H, W) labels; labels without a jump have a share of 0.
    """
    h, w = timeline.label.shape
    if not len(timeline.jumps.label):
        return np.zeros((h, w), np.float32)
    blocks = -(-h // _BLOCK), -(-w // _BLOCK)
    jump, usual = np.zeros((2, *blocks)), np.zeros((2, *blocks))
    run_parts(lambda rows: _statistics(frames, timeline, rows, jump, usual), parts(blocks[0], 1), threads)
    for squares in (*jump, *usual):
        ndimage.uniform_filter(squares, _WINDOW, output=squares, mode="constant")
    seen = jump > 3 * _INVISIBLE**2
    share = np.sqrt(np.clip(1 - usual / np.where(seen, jump, 1), 0, 1)) * seen
    smooth = ndimage.zoom(share.max(axis=0), _BLOCK, order=1, mode="nearest", grid_mode=True)
    return smooth[:h, :w].astype(np.float32)


@njit(cache=True, nogil=True)
def _statistics(frames, timeline, rows, jump, usual):
    """Mean squares of jumps and of the usual, over the pixels of a block [0] and of its mean color [1]."""
    label, jumps = timeline.label, timeline.jumps
    n, (h, w) = len(frames), label.shape
    here = np.empty((n, _BLOCK * _BLOCK * 3), np.int32)
    mean = np.empty((n, 3), np.float64)
    for by in range(rows.start, rows.stop):
        for bx in range(jump.shape[2]):
            y0, x0 = by * _BLOCK, bx * _BLOCK
            high, wide = min(_BLOCK, h - y0), min(_BLOCK, w - x0)
            together, count, any_jump = np.zeros(3), high * wide, False
            here[:] = 0
            for i in range(count):
                y, x = y0 + i // wide, x0 + i % wide
                k = label[y, x]
                if timeline.period[k] == 1:
                    continue
                m = jumps.first[k]
                if m < jumps.first[k + 1]:
                    any_jump = True
                    for c in range(3):
                        r = 0.0
                        for tap in range(jumps.frames.shape[1]):
                            if jumps.weights[m, tap] != 0:
                                r += jumps.weights[m, tap] * frames[jumps.frames[m, tap], y, x, c]
                        jump[0, by, bx] += r * r / count
                        together[c] += r / count
                for f in range(n):
                    for c in range(3):
                        here[f, 3 * i + c] = frames[f, y, x, c]
            if not any_jump:
                continue
            jump[1, by, bx] = (together**2).sum()
            if n < 4:
                continue
            total = 0
            for f in range(n - 3):
                for i in range(3 * count):
                    d = here[f + 3, i] - here[f, i] + 3 * (here[f + 1, i] - here[f + 2, i])
                    total += d * d
            usual[0, by, bx] = total / (4.0 * count * (n - 3))
            mean[:] = 0
            for f in range(n):
                for i in range(count):
                    for c in range(3):
                        mean[f, c] += here[f, 3 * i + c]
            for f in range(n - 3):
                for c in range(3):
                    d = mean[f + 3, c] - mean[f, c] + 3 * (mean[f + 1, c] - mean[f + 2, c])
                    usual[1, by, bx] += d * d / (4.0 * count * count * (n - 3))
