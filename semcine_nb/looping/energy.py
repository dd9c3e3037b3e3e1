"""The definition: eq. (1)–(7) of the paper in NumPy and float64, as plain as they are written.

Whatever is fast elsewhere in this package is tested against these lines. Conventions where the paper is
silent (units, neighbor pairs, occurrence): colors V and responses F lie in [0, 1], each unordered
4-neighbor pair counts once, a static pixel has E_temp = 0, and equal labels have E_spa = 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ..errors import LoopError
from ..rendering.labelling import Labelling, phi
from .parameters import LoopParameters

if TYPE_CHECKING:
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LoopEnergy:
    """Eq. (1) by term, each already multiplied by its weight (1, α₁, α₂)."""

    temporal: float
    label: float
    spatial: float

    @property
    def total(self) -> float:
        """The energy of eq. (1)."""
        return self.temporal + self.label + self.spatial


def loop_energy(
    clip: Video,
    response: SemanticResponse,
    candidate: Candidate,
    period: NDArray[np.integer],
    start: NDArray[np.integer],
    parameters: LoopParameters | None = None,
) -> LoopEnergy:
    """Energy of any labelling, straight from its definition (eq. 1).

    Parameters
    ----------
    clip : Video of T frames, (T, H, W, 3) uint8
    response : SemanticResponse, scores (T, H, W, K) of the kept categories
    candidate : Candidate whose ``mask`` (H, W) is π_ID
    period, start : (H, W) integers, in frames; p = 1 is static
    parameters : the constants; the paper's by default

    Raises
    ------
    LoopError
        If a label does not fit into the clip or shapes disagree.
    """
    parameters = parameters or LoopParameters()
    frames, h, w = clip.frames.shape[:3]
    period, start = np.asarray(period), np.asarray(start)
    for name, array in (("period", period), ("start", start), ("candidate.mask", np.asarray(candidate.mask))):
        if array.shape != (h, w):
            raise LoopError(f"{name} has shape {array.shape}; the clip's frames are {(h, w)}.")
    if response.shape[:3] != (frames, h, w):
        raise LoopError(f"The response covers {response.shape[:3]} (T, H, W); the clip is {(frames, h, w)}.")
    Labelling.of(period, start).check(frames)

    color = clip.frames / 255.0
    semantic = np.stack([response.shares(t, dtype=np.float64) for t in range(frames)])
    natural = response.natural_map(parameters.occurrence_threshold)
    temporal = temporal_cost(color, semantic, period, start, natural, parameters)
    labels = Labelling.of(period, start)
    label = label_cost(color, labels, candidate, natural, clip.fps, parameters)
    right, down = connectivity(response, parameters)
    across = spatial_cost(color, semantic, period, start, parameters, axis=1)
    along = spatial_cost(color, semantic, period, start, parameters, axis=0)
    spatial = (right * across).sum() + (down * along).sum()
    return LoopEnergy(
        temporal=float(temporal.sum()),
        label=float(parameters.alpha_label * label.sum()),
        spatial=float(parameters.alpha_spatial * spatial),
    )


def temporal_factor(color: Array, natural: NDArray[np.bool_], parameters: LoopParameters) -> Array:
    """γ_t (H, W), eq. (3): forgives a jump where the picture always changes."""
    factor = np.where(natural, parameters.lambda_temporal, parameters.lambda_temporal / 2)
    return 1 / (1 + factor * median_change(color))


def median_change(signal: Array) -> Array:
    """MAD_t (H, W): median over t of the norm of the change from frame t to t + 1."""
    return np.median(np.linalg.norm(np.diff(signal, axis=0), axis=-1), axis=0)


def temporal_cost(
    color: Array,
    semantic: Array,
    period: NDArray[np.integer],
    start: NDArray[np.integer],
    natural: NDArray[np.bool_],
    parameters: LoopParameters,
) -> Array:
    """E_temp (H, W), eq. (2): the jump from the loop's end to its start, in color and in semantics."""
    rows, columns = np.indices(period.shape)
    loops = period > 1
    # where the pixel is static any frame will do: the result is discarded below
    first, last = np.where(loops, start, 1), np.where(loops, start + period, 1)

    def change(signal: Array) -> Array:
        def squared(a: NDArray[np.integer], b: NDArray[np.integer]) -> Array:
            return ((signal[a, rows, columns] - signal[b, rows, columns]) ** 2).sum(axis=-1)

        return (squared(first, last) + squared(first - 1, last - 1)) / signal.shape[-1]

    w = parameters.w
    cost = temporal_factor(color, natural, parameters) * ((1 - w) * change(color) + w * change(semantic))
    return np.where(loops, cost, 0.0)


def static_penalty(color: Array, parameters: LoopParameters) -> Array:
    """E_static (H, W), eq. (7): the price of standing still where the smoothed picture N moves."""
    sigma = (parameters.sigma_time, parameters.sigma_space, parameters.sigma_space, 0)
    smooth = gaussian_filter(color, sigma, mode="nearest", truncate=3)
    return parameters.alpha_static * np.minimum(1, parameters.lambda_static * median_change(smooth))


def label_cost(
    color: Array,
    labels: Labelling,
    candidate: Candidate,
    natural: NDArray[np.bool_],
    fps: float,
    parameters: LoopParameters,
) -> Array:
    """E_label (H, W), eq. (6): static inside π_ID costs E_static, a short loop on nature costs α_∞.

    A new price of a pixel's own label is added here and in `costs.label_cost`.
    """
    static, mask = ~labels.dynamic, np.asarray(candidate.mask, bool)
    short = labels.dynamic & (labels.period <= parameters.short_range(fps))
    return static_penalty(color, parameters) * (static & mask) + parameters.alpha_infinity * (short & natural)


def connectivity(response: SemanticResponse, parameters: LoopParameters) -> tuple[Array, Array]:
    """γ_s of eq. (5) for the pairs to the right (H, W − 1) and below (H − 1, W)."""
    share = response.occurrence_distribution()
    factor = parameters.lambda_spatial / math.sqrt(share.shape[-1])
    return (
        1 / (1 + factor * np.linalg.norm(np.diff(share, axis=1), axis=-1)),
        1 / (1 + factor * np.linalg.norm(np.diff(share, axis=0), axis=-1)),
    )


def spatial_cost(
    color: Array,
    semantic: Array,
    period: NDArray[np.integer],
    start: NDArray[np.integer],
    parameters: LoopParameters,
    axis: int,
) -> Array:
    """(1 − w)·Ψ_V + w·Ψ_F of eq. (4) for each pair of neighbors along ``axis`` (0: below, 1: right)."""
    h, w = period.shape
    pairs = (slice(0, h - 1), slice(None)) if axis == 0 else (slice(None), slice(0, w - 1))
    other = (slice(1, h), slice(None)) if axis == 0 else (slice(None), slice(1, w))
    labels = np.stack([period[pairs], start[pairs], period[other], start[other]], axis=-1)
    cost = np.zeros(labels.shape[:2])
    differ = np.argwhere((labels[..., 0] != labels[..., 2]) | (labels[..., 1] != labels[..., 3]))
    kinds, kind = np.unique(labels[tuple(differ.T)], axis=0, return_inverse=True)
    order = np.argsort(kind.ravel(), kind="stable")
    bounds = np.searchsorted(kind.ravel()[order], np.arange(len(kinds) + 1))
    for (p_x, s_x, p_z, s_z), begin, end in zip(kinds, bounds[:-1], bounds[1:], strict=True):
        rows, columns = differ[order[begin:end]].T
        ends = (rows, columns), (rows + (axis == 0), columns + (axis == 1))
        time = np.arange(math.lcm(int(p_x), int(p_z)))
        # the same pair of frames may meet several times within the least common multiple
        frames, times = np.unique(
            np.stack([phi(p_x, s_x, time), phi(p_z, s_z, time)]), axis=1, return_counts=True
        )
        total = np.zeros(len(rows))
        for (at_x, at_z), count in zip(frames.T, times, strict=True):
            for signal, weight in ((color, 1 - parameters.w), (semantic, parameters.w)):
                for pixel in ends:
                    squared = ((signal[at_x][pixel] - signal[at_z][pixel]) ** 2).sum(axis=-1)
                    total += weight / signal.shape[-1] * count * squared
        cost[rows, columns] = total / len(time)
    return cost
