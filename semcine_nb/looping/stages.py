"""Algorithm 1 of the paper: the three stages, each a schedule of moves from coarse blocks to pixels.

Stage 1 finds, for every period p, the best start s*(x|p). Stage 2 chooses for one candidate among the pairs
(p, s*(x|p)) and the still frames. Stage 3 keeps the periods and chooses the starts once more. α-expansions run
on blocks of 8 × 8 and 4 × 4 pixels (``coarse``); then every move is ``moves.fuse`` on the full-resolution energy,
so that no step can raise it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .coarse import CoarseProblem, all_periods, one_period
from .labels import LabelSpace
from .moves import LoopProblem, fuse
from .proposals import Labels, block_jumps, enlarge, neighbor_labels

Mask = NDArray[np.bool_]
Labelling = tuple[Labels, Labels]  # period and start, (H, W) int32 each
COARSE, FINE = 8, 4  # sides of the blocks of the α-expansions, pixels
SMALL_TARGET = 160 * COARSE**2  # pixels up to which a target's own outline is worth a sweep over all labels
SINGLES = 6  # labels that are tried on a whole region of the target
BORDERS = ((2, 6), (1, 3))  # of the border moves: block side, and reach in pixels


@dataclass(frozen=True)
class Schedule:
    """How much work the stages spend."""

    backend: str = "grid"
    sweeps: int = 2  # of stage 2 over all labels (supplement, Section 2); the others take one
    border_rounds: int = 2
    still_stride: int = 4  # stage 2 tries every fourth still frame of the grid


def best_starts(
    problem: LoopProblem, space: LabelSpace, period: int, active: Mask, schedule: Schedule
) -> Labels:
    """Stage 1 for one period: s*(x|p), (H, W) int32, from the starts of smallest E_temp by blocks.

    Outside ``active`` the start stays that of the coarsest blocks.
    """
    starts, shape = space.starts(period), active.shape
    wanted = _blocks(active, COARSE)
    coarse = one_period(problem, space, period, COARSE, wanted)
    labels = coarse.unary.argmin(axis=0).astype(np.int32)
    if len(starts) > 1:
        coarse.expand(labels, 1, lambda _, where=wanted: where, schedule.backend)
        wanted = _blocks(active, FINE)
        coarse = one_period(problem, space, period, FINE, wanted)
        labels = _finer(labels, wanted.shape)
        coarse.expand(labels, 1, lambda _, where=wanted: where, schedule.backend)
        start = enlarge(starts[labels], FINE, shape)
        periods = np.full(shape, period, np.int32)
        _shift_borders(problem, periods, start, schedule, active, same_period=True)
        return start
    return enlarge(starts[labels], COARSE, shape)


def stills(space: LabelSpace, schedule: Schedule) -> NDArray[np.int32]:
    """The still frames that stage 2 chooses from."""
    return space.starts(1)[:: schedule.still_stride]


def coarse_periods(
    problem: LoopProblem, space: LabelSpace, starts: Labels, schedule: Schedule
) -> CoarseProblem:
    """The tables of stage 2 on the coarsest blocks; all candidates of a clip share them."""
    everywhere = np.ones((-(-starts.shape[1] // COARSE), -(-starts.shape[2] // COARSE)), np.bool_)
    return all_periods(problem, space, starts, stills(space, schedule), COARSE, everywhere)


def choose_periods(
    problem: LoopProblem,
    space: LabelSpace,
    starts: Labels,
    shared: CoarseProblem,
    mask: Mask,
    schedule: Schedule,
) -> tuple[Labels, Labels]:
    """Stage 2: the best of (p, s*(x|p)) and the still frames for the candidate of ``problem``.

    Parameters
    ----------
    starts : (periods, H, W) int32, from stage 1
    shared : ``coarse_periods`` of the clip
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
    search.expand_pixels(best)
    search.shift_borders(best)
    return best


class _Search:
    """Stage 2 of one candidate: what its steps share."""

    def __init__(
        self, problem: LoopProblem, space: LabelSpace, starts: Labels, mask: Mask, schedule: Schedule
    ) -> None:
        self.problem, self.space, self.starts, self.mask, self.schedule = (
            problem,
            space,
            starts,
            mask,
            schedule,
        )
        self.frames = stills(space, schedule)
        # outside the target and where nothing moves, standing still is certain
        self.free = enlarge(_blocks(mask | problem.tables.moving, FINE), FINE, mask.shape)

    def energy(self, labels: Labelling) -> float:
        return sum(self.problem.energy(*labels))

    def from_blocks(self, shared: CoarseProblem) -> Labelling:
        """α-expansion of all labels on blocks, wherever something moves, then of the borders on pixels."""
        coarse = shared.for_candidate(self.problem, len(self.frames), COARSE)
        guesses = _first_guesses(coarse, len(self.frames), _blocks(self.mask, COARSE))
        for labels in guesses:
            self._expand_blocks(coarse, labels, self.schedule.sweeps, _blocks(self.free, COARSE))
        guesses = _distinct(sorted(guesses, key=coarse.energy))[:2]

        moving = np.any([labels < len(self.space.periods) for labels in guesses], axis=0)
        near = grow(self.mask | enlarge(moving, COARSE, self.mask.shape), 2 * COARSE)
        wanted = _blocks(near, FINE)
        fine = all_periods(self.problem, self.space, self.starts, self.frames, FINE, wanted)
        fine = fine.for_candidate(self.problem, len(self.frames), FINE)
        finer = [_finer(labels, wanted.shape) for labels in guesses]
        for labels in finer:
            self._expand_blocks(fine, labels, 1, _blocks(self.free, FINE), wanted)
        labels = self._pixels(enlarge(min(finer, key=fine.energy), FINE, self.mask.shape))
        # a border that crept out of the target keeps looping although standing still is free there: offer it
        loops = (labels[0] > 1).astype(np.int32)
        fuse(self.problem, *labels, loops, _main_still(labels), block=2, backend=self.schedule.backend)
        self.shift_borders(labels)
        return labels

    def from_target(self, reference: Labelling) -> Labelling:
        """Every region of the target loops by its cheapest period, nothing else moves; then the borders shift.

        Objects of a few blocks need this: blocks cannot follow their outline.
        """
        labels = np.ones(self.mask.shape, np.int32), _main_still(reference)
        count, region = cv2.connectedComponents(self.mask.astype(np.uint8), connectivity=4)
        sizes = np.bincount(region.ravel(), minlength=count)
        for k in np.flatnonzero(sizes[1:] >= COARSE**2) + 1:
            here = region == k
            trials = [
                (np.where(here, p, labels[0]).astype(np.int32), np.where(here, s, labels[1]).astype(np.int32))
                for p, s in (*zip(self.space.periods, self.starts, strict=True), *self._single_labels(here))
            ]
            labels = min(trials, key=self.energy)
        self.shift_borders(labels)
        if self.mask.sum() < SMALL_TARGET:
            near = grow(self.mask, 2 * COARSE)
            for p, s in zip(self.space.periods, self.starts, strict=True):
                self._expand(labels, p, s, near & self.free, 2)
            for s in self.space.starts(1):
                self._expand(labels, 1, np.full_like(labels[1], s), near, 2)
            self.shift_borders(labels)
        return labels

    def _single_labels(self, here: Mask) -> list[tuple[int, int]]:
        """The few labels (p, s) of smallest E_temp over a region: an object that loops as one has no seams."""
        tables = self.problem.tables
        pairs = [(p, int(s)) for p in self.space.periods for s in self.space.starts(p)]
        periods, starts = np.array(pairs, np.int32).T
        weight = np.where(here, tables.temporal_factor, np.float32(0))
        cost = block_jumps(tables.vectors, tables.scale, weight, periods, starts, max(here.shape))[:, 0, 0]
        return [pairs[i] for i in np.argsort(cost, kind="stable")[:SINGLES]]

    def expand_pixels(self, labels: Labelling) -> None:
        """One α-expansion on pixels for each period, and for the stills that occur, around what moves."""
        near = grow(self.mask | (labels[0] > 1), COARSE)
        for p, s in zip(self.space.periods, self.starts, strict=True):
            self._expand(labels, p, s, near & self.free, 1)
        for s in self.space.starts(1):
            self._expand(labels, 1, np.full_like(labels[1], s), near, 1)

    def shift_borders(self, labels: Labelling) -> None:
        """Let the borders between labels move."""

        _shift_borders(self.problem, *labels, self.schedule, free=self.free)

    def _expand(self, labels: Labelling, period: int, start: Labels, where: Mask, block: int) -> None:
        proposal = np.where(where, period, 0).astype(np.int32)
        fuse(self.problem, *labels, proposal, start, block=block, backend=self.schedule.backend)

    def _expand_blocks(
        self, coarse: CoarseProblem, labels: Labels, sweeps: int, free: Mask, near: Mask | None = None
    ) -> None:
        """α-expansion of blocks: loops only on ``free`` ones, anything only on ``near`` ones."""
        near = np.ones_like(free) if near is None else near
        loops, periods = free & near, len(self.space.periods)
        coarse.expand(labels, sweeps, lambda alpha: loops if alpha < periods else near, self.schedule.backend)

    def _pixels(self, index: Labels) -> Labelling:
        """(p, s) of labels that are indices into periods, then stills."""
        periods = len(self.space.periods)
        period = np.concatenate(
            [np.array(self.space.periods, np.int32), np.ones(len(self.frames), np.int32)]
        )[index]
        start = np.take_along_axis(self.starts, np.minimum(index, periods - 1)[None], axis=0)[0]
        start = np.where(period > 1, start, self.frames[np.maximum(index - periods, 0)])
        return period, start.astype(np.int32)


def refine_starts(
    problem: LoopProblem, space: LabelSpace, period: Labels, start: Labels, schedule: Schedule
) -> None:
    """Stage 3: choose the starts again for fixed periods, in place."""
    active = period > 1
    for s in space.starts(1):
        fits = active & (period > 1) & (s >= 1) & (s + period <= space.frames - 1)
        proposal = np.where(fits, period, 0).astype(np.int32)
        fuse(problem, period, start, proposal, np.full_like(start, s), block=FINE, backend=schedule.backend)
        fuse(problem, period, start, proposal, np.full_like(start, s), block=1, backend=schedule.backend)
    _shift_borders(problem, period, start, schedule, active, same_period=True)


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


def _distinct(labellings: list[Labels]) -> list[Labels]:
    kept: list[Labels] = []
    for labels in labellings:
        if not any(np.array_equal(labels, other) for other in kept):
            kept.append(labels)
    return kept


def _shift_borders(
    problem: LoopProblem,
    period: Labels,
    start: Labels,
    schedule: Schedule,
    active: Mask | None = None,
    same_period: bool = False,
    free: Mask | None = None,
) -> None:
    """Let the borders between labels move, first by blocks of two pixels, then by pixels, in place.

    ``active`` pixels may change, loops may come to ``free`` ones only; ``same_period`` keeps every period.
    """
    if active is None:
        active = np.ones(period.shape, np.bool_)
    for block, reach in BORDERS:
        for _ in range(schedule.border_rounds):
            new_period, new_start = neighbor_labels(period, start, active, reach, same_period)
            if free is not None:
                np.copyto(new_period, 0, where=(new_period > 1) & ~free)
            if not fuse(
                problem, period, start, new_period, new_start,
                block=block, ordered=True, backend=schedule.backend,
            ):  # fmt: skip
                break


def _blocks(mask: Mask, block: int) -> Mask:
    """Which blocks hold any pixel of the mask: (R, C)."""
    h, w = mask.shape
    full = np.zeros((-(-h // block) * block, -(-w // block) * block), np.bool_)
    full[:h, :w] = mask
    return full.reshape(full.shape[0] // block, block, -1, block).any(axis=(1, 3))


def _finer(labels: Labels, shape: tuple[int, ...]) -> Labels:
    """The labels of the coarse blocks on blocks of half the side."""
    return enlarge(labels, COARSE // FINE, (shape[0], shape[1]))


def grow(mask: Mask, pixels: int) -> Mask:
    """The mask grown by a square of ``pixels`` on each side."""
    side = 2 * pixels + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)).astype(bool)
