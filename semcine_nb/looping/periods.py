"""Stage 2 of Algorithm 1: for one candidate the best of the loops (p, s*(x|p)) and the still frames.

Two searches start from opposite ends, from blocks of the whole picture and from the target's own outline; one
fusion takes the better of both pixel by pixel, and all that stands still may change its frame at once.
α-expansions finish it: of all periods on blocks of four pixels, then on single ones of the periods in use,
and of still frames near borders.
"""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from .blocks import CoarseProblem
from .borders import block_jumps, enlarge, still_costs
from .labels import Labels, LabelSpace, at_borders
from .moves import expand, fuse
from .period_tables import PeriodTables
from .problem import LoopProblem
from .starts import BAND, BLOCK, Labelling, Mask, Schedule, blocks, grow, shift_borders

SMALL_TARGET = 10_000  # pixels up to which a target's own outline is worth a sweep over all labels
REACH = 8  # pixels around what loops, should or may; twice as many around a small target
SMALL_REGION = 64  # pixels below which a region of a target is not tried on its own
SINGLES = 6  # labels that are tried on a whole region of the target
FRAMES = 2  # that everything static is tried with at once


def shared_tables(
    problem: LoopProblem, space: LabelSpace, starts: Labels, schedule: Schedule, threads: int = 1
) -> PeriodTables:
    """The tables of stage 2 on blocks; all candidates of a clip share them."""
    return PeriodTables(problem, space, starts, _stills(space, schedule), BLOCK, threads)


def choose_periods(
    problem: LoopProblem,
    space: LabelSpace,
    starts: Labels,
    shared: PeriodTables,
    mask: Mask,
    schedule: Schedule,
) -> tuple[Labels, Labels]:
    """Stage 2: the best of (p, s*(x|p)) and the still frames for the candidate of ``problem``.

    Parameters
    ----------
    starts : (2, periods, H, W) int32, from stage 1: s*(x|p), and the second solution
    shared : ``shared_tables`` of the clip
    mask : (H, W) bool, π_ID

    Returns
    -------
    period, start : (H, W) int32
    """
    search = _Search(problem, space, starts, mask, schedule)
    outside_in = search.from_blocks(shared)
    inside_out = search.from_target(outside_in)
    best, other = sorted((outside_in, inside_out), key=search.energy)
    fuse(problem, *best, *other, backend=schedule.backend)
    search.shift_borders(best)
    search.change_still(best)
    search.expand_around(best)
    search.shift_borders(best)
    return best


def revise_periods(
    problem: LoopProblem,
    space: LabelSpace,
    starts: Labels,
    mask: Mask,
    schedule: Schedule,
    labels: Labelling,
    where: Mask,
) -> tuple[Labels, Labels]:
    """Stage 2 again after an edit, from a solution on: only pixels ``where`` (H, W) may change.

    The other parameters and the result are those of ``choose_periods``.
    """
    search = _Search(problem, space, starts, mask, schedule, where)
    revised = labels[0].copy(), labels[1].copy()
    search.loop_regions(revised, mask & where)
    search.offer_stills(revised, where, BLOCK)  # whole regions may have to stand still now
    search.shift_borders(revised)
    search.expand_around(revised)
    search.shift_borders(revised)
    # regions were made to loop whether it pays or not: where it did not, the labels stay as they were
    fuse(problem, *revised, *labels, backend=schedule.backend)
    return revised


class _Search:
    """Stage 2 of one candidate: what its steps share."""

    def __init__(
        self,
        problem: LoopProblem,
        space: LabelSpace,
        starts: Labels,
        mask: Mask,
        schedule: Schedule,
        where: Mask | None = None,
    ) -> None:
        self.problem, self.space, self.mask, self.schedule = problem, space, mask, schedule
        self.where = np.ones_like(mask) if where is None else where
        self.starts, self.second = starts
        self.every, self.frames = np.arange(len(space.periods)), _stills(space, schedule)
        # farther from the target and from what moves, standing still is certain; right beside it not, since
        # where nothing moves a border between labels costs least
        self.free = enlarge(blocks(grow(mask | problem.tables.moving, BLOCK), BLOCK), BLOCK, mask.shape)

    def energy(self, labels: Labelling, window: tuple[slice, slice] | None = None) -> float:
        period, start = labels
        return sum(self.problem.energy(period, start, window))

    def from_blocks(self, shared: PeriodTables) -> Labelling:
        """α-expansion of all labels on blocks, wherever something moves, then of the borders on pixels."""
        near = blocks(grow(self.free, REACH), BLOCK)
        tables = shared.filled(near).for_candidate(self.problem, len(self.frames), BLOCK)
        guesses = _first_guesses(tables, len(self.frames), blocks(self.mask, BLOCK))
        allowed = [blocks(self.free, BLOCK)] * len(self.space.periods) + [near] * len(self.frames)
        for labels in guesses:
            tables.expand(labels, self.schedule.sweeps, allowed, self.schedule.backend, near)
        best = min(guesses, key=partial(tables.energy, near=near))
        found = self._pixels(enlarge(best, BLOCK, self.mask.shape))
        # a border that crept out of the target keeps looping although standing still is free there: offer it
        loops = (found[0] > 1).astype(np.int32)
        fuse(self.problem, *found, loops, _main_still(found), block=2, backend=self.schedule.backend)
        self.shift_borders(found)
        return found

    def from_target(self, reference: Labelling) -> Labelling:
        """Every region of the target loops by its cheapest label, nothing else moves; then borders shift.

        Objects of a few blocks need this: blocks cannot follow their outline. Up to ``SMALL_TARGET`` pixels
        all labels are offered around it too, on blocks of two.
        """
        labels = np.ones(self.mask.shape, np.int32), _main_still(reference)
        self.loop_regions(labels, self.mask)
        self.shift_borders(labels)
        if self.mask.sum() < SMALL_TARGET:
            near = grow(self.mask, 2 * REACH)
            self._offer(labels, self.every, self.starts, near & self.free, 2)
            self.offer_stills(labels, near, 2)
            self.shift_borders(labels)
        return labels

    def loop_regions(self, labels: Labelling, regions: Mask) -> None:
        """Let each connected region loop by its cheapest label, even where standing still is cheaper yet.

        What does not pay in the end stands still again by the moves that follow.
        """
        _, region, boxes, _ = cv2.connectedComponentsWithStats(regions.astype(np.uint8), connectivity=4)
        for k in np.flatnonzero(boxes[1:, cv2.CC_STAT_AREA] >= SMALL_REGION) + 1:
            left, top, width, height = (int(v) for v in boxes[k, :4])
            # its pixels and the pairs across its border
            window = (
                slice(max(top - 1, 0), min(top + height + 1, region.shape[0])),
                slice(max(left - 1, 0), min(left + width + 1, region.shape[1])),
            )
            self._loop_region(labels, region[window] == k, window)

    def _loop_region(self, labels: Labelling, here: Mask, window: tuple[slice, slice]) -> None:
        """Let one region loop, whose pixels in the window are ``here``."""

        def let_loop(loop: tuple[int, Labels | int]) -> None:
            for part, value in zip(labels, loop, strict=True):
                np.copyto(part[window], value, where=here)

        def cost(loop: tuple[int, Labels | int]) -> float:
            let_loop(loop)
            return self.energy(labels, window)

        trials = zip(self.space.periods, self.starts[:, *window], strict=True)
        let_loop(min((*trials, *self._single_labels(here, window)), key=cost))

    def _single_labels(self, here: Mask, window: tuple[slice, slice]) -> list[tuple[int, int]]:
        """The few labels (p, s) of smallest E_temp over a region: a thing that loops as one has no seams."""
        tables = self.problem.tables
        pairs = [(p, int(s)) for p in self.space.periods for s in self.space.starts(p)]
        periods, starts = np.array(pairs, np.int32).T
        weight = np.zeros_like(tables.temporal_factor)
        weight[window] = here * tables.temporal_factor[window]
        cost = block_jumps(tables.vectors, tables.scale, weight, periods, starts, max(weight.shape))[:, 0, 0]
        return [pairs[i] for i in np.argsort(cost, kind="stable")[:SINGLES]]

    def expand_around(self, labels: Labelling) -> None:
        """α-expansions around what moves: of every period on blocks of four pixels, then of those in use.

        Periods that blocks never chose gain little on single pixels (0.7 % of the energy at most on 14
        candidates). Single pixels may take s*(x|p) anywhere (near borders alone the energy ends up to 20 %
        higher), the stills and the second solution near borders.
        """
        around = grow(self.mask | (labels[0] > 1), REACH) & self.where
        for starts in (self.starts, self.second):
            self._offer(labels, self.every, starts, around & self.free, BLOCK)
        used = np.flatnonzero(np.isin(self.space.periods, labels[0]))
        self._offer(labels, used, self.starts, around & self.free, 1)
        near = grow(at_borders(*labels), BAND)
        self.offer_stills(labels, around & near, 1)
        near = grow(at_borders(*labels), BAND)
        self._offer(labels, used, self.second, around & self.free & near, 1)

    def shift_borders(self, labels: Labelling) -> None:
        """Let the borders between labels move."""
        shift_borders(self.problem, *labels, self.schedule, self.where, free=self.free)

    def offer_stills(self, labels: Labelling, where: Mask, block: int) -> None:
        """α-expansion of every still frame of the grid."""
        stills = [(1, frame) for frame in self.space.starts(1)]
        expand(self.problem, labels, stills, where, block, self.schedule.backend)

    def change_still(self, labels: Labelling) -> None:
        """Offer the few frames that suit the loops' borders best to all that stands still, the loops adapted.

        A frame that is cheaper once the borders have moved is found only like this (6 % of the energy of a
        bird on a pond, 3 % of moving trees).
        """
        tables, frames = self.problem.tables, self.space.starts(1)
        around = tables.vectors, tables.scale, tables.right, tables.down
        if not at_borders(*labels).any():
            return
        cost = still_costs(*around, *labels, labels[0] == 1, frames)
        now = _main_still(labels)[0, 0]
        others = [frame for frame in frames[np.argsort(cost, kind="stable")] if frame != now]
        for frame in others[:FRAMES]:
            trial = labels[0].copy(), np.where(labels[0] == 1, frame, labels[1])
            self.shift_borders(trial)
            fuse(self.problem, *labels, *trial, backend=self.schedule.backend)

    def _offer(
        self, labels: Labelling, which: NDArray[np.intp], starts: Labels, where: Mask, block: int
    ) -> None:
        """α-expansion of the loops of some periods."""
        loops = [(self.space.periods[i], starts[i]) for i in which]
        expand(self.problem, labels, loops, where, block, self.schedule.backend)

    def _pixels(self, index: Labels) -> Labelling:
        """(p, s) of labels that are indices into periods, then stills."""
        periods = len(self.space.periods)
        period = np.concatenate(
            [np.array(self.space.periods, np.int32), np.ones(len(self.frames), np.int32)]
        )[index]
        start = np.take_along_axis(self.starts, np.minimum(index, periods - 1)[None], axis=0)[0]
        start = np.where(period > 1, start, self.frames[np.maximum(index - periods, 0)])
        return period, start.astype(np.int32)


def _main_still(labels: Labelling) -> Labels:
    """The most frequent still frame of a labelling, everywhere."""
    period, start = labels
    return np.full_like(start, np.bincount(start[period == 1], minlength=1).argmax())


def _first_guesses(coarse: CoarseProblem, frames: int, target: Mask) -> list[Labels]:
    """Where stage 2 starts from: nothing moves; the target loops by its cheapest labels; by one label."""
    periods = len(coarse.unary) - frames
    still = np.full(target.shape, periods + frames // 2, np.int32)
    if not target.any():
        return [still]
    each = np.where(target, coarse.unary[:periods].argmin(axis=0), still).astype(np.int32)
    trials = [np.where(target, i, still).astype(np.int32) for i in range(periods)]
    return [still, each, min(trials, key=coarse.energy)]


def _stills(space: LabelSpace, schedule: Schedule) -> NDArray[np.int32]:
    """The still frames that stage 2 chooses from on blocks."""
    return space.starts(1)[:: schedule.still_stride]
