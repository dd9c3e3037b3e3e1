"""The order of cinemagraphs: by ratings of cinemagraphs with the same kind of features, or without any."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from ranked_clips import ranked_of

from semcine_nb.errors import RatingError
from semcine_nb.ordering import KnownRatings, order_places
from semcine_nb.study import RatingStore


def test_ratings_of_cinemagraphs_without_features_are_of_no_use(tmp_path: Path) -> None:
    with RatingStore(tmp_path / "bare.db") as store:
        store.add_cinemagraph("a")
        store.rate("anna", "a", 4)
        with pytest.raises(RatingError, match="None of the rated cinemagraphs has features"):
            KnownRatings.of(store)


def test_cinemagraphs_without_features_are_passed_over(tmp_path: Path) -> None:
    with RatingStore(tmp_path / "some.db") as store:
        for name, features in (("a", [1.0, 2.0]), ("b", None), ("c", [3.0, 4.0])):
            store.add_cinemagraph(name, features)
            store.rate("anna", name, 4)
        known = KnownRatings.of(store)
    assert known is not None
    assert known.features.tolist() == [[1, 2], [3, 4]]
    assert known.ratings.tolist() == [[4], [4]]


@pytest.mark.parametrize(
    ("blocks", "size", "says"),
    [
        ({"a": slice(0, 5)}, 5, "3 features, this version computes 5"),
        ({"b": slice(0, 3)}, 3, "other blocks .*a, b"),
    ],
)
def test_features_of_another_kind_are_told_and_not_mixed(
    tmp_path: Path, blocks: dict[str, slice], size: int, says: str
) -> None:
    with RatingStore(tmp_path / "old.db") as store:
        store.add_cinemagraph("a", np.arange(3.0), blocks={"a": slice(0, 3)})
        store.rate("anna", "a", 4)
        known = KnownRatings.of(store)
    new: Any = SimpleNamespace(values=np.zeros(size), blocks=blocks)
    with pytest.raises(RatingError, match=says):
        order_places(ranked_of(64, 64, ("x",)).places, [new], known)


def test_without_movement_the_candidate_comes_last() -> None:
    ranked = ranked_of(96, 64, ("moves", "stands"))
    order, places, _ = order_places(ranked.places[::-1])
    assert order == [1, 0]
    assert places[0].why == "Nothing in it moves."
