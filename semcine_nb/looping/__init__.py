"""Sections 3.2–3.3: when each pixel loops. The energy, its optimisation, and what it looks like."""

from ..rendering.labelling import Labelling, phi
from .cinemagraph import Cinemagraph, load_cinemagraph
from .energy import LoopEnergy, loop_energy
from .labels import LabelSpace
from .parameters import LoopParameters
from .solver import LoopSolver

__all__ = [
    "Cinemagraph",
    "LabelSpace",
    "Labelling",
    "LoopEnergy",
    "LoopParameters",
    "LoopSolver",
    "load_cinemagraph",
    "loop_energy",
    "phi",
]
