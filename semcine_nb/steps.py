"""The steps of Figure 1 that one call and many machines share: before the candidates, and after each of them.

`pipeline.make_cinemagraphs` takes them one after the other, `batch` on any number of workers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .cache import ArrayCache
from .errors import LoopError, SemcineError
from .looping.cinemagraph import Cinemagraph
from .looping.evaluation import motion_kept
from .looping.parameters import LoopParameters
from .looping.quality import measure
from .looping.solver import LoopSolver
from .ordering import KnownRatings, Place
from .preference.unrated import unrated_score
from .progress import Progress, silent
from .rendering.labelling import Labelling
from .rendering.render import check_length
from .rendering.render import render as render_loop
from .semantics import Selection, SemanticResponse, segment, select_candidates
from .semantics.categories import category, check_choice
from .semantics.segmenters import resolve_segmenter
from .video import Video, camera_drift, read_video

if TYPE_CHECKING:
    from .preference import ContextFeatures
    from .study import RatingStore

_LOG = logging.getLogger("semcine")
_DRIFT = 2.0  # pixels from which on a person is told: clips from a tripod measure up to 1.5

OnRendered = Callable[[Cinemagraph, NDArray[np.uint8]], None]


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the candidates of a clip have in common; stage 1 has run."""

    clip: Video
    scene: SemanticResponse
    selection: Selection
    solver: LoopSolver


@dataclass(frozen=True, eq=False)
class Judged:
    """A solved candidate, rendered and measured; ``features`` only where they were asked for."""

    cinemagraph: Cinemagraph
    place: Place
    features: ContextFeatures | None = None


def check_names(segmenter: Any, select: dict[str, Any] | None, k: int) -> Any:
    """The segmenter itself; raises SegmentationError if it, or a category to pin or drop, does not exist.

    So does a choice of categories that no clip can meet.
    """
    pin, drop = (tuple((select or {}).get(name, ())) for name in ("pin", "drop"))
    for name in (*pin, *drop):
        category(name)
    check_choice(pin, drop, k)
    return segmenter if isinstance(segmenter, SemanticResponse) else resolve_segmenter(segmenter)


def prepare(
    source: Any,
    k: int = 4,
    combinations: int = 0,
    segmenter: Any = "embedded",
    parameters: LoopParameters | None = None,
    read: dict[str, Any] | None = None,
    select: dict[str, Any] | None = None,
    render: dict[str, Any] | None = None,
    threads: int = 2,
    cache: ArrayCache | None = None,
    progress: Progress = silent,
) -> Prepared:
    """Read a clip, segment it, choose candidates and run stage 1; the arguments of `make_cinemagraphs`.

    Raises
    ------
    SemcineError
        Of a fitting kind, before long work where that is possible.
    """
    segmenter = check_names(segmenter, select, k)
    clip = source
    if read or not isinstance(source, Video):
        clip = read_video(source, progress=progress, **(read or {}))
    _try_render(clip, render or {})
    _warn_of_movement(clip)
    scene = segment(clip, segmenter, progress=progress, cache=cache)
    selection = select_candidates(
        clip, scene, k=k, combinations=combinations, progress=progress, **(select or {})
    )
    solver = LoopSolver(clip, selection.response, parameters, threads=threads, progress=progress, cache=cache)
    return Prepared(clip, scene, selection, solver)


def judge(
    cinema: Cinemagraph,
    options: dict[str, Any],
    known: KnownRatings | None = None,
    measure_features: bool = False,
    on_rendered: OnRendered | None = None,
) -> Judged:
    """Render a solved candidate with ``options``, hand the frames on, and measure its loop."""
    frames = cinema.render(**options)
    if on_rendered is not None:
        on_rendered(cinema, frames)
    # measured on the plain loop: options such as ping-pong change which frame follows which
    plain = frames if not options else cinema.render()
    clip, mask = cinema.video, cinema.candidate.mask
    quality = measure(clip.frames, cinema.labels, plain, mask)
    kept = motion_kept(clip.frames, cinema.period, cinema.start, mask)
    place = Place(unrated_score(quality, float(mask.mean()), kept), quality)
    if not measure_features and known is None:
        return Judged(cinema, place)
    from .preference import context_features

    return Judged(cinema, place, context_features(cinema, rendered=plain))


def known_ratings(ratings: RatingStore | str | None) -> KnownRatings | None:
    """What has been rated, or None; asked first, it tells a wrong store before long work.

    Raises
    ------
    StoreError
        If the store cannot be read.
    RatingError
        If its features are not of the kind that `judge` measures.
    """
    if ratings is None:
        return None
    from .preference.features.context import default_blocks
    from .study import RatingStore

    if isinstance(ratings, RatingStore):
        known = KnownRatings.of(ratings)
    else:
        with RatingStore(ratings) as store:
            known = KnownRatings.of(store)
    if known is None:
        _LOG.warning("The rating store holds no ratings yet: the order is by loop quality instead.")
    else:
        known.check(default_blocks())
    return known


def _try_render(clip: Video, options: dict[str, Any]) -> None:
    """Refuse options that rendering would refuse, before the loops are solved: a tiny still tells."""
    tiny = clip.frames[:, :2, :2]
    still = np.zeros(tiny.shape[1:3], np.int32)
    try:
        render_loop(tiny, Labelling(still + 1, still), **options)
        if options.get("length") is not None:
            check_length(options["length"], clip.frames.shape[1:])
    except TypeError as error:
        raise LoopError(f"render={options!r} is not understood: {error}.") from error


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
