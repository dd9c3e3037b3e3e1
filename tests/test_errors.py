"""Every error is one sentence, and points to a section of the page on troubleshooting that exists."""

from __future__ import annotations

import ast
import pickle
import re
import traceback
from pathlib import Path

import numpy as np
import pytest

import semcine_nb as sc
from semcine_nb import errors
from semcine_nb.cli.main import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / errors.PAGE).read_text(encoding="utf-8")
HEADINGS = re.findall(r"^###? (.+)$", PAGE, re.MULTILINE)
SECTIONS = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in HEADINGS}
NO_ERROR = "no-error-but-not-what-you-wanted"
FAMILY = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]


def topics() -> dict[str, str]:
    """Every ``topic=`` that some raise gives, and where."""
    found = {}
    for path in [*(ROOT / "semcine_nb").rglob("*.py"), *(ROOT / "widgets").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                for keyword in node.exc.keywords:
                    if keyword.arg == "topic" and isinstance(keyword.value, ast.Constant):
                        found[str(keyword.value.value)] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


@pytest.mark.parametrize("kind", FAMILY, ids=lambda kind: kind.__name__)
def test_each_kind_of_error_has_a_section(kind: type[errors.SemcineError]) -> None:
    error = kind("The clip has 7 legs.")
    assert str(error) == "The clip has 7 legs."
    assert error.topic in SECTIONS
    assert error.help == f"docs/troubleshooting.md#{error.topic}"
    assert f"Help: {error.help}" in "".join(traceback.format_exception_only(error))


def test_an_error_may_name_a_section_of_its_own() -> None:
    error = errors.VideoError("too short", topic="clip-too-short")
    assert error.help == "docs/troubleshooting.md#clip-too-short"
    assert errors.VideoError.topic == "clips"


def test_an_error_crosses_processes_whole() -> None:
    sent = errors.LoopError("no", topic="another-clip")
    came = pickle.loads(pickle.dumps(sent))
    assert (type(came), came.args, came.help, came.__notes__) == (
        errors.LoopError,
        ("no",),
        sent.help,
        sent.__notes__,
    )


def test_every_section_that_an_error_names_exists_and_each_is_named() -> None:
    named = topics()
    assert {topic: where for topic, where in named.items() if topic not in SECTIONS} == {}
    assert SECTIONS - set(named) - {kind.topic for kind in FAMILY} == {NO_ERROR}


def test_what_the_library_raises_leads_to_the_section_that_fits(tmp_path: Path) -> None:
    with pytest.raises(errors.VideoError) as missing:
        sc.read_video(tmp_path / "nothing.mp4")
    assert missing.value.topic == "no-such-file"
    clip = sc.Video(np.zeros((20, 8, 8, 3), np.uint8), 30.0)
    response = sc.SemanticResponse(np.ones((20, 8, 8, 1), np.float32), ("water",))
    with pytest.raises(errors.LoopError) as short:
        sc.LoopSolver(clip, response)
    assert short.value.topic == "clip-too-short"


def test_the_command_line_says_where_to_read_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["-q", "make", str(tmp_path / "nothing.mp4")])
    assert ended.value.code == 1
    said = f"There is no file or folder {tmp_path / 'nothing.mp4'}: check its name and the folder it is in."
    assert capsys.readouterr().err == f"semcine: {said} See docs/troubleshooting.md#no-such-file.\n"
