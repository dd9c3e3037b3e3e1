"""`segment`: what may be given, what is refused, and that licenses are shown."""

import logging
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import SemanticResponse, segment
from semcine_nb.semantics.segmenters import KINDS, Segmenter, segment_key_frames
from semcine_nb.semantics.segmenters.combined import Combined
from semcine_nb.video import Video


class Half:
    """The left half is water."""

    name = "half"
    license = "CC0"
    runs = 0

    def __call__(self, video, progress):
        Half.runs += 1
        scores = np.zeros((*video.frames.shape[:3], 2), np.float32)
        scores[..., 1] = 1
        scores[:, :, : video.frames.shape[2] // 2] = [1, 0]
        return SemanticResponse(scores, ("water", "background"))


@pytest.fixture
def video():
    return Video(np.zeros((2, 4, 6, 3), np.uint8), 30.0)


def test_own_object_and_its_license(video, caplog):
    with caplog.at_level(logging.INFO, logger="semcine"):
        response = segment(video, Half())
    assert isinstance(Half(), Segmenter)
    assert response.global_histogram().tolist() == [24, 24]
    assert "half, license: CC0" in caplog.text


def test_a_response_is_only_checked(video):
    response = Half()(video, None)
    assert segment(video, response) is response
    with pytest.raises(SegmentationError, match="the clip"):
        segment(Video(video.frames[:, :2], 30.0), response)


@pytest.mark.parametrize("wrong", ["embeded", "yolo:x", 7, object(), "embedded:x", ""])
def test_errors_list_what_exists(video, wrong):
    with pytest.raises(SegmentationError) as error:
        segment(video, wrong)
    for kind in KINDS:
        assert kind in str(error.value)


@pytest.mark.parametrize("kind", ["onnx", "fcn8s", "masks", "huggingface"])
def test_a_kind_needs_its_source(video, kind):
    with pytest.raises(SegmentationError, match="needs to know what to load"):
        segment(video, f"{kind}:")


@pytest.mark.parametrize("kind", ["onnx", "fcn8s", "masks"])
def test_missing_files(video, kind, tmp_path):
    with pytest.raises(SegmentationError, match=r"there is no|there are no"):
        segment(video, f"{kind}:{tmp_path / 'nothing.npz'}")


def test_clicks_say_how(video):
    with pytest.raises(SegmentationError) as told:
        segment(video, "clicks")
    for step in ("Clicks(video)", "clicks.add(", "segment(video, clicks)", "MaskPainter"):
        assert step in str(told.value)


def test_a_segmenter_must_return_a_response(video):
    half = Half()
    bad = type("Bad", (), {"name": "bad", "license": "", "__call__": lambda self, v, p: half(v, p).scores})()
    with pytest.raises(SegmentationError, match="must return a SemanticResponse, not ndarray"):
        segment(video, bad)


def test_combined_takes_a_category_from_another(video):
    person = np.zeros((4, 6))
    person[0, 0] = 0.5
    person[1, 5] = 1.0
    both = Combined(Half(), {"person": {"person": person}})
    response = segment(video, both)
    assert response.categories == ("water", "background", "person")
    np.testing.assert_allclose(response.scores[1][0, 0], [0.5, 0, 0.5], atol=1 / 255)
    np.testing.assert_allclose(response.scores[0][1, 5], [0, 0, 1])
    np.testing.assert_allclose(response.scores[0][3, 5], [0, 1, 0])
    assert both.license == "CC0; the masks are yours"
    assert both.name == "combined(half; person=masks)"


def test_combined_replaces_the_bases_channel_and_runs_each_once(video):
    half = Half()
    Half.runs = 0
    response = segment(video, Combined({"water": np.ones((4, 6))}, {"water": half, "background": half}))
    assert Half.runs == 1
    assert response.categories == ("water", "background")
    np.testing.assert_array_equal(response.scores[0][0], [[1, 0]] * 3 + [[0, 1]] * 3)
    with pytest.raises(SegmentationError, match="chosen for 'person' gives only water"):
        segment(video, Combined(half, {"person": half}))


def test_nothing_heavy_is_imported_before_it_is_needed():
    code = (
        "import sys, semcine_nb.semantics as s, numpy as n; from semcine_nb.video import Video;"
        " s.segment(Video(n.zeros((2, 4, 4, 3), n.uint8), 30.0), {'water': n.ones((4, 4))});"
        " print([m for m in ('torch', 'transformers', 'onnxruntime', 'pandas') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_kind_has_its_class():
    for kind in KINDS.values():
        file, _, made_by = kind.made_by.partition(".")
        assert hasattr(import_module(f"semcine_nb.semantics.segmenters.{file}"), made_by)


def test_a_segmenter_of_a_few_lines(video):
    class Greener:
        name, license = "greener", "CC0"

        def __call__(self, video, progress):
            return segment_key_frames(video, self.shares, ("background", "grass"), progress=progress)

        def shares(self, frame):  # (H, W, 3) uint8 RGB → (h, w, 2), any h and w
            green = frame[..., 1] / np.maximum(frame.sum(axis=2), 1)
            return np.stack([1 - green, green], axis=2)

    response = segment(video, Greener())
    assert response.categories == ("background", "grass")
    assert response.global_histogram().tolist() == [48, 0]
