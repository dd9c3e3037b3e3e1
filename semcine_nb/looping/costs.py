"""The costs of energy.py in a form that is fast: one byte vector a pixel and frame, and kernels over it.

Colour and semantics stand in one vector, U = [a·V | b·F | 0], scaled so that the weighted squared distance
(1 − w)/3·‖ΔV‖² + w/K·‖ΔF‖² of eq. (2) and (4) is ``scale`` times an integer squared distance. V is stored
exactly as long as its weight, (1 − w)/3, is the larger one (it is at the paper's w = 0.2); F is rounded to
the same step, half a grey level at most. What the solver reports is computed without rounding
(``evaluation``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..errors import LoopError
from ..progress import Progress, silent, track
from ..threads import parts, run_parts
from .energy import connectivity, natural_map
from .parameters import LoopParameters
from .temporal_changes import pixel_changes

if TYPE_CHECKING:
    from ..semantics import SemanticResponse
    from ..video import Video

LANES = 8  # U is padded to whole groups of eight bytes: the kernels add eight at a time


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
    vectors, scale = _vectors(clip.frames, response, parameters.w, threads, progress)
    natural = natural_map(response, parameters)
    changes = pixel_changes(clip.frames, parameters, threads)
    factor = np.where(natural, parameters.lambda_temporal, parameters.lambda_temporal / 2)
    right, down = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    gamma_right, gamma_down = connectivity(response, parameters)
    right[:, :-1] = parameters.alpha_spatial * gamma_right
    down[:-1] = parameters.alpha_spatial * gamma_down
    return LoopTables(
        vectors=vectors,
        scale=scale,
        temporal_factor=(1 / (1 + factor * changes.median)).astype(np.float32),
        static_penalty=(
            parameters.alpha_static * np.minimum(1, parameters.lambda_static * changes.smooth_median)
        ).astype(np.float32),
        natural=natural,
        moving=changes.moving(),
        right=right,
        down=down,
    )


def _vectors(
    frames: NDArray[np.uint8], response: SemanticResponse, w: float, threads: int, progress: Progress
) -> tuple[NDArray[np.uint8], float]:
    t, h, width = frames.shape[:3]
    k = response.shape[3]
    color_weight, semantic_weight = (1 - w) / 3, w / k
    largest = max(color_weight, semantic_weight)
    color_scale = math.sqrt(color_weight / largest)  # of the bytes 0 … 255
    semantic_scale = 255 * math.sqrt(semantic_weight / largest)
    vectors = np.zeros((h, width, t, -(-(3 + k) // LANES) * LANES), np.uint8)
    # eight frames at a time: one cache line of a pixel
    block = np.empty((8, k, h, width), np.float32)
    for begin in track(range(0, t, 8), progress, "Tables"):
        end = min(begin + 8, t)
        for i in range(begin, end):
            block[i - begin] = np.moveaxis(response.scores[i], -1, 0)

        def fill(rows: slice, begin: int = begin, end: int = end) -> None:
            scales = color_scale, semantic_scale
            _fill_vectors(vectors, frames[begin:end], block, begin, *scales, (rows.start, rows.stop))

        run_parts(fill, parts(h, 64), threads)
    return vectors, largest / 255**2


@njit(cache=True, nogil=True)
def _fill_vectors(vectors, frames, scores, begin, color_scale, semantic_scale, rows):
    """U of frames (t, H, W, 3) and scores (≥ t, K, H, W), which are made to sum to one."""
    k, w = scores.shape[1], scores.shape[3]
    shades = (np.arange(256) * color_scale + 0.5).astype(np.uint8)
    total, share = np.empty(w, np.float32), np.empty((k, w), np.uint8)
    for y in range(*rows):
        for i in range(len(frames)):
            total[:] = 0
            for c in range(k):
                total += scores[i, c, y]
            for c in range(k):
                line, shown = scores[i, c, y], share[c]
                for x in range(w):
                    part = np.float64(line[x] / total[x]) if total[x] > 0 else 1 / k
                    shown[x] = np.uint8(np.int32(part * semantic_scale + 0.5))
            for x in range(w):
                for c in range(3):
                    vectors[y, x, begin + i, c] = shades[frames[i, y, x, c]]
                for c in range(k):
                    vectors[y, x, begin + i, 3 + c] = share[c, x]
