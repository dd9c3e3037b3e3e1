"""The loops as they are saved, beside or in place of the live ones: made once, and shown by the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_page import FakePage
from loop_clips import looped, numbered_clip

from semcine_nb.video import read_video
from semcine_widgets.candidate_gallery import CandidateGallery
from semcine_widgets.cinemagraph_player import CinemagraphPlayer
from semcine_widgets.shared.rendered_loops import as_mp4

CLIP = numbered_clip(48, 32)


def parts(widget: Any) -> list[bytes]:
    ends = np.cumsum(widget.rendered_sizes)
    return [widget.rendered[end - size : end] for end, size in zip(ends, widget.rendered_sizes, strict=True)]


def test_the_player_shows_what_save_writes(tmp_path: Path) -> None:
    cinema = looped(CLIP)
    player = CinemagraphPlayer(cinema)
    assert player.rendered == b""
    player.show_rendered()
    (loop,) = parts(player)
    cinema.save(tmp_path / "saved.mp4")
    (tmp_path / "shown.mp4").write_bytes(loop)
    saved, shown = (read_video(tmp_path / f"{name}.mp4").frames for name in ("saved", "shown"))
    assert np.array_equal(saved, shown)
    assert not player.rendering


def test_another_still_frame_is_rendered_anew_and_nothing_else_is() -> None:
    player = CinemagraphPlayer(looped(CLIP))
    player.choose_still(7)
    player.show_rendered()
    first = player.rendered
    player.freeze("water")
    player.show_rendered(False)
    player.show_rendered()
    assert player.rendered is first
    player.choose_still(20)
    player.show_rendered()
    assert player.rendered != first


def test_the_gallery_renders_each_candidate_at_the_size_it_shows(tmp_path: Path) -> None:
    pair = [looped(CLIP), looped(CLIP, 1, "tree")]
    gallery = CandidateGallery(pair, width=24)
    gallery.set_state({"as_rendered": True})  # as a click does
    gallery.show_rendered()
    assert len(parts(gallery)) == 2
    for number, loop in enumerate(parts(gallery)):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(loop)
        assert read_video(path).frames.shape[1:3] == (16, 24)


def test_what_goes_wrong_is_said_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    player = CinemagraphPlayer(looped(CLIP))

    def fail(*_: Any, **__: Any) -> bytes:
        raise OSError("disk full")

    monkeypatch.setattr("semcine_widgets.cinemagraph_player.rendered_loop", fail)
    player.show_rendered()
    assert player.error == "disk full"
    assert not player.rendering
    monkeypatch.undo()
    player.show_rendered(False)
    player.show_rendered()  # it can be tried again
    assert len(parts(player)) == 1


@pytest.mark.browser
def test_the_page_plays_both_beside_each_other(browser: Any) -> None:
    player = CinemagraphPlayer(looped(CLIP), transport="png", renderer="canvas")
    page = FakePage(browser, player)
    page.wait("saved.drawn")
    assert not page.page.locator("video").is_visible()
    page.page.get_by_role("button", name="As rendered").click()
    assert page.saved("as_rendered") is True
    page.set(rendering=True)
    assert page.page.get_by_role("button", name="Rendering …").count() == 1
    player.show_rendered()
    page.set(rendered=player.rendered, rendered_sizes=player.rendered_sizes, rendering=False)
    page.wait("document.querySelector('video').currentTime > 0")
    assert page.page.locator("video").is_visible()
    assert page.page.locator("canvas").is_visible()
    page.page.get_by_role("button", name="Pause").click()
    assert page.page.evaluate("() => document.querySelector('video').paused")
    page.page.get_by_role("button", name="As rendered").click()
    assert not page.page.locator("video").is_visible()
    page.close()


@pytest.mark.browser
def test_tiles_of_the_gallery_change_over_as_they_are_made(browser: Any) -> None:
    loops = [as_mp4(CLIP.frames, 30.0), as_mp4(CLIP.frames[::-1], 30.0)]
    gallery = CandidateGallery([looped(CLIP), looped(CLIP, 1, "tree")], transport="png")
    page = FakePage(browser, gallery)
    page.wait("saved.drawn")
    page.page.get_by_role("button", name="As rendered").click()
    for ready in (1, 2):
        page.set(rendered=b"".join(loops[:ready]), rendered_sizes=[len(loop) for loop in loops[:ready]])
        page.wait(f"document.querySelectorAll('figure video:not([hidden])').length === {ready}")
        assert page.page.locator("canvas:visible").count() == 2 - ready
    page.wait("[...document.querySelectorAll('video')].every((video) => video.currentTime > 0)")
    page.page.locator("video").nth(1).click()
    assert page.saved("chosen") == 1
    page.close()


@pytest.mark.browser
def test_a_browser_without_the_codec_keeps_the_live_picture(browser: Any) -> None:
    page = FakePage(browser, CandidateGallery([looped(CLIP)], transport="png"))
    page.wait("saved.drawn")
    page.set(as_rendered=True, rendered=b"no video", rendered_sizes=[8])
    page.page.get_by_text("cannot play MP4").wait_for()
    assert page.page.locator("canvas:visible").count() == 1
    assert not page.page.locator("video").is_visible()
    page.close()
