"""The base of every preference model: fitting, predicting, newcomers, and which item to ask about next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from ..errors import RatingError
from .data import Floats, Indices, Ratings, check_features, check_newcomer, check_ratings, split_validation
from .newcomers import nearest_person


@dataclass(eq=False, repr=False)
class PreferenceModel(BaseEstimator):
    """Base of the models. A subclass implements ``_fit``, which sets ``prediction_`` (or implements
    ``_predict``).

    A model that cannot tell how sure it is gives ``return_std=True`` the error of its validation ratings,
    the same for all. Newcomers are served in the paper's way, by the most similar person of the database.

    Parameters
    ----------
    validation_share, seed : of the split that ``fit`` makes when it gets no validation mask; ``seed`` also
        of everything else that is random.
    """

    validation_share: float = field(default=0.1, kw_only=True)
    seed: int = field(default=0, kw_only=True)
    ratings_: Ratings = field(init=False)
    prediction_: Floats = field(init=False)

    def fit(
        self, ratings: Any, features: ArrayLike | None = None, validation: ArrayLike | None = None
    ) -> Any:
        """Learn from ratings (m, n), NaN where unrated (or scipy.sparse), and features (m, d) or None.

        ``validation`` (m, n) bool marks ratings that tune and stop the model; None takes a seeded tenth.

        Raises RatingError for shapes that disagree, infinite ratings, NaN in the features.
        """
        self.ratings_ = check_ratings(ratings)
        values = check_features(features, self.ratings_.shape[0])
        self.n_features_ = values.shape[1]
        rng = np.random.default_rng(self.seed)
        train, held = split_validation(self.ratings_, validation, self.validation_share, rng)
        self._fit(train, held, values, rng)
        self._held_out = held
        self._error: float | None = None
        return self

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        raise NotImplementedError

    @property
    def error_(self) -> float:
        """Root mean square error of the validation ratings, found on first use; 1 where there are none."""
        if self._error is None:
            held = self._held_out
            error = held.error(self.predict()) if len(held) else np.ones(1)
            self._error = float(np.sqrt(np.mean(error**2)))
        return self._error

    def predict(self, return_std: bool = False) -> Any:
        """Predicted ratings (m, n) of all items by all people; with ``return_std`` their deviations too."""
        self._check_fitted()
        return self._with_error(self._predict(), return_std)

    def _predict(self) -> Floats:
        return self.prediction_

    def predict_items(self, new_features: ArrayLike, return_std: bool = False) -> Any:
        """Predicted ratings (m', n) of cinemagraphs that nobody has rated."""
        return self._with_error(self._predict_items(self._check_new(new_features)), return_std)

    def _predict_items(self, features: Floats) -> Floats:
        # knows nothing about a new item but how high each person rates
        people = np.nan_to_num(self.predict().mean(axis=0), nan=self.ratings_.average())
        return np.broadcast_to(people, (len(features), len(people))).copy()

    def predict_newcomer(
        self,
        items: Sequence[int],
        values: ArrayLike,
        return_std: bool = False,
        new_features: ArrayLike | None = None,
    ) -> Any:
        """Predicted ratings (m,) of all items for a person who gave ``values`` to ``items``.

        With ``new_features`` (m', d) the predictions (m',) are for those cinemagraphs instead. Somebody who
        gave no ratings gets what people like on average.
        """
        index, given = self._check_newcomer(items, values)
        new = None if new_features is None else self._check_new(new_features)
        return self._foresee_newcomer(index, given, new, return_std)

    def _foresee_newcomer(self, items: Indices, values: Floats, new: Floats | None, return_std: bool) -> Any:
        return self._with_error(self._predict_newcomer(items, values, new), return_std)

    def _predict_newcomer(self, items: Indices, values: Floats, new: Floats | None) -> Floats:
        shown = None if new is None else self._predict_items(new)
        return nearest_person(self.predict(), items, values, shown)

    def next_items(self, items: Sequence[int], values: ArrayLike, n: int = 1) -> Indices:
        """The ``n`` unrated items to ask a newcomer about next: those on which known people disagree most."""
        index, _ = self._check_newcomer(items, values)
        spread = self.predict().std(axis=1)
        spread[index] = -np.inf
        order = np.argsort(-spread, kind="stable")[: max(0, min(n, len(spread) - len(np.unique(index))))]
        return order.astype(np.int64)

    def _check_newcomer(self, items: Sequence[int], values: ArrayLike) -> tuple[Indices, Floats]:
        self._check_fitted()
        return check_newcomer(items, values, self.ratings_.shape[0])

    def _check_new(self, new_features: ArrayLike) -> Floats:
        self._check_fitted()
        return check_features(new_features, columns=self.n_features_)

    def _with_error(self, prediction: Floats, return_std: bool) -> Any:
        return (prediction, np.full(prediction.shape, self.error_)) if return_std else prediction

    def _check_fitted(self) -> None:
        if not hasattr(self, "ratings_"):
            raise RatingError(f"{type(self).__name__} is not fitted; call fit(ratings, features) first")
