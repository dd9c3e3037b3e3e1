"""Where a label's loop jumps in its source, and the step that a blend wants there instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np


class Clock(NamedTuple):
    """The place in its loop that every label shows at every output frame.

    Times are whole numbers of 1/``unit`` frame, so that equal times are equal, not nearly so.

    phase : (L, N) int64, time since the loop's first frame.
    step : (L,) int64, how much the phase grows from one output frame to the next.
    unit : parts of a frame.
    interpolate : whether a time between two frames shows a mean of both, instead of the nearest.
    """

    phase: np.ndarray
    step: np.ndarray
    unit: int
    interpolate: bool

    def sample(self, time: Any) -> tuple[Any, Any, Any]:
        """Two frames that a time shows, counted from the loop's first one, and the weight of the second."""
        if self.interpolate:
            return time // self.unit, time // self.unit + 1, (time % self.unit) / self.unit
        nearest = (2 * time + self.unit) // (2 * self.unit)
        return nearest, nearest, 0.0 * nearest


class Jumps(NamedTuple):
    """The jumps of all labels, in the order of the labels, then of time.

    first : (L + 1,) int64; those of label k are the rows first[k] … first[k + 1] − 1.
    label, time : (M,) int32; the label jumps between output frames t = ``time`` and t + 1 (mod N).
    frames, weights : (M, R) int32 and float32; Σ weight·V[frame] is what a gradient-domain blend must add
        to the step across that jump (see `blending`).
    """

    first: np.ndarray
    label: np.ndarray
    time: np.ndarray
    frames: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, labels: int, rows: Sequence[tuple[int, int, Mapping[int, float]]] = ()) -> Jumps:
        """Tables from (label, time, weight by frame) of each jump."""
        width = max([1, *(len(taps) for _, _, taps in rows)])
        frames, weights = np.zeros((len(rows), width), np.int32), np.zeros((len(rows), width), np.float32)
        for i, (_, _, taps) in enumerate(rows):
            frames[i, : len(taps)], weights[i, : len(taps)] = list(taps), list(taps.values())
        label = np.array([k for k, _, _ in rows], np.int32)
        time = np.array([t for _, t, _ in rows], np.int32)
        return cls(np.searchsorted(label, np.arange(labels + 1)), label, time, frames, weights)


def find_jumps(clock: Clock, p: np.ndarray, s: np.ndarray, n_frames: int) -> Jumps:
    """Find where each label jumps, and the combination of frames that a blend must add to the step there.

    Across a jump the wanted step is the mean of two: that of the source running on past the end of the loop,
    and that of the source running up to its start.

    Parameters
    ----------
    clock : of L labels.
    p, s : (L,) periods and starts in frames.
    n_frames : T, frames of the source clip.
    """
    rows = []
    span = p * clock.unit
    for k in np.flatnonzero(p > 1):
        here = clock.phase[k]
        if not clock.interpolate:  # the last half frame of a loop is shown by its first frame
            here = np.where(2 * here < 2 * span[k] - clock.unit, here, here - span[k])
        following = np.roll(here, -1)
        ahead = here + clock.step[k]
        smooth = ahead == following
        if clock.interpolate:
            smooth &= ahead <= span[k] - clock.unit
        for t in np.flatnonzero(~smooth):
            now, then, step = int(here[t]), int(following[t]), int(clock.step[k])
            # where it runs up from; in the second case the jump lies between two frames that are interpolated
            before = then - step if then != now + step else now - int(span[k])
            taps: dict[int, float] = defaultdict(float)
            for time, sign, inside in (
                (now, -0.5, False), (now + step, 0.5, False),  # running on
                (before, -0.5, False), (before + step, 0.5, False),  # running up
                (now, 1.0, True), (then, -1.0, True),  # less the step that is shown
            ):  # fmt: skip
                first, second, weight = clock.sample(time)
                for j, share in ((first, 1 - weight), (second, weight)):
                    frame = int(s[k]) + (j % int(p[k]) if inside else j)
                    taps[min(max(frame, 0), n_frames - 1)] += sign * share
            rows.append((int(k), int(t), {f: w for f, w in taps.items() if abs(w) > 1e-9}))
    return Jumps.of(len(p), rows)
