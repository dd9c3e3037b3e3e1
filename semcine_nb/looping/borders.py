"""Borders between regions of labels, which one move lets shift by a few pixels."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..rendering.labelling import Labelling
from .costs import Costs
from .moves import fuse

REACH = 4  # pixels that a border between labels may move in one step
Mask = NDArray[np.bool_]


def shift_borders(
    costs: Costs,
    labels: Labelling,
    active: Mask | None = None,
    same_period: bool = False,
    free: Mask | None = None,
) -> None:
    """Let the borders between labels move by up to ``REACH`` pixels, in place.

    Parameters
    ----------
    active : (H, W), pixels that may change; None: all
    same_period : keep every period
    free : (H, W), pixels that loops may come to; None: all
    """
    if active is None:
        active = np.ones(labels.period.shape, np.bool_)
    proposal = neighbor_labels(labels, active, REACH, same_period)
    if free is not None:
        np.copyto(proposal.period, 0, where=(proposal.period > 1) & ~free)
    fuse(costs, labels, proposal, ordered=True)


@njit(cache=True, nogil=True)
def neighbor_labels(labels: Labelling, allowed: Mask, radius: int, same_period: bool) -> Labelling:
    """For each pixel the label of the nearest region with another one, at most ``radius`` steps away.

    Parameters
    ----------
    labels : (H, W)
    allowed : (H, W), pixels that may get a proposal
    radius : steps to 4-neighbors
    same_period : only offer labels of the pixel's own period

    Returns
    -------
    (H, W) labels, period 0 where there is no proposal
    """
    period, start = labels
    h, w = period.shape
    new_period, new_start = np.zeros((h, w), np.int32), np.zeros((h, w), np.int32)
    # the pixels reached in the last step; the next step looks at their neighbors only
    front = np.empty((h * w, 2), np.int32)
    following = np.empty((h * w, 2), np.int32)
    reached = np.zeros((h, w), np.bool_)
    n = 0
    for y in range(h):
        for x in range(w):
            if not allowed[y, x]:
                continue
            for d in range(4):
                y2, x2 = y + (d == 0) - (d == 1), x + (d == 2) - (d == 3)
                if y2 < 0 or x2 < 0 or y2 >= h or x2 >= w:
                    continue
                if period[y2, x2] == period[y, x]:
                    if start[y2, x2] == start[y, x]:
                        continue
                elif same_period:
                    continue
                new_period[y, x], new_start[y, x] = period[y2, x2], start[y2, x2]
                reached[y, x] = True
                front[n, 0], front[n, 1] = y, x
                n += 1
                break
    for _ in range(1, radius):
        m = 0
        for i in range(n):
            y, x = front[i]
            for d in range(4):
                y2, x2 = y + (d == 0) - (d == 1), x + (d == 2) - (d == 3)
                if y2 < 0 or x2 < 0 or y2 >= h or x2 >= w or reached[y2, x2] or not allowed[y2, x2]:
                    continue
                if new_period[y, x] == period[y2, x2]:
                    if new_start[y, x] == start[y2, x2]:
                        continue
                elif same_period:
                    continue
                new_period[y2, x2], new_start[y2, x2] = new_period[y, x], new_start[y, x]
                reached[y2, x2] = True
                following[m, 0], following[m, 1] = y2, x2
                m += 1
        front, following = following, front
        n = m
    return Labelling(new_period, new_start)
