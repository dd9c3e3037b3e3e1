"""MaskPainter's tools in a real browser: each does to the map what Python's does."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from painter_page import H, Page, W, opened
from PIL import Image

from semcine_widgets.painter import geometry

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    yield from opened(browser)


def test_eraser_right_button_and_brush_size(page: Page) -> None:
    page.click(30, 30)
    small = page.mask().sum()
    assert small == pytest.approx(np.pi * 25, abs=6)
    page.press("]", "]", "]")
    assert page.saved("brush") > 15
    page.press("[")
    size = page.saved("brush")
    page.press("e")
    assert page.saved("tool") == "eraser"
    page.click(30, 30)
    assert not page.mask().any()
    page.press("b")
    page.click(30, 30)
    assert page.mask().sum() == pytest.approx(np.pi * size**2 / 4, rel=0.1)
    page.drag((30, 30), button="right")
    assert not page.mask().any()


def test_lasso_polygon_and_fill(page: Page) -> None:
    page.page.get_by_role("button", name="Lasso").click()
    page.drag((10, 10), (40, 10), (40, 40), (10, 40))
    assert page.mask()[12:38, 12:38].all()
    assert page.mask().sum() == pytest.approx(900, abs=70)
    page.press("p")
    for corner in ((60, 10), (90, 10), (90, 40)):
        page.click(*corner)
    page.press("Enter")
    assert page.mask()[:, 55:].sum() == pytest.approx(450, abs=40)
    page.press("f")
    page.click(85, 15)
    assert not page.mask()[:, 55:].any()
    page.click(50, 50)
    assert page.mask().all()
    page.press("p")
    page.click(5, 5)
    page.press("Escape", "Enter")
    assert page.mask().all()


def test_whole_map_edits_agree_with_python(page: Page) -> None:
    rng = np.random.default_rng(3)
    mask = geometry.feather(rng.random((H, W)) > 0.5, 2)
    page.set(mask_bits=geometry.pack(mask), change={"kind": "set", "n": 1, "from": "python"})
    for key, name, wanted in (
        ("g", "grow", lambda m: geometry.spread(m, 2, True)),
        ("h", "shrink", lambda m: geometry.spread(m, 2, False)),
        ("r", "feather", lambda m: geometry.feather(m, 3)),
        ("i", "invert", lambda m: ~m),
    ):
        page.page.locator(".semcine-painter").focus()
        page.press(key)
        mask = wanted(mask)
        assert page.kind() == name
        assert (page.mask() ^ mask).sum() <= (
            3 if name == "feather" else 0
        )  # a tie of floats may go either way
        mask = page.mask()


def test_zoom_keeps_the_point_under_the_pointer_and_space_pans(page: Page) -> None:
    mouse = page.page.mouse
    mouse.move(*page.at(25, 15))
    mouse.wheel(0, -400 * np.log(4))
    page.page.mouse.down()
    mouse.up()
    y, x = np.argwhere(page.mask()).mean(axis=0) + 0.5
    assert (x, y) == pytest.approx((25, 15), abs=0.7)
    page.press("Delete")
    page.page.keyboard.down("Space")
    page.drag((50, 30), (70, 30))  # 20 pixels of the unzoomed picture are five of the zoomed
    page.page.keyboard.up("Space")
    mouse.move(*page.at(25, 15))
    mouse.down()
    mouse.up()
    y, x = np.argwhere(page.mask()).mean(axis=0) + 0.5
    assert (x, y) == pytest.approx((20, 15), abs=0.7)
    page.press("Delete", "0")
    page.click(50, 30)
    y, x = np.argwhere(page.mask()).mean(axis=0) + 0.5
    assert (x, y) == pytest.approx((50, 30), abs=0.7)


def test_a_superpixel_is_asked_for_once_and_toggled(page: Page) -> None:
    page.page.locator(".semcine-painter").focus()
    page.press("s")
    page.press("b", "s")
    assert page.page.evaluate("() => sent") == [{"do": "superpixels"}]
    cells = (np.arange(H)[:, None] // 30 * 2 + np.arange(W)[None] // 50).astype(np.uint16)
    page.set(superpixels=cells.tobytes())
    page.click(70, 10)
    assert np.array_equal(page.mask(), cells == 1)
    page.drag((10, 10), (10, 50))
    assert np.array_equal(page.mask(), cells != 3)
    page.click(10, 10)
    assert np.array_equal(page.mask(), (cells == 1) | (cells == 2))


def test_a_scribble_teaches_and_the_preview_shows(page: Page) -> None:
    page.page.locator(".semcine-painter").focus()
    page.press("t")
    page.page.get_by_role("combobox", name="What the scribble shows").select_option("background")
    page.drag((10, 10), (30, 20))
    (sent,) = page.page.evaluate("() => sent")
    assert sent["do"] == "teach"
    assert sent["category"] == "background"
    assert sent["points"][0] == pytest.approx([10, 10], abs=0.2)
    page.eventually(lambda: page.pixel(80, 30)[2] > 100)
    before = page.pixel(80, 30)
    labels = np.zeros((6, 10), np.uint8)
    labels[:, 5:] = 1
    page.set(
        preview_info={"names": ["background", "water"], "width": 10, "height": 6}, preview=labels.tobytes()
    )
    page.eventually(lambda: page.pixel(80, 30)[2] < before[2] - 60)  # water's orange
    page.page.get_by_role("button", name="Use as map").click()
    assert page.page.evaluate("() => sent.at(-1)") == {"do": "accept"}


def test_a_pen_presses_and_two_fingers_zoom(page: Page) -> None:
    fire = """([kind, pointerId, pointerType, clientX, clientY, pressure]) => {
        const more = { isPrimary: pointerId === 1, bubbles: true, cancelable: true };
        const event = { pointerId, pointerType, clientX, clientY, pressure, ...more };
        document.querySelector("canvas").dispatchEvent(new PointerEvent(kind, event));
    }"""
    page.page.evaluate("() => { HTMLCanvasElement.prototype.setPointerCapture = () => {}; }")

    def pointer(kind: str, id: int, type: str, x: float, y: float, pressure: float = 0.5) -> None:
        page.page.evaluate(fire, [f"pointer{kind}", id, type, *page.at(x, y), pressure])

    page.page.get_by_label("Pen pressure").check()
    pointer("down", 1, "pen", 20, 20)
    pointer("move", 1, "pen", 70, 20, 0.1)
    pointer("up", 1, "pen", 70, 20)
    assert page.mask()[:, 18:22].any(axis=1).sum() > 1.5 * page.mask()[:, 50].sum()
    page.page.locator(".semcine-painter").focus()
    page.press("Delete")
    sent = page.saved("change")["n"]
    pointer("down", 1, "touch", 40, 30)
    pointer("down", 2, "touch", 60, 30)  # the first finger's dab is taken back
    pointer("move", 2, "touch", 80, 30)
    pointer("up", 1, "touch", 40, 30)
    pointer("up", 2, "touch", 80, 30)
    assert page.saved("change")["n"] == sent
    page.press("b")
    page.drag((40, 30))
    assert page.mask().sum() == pytest.approx(np.pi * 25, rel=0.25)


def test_outline_leaves_the_inside_free_and_opacity_thins_the_map(page: Page) -> None:
    mask = np.zeros((H, W), bool)
    mask[10:40, 20:70] = True
    page.set(mask_bits=geometry.pack(mask), change={"kind": "set", "n": 1, "from": "python"})
    page.page.locator(".semcine-painter").focus()

    def tint(x: int, y: int) -> int:
        red, _, blue = page.pixel(x, y)
        return int(red - blue)  # the frames are grey, water's map is orange

    page.eventually(lambda: tint(45, 25) > 60)
    assert abs(tint(5, 5)) <= 6
    page.press("o")
    page.eventually(lambda: abs(tint(45, 25)) <= 6)
    assert tint(45, 11) > 60  # the rim is two pixels wide
    page.press("o")
    page.eventually(lambda: tint(45, 25) > 60)
    page.page.get_by_label("Opacity of the map").press("Home")
    page.eventually(lambda: abs(tint(45, 25)) <= 6)
    assert page.saved("opacity") == 0


_PICTURE = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
  done(document.querySelector("canvas.semcine-stage").toDataURL().split(",")[1]))))"""


def picture(page: Page) -> Any:
    """What stands on the canvas once it was drawn, (H, W, 4)."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(page.page.evaluate(_PICTURE)))))


def test_what_is_drawn_of_a_change_is_what_drawing_everything_would_show(page: Page) -> None:
    page.wait("document.querySelector('canvas.semcine-stage').dataset.draws > 0")
    mouse = page.page.mouse
    mouse.move(*page.at(30, 30))
    mouse.wheel(0, -300)
    rng = np.random.default_rng(5)
    for outline in (False, True):
        for radius in (3, 9, 31):
            page.set(outline=outline, brush=radius)
            mouse.down()
            for x, y in rng.integers((5, 5), (W - 5, H - 5), (5, 2)):  # in the midst of a stroke
                mouse.move(*page.at(int(x), int(y)), steps=3)
            drawn = picture(page)
            page.page.evaluate("() => tick('change:status')")  # draws everything
            # where an edge falls between two screen pixels either may have it
            assert (picture(page) != drawn).any(-1).sum() < 200
            mouse.up()
