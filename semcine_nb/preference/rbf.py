"""The maps of the auto-encoder: Gaussian radial basis networks, or linear ones, with their derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sklearn.cluster import KMeans

from .data import Floats
from .kernels import squared_distances

WIDTHS = (0.5, 0.7, 1.0, 1.5, 2.5, 4.0)  # σ in parts of the median distance between a center and a point
FOLDS = 3


class Map(Protocol):
    """M: (k, p) → (k, t), with the derivative at one point (t, p)."""

    @property
    def weights(self) -> Floats: ...

    def __call__(self, x: Floats) -> Floats: ...

    def jacobian(self, x: Floats, columns: np.ndarray | slice = ...) -> Floats: ...


@dataclass(frozen=True)
class LinearMap:
    """M(x) = W x, ``weights`` (t, p): a matrix factorization (supplement, footnote 2)."""

    weights: Floats

    def __call__(self, x: Floats) -> Floats:
        return x @ self.weights.T

    def jacobian(self, x: Floats, columns: np.ndarray | slice = slice(None)) -> Floats:
        return self.weights[:, columns]


@dataclass(frozen=True)
class RBFMap:
    """M(x) = W κ(x), κ_i(x) = exp(−‖x − μ_i‖² / 2σ²): ``weights`` (t, d), ``centers`` (d, p), ``width`` σ."""

    weights: Floats
    centers: Floats
    width: float

    def __call__(self, x: Floats) -> Floats:
        return _basis(x, self.centers, self.width) @ self.weights.T

    def jacobian(self, x: Floats, columns: np.ndarray | slice = slice(None)) -> Floats:
        """∂M/∂x at one point x (p,), for the given coordinates of x: W diag(κ) (μ − x) / σ²."""
        kappa = _basis(x[None], self.centers, self.width)[0]
        return (self.weights * (kappa / self.width**2)) @ (self.centers[:, columns] - x[columns])


def _basis(x: Floats, centers: Floats, width: float) -> Floats:
    return np.exp(-0.5 * squared_distances(x, centers) / width**2)


def ridge(design: Floats, target: Floats, penalty: float) -> Floats:
    """Weights (t, d) of least squares with ``penalty``‖W‖², in the d × d form."""
    gram = design.T @ design + penalty * np.eye(design.shape[1])
    return np.linalg.solve(gram, design.T @ target).T


def fit_linear(x: Floats, y: Floats, penalty: float) -> LinearMap:
    """Ridge regression of y (k, t) on x (k, p), through whichever of k × k and p × p is smaller."""
    if x.shape[1] <= len(x):
        return LinearMap(ridge(x, y, penalty))
    dual = np.linalg.solve(x @ x.T + penalty * np.eye(len(x)), y)
    return LinearMap(dual.T @ x)


def fit_rbf(
    x: Floats, y: Floats, basis: int, penalty: float, seed: int, width: float | None = None
) -> RBFMap:
    """k-means centers, σ by cross-validation (kept if given), W by ridge regression (supplement, Sec. 2)."""
    d = max(1, min(basis, len(np.unique(np.round(x, 6), axis=0))))
    centers = KMeans(d, n_init=1, max_iter=30, random_state=seed).fit(x).cluster_centers_.astype(float)
    squares = squared_distances(x, centers)
    if width is None:
        width = _choose_width(squares, y, penalty, seed)
    design = np.exp(-0.5 * squares / width**2)
    return RBFMap(ridge(design, y, penalty), centers, width)


def _choose_width(squares: Floats, y: Floats, penalty: float, seed: int) -> float:
    median = np.sqrt(max(float(np.median(squares)), 1e-12))
    k = len(squares)
    if k < 2 * FOLDS:
        return float(median)
    fold = np.random.default_rng(seed).permutation(np.arange(k) % FOLDS)
    errors = []
    for factor in WIDTHS:
        design = np.exp(-0.5 * squares / (factor * median) ** 2)
        error = 0.0
        for f in range(FOLDS):
            weights = ridge(design[fold != f], y[fold != f], penalty)
            error += float(np.sum((y[fold == f] - design[fold == f] @ weights.T) ** 2))
        errors.append(error)
    return float(WIDTHS[int(np.argmin(errors))] * median)
