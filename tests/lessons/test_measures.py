"""Measures behind the pictures, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_pond import pond

from semcine_nb.lessons.measures import (
    commonest_label,
    connectivity_maps,
    lasso,
    out_of_step,
    outlines,
    seam_step,
    worst_place,
)
from semcine_nb.semantics import SemanticResponse
from semcine_nb.video import Video


def test_each_kind_shows_its_own_border() -> None:
    frames = np.full((9, 3, 6, 3), 100, np.uint8)
    frames[1::2, :, 4:, 0] = 200  # the right third flashes
    count = np.zeros((3, 6, 2), np.int32)
    count[:, :2, 0] = count[:, 2:, 1] = 9  # another category from column 2 on
    scores = np.full((9, 3, 6, 2), 0.5, np.float32)
    maps = connectivity_maps(Video(frames, 30.0), SemanticResponse(scores, ("water", "person"), count))
    # the histograms are (1, 0) and (0, 1): √2 apart, and λ_s is 10/√2
    assert maps.semantic[0].tolist() == pytest.approx([1, 1 / 11, 1, 1, 1, 1])
    # ‖V(x) − V(z)‖ is 0, 100/255, 0, … in nine frames: its median 0, its deviation's median 0
    assert maps.color[0].tolist() == pytest.approx([1] * 6)


def test_colors_that_drift_apart_are_cheap_to_cut_for_liao() -> None:
    frames = np.zeros((5, 1, 2, 3), np.uint8)
    frames[:, 0, 1, 0] = [0, 51, 102, 153, 204]
    scores = np.ones((5, 1, 2, 1), np.float32)
    maps = connectivity_maps(Video(frames, 30.0), SemanticResponse(scores, ("water",)))
    # differences 0, .2, .4, .6, .8; from their median .4 they deviate by .4, .2, 0, .2, .4: median .2
    assert maps.color[0, 0] == pytest.approx(1 / (1 + 100 * 0.2))
    assert maps.semantic[0, 0] == 1


def labelled(frames: Any, period: Any, start: Any) -> Any:
    return SimpleNamespace(video=Video(frames, 30), period=np.array(period), start=np.array(start))


def test_a_lasso_fills_what_it_surrounds() -> None:
    ring = np.zeros((9, 9), bool)
    ring[1:8, 1:8] = True
    ring[3:6, 3:6] = False
    assert lasso(ring)[1:8, 1:8].all()
    assert lasso(ring).sum() == 49


def test_loops_are_out_of_step_where_they_show_different_frames() -> None:
    assert out_of_step([(36, 4), (36, 4)]) == 0
    assert out_of_step([(36, 4), (36, 40)]) == 1
    assert out_of_step([(36, 4), (36, 12)]) == pytest.approx(8 / 36)


def test_a_seam_costs_the_difference_of_what_both_labels_show() -> None:
    frames = np.zeros((8, 2, 2, 3), np.uint8)
    frames[4:] = 10
    still = labelled(frames, np.ones((2, 2), int), [[0, 4], [0, 4]])
    everywhere = np.ones((2, 2), bool)
    assert seam_step(still, everywhere) == pytest.approx(10)
    assert seam_step(labelled(frames, np.ones((2, 2), int), np.zeros((2, 2), int)), everywhere) == 0


def test_the_commonest_label_wins() -> None:
    cinema = labelled(np.zeros((8, 1, 3, 3), np.uint8), [[36, 36, 40]], [[4, 4, 8]])
    assert commonest_label(cinema, np.ones((1, 3), bool)) == (36, 4)


def test_outlines_lie_where_the_category_changes() -> None:
    left = np.zeros((2, 20, 20), bool)
    left[:, :, :10] = True
    sample: Any = SimpleNamespace(
        video=Video(np.zeros((2, 20, 20, 3), np.uint8), 30), masks={"a": left, "b": ~left}
    )
    near = outlines(sample, reach=1)
    assert near[:, 9:11].all()
    assert not near[:, :6].any()
    assert not near[:, 14:].any()


def test_the_worst_place_is_where_labels_are_out_of_step() -> None:
    clip = pond().video
    start = np.full(clip.frames.shape[1:3], 4)
    start[90:110, 150:180] = 16
    torn: Any = SimpleNamespace(video=clip, period=np.full_like(start, 40), start=start)
    x, y, width, height = worst_place(torn, np.ones_like(start, bool), 40, 30)
    assert x < 180
    assert x + width > 150
    assert y < 110
    assert y + height > 90
