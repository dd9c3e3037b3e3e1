"""Cinemagraphs with a known answer for the tests of the features, made without solving anything."""

from __future__ import annotations

import cv2
import numpy as np

from semcine_nb.looping import Cinemagraph, LoopEnergy, LoopParameters
from semcine_nb.preference.features.small_loop import SmallLoop, reduce_loop
from semcine_nb.semantics import Candidate, SemanticResponse
from semcine_nb.video import Video

HEIGHT, WIDTH = 270, 480  # what the features reduce to, so that one pixel is two nominal ones


def texture(height: int = HEIGHT, width: int = WIDTH, seed: int = 0, blur: float = 2.0) -> np.ndarray:
    """Smooth noise with many corners: (height, width) uint8."""
    noise = np.random.default_rng(seed).normal(size=(height, width))
    smooth = cv2.GaussianBlur(noise, (0, 0), blur)
    return np.clip(127 + 50 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def colors(gray: np.ndarray) -> np.ndarray:
    """(..., h, w) → (..., h, w, 3)."""
    return np.repeat(gray[..., None], 3, axis=-1)


def patch_on_gray(places: list[tuple[int, int]], side: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """A textured square whose upper left corner is at each (x, y) in turn, on gray.

    Returns frames (N, 270, 480, 3) and the pixels that it ever covers (270, 480).
    """
    square = texture(side, side, seed=1)
    frames = np.full((len(places), HEIGHT, WIDTH), 127, np.uint8)
    covered = np.zeros((HEIGHT, WIDTH), bool)
    for frame, (x, y) in zip(frames, places, strict=True):
        frame[y : y + side, x : x + side] = square
        covered[y : y + side, x : x + side] = True
    return colors(frames), covered


def small_loop(frames: np.ndarray, dynamic: np.ndarray | None = None, fps: float = 30.0) -> SmallLoop:
    """Reduced; all of it dynamic unless told otherwise."""
    return reduce_loop(frames, np.ones(frames.shape[1:3], bool) if dynamic is None else dynamic, fps)


def cinemagraph(
    frames: np.ndarray,
    mask: np.ndarray,
    fps: float = 30.0,
    response: SemanticResponse | None = None,
    parameters: LoopParameters | None = None,
) -> Cinemagraph:
    """All pixels of ``mask`` loop over the longest period that fits, the others stand still."""
    period = np.where(mask, len(frames) - 2, 1).astype(np.int32)
    start = np.where(mask, 1, 0).astype(np.int32)
    energy = LoopEnergy(temporal=0.0, label=0.0, spatial=0.0)
    candidate = Candidate(("water",), mask)
    return Cinemagraph(
        Video(frames, fps), candidate, period, start, energy, parameters or LoopParameters(), response
    )
