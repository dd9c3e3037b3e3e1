"""Which files are clips, what their folders are called, and when a clip counts as done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from batch_clips import save_clips

from semcine_nb.batch.jobs import find_clips, folder_names, plan
from semcine_nb.errors import VideoError
from semcine_nb.recipe import Recipe
from semcine_nb.video import planned_shape, read_video


def test_clips_of_a_folder_are_found_by_their_endings_in_natural_order(tmp_path: Path) -> None:
    for name in ("clip 10.mp4", "clip 2.MOV", "a.gif", "notes.txt", ".hidden.mp4", "poster.png"):
        (tmp_path / name).write_text("")
    (tmp_path / "folder.mp4").mkdir()
    assert [clip.name for clip in find_clips(tmp_path)] == ["a.gif", "clip 2.MOV", "clip 10.mp4"]
    assert [clip.name for clip in find_clips([tmp_path / "x.dv", str(tmp_path / "x.dv")])] == ["x.dv"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(VideoError, match="holds no clips"):
        find_clips(tmp_path / "empty")


def test_names_of_folders_are_plain_and_different() -> None:
    sources = ["Sea 1.mp4", "Sea 1.mov", "b/tree.mp4", "c/tree.mp4", "海.mp4", "../x.mp4", "CON<>.mp4"]
    names = folder_names([Path(source) for source in sources])
    assert names == ["sea-1-mp4", "sea-1-mov", "tree-mp4", "tree-mp4-2", "clip", "x", "con"]


def test_a_plan_knows_sizes_and_what_cannot_be_read(tmp_path: Path) -> None:
    save_clips(tmp_path, 1)
    (tmp_path / "empty.mp4").write_bytes(b"")
    read = {"max_seconds": 1.5, "max_size": (40, 30)}
    clips = [tmp_path / "clip 1.mp4", tmp_path / "empty.mp4", tmp_path / "gone.mp4"]
    good, empty, gone = plan(clips, tmp_path / "out", tmp_path / "work", Recipe(read=read))
    clip = read_video(good.source, **read)
    assert good.pixels == clip.frames[..., 0].size
    assert planned_shape(good.source, **read) == clip.frames.shape[:3]
    assert "empty.mp4 is empty" in empty.trouble
    assert "gone.mp4 does not exist" in gone.trouble
    assert good.folder == tmp_path / "out" / "clip-1"


def test_a_key_changes_with_file_and_options_but_not_with_how_it_is_done(tmp_path: Path) -> None:
    save_clips(tmp_path, 1)
    clip = tmp_path / "clip 1.mp4"

    def key(**options: Any) -> str:
        return plan([clip], tmp_path, tmp_path, Recipe(**options))[0].key

    first = key()
    assert key(threads=7, cache=None) == first
    others = {key(k=3), key(segmenter="masks:x"), key(read={"start": 0.1}), key(formats=("gif",))}
    os.utime(clip, (1, 1))
    assert len({first, key(), *others}) == 6


def test_a_password_stands_in_no_job_and_in_no_key() -> None:
    """The key is a hash in every summary: by it a password could be tried out."""
    one, other = (Recipe(ratings=f"postgresql://ann:{word}@host/study") for word in ("hunter2", "another"))
    assert "hunter2" not in repr(one) + one.fingerprint()
    assert one.fingerprint() == other.fingerprint()
    assert one.fingerprint() != Recipe(ratings="postgresql://ann:hunter2@host/other").fingerprint()
