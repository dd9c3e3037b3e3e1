"""Labels of a loop: the period and start of every pixel, and the source frame that they show at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..counting import counted
from ..errors import LoopError


class Labelling(NamedTuple):
    """The label (p, s) of every pixel. A named tuple, because numba takes it whole.

    period : (H, W) int32, frames; 1 is static.
    start : (H, W) int32, frames: a loop's first frame, or the frame that a static pixel shows.
    """

    period: NDArray[np.int32]
    start: NDArray[np.int32]

    @property
    def dynamic(self) -> NDArray[np.bool_]:
        """(H, W): the pixels that loop."""
        return np.asarray(self.period) > 1

    def copy(self) -> Labelling:
        """Copy both arrays."""
        return Labelling(self.period.copy(), self.start.copy())

    def check(self, frames: int, margin: int = 1) -> None:
        """Raise LoopError unless every label is a loop or a still frame of a clip of ``frames`` frames.

        A loop needs ``margin`` frames before and after it: its temporal cost reads one on each side, and
        rendering reads none.
        """
        period, start = (np.asarray(each, np.int64) for each in self)
        if period.shape != start.shape or period.ndim != 2:
            raise LoopError(
                f"period {period.shape} and start {start.shape} must be two (H, W) arrays of one shape"
            )
        around = np.where(period > 1, margin, 0)
        bad = (period < 1) | (start < around) | (start + period > frames - around)
        if bad.any():
            y, x = np.argwhere(bad)[0]
            low, high = (f"{margin} <= s", f"T - {margin}") if margin else ("0 <= s", "T")
            raise LoopError(
                f"Label (p={period[y, x]}, s={start[y, x]}) at row {y}, column {x} does not fit into "
                f"{counted(frames, 'frame')}: periods are at least 1; a loop needs {low} and "
                f"s + p <= {high}, a static pixel 0 <= s <= T - 1."
            )

    def borders(self) -> NDArray[np.bool_]:
        """(H, W): the pixels with a neighbor, right, left, above or below, of another label."""
        return beside_another(self.period) | beside_another(self.start)

    def distinct(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """Number the labels that occur: (H, W) index, and (L,) period and start of each, in frames."""
        width = int(self.start.max()) + 1
        code = np.asarray(self.period, np.int64) * width + self.start
        present = np.bincount(code.ravel()) > 0
        index = np.cumsum(present, dtype=np.int32) - 1
        codes = np.flatnonzero(present)
        return index[code], codes // width, codes % width


def beside_another(values: NDArray) -> NDArray[np.bool_]:
    """(H, W): the pixels with a neighbor, right, left, above or below, of another value."""
    beside = np.zeros(values.shape, np.bool_)
    for a, b in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        differ = values[a] != values[b]
        beside[a] |= differ
        beside[b] |= differ
    return beside


def phi(period: ArrayLike, start: ArrayLike, t: ArrayLike) -> NDArray[np.int64]:
    """Source frame of a label at a time: φ(x, t) = s + ((t − s) mod p), Section 3.2 of the paper.

    Parameters
    ----------
    period, start : integers or arrays of them, in frames; p = 1 is static and shows s at all times.
    t : frame index, or an array that broadcasts against them.
    """
    period, start = np.asarray(period, np.int64), np.asarray(start, np.int64)
    return start + np.mod(np.asarray(t, np.int64) - start, period)
