"""A cache of responses by content: the same clip, segmenter and settings are segmented once.

Only what a segmenter stores is kept (a coarse uint8 grid, some megabytes), never scores at full size.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..cache import ArrayCache, content_key
from ..errors import SegmentationError
from .response import SemanticResponse
from .storage import StoredScores

if TYPE_CHECKING:
    from ..video import Video


def response_key(video: Video, segmenter: Any) -> str | None:
    """A key of all that a response depends on: frames, the segmenter's ``fingerprint()``, and the code here.

    None if the segmenter has no such method: its responses are then not kept.
    """
    fingerprint = getattr(segmenter, "fingerprint", None)
    if fingerprint is None:
        return None
    return content_key("response", _code(), video.digest, segmenter.name, fingerprint())


@cache
def _code() -> str:
    """The sources of this folder by content: a segmenter that was changed makes its responses anew."""
    folder = Path(__file__).parent
    return content_key(*(path.read_bytes() for path in sorted(folder.rglob("*.py"))))


def file_fingerprint(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_response(store: ArrayCache, key: str, response: SemanticResponse) -> bool:
    """Keep a response whose scores are `StoredScores`; False if they are not, or cannot be written."""
    scores = response.scores
    if not isinstance(scores, StoredScores):
        return False
    about = {
        "shape": scores.shape[:3],
        "categories": response.categories,
        "guided": scores.guided,
        "guesses": response.guesses,
    }
    text = np.frombuffer(json.dumps(about).encode(), np.uint8)
    return store.save(key, {"values": scores.values, "times": scores.times, "about": text})


def load_response(store: ArrayCache, key: str, video: Video) -> SemanticResponse | None:
    """The response that `save_response` kept for this clip; None if there is none that can be used."""
    kept = store.load(key)
    if kept is None:
        return None
    try:
        about = json.loads(kept["about"].tobytes())
        shape = tuple(about["shape"])
        if shape != video.frames.shape[:3]:
            return None
        guide = video.frames if about["guided"] else None
        scores = StoredScores(kept["values"], shape, kept["times"], guide)
        return SemanticResponse(scores, tuple(about["categories"]), guesses=about["guesses"])
    except (KeyError, SegmentationError):  # a category that was registered then and is not now
        return None
