"""What is claimed of the widgets, measured in one run: painting, strokes, playing, opening, hovering.

    python -m benchmarks.widgets [--size 960x540] [--quick] [--out benchmarks/results/widgets.md]

Needs Chromium, which it drives without a window and without graphics hardware, and no network. Targets are
those of a person at a page, so seconds are those of a clock; what others do on the machine meanwhile is the
load beside them. The browser's processor time depends on it little, and stands in the last table.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "widgets")]

from chromium import find_chromium, open_chromium  # noqa: E402
from fake_page import FakePage  # noqa: E402

from benchmarks._widget_scenes import KINDS, OPEN, Shown  # noqa: E402

SECONDS = 6.0
HOVERS = 60
VIEW = {"width": 1200, "height": 1700}

_UNTIL = """(is) => new Promise((done) => {
  const look = () => (is() ? done(performance.now() - window.began) : requestAnimationFrame(look));
  look();
})"""
_RECORD = """() => {
  const count = () => %s;
  window.stamps = [];
  let before = count();
  const look = (now) => {
    if (count() !== before) { before = count(); window.stamps.push(now); }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
_CIRCLE = """(ms) => new Promise((done) => {
  const canvas = document.querySelector("canvas.semcine-stage"), box = canvas.getBoundingClientRect();
  const begin = performance.now();
  const timer = setInterval(() => {
    const t = performance.now() - begin, reach = 0.3 * box.height * (1 + 0.3 * Math.sin(t / 900));
    const clientX = box.left + box.width / 2 + reach * Math.cos(t / 120);
    const clientY = box.top + box.height / 2 + reach * Math.sin(t / 120);
    canvas.dispatchEvent(new PointerEvent("pointermove", { pointerId: 1, clientX, clientY, bubbles: true }));
    if (t > ms) { clearInterval(timer); done(); }
  }, 8);
})"""
_HOVER = """async (places) => {
  const canvas = document.querySelector("[data-panel=p] canvas");
  const root = document.querySelector(".semcine-explorer");
  const spent = [];
  for (const [x, y] of places) {
    await new Promise(requestAnimationFrame);
    const box = canvas.getBoundingClientRect();
    const clientX = box.left + x * box.width, clientY = box.top + y * box.height;
    const begin = performance.now();
    canvas.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
    root.offsetHeight; // lay the new table out
    spent.push(performance.now() - begin);
    const row = Math.floor(y * canvas.height), said = root.querySelector(".semcine-facts table").textContent;
    if (!said.includes(`Row ${row},`)) throw new Error(`not row ${row}: ${said}`);
  }
  return spent;
}"""


class Report:
    """Rows of a table of targets, with the load while each was measured."""

    def __init__(self) -> None:
        self.rows = [["what", "target", "measured", "verdict", "load"], ["---"] * 5]
        self.processor = [["what", "processor ms"], ["---"] * 2]

    def add(self, what: str, target: str, measured: str, reached: bool) -> None:
        verdict = "reached" if reached else "**missed**"
        self.rows.append([what, target, measured, verdict, f"{os.getloadavg()[0]:.1f}"])
        print("| " + " | ".join(self.rows[-1]) + " |", flush=True)

    def spent(self, what: str, ms: float) -> None:
        self.processor.append([what, f"{ms:.1f}"])


def table(rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def spent() -> float:
    """Processor milliseconds of all processes of the browser that live now."""
    family = psutil.Process().children(recursive=True)
    return 1000 * sum(sum(each.cpu_times()[:2]) for each in family if "chrom" in each.name())


def gaps(page: FakePage) -> tuple[float, list[float]]:
    """Draws a second, and the milliseconds between one and the next."""
    stamps = page.page.evaluate("() => stamps")
    between = [later - sooner for sooner, later in pairwise(stamps)]
    return 1000 * len(between) / (stamps[-1] - stamps[0]), sorted(between)


def told(between: list[float], share: float) -> str:
    most = between[int(share * len(between))]
    return f"{share:.0%} of gaps ≤ {most:.0f} ms, longest {between[-1]:.0f} ms"


def painting(browser: Any, shown: Shown, report: Report) -> None:
    """A brush that goes round and round as a mouse that speaks 125 times a second would have it."""
    with closing(FakePage(browser, shown.painter(), viewport=VIEW)) as page:
        page.wait(OPEN["painter"])
        box = page.page.locator("canvas.semcine-stage").bounding_box()
        page.page.evaluate(_RECORD % "document.querySelector('canvas.semcine-stage').dataset.draws")
        page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.page.mouse.down()
        before = spent()
        page.page.evaluate(_CIRCLE, 1000 * SECONDS)
        rate, between = gaps(page)
        report.spent("painter, one draw while painting", (spent() - before) / (len(between) + 1))
        page.page.mouse.up()
    report.add(
        "painting, brush of 60 pixels",
        "≥ 50 draws/s",
        f"{rate:.1f} draws/s; {told(between, 0.95)}",
        rate >= 50,
    )


def playing(browser: Any, shown: Shown, report: Report) -> None:
    """Four candidates under one clock."""
    with closing(FakePage(browser, shown.gallery(), viewport=VIEW)) as page:
        page.wait(OPEN["gallery"])
        page.page.wait_for_timeout(500)
        page.page.evaluate(_RECORD % "document.querySelector('.semcine-gallery').dataset.draws")
        before = spent()
        page.page.wait_for_timeout(1000 * SECONDS)
        rate, between = gaps(page)
        report.spent("gallery of four, one draw of all", (spent() - before) / (len(between) + 1))
    fps, frame = shown.clip.fps, 1000 / shown.clip.fps
    report.add(
        f"gallery of four plays at {fps:g} frames/s",
        f"≥ {0.95 * fps:.1f} draws/s, no gap ≥ {4 * frame:.0f} ms",
        f"{rate:.1f} draws/s; {told(between, 0.99)}",
        rate >= 0.95 * fps and between[-1] < 4 * frame,
    )


def hovering(browser: Any, shown: Shown, report: Report) -> None:
    """The explorer's table and time line follow a pointer over the whole picture, costs included."""
    explorer = shown.explorer()
    assert explorer.costs
    with closing(FakePage(browser, explorer, viewport=VIEW)) as page:
        page.wait(f"{OPEN['explorer']} && document.querySelector('.semcine-explorer').dataset.costs")
        places = [((i * 0.618) % 1, (i + 0.5) / HOVERS) for i in range(HOVERS)]
        took = sorted(page.page.evaluate(_HOVER, places))
    most = took[int(0.95 * len(took))]
    report.add(
        "hovering over a label map",
        "one frame (16.7 ms)",
        f"median {statistics.median(took):.1f} ms, 95 % ≤ {most:.1f} ms, longest {took[-1]:.1f} ms",
        most < 1000 / 60,
    )


def opening(browser: Any, shown: Shown, report: Report, times: int) -> None:
    """From all data on the page to the first whole picture, a new page each time."""
    for kind in KINDS:
        widget = shown.widget(kind)
        took = []
        for _ in range(times):
            with closing(FakePage(browser, widget, viewport=VIEW)) as page:
                took.append(page.page.evaluate(f"() => ({_UNTIL})(() => {OPEN[kind]})") / 1000)
        _seconds(report, f"opening the {kind}, on a page", took)


def _seconds(report: Report, what: str, took: list[float]) -> None:
    middle = statistics.median(took)
    more = f", longest of {len(took)}: {max(took):.2f} s" if len(took) > 1 else ""
    report.add(what, "< 2 s", f"{middle:.2f} s{more}", middle < 2)


def serving(browser: Any, shown: Shown, report: Report) -> None:
    """Through JupyterLab and Voilà."""
    from benchmarks import _widget_servers as servers

    size = (shown.clip.width, shown.clip.height)
    opened, strokes = servers.in_lab(browser, size)
    report.add(
        f"{len(strokes)} strokes from the pointer's lift to the kernel, in JupyterLab",
        "< 200 ms",
        f"median {statistics.median(strokes):.0f} ms, longest {max(strokes):.0f} ms",
        max(strokes) < 200,
    )
    for kind in KINDS:
        _seconds(report, f"opening the {kind}, in JupyterLab, from Python having it", [opened[kind]])
    _seconds(report, "opening a rating page with a kernel ready, in Voilà", servers.in_voila(browser, shown))


def heading(browser: Any, size: str) -> str:
    from benchmarks._widget_servers import machine

    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return (
        "# Widgets, measured\n\n"
        f"Headless Chromium {browser.version} with software graphics on {machine()}; commit {commit}.\n"
        f"A clip of {size}, 3 s, 30 frames/s, with four candidates. The load is that of the whole machine,\n"
        "Chromium's own included. Made by `benchmarks/widgets.py`.\n\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="960x540")
    parser.add_argument("--quick", action="store_true", help="no JupyterLab and no Voilà")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    program = find_chromium()
    if program is None:
        print("Not measured: Chromium is not installed.")
        return
    width, height = (int(v) for v in options.size.split("x"))
    shown, report = Shown((width, height)), Report()
    with open_chromium(program) as browser:
        text = heading(browser, f"{width}×{height}")
        print(text + table(report.rows))
        painting(browser, shown, report)
        playing(browser, shown, report)
        hovering(browser, shown, report)
        opening(browser, shown, report, 1 if options.quick else 3)
        if not options.quick:
            serving(browser, shown, report)
    own = "Processor time of all of Chromium:\n\n" + table(report.processor)
    print("\n" + own)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(f"{text}{table(report.rows)}\n\n{own}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
