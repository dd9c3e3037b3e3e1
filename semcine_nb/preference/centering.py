"""Ratings less their average, each person's habit and each item's appeal: the baseline of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .base import Bools, Floats, Ratings


@dataclass(frozen=True)
class Centering:
    """base_ij = ``average`` + ``items``_i + ``people``_j, the ridge solution by alternating means.

    ``strength`` counts ratings' worth of belief that a bias is zero, so one rating moves a person little.
    """

    average: float
    items: Floats
    people: Floats
    strength: float

    @classmethod
    def fit(cls, ratings: Ratings, strength: float = 5.0, rounds: int = 10) -> Centering:
        m, n = ratings.shape
        average = ratings.average()
        residual = ratings.values - average
        per_item = np.bincount(ratings.rows, minlength=m) + strength
        per_person = np.bincount(ratings.columns, minlength=n) + strength
        items, people = np.zeros(m), np.zeros(n)
        for _ in range(rounds):
            people = np.bincount(ratings.columns, residual - items[ratings.rows], minlength=n) / per_person
            items = np.bincount(ratings.rows, residual - people[ratings.columns], minlength=m) / per_item
        return cls(average, items, people, strength)

    def full(self) -> Floats:
        """base (m, n)."""
        result: Floats = self.average + self.items[:, None] + self.people[None, :]
        return result

    def residual(self, ratings: Ratings) -> Floats:
        """What the base leaves of each known rating (k,)."""
        result: Floats = (
            ratings.values - self.average - self.items[ratings.rows] - self.people[ratings.columns]
        )
        return result

    def matrix(self, ratings: Ratings) -> tuple[Bools, Floats]:
        """Which entries (m, n) are known, and what the base leaves of these; 0 elsewhere."""
        known = np.zeros(ratings.shape, dtype=bool)
        known[ratings.rows, ratings.columns] = True
        left = np.zeros(ratings.shape)
        left[ratings.rows, ratings.columns] = self.residual(ratings)
        return known, left

    def newcomer(self, rows: np.ndarray, values: Floats) -> float:
        """Bias of a person who gave ``values`` to the items ``rows``."""
        return float(np.sum(values - self.average - self.items[rows]) / (len(rows) + self.strength))
