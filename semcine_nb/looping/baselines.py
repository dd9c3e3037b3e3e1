"""Baselines of the engine: plain α-expansion, and three earlier methods (Section 5).

The earlier methods know colors only. Their energies are in the terms of Liao et al.; ``loop_energy`` gives
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
from ..rendering.labelling import Labelling
from ..semantics import Candidate, SemanticResponse
from .cinemagraph import Cinemagraph
from .costs import ClipCosts, Costs, clip_costs, label_map, temporal_costs
from .energy import LoopEnergy
from .evaluation import evaluate
from .labels import Labels, LabelSpace
from .moves import expand
from .parameters import LoopParameters
from .periods import PeriodSearch
from .starts import all_starts

if TYPE_CHECKING:
    from ..video import Video
    from .solver import LoopSolver

LIAO_2013 = LoopParameters(
    w=0.0,
    lambda_temporal=400.0,
    lambda_spatial=100.0,  # of a deviation of colors, not of occurrences
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
    costs, space = solver.costs(candidate), solver.space
    shape = candidate.mask.shape
    starts = np.stack([stage_one(solver.clip_costs.unlabeled, space, p) for p in space.periods])

    labels = Labelling(np.ones(shape, np.int32), np.zeros(shape, np.int32))
    least = label_map(costs, labels).astype(np.float64)
    for p, own in zip(space.periods, starts, strict=True):
        loops = Labelling(np.full(shape, p, np.int32), own)
        cost = label_map(costs, loops).astype(np.float64)
        for s in space.starts(p):
            here = own == s
            factor = np.where(here, costs.temporal_factor, np.float32(0))
            loop = np.array([p], np.int32), np.array([s], np.int32)
            cost[here] += temporal_costs(costs._replace(temporal_factor=factor), *loop, 1)[0][here]
        better = cost < least
        least[better], labels.period[better], labels.start[better] = cost[better], p, own[better]
    everywhere = np.ones(shape, np.bool_)
    stills = [(1, s) for s in space.starts(1)]
    for _ in range(2):
        expand(costs, labels, [*zip(space.periods, starts, strict=True), *stills], everywhere)
    expand(costs, labels, [(labels.period, s) for s in space.starts(1)], labels.dynamic)
    energy = evaluate(costs, solver.clip, solver.response, labels, solver.parameters)
    return Cinemagraph(solver.clip, candidate, *labels, energy, solver.parameters, solver.response)


def stage_one(costs: Costs, space: LabelSpace, period: int) -> Labels:
    """s*(x|p) by α-expansion on pixels, (H, W)."""
    starts = space.starts(period)
    least = temporal_costs(costs, np.full_like(starts, period), starts, 1).argmin(axis=0)
    start = starts[least].astype(np.int32)
    labels = Labelling(np.full_like(start, period), start)
    expand(costs, labels, [(period, s) for s in starts], np.ones(start.shape, np.bool_))
    return labels.start


def liao_2013(
    clip: Video,
    parameters: LoopParameters = LIAO_2013,
    threads: int = 2,
    progress: Progress = silent,
) -> Cinemagraph:
    """Liao, Joshi and Hoppe 2013 (ACM TOG 32(4):77) with this project's engine.

    No semantics: w = 0, one λ_t, no short-period price, every static pixel pays E_static, squared color
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
    shared = _color_costs(clip, parameters, threads, progress)
    everywhere = np.ones(clip.frames.shape[1:3], np.bool_)
    starts = all_starts(shared.unlabeled, space, everywhere, threads, progress)
    costs = shared.of(_whole_picture(clip), parameters)
    labels = PeriodSearch(shared, space, starts, threads).choose(costs, everywhere)
    return _color_cinemagraph(clip, costs, everywhere, labels, parameters, "Liao et al. 2013")


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
    shared = _color_costs(clip, LIAO_2013)
    space = LabelSpace.of_clip(len(clip.frames), clip.fps, LIAO_2013)
    p, s = _best_loop(shared.unlabeled, space, region, period, start)
    labels = Labelling(np.where(region, p, 1).astype(np.int32), np.full(region.shape, s, np.int32))
    labels.check(len(clip.frames))
    costs = shared.of(_whole_picture(clip), LIAO_2013)
    return _color_cinemagraph(clip, costs, region, labels, LIAO_2013, "Tompkin et al. 2011")


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
        gray: Any = cv2.cvtColor(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        if last is not None:
            steps = np.zeros((*total.shape, 2), np.float32)
            flow.calc(last, gray, steps)
            total += np.linalg.norm(steps, axis=-1)
        last = gray
    return np.asarray(cv2.resize(total * w / size[0], (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def _best_loop(
    costs: Costs, space: LabelSpace, region: NDArray[np.bool_], period: int | None, start: int | None
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
    periods, starts = np.array(pairs, np.int32).T.copy()
    alike = costs._replace(temporal_factor=region.astype(np.float32))
    return pairs[int(temporal_costs(alike, periods, starts, max(region.shape))[:, 0, 0].argmin())]


def _color_costs(
    clip: Video, parameters: LoopParameters, threads: int = 2, progress: Progress = silent
) -> ClipCosts:
    """Costs of Liao et al. for this engine."""
    frames, h, w = clip.frames.shape[:3]
    # one natural category everywhere: one λ_t, and nothing else depends on it
    alike = SemanticResponse(
        np.broadcast_to(np.float32(1), (frames, h, w, 1)), ("water",), np.full((h, w, 1), frames, np.int32)
    )
    shared = clip_costs(clip, alike, parameters, threads, progress)
    gamma = np.float32(parameters.alpha_spatial) * color_connectivity(clip, parameters)
    unlabeled = shared.unlabeled._replace(scale=3 * shared.unlabeled.scale, spatial_factor=gamma)
    return replace(shared, unlabeled=unlabeled, natural=np.zeros_like(shared.natural))


def _whole_picture(clip: Video) -> Candidate:
    return Candidate(("background",), np.ones(clip.frames.shape[1:3], np.bool_))


def color_connectivity(clip: Video, parameters: LoopParameters = LIAO_2013) -> NDArray[np.float32]:
    """γ_s of Liao et al. of the pairs to the right [0] and below [1], (2, H, W); 0 without a neighbor."""
    found = np.zeros((2, *clip.frames.shape[1:3]), np.float32)
    _connect(clip.frames, np.float32(parameters.lambda_spatial / 255), found)
    return found


@njit(cache=True, nogil=True)
def _connect(frames: NDArray[np.uint8], factor: np.float32, gamma: NDArray[np.float32]) -> None:
    """Fill in 1 / (1 + λ_s · the median absolute deviation of ‖V(x) − V(z)‖ over time)."""
    t, h, w = frames.shape[:3]
    apart = np.empty(t, np.float32)
    for y in range(h):
        for x in range(w):
            for d in range(2):
                y2, x2 = y + d, x + 1 - d
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
                gamma[d, y, x] = 1 / (1 + factor * np.median(apart))


def _color_cinemagraph(
    clip: Video,
    costs: Costs,
    region: NDArray[np.bool_],
    labels: Labelling,
    parameters: LoopParameters,
    name: str,
) -> Cinemagraph:
    energy = LoopEnergy(*costs.energy(labels))
    return Cinemagraph(clip, Candidate(("background",), region, name), *labels, energy, parameters)
