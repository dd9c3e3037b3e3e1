"""``semcine make`` as a person calls it: what it writes, what it says when it cannot, and Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from small_pond import save_pond

from semcine_nb.cli.main import main
from semcine_nb.figures.html import Loop
from semcine_nb.looping import load_cinemagraph
from semcine_nb.study import RatingStore
from semcine_nb.video import read_video


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, and what went to stdout and stderr."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The pond as a file, and the segmenter that knows its true masks."""
    file, masks = save_pond(tmp_path_factory.mktemp("pond"))
    return file, f"masks:{masks}"


@pytest.fixture(scope="module")
def made(clip: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes by default."""
    folder = tmp_path_factory.mktemp("made") / "a" / "b"
    with pytest.raises(SystemExit) as stopped:
        main(["make", str(clip[0]), "-o", str(folder), "--segmenter", clip[1]])
    assert stopped.value.code == 0
    return folder


def test_each_candidate_has_its_files_and_there_is_one_page(made: Path) -> None:
    summary = json.loads((made / "summary.json").read_text())
    assert len(summary["candidates"]) == 2
    listed = {file for candidate in summary["candidates"] for file in candidate["files"]}
    assert names(made) == listed | {"index.html", "summary.json"}
    for place, candidate in enumerate(summary["candidates"], start=1):
        stem = f"{place}-{candidate['candidate']}"
        endings = (
            ".mp4",
            ".gif",
            "-poster.png",
            "-heatmaps.png",
            "-mask.png",
            "-labels.png",
            "-features.npz",
        )
        assert candidate["files"] == [stem + ending for ending in endings]
        assert candidate["energy"]["total"] > 0
        assert set(candidate["periods"]) <= {str(p) for p in range(32, 60, 4)}
    page = (made / "index.html").read_text()
    assert all(f'href="{file}"' in page for file in listed)


def test_files_agree_with_one_another(made: Path, clip: tuple[Path, str]) -> None:
    summary = json.loads((made / "summary.json").read_text())
    first = summary["candidates"][0]
    movie, gif = (read_video(made / file) for file in first["files"][:2])
    assert (movie.width, movie.height) == (gif.width, gif.height) == (240, 136)
    assert abs(len(movie) - len(gif)) <= 1  # a GIF's frames last whole hundredths of a second
    assert Image.open(made / first["files"][2]).size == (240, 136)
    cinema = load_cinemagraph(made / first["files"][5], read_video(clip[0]))
    assert cinema.energy.total == pytest.approx(first["energy"]["total"])
    assert float(cinema.dynamic.mean()) == pytest.approx(first["dynamic_share"])


def test_as_a_program_into_a_folder_of_an_earlier_run(
    clip: tuple[Path, str], made: Path, tmp_path: Path
) -> None:
    for file in made.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "my holiday.txt").write_text("mine")
    (tmp_path / "1-mine.mp4").write_text("mine")
    command = [sys.executable, "-m", "semcine_nb", "make", clip[0], "-o", tmp_path, "--segmenter", clip[1]]
    command += ["--drop", "animal", "--format", "webp", "--format", "mp4", "--width", "120", "--repeat", "2"]
    command += ["--max-mb", "0.1", "--length", "40", "--still", "0", "--merging", "0.02"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'index.html'}\n"), done.stderr
    assert done.stderr == ""  # no bar where nobody watches, and nothing to warn of
    endings = (".webp", ".mp4", "-poster.png", "-heatmaps.png", "-mask.png", "-labels.png", "-features.npz")
    new = {f"1-water{ending}" for ending in endings} | {"index.html", "summary.json"}
    assert names(tmp_path) == new | {"my holiday.txt", "1-mine.mp4"}  # the earlier run's own are gone
    for suffix in ("webp", "mp4"):
        assert (tmp_path / f"1-water.{suffix}").stat().st_size <= 100_000
    movie = read_video(tmp_path / "1-water.mp4")
    assert movie.width <= 120
    assert len(movie) == 2 * 40
    cinema = load_cinemagraph(tmp_path / "1-water-labels.png", read_video(clip[0]))
    assert cinema.parameters.merging == 0.02


def test_ranked_for_a_person(
    clip: tuple[Path, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With features that are quick to compute: how much of the picture moves."""

    class Share:
        def __init__(self, values: Any) -> None:
            self.values, self.blocks = np.atleast_1d(np.asarray(values, float)), {"share": slice(0, 1)}

    monkeypatch.setattr(
        "semcine_nb.preference.context_features",
        lambda cinema, rendered: Share(cinema.dynamic.mean()),
        raising=False,
    )
    monkeypatch.setattr(
        "semcine_nb.preference.features.context.default_blocks", lambda: {"share": slice(0, 1)}
    )
    monkeypatch.setattr("semcine_nb.results.folder.make_loop", lambda frames, fps: Loop(b"", b""))
    with RatingStore(tmp_path / "r.db") as store:
        for i in range(10):
            store.add_cinemagraph(f"loop {i}", Share(i / 10))
            store.rate("anna", f"loop {i}", 5 if i < 3 else 1)
            store.rate("<b>ben", f"loop {i}", 3)
    options = ("--segmenter", clip[1], "--format", "mp4", "--ratings", f"sqlite:///{tmp_path / 'r.db'}")
    assert run(capsys, "-q", "make", clip[0], "-o", tmp_path / "a", *options, "--user", "anna")[0] == 0
    summary = json.loads((tmp_path / "a" / "summary.json").read_text())
    assert summary["basis"].startswith("Ranked for anna, from 10 ratings of this person")
    ratings = [candidate["rating"] for candidate in summary["candidates"]]
    assert ratings == sorted(ratings, reverse=True)
    assert "★" in (tmp_path / "a" / "index.html").read_text()
    shares = [candidate["dynamic_share"] for candidate in summary["candidates"]]
    assert shares == sorted(shares)  # she likes little movement
    # another version's features are told in one line, and nothing is left
    with RatingStore(tmp_path / "other.db") as store:
        store.add_cinemagraph("a", np.zeros(7))
        store.rate("anna", "a", 5)
    options = (*options[:-1], str(tmp_path / "other.db"), "-k", "1")
    code, _, err = run(capsys, "-q", "make", clip[0], "-o", tmp_path / "b", *options)
    assert code == 1
    assert err.startswith("semcine: The rating store's cinemagraphs have 7 features, this version computes 1")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nowhere.mp4"], 1, r"There is no file or folder nowhere\.mp4"),
        (["text.mp4"], 1, r"text\.mp4"),
        (["CLIP", "-o", "text.mp4"], 1, "it is a file"),
        (["CLIP", "-o", "text.mp4/below"], 1, "not a directory"),
        (["CLIP", "--working-size", "wide"], 2, "'wide' is not WIDTHxHEIGHT"),
        (["CLIP", "--working-size", "960x0"], 2, "'960x0' is not WIDTHxHEIGHT"),
        (["CLIP", "--user", "anna"], 2, "--user needs --ratings"),
        (["CLIP", "--still", "last"], 2, "'last' is neither"),
        (["CLIP", "--still", "999"], 1, "still frame 999 is outside"),
        (["CLIP", "--crossfade", "3", "--ping-pong"], 2, "exclude each other"),
        (["CLIP", "--merging", "2"], 2, "2.0 is not in the range 0<=x<=1"),
        (["CLIP", "--format", "avi"], 2, "'avi'"),
        (["CLIP", "--start", "99"], 1, "pond.mp4"),
        (["CLIP", "--seconds", "0.5"], 1, "frames"),
        (["CLIP", "--segmenter", "telepathy"], 1, "no segmenter 'telepathy'"),
        (["CLIP", "--pin", "watr"], 1, "watr"),
        (["CLIP", "--ratings", "postgresql://anna:hunter2@127.0.0.1:1/x"], 1, ":1 cannot be reached"),
        (["CLIP", "--ratings", "oracle://anna:hunter2@127.0.0.1/x"], 1, "not supported"),
        ([], 2, "CLIP"),
    ],
)  # fmt: skip
def test_what_went_wrong_is_told_in_one_line_and_leaves_nothing(
    arguments: list[str],
    code: int,
    says: str,
    clip: tuple[Path, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.mp4").write_text("no film at all")
    given = [str(clip[0]) if argument == "CLIP" else argument for argument in arguments]
    given += [] if "-o" in given else ["-o", "out"]
    given += [] if "--segmenter" in given else ["--segmenter", clip[1]]
    said = run(capsys, "make", *given)
    assert said[:2] == (code, "")
    assert re.fullmatch(r"semcine: [^\n]+\n", said[2])
    assert re.search(says, said[2])
    assert "hunter2" not in said[2]
    assert names(tmp_path) == {"text.mp4"}


def test_a_folder_that_may_not_be_written_is_told_before_the_work(
    clip: tuple[Path, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(self: Path, *_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")  # root, who may run this, is never refused

    monkeypatch.setattr(Path, "mkdir", refuse)
    code, _, err = run(capsys, "make", clip[0], "-o", tmp_path / "out", "--segmenter", clip[1])
    assert code == 1
    assert err == (
        f"semcine: Cannot write into the folder {tmp_path / 'out'}: permission denied; choose another, or "
        "change its rights. See docs/troubleshooting.md#cannot-write.\n"
    )


def test_help_and_version_are_no_errors(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "make", "--help")
    assert code == 0
    assert "--ping-pong" in out
    assert run(capsys, "--version")[0] == 0


def test_ctrl_c_while_files_are_written_leaves_the_folder_as_it_was(
    clip: tuple[Path, str], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    process = subprocess.Popen(
        [sys.executable, "-m", "semcine_nb", "make", clip[0], "-o", folder, "--segmenter", clip[1]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # who runs the tests in the background has Ctrl-C ignored, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while not any(folder.glob(".*/*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() is None, process.stderr and process.stderr.read()
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    # the line break before it is for what a terminal shows of Ctrl-C itself
    assert (process.returncode, out, err) == (130, "", "\nsemcine: Stopped; nothing was left half-written.\n")
    assert names(folder) == {"mine.txt"}
