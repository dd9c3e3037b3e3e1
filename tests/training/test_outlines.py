"""Outlines of the training photographs: painting, tracing, reading."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FOLDER = Path(__file__).parents[2] / "training" / "embedded"
sys.path.insert(0, str(FOLDER))

import outlines  # noqa: E402

WATER, SKY = outlines.CATEGORIES.index("water"), outlines.CATEGORIES.index("sky & tree")


def square(category: str, left: float, right: float) -> dict[str, object]:
    return {"category": category, "points": [[left, left], [right, left], [right, right], [left, right]]}


def test_later_polygons_cover_earlier_ones_and_the_rest_is_unlabelled():
    labels = outlines.rasterize([square("sky & tree", 0.1, 0.9), square("water", 0.3, 0.7)], (10, 10))
    assert labels[0, 0] == outlines.IGNORE
    assert labels[1, 1] == SKY
    assert labels[4, 5] == WATER


def test_an_ignored_polygon_takes_labels_away():
    labels = outlines.rasterize([square("water", 0, 1), square("ignore", 0.4, 0.6)], (20, 20))
    assert labels[10, 10] == outlines.IGNORE
    assert labels[2, 2] == WATER


def test_tracing_keeps_a_thing_inside_a_hole():
    labels = np.full((40, 60), SKY, np.uint8)
    labels[10:30, 20:40] = outlines.IGNORE
    labels[15:25, 25:35] = WATER
    again = outlines.rasterize(outlines.trace(labels, tolerance=0.5), labels.shape)
    assert (again == labels).mean() > 0.97
    assert again[20, 30] == WATER
    assert again[12, 22] == outlines.IGNORE


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 5))
def test_painting_what_was_traced_gives_the_labels_back(seed, cells):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, len(outlines.CATEGORIES), (cells, cells)).astype(np.uint8)
    labels = np.kron(coarse, np.ones((12, 12), np.uint8))
    again = outlines.rasterize(outlines.trace(labels, tolerance=0.5), labels.shape)
    assert (again == labels).mean() > 0.9


@pytest.mark.parametrize(
    ("category", "points", "message"),
    [
        ("lava", [[0, 0], [1, 0], [1, 1]], "unknown category 'lava'"),
        ("water", [[0, 0], [1, 0]], "three or more"),
        ("water", [[0, 0], [12, 0], [1, 1]], "fractions"),
    ],
)
def test_a_faulty_file_is_named(tmp_path, category, points, message):
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"category": category, "points": points}]))
    with pytest.raises(ValueError, match=message) as caught:
        outlines.load_outlines(path)
    assert "x.json" in str(caught.value)


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "x.json"
    outlines.save_outlines(path, [square("water", 0.1, 0.9)])
    assert outlines.load_outlines(path) == [square("water", 0.1, 0.9)]


def test_every_photograph_has_valid_outlines_and_a_free_license():
    with (FOLDER / "images.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert sum(row["split"] != "next" for row in rows) >= 60
    for row in rows:
        assert outlines.load_outlines(FOLDER / "outlines" / f"{row['id']}.json")
        assert row["split"] in ("train", "test", "next")  # next: waits for the next training
        assert row["author"]
        assert row["licence"].startswith(("CC0", "CC-BY", "GPL", "LGPL", "public domain"))
        assert "NC" not in row["licence"]
    known = {row["id"] for row in rows}
    assert {path.stem for path in (FOLDER / "outlines").glob("*.json")} <= known
    for path in (FOLDER / "clip_outlines").glob("*.json"):
        assert outlines.load_outlines(path)
