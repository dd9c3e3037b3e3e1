"""Section 4.1 of the paper: showing cinemagraphs to people, and keeping what they said.

Nothing in here loads torch or numba: a server of many raters could not afford it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOMES = {
    "RatingStore": "store",
    "RatingMatrix": "store",
    "Event": "events",
    "Protocol": "protocol",
    "Session": "protocol",
    "Showing": "protocol",
    "participant_link": "protocol",
    "Review": "preparation",
    "krippendorff_alpha": "agreement",
    "rater_consistency": "agreement",
    "SimulatedStudy": "simulation",
    "simulate_study": "simulation",
}
__all__ = [
    "Event",
    "Protocol",
    "RatingMatrix",
    "RatingStore",
    "Review",
    "Session",
    "Showing",
    "SimulatedStudy",
    "krippendorff_alpha",
    "participant_link",
    "rater_consistency",
    "simulate_study",
]

if TYPE_CHECKING:
    from .agreement import krippendorff_alpha, rater_consistency
    from .events import Event
    from .preparation import Review
    from .protocol import Protocol, Session, Showing, participant_link
    from .simulation import SimulatedStudy, simulate_study
    from .store import RatingMatrix, RatingStore


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
