"""γ_s over the picture, ours and Liao's."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.looping.connectivity_maps import connectivity_maps
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
    assert maps.colour[0].tolist() == pytest.approx([1] * 6)


def test_colours_that_drift_apart_are_cheap_to_cut_for_liao() -> None:
    frames = np.zeros((5, 1, 2, 3), np.uint8)
    frames[:, 0, 1, 0] = [0, 51, 102, 153, 204]
    scores = np.ones((5, 1, 2, 1), np.float32)
    maps = connectivity_maps(Video(frames, 30.0), SemanticResponse(scores, ("water",)))
    # differences 0, .2, .4, .6, .8; from their median .4 they deviate by .4, .2, 0, .2, .4: median .2
    assert maps.colour[0, 0] == pytest.approx(1 / (1 + 100 * 0.2))
    assert maps.semantic[0, 0] == 1
