"""Every widget can be used without a mouse and read aloud, and can be made again from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_page import FakePage
from loop_clips import looped, numbered_clip

from semcine_nb import load_cinemagraph, read_video
from semcine_nb.study import Protocol, RatingStore
from semcine_widgets import (
    CandidateGallery,
    CinemagraphPlayer,
    LoopExplorer,
    MaskPainter,
    RatingSession,
)

CLIP = numbered_clip(48, 32)

# what a screen reader would say of an element: its label, or its own text
_NAMELESS = """() => [...document.querySelectorAll(
  "button, input, select, canvas, video, progress, meter, summary, [tabindex='0']")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.getAttribute("aria-label") || each.labels?.[0]?.textContent.trim()
    || each.textContent.trim() || each.title))
  .map((each) => each.outerHTML.slice(0, 120))"""
_CONTROLS = """() => [...document.querySelectorAll("button, input, select, summary")]
  .filter((each) => each.checkVisibility() && !each.disabled).length"""
_MARK = "() => { const e = document.activeElement; if (e !== document.body) e.dataset.reached = true; }"
_REACHED = """() => [...document.querySelectorAll("button, input, select, summary")]
  .filter((each) => each.checkVisibility() && !each.disabled && !each.dataset.reached)
  .map((each) => each.outerHTML.slice(0, 120))"""


def rating(folder: Path) -> RatingSession:
    CLIP.save(folder / "1.mp4")
    store = RatingStore(f"sqlite:///{folder / 'ratings.db'}")
    store.add_cinemagraph("a", path=folder / "1.mp4")
    session = RatingSession(store, person="p-1", protocol=Protocol(pilot=0))
    session.consent()
    session.begin()
    return session


def widget(kind: str, folder: Path) -> Any:
    cinemas = [looped(CLIP), looped(CLIP, 1, "tree")]
    return {
        "player": lambda: CinemagraphPlayer(cinemas, transport="png"),
        "gallery": lambda: CandidateGallery(cinemas, transport="png"),
        "explorer": lambda: LoopExplorer(*cinemas, transport="png"),
        "painter": lambda: MaskPainter(CLIP, cinemas),
        "rating": lambda: rating(folder),
    }[kind]()


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["player", "gallery", "explorer", "painter", "rating"])
def test_everything_has_a_name_and_the_tab_key_reaches_it(browser: Any, tmp_path: Path, kind: str) -> None:
    page = FakePage(browser, widget(kind, tmp_path), viewport={"width": 1100, "height": 1000})
    page.page.locator(f".semcine-{kind}").wait_for()
    assert page.page.evaluate(_NAMELESS) == []
    count = page.page.evaluate(_CONTROLS)
    assert count > 3
    for _ in range(count + 10):
        page.page.keyboard.press("Tab")
        page.page.evaluate(_MARK)
    assert page.page.evaluate(_REACHED) == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["player", "gallery", "explorer", "painter", "rating"])
def test_text_stands_out_in_light_and_dark(browser: Any, tmp_path: Path, kind: str) -> None:
    for scheme, dark in (("light", False), ("dark", True)):
        (tmp_path / scheme).mkdir()
        page = FakePage(browser, widget(kind, tmp_path / scheme), color_scheme=scheme)
        page.page.evaluate("() => { document.documentElement.style.colorScheme = 'light dark'; }")
        page.page.locator(f".semcine-{kind}").wait_for()
        lightness = (
            "(color) => { const [r, g, b] = color.match(/[0-9.]+/g).map(Number); return (r + g + b) / 765; }"
        )
        ink, paper = page.page.evaluate(
            f"() => {{ const of = {lightness}, style = getComputedStyle(document.querySelector('.semcine'));"
            " return [of(style.color), of(style.backgroundColor)]; }"
        )
        assert abs(ink - paper) > 0.5
        assert (paper < 0.5) == dark
        page.close()


def test_each_can_be_made_again_from_files(tmp_path: Path) -> None:
    CLIP.save(tmp_path / "clip.mp4")
    clip = read_video(tmp_path / "clip.mp4")
    before = looped(clip)
    before.save_labels(tmp_path / "labels.png")
    painter = MaskPainter(clip, before)
    painter.paint([(3, 3), (20, 20)], 8)
    np.save(tmp_path / "mask.npy", painter.mask)

    again = read_video(tmp_path / "clip.mp4")
    cinema = load_cinemagraph(tmp_path / "labels.png", again)
    assert np.array_equal(CinemagraphPlayer(cinema).picture(50), CinemagraphPlayer(before).picture(50))
    assert CandidateGallery([cinema]).labels == CandidateGallery([before]).labels
    assert LoopExplorer(cinema).pixel(9, 9) == LoopExplorer(before).pixel(9, 9)
    mask = np.load(tmp_path / "mask.npy")
    assert np.array_equal(MaskPainter(again, {"water": mask}).mask, painter.mask)

    rating(tmp_path).rate(4)
    resumed = RatingSession(RatingStore(f"sqlite:///{tmp_path / 'ratings.db'}"), person="p-1")
    assert resumed.done == 1
