"""The steps of Figure 1: prepare a clip, judge each of its candidates, rank them.

`pipeline.make_cinemagraphs` takes them one after the other, `batch` in any number of processes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from .cache import as_cache
from .errors import LoopError, SemcineError
from .looping.cinemagraph import Cinemagraph
from .looping.evaluation import motion_kept
from .looping.quality import measure
from .looping.solver import LoopSolver
from .ordering import KnownRatings, Place, order_places
from .preference.unrated import unrated_score
from .progress import Progress, silent
from .recipe import Recipe
from .rendering.labelling import Labelling
from .rendering.render import check_length
from .rendering.render import render as render_loop
from .semantics import Selection, SemanticResponse, segment, select_candidates
from .semantics.categories import category, check_choice
from .semantics.segmenters import resolve_segmenter
from .video import Video, camera_drift, read_video

if TYPE_CHECKING:
    from .preference import ContextFeatures

_LOG = logging.getLogger("semcine")
_DRIFT = 2.0  # pixels from which on a person is told: clips from a tripod measure up to 1.5

OnRendered = Callable[[Cinemagraph, NDArray[np.uint8]], Any]


@dataclass(frozen=True, eq=False)
class Prepared:
    """A clip ready for its candidates to be solved: stage 1 has run in the solver."""

    clip: Video
    scene: SemanticResponse
    selection: Selection
    solver: LoopSolver


@dataclass(frozen=True, eq=False)
class Judged:
    """A solved candidate, rendered and measured.

    ``features`` only where they were asked for; ``output`` is what was returned for its frames.
    """

    cinemagraph: Cinemagraph
    place: Place
    features: ContextFeatures | None = None
    output: Any = None


@dataclass(frozen=True, eq=False)
class RankedCinemagraphs(Prepared, Sequence[Cinemagraph]):
    """The candidates of a clip, best first; ``ranked[0]`` is the one to show.

    Attributes
    ----------
    clip, scene, selection, solver : what they were made from
    cinemagraphs, places : one each a candidate, in the same order
    basis : in words, what the order rests on
    features : one each a candidate in the same order, where they were measured; else empty
    outputs : one each a candidate in the same order: what ``on_rendered`` returned
    """

    cinemagraphs: tuple[Cinemagraph, ...]
    places: tuple[Place, ...]
    basis: str
    features: tuple[ContextFeatures, ...] = ()
    outputs: tuple[Any, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Cinemagraph: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Cinemagraph, ...]: ...
    def __getitem__(self, index: int | slice) -> Cinemagraph | tuple[Cinemagraph, ...]:
        return self.cinemagraphs[index]

    def __len__(self) -> int:
        return len(self.cinemagraphs)


def checked_segmenter(recipe: Recipe) -> Any:
    """The segmenter of a recipe, ready to use.

    Raises
    ------
    SegmentationError
        If it, or a category to pin or drop, does not exist; or if no clip can meet the choice of categories.
    """
    pin, drop = (tuple(recipe.select.get(name, ())) for name in ("pin", "drop"))
    for name in (*pin, *drop):
        category(name)
    check_choice(pin, drop, recipe.k)
    segmenter = recipe.segmenter
    return segmenter if isinstance(segmenter, SemanticResponse) else resolve_segmenter(segmenter)


def prepare(source: Any, recipe: Recipe, progress: Progress = silent) -> Prepared:
    """Read a clip, segment it, choose candidates and run stage 1.

    Raises
    ------
    SemcineError
        Of a fitting kind, before long work where that is possible.
    """
    segmenter, cache = checked_segmenter(recipe), as_cache(recipe.cache)
    clip = source
    if recipe.read or not isinstance(source, Video):
        clip = read_video(source, progress=progress, **recipe.read)
    _try_render(clip, recipe.render)
    _warn_of_movement(clip)
    scene = segment(clip, segmenter, progress=progress, cache=cache)
    selection = select_candidates(
        clip, scene, k=recipe.k, combinations=recipe.combinations, progress=progress, **recipe.select
    )
    solver = LoopSolver(
        clip, selection.response, recipe.parameters, threads=recipe.threads, progress=progress, cache=cache
    )
    return Prepared(clip, scene, selection, solver)


def judge(
    cinema: Cinemagraph,
    recipe: Recipe,
    known: KnownRatings | None = None,
    on_rendered: OnRendered | None = None,
) -> Judged:
    """Render a solved candidate, hand the frames on, and measure its loop."""
    features = output = None
    frames = cinema.render(**recipe.render)
    if on_rendered is not None:
        output = on_rendered(cinema, frames)
    # measured on the plain loop: options such as ping-pong change which frame follows which
    plain = frames if not recipe.render else cinema.render()
    clip, mask = cinema.video, cinema.candidate.mask
    labels = cinema.labels
    quality = measure(clip.frames, labels, plain, mask)
    kept = motion_kept(clip.frames, labels, mask)
    place = Place(unrated_score(quality, float(mask.mean()), kept), quality)
    if recipe.measure_features or known is not None:
        from .preference import context_features

        features = context_features(cinema, rendered=plain)
    return Judged(cinema, place, features, output)


def rank(
    prepared: Prepared, judged: Sequence[Judged], user: str | None = None, known: KnownRatings | None = None
) -> RankedCinemagraphs:
    """Put the judged candidates of a clip in order; see `order_places`."""
    features = [one.features for one in judged if one.features is not None]
    order, places, basis = order_places([one.place for one in judged], features, known, user)
    return RankedCinemagraphs(
        **vars(prepared),
        cinemagraphs=tuple(judged[i].cinemagraph for i in order),
        places=tuple(places[i] for i in order),
        basis=basis,
        features=tuple(features[i] for i in order) if features else (),
        outputs=tuple(judged[i].output for i in order),
    )


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


def _try_render(clip: Video, options: Mapping[str, Any]) -> None:
    """Refuse options that rendering would refuse, before the loops are solved: a tiny still tells."""
    tiny = clip.frames[:, :2, :2]
    still = np.zeros(tiny.shape[1:3], np.int32)
    try:
        render_loop(tiny, Labelling(still + 1, still), **options)
        if options.get("length") is not None:
            check_length(options["length"], clip.frames.shape[1:])
    except TypeError as error:
        raise LoopError(f"render={dict(options)!r} is not understood: {error}.") from error


def _warn_of_movement(clip: Video) -> None:
    try:
        drift = camera_drift(clip)
    except SemcineError:
        return
    if drift > _DRIFT:
        _LOG.warning(
            "The camera moves by about %.1f pixels, and loops of a moving camera jump: use a tripod, or "
            "stabilize the clip (read_video(…, stabilize=True), semcine make --stabilize).",
            drift,
        )
