"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from semcine_nb.errors import StoreError
from semcine_nb.files import slug, whole_file, whole_folder


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


WRITER = """
import sys, time
from semcine_nb.files import whole_folder
with whole_folder(sys.argv[1]) as part:
    (part / "half").write_text("half")
    print(part.name, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_stays(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as killed,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as living,
    ):
        try:
            assert killed.stdout is not None
            assert living.stdout is not None
            left, written = killed.stdout.readline().strip(), living.stdout.readline().strip()
            killed.kill()
            killed.wait()
            assert names(tmp_path) == sorted([left, written])
            with whole_folder(tmp_path) as part:
                (part / "whole").write_text("whole")
                assert names(tmp_path) == sorted([written, part.name])
            assert names(tmp_path) == [written, "whole"]
            assert (tmp_path / written / "half").read_text() == "half"
        finally:
            living.kill()
            killed.kill()


def test_two_folders_of_one_process_do_not_take_each_other_for_left_behind(tmp_path: Path) -> None:
    with whole_folder(tmp_path) as first, whole_folder(tmp_path) as second:
        (first / "one").write_text("1")
        (second / "two").write_text("2")
    assert names(tmp_path) == ["one", "two"]


def test_what_another_machine_writes_and_what_only_looks_alike_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / ".semcine-00000000-abcd.part").mkdir()  # of a machine whose locks may not reach this one
    with monkeypatch.context() as here, whole_folder(tmp_path / "out") as part:
        here.setattr("socket.gethostname", lambda: "elsewhere")
        name = part.name
    (tmp_path / name).symlink_to(tmp_path / "mine")
    with whole_folder(tmp_path):
        pass
    assert names(tmp_path) == sorted(["mine", "out", ".semcine-00000000-abcd.part", name])


def test_files_are_on_the_disk_before_they_take_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[str] = []
    sync, move = os.fsync, os.replace

    def synced(opened: int) -> None:
        did.append(f"sync {Path(os.readlink(f'/proc/self/fd/{opened}')).name.split('-')[0]}")
        sync(opened)

    def moved(old: Path, new: Path) -> None:
        did.append(f"move {Path(new).name}")
        move(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", moved)
    with whole_file(tmp_path / "a.txt") as part:
        part.write_text("a")
    assert did == ["sync .a", "move a.txt", f"sync {tmp_path.name.split('-')[0]}"]
    did.clear()
    with whole_folder(tmp_path / "out") as part:
        (part / "b").write_text("b")
        (part / "c").write_text("c")
    assert did == ["sync b", "sync c", "move b", "move c", "sync out"]
    did.clear()
    with whole_file(tmp_path / "kept.npz", sync=False) as part:
        part.write_text("what is made anew where it is damaged")
    assert did == ["move kept.npz"]


def test_a_disk_that_says_only_then_that_it_is_full_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(opened: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.txt").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"), whole_file(tmp_path / "a.txt") as part:
        part.write_text("new")
    with pytest.raises(OSError, match="No space"), whole_folder(tmp_path / "out") as part:
        (part / "b").write_text("b")
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_slug_is_small_letters_digits_and_hyphens() -> None:
    assert [slug(name, "clip") for name in ("Sea & Sky 1", "海", "../x", "")] == [
        "sea-sky-1",
        "clip",
        "x",
        "clip",
    ]
