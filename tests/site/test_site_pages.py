"""The built site: every public name has an entry, and pages draw in a browser without any other host."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

PACKAGES = (
    "semcine_nb.video",
    "semcine_nb.semantics",
    "semcine_nb.looping",
    "semcine_nb.preference",
    "semcine_nb.study",
    "semcine_nb.batch",
    "semcine_nb.samples",
    "semcine_nb.figures",
    "semcine_widgets",
)
PAGES = (
    "docs/index",
    "docs/method",
    "docs/api/looping",
    "notebooks/00_quick_start",
    "training/embedded/CARD",
)


@pytest.fixture(scope="module")
def entries(site: Path) -> set[str]:
    from sphinx.util.inventory import InventoryFile

    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    return {name for kind, found in inventory.items() if kind.startswith("py:") for name in found}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_an_entry(entries: set[str], package: str) -> None:
    module = importlib.import_module(package)
    last = {name.rpartition(".")[2] for name in entries}
    missing = []
    for name in module.__all__:
        # a constant is described where it is defined; what can be called under its public name
        thing = getattr(module, name)
        at_home = f"{package}.{name}" in entries
        found = at_home if inspect.isclass(thing) or inspect.isroutine(thing) else name in last
        missing += [] if found else [name]
    assert missing == []


def test_equations_carry_the_numbers_of_the_paper(site: Path) -> None:
    html = (site / "docs" / "method.html").read_text(encoding="utf-8")
    numbered = re.findall(r'id="equation-eq-(\d+)".{0,200}?<span class="eqno">\((\d+)\)', html, re.DOTALL)
    assert numbered == [(str(n), str(n)) for n in range(1, 11)]


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_no_host_for_anything(site: Path, browser: Any, page: str) -> None:
    view = browser.new_page()
    asked, errors = [], []
    view.on("request", lambda request: asked.append(request.url))
    view.on("pageerror", lambda error: errors.append(str(error)))
    view.goto((site / f"{page}.html").as_uri())
    if page == "docs/method":
        view.wait_for_selector("mjx-container svg")
    view.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []
