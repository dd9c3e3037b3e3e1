"""The energy of a labelling of a whole clip: energy.py's sums without F of every pixel and frame in memory.

The solver works on bytes (`costs`); what it reports is computed here from the real numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..rendering.labelling import Labelling
from .costs import Costs, label_map
from .distances import signal_distance
from .energy import LoopEnergy
from .parameters import LoopParameters

if TYPE_CHECKING:
    from ..semantics import SemanticResponse
    from ..video import Video


def evaluate(
    costs: Costs, clip: Video, response: SemanticResponse, labels: Labelling, parameters: LoopParameters
) -> LoopEnergy:
    """Eq. (1) of a labelling, equal to `loop_energy` up to single-precision weights (about 1e-6).

    Notes
    -----
    Of each frame only the pixels are read whose E_temp asks for it, and those beside a border between labels.
    """
    period, start = labels
    loops = np.flatnonzero(period > 1)
    p, s = period.ravel()[loops], start.ravel()[loops]
    times = np.concatenate([s, s + p, s - 1, s + p - 1])
    borders = np.flatnonzero(labels.borders())
    ends, lines = _read(clip.frames, response, np.tile(loops, 4), times, borders)

    weights = (1 - parameters.w) / 3 / 255**2, parameters.w / response.shape[3]
    jumps = weights[0] * _jump(ends[0]) + weights[1] * _jump(ends[1])
    temporal = costs.temporal_factor.ravel()[loops].astype(np.float64) * jumps
    label = label_map(costs, labels).sum(dtype=np.float64)
    line = np.full(period.shape, -1, np.int32)
    line.ravel()[borders] = np.arange(len(borders))
    spatial = _spatial(costs.spatial_factor, labels, line, lines, weights)
    return LoopEnergy(float(temporal.sum()), float(label), float(spatial))


Signals = tuple[NDArray[np.uint8], NDArray[np.float32]]  # gray levels of V, (…, 3), and F, (…, K)


def _read(
    frames: NDArray[np.uint8],
    response: SemanticResponse,
    places: NDArray[np.intp],
    times: NDArray[np.integer],
    always: NDArray[np.intp],
) -> tuple[Signals, Signals]:
    """V and F of pixels, which are counted along the rows, frame by frame.

    Returns
    -------
    read : (M, …), of ``places`` (M,) at ``times`` (M,)
    lines : (T, N, …), of the pixels ``always`` (N,) at every frame
    """
    t, k, m, n = len(frames), response.shape[3], len(places), len(always)
    read = np.empty((m, 3), np.uint8), np.empty((m, k), np.float32)
    lines = np.empty((t, n, 3), np.uint8), np.empty((t, n, k), np.float32)
    times = times.astype(np.uint16)  # the longest clip has 65535 frames; sorted in linear time
    order = np.argsort(times, kind="stable")
    for i, here in enumerate(np.split(order, np.cumsum(np.bincount(times, minlength=t))[:-1])):
        where = np.concatenate([always, places[here]])
        color, share = frames[i].reshape(-1, 3).take(where, axis=0), response.shares(i, where)
        lines[0][i], read[0][here] = color[:n], color[n:]
        lines[1][i], read[1][here] = share[:n], share[n:]
    return read, lines


def _jump(ends: NDArray) -> NDArray[np.float64]:
    """Φ of eq. (2) from a signal at s, s + p, s − 1 and s + p − 1, (4·M, C): (M,)."""
    first, beyond, before, last = np.split(ends.astype(np.float64), 4)
    return ((first - beyond) ** 2 + (before - last) ** 2).sum(axis=-1)


@njit(cache=True, nogil=True)
def _spatial(
    factor: NDArray[np.float32],
    labels: Labelling,
    line: NDArray[np.int32],
    signals: Signals,
    weights: tuple[float, float],
) -> float:
    """α₂·E_spa of every pair of neighbors with different labels.

    ``line`` (H, W) says which of the signals, (T, N, 3) and (T, N, K), a pixel has.
    """
    colors, shares = signals
    h, w = labels.period.shape
    scratch = np.empty((2, colors.shape[0], max(colors.shape[2], shares.shape[2])))
    total = 0.0
    for y in range(h):
        for x in range(w):
            for d in range(2):
                y2, x2 = y + d, x + 1 - d
                if y2 == h or x2 == w:
                    continue
                first = (labels.period[y, x], labels.start[y, x])
                second = (labels.period[y2, x2], labels.start[y2, x2])
                if first[0] == second[0] and first[1] == second[1]:
                    continue
                weight = factor[d, y, x]
                for n in (line[y, x], line[y2, x2]):
                    total += weight * weights[0] * signal_distance(colors[:, n], first, second, scratch)
                    total += weight * weights[1] * signal_distance(shares[:, n], first, second, scratch)
    return total


@njit(cache=True, nogil=True)
def motion_kept(frames: NDArray[np.uint8], labels: Labelling, mask: NDArray[np.bool_]) -> float:
    """Share of a target's movement that its loops show: variance over the loops against that of the clip.

    Takes (T, H, W, 3) uint8, (H, W) labels and the target (H, W) bool. Near 1 the loops move like the
    clip; near 0 they show the target's place while the target is away or at rest. NaN without any movement.
    """
    t, h, w = frames.shape[:3]
    whole, looped = 0.0, 0.0
    for y in range(h):
        for x in range(w):
            if not mask[y, x]:
                continue
            p, s = labels.period[y, x], labels.start[y, x]
            for c in range(3):
                total, square, part, part_square = 0.0, 0.0, 0.0, 0.0
                for f in range(t):
                    value = np.float64(frames[f, y, x, c])
                    total += value
                    square += value * value
                    if s <= f < s + p:
                        part += value
                        part_square += value * value
                whole += square / t - (total / t) ** 2
                looped += part_square / p - (part / p) ** 2
    return looped / whole if whole > 0 else np.nan
