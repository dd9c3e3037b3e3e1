"""What the paper's figures are judged by: errors across seams, loops in step, places at outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..rendering.labelling import phi

if TYPE_CHECKING:
    from ..looping import Cinemagraph
    from ..samples import Sample


def seam_step(cinemagraph: Cinemagraph, mask: NDArray[np.bool_]) -> float:
    """RMS error of colour across neighbours inside ``mask`` (H, W) with different labels, in grey levels.

    What a pixel would show with its neighbour's label, against what it shows, at 16 times; 0 without a seam.
    """
    frames, period, start = cinemagraph.video.frames, cinemagraph.period, cinemagraph.start
    places: Any = np.indices(mask.shape)
    rows, columns = places
    squares, count = 0.0, 0
    for near, far in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        cut = mask[near] & mask[far] & ((period[near] != period[far]) | (start[near] != start[far]))
        y, x = rows[near][cut], columns[near][cut]
        for t in range(0, 4 * len(frames), max(1, len(frames) // 4)):
            own = phi(period[near][cut], start[near][cut], t)
            other = phi(period[far][cut], start[far][cut], t)
            error = frames[own, y, x].astype(np.float64) - frames[other, y, x]
            squares += float((error**2).sum())
            count += error.size
    return float(np.sqrt(squares / count)) if count else 0.0


def lasso(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The convex hull of ``mask`` (H, W): a region as somebody draws it around an object."""
    import cv2

    points = np.argwhere(mask)[:, ::-1].astype(np.int32)
    drawn: Any = np.zeros(mask.shape, np.uint8)
    return np.asarray(cv2.fillConvexPoly(drawn, cv2.convexHull(points), 1), bool)


def commonest_label(cinemagraph: Cinemagraph, part: NDArray[np.bool_]) -> tuple[int, int]:
    """The commonest (p, s) of a part."""
    labels = np.stack([cinemagraph.period[part], cinemagraph.start[part]], axis=1)
    found, count = np.unique(labels, axis=0, return_counts=True)
    period, start = found[count.argmax()]
    return int(period), int(start)


def out_of_step(labels: list[tuple[int, int]]) -> float:
    """Share of the time at which two loops show different frames."""
    time = np.arange(np.lcm(labels[0][0], labels[1][0]))
    first, second = (phi(p, s, time) for p, s in labels)
    return float((first != second).mean())


def outlines(sample: Sample, reach: int = 3) -> NDArray[np.bool_]:
    """Pixels within ``reach`` of a place where the category changes in some frame, (H, W)."""
    import cv2

    edge: Any = np.zeros(sample.video.frames.shape[1:3], np.uint8)
    for mask in sample.masks.values():
        for frame in mask[:: max(1, len(mask) // 8)]:
            edge |= cv2.morphologyEx(frame.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.dilate(edge, np.ones((2 * reach + 1,) * 2, np.uint8)), bool)
