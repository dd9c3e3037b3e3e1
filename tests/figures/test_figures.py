"""The paper's colors, maps over frames, and pictures of a cinemagraph."""

from __future__ import annotations

import numpy as np
import pytest
from ranked_clips import drifting_clip, ranked_of

from semcine_nb.figures import STATIC_GRAY, label_map, mask_overlay, show_candidates, show_labels, show_scene
from semcine_nb.semantics import SemanticResponse


def test_the_smallest_label_is_blue_the_largest_red_and_static_is_gray() -> None:
    picture = label_map(np.array([[1, 32, 56, 80]]), np.array([[False, True, True, True]]))
    gray, low, middle, high = picture[0].astype(int)
    assert gray.tolist() == [STATIC_GRAY] * 3
    assert low[2] > low[0] + 100  # blue
    assert high[0] > high[2] + 100  # red
    assert middle[0] > 200
    assert middle[1] > 200
    assert middle[2] < 120  # yellow


def test_one_scale_can_serve_several_maps() -> None:
    alone = label_map(np.array([[32, 36]]), np.ones((1, 2), bool), low=32, high=80)
    assert np.array_equal(alone[:, 1:], label_map(np.array([[32, 36, 80]]), np.ones((1, 3), bool))[:, 1:2])


def test_a_map_without_movement_is_all_gray() -> None:
    assert np.unique(label_map(np.ones((2, 3), int), np.zeros((2, 3), bool))).tolist() == [STATIC_GRAY]


def test_an_overlay_tints_inside_outlines_and_leaves_the_rest() -> None:
    frame = np.full((7, 7, 3), 100, np.uint8)
    mask = np.zeros((7, 7), bool)
    mask[1:6, 1:6] = True
    picture = mask_overlay(frame, mask, color=(200, 0, 0), opacity=0.5)
    assert picture[0, 0].tolist() == [100, 100, 100]
    assert picture[1, 3].tolist() == [200, 0, 0]
    assert picture[3, 3].tolist() == [150, 50, 50]
    assert (frame == 100).all()


def test_a_mask_up_to_the_border_needs_no_outline_there() -> None:
    picture = mask_overlay(
        np.zeros((4, 4, 3), np.uint8), np.ones((4, 4), bool), color=(100, 0, 0), opacity=0.5
    )
    assert (picture == [50, 0, 0]).all()


@pytest.mark.parametrize("moves", [True, False], ids=["moving", "static"])
def test_labels_are_drawn_with_a_scale_each_where_something_moves(moves: bool) -> None:
    cinema = next(c for c in ranked_of(96, 64, ("left", "right")) if c.dynamic.any() == moves)
    figure = show_labels(cinema)
    titles = [axis.get_title() for axis in figure.axes]
    assert titles[:3] == [
        f"π: {cinema.candidate.label}",
        "p (frames), gray: static",
        "s (frames), gray: static",
    ]
    assert len(figure.axes) == (5 if moves else 3)


def test_a_scene_names_what_wins_the_largest_first() -> None:
    clip = drifting_clip(40, 20, frames=2)
    scores = np.zeros((2, 20, 40, 3), np.float32)
    scores[:, :, :10, 0] = scores[:, :, 10:, 2] = 1
    figure = show_scene(clip, SemanticResponse(scores, ("rock", "boat", "water")))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["water (75.0%)", "rock (25.0%)"]
    picture = figure.axes[1].images[0].get_array().astype(int)
    mean = [picture[:, part].reshape(-1, 3).mean(axis=0) for part in (np.s_[:10], np.s_[10:])]
    assert np.abs(mean[0] - mean[1]).max() > 50


def test_candidates_play_side_by_side_with_escaped_names() -> None:
    html = show_candidates(ranked_of(64, 64, ("<script>x", "b")), width=200).data
    assert html.count("<video autoplay loop muted") == 2
    assert "<script>" not in html
    assert "1. &lt;script&gt;x" in html
