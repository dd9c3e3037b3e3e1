"""Figure 1 of the paper as one call: from a clip to cinemagraphs, ranked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from .errors import LoopError, SemcineError
from .looping.cinemagraph import Cinemagraph
from .looping.evaluation import motion_kept
from .looping.parameters import LoopParameters
from .looping.quality import measure
from .looping.rendering import check_length
from .looping.rendering import render as render_loop
from .looping.solver import LoopSolver
from .ordering import KnownRatings, Place, order_places
from .preference.unrated import unrated_score
from .progress import Bar, Progress, silent, track
from .semantics import Selection, SemanticResponse, segment, select_candidates
from .semantics.categories import category
from .semantics.segmenters import resolve_segmenter
from .video import Video, camera_drift, read_video

if TYPE_CHECKING:
    from .preference import ContextFeatures
    from .study import RatingStore

_LOG = logging.getLogger("semcine")
_DRIFT = 2.0  # pixels from which on a person is told: clips from a tripod measure up to 1.5


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
    on_rendered: Callable[[Cinemagraph, np.ndarray], None] | None = None,
    measure_features: bool = False,
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
    read, select, render : further arguments of ``read_video``, ``select_candidates`` and
        ``Cinemagraph.render``
    on_rendered : called with each cinemagraph and its (N, H, W, 3) uint8 frames as they are made, not yet
        ranked; so nobody needs to hold them all or to render them again
    measure_features : measure the context features even where there are no ratings to rank by
    threads : candidates that are solved at once

    Raises
    ------
    SemcineError
        Of a fitting kind, with one sentence that names the cause; whatever can be told before long work is.
    """
    known = _known_ratings(ratings)
    options = dict(render or {})
    for name in (*(select or {}).get("pin", ()), *(select or {}).get("drop", ())):
        category(name)
    if not isinstance(segmenter, SemanticResponse):
        segmenter = resolve_segmenter(segmenter)
    clip = source
    if read or not isinstance(source, Video):
        clip = read_video(source, progress=progress, **(read or {}))
    _try_render(clip, options)
    _warn_of_movement(clip)
    scene = segment(clip, segmenter, progress=progress)
    selection = select_candidates(
        clip, scene, k=k, combinations=combinations, progress=progress, **(select or {})
    )
    solver = LoopSolver(clip, selection.response, parameters, threads=threads, progress=progress)
    solved = _solve_all(solver, selection, threads, progress)
    _warn_of_stillness(solved)

    places, features = [], []
    for cinema in track(solved, progress, "Rendering and measuring"):
        frames = cinema.render(**options)
        if on_rendered is not None:
            on_rendered(cinema, frames)
        # measured on the plain loop: options such as ping-pong change which frame follows which
        plain = frames if not options else cinema.render()
        mask = cinema.candidate.mask
        quality = measure(clip.frames, cinema.period, cinema.start, plain, mask)
        kept = motion_kept(clip.frames, cinema.period, cinema.start, mask)
        places.append(Place(unrated_score(quality, float(mask.mean()), kept), quality))
        if measure_features or known is not None:
            from .preference import context_features

            features.append(context_features(cinema, rendered=plain))
            if known is not None:
                known.check(features[-1])
    order, places, basis = order_places(places, features, known, user)
    return RankedCinemagraphs(
        tuple(solved[i] for i in order),
        tuple(places[i] for i in order),
        basis,
        clip,
        scene,
        selection,
        solver,
        tuple(features[i] for i in order) if features else (),
    )


def _known_ratings(ratings: RatingStore | str | None) -> KnownRatings | None:
    """What has been rated, or None; read first, so that a wrong address is told before long work."""
    if ratings is None:
        return None
    from .study import RatingStore

    if isinstance(ratings, RatingStore):
        known = KnownRatings.of(ratings)
    else:
        with RatingStore(ratings) as store:
            known = KnownRatings.of(store)
    if known is None:
        _LOG.warning("The rating store holds no ratings yet: the order is by loop quality instead.")
    return known


def _try_render(clip: Video, options: dict[str, Any]) -> None:
    """Refuse options that rendering would refuse, before the loops are solved: a tiny still tells."""
    tiny = clip.frames[:, :2, :2]
    still = np.zeros(tiny.shape[1:3], np.int32)
    try:
        render_loop(tiny, still + 1, still, **options)
        if options.get("length") is not None:
            check_length(options["length"], clip.frames.shape[1:])
    except TypeError as error:
        raise LoopError(f"render={options!r} is not understood: {error}.") from error


def _solve_all(
    solver: LoopSolver, selection: Selection, threads: int, progress: Progress
) -> list[Cinemagraph]:
    stopped = threading.Event()

    def step(total: float | None = None, desc: str = "") -> Bar:
        return _StopBar(stopped)

    # bars of several threads would overwrite each other: one counts the candidates
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(solver.solve, candidate, step) for candidate in selection.candidates]
        try:
            return [job.result() for job in track(jobs, progress, "Stages 2 and 3: candidates")]
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


def _warn_of_stillness(solved: Sequence[Cinemagraph]) -> None:
    for note in dict.fromkeys(cinema.candidate.note for cinema in solved if cinema.candidate.note):
        names = ", ".join(c.candidate.label for c in solved if c.candidate.note == note)
        _LOG.warning("%s: %s.", names, note)
    if not any(cinema.dynamic.any() for cinema in solved):
        _LOG.warning(
            "Nothing in this clip loops: every pixel stays static. Use a clip in which something moves again "
            "and again, such as water, flags or leaves."
        )


def _warn_of_movement(clip: Video) -> None:
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
