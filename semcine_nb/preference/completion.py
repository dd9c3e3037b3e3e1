"""Convex matrix completion: the smallest nuclear norm that fits the ratings exactly, or nearly.

Exact: min ‖X‖_* with X = Y on the known entries (Candès & Recht 2009, doi:10.1007/s10208-009-9045-5), by the
inexact augmented Lagrangian (Lin, Chen & Ma 2010, arXiv:1009.5055). Soft: min ½‖P_Ω(Y − X)‖² + λ‖X‖_* by
soft-impute (Mazumder, Hastie & Tibshirani, JMLR 2010) along a falling path of λ, chosen on validation
ratings. Both threshold singular values, for large matrices by a randomized range finder (Oh, Matsushita,
Tai & Kweon 2018, doi:10.1109/TPAMI.2017.2738633). Ratings are centered by person and item first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from .base import PreferenceModel
from .centering import Centering
from .data import Bools, Floats, Ratings, check_choice

SMALL = 400  # shorter side up to which the exact eigenvectors of the Gram matrix are cheaper
PATH = 0.7 ** np.arange(2, 13)  # λ as parts of the largest singular value


def threshold(x: Floats, tau: float, rng: np.random.Generator, rank: int = 10) -> tuple[Floats, int]:
    """D_τ(x): singular values lowered by ``tau``, never below 0. Returns it and its rank.

    ``rank`` is a guess of how many singular values exceed ``tau``, for the randomized range finder. Its steps
    are those of scikit-learn's ``randomized_svd``, which takes as long and draws other numbers: predictions
    for more than ``SMALL`` people would differ by up to .2.
    """
    if min(x.shape) <= SMALL:
        return _threshold_gram(x, tau)
    rank = max(1, min(rank, min(x.shape)))
    while True:
        width = min(rank + 10, min(x.shape))
        basis = np.linalg.qr(x @ rng.normal(size=(x.shape[1], width)))[0]
        for _ in range(2):
            basis = np.linalg.qr(x @ np.linalg.qr(x.T @ basis)[0])[0]
        left, values, right = np.linalg.svd(basis.T @ x, full_matrices=False)
        if values[-1] <= tau or width == min(x.shape):
            lowered = np.maximum(values - tau, 0.0)
            keep = lowered > 0
            return ((basis @ left[:, keep]) * lowered[keep]) @ right[keep], int(keep.sum())
        rank = 2 * width


def _threshold_gram(x: Floats, tau: float) -> tuple[Floats, int]:
    wide = x.shape[1] > x.shape[0]
    tall = x.T if wide else x
    squares, vectors = eigh(tall.T @ tall)
    values = np.sqrt(np.maximum(squares, 0.0))
    keep = values > tau
    shrunk = (vectors[:, keep] * (1 - tau / values[keep])) @ vectors[:, keep].T
    result = tall @ shrunk
    return (result.T if wide else result), int(keep.sum())


def complete_soft(
    known: Bools,
    y: Floats,
    tau: float,
    start: Floats,
    rng: np.random.Generator,
    n_iter: int = 60,
    tol: float = 2e-3,
) -> Floats:
    """Soft-impute at λ = ``tau``: fill the missing entries and threshold, until changes are below ``tol``."""
    x, rank = start, 10
    for _ in range(n_iter):
        new, rank = threshold(np.where(known, y, x), tau, rng, rank)
        change = np.linalg.norm(new - x) / max(float(np.linalg.norm(x)), 1e-12)
        x = new
        if change < tol:
            break
    return x


def complete_exact(
    known: Bools, y: Floats, rng: np.random.Generator, n_iter: int = 200, tol: float = 1e-5
) -> Floats:
    """The matrix of smallest nuclear norm that equals ``y`` where ``known``."""
    size = float(np.linalg.norm(y[known]))
    if size == 0:
        return np.zeros_like(y)
    data = np.where(known, y, 0.0)
    largest = float(np.linalg.norm(data, 2))
    multiplier, error = np.zeros_like(data), np.zeros_like(data)
    mu, rank = 1.25 / largest, 10
    x = data
    for _ in range(n_iter):
        x, rank = threshold(data - error + multiplier / mu, 1 / mu, rng, rank)
        error = np.where(known, 0.0, data - x + multiplier / mu)  # free where nothing is known
        gap = data - x - error
        multiplier = multiplier + mu * gap
        if np.linalg.norm(gap) < tol * size:
            break
        mu *= 1.05
    return x


@dataclass(eq=False, repr=False)
class MatrixCompletion(PreferenceModel):
    """Completion of the centered ratings; knows no features.

    Known entries are smoothed by the soft method, kept by the exact one.

    Parameters
    ----------
    method : ``"soft"`` or ``"exact"``.
    penalty : λ of the soft one, in parts of the largest singular value; None chooses it on validation.
    """

    method: str = "soft"
    penalty: float | None = None

    def _fit(self, train: Ratings, held: Ratings, features: Floats, rng: np.random.Generator) -> None:
        check_choice("method", self.method, ("soft", "exact"))
        self.centering_ = Centering.fit(train)
        known, y = train.known(), self.centering_.matrix(train)
        if self.method == "exact":
            self.residual_ = complete_exact(known, y, rng)
        else:
            self.residual_ = self._soft_path(known, y, held, rng)

    def _soft_path(self, known: Bools, y: Floats, held: Ratings, rng: np.random.Generator) -> Floats:
        largest = float(np.linalg.norm(y, 2))
        target = self.centering_.residual(held)
        path = PATH if self.penalty is None else [*PATH[self.penalty < PATH], self.penalty]
        x, best, best_error, worse = np.zeros_like(y), np.zeros_like(y), np.inf, 0
        for part in path:
            x = complete_soft(known, y, part * largest, x, rng)
            error = float(np.mean((target - x[held.rows, held.columns]) ** 2)) if len(held) else np.inf
            if self.penalty is not None or error < best_error or (not len(held) and part >= PATH[5]):
                best, best_error, worse, self.penalty_ = x, error, 0, float(part)
            else:
                worse += 1
                if worse == 2:
                    break
        return best

    def _predict(self) -> Floats:
        return self.centering_.full() + self.residual_
