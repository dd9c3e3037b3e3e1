"""The tasks of a batch: prepare a clip, make one of its candidates, finish its folder. Each can be repeated.

The steps are those of `make_cinemagraphs`, and so are the results. A process that is lost takes nothing with
it but what it had in hand: segmentation and stage 1 are in the cache, candidates that were made are files.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SemcineError
from ..files import whole_folder
from ..looping.cinemagraph import Cinemagraph, load_cinemagraph
from ..ordering import Place, known_ratings
from ..results.folder import LABELS, Written, finish_folder, write_files
from ..results.summary import SUMMARY
from ..steps import Judged, Prepared, judge, prepare, rank, warn_of_stillness
from .jobs import Job, finished
from .memory import PROCESS, ClipsInMemory

CLIPS = ClipsInMemory()
_SPARE = 0.85  # of a worker's memory may be planned with


@dataclass(frozen=True)
class Trouble:
    """The reason why a clip could not be done: one sentence."""

    sentence: str


@dataclass(frozen=True)
class Found:
    """The names of a prepared clip's candidates, and notes that a person should read."""

    candidates: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Made:
    """A candidate whose files stand in the job's work folder."""

    written: Written
    place: Place
    features: Any
    notes: tuple[str, ...]


def prepare_clip(job: Job) -> Found | Trouble:
    """Read, segment, select, stage 1: kept in the cache, and at hand in this process."""
    try:
        with _at_hand(job) as (prepared, notes):
            return Found(tuple(c.label for c in prepared.selection.candidates), notes)
    except SemcineError as error:
        return Trouble(str(error))


def make_candidate(job: Job, found: Found, number: int) -> Made | Trouble:
    """Stages 2 and 3 of one candidate, rendered, measured and written.

    ``found`` is not read: through it the task comes to the worker that has the clip at hand.
    """
    recipe = job.recipe
    # never the same folder twice: the scheduler may have given up a worker that still works
    folder = job.work / f"{number}-{secrets.token_hex(4)}"

    def write(cinema: Cinemagraph, frames: NDArray[np.uint8]) -> Written:
        return write_files(folder, str(number), cinema, frames, recipe)

    try:
        with _heard() as notes, _at_hand(job) as (prepared, _):
            cinema = prepared.solver.solve(prepared.selection.candidates[number])
            folder.mkdir(parents=True)
            judged = judge(cinema, recipe, known_ratings(recipe.ratings), write)
        return Made(judged.output, judged.place, judged.features, tuple(notes))
    except SemcineError as error:
        return Trouble(str(error))


def finish_clip(job: Job, made: list[Made]) -> tuple[str, ...] | Trouble:
    """Rank the candidates and put their files, a summary and a page in place; returns notes.

    May be done again at any point: files are copied, and the old summary goes before anything is replaced.
    """
    try:
        with _heard() as notes:
            if finished(job) is None:
                _finish(job, made)
        CLIPS.drop(job.key)
        shutil.rmtree(job.work, ignore_errors=True)
        return tuple(notes)
    except SemcineError as error:
        return Trouble(str(error))


def _finish(job: Job, made: list[Made]) -> None:
    for left in job.folder.glob(".semcine-*.part"):  # by a worker that was killed here
        shutil.rmtree(left, ignore_errors=True)
    with _at_hand(job) as (prepared, _):
        judged = []
        for one in made:
            labels = one.written.folder / f"{one.written.stem}{LABELS}"
            cinema = load_cinemagraph(labels, prepared.clip)
            judged.append(Judged(cinema, one.place, one.features, one.written))
        warn_of_stillness([one.cinemagraph for one in judged])
        ranked = rank(prepared, judged, job.recipe.user, known_ratings(job.recipe.ratings))
    with whole_folder(job.folder) as part:
        stale = finish_folder(part, job.folder, ranked, job.name, copy=True, batch=job.key)
        (job.folder / SUMMARY).unlink(missing_ok=True)
    for name in stale:
        (job.folder / name).unlink(missing_ok=True)


@contextmanager
def _at_hand(job: Job) -> Iterator[tuple[Prepared, tuple[str, ...]]]:
    """The prepared clip, and what was warned of when it was prepared."""

    def make() -> tuple[Prepared, tuple[str, ...]]:
        with _heard() as notes:
            prepared = prepare(job.source, job.recipe)
        return prepared, tuple(notes)

    with CLIPS.holding(job.key, job.pixels, _budget(), make) as found:
        yield found


def _budget() -> float:
    """Bytes that this worker may take for clips."""
    from distributed import get_worker
    from distributed.system import MEMORY_LIMIT

    limit = getattr(getattr(get_worker(), "memory_manager", None), "memory_limit", None)
    return _SPARE * float(limit or MEMORY_LIMIT) - PROCESS


class _Ear(logging.Handler):
    """Collects the warnings of one thread."""

    def __init__(self, notes: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._notes, self._thread = notes, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._notes.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Collect what this package warns of meanwhile: a person reads it on the page, not in a worker's log."""
    notes: list[str] = []
    logger, ear = logging.getLogger("semcine"), _Ear(notes)
    logger.addHandler(ear)
    try:
        yield notes
    finally:
        logger.removeHandler(ear)
