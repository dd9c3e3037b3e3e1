"""All five widgets in Notebook 7: each draws, and one click on each reaches the kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from real_lab import Lab
from test_players_lab import CELLS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MORE = [
    "from semcine_widgets import MaskPainter\npainter = MaskPainter(clip, pair[0])\npainter",
    """\
from semcine_nb.study import Protocol, RatingStore
from semcine_widgets import RatingSession

pair[0].save("water.mp4")
store = RatingStore("sqlite:///ratings.db")
store.add_cinemagraph("water", path="water.mp4")
rating = RatingSession(store, person="p-1", protocol=Protocol(pilot=0))
rating""",
]


def test_five_widgets_draw_and_answer(browser: Any, tmp_path: Path) -> None:
    viewport = {"width": 1300, "height": 4000}
    with Lab(browser, tmp_path, CELLS + MORE, app="notebook", viewport=viewport) as notebook:
        page = notebook.page
        for name in ("player", "gallery", "explorer"):
            page.locator(f".semcine-{name}").wait_for()
            notebook.wait(f"print(bool({name}.drawn), repr({name}.error))", "True ''")
        page.get_by_role("button", name="Freeze flag").click()
        notebook.wait("print(player.controls[2]['playing'])", "False")
        page.get_by_role("button", name="Choose 2. flag").click()
        notebook.wait("print(gallery.cinemagraph.candidate.label)", "flag")
        page.locator("[data-panel=p] canvas").click(position={"x": 5, "y": 5})
        notebook.wait("print(len(explorer.pinned), len(explorer.cost_scales))", "2 2")
        page.locator("canvas.semcine-stage").click()
        notebook.wait("print(painter.undo_steps)", "1")
        cells = "() => jupyterapp.shell.currentWidget.content.widgets.length"
        count = page.evaluate(cells)
        page.keyboard.press("b")  # "insert a cell below" where the notebook gets it
        page.keyboard.press("Control+z")
        notebook.wait("print(painter.undo_steps)", "0")
        assert page.evaluate(cells) == count
        page.get_by_role("button", name="I agree: begin").click()
        page.get_by_role("button", name="4 of 5 stars").click()
        notebook.wait("print([event.value for event in store.history('p-1')])", "[4]")
        own = f"http://127.0.0.1:{page.url.split(':')[2].split('/')[0]}/"
        assert [url for url in notebook.requests if not url.startswith((own, "blob:", "data:"))] == []
