"""Where labels meet, on an image that a person can check."""

from __future__ import annotations

import numpy as np

from semcine_nb.looping.labels import at_borders


def test_borders_are_pixels_beside_another_label():
    period = np.array([[1, 1, 32, 32], [1, 1, 32, 32], [1, 1, 1, 1]])
    start = np.array([[0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 0, 8]])
    expected = np.array([[0, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1]], bool)
    assert np.array_equal(at_borders(period, start), expected)


def test_one_label_has_no_border():
    assert not at_borders(np.full((3, 4), 32), np.full((3, 4), 8)).any()
