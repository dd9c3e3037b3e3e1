"""Pixel features: linear classifiers on each grid against classifying upsampled features, and sampling."""

import numpy as np
import pytest

from semcine_nb.semantics.segmenters.motion import motion_maps
from semcine_nb.semantics.segmenters.pixel_features import GROUPS, PixelFeatures, look_at


def features(height=8, width=12, channels=2):
    rng = np.random.default_rng(0)
    maps = {}
    for name in GROUPS:
        stride = int(name) // 4 if name in ("4", "8", "16") else 4 if name in ("32", "activations") else 1
        maps[name] = rng.standard_normal((channels, height // stride, width // stride)).astype(np.float32)
    return PixelFeatures(maps, {}, {})


def test_linear_agrees_with_classifying_sampled_features():
    pixel = features()
    weights = np.random.default_rng(1).standard_normal((2 * len(GROUPS), 3)).astype(np.float32)
    logits = pixel.linear(weights)
    assert logits.shape == (8, 12, 3)
    for row, column in ((0, 0), (3, 5), (7, 11), (4, 0)):
        sampled = pixel.at((column + 0.5) / 12, (row + 0.5) / 8) @ weights
        np.testing.assert_allclose(logits[row, column], sampled, atol=1e-4)


def test_sampling_is_bilinear_and_held_at_the_border():
    grid = np.arange(4, dtype=np.float32).reshape(1, 2, 2)
    pixel = PixelFeatures(dict.fromkeys(GROUPS, grid), {}, {})
    assert pixel.at(0.5, 0.5)[0] == pytest.approx(1.5)
    assert pixel.at(0.0, 0.0)[0] == 0
    assert pixel.at(0.999, 0.25)[0] == 1


def test_motion_is_larger_where_things_move():
    frames = np.full((8, 20, 40, 3), 100, np.uint8)
    frames[::2, :, 20:] = 160
    motion = motion_maps(frames)
    assert motion.shape == (20, 40, 2)
    assert (motion[:, 30:].min(axis=(0, 1)) > motion[:, :10].max(axis=(0, 1))).all()
    np.testing.assert_allclose(motion[:, :8], np.log(0.005), atol=1e-3)


def test_looking_at_a_frame():
    frame = np.random.default_rng(0).integers(0, 256, (54, 96, 3), dtype=np.uint8)
    seen = look_at(frame, side=320)
    assert seen.grid == (48, 80)  # 320×192 at stride 4
    assert [len(seen.maps[name]) for name in GROUPS] == [24, 48, 120, 352, 15, 3, 2, 2]
    for name, weight in GROUPS.items():
        if name != "motion":  # unknown here: zero
            variance = seen.maps[name].var(axis=(1, 2)).sum()
            assert 0.7 * weight**2 < variance < 1.01 * weight**2, name
    again = look_at(frame, like=seen, side=320)
    np.testing.assert_allclose(again.maps["16"], seen.maps["16"])
