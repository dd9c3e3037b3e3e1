"""The player's module in a real browser: each renderer and transport by itself, pixel by pixel."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from fake_page import PLAIN, SECURE, FakePage
from loop_clips import looped, numbered_clip
from numpy.typing import NDArray

from semcine_widgets.cinemagraph_player import CinemagraphPlayer

pytestmark = pytest.mark.browser

CLIP = numbered_clip()
_READ = """() => {
  const c = document.querySelector("canvas");
  const data = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text);
}"""


def shown(page: FakePage) -> NDArray[np.uint8]:
    """The canvas as (H, W, 3)."""
    data = np.frombuffer(base64.b64decode(page.page.evaluate(_READ)), np.uint8)
    return data.reshape(CLIP.height, CLIP.width, 4)[..., :3]


def opened(browser: Any, player: CinemagraphPlayer, url: str = SECURE) -> FakePage:
    page = FakePage(browser, player, url)
    page.wait("saved.drawn || saved.error || saved.needs")
    return page


def seek(page: FakePage, time: int) -> NDArray[np.uint8]:
    """What stands there at a time, once it does and with every still frame fetched."""
    page.set(playing=False, time=time)
    page.wait(
        f"(d => d.times?.split(' ')[0] === '{time}' && d.whole === 'true')"
        "(document.querySelector('canvas').dataset)"
    )
    return shown(page)


@pytest.mark.parametrize("renderer", ["canvas", "webgl"])
@pytest.mark.parametrize(("transport", "url"), [("png", SECURE), ("png", PLAIN), ("vp9-lossless", SECURE)])
def test_every_pixel_shows_its_frame(browser: Any, renderer: str, transport: str, url: str) -> None:
    cinema = looped(CLIP)
    page = opened(browser, CinemagraphPlayer(cinema, transport=transport, renderer=renderer), url)
    assert (page.saved("drawn"), page.saved("decoded")) == (renderer, transport)
    frames = cinema.render(length=778, timing="exact", blend=False)
    for time in (0, 1, 777):
        assert np.array_equal(seek(page, time), frames[time]), time
    far = CinemagraphPlayer(cinema, transport=transport).picture(10**9)
    assert np.array_equal(seek(page, 10**9), far)
    assert page.requests == [url]
    page.close()


@pytest.mark.parametrize("renderer", ["canvas", "webgl"])
def test_frozen_objects_stills_and_speeds(browser: Any, renderer: str) -> None:
    pair = [looped(CLIP, 0, "water", 0.4), looped(CLIP, 1, "tree", 0.4)]
    player = CinemagraphPlayer(pair, transport="png", renderer=renderer)
    page = opened(browser, player)
    player.freeze("tree", at=3)
    player.set_speed("water", 2)
    player.choose_still(17)
    page.set(controls=player.controls)
    assert np.array_equal(seek(page, 50), player.picture(50))
    player.freeze("tree", still=21, at=3)
    player.choose_still(None)
    page.set(controls=player.controls)
    assert np.array_equal(seek(page, 51), player.picture(51))
    page.close()


@pytest.mark.parametrize("transport", ["vp9", "webp", "jpeg"])
def test_lossy_transports_look_alike(browser: Any, transport: str) -> None:
    player = CinemagraphPlayer(looped(CLIP), transport=transport, renderer="canvas")
    page = opened(browser, player)
    assert page.saved("decoded") == transport
    difference = seek(page, 40).astype(int) - player.picture(40)
    assert np.sqrt((difference**2).mean()) < 8  # the clip is as hard for a lossy codec as clips get
    page.close()


def test_auto_measures_and_says_who_draws(browser: Any) -> None:
    player = CinemagraphPlayer(looped(CLIP), transport="png")
    page = opened(browser, player)
    drawn = page.saved("drawn")
    assert drawn in ("canvas", "webgl")
    assert page.page.evaluate("() => globalThis[Symbol.for('semcine.faster')]") == drawn
    assert np.array_equal(seek(page, 40), player.picture(40))
    page.set(renderer="webgl" if drawn == "canvas" else "canvas")
    page.wait(f"saved.drawn !== '{drawn}'")
    assert np.array_equal(seek(page, 41), player.picture(41))
    page.close()


def test_a_plain_page_asks_for_pictures_and_plays_them(browser: Any) -> None:
    player = CinemagraphPlayer(looped(CLIP), transport="vp9-lossless", renderer="canvas")
    page = opened(browser, player, PLAIN)
    assert (page.saved("needs"), page.saved("drawn")) == ("png", None)
    assert "waiting for single pictures" in page.page.inner_text("[role=status]")
    player.set_state({"needs": "png"})
    page.set(clip_info=player.clip_info, clip=player.clip, needs="")
    page.wait("saved.drawn")
    assert np.array_equal(seek(page, 40), player.picture(40))
    page.close()


def test_a_lost_graphics_context_is_survived(browser: Any) -> None:
    player = CinemagraphPlayer(looped(CLIP), transport="png", renderer="webgl")
    page = opened(browser, player)
    forget = "fromPython({ drawn: '' }); saved.drawn = '';"
    page.page.evaluate(
        "() => { const { gl, canvas } = globalThis[Symbol.for('semcine.webgl')];"
        " window.lose = gl.getExtension('WEBGL_lose_context');"
        " const back = () => setTimeout(() => lose.restoreContext(), 50);"
        " canvas.addEventListener('webglcontextlost', back, { once: true });"
        f" {forget} lose.loseContext(); }}"
    )
    page.wait("saved.drawn === 'webgl'")
    assert np.array_equal(seek(page, 40), player.picture(40))

    page.page.evaluate(f"() => {{ globalThis[Symbol.for('semcine.faster')] = 'webgl'; {forget} }}")
    page.set(renderer="auto")
    page.wait("saved.drawn === 'webgl'")
    page.page.evaluate(f"() => {{ {forget} lose.loseContext(); }}")
    page.wait("saved.drawn === 'canvas'")  # free to choose, it goes on without graphics
    assert np.array_equal(seek(page, 41), player.picture(41))
    page.close()


def test_time_goes_on_by_itself_and_keys_stop_it(browser: Any) -> None:
    page = opened(browser, CinemagraphPlayer(looped(CLIP), transport="png", renderer="canvas"))
    page.wait("Number(document.querySelector('canvas').dataset.times.split(' ')[1]) > 5")
    page.page.focus("canvas")
    page.page.keyboard.press("Space")
    assert page.saved("playing") is False
    stopped = int(page.saved("time"))
    page.page.keyboard.press(".")
    assert page.saved("time") == stopped + 1
    page.page.keyboard.press(",")
    assert page.saved("time") == stopped
    assert page.page.get_by_role("button", name="Play", exact=True).count() == 1
    page.page.keyboard.press("Space")
    assert page.saved("playing") is True
    page.close()


def test_controls_of_an_object(browser: Any) -> None:
    player = CinemagraphPlayer(looped(CLIP, name="<img src=x onerror=alert(1)>"), transport="png")
    page = opened(browser, player)
    name = "<img src=x onerror=alert(1)>"
    assert page.page.locator("img").count() == 0  # a name is text
    page.page.get_by_role("button", name=f"Freeze {name}").click()
    frozen = page.saved("controls")[1]
    assert not frozen["playing"]
    assert frozen["at"] >= 0
    page.page.get_by_label(f"Speed of {name}").press("ArrowRight")
    assert page.saved("controls")[1]["speed"] == pytest.approx(2**0.25)
    still = page.page.get_by_label("Still frame of still part")
    still.fill("99")
    still.press("Enter")
    assert page.saved("controls")[0]["still"] == 29
    assert page.saved("controls")[1]["at"] == frozen["at"]
    page.page.get_by_role("button", name=f"Play {name}").click()
    assert page.saved("controls")[1] == frozen | {
        "playing": True, "at": -1, "speed": pytest.approx(2**0.25)
    }  # fmt: skip
    page.close()


def test_freezing_from_python_reports_the_time(browser: Any) -> None:
    player = CinemagraphPlayer(looped(CLIP), transport="png", renderer="canvas")
    page = opened(browser, player)
    seek(page, 33)
    player.freeze("water")
    page.set(controls=player.controls)
    assert page.saved("controls")[1]["at"] == 33
    page.close()
