"""Masks given by hand and read from the three folder layouts."""

import json

import numpy as np
import pytest
from PIL import Image

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import segment
from semcine_nb.video import Video

T, H, W = 3, 12, 16


@pytest.fixture
def video():
    return Video(np.zeros((T, H, W, 3), np.uint8), 30.0)


def left():
    mask = np.zeros((H, W), bool)
    mask[:, :6] = True
    return mask


def test_masks_and_their_background(video):
    moving = np.zeros((T, H, W), np.uint8)
    moving[1, 2:4, 8:10] = 255
    response = segment(video, {"water": left(), "boat": moving})
    assert response.categories == ("water", "boat", "background")
    np.testing.assert_array_equal(response.scores[1][3, 8], [0, 1, 0])
    np.testing.assert_array_equal(response.scores[0][3, 8], [0, 0, 1])
    np.testing.assert_array_equal(response.occurrences()[..., 0], T * left())


def test_soft_masks_and_a_given_background(video):
    soft = np.full((H, W), 0.25)
    response = segment(video, {"smoke": soft})
    np.testing.assert_allclose(response.scores[0][0, 0], [0.25, 0.75], atol=1 / 255)
    response = segment(video, {"smoke": soft, "background": left()})
    assert response.categories == ("smoke", "background")


def test_of_overlapping_masks_the_first_wins(video):
    response = segment(video, {"boat": left(), "water": np.ones((H, W), bool)})
    assert response.global_histogram().tolist() == [T * H * 6, T * H * 10, 0]


def test_masks_of_another_size_are_scaled(video):
    response = segment(video, {"water": left().repeat(2, axis=0).repeat(2, axis=1)})
    np.testing.assert_array_equal(response.candidate_map("water"), left())


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        ({"watr": np.zeros((H, W))}, "unknown category"),
        ({}, "at least one"),
        ({"water": np.zeros(H)}, "must be"),
        ({"water": np.full((H, W), 2.0)}, r"not in \[0, 1\]"),
        ({"water": np.full((H, W), np.nan)}, "nan"),
        ({"water": np.full((H, W), -1)}, "not in"),
        ({"water": np.zeros((5, H, W))}, "5 frames, the clip 3"),
        ({"water": np.zeros((5, H, W)), "boat": np.zeros((3, H, W))}, "different numbers"),
        ({"water": np.zeros((W, H))}, "another aspect"),
        ({"water": np.zeros((H, W)), "boat": np.zeros((H, W - 1))}, "one size"),
    ],
)
def test_refuses(video, masks, message):
    with pytest.raises(SegmentationError, match=message):
        segment(video, masks)


def save(array, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(file)


def test_folder_of_a_mask_a_category(video, tmp_path):
    save(left().astype(np.uint8) * 255, tmp_path / "sky_and_tree.png")
    save(~left(), tmp_path / "water.png")
    response = segment(video, f"masks:{tmp_path}")
    assert response.categories == ("sky & tree", "water", "background")
    np.testing.assert_array_equal(response.candidate_map("sky & tree"), left())
    np.testing.assert_array_equal(response.candidate_map("water"), ~left())


def test_folder_of_a_mask_a_category_and_frame(video, tmp_path):
    for t in range(T):  # names whose alphabetical order is wrong
        save((left() & (t == 2)).astype(np.uint8), tmp_path / "boat" / f"f{9 + t}.png")
    response = segment(video, f"masks:{tmp_path}")
    assert [response.scores[t][0, 0, 0] for t in range(T)] == [0, 0, 1]


@pytest.mark.parametrize("palette", [False, True])
def test_label_images(video, tmp_path, palette):
    labels = np.where(left(), 7, 2).astype(np.uint8)
    image = Image.fromarray(labels)
    if palette:
        image.putpalette([(7 * i) % 256 for i in range(768)])
    image.save(tmp_path / "0.png")
    (tmp_path / "labels.json").write_text(json.dumps({"7": "river", "2": "background", "9": "person"}))
    response = segment(video, f"masks:{tmp_path}")
    assert set(response.categories) == {"water", "background"}
    np.testing.assert_array_equal(response.candidate_map("water"), left())


def test_label_images_of_a_data_set(video, tmp_path):
    save(np.where(left(), 2, 113).astype(np.uint8), tmp_path / "0.png")
    (tmp_path / "labels.json").write_text('{"table": "ade20k"}')
    response = segment(video, f"masks:{tmp_path}")
    np.testing.assert_array_equal(response.candidate_map("sky & tree"), left())
    np.testing.assert_array_equal(response.candidate_map("water"), ~left())


def test_folders_that_cannot_be_read(video, tmp_path):
    with pytest.raises(SegmentationError, match="no folder of masks"):
        segment(video, f"masks:{tmp_path / 'none'}")
    with pytest.raises(SegmentationError, match="no PNG"):
        segment(video, f"masks:{tmp_path}")
    (tmp_path / "water.png").write_bytes(b"not a picture")
    with pytest.raises(SegmentationError, match="cannot read the mask"):
        segment(video, f"masks:{tmp_path}")
    save(np.full((H, W), 5, np.uint8), tmp_path / "water.png")
    (tmp_path / "labels.json").write_text("[1]")
    with pytest.raises(SegmentationError, match="must map ids"):
        segment(video, f"masks:{tmp_path}")
    (tmp_path / "labels.json").write_text('{"1": "water"}')
    with pytest.raises(SegmentationError, match=r"no category for the ids \[5\]"):
        segment(video, f"masks:{tmp_path}")
