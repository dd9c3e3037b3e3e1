"""The paper's joint model: auto-encoder and regression on the same coordinates of people (eq. 8–10).

min over U, missing Y, maps and θ of Σ_Ω (y_ij − θᵀ[u_j; v_i; 1])² + λ_θ‖θ‖² + λ·(eq. 9), λ = 1/(nm).
Divided by λ, the regression weighs ρ = nm. ``predict`` gives the completed ratings. The regressor f itself
is *additive* in person and item: it ranks cinemagraphs that nobody has rated in the same order for
everybody. ``predict_items`` gives that f, because the paper does; for a personal order of new cinemagraphs
use ``GaussianProcessModel``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_factor, cho_solve

from .autoencoder import AutoEncoderModel, Regression
from .base import BlockScaler, Floats, Ratings, check_choice
from .newcomers import nearest_person


class JointModel(AutoEncoderModel):
    """Eq. (8) by alternating Gauss–Newton and least squares, stopped on the validation ratings.

    Parameters
    ----------
    mapping, dimension, basis, n_iter, patience : see ``AutoEncoderModel``.
    penalty, theta_penalty : λ_R and λ_θ (both 0.1 in the paper).
    blocks : name → slice of the features' columns, each scaled by its largest absolute value.
    output : ``"completed"`` ratings, or ``"f"``, the regressor alone, as what ``predict`` gives.
    newcomer : ``"fit"`` u with the maps fixed, or the ``"nearest"`` person (the paper's way).

    Attributes
    ----------
    theta_user_ (L,), theta_item_ (d,), intercept_ : θ on scaled features; and those of ``AutoEncoderModel``.
    """

    def __init__(
        self,
        mapping: str = "rbf",
        dimension: int = 25,
        basis: int = 25,
        penalty: float = 0.1,
        theta_penalty: float = 0.1,
        n_iter: int = 20,
        patience: int = 2,
        blocks: Mapping[str, slice] | None = None,
        output: str = "completed",
        newcomer: str = "fit",
        validation_share: float = 0.1,
        seed: int = 0,
    ) -> None:
        super().__init__(mapping, dimension, basis, penalty, n_iter, patience, validation_share, seed)
        self.theta_penalty = theta_penalty
        self.blocks = blocks
        self.output = output
        self.newcomer = newcomer

    def _prepare(self, train: Ratings, features: Floats) -> None:
        """Reduce V to its rank once, and factorize the (v, 1) block of the normal equations once."""
        check_choice("output", self.output, ("completed", "f"))
        check_choice("newcomer", self.newcomer, ("fit", "nearest"))
        m, n = train.shape
        self.scaler_ = BlockScaler.fit(features, self.blocks)
        scaled = self.scaler_.transform(features)
        if scaled.shape[1] > m:
            squares, left = np.linalg.eigh(scaled @ scaled.T)
            keep = squares > 1e-10 * max(float(squares[-1]), 1e-30)
            root = np.sqrt(squares[keep])
            self._v = left[:, keep] * root
            self._axes: Floats | None = scaled.T @ (left[:, keep] / root)
        else:
            self._v, self._axes = scaled, None
        v1 = np.column_stack([self._v, np.ones(m)])
        per_item = np.bincount(train.rows, minlength=m)
        gram = v1.T @ (per_item[:, None] * v1) + self.theta_penalty * np.eye(v1.shape[1])
        self._factor = cho_factor(gram)
        # how often each reduced feature meets each person: V1ᵀ M (r+1, n)
        self._met = (train.sparse(1.0).T @ v1).T
        self._v_target = v1.T @ np.bincount(train.rows, train.values, minlength=m)
        self._solved_target = cho_solve(self._factor, self._v_target)
        self._train = train
        self._count = np.bincount(train.columns, minlength=n)
        self._sums = np.bincount(train.columns, train.values, minlength=n)
        self._weight = float(n * m)

    def _fit_regression(self, u: Floats) -> None:
        """θ by ridge over all known ratings; only an L × L Schur block is new in an iteration."""
        cross = self._met @ u
        solved = cho_solve(self._factor, cross)
        block = u.T @ (self._count[:, None] * u) + self.theta_penalty * np.eye(u.shape[1])
        self.theta_user_ = np.linalg.solve(
            block - cross.T @ solved, u.T @ self._sums - solved.T @ self._v_target
        )
        rest = self._solved_target - solved @ self.theta_user_
        self._theta_v, self.intercept_ = rest[:-1], float(rest[-1])
        self._items = self._v @ self._theta_v + self.intercept_  # c_i = θ_v·v_i + b
        error = self._train.values - self._items[self._train.rows]
        n = len(u)
        self._target_sum = np.bincount(self._train.columns, error, minlength=n)
        self._target_squares = np.bincount(self._train.columns, error**2, minlength=n)

    def _person_regression(self, j: int) -> Regression | None:
        return Regression(
            self.theta_user_,
            float(self._target_sum[j]),
            float(self._target_squares[j]),
            int(self._count[j]),
            self._weight,
        )

    def objective(self, u: Floats, r: Floats) -> float:
        """Eq. (8) divided by λ at the present maps and θ, for u (n, L) and centered ratings r (n, m)."""
        maps = sum(float(np.sum(part.weights**2)) for part in (self.lower_, self.upper_))
        fit = np.sum((u - self.lower_(r)) ** 2) + np.sum((r - self.upper_(u)) ** 2)
        theta = float(np.sum(self.theta_user_**2) + np.sum(self._theta_v**2) + self.intercept_**2)
        people = [self._person_regression(j) for j in range(len(u))]
        regression = sum(p.loss(u[j]) for j, p in enumerate(people) if p)
        return float(fit + self.penalty * maps + regression + self._weight * self.theta_penalty * theta)

    def _keep(self, u: Floats, r: Floats) -> None:
        super()._keep(u, r)
        self._best_theta = (self.theta_user_, self._theta_v, self.intercept_, self._items)

    def _restore(self) -> None:
        super()._restore()
        self.theta_user_, self._theta_v, self.intercept_, self._items = self._best_theta
        self.theta_item_ = self._theta_v if self._axes is None else self._axes @ self._theta_v

    def predict(self, return_std: bool = False) -> Any:
        """Completed ratings (m, n), or f where ``output="f"``."""
        self._check_fitted()
        result = self.predict_regressor() if self.output == "f" else self.completed_
        return self._with_error(result, return_std)

    def predict_regressor(self) -> Floats:
        """f(u_j, v_i) = θᵀ[u; v; 1] (m, n) of the rated cinemagraphs: one order for everybody."""
        result: Floats = self._items[:, None] + (self.users_ @ self.theta_user_)[None, :]
        return result

    def _predict_items(self, features: Floats) -> Floats:
        scaled = self.scaler_.transform(features)
        appeal = scaled @ self.theta_item_ + self.intercept_
        result: Floats = appeal[:, None] + (self.users_ @ self.theta_user_)[None, :]
        return result

    def predict_newcomer(self, items: Sequence[int], values: ArrayLike, return_std: bool = False) -> Any:
        """Ratings (m,) of a person who gave ``values`` to ``items``, by ``newcomer``'s way."""
        self._check_fitted()
        index, given = self.check_newcomer(items, values)
        if self.newcomer == "nearest" or not len(index):
            return self._with_error(nearest_person(self.completed_, index, given), return_std)
        return self._with_error(self.fit_user(index, given, self._new_regression)[1], return_std)

    def _new_regression(self, items: NDArray[np.int64], values: Floats) -> Regression:
        error = values - self._items[items]
        return Regression(
            self.theta_user_, float(error.sum()), float(error @ error), len(items), self._weight
        )
