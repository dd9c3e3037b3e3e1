"""Numba cores of ``coarse`` and ``period_tables``: costs of blocks, summed over their pixels and pairs."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .pairs import distance, frames_apart, jump
from .problem import pair_cost


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _add_drift(u, o, c, first, lag, weight, into):
    """Add to each channel of each frame f ≥ first its weighted squared difference from frame f + lag.

    Sums of channels wait until all pixels are added: this way the compiler adds eight channels at once.
    """
    x = u[o + first * c : o + first * c + into.size]
    y = u[o + (first + lag) * c : o + (first + lag) * c + into.size]
    for i in range(into.size):
        d = np.int32(x[i]) - np.int32(y[i])
        into[i] += weight * np.float32(d * d)


@njit(cache=True, nogil=True, fastmath=True)
def start_jumps(vectors, scale, gamma, p, starts, block):
    """E_temp of every start, ascending, of one period, summed over blocks: (starts, R, C) float64."""
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    total = np.zeros((starts.size, -(-h // block), -(-w // block)))
    first = starts[0] - 1  # a jump is read from this frame on
    drift = np.empty((starts[-1] - first + 1) * c, np.float32)
    for i in range(total.shape[1]):
        for j in range(total.shape[2]):
            drift[:] = 0
            for y in range(i * block, min((i + 1) * block, h)):
                for x in range(j * block, min((j + 1) * block, w)):
                    if gamma[y, x] != 0:
                        _add_drift(u, (y * w + x) * t * c, c, first, p, np.float32(gamma[y, x]), drift)
            for k in range(starts.size):
                begin = (starts[k] - 1 - first) * c
                total[k, i, j] = scale * drift[begin : begin + 2 * c].sum()
    return total


@njit(cache=True, nogil=True, fastmath=True)
def start_pairs(vectors, scale, right, down, p, starts, step, block, wanted):
    """Exact costs between blocks for every two starts of one period, from prefix sums of frame distances."""
    rows, columns = wanted.shape
    t, c = vectors.shape[2:]
    n, multiples = starts.size, (t - 1) // p
    table_right = np.zeros((rows, columns, n, n), np.float32)
    table_down = np.zeros((rows, columns, n, n), np.float32)
    drift = np.empty((t - step) * c, np.float32)
    # prefix[m, k]: distance of frames m·p apart from the first start up to frame k·step
    prefix = np.zeros((multiples + 2, t // step + 2))
    # whole periods between two starts, and the column of `prefix` where the rest ends: divided once
    whole, rest_end = np.zeros((n, n), np.int32), np.zeros((n, n), np.int32)
    for a in range(n):
        for b in range(a + 1, n):
            whole[a, b] = (starts[b] - starts[a]) // p
            rest_end[a, b] = (starts[b] - whole[a, b] * p) // step
    at = starts // step
    period_later = (starts + p) // step
    for i in range(rows):
        for j in range(columns):
            for d in range(2):
                i2, j2 = (i, j + 1) if d == 0 else (i + 1, j)
                if i2 >= rows or j2 >= columns or not (wanted[i, j] and wanted[i2, j2]):
                    continue
                for m in range(1, multiples + 1):
                    across = drift[: max(t - m * p - step, 0) * c]
                    across[:] = 0
                    _add_border(vectors, down if d else right, block, i, j, d, step, m * p, across)
                    for k in range(1, (t - m * p - 1) // step + 1):
                        part = across[(k - 1) * step * c : k * step * c]
                        prefix[m, k + 1] = prefix[m, k] + part.sum()
                table = table_down[i, j] if d else table_right[i, j]
                for a in range(n):
                    for b in range(a + 1, n):
                        q, end = whole[a, b], rest_end[a, b]
                        cost = prefix[q + 1, end] - prefix[q + 1, at[a]]
                        if q:
                            cost += prefix[q, period_later[a]] - prefix[q, end]
                        table[a, b] = table[b, a] = scale * cost / p
    return table_right, table_down


@njit(cache=True, nogil=True, fastmath=True)
def _add_border(vectors, weights, block, i, j, d, first, lag, into):
    """Add the drift of both pixels of every pair between block (i, j) and the one right of it or below."""
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    top, left = i * block, j * block
    for k in range(min(block, w - left if d else h - top)):
        y, x = (top + block - 1, left + k) if d else (top + k, left + block - 1)
        o = (y * w + x) * t * c
        _add_drift(u, o, c, first, lag, np.float32(weights[y, x]), into)
        _add_drift(u, o + (w if d else 1) * t * c, c, first, lag, np.float32(weights[y, x]), into)


@njit(cache=True, nogil=True)
def period_unaries(vectors, scale, gamma, right, down, short_cost, short_range, periods, starts, block):
    """Σ over each block of E_temp, E_label and the inner pairs for the labels (p, s*(x|p))."""
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    size = t * c
    total = np.zeros((periods.size, -(-h // block), -(-w // block)))
    scratch = np.zeros(size, np.int32)
    for y in range(h):
        for x in range(w):
            o = (y * w + x) * size
            for i in range(periods.size):
                p, s = periods[i], starts[i, y, x]
                cost = scale * gamma[y, x] * jump(u, o, c, p, s)
                if p <= short_range:
                    cost += short_cost[y, x]
                for d in range(2):
                    y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                    if y2 >= h or x2 >= w or y2 // block != y // block or x2 // block != x // block:
                        continue
                    r = starts[i, y2, x2]
                    if r != s:
                        o2 = (y2 * w + x2) * size
                        weight = scale * (right[y, x] if d == 0 else down[y, x])
                        cost += pair_cost(u, o, o2, c, weight, p, s, p, r, scratch, scratch)
                total[i, y // block, x // block] += cost
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _step_sums(u, o, c, step, steps, square):
    """Sums of every ``step`` frames of a pixel, and of their squared norms."""
    for f in range(square.size):
        x = u[o + f * step * c : o + (f + 1) * step * c]
        into = steps[f * c : (f + 1) * c]
        norm = np.int32(0)
        for k in range(x.size):
            value = np.int32(x[k])
            norm += value * value
        square[f] = norm
        for k in range(c):
            into[k] = x[k]
        for begin in range(c, x.size, c):
            part = x[begin : begin + c]
            for k in range(c):
                into[k] += np.float32(part[k])


@njit(cache=True, nogil=True, fastmath=True)
def _dot(x, y):
    """Inner product of float32, in float32."""
    total = np.float32(0)
    for i in range(x.size):
        total += x[i] * y[i]
    return np.float64(total)


@njit(cache=True, nogil=True, fastmath=True)
def _loop_sums(steps, square, s, q, c, divisors, sums):
    """Residue sums of one loop for each divisor of its length q in steps, one after the other; its norm."""
    norm = 0.0
    for f in range(s, s + q):
        norm += square[f]
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


@njit(cache=True, nogil=True, fastmath=True)
def label_pairs(
    vectors, scale, right, down, periods, starts, stills, divisors, step, block, block_rows, todo,
    table_right, table_down,
):  # fmt: skip
    """Costs of (p, s*(x|p)) and stills between the blocks of some rows and those right of and below them.

    Fills the tables (R, C, L, L) where ``todo`` (2, R, C) says so, right and down.
    """
    h, w, t, c = vectors.shape
    u = vectors.reshape(vectors.size)
    n, m = periods.size, stills.size
    # where the sums of divisor g begin in a loop's list
    offset = np.full((n, t // step + 2), -1, np.int32)
    longest = 0
    for i in range(n):
        at = 0
        for k in range(divisors.shape[1]):
            if divisors[i, k] == 0:
                break
            offset[i, divisors[i, k]] = at
            at += divisors[i, k]
        longest = max(longest, at)
    common = np.empty((n, n), np.int32)
    for i in range(n):
        for j in range(n):
            common[i, j] = math.gcd(periods[i] // step, periods[j] // step)
    count = t // step
    steps, square = np.zeros(count * c, np.float32), np.zeros(count)
    sums1, sums2 = np.zeros((n, longest * c), np.float32), np.zeros((n, longest * c), np.float32)
    norms1, norms2 = np.zeros(n), np.zeros(n)
    scratch = np.zeros(t * c, np.int32)
    cost, mirrored = np.zeros((n + m, n + m)), np.zeros((n, n))
    for i in range(block_rows[0], block_rows[1]):
        for j in range(todo.shape[2]):  # what an interrupted call left there must not be added to
            if todo[0, i, j]:
                table_right[i, j] = 0
            if todo[1, i, j]:
                table_down[i, j] = 0
    for y in range(block_rows[0] * block, min(block_rows[1] * block, h)):
        for x in range(w):
            for d in range(2):
                y2, x2 = (y, x + 1) if d == 0 else (y + 1, x)
                if y2 >= h or x2 >= w or (y2 // block == y // block and x2 // block == x // block):
                    continue
                if not todo[d, y // block, x // block]:
                    continue
                weight = scale * (right[y, x] if d == 0 else down[y, x])
                cost[:] = 0
                for end in range(2):
                    o = ((y * w + x) if end == 0 else (y2 * w + x2)) * t * c
                    _step_sums(u, o, c, step, steps, square)
                    same = True
                    for i in range(n):
                        begin, length = starts[i, y, x] // step, periods[i] // step
                        norms1[i] = _loop_sums(steps, square, begin, length, c, divisors[i], sums1[i])
                        same = same and starts[i, y, x] == starts[i, y2, x2]
                    if not same:
                        for i in range(n):
                            begin, length = starts[i, y2, x2] // step, periods[i] // step
                            norms2[i] = _loop_sums(steps, square, begin, length, c, divisors[i], sums2[i])
                    other, norms = (sums1, norms1) if same else (sums2, norms2)
                    for i in range(n):
                        p, s = periods[i], starts[i, y, x]
                        for j in range(n):
                            q, r = periods[j], starts[j, y2, x2]
                            if i == j:
                                if s != r:
                                    cost[i, i] += distance(u, o, c, p, s, p, r, scratch, scratch)
                                continue
                            if same and j < i:
                                cost[i, j] += mirrored[i, j]
                                continue
                            g = common[i, j]
                            size, shift = g * c, (s - r) // step % g * c
                            first = sums1[i, offset[i, g] * c : offset[i, g] * c + size]
                            second = other[j, offset[j, g] * c : offset[j, g] * c + size]
                            cross = _dot(first[: size - shift], second[shift:])
                            cross += _dot(first[size - shift :], second[:shift])
                            # the same residue mod g·step meets once in step frames of the other loop
                            apart = norms1[i] / p + norms[j] / q - 2.0 * g * cross / (np.float64(p) * q)
                            cost[i, j] += apart
                            mirrored[j, i] = apart
                        for j in range(m):
                            shown = u[o + stills[j] * c : o + (stills[j] + 1) * c]
                            cross = np.float32(0)
                            cross2 = np.float32(0)
                            norm = np.float32(0)
                            for k in range(c):
                                value = np.float32(shown[k])
                                norm += value * value
                                cross += sums1[i, k] * value
                                cross2 += other[i, k] * value
                            cost[i, n + j] += norms1[i] / p + norm - 2.0 * cross / p
                            cost[n + j, i] += norms[i] / p + norm - 2.0 * cross2 / p
                    for i in range(m):
                        for j in range(m):
                            if i != j:
                                cost[n + i, n + j] += frames_apart(u, o, c, stills[i], stills[j], 1)
                table = table_right[y // block, x // block] if d == 0 else table_down[y // block, x // block]
                for i in range(n + m):
                    for j in range(n + m):
                        table[i, j] += np.float32(weight * max(cost[i, j], 0.0))
