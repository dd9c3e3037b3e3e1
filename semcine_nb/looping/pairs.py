"""Kernels for one pixel: the jump of a loop, and the mean distance of two labels' loops (eq. 2 and 4).

Each takes ``u``, the bytes of all vectors U in one line, and ``o``, where those of one pixel begin in it, and
returns integer squared distances as float64. ``distance`` is exact for every pair of labels: with g the
greatest common divisor of two periods, the pair (t mod p₁, t mod p₂) meets every pair of frames that agree
mod g equally often, so the mean over the least common multiple needs only the sums of the frames of each
residue mod g.

Indices are unsigned: one like ``u[o + i]`` might be negative for all that the compiler knows, and that alone
keeps it from adding sixteen bytes at once (measured: four to ten times slower; slices, a third slower).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def frames_apart(u, o, c, first, second, count):
    """Σ_{i < count} ‖U[first + i] − U[second + i]‖²."""
    x, y = np.uint64(o + first * c), np.uint64(o + second * c)
    total = np.int32(0)
    for i in range(np.uint64(count * c)):
        d = np.int32(u[x + i]) - np.int32(u[y + i])
        total += d * d
    return np.float64(total)


@njit(cache=True, nogil=True, fastmath=True)
def jump(u, o, c, p, s):
    """‖U[s] − U[s + p]‖² + ‖U[s − 1] − U[s + p − 1]‖²: Φ of eq. (2) for a loop, 1 ≤ s and s + p < T."""
    return frames_apart(u, o, c, s - 1, s + p - 1, 2)


@njit(cache=True, nogil=True, fastmath=True)
def squares(u, o, c, p, s):
    """Σ ‖U[f]‖² over the loop's frames."""
    x = np.uint64(o + s * c)
    total = np.int32(0)
    for i in range(np.uint64(p * c)):
        value = np.int32(u[x + i])
        total += value * value
    return np.float64(total)


@njit(cache=True, nogil=True, fastmath=True)
def residue_sums(u, o, c, p, s, g, sums):
    """Fill sums[r·c : (r + 1)·c] with Σ U[f] over the loop's frames f ≡ s + r mod g."""
    n, x = np.uint64(g * c), np.uint64(o + s * c)
    for i in range(n):
        sums[i] = np.int32(u[x + i])
    for k in range(np.uint64(1), np.uint64(p // g)):
        y = x + k * n
        for i in range(n):
            sums[i] += np.int32(u[y + i])


@njit(cache=True, nogil=True, fastmath=True)
def dot(x, y):
    """Inner product, in float64 (exact for sums of bytes)."""
    total = 0.0
    for i in range(x.size):
        total += np.float64(x[i]) * np.float64(y[i])
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _to_still(u, o, c, p, s, frame, sums):
    """Mean distance of a loop to one still frame."""
    g = 4 if p % 4 == 0 else 1  # four frames at once are one vector
    residue_sums(u, o, c, p, s, g, sums)
    shown = u[o + frame * c : o + (frame + 1) * c]
    cross, norm = np.int64(0), np.int32(0)
    for k in range(c):
        total = sums[k]
        for r in range(1, g):
            total += sums[r * c + k]
        value = np.int32(shown[k])
        cross += np.int64(total * value)
        norm += value * value
    return max((squares(u, o, c, p, s) - 2.0 * cross) / p + norm, 0.0)


@njit(cache=True, nogil=True, fastmath=True)
def distance(u, o, c, p1, s1, p2, s2, sums1, sums2):
    """Mean over the common multiple of ‖U[φ₁(t)] − U[φ₂(t)]‖²; ``sums*`` are (≥ T·C,) int32 scratch."""
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
    if p1 == 1:
        return _to_still(u, o, c, p2, s2, s1, sums1)
    if p2 == 1:
        return _to_still(u, o, c, p1, s1, s2, sums1)
    g = math.gcd(p1, p2)
    residue_sums(u, o, c, p1, s1, g, sums1)
    residue_sums(u, o, c, p2, s2, g, sums2)
    # residue r of the first meets residue r + s₁ − s₂ of the second
    n, shift = g * c, (s1 - s2) % g * c
    cross = dot(sums1[: n - shift], sums2[shift:n]) + dot(sums1[n - shift : n], sums2[:shift])
    mean1, mean2 = squares(u, o, c, p1, s1) / p1, squares(u, o, c, p2, s2) / p2
    return max(mean1 + mean2 - 2.0 * g * cross / (np.float64(p1) * p2), 0.0)
