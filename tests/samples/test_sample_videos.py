"""The stored copies of the samples, the command that makes them, and the script that gets real clips."""

from __future__ import annotations

import gzip
import importlib.util
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner

from semcine_nb import read_video
from semcine_nb.samples import make_sample, sample_names
from semcine_nb.samples.__main__ import main

FOLDER = Path(__file__).parents[2] / "sample_videos"
SCRIPT = FOLDER / "fetch_real.py"


@pytest.fixture
def fetch_real() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fetch_real", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_stored_copies_are_all_there_and_small() -> None:
    files = [FOLDER / f"{name}.mp4" for name in sample_names()]
    assert sum(file.stat().st_size for file in files) < 8e6
    text = (FOLDER / "README.md").read_text()
    assert all(f"`{name}`" in text for name in sample_names())


def test_a_stored_copy_shows_what_the_program_paints() -> None:
    stored = read_video(FOLDER / "flags.mp4")
    painted = make_sample("flags", seconds=0.1).video
    assert stored.fps == painted.fps
    difference = stored.frames[:3].astype(float) - painted.frames
    assert np.abs(difference).mean() < 3


def test_the_readme_names_each_category_and_period() -> None:
    rows = {
        line.split("|")[1].strip(): line
        for line in (FOLDER / "README.md").read_text().splitlines()
        if "|" in line
    }
    for name in sample_names():
        sample = make_sample(name, size=(96, 64), seconds=0.1)
        row = rows[f"`{name}`"]
        assert all(category in row for category in sample.categories)
        for thing in sample.loopable:
            assert f"{thing} {', '.join(map(str, sample.periods[thing]))}" in row


def test_the_command_writes_every_sample(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["-o", str(tmp_path / "new"), "--size", "96x64"])
    assert result.exit_code == 0, result.output
    assert sorted(path.stem for path in (tmp_path / "new").iterdir()) == sorted(sample_names())
    assert read_video(tmp_path / "new" / "pond.mp4").frames.shape == (90, 64, 96, 3)


@pytest.mark.parametrize("size", ["480", "axb", "480x", "20x20"])
def test_the_command_refuses_a_size_in_one_line(tmp_path: Path, size: str) -> None:
    result = CliRunner().invoke(main, ["-o", str(tmp_path), "--size", size])
    assert result.exit_code != 0
    assert "Error: " in result.output
    assert list(tmp_path.iterdir()) == []


def test_without_apt_the_script_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "-o", str(tmp_path / "real")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "apt-get is not on this machine" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "real").exists()


def test_clips_are_found_in_the_package_packed_or_not(
    fetch_real: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With stand-ins for apt-get and dpkg-deb: one clip gzipped, one not."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "vtest.gz").write_bytes(gzip.compress(b"walkers"))
    data = "unpacked/usr/share/doc/opencv-doc/examples/data"
    scripts = {
        "apt-get": "touch opencv-doc_1_all.deb",
        "dpkg-deb": f"mkdir -p {data} && printf leaves > {data}/tree.avi"
        f" && printf BSD > {data}/../../copyright && cp {tools}/vtest.gz {data}/vtest.avi.gz",
    }
    for name, text in scripts.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    paths = fetch_real.fetch(tmp_path / "real")
    assert [path.read_bytes() for path in paths] == [b"leaves", b"walkers", b"BSD"]
    assert len(list((tmp_path / "real").iterdir())) == 3


def test_a_failing_apt_leaves_nothing(
    fetch_real: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "apt-get").write_text("#!/bin/sh\necho 'E: Unable to locate package' >&2\nexit 100\n")
    (tmp_path / "apt-get").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(fetch_real.FetchError, match="Unable to locate"):
        fetch_real.fetch(tmp_path / "real")
    assert not (tmp_path / "real").exists()
