"""Personalized cinemagraphs: from a short tripod clip to loops of the objects in it, ranked for a person.

The names below load on first use, so that a program which only rates imports neither torch nor numba.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Video": "video",
    "read_video": "video",
    "SemanticResponse": "semantics",
    "segment": "semantics",
    "Candidate": "semantics",
    "Selection": "semantics",
    "select_candidates": "semantics",
    "register_category": "semantics",
    "LoopParameters": "looping",
    "LoopEnergy": "looping",
    "LoopSolver": "looping",
    "Cinemagraph": "looping",
    "loop_energy": "looping",
    "load_cinemagraph": "looping",
    "context_features": "preference",
    "ContextFeatures": "preference",
    "RatingStore": "study",
    "make_cinemagraphs": "pipeline",
    "make_sample": "samples",
    "SemcineError": "errors",
}
_ROOMS = ("batch",)
__all__ = ["__version__", *_HOMES, *_ROOMS]

if TYPE_CHECKING:
    from . import batch
    from .errors import SemcineError
    from .looping import Cinemagraph, LoopEnergy, LoopParameters, LoopSolver, load_cinemagraph, loop_energy
    from .pipeline import make_cinemagraphs
    from .preference import ContextFeatures, context_features
    from .samples import make_sample
    from .semantics import (
        Candidate,
        Selection,
        SemanticResponse,
        register_category,
        segment,
        select_candidates,
    )
    from .study import RatingStore
    from .video import Video, read_video


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    if name in _ROOMS:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
