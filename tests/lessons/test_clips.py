"""A lesson's clip by one line, a sample's name or a path, and its scene."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from semcine_nb.errors import VideoError
from semcine_nb.lessons.clips import careful_map, open_clip, open_scene, sure_points
from semcine_nb.samples import make_sample
from semcine_nb.semantics import Candidate


def test_a_samples_name_gives_the_painted_clip() -> None:
    clip = open_clip("flags", size=(96, 64), seconds=0.2)
    assert np.array_equal(clip.frames, make_sample("flags", size=(96, 64), seconds=0.2).video.frames)


def test_a_path_gives_the_file_small_and_short(tmp_path: Path) -> None:
    path = tmp_path / "mine.mp4"
    make_sample("flags", size=(96, 64), seconds=0.4).video.save(path)
    clip = open_clip(path, size=(48, 48), seconds=0.2)
    assert clip.source == path
    assert clip.frames.shape == (6, 32, 48, 3)


def test_an_array_is_a_clip_too() -> None:
    assert len(open_clip(np.zeros((5, 8, 8, 3), np.uint8))) == 5


def test_a_name_of_neither_lists_the_samples() -> None:
    with pytest.raises(VideoError, match=r"'brook'.*pond, portrait"):
        open_clip("brook")


def test_a_samples_scene_is_exact_and_fits_its_clip() -> None:
    clip = open_clip("flags", size=(96, 64), seconds=0.2)
    scene = open_scene("flags", clip)
    sample = make_sample("flags", size=(96, 64), seconds=0.2)
    assert scene.shape[:3] == clip.frames.shape[:3]
    assert scene.categories == sample.categories
    assert np.array_equal(np.asarray(scene.scores[3]).argmax(-1) == 0, sample.masks[sample.categories[0]][3])


def test_anybodys_own_clip_is_segmented(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = open_clip(np.zeros((5, 8, 8, 3), np.uint8))
    monkeypatch.setattr("semcine_nb.semantics.segment", lambda clip, progress: ("segmented", clip))
    assert open_scene("mine.mp4", clip) == ("segmented", clip)


def test_sure_points_lie_inside_their_category() -> None:
    clip = open_clip("flags", size=(96, 64), seconds=0.2)
    scene = open_scene("flags", clip)
    points = sure_points(scene, count=2)
    assert {name for name, _, _ in points} == set(scene.categories)
    middle = np.asarray(scene.scores[3])
    assert all(scene.categories[middle[y, x].argmax()] == name for name, x, y in points)
    assert len(set(points)) == len(points) <= 2 * len(scene.categories)


def test_a_careful_map_is_exact_for_a_sample() -> None:
    clip = open_clip("flags", size=(96, 64), seconds=0.2)
    wrong = Candidate(("flag",), np.zeros((64, 96), bool))
    truth = open_scene("flags", clip).candidate_map("flag")
    assert np.array_equal(careful_map("flags", clip, wrong), truth)


def test_a_careful_map_of_any_other_clip_closes_gaps_and_drops_specks() -> None:
    clip = open_clip(np.zeros((5, 40, 40, 3), np.uint8))
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    mask[18:22, 18:22] = False  # a hole
    mask[10:30, 25:27] = False  # a gap
    mask[2:4, 2:4] = True  # a speck
    found = careful_map("mine.mp4", clip, Candidate(("flag",), mask))
    assert found[12:28, 12:28].all()
    assert not found[:8].any()
    empty = Candidate(("flag",), np.zeros((40, 40), bool))
    assert not careful_map("mine.mp4", clip, empty).any()
