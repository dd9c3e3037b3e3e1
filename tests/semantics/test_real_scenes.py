"""What a person can make of a real clip with a few clicks; needs SEMCINE_REAL_CLIPS."""

import numpy as np
import pytest

from semcine_nb.semantics import Clicks, segment, select_candidates
from semcine_nb.video import read_video


@pytest.mark.real
@pytest.mark.slow
def test_seven_clicks_find_the_fountain(real_clips):
    video = read_video(real_clips / "fountain.mp4")
    height, width = video.frames.shape[1:3]
    clicks = Clicks(video, every=60, side=640)
    for x, y in ((0.62, 0.4), (0.45, 0.45), (0.3, 0.9)):
        clicks.add("water", x * width, y * height)
    for x, y in ((0.05, 0.4), (0.95, 0.35)):
        clicks.add("sky & tree", x * width, y * height)
    for x, y in ((0.2, 0.03), (0.8, 0.05)):
        clicks.add("background", x * width, y * height)
    selection = select_candidates(video, segment(video, clicks))
    assert [candidate.label for candidate in selection.candidates] == ["water"]
    assert selection.candidates[0].note is None
    mask = selection.candidates[0].mask
    # outlined by eye: the jets and the basin are in, the sky and the trees at both sides are not
    jets, basin = (
        mask[int(0.2 * height) : int(0.7 * height), int(0.35 * width) : int(0.65 * width)],
        mask[-20:],
    )
    sides = np.concatenate([mask[: int(0.6 * height), :20], mask[: int(0.6 * height), -60:]], axis=1)
    assert jets.mean() > 0.95
    assert basin.mean() > 0.8
    assert mask[:20].mean() < 0.05
    assert sides.mean() < 0.05
