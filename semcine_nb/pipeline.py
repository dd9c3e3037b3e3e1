"""Figure 1 of the paper as one call: from a clip to cinemagraphs, ranked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from .cache import ArrayCache, as_cache
from .errors import SemcineError
from .looping.cinemagraph import Cinemagraph
from .looping.parameters import LoopParameters
from .looping.solver import LoopSolver
from .ordering import KnownRatings, Place, order_places
from .progress import Bar, Progress, silent, track
from .semantics import Selection, SemanticResponse
from .steps import Judged, OnRendered, Prepared, judge, known_ratings, prepare
from .video import Video

if TYPE_CHECKING:
    from .preference import ContextFeatures
    from .study import RatingStore

_LOG = logging.getLogger("semcine")


@dataclass(frozen=True, eq=False)
class RankedCinemagraphs(Sequence[Cinemagraph]):
    """The candidates of a clip, best first; ``ranked[0]`` is the one to show.

    Attributes
    ----------
    cinemagraphs, places : one each a candidate, in the same order
    basis : in words, what the order rests on
    clip, scene, selection, solver : what they were made from
    features : one each a candidate in the same order, where they were measured; else empty
    """

    cinemagraphs: tuple[Cinemagraph, ...]
    places: tuple[Place, ...]
    basis: str
    clip: Video
    scene: SemanticResponse
    selection: Selection
    solver: LoopSolver
    features: tuple[ContextFeatures, ...] = ()

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
    on_rendered: OnRendered | None = None,
    measure_features: bool = False,
    threads: int = 2,
    cache: ArrayCache | Path | str | None = "default",
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
    read, select, render : further arguments of ``read_video``, ``select_candidates`` and
        ``Cinemagraph.render``
    on_rendered : called with each cinemagraph and its (N, H, W, 3) uint8 frames as they are made, not yet
        ranked; so nobody needs to hold them all or to render them again
    measure_features : measure the context features even where there are no ratings to rank by
    threads : candidates that are solved at once
    cache : where segmentation and stage 1 are kept by content for the next time: an `ArrayCache`, a folder,
        None, or "default" (a folder of the user's, moved or switched off by ``SEMCINE_CACHE``)

    Raises
    ------
    SemcineError
        Of a fitting kind, with one sentence that names the cause; whatever can be told before long work is.
    """
    known, options = known_ratings(ratings), dict(render or {})
    prepared = prepare(
        source,
        k,
        combinations,
        segmenter,
        parameters,
        read,
        select,
        options,
        threads,
        as_cache(cache),
        progress,
    )
    solved = _solve_all(prepared.solver, prepared.selection, threads, progress)
    warn_of_stillness(solved)
    judged = [
        judge(cinema, options, known, measure_features, on_rendered)
        for cinema in track(solved, progress, "Rendering and measuring")
    ]
    return rank_judged(prepared, judged, known, user)


def rank_judged(
    prepared: Prepared, judged: Sequence[Judged], known: KnownRatings | None = None, user: str | None = None
) -> RankedCinemagraphs:
    """Put the judged candidates of a clip in order; see `order_places`."""
    features = [one.features for one in judged if one.features is not None]
    order, places, basis = order_places([one.place for one in judged], features, known, user)
    return RankedCinemagraphs(
        tuple(judged[i].cinemagraph for i in order),
        tuple(places[i] for i in order),
        basis,
        prepared.clip,
        prepared.scene,
        prepared.selection,
        prepared.solver,
        tuple(features[i] for i in order) if features else (),
    )


def _solve_all(
    solver: LoopSolver, selection: Selection, threads: int, progress: Progress
) -> list[Cinemagraph]:
    stopped = threading.Event()

    def step(total: float | None = None, desc: str = "") -> Bar:
        return _StopBar(stopped)

    # bars of several threads would overwrite each other: one counts the candidates
    candidates = selection.candidates
    # the largest first: begun last, it would keep one thread busy while the others have nothing to do
    order = sorted(range(len(candidates)), key=lambda i: -int(candidates[i].mask.sum()))
    with ThreadPoolExecutor(threads) as pool:
        jobs = {i: pool.submit(solver.solve, candidates[i], step) for i in order}
        try:
            every = track(range(len(candidates)), progress, "Stages 2 and 3: candidates")
            return [jobs[i].result() for i in every]
        except BaseException:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _StopBar:
    """Shows nothing; stops the thread that reports to it at its next step once ``stopped`` is set."""

    def __init__(self, stopped: threading.Event) -> None:
        self._stopped = stopped

    def update(self, n: float = 1) -> None:
        if self._stopped.is_set():
            raise SemcineError("Stopped.")

    def set_description_str(self, desc: str) -> None:
        pass

    def close(self) -> None:
        pass


def warn_of_stillness(solved: Sequence[Cinemagraph]) -> None:
    """Tell once what holds for whole candidates, and when nothing at all loops."""
    for note in dict.fromkeys(cinema.candidate.note for cinema in solved if cinema.candidate.note):
        names = ", ".join(c.candidate.label for c in solved if c.candidate.note == note)
        _LOG.warning("%s: %s.", names, note)
    if not any(cinema.dynamic.any() for cinema in solved):
        _LOG.warning(
            "Nothing in this clip loops: every pixel stays static. Use a clip in which something moves again "
            "and again, such as water, flags or leaves."
        )
