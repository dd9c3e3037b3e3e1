"""Ranking of candidates for a person: from a fitted model, or straight from a study's ratings."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..counting import counted
from ..errors import RatingError
from .data import Floats, check_features, check_ratings
from .gaussian_process import GaussianProcessModel


@dataclass(frozen=True)
class Ranking:
    """``order`` (k,) best first; ``rating`` (k,), on the scale, and ``std`` (k,) in the candidates' own
    order.

    ``basis`` says in words what the prediction rests on.
    """

    order: NDArray[np.int64]
    rating: Floats
    std: Floats
    basis: str


def rank(
    candidates: ArrayLike,
    ratings: Any,
    features: ArrayLike,
    people: Sequence[Hashable],
    person: Hashable | None = None,
    blocks: Mapping[str, slice] | None = None,
    model: Any | None = None,
) -> Ranking:
    """Rank new cinemagraphs for one person of a study.

    Parameters
    ----------
    candidates : (k, d) raw features of the cinemagraphs to rank.
    ratings, features, people : (m, n) with NaN, (m, d) and n names, as ``RatingStore.matrix`` gives them.
    person : one of ``people``; anybody else, or None, gets what people like on average.
    model : a fitted model to use; without it a ``GaussianProcessModel`` is fitted to the ratings.

    Raises
    ------
    RatingError : no ratings at all, or shapes that disagree.
    """
    known = check_ratings(ratings)
    if known.shape[1] != len(people):
        raise RatingError(
            f"{counted(known.shape[1], 'column')} of ratings but {counted(len(people), 'person', 'people')}"
        )
    new = check_features(candidates)
    if not len(known):
        raise RatingError("nobody has rated anything yet; a ranking needs at least one rating")
    if model is None:
        model = GaussianProcessModel(blocks=blocks).fit(known, check_features(features, known.shape[0]))
    names = list(people)
    column = names.index(person) if person in names else -1
    count = int(np.sum(known.columns == column))
    if count:
        rating, std = (part[:, column] for part in model.predict_items(new, return_std=True))
        others = f"{len(known) - count} of {counted(len(names) - 1, 'other')}"
        basis = f"{counted(count, 'rating')} of this person and {others}"
    else:
        rating, std = model.predict_newcomer([], [], return_std=True, new_features=new)
        everybody = "1 person likes" if len(names) == 1 else f"{len(names)} people like"
        basis = f"what {everybody} on average; this person has not rated anything"
    # nobody gives 5.3 stars; the order keeps what the ends of the scale would hide
    shown = np.clip(rating, min(1.0, known.values.min()), max(5.0, known.values.max()))
    return Ranking(np.argsort(-rating, kind="stable"), shown, std, basis)
