"""Responses kept by content: found again, made anew when anything differs, and never half written."""

import numpy as np
import pytest

from semcine_nb.cache import ArrayCache
from semcine_nb.semantics import SemanticResponse, StoredScores, segment
from semcine_nb.semantics.caching import load_response, response_key, save_response
from semcine_nb.video import Video


class Counting:
    """A segmenter that counts its runs."""

    name = "counting"
    license = "CC0"

    def __init__(self, setting=1, guided=True):
        self.setting, self.guided, self.runs = setting, guided, 0

    def fingerprint(self):
        return str(self.setting)

    def __call__(self, video, progress=None):
        self.runs += 1
        values = np.full((2, 3, 4, 2), 10 * self.setting, np.uint8)
        guide = video.frames if self.guided else None
        scores = StoredScores(values, video.frames.shape[:3], [0, 3], guide)
        return SemanticResponse(scores, ("water", "background"))


@pytest.fixture
def video():
    return Video(np.random.default_rng(0).integers(0, 256, (4, 12, 16, 3), dtype=np.uint8), 30.0)


@pytest.mark.parametrize("guided", [True, False])
def test_segmented_once(video, tmp_path, guided):
    segmenter = Counting(guided=guided)
    first = segment(video, segmenter, cache=tmp_path)
    again = segment(Video(video.frames.copy(), 30.0), segmenter, cache=tmp_path)
    assert segmenter.runs == 1
    assert again.categories == first.categories
    for t in range(4):
        np.testing.assert_array_equal(again.scores[t], first.scores[t])
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]


def test_other_clips_and_settings_are_other_keys(video):
    other = Video(255 - video.frames, 30.0)
    keys = {response_key(v, s) for v in (video, other) for s in (Counting(1), Counting(2))}
    assert len(keys) == 4
    assert response_key(video, Counting(1)) == response_key(video, Counting(1))


def test_segmenters_without_fingerprint_are_not_kept(video, tmp_path):
    segment(video, {"water": np.ones((12, 16))}, cache=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_broken_file_is_made_anew(video, tmp_path):
    segmenter, cache = Counting(), ArrayCache(tmp_path)
    segment(video, segmenter, cache=cache)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:100])
    segment(video, segmenter, cache=cache)
    assert segmenter.runs == 2
    key = response_key(video, segmenter)
    assert load_response(cache, key, video) is not None
    assert load_response(cache, key, Video(video.frames[:2], 30.0)) is None


def test_guesses_are_kept_too(video, tmp_path):
    cache, made = ArrayCache(tmp_path), Counting()(video)
    save_response(cache, "0", SemanticResponse(made.scores, made.categories, guesses={"water": "fountain"}))
    assert load_response(cache, "0", video).guesses == {"water": "fountain"}


def test_only_stored_scores_are_written(video, tmp_path):
    whole = SemanticResponse(np.ones((4, 12, 16, 1), np.float32), ("water",))
    assert not save_response(ArrayCache(tmp_path), "0", whole)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_stops_nothing(video, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    segmenter = Counting()
    response = segment(video, segmenter, cache=tmp_path / "file" / "folder")
    assert segmenter.runs == 1
    assert response.categories == ("water", "background")
    assert "cannot be kept" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_default_segmenter_says_what_its_scores_depend_on():
    from semcine_nb.semantics.segmenters.embedded import EmbeddedSegmenter

    prints = {EmbeddedSegmenter(**one).fingerprint() for one in ({}, {"proposals": 1}, {"motion": False})}
    assert len(prints) == 3
    assert EmbeddedSegmenter().fingerprint() in prints
