"""A lesson's clip by one line, a sample's name or a path, and its scene."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from semcine_nb.errors import VideoError
from semcine_nb.lessons import open_clip, open_scene
from semcine_nb.samples import make_sample


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
