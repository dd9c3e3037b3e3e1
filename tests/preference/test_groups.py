"""Groups of people: found where they are, laid out by nearness, and sampled with ratings in common."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.errors import RatingError
from semcine_nb.preference.groups import embed_people, group_people, sample_groups


@pytest.fixture
def camps(rng):
    """Twelve people in three camps of 6, 4 and 2, and who belongs where."""
    camp = np.repeat([0, 1, 2], [6, 4, 2])
    return 20 * np.eye(3)[camp] + rng.normal(scale=0.1, size=(12, 3)), camp


def test_camps_are_found_and_the_largest_comes_first(camps):
    users, camp = camps
    np.testing.assert_array_equal(group_people(users), camp)
    assert set(group_people(users, groups=2)) == {0, 1}


def test_the_plane_keeps_neighbors_together_and_is_the_same_each_time(camps):
    users, camp = camps
    where = embed_people(users)
    assert where.shape == (12, 2)
    np.testing.assert_array_equal(where, embed_people(users))
    distance = np.linalg.norm(where[:, None] - where[None], axis=2) + 1e9 * np.eye(12)
    assert (camp[distance.argmin(axis=1)] == camp).all()


@pytest.mark.parametrize("users", [np.zeros((5, 3)), np.ones((4, 1)), np.arange(6.0)[:, None]])
def test_alike_people_and_single_coordinates_are_fine(users):
    assert np.isfinite(embed_people(users)).all()
    assert len(group_people(users)) == len(users)


def test_groups_are_tight_apart_and_rated_the_same_items(camps, rng):
    where, camp = camps
    ratings = rng.integers(1, 6, (8, 12)).astype(float)
    ratings[0], ratings[1] = 3.0, np.where(camp == 0, 5.0, 1.0)  # one of agreement, one of contrast
    ratings[2:6, 3] = np.nan
    sample = sample_groups(where[:, :2] + where[:, 2:], ratings, groups=2, people=4, items=3)
    assert [{int(camp[j]) for j in group} for group in sample.people] in ([{0}, {1}], [{1}, {0}])
    everybody = [j for group in sample.people for j in group]
    assert np.isfinite(ratings[np.ix_(sample.items, everybody)]).all()
    assert sample.items[0] == 1  # where the groups differ most comes first
    assert 0 not in sample.items[:2]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: embed_people(np.zeros((2, 3))), "at least three"),
        (lambda: group_people(np.array([[np.nan]])), "finite"),
        (lambda: sample_groups(np.zeros((4, 2)), np.ones((3, 5))), "4 positions for 5"),
        (lambda: sample_groups(np.zeros((4, 2)), np.ones((3, 4))), "need 9; there are 4"),
    ],
)
def test_what_cannot_be_grouped_says_why(call, word):
    with pytest.raises(RatingError, match=word):
        call()
