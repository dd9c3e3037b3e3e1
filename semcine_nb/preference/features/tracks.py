"""Trajectories of points: duration, extent and length of the path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .small_loop import SmallLoop, sampled
from .statistics import five_numbers

SEEDS = 3  # moments, evenly spaced over the loop, at which points are picked
POINTS = 100  # points picked at each moment, at most
_WINDOW = (15, 15)
_LEVELS = 3
_FAITHFUL = 1.0  # reduced px: a step that does not lead back to where it came from ends the track
_LONGEST_STEP = 24.0  # reduced px


@dataclass(frozen=True, eq=False)
class Tracks:
    """The paths of P points.

    ``length`` (P,): nominal frames for which it was followed. ``box`` (P,): diagonal of the box around its
    path, nominal px. ``travel`` (P,): length of that path, nominal px.
    """

    length: NDArray[np.float64]
    box: NDArray[np.float64]
    travel: NDArray[np.float64]


def follow(loop: SmallLoop) -> Tracks:
    """Follow corners of the dynamic region through the loop.

    Corners (Shi and Tomasi, 1994) are picked inside the dynamic region at three moments, and each is followed
    by pyramidal Lucas–Kanade until it is lost, leaves the picture or the loop has passed once; the last frame
    is followed by the first. Points that cannot be followed for a single step do not count.
    """
    n = len(loop.gray)
    moments = sampled(n, SEEDS) if loop.dynamic.any() and n > 1 else []
    corners = [_corners(loop.gray[t], loop.dynamic) for t in moments]
    begin = np.repeat(moments, [len(found) for found in corners])
    paths = _Paths(np.concatenate([np.empty((0, 2), np.float32), *corners]))
    for t in range(max(moments, default=-n) + n - 1):
        rows = np.flatnonzero(paths.alive & (begin <= t) & (paths.steps < n - 1))
        paths.step(rows, loop.gray[t % n], loop.gray[(t + 1) % n])
    seen = paths.steps > 0
    return Tracks(
        paths.steps[seen] * loop.frame,
        np.hypot(*(paths.high - paths.low)[seen].T) * loop.pixel,
        paths.travel[seen] * loop.pixel,
    )


def track_features(loop: SmallLoop) -> NDArray[np.float64]:
    """tracklength…, trackBoundingBox…, trackTravels…: (15,) float64 over the tracks; zeros without any.

    Units: nominal frames (1/30 s), nominal pixels, nominal pixels; see `Tracks`. A point that swings has a
    long travel in a small box; one that passes by has both alike.
    """
    tracks = follow(loop)
    return np.concatenate([five_numbers(x) for x in (tracks.length, tracks.box, tracks.travel)])


class _Paths:
    """Points on their way, in reduced pixels. A row is a point; lost points keep theirs."""

    def __init__(self, points: NDArray[np.float32]) -> None:
        self.place, self.low, self.high = points, points.copy(), points.copy()
        self.travel = np.zeros(len(points))
        self.steps = np.zeros(len(points), int)
        self.alive = np.ones(len(points), bool)

    def step(self, rows: NDArray[np.intp], first: NDArray[np.uint8], second: NDArray[np.uint8]) -> None:
        """Follow the points ``rows`` from one frame to the next."""
        if len(rows) == 0:
            return
        old = self.place[rows]
        blank = np.empty((len(rows), 1, 2), np.float32)
        search: dict[str, Any] = {"winSize": _WINDOW, "maxLevel": _LEVELS}
        new, there, _ = cv2.calcOpticalFlowPyrLK(first, second, old[:, None], blank, **search)
        back, again, _ = cv2.calcOpticalFlowPyrLK(second, first, new, blank.copy(), **search)
        new, back = new[:, 0], back[:, 0]
        way = np.linalg.norm(new - old, axis=1)
        good = (there[:, 0] > 0) & (again[:, 0] > 0) & (way < _LONGEST_STEP)
        good &= np.linalg.norm(back - old, axis=1) < _FAITHFUL
        good &= ((new >= 0) & (new <= np.array(second.shape[::-1]) - 1)).all(axis=1)
        self.alive[rows] = good
        rows, new, way = rows[good], new[good], way[good]
        self.place[rows] = new
        self.low[rows] = np.minimum(self.low[rows], new)
        self.high[rows] = np.maximum(self.high[rows], new)
        self.travel[rows] += way
        self.steps[rows] += 1


def _corners(gray: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    found = cv2.goodFeaturesToTrack(gray, POINTS, 0.02, 6, mask=mask.astype(np.uint8) * 255)
    return np.empty((0, 2), np.float32) if found is None else np.asarray(found[:, 0], np.float32)
