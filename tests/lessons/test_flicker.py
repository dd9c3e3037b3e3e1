"""Where the winning category changes, and a segmenter that flickers on purpose."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.lessons.flicker import Flickering, flicker, pixel_scores
from semcine_nb.semantics import SemanticResponse, segment
from semcine_nb.video import Video

NAMES = ("water", "animal")


def clip_of(frames: int, side: int) -> Video:
    return Video(np.zeros((frames, side, side, 3), np.uint8), 30.0)


def steady(frames: int = 20, side: int = 32) -> tuple[Video, SemanticResponse]:
    scores = np.zeros((frames, side, side, 2), np.float32)
    scores[:, :, : side // 2, 0] = scores[:, :, side // 2 :, 1] = 0.8
    return clip_of(frames, side), SemanticResponse(scores, NAMES)


def test_changes_are_counted_by_hand() -> None:
    scores = np.zeros((4, 1, 2, 2), np.float32)
    scores[..., 0] = 0.5
    scores[2:, 0, 1, 1] = 0.9  # one change in three steps
    assert np.allclose(flicker(SemanticResponse(scores, NAMES)), [[0, 1 / 3]])


def test_one_frame_has_no_step() -> None:
    assert flicker(SemanticResponse(np.ones((1, 2, 2, 2), np.float32), NAMES)).tolist() == [[0, 0], [0, 0]]


def test_the_scores_of_a_pixel() -> None:
    scores = np.random.default_rng(0).random((3, 4, 5, 2)).astype(np.float32)
    assert np.array_equal(pixel_scores(SemanticResponse(scores, NAMES), x=4, y=2), scores[:, 2, 4])


def test_without_noise_nothing_changes() -> None:
    clip, scene = steady()
    noisy = segment(clip, Flickering(scene, strength=0))
    assert np.array_equal(np.asarray(noisy.scores[3]), scene.scores[3])
    assert flicker(noisy).max() == 0


@pytest.mark.parametrize("patch", [0.0, 3.0])
def test_the_noise_is_as_strong_as_asked(patch: float) -> None:
    scene = SemanticResponse(np.full((20, 64, 64, 2), 0.5, np.float32), NAMES)
    noisy = segment(clip_of(20, 64), Flickering(scene, strength=0.1, patch=patch))
    values = np.stack([noisy.scores[t] for t in range(20)]) - 0.5
    assert values.std() == pytest.approx(0.1, rel=0.1)


def test_noise_is_the_same_when_asked_again_and_new_in_each_frame_and_seed() -> None:
    clip, scene = steady()
    one = segment(clip, Flickering(scene, strength=0.3))
    again = segment(clip, Flickering(scene, strength=0.3))
    other = segment(clip, Flickering(scene, strength=0.3, seed=1))
    assert np.array_equal(one.scores[5], again.scores[5])
    assert not np.array_equal(one.scores[5], one.scores[6])
    assert not np.array_equal(one.scores[5], other.scores[5])


def test_more_noise_flickers_more_and_the_map_bears_it() -> None:
    clip, scene = steady(frames=40)
    weak, strong = (segment(clip, Flickering(scene, strength=s)) for s in (0.3, 0.6))
    assert 0 < flicker(weak).mean() < flicker(strong).mean()
    truth = scene.candidate_map("animal")
    assert (weak.candidate_map("animal", 0.5) == truth).mean() > 0.99
