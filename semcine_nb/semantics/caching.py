"""Responses kept on disk by content: the same clip, segmenter and settings are segmented once.

Only what a segmenter stores is written (a coarse uint8 grid, tens of megabytes at most), never scores at full
size. A file that cannot be read is made anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SegmentationError, StoreError
from .response import SemanticResponse
from .storage import StoredScores

if TYPE_CHECKING:
    from ..video import Video

_log = logging.getLogger("semcine")

_FORMAT = 1  # raised when the meaning of a stored file changes


def response_key(video: Video, segmenter: Any) -> str | None:
    """What a response depends on, as a hash: the frames, and the segmenter's ``fingerprint()``.

    None if the segmenter has no such method: its responses are then not kept.
    """
    fingerprint = getattr(segmenter, "fingerprint", None)
    if fingerprint is None:
        return None
    text = f"{_FORMAT}\n{video.digest}\n{segmenter.name}\n{fingerprint()}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def file_fingerprint(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_response(path: Path, response: SemanticResponse) -> bool:
    """Write a response that stands on `StoredScores`; whole or not at all.

    Returns
    -------
    bool
        False if its scores are of another kind, which are not written.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    scores = response.scores
    if not isinstance(scores, StoredScores):
        return False
    about = {"shape": scores.shape[:3], "categories": response.categories, "guided": scores.guided}
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            np.savez_compressed(
                file, values=scores.values, times=scores.times, about=np.array(json.dumps(about))
            )
        unfinished.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write the segmentation to {path}: {error}") from error
    finally:
        if path.parent.is_dir():
            unfinished.unlink(missing_ok=True)
    return True


def load_response(path: Path, video: Video) -> SemanticResponse | None:
    """Read what `save_response` wrote for this clip; None if there is nothing that can be used."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            guide = video.frames if about["guided"] else None
            shape = tuple(about["shape"])
            if shape != video.frames.shape[:3]:
                return None
            scores = StoredScores(file["values"], shape, file["times"], guide)
        return SemanticResponse(scores, tuple(about["categories"]))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, SegmentationError) as error:
        _log.warning("the stored segmentation %s cannot be used and is made anew: %s", path, error)
        return None
