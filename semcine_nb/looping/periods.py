"""Stage 2 of Algorithm 1: for one candidate the best of the loops (p, s*(x|p)) and the still frames.

Two searches start from opposite ends, from blocks of the whole picture and from the target's own outline. One
fusion takes the better of both pixel by pixel, and all that stands still may change its frame at once.
α-expansions finish it: of all periods on blocks of four pixels, then on single ones of the periods in use,
and of still frames near borders.
"""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..rendering.labelling import Labelling
from .blocks import BlockProblem, any_in_blocks, enlarge
from .borders import shift_borders
from .costs import ClipCosts, Costs, Window, pair_cost, scratch_of, temporal_costs
from .distances import Label
from .labels import Labels, LabelSpace
from .moves import expand, fuse
from .period_tables import PeriodTables
from .starts import BLOCK, Mask

SWEEPS = 2  # over all labels on blocks; all others take one
STILL_STRIDE = 4  # the tables on blocks hold every fourth still frame of the grid
BAND = 4  # pixels around borders in which stills and the second solution are tried on single pixels
SMALL_TARGET = 10_000  # pixels up to which a target's own outline is worth a sweep over all labels
REACH = 8  # pixels around what loops, should or may; twice as many around a small target
SMALL_REGION = 64  # pixels below which a region of a target is not tried on its own
SINGLES = 6  # labels that are tried on a whole region of the target
FRAMES = 2  # that everything static is tried with at once


class PeriodSearch:
    """Stage 2 for the candidates of a clip, which share its tables on blocks.

    Parameters
    ----------
    clip : the costs that all candidates share
    starts : (2, periods, H, W) int32, from stage 1: s*(x|p), and the second solution
    threads : how many fill the tables
    """

    def __init__(self, clip: ClipCosts, space: LabelSpace, starts: Labels, threads: int = 1) -> None:
        self.space, self.moving = space, clip.moving
        self.starts, self.second = starts
        self.frames = space.starts(1)[::STILL_STRIDE]
        self.tables = PeriodTables(clip.unlabeled, space, self.starts, self.frames, BLOCK, threads)

    def choose(self, costs: Costs, mask: Mask, sweeps: int = SWEEPS) -> Labelling:
        """The best of (p, s*(x|p)) and the still frames for a candidate.

        Parameters
        ----------
        costs : of the candidate
        mask : (H, W) bool, π_ID
        sweeps : over all labels on blocks
        """
        target = _Target(self, costs, mask)
        outside_in = target.from_blocks(sweeps)
        inside_out = target.from_outline(outside_in)
        best, other = sorted((outside_in, inside_out), key=costs.total)
        fuse(costs, best, other)
        target.shift_borders(best)
        target.change_still(best)
        target.expand_around(best)
        target.shift_borders(best)
        return best

    def revise(self, costs: Costs, mask: Mask, labels: Labelling, where: Mask) -> Labelling:
        """The same again after an edit, from a solution on: only pixels ``where`` (H, W) may change."""
        target = _Target(self, costs, mask, where)
        revised = labels.copy()
        target.loop_regions(revised, mask & where)
        target.offer_stills(revised, where, BLOCK)  # whole regions may have to stand still now
        target.shift_borders(revised)
        target.expand_around(revised)
        target.shift_borders(revised)
        # regions were made to loop whether it pays or not: where it did not, the labels stay as they were
        fuse(costs, revised, labels)
        return revised


class _Target:
    """Stage 2 of one candidate: what its steps share."""

    def __init__(self, search: PeriodSearch, costs: Costs, mask: Mask, where: Mask | None = None) -> None:
        self.search, self.costs, self.mask = search, costs, mask
        self.space, self.starts, self.second = search.space, search.starts, search.second
        self.where = np.ones_like(mask) if where is None else where
        # farther from the target and from what moves, standing still is certain; right beside it not, since
        # where nothing moves a border between labels costs least
        self.free = enlarge(any_in_blocks(grow(mask | search.moving, BLOCK), BLOCK), BLOCK, mask.shape)

    def from_blocks(self, sweeps: int) -> Labelling:
        """α-expansion of all labels on blocks, wherever something moves, then of the borders on pixels."""
        near = any_in_blocks(grow(self.free, REACH), BLOCK)
        frames, periods = len(self.search.frames), len(self.space.periods)
        blocks = self.search.tables.for_candidate(self.costs, near)
        guesses = _first_guesses(blocks, frames, any_in_blocks(self.mask, BLOCK))
        allowed = [any_in_blocks(self.free, BLOCK)] * periods + [near] * frames
        for labels in guesses:
            blocks.expand(labels, sweeps, allowed, near)
        best = min(guesses, key=partial(blocks.energy, near=near))
        found = self._pixels(enlarge(best, BLOCK, self.mask.shape))
        # a border that crept out of the target keeps looping although standing still is free there: offer it
        fuse(self.costs, found, Labelling(found.dynamic.astype(np.int32), _main_still(found)), block=2)
        self.shift_borders(found)
        return found

    def from_outline(self, reference: Labelling) -> Labelling:
        """Every region of the target loops by its cheapest label, nothing else moves; then borders shift.

        Objects of a few blocks need this: blocks cannot follow their outline. Up to ``SMALL_TARGET`` pixels
        all labels are offered around it too, on blocks of two.
        """
        labels = Labelling(np.ones(self.mask.shape, np.int32), _main_still(reference))
        self.loop_regions(labels, self.mask)
        self.shift_borders(labels)
        if self.mask.sum() < SMALL_TARGET:
            near = grow(self.mask, 2 * REACH)
            self._offer(labels, self.space.periods, self.starts, near & self.free, 2)
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

    def _loop_region(self, labels: Labelling, here: Mask, window: Window) -> None:
        """Let one region loop, whose pixels in the window are ``here``."""

        def let_loop(loop: tuple[int, Labels | int]) -> None:
            for part, value in zip(labels, loop, strict=True):
                np.copyto(part[window], value, where=here)

        def cost(loop: tuple[int, Labels | int]) -> float:
            let_loop(loop)
            return self.costs.total(labels, window)

        trials = zip(self.space.periods, self.starts[:, *window], strict=True)
        let_loop(min((*trials, *self._single_labels(here, window)), key=cost))

    def _single_labels(self, here: Mask, window: Window) -> list[Label]:
        """The few labels (p, s) of smallest E_temp over a region: a thing that loops as one has no seams."""
        pairs = [(p, int(s)) for p in self.space.periods for s in self.space.starts(p)]
        periods, starts = np.array(pairs, np.int32).T.copy()
        factor = np.zeros_like(self.costs.temporal_factor)
        factor[window] = here * self.costs.temporal_factor[window]
        region = self.costs._replace(temporal_factor=factor)
        cost = temporal_costs(region, periods, starts, max(factor.shape))[:, 0, 0]
        return [pairs[i] for i in np.argsort(cost, kind="stable")[:SINGLES]]

    def expand_around(self, labels: Labelling) -> None:
        """α-expansions around what moves: of every period on blocks of four pixels, then of those in use.

        Periods that blocks never chose gain little on single pixels (0.7 % of the energy at most on 14
        candidates). Single pixels may take s*(x|p) anywhere (near borders alone the energy ends up to 20 %
        higher), the stills and the second solution near borders.
        """
        around = grow(self.mask | labels.dynamic, REACH) & self.where
        for starts in (self.starts, self.second):
            self._offer(labels, self.space.periods, starts, around & self.free, BLOCK)
        used = [p for p in self.space.periods if (labels.period == p).any()]
        self._offer(labels, used, self.starts, around & self.free, 1)
        near = grow(labels.borders(), BAND)
        self.offer_stills(labels, around & near, 1)
        near = grow(labels.borders(), BAND)
        self._offer(labels, used, self.second, around & self.free & near, 1)

    def shift_borders(self, labels: Labelling) -> None:
        """Let the borders between labels move."""
        shift_borders(self.costs, labels, self.where, free=self.free)

    def offer_stills(self, labels: Labelling, where: Mask, block: int) -> None:
        """α-expansion of every still frame of the grid."""
        expand(self.costs, labels, [(1, frame) for frame in self.space.starts(1)], where, block)

    def change_still(self, labels: Labelling) -> None:
        """Offer the few frames that suit the loops' borders best to all that stands still, the loops adapted.

        A frame that is cheaper once the borders have moved is found only like this (6 % of the energy of a
        bird on a pond, 3 % of moving trees).
        """
        if not labels.borders().any():
            return
        frames = self.space.starts(1)
        cost = still_costs(self.costs, labels, frames)
        now = _main_still(labels)[0, 0]
        others = [frame for frame in frames[np.argsort(cost, kind="stable")] if frame != now]
        for frame in others[:FRAMES]:
            trial = Labelling(labels.period.copy(), np.where(labels.dynamic, labels.start, frame))
            self.shift_borders(trial)
            fuse(self.costs, labels, trial)

    def _offer(
        self, labels: Labelling, periods: tuple[int, ...] | list[int], starts: Labels, where: Mask, block: int
    ) -> None:
        """α-expansion of the loops of some periods."""
        loops = [(p, starts[self.space.periods.index(p)]) for p in periods]
        expand(self.costs, labels, loops, where, block)

    def _pixels(self, index: Labels) -> Labelling:
        """(p, s) of labels that are indices into periods, then stills."""
        periods, frames = np.array(self.space.periods, np.int32), self.search.frames
        period = np.concatenate([periods, np.ones(len(frames), np.int32)])[index]
        start = np.take_along_axis(self.starts, np.minimum(index, len(periods) - 1)[None], axis=0)[0]
        start = np.where(period > 1, start, frames[np.maximum(index - len(periods), 0)])
        return Labelling(period, start.astype(np.int32))


def grow(mask: Mask, pixels: int) -> Mask:
    """The mask grown by a square of ``pixels`` on each side."""
    side = 2 * pixels + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)).astype(bool)


def _main_still(labels: Labelling) -> Labels:
    """The most frequent still frame of a labelling, everywhere."""
    period, start = labels
    return np.full_like(start, np.bincount(start[period == 1], minlength=1).argmax())


def _first_guesses(blocks: BlockProblem, frames: int, target: Mask) -> list[Labels]:
    """Labels on blocks to start from: nothing moves; the target loops by its cheapest labels; by one."""
    periods = len(blocks.unary) - frames
    still = np.full(target.shape, periods + frames // 2, np.int32)
    if not target.any():
        return [still]
    each = np.where(target, blocks.unary[:periods].argmin(axis=0), still).astype(np.int32)
    trials = [np.where(target, i, still).astype(np.int32) for i in range(periods)]
    return [still, each, min(trials, key=blocks.energy)]


@njit(cache=True, nogil=True)
def still_costs(costs: Costs, labels: Labelling, frames: NDArray[np.int32]) -> NDArray[np.float64]:
    """α₂·E_spa of what stands still beside what loops, if all of it shows one of ``frames``: (frames,)."""
    h, w = labels.period.shape
    scratch = scratch_of(costs)
    total = np.zeros(frames.size)
    for y in range(h):
        for x in range(w):
            for d in range(2):
                y2, x2 = y + d, x + 1 - d
                if y2 >= h or x2 >= w or (labels.period[y, x] == 1) == (labels.period[y2, x2] == 1):
                    continue
                one, loop = labels.period[y, x], (labels.period[y2, x2], labels.start[y2, x2])
                if one != 1:
                    one, loop = labels.period[y2, x2], (labels.period[y, x], labels.start[y, x])
                for i in range(frames.size):
                    total[i] += pair_cost(costs, (d, y, x), loop, (one, frames[i]), scratch)
    return total
