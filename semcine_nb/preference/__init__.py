"""Section 4: which cinemagraph a person will like. Context features, models, newcomers and their evaluation.

The names load on first use, so that importing a model does not import torch or OpenCV.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOMES = {
    "context_features": "features",
    "ContextFeatures": "features",
    "GaussianProcessModel": "gaussian_process",
    "evaluate": "evaluation",
}
__all__ = ["ContextFeatures", "GaussianProcessModel", "context_features", "evaluate"]

if TYPE_CHECKING:
    from .evaluation import evaluate
    from .features import ContextFeatures, context_features
    from .gaussian_process import GaussianProcessModel


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
