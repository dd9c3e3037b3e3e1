"""The costs of energy.py in a form that is fast: one byte vector a pixel and frame, and kernels over it.

Colour and semantics stand in one vector, U = [a·V | b·F | 0], scaled so that the weighted squared distance
(1 − w)/3·‖ΔV‖² + w/K·‖ΔF‖² of eq. (2) and (4) is ``scale`` times an integer squared distance. V is stored
exactly as long as its weight is the larger one (w ≤ 3/(K + 3)·… at the paper's w = 0.2 it is); F is rounded to
the same step, a difference of at most half a grey level (``benchmarks/looping.py`` prints what that costs).
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..errors import LoopError
from ..progress import Progress, silent, track
from .energy import connectivity, natural_map
from .parameters import LoopParameters

if TYPE_CHECKING:
    from ..semantics import SemanticResponse
    from ..video import Video

LANES = 8  # U is padded to whole groups of eight bytes: the kernels add eight at a time
_LEAST_CHANGE = 0.002  # of the smoothed colour a frame, norm over three channels in [0, 1]: half a grey level
_STRIP = 32  # rows that one task of the pixel statistics works on


@dataclass(frozen=True, eq=False)
class LoopTables:
    """What stages 1–3 read of a clip; it does not depend on the candidate."""

    vectors: NDArray[np.uint8]  # U, (H, W, T, C) with C a multiple of eight
    scale: float  # energy of one unit of integer squared distance
    temporal_factor: NDArray[np.float32]  # γ_t, (H, W)
    static_penalty: NDArray[np.float32]  # E_static, (H, W)
    natural: NDArray[np.bool_]  # (H, W)
    moving: NDArray[np.bool_]  # (H, W), where the picture changes by more than sensor noise
    right: NDArray[np.float32]  # α₂·γ_s towards the right neighbour, (H, W); 0 in the last column
    down: NDArray[np.float32]  # α₂·γ_s towards the neighbour below, (H, W); 0 in the last row

    @property
    def frames(self) -> int:
        """T."""
        return self.vectors.shape[2]


def loop_tables(
    clip: Video,
    response: SemanticResponse,
    parameters: LoopParameters,
    threads: int = 2,
    progress: Progress = silent,
) -> LoopTables:
    """Build the tables of a clip; peak memory is about T·H·W·(C + 1) bytes beyond the clip."""
    frames, h, w = clip.frames.shape[:3]
    if response.shape[:3] != (frames, h, w):
        raise LoopError(f"The response covers {response.shape[:3]} (T, H, W); the clip is {(frames, h, w)}.")
    vectors, scale = _vectors(clip.frames, response, parameters.w, progress)
    natural = natural_map(response, parameters)
    change, smooth_change = median_changes(clip.frames, parameters, threads)
    factor = np.where(natural, parameters.lambda_temporal, parameters.lambda_temporal / 2)
    right, down = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    gamma_right, gamma_down = connectivity(response, parameters)
    right[:, :-1] = parameters.alpha_spatial * gamma_right
    down[:-1] = parameters.alpha_spatial * gamma_down
    return LoopTables(
        vectors=vectors,
        scale=scale,
        temporal_factor=(1 / (1 + factor * change)).astype(np.float32),
        static_penalty=(
            parameters.alpha_static * np.minimum(1, parameters.lambda_static * smooth_change)
        ).astype(np.float32),
        natural=natural,
        moving=moving_pixels(smooth_change),
        right=right,
        down=down,
    )


def moving_pixels(smooth_change: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where MAD_t ‖N(t) − N(t + 1)‖ (H, W) is above the noise of the clip.

    The noise is taken from the calmest twentieth of blocks of 16 × 16 pixels. Outside a target, a pixel that
    shows nothing but noise is static for certain: looping it could not be seen, and a loop of noise is cheap
    enough that whole backgrounds would follow an object at their border.
    """
    h, w = smooth_change.shape
    blocks = cv2.resize(smooth_change, (max(w // 16, 1), max(h // 16, 1)), interpolation=cv2.INTER_AREA)
    noise = float(np.quantile(blocks, 0.05))
    return smooth_change > max(_LEAST_CHANGE, 2 * noise)


def _vectors(
    frames: NDArray[np.uint8], response: SemanticResponse, w: float, progress: Progress
) -> tuple[NDArray[np.uint8], float]:
    t, h, width = frames.shape[:3]
    k = response.shape[3]
    color_weight, semantic_weight = (1 - w) / 3, w / k
    largest = max(color_weight, semantic_weight)
    color_scale = math.sqrt(color_weight / largest)  # of the bytes 0 … 255
    semantic_scale = 255 * math.sqrt(semantic_weight / largest)
    vectors = np.zeros((h, width, t, -(-(3 + k) // LANES) * LANES), np.uint8)
    # eight frames at a time: one cache line of a pixel
    for begin in track(range(0, t, 8), progress, "Tables"):
        end = min(begin + 8, t)
        block = np.zeros((end - begin, h, width, k), np.float32)
        for i in range(begin, end):
            block[i - begin] = response.scores[i]
        _fill_vectors(vectors, frames[begin:end], block, begin, color_scale, semantic_scale)
    return vectors, largest / 255**2


@njit(cache=True, nogil=True)
def _fill_vectors(vectors, frames, scores, begin, color_scale, semantic_scale):  # type: ignore[no-untyped-def]
    t, h, w, k = scores.shape
    for y in range(h):
        for x in range(w):
            for i in range(t):
                for c in range(3):
                    vectors[y, x, begin + i, c] = np.uint8(frames[i, y, x, c] * color_scale + 0.5)
                total = np.float32(0)
                for c in range(k):
                    total += scores[i, y, x, c]
                for c in range(k):
                    share = scores[i, y, x, c] / total if total > 0 else 1 / k
                    vectors[y, x, begin + i, 3 + c] = np.uint8(share * semantic_scale + 0.5)


def median_changes(
    frames: NDArray[np.uint8], parameters: LoopParameters, threads: int = 2
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """MAD_t ‖V(t) − V(t + 1)‖ and MAD_t ‖N(t) − N(t + 1)‖, each (H, W), for colours in [0, 1]."""
    h, w = frames.shape[1:3]
    plain, smooth = np.empty((h, w), np.float32), np.empty((h, w), np.float32)
    space = _gaussian(parameters.sigma_space)
    time = _gaussian(parameters.sigma_time)
    # the change of a smoothed signal is the signal filtered with the kernel's own change
    step = np.zeros(len(time) + 1, np.float32)
    step[:-1] += time
    step[1:] -= time

    def strip(top: int) -> None:
        bottom = min(top + _STRIP, h)
        reach = len(space) // 2
        first, last = max(top - reach, 0), min(bottom + reach, h)
        blurred = np.empty((frames.shape[0], bottom - top, w, 3), np.float32)
        for t, frame in enumerate(frames):
            rows = np.asarray(frame[first:last], np.float32)
            soft = cv2.sepFilter2D(rows, -1, space, space, borderType=cv2.BORDER_REPLICATE)
            blurred[t] = soft[top - first : bottom - first]
        _median_change(frames[:, top:bottom], blurred, step, plain[top:bottom], smooth[top:bottom])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(strip, range(0, h, _STRIP)))
    return plain / np.float32(255), smooth / np.float32(255)


def _gaussian(sigma: float) -> NDArray[np.float32]:
    """Kernel of scipy's ``gaussian_filter`` with truncate = 3."""
    radius = int(3 * sigma + 0.5)
    if sigma == 0 or radius == 0:
        return np.ones(1, np.float32)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return (kernel / kernel.sum()).astype(np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def _median_change(frames, blurred, step, plain, smooth):  # type: ignore[no-untyped-def]
    t, h, w = frames.shape[:3]
    reach = step.size // 2
    changes = np.empty(t - 1, np.float32)
    line = np.empty((t, 3), np.float32)
    for y in range(h):
        for x in range(w):
            for i in range(t - 1):
                total = np.float32(0)
                for c in range(3):
                    d = np.float32(frames[i + 1, y, x, c]) - np.float32(frames[i, y, x, c])
                    total += d * d
                changes[i] = total
            plain[y, x] = _median_root(changes)
            for i in range(t):
                for c in range(3):
                    line[i, c] = blurred[i, y, x, c]
            for i in range(t - 1):
                total = np.float32(0)
                for c in range(3):
                    d = np.float32(0)
                    for j in range(step.size):
                        # frames outside the clip repeat the first and the last one
                        f = min(max(i + 1 + j - reach, 0), t - 1)
                        d += step[j] * line[f, c]
                    total += d * d
                changes[i] = total
            smooth[y, x] = _median_root(changes)


@njit(cache=True, nogil=True)
def _median_root(squares):  # type: ignore[no-untyped-def]
    """Median of the roots of ``squares`` (which it reorders)."""
    n = squares.size
    middle = n // 2
    upper = _select(squares, middle)
    if n % 2:
        return math.sqrt(upper)
    lower = squares[0]
    for i in range(1, middle):
        lower = max(lower, squares[i])
    return (math.sqrt(lower) + math.sqrt(upper)) / 2


@njit(cache=True, nogil=True)
def _select(values, k):  # type: ignore[no-untyped-def]
    """Put the k-th smallest value at index k, smaller ones before it (Hoare's quickselect)."""
    low, high = 0, values.size - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            break
    return values[k]
