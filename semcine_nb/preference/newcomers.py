"""People who are not in the database yet: predictions from a few ratings, and what to ask them about next.

Three ways: ``nearest_person`` (the paper's, Sec. 4.2), ``JointModel.fit_user`` with the maps fixed, and
here the posterior of the Gaussian process. A newcomer's loadings come from a ``Population``: a mixture with
one component around each known person, as wide as simulated newcomers need (all the way to one Gaussian,
where tastes form a continuum; narrow, where they form groups). Ratings update it in closed form. Known
people alone would make that overconfident, so deviations are calibrated on the same simulated newcomers:
people whose ratings were held back while the model was learned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from .data import Floats, Indices, Ratings
from .factors import Factors

COUNTS = (0, 1, 5, 20)  # ratings after which simulated newcomers are looked at
WIDTHS = (1.0, 0.7, 0.4, 0.2)  # of a component, in parts of the population's covariance
CALIBRATION_PEOPLE = 200  # at most this many people play newcomers, and are components of the mixture
CALIBRATION_STRENGTH = 30.0


@dataclass(frozen=True)
class Population:
    """Distribution of newcomers: equally likely components, ``means`` (c, q+1), ``covs`` (c, q+1, q+1)."""

    means: Floats
    covs: Floats

    @classmethod
    def around(cls, factors: Factors, width: float, rng: np.random.Generator) -> Population:
        """Components of ``width`` around known people, drawn in so that the whole keeps its covariance."""
        if width >= 1:
            return cls(factors.mean[None], factors.cov[None])
        some = np.sort(rng.permutation(len(factors.people))[:CALIBRATION_PEOPLE])
        means = factors.mean + np.sqrt(1 - width) * (factors.people[some] - factors.mean)
        return cls(means, (1 - width) * factors.people_cov[some] + width * factors.cov)

    def posterior(self, factors: Factors, items: Indices, values: Floats) -> tuple[Floats, Floats]:
        """Mean (q+1,) and covariance of a newcomer's loadings after ``values`` for ``items``."""
        means, covs = self.means, self.covs
        weight: Floats = np.full(len(means), 1 / len(means))
        if len(items):
            phi = np.column_stack([np.ones(len(items)), factors.items[items]])
            noise = item_noise(factors)[items]
            residual = values - means @ phi.T
            reach = covs @ phi.T
            inverse = np.linalg.inv(phi @ reach + np.diag(noise))
            solved = np.einsum("jkl,jl->jk", inverse, residual)
            likelihood = -0.5 * (np.sum(residual * solved, axis=1) - np.linalg.slogdet(inverse)[1])
            weight = softmax(likelihood)
            means = means + np.einsum("jak,jk->ja", reach, solved)
            covs = covs - reach @ inverse @ reach.transpose(0, 2, 1)
        mean = weight @ means
        apart = means - mean
        return mean, np.einsum("j,jab->ab", weight, covs) + (apart * weight[:, None]).T @ apart


@dataclass(frozen=True)
class Calibration:
    """``width`` of the components, and factors on a newcomer's deviations after ``counts`` ratings."""

    width: float
    counts: tuple[int, ...]
    factors: tuple[float, ...]

    def at(self, count: int) -> float:
        """The factor after ``count`` ratings, interpolated in log(1 + count)."""
        return float(np.interp(np.log1p(count), np.log1p(self.counts), self.factors))


def nearest_person(completed: Floats, items: Indices, values: Floats, shown: Floats | None = None) -> Floats:
    """Ratings (m,) completed for the known person who is nearest on ``items``: the paper's way.

    Distance is that of the given ratings to the person's completed ones (m, n); ties are averaged. The result
    is shifted toward the newcomer's own level. Without ratings it is the mean over people. ``shown`` (m', n),
    predictions for other cinemagraphs, gives that person's ratings (m',) of those instead.
    """
    shown = completed if shown is None else shown
    if not len(items):
        return shown.mean(axis=1)
    distance = np.mean((completed[items] - values[:, None]) ** 2, axis=0)
    nearest = np.flatnonzero(distance <= distance.min() + 1e-12)
    level = (values - completed[:, nearest].mean(axis=1)[items]).sum() / (len(items) + 1)
    return shown[:, nearest].mean(axis=1) + level


def item_noise(factors: Factors) -> Floats:
    """Variance (m,) with which a newcomer's rating shows ℓᵀ[1; ẑ_i]: error and doubt about the item."""
    taste = factors.cov[1:, 1:] + np.outer(factors.mean[1:], factors.mean[1:])
    return factors.noise.mean() + np.einsum("iab,ab->i", factors.item_cov, taste)


def choose_items(factors: Factors, cov: Floats, known: Indices, n: int) -> Indices:
    """Greedily the ``n`` items whose ratings are expected to tell most about the newcomer's order of all
    items.

    That is the summed variance of the predictions around their own mean: a person's level orders nothing.
    ``cov`` (q+1, q+1) is the covariance of the newcomer's loadings; ``known`` items are not asked again.
    """
    m = len(factors.items)
    phi = np.column_stack([np.ones(m), factors.items])
    noise = item_noise(factors)
    centered = phi - phi.mean(axis=0)
    spread = centered.T @ centered + 1e-3 * phi.T @ phi
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
    """Calibrate on a fifth of the people, who are left out of learning and arrive with a few ratings each.

    The width of the population is the one under which their other ratings are most likely. The factors
    compare errors with deviations.
    """
    n = ratings.shape[1]
    if n < 10:
        return Calibration(1.0, (0,), (1.0,))
    away = np.sort(rng.permutation(n)[: min(n // 5, CALIBRATION_PEOPLE)])
    out = np.isin(ratings.columns, away)
    factors = learn(ratings.take(~out), rng)
    kept = np.setdiff1d(np.arange(n), away)
    factors.people, factors.people_cov = factors.people[kept], factors.people_cov[kept]
    factors.noise = factors.noise[kept]
    populations = [Population.around(factors, width, rng) for width in WIDTHS]
    squares = np.full((len(WIDTHS), len(COUNTS)), CALIBRATION_STRENGTH)
    counts = np.full(len(COUNTS), CALIBRATION_STRENGTH)
    surprise = np.zeros(len(WIDTHS))
    order = np.argsort(ratings.columns, kind="stable")
    bounds = np.searchsorted(ratings.columns[order], np.stack([away, away + 1]))
    for start, stop in bounds.T:
        mine = ratings.take(rng.permutation(order[start:stop]))
        for k, count in enumerate(COUNTS):
            first, rest = mine.take(np.arange(min(count, len(mine)))), mine.take(np.arange(count, len(mine)))
            share = min(1.0, 20 / max(len(rest), 1))  # one person's ratings err together: at most 20 count
            counts[k] += share * len(rest)
            for w, population in enumerate(populations):
                error, variance = _foresee(factors, population, first, rest)
                squares[w, k] += share * np.sum(error**2 / variance)
                surprise[w] += share * np.sum(error**2 / variance + np.log(variance))
    best = int(np.argmin(surprise))
    factor = np.clip(np.sqrt(squares[best] / counts), 0.5, 2.0)
    return Calibration(WIDTHS[best], COUNTS, tuple(factor.tolist()))


def _foresee(
    factors: Factors, population: Population, first: Ratings, rest: Ratings
) -> tuple[Floats, Floats]:
    """Errors of a simulated newcomer's other ratings, and the variances that were expected."""
    loading, cov = population.posterior(factors, first.rows, first.values)
    phi = np.column_stack([np.ones(len(rest)), factors.items[rest.rows]])
    moment = cov[1:, 1:] + np.outer(loading[1:], loading[1:])
    variance = factors.noise.mean() + np.einsum("ia,ab,ib->i", phi, cov, phi)
    variance += np.einsum("iab,ab->i", factors.item_cov[rest.rows], moment)
    return rest.values - phi @ loading, variance
