"""Laplacian eigenmaps of people: those who rate alike lie close (Belkin & Niyogi 2003)."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh

from .data import Floats
from .kernels import squared_distances


def laplacian_eigenmaps(points: Floats, dimension: int, neighbors: int = 10) -> Floats:
    """Embed the rows of ``points`` (n, p) in (n, dimension), every coordinate with mean 0 and variance 1.

    A symmetric graph of nearest neighbors with heat-kernel weights (doi:10.1162/089976603321780317). With
    n ≤ dimension people the coordinates that cannot exist are zero.
    """
    n = len(points)
    useful = min(dimension, n - 1)
    result = np.zeros((n, dimension))
    if useful < 1:
        return result
    squares = squared_distances(points, points)
    np.fill_diagonal(squares, np.inf)
    nearest = np.argsort(squares, axis=1)[:, : min(neighbors, n - 1)]
    rows = np.repeat(np.arange(n), nearest.shape[1])
    close = squares[rows, nearest.ravel()]
    width = max(float(np.median(close)), 1e-12)
    weights = np.zeros((n, n))
    weights[rows, nearest.ravel()] = np.exp(-close / (2 * width))
    weights = np.maximum(weights, weights.T) + 1e-6  # the constant joins what would be separate islands
    np.fill_diagonal(weights, 0.0)
    # generalized eigenvectors of L f = λ D f with the smallest λ but the first, the constant; dense, because
    # scikit-learn's iterative solver warns and falls back where almost all eigenvectors are wanted
    root = np.sqrt(weights.sum(axis=1))
    laplacian = np.eye(n) - weights / root[:, None] / root[None, :]
    coordinates = eigh(laplacian, subset_by_index=[1, useful])[1] / root[:, None]
    centered = coordinates - coordinates.mean(axis=0)
    spread = centered.std(axis=0)
    result[:, : centered.shape[1]] = centered / np.where(spread > 1e-12, spread, 1.0)
    return result
