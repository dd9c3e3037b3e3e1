"""Kernels for one pixel: the jump of a loop, and the mean distance of two labels' loops (eq. 2 and 4).

Each takes ``u``, the bytes of all vectors U in one line, and ``o``, where those of one pixel begin in it (a
view for each pixel would cost more than the sums), and returns integer squared distances as float64.
``distance`` is exact for every pair of labels: with g the greatest common divisor of two periods, the pair
(t mod p₁, t mod p₂) meets every pair of frames that agree mod g equally often, so the mean over the least
common multiple needs only the sums of the frames of each residue mod g.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def frames_apart(u, o, c, first, second, count):
    """Σ_{i < count} ‖U[first + i] − U[second + i]‖²."""
    a, b = o + first * c, o + second * c
    total = np.float32(0)
    for i in range(count * c):
        d = np.float32(u[a + i]) - np.float32(u[b + i])
        total += d * d
    return np.float64(total)


@njit(cache=True, nogil=True, fastmath=True)
def jump(u, o, c, p, s):
    """‖U[s] − U[s + p]‖² + ‖U[s − 1] − U[s + p − 1]‖²: Φ of eq. (2) for a loop."""
    return frames_apart(u, o, c, s - 1, s + p - 1, 2)


@njit(cache=True, nogil=True, fastmath=True)
def squares(u, o, c, p, s):
    """Σ ‖U[f]‖² over the loop's frames."""
    total = np.int32(0)
    for i in range(o + s * c, o + (s + p) * c):
        value = np.int32(u[i])
        total += np.int32(value * value)
    return total


@njit(cache=True, nogil=True, fastmath=True)
def residue_sums(u, o, c, p, s, g, sums):
    """Fill sums[r] with Σ U[f] over the loop's frames f ≡ s + r mod g."""
    for r in range(g):
        for k in range(0, c, 8):
            # eight scalars, which the compiler keeps in one vector register
            a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = np.int32(0)
            for f in range(s + r, s + p, g):
                i = o + f * c + k
                a0 += np.int32(u[i])
                a1 += np.int32(u[i + 1])
                a2 += np.int32(u[i + 2])
                a3 += np.int32(u[i + 3])
                a4 += np.int32(u[i + 4])
                a5 += np.int32(u[i + 5])
                a6 += np.int32(u[i + 6])
                a7 += np.int32(u[i + 7])
            sums[r, k] = a0
            sums[r, k + 1] = a1
            sums[r, k + 2] = a2
            sums[r, k + 3] = a3
            sums[r, k + 4] = a4
            sums[r, k + 5] = a5
            sums[r, k + 6] = a6
            sums[r, k + 7] = a7


@njit(cache=True, nogil=True, fastmath=True)
def distance(u, o, c, p1, s1, p2, s2, sums1, sums2):
    """Mean over the common multiple of ‖U[φ₁(t)] − U[φ₂(t)]‖²; ``sums*`` are (≥ T, C) float32 scratch."""
    if p1 == p2:
        if s1 == s2:
            return 0.0
        if s2 < s1:
            s1, s2 = s2, s1
        if p1 == 1:
            return frames_apart(u, o, c, s1, s2, 1)
        q, r = (s2 - s1) // p1, (s2 - s1) % p1
        total = frames_apart(u, o, c, s1, s1 + (q + 1) * p1, r)
        if q:
            total += frames_apart(u, o, c, s1 + r, s1 + r + q * p1, p1 - r)
        return total / p1
    g = math.gcd(p1, p2)
    residue_sums(u, o, c, p1, s1, g, sums1)
    residue_sums(u, o, c, p2, s2, g, sums2)
    cross = 0.0
    for r1 in range(g):
        r2 = (s1 + r1 - s2) % g
        part = np.float32(0)
        for k in range(c):
            part += sums1[r1, k] * sums2[r2, k]
        cross += part
    mean1, mean2 = squares(u, o, c, p1, s1) / p1, squares(u, o, c, p2, s2) / p2
    return max(mean1 + mean2 - 2.0 * g * cross / (np.float64(p1) * p2), 0.0)
