"""Clips that hardly move: a candidate is offered all the same, with a message, through the whole pipeline."""

import numpy as np
import pytest

from semcine_nb import make_cinemagraphs
from semcine_nb.page import make_loop, page
from semcine_nb.samples import make_sample
from semcine_nb.video import Video


def test_a_faint_motion_is_offered_and_flagged():
    sample = make_sample("portrait", size=(96, 64), seconds=2.0)
    frames = sample.video.frames.astype(np.float32)
    still = frames.mean(axis=0)
    faint = np.rint(still + 0.05 * (frames - still)).astype(np.uint8)  # a twentieth of the motion
    masks = {name: mask for name, mask in sample.masks.items() if name != "background"}
    ranked = make_cinemagraphs(Video(faint, sample.video.fps), segmenter=masks, threads=1)
    (one,) = ranked
    assert one.candidate.note.startswith("offered although hardly changes: mean standard deviation 0.0")
    assert "this one moves most" in one.candidate.note
    html = page(ranked, [make_loop(one.render(), 30.0)], "faint")
    assert one.candidate.note in html
    assert html.count("hardly changes") >= 2  # at the loop and in the table of what was found


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(
    ("clip", "things"),
    [("two_cats", {"animal"}), ("baby_breathing", {"person", "animal"})],  # half of the baby is called either
)
def test_breathing_is_offered_and_flagged(real_clips, clip, things):
    ranked = make_cinemagraphs(
        real_clips / f"{clip}.mp4", read={"max_size": (320, 270), "max_seconds": 3.0}, threads=1
    )
    one = ranked[0]
    assert set(one.candidate.categories) <= things
    assert one.candidate.note.startswith("offered although hardly changes")
    assert not ranked.selection.reasons["background"].kept
    assert one.candidate.mask.mean() > 0.05
