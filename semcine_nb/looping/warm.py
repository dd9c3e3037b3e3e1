"""Compile every kernel once: ``python -m semcine_nb.looping.warm``; numba keeps the results on disk."""

from __future__ import annotations

import numpy as np

from ..semantics import Candidate, SemanticResponse
from ..video import Video
from .evaluation import motion_kept
from .quality import measure
from .solver import LoopSolver


def warm() -> None:
    """Solve, render and measure a tiny clip, so that nobody waits for the compiler later."""
    rng = np.random.default_rng(0)
    mask = np.zeros((32, 40), bool)
    mask[8:24, 10:30] = True
    frames = rng.normal(120, 2, (48, 32, 40, 3))
    frames[:, mask] += 40 * np.sin(2 * np.pi * np.arange(48) / 32)[:, None, None]
    clip = Video(np.clip(frames, 0, 255).astype(np.uint8), 30.0)
    scores = np.repeat(np.stack([mask, ~mask], axis=-1)[None], 48, axis=0).astype(np.float32)
    solver = LoopSolver(clip, SemanticResponse(scores, ("person", "grass")))
    cinema = solver.solve(Candidate(("person",), mask))
    measure(clip.frames, cinema.period, cinema.start, cinema.render(), mask)
    motion_kept(clip.frames, cinema.period, cinema.start, mask)


if __name__ == "__main__":
    warm()
