"""Tiny clips for tests of what plays: each frame encodes its number, or each pixel its place."""

from __future__ import annotations

import numpy as np

from semcine_nb.looping import Cinemagraph, LoopEnergy, LoopParameters
from semcine_nb.semantics import Candidate
from semcine_nb.video import Video


def numbered_clip(width: int = 37, height: int = 22, frames: int = 30) -> Video:
    """Red and green tell the frame's number and the place apart, whatever pixel is looked at; odd sizes."""
    t, y, x = np.indices((frames, height, width))
    return Video(np.stack([t * 7 + 3, (x * 5 + t) % 256, (y * 9 + 2 * t) % 256], -1).astype(np.uint8), 30.0)


def looped(clip: Video, seed: int = 0, name: str = "water", share: float = 0.7) -> Cinemagraph:
    """Random periods and starts at every pixel: no common period, no region, static frames of all kinds."""
    rng = np.random.default_rng(seed)
    frames, h, w = clip.frames.shape[:3]
    moves = rng.random((h, w)) < share
    period = np.where(moves, rng.choice([4, 6, 7, 9, 11, 16], (h, w)), 1).astype(np.int32)
    start = np.where(moves, 1 + rng.integers(0, 10**6, (h, w)) % (frames - 1 - period), 0).astype(np.int32)
    start[~moves] = rng.integers(0, frames, int((~moves).sum()))
    energy = LoopEnergy(temporal=0.5, label=0.25, spatial=0.25)
    return Cinemagraph(clip, Candidate(("water",), moves, name=name), period, start, energy, LoopParameters())
