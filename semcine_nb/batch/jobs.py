"""What is to be done: which files are clips, where their cinemagraphs go, and which are there already."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from .. import __version__
from ..cache import content_key
from ..errors import SemcineError, StoreError, VideoError
from ..looping.parameters import LoopParameters
from ..results.folder import FORMATS, INDEX, SUMMARY
from ..video import planned_shape

SUFFIXES = {
    ".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".mts", ".m2ts", ".3gp", ".wmv", ".ogv",
    ".gif", ".apng",
}  # fmt: skip
"""Endings of the files in a folder that are taken for clips."""


@dataclass(frozen=True)
class Options:
    """What holds for every clip; see `make_cinemagraphs` and `make_folder`."""

    k: int = 4
    combinations: int = 0
    segmenter: Any = "embedded"
    user: str | None = None
    ratings: str | None = field(default=None, repr=False)  # the URL may hold a password
    parameters: LoopParameters | None = None
    read: dict[str, Any] = field(default_factory=dict)
    select: dict[str, Any] = field(default_factory=dict)
    render: dict[str, Any] = field(default_factory=dict)
    formats: Sequence[str] = FORMATS
    width: int | None = None
    max_mb: float | None = None
    repeat: int = 1
    measure_features: bool = True
    threads: int = 1
    cache: str | None = "default"

    def fingerprint(self) -> str:
        """A text that differs when results would; how many threads work and what is kept does not count."""
        facts = {**vars(self), "parameters": self.parameters and asdict(self.parameters)}
        segmenter = facts.pop("segmenter")
        if not isinstance(segmenter, str):
            own = getattr(segmenter, "fingerprint", None)
            segmenter = (type(segmenter).__name__, getattr(segmenter, "name", ""), own() if own else "")
        if isinstance(self.ratings, str):
            from ..study.addresses import public_name

            # a hash of this goes into every summary, and a password could be guessed by it
            facts["ratings"] = public_name(self.ratings)
        del facts["threads"], facts["cache"]
        return repr((segmenter, sorted(facts.items())))


@dataclass(frozen=True)
class Job:
    """One clip.

    Attributes
    ----------
    source : the file
    folder : where its cinemagraphs go
    work : where files of unfinished candidates stand, on the same disk
    key : differs when the file, the options or the version do
    pixels : T·H·W as read, for what it needs of memory; 0 where ``trouble`` is known
    trouble : why it cannot be read, a sentence
    """

    source: Path
    folder: Path
    work: Path
    key: str
    options: Options = field(repr=False)
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


def plan(sources: Sequence[Path], out: Path, work: Path, options: Options) -> list[Job]:
    """A job for each clip, in order; a file that cannot be read gets one that says why."""
    wanted, jobs = options.fingerprint(), []
    for source, name in zip(sources, folder_names(sources), strict=True):
        pixels, trouble = 0, ""
        try:
            frames, height, width = planned_shape(source, **options.read)
            pixels = frames * height * width
        except SemcineError as error:
            trouble = str(error)
        key = content_key("batch", __version__, *_stamp(source), wanted)
        jobs.append(Job(source, out / name, work / name, key, options, pixels, trouble))
    return jobs


def folder_names(sources: Sequence[Path]) -> list[str]:
    """A folder's name for each clip: from its stem; with its ending, or a number, where two would be alike.

    >>> folder_names([Path("a/Sea 1.mp4"), Path("a/Sea 1.mov"), Path("b/tree.mp4"), Path("c/tree.mp4")])
    ['sea-1-mp4', 'sea-1-mov', 'tree-mp4', 'tree-mp4-2']
    """
    stems = Counter(_slug(source.stem) for source in sources)
    names: list[str] = []
    for source in sources:
        stem = _slug(source.stem)
        name = stem if stems[stem] == 1 else _slug(source.name)
        number, numbered = 1, name
        while numbered in names:
            number += 1
            numbered = f"{name}-{number}"
        names.append(numbered)
    return names


def finished(job: Job) -> dict[str, Any] | None:
    """The summary of a clip that is done with these very options, and all of whose files are there; or None.

    The summary is put in place last, so one that is there vouches for the rest.
    """
    try:
        summary = json.loads((job.folder / SUMMARY).read_text(encoding="utf-8"))
        if summary["batch"] != job.key:
            return None
        files = [INDEX, *(str(file) for candidate in summary["candidates"] for file in candidate["files"])]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(summary) if all((job.folder / file).is_file() for file in files) else None


def check_options(options: Options) -> None:
    """Raise a SemcineError for what would fail with every clip."""
    from ..results.folder import check_writing
    from ..steps import check_names, known_ratings

    check_writing(options.formats, options.repeat)
    check_names(options.segmenter, options.select, options.k)
    if options.ratings is not None and not isinstance(options.ratings, str):
        raise StoreError("A batch reaches its ratings by URL, such as sqlite:///ratings.db: give that.")
    known_ratings(options.ratings)


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


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "clip"
