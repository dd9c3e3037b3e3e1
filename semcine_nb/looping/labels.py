"""The label space (p, s): which loops a clip of T frames allows, and the time that each label shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..counting import counted
from ..errors import LoopError
from .parameters import LoopParameters

Labels = NDArray[np.int32]  # (H, W): the period or the start of every pixel, frames


@dataclass(frozen=True)
class LabelSpace:
    """The grid of labels that the solver chooses from.

    A loop (p, s) shows frames s … s + p − 1 and its temporal cost reads frames s − 1 and s + p as well,
    so 1 ≤ s and s + p ≤ T − 1. A static pixel is p = 1 with any frame of the grid.
    """

    frames: int  # T
    periods: tuple[int, ...]  # p > 1, ascending
    step: int

    @classmethod
    def of_clip(cls, frames: int, fps: float, parameters: LoopParameters) -> LabelSpace:
        """All labels of a clip; raises LoopError when not even the shortest loop fits."""
        step, shortest = parameters.step, parameters.shortest_period(fps)
        longest = frames - 1 - step
        if parameters.max_period is not None:
            longest = min(longest, parameters.max_period)
        first = step * -(-shortest // step)
        periods = tuple(range(first, longest + 1, step))
        if not periods:
            raise LoopError(
                f"The clip has {counted(frames, 'frame')} ({frames / fps:.1f} s); a loop of at least "
                f"{first} frames needs {first + step + 1}. "
                "Use a longer clip or LoopParameters(min_period=…).",
                topic="clip-too-short",
            )
        return cls(frames, periods, step)

    def starts(self, period: int) -> NDArray[np.int32]:
        """Starts of the grid for one period, ascending."""
        if period == 1:
            return np.arange(0, self.frames, self.step, dtype=np.int32)
        return np.arange(self.step, self.frames - period, self.step, dtype=np.int32)


def check_labelling(period: NDArray[np.integer], start: NDArray[np.integer], frames: int) -> None:
    """Raise LoopError unless every (p, s) is a loop or a still frame of a clip of ``frames`` frames."""
    static = period == 1
    if np.any(period < 1):
        raise LoopError(f"A period is {int(period.min())}; periods are at least 1 (static).")
    bad = np.where(static, (start < 0) | (start > frames - 1), (start < 1) | (start + period > frames - 1))
    if bad.any():
        y, x = np.argwhere(bad)[0]
        raise LoopError(
            f"Label (p={int(period[y, x])}, s={int(start[y, x])}) at row {y}, column {x} does not fit into "
            f"{counted(frames, 'frame')}: a loop needs 1 <= s and s + p <= T - 1, "
            "a static pixel 0 <= s <= T - 1."
        )


def at_borders(period: NDArray[np.integer], start: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(H, W): the pixels with a neighbour, right, left, above or below, of another label."""
    beside = np.zeros(period.shape, np.bool_)
    across = (period[:, 1:] != period[:, :-1]) | (start[:, 1:] != start[:, :-1])
    down = (period[1:] != period[:-1]) | (start[1:] != start[:-1])
    beside[:, 1:] |= across
    beside[:, :-1] |= across
    beside[1:] |= down
    beside[:-1] |= down
    return beside


@njit(cache=True, nogil=True)
def pieces(period, start, region, where):
    """(H, W) int32: numbers of the 4-connected pieces of one loop (p, s) that reach into a region, else −1.

    Only pixels ``where`` (H, W) count.
    """
    h, w = period.shape
    piece = np.full((h, w), -1, np.int32)
    stack = np.empty(h * w, np.int64)
    count = 0
    for y0 in range(h):
        for x0 in range(w):
            if piece[y0, x0] >= 0 or period[y0, x0] == 1 or not (region[y0, x0] and where[y0, x0]):
                continue
            piece[y0, x0] = count
            stack[0], n = y0 * w + x0, 1
            while n:
                n -= 1
                y, x = divmod(stack[n], w)
                for d in range(4):
                    y2, x2 = y + (d == 0) - (d == 1), x + (d == 2) - (d == 3)
                    if y2 < 0 or x2 < 0 or y2 >= h or x2 >= w or piece[y2, x2] >= 0 or not where[y2, x2]:
                        continue
                    if period[y2, x2] == period[y, x] and start[y2, x2] == start[y, x]:
                        piece[y2, x2] = count
                        stack[n] = y2 * w + x2
                        n += 1
            count += 1
    return piece


def phi(
    period: NDArray[np.integer] | int, start: NDArray[np.integer] | int, t: NDArray[np.integer] | int
) -> NDArray:
    """Time map φ(x, t) = s + (t − s) mod p of Section 3.2: the frame that a label shows at time t."""
    return start + np.mod(np.subtract(t, start), period)
