"""The site's own modules, which are in docs/_site and in no package."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site_module() -> Callable[[str], ModuleType]:
    """Load docs/_site/NAME.py."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"site_{name}", ROOT / "docs" / "_site" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def site() -> Path:
    """The built documentation."""
    built = ROOT / "build" / "docs"
    if not (built / "docs" / "index.html").is_file():
        pytest.skip("the documentation is not built: make docs")
    return built
