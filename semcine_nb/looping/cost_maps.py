"""Where the energy of a labelling lies: eq. (1) by pixel and term, for looking at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..errors import LoopError
from ..progress import Progress, silent
from .costs import loop_tables
from .energy import connectivity
from .labels import check_labelling
from .pairs import distance, jump

if TYPE_CHECKING:
    from .cinemagraph import Cinemagraph


# what the tables need not know: it only scales the label term
_LABEL_TERM: dict[str, Any] = {"alpha_label": 1.0, "alpha_static": 1.0, "alpha_infinity": 1.0}


@dataclass(frozen=True, eq=False)
class CostMaps:
    """Eq. (1) spread over the picture; the sums are the terms of ``LoopEnergy``.

    Attributes
    ----------
    temporal, label, spatial : (H, W) float32, weighted; of each pair of neighbours either bears half
    connectivity : (H, W) float32, mean γ_s (eq. 5) of a pixel's pairs: 1 inside, small between categories
    """

    temporal: NDArray[np.float32]
    label: NDArray[np.float32]
    spatial: NDArray[np.float32]
    connectivity: NDArray[np.float32]


def cost_maps(cinemagraph: Cinemagraph, progress: Progress = silent) -> CostMaps:
    """Costs of every pixel's label, as the solver counts them (colour exact, semantics to half a grey level).

    Takes two to five processor seconds and T·H·W·8 bytes at 960×540×90.

    Raises
    ------
    LoopError
        If the cinemagraph has no response, as one that was loaded from a file.
    """
    return cost_maps_of([cinemagraph], progress)[0]


def cost_maps_of(cinemagraphs: Sequence[Cinemagraph], progress: Progress = silent) -> tuple[CostMaps, ...]:
    """Cost maps of each. Labellings of one clip and response, as before and after an edit, share the tables.

    The tables take most of the time; of different ones only one is held at a time.

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
    """What the tables depend on: of the parameters all but those of the label term."""
    return id(cinema.video), id(cinema.response), replace(cinema.parameters, **_LABEL_TERM)


def _costs_of(cinemas: Sequence[Cinemagraph], progress: Progress) -> list[CostMaps]:
    """Costs of labellings that share their tables."""
    video, response = cinemas[0].video, cinemas[0].response
    if response is None:
        raise LoopError("This cinemagraph was loaded without its semantic response: its costs are not known.")
    shared = replace(cinemas[0].parameters, **_LABEL_TERM)
    tables = loop_tables(video, response, shared, progress=progress)
    connected = _mean_of_pairs(*connectivity(response, shared))
    found = []
    for cinema in cinemas:
        parameters, period = cinema.parameters, cinema.period
        check_labelling(period, cinema.start, len(video))
        temporal, spatial = _costs(
            tables.vectors, tables.scale, tables.temporal_factor, tables.right, tables.down,
            np.ascontiguousarray(period, np.int32), np.ascontiguousarray(cinema.start, np.int32),
        )  # fmt: skip
        static = period == 1
        short = ~static & (period <= parameters.short_range(video.fps)) & tables.natural
        label = parameters.alpha_static * tables.static_penalty * (static & cinema.candidate.mask)
        label = parameters.alpha_label * (label + parameters.alpha_infinity * short)
        found.append(CostMaps(temporal, label.astype(np.float32), spatial, connected))
    return found


def _mean_of_pairs(right: NDArray, down: NDArray) -> NDArray[np.float32]:
    """For each pixel the mean over its two to four pairs; 1 where there is no neighbour at all."""
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
def _costs(vectors, scale, gamma, right, down, period, start):
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    size = t * c
    sums1, sums2 = np.zeros(size, np.int32), np.zeros(size, np.int32)
    temporal, spatial = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    for y in range(h):
        for x in range(w):
            o = (y * w + x) * size
            p, s = period[y, x], start[y, x]
            if p > 1:
                temporal[y, x] = scale * gamma[y, x] * jump(u, o, c, p, s)
            for d in range(2):
                y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                if y2 >= h or x2 >= w:
                    continue
                q, r = period[y2, x2], start[y2, x2]
                if p == q and s == r:
                    continue
                o2 = (y2 * w + x2) * size
                apart = distance(u, o, c, p, s, q, r, sums1, sums2)
                apart += distance(u, o2, c, p, s, q, r, sums1, sums2)
                half = 0.5 * scale * (right[y, x] if d == 0 else down[y, x]) * apart
                spatial[y, x] += half
                spatial[y2, x2] += half
    return temporal, spatial
