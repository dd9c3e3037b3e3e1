"""The paper's joint model: auto-encoder and regression on the same coordinates of people (eq. 8–10).

min over U, missing Y, maps and θ of Σ_Ω (y_ij − θᵀ[u_j; v_i; 1])² + λ_θ‖θ‖² + λ·(eq. 9), λ = 1/(nm).
Divided by λ, the regression weighs ρ = nm. ``predict`` gives the completed ratings. The regressor f itself
is *additive* in person and item: it ranks cinemagraphs that nobody has rated in the same order for
everybody. ``predict_items`` gives that f, because the paper does; for a personal order of new cinemagraphs
use ``GaussianProcessModel``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from .autoencoder import AutoEncoderModel, Regression
from .data import BlockScaler, Floats, Indices, Ratings, check_choice
from .newcomers import nearest_person


@dataclass(eq=False, repr=False)
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

    theta_penalty: float = 0.1
    blocks: Mapping[str, slice] | None = None
    output: str = "completed"
    newcomer: str = "fit"

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
        gram = v1.T @ (train.per_item()[:, None] * v1) + self.theta_penalty * np.eye(v1.shape[1])
        self._factor = cho_factor(gram)
        # how often each reduced feature meets each person: V1ᵀ M (r+1, n)
        self._met = (train.sparse(1.0).T @ v1).T
        self._v_target = v1.T @ train.per_item(train.values)
        self._solved_target = cho_solve(self._factor, self._v_target)
        self._train = train
        self._count, self._sums = train.per_person(), train.per_person(train.values)
        self._weight = float(n * m)

    def _fit_regression(self, u: Floats) -> None:
        """θ by ridge over all known ratings; only an L × L Schur block is new in an iteration."""
        cross = self._met @ u
        solved = cho_solve(self._factor, cross)
        block = u.T @ (self._count[:, None] * u) + self.theta_penalty * np.eye(u.shape[1])
        target = u.T @ self._sums - solved.T @ self._v_target
        self.theta_user_ = np.linalg.solve(block - cross.T @ solved, target)
        rest = self._solved_target - solved @ self.theta_user_
        self._theta_v, self.intercept_ = rest[:-1], float(rest[-1])
        self._items = self._v @ self._theta_v + self.intercept_  # c_i = θ_v·v_i + b
        error = self._train.values - self._items[self._train.rows]
        self._target_sum = self._train.per_person(error)
        self._target_squares = self._train.per_person(error**2)

    def _person_regression(self, j: int) -> Regression | None:
        total, squares = float(self._target_sum[j]), float(self._target_squares[j])
        return Regression(self.theta_user_, total, squares, int(self._count[j]), self._weight)

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

    def _predict(self) -> Floats:
        return self.predict_regressor() if self.output == "f" else self.completed_

    def predict_regressor(self) -> Floats:
        """f(u_j, v_i) = θᵀ[u; v; 1] (m, n) of the rated cinemagraphs: one order for everybody."""
        return self._f(self._items, self.users_)

    def _predict_items(self, features: Floats) -> Floats:
        return self._f(self._appeal(features), self.users_)

    def _appeal(self, features: Floats) -> Floats:
        return self.scaler_.transform(features) @ self.theta_item_ + self.intercept_

    def _f(self, appeal: Floats, users: Floats) -> Floats:
        return appeal[:, None] + (users @ self.theta_user_)[None, :]

    def _predict_newcomer(self, items: Indices, values: Floats, new: Floats | None) -> Floats:
        if self.newcomer == "nearest" or not len(items):
            shown = None if new is None else self._predict_items(new)
            return nearest_person(self.completed_, items, values, shown)
        user, completed = self.fit_user(items, values)
        return completed if new is None else self._f(self._appeal(new), user[None])[:, 0]

    def _newcomer_regression(self, items: Indices, values: Floats) -> Regression:
        error = values - self._items[items]
        total, squares = float(error.sum()), float(error @ error)
        return Regression(self.theta_user_, total, squares, len(items), self._weight)
