"""The label space (p, s): which loops a clip of T frames allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.measure import label

from ..counting import counted
from ..errors import LoopError
from ..rendering.labelling import Labelling
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


def pieces(labels: Labelling, region: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Numbers of the 4-connected pieces of one loop (p, s) that reach into a region: (H, W), else −1.

    They are numbered in the order in which the rows of the region meet them.
    """
    loops = np.where(labels.dynamic, labels.distinct()[0] + 1, 0)
    piece = label(loops, background=0, connectivity=1)
    met, first = np.unique(piece[region & labels.dynamic], return_index=True)
    number = np.full(piece.max() + 1, -1, np.int32)
    number[met[np.argsort(first)]] = np.arange(len(met))
    return number[piece]
