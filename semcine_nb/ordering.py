"""The order of cinemagraphs: by a person's predicted stars, or without ratings by a rule of thumb."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .errors import RatingError
from .looping.quality import LoopQuality
from .preference.unrated import UnratedScore

if TYPE_CHECKING:
    from .preference import ContextFeatures
    from .study import RatingStore

_LOG = logging.getLogger("semcine")

UNRATED = "Ordered by loop quality and dynamism: without ratings, this predicts nobody's taste"


@dataclass(frozen=True)
class Place:
    """A cinemagraph's place in the order, and its reasons.

    Attributes
    ----------
    unrated : the score that orders when nobody has rated (not the paper's model)
    quality : measures of the rendered loop over its target
    rating, std : predicted stars of the person and their uncertainty, None without ratings
    why : one sentence
    """

    unrated: UnratedScore
    quality: LoopQuality
    rating: float | None = None
    std: float | None = None
    why: str = ""


@dataclass(frozen=True, eq=False)
class KnownRatings:
    """The ratings in a store of those cinemagraphs that have features.

    Attributes
    ----------
    ratings : (m, n) stars, NaN where unrated
    features : (m, d) raw context features
    blocks : name → columns of ``features``; empty where they were stored as bare numbers
    people : n codes
    """

    ratings: NDArray[np.float64]
    features: NDArray[np.float64]
    blocks: Mapping[str, slice]
    people: Sequence[str]

    @classmethod
    def of(cls, store: RatingStore) -> KnownRatings | None:
        """Read a store; None if nobody has rated anything yet.

        Raises
        ------
        RatingError
            If what was rated has no features, or features of different kinds.
        """
        known, features = store.matrix(), store.features()
        rated = np.isfinite(known.ratings).any(axis=1)
        if not rated.any():
            return None
        described = np.isfinite(features).all(axis=1) & (features.shape[1] > 0)
        if not (rated & described).any():
            raise RatingError(
                "None of the rated cinemagraphs has features, so new ones cannot be compared with them: add "
                "them with store.add_cinemagraph(id, context_features(cinemagraph)).",
                topic="features-differ",
            )
        return cls(known.ratings[described], features[described], store.feature_blocks(), known.people)

    def check(self, blocks: Mapping[str, slice]) -> None:
        """Raise RatingError unless features with these ``blocks`` are of the stored ones' kind."""
        stored, new = self.features.shape[1], max(part.stop for part in blocks.values())
        if stored != new:
            raise RatingError(
                f"The rating store's cinemagraphs have {stored} features, this version computes {new}: "
                "compute the stored ones anew, or use the ratings' own version.",
                topic="features-differ",
            )
        if self.blocks and dict(self.blocks) != dict(blocks):
            odd = sorted(set(self.blocks) ^ set(blocks)) or sorted(self.blocks)
            raise RatingError(
                "The rating store's features have other blocks than this version computes "
                f"({', '.join(odd[:5])}): compute the stored ones anew, or use the ratings' own version.",
                topic="features-differ",
            )


def known_ratings(ratings: RatingStore | str | None) -> KnownRatings | None:
    """Read what has been rated, or None; called first, it tells of a wrong store before long work.

    Raises
    ------
    StoreError
        If the store cannot be read.
    RatingError
        If its features are not of the kind that `context_features` measures.
    """
    if ratings is None:
        return None
    from .preference.features.context import default_blocks
    from .study import RatingStore

    if isinstance(ratings, RatingStore):
        known = KnownRatings.of(ratings)
    else:
        with RatingStore(ratings) as store:
            known = KnownRatings.of(store)
    if known is None:
        _LOG.warning("The rating store holds no ratings yet: the order is by loop quality instead.")
    else:
        known.check(default_blocks())
    return known


def order_places(
    places: Sequence[Place],
    features: Sequence[ContextFeatures] = (),
    known: KnownRatings | None = None,
    user: str | None = None,
) -> tuple[list[int], list[Place], str]:
    """Put candidates in order.

    Parameters
    ----------
    places : one a candidate
    features : theirs, needed where ``known`` is given
    known, user : the ratings, and the person to rank for (None: everybody on average)

    Returns
    -------
    Indices best first; the places in their own order with their reasons; what the order rests on, in words.

    Raises
    ------
    RatingError
        If the stored features are of another kind than ``features``.
    """
    if known is None:
        order = sorted(range(len(places)), key=lambda i: -places[i].unrated.value)
        return order, [replace(place, why=place.unrated.sentence()) for place in places], UNRATED
    for own in features:
        known.check(own.blocks)
    from .preference import rank

    new: Any = np.stack([own.values for own in features])
    ranking = rank(new, known.ratings, known.features, known.people, user, blocks=features[0].blocks)
    rated = [
        replace(
            place,
            rating=float(rating),
            std=float(std),
            why=f"Predicted {rating:.1f} ± {std:.1f} stars. {place.unrated.sentence()}",
        )
        for place, rating, std in zip(places, ranking.rating, ranking.std, strict=True)
    ]
    whom = f"{user}" if user else "people on average"
    return [int(i) for i in ranking.order], rated, f"Ranked for {whom}, from {ranking.basis}"
