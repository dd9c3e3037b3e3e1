"""Labels of a cinemagraph as one lossless PNG, and back.

Red and green hold the low bytes of p and s, blue the high bits of p (0–2) and s (3–6) and π_ID (7). A text
chunk holds the facts beside them, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from ..errors import LoopError, SemcineError, StoreError
from ..files import whole_file
from ..limits import PICTURE_FAULTS, current_limits, open_picture
from ..rendering.labelling import Labelling

_FORMAT = "semcine labels 1"
# what reading a text that somebody else wrote may raise
STRANGE = (SemcineError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


def write_labels(path: Path, labels: Labelling, mask: NDArray[np.bool_], facts: Mapping[str, Any]) -> None:
    """Write labels and a mask, (H, W) each, with facts; the file appears whole or not at all.

    Raises
    ------
    LoopError
        If the name does not end in .png, or a label does not fit.
    StoreError
        If the file cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise LoopError(f"Labels are saved as .png, not as {path.name!r}.")
    period, start = labels
    if period.max() >= 2**11 or start.max() >= 2**12:
        raise LoopError("Labels beyond 2048 frames of period or 4096 of start do not fit into the file.")
    high = (period >> 8) | ((start >> 8) << 3) | (mask.astype(np.int32) << 7)
    pixels = np.stack([period & 255, start & 255, high], axis=-1).astype(np.uint8)
    text = PngImagePlugin.PngInfo()
    text.add_text("semcine", json.dumps({"format": _FORMAT, **facts}))
    try:
        with whole_file(path) as part:
            Image.fromarray(pixels).save(part, format="PNG", pnginfo=text)
    except OSError as error:
        raise StoreError(f"Cannot write {path}: {error.strerror or error}.") from error


def read_labels(path: Path) -> tuple[Labelling, NDArray[np.bool_], dict[str, Any]]:
    """Labels, mask and facts that `write_labels` wrote.

    Raises
    ------
    LoopError
        If there is no such file, or it is not one of ours.
    """
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
        if facts["format"] != _FORMAT or pixels.ndim != 3 or pixels.shape[-1] != 3:
            raise ValueError("unknown format")
    except STRANGE as error:
        raise not_ours(path, error) from error
    red, green, blue = (pixels[..., i].astype(np.int32) for i in range(3))
    labels = Labelling(red | ((blue & 7) << 8), green | (((blue >> 3) & 15) << 8))
    return labels, blue >= 128, facts


def not_ours(path: Path, error: Exception) -> LoopError:
    """The error for a PNG whose facts are not those of `write_labels`."""
    return LoopError(
        f"{path} is a PNG, but not one that save_labels wrote ({error}): choose the file that it saved."
    )
