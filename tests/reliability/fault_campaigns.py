"""How processes are killed at chosen moments, for the tests and for the long campaigns of `make soak`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

CACHE_WRITER = """
import sys
import numpy as np
from semcine_nb.cache import ArrayCache, content_key
cache = ArrayCache(sys.argv[1])
for number in range(100_000):
    assert cache.save(content_key("soak", number), {"values": np.full(2000, number)})
    print(number, flush=True)
"""
RATER = """
import sys
from semcine_nb.study import RatingStore
store = RatingStore(sys.argv[1])
for number in range(100_000):
    store.rate(sys.argv[2], "pond", 1 + number % 5, order=number)
    print(number, flush=True)
"""


def make_command(clip: Path, segmenter: str, out: Path) -> list[str]:
    """``semcine make`` of a small clip, as a process."""
    command = [sys.executable, "-m", "semcine_nb", "-q", "make", str(clip), "-o", str(out)]
    return [*command, "--segmenter", segmenter, "--format", "mp4"]


def kill_after(command: Sequence[str], begun: Callable[[], bool], seconds: float) -> int:
    """Run a command, kill -9 it some ``seconds`` after ``begun()`` first holds; its exit code."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while child.poll() is None and not begun() and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(seconds)
    child.kill()
    return child.wait()


def kill_writer(code: str, arguments: Sequence[str], seconds: float, least: int = 3) -> int:
    """Start a writer that counts aloud, kill -9 it ``seconds`` after ``least`` words; how many it said."""
    child = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(least)]
    time.sleep(seconds)
    child.kill()
    said += child.stdout.readlines()
    child.stdout.close()
    child.wait()
    return sum(line.endswith("\n") for line in said)


def kill_cache_writer(folder: Path, seconds: float) -> int:
    """Kill a process that keeps results; how many it had said were kept."""
    return kill_writer(CACHE_WRITER, [str(folder)], seconds)


def kill_batch(clips: Path, segmenter: str, out: Path, seconds: float) -> None:
    """Kill ``semcine batch`` with all its workers, look at what it left, let it go on, and look again."""
    command = [
        sys.executable,
        "-m",
        "semcine_nb",
        "-q",
        "batch",
        str(clips),
        "-o",
        str(out),
        "--workers",
        "1",
    ]
    command += ["--segmenter", segmenter, "--format", "mp4"]
    first = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(seconds)
    with suppress(ProcessLookupError):
        os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    for summary in out.glob("*/summary.json"):
        check_folder(summary.parent)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    done = sorted(summary.parent for summary in out.glob("*/summary.json"))
    assert len(done) == len(list(clips.iterdir()))
    for folder in done:
        check_folder(folder)


def check_folder(out: Path) -> None:
    """Assert that what ``semcine make`` left is whole: each file that its summary lists can be read."""
    from PIL import Image

    from semcine_nb.video import read_video

    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    page = (out / "index.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    for candidate in summary["candidates"]:
        for name in candidate["files"]:
            if name.endswith(".mp4"):
                assert len(read_video(out / name)) > 1
            elif name.endswith(".png"):
                with Image.open(out / name, formats=("PNG",)) as image:
                    image.load()
