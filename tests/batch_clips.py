"""Small clips for batch work: corners of the pond as files, with one folder of true masks for all of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from small_pond import pond

from semcine_nb.video import Video

CORNERS = ((40, 60), (60, 90), (20, 30))
"""Upper left corners (y, x) of the clips, 80×60 pixels each."""


def save_clips(folder: Path, count: int = 3) -> dict[str, Any]:
    """Write ``clip 1.mp4`` … and masks; returns the options that a batch of them takes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (y, x) in enumerate(CORNERS[:count], start=1):
        part = np.ascontiguousarray(pond().video.frames[:, y : y + 60, x : x + 80])
        Video(part, 30.0).save(folder / f"clip {number}.mp4", quality=95)
    masks = folder / "masks"
    masks.mkdir()
    halves = {"water": np.s_[:, 30:], "animal": np.s_[:, :30]}
    for category, half in halves.items():
        mask = np.zeros((60, 80), np.uint8)
        mask[half] = 255
        Image.fromarray(mask).save(masks / f"{category}.png")
    return {
        "segmenter": f"masks:{masks}",
        "k": 2,
        "select": {"pin": ("water", "animal")},
        "formats": ("apng",),  # without loss: frames can be compared
        "measure_features": False,
        "cache": None,
    }


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a clip's folder but its summary; the page without its videos.

    How an encoder spreads its bits may depend on how busy the machine is; .apng holds the frames themselves.
    """
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "summary.json"}
    found["index.html"] = re.sub(rb"data:video[^\"]+", b"", found["index.html"])
    return found
