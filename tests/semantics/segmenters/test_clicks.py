"""Clicks on a clip of three plain regions: what is learned, kept, taken back and refused."""

import numpy as np
import pytest

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import segment
from semcine_nb.semantics.segmenters import clicks as module
from semcine_nb.semantics.segmenters.clicks import Clicks, fit
from semcine_nb.video import Video

H, W = 96, 160


@pytest.fixture(scope="module")
def video():
    """Blue rippled water below, green leaves left above, gray wall right above."""
    rng = np.random.default_rng(0)
    frames = np.zeros((4, H, W, 3), np.uint8)
    frames[:, :48, :80] = (60, 150, 50)
    frames[:, :48, 80:] = (150, 150, 150)
    frames[:, 48:] = (40, 80, 190)
    noise = rng.integers(-25, 26, (4, H, W, 1))
    noise[:, :48, 80:] //= 8
    return Video((frames.astype(int) + noise).clip(0, 255).astype(np.uint8), 30.0)


@pytest.fixture(scope="module")
def taught(video):
    clicks = Clicks(video, side=480)
    clicks.add("water", 40, 75)
    clicks.add("sky & tree", 30, 20)
    clicks.add("background", 130, 20)
    return clicks


def test_one_click_each_finds_the_regions(video, taught):
    response = segment(video, taught)
    assert response.categories == ("water", "sky & tree", "background")
    assert response.shape == (4, H, W, 3)
    winner = response.scores[2].argmax(axis=2)
    truth = np.full((H, W), 0)
    truth[:48, :80], truth[:48, 80:] = 1, 2
    assert np.mean(winner == truth) > 0.9
    assert [winner[75, 40], winner[20, 30], winner[20, 130]] == [0, 1, 2]


def test_another_click_looks_at_nothing_again(video, taught, monkeypatch):
    monkeypatch.setattr(module, "look_at", lambda *a, **k: pytest.fail("features were computed again"))
    before = taught.preview()
    taught.add("water", 140, 85)
    assert not np.array_equal(taught.preview(), before)
    taught.undo()
    np.testing.assert_array_equal(taught.preview(), before)
    np.testing.assert_allclose(before.sum(axis=2), 1, atol=1e-5)


def test_strokes_undo_and_clear(video):
    clicks = Clicks(video)
    clicks.scribble("water", [(10, 60), (42, 60), (42, 76)])
    assert [(c.x, c.y) for c in clicks.clicks[0]] == [
        (10, 60),
        (18, 60),
        (26, 60),
        (34, 60),
        (42, 60),
        (42, 68),
        (42, 76),
    ]
    clicks.add("boat", 3, 4, t=1)
    assert clicks.categories == ("water", "boat")
    clicks.undo()
    assert clicks.categories == ("water",)
    clicks.add("boat", 3, 4)
    clicks.clear("water")
    assert clicks.categories == ("boat",)
    clicks.clear()
    clicks.undo()
    assert clicks.clicks == []


def test_refuses(video):
    clicks = Clicks(video)
    with pytest.raises(SegmentationError, match="at least two categories"):
        clicks.preview()
    clicks.add("water", 5, 5)
    with pytest.raises(SegmentationError, match="at least two categories"):
        segment(video, clicks)
    with pytest.raises(SegmentationError, match="unknown category"):
        clicks.add("watr", 5, 5)
    for x, y, t in ((W, 5, 0), (5, -1, 0), (5, 5, 4), (5, 5, -1)):
        with pytest.raises(SegmentationError, match="leaves the clip"):
            clicks.add("water", x, y, t)
    with pytest.raises(SegmentationError, match="another clip"):
        clicks(Video(255 - video.frames, 30.0))


@pytest.mark.parametrize("classes", [2, 3])
def test_fit_separates_points(classes):
    samples = np.repeat(np.eye(classes), 3, axis=0)
    labels = np.repeat(np.arange(classes), 3)
    weights, bias = fit(samples, labels)
    assert weights.shape == (classes, classes)
    assert (np.argmax(samples @ weights + bias, axis=1) == labels).all()
