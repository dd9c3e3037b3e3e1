"""Pictures of ratings: shares and σ counted by hand, second looks, groups with what they really gave."""

from __future__ import annotations

import numpy as np

from semcine_nb.figures.ratings import (
    show_consistency,
    show_groups,
    show_rating_statistics,
    try_agreement,
)
from semcine_nb.preference.groups import GroupSample
from semcine_nb.study import RatingStore

NAN = np.nan


def test_shares_of_each_rating_and_sigma():
    ratings = np.array([[1.0, 1.0, NAN], [3.0, 1.0, NAN], [5.0, 2.0, NAN], [5.0, 1.0, NAN]])
    figure = show_rating_statistics(ratings, note="simulated ratings")
    left, right = figure.axes[:2]
    np.testing.assert_allclose(
        left.images[0].get_array(), [[0.25, 0, 0.25, 0, 0.5], [0.75, 0.25, 0, 0, 0]]
    )  # who rated nothing is left out
    assert [label.get_text() for label in left.get_yticklabels()] == ["person 1", "person 2"]
    heights = np.array([bar.get_height() for bar in right.patches])
    assert heights.sum() == 4  # σ of 0, 1, 1.5 and 2
    assert "50.0% above 1, 25.0% below 0.5" in right.get_title()
    assert figure.get_supxlabel() == "simulated ratings. 8 ratings"


def test_people_are_drawn_at_random_but_always_the_same():
    ratings = np.tile([[1.0], [5.0]], (1, 30))
    drawn = [
        [label.get_text() for label in show_rating_statistics(ratings, 4, seed).axes[0].get_yticklabels()]
        for seed in (0, 0, 1)
    ]
    assert len(drawn[0]) == 4
    assert drawn[0] == drawn[1] != drawn[2]


def test_groups_show_what_their_people_gave():
    ratings = np.array([[1.0, 5.0, 1.0, 4.0], [NAN, 2.0, 3.0, 3.0], [2.0, 4.0, 3.0, 5.0]])
    sample = GroupSample(people=((0, 2), (1, 3)), items=(2, 0))
    pictures = [np.zeros((4, 6, 3), np.uint8)] * 2
    figure = show_groups(ratings, sample, pictures, names=list("abcd"), note="simulated ratings")
    axis = figure.axes[0]
    np.testing.assert_array_equal(axis.images[0].get_array(), [[2, 3, 4, 5], [1, 1, 5, 4]])
    texts = [text.get_text() for text in axis.texts]
    assert texts == ["2", "3", "4", "5", "1", "1", "5", "4", "group A", "group B"]
    assert [label.get_text() for label in axis.get_xticklabels()] == list("acbd")
    assert [label.get_text() for label in axis.get_yticklabels()] == ["3", "1"]
    assert len(axis.child_axes) == 2
    assert "simulated ratings" in figure.get_supxlabel()


def test_second_looks_are_counted_by_difference(tmp_path):
    with RatingStore(tmp_path / "r.db") as store:
        for item in "abc":
            store.add_cinemagraph(item)
        store.rate("ann", "a", 1, phase="pilot")
        for item, value, phase in (
            ("a", 4, "main"),
            ("b", 2, "main"),
            ("a", 4, "repeat"),
            ("b", 3, "repeat"),
        ):
            store.rate("ann", item, value, phase=phase, order=3, response_time=2.0)
        figure = show_consistency(store, note="simulated ratings")
    bars = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in figure.axes[0].patches}
    assert bars == {0: 1, 1: 1}
    assert "the same in 50% of 2 pairs" in figure.axes[0].get_title()
    assert figure.get_supxlabel() == "simulated ratings. 4 ratings of 1 person"
    assert len(figure.axes[1].collections[0].get_offsets()) == 4


def test_agreement_is_that_of_the_drawn_ratings():
    figure = try_agreement(shared=1.0, error=0.0)
    assert figure.axes[0].get_title().endswith("1.00")
    assert "the same in 100%" in figure.axes[1].get_title()
    assert "simulated ratings" in figure.get_supxlabel()
