"""The folder that ``semcine make`` writes: files of each candidate, a summary and a page, all or none."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import StoreError
from ..figures import mask_overlay
from ..figures.html import Loop, make_loop, resized
from ..files import slug, whole_folder
from ..limits import current_limits, too_large
from ..looping.cinemagraph import Cinemagraph
from ..pipeline import make_cinemagraphs
from ..progress import Progress, silent
from ..recipe import Recipe, shows_options
from ..steps import RankedCinemagraphs
from ..study.feature_files import ENDING, save_features
from ..video import Video
from ..video.writing import SUFFIXES
from .page import label_picture, page
from .summary import SUMMARY, listed_files, summary

LABELS = "-labels.png"  # after the stem of the cinemagraph's own file
INDEX = "index.html"


@shows_options(Recipe())
def make_folder(
    source: Any,
    folder: str | Path,
    *,
    recipe: Recipe | None = None,
    title: str | None = None,
    progress: Progress = silent,
    **options: Any,
) -> RankedCinemagraphs:
    """Make ranked cinemagraphs of a clip and write them, their maps, a summary and ``index.html``.

    Everything appears at the end and at once: after an error or Ctrl-C the folder is as before. Of an earlier
    run its own files go, by the list in its ``summary.json``; others in the folder stay.

    Parameters
    ----------
    source : file, folder of images, array or ``Video``
    folder : made where it is missing
    recipe : all options at once, for several clips
    title : what the page calls the clip; its file's name by default
    progress : shows how far the work is
    options : of a `Recipe`, one by one: ``k``, ``formats``, ``width`` …

    Raises
    ------
    SemcineError
        Of a fitting kind; StoreError where the folder cannot be written.
    """
    recipe = replace(recipe or Recipe(), **options)
    check_writing(recipe)
    folder = Path(folder)
    if title is None:
        title = Path(source).resolve().name if isinstance(source, (str, Path)) else "a clip"
    with whole_folder(folder) as part:
        numbers = count()

        def write(cinema: Cinemagraph, frames: NDArray[np.uint8]) -> Written:
            return write_files(part, str(next(numbers)), cinema, frames, recipe)

        ranked = make_cinemagraphs(source, recipe=recipe, on_rendered=write, progress=progress)
        stale = finish_folder(part, folder, ranked, title)
    for name in stale:
        (folder / name).unlink(missing_ok=True)
    return ranked


def check_writing(recipe: Recipe) -> None:
    """Raise StoreError, before long work, for formats that are none and repeats beyond any limit."""
    most = current_limits().frames
    if recipe.repeat > most:
        raise too_large(
            f"a loop written {recipe.repeat} times in a row", "is too long", f"{most} frames", StoreError
        )
    unknown = sorted(set(recipe.formats) - set(SUFFIXES))
    if unknown or not recipe.formats:
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
    loop: Loop


def write_files(
    folder: Path, stem: str, cinema: Cinemagraph, frames: NDArray[np.uint8], recipe: Recipe
) -> Written:
    """Write a rendered candidate (N, H, W, 3) with its maps and labels."""
    video = Video(resized(frames, recipe.width) if recipe.width else frames, cinema.video.fps)
    notes, formats = [], dict.fromkeys(recipe.formats)
    for suffix in formats:
        path = folder / f"{stem}.{suffix}"
        said = video.save(path, repeat=recipe.repeat, max_mb=recipe.max_mb).notes
        notes += [f"{suffix}: {note}" for note in said]
    middle = cinema.video.frames[len(cinema.video) // 2]
    pictures = {
        "-poster.png": video.frames[0],
        "-heatmaps.png": label_picture(cinema),
        "-mask.png": mask_overlay(middle, cinema.candidate.mask),
    }
    for ending, picture in pictures.items():
        Image.fromarray(picture).save(folder / f"{stem}{ending}")
    cinema.save_labels(folder / f"{stem}{LABELS}")
    endings = (*(f".{suffix}" for suffix in formats), *pictures, LABELS)
    return Written(folder, stem, endings, tuple(notes), make_loop(video.frames, video.fps))


def finish_folder(
    part: Path, folder: Path, ranked: RankedCinemagraphs, title: str, copy: bool = False, **facts: Any
) -> set[str]:
    """Name the files of ranked candidates by their place in ``part``, and write all else there.

    The ``outputs`` of ``ranked`` say where the files are, which `write_files` made. All else is features,
    summary and page. ``copy`` leaves the candidates' files where they are too; facts go into the summary.

    Returns
    -------
    Names of an earlier run's files in ``folder`` that are not written again.
    """
    loops = []
    for index, (cinema, written) in enumerate(zip(ranked, ranked.outputs, strict=True)):
        stem, endings = f"{index + 1}-{slug(cinema.candidate.label, 'candidate')}", written.endings
        for ending in endings:
            source, target = written.folder / f"{written.stem}{ending}", part / f"{stem}{ending}"
            (shutil.copyfile if copy else os.rename)(source, target)
        if ranked.features:
            save_features(part / f"{stem}{ENDING}", ranked.features[index])
            endings = (*endings, ENDING)
        loops.append(replace(written.loop, files=tuple(f"{stem}{ending}" for ending in endings)))
    facts = summary(ranked, loops, [one.notes for one in ranked.outputs], title) | facts
    text = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False)
    (part / SUMMARY).write_text(text, encoding="utf-8")
    (part / INDEX).write_text(page(ranked, loops, title), encoding="utf-8")
    return listed_files(folder) - {file.name for file in part.iterdir()}
