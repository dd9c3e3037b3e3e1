"""What benchmarks/widgets.py measures through servers: strokes and opening in JupyterLab, and Voilà."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import test_rating_page as rating_page
from real_lab import Lab

from benchmarks._widget_scenes import KINDS, OPEN, Shown

ROOT = Path(__file__).parents[1]
STROKES = 10

_PREPARE = """\
import sys, time
sys.path.insert(0, {root!r})
from IPython.display import display
from benchmarks._widget_scenes import Shown

shown, made = Shown({size!r}), {{}}
for kind in {kinds!r}:  # what is read or encoded once a clip is
    shown.widget(kind).close()"""
_SHOW = """\
widget = shown.widget({kind!r})
made[{kind!r}] = time.time()
display(widget)"""
_HEAR = """\
arrivals = []
widget.observe(lambda _: arrivals.append(time.time()), "mask_bits")"""

# the first repaint at which each is open, on the clock that the kernel has too
_WATCH = """() => {
  const open = {%s};
  window.openedAt = {};
  const look = () => {
    for (const [kind, is] of Object.entries(open))
      if (!window.openedAt[kind] && is()) window.openedAt[kind] = performance.timeOrigin + performance.now();
    requestAnimationFrame(look);
  };
  look();
  window.lifted = [];
  const lift = () => window.lifted.push(performance.timeOrigin + performance.now());
  window.addEventListener("pointerup", lift, true);
}"""


def in_lab(browser: Any, size: tuple[int, int]) -> tuple[dict[str, float], list[float]]:
    """Seconds from the moment that Python has a widget to its picture in JupyterLab; ms of each stroke."""
    cells = [_PREPARE.format(root=str(ROOT), size=size, kinds=KINDS)]
    cells += [_SHOW.format(kind=kind) for kind in reversed(KINDS)] + [_HEAR]  # the painter last
    opened = {}
    view = {"width": 1300, "height": 1600}
    with (
        tempfile.TemporaryDirectory(prefix="semcine-lab-") as folder,
        Lab(browser, Path(folder), cells, run_cells=False, viewport=view) as lab,
    ):
        lab.page.evaluate(_WATCH % ", ".join(f"{kind}: () => {OPEN[kind]}" for kind in KINDS))
        lab.run_cell(0)
        for place, kind in enumerate(reversed(KINDS), start=1):
            lab.run_cell(place)
            lab.page.wait_for_function(f"openedAt.{kind}")
            made = float(lab.run(f"print(repr(made[{kind!r}]))"))
            opened[kind] = lab.page.evaluate(f"() => openedAt.{kind}") / 1000 - made
            if kind != "painter":
                lab.page.evaluate("() => jupyterapp.commands.execute('notebook:clear-cell-output')")
        lab.run_cell(len(cells) - 1)
        strokes = _strokes(lab)
    return opened, strokes


def _strokes(lab: Lab) -> list[float]:
    """Milliseconds from lifting the brush to the new mask in the kernel."""
    canvas, mouse = lab.page.locator("canvas.semcine-stage"), lab.page.mouse
    canvas.scroll_into_view_if_needed()
    lab.page.get_by_role("button", name="Clear").click()
    lab.wait("print(len(arrivals))", "1")
    box = canvas.bounding_box()
    assert box is not None
    lab.page.evaluate("() => { window.lifted = []; }")
    for i in range(STROKES):
        x, y = box["x"] + 40 + 60 * (i % 5), box["y"] + 40 + 90 * (i // 5)
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 30, y + 60, steps=12)
        mouse.up()
        lab.wait("print(len(arrivals))", str(i + 2))
    lifted = lab.page.evaluate("() => lifted")
    arrivals = json.loads(lab.run("import json; print(json.dumps(arrivals[1:]))"))
    return [1000 * arrived - left for left, arrived in zip(lifted, arrivals, strict=True)]


def in_voila(browser: Any, shown: Shown) -> list[float]:
    """Seconds from opening a link to the page, for three people who each find a kernel ready."""
    url = f"sqlite:///{shown.folder / 'voila.db'}"
    server = rating_page.Server(shown.study(), url, shown.folder / "log")
    took = []
    try:
        for link in server.links.values():
            _rested(psutil.Process(server.process.pid))
            with browser.new_context() as context:
                page = context.new_page()
                begin = time.perf_counter()
                page.goto(link, wait_until="commit", timeout=rating_page.PATIENCE)
                page.get_by_role("button", name="I agree: begin").wait_for(timeout=rating_page.PATIENCE)
                took.append(time.perf_counter() - begin)
    finally:
        server.close()
    return took


def _rested(server: psutil.Process, patience: float = 90.0) -> None:
    """Return once the server and its kernels have done nothing for three seconds: two are ready again."""

    def spent() -> tuple[int, float]:
        family = [server, *server.children(recursive=True)]
        return len(family), sum(sum(each.cpu_times()[:2]) for each in family)

    deadline, quiet = time.monotonic() + patience, 0
    before = spent()
    while quiet < 3 and time.monotonic() < deadline:
        time.sleep(1)
        now = spent()
        quiet = quiet + 1 if now[0] == before[0] > 2 and now[1] - before[1] < 0.1 else 0
        before = now


def machine() -> str:
    """Processor and cores, for whoever compares."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{model or os.uname().machine}, {os.cpu_count()} cores"
