"""Semantic block: share of each category in the still and in the moving part of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...semantics.categories import EXTENDED_CATEGORIES, PAPER_CATEGORIES

if TYPE_CHECKING:
    from ...semantics import SemanticResponse

#: Stands for every category beyond the paper's and the extended set: registered ones and proposals.
OTHER = "other"
EXTENDED = (*EXTENDED_CATEGORIES, OTHER)


def occurrence_shares(
    response: SemanticResponse, dynamic: NDArray[np.bool_]
) -> tuple[dict[str, float], dict[str, float]]:
    """Category → share, in the static and in the dynamic region; each in [0, 1], together at most 1.

    The supplement's h_static = Σ_{x static} h_t(x) and h_dyn = Σ_{x dynamic} h_t(x) (Section 2), with h_t the
    number of frames in which the category wins at a pixel, divided by the number of pixels and frames, so
    that neither the size nor the length of a clip counts.

    ``dynamic`` is (H, W) bool. The ``response`` of a cinemagraph has the K kept categories, as in the paper;
    the whole scene's has all. Its ``occurrences()`` are (H, W, C) frames.
    """
    counts = response.occurrences()
    whole = counts.shape[0] * counts.shape[1] * len(response)
    moving = counts[dynamic].sum(axis=0, dtype=np.float64) / whole
    still = counts[~dynamic].sum(axis=0, dtype=np.float64) / whole
    names = response.categories
    return dict(zip(names, still.tolist(), strict=True)), dict(zip(names, moving.tolist(), strict=True))


def semantic_features(
    response: SemanticResponse | None, dynamic: NDArray[np.bool_], extended: bool = False
) -> NDArray[np.float64]:
    """h_static then h_dyn: (64,) float64 over the paper's 32 categories in the order of `PAPER_CATEGORIES`.

    With ``extended``, the same for `EXTENDED` instead: (10,). Zeros for categories that the response does not
    have, and throughout without a response.
    """
    names = EXTENDED if extended else PAPER_CATEGORIES
    if response is None:
        return np.zeros(2 * len(names))
    known = {*PAPER_CATEGORIES, *EXTENDED_CATEGORIES}
    halves = []
    for shares in occurrence_shares(response, dynamic):
        rest = sum(share for name, share in shares.items() if name not in known)
        halves.append([rest if name == OTHER else shares.get(name, 0.0) for name in names])
    return np.concatenate(halves).astype(np.float64)


def semantic_names(extended: bool = False) -> tuple[str, ...]:
    """``static CATEGORY`` for each category, then ``dynamic CATEGORY``."""
    names = EXTENDED if extended else PAPER_CATEGORIES
    return tuple(f"{part} {name}" for part in ("static", "dynamic") for name in names)
