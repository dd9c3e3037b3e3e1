"""The embedded stand-in for C3D: known activations through a made-up network, and the real one."""

from __future__ import annotations

import numpy as np
import pytest
from feature_clips import colors, texture

from semcine_nb.preference.features.embedded_motion import (
    _GAIN,
    _TYPICAL,
    CHANNELS,
    SIZE,
    embedded_motion,
    motion_names,
)

NAMES = np.array(motion_names())


def select(*words: str) -> np.ndarray:
    """Indices of the numbers whose names contain all the words."""
    return np.flatnonzero([all(word in name for word in words) for name in NAMES])


def brightness(frame: np.ndarray) -> dict[int, np.ndarray]:
    """A network whose every activation is the mean brightness of its cell."""
    gray = frame.mean(axis=2, dtype=np.float64)
    maps = {}
    for stride, channels in CHANNELS.items():
        cells = gray.reshape(gray.shape[0] // stride, stride, -1, stride).mean(axis=(1, 3))
        maps[stride] = np.repeat(cells[None], channels, axis=0).astype(np.float32)
    return maps


def flat(levels: list[int]) -> np.ndarray:
    """Frames of one gray level each, of the network's own size."""
    return np.stack([np.full((160, 256, 3), level, np.uint8) for level in levels])


def test_as_many_as_c3d_and_each_named():
    assert len(NAMES) == SIZE == 4096
    assert len(set(NAMES)) == SIZE


def test_a_still_picture_shows_no_change():
    everywhere = np.ones((160, 256), bool)
    values = embedded_motion(flat([90] * 20), everywhere, 30.0, brightness)
    for stride, typical in _TYPICAL.items():
        assert values[select(f"stride {stride} ", "mean, picture")] == pytest.approx(90 / typical)
        assert values[select(f"stride {stride} ", ": mean, dynamic")] == pytest.approx(90 / typical)
    assert values[select("change")] == pytest.approx(0, abs=1e-6)
    assert values[select("deviation")] == pytest.approx(0, abs=1e-4)


def test_changes_are_those_of_two_and_eight_frames():
    # a level a frame: 2 levels in two frames, 8 in eight, and no look passes the end of the loop
    values = embedded_motion(flat(list(range(100, 200))), np.ones((160, 256), bool), 30.0, brightness)
    for stride, typical in _TYPICAL.items():
        for frames in (2, 8):
            found = values[select(f"stride {stride} ", f"change in {frames} frames, dynamic")]
            assert found == pytest.approx(frames * _GAIN / typical, rel=1e-4)


def test_frames_are_told_for_thirty_a_second():
    values = embedded_motion(flat(list(range(100, 200))), np.ones((160, 256), bool), 60.0, brightness)
    found = values[select("stride 16 ", "change in 2 frames, dynamic")]
    assert found == pytest.approx(4 * _GAIN / _TYPICAL[16], rel=1e-4)


def test_regions_and_quadrants_tell_where():
    frames = flat([100] * 100)
    frames[:, :80, 128:] = (100 + np.arange(100))[:, None, None, None]  # the upper right brightens
    mask = np.zeros((160, 256), bool)
    mask[:80, 128:] = True
    values = embedded_motion(frames, mask, 30.0, brightness)
    typical = _TYPICAL[8]
    in_it, anywhere = (
        values[select("stride 8 ", f"change in 8 frames, {part}")] for part in ("dynamic", "picture")
    )
    assert in_it == pytest.approx(8 * _GAIN / typical, rel=1e-4)
    assert anywhere == pytest.approx(in_it / 4, rel=1e-4)
    for quadrant in ("upper left", "lower left", "lower right"):
        assert not values[select("stride 8 ", quadrant)].any()
    assert values[select("stride 8 ", "upper right")] == pytest.approx(2 * _GAIN / typical, rel=1e-4)


def test_nothing_dynamic_is_zero_where_it_says_dynamic():
    values = embedded_motion(flat([10, 200] * 10), np.zeros((160, 256), bool), 30.0, brightness)
    assert not values[select("dynamic")].any()
    assert (values[select("mean, picture")] > 0).all()


def test_the_backbone_sees_motion_and_stillness():
    picture = colors(texture(135, 240))
    still = np.repeat(picture[None], 20, axis=0)
    moving = np.stack([np.roll(picture, 3 * t, axis=1) for t in range(20)])
    mask = np.ones((135, 240), bool)
    a, b = (embedded_motion(frames, mask, 30.0) for frames in (still, moving))
    change = select("change in 2 frames")
    assert a[change] == pytest.approx(0, abs=1e-6)
    assert b[change].mean() > 0.1
    assert np.array_equal(b, embedded_motion(moving, mask, 30.0))
    # a look at few photographs, and noise is none: within an order of magnitude
    assert 0.1 < np.sqrt((a[select("mean, picture")] ** 2).mean()) < 3


def test_the_channels_are_those_of_the_backbone():
    from semcine_nb.semantics.segmenters.backbone import FEATURE_CHANNELS

    assert CHANNELS == FEATURE_CHANNELS


def test_torch_keeps_its_threads():
    import torch

    before = torch.get_num_threads()
    embedded_motion(flat([90] * 3), np.ones((160, 256), bool), 30.0)
    assert torch.get_num_threads() == before
