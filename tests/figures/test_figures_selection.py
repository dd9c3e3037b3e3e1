"""Pictures: the tint marks exactly the mask, and every category has its panel."""

import numpy as np
import pytest

from semcine_nb.errors import SegmentationError
from semcine_nb.figures.selection import KEPT, show_selection, tint
from semcine_nb.semantics import segment, select_candidates
from semcine_nb.video import Video


def test_tint():
    frame = np.full((9, 9, 3), 100, np.uint8)
    mask = np.zeros((9, 9), bool)
    mask[2:7, 2:7] = True
    out = tint(frame, mask)
    assert out[0, 0].tolist() == [80, 80, 80]
    assert tuple(out[2, 2]) == KEPT
    assert out[4, 4].tolist() == [80, 160, 95]
    with pytest.raises(SegmentationError, match="mask is"):
        tint(frame, mask[:5])


def test_show_selection_has_a_panel_a_category():
    rng = np.random.default_rng(0)
    video = Video(rng.integers(0, 256, (6, 40, 60, 3), dtype=np.uint8), 30.0)
    mask = np.zeros((40, 60), bool)
    mask[:, :30] = True
    selection = select_candidates(video, segment(video, {"water": mask}))
    figure = show_selection(video, selection)
    titles = [axis.get_title(loc="left") for axis in figure.axes if axis.images]
    assert [title.splitlines()[0] for title in titles] == ["water", "background"]
    assert "kept: passes all filters" in titles[0]
    assert "filter a" in titles[1]
    figure.canvas.draw()
