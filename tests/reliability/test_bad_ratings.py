"""Ratings, tables of ratings and databases that cannot be used, through the store and the command."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reliability_table import Case
from small_pool import Make

from semcine_nb.errors import RatingError, SemcineError, StoreError
from semcine_nb.study import RatingStore


def versioned(path: Path, version: int) -> Path:
    RatingStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE schema_version SET version = ?", (version,))
    connection.close()
    return path


def foreign(path: Path) -> Path:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE people (name TEXT)")
    connection.close()
    return path


def letter(path: Path) -> Path:
    path.write_text("Dear reader, this is no database. " * 100)
    return path


def damaged(path: Path) -> Path:
    with RatingStore(path) as store:
        store.add_cinemagraph("pond", np.arange(4000.0))
        store.rate("ann", "pond", 4)
    path.write_bytes(path.read_bytes()[:60_000])
    return path


def unknown_person(path: Path, features: object = (0.0, 1.0)) -> Path:
    with RatingStore(path) as store:
        store.add_cinemagraph("pond", features)
        store.rate("ben", "pond", 5)
    return path


DATABASES: dict[str, Callable[[Path], str]] = {
    "older": lambda folder: f"sqlite:///{versioned(folder / 'r.db', 0)}",
    "newer": lambda folder: f"sqlite:///{versioned(folder / 'r.db', 99)}",
    "another program's": lambda folder: f"sqlite:///{foreign(folder / 'r.db')}",
    "no database": lambda folder: f"sqlite:///{letter(folder / 'r.db')}",
    "damaged": lambda folder: f"sqlite:///{damaged(folder / 'r.db')}",
    "a folder": lambda folder: f"sqlite:///{folder}",
    "no such folder": lambda folder: f"sqlite:///{folder / 'nowhere' / 'r.db'}",
    "no url": lambda folder: "ratings",
    "other kind": lambda folder: "mysql://ann:hunter2@127.0.0.1/x",
    "unreachable": lambda folder: "postgresql://ann:hunter2@127.0.0.1:1/x",
    "no features": lambda folder: f"sqlite:///{unknown_person(folder / 'r.db', None)}",
    "other features": lambda folder: f"sqlite:///{unknown_person(folder / 'r.db')}",
}


@pytest.mark.parametrize("name", DATABASES)
def test_bad_database(name: str, make: Make, case: Case, clip: Path, tmp_path: Path) -> None:
    url = DATABASES[name](tmp_path)
    code, said = make(clip, "--ratings", url)
    case.holds(code, said)
    assert "hunter2" not in said


def test_a_locked_database(case: Case, tmp_path: Path) -> None:
    with RatingStore(tmp_path / "r.db", timeout=0.2) as store:
        other = sqlite3.connect(tmp_path / "r.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as refused:
            store.add_cinemagraph("pond")
        other.close()
    case.says(str(refused.value))


def test_no_ratings_yet(make: Make, case: Case, clip: Path, tmp_path: Path) -> None:
    RatingStore(tmp_path / "r.db").close()
    case.holds(*make(clip, "--ratings", f"sqlite:///{tmp_path / 'r.db'}"))


RATINGS: dict[str, tuple[object, ...]] = {
    "six stars": ("ann", "pond", 6),
    "half a star": ("ann", "pond", 2.5),
    "no number": ("ann", "pond", float("nan")),
    "unknown item": ("ann", "sea", 3),
    "no name": ("", "pond", 3),
}


@pytest.mark.parametrize("name", RATINGS)
def test_bad_rating(name: str, case: Case) -> None:
    with RatingStore("sqlite://") as store:
        store.add_cinemagraph("pond")
        with pytest.raises(RatingError) as refused:
            store.rate(*RATINGS[name])  # type: ignore[arg-type]
        assert store.history() == []
    case.says(str(refused.value))


def test_rated_twice() -> None:
    with RatingStore("sqlite://") as store:
        store.add_cinemagraph("pond")
        store.rate("ann", "pond", 2)
        store.rate("ann", "pond", 5)
        assert store.matrix().ratings.tolist() == [[5]]
        assert [event.value for event in store.history()] == [2, 5]


def no_column(path: Path) -> Path:
    path = path / "r.csv"
    path.write_text("person,value\nann,4\n")
    return path


def bad_row(path: Path) -> Path:
    path = path / "r.csv"
    path.write_text("person,item,value\nann,pond,4\nben,pond,many\n")
    return path


def binary(path: Path) -> Path:
    path = path / "r.csv"
    path.write_bytes(bytes(range(256)) * 4)
    return path


def cut_parquet(path: Path) -> Path:
    path = path / "r.parquet"
    pd.DataFrame({"person": ["ann"], "item": ["pond"], "value": [4]}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    return path


def parquet_bomb(path: Path) -> Path:
    """Six million equal rows in a file of some kilobytes."""
    path = path / "r.parquet"
    n = 6_000_000
    frame = pd.DataFrame({"person": pd.Categorical.from_codes(np.zeros(n, np.int8), ["ann"])})
    frame["item"], frame["value"] = frame["person"], np.ones(n, np.int8)
    frame.to_parquet(path, compression="zstd")
    assert path.stat().st_size < 100_000
    return path


def wrong_name(path: Path) -> Path:
    path = path / "r.xlsx"
    path.write_bytes(b"PK")
    return path


TABLES: dict[str, Callable[[Path], Path]] = {
    "no column": no_column,
    "bad row": bad_row,
    "binary": binary,
    "cut parquet": cut_parquet,
    "parquet bomb": parquet_bomb,
    "wrong name": wrong_name,
    "no table": lambda folder: folder / "r.csv",
}


@pytest.mark.parametrize("name", TABLES)
def test_bad_table(name: str, case: Case, tmp_path: Path) -> None:
    with RatingStore("sqlite://") as store:
        store.add_cinemagraph("pond")
        with pytest.raises(SemcineError) as refused:
            store.import_ratings(TABLES[name](tmp_path))
        assert store.history() == []
    case.says(str(refused.value))


def test_a_long_csv(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMCINE_LIMITS", "0.000001")
    (tmp_path / "r.csv").write_text("person,item,value\n" + "ann,pond,4\n" * 9)
    with RatingStore("sqlite://") as store, pytest.raises(StoreError) as refused:
        store.import_ratings(tmp_path / "r.csv", add_items=True)
    case.says(str(refused.value))
