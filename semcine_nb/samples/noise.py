"""Noise for the procedural clips: wrapping textures, sampled anywhere, and waves that repeat in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# single precision in effect; loose, since OpenCV's own types promise less
Field = NDArray[Any]


def noise_tile(
    rng: np.random.Generator,
    shape: tuple[int, int] = (256, 256),
    slope: float = 1.6,
    stretch: tuple[float, float] = (1.0, 1.0),
    coarsest: float = 1.0,
) -> Field:
    """A texture that wraps around in both directions, with a power-law spectrum.

    Parameters: ``shape`` in texels; amplitude falls as 1/frequency^``slope`` (1 rough, 2 smooth);
    ``stretch`` (y, x) > 1 draws the grain out along that axis; waves longer than the tile divided by
    ``coarsest`` are left out. Returns (h, w) float32 of mean 0 and standard deviation 1.

    The spectrum is filled in a fixed order, so one seed gives one texture whatever the clip's size.
    """
    white = rng.standard_normal(shape).astype(np.float32)
    fy = np.fft.fftfreq(shape[0])[:, None] * shape[0] * stretch[0]
    fx = np.fft.rfftfreq(shape[1])[None] * shape[1] * stretch[1]
    frequency = np.hypot(fy, fx)
    gain = np.where(frequency >= coarsest, np.maximum(frequency, 1e-9) ** -slope, 0.0)
    tile = np.fft.irfft2(np.fft.rfft2(white) * gain, s=shape)
    return ((tile - tile.mean()) / max(float(tile.std()), 1e-9)).astype(np.float32)


def fitted_tile(tile: Field, texels_per_pixel: float) -> Field:
    """The tile shrunk to about one texel a pixel, so that sampling it sparsely does not alias."""
    if texels_per_pixel <= 1.25:
        return tile
    height, width = (max(8, round(n / texels_per_pixel)) for n in tile.shape[:2])
    return np.asarray(cv2.resize(tile, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def sample_tile(tile: Field, u: Field, v: Field) -> Field:
    """Read a wrapping tile at ``u`` (across) and ``v`` (down), in tile widths and heights."""
    height, width = tile.shape[:2]
    # remap wraps whole texels only; folding first keeps its 16-bit coordinates in range
    x = (np.mod(u, 1.0) * width).astype(np.float32)
    y = (np.mod(v, 1.0) * height).astype(np.float32)
    sampled = cv2.remap(tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(sampled, np.float32)


def drift_texture(
    tile: Field, shape: tuple[int, int], span: tuple[float, float], offset: tuple[float, float] = (0, 0)
) -> Field:
    """A (H, W) cut of a wrapping tile: ``span`` (y, x) tiles wide, moved by ``offset`` (y, x)."""
    tile = fitted_tile(tile, max(span[0] * tile.shape[0] / shape[0], span[1] * tile.shape[1] / shape[1]))
    v, u = np.meshgrid(
        np.linspace(0, span[0], shape[0], dtype=np.float32) + np.float32(offset[0]),
        np.linspace(0, span[1], shape[1], dtype=np.float32) + np.float32(offset[1]),
        indexing="ij",
    )
    return sample_tile(tile, u, v)


def grain(rng: np.random.Generator, shape: tuple[int, int], span: tuple[float, float], **tile: Any) -> Field:
    """A (H, W) cut of a new tile, ``span`` (y, x) tiles wide; ``tile`` is as of `noise_tile`."""
    return drift_texture(noise_tile(rng, **tile), shape, span)


class Ripples:
    """Slopes of a water surface: a sum of waves, each with its own period in frames.

    ``waves`` are (kx, ky, amplitude, period, phase): wave vector in radians a ground unit, height,
    period in frames at 30 fps. x, y are ground coordinates of each pixel; ``footprint`` (same shape) is the
    depth a pixel spans, and damps waves that the picture cannot resolve. A wave's slope is sin(k·x) and
    cos(k·x) with factors that depend on time only, so a frame is one small matrix product.
    """

    def __init__(self, x: Field, y: Field, waves: Sequence[Sequence[float]], footprint: Field) -> None:
        self.shape = x.shape
        kx, ky, self._amplitude, period, self._phase = np.asarray(waves, np.float64).reshape(-1, 5).T
        self._omega = 2 * np.pi / period
        self._k = kx, ky
        self._basis = np.empty((2 * len(kx), x.size), np.float32)
        for i, (across, along) in enumerate(zip(kx, ky, strict=True)):
            angle = (across * x + along * y).ravel()
            # a wave shorter than two pixels would flicker: let it vanish into the distance
            damp = np.exp(-0.5 * (np.hypot(across * 0.25, along) * footprint.ravel() / 1.4) ** 2)
            self._basis[2 * i] = np.cos(angle) * damp
            self._basis[2 * i + 1] = np.sin(angle) * damp

    def slopes(self, t: float) -> tuple[Field, Field]:
        """Surface slope across and along the line of sight at frame time ``t``, each like x."""
        angle = self._phase - self._omega * t
        # d/dx of a·sin(k·x + angle) is a·k·cos(k·x + angle)
        weights = np.empty((2, 2 * len(angle)), np.float32)
        for axis, k in enumerate(self._k):
            scale = self._amplitude * k
            weights[axis, 0::2] = scale * np.cos(angle)
            weights[axis, 1::2] = -scale * np.sin(angle)
        across, along = (weights @ self._basis).reshape(2, *self.shape)
        return across, along


def wave_set(
    rng: np.random.Generator,
    count: int,
    base_period: float,
    wavelengths: tuple[float, float],
    steepness: float,
    heading: float = np.pi / 2,
    spread: float = 0.7,
    detune: float = 0.02,
) -> list[tuple[float, float, float, float, float]]:
    """Random waves for `Ripples` whose periods are nearly ``base_period``/1, /2, /3 frames.

    Short waves are quicker, as on water. ``detune`` is the relative deviation from the exact fraction: small
    enough that the surface nearly repeats after ``base_period``, large enough that it never quite does.
    """
    waves = []
    for i in range(count):
        length = wavelengths[0] * (wavelengths[1] / wavelengths[0]) ** ((i + rng.random()) / count)
        wanted = base_period * np.sqrt(length / wavelengths[1])
        period = base_period / max(1, round(base_period / wanted)) * (1 + detune * rng.uniform(-1, 1))
        angle = heading + spread * rng.standard_normal()
        k = 2 * np.pi / length
        waves.append((k * np.cos(angle), k * np.sin(angle), steepness / k, period, rng.uniform(0, 2 * np.pi)))
    return waves
