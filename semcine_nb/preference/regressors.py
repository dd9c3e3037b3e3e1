"""Ratings as a plain regression on features: the shared frame, and the regressors of the supplement's
footnote 3.

``scope`` says what a rating depends on: ``"global"`` the item's features v, ``"individual"`` v with a
regressor for each person, ``"subjective"`` [u; v] with coordinates u of people from ``users``: matrix
completion (``"mc"``), the auto-encoder (``"aem"``) or the joint model (``"joint"``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.decomposition import PCA

from .base import BlockScaler, Floats, PreferenceModel, Ratings, check_choice

CHUNK = 64  # people whose predictions are made in one call
SCOPES = ("global", "individual", "subjective")
USERS = ("mc", "aem", "joint")


def user_features(
    source: str,
    train: Ratings,
    held: Ratings,
    features: Floats,
    blocks: Mapping[str, slice] | None,
    dimension: int,
    seed: int,
) -> Floats:
    """Coordinates of people (n, dimension) from one of ``USERS``, of variance 1 (or constant)."""
    from .autoencoder import AutoEncoderModel
    from .completion import MatrixCompletion
    from .joint import JointModel

    rng = np.random.default_rng(seed)
    if source == "mc":
        completion = MatrixCompletion(seed=seed)
        completion._fit(train, held, features, rng)
        _, values, right = np.linalg.svd(completion.residual_, full_matrices=False)
        users = np.zeros((train.shape[1], dimension))
        k = min(dimension, len(values))
        users[:, :k] = right[:k].T * values[:k]
        scale = users.std() if users.std() > 1e-12 else 1.0
        result: Floats = users / scale
        return result
    check_choice("users", source, USERS)
    model = (
        AutoEncoderModel(dimension=dimension, seed=seed)
        if source == "aem"
        else JointModel(dimension=dimension, blocks=blocks, seed=seed)
    )
    model._fit(train, held, features, rng)
    return model.users_


class FeatureRegression(PreferenceModel):
    """Base: scaled features reduced to principal components, then a regressor of scikit-learn."""

    scope: str = "global"
    users: str = "joint"
    dimension: int = 25
    components: int = 64
    blocks: Mapping[str, slice] | None = None
    max_rows: int | None = None

    def _regressor(self, count: int) -> Any:
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
        self._people: Floats = np.zeros((n, 0))
        if self.scope == "subjective":
            self._people = user_features(
                self.users, train, held, features, self.blocks, self.dimension, self.seed
            )
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

    def _reduce(self, scaled: Floats) -> Floats:
        # a column of zeros stands for no features, which scikit-learn refuses
        if not self._told:
            return np.zeros((len(scaled), 1))
        result: Floats = scaled if self.pca_ is None else self.pca_.transform(scaled)
        return result

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

    def predict(self, return_std: bool = False) -> Any:
        """Predicted ratings (m, n) from features (and coordinates of people)."""
        self._check_fitted()
        return self._with_error(self._table(self._v), return_std)

    def _predict_items(self, features: Floats) -> Floats:
        return self._table(self._reduce(self.scaler_.transform(features)))


class RegressorModel(FeatureRegression):
    """Linear, support vector, Gaussian process or perceptron regression on [u; v] (footnote 3).

    ``kind`` is ``"linear"``, ``"svr"``, ``"gp"`` or ``"mlp"``; the second and third see at most ``max_rows``
    ratings, drawn by ``seed``, as their cost grows with the square and the cube of that number.
    """

    def __init__(
        self,
        kind: str = "linear",
        scope: str = "subjective",
        users: str = "joint",
        dimension: int = 25,
        components: int = 64,
        blocks: Mapping[str, slice] | None = None,
        max_rows: int | None = 2000,
        validation_share: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.kind = kind
        self.scope = scope
        self.users = users
        self.dimension = dimension
        self.components = components
        self.blocks = blocks
        self.max_rows = max_rows
        self.validation_share = validation_share
        self.seed = seed

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
