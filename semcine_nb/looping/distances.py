"""Distances between the loops of two labels at one pixel, and the jump of one loop (eq. 2 and 4).

The distance of two labels is the mean over their common multiple of ‖S(φ₁(t)) − S(φ₂(t))‖². With g the
greatest common divisor of their periods, two frames meet if they agree modulo g, all such equally often.
So sums of the frames of each residue modulo g are enough, and the cost grows with the loops' lengths only.

`mean_distance` says this in NumPy. `distance` is the solver's kernel on bytes (exact integers, as float64),
and `signal_distance` the one for what is reported. Kernels on bytes take ``u``, the vectors U of all pixels
in one line, ``o``, where those of one pixel begin in it, and ``c``, the bytes of a frame.

Indices of bytes are unsigned: one that might be negative, for all that the compiler knows, keeps it from
adding sixteen bytes at once (measured: four to ten times slower; slices, a third slower).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

# of kernels that are called for every pixel and allocate nothing: numba need not count references to arrays
# there, which took up to half of their time
INNER: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
Label = tuple[int, int]  # period and start, frames
Sums = NDArray[np.int32]
Vectors = NDArray[np.uint8]


def mean_distance(signal: NDArray[np.float64], first: Label, second: Label) -> float:
    """Distance of two labels for one pixel's signal S, (T, C), case by case."""
    (p1, s1), (p2, s2) = sorted([first, second])
    if (p1, s1) == (p2, s2):
        return 0.0
    one, two = signal[s1 : s1 + p1], signal[s2 : s2 + p2]
    if p1 == p2:  # loop two shows, at the same times, the frames of loop one's phase
        return _mean_square(two - signal[s1 + np.mod(np.arange(s2, s2 + p2) - s1, p1)])
    g = math.gcd(p1, p2)
    sums1 = np.stack([signal[s1 + (r - s1) % g : s1 + p1 : g].sum(axis=0) for r in range(g)])
    sums2 = np.stack([signal[s2 + (r - s2) % g : s2 + p2 : g].sum(axis=0) for r in range(g)])
    return _mean_square(one) + _mean_square(two) - 2 * g / (p1 * p2) * float((sums1 * sums2).sum())


def _mean_square(values: NDArray[np.float64]) -> float:
    return float((values**2).sum() / len(values))


# --- on bytes ----------------------------------------------------------------------------------------------


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def frames_apart(u: Vectors, o: int, c: int, first: int, second: int, count: int) -> float:
    """Σ_{i < count} ‖U[first + i] − U[second + i]‖²."""
    x, y = np.uint64(o + first * c), np.uint64(o + second * c)
    total = np.int32(0)
    for i in range(np.uint64(count * c)):
        d = np.int32(u[x + i]) - np.int32(u[y + i])
        total += d * d
    return np.float64(total)


@njit(**INNER, fastmath=True)
def jump(u: Vectors, o: int, c: int, label: Label) -> float:
    """‖U[s] − U[s + p]‖² + ‖U[s − 1] − U[s + p − 1]‖²: Φ of eq. (2) for a loop, 1 ≤ s and s + p < T."""
    p, s = label
    return frames_apart(u, o, c, s - 1, s + p - 1, 2)


@njit(**INNER, fastmath=True)
def squares(u: Vectors, o: int, c: int, label: Label) -> float:
    """Σ ‖U[f]‖² over the loop's frames."""
    p, s = label
    x = np.uint64(o + s * c)
    total = np.int32(0)
    for i in range(np.uint64(p * c)):
        value = np.int32(u[x + i])
        total += value * value
    return np.float64(total)


@njit(**INNER, fastmath=True)
def residue_sums(u: Vectors, o: int, c: int, label: Label, g: int, sums: Sums) -> None:
    """Fill sums[r·C : (r + 1)·C] with Σ U[f] over the loop's frames f ≡ s + r mod g."""
    p, s = label
    n, x = np.uint64(g * c), np.uint64(o + s * c)
    for i in range(n):
        sums[i] = np.int32(u[x + i])
    for k in range(np.uint64(1), np.uint64(p // g)):
        y = x + k * n
        for i in range(n):
            sums[i] += np.int32(u[y + i])


@njit(**INNER, fastmath=True)
def _dot(x: Sums, y: Sums) -> float:
    """Inner product, in float64 (exact for sums of bytes)."""
    total = 0.0
    for i in range(x.size):
        total += np.float64(x[i]) * np.float64(y[i])
    return total


@njit(**INNER, fastmath=True)
def _to_still(u: Vectors, o: int, c: int, label: Label, frame: int, sums: Sums) -> float:
    """Distance of a loop to one still frame."""
    p = label[0]
    g = 4 if p % 4 == 0 else 1  # four frames at once are one vector
    residue_sums(u, o, c, label, g, sums)
    shown = u[o + frame * c : o + (frame + 1) * c]
    cross, norm = np.int64(0), np.int32(0)
    for k in range(c):
        total = sums[k]
        for r in range(1, g):
            total += sums[r * c + k]
        value = np.int32(shown[k])
        cross += np.int64(total * value)
        norm += value * value
    return max((squares(u, o, c, label) - 2.0 * cross) / p + norm, 0.0)


@njit(**INNER, fastmath=True)
def distance(u: Vectors, o: int, c: int, first: Label, second: Label, scratch: tuple[Sums, Sums]) -> float:
    """Distance of two labels; ``scratch`` are two of (≥ T·C,) int32."""
    (p1, s1), (p2, s2) = first, second
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
        return _to_still(u, o, c, second, s1, scratch[0])
    if p2 == 1:
        return _to_still(u, o, c, first, s2, scratch[0])
    g = math.gcd(p1, p2)
    sums1, sums2 = scratch
    residue_sums(u, o, c, first, g, sums1)
    residue_sums(u, o, c, second, g, sums2)
    # residue r of the first meets residue r + s₁ − s₂ of the second
    n, shift = g * c, (s1 - s2) % g * c
    cross = _dot(sums1[: n - shift], sums2[shift:n]) + _dot(sums1[n - shift : n], sums2[:shift])
    mean1, mean2 = squares(u, o, c, first) / p1, squares(u, o, c, second) / p2
    return max(mean1 + mean2 - 2.0 * g * cross / (np.float64(p1) * p2), 0.0)


# --- sums of steps, which all loops of a pixel share -------------------------------------------------------


@njit(**INNER, fastmath=True)
def step_sums(
    u: Vectors, o: int, c: int, step: int, sums: NDArray[np.float32], norms: NDArray[np.float64]
) -> None:
    """Fill the sums (N·C) and the summed squared norms (N,) of every ``step`` frames of a pixel."""
    for f in range(norms.size):
        x = u[o + f * step * c : o + (f + 1) * step * c]
        into = sums[f * c : (f + 1) * c]
        norm = np.int32(0)
        for k in range(x.size):
            value = np.int32(x[k])
            norm += value * value
        norms[f] = norm
        for k in range(c):
            into[k] = x[k]
        for begin in range(c, x.size, c):
            part = x[begin : begin + c]
            for k in range(c):
                into[k] += np.float32(part[k])


@njit(**INNER, fastmath=True)
def loop_sums(
    steps: NDArray[np.float32],
    norms: NDArray[np.float64],
    label: Label,
    divisors: NDArray[np.int32],
    sums: NDArray[np.float32],
) -> float:
    """Residue sums of one loop for each divisor of its length, one after the other, from `step_sums`.

    The label and the divisors count in steps; divisors end with a 0. Returns the loop's summed squared norm.
    """
    q, s = label
    c = steps.size // norms.size
    norm = 0.0
    for f in range(s, s + q):
        norm += norms[f]
    loop = steps[s * c : (s + q) * c]
    at = 0
    for g in divisors:
        if g == 0:
            break
        n = g * c
        into = sums[at : at + n]
        for i in range(n):
            into[i] = loop[i]
        for begin in range(n, q * c, n):
            part = loop[begin : begin + n]
            for i in range(n):
                into[i] += part[i]
        at += n
    return norm


@njit(**INNER, fastmath=True)
def _dot32(x: NDArray[np.float32], y: NDArray[np.float32]) -> float:
    """Inner product of float32, in float32."""
    total = np.float32(0)
    for i in range(x.size):
        total += x[i] * y[i]
    return np.float64(total)


@njit(**INNER, fastmath=True)
def rotated_dot(x: NDArray[np.float32], y: NDArray[np.float32], shift: int) -> float:
    """Inner product of x (n,) with y (n,) begun at ``shift``."""
    n = x.size - shift
    return _dot32(x[:n], y[shift:]) + _dot32(x[n:], y[:shift])


# --- on real numbers ---------------------------------------------------------------------------------------


@njit(**INNER)
def signal_distance(signal: NDArray, first: Label, second: Label, scratch: NDArray[np.float64]) -> float:
    """Distance of two labels for a pixel's signal, (T, C), in float64; ``scratch`` is (2, ≥ T, ≥ C)."""
    (p, s), (q, r) = first, second
    channels = signal.shape[1]
    total = 0.0
    if p == q:
        b = r + (s - r) % q
        for a in range(s, s + p):
            for c in range(channels):
                apart = np.float64(signal[a, c]) - np.float64(signal[b, c])
                total += apart * apart
            b = b + 1 if b + 1 < r + q else r
        return total / p
    g = math.gcd(p, q)
    scratch[:, :g] = 0
    for i, begin, length in ((0, s, p), (1, r, q)):
        residue, norm = begin % g, 0.0
        for frame in range(begin, begin + length):
            for c in range(channels):
                value = np.float64(signal[frame, c])
                scratch[i, residue, c] += value
                norm += value * value
            residue = residue + 1 if residue + 1 < g else 0
        total += norm / length
    cross = 0.0
    for residue in range(g):
        for c in range(channels):
            cross += scratch[0, residue, c] * scratch[1, residue, c]
    return max(total - 2 * g * cross / (p * q), 0.0)
