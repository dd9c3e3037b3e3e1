"""The rating page in a real browser: its module alone, then three people at once in Voilà on PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from fake_page import FakePage

from semcine_nb import Video
from semcine_nb.study import Protocol, RatingStore
from semcine_widgets import RatingSession

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.injected=1>"
PEOPLE = 3
PATIENCE = 120_000  # ms: three kernels start at once, perhaps on a busy machine


def make_clips(folder: Path, count: int) -> None:
    for i in range(count):
        frames = np.full((12, 48, 64, 3), 40 * i, np.uint8)
        frames[:, 10:30, 10:30] = np.linspace(0, 250, 12, dtype=np.uint8)[:, None, None, None]
        (folder / f"scene-{i}").mkdir(parents=True)
        Video(frames, 12.0).save(folder / f"scene-{i}" / "1.mp4")


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[FakePage]:
    make_clips(tmp_path, 2)
    with RatingStore(f"sqlite:///{tmp_path / 'ratings.db'}") as store:
        store.add_cinemagraph("a", path=tmp_path / "scene-0" / "1.mp4")
        protocol = Protocol(guideline=EVIL, consent=f"{EVIL} {{minutes}}", pilot=0)
        shown = FakePage(browser, RatingSession(store, person="p-1", protocol=protocol))
        shown.clip = (tmp_path / "scene-0" / "1.mp4").read_bytes()  # type: ignore[attr-defined]
        yield shown
        shown.close()


def show(page: FakePage, serial: int) -> None:
    page.set(
        screen="rating", serial=serial, answered=serial, clip=page.clip, clip_type="video/mp4",  # type: ignore[attr-defined]
        needs_consent=False, total=9, done=3, seconds_left=600.0,
    )  # fmt: skip
    page.wait(f"document.querySelector('.semcine-rating').dataset.serial === '{serial}'")


def sent(page: FakePage) -> list[dict[str, Any]]:
    return list(page.page.evaluate("() => sent"))


def test_texts_are_only_text_and_consent_is_given_by_the_button(page: FakePage) -> None:
    assert EVIL in page.page.locator(".semcine-rating").inner_text()
    page.page.get_by_role("button", name="I agree: begin").click()
    assert sent(page) == [{"do": "begin", "serial": 0, "agreed": True}]
    assert page.page.evaluate("() => window.injected === undefined && !document.querySelector('img')")


def test_no_star_is_chosen_beforehand_and_one_click_rates_once(page: FakePage) -> None:
    show(page, 1)
    stars = page.page.locator(".semcine-star")
    assert stars.count() == 5
    assert page.page.locator(".semcine-lit").count() == 0
    page.page.wait_for_function("document.querySelector('video').currentTime > 0")
    assert page.page.evaluate(
        "() => { const v = document.querySelector('video'); return v.loop && !v.controls; }"
    )
    page.page.get_by_role("button", name="4 of 5 stars").click()
    page.page.get_by_role("button", name="2 of 5 stars").click()  # before Python has answered
    (only,) = sent(page)
    assert (only["do"], only["value"], only["serial"]) == ("rate", 4, 1)
    assert only["loops"] > 0
    show(page, 2)
    page.page.wait_for_timeout(200)  # the pointer rests where it rated: that must not suggest the same again
    assert page.page.locator(".semcine-lit").count() == 0
    assert "3 of 9 · 10 min left" in page.page.locator(".semcine-rating").inner_text()


def test_what_cannot_be_shown_is_not_rated(page: FakePage) -> None:
    page.clip = b"no video"  # type: ignore[attr-defined]
    show(page, 1)
    page.page.get_by_text("This browser cannot play").wait_for()
    assert page.page.get_by_role("button", name="4 of 5 stars").is_disabled()
    page.page.locator(".semcine-rating").focus()
    page.page.keyboard.press("4")
    assert sent(page) == []
    page.page.keyboard.press("s")
    assert sent(page)[-1]["do"] == "skip"


def test_what_python_could_not_send_is_said_in_its_words_and_cannot_be_rated(page: FakePage) -> None:
    page.clip = b""  # type: ignore[attr-defined]
    page.set(message="Cinemagraph 'a' is gone: skip it.")
    show(page, 1)
    page.page.wait_for_function("document.querySelector('.semcine-star').disabled")
    page.page.get_by_text("is gone: skip it").wait_for()
    assert "cannot play" not in page.page.locator(".semcine-rating").inner_text()


def test_a_clip_that_fails_after_it_was_left_stops_nothing(page: FakePage) -> None:
    show(page, 1)
    page.page.evaluate("() => { window.left = document.querySelector('video'); }")
    show(page, 2)
    page.page.evaluate("() => window.left.dispatchEvent(new Event('error'))")
    page.page.get_by_role("button", name="4 of 5 stars").click()
    assert sent(page)[-1]["value"] == 4
    assert "cannot play" not in page.page.locator(".semcine-rating").inner_text()


def test_keys_rate_skip_undo_and_pause_while_focused(page: FakePage) -> None:
    show(page, 1)
    page.page.evaluate("() => document.activeElement.blur()")
    page.page.keyboard.press("5")
    assert sent(page) == []
    page.page.locator(".semcine-rating").focus()
    for serial, (key, wanted) in enumerate([("5", "rate"), ("s", "skip"), ("p", "pause")], start=1):
        show(page, serial)
        page.page.keyboard.press(key)
        assert sent(page)[-1]["do"] == wanted
        assert sent(page)[-1]["serial"] == serial
    page.set(screen="paused", answered=10)
    page.page.get_by_role("heading", name="Paused").wait_for()
    assert page.page.locator("video").count() == 0
    page.page.keyboard.press("p")
    assert sent(page)[-1]["do"] == "resume"
    page.set(screen="done", can_undo=True, answered=11)
    page.page.get_by_role("heading", name="Thank you!").wait_for()
    page.page.keyboard.press("u")
    assert sent(page)[-1]["do"] == "undo"


# --- Voilà -----------------------------------------------------------------------------------------------


class Server:
    """``semcine rate`` in a process of its own, and the links that it printed."""

    def __init__(self, folder: Path, url: str, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.log = log
        options = [f"--people={PEOPLE}", f"--port={port}", "--pilot=1"]
        command = [sys.executable, "-m", "semcine_nb", "rate", str(folder), "--ratings", url, *options]
        private = {name: str(log.parent / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log.open("w"), text=True, env=os.environ | private
        )
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline().split() for _ in range(PEOPLE)]
        assert all(len(line) == 2 for line in lines), log.read_text()
        self.links = dict(lines)
        self._wait(port)

    def _wait(self, port: int) -> None:
        import time

        deadline = time.monotonic() + 90
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, "the server did not answer"
            time.sleep(0.2)

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


@pytest.mark.postgresql
@pytest.mark.slow
def test_three_people_rate_at_once_in_voila(browser: Any, postgresql_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    make_clips(folder, 4)
    server = Server(folder, postgresql_url, tmp_path / "log")
    try:
        contexts = [browser.new_context() for _ in range(PEOPLE)]
        pages = [context.new_page() for context in contexts]
        requests: list[str] = []
        for page, link in zip(pages, server.links.values(), strict=True):
            page.on("request", lambda request: requests.append(request.url))
            page.goto(link, timeout=PATIENCE, wait_until="commit")
        for page in pages:
            page.get_by_role("button", name="I agree: begin").click(timeout=PATIENCE)
        with RatingStore(postgresql_url) as store:
            for round_ in range(1, 4):  # all three take turns: each has one on show while the others rate
                for star, page in enumerate(pages, start=1):
                    page.wait_for_selector(
                        f'[data-screen="rating"][data-serial="{round_}"]', timeout=PATIENCE
                    )
                    page.get_by_role("button", name=f"{star} of 5 stars").click()
                    page.wait_for_selector(f'[data-serial="{round_ + 1}"]', timeout=PATIENCE)
                    code = list(server.links)[star - 1]
                    assert len(store.history(code)) == round_  # kept before the next one showed
            for star, code in enumerate(server.links, start=1):
                events = store.history(code)
                assert [event.value for event in events] == [star] * 3
                assert [event.phase for event in events] == ["pilot", "main", "main"]
            matrix = store.matrix()
            assert int(np.isfinite(np.asarray(matrix[0])).sum()) == 2 * PEOPLE
            first, link = pages[0], next(iter(server.links.values()))
            assert_no_code(first)
            first.reload(timeout=PATIENCE, wait_until="commit")  # a new kernel: the person goes on
            first.get_by_role("button", name="Go on").click(timeout=PATIENCE)
            first.get_by_text("2 of 4").wait_for(timeout=PATIENCE)
            comes_up_by_itself(first, link)
            first.goto(link.replace("token=", "token=x"), timeout=PATIENCE, wait_until="commit")
            first.get_by_text("You cannot rate here").wait_for(timeout=PATIENCE)
        hosts = {
            urlsplit(url).hostname for url in requests if urlsplit(url).scheme in ("http", "https", "ws")
        }
        assert hosts == {"127.0.0.1"}
    finally:
        server.close()


def comes_up_by_itself(page: Any, link: str) -> None:
    """What a busy computer may show, a widget given up by its manager: the page asks for itself again."""
    kernels = "**/api/kernels/*"
    page.route(kernels, lambda route: route.abort())
    page.goto(link, timeout=PATIENCE, wait_until="load")
    page.get_by_text("Preparing your page").wait_for(timeout=PATIENCE)
    page.unroute(kernels)
    page.evaluate("() => document.getElementById('rendered_cells').append('Error displaying widget: gone')")
    page.get_by_role("button", name="Go on").wait_for(timeout=PATIENCE)
    # the page looks once a second whether it is ready, so the line may outlast the button's coming
    page.get_by_text("Preparing your page").wait_for(state="detached", timeout=PATIENCE)


_TRY_TO_RUN_CODE = """async () => {
  const config = document.getElementById("jupyter-config-data").textContent;
  const { kernelId, baseUrl } = JSON.parse(config);
  const address = `ws://${location.host}${baseUrl}api/kernels/${kernelId}/channels?session_id=x`;
  const socket = new WebSocket(address);
  const seen = [];
  socket.onmessage = (e) => { if (typeof e.data === "string") seen.push(JSON.parse(e.data)); };
  await new Promise((done, fail) => { socket.onopen = done; socket.onerror = fail; });
  const ask = (msg_type, content) => {
    const time = { version: "5.3", date: new Date().toISOString() };
    const header = { msg_id: msg_type, username: "", session: "x", msg_type, ...time };
    const rest = { parent_header: {}, metadata: {}, channel: "shell", buffers: [] };
    socket.send(JSON.stringify({ header, content, ...rest }));
  };
  ask("execute_request", { code: "1+1", silent: false, user_expressions: {}, allow_stdin: false });
  ask("kernel_info_request", {});
  const answered = () => seen.some((m) => m.msg_type === "kernel_info_reply");
  for (let i = 0; i < 300 && !answered(); i++) await new Promise((next) => setTimeout(next, 100));
  const files = [];
  for (const path of ["voila/files/rate.ipynb", "api/contents", "api/kernels", "voila/tree", "api/terminals"])
    files.push((await fetch(baseUrl + path)).status);
  return { types: seen.map((m) => `${m.parent_header.msg_id}:${m.msg_type}`), files };
}"""


def assert_no_code(page: Any) -> None:
    """The page holds no source, and the kernel runs nothing that a page sends it."""
    assert "participant_page" not in page.content()
    answers = page.evaluate(_TRY_TO_RUN_CODE)
    assert "kernel_info_request:kernel_info_reply" in answers["types"]
    assert not [each for each in answers["types"] if each.startswith("execute_request")]
    assert all(status in (403, 404, 405) for status in answers["files"]), answers["files"]
