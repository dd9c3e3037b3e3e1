"""What the tests of bad input share: a small clip, the command as a person calls it, the table of cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from odd_clips import encode
from reliability_table import Case, read_table
from small_pool import Make, Said, pool, save_mask

from semcine_nb.cli.main import main


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of two seconds that makes a cinemagraph."""
    return encode(tmp_path_factory.mktemp("clip") / "pool.mp4", pool())


@pytest.fixture(scope="session")
def water(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A segmenter that finds water in the lower half of that clip."""
    return save_mask(tmp_path_factory.mktemp("masks"), "water")


def files_of(folder: Path) -> list[Path]:
    """All that is in a folder, but for SQLite's own, which come and go with a connection."""
    return sorted(path for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm")))


@pytest.fixture
def make(
    tmp_path: Path, water: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Make:
    """``semcine make`` in ``tmp_path``: exit code and what it said. What fails must leave nothing behind."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Said:
        given = [str(argument) for argument in arguments]
        given += [] if "-o" in given else ["-o", "out"]
        given += [] if "--segmenter" in given else ["--segmenter", water]
        given += [] if "--format" in given else ["--format", "mp4"]
        before = files_of(tmp_path)
        capsys.readouterr()  # what the test itself called forth
        with pytest.raises(SystemExit) as stopped:
            main(["make", *given])
        code = int(stopped.value.code or 0)
        said = capsys.readouterr().err
        assert "Traceback" not in said
        assert re.fullmatch(r"(semcine: [^\n]+\n)*", said)
        if code:
            assert files_of(tmp_path) == before
        return code, said

    return run


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    """The row of docs/reliability.md that names this test: what happens must be what stands there."""
    file = Path(str(request.node.path))
    name = f"tests/reliability/{file.name}::{request.node.name}"
    found = [row for row in read_table() if row.test == name]
    assert len(found) == 1, f"docs/reliability.md has {len(found)} rows for {name}"
    return found[0]
