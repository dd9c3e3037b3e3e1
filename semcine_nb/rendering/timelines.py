"""Which source frames every label shows at every output frame, and where that jumps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import LoopError
from ..limits import current_limits, too_large
from .jumps import Clock, Jumps, find_jumps
from .labelling import Labelling
from .timing import cycles, natural_length, whole_loops


class Timeline(NamedTuple):
    """What every label of a cinemagraph shows at every output frame.

    label : (H, W) int32, index into the tables below.
    period, start : (L,) int64, the distinct pairs, in frames.
    first, second : (L, N) int32 source frames; the sample is (1 − weight)·V[first] + weight·V[second].
    weight : (L, N) float32 in [0, 1).
    jumps : where a label jumps in its source.
    """

    label: np.ndarray
    period: np.ndarray
    start: np.ndarray
    first: np.ndarray
    second: np.ndarray
    weight: np.ndarray
    jumps: Jumps

    @property
    def length(self) -> int:
        """Output frames N."""
        return int(self.first.shape[1])

    def jump_table(self) -> np.ndarray:
        """(L, N) int32: the row of ``jumps`` between an output frame and the next, −1 where there is none."""
        table = np.full(self.first.shape, -1, np.int32)
        table[self.jumps.label, self.jumps.time] = np.arange(len(self.jumps.time))
        return table


def make_timeline(
    labels: Labelling,
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
    labels : s ≥ 0 and s + p ≤ n_frames.
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
    labels.check(n_frames, margin=0)
    if timing not in ("scaled", "exact"):
        raise LoopError(f"timing is {timing!r}; use 'scaled' or 'exact'")
    if crossfade < 0 or (crossfade and (interpolate or ping_pong)):
        raise LoopError("crossfade must be 0 or more, and goes with neither interpolation nor ping-pong")
    if length is None:
        length = natural_length(labels.period, n_frames, timing, ping_pong)
    if length < 1:
        raise LoopError(f"a file of {length} frames is empty; ask for 1 or more")
    most = current_limits().frames
    if length > most:
        raise too_large(f"a loop of {length} frames", "is too long", f"{most}", LoopError)

    label, p, s = labels.distinct()
    cycle = cycles(p, ping_pong)
    clock = _clock(p, s, cycle, length, timing, interpolate)
    first, second, weight = clock.sample(clock.phase)
    first, second = first % cycle[:, None], second % cycle[:, None]
    if ping_pong:
        first, second = (np.minimum(j, cycle[:, None] - j) for j in (first, second))
    if crossfade:
        second, weight = _faded(first, p[:, None], s[:, None], n_frames, crossfade)
    smooth = crossfade > 0 or ping_pong
    return Timeline(
        label,
        p,
        s,
        (s[:, None] + first).astype(np.int32),
        (s[:, None] + second).astype(np.int32),
        weight.astype(np.float32),
        Jumps.of(len(p)) if smooth else find_jumps(clock, p, s, n_frames),
    )


def _clock(
    p: np.ndarray, s: np.ndarray, cycle: np.ndarray, length: int, timing: str, interpolate: bool
) -> Clock:
    """Phases of all labels over ``length`` output frames."""
    scaled = timing == "scaled"
    unit = length if scaled else 1
    step = whole_loops(cycle, length) * cycle if scaled else np.ones_like(cycle)
    step = np.where(p > 1, step, 0)
    phase = np.mod(np.arange(length) * step[:, None] - (s * unit)[:, None], (cycle * unit)[:, None])
    return Clock(phase, step, unit, interpolate and scaled)


def _faded(
    first: np.ndarray, p: np.ndarray, s: np.ndarray, n_frames: int, crossfade: int
) -> tuple[np.ndarray, np.ndarray]:
    """Second frame and its weight where a loop fades into its own continuation on the other side.

    ``first`` is (L, N), ``p`` and ``s`` are (L, 1).
    """
    before = np.minimum(np.minimum(s, crossfade), p // 2)
    after = np.minimum(np.minimum(n_frames - s - p, crossfade), p // 2)
    early = before >= after  # fade out at the end, into the frames before the start
    n = np.where(early, before, after)
    rank = np.where(early, first - (p - n) + 1, n - first)  # 1 … n inside the fade, n at the wrap itself
    inside = (rank >= 1) & (rank <= n) & (p > 1)
    second = np.where(inside, np.where(early, first - p, first + p), first)
    return second, np.where(inside, rank / (n + 1), 0.0)
