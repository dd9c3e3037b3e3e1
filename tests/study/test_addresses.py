"""Addresses of databases: what they mean, and that no piece of a password is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from semcine_nb.errors import StoreError
from semcine_nb.study import RatingStore
from semcine_nb.study.addresses import absolute, public_name


@pytest.mark.parametrize("password", ["hun@hunter2", "hun@hun/ter2", "@hunter2", "h@hunter2@hun"])
def test_a_password_that_a_url_would_cut_is_not_quoted_and_the_way_out_is_told(password: str) -> None:
    with pytest.raises(StoreError, match="write @ as %40") as caught:
        RatingStore(f"postgresql://ann:{password}@127.0.0.1:1/study", timeout=2)
    assert "hun" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["postgresql:ann:hunter2@host/x", "postgresql:ann:hunter2@host/x.db", "hunter2", "postgres:/h:hunter2@x"],
)
def test_a_misspelled_url_is_no_file_and_not_quoted(url: str) -> None:
    for use in (RatingStore, absolute, public_name):
        with pytest.raises(StoreError, match="no database URL") as caught:
            use(url)
        assert "hunter2" not in str(caught.value)


def test_a_file_is_the_same_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("r.db", "sqlite:///r.db", f"sqlite:///{tmp_path / 'r.db'}"):
        assert absolute(url) == f"sqlite:///{tmp_path / 'r.db'}"
    assert absolute("sqlite:///r.db?timeout=9") == f"sqlite:///{tmp_path / 'r.db'}?timeout=9"
    for url in ("sqlite://", "postgresql://ann:hunter2@host/x", "sqlite:///file:r.db?uri=true"):
        assert absolute(url) == url


def test_a_public_name_tells_databases_apart_without_a_password() -> None:
    assert public_name("postgresql://ann:hunter2@host/x") == public_name("postgresql://ben:other@host/x")
    assert public_name("postgresql://ann:hunter2@host/x") != public_name("postgresql://ann:hunter2@host/y")
    assert "hunter2" not in public_name("postgresql://ann:hunter2@host/x?sslpassword=hunter2")
