"""Motion flow: a known speed, and an outline that cuts through motion or lies on still ground."""

from __future__ import annotations

import numpy as np
import pytest
from feature_clips import HEIGHT, WIDTH, colors, small_loop, texture

from semcine_nb.preference.features.flow import flow_features, outline_band


def rolling(speed: int, frames: int = 16) -> np.ndarray:
    """A texture that moves ``speed`` px a frame to the right, around the picture's edge."""
    picture = texture()
    return colors(np.stack([np.roll(picture, speed * t, axis=1) for t in range(frames)]))


def center() -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[60:210, 120:360] = True
    return mask


@pytest.mark.parametrize("speed", [1, 3])
def test_known_speed(speed):
    # the pair of the last frame with the first is a jump, so that only the middle of the pairs is known
    motion = flow_features(small_loop(rolling(speed), center()))[:5]
    assert motion[3] == pytest.approx(2 * speed, rel=0.02)  # a pixel is two nominal ones


def test_half_the_rate_is_half_the_speed():
    full, half = (flow_features(small_loop(rolling(2), center(), fps))[3] for fps in (30.0, 15.0))
    assert half == pytest.approx(full / 2)


def test_a_loop_that_closes_moves_evenly():
    frames = rolling(WIDTH // 96, 96)  # once around
    low, high, mean, median, _ = flow_features(small_loop(frames, center()))[:5]
    assert [low, high, mean, median] == pytest.approx([10] * 4, rel=0.02)


def test_a_still_picture_has_no_motion():
    assert flow_features(small_loop(np.repeat(rolling(0, 1), 8, axis=0))) == pytest.approx(
        np.zeros(10), abs=1e-3
    )


def test_nothing_dynamic_is_zeros_even_beside_motion():
    assert not flow_features(small_loop(rolling(3), np.zeros((HEIGHT, WIDTH), bool))).any()


def test_the_outline_tells_a_cut_through_motion_from_still_ground():
    moving, mask = rolling(2), center()
    cut = flow_features(small_loop(moving, mask))
    ground = moving.copy()
    inner = np.zeros_like(mask)
    inner[90:180, 170:310] = True
    ground[:, ~inner] = moving[0][~inner]  # only the middle of the region moves
    kept = flow_features(small_loop(ground, mask))
    assert cut[8] == pytest.approx(cut[3], rel=0.1)
    assert kept[8] < 0.1 * kept[3]


def test_a_whole_picture_has_no_outline():
    numbers = flow_features(small_loop(rolling(2)))
    assert numbers[3] > 3
    assert not numbers[5:].any()


def test_the_band_lies_on_both_sides():
    mask = np.zeros((1, 9), bool)
    mask[:, :4] = True
    assert outline_band(mask, 2).tolist() == [[False, False, True, True, True, True, False, False, False]]
