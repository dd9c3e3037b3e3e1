"""A newcomer's way: asked only what is known, tested only on what is never asked, better with answers."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.errors import RatingError
from semcine_nb.preference import GaussianProcessModel
from semcine_nb.preference.walk import walk_newcomer, walk_newcomers


@pytest.fixture(scope="module")
def model(study):
    return GaussianProcessModel(rounds=0).fit(study.ratings[:, 1:])


def test_chosen_questions_are_those_of_the_model(model, study):
    truth = study.complete[:, 0].astype(float)
    walk = walk_newcomer(model, truth, steps=4)
    assert walk.asked[0] == model.next_items([], [])[0]
    assert walk.asked[1] == model.next_items(walk.asked[:1], walk.answers[:1])[0]
    np.testing.assert_array_equal(walk.answers, truth[walk.asked])
    assert walk.rating.shape == walk.std.shape == (5, len(truth))
    np.testing.assert_array_equal(walk.rating[4], model.predict_newcomer(walk.asked, walk.answers))
    assert walk.std[4].mean() < walk.std[0].mean()


@pytest.mark.parametrize("chosen", [True, False])
def test_only_known_items_are_asked_and_none_that_are_kept_apart(model, study, chosen):
    truth = np.full(60, np.nan)
    truth[5:20] = study.complete[5:20, 0]
    apart = np.arange(5, 12)
    walk = walk_newcomer(model, truth, steps=30, chosen=chosen, apart=apart)
    assert sorted(walk.asked) == list(range(12, 20))
    assert len(walk.precision) == 9
    assert np.isfinite(walk.precision).all()


def test_random_questions_are_drawn_by_seed(model, study):
    truth = study.complete[:, 0].astype(float)
    one, same, other = (walk_newcomer(model, truth, 6, chosen=False, seed=seed).asked for seed in (1, 1, 2))
    assert one.tolist() == same.tolist() != other.tolist()


def test_of_a_person_nothing_is_known(model):
    with pytest.raises(RatingError, match="at least one known"):
        walk_newcomer(model, np.full(60, np.nan))
    with pytest.raises(RatingError, match=r"\(3,\)"):
        walk_newcomer(model, np.ones(3))


def test_some_people_leave_the_study_and_arrive(study):
    walks = walk_newcomers(GaussianProcessModel(rounds=0), study.ratings, None, people=[3, 7], steps=3)
    assert list(walks) == ["chosen", "random"]
    for j, chosen, drawn in zip([3, 7], *walks.values(), strict=True):
        np.testing.assert_array_equal(chosen.truth, study.ratings[:, j])
        assert np.isfinite(chosen.answers).all()
        np.testing.assert_array_equal(chosen.rating[0], drawn.rating[0])  # nothing asked: what people like
        assert chosen.precision[0] == drawn.precision[0]
    most = walk_newcomers(GaussianProcessModel(rounds=0), study.ratings, None, people=99, steps=1)
    assert len(most["random"]) == 6  # a third of eighteen
