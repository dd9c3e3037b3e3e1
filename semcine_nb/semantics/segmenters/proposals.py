"""Regions that move as one: named where decoder and classifier agree, else offered as "object 1" …"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..categories import is_static
from .motion import Motion

THINGS = ("person", "animal", "car", "boat", "bike")
"""What can walk or drive through the picture."""

SURE = 0.45
"""A category with less than this probability does not claim a pixel."""

_NAMED = -2.0  # least log-evidence for a name
_RESIDENT = 0.15  # mean probability from which a thing counts as always there, not passing through


@dataclass(frozen=True)
class Region:
    """One connected moving region.

    Attributes
    ----------
    mask : (h, w) float32 in [0, 1]
    name : str
        The category it most likely is, or "" where the evidence is too weak.
    guess : str
        Its name, or the most likely of the categories that the classifier sees there more often than by
        chance; "" where there is none.
    resident : bool
        Whether the named thing is there all the time; False for what passes through the region.
    """

    mask: np.ndarray
    name: str
    guess: str
    resident: bool


def find_regions(
    probabilities: np.ndarray,
    categories: tuple[str, ...],
    motion: Motion,
    activations: np.ndarray,
    prior: np.ndarray,
    most: int = 6,
    smallest: float = 0.002,
) -> list[Region]:
    """The largest moving regions, by motion above the quiet, with a name for each where there is one.

    Only a thing can pass through. A name needs evidence of two kinds, multiplied as in naive Bayes: the
    decoder's mean probability in the region, and how much more often than by chance the ImageNet classifier
    sees the category there.

    Parameters
    ----------
    probabilities : (h, w, C) float32
        The decoder's alone, mean over the looked-at frames.
    categories : tuple of str
        Names of the C channels.
    motion : Motion
    activations : (h, w, C) float32
        Class-activation probabilities of the same categories.
    prior : (C,) float
        Share of the classifier's classes that each category has; 0 for those it does not know.
    most : int
        How many regions to return.
    smallest : float
        Least area as a share of the picture.
    """
    changing = (motion.std > 1.3 * motion.quiet).astype(np.uint8)
    closed = cv2.morphologyEx(changing, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(opened)
    weight = np.bincount(parts.ravel(), np.maximum(motion.std - motion.quiet, 0).ravel(), minlength=count)
    weight[0] = 0
    moving = [c for c, name in enumerate(categories) if not is_static(name)]
    found = []
    for part in np.argsort(-weight)[:most]:
        if weight[part] <= 0 or stats[part, cv2.CC_STAT_AREA] < smallest * opened.size:
            continue
        inside = parts == part
        mean = probabilities[inside].mean(0)
        passing = float(np.median(motion.restless[inside])) < 0.5
        candidates = [c for c in moving if not passing or categories[c] in THINGS]
        seen = activations[inside].mean(0)
        evidence = log_evidence(mean, seen, prior)
        best = candidates[int(evidence[candidates].argmax())]
        named = guess = categories[best] if evidence[best] > _NAMED else ""
        likely = [c for c in candidates if seen[c] > prior[c] > 0]
        if not named and likely:
            guess = categories[likely[int(evidence[likely].argmax())]]
        found.append(Region(soften(inside), named, guess, not passing and bool(mean[best] >= _RESIDENT)))
    return found


def log_evidence(probability: np.ndarray, activation: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """How much speaks for each category in a region, as in naive Bayes: (C,) natural logarithms.

    Parameters
    ----------
    probability : (C,) float
        The decoder's, mean over the region.
    activation, prior : (C,) float
        The classifier's class-activation probability there, and by chance; without a prior it says nothing.
    """
    lift = np.where(prior > 0, activation / (prior + 0.01), 1.0)
    return np.asarray(np.log(probability + 0.03) + np.log(lift + 0.5))


def unclaimed(probabilities: np.ndarray, categories: tuple[str, ...]) -> np.ndarray:
    """(h, w) bool: where the best category is static by common sense, or unsure."""
    static = np.array([is_static(name) for name in categories])
    return np.asarray(static[probabilities.argmax(2)] | (probabilities.max(2) < SURE))


def soften(inside: np.ndarray) -> np.ndarray:
    """A mask one cell wider with a soft rim, (h, w) float32."""
    wider = cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.GaussianBlur(wider.astype(np.float32), (0, 0), 0.8))
