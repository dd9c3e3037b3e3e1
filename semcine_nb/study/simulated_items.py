"""Simulated cinemagraphs: their attributes, and features of the real layout that show some of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ATTRIBUTES = 20
VISIBLE = 14  # the first of the attributes; the others move tastes, and no feature shows them
CATEGORIES = 32
PERSON = 0  # the category that brings faces


@dataclass(frozen=True)
class SimulatedItems:
    """Cinemagraphs of a simulated study.

    ``attributes`` (m, 20), ``category`` (m,) of what moves, ``clip`` (m,) it was made from, ``scene`` (m, 32)
    shares of the categories.
    """

    attributes: NDArray[np.float64]
    category: NDArray[np.int64]
    clip: NDArray[np.int64]
    scene: NDArray[np.float64]


def simulate_items(m: int, clips: int, rng: np.random.Generator) -> SimulatedItems:
    """Cinemagraphs of one clip share its scene and differ in the object that moves."""
    clip = np.sort(np.concatenate([np.arange(clips), rng.integers(clips, size=m - clips)]))
    prior = rng.dirichlet(np.full(CATEGORIES, 0.6))
    scene = np.stack([rng.dirichlet(0.05 + 4 * prior) for _ in range(clips)])
    scene[scene < 0.02] = 0.0
    scene /= scene.sum(axis=1, keepdims=True)
    category = np.array([rng.choice(CATEGORIES, p=scene[c]) for c in clip])
    meaning = rng.normal(size=(CATEGORIES, ATTRIBUTES))
    attributes = (
        0.6 * rng.normal(size=(clips, ATTRIBUTES))[clip]
        + 0.5 * meaning[category]
        + 0.6 * rng.normal(size=(m, ATTRIBUTES))
    )
    spread = attributes.std(axis=0)
    attributes = (attributes - attributes.mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)
    return SimulatedItems(attributes, category, clip, scene[clip])


def simulate_features(
    items: SimulatedItems, motion_size: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], dict[str, slice]]:
    """Raw features (m, 55 + motion_size + 64) in the order and of the magnitudes of the real blocks."""
    x = items.attributes[:, :VISIBLE]
    m = len(x)
    faces = np.where(items.scene[:, PERSON] > 0.1, 1 + rng.poisson(0.7, size=m), 0)
    parts: dict[str, NDArray[np.float64]] = {
        "faces": np.concatenate(
            [_face_numbers(faces, x[:, k], scale, rng) for k, scale in ((0, 120.0), (1, 960.0), (2, 540.0))],
            axis=1,
        ),
        "sharpness": _five_numbers(np.exp(0.5 * x[:, 3]), 200.0, rng),
        "flow": np.concatenate([_five_numbers(np.exp(0.6 * x[:, k]), 2.0, rng) for k in (4, 5)], axis=1),
        "tracks": np.concatenate(
            [_five_numbers(np.exp(0.4 * x[:, k]), 30.0, rng) for k in (6, 7, 8)], axis=1
        ),
        "loopability": _five_numbers(np.exp(0.5 * x[:, 9]), 0.02, rng),
        "face_ratio": _face_numbers(faces, x[:, 0], 0.1, rng),
        "motion": _activations(x, motion_size, rng),
        "semantic": _occurrence(items, rng),
    }
    blocks: dict[str, slice] = {}
    start = 0
    for name, part in parts.items():
        blocks[name] = slice(start, start + part.shape[1])
        start += part.shape[1]
    return np.concatenate(list(parts.values()), axis=1), blocks


def _five_numbers(center: NDArray[np.float64], scale: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Minimum, maximum, mean, median and deviation of twelve measurements around each item's center."""
    samples = scale * center[:, None] * np.exp(0.4 * rng.normal(size=(len(center), 12)))
    return np.stack(
        [samples.min(1), samples.max(1), samples.mean(1), np.median(samples, axis=1), samples.std(1)], axis=1
    )


def _face_numbers(
    faces: NDArray[np.int64], center: NDArray[np.float64], scale: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    numbers = np.zeros((len(faces), 5))
    for i in np.flatnonzero(faces):
        s = scale * (0.5 + 0.15 * center[i] + 0.1 * rng.normal(size=faces[i]))
        numbers[i] = s.min(), s.max(), s.mean(), np.median(s), s.std()
    return numbers


def _activations(x: NDArray[np.float64], size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A rectified random network of two layers with noise: non-negative, half zero, far from linear in x."""
    hidden = np.maximum(
        x @ rng.normal(size=(x.shape[1], 64)) / np.sqrt(x.shape[1]) + 0.5 * rng.normal(size=64), 0
    )
    signal = hidden @ rng.normal(size=(64, size)) / 8
    return np.maximum(signal + 0.5 * signal.std() * rng.normal(size=(len(x), size)), 0.0)


def _occurrence(items: SimulatedItems, rng: np.random.Generator) -> NDArray[np.float64]:
    """Category counts (pixels × frames) in the static and in the dynamic region, 32 each."""
    m = len(items.category)
    pixels = 960 * 540 * rng.integers(20, 90, size=m)[:, None]
    counts = items.scene * pixels
    moving = np.zeros_like(counts)
    rows = np.arange(m)
    moving[rows, items.category] = counts[rows, items.category] * rng.uniform(0.5, 1.0, size=m)
    return np.concatenate([counts - moving, moving], axis=1)
