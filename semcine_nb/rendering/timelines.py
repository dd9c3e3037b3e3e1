"""Which source frames every label shows at every output frame, and where that jumps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import LoopError
from ..limits import current_limits, too_large
from .jumps import find_seams, no_seams
from .timing import MAX_EXACT_LENGTH, default_length, loop_length, whole_loops


@dataclass(frozen=True)
class Timeline:
    """What every label of a cinemagraph shows at every output frame.

    Attributes
    ----------
    label : (H, W) int32, index into the tables below.
    period, start : (L,) int64, the distinct pairs, in frames.
    first, second : (L, N) int32 source frames; the sample is (1 − weight)·V[first] + weight·V[second].
    weight : (L, N) float32 in [0, 1).
    seam_label, seam_time : (M,) int32; between output frames t = ``seam_time`` and t + 1 (mod N) the label
        jumps in its source.
    seam_frames, seam_weights : (M, R) int32 and float32; Σ weight·V[frame] is what a gradient-domain blend
        must add to the step across that jump (see `blending`).
    """

    label: np.ndarray
    period: np.ndarray
    start: np.ndarray
    first: np.ndarray
    second: np.ndarray
    weight: np.ndarray
    seam_label: np.ndarray
    seam_time: np.ndarray
    seam_frames: np.ndarray
    seam_weights: np.ndarray

    @property
    def length(self) -> int:
        """Output frames N."""
        return int(self.first.shape[1])


def make_timeline(
    period: np.ndarray,
    start: np.ndarray,
    n_frames: int,
    length: int | None = None,
    timing: str = "scaled",
    interpolate: bool = False,
    crossfade: int = 0,
    ping_pong: bool = False,
) -> Timeline:
    """Lay out the labels over the frames of the file.

    Parameters
    ----------
    period, start : (H, W) integers in frames; p = 1 is static; s ≥ 0 and s + p ≤ n_frames.
    n_frames : T, frames of the source clip.
    length : N, output frames. None: `default_length` for scaled time, the least common multiple for exact.
    timing : "scaled" warps the time of every period p by the same factor k·p/N, so that pixels that share a
        period keep their phase to one another and frame N is frame 0; "exact" is φ itself, and closes
        without a jump only if N is a multiple of every period.
    interpolate : blend the two source frames around a fractional time instead of taking the nearest.
        At the end of a loop the two are s + p − 1 and s. Only for scaled time. Off by default: on real clips
        it evens out motion (no frame is shown twice), but takes 10–27 % of the detail, and more and less of
        it in turn, which is seen as pulsing on water; `default_length` leaves few pixels to scale.
    crossfade : frames at each loop's end that fade into those before its start (or at its start from those
        after its end, where there are more); fewer where the clip or half a loop has fewer.
    ping_pong : play each loop forward and back, end frames once (2p − 2 frames).

    Raises
    ------
    LoopError : labels outside the clip, unknown timing, or an exact length above `MAX_EXACT_LENGTH`.
    """
    period, start = _checked(period, start, n_frames)
    if timing not in ("scaled", "exact"):
        raise LoopError(f"timing is {timing!r}; use 'scaled' or 'exact'")
    if crossfade < 0 or (crossfade and (interpolate or ping_pong)):
        raise LoopError("crossfade must be 0 or more, and goes with neither interpolation nor ping-pong")
    label, p, s = distinct_labels(period, start)
    cycle = np.where(p > 1, 2 * p - 2, 1) if ping_pong else p
    if length is None:
        length = natural_length(period, n_frames, timing, ping_pong)
    if length < 1:
        raise LoopError(f"a file of {length} frames is empty; ask for 1 or more")
    most = current_limits().frames
    if length > most:
        raise too_large(f"a loop of {length} frames", "is too long", f"{most}", LoopError)

    # times are kept as whole numbers of 1/unit frame, so that equal phases are equal, not nearly so
    unit = length if timing == "scaled" else 1
    step = whole_loops(cycle, length) * cycle if timing == "scaled" else np.ones_like(cycle)
    step = np.where(p > 1, step, 0)
    phase = np.mod(np.arange(length) * step[:, None] - (s * unit)[:, None], (cycle * unit)[:, None])
    first, second, weight = _samples(phase, unit, cycle, interpolate and timing == "scaled")
    if ping_pong:
        first, second = (np.minimum(j, cycle[:, None] - j) for j in (first, second))
    if crossfade:
        second, weight = _faded(first, p, s, n_frames, crossfade)
        seams = no_seams()
    elif ping_pong:
        seams = no_seams()
    else:
        seams = find_seams(phase, unit, step, p, s, n_frames, interpolate and timing == "scaled")
    frame = s[:, None]
    return Timeline(
        label,
        p,
        s,
        (frame + first).astype(np.int32),
        (frame + second).astype(np.int32),
        weight.astype(np.float32),
        *seams,
    )


def distinct_labels(period: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number the pairs (p, s) that occur: (H, W) int32 index, and (L,) int64 period and start of each."""
    width = int(start.max()) + 1
    code = np.asarray(period, np.int64) * width + start
    present = np.bincount(code.ravel()) > 0
    index = np.cumsum(present, dtype=np.int32) - 1
    codes = np.flatnonzero(present)
    return index[code], codes // width, codes % width


def _checked(period: np.ndarray, start: np.ndarray, n_frames: int) -> tuple[np.ndarray, np.ndarray]:
    period, start = np.asarray(period, np.int64), np.asarray(start, np.int64)
    if period.shape != start.shape or period.ndim != 2:
        raise LoopError(
            f"period {period.shape} and start {start.shape} must be two (H, W) arrays of one shape"
        )
    bad = (period < 1) | (start < 0) | (start + period > n_frames)
    if bad.any():
        y, x = np.argwhere(bad)[0]
        raise LoopError(
            f"the label p={period[y, x]}, s={start[y, x]} at row {y}, column {x} leaves the clip's "
            f"{n_frames} frames; a loop needs p ≥ 1, s ≥ 0 and s + p ≤ {n_frames}"
        )
    return period, start


def natural_length(period: np.ndarray, n_frames: int, timing: str = "scaled", ping_pong: bool = False) -> int:
    """Output frames when nobody asks for a number: see ``length`` of `make_timeline`."""
    cycle = np.asarray(period, np.int64)
    if ping_pong:
        cycle = np.where(cycle > 1, 2 * cycle - 2, 1)
    if timing == "scaled":
        return default_length(cycle, n_frames)
    length = loop_length(cycle)
    if length is None:
        raise LoopError(
            f"the periods' least common multiple is {loop_length(cycle, None)} frames, above "
            f"{MAX_EXACT_LENGTH}; use timing='scaled', or give a length",
            topic="no-common-length",
        )
    return length


def _samples(
    phase: np.ndarray, unit: int, cycle: np.ndarray, interpolate: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two frames of the loop (counted from its start) and the weight of the second."""
    if interpolate:
        first = phase // unit
        return first, (first + 1) % cycle[:, None], (phase % unit) / unit
    first = (2 * phase + unit) // (2 * unit) % cycle[:, None]
    return first, first, np.zeros(first.shape)


def _faded(
    first: np.ndarray, p: np.ndarray, s: np.ndarray, n_frames: int, crossfade: int
) -> tuple[np.ndarray, np.ndarray]:
    """Second frame and its weight where a loop fades into its own continuation on the other side."""
    p, s = p[:, None], s[:, None]
    before = np.minimum(np.minimum(s, crossfade), p // 2)
    after = np.minimum(np.minimum(n_frames - s - p, crossfade), p // 2)
    early = before >= after  # fade out at the end, into the frames before the start
    n = np.where(early, before, after)
    rank = np.where(early, first - (p - n) + 1, n - first)  # 1 … n inside the fade, n at the wrap itself
    inside = (rank >= 1) & (rank <= n) & (p > 1)
    second = np.where(inside, np.where(early, first - p, first + p), first)
    return second, np.where(inside, rank / (n + 1), 0.0)
