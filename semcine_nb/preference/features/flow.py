"""Motion flow: speed inside the loops and along their outline."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .small_loop import SmallLoop, sampled
from .statistics import five_numbers

PAIRS = 12  # pairs of successive frames that are looked at
BAND = 12.0  # half the width of the band along the outline, in nominal pixels


def flow_features(loop: SmallLoop) -> NDArray[np.float64]:
    """motion…, motionSurround…: (10,) float64, nominal pixels per nominal frame (1/30 s).

    Each sample is one pair of successive frames; the last frame is followed by the first.

    - ``motion``: mean length of the optical flow over the dynamic pixels.
    - ``motionSurround``: the same over the band of ± `BAND` along the outline of the dynamic region (and its
      holes). It is as high as ``motion`` where an outline cuts through what moves, and low where motion fades
      out before it or lies on still ground. The picture's edge is no outline.

    Zeros when nothing is dynamic. Flow: dense inverse search, Kroeger et al. (2016), arXiv:1603.03590.
    """
    if not loop.dynamic.any():
        return np.zeros(10)
    band = outline_band(loop.dynamic, max(1, round(BAND / loop.pixel)))
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    n = len(loop.gray)
    inside, around = [], []
    for t in sampled(n, PAIRS) if n > 1 else []:
        first, second = loop.gray[t], loop.gray[(t + 1) % n]
        speed = np.linalg.norm(_flow(method, first, second), axis=2)
        speed = speed * (loop.pixel / loop.frame)
        inside.append(speed[loop.dynamic].mean(dtype=np.float64))
        if band.any():
            around.append(speed[band].mean(dtype=np.float64))
    return np.concatenate([five_numbers(inside), five_numbers(around)])


def _flow(
    method: cv2.DISOpticalFlow, first: NDArray[np.uint8], second: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """(h, w, 2) pixels of the given frames."""
    # the search refuses pictures that are smaller than its pyramid; repeated edges don't move
    pad = max(0, (64 - min(first.shape) + 1) // 2)
    first, second = (np.pad(frame, pad, mode="edge") for frame in (first, second))
    flow = np.zeros((*first.shape, 2), np.float32)
    method.calc(first, second, flow)
    return flow[pad : flow.shape[0] - pad, pad : flow.shape[1] - pad]


def outline_band(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """Pixels within ``radius`` of the border between in and out, on both of its sides: (h, w) bool."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    inside = mask.astype(np.uint8)
    return np.asarray((cv2.dilate(inside, disc) > 0) & (cv2.dilate(1 - inside, disc) > 0))
