"""Clips that hardly move: a candidate is offered all the same, with a message, through the whole pipeline."""

import numpy as np
import pytest

from semcine_nb import make_cinemagraphs
from semcine_nb.figures.html import make_loop
from semcine_nb.results.page import page
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


def test_the_loop_of_a_flagged_candidate_breathes():
    rng = np.random.default_rng(4)
    rows, columns = np.indices((48, 64)).astype(np.float32)
    chest = (rows - 24) ** 2 + (columns - 32) ** 2 < 14**2
    breath = np.sin(2 * np.pi * np.arange(104) / 40).astype(np.float32)  # 0.4 pixels, 40 frames a breath
    frames = np.full((104, 48, 64, 3), 120, np.float32)
    for frame, lift in zip(frames, breath, strict=True):
        frame[chest] += 40 * np.sin((rows[chest] + 0.4 * lift) / 2)[:, None]
    frames += rng.normal(0, 1.5, frames.shape)
    video = Video(np.rint(frames).clip(0, 255).astype(np.uint8), 30.0)
    (one,) = make_cinemagraphs(video, segmenter={"person": chest}, threads=1)
    assert "hardly changes" in one.candidate.note
    assert one.dynamic[chest].all()
    # the displacement that frames show, by how far each departs from the still in the direction of rising
    rising = np.gradient(frames.mean(0)[..., 0], axis=0) * chest
    looped = one.render(timing="exact", blend=False).astype(np.float32)[..., 0]
    shown, filmed = (np.tensordot(some, rising, 2).std() for some in (looped, frames[..., 0]))
    assert 0.8 < shown / filmed < 1.2


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
