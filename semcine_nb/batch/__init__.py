"""Many clips, on Dask: ``make_all`` gives each what ``semcine make`` gives one, and a page of them all.

Work is split by clip and by candidate. What is finished is recognised and not done again, a worker that is
lost costs what it had in hand, and one broken file stops nobody. Dask is imported when work begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..counting import counted
from ..errors import SemcineError, StoreError
from ..progress import Progress, silent
from ..results.folder import INDEX
from .folders import working_folder
from .jobs import Options, check_options, find_clips, plan
from .overview import Clip, write_page

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["BatchResult", "Options", "find_clips", "make_all"]


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch.

    Attributes
    ----------
    page : the page of them all
    done : clip → its folder, in order
    failed : clip → why, one sentence
    skipped : how many of those done had been finished by an earlier run
    """

    page: Path
    done: dict[Path, Path]
    failed: dict[Path, str]
    skipped: int = 0


def make_all(
    sources: str | PathLike[str] | Iterable[str | PathLike[str]],
    out: str | PathLike[str],
    k: int = 4,
    scheduler: str | Client | None = None,
    workers: int | None = None,
    again: bool = False,
    title: str | None = None,
    progress: Progress = silent,
    **options: Any,
) -> BatchResult:
    """Make ranked cinemagraphs of many clips: a folder each in ``out``, and one page, ``index.html``.

    The page is there from the start and shows how far the work is. Results are those of `make_folder`, bit
    for bit. After Ctrl-C or a crash the same call goes on where it was: a clip is not done again if its file
    has the same size and date, and options and version are the same.

    Parameters
    ----------
    sources : a folder of clips, or a list of them; folders of images may be listed
    out : folder to write to; on a disk that all workers share
    k : how many categories are kept of each clip
    scheduler : address of a Dask scheduler, or a client of one; None: processes on this machine
    workers : how many processes on this machine; None: as many as it has cores and memory for
    again : also do what is finished
    title : what the page is called; the folder's name by default
    options : further ones of `make_cinemagraphs` and `make_folder`, for every clip: ``segmenter``,
        ``combinations``, ``parameters``, ``read``, ``select``, ``render``, ``formats``, ``width``,
        ``max_mb``, ``repeat``, ``user``, ``ratings`` (a URL), ``measure_features``, ``cache``, and
        ``threads`` of one task

    Raises
    ------
    SemcineError
        For what concerns all clips, before long work. What concerns one clip is in ``failed``.
    """
    from .cluster import connected, dashboard_of
    from .run import Run

    try:
        chosen = Options(k=k, **options)
    except TypeError as error:
        raise SemcineError(f"make_all does not know an option: {error}.") from error
    if chosen.cache is not None and not isinstance(chosen.cache, str):
        raise StoreError("A batch names its cache by a folder, 'default' or None: each worker opens it.")
    check_options(chosen)
    clips, out = find_clips(sources), Path(out).expanduser().resolve()
    if title is None:
        title = (
            Path(sources).resolve().name
            if isinstance(sources, (str, PathLike))
            else counted(len(clips), "clip")
        )
    with working_folder(out) as work:
        jobs = plan(clips, out, work, chosen)
        shown = [Clip(job.name, job.folder.name) for job in jobs]
        dashboard: list[str] = []
        run = Run(jobs, shown, lambda running: write_page(out, shown, title, running, *dashboard), progress)
        skipped = 0 if again else run.skip_finished()
        todo = run.open_jobs()
        try:
            if todo:
                largest = max(job.pixels for job in todo)
                with connected(scheduler, workers, largest, len(todo), out) as client:
                    dashboard.append(dashboard_of(client))
                    run.work_on(client)
        finally:
            run.show(running=False)
    return BatchResult(
        out / INDEX,
        {job.source: job.folder for job, clip in zip(jobs, shown, strict=True) if clip.state == "done"},
        {job.source: clip.step for job, clip in zip(jobs, shown, strict=True) if clip.state == "failed"},
        skipped,
    )
