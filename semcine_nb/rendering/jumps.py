"""Where a label's loop jumps in its source, and the step that a blend wants there instead."""

from __future__ import annotations

import numpy as np

Seams = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def no_seams() -> Seams:
    """Nothing jumps."""
    return (
        np.empty(0, np.int32),
        np.empty(0, np.int32),
        np.empty((0, 1), np.int32),
        np.empty((0, 1), np.float32),
    )


def find_seams(
    phase: np.ndarray,
    unit: int,
    step: np.ndarray,
    p: np.ndarray,
    s: np.ndarray,
    n_frames: int,
    interpolate: bool,
) -> Seams:
    """Where each label jumps, and the combination of frames that a blend must add to the step there.

    Across a jump the wanted step is the mean of two: that of the source running on past the end of the loop,
    and that of the source running up to its start.

    Parameters
    ----------
    phase : (L, N) integers in 1/``unit`` frames, the place in its loop that each label shows.
    unit : parts of a frame.
    step : (L,) of the same unit, how much the phase grows from one output frame to the next.
    p, s : (L,) periods and starts in frames.
    n_frames : T, frames of the source clip.
    interpolate : whether a fractional time shows a mean of two frames.

    Returns
    -------
    label, time, frames and weights of the jumps: see `timelines.Timeline`.
    """
    rows: list[tuple[int, int, dict[int, float]]] = []
    span = p * unit
    for k in np.flatnonzero(p > 1):
        here = phase[k]
        if not interpolate:  # the last half frame of a loop is shown by its first frame
            here = np.where(2 * here < 2 * span[k] - unit, here, here - span[k])
        following = np.roll(here, -1)
        ahead = here + step[k]
        smooth = ahead == following
        if interpolate:
            smooth &= ahead <= span[k] - unit
        for t in np.flatnonzero(~smooth):
            late = (int(here[t]), int(ahead[t]))
            early = (int(following[t] - step[k]), int(following[t]))
            if following[t] == ahead[t]:  # the wrap lies between the two frames that are interpolated
                early = (late[0] - int(span[k]), late[1] - int(span[k]))
            taps: dict[int, float] = {}
            for moment, sign in ((late[0], -0.5), (late[1], 0.5), (early[0], -0.5), (early[1], 0.5)):
                _add_sample(taps, moment, unit, int(s[k]), n_frames, interpolate, sign, None)
            _add_sample(taps, int(here[t]), unit, int(s[k]), n_frames, interpolate, 1.0, int(p[k]))
            _add_sample(taps, int(following[t]), unit, int(s[k]), n_frames, interpolate, -1.0, int(p[k]))
            rows.append((int(k), int(t), {f: w for f, w in taps.items() if abs(w) > 1e-9}))
    if not rows:
        return no_seams()
    width = max(1, *(len(taps) for _, _, taps in rows))
    frames, weights = np.zeros((len(rows), width), np.int32), np.zeros((len(rows), width), np.float32)
    for i, (_, _, taps) in enumerate(rows):
        frames[i, : len(taps)], weights[i, : len(taps)] = list(taps), list(taps.values())
    labels, times = np.array([(k, t) for k, t, _ in rows], np.int32).T
    return np.ascontiguousarray(labels), np.ascontiguousarray(times), frames, weights


def _add_sample(
    taps: dict[int, float],
    moment: int,
    unit: int,
    s: int,
    n_frames: int,
    interpolate: bool,
    sign: float,
    wrap: int | None,
) -> None:
    """Add ±V at ``moment``/unit frames after s, within the period ``wrap`` or (None) running past it."""
    if interpolate:
        low, part = divmod(moment, unit)
        parts = [(low, 1 - part / unit), (low + 1, part / unit)]
    else:
        parts = [((2 * moment + unit) // (2 * unit), 1.0)]
    for j, share in parts:
        frame = s + (j % wrap if wrap else j)
        frame = min(max(frame, 0), n_frames - 1)
        taps[frame] = taps.get(frame, 0.0) + sign * share
