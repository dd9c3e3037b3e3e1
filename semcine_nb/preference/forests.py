"""Random forests of Fig. 8: global (G-RF), individual (I-RF) and subjective (S-RF, "Model 1" of Sec. 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.ensemble import RandomForestRegressor

from .regressors import FeatureRegression


class ForestModel(FeatureRegression):
    """A forest of 10 trees ("10 number of ensembles") on v, on v for each person, or on [u; v].

    Parameters
    ----------
    scope : ``"global"``, ``"individual"`` or ``"subjective"``.
    users : where u comes from, for the last: ``"mc"``, ``"aem"`` or ``"joint"``; ``dimension`` of it.
    trees, leaf : size of the forest, fewest ratings in a leaf. A third of the features is tried at each
    split.
    components : principal components of the scaled features that v is reduced to.
    """

    def __init__(
        self,
        scope: str = "global",
        users: str = "joint",
        dimension: int = 25,
        trees: int = 10,
        leaf: int = 3,
        components: int = 64,
        blocks: Mapping[str, slice] | None = None,
        validation_share: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.scope = scope
        self.users = users
        self.dimension = dimension
        self.trees = trees
        self.leaf = leaf
        self.components = components
        self.blocks = blocks
        self.validation_share = validation_share
        self.seed = seed

    def _regressor(self, count: int) -> Any:
        return RandomForestRegressor(
            self.trees, min_samples_leaf=self.leaf, max_features=1 / 3, random_state=self.seed
        )
