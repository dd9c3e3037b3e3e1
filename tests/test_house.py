"""The house itself: what make, CI and the fixtures promise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.postgresql
def test_each_test_gets_an_empty_database(postgresql_url: str) -> None:
    import psycopg

    with psycopg.connect(postgresql_url) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone() == (0,)


@pytest.mark.browser
def test_the_browser_draws_a_page(browser: Any) -> None:
    page = browser.new_page()
    page.set_content("<canvas id='c' width='2' height='2'></canvas>")
    colour = page.evaluate(
        "() => { const g = c.getContext('2d'); g.fillStyle = '#ff8000'; g.fillRect(0, 0, 2, 2);"
        " return Array.from(g.getImageData(0, 0, 1, 1).data); }"
    )
    page.close()
    assert colour == [255, 128, 0, 255]


def run_pytest(folder: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` as a test file beside this project's conftest, with only the given CI variables set."""
    for name in ("conftest.py", "chromium.py"):
        (folder / name).write_text((ROOT / "tests" / name).read_text())
    (folder / "test_it.py").write_text(code)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    real: on real clips\n")
    kept = {k: v for k, v in os.environ.items() if k not in {"CI", "SEMCINE_REAL_CLIPS", "PYTEST_ADDOPTS"}}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:nbval",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    return subprocess.run(
        command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False
    )


SKIPS = "import pytest\ndef test_a():\n    pytest.skip('no server')\n"
REAL = "import pytest\n@pytest.mark.real\ndef test_a(real_clips):\n    assert real_clips.is_dir()\n"
WHOLE_FILE = "import pytest\npytest.importorskip('no_such_module_of_anybody')\n"


def test_a_skip_is_said_loudly_outside_ci(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, SKIPS)
    assert result.returncode == 0
    assert "NOT TESTED" in result.stdout


@pytest.mark.parametrize("code", [SKIPS, WHOLE_FILE], ids=["one test", "a whole file"])
def test_a_skip_fails_in_ci(tmp_path: Path, code: str) -> None:
    result = run_pytest(tmp_path, code, CI="true")
    assert result.returncode != 0
    assert "nothing may skip" in result.stdout


def test_real_clips_may_be_missing_in_ci_but_are_not_passed_over(tmp_path: Path) -> None:
    missing = run_pytest(tmp_path, REAL, CI="true")
    assert missing.returncode == 0
    assert "SEMCINE_REAL_CLIPS is unset" in missing.stdout
    there = run_pytest(tmp_path, REAL, CI="true", SEMCINE_REAL_CLIPS=str(tmp_path))
    assert "1 passed" in there.stdout


def test_every_direct_dependency_has_an_exact_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(d for extra in project["optional-dependencies"].values() for d in extra),
    ]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    names = {re.split(r"[\[<>=!~ ]", entry)[0].lower().replace("_", "-") for entry in wanted}
    assert names <= pinned
