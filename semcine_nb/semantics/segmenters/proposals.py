"""Moving things that no category claims: offered as "object 1" … "object K", with a guess at a name."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..categories import is_static
from .motion import Motion

SURE = 0.45
"""A category with less than this probability does not claim a moving region."""


@dataclass(frozen=True)
class Proposal:
    """One moving region without a name.

    Attributes
    ----------
    mask : (h, w) float32 in [0, 1]
    guess : str
        What the ImageNet classifier sees most there, among the decoder's categories; "" where it sees none.
    """

    mask: np.ndarray
    guess: str


def find_proposals(
    probabilities: np.ndarray,
    categories: tuple[str, ...],
    motion: Motion,
    activations: np.ndarray,
    most: int = 3,
    smallest: float = 0.002,
) -> list[Proposal]:
    """The largest moving regions whose best category is static by common sense, or unsure.

    Parameters
    ----------
    probabilities : (h, w, C) float32
        Mean over the looked-at frames.
    categories : tuple of str
        Names of the C channels.
    motion : Motion
    activations : (h, w, C) float32
        Class-activation probabilities of the same categories.
    most : int
        How many regions to return.
    smallest : float
        Least area as a share of the picture.
    """
    best = probabilities.argmax(2)
    static = np.array([is_static(name) for name in categories])
    unclaimed = static[best] | (probabilities.max(2) < SURE)
    moving = motion.std > 1.3 * motion.quiet
    mask = cv2.morphologyEx((unclaimed & moving).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask)
    weight = np.bincount(parts.ravel(), np.maximum(motion.std - motion.quiet, 0).ravel(), minlength=count)
    weight[0] = 0
    found = []
    for part in np.argsort(-weight)[:most]:
        if weight[part] <= 0 or stats[part, cv2.CC_STAT_AREA] < smallest * mask.size:
            continue
        inside = (parts == part).astype(np.uint8)
        soft = cv2.GaussianBlur(cv2.dilate(inside, np.ones((3, 3), np.uint8)).astype(np.float32), (0, 0), 0.8)
        found.append(Proposal(soft, _guess(activations[inside > 0].mean(0), categories)))
    return found


def _guess(activations: np.ndarray, categories: tuple[str, ...]) -> str:
    best = int(activations.argmax())
    return categories[best] if activations[best] > 0.1 else ""
