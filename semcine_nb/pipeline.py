"""Figure 1 of the paper as one call: from a clip to cinemagraphs, ranked."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from .errors import SemcineError
from .looping.cinemagraph import Cinemagraph
from .ordering import known_ratings
from .progress import Bar, Progress, SilentBar, silent, track
from .recipe import Recipe, shows_options
from .steps import OnRendered, Prepared, RankedCinemagraphs, judge, prepare, rank, warn_of_stillness

_DEFAULTS = Recipe(measure_features=False)


@shows_options(_DEFAULTS)
def make_cinemagraphs(
    source: Any,
    *,
    recipe: Recipe | None = None,
    on_rendered: OnRendered | None = None,
    progress: Progress = silent,
    **options: Any,
) -> RankedCinemagraphs:
    """Read a clip, find what is in it, loop each candidate, and rank them.

    Parameters
    ----------
    source : file, folder of images, array or ``Video``
    recipe : all options at once, for several clips
    on_rendered : called with each cinemagraph and its (N, H, W, 3) uint8 frames as they are made, not yet
        ranked; so nobody needs to hold them all or to render them again. What it returns is in the result's
        ``outputs``.
    progress : shows how far the work is
    options : of a `Recipe`, one by one: ``k``, ``segmenter``, ``ratings`` …; those for files have no effect

    Raises
    ------
    SemcineError
        Of a fitting kind, with one sentence that names the cause; whatever can be told before long work is.
    """
    recipe = replace(recipe or _DEFAULTS, **options)
    known = known_ratings(recipe.ratings)
    prepared = prepare(source, recipe, progress)
    solved = _solve_all(prepared, recipe.threads, progress)
    warn_of_stillness(solved)
    judged = [
        judge(cinema, recipe, known, on_rendered)
        for cinema in track(solved, progress, "Rendering and measuring")
    ]
    return rank(prepared, judged, recipe.user, known)


def _solve_all(prepared: Prepared, threads: int, progress: Progress) -> list[Cinemagraph]:
    stopped = threading.Event()

    def step(total: float | None = None, desc: str = "") -> Bar:
        return _StopBar(stopped)

    # bars of several threads would overwrite each other: one counts the candidates
    candidates = prepared.selection.candidates
    # the largest first: begun last, it would keep one thread busy while the others have nothing to do
    order = sorted(range(len(candidates)), key=lambda i: -int(candidates[i].mask.sum()))
    with ThreadPoolExecutor(threads) as pool:
        jobs = {i: pool.submit(prepared.solver.solve, candidates[i], step) for i in order}
        try:
            every = track(range(len(candidates)), progress, "Stages 2 and 3: candidates")
            return [jobs[i].result() for i in every]
        except BaseException:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _StopBar(SilentBar):
    """Shows nothing; stops the thread that reports to it at its next step once ``stopped`` is set."""

    def __init__(self, stopped: threading.Event) -> None:
        self._stopped = stopped

    def update(self, n: float = 1) -> None:
        if self._stopped.is_set():
            raise SemcineError("Stopped.")
