"""Stages 1 and 3 of Algorithm 1: the starts of given periods (stage 2 is in `periods`).

Stage 1 finds, for every period p, the best start s*(x|p). It begins with one cut a period on blocks of 4 × 4
pixels (`ordered`), exact but for periods below about half the clip. Stage 3 keeps the periods that stage 2
chose, and chooses the starts once more. After the blocks every step is `moves.fuse` on the energy at full
resolution, so that none can raise it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from ..cache import ArrayCache, content_key
from ..progress import Progress, silent
from ..rendering.labelling import Labelling
from .blocks import any_in_blocks, enlarge
from .borders import shift_borders
from .costs import Costs
from .labels import Labels, LabelSpace
from .moves import expand
from .ordered import ordered_optimum
from .start_tables import start_problem

Mask = NDArray[np.bool_]
BLOCK = 4  # side of the blocks that stages 1 and 2 begin with, pixels
MOST_STARTS = 16  # of one period that are chosen from by one cut: its time grows faster than their number
STAGE_ONE = 6  # raised when `all_starts` gives other starts for the same costs: kept ones are made anew


def best_starts(costs: Costs, space: LabelSpace, period: int, active: Mask) -> tuple[Labels, Labels]:
    """Stage 1 for one period: s*(x|p), and another solution of nearly the same energy, (H, W) int32 each.

    The first is the optimum for blocks of 4 × 4 pixels, with borders that then shift on pixels. Where starts
    differ by the period or more it is the α-expansion from the optimum of added-up steps; where there are
    more than ``MOST_STARTS``, from the optimum of every second, or third, one. The second is the α-expansion
    from each block's start of smallest E_temp. Blocks outside ``active`` keep that start.
    """
    starts, shape, wanted = space.starts(period), active.shape, any_in_blocks(active, BLOCK)
    blocks = start_problem(costs, space, period, BLOCK, wanted)
    second = blocks.unary.argmin(axis=0).astype(np.int32)
    skip = -(-len(starts) // MOST_STARTS)
    first = np.where(wanted, skip * ordered_optimum(blocks.every(skip), wanted), second)
    everywhere = [wanted] * len(starts)
    # starts a period apart need not cost the sum of the steps between them
    if skip > 1 or starts[-1] - starts[0] >= period:
        blocks.expand(first, 1, everywhere)
    blocks.expand(second, 1, everywhere)
    labels = Labelling(np.full(shape, period, np.int32), enlarge(starts[first], BLOCK, shape))
    shift_borders(costs, labels, active, same_period=True)
    return labels.start, enlarge(starts[second], BLOCK, shape)


def all_starts(
    costs: Costs, space: LabelSpace, active: Mask, threads: int = 2, progress: Progress = silent
) -> Labels:
    """Stage 1: both solutions of `best_starts` for every period, (2, periods, H, W) int32.

    The periods are solved side by side.
    """
    bar = progress(total=len(space.periods), desc="Stage 1: starts of each period")

    def one(period: int) -> tuple[Labels, Labels]:
        both = best_starts(costs, space, period, active)
        bar.update(1)
        return both

    try:
        with ThreadPoolExecutor(threads) as pool:
            return np.stack(list(pool.map(one, space.periods)), axis=1)
    finally:
        bar.close()


def kept_starts(
    cache: ArrayCache | None, costs: Costs, space: LabelSpace, active: Mask, find: Callable[[], Labels]
) -> Labels:
    """The starts that ``find`` would give, from the cache where they are kept.

    The key is made from the costs, in which clip, scores, occurrence and parameters have come together, and
    not from these one by one: it holds exactly what stage 1 reads, and nothing can be forgotten.
    """
    if cache is None:
        return find()
    key = content_key("stage 1", STAGE_ONE, costs._asdict(), asdict(space), active)
    kept = cache.load(key)
    if kept is not None:
        return np.asarray(kept["starts"]).astype(np.int32)
    starts = find()
    small = np.uint16 if starts.size == 0 or 0 <= starts.min() <= starts.max() < 2**16 else np.int32
    cache.save(key, {"starts": starts.astype(small)})
    return starts


def refine_starts(costs: Costs, space: LabelSpace, labels: Labelling, where: Mask | None = None) -> None:
    """Stage 3: choose the starts again for fixed periods, in place, perhaps only ``where`` (H, W)."""
    active = labels.dynamic if where is None else labels.dynamic & where
    kept = [(labels.period, start) for start in space.starts(1)]
    # blocks first: once single pixels have changed, whole regions no longer move as one
    for block in (BLOCK, 1):
        expand(costs, labels, kept, active, block)
    shift_borders(costs, labels, active, same_period=True)
