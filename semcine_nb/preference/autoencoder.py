"""An auto-encoder of rating vectors with missing values (Carreira-Perpiñán & Lu 2011,
doi:10.1109/ICDM.2011.67).

eq. (9): ‖U − M_l(Y)‖² + ‖Y − M_h(U)‖² + λ_R(‖W_l‖² + ‖W_h‖²), over the coordinates U, the missing entries
of Y and the maps. With the maps fixed it separates over people: ``PersonProblem`` is that of one of them, and
takes Gauss–Newton steps, with eq. (10)'s term when the joint model adds it. With r = r's known and missing
residuals,

    r₁ = u − M_l(r),  r₂ = r − M_h(u),  r₃ = y − c − θ_u·u over the rated items,
    g_u = r₁ − J_hᵀ r₂ − ρ(Σ r₃)θ_u,  g_y = −J_lᵀ r₁ + r₂,miss,
    H_uu = I + J_hᵀJ_h + ρ|Ω|θ_uθ_uᵀ,  H_uy = −(J_l + J_h,missᵀ),  H_yy = I + J_lᵀJ_l,

J_l (L × missing) and J_h (m × L) the maps' derivatives. H_yy is inverted by Woodbury's identity (L × L).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import RatingError
from .base import PreferenceModel
from .completion import MatrixCompletion
from .data import Floats, Indices, Ratings, check_choice
from .eigenmaps import laplacian_eigenmaps
from .rbf import Map, fit_linear, fit_rbf

HALVINGS = 8


@dataclass(frozen=True)
class Regression:
    """eq. (10) for one person: ρ Σ (target_i − θ_u·u)² over the rated items; only Σ and the count matter."""

    theta: Floats
    target_sum: float
    target_squares: float
    count: int
    weight: float

    def loss(self, u: Floats) -> float:
        s = float(self.theta @ u)
        return self.weight * (self.target_squares - 2 * s * self.target_sum + self.count * s * s)


@dataclass(frozen=True)
class PersonProblem:
    """The contribution of one person to eq. (8) divided by λ, with the maps and θ fixed.

    A function of the coordinates u (L,) and the centered ratings r (m,), whose entries ``missing`` (q,) are
    free. ``lower`` is M_l, ``upper`` M_h; ``regression`` is the joint model's term.
    """

    missing: Indices
    lower: Map
    upper: Map
    regression: Regression | None = None

    def loss(self, u: Floats, r: Floats) -> float:
        """The contribution, without the regularizers of the maps."""
        r1, r2 = self._residuals(u, r)
        loss = float(np.sum(r1**2) + np.sum(r2**2))
        return loss + (self.regression.loss(u) if self.regression else 0.0)

    def gradient(self, u: Floats, r: Floats) -> tuple[Floats, Floats]:
        """Half the derivatives of the loss by u (L,) and by the missing entries of r (q,)."""
        r1, r2 = self._residuals(u, r)
        g_u = r1 - self.upper.jacobian(u).T @ r2
        f = self.regression
        if f:
            g_u = g_u - f.weight * (f.target_sum - f.count * float(f.theta @ u)) * f.theta
        return g_u, -self.lower.jacobian(r, self.missing).T @ r1 + r2[self.missing]

    def step(self, u: Floats, r: Floats) -> tuple[Floats, Floats]:
        """The Gauss–Newton step (du, dy_missing), which minimizes the linearized loss."""
        g_u, g_y = self.gradient(u, r)
        j_l, j_h = self.lower.jacobian(r, self.missing), self.upper.jacobian(u)
        size = np.eye(len(u))
        h_uu = size + j_h.T @ j_h
        f = self.regression
        if f:
            h_uu = h_uu + f.weight * f.count * np.outer(f.theta, f.theta)
        h_uy = -(j_l + j_h[self.missing].T)
        core = np.linalg.inv(size + j_l @ j_l.T)

        def solve_yy(x: Floats) -> Floats:
            return x - j_l.T @ (core @ (j_l @ x))

        du = np.linalg.solve(h_uu - h_uy @ solve_yy(h_uy.T), -g_u + h_uy @ solve_yy(g_y))
        return du, solve_yy(-g_y - h_uy.T @ du)

    def improve(self, u: Floats, r: Floats) -> tuple[Floats, Floats]:
        """u and r after one step, halved until the loss falls; unchanged where no step helps."""
        before = self.loss(u, r)
        du, dy = self.step(u, r)
        step = 1.0
        for _ in range(HALVINGS):
            new_u, new_r = u + step * du, r.copy()
            new_r[self.missing] += step * dy
            if self.loss(new_u, new_r) < before:
                return new_u, new_r
            step /= 2
        return u, r

    def _residuals(self, u: Floats, r: Floats) -> tuple[Floats, Floats]:
        return u - self.lower(r[None])[0], r - self.upper(u[None])[0]


@dataclass(eq=False, repr=False)
class AutoEncoderModel(PreferenceModel):
    """Completes ratings and finds coordinates of people by alternating eq. (9); knows no features.

    Parameters
    ----------
    mapping : ``"rbf"`` or ``"linear"`` maps.
    dimension : L, coordinates of a person; basis : d, radial basis functions (25 and 25 in the paper).
    penalty : λ_R. n_iter : most outer iterations; 0 is the start, completion and eigenmaps.
    patience : iterations without a better validation error after which to stop; the best one is kept.

    Attributes
    ----------
    completed_ (m, n), known ratings kept; users_ (n, L); history_ : validation RMSE of each iteration from 0.
    """

    mapping: str = "rbf"
    dimension: int = 25
    basis: int = 25
    penalty: float = 0.1
    n_iter: int = 20
    patience: int = 2

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        check_choice("mapping", self.mapping, ("rbf", "linear"))
        if self.dimension < 1 or self.basis < 1:
            raise RatingError(f"dimension and basis must be 1 or more; got {self.dimension} and {self.basis}")
        self._widths: list[float | None] = [None, None]
        start = MatrixCompletion(seed=self.seed)
        start._fit(train, held, features, rng)
        self.centering_ = start.centering_
        known, given = train.known(), self.centering_.matrix(train)
        r = np.where(known, given, start.residual_).T.copy()
        self._missing = [np.flatnonzero(~column) for column in known.T]
        u = laplacian_eigenmaps(start.residual_.T, self.dimension)
        self._prepare(train, features)
        self._fit_maps(u, r)
        self._fit_regression(u)
        target = self.centering_.residual(held)
        self.history_ = [self._held(target, held, r)]
        self._keep(u, r)
        best, since = np.inf, 0
        for iteration in range(self.n_iter):
            for j in range(len(u)):
                u[j], r[j] = self._person(j).improve(u[j], r[j])
            error = self._held(target, held, r)
            self.history_.append(error)
            if error < best or iteration == 0:
                best, since = error, 0
                self._keep(u, r)
            else:
                since += 1
                if since >= self.patience:
                    break
            self._fit_maps(u, r)
            self._fit_regression(u)
        self._restore()

    @staticmethod
    def _held(target: Floats, held: Ratings, r: Floats) -> float:
        return float(np.sqrt(np.mean((target - r[held.columns, held.rows]) ** 2))) if len(held) else 0.0

    def _fit_maps(self, u: Floats, r: Floats) -> None:
        """W by ridge, centers by k-means; σ is cross-validated once, at the start."""
        if self.mapping == "linear":
            self.lower_: Map = fit_linear(r, u, self.penalty)
            self.upper_: Map = fit_linear(u, r, self.penalty)
            return
        lower = fit_rbf(r, u, self.basis, self.penalty, self.seed, self._widths[0])
        upper = fit_rbf(u, r, self.basis, self.penalty, self.seed, self._widths[1])
        self._widths = [lower.width, upper.width]
        self.lower_, self.upper_ = lower, upper

    def _keep(self, u: Floats, r: Floats) -> None:
        self._best = (u.copy(), r.copy(), self.lower_, self.upper_)

    def _restore(self) -> None:
        self.users_, residual, self.lower_, self.upper_ = self._best
        self.completed_ = self.centering_.full() + residual.T
        del self._best

    def _person(self, j: int) -> PersonProblem:
        return PersonProblem(self._missing[j], self.lower_, self.upper_, self._person_regression(j))

    # the joint model adds its regression here

    def _prepare(self, train: Ratings, features: Floats) -> None:
        pass

    def _fit_regression(self, u: Floats) -> None:
        pass

    def _person_regression(self, j: int) -> Regression | None:
        return None

    def _newcomer_regression(self, items: Indices, values: Floats) -> Regression | None:
        return None

    def _predict(self) -> Floats:
        return self.completed_

    def fit_user(self, items: Indices, values: Floats, steps: int = 15) -> tuple[Floats, Floats]:
        """u (L,) and ratings (m,) of a newcomer, solved for with the maps fixed (Sec. 4.2)."""
        bias = self.centering_.newcomer(items, values)
        base = self.centering_.average + self.centering_.items + bias
        r: Floats = np.zeros(self.ratings_.shape[0])
        r[items] = values - base[items]
        missing = np.setdiff1d(np.arange(len(r)), items)
        u = self.lower_(r[None])[0]
        r[missing] = self.upper_(u[None])[0][missing]
        person = PersonProblem(missing, self.lower_, self.upper_, self._newcomer_regression(items, values))
        for _ in range(steps):
            new_u, r = person.improve(u, r)
            moved, u = float(np.abs(new_u - u).max()), new_u
            if moved < 1e-4:
                break
        return u, base + r
