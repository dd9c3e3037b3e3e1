"""Ratings and features as the models take them: checked, scaled, and split into training and validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..counting import counted
from ..errors import RatingError

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Ratings:
    """Known ratings as triplets: ``values[k]`` was given to item ``rows[k]`` by person ``columns[k]``."""

    rows: Indices
    columns: Indices
    values: Floats
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.values)

    def take(self, which: NDArray[Any]) -> Ratings:
        """The ratings at the given positions (or where a boolean array over positions is true)."""
        return Ratings(self.rows[which], self.columns[which], self.values[which], self.shape)

    def spread(self, most: int) -> Ratings:
        """At most ``most`` of the ratings, evenly spaced."""
        return self.take(np.linspace(0, len(self) - 1, min(len(self), most)).astype(int))

    def dense(self) -> Floats:
        """(m, n) with NaN where unrated."""
        matrix = np.full(self.shape, np.nan)
        matrix[self.rows, self.columns] = self.values
        return matrix

    def known(self) -> Bools:
        """(m, n), true where rated."""
        mask = np.zeros(self.shape, dtype=bool)
        mask[self.rows, self.columns] = True
        return mask

    def sparse(self, values: ArrayLike | None = None) -> sp.csr_array:
        """(m, n) CSR holding ``values`` (the ratings by default) at the known entries, zeros included."""
        given = self.values if values is None else np.asarray(values, float)
        data = np.broadcast_to(given, self.values.shape)
        return sp.csr_array((data, (self.rows, self.columns)), shape=self.shape)

    def average(self) -> float:
        """Mean of the known ratings, 3 (the middle of the scale) when there is none."""
        return float(self.values.mean()) if len(self) else 3.0

    def per_item(self, values: Floats | None = None) -> NDArray[Any]:
        """The number of ratings of each item (m,), or the sum of its ``values`` (k,)."""
        return np.bincount(self.rows, values, minlength=self.shape[0])

    def per_person(self, values: Floats | None = None) -> NDArray[Any]:
        """The number of ratings of each person (n,), or the sum of their ``values`` (k,)."""
        return np.bincount(self.columns, values, minlength=self.shape[1])

    def error(self, prediction: Floats) -> Floats:
        """Ratings (k,) less their ``prediction`` (m, n)."""
        return self.values - prediction[self.rows, self.columns]


def check_ratings(ratings: Any) -> Ratings:
    """Triplets from (m, n) with NaN where unrated, or from a scipy.sparse matrix of the ratings alone.

    Raises RatingError for what is no matrix of numbers, and for an infinite rating.
    """
    if isinstance(ratings, Ratings):
        return ratings
    matrix: Any
    if sp.issparse(ratings):
        matrix = sp.coo_array(ratings)
        values = np.asarray(matrix.data, float)
        rows, columns = (np.asarray(index, np.int64) for index in matrix.coords)
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
    shape = (int(matrix.shape[0]), int(matrix.shape[1]))
    if not np.isfinite(values).all():
        raise RatingError("ratings contain an infinite value; use NaN where somebody has not rated")
    if 0 in shape:
        raise RatingError(
            f"ratings are empty: shape {shape}; at least one cinemagraph and one person are needed"
        )
    return Ratings(rows, columns, values, shape)


def check_features(
    features: ArrayLike | None, items: int | None = None, columns: int | None = None
) -> Floats:
    """Features (m, d) as float64; ``None`` gives d = 0.

    Raises RatingError for a wrong number of rows or columns, and for NaN or infinite values (named by row and
    column).
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


def check_newcomer(items: Sequence[int], values: ArrayLike, m: int) -> tuple[Indices, Floats]:
    """A newcomer's items and ratings (k,) as arrays.

    Raises RatingError for other than one finite rating for each item, and items that are no rows of ``m``.
    """
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
    if index.size and (index.min() < 0 or index.max() >= m):
        raise RatingError(f"items must lie in 0 … {m - 1}; got {index.min()} … {index.max()}")
    if not np.isfinite(given).all():
        raise RatingError("a newcomer's ratings must be finite; leave unrated items out")
    return index, given


def check_choice(name: str, value: str, known: Sequence[str]) -> None:
    """Raise RatingError unless the option called ``name`` has one of the ``known`` values."""
    if value not in known:
        raise RatingError(f"{name} {value!r} is unknown; use one of {', '.join(known)}")


def split_validation(
    ratings: Ratings, validation: ArrayLike | None, share: float, rng: np.random.Generator
) -> tuple[Ratings, Ratings]:
    """Training and validation ratings: by a mask (m, n), or a seeded share that leaves each person one."""
    if validation is not None:
        mask = np.asarray(validation, dtype=bool)
        if mask.shape != ratings.shape:
            raise RatingError(f"validation has shape {mask.shape}; the ratings have {ratings.shape}")
        held = mask[ratings.rows, ratings.columns]
    elif not 0 <= share <= 1:
        raise RatingError(f"the share of the validation ratings must lie in [0, 1]; got {share}")
    else:
        order = rng.permutation(len(ratings))
        # the first rating of each person in this order stays in training
        _, first = np.unique(ratings.columns[order], return_index=True)
        held = np.zeros(len(ratings), dtype=bool)
        held[np.delete(order, first)[: round(share * len(ratings))]] = True
    return ratings.take(~held), ratings.take(held)


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
        for name, columns in (blocks or {}).items():
            if len(largest[columns]) == 0:
                raise RatingError(f"block {name!r} ({columns}) lies outside the {d} columns of the features")
            largest[columns] = largest[columns].max()
        used = dict(blocks) if blocks else ({"all": slice(0, d)} if d else {})
        return cls(np.where(largest > 0, largest, 1.0), used)

    def transform(self, features: Floats) -> Floats:
        return features / self.scale
