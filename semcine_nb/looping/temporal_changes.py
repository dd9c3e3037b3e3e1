"""Changes of each pixel of a clip over time, which γ_t and E_static read, and whether it moves at all."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from .parameters import LoopParameters

_STRIP = 32  # rows that one task works on
# pixels looked at together: their frames fit into the processor's caches (32 or fewer are five times slower:
# the compiler unrolls so short a loop instead of working on eight at once)
_LANES = 64
_LEAST_SPREAD = 0.004  # norm over three channels in [0, 1]: one gray level


@dataclass(frozen=True, eq=False)
class TemporalChanges:
    """Maps (H, W) float32 for colors in [0, 1].

    median : MAD_t ‖V(t) − V(t + 1)‖ of eq. (3)
    smooth_median : MAD_t ‖N(t) − N(t + 1)‖ of eq. (7)
    spread : standard deviation over time of the colors smoothed in space, root of the channels' sum
    """

    median: NDArray[np.float32]
    smooth_median: NDArray[np.float32]
    spread: NDArray[np.float32]

    def moving(self) -> NDArray[np.bool_]:
        """(H, W): where the picture changes by more than the noise of the clip, be it now and then.

        The noise is taken from the calmest twentieth of blocks of 16 × 16 pixels. Outside a target a pixel
        that shows nothing but noise is static for certain: looping it could not be seen, and a loop of noise
        is so cheap that whole backgrounds would follow an object. (A median would not do here: the
        edge of a waving flag covers its outermost pixels in fewer than half of the frames.)
        """
        h, w = self.spread.shape
        blocks = cv2.resize(self.spread, (max(w // 16, 1), max(h // 16, 1)), interpolation=cv2.INTER_AREA)
        noise = float(np.quantile(blocks, 0.05))
        return self.spread > max(_LEAST_SPREAD, 2 * noise)


def temporal_changes(
    frames: NDArray[np.uint8], parameters: LoopParameters, threads: int = 2
) -> TemporalChanges:
    """Measure the changes of (T, H, W, 3) frames, in strips of rows."""
    h, w = frames.shape[1:3]
    lines = frames.reshape(len(frames), h, 3 * w)
    plain, smooth, spread = (np.empty((h, w), np.float32) for _ in range(3))
    space = _gaussian(parameters.sigma_space)
    time = _gaussian(parameters.sigma_time)
    # the change of a smoothed signal is the signal filtered with the kernel's own change
    step = np.zeros(len(time) + 1, np.float32)
    step[:-1] += time
    step[1:] -= time

    def strip(top: int) -> None:
        bottom = min(top + _STRIP, h)
        reach = len(space) // 2
        first, last = max(top - reach, 0), min(bottom + reach, h)
        blurred = np.empty((len(frames), bottom - top, 3 * w), np.float32)
        for t, frame in enumerate(frames):
            rows = np.asarray(frame[first:last], np.float32)
            soft = cv2.sepFilter2D(rows, -1, space, space, borderType=cv2.BORDER_REPLICATE)
            blurred[t] = soft[top - first : bottom - first].reshape(bottom - top, -1)
        maps = (part[top:bottom] for part in (plain, smooth, spread))
        _changes(lines[:, top:bottom], blurred, step, *maps)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(strip, range(0, h, _STRIP)))
    unit = np.float32(255)
    return TemporalChanges(plain / unit, smooth / unit, spread / unit)


def _gaussian(sigma: float) -> NDArray[np.float32]:
    """Kernel of scipy's ``gaussian_filter`` with truncate = 3."""
    radius = int(3 * sigma + 0.5)
    if sigma == 0 or radius == 0:
        return np.ones(1, np.float32)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return (kernel / kernel.sum()).astype(np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def _changes(frames, blurred, step, plain, smooth, spread):
    """The three maps (h, w) of a strip of the frames (T, h, w·3), and of the same blurred in space."""
    (t, h), w = frames.shape[:2], plain.shape[1]
    reach = step.size // 2 - 1
    line = np.zeros((t, 3 * _LANES), np.float32)
    # frames outside the clip repeat the first and the last one
    longer = np.zeros((t + 2 * reach, 3 * _LANES), np.float32)
    found = np.empty(_LANES, np.float32)
    one = np.array([-1, 1], np.float32)
    for y in range(h):
        for x in range(0, w, _LANES):
            n = min(_LANES, w - x)
            for i in range(t):
                line[i, : 3 * n] = frames[i, y, 3 * x : 3 * (x + n)]
            _median_changes(line, one, found)
            plain[y, x : x + n] = found[:n]
            for i in range(t + 2 * reach):
                f = min(max(i - reach, 0), t - 1)
                longer[i, : 3 * n] = blurred[f, y, 3 * x : 3 * (x + n)]
            _median_changes(longer, step, found)
            smooth[y, x : x + n] = found[:n]
            _deviations(longer[reach : reach + t], found)
            spread[y, x : x + n] = found[:n]


@njit(cache=True, nogil=True, fastmath=True)
def _median_changes(line, step, found):
    """Median over time of the norm of what ``step`` makes of each pixel: line (T, 3·n), found (n,)."""
    count = len(line) - step.size + 1
    squares = np.empty((count, _LANES), np.float32)
    filtered = np.empty(3 * _LANES, np.float32)
    for i in range(count):
        filtered[:] = 0
        for j in range(step.size):
            row = line[i + j]
            for x in range(3 * _LANES):
                filtered[x] += step[j] * row[x]
        for x in range(_LANES):
            r, g, b = filtered[3 * x], filtered[3 * x + 1], filtered[3 * x + 2]
            squares[i, x] = r * r + g * g + b * b
    upper = _smallest(squares, count // 2)
    lower = upper if count % 2 else _smallest(squares, count // 2 - 1)
    for x in range(_LANES):
        found[x] = (math.sqrt(lower[x]) + math.sqrt(upper[x])) / 2


@njit(cache=True, nogil=True)
def _smallest(values, k):
    """The k-th smallest (from 0) of each column of (N, n) float32, none negative: (n,).

    Such numbers are in the order of their bits. Of the result these are set from the highest on, all columns
    at once, wherever at most k values lie below what that makes.
    """
    bits = values.view(np.int32)
    found = np.zeros(_LANES, np.int32)
    below = np.empty(_LANES, np.int32)
    for place in range(30, -1, -1):
        bit = np.int32(1 << place)
        for x in range(_LANES):
            found[x] += bit
            below[x] = 0
        for i in range(len(bits)):
            row = bits[i]
            for x in range(_LANES):
                below[x] += np.int32(row[x] < found[x])  # without the cast it is done in int64
        for x in range(_LANES):
            if below[x] > k:
                found[x] -= bit
    return found.view(np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def _deviations(line, found):
    """Root of the channels' summed variances over time: line (T, 3·n), found (n,)."""
    mean = np.zeros(3 * _LANES, np.float32)
    for i in range(len(line)):
        for x in range(3 * _LANES):
            mean[x] += line[i, x]
    mean /= np.float32(len(line))
    variance = np.zeros(3 * _LANES, np.float32)
    for i in range(len(line)):
        for x in range(3 * _LANES):
            apart = line[i, x] - mean[x]
            variance[x] += apart * apart
    for x in range(_LANES):
        found[x] = math.sqrt((variance[3 * x] + variance[3 * x + 1] + variance[3 * x + 2]) / len(line))
