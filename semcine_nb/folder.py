"""What ``semcine make`` leaves in a folder: files of each candidate, a summary and a page, all or none."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import __version__
from . import page as pages
from .errors import StoreError
from .files import whole_folder
from .looping.cinemagraph import Cinemagraph
from .pipeline import RankedCinemagraphs, make_cinemagraphs
from .study.described import ENDING, save_features
from .video import Video
from .video.writing import SUFFIXES

SUMMARY = "summary.json"
INDEX = "index.html"


def make_folder(
    source: Any,
    folder: str | Path,
    formats: Sequence[str] = ("mp4", "gif"),
    width: int | None = None,
    max_mb: float | None = None,
    repeat: int = 1,
    title: str | None = None,
    measure_features: bool = True,
    **options: Any,
) -> RankedCinemagraphs:
    """Make ranked cinemagraphs of a clip and write them, their maps, a summary and ``index.html``.

    Everything appears at the end and at once: after an error or Ctrl-C the folder is as before. Of an earlier
    run its own files go, by the list in its ``summary.json``; others in the folder stay.

    Parameters
    ----------
    source : see ``make_cinemagraphs``, as are ``options``
    folder : made where it is missing
    formats : mp4, webm, gif, webp, apng
    width : of the files, pixels; never enlarged
    max_mb : largest file, millions of bytes
    repeat : how often the loop is written in a row
    title : what the page calls the clip; its file's name by default
    measure_features : keep each cinemagraph's context features beside it, for a study of them (``semcine
        rate``) from which a person's taste can be learnt

    Raises
    ------
    SemcineError
        Of a fitting kind; StoreError where the folder cannot be written.
    """
    unknown = sorted(set(formats) - set(SUFFIXES))
    if unknown or not formats:
        raise StoreError(
            f"There is no format {', '.join(unknown) or '()'}: choose from {', '.join(SUFFIXES)}."
        )
    folder = Path(folder)
    if title is None:
        title = Path(source).resolve().name if isinstance(source, (str, Path)) else "a clip"
    with whole_folder(folder) as part:
        written: dict[int, _Written] = {}

        def write(cinema: Cinemagraph, frames: NDArray[np.uint8]) -> None:
            video = Video(pages.resized(frames, width) if width else frames, cinema.video.fps)
            written[id(cinema)] = _Written(part, len(written), cinema, video, formats, max_mb, repeat)

        ranked = make_cinemagraphs(source, on_rendered=write, measure_features=measure_features, **options)
        for cinema, features in zip(ranked, ranked.features, strict=False):
            written[id(cinema)].describe(features)
        loops = [
            written[id(cinema)].placed(f"{place}-{_slug(cinema.candidate.label)}")
            for place, cinema in enumerate(ranked, start=1)
        ]
        summary = _summary(ranked, loops, [written[id(cinema)].notes for cinema in ranked], title)
        (part / SUMMARY).write_text(
            json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8"
        )
        (part / INDEX).write_text(pages.page(ranked, loops, title), encoding="utf-8")
        before, now = _listed(folder), {file.name for file in part.iterdir()}
    for name in before - now:
        (folder / name).unlink(missing_ok=True)
    return ranked


class _Written:
    """The files of one candidate, under a number until its place is known."""

    def __init__(
        self,
        part: Path,
        number: int,
        cinema: Cinemagraph,
        video: Video,
        formats: Sequence[str],
        max_mb: float | None,
        repeat: int,
    ) -> None:
        self.part, self.number = part, number
        self.notes: list[str] = []
        self.endings: list[str] = []
        for suffix in dict.fromkeys(formats):
            said = video.save(self._new(f".{suffix}"), repeat=repeat, max_mb=max_mb).notes
            self.notes += [f"{suffix}: {note}" for note in said]
        middle = cinema.video.frames[len(cinema.video) // 2]
        Image.fromarray(video.frames[0]).save(self._new("-poster.png"))
        Image.fromarray(pages.label_picture(cinema)).save(self._new("-heatmaps.png"))
        Image.fromarray(pages.mask_overlay(middle, cinema.candidate.mask)).save(self._new("-mask.png"))
        cinema.save_labels(self._new("-labels.png"))
        self.loop = pages.make_loop(video.frames, video.fps)

    def describe(self, features: Any) -> None:
        """Keep the cinemagraph's context features beside it."""
        save_features(self._new(ENDING), features)

    def _new(self, ending: str) -> Path:
        self.endings.append(ending)
        return self.part / f"{self.number}{ending}"

    def placed(self, stem: str) -> pages.Loop:
        """Give the files their names; returns the loop for the page with these."""
        for ending in self.endings:
            (self.part / f"{self.number}{ending}").rename(self.part / f"{stem}{ending}")
        files = tuple(f"{stem}{ending}" for ending in self.endings)
        return pages.Loop(self.loop.video, self.loop.poster, files)


def _summary(
    ranked: RankedCinemagraphs, loops: Sequence[pages.Loop], notes: Sequence[Sequence[str]], title: str
) -> dict[str, Any]:
    return {
        "made_by": f"semcine-nb {__version__}",
        "clip": title,
        "digest": ranked.clip.digest,
        "size": [ranked.clip.width, ranked.clip.height],
        "frames": len(ranked.clip),
        "fps": ranked.clip.fps,
        "notes": list(dict.fromkeys((*ranked.clip.notes, *ranked.solver.notes))),
        "basis": ranked.basis,
        "categories": [
            {"category": r.category, "guess": r.guess, "share": r.share, "kept": r.kept, "reason": r.reason}
            for r in ranked.selection.reasons
        ],
        "candidates": [
            {"files": list(loop.files), "file_notes": list(said), **pages.statistics(cinema, place)}
            for cinema, place, loop, said in zip(ranked, ranked.places, loops, notes, strict=True)
        ],
    }


def _listed(folder: Path) -> set[str]:
    """Names of the files that an earlier run of this program wrote into the folder, by its summary."""
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        if not summary["made_by"].startswith("semcine-nb "):
            return set()
        names = {str(name) for candidate in summary["candidates"] for name in candidate["files"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
    # the summary may have been edited: only plain names in this folder, of the form that is written here
    return {name for name in names if re.fullmatch(r"\d+-[a-z0-9-]+\.[a-z0-9]+", name)}


def _slug(name: str) -> str:
    """A name as part of a file's name: letters, digits and hyphens only."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "candidate"
