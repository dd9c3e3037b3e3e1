"""The real loading path of transformers, on a tiny SegFormer with random weights saved and loaded offline."""

import json
import logging

import numpy as np
import pytest

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import segment
from semcine_nb.semantics.segmenters.huggingface import HuggingFaceSegmenter
from semcine_nb.video import Video

transformers = pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    import torch

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("segformer")
    config = transformers.SegformerConfig(
        depths=[1] * 4,
        hidden_sizes=[4, 4, 8, 8],
        num_attention_heads=[1] * 4,
        decoder_hidden_size=8,
        id2label={0: "wall", 1: "river", 2: "sea, ocean", 3: "tree"},
    )
    transformers.SegformerForSemanticSegmentation(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(
        json.dumps({"size": {"height": 64, "width": 64}, "image_mean": [0.5] * 3, "image_std": [0.25] * 3})
    )
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\nA model of the tests.\n")
    return folder


@pytest.fixture
def video():
    rng = np.random.default_rng(0)
    frame = rng.integers(0, 256, (48, 80, 3), dtype=np.uint8)
    return Video(np.repeat(frame[None], 5, axis=0), 30.0)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("socket.socket.connect", lambda *a: pytest.fail("the network was asked"))


def test_by_name(model, video, caplog):
    with caplog.at_level(logging.INFO, logger="semcine"):
        response = segment(video, f"huggingface:{model}")
    assert "license: apache-2.0" in caplog.text
    assert response.categories == ("background", "sky & tree", "water")
    assert response.shape == (5, 48, 80, 3)
    assert response.scores.values.shape == (2, 16, 24, 3)  # 64×96 at stride 4, frames 0 and 4
    np.testing.assert_allclose(response.scores[2].sum(axis=2), 1, atol=0.01)


def test_agrees_with_the_model_itself(model, video):
    import torch

    segmenter = HuggingFaceSegmenter(str(model), every=1)
    network = transformers.AutoModelForSemanticSegmentation.from_pretrained(model)
    import cv2

    picture = cv2.resize(video.frames[0], (96, 64), interpolation=cv2.INTER_LINEAR) / 255
    batch = torch.from_numpy((picture - 0.5) / 0.25).float().permute(2, 0, 1)[None]
    expected = network(pixel_values=batch).logits.softmax(dim=1)[0].detach().numpy()
    response = segmenter(video)
    got = response.scores.values[0].astype(float) / 255
    np.testing.assert_allclose(got[..., 2], expected[1] + expected[2], atol=0.01)
    assert len(response.scores.values) == 5


def test_mapping_and_size(model, video):
    segmenter = HuggingFaceSegmenter(str(model), mapping={"wall": "rock", "tree": "grass"}, size=32)
    assert segmenter.targets == ("rock", "water", "water", "grass")
    assert segmenter(video).scores.values.shape[1:3] == (8, 16)


def test_kept_on_disk_by_settings(model, video, tmp_path):
    one = segment(video, HuggingFaceSegmenter(str(model)), cache=tmp_path)
    again = segment(video, HuggingFaceSegmenter(str(model)), cache=tmp_path)
    np.testing.assert_array_equal(one.scores.values, again.scores.values)
    segment(video, HuggingFaceSegmenter(str(model), size=32), cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_labels_without_category(model, tmp_path):
    config = json.loads((model / "config.json").read_text())
    config["id2label"]["0"] = "LABEL_0"
    for file in model.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(SegmentationError, match="LABEL_0"):
        HuggingFaceSegmenter(str(tmp_path))


def test_no_such_model(tmp_path):
    with pytest.raises(SegmentationError, match="cannot load huggingface:"):
        HuggingFaceSegmenter(str(tmp_path / "nothing"))


def test_nvidias_weights_are_named_non_commercial():
    from semcine_nb.semantics.segmenters.huggingface import _license

    assert "non-commercial" in _license("nvidia/segformer-b0-finetuned-ade-512-512")


@pytest.fixture(scope="module")
def of_queries(tmp_path_factory):
    """A Mask2Former of few weights: five queries, three classes."""
    import torch

    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("mask2former")
    backbone = transformers.SwinConfig(
        embed_dim=8, depths=[1] * 4, num_heads=[1] * 4, window_size=2,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = transformers.Mask2FormerConfig(
        backbone_config=backbone, feature_size=32, mask_feature_size=32, hidden_dim=32, num_queries=5,
        encoder_feedforward_dim=8, dim_feedforward=8, encoder_layers=1, decoder_layers=2,
        num_attention_heads=2, id2label={0: "wall", 1: "river", 2: "tree"},
    )  # fmt: skip
    transformers.Mask2FormerForUniversalSegmentation(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps({"size": {"shortest_edge": 64}}))
    return folder


def test_masks_with_a_class_each_become_scores(of_queries, video):
    import cv2
    import torch

    segmenter = HuggingFaceSegmenter(str(of_queries), every=4)
    response = segment(video, segmenter)
    assert response.categories == ("background", "sky & tree", "water")
    assert response.shape == (5, 48, 80, 3)
    network = transformers.AutoModelForUniversalSegmentation.from_pretrained(of_queries)
    picture = cv2.resize(video.frames[0], (96, 64), interpolation=cv2.INTER_LINEAR) / 255
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    batch = torch.from_numpy((picture - mean) / std).float().permute(2, 0, 1)[None]
    with torch.no_grad():
        out = network(pixel_values=batch)
    likely = out.class_queries_logits[0].softmax(-1).numpy()
    masks = 1 / (1 + np.exp(-out.masks_queries_logits[0].numpy()))
    expected = sum(likely[q, 1] * masks[q] for q in range(5))  # class "river"
    total = sum(likely[q, :3].sum() * masks[q] for q in range(5))
    got = response.scores.values[0].astype(float) / 255
    np.testing.assert_allclose(got[..., 2], expected / np.maximum(total, 1), atol=0.01)


def test_models_for_other_questions_are_refused(tmp_path):
    config = transformers.ViTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1)
    config.save_pretrained(tmp_path)
    with pytest.raises(SegmentationError, match="'vit' does not segment whole pictures"):
        HuggingFaceSegmenter(str(tmp_path))
