"""What five questions can reach at all: asked by somebody who knows the simulated population exactly.

For ``python -m benchmarks.preference --bound``. Two who know more than any model can learn from 59 people:

- *linear*: mean and covariance of the ratings are those of thousands who rated everything; asks the five that
  leave least variance, or the five found best in hindsight, on the very newcomers that are tested;
- *Bayesian*: knows how people are drawn, what each item is and how answers err. Thousands of drawn people
  are its hypotheses; it asks next what is expected to spread their posterior mean most.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import softmax, stdtr

from semcine_nb.preference.metrics import RELEVANT
from semcine_nb.study import simulation
from semcine_nb.study.simulated_items import simulate_items

ITEMS, CLIPS = 459, 244
QUESTIONS, RANDOM = 5, 15
AXES = 30  # in which the Bayesian's expectations are compared
LIKELY = 2000  # of its hypotheses are looked at to choose a question

Floats = NDArray[np.floating[Any]]


def bounds(
    seed: int,
    known: int = 20_000,
    newcomers: int = 400,
    structures: tuple[str, ...] = simulation.STRUCTURES,
) -> pd.DataFrame:
    """mAP after five chosen and fifteen random ratings and their difference, by structure and who asks."""
    rows = []
    for structure in structures:
        rng = np.random.default_rng([seed, 1])
        liking, scale, feeling, ratings = _population(structure, seed, known + newcomers)
        old, new = ratings[:, :known], ratings[:, known:]
        drawn = np.array([rng.permutation(ITEMS)[:RANDOM] for _ in range(newcomers)])
        mean, cov = old.mean(axis=1), np.cov(old[:, :3000])
        greedy = _least_variance(cov)
        best = _hindsight(mean, cov, new, greedy)
        for name, asked in (("linear", greedy), ("linear, set of five in hindsight", best)):
            rows.append((structure, name, *_compared(*_meet_linear(mean, cov, asked, new, drawn))))
        bayes = Bayesian(liking[:, :known], scale[:known], feeling[:, :known], old)
        rows.append((structure, "Bayesian, five chosen one by one", *_compared(*bayes.meet(new, drawn))))
    columns = ["structure", "who asks", "5 chosen", "15 random", "difference", "se"]
    return pd.DataFrame(rows, columns=columns).set_index("structure")


class Bayesian:
    """Weighs ``K`` hypotheses: people drawn as newcomers are, with ``chance`` (5, m, K) of each answer."""

    def __init__(self, liking: Floats, scale: Floats, feeling: Floats, ratings: Floats) -> None:
        below = [np.where(ratings <= c, feeling, -np.inf).max(axis=0) for c in range(1, 5)]
        reached = [stdtr(simulation.DEGREES, (cut - liking) / scale).astype(np.float32) for cut in below]
        zero, one = np.zeros(liking.shape, np.float32), np.ones(liking.shape, np.float32)
        steps = [zero, *reached, one]
        self.chance = np.maximum(np.stack([b - a for a, b in pairwise(steps)]), np.float32(1e-4))
        self.expected = np.einsum("cik,c->ik", self.chance, np.arange(1, 6, dtype=np.float32))
        order = self.expected - self.expected.mean(axis=0)  # a person's level orders nothing
        order -= order.mean(axis=1, keepdims=True)
        axes = np.linalg.svd(order[:, :3000], full_matrices=False)[0][:, :AXES]
        self.place = (axes.T @ order).T.copy()
        self.first = self.next_item([], np.array([]))

    def posterior(self, items: Any, values: Floats) -> Floats:
        """Weights (K,) of the hypotheses."""
        evidence = np.zeros(self.expected.shape[1])
        for i, value in zip(items, values, strict=True):
            evidence += np.log(self.chance[int(value) - 1, i].astype(float))
        return softmax(evidence).astype(np.float32)

    def next_item(self, items: list[int], values: Floats) -> int:
        weight = self.posterior(items, values)
        likely = np.argsort(-weight)[:LIKELY]
        spread = np.zeros(len(self.expected))
        for chance in self.chance:
            share = chance[:, likely] * weight[likely]
            spread += np.sum((share @ self.place[likely]) ** 2, axis=1) / share.sum(axis=1)
        spread[items] = -np.inf
        return int(np.argmax(spread))

    def meet(self, newcomers: Floats, drawn: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """AP of each newcomer after chosen and after random ratings, on the items that neither asked."""
        chosen, random = [], []
        for truth, some in zip(newcomers.T, drawn, strict=True):
            asked = [self.first]
            while len(asked) < QUESTIONS:
                asked.append(self.next_item(asked, truth[asked]))
            out = np.concatenate([some, asked])
            for scores, items in ((chosen, np.array(asked)), (random, some)):
                scores.append(_precision(truth, self.expected @ self.posterior(items, truth[items]), out))
        return np.array(chosen), np.array(random)


def _population(structure: str, seed: int, people: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Liking (m, n), scale of errors (n,), liking with errors (m, n), ratings of all items by all (m, n)."""
    rng = np.random.default_rng([seed, simulation.STRUCTURES.index(structure)])
    items = simulate_items(ITEMS, CLIPS, rng)
    liking = simulation._liking(structure, items, people, rng)
    error, scale = simulation._errors(ITEMS, people, rng)
    feeling = liking + error
    ratings = simulation._responses(feeling, np.ones(feeling.shape, bool), rng)
    return liking, scale, feeling, ratings.astype(np.float32)


def _linear(mean: Floats, cov: Floats, asked: Any, values: Floats) -> Floats:
    """Best linear prediction of all items (m,) or (m, n) from the ratings of the asked ones."""
    gain = np.linalg.solve(cov[np.ix_(asked, asked)], cov[asked]).T
    middle = mean if values.ndim == 1 else mean[:, None]
    return middle + gain @ (values[asked] - middle[asked])


def _meet_linear(
    mean: Floats, cov: Floats, asked: list[int], newcomers: Floats, drawn: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """As ``Bayesian.meet``, with the same questions for all."""
    chosen, random = [], []
    for truth, some in zip(newcomers.T, drawn, strict=True):
        out = np.concatenate([some, asked])
        chosen.append(_precision(truth, _linear(mean, cov, asked, truth), out))
        random.append(_precision(truth, _linear(mean, cov, some, truth), out))
    return np.array(chosen), np.array(random)


def _least_variance(cov: Floats) -> list[int]:
    asked: list[int] = []
    for _ in range(QUESTIONS):
        centered = cov - cov.mean(axis=0)
        gain = np.sum(centered**2, axis=0) / np.maximum(np.diag(cov), 1e-9)
        gain[asked] = -1
        i = int(np.argmax(gain))
        asked.append(i)
        cov = cov - np.outer(cov[:, i], cov[i]) / cov[i, i]
    return asked


def _hindsight(mean: Floats, cov: Floats, truth: Floats, start: list[int]) -> list[int]:
    """Exchange one item after another for the one with the best mAP of these very newcomers."""

    def worth(asked: list[int]) -> float:
        return float(np.nanmean(_precisions(truth, _linear(mean, cov, asked, truth), asked)))

    best, now = list(start), worth(start)
    for k in [*range(QUESTIONS)] * 3:
        rest = best[:k] + best[k + 1 :]
        tried = [worth([*rest, i]) if i not in rest else -1.0 for i in range(len(truth))]
        if max(tried) > now:
            best, now = [*best[:k], int(np.argmax(tried)), *best[k + 1 :]], max(tried)
    return best


def _precision(truth: Floats, guess: Floats, out: Any) -> float:
    return float(_precisions(truth[:, None], guess[:, None], out)[0])


def _precisions(truth: Floats, guess: Floats, out: Any) -> Floats:
    """AP of each column without the items ``out``: predictions that do not tie need no random order."""
    truth, guess = np.delete(truth, out, axis=0), np.delete(guess, out, axis=0)
    good = np.take_along_axis(truth >= RELEVANT, np.argsort(-guess, axis=0), axis=0)
    count = good.sum(axis=0)
    found = np.cumsum(good, axis=0) / np.arange(1, len(good) + 1)[:, None]
    result: Floats = np.where(
        (count > 0) & (count < len(good)), np.sum(found * good, axis=0) / np.maximum(count, 1), np.nan
    )
    return result


def _compared(chosen: Floats, random: Floats) -> tuple[float, float, float, float]:
    gap = chosen - random
    error = float(np.nanstd(gap) / np.sqrt(np.isfinite(gap).sum()))
    return float(np.nanmean(chosen)), float(np.nanmean(random)), float(np.nanmean(gap)), error
