"""Labels solved at the working size, brought to the source's own size and frame rate."""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy import ndimage

from ..errors import LoopError
from ..threads import parts, run_parts
from .labelling import Labelling

_REACH = 2  # small px around a large one whose labels may vote
_SPREAD = 1.0  # small px, σ of nearness
_CONTRAST = 15.0  # gray levels over three channels, σ of the distance of colors
_ROWS = 32  # a task


def upsample_labels(labels: Labelling, guide_small: np.ndarray, guide_large: np.ndarray) -> Labelling:
    """Bring labels to a larger picture (H, W) so that their borders follow its edges.

    Each large pixel takes the label with the most votes among the 5×5 small pixels around it, weighted by
    nearness and by how much their color in the small guide is like its own in the large one: the weights of
    Kopf, Cohen, Lischinski & Uyttendaele 2007, "Joint bilateral upsampling", ACM TOG, with a vote instead of
    their mean, since labels have none.

    Parameters
    ----------
    labels : (h, w).
    guide_small, guide_large : (h, w, 3) and (H, W, 3) uint8, the same moment at both sizes; a mean over a few
        frames shows an object that moves and what lies around it better than one frame does.

    Raises
    ------
    LoopError : guides that do not fit.
    """
    if guide_small.shape[:2] != labels.period.shape:
        raise LoopError(
            f"labels are {labels.period.shape} and their guide {guide_small.shape[:2]} px; they must be equal"
        )
    if guide_large.ndim != 3 or guide_large.shape[2] != guide_small.shape[2]:
        raise LoopError(
            f"the large guide is {guide_large.shape}; it needs rows, columns and the same channels"
        )
    label, p, s = labels.distinct()
    size = 2 * _REACH + 1
    mixed = ndimage.maximum_filter(label, size) != ndimage.minimum_filter(label, size)
    out = np.empty(guide_large.shape[:2], np.int32)
    run_parts(lambda rows: _vote(label, mixed, guide_small, guide_large, rows, out), parts(len(out), _ROWS))
    return Labelling(p[out].astype(np.int32), s[out].astype(np.int32))


def rescale_times(labels: Labelling, rate: float, n_frames: int) -> Labelling:
    """Labels in the frames of a clip with ``rate`` times as many frames a second, ``n_frames`` in all.

    Rounded to whole frames; a loop that rounding would push past the end starts earlier, and static
    pixels show the nearest frame that exists.
    """
    if rate <= 0 or n_frames < 1:
        raise LoopError(f"a rate of {rate} and {n_frames} frames cannot hold a loop; both must be above 0")
    p = np.where(labels.dynamic, np.maximum(np.rint(np.asarray(labels.period) * rate), 2), 1)
    p = np.minimum(p.astype(np.int32), n_frames)
    s = np.clip(np.rint(np.asarray(labels.start) * rate), 0, n_frames - p)
    return Labelling(p, s.astype(np.int32))


@njit(cache=True, nogil=True)
def _vote(label, mixed, small, large, rows, out):
    """Give each large pixel the label with the most votes."""
    h, w = label.shape
    height, width = large.shape[:2]
    most_names = (2 * _REACH + 1) ** 2
    names, votes = np.empty(most_names, np.int32), np.empty(most_names, np.float64)
    for row in range(rows.start, rows.stop):
        y = (row + 0.5) * h / height - 0.5
        yc = min(max(int(np.floor(y + 0.5)), 0), h - 1)
        for col in range(width):
            x = (col + 0.5) * w / width - 0.5
            xc = min(max(int(np.floor(x + 0.5)), 0), w - 1)
            if not mixed[yc, xc]:
                out[row, col] = label[yc, xc]
                continue
            known = 0
            for yy in range(max(yc - _REACH, 0), min(yc + _REACH + 1, h)):
                for xx in range(max(xc - _REACH, 0), min(xc + _REACH + 1, w)):
                    apart = 0.0
                    for c in range(large.shape[2]):
                        apart += (float(large[row, col, c]) - float(small[yy, xx, c])) ** 2
                    near = ((yy - y) ** 2 + (xx - x) ** 2) / (2 * _SPREAD * _SPREAD)
                    weight = np.exp(-near - apart / (2 * _CONTRAST * _CONTRAST))
                    k = 0
                    while k < known and names[k] != label[yy, xx]:
                        k += 1
                    if k == known:
                        names[k], votes[k] = label[yy, xx], 0.0
                        known += 1
                    votes[k] += weight
            best, most = label[yc, xc], 0.0  # where no color is alike, the nearest keeps its place
            for k in range(known):
                if votes[k] > most or (votes[k] == most and names[k] < best and most > 0):
                    best, most = names[k], votes[k]
            out[row, col] = best
