"""The explorer's maps as bytes for its page, and the energy that each labelling is measured by."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from semcine_nb.looping import Cinemagraph
from semcine_nb.looping.cost_maps import CostMaps

TERMS = ("temporal", "label", "spatial")


def measured(cinemas: Sequence[Cinemagraph]) -> tuple[Cinemagraph, ...]:
    """The labellings as eq. (1) measures them; none if no response is known.

    One without a response (loaded from a file, or by a method that knows colors only) is measured by the
    first that has one: by its response, candidate and parameters.
    """
    known = next((cinema for cinema in cinemas if cinema.response is not None), None)
    if known is None:
        return ()
    return tuple(
        c
        if c.response is not None
        else replace(c, response=known.response, candidate=known.candidate, parameters=known.parameters)
        for c in cinemas
    )


def kept_categories(cinemas: Sequence[Cinemagraph]) -> tuple[list[str], NDArray[np.uint8]]:
    """The kept categories, and which of them each pixel has most often, (H, W)."""
    for cinema in cinemas:
        if cinema.response is not None:
            most = cinema.response.occurrences().argmax(axis=-1)
            return list(cinema.response.categories), most.astype(np.uint8)
    return [], np.zeros(cinemas[0].period.shape, np.uint8)


def pack_maps(cinemas: Sequence[Cinemagraph], category: NDArray[np.uint8]) -> bytes:
    """zlib of (H, W) planes: p and s (uint16) of each labelling, then the category (uint8)."""
    planes: list[NDArray] = []
    for cinema in cinemas:
        planes += [cinema.period.astype("<u2"), cinema.start.astype("<u2")]
    return _deflated([*planes, category])


def pack_costs(costs: Sequence[CostMaps]) -> tuple[bytes, list[list[float]]]:
    """zlib of (H, W) planes, and the largest value of each term of each labelling.

    Each term of each labelling (uint16), then γ_s (uint8). A cost is stored as 65535·√(cost / largest): fine
    where costs are small, as most are.
    """
    planes: list[NDArray] = []
    scales = []
    for maps in costs:
        terms = [getattr(maps, term) for term in TERMS]
        scales.append([float(max(term.max(), 1e-12)) for term in terms])
        planes += [
            np.rint(65535 * np.sqrt(term / scale)).astype("<u2")
            for term, scale in zip(terms, scales[-1], strict=True)
        ]
    planes.append(np.rint(255 * costs[0].connectivity).astype(np.uint8))
    return _deflated(planes), scales


def _deflated(planes: Sequence[NDArray]) -> bytes:
    return zlib.compress(b"".join(plane.tobytes() for plane in planes), 3)
