"""What the engine is measured against: plain α-expansion, and three earlier methods (Section 5).

The earlier methods know colours only. Their energies are in the terms of Liao et al.; ``loop_energy`` gives
eq. (1) of their labels.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import ndimage

from ..errors import LoopError
from ..progress import Progress, silent, track
from .borders import block_jumps
from .cinemagraph import Cinemagraph
from .costs import loop_tables
from .energy import LoopEnergy
from .evaluation import evaluate
from .labels import Labels, LabelSpace, check_labelling
from .moves import fuse
from .parameters import LoopParameters
from .periods import choose_periods, shared_tables
from .problem import LoopProblem
from .starts import Schedule, all_starts

if TYPE_CHECKING:
    from ..semantics import Candidate
    from ..video import Video
    from .solver import LoopSolver

LIAO_2013 = LoopParameters(
    w=0.0,
    lambda_temporal=400.0,
    lambda_spatial=100.0,  # of a deviation of colours, not of occurrences
    alpha_spatial=10.0,
    alpha_static=0.03,
    lambda_static=100.0,
)
"""The constants of Liao et al. 2013: λ_t, λ_s, β, and the two of E_static."""
_LEAST_FLOW_SIDE, _LARGEST_FLOW_SIDE = 64, 320  # pixels: DIS refuses less, cumulative motion needs no more


def plain_expansion(solver: LoopSolver, candidate: Candidate) -> Cinemagraph:
    """Algorithm 1 as it is written: α-expansions on pixels, no pyramid, no active set, no border moves.

    One sweep in stage 1 from the start of least E_temp of each pixel, two in stage 2 from each pixel's least
    label cost, one in stage 3 (supplement, Section 2). It takes many times as long as ``LoopSolver.solve``.

    Parameters
    ----------
    solver : for the clip's tables; its stage 1 is not used
    candidate : what is to move
    """
    problem, space = solver.problem(candidate), solver.space
    tables = problem.tables
    shape = tables.natural.shape
    nothing = np.zeros(shape, np.float32)
    free = LoopProblem(tables, nothing, nothing, 0)
    starts = np.stack([_stage_one(free, space.starts(p), p) for p in space.periods])

    period, start = np.ones(shape, np.int32), np.zeros(shape, np.int32)
    least = problem.static_cost.astype(np.float64)
    for p, own in zip(space.periods, starts, strict=True):
        cost = np.empty(shape)
        for s in space.starts(p):
            here = own == s
            weight = np.where(here, tables.temporal_factor, np.float32(0))
            label = np.array([p], np.int32), np.array([s], np.int32)
            cost[here] = block_jumps(tables.vectors, tables.scale, weight, *label, 1)[0][here]
        if p <= problem.short_range:
            cost += problem.short_cost
        better = cost < least
        least[better], period[better], start[better] = cost[better], p, own[better]
    for _ in range(2):
        for p, own in zip(space.periods, starts, strict=True):
            fuse(problem, period, start, np.full(shape, p, np.int32), own)
        for s in space.starts(1):
            fuse(problem, period, start, np.ones(shape, np.int32), np.full(shape, s, np.int32))
    for s in space.starts(1):
        fits = (period > 1) & (s >= 1) & (s + period <= space.frames - 1)
        fuse(problem, period, start, np.where(fits, period, 0).astype(np.int32), np.full(shape, s, np.int32))
    energy = evaluate(problem, solver.clip.frames, solver.response.scores, period, start, solver.parameters)
    return Cinemagraph(solver.clip, candidate, period, start, energy, solver.parameters, solver.response)


def _stage_one(problem: LoopProblem, starts: Labels, period: int) -> Labels:
    """s*(x|p) by α-expansion on pixels."""
    tables = problem.tables
    periods = np.full(tables.natural.shape, period, np.int32)
    jumps = block_jumps(
        tables.vectors, tables.scale, tables.temporal_factor, np.full_like(starts, period), starts, 1
    )
    start = starts[jumps.argmin(axis=0)].astype(np.int32)
    for s in starts:
        fuse(problem, periods, start, periods, np.full_like(start, s))
    return start


def liao_2013(
    clip: Video,
    parameters: LoopParameters = LIAO_2013,
    threads: int = 2,
    progress: Progress = silent,
) -> Cinemagraph:
    """Liao, Joshi and Hoppe 2013 (ACM TOG 32(4):77) with this project's engine.

    No semantics: w = 0, one λ_t, no short-period price, every static pixel pays E_static, squared colour
    differences are summed over the channels, γ_s = 1 / (1 + λ_s·MAD_t ‖V(x, t) − V(z, t)‖), and only stages 1
    and 2. ``parameters.lambda_spatial`` is λ_s and ``parameters.alpha_spatial`` is β.

    Returns
    -------
    Cinemagraph, its candidate the whole picture and its energy that of Liao et al.

    Raises
    ------
    LoopError
        If the clip is too short for a loop.
    """
    space = LabelSpace.of_clip(len(clip.frames), clip.fps, parameters)
    problem = _colour_problem(clip, parameters, threads, progress)
    everywhere = np.ones(clip.frames.shape[1:3], np.bool_)
    schedule = Schedule()
    starts = all_starts(problem, space, everywhere, schedule, threads, progress)
    shared = shared_tables(problem, space, starts[0], schedule, threads)
    period, start = choose_periods(problem, space, starts, shared, everywhere, schedule)
    return _colour_cinemagraph(clip, problem, everywhere, period, start, parameters, "Liao et al. 2013")


def tompkin_2011(
    clip: Video, region: NDArray[np.bool_], period: int | None = None, start: int | None = None
) -> Cinemagraph:
    """Tompkin et al. 2011 (CVMP, pages 87–93): a region drawn by hand that loops as one.

    Parameters
    ----------
    region : (H, W) bool, what moves; the rest shows the loop's first frame
    period, start : frames; where None, the loop with the smallest jump over the region

    Raises
    ------
    LoopError
        If the region is not (H, W) or the loop does not fit into the clip.
    """
    region = np.asarray(region, bool)
    if region.shape != clip.frames.shape[1:3]:
        raise LoopError(
            f"The region has shape {region.shape}; the clip's frames are {clip.frames.shape[1:3]}."
        )
    problem = _colour_problem(clip, LIAO_2013)
    space = LabelSpace.of_clip(len(clip.frames), clip.fps, LIAO_2013)
    p, s = _best_loop(problem, space, region, period, start)
    periods = np.where(region, p, 1).astype(np.int32)
    starts = np.full(region.shape, s, np.int32)
    check_labelling(periods, starts, len(clip.frames))
    return _colour_cinemagraph(clip, problem, region, periods, starts, LIAO_2013, "Tompkin et al. 2011")


def yeh_2012(clip: Video, progress: Progress = silent) -> Cinemagraph:
    """Yeh and Li 2012 (ACM Multimedia, pages 1153–1156): where most motion adds up, as one loop.

    The sizes of optical flow are summed over the clip, split into two classes by Otsu's threshold and closed;
    the connected part with the most motion loops with the smallest jump over it.
    """
    motion = cumulative_motion(clip, progress)
    levels = (255 * motion / max(float(motion.max()), 1e-6)).astype(np.uint8)
    _, high = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    parts, count = ndimage.label(cv2.morphologyEx(high, cv2.MORPH_CLOSE, disk))
    if count == 0:
        raise LoopError("Nothing moves in this clip, so there is no region to loop.")
    most = 1 + int(np.argmax(ndimage.sum_labels(motion, parts, np.arange(1, count + 1))))
    region = ndimage.binary_fill_holes(parts == most)
    cinema = tompkin_2011(clip, region)
    return replace(cinema, candidate=replace(cinema.candidate, name="Yeh and Li 2012"))


def cumulative_motion(clip: Video, progress: Progress = silent) -> NDArray[np.float32]:
    """Sum over the clip of the size of optical flow (DIS), (H, W) float32 in pixels of the clip."""
    h, w = clip.frames.shape[1:3]
    ratio = min(1.0, _LARGEST_FLOW_SIDE / max(h, w))
    size = max(_LEAST_FLOW_SIDE, round(w * ratio)), max(_LEAST_FLOW_SIDE, round(h * ratio))
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    total = np.zeros((size[1], size[0]), np.float32)
    last: Any = None
    for frame in track(clip.frames, progress, "Cumulative motion"):
        grey: Any = cv2.cvtColor(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        if last is not None:
            steps = np.zeros((*total.shape, 2), np.float32)
            flow.calc(last, grey, steps)
            total += np.linalg.norm(steps, axis=-1)
        last = grey
    return np.asarray(cv2.resize(total * w / size[0], (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def _best_loop(
    problem: LoopProblem, space: LabelSpace, region: NDArray[np.bool_], period: int | None, start: int | None
) -> tuple[int, int]:
    """The loop (p, s) of smallest total jump over a region, among those that agree with what is given."""
    if period is not None and start is not None:
        return period, start
    pairs = [
        (p, s if start is None else start)
        for p in (space.periods if period is None else (period,))
        for s in (range(1, space.frames - p) if start is None else (0,))
        if start is None or 1 <= start < space.frames - p
    ]
    if not pairs:
        raise LoopError(f"No loop with period {period} and start {start} fits into {space.frames} frames.")
    tables = problem.tables
    periods, starts = np.array(pairs, np.int32).T
    weight = region.astype(np.float32)
    cost = block_jumps(tables.vectors, tables.scale, weight, periods, starts, max(region.shape))[:, 0, 0]
    return pairs[int(cost.argmin())]


def _colour_problem(
    clip: Video, parameters: LoopParameters, threads: int = 2, progress: Progress = silent
) -> LoopProblem:
    """Liao's costs as a problem for this engine."""
    from ..semantics import SemanticResponse

    frames, h, w = clip.frames.shape[:3]
    # one natural category everywhere: one λ_t, and nothing else depends on it
    alike = SemanticResponse(
        np.broadcast_to(np.float32(1), (frames, h, w, 1)), ("water",), np.full((h, w, 1), frames, np.int32)
    )
    tables = loop_tables(clip, alike, parameters, threads, progress)
    right, down = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    _colour_connectivity(clip.frames, np.float32(parameters.lambda_spatial / 255), right, down)
    beta = np.float32(parameters.alpha_spatial)
    tables = replace(tables, scale=3 * tables.scale, right=beta * right, down=beta * down)
    return LoopProblem(tables, tables.static_penalty, np.zeros((h, w), np.float32), 0)


@njit(cache=True, nogil=True)
def _colour_connectivity(frames, factor, right, down):
    """γ_s of Liao et al. to the right and below: the median absolute deviation of ‖V(x) − V(z)‖ over time."""
    t, h, w = frames.shape[:3]
    apart = np.empty(t, np.float32)
    for y in range(h):
        for x in range(w):
            for d in range(2):
                y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                if y2 >= h or x2 >= w:
                    continue
                for f in range(t):
                    total = np.float32(0)
                    for c in range(3):
                        difference = np.float32(frames[f, y, x, c]) - np.float32(frames[f, y2, x2, c])
                        total += difference * difference
                    apart[f] = np.sqrt(total)
                middle = np.median(apart)
                for f in range(t):
                    apart[f] = abs(apart[f] - middle)
                gamma = 1 / (1 + factor * np.median(apart))
                if d == 0:
                    right[y, x] = gamma
                else:
                    down[y, x] = gamma


def _colour_cinemagraph(
    clip: Video,
    problem: LoopProblem,
    region: NDArray[np.bool_],
    period: Labels,
    start: Labels,
    parameters: LoopParameters,
    name: str,
) -> Cinemagraph:
    from ..semantics import Candidate

    energy = LoopEnergy(*problem.energy(period, start))
    return Cinemagraph(clip, Candidate(("background",), region, name), period, start, energy, parameters)
