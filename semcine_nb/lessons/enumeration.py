"""One move on a picture of a few pixels, solved twice: by trying every answer, and by one minimum cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import LoopError
from ..looping.costs import loop_tables
from ..looping.energy import (
    connectivity,
    label_cost,
    natural_map,
    normalized_scores,
    spatial_cost,
    temporal_cost,
)
from ..looping.moves import fuse
from ..looping.parameters import LoopParameters
from ..looping.problem import LoopProblem

if TYPE_CHECKING:
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video

Labels = NDArray[np.int32]
_MOST = 16  # pixels: 65,536 answers


@dataclass(frozen=True, eq=False)
class Move:
    """A move and its best answer. A *state* says of each pixel whether it takes the proposed label.

    Attributes
    ----------
    energies : (2ⁿ,) float64, eq. (1) of every state; bit j of the index is pixel j in reading order
    by_trying : (H, W) bool, the state of smallest energy
    by_cut : (H, W) bool, the state that the minimum cut gives
    pairs, raised : number of pairs of neighbours, and of those whose costs are not submodular
        (E₀₁ + E₁₀ < E₀₀ + E₁₁), which a cut cannot represent and has to raise
    """

    energies: NDArray[np.float64]
    by_trying: NDArray[np.bool_]
    by_cut: NDArray[np.bool_]
    pairs: int
    raised: int

    def energy_of(self, state: NDArray[np.bool_]) -> float:
        """Eq. (1) of one state."""
        return float(self.energies[int((state.ravel().astype(np.int64) << np.arange(state.size)).sum())])

    @property
    def before(self) -> float:
        """The energy if no pixel takes the proposal."""
        return float(self.energies[0])


def try_move(
    clip: Video,
    response: SemanticResponse,
    candidate: Candidate,
    period: Labels,
    start: Labels,
    new_period: Labels,
    new_start: Labels,
    parameters: LoopParameters | None = None,
) -> Move:
    """Let each pixel keep its label or take the proposed one, in the best way, by trying and by cut.

    Trying reads ``energy``, the definition; the cut is the solver's own ``moves.fuse``.

    Parameters
    ----------
    clip, response, candidate : as of ``loop_energy``, of at most 16 pixels a frame
    period, start, new_period, new_start : (H, W) int32, current labels and proposed ones

    Raises
    ------
    LoopError
        If there are more pixels: every one doubles the number of states.
    """
    parameters = parameters or LoopParameters()
    h, w = period.shape
    if h * w > _MOST:
        raise LoopError(f"{h}×{w} pixels have 2^{h * w} states; at most {_MOST} pixels can be tried.")
    color, semantic = clip.frames / 255.0, normalized_scores(response)
    natural = natural_map(response, parameters)

    def one_pixel(p: Labels, s: Labels) -> NDArray[np.float64]:
        own = temporal_cost(color, semantic, p, s, natural, parameters)
        asked = label_cost(color, p, np.asarray(candidate.mask, bool), natural, clip.fps, parameters)
        return (own + parameters.alpha_label * asked).ravel()

    keep, take = one_pixel(period, start), one_pixel(new_period, new_start)
    states = (np.arange(2 ** (h * w))[:, None] >> np.arange(h * w)) & 1
    energies = keep.sum() + states @ (take - keep)
    number = np.arange(h * w).reshape(h, w)
    pairs = raised = 0
    gammas = connectivity(response, parameters)
    for axis, gamma in ((1, gammas[0]), (0, gammas[1])):
        ends = (number[:, :-1], number[:, 1:]) if axis else (number[:-1], number[1:])
        # a chequerboard of states, and its opposite, put every pair into each of the mixed states
        odd = np.indices((h, w)).sum(axis=0) % 2 == 1
        flat = np.zeros((h, w), bool)
        costs = {}
        for name, state in (("00", flat), ("11", ~flat), ("odd", odd), ("even", ~odd)):
            p, s = np.where(state, new_period, period), np.where(state, new_start, start)
            costs[name] = (
                parameters.alpha_spatial * gamma * spatial_cost(color, semantic, p, s, parameters, axis=axis)
            )
        first_odd = odd[:, :-1] if axis else odd[:-1]
        e01 = np.where(first_odd, costs["even"], costs["odd"])
        e10 = np.where(first_odd, costs["odd"], costs["even"])
        table = np.stack([costs["00"], e01, e10, costs["11"]], axis=-1).reshape(-1, 4)
        for a, b, cost in zip(ends[0].ravel(), ends[1].ravel(), table, strict=True):
            energies = energies + cost[2 * states[:, a] + states[:, b]]
        pairs += len(table)
        raised += int((table[:, 1] + table[:, 2] < table[:, 0] + table[:, 3] - 1e-12).sum())
    by_trying = states[energies.argmin()].reshape(h, w).astype(bool)
    by_cut = _cut(clip, response, candidate, period, start, new_period, new_start, parameters)
    return Move(energies, by_trying, by_cut, pairs, raised)


def _cut(
    clip: Video,
    response: SemanticResponse,
    candidate: Candidate,
    period: Labels,
    start: Labels,
    new_period: Labels,
    new_start: Labels,
    parameters: LoopParameters,
) -> NDArray[np.bool_]:
    tables = loop_tables(clip, response, parameters)
    problem = LoopProblem(
        tables,
        (parameters.alpha_label * tables.static_penalty * candidate.mask).astype(np.float32),
        (parameters.alpha_label * parameters.alpha_infinity * tables.natural).astype(np.float32),
        parameters.short_range(clip.fps),
    )
    p, s = period.astype(np.int32).copy(), start.astype(np.int32).copy()
    fuse(problem, p, s, new_period.astype(np.int32), new_start.astype(np.int32))
    moved = (new_period != period) | (new_start != start)
    return np.asarray(moved & (p == new_period) & (s == new_start))


def thumbnail(
    clip: Video, response: SemanticResponse, candidate: Candidate, side: int = 4
) -> tuple[Video, SemanticResponse, Candidate, tuple[int, int, int, int]]:
    """``side`` × ``side`` pixels picked on an even grid around a candidate: small enough to try all.

    Returns
    -------
    clip, response, candidate : of that size
    box : (x, y, width, height) of the square in the clip that the pixels were picked from

    Raises
    ------
    LoopError
        If the candidate's map is empty.
    """
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video

    height, width = clip.frames.shape[1:3]
    rows, columns = np.nonzero(candidate.mask)
    if not len(rows):
        raise LoopError(f"The map of {candidate.label} is empty: there is nothing to make a thumbnail of.")
    size = min(int(1.5 * max(np.ptp(rows), np.ptp(columns))) + side, height, width)
    x = int(np.clip((columns.min() + columns.max() - size) // 2, 0, width - size))
    y = int(np.clip((rows.min() + rows.max() - size) // 2, 0, height - size))
    middles = (np.arange(side) * size + size // 2) // side
    picked = np.ix_(y + middles, x + middles)
    scores = np.stack([np.asarray(response.scores[t], np.float32)[picked] for t in range(len(response))])
    return (
        Video(np.stack([frame[picked] for frame in clip.frames]), clip.fps),
        SemanticResponse(scores, response.categories, response.occurrences()[picked]),
        Candidate(candidate.categories, candidate.mask[picked], candidate.name),
        (x, y, size, size),
    )
