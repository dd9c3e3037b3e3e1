"""Pictures of lesson 6: what they mark and average."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from semcine_nb.figures.learning import show_learning, show_new_items, show_walks, try_basis
from semcine_nb.lessons.studies import open_ratings
from semcine_nb.preference.walk import Walk


def test_the_kept_iteration_is_ringed():
    models = {"a": SimpleNamespace(history_=[1.0, 0.8, 0.9]), "start only": SimpleNamespace(history_=[1.1])}
    axis = show_learning(models).axes[0]
    rings = [line.get_xydata()[0].tolist() for line in axis.lines if line.get_markersize() == 13]
    assert rings == [[1, 0.8], [0, 1.1]]


def test_people_less_their_mean_and_how_alike_their_orders_are():
    rising = np.arange(4.0)[:, None]
    figure = show_new_items({"alike": rising + np.array([0, 5, -3]), "opposite": rising * [1, -1]})
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), [[1.5, 0.5, -0.5, -1.5]] * 3)
    assert figure.axes[0].get_title().endswith("1.00")
    assert figure.axes[1].get_title().endswith("-1.00")


def test_a_step_of_a_walk_and_the_mean_of_all():
    truth = np.array([5.0, 1.0, np.nan, 3.0])
    rating = np.array([[3.0, 3.1, 3.2, 3.3], [4.0, 2.0, 3.0, 3.5], [4.5, 1.5, 3.0, 3.2]])
    walk = Walk(np.array([0, 1]), truth[:2], rating, np.ones((3, 4)), truth, np.array([0.3, 0.5, 0.6]))
    other = Walk(np.array([1, 0]), truth[1::-1], rating, np.ones((3, 4)), truth, np.array([0.1, 0.3, 0.4]))
    figure = show_walks({"chosen": [walk, other], "random": [other, other]}, 0, 1, note="simulated ratings")
    left, right = figure.axes[:2]
    assert left.get_title() == "newcomer 1 after 1 answers"
    hidden, told = left.collections[1:3]
    np.testing.assert_array_equal(hidden.get_offsets(), [[0, 1], [2, 3]])  # by predicted rating: 1, 2, 3, 0
    np.testing.assert_array_equal(told.get_offsets(), [[3, 5]])
    assert [line.get_xdata()[0] for line in left.lines if line.get_linestyle() == ":"] == [
        0
    ]  # item 1 is next
    means = [container.lines[0].get_ydata() for container in right.containers]
    np.testing.assert_allclose(means, [[0.2, 0.4, 0.5], [0.1, 0.3, 0.4]])
    assert show_walks({"chosen": [walk]}, step=99).axes[0].get_title() == "newcomer 1 after 2 answers"


def test_the_experiment_with_the_maps_shows_both():
    figure = try_basis(open_ratings(people=12, cinemagraphs=30), basis=3, dimension=2)
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "rbf, L = 2, d = 3",
        "linear, L = 2",
    ]
    assert "simulated" in figure.get_supxlabel()
