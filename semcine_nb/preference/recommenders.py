"""Baselines that know ratings only: constant, random, biases, nearest people, biased matrix factorization."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import Floats, PreferenceModel, Ratings
from .centering import Centering


class ConstantModel(PreferenceModel):
    """CR of Fig. 8: everybody rates everything 3."""

    def __init__(self, value: float = 3.0, validation_share: float = 0.1, seed: int = 0) -> None:
        self.value = value
        self.validation_share = validation_share
        self.seed = seed

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        pass

    def predict(self, return_std: bool = False) -> Any:
        self._check_fitted()
        return self._with_error(np.full(self.ratings_.shape, self.value), return_std)


class RandomModel(PreferenceModel):
    """Rand of Fig. 8: a uniform draw from 1 … 5 for every pair."""

    def __init__(self, validation_share: float = 0.1, seed: int = 0) -> None:
        self.validation_share = validation_share
        self.seed = seed

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        self.guess_ = rng.uniform(1, 5, size=train.shape)

    def predict(self, return_std: bool = False) -> Any:
        self._check_fitted()
        return self._with_error(self.guess_, return_std)

    def _predict_items(self, features: Floats) -> Floats:
        rng = np.random.default_rng([self.seed, len(features)])
        return rng.uniform(1, 5, size=(len(features), self.ratings_.shape[1]))


class BiasModel(PreferenceModel):
    """Average + each person's habit + each item's appeal: personal in level, the same order for everybody."""

    def __init__(self, strength: float = 5.0, validation_share: float = 0.1, seed: int = 0) -> None:
        self.strength = strength
        self.validation_share = validation_share
        self.seed = seed

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        self.centering_ = Centering.fit(train, self.strength)

    def predict(self, return_std: bool = False) -> Any:
        self._check_fitted()
        return self._with_error(self.centering_.full(), return_std)

    def _predict_items(self, features: Floats) -> Floats:
        return np.tile(self.centering_.average + self.centering_.people, (len(features), 1))


class UserKNNModel(PreferenceModel):
    """What the ``neighbors`` most similar people who rated an item thought of it, weighted by similarity.

    Similarity is the correlation of centered ratings on common items, times c / (c + ``shrink``) for c of
    them.
    """

    def __init__(
        self, neighbors: int = 20, shrink: float = 20.0, validation_share: float = 0.1, seed: int = 0
    ) -> None:
        self.neighbors = neighbors
        self.shrink = shrink
        self.validation_share = validation_share
        self.seed = seed

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        centering = Centering.fit(train)
        m, n = train.shape
        rated, residual = centering.matrix(train)
        known = rated.astype(float)
        common = known.T @ known
        squares = (residual**2).T @ known
        norm = np.sqrt(np.maximum(squares * squares.T, 1e-12))
        self.similarity_ = (residual.T @ residual) / norm * common / (common + self.shrink)
        np.fill_diagonal(self.similarity_, 0.0)
        guess = np.zeros((m, n))
        for j in range(n):
            weight = np.where(known > 0, self.similarity_[j], 0.0)
            if n > self.neighbors:
                kept = np.partition(np.abs(weight), n - self.neighbors, axis=1)[:, n - self.neighbors]
                weight = np.where(np.abs(weight) >= kept[:, None], weight, 0.0)
            guess[:, j] = (weight * residual).sum(axis=1) / (np.abs(weight).sum(axis=1) + 0.5)
        self.prediction_ = centering.full() + guess

    def predict(self, return_std: bool = False) -> Any:
        self._check_fitted()
        return self._with_error(self.prediction_, return_std)


class BiasedMFModel(PreferenceModel):
    """Biases plus factors by alternating ridge regressions; rank and penalty are chosen on validation."""

    def __init__(
        self,
        ranks: tuple[int, ...] = (4, 8, 16),
        penalties: tuple[float, ...] = (5.0, 15.0, 40.0),
        n_iter: int = 12,
        validation_share: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.ranks = ranks
        self.penalties = penalties
        self.n_iter = n_iter
        self.validation_share = validation_share
        self.seed = seed

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        centering = Centering.fit(train)
        residual, known = train.sparse(centering.residual(train)), train.sparse(1.0)
        wanted = centering.residual(held)
        best = np.inf
        m, n = train.shape
        for rank in sorted({min(r, m, n) for r in self.ranks}):
            start = 0.1 * rng.normal(size=(n, rank))
            for penalty in self.penalties:
                people: Floats = start
                for _ in range(self.n_iter):
                    items = _ridge_rows(residual, known, people, penalty)
                    people = _ridge_rows(residual.T, known.T, items, penalty)
                guess = np.einsum("kq,kq->k", items[held.rows], people[held.columns])
                error = float(np.mean((wanted - guess) ** 2)) if len(held) else penalty
                if error < best:
                    best, self.prediction_ = error, centering.full() + items @ people.T
                    self.rank_, self.penalty_ = rank, penalty

    def predict(self, return_std: bool = False) -> Any:
        self._check_fitted()
        return self._with_error(self.prediction_, return_std)


def _ridge_rows(y: Any, known: Any, other: Floats, penalty: float) -> Floats:
    """For every row of y, the ridge regression of its known entries on the rows of ``other``."""
    q = other.shape[1]
    outer = (other[:, :, None] * other[:, None, :]).reshape(len(other), -1)
    gram = (known @ outer).reshape(-1, q, q) + penalty * np.eye(q)
    result: Floats = np.linalg.solve(gram, (y @ other)[:, :, None])[:, :, 0]
    return result
