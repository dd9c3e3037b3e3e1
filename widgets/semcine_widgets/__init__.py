"""What a person touches: one widget a file, each with its ES module beside it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOMES = {
    "CandidateGallery": "candidate_gallery",
    "CinemagraphPlayer": "cinemagraph_player",
    "LoopExplorer": "loop_explorer",
    "MaskPainter": "mask_painter",
    "RatingSession": "rating_session",
}
__all__ = ["CandidateGallery", "CinemagraphPlayer", "LoopExplorer", "MaskPainter", "RatingSession"]

if TYPE_CHECKING:
    from .candidate_gallery import CandidateGallery
    from .cinemagraph_player import CinemagraphPlayer
    from .loop_explorer import LoopExplorer
    from .mask_painter import MaskPainter
    from .rating_session import RatingSession


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
