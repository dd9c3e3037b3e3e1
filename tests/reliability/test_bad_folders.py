"""Places that cannot be read or written, and disks that fill up, tried by a child with fewer rights."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from broken_files import claim_size
from PIL import Image
from reliability_table import Case
from small_pool import Make, pool

from semcine_nb.errors import LoopError, VideoError
from semcine_nb.looping import Cinemagraph, LoopEnergy, LoopParameters, load_cinemagraph
from semcine_nb.semantics import Candidate
from semcine_nb.study import RatingStore
from semcine_nb.video import Video

# root may do everything, so a child gives its rights up; modules are loaded while it may still read them
CHILD = """
import json, os, sys
import semcine_nb.results.folder
from semcine_nb.cli.main import main
from semcine_nb.study import RatingStore
RatingStore("sqlite://").close()
folder, *commands = json.loads(sys.argv[1])
os.chdir(folder)
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for command in commands:
    sys.stderr.write("@@")
    try:
        main(command)
    except SystemExit as stopped:
        sys.stderr.write(f"@{stopped.code}")
"""


@pytest.fixture(scope="module")
def nobody(tmp_path_factory: pytest.TempPathFactory, clip: Path, water: str) -> dict[str, tuple[int, str]]:
    """What ``semcine make`` says to somebody without rights: code and words for each case."""
    folder = tmp_path_factory.mktemp("rights")
    (folder / "clip.mp4").write_bytes(clip.read_bytes())
    (folder / "secret.mp4").write_bytes(clip.read_bytes())
    (folder / "secret.mp4").chmod(0o600)
    RatingStore(folder / "r.db").close()
    (folder / "r.db").chmod(0o444)
    folder.chmod(0o755)
    more = ["--segmenter", "telepathy"]  # never reached
    commands = {
        "read": ["make", "secret.mp4", "-o", "/tmp", "--segmenter", "masks:."],
        "write": ["make", "clip.mp4", "-o", "out", *more],
        "database": ["make", "clip.mp4", "-o", "/tmp", "--ratings", "sqlite:///r.db", *more],
    }
    before = sorted(folder.rglob("*"))
    text = json.dumps([str(folder), *commands.values()])
    done = subprocess.run([sys.executable, "-c", CHILD, text], capture_output=True, text=True, check=True)
    assert sorted(folder.rglob("*")) == before
    said = [part.rpartition("@") for part in done.stderr.split("@@")[1:]]
    return {name: (int(code), words) for name, (words, _, code) in zip(commands, said, strict=True)}


@pytest.mark.parametrize("name", ["read", "write", "database"])
def test_without_rights(name: str, case: Case, nobody: dict[str, tuple[int, str]]) -> None:
    case.holds(*nobody[name])


@pytest.mark.parametrize("name", ["is a file", "below a file"])
def test_no_folder(name: str, make: Make, case: Case, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    case.holds(*make(clip, "-o", {"is a file": "mine.txt", "below a file": "mine.txt/out"}[name]))


def test_a_cache_that_cannot_be_written(
    make: Make, case: Case, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    monkeypatch.setenv("SEMCINE_CACHE", str(tmp_path / "mine.txt" / "cache"))
    case.holds(*make(clip))
    assert (tmp_path / "out" / "index.html").is_file()


def small_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_disk(case: Case, clip: Path, water: str, tmp_path: Path) -> None:
    """No file may grow beyond four kilobytes: what a disk without room does to every write."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    command = [sys.executable, "-m", "semcine_nb", "make", clip, "-o", "out", "--segmenter", water]
    done = subprocess.run(
        [*command, "--format", "mp4"], cwd=tmp_path, capture_output=True, text=True, check=False,
        preexec_fn=lambda: small_files(4096), env=os.environ | {"NUMBA_CACHE_DIR": ""},
    )  # fmt: skip
    case.holds(done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "mine.txt"]


@pytest.fixture
def cinema() -> Cinemagraph:
    clip = Video(pool(40), 25)
    mask = np.zeros((48, 64), bool)
    still = np.zeros((48, 64), np.int32)
    return Cinemagraph(
        clip, Candidate(("water",), mask), still + 1, still, LoopEnergy(0, 0, 0), LoopParameters()
    )


def test_labels_of_another_clip(case: Case, cinema: Cinemagraph, tmp_path: Path) -> None:
    cinema.save_labels(tmp_path / "labels.png")
    with pytest.raises(LoopError) as refused:
        load_cinemagraph(tmp_path / "labels.png", Video(pool(41), 25))
    case.says(str(refused.value))


def test_labels_that_are_a_plain_picture(case: Case, cinema: Cinemagraph, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "labels.png")
    with pytest.raises(LoopError) as refused:
        load_cinemagraph(tmp_path / "labels.png", cinema.video)
    case.says(str(refused.value))


def test_labels_that_unpack_to_gigabytes(case: Case, cinema: Cinemagraph, tmp_path: Path) -> None:
    cinema.save_labels(tmp_path / "labels.png")
    claim_size(tmp_path / "labels.png")
    with pytest.raises(LoopError) as refused:
        load_cinemagraph(tmp_path / "labels.png", cinema.video)
    case.says(str(refused.value))


def test_a_name_that_is_no_format(case: Case, cinema: Cinemagraph, tmp_path: Path) -> None:
    with pytest.raises(VideoError) as refused:
        cinema.save(tmp_path / "loop.avi")
    case.says(str(refused.value))
    assert not list(tmp_path.iterdir())


def test_a_full_disk_under_a_table_of_ratings(case: Case, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from semcine_nb.study import RatingStore\n"
        "from semcine_nb.errors import StoreError\n"
        "store = RatingStore('sqlite://')\n"
        "for i in range(99): store.add_cinemagraph(f'item {i}'); store.rate('ann', f'item {i}', 3)\n"
        "try: store.export('r.csv')\n"
        "except StoreError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
        preexec_fn=lambda: small_files(4096),
    )  # fmt: skip
    case.says(done.stdout)
    assert not list(tmp_path.iterdir())
