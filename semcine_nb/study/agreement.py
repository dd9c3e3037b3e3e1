"""Agreement of people with each other (Krippendorff's α) and with themselves (repeated cinemagraphs)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import RatingError
from .events import Event

METRICS = ("nominal", "ordinal", "interval")


def krippendorff_alpha(ratings: ArrayLike, metric: str = "ordinal") -> float:
    """Krippendorff's α of a ratings matrix: 1 where all agree, 0 where they agree as by chance.

    ``ratings``: (m, n), a row a cinemagraph, a column a person, NaN where unrated; any number may be missing.
    ``metric``: how far two ratings are apart: "ordinal" (by how many ratings lie between them), "interval"
    (squared difference) or "nominal" (equal or not).

    NaN where all paired ratings are the same number: without variation there is nothing to agree about.

    Raises RatingError where no cinemagraph was rated by two people.

    K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", University of Pennsylvania, 2011.
    """
    try:
        values = np.asarray(ratings, dtype=float)
    except (TypeError, ValueError) as error:
        raise RatingError(f"ratings must be numbers with NaN where unrated: {error}") from None
    if values.ndim != 2:
        raise RatingError(f"ratings must be (cinemagraphs, people), not of shape {values.shape}")
    if metric not in METRICS:
        raise RatingError(f"metric is one of {', '.join(METRICS)}, not {metric!r}")
    if np.isinf(values).any():
        raise RatingError("ratings must be finite, or NaN where unrated")
    scale = np.unique(values[~np.isnan(values)])
    counts = np.zeros((len(values), len(scale)))
    for k, value in enumerate(scale):
        counts[:, k] = (values == value).sum(axis=1)
    counts = counts[counts.sum(axis=1) >= 2]  # a lone rating can be compared with none
    if not counts.size:
        raise RatingError("no cinemagraph was rated by two people: there is no agreement to measure")
    # coincidences: every ordered pair of two people's ratings of one cinemagraph, weighted 1 / (people − 1)
    weights = 1 / (counts.sum(axis=1) - 1)
    observed = np.einsum("u,uc,uk->ck", weights, counts, counts) - np.diag(weights @ counts)
    totals = observed.sum(axis=1)
    distance = _squared_distance(scale, totals, metric)
    expected = (np.outer(totals, totals) * distance).sum()
    if expected == 0:
        return float("nan")
    return float(1 - (totals.sum() - 1) * (observed * distance).sum() / expected)


def _squared_distance(
    scale: NDArray[np.float64], totals: NDArray[np.float64], metric: str
) -> NDArray[np.float64]:
    if metric == "nominal":
        return 1 - np.eye(len(scale))
    # ordinal: a value's place is the middle of the ratings that chose it, so that δ_ck = n_c/2 + … + n_k/2
    place = np.cumsum(totals) - totals / 2 if metric == "ordinal" else scale
    return np.asarray(np.subtract.outer(place, place) ** 2)


@dataclass(frozen=True)
class Consistency:
    """Agreement of a person with themselves on ``pairs`` cinemagraphs that were shown twice.

    ``same``: share rated the same; ``within_one``: share at most one star apart; ``difference``: mean
    absolute difference in stars. All NaN where ``pairs`` is 0.
    """

    pairs: int
    same: float
    within_one: float
    difference: float


def rater_consistency(events: Iterable[Event]) -> dict[str, Consistency]:
    """Each person's :class:`Consistency`, from the events that count (``store.history(effective=True)``).

    A pair is a repeat and the last rating of the same cinemagraph by the same person before it.
    """
    last: dict[tuple[str, str], int] = {}
    differences: dict[str, list[int]] = {}
    for event in events:
        if event.value is None or event.phase == "pilot":
            continue
        seen = differences.setdefault(event.person, [])
        key = (event.person, event.item)
        if event.phase == "repeat" and key in last:
            seen.append(abs(event.value - last[key]))
        last[key] = event.value
    return {person: _consistency(np.array(values)) for person, values in differences.items()}


def _consistency(differences: NDArray[np.int_]) -> Consistency:
    if not differences.size:
        return Consistency(0, float("nan"), float("nan"), float("nan"))
    same, within_one = np.mean(differences == 0), np.mean(differences <= 1)
    return Consistency(len(differences), float(same), float(within_one), float(differences.mean()))
