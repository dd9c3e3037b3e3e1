"""The costs of one pixel and of one pair of pixels for every label at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import LoopError
from ..looping.distances import Label, mean_distance
from ..looping.energy import connectivity, temporal_cost, temporal_factor
from ..looping.labels import LabelSpace
from ..looping.parameters import LoopParameters

if TYPE_CHECKING:
    from ..semantics import SemanticResponse
    from ..video import Video

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LabelCosts:
    """A cost for every loop of the grid.

    Attributes
    ----------
    periods : (P,) int, frames
    starts : (S,) int, frames
    cost : (P, S) float64, NaN where the clip is too short for the loop
    """

    periods: NDArray[np.int32]
    starts: NDArray[np.int32]
    cost: Array

    @property
    def best(self) -> Label:
        """(p, s) of the smallest cost."""
        i, j = np.unravel_index(np.nanargmin(self.cost), self.cost.shape)
        return int(self.periods[i]), int(self.starts[j])

    def of(self, period: int, start: int) -> float:
        """The cost of one label of the grid."""
        return float(self.cost[self.periods == period][0, self.starts == start][0])


@dataclass(frozen=True, eq=False)
class PixelSignal:
    """One pixel as eq. (1) reads it.

    Attributes
    ----------
    color : (T, 3) float64 in [0, 1], V
    semantic : (T, K) float64, F renormalized to sum to one
    natural : whether π of any natural kept category is 1 here
    """

    color: Array
    semantic: Array
    natural: bool


def pixels(
    clip: Video,
    response: SemanticResponse,
    places: list[tuple[int, int]],
    parameters: LoopParameters | None = None,
) -> list[PixelSignal]:
    """The pixels at ``places``, (column, row) each, of a clip and its response.

    Raises
    ------
    LoopError
        For a place outside the frame.
    """
    for x, y in places:
        if not (0 <= x < clip.width and 0 <= y < clip.height):
            raise LoopError(f"There is no pixel at column {x}, row {y} of {clip.width}×{clip.height} pixels.")
    columns, rows = np.array(places).T
    where = rows * clip.width + columns
    semantic = np.stack([response.shares(t, where, np.float64) for t in range(len(clip))])
    natural = response.natural_map((parameters or LoopParameters()).occurrence_threshold)
    return [
        PixelSignal(clip.frames[:, y, x] / 255.0, semantic[:, i], bool(natural[y, x]))
        for i, (x, y) in enumerate(places)
    ]


def loop_costs(
    clip: Video, response: SemanticResponse, x: int, y: int, parameters: LoopParameters | None = None
) -> LabelCosts:
    """E_temp (eq. 2) of one pixel for every loop (p, s) of the grid."""
    parameters = parameters or LoopParameters()
    (here,) = pixels(clip, response, [(x, y)], parameters)
    periods, starts, period, start = _grid(clip, parameters)

    # every label is one pixel of a picture that shows this pixel everywhere
    color, semantic = (
        np.broadcast_to(signal[:, None, None], (len(signal), *period.shape, signal.shape[1]))
        for signal in (here.color, here.semantic)
    )
    natural = np.full(period.shape, here.natural)
    cost = temporal_cost(color, semantic, period, start, natural, parameters)
    return LabelCosts(periods, starts, np.where(period > 1, cost, np.nan))


def forgiveness(
    clip: Video, response: SemanticResponse, parameters: LoopParameters | None = None
) -> NDArray[np.float64]:
    """γ_t of eq. (3) over the picture, (H, W) in (0, 1]: small where a jump is forgiven."""
    parameters = parameters or LoopParameters()
    natural = response.natural_map(parameters.occurrence_threshold)
    return temporal_factor(clip.frames / 255.0, natural, parameters)


def case_of(first: Label, second: Label) -> str:
    """Which case of E_spa two labels are, in words."""
    (p1, s1), (p2, s2) = first, second
    if p1 == p2:
        if s1 == s2:
            return "equal labels: free"
        return "two still frames" if p1 == 1 else "one period, two starts"
    if 1 in (p1, p2):
        return "a still frame beside a loop"
    return f"two periods with greatest common divisor {math.gcd(p1, p2)}"


def pair_cost(
    clip: Video,
    response: SemanticResponse,
    at: tuple[int, int],
    beside: tuple[int, int],
    first: Label,
    second: Label,
    parameters: LoopParameters | None = None,
) -> float:
    """E_spa (eq. 4) of two neighboring pixels with labels ``first`` and ``second``, by cases.

    ``at`` and ``beside`` are (x, y), 4-neighbors of each other.
    """
    return mean_distance(_pair_signal(clip, response, at, beside, parameters), first, second)


def pair_costs(
    clip: Video,
    response: SemanticResponse,
    at: tuple[int, int],
    beside: tuple[int, int],
    first: Label,
    parameters: LoopParameters | None = None,
) -> tuple[LabelCosts, Array]:
    """E_spa between ``first`` at one pixel and every label at its neighbor.

    Returns
    -------
    loops : LabelCosts
    stills : (T,) float64, the cost beside each still frame
    """
    parameters = parameters or LoopParameters()
    signal = _pair_signal(clip, response, at, beside, parameters)
    periods, starts, period, start = _grid(clip, parameters)
    cost = np.full(period.shape, np.nan)
    for i, j in np.argwhere(period > 1):
        cost[i, j] = mean_distance(signal, first, (int(period[i, j]), int(start[i, j])))
    stills = np.array([mean_distance(signal, first, (1, s)) for s in range(len(clip))])
    return LabelCosts(periods, starts, cost), stills


def _pair_signal(
    clip: Video,
    response: SemanticResponse,
    at: tuple[int, int],
    beside: tuple[int, int],
    parameters: LoopParameters | None,
) -> Array:
    """Colors and responses of both pixels, (T, 2·(3 + K)), times the roots of their weights in eq. (4).

    Its ``mean_distance`` of two labels is E_spa.
    """
    parameters = parameters or LoopParameters()
    (x1, y1), (x2, y2) = sorted([at, beside])
    if abs(x1 - x2) + abs(y1 - y2) != 1:
        raise LoopError(f"The pixels {at} and {beside} (x, y) are no 4-neighbors.")
    right, down = connectivity(response, parameters)
    parts = []
    for end in pixels(clip, response, [at, beside], parameters):
        parts.append(math.sqrt((1 - parameters.w) / 3) * end.color)
        parts.append(math.sqrt(parameters.w / end.semantic.shape[1]) * end.semantic)
    gamma = right[y1, x1] if y1 == y2 else down[min(y1, y2), x1]
    return math.sqrt(gamma) * np.concatenate(parts, axis=1)


def _grid(
    clip: Video, parameters: LoopParameters
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Periods and starts of a clip, and both as (P, S) maps with period 1 where the loop does not fit."""
    space = LabelSpace.of_clip(len(clip.frames), clip.fps, parameters)
    periods = np.array(space.periods, np.int32)
    starts = space.starts(space.periods[0])
    period, start = np.meshgrid(periods, starts, indexing="ij")
    fits = start + period <= space.frames - 1
    return periods, starts, np.where(fits, period, 1).astype(np.int32), start.astype(np.int32)
