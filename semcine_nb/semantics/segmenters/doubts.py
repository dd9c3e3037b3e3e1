"""What a name rests on: stray names inside a moving thing are given to it, weak ones are called guesses."""

from __future__ import annotations

import numpy as np

from ..categories import is_static
from ..response import THRESHOLD
from .proposals import Region, log_evidence

DOUBTFUL = -0.5
"""Log-evidence below which a name is a guess: a decoder's probability of .37 where the classifier sees the
category as often as by chance."""

_INSIDE = 0.5  # share of a map inside a moving region from which it counts as a part of that


def settle_doubts(
    scores: np.ndarray,
    categories: tuple[str, ...],
    regions: list[Region],
    probabilities: np.ndarray,
    activations: np.ndarray,
    prior: np.ndarray,
) -> tuple[str, ...]:
    """Look again at every category that may move and wins somewhere.

    Its map is where it wins in 15 % of the frames, as for π. If little speaks for the name there, and the map
    lies mostly inside one moving region of another name, it is a part of that thing: splashes of "water" on a
    fire, "animals" on a crowd. Its scores there go to that name, or, if the region has none, to nobody.

    Parameters
    ----------
    scores : (n, h, w, C) float32
        Changed in place.
    categories : tuple of str
        Names of the C channels.
    regions : list of Region
    probabilities, activations : (h, w, C) float32
        The decoder's alone, and the classifier's class-activation probabilities.
    prior : (C,) float
        See `find_regions`.

    Returns
    -------
    tuple of str
        The categories whose name is a guess: those that still win somewhere with little to speak for them.
        What passes by is mostly one: few frames that were looked at show it.
    """
    best = scores.argmax(3)
    guesses = set()
    for c, name in enumerate(categories):
        shown = (best == c).mean(0) >= THRESHOLD
        if is_static(name) or not shown.any():
            continue
        if log_evidence(probabilities[shown].mean(0), activations[shown].mean(0), prior)[c] >= DOUBTFUL:
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
            guesses.add(name)
    return tuple(name for name in categories if name in guesses)
