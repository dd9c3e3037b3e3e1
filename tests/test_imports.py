"""Who imports whom, read from the sources: data goes one way, and so do imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]


@cache
def imports() -> dict[str, set[str]]:
    """Modules of both packages and those among them that each imports, in functions too.

    Imports for type checkers only do not count, nor that a module's packages are imported before it.
    """
    files = {}
    for package in (ROOT / "semcine_nb", ROOT / "widgets/semcine_widgets"):
        for path in package.rglob("*.py"):
            parts = path.relative_to(package.parent).with_suffix("").parts
            files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    found = {}
    for name, path in files.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        found[name] = set(imported(ast.parse(path.read_text(encoding="utf-8")), package)) & files.keys()
    return {name: those - {name} for name, those in found.items()}


def imported(node: ast.AST, package: str) -> Iterator[str]:
    """Full names that a part of a source imports: both a and a.b of ``from a import b``."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        inside = {f"{base}.{alias.name}" for alias in node.names}
        yield from inside
        if node.module:
            yield base
    elif not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
        for child in ast.iter_child_nodes(node):
            yield from imported(child, package)


def test_rendering_imports_nothing_of_how_labels_were_found():
    below = ("semcine_nb.looping", "semcine_nb.preference", "semcine_nb.lessons", "semcine_nb.figures")
    for name, those in imports().items():
        if name.startswith("semcine_nb.rendering"):
            assert not [other for other in those if other.startswith(below)], name


def test_only_the_command_line_imports_widgets():
    for name, those in imports().items():
        if name.startswith("semcine_nb") and not name.startswith("semcine_nb.cli"):
            assert not [other for other in those if other.startswith("semcine_widgets")], name


def test_no_circle_of_imports():
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        raise AssertionError("circle of imports: " + " → ".join(reversed(error.args[1]))) from None
