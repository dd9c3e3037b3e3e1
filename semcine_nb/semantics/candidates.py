"""Which objects may move: the filters, the top K, and the maps π of Section 3.1.

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
from .categories import STATIC_CATEGORIES, category, check_choice, is_proposal, is_static
from .measures import blobs, mean_blob_area, noise_floor, temporal_std
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

    A category is dropped if it is (a) static by common sense, (b) its grey intensity in [0, 1] has a temporal
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

    Returns
    -------
    Selection

    Raises
    ------
    SegmentationError
        If sizes differ, a pinned category wins nowhere, more than ``k`` are pinned, or nothing wins anywhere.
    """
    pin, drop = tuple(dict.fromkeys(pin)), frozenset(drop)
    _check_request(video, scene, k, combinations, pin, drop)
    fixed = {name for name in scene.categories if (is_static(name) if static is None else name in static)}
    pixels = scene.global_histogram(progress)
    order = [int(c) for c in np.argsort(-pixels, kind="stable") if pixels[c] > 0]
    if not order:
        raise SegmentationError(
            "no category has a score above zero anywhere; there is nothing to select",
            topic="nothing-to-select",
        )
    shown = [scene.categories[c] for c in order]
    for name in pin:
        if name not in shown:
            raise SegmentationError(
                f"{name!r} was pinned, but wins at no pixel of any frame", topic="nothing-to-select"
            )

    std = temporal_std(video.frames)
    excess = np.maximum(std - noise_floor(std), 0)
    maps = {name: scene.candidate_map(name, threshold) for name in shown}
    for name in pin:
        if not maps[name].any():  # a pinned thing is wanted wherever it ever was
            maps[name] = scene.occurrences()[..., scene.index(name)] > 0

    share = dict(zip(shown, pixels[order] / pixels_total(scene), strict=True))
    figures = {
        name: (
            float(std[pi].mean()) if pi.any() else float("nan"),
            mean_blob_area(pi),
            float(excess[pi].sum()),
        )
        for name, pi in maps.items()
    }
    fault = {
        name: _fault(name, figures[name], name in fixed, name in drop, min_std, min_blob, threshold)
        for name in shown
    }
    passing = [name for name in shown if fault[name] is None or name in pin]
    kept = sorted(passing, key=lambda name: (name not in pin, shown.index(name)))[:k]
    flagged = _second_choice(shown, kept, k, figures, fixed, drop)
    kept += [flagged] if flagged else []
    kept.sort(key=shown.index)

    reasons = Reasons(
        Reason(
            name, int(pixels[c]), float(share[name]), *figures[name], kept=name in kept,
            reason=_sentence(
                name, fault[name], name in kept, name in pin, name == flagged, k, scene.guesses.get(name, "")
            ),
            guess=scene.guesses.get(name, ""),
        )
        for c, name in zip(order, shown, strict=True)
    )  # fmt: skip
    candidates = [
        one
        for name in kept
        for one in _candidates_of(
            reasons[name], maps[name], min_blob if split else None, warned=name == flagged
        )
    ]
    candidates += _joined(kept, maps, combinations, scene.guesses)
    return Selection(scene.select(kept), tuple(candidates), reasons, maps)


def pixels_total(scene: SemanticResponse) -> int:
    """Pixels of all frames: T·H·W."""
    frames, height, width, _ = scene.shape
    return frames * height * width


def _check_request(
    video: Video,
    scene: SemanticResponse,
    k: int,
    combinations: int,
    pin: tuple[str, ...],
    drop: frozenset[str],
) -> None:
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


def _fault(
    name: str,
    figures: tuple[float, float, float],
    fixed: bool,
    dropped: bool,
    min_std: float,
    min_blob: float,
    threshold: float,
) -> str | None:
    """The first filter a category fails, as half a sentence; None if it passes."""
    std, mean_blob, _ = figures
    if dropped:
        return "dropped by hand"
    if fixed:
        source = "by common sense" if name in STATIC_CATEGORIES else "as declared"
        return f"static {source} (filter a)"
    if mean_blob == 0:
        return f"no pixel shows it in {threshold:.0%} of the frames (π is empty)"
    if std <= min_std:
        return f"hardly changes: mean standard deviation {std:.3f} ≤ {min_std:g} (filter b)"
    if mean_blob <= min_blob:
        return f"in small pieces: mean blob {mean_blob:.0f} px ≤ {min_blob:g} px (filter c)"
    return None


def _second_choice(
    shown: list[str],
    kept: list[str],
    k: int,
    figures: dict[str, tuple[float, float, float]],
    fixed: set[str],
    drop: frozenset[str],
) -> str | None:
    """The category to offer although a filter dropped it: the one with most motion, not static if possible.

    None if a category with a name was kept, or if kept proposals move far more than any such category.
    """
    if len(kept) >= k or not all(map(is_proposal, kept)):
        return None
    rest = [name for name in shown if name not in drop and name not in kept and figures[name][1] > 0]
    if kept:
        rest = [name for name in rest if name not in fixed and not is_proposal(name)]
        least = _COMPARABLE * max(figures[name][2] for name in kept)
        rest = [name for name in rest if figures[name][2] >= least]
    elif not rest:
        raise SegmentationError(
            "every category was dropped by hand or shows too rarely, and none is left to offer: drop fewer"
        )
    return max(rest, key=lambda name: (name not in fixed, figures[name][2], -shown.index(name)), default=None)


def _sentence(
    name: str, fault: str | None, kept: bool, pinned: bool, flagged: bool, k: int, guess: str
) -> str:
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


def _candidates_of(reason: Reason, pi: np.ndarray, min_blob: float | None, warned: bool) -> list[Candidate]:
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
    sets = [names for size in range(2, len(kept) + 1) for names in subsets(kept, size)] if count else []
    joint = {names: np.logical_or.reduce([maps[name] for name in names]) for names in sets}
    sets.sort(key=lambda names: -int(joint[names].sum()))
    return [_set_of(names, joint[names], guesses) for names in sets[:count]]


def _set_of(names: tuple[str, ...], mask: np.ndarray, guesses: Mapping[str, str]) -> Candidate:
    doubts = tuple(guesses.get(name, "") for name in names)
    note = "; ".join(filter(None, map(guess_note, names, doubts))) or None
    return Candidate(names, mask, None, note, doubts if note else ())
