"""ONNX models made here: scores or ids, channels first or last, and where their labels come from."""

import json

import numpy as np
import pytest

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import segment
from semcine_nb.semantics.segmenters.onnx import OnnxSegmenter
from semcine_nb.video import Video

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

LABELS = {"id2label": {"0": "water", "1": "person", "2": "tree"}, "license": "MIT"}


def save(path, nodes, constants, shape_in, output, metadata=None):
    """A model of a few nodes from "x" to "y"."""
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape_in)],
        [helper.make_tensor_value_info("y", output, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, str(path))
    return path


def color_model(path, **keywords):
    """A 1×1 convolution that scores class c by the c-th color of the picture."""
    weight = (10 * np.eye(3, dtype=np.float32)).reshape(3, 3, 1, 1)
    return save(path, [helper.make_node("Conv", ["x", "w"], ["y"])], {"w": weight}, [1, 3, "h", "w"],
                TensorProto.FLOAT, **keywords)  # fmt: skip


@pytest.fixture
def video():
    """The left third red, then green, then blue."""
    frame = np.zeros((40, 60, 3), np.uint8)
    for c in range(3):
        frame[:, 20 * c : 20 * c + 20, c] = 255
    return Video(np.repeat(frame[None], 2, axis=0), 30.0)


def thirds(response):
    middle = response.shape[1] // 2
    return [response.categories[response.scores[0][middle, x].argmax()] for x in (10, 30, 50)]


def test_scores_with_labels_beside_the_model(video, tmp_path):
    path = color_model(tmp_path / "m.onnx")
    (tmp_path / "m.json").write_text(json.dumps(LABELS | {"size": 64}))
    segmenter = OnnxSegmenter(path)
    assert segmenter.license == "MIT"
    response = segment(video, segmenter)
    assert thirds(response) == ["water", "person", "sky & tree"]
    assert response.scores.values.shape[1:3] == (64, 96)


def test_labels_in_the_models_metadata(video, tmp_path):
    metadata = {"id2label": json.dumps(LABELS["id2label"]), "license": "CC0"}
    path = color_model(tmp_path / "m.onnx", metadata=metadata)
    assert OnnxSegmenter(path).license == "CC0"
    assert thirds(segment(video, f"onnx:{path}")) == ["water", "person", "sky & tree"]


def test_labels_and_mapping_from_the_caller(video, tmp_path):
    path = color_model(tmp_path / "m.onnx")
    segmenter = OnnxSegmenter(
        path, labels={0: "foam", 1: "b", 2: "c"}, mapping={"foam": "water", "b": "rock", "c": "boat"}
    )
    assert thirds(segment(video, segmenter)) == ["water", "rock", "boat"]


def test_fingerprint_follows_file_and_settings(tmp_path):
    path = color_model(tmp_path / "m.onnx")
    one = OnnxSegmenter(path, labels={0: "water", 1: "person", 2: "tree"})
    assert one.fingerprint() == OnnxSegmenter(path, labels={0: "water", 1: "person", 2: "tree"}).fingerprint()
    assert one.fingerprint() != OnnxSegmenter(path, labels={0: "water", 1: "boat", 2: "tree"}).fingerprint()
    assert one.fingerprint() != OnnxSegmenter(path, every=1).fingerprint()


def test_class_ids(video, tmp_path):
    weight = np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["s"]),
        helper.make_node("ArgMax", ["s"], ["y"], axis=1, keepdims=0),
    ]
    path = save(tmp_path / "m.onnx", nodes, {"w": weight}, [1, 3, 32, 48], TensorProto.INT64)
    response = segment(video, OnnxSegmenter(path, labels={0: "water", 1: "person", 2: "tree"}))
    assert thirds(response) == ["water", "person", "sky & tree"]
    assert response.scores.values.shape[1:3] == (32, 48)
    with pytest.raises(SegmentationError, match="gave class 2, but only 2 labels"):
        segment(video, OnnxSegmenter(path, labels={0: "water", 1: "person"}))


def test_channels_last(video, tmp_path):
    nodes = [helper.make_node("Mul", ["x", "ten"], ["y"])]
    path = save(tmp_path / "m.onnx", nodes, {"ten": np.float32([10])}, [1, "h", "w", 3], TensorProto.FLOAT)
    response = segment(video, OnnxSegmenter(path, labels={0: "water", 1: "person", 2: "tree"}))
    assert thirds(response) == ["water", "person", "sky & tree"]


def test_labels_guessed_from_the_number_of_classes(video, tmp_path):
    weight = np.zeros((19, 3, 1, 1), np.float32)
    weight[8] = 1  # vegetation, on bright pixels
    path = save(tmp_path / "m.onnx", [helper.make_node("Conv", ["x", "w"], ["y"])], {"w": weight},
                [1, 3, "h", "w"], TensorProto.FLOAT)  # fmt: skip
    segmenter = OnnxSegmenter(path)
    segment(video, segmenter)
    assert segmenter.targets[:2] == ("background", "background")
    assert segmenter.targets[8] == "sky & tree"


def test_what_cannot_be_used(video, tmp_path):
    with pytest.raises(SegmentationError, match="names no labels"):
        segment(video, OnnxSegmenter(color_model(tmp_path / "m.onnx")))
    (tmp_path / "m.json").write_text("{")
    with pytest.raises(SegmentationError, match="no JSON"):
        OnnxSegmenter(tmp_path / "m.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"not a model")
    with pytest.raises(SegmentationError, match="cannot load"):
        OnnxSegmenter(tmp_path / "broken.onnx")
    flat = save(
        tmp_path / "flat.onnx", [helper.make_node("Relu", ["x"], ["y"])], {}, [1, 10], TensorProto.FLOAT
    )
    with pytest.raises(SegmentationError, match="not one image"):
        OnnxSegmenter(flat)
