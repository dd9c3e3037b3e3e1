"""``semcine batch`` as a person calls it: local processes, what it says, and a kill of everything."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from batch_clips import save_clips

from semcine_nb.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, and what went to stdout and stderr."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Two clips, and the options that make their cinemagraphs quickly."""
    folder = tmp_path_factory.mktemp("clips") / "holiday"
    options = save_clips(folder, 2)
    arguments = ["-k", "2", "--segmenter", options["segmenter"], "--pin", "water", "--pin", "animal"]
    return folder, [*arguments, "--format", "gif", "--no-features", "--no-cache"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nowhere"], 1, "no folder nowhere"),
        (["CLIPS", "--scheduler", "tcp://127.0.0.1:1"], 1, "cannot be reached"),
        (["CLIPS", "--scheduler", "x", "--workers", "2"], 2, "this machine"),
        (["CLIPS", "--user", "anna"], 2, "--user needs --ratings"),
        (["CLIPS", "--drop", "watr"], 1, "watr"),
        ([], 2, "FOLDER"),
    ],
)
def test_what_went_wrong_is_told_in_one_line(
    arguments: list[str],
    code: int,
    says: str,
    clips: tuple[Path, list[str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("semcine_nb.batch.cluster._PATIENCE", 1)
    given = [str(clips[0]) if argument == "CLIPS" else argument for argument in arguments]
    if given:
        given += ["-o", str(tmp_path / "out")]
    said = run(capsys, "batch", *given)
    assert said[:2] == (code, "")
    assert re.fullmatch(r"semcine: [^\n]+\n", said[2])
    assert says in said[2]


@pytest.mark.cluster
def test_killed_and_called_again_it_goes_on(clips: tuple[Path, list[str]], tmp_path: Path) -> None:
    """On two processes of this machine; the kill takes all of them, as a power cut would."""
    out = tmp_path / "out"
    command: list[Any] = [sys.executable, "-m", "semcine_nb", "-q", "batch", clips[0], "-o", out]
    command += ["--workers", "1", *clips[1]]
    first = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while not (out / "clip-1" / "summary.json").exists() and time.monotonic() < deadline:
        assert first.poll() is None
        time.sleep(0.01)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert (out / ".semcine-batch").is_dir()
    date = (out / "clip-1" / "summary.json").stat().st_mtime_ns
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stdout, second.stderr) == (0, f"{out / 'index.html'}\n", "")
    assert {path.name for path in out.iterdir()} == {"clip-1", "clip-2", "index.html"}
    assert (out / "clip-1" / "summary.json").stat().st_mtime_ns == date
    assert "2 of 2 clips done" in (out / "index.html").read_text()


@pytest.mark.cluster
def test_a_clip_that_fails_makes_the_exit_code_one(
    clips: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "bad.mp4").write_text("no film")
    (folder / "good.mp4").write_bytes((clips[0] / "clip 1.mp4").read_bytes())
    code, out, err = run(capsys, "-q", "batch", folder, "--workers", "1", *clips[1])
    page = tmp_path / "mixed-cinemagraphs" / "index.html"
    assert (code, out) == (1, f"{page}\n")
    assert re.fullmatch(r"semcine: 1 of 2 clips could not be done: bad\.mp4: [^\n]+\n", err)
    assert "1 of 2 clips done, 1 failed" in page.read_text()
