"""MaskPainter's module in a real browser with a fake model: strokes, steps, zoom, keys, pens, packed bits."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fake_page import FakePage
from numpy.typing import NDArray

from semcine_nb import Video
from semcine_widgets import MaskPainter
from semcine_widgets import mask_edits as edits

pytestmark = pytest.mark.browser

H, W = 60, 100
SCALE = 8  # CSS pixels a picture pixel on the test's page
EVIL = "<img src=x onerror=window.injected=1>"
_BITS = """(d) => {
  let text = "";
  for (let i = 0; i < d.byteLength; i++) text += String.fromCharCode(d.getUint8(i));
  return btoa(text);
}"""


class Page(FakePage):
    """The painter's page with a person's hands on it."""

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where picture point (x, y) lies on the screen while the picture is not zoomed."""
        box = self.page.locator("canvas").bounding_box()
        return box["x"] + x / W * box["width"], box["y"] + y / H * box["height"]

    def drag(self, *points: tuple[float, float], button: str = "left") -> None:
        mouse = self.page.mouse
        mouse.move(*self.at(*points[0]))
        mouse.down(button=button)
        for point in points[1:]:
            mouse.move(*self.at(*point), steps=4)
        mouse.up(button=button)

    def click(self, x: float, y: float) -> None:
        self.drag((x, y))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def mask(self) -> NDArray[np.bool_]:
        """What the page last sent."""
        bits = self.page.evaluate(f"() => ({_BITS})(saved.mask_bits)")
        return edits.unpack(base64.b64decode(bits), (H, W))

    def kind(self) -> str:
        return str(self.saved("change")["kind"])


@pytest.fixture
def painter() -> MaskPainter:
    frames = np.full((4, H, W, 3), 90, np.uint8)
    frames += (np.arange(4, dtype=np.uint8) * 40)[:, None, None, None]
    return MaskPainter(Video(frames, 10.0), {"water": None, EVIL: np.ones((H, W), bool)})


@pytest.fixture
def page(browser: Any, painter: MaskPainter) -> Iterator[Page]:
    painter.brush = 10
    shown = Page(browser, painter, viewport={"width": W * SCALE + 40, "height": 900}, has_touch=True)
    yield shown
    shown.close()


def test_a_stroke_is_sent_once_as_the_bits_that_python_would_draw(page: Page) -> None:
    page.page.evaluate("() => { window.changes = 0; }")
    page.drag((20.25, 20.25), (60.25, 40.25))
    wanted = edits.stroke(np.zeros((H, W), bool), [(20.25, 20.25), (60.25, 40.25)], 10)
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
    mask = edits.feather(rng.random((H, W)) > 0.5, 2)
    page.set(mask_bits=edits.pack(mask), change={"kind": "set", "n": 1, "from": "python"})
    for key, name, wanted in (
        ("g", "grow", lambda m: edits.spread(m, 2, True)),
        ("h", "shrink", lambda m: edits.spread(m, 2, False)),
        ("r", "feather", lambda m: edits.feather(m, 3)),
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
    assert EVIL in page.page.locator(".sc-status").inner_text()


def test_what_python_does_can_be_undone_here(page: Page) -> None:
    page.page.locator(".semcine-painter").focus()
    page.set(mask_bits=edits.pack(np.ones((H, W), bool)), change={"kind": "set", "n": 1, "from": "python"})
    page.press("Control+z")
    assert not page.mask().any()
    page.set(mask_bits=edits.pack(np.ones((H, W), bool)), change={"kind": "redo", "n": 2, "from": "python"})
    page.press("Control+z")
    assert not page.mask().any()
    page.set(undo_steps=3)  # steps from before this page was loaded: Python has them
    page.press("Control+z")
    assert page.page.evaluate("() => sent") == [{"do": "undo"}]


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
    before = pixel(page, 80, 30)
    labels = np.zeros((6, 10), np.uint8)
    labels[:, 5:] = 1
    page.set(
        preview_info={"names": ["background", "water"], "width": 10, "height": 6}, preview=labels.tobytes()
    )
    page.wait("document.querySelector('canvas').dataset.draws > 0")
    page.page.wait_for_timeout(200)
    assert pixel(page, 80, 30)[2] < before[2] - 60  # water's orange
    page.page.get_by_role("button", name="Use as map").click()
    assert page.page.evaluate("() => sent.at(-1)") == {"do": "accept"}


def pixel(page: Page, x: int, y: int) -> list[int]:
    """RGB at a picture point."""
    return list(
        page.page.evaluate(
            """([x, y]) => { const c = document.querySelector("canvas"), g = c.getContext("2d");
            return [...g.getImageData(x * c.width, y * c.height, 1, 1).data].slice(0, 3); }""",
            [x / W, y / H],
        )
    )


def test_the_scrubber_shows_another_frame_and_play_moves_it(page: Page) -> None:
    page.wait("document.querySelector('canvas').dataset.draws > 0")
    page.page.wait_for_timeout(200)
    dark = pixel(page, 90, 50)
    page.page.locator(".semcine-painter").focus()
    page.press(".")
    assert page.saved("frame") == 3
    page.page.wait_for_timeout(300)
    assert pixel(page, 90, 50)[0] == pytest.approx(dark[0] + 40, abs=6)
    page.press("k")
    page.wait("document.querySelector('output').textContent.startsWith('1 ')")
    page.press("k")
    assert page.saved("frame") in (0, 1, 2, 3)


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
