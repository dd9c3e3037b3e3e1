"""What every preference model shares: checked ratings and features, scaling, the seeded validation split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from ..counting import counted
from ..errors import RatingError

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Ratings:
    """Known ratings as triplets: ``values[k]`` was given to item ``rows[k]`` by person ``columns[k]``."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Floats
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.values)

    def take(self, which: NDArray[Any]) -> Ratings:
        """The ratings at the given positions (or where a boolean array over positions is true)."""
        return Ratings(self.rows[which], self.columns[which], self.values[which], self.shape)

    def dense(self) -> Floats:
        """(m, n) with NaN where unrated."""
        matrix = np.full(self.shape, np.nan)
        matrix[self.rows, self.columns] = self.values
        return matrix

    def sparse(self, values: ArrayLike | None = None) -> sp.csr_array:
        """(m, n) CSR holding ``values`` (the ratings by default) at the known entries, zeros included."""
        data = (
            self.values if values is None else np.broadcast_to(np.asarray(values, float), self.values.shape)
        )
        return sp.csr_array((data, (self.rows, self.columns)), shape=self.shape)

    def average(self) -> float:
        """Mean of the known ratings, 3 (the middle of the scale) when there is none."""
        return float(self.values.mean()) if len(self) else 3.0


def check_ratings(ratings: Any) -> Ratings:
    """Triplets from (m, n) with NaN where unrated, or from a scipy.sparse matrix of the ratings alone.

    Raises
    ------
    RatingError : not a matrix of numbers, or an infinite rating.
    """
    if isinstance(ratings, Ratings):
        return ratings
    if sp.issparse(ratings):
        coo = sp.coo_array(ratings)
        values = np.asarray(coo.data, float)
        rows, columns = (np.asarray(index, np.int64) for index in coo.coords)
    else:
        try:
            # a DataFrame of whole numbers marks what is missing by its own NA
            given = ratings.to_numpy(float, na_value=np.nan) if hasattr(ratings, "columns") else ratings
            matrix = np.asarray(given, dtype=float)
        except (TypeError, ValueError) as error:
            raise RatingError(
                f"ratings must be an (m, n) matrix of numbers with NaN where unrated: {error}"
            ) from None
        if matrix.ndim != 2:
            raise RatingError(f"ratings must have two axes (cinemagraphs, people); got shape {matrix.shape}")
        rows, columns = np.nonzero(~np.isnan(matrix))
        values = matrix[rows, columns]
    shape = (int(ratings.shape[0]), int(ratings.shape[1])) if sp.issparse(ratings) else matrix.shape
    if not np.isfinite(values).all():
        raise RatingError("ratings contain an infinite value; use NaN where somebody has not rated")
    if 0 in shape:
        raise RatingError(
            f"ratings are empty: shape {shape}; at least one cinemagraph and one person are needed"
        )
    return Ratings(rows, columns, values, (shape[0], shape[1]))


def check_features(
    features: ArrayLike | None, items: int | None = None, columns: int | None = None
) -> Floats:
    """Features (m, d) as float64; ``None`` gives d = 0.

    Raises
    ------
    RatingError : wrong number of rows or columns, NaN or infinite values (named by row and column).
    """
    if features is None:
        return np.zeros((items or 0, 0))
    matrix = np.asarray(features, dtype=float)
    if matrix.ndim != 2:
        raise RatingError(f"features must have two axes (cinemagraphs, numbers); got shape {matrix.shape}")
    if items is not None and len(matrix) != items:
        raise RatingError(
            f"{counted(len(matrix), 'row')} of features for {counted(items, 'cinemagraph')}; "
            "give one row each"
        )
    if columns is not None and matrix.shape[1] != columns:
        raise RatingError(f"features have {matrix.shape[1]} columns; the model was fitted with {columns}")
    bad = np.argwhere(~np.isfinite(matrix))
    if len(bad):
        row, column = bad[0]
        raise RatingError(
            f"features[{row}, {column}] is {matrix[row, column]} ({len(bad)} such values); replace them, or "
            "leave out what has no features, there and in the ratings"
        )
    return matrix


def split_validation(
    ratings: Ratings, validation: ArrayLike | None, share: float, rng: np.random.Generator
) -> tuple[Ratings, Ratings]:
    """Training and validation ratings: by a mask (m, n), or a seeded share that leaves each person one."""
    if validation is not None:
        mask = np.asarray(validation, dtype=bool)
        if mask.shape != ratings.shape:
            raise RatingError(f"validation has shape {mask.shape}; the ratings have {ratings.shape}")
        held = mask[ratings.rows, ratings.columns]
        return ratings.take(~held), ratings.take(held)
    if not 0 <= share <= 1:
        raise RatingError(f"the share of the validation ratings must lie in [0, 1]; got {share}")
    order = rng.permutation(len(ratings))
    _, first = np.unique(ratings.columns[order], return_index=True)
    spare = np.ones(len(ratings), dtype=bool)
    spare[first] = False  # the first of each person in this order stays in training
    chosen = order[spare][: round(share * len(ratings))]
    held = np.zeros(len(ratings), dtype=bool)
    held[chosen] = True
    return ratings.take(~held), ratings.take(held)


def check_choice(name: str, value: str, known: Sequence[str]) -> None:
    """RatingError unless the option called ``name`` has one of the ``known`` values."""
    if value not in known:
        raise RatingError(f"{name} {value!r} is unknown; use one of {', '.join(known)}")


@dataclass(frozen=True)
class BlockScaler:
    """Divides each block of columns by its largest absolute value over the training set (supplement, Sec. 2).

    Without named blocks each column is a block of its own, so that no unit outweighs another.
    """

    scale: Floats
    blocks: dict[str, slice]

    @classmethod
    def fit(cls, features: Floats, blocks: Mapping[str, slice] | None) -> BlockScaler:
        d = features.shape[1]
        largest = np.abs(features).max(axis=0) if features.size else np.ones(d)
        if blocks is not None:
            for name, columns in blocks.items():
                if len(largest[columns]) == 0:
                    raise RatingError(
                        f"block {name!r} ({columns}) lies outside the {d} columns of the features"
                    )
                largest[columns] = largest[columns].max()
        used = dict(blocks) if blocks else ({"all": slice(0, d)} if d else {})
        return cls(np.where(largest > 0, largest, 1.0), used)

    def transform(self, features: Floats) -> Floats:
        return features / self.scale


class PreferenceModel(BaseEstimator):
    """Base of the models: subclasses set ``ratings_``, ``n_features_`` and implement ``_fit`` and
    ``predict``.

    A model that cannot tell how sure it is gives ``return_std=True`` the error of its validation ratings,
    the same for all. Newcomers are served in the paper's way, by the most similar person of the database.
    """

    seed: int = 0
    validation_share: float = 0.1
    _error: float | None = None

    def fit(
        self, ratings: Any, features: ArrayLike | None = None, validation: ArrayLike | None = None
    ) -> Any:
        """Learn from ratings (m, n), NaN where unrated (or scipy.sparse), and features (m, d).

        ``validation`` (m, n) bool marks ratings that tune and stop the model; None takes a seeded tenth.

        Raises
        ------
        RatingError : shapes that disagree, infinite ratings, NaN in the features.
        """
        self.ratings_ = check_ratings(ratings)
        values = check_features(features, self.ratings_.shape[0])
        self.n_features_ = values.shape[1]
        rng = np.random.default_rng(self.seed)
        train, held = split_validation(self.ratings_, validation, self.validation_share, rng)
        self._fit(train, held, values, rng)
        self._held_out, self._error = held, None
        return self

    @property
    def error_(self) -> float:
        """Root mean square error of the validation ratings, found on first use; 1 where there are none."""
        if self._error is None:
            held = self._held_out
            error = held.values - self.predict()[held.rows, held.columns] if len(held) else np.ones(1)
            self._error = float(np.sqrt(np.mean(error**2)))
        return self._error

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        raise NotImplementedError

    def predict(self, return_std: bool = False) -> Any:
        raise NotImplementedError

    def predict_items(self, new_features: ArrayLike, return_std: bool = False) -> Any:
        """Predicted ratings (m', n) of cinemagraphs that nobody has rated."""
        self._check_fitted()
        values = check_features(new_features, columns=self.n_features_)
        return self._with_error(self._predict_items(values), return_std)

    def _predict_items(self, features: Floats) -> Floats:
        # knows nothing about a new item but how high each person rates
        people = np.nan_to_num(self.predict().mean(axis=0), nan=self.ratings_.average())
        return np.broadcast_to(people, (len(features), len(people))).copy()

    def predict_newcomer(self, items: Sequence[int], values: ArrayLike, return_std: bool = False) -> Any:
        """Predicted ratings (m,) of all items for a person who gave ``values`` to ``items``."""
        from .newcomers import nearest_person

        self._check_fitted()
        return self._with_error(
            nearest_person(self.predict(), *self.check_newcomer(items, values)), return_std
        )

    def next_items(self, items: Sequence[int], values: ArrayLike, n: int = 1) -> NDArray[np.int64]:
        """The ``n`` unrated items to ask a newcomer about next: those on which known people disagree most."""
        self._check_fitted()
        index, _ = self.check_newcomer(items, values)
        spread = self.predict().std(axis=1)
        spread[index] = -np.inf
        order = np.argsort(-spread, kind="stable")[: max(0, min(n, len(spread) - len(np.unique(index))))]
        return order.astype(np.int64)

    def check_newcomer(self, items: Sequence[int], values: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
        """A newcomer's items and ratings as arrays; RatingError where they do not fit the model."""
        asked = np.atleast_1d(np.asarray(items))
        if asked.size and not np.issubdtype(asked.dtype, np.integer):
            raise RatingError(f"items must be whole numbers, the rows of the ratings; got {items!r:.80}")
        index = asked.astype(np.int64)
        try:
            given = np.atleast_1d(np.asarray(values, dtype=float))
        except (TypeError, ValueError):
            raise RatingError(f"a newcomer's ratings must be numbers; got {values!r:.80}") from None
        if index.shape != given.shape or index.ndim != 1:
            raise RatingError(
                f"{counted(index.size, 'item')} but {counted(given.size, 'rating')}; "
                "give one rating for each item"
            )
        m = self.ratings_.shape[0]
        if index.size and (index.min() < 0 or index.max() >= m):
            raise RatingError(f"items must lie in 0 … {m - 1}; got {index.min()} … {index.max()}")
        if not np.isfinite(given).all():
            raise RatingError("a newcomer's ratings must be finite; leave unrated items out")
        return index, given

    def _with_error(self, prediction: Floats, return_std: bool) -> Any:
        return (prediction, np.full(prediction.shape, self.error_)) if return_std else prediction

    def _check_fitted(self) -> None:
        if not hasattr(self, "ratings_"):
            raise RatingError(f"{type(self).__name__} is not fitted; call fit(ratings, features) first")
