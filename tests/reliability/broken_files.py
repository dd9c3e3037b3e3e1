"""Files that are cut, hurt or hostile, for the tests of what is said of them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def noise(count: int = 40, size: tuple[int, int] = (64, 48)) -> NDArray[np.uint8]:
    """Frames that no coder makes small, so that cutting a file cuts pictures."""
    return np.random.default_rng(0).integers(0, 256, (count, size[1], size[0], 3), np.uint8)


def animation(path: Path, frames: NDArray[np.uint8], kind: str) -> Path:
    """Frames as GIF, PNG or WEBP of 25 a second."""
    first, *rest = [Image.fromarray(frame) for frame in frames]
    first.save(path, kind, save_all=True, append_images=rest, duration=40)
    return path


def half_of(path: Path, whole: Path) -> Path:
    """The first half of a file's bytes."""
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return path


def hurt(path: Path, whole: Path, count: int = 400) -> Path:
    """A file with other bytes in its middle."""
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + count] = np.random.default_rng(0).bytes(count)
    path.write_bytes(data)
    return path


def claim_size(path: Path, side: int = 60000) -> Path:
    """Make a PNG's header ask for ``side``² pixels."""
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">2I", side, side)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    path.write_bytes(data)
    return path
