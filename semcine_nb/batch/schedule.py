"""The schedule of a batch: which task follows which, what came of each, and how far it all is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from ..progress import Progress
from ..results.summary import SUMMARY
from .jobs import Job, finished
from .page import Clip
from .tasks import Found, Made, Trouble, finish_clip, make_candidate, prepare_clip

if TYPE_CHECKING:
    from distributed import Client, Future

_AGAIN = 1  # times a task is done again after an error of the machine, such as a full memory
_PAUSE = 2.0  # seconds at least between two writings of the page
_FIRST, _NEXT, _LAST = 0, 1, 2  # priorities: what is begun is ended before more is begun


@dataclass(eq=False, kw_only=True)
class ClipState(Clip):
    """A clip as the page shows it, and what is at hand of it."""

    job: Job
    found: Future | None = None
    names: Sequence[str] = ()
    made: dict[int, Made] = field(default_factory=dict)


class Schedule:
    """The clips of a batch, from those still to do to those done.

    Parameters
    ----------
    jobs : what is to be done
    write_page : called with the clips as the page shows them, and whether work goes on
    progress : a bar that counts clips
    """

    def __init__(
        self, jobs: Sequence[Job], write_page: Callable[[Sequence[Clip], bool], object], progress: Progress
    ) -> None:
        self.clips = [ClipState(job.name, job.folder.name, job=job) for job in jobs]
        self._write_page, self._progress = write_page, progress
        self._written = 0.0
        self._ended = 0
        self._client: Any = None
        self._stream: Any = None
        self._tasks: dict[Any, tuple[ClipState, int, Future]] = {}
        for clip in self.clips:
            if clip.job.trouble:
                self._fail(clip, clip.job.trouble)

    def skip_finished(self) -> int:
        """Take for done what an earlier run finished; returns how many."""
        return sum(clip.state == "waiting" and self._is_done(clip) for clip in self.clips)

    def open_jobs(self) -> list[Job]:
        """The jobs that are left to do."""
        return [clip.job for clip in self.clips if clip.state == "waiting"]

    def show(self, running: bool) -> None:
        """Write the page now."""
        self._write_page(self.clips, running)
        self._written = time.monotonic()

    def run(self, client: Client) -> None:
        """Do what is left; returns when every clip is done or has failed.

        Raises
        ------
        StoreError
            If the scheduler is lost.
        """
        from distributed import as_completed

        self._client, self._stream = client, as_completed(loop=client.loop)
        bar = self._progress(total=len(self.clips), desc="Clips")
        try:
            self._count(bar)
            self.show(running=True)
            for clip in self.clips:
                if clip.state == "waiting":
                    clip.found = self._submit(clip, -1, _FIRST, prepare_clip)
            for future in self._stream:
                clip, number, _ = self._tasks.pop(future.key)
                if clip.state != "failed":  # else another of its candidates did
                    self._take(clip, number, self._result(future))
                    self._go_on(clip)
                bar.set_description_str(clip.job.name)
                self._count(bar)
                if time.monotonic() - self._written > _PAUSE:
                    self.show(running=True)
        finally:
            bar.close()
            client.cancel([future for _, _, future in self._tasks.values()])

    def _submit(self, clip: ClipState, number: int, priority: int, task: Any, *arguments: Any) -> Future:
        future = self._client.submit(
            task, clip.job, *arguments, pure=False, retries=_AGAIN, priority=priority
        )
        self._tasks[future.key] = clip, number, future
        self._stream.add(future)
        return future

    def _take(self, clip: ClipState, number: int, result: Any) -> None:
        """Write down what a task came to."""
        if isinstance(result, Trouble):
            self._fail(clip, result.sentence)
            return
        notes = result if isinstance(result, tuple) else result.notes
        clip.notes = list(dict.fromkeys((*clip.notes, *notes)))
        if isinstance(result, Found):
            clip.names = result.candidates
        elif isinstance(result, Made):
            clip.made[number] = result
        elif not self._is_done(clip):
            self._fail(clip, f"{clip.job.folder / SUMMARY} was written and is gone again.")

    def _go_on(self, clip: ClipState) -> None:
        """Submit what can be done next for a clip; let go of one that has ended."""
        made = len(clip.made)
        if clip.state in ("done", "failed"):
            self._client.cancel([future for other, _, future in self._tasks.values() if other is clip])
            clip.found = None
            clip.made.clear()
            return
        if clip.state == "waiting":
            for index in range(len(clip.names)):
                self._submit(clip, index, _NEXT, make_candidate, clip.found, index)
        clip.state, clip.step = "working", f"{made} of {len(clip.names)} candidates made"
        if made == len(clip.names):
            clip.step = "finishing"
            self._submit(clip, -1, _LAST, finish_clip, [clip.made[index] for index in range(made)])

    def _result(self, future: Future) -> Any:
        """The value that a task returned, or the trouble it met in words."""
        from distributed import KilledWorker

        if future.status == "cancelled" or self._client.status != "running":
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

    def _is_done(self, clip: ClipState) -> bool:
        summary = finished(clip.job)
        if summary is None:
            return False
        clip.state, clip.step, clip.summary = "done", "", summary
        return True

    def _fail(self, clip: ClipState, sentence: str) -> None:
        clip.state, clip.step = "failed", sentence

    def _count(self, bar: Any) -> None:
        ended = sum(clip.state in ("done", "failed") for clip in self.clips)
        if ended > self._ended:
            bar.update(ended - self._ended)
            self._ended = ended
