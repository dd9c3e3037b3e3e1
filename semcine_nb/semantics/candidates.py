"""The choice of objects that may move: the filters, the top K, and the maps π of Section 3.1.

``select_candidates`` keeps K channels of a response and offers each as a candidate; every category that
shows up at all gets a reason why it was kept or dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations as subsets
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SegmentationError
from ..progress import Progress, silent
from .categories import category, check_choice, is_proposal
from .filters import Filters, Measured, blobs, measure_maps
from .response import THRESHOLD, SemanticResponse
from .selection import Candidate, Reason, Reasons, Selection, guess_note

if TYPE_CHECKING:
    from ..video import Video

_COMPARABLE = 0.5  # motion of a rejected category, relative to a nameless proposal's, that deserves a look


def select_candidates(
    video: Video,
    scene: SemanticResponse,
    k: int = 4,
    combinations: int = 0,
    pin: Iterable[str] = (),
    drop: Iterable[str] = (),
    min_std: float = 0.05,
    min_blob: float = 400,
    threshold: float = THRESHOLD,
    split: bool = False,
    static: Collection[str] | None = None,
    progress: Progress = silent,
) -> Selection:
    """Choose the K categories whose objects may move (Section 3.1).

    A category is dropped if it is (a) static by common sense, (b) its gray intensity in [0, 1] has a temporal
    standard deviation of ``min_std`` or less, averaged over π, or (c) π's connected components cover
    ``min_blob`` pixels or less on average. Of the others the ``k`` with the largest h_g are kept.

    Distant water, foam or a sleeping animal often vary by less than .05. If no category passes, the one that
    moves most (sum over π of the deviation above the clip's noise) of those not static is offered all the
    same, flagged in its `Candidate.note` and in the reasons; a static one only if there is nothing else. A
    segmenter's nameless proposals ("object 1") do not stand in its way: if only such pass, the category is
    offered beside them, provided that it moves at least half as much.

    What the segmenter is not sure of (`SemanticResponse.guesses`) is offered as a proposal: label, note and
    reason say so.

    Parameters
    ----------
    video : Video
        The clip, of the response's size.
    scene : SemanticResponse
        Scores of all C categories.
    k : int
        Kept channels, 4 in the paper.
    combinations : int
        How many sets of two or more kept categories to add, by joint area.
    pin, drop : iterable of str
        Categories kept whatever the filters say, and dropped whatever they say.
    min_std, min_blob : float
        Thresholds of filters (b) and (c): .05, and 20×20 pixels of the response's size.
    threshold : float
        thr. of π as a share of T, .15 in the supplement.
    split : bool
        Offer each connected component of more than ``min_blob`` pixels as a candidate of its own
        ("boat 1", "boat 2", the largest first) where a category has several.
    static : collection of str, optional
        In place of the built-in list of filter (a); registered categories then count only if listed.
    progress : Progress

    Raises
    ------
    SegmentationError
        If sizes differ, a pinned category wins nowhere, more than ``k`` are pinned, or nothing wins anywhere.
    """
    pin, drop = tuple(dict.fromkeys(pin)), frozenset(drop)
    if scene.shape[:3] != video.frames.shape[:3]:
        raise SegmentationError(
            f"the response is (T, H, W) = {scene.shape[:3]}, the clip {video.frames.shape[:3]}: "
            "segment this very clip"
        )
    if k < 1 or combinations < 0:
        raise SegmentationError(f"k must be 1 or more and combinations 0 or more, not {k} and {combinations}")
    for name in (*pin, *drop):
        scene.index(name)
    check_choice(pin, drop, k)
    pixels = _pixels_won(scene, pin, progress)
    maps = {name: _map(scene, name, threshold, name in pin) for name in pixels}
    measured = measure_maps(video.frames, maps)
    filters = Filters(static, drop, min_std, min_blob, threshold)
    faults = {name: filters.fault(name, measured[name]) for name in pixels}

    passing = [name for name in pixels if faults[name] is None or name in pin]
    best = sorted(passing, key=lambda name: name not in pin)[:k]  # the largest h_g first, after pinned ones
    flagged = _second_choice(best, k, measured, filters)
    kept = [name for name in pixels if name in best or name == flagged]

    total = int(np.prod(scene.shape[:3]))
    reasons = Reasons(
        Reason(name, count, count / total, *measured[name], kept=name in kept,
               reason=_sentence(name, faults[name], name in kept, name in pin, name == flagged, k, guess),
               guess=guess)
        for name, count in pixels.items()
        for guess in [scene.guesses.get(name, "")]
    )  # fmt: skip
    candidates = [
        one
        for name in kept
        for one in _single(reasons[name], maps[name], min_blob if split else None, warned=name == flagged)
    ]
    candidates += _joined(kept, maps, combinations, scene.guesses)
    return Selection(scene.select(kept), tuple(candidates), reasons, maps)


def _pixels_won(scene: SemanticResponse, pin: Iterable[str], progress: Progress) -> dict[str, int]:
    """h_g of each category that wins anywhere, the largest first."""
    won = scene.global_histogram(progress)
    pixels = {scene.categories[c]: int(won[c]) for c in np.argsort(-won, kind="stable") if won[c] > 0}
    if not pixels:
        raise SegmentationError(
            "no category has a score above zero anywhere; there is nothing to select",
            topic="nothing-to-select",
        )
    for name in pin:
        if name not in pixels:
            raise SegmentationError(
                f"{name!r} was pinned, but wins at no pixel of any frame", topic="nothing-to-select"
            )
    return pixels


def _map(scene: SemanticResponse, name: str, threshold: float, pinned: bool) -> np.ndarray:
    """π of a category (H, W) bool; a pinned thing is wanted wherever it ever was if π is empty."""
    pi = scene.candidate_map(name, threshold)
    return scene.occurrences()[..., scene.index(name)] > 0 if pinned and not pi.any() else pi


def _second_choice(
    kept: Collection[str], k: int, measured: Mapping[str, Measured], filters: Filters
) -> str | None:
    """The category to offer although a filter dropped it: the one with most motion, not static if possible.

    None if a category with a name was kept, or if kept proposals move far more than any such category.
    ``measured`` is in the order of h_g.
    """
    if len(kept) >= k or not all(map(is_proposal, kept)):
        return None
    rest = [name for name in measured if name not in {*kept, *filters.drop} and measured[name].mean_blob > 0]
    if kept:
        rest = [name for name in rest if not filters.is_static(name) and not is_proposal(name)]
        least = _COMPARABLE * max(measured[name].motion for name in kept)
        rest = [name for name in rest if measured[name].motion >= least]
    elif not rest:
        raise SegmentationError(
            "every category was dropped by hand or shows too rarely, and none is left to offer: drop fewer"
        )
    return max(rest, key=lambda name: (not filters.is_static(name), measured[name].motion), default=None)


def _sentence(
    name: str, fault: str | None, kept: bool, pinned: bool, flagged: bool, k: int, guess: str
) -> str:
    """Why a category was kept or dropped."""
    nature = "natural" if category(name).natural else "not natural"
    note = guess_note(name, guess)
    doubt = f"; {note}" if note else ""
    if flagged:
        return f"offered although {fault}: no category with a name passes, and this one moves most{doubt}"
    if pinned:
        return "pinned" + (f", although {fault}" if fault else "") + doubt
    if kept:
        return f"kept: passes all filters ({nature}){doubt}"
    return fault or f"passes, but {k} with more pixels were kept or pinned"


def _single(reason: Reason, pi: np.ndarray, min_blob: float | None, warned: bool) -> list[Candidate]:
    """One category as a candidate, or each piece of more than ``min_blob`` pixels where it has several."""
    name, guesses = reason.category, (reason.guess,) if reason.guess else ()
    note = reason.reason if warned else guess_note(name, reason.guess) or None
    parts = blobs(pi, min_blob) if min_blob is not None else []
    if len(parts) < 2:
        return [Candidate((name,), pi, None, note, guesses)]
    return [Candidate((name,), part, f"{name} {i}", note, guesses) for i, part in enumerate(parts, 1)]


def _joined(
    kept: list[str], maps: dict[str, np.ndarray], count: int, guesses: Mapping[str, str]
) -> list[Candidate]:
    """The ``count`` sets of kept categories with the largest joint area; of equals the smaller set."""
    if not count:
        return []
    sets = [names for size in range(2, len(kept) + 1) for names in subsets(kept, size)]
    joint = {names: np.logical_or.reduce([maps[name] for name in names]) for names in sets}
    sets.sort(key=lambda names: -int(joint[names].sum()))
    found = []
    for names in sets[:count]:
        doubts = tuple(guesses.get(name, "") for name in names)
        note = "; ".join(filter(None, map(guess_note, names, doubts))) or None
        found.append(Candidate(names, joint[names], None, note, doubts if note else ()))
    return found
