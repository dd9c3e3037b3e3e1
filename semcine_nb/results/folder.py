"""What ``semcine make`` leaves in a folder: files of each candidate, a summary and a page, all or none."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .. import __version__
from ..errors import StoreError
from ..files import whole_folder
from ..limits import current_limits, too_large
from ..looping.cinemagraph import Cinemagraph
from ..pipeline import RankedCinemagraphs, make_cinemagraphs
from ..study.feature_files import ENDING, save_features
from ..video import Video
from ..video.writing import SUFFIXES
from . import page as pages

FORMATS = ("mp4", "gif")
LABELS = "-labels.png"  # after the stem of the cinemagraph's own file
SUMMARY = "summary.json"
INDEX = "index.html"


def make_folder(
    source: Any,
    folder: str | Path,
    formats: Sequence[str] = FORMATS,
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
    check_writing(formats, repeat)
    folder = Path(folder)
    if title is None:
        title = Path(source).resolve().name if isinstance(source, (str, Path)) else "a clip"
    with whole_folder(folder) as part:
        written: dict[int, Written] = {}

        def write(cinema: Cinemagraph, frames: NDArray[np.uint8]) -> None:
            number = str(len(written))
            written[id(cinema)] = write_files(part, number, cinema, frames, formats, width, max_mb, repeat)

        ranked = make_cinemagraphs(source, on_rendered=write, measure_features=measure_features, **options)
        files = [written[id(cinema)] for cinema in ranked]
        if ranked.features:
            files = [one.described(of) for one, of in zip(files, ranked.features, strict=True)]
        stale = finish_folder(part, folder, ranked, files, title)
    for name in stale:
        (folder / name).unlink(missing_ok=True)
    return ranked


def check_writing(formats: Sequence[str], repeat: int = 1) -> None:
    """Raise StoreError, before long work, for formats that are none and repeats beyond any limit."""
    most = current_limits().frames
    if repeat > most:
        raise too_large(
            f"a loop written {repeat} times in a row", "is too long", f"{most} frames", StoreError
        )
    unknown = sorted(set(formats) - set(SUFFIXES))
    if unknown or not formats:
        raise StoreError(
            f"There is no format {', '.join(unknown) or '()'}: choose from {', '.join(SUFFIXES)}."
        )


@dataclass(frozen=True)
class Written:
    """The files of one candidate, ``folder/stem + ending``, whose place is not yet known; and its loop."""

    folder: Path
    stem: str
    endings: tuple[str, ...]
    notes: tuple[str, ...]
    loop: pages.Loop

    def described(self, features: Any) -> Written:
        """The same with the cinemagraph's context features beside it."""
        save_features(self.folder / f"{self.stem}{ENDING}", features)
        return replace(self, endings=(*self.endings, ENDING))

    def placed(self, part: Path, stem: str, copy: bool = False) -> pages.Loop:
        """Move, or copy, the files to their place and name; returns the loop for the page with these."""
        for ending in self.endings:
            (shutil.copyfile if copy else os.rename)(
                self.folder / f"{self.stem}{ending}", part / f"{stem}{ending}"
            )
        return replace(self.loop, files=tuple(f"{stem}{ending}" for ending in self.endings))


def write_files(
    folder: Path,
    stem: str,
    cinema: Cinemagraph,
    frames: NDArray[np.uint8],
    formats: Sequence[str] = FORMATS,
    width: int | None = None,
    max_mb: float | None = None,
    repeat: int = 1,
) -> Written:
    """Write a rendered candidate (N, H, W, 3) with its maps and labels; the arguments of `make_folder`."""
    video = Video(pages.resized(frames, width) if width else frames, cinema.video.fps)
    notes = []
    for suffix in dict.fromkeys(formats):
        said = video.save(folder / f"{stem}.{suffix}", repeat=repeat, max_mb=max_mb).notes
        notes += [f"{suffix}: {note}" for note in said]
    middle = cinema.video.frames[len(cinema.video) // 2]
    pictures = {
        "-poster.png": video.frames[0],
        "-heatmaps.png": pages.label_picture(cinema),
        "-mask.png": pages.mask_overlay(middle, cinema.candidate.mask),
    }
    for ending, picture in pictures.items():
        Image.fromarray(picture).save(folder / f"{stem}{ending}")
    cinema.save_labels(folder / f"{stem}{LABELS}")
    endings = (*(f".{suffix}" for suffix in dict.fromkeys(formats)), *pictures, LABELS)
    return Written(folder, stem, endings, tuple(notes), pages.make_loop(video.frames, video.fps))


def finish_folder(
    part: Path,
    folder: Path,
    ranked: RankedCinemagraphs,
    written: Sequence[Written],
    title: str,
    copy: bool = False,
    **facts: Any,
) -> set[str]:
    """Name the files of ranked candidates by their place in ``part``, and write summary and page there.

    Returns the names of an earlier run's files in ``folder`` that are not written again. ``copy``
    leaves the candidates' files where they are too; facts go into the summary.
    """
    loops = [
        one.placed(part, f"{place}-{_slug(cinema.candidate.label)}", copy)
        for place, (cinema, one) in enumerate(zip(ranked, written, strict=True), start=1)
    ]
    summary = _summary(ranked, loops, [one.notes for one in written], title) | facts
    (part / SUMMARY).write_text(
        json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8"
    )
    (part / INDEX).write_text(pages.page(ranked, loops, title), encoding="utf-8")
    return _listed(folder) - {file.name for file in part.iterdir()}


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
