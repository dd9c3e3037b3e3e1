"""MaskPainter's module in a real browser with a fake model: strokes, steps, keys, maps, playing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from painter_page import EVIL, H, Page, W, opened

from semcine_widgets.painter import geometry

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    yield from opened(browser)


def test_a_stroke_is_sent_once_as_the_bits_that_python_would_draw(page: Page) -> None:
    page.page.evaluate("() => { window.changes = 0; }")
    page.drag((20.25, 20.25), (60.25, 40.25))
    wanted = geometry.stroke(np.zeros((H, W), bool), [(20.25, 20.25), (60.25, 40.25)], 10)
    wrong = page.mask() ^ wanted
    assert wanted.sum() > 400
    assert wrong.sum() <= 4  # the pointer has whole pixels, of which the picture's have eight
    assert page.saved("change")["n"] == 1
    assert page.saved("editing_seconds") > 0


def test_undo_and_redo_by_key_and_button(page: Page) -> None:
    page.click(20, 20)
    first = page.mask()
    page.press("Delete")
    assert not page.mask().any()
    page.press("Control+z")
    assert np.array_equal(page.mask(), first)
    page.page.get_by_role("button", name="Undo").click()
    assert not page.mask().any()
    assert page.page.get_by_role("button", name="Undo").is_disabled()
    assert page.page.evaluate("() => document.activeElement.classList.contains('semcine-painter')")
    page.page.get_by_role("button", name="Redo").click()
    assert np.array_equal(page.mask(), first)
    page.press("Control+Shift+Z")
    assert not page.mask().any()
    assert page.kind() == "redo"


def test_fifty_steps_can_be_undone(page: Page) -> None:
    page.page.locator(".semcine-painter").focus()
    for _ in range(55):
        page.press("i")
    sent = page.saved("change")["n"]
    for _ in range(60):
        page.press("Control+z")
    assert page.saved("change")["n"] == sent + 50


def test_keys_work_only_while_the_painter_has_the_focus(page: Page) -> None:
    page.page.evaluate("() => document.activeElement.blur()")
    page.press("i", "]", "e")
    assert page.saved("change") is None
    assert page.saved("tool") is None
    page.page.get_by_role("combobox", name="Category").focus()
    page.press("e")  # a letter in a list chooses an entry there
    assert page.saved("tool") is None
    page.page.locator(".semcine-painter").focus()
    page.press("ArrowRight", "ArrowDown", "Enter")
    y, x = np.argwhere(page.mask()).mean(axis=0) + 0.5
    assert (x, y) == pytest.approx((52.5, 32.5), abs=0.7)


def test_each_category_keeps_its_map_and_its_name_is_only_text(page: Page) -> None:
    page.click(20, 20)
    mine = page.mask()
    page.press("2")
    assert page.saved("category") == EVIL
    assert page.mask().all()
    page.press("Delete")
    page.page.get_by_role("combobox", name="Category").select_option("water")
    assert np.array_equal(page.mask(), mine)
    page.page.locator(".semcine-painter").focus()
    page.press("Control+z")
    assert page.saved("category") == EVIL
    assert page.mask().all()
    assert page.page.evaluate("() => window.injected === undefined && !document.querySelector('img')")
    assert EVIL in page.page.locator(".semcine-status").inner_text()


def test_what_python_does_can_be_undone_here(page: Page) -> None:
    page.page.locator(".semcine-painter").focus()
    full = geometry.pack(np.ones((H, W), bool))
    page.set(mask_bits=full, change={"kind": "set", "n": 1, "from": "python"})
    page.press("Control+z")
    assert not page.mask().any()
    page.set(mask_bits=full, change={"kind": "redo", "n": 2, "from": "python"})
    page.press("Control+z")
    assert not page.mask().any()
    page.set(undo_steps=3)  # steps from before this page was loaded: Python has them
    page.press("Control+z")
    assert page.page.evaluate("() => sent") == [{"do": "undo"}]


def test_the_scrubber_shows_another_frame_and_play_moves_it(page: Page) -> None:
    page.eventually(lambda: abs(page.pixel(90, 50)[0] - 170) <= 6)  # the frame in the middle
    page.page.locator(".semcine-painter").focus()
    page.press(".")
    assert page.saved("frame") == 3
    page.eventually(lambda: abs(page.pixel(90, 50)[0] - 210) <= 6)
    page.press("k")
    page.wait("document.querySelector('output').textContent.startsWith('1 ')")
    page.press("k")
    assert page.saved("frame") in (0, 1, 2, 3)


def test_the_scrubber_goes_where_it_is_moved_and_stops_what_plays(page: Page) -> None:
    scrubber = page.page.get_by_role("slider", name="Frame")
    scrubber.press("End")
    assert page.saved("frame") == 3
    page.eventually(lambda: abs(page.pixel(90, 50)[0] - 210) <= 6)
    page.page.get_by_role("button", name="Play").click()
    assert page.saved("playing") is True
    page.wait("document.querySelector('output').textContent.startsWith('1 ')")
    scrubber.press("Home")
    assert (page.saved("frame"), page.saved("playing")) == (0, False)
    assert scrubber.input_value() == "0"
    page.eventually(lambda: abs(page.pixel(90, 50)[0] - 90) <= 6)


def test_what_cannot_be_decoded_is_said(page: Page) -> None:
    page.set(clip=b"x" * len(page.widget.clip))
    page.wait("saved.error")
    assert page.saved("error") in page.page.locator(".semcine-status").inner_text()


def test_solving_shows_progress_and_both_clips(page: Page) -> None:
    page.set(can_solve=True)
    page.page.get_by_role("button", name="Solve again").click()
    assert page.page.evaluate("() => sent") == [{"do": "solve"}]
    page.set(solving=True, progress=0.4, status=EVIL)
    assert page.page.get_by_role("progressbar").get_attribute("value") == "0.4"
    page.page.get_by_role("button", name="Stop").click()
    assert page.page.evaluate("() => sent.at(-1)") == {"do": "stop"}
    page.set(before_clip=b"old", after_clip=b"new", solving=False)
    assert page.page.locator("video").count() == 2
    assert page.page.evaluate("() => window.injected === undefined")
