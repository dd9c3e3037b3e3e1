"""Ratings go to other programs and come back the same; what cannot be read is said with its row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from semcine_nb.errors import RatingError, StoreError
from semcine_nb.study import RatingStore


@pytest.fixture
def rated(store: RatingStore) -> RatingStore:
    store.rate("NA", "pond", 4, response_time=2.25, order=0, loops_seen=1.5, session="s", phase="pilot")
    store.rate("007", "pond", 2)
    store.rate('naïve, «quoted» "person"', "duck", 5, order=3)
    store.skip("007", "flag")
    store.undo("007")
    store.rate("007", "flag", 1, phase="repeat")
    return store


@pytest.mark.parametrize("suffix", [".csv", ".parquet", "frame"])
def test_there_and_back_is_the_same(rated: RatingStore, tmp_path: Path, suffix: str) -> None:
    source: Any = rated.to_frame() if suffix == "frame" else rated.export(tmp_path / f"ratings{suffix}")
    with RatingStore(tmp_path / "other.db") as other:
        assert other.import_ratings(source, add_items=True) == 6
        assert other.history() == rated.history()
        assert other.import_ratings(source) == 0  # the same once more
        matrix = other.matrix()
        assert matrix.people == rated.matrix().people
        kept = [matrix.items.index(item) for item in ("pond", "flag", "duck")]
        np.testing.assert_array_equal(matrix.ratings[kept], rated.matrix().ratings)


def test_three_columns_are_enough(store: RatingStore, tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("value,item,person\n4,pond,ann\n2,duck,ann\n")
    assert store.import_ratings(path) == 2
    np.testing.assert_array_equal(store.matrix().ratings, [[4], [np.nan], [2]])


def test_numbered_people_are_named_by_their_number(store: RatingStore) -> None:
    frame = pd.DataFrame({"person": [1, 2], "item": "pond", "value": [4.0, 5.0], "remark": "ignored"})
    store.import_ratings(frame)
    assert store.people() == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("person,item,value\nann,pond,4\nann,pond,6\n", "row 2 of .*from 1 to 5, not 6"),
        ("person,item,value\nann,pond,four\n", "row 1 of .*four"),
        ("person,item,value\n,pond,4\n", "row 1 of .*person"),
        ("person,item,value\nann,pond,\n", "row 1 of .*from 1 to 5"),
        ("person,item,value\nann,sea,4\n", "no cinemagraph 'sea'"),
        ("person,item,value,time\nann,pond,4,2025-01-31T12:00\n", "row 1 of .*time zone"),
        ("person,item,value,time\nann,pond,4,yesterday at noon\n", "row 1 of"),
        ("person,value\nann,4\n", "no column item"),
    ],
)
def test_an_unusable_row_is_named_and_nothing_is_taken(
    store: RatingStore, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(RatingError, match=said):
        store.import_ratings(path)
    assert store.history() == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b""),
        ("x.csv", b"\xff\xfe\x00\xd8"),
        ("x.parquet", b"PAR1 not really"),
        ("x.csv", b'a,b\n"open'),
    ],
)
def test_a_damaged_file_is_said(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with RatingStore("sqlite://") as store, pytest.raises((StoreError, RatingError), match=name):
        store.import_ratings(path)


def test_places_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with RatingStore("sqlite://") as store:
        with pytest.raises(StoreError, match="No such file"):
            store.import_ratings(tmp_path / "missing.csv")
        with pytest.raises(StoreError, match=r"\.csv or \.parquet"):
            store.export(tmp_path / "ratings.xlsx")
        with pytest.raises(StoreError, match="cannot write"):
            store.export(tmp_path / "missing" / "ratings.csv")
        store.export(tmp_path / "ratings.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["ratings.csv"]
