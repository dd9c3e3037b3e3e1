"""``semcine rate`` and ``semcine batch`` of what they cannot use: told before anybody is invited or waits."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from reliability_table import Case

from semcine_nb.cli.main import main
from semcine_nb.study import RatingStore
from semcine_nb.study.feature_files import ENDING

Told = tuple[int, str]


@pytest.fixture
def said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Told]:
    """A command in ``tmp_path``: exit code and what it said, which is one line; nothing may be printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Told:
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert out == ""
        assert re.fullmatch(r"semcine: [^\n]+\n", err)
        return int(stopped.value.code or 0), err

    return run


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with a cinemagraph, as far as a study looks at it."""
    (tmp_path / "loops").mkdir()
    (tmp_path / "loops" / "1-water.mp4").write_bytes(b"shown as it is")
    return tmp_path / "loops"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def no_folder(study: Path) -> list[object]:
    return ["nowhere"]


def nothing_to_rate(study: Path) -> list[object]:
    (study / "1-water.mp4").unlink()
    return [study]


def broken_review(study: Path) -> list[object]:
    (study / "review.json").write_text('{"folder": "loops", "entries": [{"item": ')
    return [study]


def strange_review(study: Path) -> list[object]:
    entry = '{"item": "a", "path": "../../etc/passwd", "decision": "accepted"}'
    (study / "review.json").write_text(f'{{"folder": "{study}", "entries": [{entry}]}}')
    return [study]


def all_rejected(study: Path) -> list[object]:
    entry = '{"item": "1-water", "path": "1-water.mp4", "decision": "rejected"}'
    (study / "review.json").write_text(f'{{"folder": "{study}", "entries": [{entry}]}}')
    return [study]


def hurt_features(study: Path) -> list[object]:
    np.savez_compressed(study / f"1-water{ENDING}", values=np.arange(900.0), layout=np.array("{}"))
    path = study / f"1-water{ENDING}"
    data = bytearray(path.read_bytes())
    data[60:200] = bytes(140)
    path.write_bytes(data)
    return [study]


def latin_1(study: Path) -> list[object]:
    (study / "guide.txt").write_bytes("schön oder nicht".encode("latin-1"))
    return [study, "--guideline", study / "guide.txt"]


RATE: dict[str, Callable[[Path], list[object]]] = {
    "no study folder": no_folder,
    "nothing to rate": nothing_to_rate,
    "broken review": broken_review,
    "strange review": strange_review,
    "all rejected": all_rejected,
    "hurt features": hurt_features,
    "guideline in latin-1": latin_1,
    "page that is none": lambda study: [study, "--url", "ftp://example.org"],
}


@pytest.mark.parametrize("name", RATE)
def test_bad_rate(name: str, said: Callable[..., Told], case: Case, study: Path, tmp_path: Path) -> None:
    arguments = RATE[name](study)
    case.holds(*said("rate", *arguments, "--ratings", "sqlite:///r.db", "--port", free_port()))
    assert nobody_was_invited(tmp_path / "r.db")


def test_a_port_that_is_taken(
    said: Callable[..., Told], case: Case, study: Path, taken: int, tmp_path: Path
) -> None:
    case.holds(*said("rate", study, "--ratings", "sqlite:///r.db", "--port", taken))
    assert nobody_was_invited(tmp_path / "r.db")


@pytest.mark.parametrize("name", ["misspelt url", "password with an at"])
def test_bad_url(name: str, said: Callable[..., Told], case: Case, study: Path) -> None:
    url = {
        "misspelt url": "postgresql:ann:hunter2@host/x",
        "password with an at": "postgresql://ann:hunter2@hunter3@127.0.0.1/x",
    }[name]
    code, words = said("rate", study, "--ratings", url)
    case.holds(code, words)
    assert "hunter" not in words


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def nobody_was_invited(path: Path) -> bool:
    if not path.exists():
        return True
    with RatingStore(path) as store:
        return store.people() == []


BATCH: dict[str, Callable[[Path], list[object]]] = {
    "no batch folder": lambda study: ["nowhere"],
    "no clips": lambda study: [study / "empty"],
    "batch into a file": lambda study: [study, "-o", study / "1-water.mp4", "--segmenter", f"masks:{study}"],
    "no scheduler": lambda study: [
        study, "-o", study.parent / "out", "--segmenter", f"masks:{study}", "--scheduler", "tcp://127.0.0.1:1",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", BATCH)
def test_bad_batch(
    name: str, said: Callable[..., Told], case: Case, study: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semcine_nb.batch.cluster._PATIENCE", 1)
    (study / "empty").mkdir()
    (study / "1-water.mp4").write_bytes(clip.read_bytes())
    case.holds(*said("-q", "batch", *BATCH[name](study)))
