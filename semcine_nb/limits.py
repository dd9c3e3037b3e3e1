"""Limits on the size of files from outside, some of which unpack beyond all bounds.

A file of a few kilobytes can hold a picture of gigabytes. Each limit is far above what ordinary clips and
studies need, is told in the message that refuses, and can be raised: ``SEMCINE_LIMITS=4`` in the environment
makes all of them four times as large, and ``read_video(limits=…)`` takes its own.
"""

from __future__ import annotations

import math
import os
import struct
import warnings
import zipfile
import zlib
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import SemcineError

if TYPE_CHECKING:
    from PIL.Image import Image

VARIABLE = "SEMCINE_LIMITS"
# Pillow knows many more, some of which run other programs (EPS: Ghostscript)
PICTURES = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
# what Pillow raises on damaged files
PICTURE_FAULTS = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class Limits:
    """The sizes that are read without a question.

    Attributes
    ----------
    pixels : of one stored frame, picture, mask or label image; 8K video has 33 million
    frames : of a clip inside the window that is read; ten minutes at 30 a second are 18,000
    memory : bytes of a clip's frames once read, and of a rendered loop
    table : bytes of a file of ratings or of features, packed or unpacked
    rows : of a table of ratings
    weights : bytes of a file of weights once unpacked; FCN-8s has 0.5 billion
    """

    pixels: int = 50_000_000
    frames: int = 20_000
    memory: int = 4_000_000_000
    table: int = 1_000_000_000
    rows: int = 5_000_000
    weights: int = 8_000_000_000

    def times(self, factor: float) -> Limits:
        """All limits ``factor`` times as large."""
        return Limits(**{name: math.ceil(round(value * factor, 6)) for name, value in asdict(self).items()})


def current_limits() -> Limits:
    """The limits, with ``SEMCINE_LIMITS`` from the environment.

    Raises
    ------
    SemcineError
        If that is set to something other than a positive number.
    """
    text = os.environ.get(VARIABLE, "1")
    try:
        factor = float(text)
    except ValueError:
        factor = math.nan
    if not (math.isfinite(factor) and factor > 0):
        raise SemcineError(
            f"{VARIABLE}={text!r} must be a positive number, such as 4 for four times as much."
        )
    return Limits().times(factor)


def too_large(name: str, has: str, limit: str, kind: type[SemcineError]) -> SemcineError:
    """The error that refuses: what is too large, how large it is, what is allowed and the way out."""
    return kind(
        f"{name} {has}; unless you allow more, at most {limit} are taken: if you trust it, set {VARIABLE}=4 "
        "in the environment for four times as much."
    )


def check_pixels(size: tuple[int, int], name: str, kind: type[SemcineError], limits: Limits) -> None:
    """Raise ``kind`` if a picture of (width, height) ``size`` is larger than ``limits.pixels``."""
    if size[0] * size[1] > limits.pixels:
        raise too_large(name, f"is {size[0]}×{size[1]} pixels", f"{limits.pixels:,}", kind)


def check_archive(path: Path, most: int, kind: type[SemcineError]) -> None:
    """Raise ``kind`` if an .npz unpacks to more than ``most`` bytes. On damage zipfile raises."""
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > most:
        raise too_large(str(path), f"unpacks to {size / 1e9:.1f} GB", f"{most / 1e9:g} GB", kind)


def open_picture(path: Any, kind: type[SemcineError], limits: Limits) -> AbstractContextManager[Image]:
    """``PIL.Image.open`` of a picture that is within the limits; its pixels are not yet unpacked.

    Raises
    ------
    SemcineError
        Of the given ``kind``, if it is too large. Whatever else Pillow raises is passed on.
    """
    from PIL import Image

    if Image.MAX_IMAGE_PIXELS and limits.pixels > Image.MAX_IMAGE_PIXELS:
        Image.MAX_IMAGE_PIXELS = limits.pixels  # Pillow's own bound, beyond which it refuses by itself
    name = getattr(path, "name", str(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=PICTURES)
    except Image.DecompressionBombError:
        raise too_large(name, "has too many pixels", f"{limits.pixels:,}", kind) from None
    try:
        check_pixels(image.size, name, kind, limits)
    except SemcineError:
        image.close()
        raise
    return image
