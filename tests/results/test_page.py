"""The page: complete in itself, safe against odd names, readable by all, and playing in a real browser."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ranked_clips import ranked_of

from semcine_nb.figures.html import make_loop
from semcine_nb.results.page import label_picture, page
from semcine_nb.steps import RankedCinemagraphs


def html_of(ranked: RankedCinemagraphs, title: str = "clip.mp4", files: tuple[str, ...] = ()) -> str:
    return page(ranked, [make_loop(c.render(), c.video.fps, files) for c in ranked], title)


@pytest.fixture(scope="module")
def ranked() -> RankedCinemagraphs:
    return ranked_of(160, 90, ("water", "sky & tree", "boat"), ("Trimmed to 5 s.",))


@pytest.fixture(scope="module")
def html(ranked: RankedCinemagraphs) -> str:
    return html_of(ranked, files=("1-water.mp4", "1-water-poster.png"))


def test_the_page_needs_no_other_file_and_no_network(html: str) -> None:
    assert not re.search(r"https?://", html)
    sources = re.findall(r'(?:src|poster)="([^"]{0,40})', html)
    assert sources
    assert all(source.startswith(("data:image/", "data:video/mp4;base64,")) for source in sources)
    assert not re.search(r"<link|@import|url\(", html)


def test_names_from_outside_cannot_run(ranked: RankedCinemagraphs) -> None:
    evil = "<script>alert(1)</script>"
    text = html_of(ranked_of(64, 64, (evil, '" onload="x'), (evil,)), title=evil, files=(f'"{evil}.mp4',))
    assert text.count("<script>") == 1  # the page's own
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert '" onload="x' not in text


def test_every_picture_and_video_says_in_words_what_it_shows(html: str) -> None:
    pictures = re.findall(r"<img [^>]*>", html)
    assert len(pictures) == 9
    assert all(re.search(r'alt="[^"]{10,}"', picture) for picture in pictures)
    assert re.findall(r'<video [^>]*aria-label="Cinemagraph \d: [^"]+"', html)


def test_candidates_stand_in_order_with_notes_reasons_and_files(
    html: str, ranked: RankedCinemagraphs
) -> None:
    heads = re.findall(r"<h3>(.*?)</h3>", html)
    assert heads == [f"{i}. {c.candidate.label.replace('&', '&amp;')}" for i, c in enumerate(ranked, start=1)]
    assert heads[-1] == "3. boat"  # it does not move
    assert html.count("boat stays static") == 1
    assert html.count("Trimmed to 5 s.") == 1
    assert '<a href="1-water.mp4" title="1-water.mp4">MP4</a>' in html
    assert '<a href="1-water-poster.png" title="1-water-poster.png">poster</a>' in html
    assert "kept: passes all filters" in html


def test_heat_maps_stand_beside_each_other(ranked: RankedCinemagraphs) -> None:
    assert label_picture(ranked[0]).shape == (90, 2 * 160 + 8, 3)


# --- in a real browser -----------------------------------------------------------------------------------


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens HTML as a file, as a person would; fails on any error in the page or request to elsewhere."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    tab = context.new_page()
    troubles: list[str] = []
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    tab.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else troubles.append(r.url))

    def opened(html: str) -> Any:
        file = tmp_path / "index.html"
        file.write_text(html, encoding="utf-8")
        tab.goto(file.as_uri())
        wait_until(tab, "[...document.querySelectorAll('video')].every(v => v.readyState >= 2)")
        return tab

    yield opened
    context.close()
    assert troubles == []


def wait_until(tab: Any, condition: str, seconds: float = 20.0) -> None:
    """Wait until an expression holds; the page's policy forbids Playwright's own waiting by ``eval``."""
    end = time.monotonic() + seconds
    while not tab.evaluate(condition):
        assert time.monotonic() < end, condition
        tab.wait_for_timeout(50)


@pytest.mark.browser
def test_all_videos_play_and_pause_by_click_key_and_button(open_page: Any, html: str) -> None:
    tab = open_page(html)
    assert tab.locator("video").count() == 3
    assert all(tab.evaluate("[...document.querySelectorAll('video')].map(v => v.videoWidth > 0)"))
    paused = "[...document.querySelectorAll('video')].map(v => v.paused)"
    wait_until(tab, f"{paused}.every(p => !p)")
    first = tab.locator("video").first
    first.click()
    wait_until(tab, f"{paused}[0]")
    wait_until(tab, "document.querySelectorAll('.film.still').length == 1")
    first.press(" ")
    wait_until(tab, f"!{paused}[0]")
    tab.get_by_role("button", name="Pause all").click()
    wait_until(tab, f"{paused}.every(p => p)")
    tab.get_by_role("button", name="Play all").click()
    wait_until(tab, f"{paused}.every(p => !p)")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "count"), [((480, 270), 1), ((240, 136), 4), ((136, 240), 2), ((480, 120), 2), ((96, 64), 1)]
)
def test_a_video_keeps_its_shape_and_fits_a_screen(open_page: Any, size: tuple[int, int], count: int) -> None:
    ranked = ranked_of(*size, tuple(f"thing {i}" for i in range(count)))
    loop = make_loop(ranked[0].render(), 30.0)
    tab = open_page(page(ranked, [loop] * count, "clip.mp4"))
    boxes = tab.evaluate(
        "[...document.querySelectorAll('video')].map(v => (b => [b.x, b.y, b.width, b.height])"
        "(v.getBoundingClientRect()))"
    )
    assert len(boxes) == count
    for _, _, width, height in boxes:
        assert math.isclose(width / height, size[0] / size[1], rel_tol=0.02)
        assert height <= 520
        assert width <= 900
    if count > 1:
        assert boxes[1][1] == boxes[0][1]  # side by side
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
def test_the_page_fits_a_telephone(open_page: Any, html: str) -> None:
    tab = open_page(html)
    tab.set_viewport_size({"width": 390, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
