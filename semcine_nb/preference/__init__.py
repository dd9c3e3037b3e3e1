"""Section 4: which cinemagraph a person will like. Context features, models, newcomers and their evaluation.

The names load on first use, so that importing a model imports neither torch nor OpenCV.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .autoencoder import AutoEncoderModel
    from .comparison import compare, figure_8_models, tune
    from .completion import MatrixCompletion
    from .evaluation import Evaluation, evaluate, evaluate_models
    from .features import ContextFeatures, context_features
    from .gaussian_process import GaussianProcessModel
    from .joint import JointModel
    from .ranking import Ranking, rank
    from .recommenders import BiasedMFModel, BiasModel, ConstantModel, RandomModel, UserKNNModel
    from .regressors import ForestModel, RegressorModel

_HOMES = {
    "context_features": "features",
    "ContextFeatures": "features",
    "GaussianProcessModel": "gaussian_process",
    "JointModel": "joint",
    "AutoEncoderModel": "autoencoder",
    "MatrixCompletion": "completion",
    "ForestModel": "regressors",
    "RegressorModel": "regressors",
    "ConstantModel": "recommenders",
    "RandomModel": "recommenders",
    "BiasModel": "recommenders",
    "UserKNNModel": "recommenders",
    "BiasedMFModel": "recommenders",
    "Evaluation": "evaluation",
    "evaluate": "evaluation",
    "evaluate_models": "evaluation",
    "compare": "comparison",
    "figure_8_models": "comparison",
    "tune": "comparison",
    "Ranking": "ranking",
    "rank": "ranking",
}

__all__ = [
    "AutoEncoderModel",
    "BiasModel",
    "BiasedMFModel",
    "ConstantModel",
    "ContextFeatures",
    "Evaluation",
    "ForestModel",
    "GaussianProcessModel",
    "JointModel",
    "MatrixCompletion",
    "RandomModel",
    "Ranking",
    "RegressorModel",
    "UserKNNModel",
    "compare",
    "context_features",
    "evaluate",
    "evaluate_models",
    "figure_8_models",
    "rank",
    "tune",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
