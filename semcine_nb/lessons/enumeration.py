"""One move on a picture of a few pixels, solved twice: by trying every answer, and by one minimum cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import LoopError
from ..looping import energy
from ..looping.costs import Costs, clip_costs
from ..looping.moves import fuse
from ..looping.parameters import LoopParameters
from ..rendering.labelling import Labelling

if TYPE_CHECKING:
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video

_MOST = 16  # pixels: 65,536 answers


@dataclass(frozen=True, eq=False)
class Move:
    """A move and its best answer. A *state* says of each pixel whether it takes the proposed label.

    Attributes
    ----------
    energies : (2ⁿ,) float64, eq. (1) of every state; bit j of the index is pixel j in reading order
    by_trying : (H, W) bool, the state of smallest energy
    by_cut : (H, W) bool, the state that the minimum cut gives
    pairs, raised : number of pairs of neighbors, and of those whose costs are not submodular
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
    current: Labelling,
    proposed: Labelling,
    parameters: LoopParameters | None = None,
) -> Move:
    """Let each pixel keep its label or take the proposed one, in the best way, by trying and by cut.

    Trying reads ``energy``, the definition; the cut is the solver's own ``moves.fuse``.

    Parameters
    ----------
    clip, response, candidate : as of ``loop_energy``, of at most 16 pixels a frame
    current, proposed : labellings, (H, W)

    Raises
    ------
    LoopError
        If there are more pixels: every one doubles the number of states.
    """
    parameters = parameters or LoopParameters()
    h, w = current[0].shape
    if h * w > _MOST:
        raise LoopError(f"{h}×{w} pixels have 2^{h * w} states; at most {_MOST} pixels can be tried.")
    color = clip.frames / 255.0
    semantic = np.stack([response.shares(t, dtype=np.float64) for t in range(len(response))])
    natural = response.natural_map(parameters.occurrence_threshold)
    gammas = energy.connectivity(response, parameters)

    def one_pixel(p: NDArray[np.int32], s: NDArray[np.int32]) -> NDArray[np.float64]:
        own = energy.temporal_cost(color, semantic, p, s, natural, parameters)
        labels = Labelling(p, s)
        asked = energy.label_cost(color, labels, candidate, natural, clip.fps, parameters)
        return (own + parameters.alpha_label * asked).ravel()

    keep, take = one_pixel(*current), one_pixel(*proposed)
    states = (np.arange(2 ** (h * w))[:, None] >> np.arange(h * w)) & 1
    energies = keep.sum() + states @ (take - keep)
    number = np.arange(h * w).reshape(h, w)
    pairs = raised = 0
    for axis, near, far in ((1, number[:, :-1], number[:, 1:]), (0, number[:-1], number[1:])):

        def apart(p: NDArray[np.int32], s: NDArray[np.int32], axis: int = axis) -> NDArray[np.float64]:
            weight = parameters.alpha_spatial * gammas[1 - axis]
            return weight * energy.spatial_cost(color, semantic, p, s, parameters, axis=axis)

        table = _pair_costs(apart, current, proposed, axis)
        for a, b, cost in zip(near.ravel(), far.ravel(), table, strict=True):
            energies = energies + cost[2 * states[:, a] + states[:, b]]
        pairs += len(table)
        raised += int((table[:, 1] + table[:, 2] < table[:, 0] + table[:, 3] - 1e-12).sum())
    by_trying = states[energies.argmin()].reshape(h, w).astype(bool)
    costs = clip_costs(clip, response, parameters).of(candidate, parameters)
    return Move(energies, by_trying, _cut(costs, current, proposed), pairs, raised)


def _pair_costs(
    cost_of: Callable[..., NDArray[np.float64]], current: Labelling, proposed: Labelling, axis: int
) -> NDArray[np.float64]:
    """E₀₀, E₀₁, E₁₀ and E₁₁ of every pair of neighbors along an axis, (pairs, 4); 1 takes the proposal."""
    # a checkerboard of states, and its opposite, put every pair into each of the mixed states
    odd = np.indices(current[0].shape).sum(axis=0) % 2 == 1
    e00, e11 = cost_of(*current), cost_of(*proposed)
    mixed, opposite = (
        cost_of(*(np.where(state, new, old) for old, new in zip(current, proposed, strict=True)))
        for state in (odd, ~odd)
    )
    first_odd = odd[:, :-1] if axis else odd[:-1]
    e01, e10 = np.where(first_odd, opposite, mixed), np.where(first_odd, mixed, opposite)
    return np.stack([e00, e01, e10, e11], axis=-1).reshape(-1, 4)


def _cut(costs: Costs, current: Labelling, proposed: Labelling) -> NDArray[np.bool_]:
    """The pixels that take the proposal in the minimum cut, (H, W)."""
    before, proposal = (Labelling(*(part.astype(np.int32) for part in one)) for one in (current, proposed))
    after = before.copy()
    fuse(costs, after, proposal)
    differs = (proposal.period != before.period) | (proposal.start != before.start)
    return differs & (after.period == proposal.period) & (after.start == proposal.start)


def thumbnail(
    clip: Video, response: SemanticResponse, candidate: Candidate, side: int = 4
) -> tuple[Video, SemanticResponse, Candidate, tuple[int, int, int, int]]:
    """Pick ``side`` × ``side`` pixels on an even grid around a candidate: few enough to try all states.

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
