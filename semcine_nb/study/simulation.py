"""Simulated rating studies of any size, with the statistics that the paper published about its own.

The 459 × 59 ratings of the paper were never published. These studies stand in for them wherever a model is
tried; every figure made from them has to say so (``SimulatedStudy.note``).

A cinemagraph has attributes: some show in its features (through a non-linear map with noise), some do not.
A person's taste is one of three structures, chosen so that none is the generative form of a model that this
package compares: every structure passes through a personal, non-linear response (thresholds fitted to the
person's own habit of using the scale) with heavy-tailed errors of personal size:

- ``"groups"``: types of people with saturating likes, a table of liked categories, own deviations;
- ``"continuous"``: tastes spread over a continuum of decaying rank, compressed for strong likes and dislikes;
- ``"nonlinear"``: every person prefers a personal *level* of several attributes (bell-shaped: full rank)
  and likes one attribute only where another is present.

The constants below were set from the paper's statistics alone, before any model was compared on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import softmax
from scipy.stats import beta

from ..errors import RatingError
from .simulated_items import VISIBLE, SimulatedItems, simulate_features, simulate_items

STRUCTURES = ("groups", "continuous", "nonlinear")

SHARES = {"appeal": 0.2, "taste": 0.5, "error": 0.3}  # of the variance of what a person feels about an item
DIVERSE = 0.7266  # share of the cinemagraphs whose ratings have σ > 1 (supplement, Fig. 2b)
RATED_SPREAD = 11.0  # a + b of the beta distribution of how much of the set a person gets through
TYPES = 6
DIRECTIONS = 12
DEGREES = 5  # of freedom of the errors: heavy tails


@dataclass(frozen=True)
class SimulatedStudy:
    """A study that nobody took part in.

    ``ratings`` (m, n) float64 with NaN where unrated (CSR with stored ratings only, if asked for);
    ``features`` (m, d) raw; ``blocks`` name → slice of the columns; ``groups`` (m,) int, the clip that each
    cinemagraph was made from; ``complete`` (m, n) uint8, what everybody would have given to everything.
    """

    ratings: NDArray[np.float64] | sp.csr_array
    features: NDArray[np.float64]
    blocks: dict[str, slice]
    groups: NDArray[np.int64]
    complete: NDArray[np.uint8]
    structure: str
    seed: int
    note: str = "simulated ratings"


def simulate_study(
    structure: str = "continuous",
    people: int = 59,
    cinemagraphs: int = 459,
    clips: int | None = None,
    rated: float = 0.63,
    motion_size: int = 4096,
    seed: int = 0,
    sparse: bool = False,
) -> SimulatedStudy:
    """Draw a study; the defaults are the paper's published size and statistics.

    Parameters
    ----------
    structure : one of ``STRUCTURES``.
    people, cinemagraphs, clips : sizes; clips is 244 in 459 of the cinemagraphs unless given.
    rated : mean share of the cinemagraphs that a person rates (each at least one), in random order.
    motion_size : columns of the motion block (4096 as C3D; smaller for quick tests).
    sparse : give ``ratings`` as a CSR array.

    Raises
    ------
    RatingError : unknown structure, or sizes and shares that cannot be.
    """
    if structure not in STRUCTURES:
        raise RatingError(f"structure {structure!r} is unknown; use one of {', '.join(STRUCTURES)}")
    if people < 1 or cinemagraphs < 1 or not 0 < rated <= 1 or motion_size < 1:
        raise RatingError(
            f"a study needs people, cinemagraphs and a share in (0, 1]: got {people}, {cinemagraphs}, {rated}"
        )
    clips = max(1, round(cinemagraphs * 244 / 459)) if clips is None else clips
    if not 1 <= clips <= cinemagraphs:
        raise RatingError(
            f"{cinemagraphs} cinemagraphs cannot come from {clips} clips; use 1 to {cinemagraphs}"
        )
    rng = np.random.default_rng([seed, STRUCTURES.index(structure)])
    items = simulate_items(cinemagraphs, clips, rng)
    features, blocks = simulate_features(items, motion_size, rng)
    feeling = _liking(structure, items, people, rng) + _errors(cinemagraphs, people, rng)[0]
    seen = _seen(cinemagraphs, people, rated, rng)
    complete = _responses(feeling, seen, rng)
    ratings: NDArray[np.float64] | sp.csr_array
    if sparse:
        rows, columns = np.nonzero(seen)
        ratings = sp.csr_array((complete[rows, columns].astype(float), (rows, columns)), shape=seen.shape)
    else:
        ratings = np.where(seen, complete.astype(float), np.nan)
    return SimulatedStudy(ratings, features, blocks, items.clip, complete, structure, seed)


def diversity(ratings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation σ of each cinemagraph's ratings (m,), NaN where it has fewer than two (Fig. 2b)."""
    known = np.isfinite(ratings)
    count = known.sum(axis=1)
    filled = np.where(known, ratings, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    variance = (np.where(known, ratings - mean[:, None], 0.0) ** 2).sum(axis=1) / np.maximum(count, 1)
    return np.where(count >= 2, np.sqrt(variance), np.nan)


def _liking(
    structure: str, items: SimulatedItems, people: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Liking of each item by each person (m, n) before errors: appeal and taste, by ``SHARES``."""
    x = items.attributes
    m = len(x)
    seen_part = np.tanh(_unit(x[:, :VISIBLE] @ rng.normal(size=VISIBLE)))
    appeal = _unit(_unit(seen_part) + rng.normal(size=m))
    tastes = {"groups": _group_taste, "continuous": _continuous_taste, "nonlinear": _nonlinear_taste}
    taste = tastes[structure](items, people, rng).astype(np.float32)
    if people > 1:
        taste -= taste.mean(axis=1, keepdims=True)  # what all share is appeal, not taste
    taste /= max(float(taste.std()), 1e-6)
    appeal_part = np.float32(np.sqrt(SHARES["appeal"])) * appeal[:, None].astype(np.float32)
    return appeal_part + np.float32(np.sqrt(SHARES["taste"])) * taste


def _errors(m: int, people: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Errors of single answers (m, n), Student's t of ``DEGREES``, and each person's scale of them (n,)."""
    reliability = np.exp(rng.normal(scale=0.25, size=people)).astype(np.float32)
    spread = np.float32(np.sqrt(DEGREES / (DEGREES - 2)))
    share = np.float32(np.sqrt(SHARES["error"]))
    error = rng.standard_t(DEGREES, size=(m, people)).astype(np.float32) / spread * reliability
    return share * error, share / spread * reliability


def _group_taste(items: SimulatedItems, people: int, rng: np.random.Generator) -> NDArray[np.float64]:
    x = items.attributes
    likes = rng.normal(size=(TYPES, x.shape[1]))
    table = rng.normal(size=(TYPES, items.category.max() + 1))
    kind = rng.choice(TYPES, size=people, p=rng.dirichlet(np.full(TYPES, 4.0)))
    typical = np.tanh(1.2 * _unit(x @ likes.T)) + 0.5 * np.tanh(table.T[items.category])
    own = _unit(x @ rng.normal(size=(x.shape[1], people)))
    strength = rng.uniform(0.5, 1.3, size=people)
    return typical[:, kind] * strength + 0.35 * own


def _continuous_taste(items: SimulatedItems, people: int, rng: np.random.Generator) -> NDArray[np.float64]:
    x = items.attributes
    directions = rng.normal(size=(x.shape[1], DIRECTIONS)) * 0.8 ** np.arange(DIRECTIONS)
    liking = _unit(
        (x @ directions).astype(np.float32) @ rng.normal(size=(DIRECTIONS, people)).astype(np.float32)
    )
    return liking / (1 + np.abs(liking) / 2)


def _nonlinear_taste(items: SimulatedItems, people: int, rng: np.random.Generator) -> NDArray[np.float64]:
    x = items.attributes
    levels = _unit(x @ rng.normal(size=(x.shape[1], 6)))
    wanted = rng.normal(scale=0.9, size=(people, 6))
    strength = rng.gamma(2.0, 0.5, size=(people, 6))
    result = np.zeros((len(x), people), dtype=np.float32)
    for r in range(6):
        bell = np.exp(-((levels[:, r, None] - wanted[None, :, r]) ** 2) / (2 * 0.8**2))
        result += (strength[:, r] * bell).astype(np.float32)
    gate = 1 / (1 + np.exp(-3 * levels[:, 0]))
    return result + 0.5 * rng.normal(size=people) * (gate * levels[:, 1])[:, None]


def _responses(
    feeling: NDArray[np.float32], seen: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Ratings 1–5 by personal thresholds; how much of the scale is used is set to meet ``DIVERSE``."""
    m, n = feeling.shape
    place = (np.argsort(np.argsort(feeling, axis=0), axis=0).astype(np.float32) + 0.5) / m
    tilt = rng.normal(scale=0.8, size=(n,))
    habit = rng.normal(scale=0.5, size=(n,))
    some = rng.permutation(n)[:400]
    low, high = (-3.0, 3.0) if n > 2 else (-0.5, -0.5)  # σ over one or two people says nothing
    middle = (low + high) / 2
    for _ in range(24 if n > 2 else 0):
        ratings = _cut(place[:, some], tilt[some], habit[some] + middle)
        spread = diversity(np.where(seen[:, some], ratings.astype(float), np.nan))
        low, high = (middle, high) if np.mean(spread[np.isfinite(spread)] > 1) < DIVERSE else (low, middle)
        middle = (low + high) / 2
    return _cut(place, tilt, habit + middle)


def _cut(
    place: NDArray[np.float32], tilt: NDArray[np.float64], extremity: NDArray[np.float64]
) -> NDArray[np.uint8]:
    step = np.linspace(-1.0, 1.0, 5)
    share = softmax(extremity[:, None] * step**2 + tilt[:, None] * step, axis=1)
    cuts = np.cumsum(share, axis=1)[:, :4]
    ratings = np.ones(place.shape, dtype=np.uint8)
    for k in range(4):
        ratings += place > cuts[:, k].astype(np.float32)
    return ratings


def _seen(m: int, n: int, rated: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Cinemagraphs that each person rated (m, n) bool: a random order, cut at a personal count."""
    if rated == 1:
        return np.ones((m, n), dtype=bool)
    share = beta.ppf((np.arange(n) + 0.5) / n, RATED_SPREAD * rated, RATED_SPREAD * (1 - rated))
    count = np.clip(np.round(rng.permutation(share) * m), 1, m)
    order = np.argsort(rng.random((m, n), dtype=np.float32), axis=0)
    seen = np.zeros((m, n), dtype=bool)
    np.put_along_axis(seen, order, np.arange(m)[:, None] < count, axis=0)
    return seen


def _unit(x: NDArray[np.floating]) -> NDArray[np.floating]:
    """Columns with mean 0 and variance 1 (left at 0 where they are constant)."""
    centered = x - x.mean(axis=0)
    deviation = centered.std(axis=0)
    return centered / np.where(deviation > 1e-9, deviation, 1.0)
