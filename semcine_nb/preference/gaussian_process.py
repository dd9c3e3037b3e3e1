"""The product's model: a Gaussian process over (cinemagraph, person) pairs, for rated and for unseen items.

cov(y_ij, y_i'j') = Σ_k K_k(i, i') λ_jk λ_j'k + …: people covary through learned loadings (``factors``), items
through factors whose covariance comes partly from features, a kernel a block (``kernels``, ``item_prior``).
A new cinemagraph gets factors from its features and is therefore ranked differently for different people,
which the additive f of the paper's eq. (10) cannot do. A new person gets loadings from a few ratings. All
predictions carry a standard deviation, calibrated on ratings that were held out. Memory and time grow
linearly with people and ratings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .base import PreferenceModel
from .data import BlockScaler, Floats, Indices, Ratings
from .factors import FactorData, Factors, fit_factors, item_information, predict_known, update_people
from .item_prior import ItemPrior, solve_items
from .kernels import ItemKernel
from .newcomers import Population, calibrate_newcomers, choose_items

HELD_STRENGTH = 20.0  # ratings' worth of belief that the standard deviations are right as they are


@dataclass
class _Learned:
    factors: Factors
    kernel: ItemKernel | None
    prior: ItemPrior | None
    noise: Floats  # (q,) variance with which an average item's ratings show each factor


@dataclass(eq=False, repr=False)
class GaussianProcessModel(PreferenceModel):
    """Predicts what each person would rate each cinemagraph, and how sure it is.

    Parameters
    ----------
    blocks : name → slice of the features' columns (``ContextFeatures.blocks``); None makes each column a
        block for scaling and all of them one kernel.
    rank : most factors that people may differ in; unneeded ones vanish by themselves.
    n_iter : rounds of the plain factor model.
    rounds : rounds with the features' prior after it.
    refit : after calibrating on the validation ratings, learn from them too.

    Attributes
    ----------
    factors_ : ``Factors``; ``block_weights_`` : dict kernel → weight; ``shares_`` (q,) explained by features.
    """

    blocks: Mapping[str, slice] | None = None
    rank: int = 16
    n_iter: int = 20
    rounds: int = 4
    refit: bool = True

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        self.scaler_ = BlockScaler.fit(features, self.blocks)
        self._x = self.scaler_.transform(features)
        kernel = ItemKernel(self._x, self.scaler_, rng) if self._x.shape[1] and self.rounds else None
        self._learned = self._learn(train, kernel, rng)
        self.scale_ = self._held_scale(held)
        self.new_scale_ = self._alone_scale(train)
        self.calibration_ = calibrate_newcomers(self._learn_people, train, rng)
        if self.refit and len(held):
            self._learned = self._learn(self.ratings_, kernel, rng)
        self.factors_ = self._learned.factors
        self.population_ = Population.around(self.factors_, self.calibration_.width, rng)
        prior, learned = self._learned.prior, self._learned.kernel
        self.shares_ = prior.shares if prior else np.zeros(self.factors_.items.shape[1])
        self.block_weights_ = (
            dict(zip(learned.names, learned.weights.tolist(), strict=True)) if learned else {}
        )

    def _learn(self, ratings: Ratings, kernel: ItemKernel | None, rng: np.random.Generator) -> _Learned:
        data = FactorData(ratings)
        factors = fit_factors(data, self.rank, self.n_iter, rng)
        q = factors.items.shape[1]
        if kernel is None or not kernel.parts or not len(ratings):
            return _Learned(factors, None, None, np.ones(q))
        # the fits before and after calibration share the kernel's geometry, but not its weights
        kernel = copy(kernel)
        kernel.learn(factors.items, np.eye(q) - factors.item_cov)
        vectors, values = kernel.eigen(rng)
        inside = np.sqrt(values)[:, None] * (vectors.T @ factors.items)
        factors = factors.rotated(np.linalg.eigh(inside.T @ inside)[1][:, ::-1])
        prior = ItemPrior(vectors, values, np.zeros(q))
        noise = np.ones(q)
        for step in range(self.rounds):
            precision, target = item_information(factors, data)
            rated = data.known.sum(axis=1) > 0
            shown = np.maximum(np.einsum("ikk->ik", precision)[rated].mean(axis=0), 1e-6)
            noise = 1 / shown
            if step < 2:
                # undo the posterior's shrinkage: an item's factors as its ratings alone show them
                shown_alone = np.einsum("iab,ib->ia", np.linalg.inv(precision + 1e-3 * np.eye(q)), target)
                prior.learn_shares(np.where(rated[:, None], shown_alone, 0.0), noise)
            tol = 1e-8 if step == self.rounds - 1 else 1e-5
            factors.items = solve_items(prior, precision, target, factors.items, tol=tol)
            own = np.zeros_like(precision)
            np.einsum("ikk->ik", own)[:] = 1 / prior.alone(noise)
            factors.item_cov = np.linalg.inv(precision + own)
            update_people(factors, data)
        return _Learned(factors, kernel, prior, noise)

    def _learn_people(self, ratings: Ratings, rng: np.random.Generator) -> Factors:
        return fit_factors(FactorData(ratings), self.rank, self.n_iter, rng)

    def _held_scale(self, held: Ratings) -> float:
        """The factor by which deviations of rated items are off, by the validation ratings."""
        if not len(held):
            return 1.0
        some = held.spread(5000)
        f = self._learned.factors
        j, i = some.columns, some.rows
        phi = np.column_stack([np.ones(len(some)), f.items[i]])
        variance = f.noise[j] + np.einsum("ka,kab,kb->k", phi, f.people_cov[j], phi)
        moments = f.people_cov[j, 1:, 1:] + f.people[j, 1:, None] * f.people[j, None, 1:]
        variance += np.einsum("kab,kab->k", f.item_cov[i], moments)
        return _scale(some.values - predict_known(f, some), variance)

    def _alone_scale(self, train: Ratings) -> float:
        """The factor by which deviations of unseen items are off, each item predicted from the others."""
        f, prior, noise = self._learned.factors, self._learned.prior, self._learned.noise
        if prior is None or not len(train):
            return self.scale_
        alone = prior.alone(noise)
        shift = prior.inverse(f.items)
        on = prior.vectors**2 @ (1 / prior.spectrum() - 1 / (1 - prior.shares)) + 1 / (1 - prior.shares)
        items = f.items - shift / on
        some = train.spread(5000)
        people = f.people[some.columns]
        error = some.values - people[:, 0] - np.einsum("kq,kq->k", people[:, 1:], items[some.rows])
        variance = f.noise[some.columns] + np.einsum("kq,kq->k", people[:, 1:] ** 2, alone[some.rows])
        return _scale(error, variance)

    def predict(self, return_std: bool = False) -> Any:
        """Predicted ratings (m, n) of all items by all people; with their standard deviations if asked for.

        The deviation is that of the rating a person would give, so that about 68 % of new ratings lie
        within one.
        """
        self._check_fitted()
        f = self._learned.factors
        return self._foresee(f.items, f.item_cov, self.scale_, return_std)

    def predict_items(self, new_features: ArrayLike, return_std: bool = False) -> Any:
        """Predicted ratings (m', n) of cinemagraphs that nobody has rated."""
        items, cov = self._new_items(self._check_new(new_features))
        return self._foresee(items, cov, self.new_scale_, return_std)

    def _foresee(self, items: Floats, cov: Floats, scale: float, return_std: bool) -> Any:
        f = self._learned.factors
        mean = f.people[:, 0] + items @ f.people[:, 1:].T
        if not return_std:
            return mean
        return mean, scale * np.sqrt(_variance(f.people, f.people_cov, f.noise, items, cov))

    def _new_items(self, features: Floats) -> tuple[Floats, Floats]:
        """Factors (m', q) of cinemagraphs that nobody has rated, and their covariances."""
        x = self.scaler_.transform(features)
        f, kernel, prior = self._learned.factors, self._learned.kernel, self._learned.prior
        q = f.items.shape[1]
        if kernel is None or prior is None:
            return np.zeros((len(x), q)), np.tile(np.eye(q), (len(x), 1, 1))
        own = np.minimum(kernel.diagonal(x), 2.0)  # far from few items a centered kernel knows no bound
        mean, variance = prior.predict(kernel(x, self._x), own, f.items, self._learned.noise)
        return mean, variance[:, :, None] * np.eye(q)

    def _foresee_newcomer(self, items: Indices, values: Floats, new: Floats | None, return_std: bool) -> Any:
        """By the posterior of this person's loadings."""
        f = self._learned.factors
        loading, loading_cov = self.population_.posterior(f, items, values)
        z, cov = (f.items, f.item_cov) if new is None else self._new_items(new)
        mean = loading[0] + z @ loading[1:]
        if not return_std:
            return mean
        variance = _variance(loading[None], loading_cov[None], f.noise.mean(), z, cov)[:, 0]
        return mean, self.calibration_.at(len(items)) * np.sqrt(variance)

    def next_items(self, items: Sequence[int], values: ArrayLike, n: int = 1) -> Indices:
        """The ``n`` items whose ratings are expected to tell most about all others, most telling first."""
        index, given = self._check_newcomer(items, values)
        cov = self.population_.posterior(self.factors_, index, given)[1]
        return choose_items(self.factors_, cov, index, n)


def _variance(people: Floats, people_cov: Floats, noise: Any, items: Floats, item_cov: Floats) -> Floats:
    """Variance (m, n) of ℓ_jᵀ[1; z_i] + ε_ij with both factors uncertain."""
    phi = np.column_stack([np.ones(len(items)), items])
    moments = phi[:, :, None] * phi[:, None, :]
    moments[:, 1:, 1:] += item_cov
    outer = people[:, 1:, None] * people[:, None, 1:]
    return (
        np.tensordot(moments, people_cov, axes=((1, 2), (1, 2)))
        + np.tensordot(item_cov, outer, axes=((1, 2), (1, 2)))
        + noise
    )


def _scale(error: Floats, variance: Floats) -> float:
    ratio = (np.sum(error**2 / variance) + HELD_STRENGTH) / (len(error) + HELD_STRENGTH)
    return float(np.clip(np.sqrt(ratio), 0.5, 2.0))
