"""The page of a batch: how far the work is while it goes on, and every clip's best loop when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import StoreError
from ..files import whole_file
from ..results.folder import INDEX
from ..results.page import html_template

_REFRESH = 5  # seconds after which a page of unfinished work loads itself again
_PLAYS = (".mp4", ".webm")
_SHOWS = (".gif", ".webp", ".apng")


@dataclass(eq=False)
class Clip:
    """A clip as the page shows it.

    Attributes
    ----------
    name : the file's name
    folder : its folder's name, beside the page
    state : "waiting", "working", "done", "failed"
    step : what is being done, or why it failed, in words
    summary : what its ``summary.json`` says, once it is done
    """

    name: str
    folder: str
    state: str = "waiting"
    step: str = ""
    notes: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)


def write_page(out: Path, clips: Sequence[Clip], title: str, running: bool, dashboard: str = "") -> Path:
    """Write ``index.html`` into ``out``; while ``running`` it loads itself again, and links to ``dashboard``.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    path = out / INDEX
    try:
        with whole_file(path, sync=not running) as part:
            part.write_text(page(clips, title, running, dashboard), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"Cannot write {path}: {error.strerror or error}.", topic="cannot-write") from error
    return path


def page(clips: Sequence[Clip], title: str, running: bool, dashboard: str = "") -> str:
    """The page as HTML. Names of files and categories are other people's words: everything is escaped."""
    counts = {state: sum(clip.state == state for clip in clips) for state in ("done", "failed")}
    return html_template("semcine_nb.batch", "page.html.j2").render(
        title=title,
        running=running,
        dashboard=dashboard,
        refresh=_REFRESH,
        total=len(clips),
        left=len(clips) - sum(counts.values()),
        **counts,
        cards=[_card(clip) for clip in clips if clip.state == "done"],
        failures=[clip for clip in clips if clip.state == "failed"],
        others=[clip for clip in clips if clip.state in ("working", "waiting")],
        version=__version__,
    )


def _card(clip: Clip) -> dict[str, Any]:
    summary = clip.summary
    candidates = [
        {
            "label": str(candidate["candidate"]),
            "video": _first(candidate["files"], _PLAYS),
            "image": _first(candidate["files"], _SHOWS),
            "poster": _first(candidate["files"], ("-poster.png",)),
            "rating": candidate["rating"],
            "why": candidate["why"],
        }
        for candidate in summary["candidates"]
    ]
    return {
        "name": clip.name,
        "folder": clip.folder,
        "page": INDEX,
        "best": candidates[0] if candidates else None,
        "others": [candidate["label"] for candidate in candidates[1:]],
        "facts": f"{summary['size'][0]}×{summary['size'][1]}, {summary['frames'] / summary['fps']:.1f} s",
        "notes": clip.notes,
    }


def _first(files: list[str], endings: tuple[str, ...]) -> str:
    """The first file that ends so, or an empty text."""
    return next((file for file in files if file.endswith(endings)), "")
