"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from semcine_nb.errors import StoreError
from semcine_nb.files import whole_file, whole_folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail_after_writing(path: Path, trouble: type[BaseException]) -> None:
    path.write_text("half")
    raise trouble("only half")


def test_a_file_takes_its_name_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "loop.mp4"
    target.write_text("old")
    with whole_file(target) as part:
        assert part.parent == tmp_path
        assert part.suffix == ".mp4"
        part.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert names(tmp_path) == ["loop.mp4"]


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt])
def test_after_an_error_the_old_file_is_as_it_was(tmp_path: Path, trouble: type[BaseException]) -> None:
    target = tmp_path / "a.json"
    target.write_text("old")
    with pytest.raises(trouble), whole_file(target) as part:
        fail_after_writing(part, trouble)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.json"]


def test_a_file_has_the_permissions_that_the_umask_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with whole_file(tmp_path / "a.png") as part:
            part.write_bytes(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.png").stat().st_mode) == 0o640


def test_a_folders_files_appear_together_beside_those_that_were_there(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with whole_folder(folder) as part:
        (part / "one").write_text("1")
        (part / "two").write_text("2")
        assert not (folder / "one").exists()
    assert names(folder) == ["one", "two"]
    with whole_folder(folder) as part:
        (part / "two").write_text("new")
    assert names(folder) == ["one", "two"]
    assert (folder / "two").read_text() == "new"


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt])
def test_a_folder_that_had_to_be_made_is_gone_after_an_error(
    tmp_path: Path, trouble: type[BaseException]
) -> None:
    with pytest.raises(trouble), whole_folder(tmp_path / "a" / "b") as part:
        fail_after_writing(part / "half", trouble)
    assert names(tmp_path) == []


def test_a_folder_that_was_there_keeps_what_it_holds_after_an_error(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(OSError, match="half"), whole_folder(tmp_path) as part:
        fail_after_writing(part / "mine", OSError)
    assert names(tmp_path) == ["mine"]
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_told_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="it is a file"), whole_folder(tmp_path / "file"):
        pytest.fail("the block must not begin")
    with pytest.raises(StoreError, match="below: not a directory"), whole_folder(tmp_path / "file" / "below"):
        pytest.fail("the block must not begin")
