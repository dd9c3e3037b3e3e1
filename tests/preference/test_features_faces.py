"""Faces of known size and place; scikit-image ships both the photograph and the detector."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from feature_clips import small_loop
from skimage.data import astronaut

from semcine_nb.preference.features.faces import face_features, face_ratios, find_faces

# in the 512 × 512 photograph the face from the eyebrows to the chin is some 90 to 115 px around (225, 115)
FACE_X, FACE_Y, FACE_SIZE = 225, 115, 105


def portrait(side: int = 512, left: int = 100, size: tuple[int, int] = (960, 540)) -> np.ndarray:
    """The photograph, ``side`` px high, in the upper part of a gray picture of ``size`` (w, h)."""
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    picture[:side, left : left + side] = cv2.resize(astronaut(), (side, side), interpolation=cv2.INTER_AREA)
    return picture


def still(picture: np.ndarray, frames: int = 6) -> np.ndarray:
    return np.repeat(picture[None], frames, axis=0)


def test_one_face_where_it_is_and_as_large_as_it_is():
    faces = find_faces(small_loop(still(portrait())))
    assert len(faces) == 1
    assert faces[0] == pytest.approx([100 + FACE_X, FACE_Y, FACE_SIZE], abs=20)


def test_a_picture_of_half_the_size_has_the_same_numbers():
    picture = portrait()
    half = cv2.resize(picture, (480, 270), interpolation=cv2.INTER_AREA)
    large, small = (face_features(find_faces(small_loop(still(p)))) for p in (picture, half))
    assert small == pytest.approx(large, rel=0.1, abs=3)


def test_two_faces_set_the_extremes():
    picture = portrait(512, left=0)
    picture[:380, 540:920] = cv2.resize(astronaut(), (380, 380), interpolation=cv2.INTER_AREA)
    numbers = face_features(find_faces(small_loop(still(picture)))).reshape(3, 5)
    size, x, y = numbers
    share = 380 / 512
    assert size[:2] == pytest.approx([FACE_SIZE * share, FACE_SIZE], rel=0.15)
    assert x[:2] == pytest.approx([FACE_X, 540 + FACE_X * share], abs=15)
    assert y[:2] == pytest.approx([FACE_Y * share, FACE_Y], abs=15)
    for low, high, mean, median, std in numbers:  # of two samples
        assert mean == pytest.approx((low + high) / 2)
        assert median == pytest.approx(mean)
        assert std == pytest.approx((high - low) / 2)


def test_the_ratio_is_the_share_of_the_picture():
    loop = small_loop(still(portrait()))
    ratios = face_ratios(np.array([[300.0, 200.0, 54.0], [700.0, 200.0, 108.0]]), loop)
    assert ratios[:3] == pytest.approx(
        [54**2 / 518400, 108**2 / 518400, (54**2 + 108**2) / 2 / 518400], rel=0.01
    )


def test_no_face_is_zeros():
    loop = small_loop(still(portrait()[::-1]))  # upside down is no frontal face
    faces = find_faces(loop)
    assert faces.shape == (0, 3)
    assert not face_features(faces).any()
    assert not face_ratios(faces, loop).any()


def test_a_face_in_a_single_look_is_a_mistake():
    frames = still(np.full((540, 960, 3), 90, np.uint8))
    frames[0] = portrait()
    assert len(find_faces(small_loop(frames))) == 0
    frames[2] = portrait()
    assert len(find_faces(small_loop(frames))) == 1
