"""Baselines that know ratings only: constant, random, biases, nearest people, biased matrix factorization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .base import PreferenceModel
from .centering import Centering
from .data import Floats, Ratings


@dataclass(eq=False, repr=False)
class ConstantModel(PreferenceModel):
    """CR of Fig. 8: everybody rates everything 3."""

    value: float = 3.0

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        self.prediction_ = np.full(train.shape, self.value)


@dataclass(eq=False, repr=False)
class RandomModel(PreferenceModel):
    """Rand of Fig. 8: a uniform draw from 1 … 5 for every pair."""

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        self.prediction_ = rng.uniform(1, 5, size=train.shape)

    def _predict_items(self, features: Floats) -> Floats:
        rng = np.random.default_rng([self.seed, len(features)])
        return rng.uniform(1, 5, size=(len(features), self.ratings_.shape[1]))


@dataclass(eq=False, repr=False)
class BiasModel(PreferenceModel):
    """Average + each person's habit + each item's appeal: personal in level, the same order for everybody."""

    strength: float = 5.0

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        self.centering_ = Centering.fit(train, self.strength)
        self.prediction_ = self.centering_.full()

    def _predict_items(self, features: Floats) -> Floats:
        return np.tile(self.centering_.average + self.centering_.people, (len(features), 1))


@dataclass(eq=False, repr=False)
class UserKNNModel(PreferenceModel):
    """The opinion of the ``neighbors`` most similar people who rated an item, weighted by similarity.

    Similarity is the correlation of centered ratings on common items, times c / (c + ``shrink``) for c of
    them.
    """

    neighbors: int = 20
    shrink: float = 20.0

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        centering = Centering.fit(train)
        m, n = train.shape
        residual, known = centering.matrix(train), train.known().astype(float)
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


@dataclass(eq=False, repr=False)
class BiasedMFModel(PreferenceModel):
    """Biases plus factors by alternating ridge regressions; rank and penalty are chosen on validation."""

    ranks: tuple[int, ...] = (4, 8, 16)
    penalties: tuple[float, ...] = (5.0, 15.0, 40.0)
    n_iter: int = 12

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


def _ridge_rows(y: Any, known: Any, other: Floats, penalty: float) -> Floats:
    """For every row of y, the ridge regression of its known entries on the rows of ``other``."""
    q = other.shape[1]
    outer = (other[:, :, None] * other[:, None, :]).reshape(len(other), -1)
    gram = (known @ outer).reshape(-1, q, q) + penalty * np.eye(q)
    return np.linalg.solve(gram, (y @ other)[:, :, None])[:, :, 0]
