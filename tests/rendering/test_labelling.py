"""Labels: the time map φ by hand, where they meet on an image that a person can check, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.errors import LoopError
from semcine_nb.rendering.labelling import Labelling, phi


def test_phi_by_hand():
    # a loop of 4 frames from frame 2: at t = 2 it starts; before that it is already running
    shown = [int(phi(np.array(4), np.array(2), t)) for t in range(8)]
    assert shown == [4, 5, 2, 3, 4, 5, 2, 3]
    assert phi(np.array(1), np.array(7), np.arange(5)).tolist() == [7] * 5
    assert phi(np.uint8(4), np.uint8(200), 0) == 200


def test_borders_are_pixels_beside_another_label():
    period = np.array([[1, 1, 32, 32], [1, 1, 32, 32], [1, 1, 1, 1]])
    start = np.array([[0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 0, 8]])
    expected = np.array([[0, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1]], bool)
    assert np.array_equal(Labelling(period, start).borders(), expected)


def test_one_label_has_no_border():
    assert not Labelling(np.full((3, 4), 32), np.full((3, 4), 8)).borders().any()


def test_distinct_labels_are_numbered_by_period_then_start():
    index, period, start = Labelling(np.array([[8, 1, 8]]), np.array([[2, 5, 1]])).distinct()
    assert index.tolist() == [[2, 0, 1]]
    assert (period.tolist(), start.tolist()) == ([1, 8, 8], [5, 1, 2])


def test_a_loop_needs_a_frame_on_each_side_unless_told_otherwise():
    for p, s in ((10, 0), (9, 0), (9, 1)):
        label = Labelling(np.array([[p, 1]], np.uint8), np.array([[s, 9]], np.uint8))
        label.check(10, margin=0) if s + p <= 10 else None
        with pytest.raises(LoopError, match=rf"p={p}, s={s}.* row 0, column 0 .*10 frames"):
            label.check(10)
    Labelling(np.array([[8, 1]]), np.array([[1, 9]])).check(10)
    with pytest.raises(LoopError, match="p=1, s=10"):
        Labelling(np.array([[8, 1]]), np.array([[1, 10]])).check(10, margin=0)


def test_arrays_of_two_shapes_are_refused():
    with pytest.raises(LoopError, match=r"\(2, 3\) and start \(3, 2\)"):
        Labelling(np.ones((2, 3), int), np.ones((3, 2), int)).check(10)
