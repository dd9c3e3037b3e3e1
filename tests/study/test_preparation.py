"""From a folder of finished cinemagraphs to a study: found, measured, reviewed, added."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from semcine_nb.errors import RatingError, StoreError
from semcine_nb.study import RatingStore, Review


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four cinemagraphs of two clips; the bytes of each file stand for how torn it is."""
    root = tmp_path / "made"
    for name, content in {
        "harbour/water.mp4": b"1",
        "harbour/water.gif": b"7",
        "harbour/boat.mp4": b"9",
        "garden/tree.webm": b"2",
        "garden/flag.gif": b"x",
        "garden/index.html": b"1",
        "garden/.flag.mp4": b"1",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def torn(path: Path) -> float:
    return float(path.read_text())


def test_artefacts_are_left_out_by_measure(folder: Path) -> None:
    review = Review.of_folder(folder, torn, limit=5)
    assert list(review.entries) == ["garden/flag", "garden/tree", "harbour/boat", "harbour/water"]
    assert review.having("open") == ["garden/tree", "harbour/water"]
    assert review.entries["harbour/water"].path == "harbour/water.mp4"  # of two formats, the better one
    assert review.entries["harbour/boat"].reason == "artefacts 9 > 5"
    assert "could not be measured" in review.entries["garden/flag"].reason


def test_without_a_measure_all_is_open(folder: Path) -> None:
    assert len(Review.of_folder(folder).having("open")) == 4


def test_a_review_is_resumed(folder: Path, tmp_path: Path) -> None:
    review = Review.of_folder(folder, torn, limit=5)
    review.decide("garden/tree", False, "too dark, « » 💧")
    review.decide("harbour/boat", True, "the tear is hardly seen")
    path = review.save(tmp_path / "review.json")
    again = Review.load(path)
    assert again == review
    (folder / "garden" / "cat.mp4").write_bytes(b"0")
    fresh = Review.of_folder(folder, torn, limit=5)
    fresh.take_over(again)
    assert fresh.having("accepted") == ["harbour/boat"]
    assert fresh.having("open") == ["garden/cat", "harbour/water"]


def test_only_the_accepted_are_added(folder: Path, store: RatingStore) -> None:
    review = Review.of_folder(folder, torn, limit=5)
    with pytest.raises(RatingError, match="accepted"):
        review.add_to(store)
    review.accept_open()
    added = review.add_to(store, features=lambda path: np.array([torn(path), 1.0]))
    assert added == ["garden/tree", "harbour/water"]
    assert store.items()[3:] == added
    assert store.clips()[3:] == ["garden", "harbour"]
    np.testing.assert_array_equal(store.features()[3:], [[2, 1], [1, 1]])
    assert store.paths()["garden/tree"] == str(folder / "garden/tree.webm")


def test_usage_errors(folder: Path, tmp_path: Path) -> None:
    review = Review.of_folder(folder)
    with pytest.raises(RatingError, match="'sea'"):
        review.decide("sea", True)
    with pytest.raises(RatingError, match="perhaps"):
        review.having("perhaps")
    with pytest.raises(StoreError, match="no folder"):
        Review.of_folder(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="no cinemagraph"):
        Review.of_folder(tmp_path / "empty")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"folder": "."}', '{"folder": ".", "entries": [{"item": "a"}]}', "nul"]
)
def test_a_damaged_review_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "review.json"
    path.write_text(text)
    with pytest.raises(StoreError, match=r"review\.json"):
        Review.load(path)


def test_a_review_cannot_name_files_outside_its_folder(folder: Path, tmp_path: Path) -> None:
    path = Review.of_folder(folder).save(tmp_path / "review.json")
    path.write_text(path.read_text().replace("garden/tree.webm", "../../etc/passwd"))
    with pytest.raises(StoreError, match="passwd"):
        Review.load(path)
