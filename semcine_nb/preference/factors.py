"""Bayesian factors of people and items from incomplete ratings: variational EM with learned priors.

A rating is y_ij = ℓ_j · [1; z_i] + ε_ij: item i has factors z_i ~ N(0, I), person j has loadings
ℓ_j ~ N(a, A) (the first is the person's own mean) and errors of variance σ_j². Both posteriors are Gaussian
and kept with their covariances, a, A and σ² are learned, so that a person with one rating, or one who gives
3 to everything, is drawn to what people are like instead of to noise; unneeded factors vanish. The
covariance of people, A's part plus Λ Λᵀ, never has to be formed: cost is O(ratings · q²) a round, for 59
people or 10,000.

The steps are those of variational Bayesian matrix factorization (Lim & Teh, KDD Cup 2007) with hierarchical
priors (Salakhutdinov & Mnih, ICML 2008, doi:10.1145/1390156.1390267).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import svds

from .data import Floats, Ratings

NOISE_STRENGTH = 10.0  # ratings' worth of belief that a person errs as others do
FEW = 10.0  # ratings' worth of belief that errors have the variance below; it matters for the first few only
ERROR = 0.7
PRIOR_STRENGTH = 3.0  # people's worth of belief in the starting A


@dataclass
class Factors:
    """``items`` (m, q) with ``item_cov`` (m, q, q); ``people`` (n, q+1) with ``people_cov``; ``noise`` (n,)
    σ²; ``mean`` (q+1,) and ``cov`` (q+1, q+1), a and A of the population."""

    items: Floats
    item_cov: Floats
    people: Floats
    people_cov: Floats
    noise: Floats
    mean: Floats
    cov: Floats

    def rotated(self, rotation: Floats) -> Factors:
        """The same model with z replaced by rotationᵀ z (an orthogonal q × q matrix)."""
        full = np.eye(len(self.mean))
        full[1:, 1:] = rotation
        return Factors(
            self.items @ rotation,
            rotation.T @ self.item_cov @ rotation,
            self.people @ full,
            full.T @ self.people_cov @ full,
            self.noise,
            self.mean @ full,
            full.T @ self.cov @ full,
        )


class FactorData:
    """The ratings in the sparse forms that the updates multiply with."""

    def __init__(self, ratings: Ratings) -> None:
        self.ratings = ratings
        self.y = ratings.sparse()
        self.known = ratings.sparse(1.0)
        self.y_t = sp.csr_array(self.y.T)
        self.known_t = sp.csr_array(self.known.T)
        self.count = ratings.per_person().astype(float)
        self.squares = ratings.per_person(ratings.values**2)


def start_factors(data: FactorData, rank: int, rng: np.random.Generator) -> Factors:
    """Biases and a singular value decomposition of what they leave, in the model's scaling."""
    ratings = data.ratings
    m, n = ratings.shape
    average = ratings.average()
    residual = ratings.values - average
    bias = ratings.per_person(residual) / (data.count + 5)
    residual = residual - bias[ratings.columns]
    variance = float(np.sum(residual**2) + 2 * FEW * ERROR) / (len(ratings) + FEW)
    q = max(1, min(rank, m, n))
    matrix = ratings.sparse(residual)
    if min(m, n) <= 2 * q + 2:
        left, values, right = np.linalg.svd(matrix.toarray(), full_matrices=False)
        left, values, right = left[:, :q], values[:q], right[:q]
    else:
        left, values, right = svds(matrix, k=q, rng=rng)
        left, values, right = left[:, ::-1], values[::-1], right[::-1]
    share = len(ratings) / (m * n)
    items = left * np.sqrt(m)
    loadings = right.T * values / np.sqrt(m) / max(share, 0.05)
    loadings *= min(1.0, np.sqrt(0.7 * variance / max(float(np.sum(loadings**2)) / n, 1e-9)))
    people = np.column_stack([average + bias, loadings])
    start_cov = np.diag(np.concatenate([[0.25 * variance], np.full(q, 0.5 * variance / q)]))
    mean = people.mean(axis=0)
    return Factors(
        items,
        np.tile(0.3 * np.eye(q), (m, 1, 1)),
        people,
        np.tile(0.1 * start_cov, (n, 1, 1)),
        np.full(n, 0.5 * variance),
        mean,
        start_cov + np.cov(people.T, bias=True).reshape(q + 1, q + 1),
    )


def item_information(f: Factors, data: FactorData) -> tuple[Floats, Floats]:
    """The information of the ratings on each z_i: precision H (m, q, q) and H·(its estimate) (m, q)."""
    n, q = len(f.people), f.items.shape[1]
    weight = 1 / f.noise
    second = f.people[:, 1:, None] * f.people[:, None, 1:] + f.people_cov[:, 1:, 1:]
    cross = f.people[:, 1:] * f.people[:, :1] + f.people_cov[:, 1:, 0]
    precision = (data.known @ (second.reshape(n, -1) * weight[:, None])).reshape(-1, q, q)
    target = data.y @ (f.people[:, 1:] * weight[:, None]) - data.known @ (cross * weight[:, None])
    return precision, target


def update_items(f: Factors, data: FactorData) -> None:
    """z_i given the people, with the plain prior N(0, I)."""
    precision, target = item_information(f, data)
    f.item_cov = np.linalg.inv(precision + np.eye(f.items.shape[1]))
    f.items = np.einsum("iab,ib->ia", f.item_cov, target)


def update_people(f: Factors, data: FactorData, learn_prior: bool = True) -> None:
    """ℓ_j given the items, then σ_j² and, unless told otherwise, a and A."""
    m, q = f.items.shape
    phi = np.column_stack([np.ones(m), f.items])
    second = phi[:, :, None] * phi[:, None, :]
    second[:, 1:, 1:] += f.item_cov
    sums = (data.known_t @ second.reshape(m, -1)).reshape(-1, q + 1, q + 1)
    products = data.y_t @ phi
    inverse = np.linalg.inv(f.cov)
    precision = inverse + sums / f.noise[:, None, None]
    f.people_cov = np.linalg.inv(precision)
    f.people = np.einsum("jab,jb->ja", f.people_cov, inverse @ f.mean + products / f.noise[:, None])
    moments = f.people[:, :, None] * f.people[:, None, :] + f.people_cov
    error = data.squares - 2 * np.sum(f.people * products, axis=1) + np.einsum("jab,jab->j", moments, sums)
    common = float(error.sum() + FEW * ERROR) / float(data.count.sum() + FEW)
    f.noise = np.maximum((NOISE_STRENGTH * common + error) / (NOISE_STRENGTH + data.count), 1e-3)
    if learn_prior:
        n = len(f.people)
        f.mean = f.people.mean(axis=0)
        centered = f.people - f.mean
        scatter = centered.T @ centered + f.people_cov.sum(axis=0)
        floor = PRIOR_STRENGTH * np.diag(np.concatenate([[0.3], np.full(q, 0.3 / q)])) * common
        f.cov = (scatter + floor) / (n + PRIOR_STRENGTH)


def fit_factors(
    data: FactorData, rank: int, n_iter: int, rng: np.random.Generator, tol: float = 1e-3
) -> Factors:
    """Alternate both updates until the predictions of the known ratings stop moving (RMS below ``tol``)."""
    f = start_factors(data, rank, rng)
    before = predict_known(f, data.ratings)
    for _ in range(n_iter):
        update_items(f, data)
        update_people(f, data)
        now = predict_known(f, data.ratings)
        if len(now) and np.sqrt(np.mean((now - before) ** 2)) < tol:
            break
        before = now
    return f


def predict_known(f: Factors, at: Ratings) -> Floats:
    """Predicted ratings at the entries of ``at`` (k,), without the full matrix."""
    result = np.empty(len(at))
    for start in range(0, len(at), 200_000):
        part = slice(start, start + 200_000)
        people = f.people[at.columns[part]]
        result[part] = people[:, 0] + np.einsum("kq,kq->k", people[:, 1:], f.items[at.rows[part]])
    return result
