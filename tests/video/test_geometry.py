"""Sizes and orientation."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcine_nb.video.geometry import fit, resize, turn, upright_size


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((1920, 1080), (960, 540)),
        ((1080, 1920), (540, 960)),  # portrait turns the bound
        ((640, 480), (640, 480)),
        ((351, 287), (351, 287)),  # what fits is left alone, odd or not
        ((768, 576), (720, 540)),
        ((1000, 1000), (540, 540)),
        ((4000, 10), (960, 2)),
    ],
)
def test_fit_keeps_the_shape_inside_the_bound(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fit(size, (960, 540)) == fitted


@given(st.integers(2, 5000), st.integers(2, 5000))
def test_a_reduced_size_is_even_inside_and_of_nearly_the_same_shape(width: int, height: int) -> None:
    new = fit((width, height), (960, 540))
    assert max(new) <= 960
    assert min(new) <= 540
    if new != (width, height):
        assert new[0] % 2 == new[1] % 2 == 0
        scale = min(max(540, 960 * (width >= height)) / width, max(540, 960 * (height > width)) / height)
        assert abs(new[0] - width * scale) <= 2
        assert abs(new[1] - height * scale) <= 2


def test_a_turn_is_counter_clockwise_and_the_mirror_comes_after() -> None:
    frame = np.array([[1, 2], [3, 4]])[..., None]
    assert turn(frame, 90, False)[..., 0].tolist() == [[2, 4], [1, 3]]
    assert turn(frame, 90, True)[..., 0].tolist() == [[4, 2], [3, 1]]
    assert turn(frame, 180, False)[..., 0].tolist() == [[4, 3], [2, 1]]


def test_square_pixels_come_before_the_turn() -> None:
    assert upright_size((720, 576), Fraction(16, 15), 0) == (768, 576)
    assert upright_size((720, 576), Fraction(16, 15), 90) == (576, 768)


def test_shrinking_takes_area_means() -> None:
    frame = np.zeros((4, 4, 3), np.uint8)
    frame[:2, :2] = [[[0, 0, 0], [80, 80, 80]], [[40, 40, 40], [120, 120, 120]]]
    assert resize(frame, (2, 2))[0, 0].tolist() == [60, 60, 60]
