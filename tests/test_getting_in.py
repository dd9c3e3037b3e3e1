"""The ways in: what `make lab`, Binder and the development container start is there."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def extras(command: str) -> set[str]:
    """The extras that a command installs the project with."""
    return {name for found in re.findall(r"'\.\[([\w,]+)\]'", command) for name in found.split(",")}


def test_make_lab_opens_the_quick_start() -> None:
    said = subprocess.run(
        ["make", "--dry-run", "lab"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    opened = re.findall(r"jupyter lab (\S+\.ipynb)", said)
    assert opened == ["notebooks/00_quick_start.ipynb"]
    assert (ROOT / opened[0]).is_file()


def test_the_launcher_page_lists_every_notebook_with_a_sentence() -> None:
    page = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        (line,) = [line for line in page.splitlines() if f"]({notebook.name})" in line]
        assert len(line.replace(notebook.name, "").split()) > 5, line


def test_binder_installs_what_the_project_names() -> None:
    script = (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", ROOT / ".binder" / "postBuild"], check=True)
    assert (ROOT / ".binder" / "postBuild").stat().st_mode & 0o100
    assert extras(script) <= set(PROJECT["optional-dependencies"])
    assert (ROOT / "semcine_nb" / "looping" / "warm.py").is_file()
    version = (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    assert version.removeprefix("python-") in PROJECT["requires-python"]


def test_the_development_container_runs_what_exists() -> None:
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    settings = json.loads(re.sub(r"^//.*$", "", text, flags=re.MULTILINE))
    assert settings["updateContentCommand"].startswith("make setup ")
    assert settings["onCreateCommand"].split()[-1] == ".ci/system-packages"
    assert (ROOT / ".ci" / "system-packages").is_file()


def test_what_could_not_be_run_says_so() -> None:
    for name in (".binder/postBuild", ".devcontainer/devcontainer.json"):
        assert "UNTESTED" in (ROOT / name).read_text(encoding="utf-8")
