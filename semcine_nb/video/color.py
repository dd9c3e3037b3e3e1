"""Color of decoded frames: the matrix of their YUV, and high dynamic range brought to a normal display."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# code points of ITU-T H.273, as FFmpeg numbers them
PQ, HLG = 16, 18
_BT709, _UNSPECIFIED, _FCC, _BT470BG, _SMPTE170M, _SMPTE240M, _BT2020 = 1, 2, 4, 5, 6, 7, 9
_P3_D65 = 12
_FULL_RANGE = 2

HDR_PEAK = 1000.0  # cd/m², the peak that HLG is defined for and that most PQ masters have
SDR_WHITE = 203.0  # cd/m², HDR reference white of ITU-R BT.2408: shown as the white of a normal display
_M1, _M2 = 2610 / 16384, 2523 / 32  # of SMPTE ST 2084's curve, as the three below
_C1, _C2, _C3 = 3424 / 4096, 2413 / 128, 2392 / 128

# RGB to CIE XYZ of BT.2020 and Display P3 taken to BT.709, D65 throughout (ITU-R BT.2087; SMPTE EG 432-1)
_TO_BT709 = {
    _BT2020: [
        [1.660491, -0.587641, -0.072850],
        [-0.124550, 1.132900, -0.008349],
        [-0.018151, -0.100579, 1.118730],
    ],
    _P3_D65: [[1.224940, -0.224940, 0.0], [-0.042057, 1.042057, 0.0], [-0.019638, -0.078636, 1.098274]],
}


def matrix_of(colorspace: int, width: int, height: int) -> int:
    """Code (H.273) of a stream's YUV matrix: the one named, else BT.709 from 720 lines or 1280 columns."""
    if colorspace in (_BT709, _FCC, _SMPTE240M, _BT2020):
        return colorspace
    if colorspace in (_BT470BG, _SMPTE170M):
        return _BT470BG
    if colorspace == 10:  # BT.2020 constant luminance: close to the other one, which is what the scaler knows
        return _BT2020
    return _BT709 if height >= 720 or width >= 1280 else _BT470BG


def is_hdr(transfer: int) -> bool:
    """Whether a transfer characteristic (H.273) is PQ (SMPTE ST 2084) or HLG (ARIB STD-B67)."""
    return transfer in (PQ, HLG)


def is_wide(primaries: int) -> bool:
    """Whether color primaries (H.273) are wider than BT.709 and must be converted: BT.2020 or Display P3."""
    return primaries in _TO_BT709


def tone_map(rgb: NDArray[np.uint16], transfer: int, primaries: int) -> NDArray[np.uint8]:
    """HDR (H, W, 3) uint16 RGB, as coded by PQ or HLG, for a display of BT.709.

    Levels become light (PQ: SMPTE ST 2084; HLG: ARIB STD-B67 with the system gamma 1.2 of ITU-R BT.2100 at
    1000 cd/m²), BT.2020 becomes BT.709, and the roll-off of ITU-R BT.2390 maps 0 … 1000 cd/m² to 0 … 203
    cd/m² on the largest of R, G, B, so that hues stay.
    """
    light = _eotf(transfer)[rgb]
    if transfer == HLG:
        luma = light @ np.array([0.2627, 0.6780, 0.0593], np.float32)
        light *= HDR_PEAK * np.maximum(luma, 1e-6)[..., None] ** np.float32(0.2)
    light = _to_bt709(light, primaries if is_wide(primaries) else _BT2020)
    light = np.maximum(light, 0)
    peak = np.minimum(light.max(axis=2), HDR_PEAK)
    gain = np.interp(peak, *_roll_off()) / np.maximum(peak, 1e-4)
    return _display(light * gain[..., None].astype(np.float32) / np.float32(SDR_WHITE))


def narrow(rgb: NDArray[np.uint16], primaries: int) -> NDArray[np.uint8]:
    """SDR (H, W, 3) uint16 RGB of wide ``primaries`` (BT.2020, Display P3) in BT.709; the rest is cut."""
    light = ((np.arange(65536) / 65535) ** 2.4).astype(np.float32)
    return _display(_to_bt709(light[rgb], primaries))


def _to_bt709(light: NDArray[np.float32], primaries: int) -> NDArray[np.float32]:
    return np.asarray(cv2.transform(light, np.array(_TO_BT709[primaries], np.float32)))


def _display(light: NDArray[Any]) -> NDArray[np.uint8]:
    """Light in [0, 1] as 8-bit levels by the inverse of ITU-R BT.1886's gamma, 2.4."""
    return _levels()[np.rint(np.clip(light, 0, 1) * 65535).astype(np.uint16)]


@lru_cache(maxsize=1)
def _levels() -> NDArray[np.uint8]:
    return np.rint(255 * (np.arange(65536) / 65535) ** (1 / 2.4)).astype(np.uint8)


@lru_cache(maxsize=2)
def _eotf(transfer: int) -> NDArray[np.float32]:
    """Table of 65536 levels: cd/m² for PQ, scene light in [0, 1] for HLG."""
    code = np.arange(65536) / 65535
    if transfer == PQ:
        return _pq_to_light(code).astype(np.float32)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12).astype(np.float32)


def _pq_to_light(code: NDArray[np.float64]) -> NDArray[np.float64]:
    root = code ** (1 / _M2)
    return np.asarray(10000 * (np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1))


def _light_to_pq(light: NDArray[np.float64]) -> NDArray[np.float64]:
    power = (light / 10000) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


@lru_cache(maxsize=1)
def _roll_off() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Light in and light out, cd/m²: the Hermite spline of ITU-R BT.2390 in PQ levels; black stays black."""
    light_in = HDR_PEAK * np.linspace(0, 1, 1024) ** 2.4
    top = _light_to_pq(np.array(HDR_PEAK))
    level = _light_to_pq(light_in) / top
    goal = float(_light_to_pq(np.array(SDR_WHITE)) / top)
    knee = 1.5 * goal - 0.5
    t = np.clip((level - knee) / (1 - knee), 0, 1)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * goal
    )
    return light_in, _pq_to_light(np.where(level < knee, level, spline) * top)
