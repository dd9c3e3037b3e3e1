"""MaskPainter from a cell of a real JupyterLab to the kernel and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from real_lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELL = """\
import time
import semcine_nb as sc
from semcine_widgets import MaskPainter

sample = sc.make_sample("portrait", size=(160, 90), seconds=1.5)
scene = sc.SemanticResponse(sample.scores(), sample.categories)
selection = sc.select_candidates(sample.video, scene, k=1, min_blob=20)
solver = sc.LoopSolver(sample.video, selection.response)
painter = MaskPainter(sample.video, selection.candidates[0], solver)
arrivals = []
painter.observe(lambda _: arrivals.append(time.time()), "mask_bits")
painter"""


def test_a_stroke_reaches_the_kernel_and_the_kernels_answer_the_page(browser: Any, tmp_path: Path) -> None:
    with Lab(browser, tmp_path, [CELL], viewport={"width": 1200, "height": 900}) as lab:
        page = lab.page
        canvas = page.locator("canvas.semcine-stage")
        canvas.wait_for()
        box = canvas.bounding_box()
        assert box is not None
        before = int(lab.run("print(painter.mask.sum())"))
        page.get_by_role("button", name="Clear").click()
        lab.wait("print(painter.mask.sum(), painter.undo_steps)", "0 1")
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"], steps=10)
        page.mouse.up()
        lab.wait("print(painter.undo_steps, len(arrivals))", "2 2")
        assert lab.run("m = painter.mask; print(m[45, 50:94].all(), m[:20].any())") == "True False"

        cells = "() => jupyterapp.shell.currentWidget.content.widgets.length"
        count = page.evaluate(cells)
        page.keyboard.press("b")  # "insert a cell below" where JupyterLab gets it
        page.keyboard.press("Control+z")
        page.keyboard.press("Control+z")
        lab.wait("print(painter.mask.sum(), painter.undo_steps)", f"{before} 0")
        assert page.evaluate(cells) == count

        page.keyboard.press("Control+Shift+Z")
        lab.wait("print(painter.mask.sum(), painter.undo_steps)", "0 1")
        lab.reopen()  # the page has forgotten the steps; the kernel has not
        canvas.wait_for()
        page.get_by_text("0.0 % of the picture").wait_for()
        page.get_by_role("button", name="Undo", exact=True).click()
        lab.wait("print(painter.mask.sum(), painter.undo_steps)", f"{before} 0")
        page.get_by_role("button", name="Redo", exact=True).click()
        lab.wait("print(painter.mask.sum(), painter.undo_steps)", "0 1")
        page.keyboard.press("Control+z")
        lab.wait("print(painter.mask.sum(), painter.undo_steps)", f"{before} 0")

        lab.run("painter.mask = ~(painter.mask & False)")
        page.get_by_text("100.0 % of the picture").wait_for()
        page.keyboard.press("Control+z")
        lab.wait("print(painter.mask.sum())", str(before))

        page.get_by_role("button", name="Solve again").click()
        page.locator("figure video").nth(1).wait_for()
        page.wait_for_function(
            "[...document.querySelectorAll('figure video')].every((v) => v.currentTime > 0)"
        )
        lab.wait("print(painter.cinemagraph is not None, painter.solving)", "True False")
        assert float(lab.run("print(painter.editing_seconds)")) > 0
