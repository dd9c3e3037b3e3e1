"""Tiny random clips on which every term of the energy can be summed by brute force."""

from __future__ import annotations

import numpy as np

from semcine_nb.looping.costs import ClipCosts, Costs, clip_costs
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.semantics import Candidate, SemanticResponse
from semcine_nb.video import Video

CATEGORIES = ("water", "person", "grass", "animal")


class Case:
    """A clip, a response, a candidate and random labels that fit."""

    def __init__(self, seed: int, frames: int = 30, h: int = 5, w: int = 6, k: int = 3, noise: float = 255.0):
        self.rng = rng = np.random.default_rng(seed)
        base = rng.uniform(0, 255, (1, h, w, 3))
        drift = rng.normal(0, noise / 8, (frames, h, w, 3)).cumsum(0)
        self.clip = Video(np.clip(base + drift, 0, 255).astype(np.uint8), 30.0)
        scores = rng.random((frames, h, w, k)).astype(np.float32) ** 2
        scores[rng.random((frames, h, w)) < 0.1] = 0
        self.response = SemanticResponse(scores, CATEGORIES[:k])
        self.candidate = Candidate((CATEGORIES[0],), rng.random((h, w)) < 0.6)
        self.parameters = LoopParameters(min_period=4, step=2, short_period=6)

    def labels(
        self, share_static: float = 0.3, periods: tuple[int, ...] = (4, 6, 8, 9, 12, 16), step: int = 1
    ) -> Labelling:
        """Random periods, and starts on a grid, on which loop_energy is defined."""
        frames, h, w = self.clip.frames.shape[:3]
        period = np.ones((h, w), np.int32)
        start = np.zeros((h, w), np.int32)
        for y in range(h):
            for x in range(w):
                if self.rng.random() < share_static:
                    start[y, x] = step * self.rng.integers(0, -(-frames // step))
                else:
                    period[y, x] = self.rng.choice(periods)
                    start[y, x] = step * self.rng.integers(1, -(-(frames - period[y, x]) // step))
        return Labelling(period, start)

    def clip_costs(self) -> ClipCosts:
        """What costs of any candidate share."""
        return clip_costs(self.clip, self.response, self.parameters, threads=1)

    def costs(self) -> Costs:
        """Eq. (1) as the moves read it."""
        return self.clip_costs().of(self.candidate, self.parameters)
