"""Player, gallery and explorer from cells of a real JupyterLab to the kernel and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from real_lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """\
from dataclasses import replace

import numpy as np
from semcine_nb.looping import Cinemagraph, LoopEnergy, LoopParameters
from semcine_nb.semantics import Candidate, SemanticResponse
from semcine_nb.video import Video
from semcine_widgets import CandidateGallery, CinemagraphPlayer, LoopExplorer

t, y, x = np.indices((30, 54, 96))
clip = Video(np.stack([t * 7 + 3, (x * 2 + t) % 256, (y * 4 + 2 * t) % 256], -1).astype(np.uint8), 30.0)

def looped(name, left, right):
    mask = np.zeros((54, 96), bool)
    mask[:, left:right] = True
    period = np.where(mask, 9, 1).astype(np.int32)
    start = np.where(mask, 4, 0).astype(np.int32)
    candidate, energy = Candidate(("water",), mask, name), LoopEnergy(1, 2, 3)
    return Cinemagraph(clip, candidate, period, start, energy, LoopParameters())

pair = [looped("water", 0, 48), looped("flag", 48, 96)]
scores = np.random.default_rng(0).random((30, 54, 96, 2), dtype=np.float32)
seen = replace(pair[0], response=SemanticResponse(scores, ("water", "grass")))
"""
CELLS = [
    MAKE,
    "player = CinemagraphPlayer(pair, transport='png')\nplayer",
    "gallery = CandidateGallery(pair, folder='saved')\ngallery",
    "explorer = LoopExplorer(seen, pair[1])\nexplorer",
]


def test_three_widgets_from_cell_to_kernel_and_back(browser: Any, tmp_path: Path) -> None:
    with Lab(browser, tmp_path, CELLS, viewport={"width": 1300, "height": 2200}) as lab:
        page = lab.page
        for name in ("player", "gallery", "explorer"):
            page.locator(f".semcine-{name}").wait_for()
            lab.wait(f"print(bool({name}.drawn), repr({name}.error))", "True ''")

        lab.run("player.seek(777)")
        page.wait_for_function(
            "document.querySelector('.semcine-player canvas').dataset.times?.startsWith('777 ')"
        )
        pixel = page.evaluate(
            "Array.from(document.querySelector('.semcine-player canvas').getContext('2d')"
            ".getImageData(70, 20, 1, 1).data).slice(0, 3)"
        )
        assert str(pixel) == lab.run("print(player.picture(777)[20, 70].tolist())")
        page.get_by_role("button", name="Freeze flag").click()
        lab.wait("print(player.controls[2]['playing'], player.controls[2]['at'])", "False 777")

        page.get_by_role("button", name="Choose 2. flag").click()
        lab.wait("print(gallery.cinemagraph.candidate.label)", "flag")
        page.get_by_role("button", name="Save flag").click()
        lab.wait("print(gallery.status)", "Saved saved/flag.mp4.")
        assert (tmp_path / "work" / "saved" / "flag.mp4").stat().st_size > 0
        page.get_by_text("Saved saved/flag.mp4.").wait_for()

        page.locator(".semcine-gallery").get_by_role("button", name="As rendered").click()
        lab.wait("print(len(gallery.rendered_sizes), gallery.rendering)", "2 False")
        page.wait_for_function(
            "[...document.querySelectorAll('.semcine-gallery video')].every((v) => v.currentTime > 0)"
        )

        lab.wait("print(len(explorer.cost_scales))", "2")  # the view asked for them
        page.locator(".semcine-explorer[data-costs]").wait_for()
        cells = "() => jupyterapp.shell.currentWidget.content.widgets.length"
        count = page.evaluate(cells)
        page.locator("[data-panel=p] canvas").click(position={"x": 5, "y": 5})
        lab.wait("print(len(explorer.pinned), explorer.shown)", "2 0")
        page.keyboard.press("b")  # "insert a cell below" where JupyterLab gets it
        lab.wait("print(explorer.shown)", "1")
        assert page.evaluate(cells) == count
        lab.run("explorer.select(0, 0, 10, 20)")
        page.get_by_text("Rows 0–9, columns 0–19").wait_for()

        own = f"http://127.0.0.1:{page.url.split(':')[2].split('/')[0]}/"
        assert [url for url in lab.requests if not url.startswith((own, "blob:", "data:"))] == []
