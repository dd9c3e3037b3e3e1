"""Labels of a cinemagraph as one PNG beside its film, and back.

Red and green hold the low bytes of p and s, blue the high bits of p (0–2) and s (3–6) and π_ID (7). The text
chunk holds everything else.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, PngImagePlugin

from ..counting import counted
from ..errors import LoopError, SemcineError, StoreError
from ..files import whole_file
from ..limits import PICTURE_FAULTS, current_limits, open_picture
from ..rendering.labelling import Labelling
from ..semantics import Candidate
from .cinemagraph import Cinemagraph
from .energy import LoopEnergy
from .parameters import LoopParameters

if TYPE_CHECKING:
    from ..video import Video

_MAGIC = "semcine labels 1"
# what reading a text that somebody else wrote may raise
_STRANGE = (SemcineError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


def save_labels(cinema: Cinemagraph, path: str | Path) -> None:
    """Write p, s and the mask as one lossless PNG: see `Cinemagraph.save_labels`."""
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise LoopError(f"Labels are saved as .png, not as {path.name!r}.")
    period, start, candidate = cinema.period, cinema.start, cinema.candidate
    if period.max() >= 2**11 or start.max() >= 2**12:
        raise LoopError("Labels beyond 2048 frames of period or 4096 of start do not fit into the file.")
    high = (period >> 8) | ((start >> 8) << 3) | (candidate.mask.astype(np.int32) << 7)
    pixels = np.stack([period & 255, start & 255, high], axis=-1).astype(np.uint8)
    facts = {
        "format": _MAGIC,
        "categories": candidate.categories,
        "name": candidate.name,
        "note": candidate.note,
        "guesses": candidate.guesses,
        "energy": asdict(cinema.energy),
        "parameters": asdict(cinema.parameters),
        "notes": cinema.notes,
        "frames": len(cinema.video.frames),
        "fps": cinema.video.fps,
        "clip": cinema.video.digest,
    }
    text = PngImagePlugin.PngInfo()
    text.add_text("semcine", json.dumps(facts))
    try:
        with whole_file(path) as part:
            Image.fromarray(pixels).save(part, format="PNG", pnginfo=text)
    except OSError as error:
        raise StoreError(f"Cannot write {path}: {error.strerror or error}.") from error


def load_cinemagraph(path: str | Path, clip: Video) -> Cinemagraph:
    """Read what `save_labels` wrote, for the same clip.

    Raises
    ------
    LoopError
        If the file is not one of ours, or belongs to another clip.
    """
    path = Path(path)
    try:
        with open_picture(path, LoopError, current_limits()) as image:
            image.load()
            text = getattr(image, "text", {}).get("semcine")
            pixels = np.asarray(image)
    except FileNotFoundError:
        raise LoopError(f"There is no file {path}.") from None
    except LoopError:
        raise
    except PICTURE_FAULTS as error:
        raise LoopError(f"{path} cannot be read as a PNG of labels: {error}.") from error
    try:
        facts = json.loads(text or "")
        if facts["format"] != _MAGIC or pixels.ndim != 3 or pixels.shape[-1] != 3:
            raise ValueError("unknown format")
        red, green, blue = (pixels[..., i].astype(np.int32) for i in range(3))
        period, start = red | ((blue & 7) << 8), green | (((blue >> 3) & 15) << 8)
        candidate = Candidate(
            tuple(facts["categories"]),
            blue >= 128,
            facts["name"],
            facts["note"],
            tuple(facts.get("guesses", ())),
        )
        energy, parameters = LoopEnergy(**facts["energy"]), LoopParameters(**facts["parameters"])
        notes, frames, digest = tuple(facts["notes"]), int(facts["frames"]), facts["clip"]
    except _STRANGE as error:
        raise LoopError(
            f"{path} is a PNG, but not one that save_labels wrote ({error}): choose the file that it saved."
        ) from error
    if digest != clip.digest:
        raise LoopError(
            f"{path} belongs to another clip: it was made for {counted(frames, 'frame')} of "
            f"{period.shape[1]}×{period.shape[0]} px, this one has {len(clip.frames)} of "
            f"{clip.frames.shape[2]}×{clip.frames.shape[1]} px or other pictures. "
            "Read the clip with the same arguments as then.",
            topic="another-clip",
        )
    Labelling(period, start).check(len(clip.frames))
    return Cinemagraph(clip, candidate, period, start, energy, parameters, notes=notes)
