"""The measures of the segmentation benchmark on pictures whose answer is plain."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import semantics, semantics_clips, semantics_photographs
from semcine_nb.semantics import SemanticResponse, select_candidates
from semcine_nb.video import Video

FRAMES, HEIGHT, WIDTH = 16, 96, 160


def flickering(box):
    """A gray clip in which a box flickers."""
    frames = np.full((FRAMES, HEIGHT, WIDTH, 3), 90, np.uint8)
    frames[::2, box[0], box[1]] = 200
    return Video(frames, 10.0)


def named(box):
    """Water in a box, background around it."""
    scores = np.zeros((FRAMES, HEIGHT, WIDTH, 2), np.float32)
    scores[..., 0] = 1
    scores[:, box[0], box[1]] = [0, 1]
    return SemanticResponse(scores, ("background", "water"))


def test_outlines_agree_where_names_and_motion_do(monkeypatch):
    box, elsewhere = (slice(32, 64), slice(48, 96)), (slice(32, 64), slice(112, 144))
    # the motion is measured on a grid of a quarter and blurred: its outline lies some pixels outside
    monkeypatch.setattr(semantics_clips, "_NEAR", 0.05)
    assert semantics_clips.boundary_agreement(flickering(box), named(box)) == (1.0, 1.0)
    motion, names = semantics_clips.boundary_agreement(flickering(box), named(elsewhere))
    assert motion < 0.1
    assert names < 0.1


def test_nothing_named_and_nothing_moving_have_no_outline():
    still = Video(np.full((FRAMES, HEIGHT, WIDTH, 3), 90, np.uint8), 10.0)
    scene = SemanticResponse(np.ones((FRAMES, HEIGHT, WIDTH, 1), np.float32), ("background",))
    assert np.isnan(semantics_clips.boundary_agreement(still, scene)).all()


def test_the_candidate_that_holds_the_motion_is_found():
    box = (slice(32, 64), slice(48, 96))
    video = flickering(box)
    label, share, precise = semantics_clips.moving_candidate(video, select_candidates(video, named(box)))
    assert label == "water"
    assert share > 0.75
    assert precise == 1.0
    rows = [{"clip": "pond", "share of the motion": 0.6}, {"clip": "road", "share of the motion": 0.4}]
    rows.append({"clip": "two_cats", "share of the motion": 0.9})
    assert semantics_clips.found(rows) == (1, 2)


@pytest.mark.parametrize(
    ("value", "less", "word"), [(0.9, False, "aim"), (0.8, False, "must"), (0.1, False, "missed")]
)
def test_verdicts(value, less, word):
    assert semantics.verdict(value, 0.75, 0.85, less).startswith(word)


def test_verdicts_of_costs():
    assert [semantics.verdict(v, 30, 10, less=True) for v in (5, 20, 40)] == [
        "aim reached",
        "must reached",
        "missed",
    ]


def test_clicks_on_two_colors_are_right():
    image = np.zeros((64, 96, 3), np.uint8)
    image[:, 48:] = (40, 90, 220)
    labels = np.zeros((64, 96), np.uint8)
    labels[:, 48:] = 3  # water
    made = semantics_photographs.click_accuracy([("two", image, labels)], counts=(3,))
    assert made["pictures"] == 1
    assert min(made["accuracy"][3]) > 0.9
