"""The label space (p, s): which loops a clip of T frames allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..counting import counted
from ..errors import LoopError
from ..rendering.labelling import at_borders, check_labelling, phi
from .parameters import LoopParameters

__all__ = ["LabelSpace", "Labels", "at_borders", "check_labelling", "phi", "pieces"]

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
