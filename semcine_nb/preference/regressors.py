"""Ratings as a plain regression on features: the forests of Fig. 8 and the regressors of footnote 3.

``scope`` says what a rating depends on: ``"global"`` the item's features v, ``"individual"`` v with a
regressor for each person, ``"subjective"`` [u; v] with coordinates u of people from ``users``: matrix
completion (``"mc"``), the auto-encoder (``"aem"``) or the joint model (``"joint"``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.decomposition import PCA

from .autoencoder import AutoEncoderModel
from .base import PreferenceModel
from .completion import MatrixCompletion
from .data import BlockScaler, Floats, Ratings, check_choice
from .joint import JointModel

CHUNK = 64  # people whose predictions are made in one call
SCOPES = ("global", "individual", "subjective")
USERS = ("mc", "aem", "joint")


@dataclass(eq=False, repr=False)
class FeatureRegression(PreferenceModel):
    """Base: scaled features reduced to principal components, then a regressor of scikit-learn.

    Parameters
    ----------
    scope : ``"global"``, ``"individual"`` or ``"subjective"``.
    users : where u comes from, for the last: ``"mc"``, ``"aem"`` or ``"joint"``; ``dimension`` of it.
    components : principal components of the scaled features that v is reduced to.
    blocks : name → slice of the features' columns, each scaled by its largest absolute value.
    max_rows : most ratings that one regressor sees, drawn by ``seed``; None takes all.
    """

    scope: str = "global"
    users: str = "joint"
    dimension: int = field(default=25, kw_only=True)
    components: int = field(default=64, kw_only=True)
    blocks: Mapping[str, slice] | None = field(default=None, kw_only=True)
    max_rows: int | None = field(default=None, kw_only=True)

    def _regressor(self, count: int) -> Any:
        """An unfitted regressor for ``count`` ratings."""
        raise NotImplementedError

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        check_choice("scope", self.scope, SCOPES)
        self.scaler_ = BlockScaler.fit(features, self.blocks)
        scaled = self.scaler_.transform(features)
        # features that are the same for all say as little as none, and have no principal components
        self._told = bool(scaled.size and np.ptp(scaled, axis=0).any())
        size = min(self.components, *scaled.shape) if self._told else 0
        self.pca_ = PCA(size, random_state=self.seed).fit(scaled) if 0 < size < scaled.shape[1] else None
        self._v = self._reduce(scaled)
        n = train.shape[1]
        subjective = self.scope == "subjective"
        self._people = self._coordinates(train, held, features) if subjective else np.zeros((n, 0))
        self.average_ = train.average()
        self._models: list[Any] = []
        if self.scope == "individual":
            for j in range(n):
                mine = train.take(train.columns == j)
                self._models.append(self._fitted(self._v[mine.rows], mine.values))
        else:
            some = train
            if self.max_rows is not None and len(train) > self.max_rows:
                some = train.take(np.sort(rng.permutation(len(train))[: self.max_rows]))
            design = np.column_stack([self._people[some.columns], self._v[some.rows]])
            self._models.append(self._fitted(design, some.values))

    def _coordinates(self, train: Ratings, held: Ratings, features: Floats) -> Floats:
        """Coordinates u of people (n, dimension), of variance 1 (or constant)."""
        check_choice("users", self.users, USERS)
        models: dict[str, MatrixCompletion | AutoEncoderModel] = {
            "mc": MatrixCompletion(seed=self.seed),
            "aem": AutoEncoderModel(dimension=self.dimension, seed=self.seed),
            "joint": JointModel(dimension=self.dimension, blocks=self.blocks, seed=self.seed),
        }
        model = models[self.users]
        model._fit(train, held, features, np.random.default_rng(self.seed))
        if not isinstance(model, MatrixCompletion):
            return model.users_
        _, values, right = np.linalg.svd(model.residual_, full_matrices=False)
        users: Floats = np.zeros((train.shape[1], self.dimension))
        k = min(self.dimension, len(values))
        users[:, :k] = right[:k].T * values[:k]
        return users / (users.std() if users.std() > 1e-12 else 1.0)

    def _reduce(self, scaled: Floats) -> Floats:
        # a column of zeros stands for no features, which scikit-learn refuses
        if not self._told:
            return np.zeros((len(scaled), 1))
        return scaled if self.pca_ is None else self.pca_.transform(scaled)

    def _fitted(self, design: Floats, target: Floats) -> Any:
        """A fitted regressor, or the mean to predict where there is too little to fit one."""
        if len(target) < 2:
            return float(target.mean()) if len(target) else self.average_
        return self._regressor(len(target)).fit(design, target)

    def _table(self, v: Floats) -> Floats:
        n = self.ratings_.shape[1]
        result = np.empty((len(v), n))
        if not len(v):
            return result
        if self.scope == "global":
            result[:] = self._apply(self._models[0], v)[:, None]
        elif self.scope == "individual":
            for j, model in enumerate(self._models):
                result[:, j] = self._apply(model, v)
        else:
            for start in range(0, n, CHUNK):
                people = self._people[start : start + CHUNK]
                design = np.column_stack([np.repeat(people, len(v), axis=0), np.tile(v, (len(people), 1))])
                result[:, start : start + CHUNK] = self._apply(self._models[0], design).reshape(-1, len(v)).T
        return result

    @staticmethod
    def _apply(model: Any, design: Floats) -> Floats:
        return np.full(len(design), model) if isinstance(model, float) else np.asarray(model.predict(design))

    def _predict(self) -> Floats:
        return self._table(self._v)

    def _predict_items(self, features: Floats) -> Floats:
        return self._table(self._reduce(self.scaler_.transform(features)))


@dataclass(eq=False, repr=False)
class ForestModel(FeatureRegression):
    """Random forests of Fig. 8: global (G-RF), individual (I-RF), subjective (S-RF, "Model 1" of Sec. 4.2).

    ``trees`` in a forest (10 as in the paper: "10 number of ensembles") and fewest ratings in a ``leaf``. A
    third of the features is tried at each split. The other parameters are those of ``FeatureRegression``.
    """

    trees: int = 10
    leaf: int = 3

    def _regressor(self, count: int) -> Any:
        from sklearn.ensemble import RandomForestRegressor

        return RandomForestRegressor(
            self.trees, min_samples_leaf=self.leaf, max_features=1 / 3, random_state=self.seed
        )


@dataclass(eq=False, repr=False)
class RegressorModel(FeatureRegression):
    """Linear, support vector, Gaussian process or perceptron regression on [u; v] (supplement, footnote 3).

    ``kind`` is ``"linear"``, ``"svr"``, ``"gp"`` or ``"mlp"``. The cost of the second grows with the square
    of the number of ratings and that of the third with its cube, so ``max_rows`` is 2000 by default. The
    other parameters are those of ``FeatureRegression``.
    """

    scope: str = field(default="subjective", kw_only=True)
    users: str = field(default="joint", kw_only=True)
    max_rows: int | None = field(default=2000, kw_only=True)
    kind: str = "linear"

    def _regressor(self, count: int) -> Any:
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, WhiteKernel
        from sklearn.linear_model import RidgeCV
        from sklearn.neural_network import MLPRegressor
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVR

        width = np.sqrt(self._v.shape[1] + self._people.shape[1])
        kinds: dict[str, Any] = {
            "linear": lambda: RidgeCV(alphas=np.logspace(-2, 4, 13)),
            "svr": lambda: SVR(C=1.0),
            "gp": lambda: GaussianProcessRegressor(
                0.5 * RBF(width) + WhiteKernel(0.5), optimizer=None, normalize_y=True, random_state=self.seed
            ),
            "mlp": lambda: MLPRegressor(
                hidden_layer_sizes=(64,), alpha=1.0, early_stopping=count >= 50, random_state=self.seed
            ),
        }
        check_choice("kind", self.kind, list(kinds))
        return make_pipeline(StandardScaler(), kinds[self.kind]())
