"""Ratings less their average, each person's habit and each item's appeal: the baseline of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .data import Floats, Indices, Ratings


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
        average = ratings.average()
        residual = ratings.values - average
        item_weight, person_weight = ratings.per_item() + strength, ratings.per_person() + strength
        items, people = np.zeros(ratings.shape[0]), np.zeros(ratings.shape[1])
        for _ in range(rounds):
            people = ratings.per_person(residual - items[ratings.rows]) / person_weight
            items = ratings.per_item(residual - people[ratings.columns]) / item_weight
        return cls(average, items, people, strength)

    def full(self) -> Floats:
        """base (m, n)."""
        return self.average + self.items[:, None] + self.people[None, :]

    def residual(self, ratings: Ratings) -> Floats:
        """Known ratings less the base (k,)."""
        return ratings.values - self.average - self.items[ratings.rows] - self.people[ratings.columns]

    def matrix(self, ratings: Ratings) -> Floats:
        """Known ratings less the base (m, n); 0 elsewhere."""
        left = np.zeros(ratings.shape)
        left[ratings.rows, ratings.columns] = self.residual(ratings)
        return left

    def newcomer(self, rows: Indices, values: Floats) -> float:
        """Bias of a person who gave ``values`` to the items ``rows``."""
        return float(np.sum(values - self.average - self.items[rows]) / (len(rows) + self.strength))
