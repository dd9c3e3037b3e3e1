"""Stages 1 and 3 of Algorithm 1, and the steps that all three stages share (stage 2 is in ``search``).

Stage 1 finds, for every period p, the best start s*(x|p). Stage 2 chooses for one candidate among the pairs
(p, s*(x|p)) and the still frames. Stage 3 keeps the periods and chooses the starts once more. Stage 1 begins
with one cut a period on blocks of 4 × 4 pixels (``ordered``), exact but for periods below about half the
clip; stage 2 with α-expansions on the same blocks (``coarse``). Then every move is ``moves.fuse`` on the
energy at full resolution, so that no step can raise it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, silent
from .blocks import one_period
from .borders import enlarge, neighbor_labels
from .labels import Labels, LabelSpace
from .moves import expand, fuse
from .ordered import ordered_optimum
from .problem import LoopProblem

Mask = NDArray[np.bool_]
Labelling = tuple[Labels, Labels]  # period and start, (H, W) int32 each
BLOCK = 4  # side of the blocks that stages 1 and 2 begin with, pixels
BAND = 4  # pixels around borders in which stage 2 tries stills and the second solution on single pixels
BORDER = 4  # pixels that a border between labels may move in one step
MOST_STARTS = 16  # of one period that are chosen from by one cut: its time grows faster than their number
STAGE_ONE = 5  # raised when `all_starts` gives other starts for the same problem: kept ones are made anew


@dataclass(frozen=True)
class Schedule:
    """How much work the stages spend."""

    backend: str = "grid"
    sweeps: int = 2  # of stage 2 over all labels on blocks; all others take one
    still_stride: int = 4  # the tables of stage 2 hold every fourth still frame of the grid


def best_starts(
    problem: LoopProblem, space: LabelSpace, period: int, active: Mask, schedule: Schedule
) -> tuple[Labels, Labels]:
    """Stage 1 for one period: s*(x|p), and another solution of nearly the same energy, (H, W) int32 each.

    The first is the optimum for blocks of 4 × 4 pixels, with borders that then shift on pixels. Where starts
    differ by the period or more it is the α-expansion from the optimum of added-up steps; where there are
    more than ``MOST_STARTS``, from the optimum of every second, or third, one. The second is the α-expansion
    from each block's start of smallest E_temp. Blocks outside ``active`` keep that start.
    """
    starts, shape, wanted = space.starts(period), active.shape, blocks(active, BLOCK)
    coarse = one_period(problem, space, period, BLOCK, wanted)
    second = coarse.unary.argmin(axis=0).astype(np.int32)
    skip = -(-len(starts) // MOST_STARTS)
    first = np.where(wanted, skip * ordered_optimum(coarse.every(skip), wanted, schedule.backend), second)
    everywhere = [wanted] * len(starts)
    # starts a period apart need not cost the sum of the steps between them
    if skip > 1 or starts[-1] - starts[0] >= period:
        coarse.expand(first, 1, everywhere, schedule.backend)
    coarse.expand(second, 1, everywhere, schedule.backend)
    start = enlarge(starts[first], BLOCK, shape)
    shift_borders(problem, np.full(shape, period, np.int32), start, schedule, active, same_period=True)
    return start, enlarge(starts[second], BLOCK, shape)


def all_starts(
    problem: LoopProblem,
    space: LabelSpace,
    active: Mask,
    schedule: Schedule,
    threads: int = 2,
    progress: Progress = silent,
) -> Labels:
    """Stage 1: both solutions of ``best_starts`` for every period, (2, periods, H, W) int32.

    The periods are solved side by side.
    """
    bar = progress(total=len(space.periods), desc="Stage 1: starts of each period")

    def one(period: int) -> tuple[Labels, Labels]:
        both = best_starts(problem, space, period, active, schedule)
        bar.update(1)
        return both

    try:
        with ThreadPoolExecutor(threads) as pool:
            return np.stack(list(pool.map(one, space.periods)), axis=1)
    finally:
        bar.close()


def refine_starts(
    problem: LoopProblem,
    space: LabelSpace,
    period: Labels,
    start: Labels,
    schedule: Schedule,
    where: Mask | None = None,
) -> None:
    """Stage 3: choose the starts again for fixed periods, in place, perhaps only ``where`` (H, W)."""
    active = period > 1
    if where is not None:
        active &= where
    kept = [(period, frame) for frame in space.starts(1)]
    # blocks first: once single pixels have changed, whole regions no longer move as one
    for block in (BLOCK, 1):
        expand(problem, (period, start), kept, active, block, schedule.backend)
    shift_borders(problem, period, start, schedule, active, same_period=True)


def shift_borders(
    problem: LoopProblem,
    period: Labels,
    start: Labels,
    schedule: Schedule,
    active: Mask | None = None,
    same_period: bool = False,
    free: Mask | None = None,
) -> None:
    """Let the borders between labels move by up to ``BORDER`` pixels, in place.

    ``active`` pixels may change, loops may come to ``free`` ones only; ``same_period`` keeps every period.
    """
    if active is None:
        active = np.ones(period.shape, np.bool_)
    new_period, new_start = neighbor_labels(period, start, active, BORDER, same_period)
    if free is not None:
        np.copyto(new_period, 0, where=(new_period > 1) & ~free)
    fuse(problem, period, start, new_period, new_start, ordered=True, backend=schedule.backend)


def blocks(mask: Mask, block: int) -> Mask:
    """Which blocks hold any pixel of the mask: (R, C)."""
    h, w = mask.shape
    full = np.zeros((-(-h // block) * block, -(-w // block) * block), np.bool_)
    full[:h, :w] = mask
    return np.asarray(full.reshape(full.shape[0] // block, block, -1, block).any(axis=(1, 3)))


def grow(mask: Mask, pixels: int) -> Mask:
    """The mask grown by a square of ``pixels`` on each side."""
    side = 2 * pixels + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)).astype(bool)
