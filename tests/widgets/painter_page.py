"""The painter's page with a person's hands on it, for tests of what they do there."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
from fake_page import FakePage
from numpy.typing import NDArray

from semcine_nb import Video
from semcine_widgets import MaskPainter
from semcine_widgets.painter import geometry

H, W = 60, 100
SCALE = 8  # CSS pixels a picture pixel on the test's page
EVIL = "<img src=x onerror=window.injected=1>"
_BITS = """(d) => {
  let text = "";
  for (let i = 0; i < d.byteLength; i++) text += String.fromCharCode(d.getUint8(i));
  return btoa(text);
}"""


class Page(FakePage):
    """A fake page with two maps of a clip of four frames, each lighter than the one before."""

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
        return geometry.unpack(base64.b64decode(bits), (H, W))

    def kind(self) -> str:
        return str(self.saved("change")["kind"])

    def pixel(self, x: int, y: int) -> list[int]:
        """RGB at a picture point."""
        return list(
            self.page.evaluate(
                """([x, y]) => { const c = document.querySelector("canvas"), g = c.getContext("2d");
                return [...g.getImageData(x * c.width, y * c.height, 1, 1).data].slice(0, 3); }""",
                [x / W, y / H],
            )
        )


def opened(browser: Any) -> Iterator[Page]:
    """A painter with an empty map of water and a full one of something evil; closed after the test."""
    frames = np.full((4, H, W, 3), 90, np.uint8)
    frames += (np.arange(4, dtype=np.uint8) * 40)[:, None, None, None]
    painter = MaskPainter(Video(frames, 10.0), {"water": None, EVIL: np.ones((H, W), bool)})
    painter.brush = 10
    shown = Page(browser, painter, viewport={"width": W * SCALE + 40, "height": 900}, has_touch=True)
    yield shown
    shown.close()
