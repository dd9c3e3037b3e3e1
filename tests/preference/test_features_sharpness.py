"""Sharpness: none in a flat picture, a known one in stripes, less after a blur."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from feature_clips import HEIGHT, WIDTH, colors, small_loop, texture

from semcine_nb.preference.features.sharpness import sharpness_features, tile_sharpness


def test_a_flat_picture_has_none():
    assert not sharpness_features(small_loop(np.full((4, HEIGHT, WIDTH, 3), 80, np.uint8))).any()


def test_stripes_one_pixel_wide():
    # columns 100, 150, 100, …: the Laplacian is +100 on the dark and −100 on the bright ones
    gray = np.full((1, HEIGHT, WIDTH), 100, np.uint8)
    gray[:, :, 1::2] = 150
    low, high, mean, median, std = sharpness_features(small_loop(colors(gray)))
    assert [low, high, mean, median] == pytest.approx([100] * 4, rel=0.01)
    assert std == pytest.approx(0, abs=0.5)


def test_a_blurred_picture_is_less_sharp():
    sharp = texture(blur=1.0)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 2)
    a, b = (sharpness_features(small_loop(colors(picture[None]))) for picture in (sharp, blurred))
    assert (a[:4] > 4 * b[:4]).all()


def test_parts_show_which_half_is_in_focus():
    picture = texture(blur=1.0)
    picture[:, WIDTH // 2 :] = cv2.GaussianBlur(picture, (0, 0), 3)[:, WIDTH // 2 :]
    parts = tile_sharpness(small_loop(colors(picture[None])))
    assert parts.shape == (8, 8)
    assert parts[:, :4].min() > 3 * parts[:, 4:].max()
