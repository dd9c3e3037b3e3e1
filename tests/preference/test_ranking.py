"""Ranking new cinemagraphs for a person of a study, for a stranger, and from a given model."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.errors import RatingError
from semcine_nb.preference import JointModel, rank


@pytest.fixture
def names(study):
    return [f"P{j}" for j in range(study.ratings.shape[1])]


def test_known_person_gets_a_personal_order(study, names):
    new = study.features[:6]
    orders = {tuple(rank(new, study.ratings[6:], study.features[6:], names, p).order) for p in names}
    assert len(orders) > 5
    result = rank(new, study.ratings[6:], study.features[6:], names, "P1")
    assert (np.diff(result.rating[result.order]) <= 0).all()
    assert result.std.shape == (6,)
    assert "of this person" in result.basis


@pytest.mark.parametrize("person", [None, "nobody"])
def test_stranger_gets_what_people_like_on_average(study, names, person):
    result = rank(study.features[:4], study.ratings, study.features, names, person)
    assert sorted(result.order) == [0, 1, 2, 3]
    assert "on average" in result.basis


def test_a_given_model_is_used(study, names):
    model = JointModel(dimension=4).fit(study.ratings, study.features)
    result = rank(study.features[:4], study.ratings, study.features, names, "P2", model=model)
    np.testing.assert_allclose(result.rating, np.clip(model.predict_items(study.features[:4])[:, 2], 1, 5))


def test_no_ratings_and_wrong_names_are_refused(study, names):
    with pytest.raises(RatingError, match="nobody has rated"):
        rank(study.features, np.full(study.ratings.shape, np.nan), study.features, names)
    with pytest.raises(RatingError, match="people"):
        rank(study.features, study.ratings, study.features, names[:3])
