"""A clip of 64×48 pixels that makes a cinemagraph in a fraction of a second, and masks of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Said = tuple[int, str]
Make = Callable[..., Said]
SIZE = (64, 48)  # width, height


def pool(count: int = 50, rows: slice = slice(24, 48)) -> NDArray[np.uint8]:
    """(count, 48, 64, 3): a still texture, and waves over ``rows`` of it that repeat after 33 frames."""
    rng = np.random.default_rng(0)
    ground = cv2.GaussianBlur(rng.integers(60, 200, (SIZE[1], SIZE[0], 3)).astype(np.uint8), (0, 0), 1.5)
    wave = 40 * np.sin(2 * np.pi * (np.arange(SIZE[0])[None] / 16 - np.arange(count)[:, None] / 33))
    frames = np.repeat(ground[None].astype(float), count, axis=0)
    frames[:, rows] += wave[:, None, :, None]
    return np.clip(frames, 0, 255).astype(np.uint8)


def save_mask(folder: Path, category: str, size: tuple[int, int] = SIZE, first_row: int = 24) -> str:
    """A mask of everything below ``first_row``; returns the segmenter that reads the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    mask = np.zeros((size[1], size[0]), np.uint8)
    mask[first_row:] = 255
    Image.fromarray(mask).save(folder / f"{category}.png")
    return f"masks:{folder}"
