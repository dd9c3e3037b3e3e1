"""Many clips, on Dask: ``make_all`` gives each what ``semcine make`` gives one, and a page of them all.

Work is split by clip and by candidate. What is finished is recognised and not done again, a worker that is
lost costs what it had in hand, and one broken file stops nobody. Dask is imported when work begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..counting import counted
from ..errors import SemcineError
from ..progress import Progress, silent
from ..recipe import Recipe, shows_options
from ..results.folder import INDEX
from .jobs import check_recipe, find_clips, plan, working_folder
from .page import write_page

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["BatchResult", "find_clips", "make_all"]

_DEFAULTS = Recipe(threads=1)


@dataclass(frozen=True)
class BatchResult:
    """The result of a batch.

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


@shows_options(_DEFAULTS)
def make_all(
    sources: str | PathLike[str] | Iterable[str | PathLike[str]],
    out: str | PathLike[str],
    *,
    recipe: Recipe | None = None,
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
    recipe : all options at once
    scheduler : address of a Dask scheduler, or a client of one; None: processes on this machine
    workers : how many processes on this machine; None: as many as it has cores and memory for
    again : also do what is finished
    title : what the page is called; the folder's name by default
    progress : counts clips
    options : of a `Recipe`, one by one, for every clip; here ``ratings`` is a URL, ``cache`` no `ArrayCache`,
        and ``threads`` are those of one task

    Raises
    ------
    SemcineError
        For what concerns all clips, before long work. What concerns one clip is in ``failed``.
    """
    from .cluster import connected, dashboard_of
    from .schedule import Schedule

    try:
        recipe = replace(recipe or _DEFAULTS, **options)
    except TypeError as error:
        raise SemcineError(f"make_all does not know an option: {error}.") from error
    check_recipe(recipe)
    clips, out = find_clips(sources), Path(out).expanduser().resolve()
    if title is None:
        listed = not isinstance(sources, (str, PathLike))
        title = counted(len(clips), "clip") if listed else Path(str(sources)).resolve().name
    dashboard: list[str] = []
    with working_folder(out) as work:
        schedule = Schedule(
            plan(clips, out, work, recipe),
            lambda shown, running: write_page(out, shown, title, running, *dashboard),
            progress,
        )
        skipped = 0 if again else schedule.skip_finished()
        todo = schedule.open_jobs()
        try:
            if todo:
                largest = max(job.pixels for job in todo)
                with connected(scheduler, workers, largest, len(todo), out) as client:
                    dashboard.append(dashboard_of(client))
                    schedule.run(client)
        finally:
            schedule.show(running=False)
    ended = {clip.job.source: clip for clip in schedule.clips}
    return BatchResult(
        out / INDEX,
        {source: clip.job.folder for source, clip in ended.items() if clip.state == "done"},
        {source: clip.step for source, clip in ended.items() if clip.state == "failed"},
        skipped,
    )
