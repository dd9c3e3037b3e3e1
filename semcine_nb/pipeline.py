"""Figure 1 of the paper as one call: from a clip to cinemagraphs, ranked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from .errors import SemcineError
from .looping.cinemagraph import Cinemagraph
from .looping.parameters import LoopParameters
from .looping.quality import LoopQuality, measure
from .looping.solver import LoopSolver
from .preference.unrated import UnratedScore, unrated_score
from .progress import Progress, silent, track
from .semantics import Selection, SemanticResponse, segment, select_candidates
from .video import Video, read_video

if TYPE_CHECKING:
    from .preference import ContextFeatures
    from .study import RatingStore

_LOG = logging.getLogger("semcine")
_DRIFT = 0.75  # pixels of residual camera movement from which on a person is told


@dataclass(frozen=True)
class Place:
    """Why a cinemagraph stands where it stands.

    Attributes
    ----------
    unrated : the score that orders when nobody has rated (not the paper's model)
    quality : measures of the rendered loop over its target
    rating, std : predicted stars of the person and their uncertainty, None without ratings
    why : one sentence
    """

    unrated: UnratedScore
    quality: LoopQuality
    rating: float | None = None
    std: float | None = None
    why: str = ""


@dataclass(frozen=True, eq=False)
class RankedCinemagraphs(Sequence[Cinemagraph]):
    """The candidates of a clip, best first; ``ranked[0]`` is the one to show.

    Attributes
    ----------
    cinemagraphs, places : one each a candidate, in the same order
    basis : in words, what the order rests on
    clip, scene, selection, solver : what they were made from
    """

    cinemagraphs: tuple[Cinemagraph, ...]
    places: tuple[Place, ...]
    basis: str
    clip: Video
    scene: SemanticResponse
    selection: Selection
    solver: LoopSolver

    @overload
    def __getitem__(self, index: int) -> Cinemagraph: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Cinemagraph, ...]: ...
    def __getitem__(self, index: int | slice) -> Cinemagraph | tuple[Cinemagraph, ...]:
        return self.cinemagraphs[index]

    def __len__(self) -> int:
        return len(self.cinemagraphs)

    def __iter__(self) -> Iterator[Cinemagraph]:
        return iter(self.cinemagraphs)


def make_cinemagraphs(
    source: Any,
    k: int = 4,
    combinations: int = 0,
    segmenter: Any = "embedded",
    user: str | None = None,
    ratings: RatingStore | str | None = None,
    parameters: LoopParameters | None = None,
    read: dict[str, Any] | None = None,
    select: dict[str, Any] | None = None,
    render: dict[str, Any] | None = None,
    on_rendered: Callable[[Cinemagraph, np.ndarray], None] | None = None,
    threads: int = 2,
    progress: Progress = silent,
) -> RankedCinemagraphs:
    """Read a clip, find what is in it, loop each candidate, and rank them.

    Parameters
    ----------
    source : file, folder of images, array or ``Video``
    k : how many categories are kept (the paper: 4)
    combinations : how many sets of categories are candidates besides the single ones
    segmenter : see ``segment``
    user, ratings : the person to rank for, and a ``RatingStore`` or its URL. Without ratings the order is by
        loop quality and dynamism (``UnratedScore``), which is no prediction of anybody's taste.
    parameters : constants of the loop optimisation
    read, select, render : further arguments of ``read_video``, ``select_candidates`` and ``Cinemagraph.render``
    on_rendered : called with each cinemagraph and its frames, so that they need not be rendered again
    threads : candidates that are solved at once

    Raises
    ------
    SemcineError
        Of a fitting kind, with one sentence that names the cause.
    """
    store = _open(ratings)  # before long work: a wrong address should be told at once
    clip = (
        source
        if isinstance(source, Video) and not read
        else read_video(source, progress=progress, **(read or {}))
    )
    _warn_of_movement(clip)
    scene = segment(clip, segmenter, progress=progress)
    selection = select_candidates(
        clip, scene, k=k, combinations=combinations, progress=progress, **(select or {})
    )
    solver = LoopSolver(clip, selection.response, parameters, threads=threads, progress=progress)
    with ThreadPoolExecutor(threads) as pool:
        # bars of several threads would overwrite each other: one counts the candidates
        jobs = [pool.submit(solver.solve, candidate) for candidate in selection.candidates]
        solved = [job.result() for job in track(jobs, progress, "Stages 2 and 3: candidates")]

    places, features = [], []
    for cinema in track(solved, progress, "Rendering and measuring"):
        frames = cinema.render(**(render or {}))
        if on_rendered is not None:
            on_rendered(cinema, frames)
        # measured on the plain loop: options such as ping-pong change which frame follows which
        plain = frames if not render else cinema.render()
        quality = measure(clip.frames, cinema.period, cinema.start, plain, cinema.candidate.mask)
        places.append(Place(unrated_score(quality, float(cinema.candidate.mask.mean())), quality))
        if store is not None:
            features.append(_features(cinema, plain))
    order, places, basis = _order(places, features, store, user)
    return RankedCinemagraphs(
        tuple(solved[i] for i in order),
        tuple(places[i] for i in order),
        basis,
        clip,
        scene,
        selection,
        solver,
    )


def _open(ratings: RatingStore | str | None) -> RatingStore | None:
    if ratings is None or not isinstance(ratings, str):
        return ratings
    from .study import RatingStore

    return RatingStore(ratings)


def _features(cinema: Cinemagraph, frames: np.ndarray) -> ContextFeatures:
    from .preference import context_features

    return context_features(cinema, rendered=frames)


def _order(
    places: list[Place], features: list[ContextFeatures], store: RatingStore | None, user: str | None
) -> tuple[list[int], list[Place], str]:
    """Indices best first, places with their reasons, and what the order rests on."""
    if store is not None:
        known = store.matrix()
        if np.isfinite(known.ratings).any():
            from .preference import rank

            ranking = rank(
                np.stack([f.values for f in features]),
                known.ratings,
                store.features(),
                known.people,
                user,
                blocks=features[0].blocks,
            )
            rated = [
                replace(
                    place,
                    rating=float(rating),
                    std=float(std),
                    why=f"Predicted {rating:.1f} ± {std:.1f} stars from {ranking.basis}.",
                )
                for place, rating, std in zip(places, ranking.rating, ranking.std, strict=True)
            ]
            return [int(i) for i in ranking.order], rated, f"Ranked for a person: {ranking.basis}"
    scores = [place.unrated.value for place in places]
    order = sorted(range(len(places)), key=lambda i: -scores[i])
    basis = "Ordered by loop quality and dynamism: nobody has rated yet, so this predicts no one's taste"
    return order, [replace(place, why=place.unrated.sentence()) for place in places], basis


def _warn_of_movement(clip: Video) -> None:
    from .video import camera_drift

    try:
        drift = camera_drift(clip)
    except SemcineError:
        return
    if drift > _DRIFT:
        _LOG.warning(
            "The camera moves by about %.1f pixels, and loops of a moving camera jump: use a tripod, or "
            "stabilise the clip (read_video(…, stabilize=True), semcine make --stabilize).",
            drift,
        )
