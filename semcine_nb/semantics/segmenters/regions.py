"""Regions that move as one, and how sure a name is.

A region has a name where decoder and classifier agree; else it is offered as "object 1" … A category of the
decoder for which little speaks is given to the region around it, or called a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..categories import is_static
from ..response import THRESHOLD
from .motion import Motion

THINGS = ("person", "animal", "car", "boat", "bike")
"""Categories that can walk or drive through the picture."""

SURE = 0.45
"""A category with less than this probability does not claim a pixel."""

_NAMED = -2.0  # least log-evidence for a name
_RESIDENT = 0.15  # mean probability from which a thing counts as always there, not passing through
_INSIDE = 0.5  # share of a map inside a moving region from which it counts as a part of that
_DOUBTFUL = -0.5
"""Log-evidence below which a name is a guess: a decoder's probability of .37 where the classifier sees the
category as often as by chance."""


@dataclass(frozen=True)
class Evidence:
    """Probabilities of each category by decoder and classifier, mean over the looked-at frames.

    Attributes
    ----------
    categories : tuple of str
        Names of the C channels.
    decoder : (h, w, C) float32
        The decoder's probabilities alone.
    classifier : (h, w, C) float32
        Class-activation probabilities of the ImageNet classifier.
    prior : (C,) float
        Share of the classifier's classes that each category has; 0 for those it does not know.
    """

    categories: tuple[str, ...]
    decoder: np.ndarray
    classifier: np.ndarray
    prior: np.ndarray

    def inside(self, mask: np.ndarray) -> np.ndarray:
        """Log-evidence for each category in a mask (h, w): (C,) natural logarithms.

        Naive Bayes: the decoder's mean probability there, times how much more often than by chance the
        classifier sees the category. Without a prior the classifier says nothing.
        """
        seen = self.classifier[mask].mean(0)
        lift = np.where(self.prior > 0, seen / (self.prior + 0.01), 1.0)
        return np.asarray(np.log(self.decoder[mask].mean(0) + 0.03) + np.log(lift + 0.5))


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


def find_regions(motion: Motion, evidence: Evidence, most: int = 6, smallest: float = 0.002) -> list[Region]:
    """The ``most`` regions with most motion above the quiet, with a name for each where there is one.

    Only a thing can pass through. ``smallest`` is the least area as a share of the picture.
    """
    changing = (motion.std > 1.3 * motion.quiet).astype(np.uint8)
    closed = cv2.morphologyEx(changing, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(opened)
    weight = np.bincount(parts.ravel(), np.maximum(motion.std - motion.quiet, 0).ravel(), minlength=count)
    weight[0] = 0
    large = [part for part in np.argsort(-weight)[:most] if weight[part] > 0]
    return [
        _region(parts == part, motion, evidence)
        for part in large
        if stats[part, cv2.CC_STAT_AREA] >= smallest * opened.size
    ]


def _region(inside: np.ndarray, motion: Motion, evidence: Evidence) -> Region:
    """A moving region (h, w) bool, with the name and the guess that the evidence there allows."""
    names, prior = evidence.categories, evidence.prior
    passing = float(np.median(motion.restless[inside])) < 0.5
    candidates = [
        c for c, name in enumerate(names) if not is_static(name) and (not passing or name in THINGS)
    ]
    seen, log_evidence = evidence.classifier[inside].mean(0), evidence.inside(inside)
    best = candidates[int(log_evidence[candidates].argmax())]
    name = guess = names[best] if log_evidence[best] > _NAMED else ""
    likely = [c for c in candidates if seen[c] > prior[c] > 0]
    if not name and likely:
        guess = names[likely[int(log_evidence[likely].argmax())]]
    resident = not passing and bool(evidence.decoder[inside].mean(0)[best] >= _RESIDENT)
    return Region(soften(inside), name, guess, resident)


def settle_doubts(scores: np.ndarray, regions: list[Region], evidence: Evidence) -> tuple[str, ...]:
    """Look again at every category that may move and wins somewhere.

    Its map is where it wins in 15 % of the frames, as for π. If little speaks for the name there, and the map
    lies mostly inside one moving region of another name, it is a part of that thing: splashes of "water" on a
    fire, "animals" on a crowd. Its scores there go to that name, or, if the region has none, to nobody.

    Parameters
    ----------
    scores : (n, h, w, C) float32
        Of the categories of ``evidence``; changed in place.
    regions : list of Region
    evidence : Evidence

    Returns
    -------
    tuple of str
        The categories whose name is a guess: those that still win somewhere with little to speak for them.
        A thing that passes by is mostly one: few frames that were looked at show it.
    """
    categories = evidence.categories
    best = scores.argmax(3)
    guesses = []
    for c, name in enumerate(categories):
        shown = (best == c).mean(0) >= THRESHOLD
        if is_static(name) or not shown.any() or evidence.inside(shown)[c] >= _DOUBTFUL:
            continue
        shares = [float((region.mask > 0.5)[shown].mean()) for region in regions]
        around = regions[int(np.argmax(shares))] if regions and max(shares) >= _INSIDE else None
        if around is not None and around.name != name:
            inside = around.mask > 0.5
            if around.name:
                scores[:, inside, categories.index(around.name)] += scores[:, inside, c]
            scores[:, inside, c] = 0
            shown = shown & ~inside
        if shown.any():
            guesses.append(name)
    return tuple(guesses)


def unclaimed(probabilities: np.ndarray, categories: tuple[str, ...]) -> np.ndarray:
    """(h, w) bool: where the best category is static by common sense, or unsure."""
    static = np.array([is_static(name) for name in categories])
    return np.asarray(static[probabilities.argmax(2)] | (probabilities.max(2) < SURE))


def soften(inside: np.ndarray) -> np.ndarray:
    """A mask one cell wider with a soft rim, (h, w) float32."""
    wider = cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.GaussianBlur(wider.astype(np.float32), (0, 0), 0.8))
