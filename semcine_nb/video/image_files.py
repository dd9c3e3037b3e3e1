"""Clips made of pictures: a folder of images, and animated GIF, WebP and PNG with their true delays."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ..counting import counted
from ..errors import VideoError
from ..limits import PICTURE_FAULTS, PICTURES, Limits, check_pixels, open_picture, too_large
from .geometry import resize
from .source import Load, Source, add_note, check_rate, check_window, even_source, even_window, to_rgb8

ANIMATED = (".gif", ".webp", ".apng", ".png")
STILLS = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm")
# damage, and what Pillow refuses by its own bound
_FAULTS = (*PICTURE_FAULTS, Image.DecompressionBombError)
_SHORTEST = 0.011  # seconds; browsers show delays of 0 and 10 ms as 100 ms


def folder_source(folder: Path, fps: float, start: float, seconds: float | None, limits: Limits) -> Source:
    """Images of a folder in natural order (frame2 before frame10), ``fps`` a second.

    No image, one that does not open or is too large, and images of several sizes are a VideoError.
    """
    check_rate(folder.name, fps)
    stills = [f for f in folder.iterdir() if f.suffix.lower() in STILLS and not f.name.startswith(".")]
    files = sorted(stills, key=_natural)
    if not files:
        kinds = ", ".join(suffix[1:] for suffix in STILLS)
        raise VideoError(f"{folder} holds no image ({kinds}): choose the folder that the frames are in.")
    window = even_window(folder.name, len(files), fps, start, seconds)
    notes = [f"{counted(len(files), 'image was', 'images were')} taken as {fps:g} frames a second."]
    first = files[window[0]]
    # the first image also tells what the conversion changes
    height, width = _still(first, notes, limits).shape[:2]

    def load(index: int) -> NDArray[np.uint8]:
        image = _still(files[index], [], limits)
        if image.shape[:2] != (height, width):
            raise VideoError(
                f"{files[index]} is {image.shape[1]}×{image.shape[0]} but {first.name} is {width}×{height}: "
                "make all images the same size."
            )
        return image

    return even_source(folder.name, fps, window, load, (width, height), notes, folder)


def animation_source(path: Path, start: float, seconds: float | None, limits: Limits) -> Source:
    """Frames of an animated GIF, WebP or PNG; a damaged or single picture is a VideoError."""
    notes: list[str] = []
    ends, size = _delays(path, start, seconds, notes, limits)
    begins = np.concatenate([[0.0], ends[:-1]])
    check_window(path.name, start, float(ends[-1]))
    stop = np.inf if seconds is None else start + seconds
    inside = np.flatnonzero((ends > start + 1e-9) & (begins < stop))

    def frames() -> Iterator[tuple[float, Load]]:
        with _open(path, limits) as image:
            for index in range(int(inside[-1]) + 1):
                # frames build on each other, so the ones before the window are composed as well
                with _told_as_damage(path, index):
                    _seek(image, index, path, limits)
                    picture = _levels(image)
                if index >= inside[0]:
                    yield float(begins[index]), partial(resize, to_rgb8(picture, notes, path.name))

    tick = 0.01 if path.suffix.lower() == ".gif" else 0.001
    end = float(ends[inside[-1]])
    return Source(path.name, begins[inside], end, tick, size, frames, hold=True, notes=notes, path=path)


def _natural(path: Path) -> list[Any]:
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.split(r"(\d+)", path.name.lower())
    ]


def is_picture(path: Path) -> bool:
    """Whether Pillow knows the file's content as a picture, whatever its name says."""
    try:
        with Image.open(path, formats=PICTURES):
            return True
    except UnidentifiedImageError:
        return False
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return True  # one that is damaged or too large: reading it says so


def _open(path: Path, limits: Limits) -> Any:
    try:
        return open_picture(path, VideoError, limits)
    except _FAULTS as error:
        raise VideoError(
            f"{path} cannot be read as a picture: it is damaged or of another kind; save it again.",
            topic="unreadable-clip",
        ) from error


def _still(path: Path, notes: list[str], limits: Limits) -> NDArray[np.uint8]:
    with _open(path, limits) as image:
        try:
            return to_rgb8(_levels(ImageOps.exif_transpose(image)), notes, path.name)
        except _FAULTS as error:
            raise VideoError(f"{path} is damaged ({error}): save it again or remove it.") from error


def _levels(image: Image.Image) -> NDArray[Any]:
    """Gray, RGB or RGBA levels; palettes and other color models are resolved."""
    if image.mode in ("I;16", "I;16L", "I;16B"):
        return np.asarray(image).astype(np.uint16)
    if image.mode not in ("L", "RGB", "RGBA", "LA", "1"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    return np.asarray(image)


def _delays(
    path: Path, start: float, seconds: float | None, notes: list[str], limits: Limits
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Seconds at which each frame ends, up to the window's end, and (width, height)."""
    ends: list[float] = []
    stop = np.inf if seconds is None else start + seconds
    with _open(path, limits) as image:
        try:
            count = int(getattr(image, "n_frames", 1))
        except _FAULTS as error:
            raise VideoError(f"{path.name} is damaged ({error}): save it again.") from error
        if count < 2:
            raise VideoError(
                f"{path.name} is a single picture: give a video, or the folder that holds the frames."
            )
        size = image.size
        for index in range(count):
            delay = _delay(image, index, path, limits)
            if delay < _SHORTEST:
                add_note(notes, "Delays of 10 ms or less were read as 100 ms, as browsers show them.")
                delay = 0.1
            ends.append((ends[-1] if ends else 0.0) + delay)
            if ends[-1] > stop:
                break
            if len(ends) > limits.frames:
                raise too_large(path.name, "has too many frames", f"{limits.frames}", VideoError)
        else:
            if _is_cut(path):
                notes.append("The file ends without its closing mark: frames may be missing, save it again.")
    return np.array(ends), size


def _is_cut(path: Path) -> bool:
    """Whether a GIF lacks the semicolon that ends it; some programs write zeros after it."""
    with path.open("rb") as file:
        if file.read(4) != b"GIF8":
            return False
        file.seek(-min(1024, path.stat().st_size), os.SEEK_END)
        return not file.read().rstrip(b"\0").endswith(b";")


def _delay(image: Any, index: int, path: Path, limits: Limits) -> float:
    """Seconds that a frame stays; 0 where the file says nothing that makes sense."""
    with _told_as_damage(path, index):
        _seek(image, index, path, limits)
    try:
        delay = float(image.info.get("duration", 0)) / 1000
    except (TypeError, ValueError):
        return 0.0
    return delay if 0 <= delay < 1e6 else 0.0


def _seek(image: Any, index: int, path: Path, limits: Limits) -> None:
    image.seek(index)
    check_pixels(image.size, path.name, VideoError, limits)  # frames of a GIF may enlarge its picture
    image.load()


@contextmanager
def _told_as_damage(path: Path, index: int) -> Iterator[None]:
    """Say which frame it was when Pillow fails."""
    try:
        yield
    except _FAULTS as error:
        raise VideoError(f"{path.name} is damaged at frame {index} ({error}): save it again.") from error
