"""The wheel works away from this folder, with its scripts, styles and weights; and imports stay lazy."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"semcine_nb": ROOT / "semcine_nb", "semcine_widgets": ROOT / "widgets" / "semcine_widgets"}


def python(code: str, *search: Path, cwd: Path) -> str:
    """What ``code`` prints in a fresh interpreter that sees ``search`` first and not this folder."""
    lines = [f"import sys; sys.path[:0] = {[str(path) for path in search]!r}", code]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("elsewhere") / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*command, str(target), str(wheel)], check=True, capture_output=True)
    return target


def test_both_packages_import_from_elsewhere(installed: Path, tmp_path: Path) -> None:
    code = "import semcine_nb, semcine_widgets\nprint(semcine_nb.__file__); print(semcine_widgets.__file__)"
    for line in python(code, installed, cwd=tmp_path).splitlines():
        assert Path(line).is_relative_to(installed)


def test_every_module_of_the_project_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    for name, folder in PACKAGES.items():
        files = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
        wanted = {f"{name}/{p.as_posix()}" for p in files if "__pycache__" not in p.parts}
        assert wanted <= packed


@pytest.mark.parametrize("suffix", [".js", ".css", ".safetensors", "py.typed"])
def test_what_is_no_python_is_in_the_wheel(wheel: Path, suffix: str) -> None:
    assert [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(suffix)]


def test_the_wheel_holds_nothing_but_the_two_packages_and_the_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_who_only_rates_loads_neither_torch_nor_numba(tmp_path: Path) -> None:
    code = (
        "import semcine_nb as sc\n"
        "from semcine_nb.study import RatingStore, Review, Session\n"
        "RatingStore('sqlite:///ratings.db').close()\n"
        "print(sorted({'torch', 'numba', 'cv2', 'av'} & set(sys.modules)))"
    )
    assert python(code, cwd=tmp_path) == "[]"


def test_every_public_name_resolves(tmp_path: Path) -> None:
    code = "import semcine_nb as sc\nprint([name for name in sc.__all__ if getattr(sc, name, None) is None])"
    assert python(code, cwd=tmp_path) == "[]"
