"""How long a file is and how fast each period runs in it: least common multiples and scaled time."""

from __future__ import annotations

import math

import numpy as np

from ..errors import LoopError

MAX_EXACT_LENGTH = 600  # frames (20 s at 30 fps): above it an exact file is too long to be called short
_SLACK = 0.005  # mean |ln speed| by which a shorter file may be worse than the best one


def cycles(period: np.ndarray, ping_pong: bool) -> np.ndarray:
    """Frames until each loop starts again: p, or 2p − 2 when it plays forward and back, end frames once."""
    period = np.asarray(period, np.int64)
    return np.where(period > 1, 2 * period - 2, 1) if ping_pong else period


def natural_length(period: np.ndarray, n_frames: int, timing: str = "scaled", ping_pong: bool = False) -> int:
    """Output frames when nobody asks for a number: see ``length`` of `timelines.make_timeline`."""
    cycle = cycles(period, ping_pong)
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


def loop_length(period: np.ndarray, limit: int | None = MAX_EXACT_LENGTH) -> int | None:
    """Least common multiple of all periods, in frames; None where it exceeds ``limit``."""
    length = math.lcm(*(int(p) for p in np.unique(period)))
    return None if limit is not None and length > limit else length


def whole_loops(period: np.ndarray, length: int) -> np.ndarray:
    """How many loops of each period to fit into ``length`` frames: the smaller of shrink and stretch.

    The speed is k·p/length. Of the two whole numbers around length/p, the one whose speed is nearer to 1
    in ratio is taken (Liao, Finch & Hoppe 2015, "Fast computation of seamless video loops",
    ACM TOG 34(6):197), at least one.
    """
    p = np.asarray(period, np.float64)
    fewer = np.maximum(np.floor(length / p), 1.0)
    slower, faster = np.log(fewer * p / length), np.log((fewer + 1) * p / length)
    return np.where(np.abs(slower) <= np.abs(faster), fewer, fewer + 1).astype(np.int64)


def time_distortion(period: np.ndarray, length: int) -> np.ndarray:
    """|ln speed| of each period in a file of ``length`` frames; 0 where a whole number of loops just fits."""
    p = np.asarray(period, np.float64)
    return np.abs(np.log(whole_loops(period, length) * p / length))


def default_length(period: np.ndarray, longest: int | None = None) -> int:
    """Output frames that distort time least: the smallest mean |ln speed| over the dynamic pixels.

    Searched from the longest period to twice it (or to ``longest``, when that is more). Of lengths within
    half a percent of the best, the shortest is taken. 1 when no pixel moves.
    """
    values, counts = np.unique(np.asarray(period)[np.asarray(period) > 1], return_counts=True)
    if not len(values):
        return 1
    low = int(values[-1])
    lengths = np.arange(low, max(2 * low, longest or 0) + 1)
    mean = np.array([np.average(time_distortion(values, int(n)), weights=counts) for n in lengths])
    return int(lengths[np.flatnonzero(mean <= mean.min() + _SLACK)[0]])
