"""How each pixel of a clip changes over time: what γ_t and E_static read, and whether it moves at all."""

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
_LEAST_SPREAD = 0.004  # norm over three channels in [0, 1]: one grey level


@dataclass(frozen=True, eq=False)
class PixelChanges:
    """Maps (H, W) float32 for colours in [0, 1].

    median : MAD_t ‖V(t) − V(t + 1)‖ of eq. (3)
    smooth_median : MAD_t ‖N(t) − N(t + 1)‖ of eq. (7)
    spread : standard deviation over time of the colours smoothed in space, root of the channels' sum
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


def pixel_changes(frames: NDArray[np.uint8], parameters: LoopParameters, threads: int = 2) -> PixelChanges:
    """Measure the changes of (T, H, W, 3) frames, in strips of rows."""
    h, w = frames.shape[1:3]
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
        blurred = np.empty((frames.shape[0], bottom - top, w, 3), np.float32)
        for t, frame in enumerate(frames):
            rows = np.asarray(frame[first:last], np.float32)
            soft = cv2.sepFilter2D(rows, -1, space, space, borderType=cv2.BORDER_REPLICATE)
            blurred[t] = soft[top - first : bottom - first]
        rows_out = slice(top, bottom)
        _changes(frames[:, top:bottom], blurred, step, plain[rows_out], smooth[rows_out], spread[rows_out])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(strip, range(0, h, _STRIP)))
    unit = np.float32(255)
    return PixelChanges(plain / unit, smooth / unit, spread / unit)


def _gaussian(sigma: float) -> NDArray[np.float32]:
    """Kernel of scipy's ``gaussian_filter`` with truncate = 3."""
    radius = int(3 * sigma + 0.5)
    if sigma == 0 or radius == 0:
        return np.ones(1, np.float32)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return (kernel / kernel.sum()).astype(np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def _changes(frames, blurred, step, plain, smooth, spread):
    t, h, w = frames.shape[:3]
    reach = step.size // 2
    changes = np.empty(t - 1, np.float32)
    line = np.empty((t, 3), np.float32)
    for y in range(h):
        for x in range(w):
            for i in range(t - 1):
                total = np.float32(0)
                for c in range(3):
                    d = np.float32(frames[i + 1, y, x, c]) - np.float32(frames[i, y, x, c])
                    total += d * d
                changes[i] = total
            plain[y, x] = _median_root(changes)
            variance = np.float32(0)
            for c in range(3):
                mean = np.float32(0)
                for i in range(t):
                    line[i, c] = blurred[i, y, x, c]
                    mean += line[i, c]
                mean /= np.float32(t)
                for i in range(t):
                    variance += (line[i, c] - mean) * (line[i, c] - mean)
            spread[y, x] = math.sqrt(variance / t)
            for i in range(t - 1):
                total = np.float32(0)
                for c in range(3):
                    d = np.float32(0)
                    for j in range(step.size):
                        # frames outside the clip repeat the first and the last one
                        f = min(max(i + 1 + j - reach, 0), t - 1)
                        d += step[j] * line[f, c]
                    total += d * d
                changes[i] = total
            smooth[y, x] = _median_root(changes)


@njit(cache=True, nogil=True)
def _median_root(squares):
    """Median of the roots of ``squares`` (which it reorders)."""
    n = squares.size
    middle = n // 2
    upper = _select(squares, middle)
    if n % 2:
        return math.sqrt(upper)
    lower = squares[0]
    for i in range(1, middle):
        lower = max(lower, squares[i])
    return (math.sqrt(lower) + math.sqrt(upper)) / 2


@njit(cache=True, nogil=True)
def _select(values, k):
    """Put the k-th smallest value at index k, smaller ones before it (Hoare's quickselect)."""
    low, high = 0, values.size - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            break
    return values[k]
