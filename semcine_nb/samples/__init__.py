"""Procedural clips that look like scenes and whose truth is known: for demos, lessons, tests and training."""

from __future__ import annotations

import importlib

from ..errors import VideoError
from .sample import OneHotScores, Sample, film

__all__ = ["OneHotScores", "Sample", "make_sample", "sample_names"]

_SCENES = ("pond", "portrait", "flags", "harbour", "waterfall")


def sample_names() -> tuple[str, ...]:
    """Names that `make_sample` knows."""
    return _SCENES


def make_sample(
    name: str, seed: int = 0, size: tuple[int, int] = (480, 270), seconds: float = 3.0, fps: float = 30.0
) -> Sample:
    """Paint one of the procedural clips, with exact masks, objects and their periods.

    Parameters: ``name``, one of `sample_names`; ``seed`` of everything random in it; ``size`` (width, height)
    in pixels; ``seconds`` of film; ``fps`` frames a second. Same arguments, same frames.

    Raises: `VideoError` for an unknown name, or a size or length that is too small.
    """
    if name not in _SCENES:
        raise VideoError(f"no sample is called {name!r}; there are {', '.join(_SCENES)}")
    module = importlib.import_module(f".{name}", __name__)
    return film(name, module.set_up, seed, size, seconds, fps)
