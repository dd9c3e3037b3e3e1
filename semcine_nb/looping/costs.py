"""Eq. (1) as the solver reads it: one byte vector a pixel and frame, weights, and the kernels of every term.

Color and semantics stand in one vector, U = [a·V | b·F | 0], scaled so that the weighted squared distance
(1 − w)/3·‖ΔV‖² + w/K·‖ΔF‖² of eq. (2) and (4) is ``scale`` times an integer squared distance. V is stored
exactly as long as its weight, (1 − w)/3, is the larger one (it is at the paper's w = 0.2). F is rounded to
the same step, half a gray level at most. What the solver reports is computed without rounding (`evaluation`).

A new term of a label's own cost belongs into `label_cost`: the moves, the reported energy and the cost maps
call it. One of two labels' belongs into `pair_cost`; the reported energy (`evaluation`) and the tables on
blocks (`period_tables`) sum pairs in loops of their own. The definition of both is in `energy`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..errors import LoopError
from ..progress import Progress, silent, track
from ..rendering.labelling import Labelling
from ..threads import parts, run_parts
from .distances import INNER, Label, Sums, distance, jump
from .energy import connectivity
from .parameters import LoopParameters
from .temporal_changes import temporal_changes

if TYPE_CHECKING:
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video

LANES = 8  # U is padded to whole groups of eight bytes: the kernels add eight at a time
Window = tuple[slice, slice]  # rows and columns
Pair = tuple[int, int, int]  # d, y, x: pixel (y, x) and its neighbor to the right (d = 0) or below (1)


class Costs(NamedTuple):
    """Eq. (1) for one candidate. A named tuple, because numba takes it whole."""

    vectors: NDArray[np.uint8]  # U, (H·W·T·C,): of every pixel and frame in one line, C a multiple of eight
    frames: int  # T
    channels: int  # C
    scale: float  # energy of one unit of integer squared distance
    temporal_factor: NDArray[np.float32]  # γ_t, (H, W)
    spatial_factor: NDArray[np.float32]  # α₂·γ_s of the pairs (d, y, x), (2, H, W); 0 without a neighbor
    static_cost: NDArray[np.float32]  # α₁·E_static·π_ID, (H, W)
    short_cost: NDArray[np.float32]  # α₁·α_∞ on natural categories, (H, W)
    short_range: int  # P_short, frames

    def energy(self, labels: Labelling, window: Window | None = None) -> tuple[float, float, float]:
        """Temporal, label and spatial part of eq. (1), weighted.

        With a ``window`` only of its pixels and of their pairs to the right and below.
        """
        rows, columns = window or (slice(0, labels.period.shape[0]), slice(0, labels.period.shape[1]))
        temporal, label, spatial = _energy(self, labels, (rows.start, rows.stop, columns.start, columns.stop))
        return temporal, label, spatial

    def total(self, labels: Labelling, window: Window | None = None) -> float:
        """The sum of `energy`."""
        return sum(self.energy(labels, window))


@dataclass(frozen=True, eq=False)
class ClipCosts:
    """Costs of a clip that all its candidates share.

    Attributes
    ----------
    unlabeled : eq. (1) without a label term
    static_penalty : (H, W) float32, E_static / α_sta of eq. (7)
    natural : (H, W) bool, where a natural category occurs
    moving : (H, W) bool, where the picture changes by more than sensor noise
    fps : frames a second of the clip
    """

    unlabeled: Costs
    static_penalty: NDArray[np.float32]
    natural: NDArray[np.bool_]
    moving: NDArray[np.bool_]
    fps: float

    def of(self, candidate: Candidate, parameters: LoopParameters) -> Costs:
        """Eq. (1) of a candidate; of ``parameters`` those of eq. (6) are read."""
        mask = np.asarray(candidate.mask, bool)
        weight = parameters.alpha_label
        static_cost = weight * parameters.alpha_static * self.static_penalty * mask
        return self.unlabeled._replace(
            static_cost=static_cost.astype(np.float32),
            short_cost=(weight * parameters.alpha_infinity * self.natural).astype(np.float32),
            short_range=parameters.short_range(self.fps),
        )


def clip_costs(
    clip: Video,
    response: SemanticResponse,
    parameters: LoopParameters,
    threads: int = 2,
    progress: Progress = silent,
) -> ClipCosts:
    """Measure a clip; peak memory is about T·H·W·(C + 1) bytes beyond the clip.

    Raises
    ------
    LoopError
        If the response does not cover the clip.
    """
    frames, h, w = clip.frames.shape[:3]
    if response.shape[:3] != (frames, h, w):
        raise LoopError(f"The response covers {response.shape[:3]} (T, H, W); the clip is {(frames, h, w)}.")
    vectors, scale = _vectors(clip.frames, response, parameters.w, threads, progress)
    natural = response.natural_map(parameters.occurrence_threshold)
    changes = temporal_changes(clip.frames, parameters, threads)
    factor = np.where(natural, parameters.lambda_temporal, parameters.lambda_temporal / 2)
    spatial = np.zeros((2, h, w), np.float32)
    gamma_right, gamma_down = connectivity(response, parameters)
    spatial[0, :, :-1] = parameters.alpha_spatial * gamma_right
    spatial[1, :-1] = parameters.alpha_spatial * gamma_down
    nothing = np.zeros((h, w), np.float32)
    return ClipCosts(
        unlabeled=Costs(
            vectors=vectors.ravel(),
            frames=frames,
            channels=vectors.shape[3],
            scale=scale,
            temporal_factor=(1 / (1 + factor * changes.median)).astype(np.float32),
            spatial_factor=spatial,
            static_cost=nothing,
            short_cost=nothing,
            short_range=0,
        ),
        static_penalty=np.minimum(1, parameters.lambda_static * changes.smooth_median).astype(np.float32),
        natural=natural,
        moving=changes.moving(),
        fps=clip.fps,
    )


def _vectors(
    frames: NDArray[np.uint8], response: SemanticResponse, w: float, threads: int, progress: Progress
) -> tuple[NDArray[np.uint8], float]:
    """U, (H, W, T, C), and the energy of one unit of its squared distances."""
    t, h, width = frames.shape[:3]
    k = response.shape[3]
    color_weight, semantic_weight = (1 - w) / 3, w / k
    largest = max(color_weight, semantic_weight)
    # of the bytes 0 … 255, and of shares 0 … 1
    scales = math.sqrt(color_weight / largest), 255 * math.sqrt(semantic_weight / largest)
    vectors = np.zeros((h, width, t, -(-(3 + k) // LANES) * LANES), np.uint8)
    # eight frames at a time: one cache line of a pixel
    shares = np.empty((8, k, h, width), np.float32)
    for begin in track(range(0, t, 8), progress, "Tables"):
        some = range(begin, min(begin + 8, t))
        for i in some:
            shares[i - begin] = np.moveaxis(response.shares(i), -1, 0)

        def fill(rows: slice, some: range = some) -> None:
            shown = vectors[:, :, some.start : some.stop]
            _fill_vectors(shown, frames[some.start : some.stop], shares, scales, (rows.start, rows.stop))

        run_parts(fill, parts(h, 64), threads)
    return vectors, largest / 255**2


@njit(cache=True, nogil=True)
def _fill_vectors(
    vectors: NDArray[np.uint8],
    frames: NDArray[np.uint8],
    shares: NDArray[np.float32],
    scales: tuple[float, float],
    rows: tuple[int, int],
) -> None:
    """Fill U (H, W, t, C) of frames (t, H, W, 3) and shares (≥ t, K, H, W) in some rows."""
    k, w = shares.shape[1], shares.shape[3]
    shades = (np.arange(256) * scales[0] + 0.5).astype(np.uint8)
    share = np.empty((k, w), np.uint8)
    for y in range(*rows):
        for i in range(len(frames)):
            for c in range(k):
                line, shown = shares[i, c, y], share[c]
                for x in range(w):
                    shown[x] = np.uint8(np.int32(np.float64(line[x]) * scales[1] + 0.5))
            for x in range(w):
                for c in range(3):
                    vectors[y, x, i, c] = shades[frames[i, y, x, c]]
                for c in range(k):
                    vectors[y, x, i, 3 + c] = share[c, x]


@njit(**INNER)
def offset(costs: Costs, y: int, x: int) -> int:
    """Index of the first byte of a pixel among the vectors."""
    return (y * costs.temporal_factor.shape[1] + x) * costs.frames * costs.channels


@njit(cache=True, nogil=True)
def scratch_of(costs: Costs) -> tuple[Sums, Sums]:
    """Room for the sums of two loops, which `distance` needs."""
    size = costs.frames * costs.channels
    return np.zeros(size, np.int32), np.zeros(size, np.int32)


@njit(**INNER)
def temporal_cost(costs: Costs, y: int, x: int, label: Label) -> float:
    """E_temp of a label at a pixel, eq. (2)."""
    if label[0] == 1:
        return 0.0
    apart = jump(costs.vectors, offset(costs, y, x), costs.channels, label)
    return costs.scale * costs.temporal_factor[y, x] * apart


@njit(**INNER)
def label_cost(costs: Costs, y: int, x: int, label: Label) -> float:
    """α₁·E_label of a label (p, s) at a pixel, eq. (6); a term for several cases goes into each return."""
    if label[0] == 1:
        return np.float64(costs.static_cost[y, x])
    if label[0] <= costs.short_range:
        return np.float64(costs.short_cost[y, x])
    return 0.0


@njit(**INNER)
def own_cost(costs: Costs, y: int, x: int, label: Label) -> float:
    """E_temp + α₁·E_label of a label at a pixel."""
    return temporal_cost(costs, y, x, label) + label_cost(costs, y, x, label)


@njit(**INNER)
def pair_cost(costs: Costs, pair: Pair, first: Label, second: Label, scratch: tuple[Sums, Sums]) -> float:
    """α₂·E_spa of two neighbors with labels ``first`` and ``second``, eq. (4)."""
    if first[0] == second[0] and first[1] == second[1]:
        return 0.0
    d, y, x = pair
    u, c = costs.vectors, costs.channels
    apart = distance(u, offset(costs, y, x), c, first, second, scratch)
    apart += distance(u, offset(costs, y + d, x + 1 - d), c, first, second, scratch)
    return costs.scale * costs.spatial_factor[d, y, x] * apart


@njit(cache=True, nogil=True)
def label_map(costs: Costs, labels: Labelling) -> NDArray[np.float32]:
    """α₁·E_label of every pixel of a labelling, (H, W)."""
    h, w = labels.period.shape
    found = np.empty((h, w), np.float32)
    for y in range(h):
        for x in range(w):
            found[y, x] = label_cost(costs, y, x, (labels.period[y, x], labels.start[y, x]))
    return found


@njit(cache=True, nogil=True)
def temporal_costs(
    costs: Costs, periods: NDArray[np.int32], starts: NDArray[np.int32], block: int
) -> NDArray[np.float64]:
    """E_temp of the loops (periods[i], starts[i]), summed over blocks: (loops, rows, columns).

    Pixels whose γ_t is 0 are passed over.
    """
    h, w = costs.temporal_factor.shape
    total = np.zeros((periods.size, -(-h // block), -(-w // block)))
    for y in range(h):
        for x in range(w):
            if costs.temporal_factor[y, x] != 0:
                for i in range(periods.size):
                    total[i, y // block, x // block] += temporal_cost(costs, y, x, (periods[i], starts[i]))
    return total


@njit(cache=True, nogil=True)
def _energy(costs: Costs, labels: Labelling, window: tuple[int, int, int, int]) -> tuple[float, float, float]:
    """Temporal, label and spatial part of eq. (1) in a window: top, bottom, left, right."""
    h, w = labels.period.shape
    scratch = scratch_of(costs)
    temporal, label, spatial = 0.0, 0.0, 0.0
    top, bottom, left, rightmost = window
    for y in range(top, bottom):
        for x in range(left, rightmost):
            here = (labels.period[y, x], labels.start[y, x])
            temporal += temporal_cost(costs, y, x, here)
            label += label_cost(costs, y, x, here)
            for d in range(2):
                y2, x2 = y + d, x + 1 - d
                if y2 < h and x2 < w:
                    beside = (labels.period[y2, x2], labels.start[y2, x2])
                    spatial += pair_cost(costs, (d, y, x), here, beside, scratch)
    return temporal, label, spatial
