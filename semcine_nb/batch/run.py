"""The course of a batch: which task follows which, what came of each, and how far it all is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from ..progress import Progress
from ..results.folder import SUMMARY
from .jobs import Job, finished
from .overview import Clip
from .work import Found, Made, Trouble, finish_clip, make_candidate, prepare_clip

if TYPE_CHECKING:
    from distributed import Client, Future

_AGAIN = 1  # times a task is done again after an error of the machine, such as a full memory
_PAUSE = 2.0  # seconds at least between two writings of the page
_FIRST, _NEXT, _LAST = 0, 1, 2  # priorities: what is begun is ended before more is begun


@dataclass(eq=False)
class _Course:
    """Where one clip stands."""

    job: Job
    shown: Clip
    found: Future | None = None
    names: Sequence[str] = ()
    made: dict[int, Made] = field(default_factory=dict)


class Run:
    """The clips of a batch, from those still to do to those done.

    Parameters
    ----------
    jobs, shown : what is to be done, and how the page shows it; in the same order
    write_page : called with whether work goes on
    progress : a bar that counts clips
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        shown: Sequence[Clip],
        write_page: Callable[[bool], object],
        progress: Progress,
    ) -> None:
        self._courses = [_Course(job, clip) for job, clip in zip(jobs, shown, strict=True)]
        self._write_page, self._progress = write_page, progress
        self._written = 0.0
        self._ended = 0
        self._tasks: dict[Any, tuple[_Course, int, Future]] = {}
        for course in self._courses:
            if course.job.trouble:
                self._fail(course, course.job.trouble)

    def skip_finished(self) -> int:
        """Take for done what an earlier run finished; returns how many."""
        count = 0
        for course in self._courses:
            if course.shown.state == "waiting" and self._is_done(course):
                count += 1
        return count

    def open_jobs(self) -> list[Job]:
        """What is left to do."""
        return [course.job for course in self._courses if course.shown.state == "waiting"]

    def show(self, running: bool) -> None:
        """Write the page now."""
        self._write_page(running)
        self._written = time.monotonic()

    def work_on(self, client: Client) -> None:
        """Do what is left; returns when every clip is done or has failed.

        Raises
        ------
        StoreError
            If the scheduler is lost.
        """
        from distributed import as_completed

        stream = as_completed(loop=client.loop)
        bar = self._progress(total=len(self._courses), desc="Clips")
        try:
            self._count(bar)
            self.show(running=True)
            for course in self._courses:
                if course.shown.state == "waiting":
                    course.found = self._submit(client, stream, course, -1, _FIRST, prepare_clip)
            for future in stream:
                course, number, _ = self._tasks.pop(future.key)
                if course.shown.state != "failed":  # else another of its candidates did
                    self._take(course, number, self._result(client, future))
                    self._go_on(client, stream, course)
                bar.set_description_str(course.job.name)
                self._count(bar)
                if time.monotonic() - self._written > _PAUSE:
                    self.show(running=True)
        finally:
            bar.close()
            client.cancel([future for _, _, future in self._tasks.values()])

    def _submit(
        self,
        client: Client,
        stream: Any,
        course: _Course,
        number: int,
        priority: int,
        work: Any,
        *arguments: Any,
    ) -> Future:
        future = client.submit(work, course.job, *arguments, pure=False, retries=_AGAIN, priority=priority)
        self._tasks[future.key] = course, number, future
        stream.add(future)
        return future

    def _take(self, course: _Course, number: int, result: Any) -> None:
        """Write down what a task came to."""
        if isinstance(result, Trouble):
            self._fail(course, result.sentence)
            return
        notes = result if isinstance(result, tuple) else result.notes
        course.shown.notes = list(dict.fromkeys((*course.shown.notes, *notes)))
        if isinstance(result, Found):
            course.names = result.candidates
        elif isinstance(result, Made):
            course.made[number] = result
        elif not self._is_done(course):
            self._fail(course, f"{course.job.folder / SUMMARY} was written and is gone again.")

    def _go_on(self, client: Client, stream: Any, course: _Course) -> None:
        """Submit what can be done next for a clip; let go of one that has ended."""
        made, shown = len(course.made), course.shown
        if shown.state in ("done", "failed"):
            client.cancel([future for other, _, future in self._tasks.values() if other is course])
            course.found = None
            course.made.clear()
            return
        if shown.state == "waiting":
            for index in range(len(course.names)):
                self._submit(client, stream, course, index, _NEXT, make_candidate, course.found, index)
        shown.state, shown.step = "working", f"{made} of {len(course.names)} candidates made"
        if made == len(course.names):
            shown.step = "finishing"
            all_made = [course.made[index] for index in range(made)]
            self._submit(client, stream, course, -1, _LAST, finish_clip, all_made)

    def _result(self, client: Client, future: Future) -> Any:
        """What a task returned, or the trouble it met in words."""
        from distributed import KilledWorker

        if future.status == "cancelled" or client.status != "running":
            raise StoreError(
                "The Dask scheduler was lost, and with it the work in hand. Start again with the same "
                "command: finished clips are not done again."
            )
        try:
            return future.result()
        except KilledWorker:
            return Trouble(
                "Workers that had it in hand ended, time after time, most likely for want of memory: try "
                "fewer workers, a smaller working size or fewer seconds."
            )
        except MemoryError:
            return Trouble("Not enough memory: try fewer workers, a smaller working size or fewer seconds.")
        except OSError as error:
            return Trouble(f"{error.filename or 'A file'}: {error.strerror or error}.")
        except Exception as error:  # a fault of the program: this clip's alone, and to be told
            return Trouble(
                f"{type(error).__name__}: {error}. This is a fault of the program: please report it."
            )

    def _is_done(self, course: _Course) -> bool:
        summary = finished(course.job)
        if summary is None:
            return False
        course.shown.state, course.shown.step, course.shown.summary = "done", "", summary
        return True

    def _fail(self, course: _Course, sentence: str) -> None:
        course.shown.state, course.shown.step = "failed", sentence

    def _count(self, bar: Any) -> None:
        ended = sum(course.shown.state in ("done", "failed") for course in self._courses)
        if ended > self._ended:
            bar.update(ended - self._ended)
            self._ended = ended
