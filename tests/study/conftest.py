"""Stores for the study's tests: each runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from semcine_nb.study import RatingStore


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ratings.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[RatingStore]:
    """A store with the cinemagraphs "pond", "flag" and "duck", none of them rated."""
    with RatingStore(store_url) as opened:
        for item in ("pond", "flag", "duck"):
            opened.add_cinemagraph(item)
        yield opened
