"""People who are not in the database yet: predictions from a few ratings, and what to ask them about next.

Three ways: ``nearest_person`` (the paper's, Sec. 4.2), ``fit_user`` in ``joint`` (u with the maps fixed),
and here the posterior of the Gaussian process: a newcomer's loadings are drawn from the population's N(a,
A), which their ratings update in closed form. Known people alone would make that overconfident, so the
deviations are calibrated on simulated newcomers: people whose ratings were held back while the model was
learnt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .base import Floats, Ratings
from .factors import Factors

COUNTS = (0, 1, 5, 20)  # ratings after which simulated newcomers are looked at
CALIBRATION_PEOPLE = 200  # at most this many people play newcomers
CALIBRATION_STRENGTH = 30.0


@dataclass(frozen=True)
class Calibration:
    """Factor on a newcomer's standard deviations after each of ``counts`` ratings."""

    counts: tuple[int, ...]
    factors: tuple[float, ...]

    def at(self, count: int) -> float:
        """The factor after ``count`` ratings, interpolated in log(1 + count)."""
        return float(np.interp(np.log1p(count), np.log1p(self.counts), self.factors))


def nearest_person(completed: Floats, items: NDArray[np.int64], values: Floats) -> Floats:
    """Ratings (m,) completed for the known person who is nearest on ``items``: the paper's way.

    Distance is that of the given ratings to the person's completed ones (m, n); ties are averaged. The result
    is shifted to the newcomer's own mean. Without ratings it is the mean over people.
    """
    if not len(items):
        return completed.mean(axis=1)
    distance = np.mean((completed[items] - values[:, None]) ** 2, axis=0)
    nearest = np.flatnonzero(distance <= distance.min() + 1e-12)
    column = completed[:, nearest].mean(axis=1)
    result: Floats = column + (values - column[items]).sum() / (len(items) + 1)
    return result


def item_noise(factors: Factors) -> Floats:
    """Variance (m,) with which a newcomer's rating of each item shows ℓᵀ[1; ẑ_i]: error and the item's own
    doubt."""
    taste = factors.cov[1:, 1:] + np.outer(factors.mean[1:], factors.mean[1:])
    result: Floats = factors.noise.mean() + np.einsum("iab,ab->i", factors.item_cov, taste)
    return result


def newcomer_loading(
    factors: Factors, items: NDArray[np.int64], values: Floats
) -> tuple[Floats, Floats, float]:
    """Posterior mean (q+1,) and covariance of a newcomer's loadings, and the error variance of their
    ratings."""
    phi = np.column_stack([np.ones(len(items)), factors.items[items]])
    weighted = phi / item_noise(factors)[items][:, None]
    inverse = np.linalg.inv(factors.cov)
    cov = np.linalg.inv(inverse + weighted.T @ phi)
    mean = cov @ (inverse @ factors.mean + weighted.T @ values)
    return mean, cov, float(factors.noise.mean())


def choose_items(factors: Factors, known: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Greedily the ``n`` items whose ratings reduce the summed variance of all predictions most."""
    m = len(factors.items)
    phi = np.column_stack([np.ones(m), factors.items])
    noise = item_noise(factors)
    weighted = phi[known] / noise[known][:, None]
    cov = np.linalg.inv(np.linalg.inv(factors.cov) + weighted.T @ phi[known])
    spread = phi.T @ phi
    open_ = np.ones(m, dtype=bool)
    open_[known] = False
    chosen: list[int] = []
    for _ in range(max(0, min(n, int(open_.sum())))):
        reach = phi @ cov
        total = noise + np.einsum("iq,iq->i", reach, phi)
        gain = np.where(open_, np.einsum("iq,iq->i", reach @ spread, reach) / total, -np.inf)
        best = int(np.argmax(gain))
        chosen.append(best)
        open_[best] = False
        cov = cov - np.outer(reach[best], reach[best]) / total[best]
    return np.array(chosen, dtype=np.int64)


def calibrate_newcomers(
    learn: Callable[[Ratings, np.random.Generator], Factors], ratings: Ratings, rng: np.random.Generator
) -> Calibration:
    """Learn without a fifth of the people, let them arrive with a few ratings each, compare error and
    deviation."""
    n = ratings.shape[1]
    if n < 10:
        return Calibration((0,), (1.0,))
    order = rng.permutation(n)
    away = np.sort(order[: min(n // 5, CALIBRATION_PEOPLE)])
    out = np.isin(ratings.columns, away)
    # the people who play newcomers keep their empty column, so that indices stay; they have the prior's
    # loadings
    factors = learn(ratings.take(~out), rng)
    kept = np.setdiff1d(np.arange(n), away)
    factors.noise = factors.noise[kept]
    squares = np.full(len(COUNTS), CALIBRATION_STRENGTH)
    counts = np.full(len(COUNTS), CALIBRATION_STRENGTH)
    for j in away:
        mine = ratings.take(ratings.columns == j)
        shuffled = rng.permutation(len(mine))
        for k, count in enumerate(COUNTS):
            if len(mine) <= count:
                continue
            first, rest = shuffled[:count], shuffled[count:]
            loading, cov, noise = newcomer_loading(factors, mine.rows[first], mine.values[first])
            z, z_cov = factors.items[mine.rows[rest]], factors.item_cov[mine.rows[rest]]
            phi = np.column_stack([np.ones(len(rest)), z])
            variance = noise + np.einsum("ia,ab,ib->i", phi, cov, phi)
            moment = cov[1:, 1:] + np.outer(loading[1:], loading[1:])
            variance += np.einsum("iab,ab->i", z_cov, moment)
            share = 20 / max(len(rest), 20)  # a person counts for at most twenty ratings: theirs err together
            squares[k] += share * np.sum((mine.values[rest] - phi @ loading) ** 2 / variance)
            counts[k] += share * len(rest)
    return Calibration(COUNTS, tuple(np.clip(np.sqrt(squares / counts), 0.5, 2.0).tolist()))
