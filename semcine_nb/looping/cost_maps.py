"""Maps of the energy of a labelling: eq. (1) by pixel and term, for looking at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..errors import LoopError
from ..progress import Progress, silent
from ..rendering.labelling import Labelling
from .costs import Costs, clip_costs, label_map, pair_cost, scratch_of, temporal_cost
from .energy import connectivity

if TYPE_CHECKING:
    from .cinemagraph import Cinemagraph


@dataclass(frozen=True, eq=False)
class CostMaps:
    """Eq. (1) spread over the picture; the sums are the terms of ``LoopEnergy``.

    Attributes
    ----------
    temporal, label, spatial : (H, W) float32, weighted; of each pair of neighbors either bears half
    connectivity : (H, W) float32, mean γ_s (eq. 5) of a pixel's pairs: 1 inside, small between categories
    """

    temporal: NDArray[np.float32]
    label: NDArray[np.float32]
    spatial: NDArray[np.float32]
    connectivity: NDArray[np.float32]


def cost_maps(cinemagraph: Cinemagraph, progress: Progress = silent) -> CostMaps:
    """Costs of every pixel's label, as the solver counts them (color exact, semantics to half a gray level).

    Takes two to five processor seconds and T·H·W·8 bytes at 960×540×90.

    Raises
    ------
    LoopError
        If the cinemagraph has no response, as one that was loaded from a file.
    """
    return cost_maps_of([cinemagraph], progress)[0]


def cost_maps_of(cinemagraphs: Sequence[Cinemagraph], progress: Progress = silent) -> tuple[CostMaps, ...]:
    """Cost maps of each; labellings of one clip, as before and after an edit, share its costs.

    These take most of the time; of different ones only one is held at a time.

    Raises
    ------
    LoopError
        If a cinemagraph has no response, as one that was loaded from a file, or a label does not fit.
    """
    found: dict[int, CostMaps] = {}
    groups: dict[object, list[int]] = {}
    for place, cinema in enumerate(cinemagraphs):
        groups.setdefault(_shared(cinema), []).append(place)
    for places in groups.values():
        costs = _costs_of([cinemagraphs[place] for place in places], progress)
        found |= zip(places, costs, strict=True)
    return tuple(found[place] for place in range(len(cinemagraphs)))


def _shared(cinema: Cinemagraph) -> tuple[object, ...]:
    """Key of the costs of a clip; an edit changes α_sta alone, of which they are independent."""
    return id(cinema.video), id(cinema.response), replace(cinema.parameters, alpha_static=0.0)


def _costs_of(cinemas: Sequence[Cinemagraph], progress: Progress) -> list[CostMaps]:
    """Costs of labellings that share the costs of their clip."""
    video, response, parameters = cinemas[0].video, cinemas[0].response, cinemas[0].parameters
    if response is None:
        raise LoopError("This cinemagraph was loaded without its semantic response: its costs are not known.")
    shared = clip_costs(video, response, parameters, progress=progress)
    connected = _mean_of_pairs(*connectivity(response, parameters))
    found = []
    for cinema in cinemas:
        labels = cinema.labels
        labels.check(len(video))
        costs = shared.of(cinema.candidate, cinema.parameters)
        temporal, spatial = _spread(costs, labels)
        found.append(CostMaps(temporal, label_map(costs, labels), spatial, connected))
    return found


def _mean_of_pairs(right: NDArray, down: NDArray) -> NDArray[np.float32]:
    """For each pixel the mean over its two to four pairs; 1 where there is no neighbor at all."""
    h, w = right.shape[0], down.shape[1]
    total, count = np.zeros((h, w)), np.zeros((h, w))
    for pairs, ends in (
        (right, (np.s_[:, :-1], np.s_[:, 1:])),
        (down, (np.s_[:-1], np.s_[1:])),
    ):
        for end in ends:
            total[end] += pairs
            count[end] += 1
    return np.where(count > 0, total / np.maximum(count, 1), 1).astype(np.float32)


@njit(cache=True, nogil=True)
def _spread(costs: Costs, labels: Labelling) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """E_temp and α₂·E_spa of every pixel, (H, W) each; either of a pair bears half."""
    h, w = labels.period.shape
    scratch = scratch_of(costs)
    temporal, spatial = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    for y in range(h):
        for x in range(w):
            here = (labels.period[y, x], labels.start[y, x])
            temporal[y, x] = temporal_cost(costs, y, x, here)
            for d in range(2):
                y2, x2 = y + d, x + 1 - d
                if y2 < h and x2 < w:
                    beside = (labels.period[y2, x2], labels.start[y2, x2])
                    half = 0.5 * pair_cost(costs, (d, y, x), here, beside, scratch)
                    spatial[y, x] += half
                    spatial[y2, x2] += half
    return temporal, spatial
