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
from .proposals import Labels, enlarge, neighbor_labels

Mask = NDArray[np.bool_]
COARSE, FINE = 8, 4  # sides of the blocks of the α-expansions, pixels
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
        _shift_borders(problem, periods, start, active, schedule, lambda p, s: s, same_period=True)
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
    frames = stills(space, schedule)
    coarse = shared.for_candidate(problem, len(frames), COARSE)
    # outside the target and where nothing moves, standing still is certain
    free = mask | problem.tables.moving
    guesses = _first_guesses(coarse, len(frames), _blocks(mask, COARSE))
    for labels in guesses:
        _expand(coarse, labels, schedule.sweeps, len(frames), _blocks(free, COARSE), None, schedule)
    guesses = _distinct(sorted(guesses, key=coarse.energy))[:2]

    moving = np.any([labels < len(space.periods) for labels in guesses], axis=0)
    near = grow(mask | enlarge(moving, COARSE, mask.shape), 2 * COARSE)
    wanted = _blocks(near, FINE)
    fine = all_periods(problem, space, starts, frames, FINE, wanted).for_candidate(problem, len(frames), FINE)
    finer = [_finer(labels, wanted.shape) for labels in guesses]
    for labels in finer:
        _expand(fine, labels, 1, len(frames), _blocks(free, FINE), wanted, schedule)
    best = enlarge(min(finer, key=fine.energy), FINE, mask.shape)

    all_labels = np.concatenate([np.array(space.periods, np.int32), np.ones(len(frames), np.int32)])
    period = all_labels[best]
    start = np.take_along_axis(starts, np.minimum(best, len(starts) - 1)[None], axis=0)[0]
    still = frames[np.maximum(best - len(starts), 0)]
    start = np.where(period > 1, start, still).astype(np.int32)

    def key(p: Labels, s: Labels) -> Labels:
        return np.where(p > 1, p, -1 - s).astype(np.int32)

    still = np.full_like(start, np.bincount(start[period == 1], minlength=1).argmax())
    np.copyto(start, still, where=(period > 1) & ~free)
    np.copyto(period, 1, where=~free)
    # a border that crept out of the target keeps looping although standing still is free there: offer it
    fuse(problem, period, start, (period > 1).astype(np.int32), still, block=2, backend=schedule.backend)
    _shift_borders(
        problem, period, start, near, schedule, key, same_period=False, starts=(space, starts), free=free
    )
    return period, start


def refine_starts(
    problem: LoopProblem, space: LabelSpace, period: Labels, start: Labels, schedule: Schedule
) -> None:
    """Stage 3: choose the starts again for fixed periods, in place."""
    active = period > 1
    for s in space.starts(1):
        fits = active & (period > 1) & (s >= 1) & (s + period <= space.frames - 1)
        proposal = np.where(fits, period, 0).astype(np.int32)
        fuse(problem, period, start, proposal, np.full_like(start, s), block=FINE, backend=schedule.backend)
    _shift_borders(problem, period, start, active, schedule, lambda p, s: s, same_period=True)


def _expand(
    coarse: CoarseProblem,
    labels: Labels,
    sweeps: int,
    frames: int,
    free: Mask,
    near: Mask | None,
    schedule: Schedule,
) -> None:
    """α-expansion of stage 2: loops only on ``free`` blocks, anything only on ``near`` ones."""
    near = np.ones_like(free) if near is None else near
    loops = free & near
    coarse.expand(
        labels, sweeps, lambda alpha: loops if alpha < len(coarse.unary) - frames else near, schedule.backend
    )


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
    active: Mask,
    schedule: Schedule,
    key: Callable[[Labels, Labels], Labels],
    same_period: bool,
    starts: tuple[LabelSpace, Labels] | None = None,
    free: Mask | None = None,
) -> None:
    """Let the borders between regions move, first by blocks of two pixels, then by pixels."""
    for block, reach in BORDERS:
        for _ in range(schedule.border_rounds):
            new_period, new_start = neighbor_labels(
                period, start, key(period, start), active, reach, same_period
            )
            if starts is not None:
                for p, own in zip(starts[0].periods, starts[1], strict=True):
                    np.copyto(new_start, own, where=new_period == p)
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
