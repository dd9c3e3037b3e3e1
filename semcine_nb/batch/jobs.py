"""The jobs of a batch: which files are clips, where their cinemagraphs go, and which are finished."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import socket
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from .. import __version__
from ..cache import content_key
from ..errors import SemcineError, StoreError, VideoError
from ..files import cannot_write, slug
from ..ordering import known_ratings
from ..recipe import Recipe
from ..results.folder import INDEX, check_writing
from ..results.summary import read_summary
from ..steps import checked_segmenter
from ..video import planned_shape

SUFFIXES = {
    ".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".mts", ".m2ts", ".3gp", ".wmv", ".ogv",
    ".gif", ".apng",
}  # fmt: skip
"""Endings of the files in a folder that are taken for clips."""

_WORK = ".semcine-batch"  # in the output folder: files of unfinished candidates


@dataclass(frozen=True)
class Job:
    """One clip.

    Attributes
    ----------
    source : the file
    folder : where its cinemagraphs go
    work : where files of unfinished candidates stand, on the same disk
    key : differs when the file, the recipe or the version do
    pixels : T·H·W as read, for what it needs of memory; 0 where ``trouble`` is known
    trouble : why it cannot be read, a sentence
    """

    source: Path
    folder: Path
    work: Path
    key: str
    recipe: Recipe = field(repr=False)
    pixels: int = 0
    trouble: str = ""

    @property
    def name(self) -> str:
        """The file's name."""
        return self.source.name


def find_clips(sources: str | PathLike[str] | Iterable[str | PathLike[str]]) -> list[Path]:
    """The clips that a folder holds, by name, or those that are listed.

    Raises
    ------
    VideoError
        If the folder is missing or holds none, or the list is empty.
    """
    if not isinstance(sources, (str, PathLike)):
        listed = [Path(source).expanduser().resolve() for source in sources]
        if not listed:
            raise VideoError("There are no clips to work on: the list of sources is empty.")
        return list(dict.fromkeys(listed))
    folder = Path(sources).expanduser()
    if not folder.exists():
        raise VideoError(f"There is no folder {folder}: check its name.", topic="no-such-file")
    if folder.is_file():
        return [folder.resolve()]
    found = [
        file.resolve()
        for file in sorted(folder.iterdir(), key=lambda file: _natural(file.name))
        if file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith(".")
    ]
    if not found:
        raise VideoError(
            f"The folder {folder} holds no clips: none of its files ends in {', '.join(sorted(SUFFIXES))}; "
            "choose another folder, or rename them.",
            topic="no-such-file",
        )
    return found


def plan(sources: Sequence[Path], out: Path, work: Path, recipe: Recipe) -> list[Job]:
    """A job for each clip, in order; a file that cannot be read gets one that says why."""
    wanted, jobs = recipe.fingerprint(), []
    for source, name in zip(sources, folder_names(sources), strict=True):
        pixels, trouble = 0, ""
        try:
            pixels = math.prod(planned_shape(source, **recipe.read))
        except SemcineError as error:
            trouble = str(error)
        key = content_key("batch", __version__, *_stamp(source), wanted)
        jobs.append(Job(source, out / name, work / name, key, recipe, pixels, trouble))
    return jobs


def folder_names(sources: Sequence[Path]) -> list[str]:
    """A folder's name for each clip: from its stem; with its ending, or a number, where two would be alike.

    >>> folder_names([Path("a/Sea 1.mp4"), Path("a/Sea 1.mov"), Path("b/tree.mp4"), Path("c/tree.mp4")])
    ['sea-1-mp4', 'sea-1-mov', 'tree-mp4', 'tree-mp4-2']
    """
    stems = Counter(slug(source.stem, "clip") for source in sources)
    names: list[str] = []
    for source in sources:
        stem = slug(source.stem, "clip")
        name = stem if stems[stem] == 1 else slug(source.name, "clip")
        number, numbered = 1, name
        while numbered in names:
            number += 1
            numbered = f"{name}-{number}"
        names.append(numbered)
    return names


def finished(job: Job) -> dict[str, Any] | None:
    """The summary of a clip that is done by this very recipe, and all of whose files are there; or None.

    The summary is put in place last, so one that is there vouches for the rest.
    """
    found = read_summary(job.folder)
    if found is None or found[0].get("batch") != job.key:
        return None
    return found[0] if all((job.folder / file).is_file() for file in (INDEX, *found[1])) else None


def check_recipe(recipe: Recipe) -> None:
    """Raise a SemcineError for what would fail with every clip."""
    if recipe.cache is not None and not isinstance(recipe.cache, str):
        raise StoreError("A batch names its cache by a folder, 'default' or None: each process opens it.")
    check_writing(recipe)
    checked_segmenter(recipe)
    if recipe.ratings is not None and not isinstance(recipe.ratings, str):
        raise StoreError("A batch reaches its ratings by URL, such as sqlite:///ratings.db: give that.")
    known_ratings(recipe.ratings)


@contextmanager
def working_folder(out: Path) -> Iterator[Path]:
    """A folder ``.semcine-batch`` in ``out``, empty, for one batch at a time; gone when the block ends.

    What a killed batch left in it goes.

    Raises
    ------
    StoreError
        If the folder cannot be written, or another batch is at work in it.
    """
    work, holder = out / _WORK, out / _WORK / "holder.json"
    me = {"host": socket.gethostname(), "process": os.getpid()}
    try:
        out.mkdir(parents=True, exist_ok=True)
        found = _holder(holder)
        if found is not None and found != me and _alive(found):
            raise StoreError(
                f"Another batch is at work in {out} (process {found['process']} on {found['host']}): wait "
                f"for it, stop it, or remove {work} if it is gone."
            )
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        holder.write_text(json.dumps(me), encoding="utf-8")
    except OSError as error:
        raise StoreError(cannot_write(out, error), topic="cannot-write") from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _holder(path: Path) -> dict[str, object] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {"host": str(found["host"]), "process": int(found["process"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _alive(holder: dict[str, object]) -> bool:
    """Tell whether that process runs; one of another machine cannot be asked, so it counts as running."""
    if holder["host"] != socket.gethostname():
        return True
    try:
        os.kill(int(str(holder["process"])), 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _stamp(source: Path) -> tuple[Any, ...]:
    """Name, size and date: enough to see that a file was exchanged, without reading it."""
    try:
        facts = source.stat()
    except OSError:
        return (str(source),)
    return (str(source), facts.st_size, facts.st_mtime_ns)


def _natural(name: str) -> list[tuple[int, int | str]]:
    """Numbers in a name count as numbers: clip 2 stands before clip 10."""
    return [
        (0, int(part)) if part.isdigit() else (1, part.lower()) for part in re.split(r"(\d+)", name) if part
    ]
