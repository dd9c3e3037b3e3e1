"""Choosing what a study shows: finished cinemagraphs, those with artefacts left out, the rest reviewed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import RatingError, StoreError
from ..files import stored_file
from ..progress import Progress, silent, track
from .feature_files import features_beside
from .store import RatingStore

SUFFIXES = (".mp4", ".webm", ".webp", ".gif")  # of one cinemagraph in several formats, the first is shown
DECISIONS = ("open", "accepted", "rejected")


@dataclass(frozen=True)
class Entry:
    """One cinemagraph under review: its file (relative to the folder), what was measured and decided, why.

    ``artefacts``: what the measure gave, larger is worse; None where nothing measured it.
    """

    item: str
    path: str
    artefacts: float | None = None
    decision: str = "open"
    reason: str = ""


@dataclass
class Review:
    """The cinemagraphs of ``folder`` and what was decided about each; a JSON file keeps it to be resumed.

    The paper's study left out cinemagraphs with significant visual artefacts "so as not to bias the ratings"
    (Section 4.1, footnote 6): here a measure leaves out the clear cases, a person decides about the others.
    """

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)

    @classmethod
    def of_folder(
        cls,
        folder: str | Path,
        measure: Callable[[Path], float] | None = None,
        limit: float = math.inf,
        progress: Progress = silent,
    ) -> Review:
        """Find the cinemagraphs below ``folder`` and reject those for which ``measure(path) > limit``.

        ``item`` is the path without its suffix, so that a cinemagraph keeps its name wherever the folder
        lies. A measure that gives NaN or fails for a file rejects that file with the reason.

        Raises StoreError for a folder that is not there or holds no cinemagraph.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise StoreError(f"there is no folder {folder}: check its name, or make cinemagraphs first")
        review = cls(folder)
        found = _cinemagraphs(folder)
        if not found:
            raise StoreError(f"{folder} holds no cinemagraph ({', '.join(SUFFIXES)}): make some first")
        for path in track(found, progress, "looking for artefacts"):
            relative = path.relative_to(folder)
            entry = Entry(relative.with_suffix("").as_posix(), relative.as_posix())
            review.entries[entry.item] = entry if measure is None else _judged(entry, path, measure, limit)
        return review

    def decide(self, item: str, accept: bool, reason: str = "") -> None:
        """Accept or reject one cinemagraph. Raises RatingError for an unknown one."""
        if item not in self.entries:
            raise RatingError(f"{item!r} is not under review")
        decision = "accepted" if accept else "rejected"
        self.entries[item] = replace(self.entries[item], decision=decision, reason=reason)

    def accept_open(self) -> None:
        """Accept all about which nothing was decided."""
        for item in self.having("open"):
            self.decide(item, True)

    def having(self, decision: str) -> list[str]:
        """The items with that decision: "open", "accepted" or "rejected"."""
        if decision not in DECISIONS:
            raise RatingError(f"a decision is one of {', '.join(DECISIONS)}, not {decision!r}")
        return [item for item, entry in self.entries.items() if entry.decision == decision]

    def take_over(self, earlier: Review) -> None:
        """Keep what a person decided in an earlier review of the same folder."""
        for item, entry in earlier.entries.items():
            if item in self.entries and entry.decision != "open":
                self.entries[item] = replace(self.entries[item], decision=entry.decision, reason=entry.reason)

    def add_to(
        self,
        store: RatingStore,
        features: Callable[[Path], Any] | None = features_beside,
        clip: Callable[[Path], str] | None = None,
        progress: Progress = silent,
    ) -> list[str]:
        """Add the accepted cinemagraphs to a study; returns their ids.

        ``features(path)`` gives what :meth:`RatingStore.add_cinemagraph` takes, by default what ``semcine
        make`` left beside the file (None where it left nothing). ``clip(path)`` names the clip that a
        cinemagraph was made from, by default the folder it lies in, as ``semcine make`` and ``batch`` leave
        them.

        Raises RatingError where none was accepted.
        """
        accepted = self.having("accepted")
        if not accepted:
            raise RatingError(f"no cinemagraph of {self.folder} was accepted: decide, or call accept_open()")
        for item in track(accepted, progress, "preparing the study"):
            path = self.folder / self.entries[item].path
            source = clip(path) if clip else path.parent.resolve().name
            store.add_cinemagraph(item, features(path) if features else None, path, clip=source)
        return accepted

    def save(self, path: str | Path) -> Path:
        """Write the review to a JSON file, whole or not at all. Raises StoreError where that fails."""
        path = Path(path)
        content = {"folder": str(self.folder), "entries": [asdict(entry) for entry in self.entries.values()]}
        with stored_file(path) as part:
            part.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        return path

    @classmethod
    def load(cls, path: str | Path) -> Review:
        """Read a review back. Raises StoreError where the file is missing, damaged or something else."""
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            entries = [Entry(**entry) for entry in content["entries"]]
            review = cls(Path(content["folder"]), {str(entry.item): entry for entry in entries})
            root = review.folder.resolve()
            odd = [entry for entry in entries if not _is_possible(entry, root)]
        except OSError as error:
            raise StoreError(f"cannot read {path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StoreError(
                f"{path} is damaged, or no review: restore it from a copy, or remove it and review again"
            ) from error
        for entry in odd:
            raise StoreError(
                f"{path} says of {entry.item!r} what no review says: {entry.decision}, {entry.path}; "
                "remove it and review again"
            )
        return review


def _is_possible(entry: Entry, root: Path) -> bool:
    """Whether a review says such a thing: a known decision, about a file that lies in its folder."""
    return entry.decision in DECISIONS and (root / entry.path).resolve().is_relative_to(root)


def _cinemagraphs(folder: Path) -> list[Path]:
    """One file a cinemagraph, in the order of their names; hidden and unfinished files are none."""
    files: dict[Path, Path] = {}
    for suffix in SUFFIXES:
        for path in folder.rglob(f"*{suffix}"):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                files.setdefault(path.with_suffix(""), path)
    return [files[stem] for stem in sorted(files)]


def _judged(entry: Entry, path: Path, measure: Callable[[Path], float], limit: float) -> Entry:
    try:
        value = float(measure(path))
    except Exception as error:  # one unreadable file must not stop the others; it is reported, not hidden
        return replace(entry, decision="rejected", reason=f"could not be measured: {error}")
    if math.isnan(value):
        return replace(entry, decision="rejected", reason="could not be measured")
    if value > limit:
        reason = f"artefacts {value:.3g} > {limit:.3g}"
        return replace(entry, artefacts=value, decision="rejected", reason=reason)
    return replace(entry, artefacts=value)
