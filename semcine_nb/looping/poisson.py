"""Screened Poisson equation on a box of pixels and frames, solved directly by fast transforms."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import scipy.fft

_CHUNK = 4  # planes or rows a task; fixed, so that results do not depend on the number of threads


def screened_poisson(
    source: np.ndarray, screening: float, closed: tuple[bool, bool, bool, bool], workers: int = 1
) -> np.ndarray:
    """Solve (ε − Δ) C = source, periodic in t, in place.

    Parameters
    ----------
    source : (N, h, w) float32; overwritten by the solution.
    screening : ε > 0.
    closed : for top, bottom, left, right: True sets C = 0 just outside (the box ends inside the picture),
        False lets it end freely (the picture's own border).
    workers : threads; the result does not depend on it.

    Notes
    -----
    Each side pair has its own fast transform that diagonalises the second difference: free–free DCT-II,
    closed–closed DST-II, mixed DCT-IV and DST-IV, with eigenvalues 2 − 2 cos(π·f/n), f = k, k + 1, k + ½.
    """
    n, h, w = source.shape
    y_forward, y_inverse, y_frequency = _transform(closed[0], closed[1], h)
    x_forward, x_inverse, x_frequency = _transform(closed[2], closed[3], w)
    planes = [slice(i, min(i + _CHUNK, n)) for i in range(0, n, _CHUNK)]
    rows = [slice(i, min(i + _CHUNK, h)) for i in range(0, h, _CHUNK)]
    in_t = 2 - 2 * np.cos(2 * np.pi * np.arange(n // 2 + 1) / n)
    in_x = (screening + in_t[:, None] + x_frequency).astype(np.float32)[:, None]
    in_y = y_frequency.astype(np.float32)[:, None]

    def forward(part: slice) -> None:
        source[part] = x_forward(y_forward(source[part], axis=1), axis=2)

    def divide(part: slice) -> None:
        spectrum = scipy.fft.rfft(source[:, part], axis=0)
        spectrum *= 1 / (in_x + in_y[part])  # cheaper than dividing complex numbers
        source[:, part] = scipy.fft.irfft(spectrum, n=n, axis=0, overwrite_x=True)

    def inverse(part: slice) -> None:
        source[part] = y_inverse(x_inverse(source[part], axis=2), axis=1)

    for task, parts in ((forward, planes), (divide, rows), (inverse, planes)):
        run_parts(task, parts, workers)
    return source


def _transform(low: bool, high: bool, n: int) -> tuple[Callable, Callable, np.ndarray]:
    kind = 2 if low == high else 4
    forward, inverse = (scipy.fft.dst, scipy.fft.idst) if low else (scipy.fft.dct, scipy.fft.idct)
    shift = 0.5 if kind == 4 else float(low)
    frequency = 2 - 2 * np.cos(np.pi * (np.arange(n) + shift) / n)
    return (
        lambda a, axis: forward(a, type=kind, axis=axis, overwrite_x=True),
        lambda a, axis: inverse(a, type=kind, axis=axis, overwrite_x=True),
        frequency,
    )


def run_parts(task: Callable[[slice], None], parts: list[slice], workers: int) -> None:
    """Run one task over fixed parts, on ``workers`` threads."""
    if workers <= 1:
        for part in parts:
            task(part)
        return
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(task, parts):
            pass
