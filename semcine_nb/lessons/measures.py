"""Measures behind the pictures: where seams are cheap, what they cost, and which loops are in step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..looping.baselines import color_connectivity, cumulative_motion
from ..looping.energy import connectivity
from ..looping.parameters import LoopParameters
from ..rendering.labelling import phi

if TYPE_CHECKING:
    from ..looping import Cinemagraph
    from ..samples import Sample
    from ..semantics import SemanticResponse
    from ..video import Video

Box = tuple[int, int, int, int]  # x, y, width, height in pixels


class ConnectivityMaps(NamedTuple):
    """γ_s, the smaller of a pixel's pairs to the right and below: 1 where neighbors belong together (Fig. 2).

    color : (H, W) float32, Liao et al. 2013: small where the difference of colors varies over time
    semantic : (H, W) float32, eq. (5): small where different categories occur
    """

    color: NDArray[np.float32]
    semantic: NDArray[np.float32]


def connectivity_maps(clip: Video, response: SemanticResponse) -> ConnectivityMaps:
    """Both potentials of a clip, with the constants of the papers."""
    color, semantic = color_connectivity(clip), np.ones((2, clip.height, clip.width), np.float32)
    color[0, :, -1] = color[1, -1] = 1
    semantic[0, :, :-1], semantic[1, :-1] = connectivity(response, LoopParameters())
    return ConnectivityMaps(color.min(axis=0), semantic.min(axis=0))


def loop_frame(cinemagraph: Cinemagraph, t: int) -> NDArray[np.uint8]:
    """L(x, t) = V(x, φ(x, t)) of Section 3.2, (H, W, 3): one frame of the endless loop, not blended."""
    rows, columns = np.indices(cinemagraph.period.shape)
    return cinemagraph.video.frames[phi(cinemagraph.period, cinemagraph.start, t), rows, columns]


def loop_motion(cinemagraph: Cinemagraph, frames: int = 48) -> NDArray[np.float32]:
    """Mean size of optical flow over some frames of the endless loop, (H, W) float32 in pixels a frame."""
    from ..video import Video

    shown = np.stack([loop_frame(cinemagraph, t) for t in range(frames)])
    return cumulative_motion(Video(shown, cinemagraph.video.fps)) / np.float32(max(frames - 1, 1))


def seam_step(cinemagraph: Cinemagraph, mask: NDArray[np.bool_]) -> float:
    """RMS error of color across neighbors inside ``mask`` (H, W) with different labels, in gray levels.

    What a pixel would show with its neighbor's label, against what it shows, at 16 times or a few more; 0
    without a seam.
    """
    squares, count = 0.0, 0
    for _, cut, error in _seams(cinemagraph, mask):
        squares += float((error[cut].astype(np.float64) ** 2).sum())
        count += error[cut].size
    return float(np.sqrt(squares / count)) if count else 0.0


def worst_place(cinemagraph: Cinemagraph, mask: NDArray[np.bool_], width: int = 72, height: int = 48) -> Box:
    """The box whose seams inside ``mask`` cost most: where a thing tears.

    The cost of a seam is that of `seam_step`, whatever the method that made it believes.
    """
    import cv2

    cost = np.zeros(mask.shape, np.float32)
    for near, cut, error in _seams(cinemagraph, mask):
        cost[near] += (error.astype(np.float32) ** 2).sum(axis=-1) * cut
    height, width = min(height, mask.shape[0]), min(width, mask.shape[1])
    total = cv2.boxFilter(cost, -1, (width, height), normalize=False, borderType=cv2.BORDER_CONSTANT)
    y, x = (int(i) for i in np.unravel_index(int(total.argmax()), total.shape))
    left = int(np.clip(x - width // 2, 0, mask.shape[1] - width))
    top = int(np.clip(y - height // 2, 0, mask.shape[0] - height))
    return left, top, width, height


def _seams(
    cinemagraph: Cinemagraph, mask: NDArray[np.bool_]
) -> Iterator[tuple[Any, NDArray[np.bool_], NDArray[np.int16]]]:
    """Pairs of neighbors at some times: which pixels, which of them a seam cuts inside ``mask``, and by how
    much each color (h, w, 3) is off with the neighbor's label."""
    frames, period, start = cinemagraph.video.frames, cinemagraph.period, cinemagraph.start
    places: Any = np.indices(mask.shape)
    for near, far in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        cut = mask[near] & mask[far] & ((period[near] != period[far]) | (start[near] != start[far]))
        rows, columns = (each[near] for each in places)
        for t in range(0, 4 * len(frames), max(1, len(frames) // 4)):
            own, other = (frames[phi(period[end], start[end], t), rows, columns] for end in (near, far))
            yield near, cut, own.astype(np.int16) - other


def lasso(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The convex hull of ``mask`` (H, W): a region as somebody draws it around an object."""
    import cv2

    points = np.argwhere(mask)[:, ::-1].astype(np.int32)
    drawn: Any = np.zeros(mask.shape, np.uint8)
    return np.asarray(cv2.fillConvexPoly(drawn, cv2.convexHull(points), 1), bool)


def commonest_label(cinemagraph: Cinemagraph, part: NDArray[np.bool_]) -> tuple[int, int]:
    """The commonest (p, s) of a part (H, W)."""
    labels = np.stack([cinemagraph.period[part], cinemagraph.start[part]], axis=1)
    found, count = np.unique(labels, axis=0, return_counts=True)
    period, start = found[count.argmax()]
    return int(period), int(start)


def out_of_step(labels: list[tuple[int, int]]) -> float:
    """Share of the time at which two loops (p, s) show different frames."""
    time = np.arange(np.lcm(labels[0][0], labels[1][0]))
    first, second = (phi(*label, time) for label in labels)
    return float((first != second).mean())


def outlines(sample: Sample, reach: int = 3) -> NDArray[np.bool_]:
    """Pixels within ``reach`` of a place where the category changes in some frame, (H, W)."""
    import cv2

    edge: Any = np.zeros(sample.video.frames.shape[1:3], np.uint8)
    for mask in sample.masks.values():
        for frame in mask[:: max(1, len(mask) // 8)]:
            edge |= cv2.morphologyEx(frame.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.dilate(edge, np.ones((2 * reach + 1,) * 2, np.uint8)), bool)
