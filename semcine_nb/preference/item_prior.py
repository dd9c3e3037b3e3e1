"""The Gaussian process over item factors: what the features say about z before anybody rates an item.

Factor k has covariance K_k = w_k K + (1 − w_k) I over items (K of mean diagonal 1), K from ``ItemKernel``
and w_k the share of the factor that the features explain. With K = U diag(e) Uᵀ every product is two thin
matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .data import Floats

SHARES = np.concatenate([[0.0], np.linspace(0.05, 0.95, 19), [0.98]])


@dataclass
class ItemPrior:
    """``vectors`` U (m, r), ``values`` e (r,), ``shares`` w (q,)."""

    vectors: Floats
    values: Floats
    shares: Floats

    def spectrum(self) -> Floats:
        """Eigenvalues of every K_k on U (r, q); off U they are 1 − w_k."""
        return self.shares * self.values[:, None] + (1 - self.shares)

    def root(self, z: Floats) -> Floats:
        """K_k^{1/2} z_k for every column k."""
        return self._apply(np.sqrt(self.spectrum()), np.sqrt(1 - self.shares), z)

    def inverse(self, z: Floats) -> Floats:
        """K_k⁻¹ z_k for every column k."""
        return self._apply(1 / self.spectrum(), 1 / (1 - self.shares), z)

    def _apply(self, on: Floats, off: Floats, z: Floats) -> Floats:
        inside = self.vectors.T @ z
        return off * z + self.vectors @ ((on - off) * inside)

    def posterior_variance(self, noise: Floats) -> Floats:
        """Variance (m, q) of each z_ik when every z_k is observed with variance ``noise`` (q,)."""
        on = 1 / (1 / self.spectrum() + 1 / noise)
        off = 1 / (1 / (1 - self.shares) + 1 / noise)
        return off + (self.vectors**2) @ (on - off)

    def alone(self, noise: Floats) -> Floats:
        """Prior variance (m, q) of each z_ik given the other items, themselves observed with ``noise``."""
        return np.maximum(1 / np.maximum(1 / self.posterior_variance(noise) - 1 / noise, 1.0), 1e-4)

    def predict(self, cross: Floats, own: Floats, z: Floats, noise: Floats) -> tuple[Floats, Floats]:
        """Mean and variance (m', q) of new items' factors from their kernel: ``cross`` (m', m), ``own``
        (m',)."""
        mean = self.shares * (cross @ self.inverse(z))
        inside = cross @ self.vectors
        outside = np.maximum((cross**2).sum(1) - (inside**2).sum(1), 0.0)
        known = (inside**2) @ (1 / (self.spectrum() + noise)) + outside[:, None] / (1 - self.shares + noise)
        return mean, np.maximum(self.shares * own[:, None] + 1 - self.shares - self.shares**2 * known, 1e-3)

    def learn_shares(self, z: Floats, noise: Floats) -> None:
        """Set w_k to the best of a grid by the evidence of z_k (m,) seen with variance ``noise[k]``."""
        inside = self.vectors.T @ z
        outside = np.maximum((z**2).sum(0) - (inside**2).sum(0), 0.0)
        free = z.shape[0] - len(self.values)
        scores = []
        for w in SHARES:
            on = w * self.values[:, None] + (1 - w) + noise
            off = (1 - w) + noise
            scores.append(-0.5 * ((np.log(on) + inside**2 / on).sum(0) + free * np.log(off) + outside / off))
        self.shares = SHARES[np.argmax(scores, axis=0)]


def solve_items(
    prior: ItemPrior, precision: Floats, target: Floats, start: Floats, n_iter: int = 60, tol: float = 1e-10
) -> Floats:
    """Posterior mean (m, q) of all z under the prior, ratings saying H_i z_i = ``target``_i, by conjugate
    gradients.

    With z = K^{1/2} x the system (I + K^{1/2} H K^{1/2}) x = K^{1/2} target is symmetric and at least I.
    SciPy's ``cg`` is no faster; where it stops early it stops elsewhere (predictions differ by up to .005).
    """

    def product(x: Floats) -> Floats:
        return x + prior.root(np.einsum("iab,ib->ia", precision, prior.root(x)))

    right = prior.root(target)
    x = prior.root(prior.inverse(start))
    residual = right - product(x)
    direction, size = residual.copy(), float(np.sum(residual**2))
    stop = tol * max(float(np.sum(right**2)), 1e-30)
    for _ in range(n_iter):
        if size <= stop:
            break
        moved = product(direction)
        step = size / float(np.sum(direction * moved))
        x += step * direction
        residual -= step * moved
        size, before = float(np.sum(residual**2)), size
        direction = residual + (size / before) * direction
    return prior.root(x)
