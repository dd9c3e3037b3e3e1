"""Compile every kernel once: ``python -m semcine_nb.looping.warm``; numba keeps the results on disk."""

from __future__ import annotations

import numpy as np

from ..rendering.labelling import Labelling
from ..rendering.upsampling import upsample_labels
from ..semantics import Candidate, SemanticResponse
from ..video import Video
from .cost_maps import cost_maps
from .evaluation import motion_kept
from .merging import merge_pieces
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
    labels = Labelling(cinema.period, cinema.start)
    measure(clip.frames, labels, cinema.render(), mask)
    motion_kept(clip.frames, cinema.period, cinema.start, mask)
    # what this clip does not come to by itself: an object in two pieces, a median still, a larger source
    two = np.where(np.indices((32, 40))[1] < 20, 4, 8).astype(np.int32)
    merge_pieces(solver.problem(cinema.candidate), np.full_like(two, 32), two, mask, 0.01)
    cinema.render(still="median")
    cost_maps(cinema)
    small = clip.frames[0]
    upsample_labels(labels, small, small.repeat(2, axis=0).repeat(2, axis=1))


if __name__ == "__main__":
    warm()
