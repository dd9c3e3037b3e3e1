"""Fig. 8, 9, 10 and supplement Fig. 4: what is drawn is what was given, and simulated ratings say so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import Normalize, to_rgb
from ranked_clips import ranked_of

from semcine_nb.figures.preference import (
    OTHER_COLOR,
    PAPER_COLOR,
    show_comparison,
    show_completed,
    show_people,
    show_predicted,
)


def words(figure) -> str:
    said = [text.get_text() for text in figure.texts]
    return " ".join([*said, figure.get_supxlabel()])


@pytest.fixture
def table() -> pd.DataFrame:
    columns = {"mAP": [0.4, 0.7, 0.75], "mAP_se": [0.02, 0.03, 0.01]}
    return pd.DataFrame(columns, index=["CR", "Joint (RBF)", "Gaussian process"])


def test_bars_are_the_table_with_its_errors(table):
    figure = show_comparison(table, metrics=["mAP"], note="simulated ratings")
    axis = figure.axes[0]
    assert [bar.get_width() for bar in axis.patches] == [0.4, 0.7, 0.75]
    places = [bar.get_y() for bar in axis.patches]
    assert places == sorted(places, reverse=True)  # the first model on top
    assert [label.get_text() for label in axis.get_yticklabels()] == list(table.index)
    colors = [bar.get_facecolor()[:3] for bar in axis.patches]
    assert colors == [to_rgb(PAPER_COLOR)] * 2 + [to_rgb(OTHER_COLOR)]
    lines = axis.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose([line[1, 0] - line[0, 0] for line in lines], [0.04, 0.06, 0.02])
    assert "simulated ratings" in words(figure)


def test_a_panel_a_metric(table):
    table = table.assign(pooled_AP=0.5, pooled_AP_se=0.1)
    assert [axis.get_xlabel() for axis in show_comparison(table).axes] == ["mAP", "pooled AP"]


def test_completed_matrices_keep_what_was_given_and_sort_by_how_much_is_known():
    nan = np.nan
    given = np.array([[nan, 1.0, nan], [2.0, 5.0, nan], [nan, 4.0, 3.0]])
    completed = np.array([[1.5, 9.0, 2.5], [9.0, 9.0, 0.0], [4.0, 9.0, 9.0]])
    figure = show_completed(given, {"MC": completed}, note="simulated ratings")
    first, second = (np.ma.filled(axis.images[0].get_array(), np.nan) for axis in figure.axes[:2])
    # people by how many they rated: 1, 3, 2 → columns 0, 2, 1 (both of the first two rated one)
    np.testing.assert_array_equal(first, [[2, nan, 5], [nan, 3, 4], [nan, nan, 1]])
    np.testing.assert_array_equal(
        second, [[2, 1, 5], [4, 3, 4], [1.5, 2.5, 1]]
    )  # 0 is shown as the lowest, 1
    assert isinstance(figure.axes[0].images[0].norm, Normalize)
    assert figure.axes[0].get_title() == "given: 56% rated"
    # one row has two gaps: σ of 1.5 and 2.5
    assert figure.axes[1].get_title() == "MC\nspread 0.50"


def test_people_are_points_of_their_group():
    where = np.random.default_rng(0).normal(size=(5, 2))
    figure = show_people(where, ["b", "a", "a", "b", "a"], names=list("VWXYZ"))
    first, second = figure.axes[0].collections
    np.testing.assert_array_equal(first.get_offsets(), where[[1, 2, 4]])
    np.testing.assert_array_equal(second.get_offsets(), where[[0, 3]])
    assert not np.array_equal(first.get_facecolor(), second.get_facecolor())
    assert [text.get_text() for text in figure.axes[0].texts] == list("VWXYZ")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["group 1 (3)", "group 2 (2)"]


def test_people_without_groups_are_numbered_and_have_no_legend():
    figure = show_people(np.eye(3, 2))
    assert [text.get_text() for text in figure.axes[0].texts] == ["1", "2", "3"]
    assert not figure.legends


def test_predicted_and_given_ratings_with_the_best_framed():
    cinemas = list(ranked_of(64, 48, ("left", "right")))
    predicted = np.array([[4.2, 2.0], [3.1, 4.9]])
    given = np.array([[3.0, np.nan], [5.0, np.nan]])
    figure = show_predicted(cinemas, predicted, given, ["ann", "ben"], note="simulated ratings")
    tables = [axis for axis in figure.axes if any("(" in text.get_text() for text in axis.texts)]
    assert [[text.get_text() for text in axis.texts] for axis in tables] == [
        ["4.2\n(3)", "2.0\n(?)"],
        ["3.1\n(5)", "4.9\n(?)"],
    ]
    frames = {
        (row, round(patch.get_x() + patch.get_width() / 2)): patch.get_edgecolor()
        for row, axis in enumerate(tables)
        for patch in axis.patches
    }
    assert sorted(frames) == [(0, 0), (1, 0), (1, 1)]
    red, blue = np.array(frames[0, 0]), np.array(frames[1, 0])
    assert red[0] > red[2]  # predicted best
    assert blue[2] > blue[0]  # rated best
    assert np.array_equal(frames[1, 1], red)
    assert len(cinemas[0].video.frames[0]) == figure.axes[0].images[0].get_array().shape[0]
    assert "simulated ratings" in words(figure)


def test_nobody_needs_to_have_rated():
    figure = show_predicted(list(ranked_of(64, 48, ("one",))), [[3.0, 4.0]])
    assert "3.0\n(?)" in [text.get_text() for axis in figure.axes for text in axis.texts]
