"""The embedded stand-in for C3D: 4096 numbers on how the backbone's activations change over the loop.

It is not C3D and was never trained on videos. A frozen image network (EfficientNet-Lite2, ImageNet weights,
the one that the embedded segmenter looks through) sees fifteen frames of the loop; what it says of them and
how that changes is pooled over the picture and over the dynamic region. Use `c3d` where you have its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = 4096  #: As many as C3D's fc6, so that either fills the motion block.
CHANNELS = {4: 24, 8: 48, 16: 120, 32: 352}  #: Channels of the activations at each stride.
MOMENTS = 5  #: Evenly spaced over the loop; at each, three frames are looked at.
#: Frames looked at after each moment, in nominal frames (1/30 s): C3D's sixteen cover as much.
OFFSETS = (0, 2, 8)

STATISTICS = (
    "mean, picture",
    "mean, dynamic",
    "change in 2 frames, dynamic",
    "change in 8 frames, dynamic",
    "change in 8 frames, picture",
    "deviation at a place, dynamic",
    "deviation of the mean, dynamic",
)
"""Of every channel. "change": mean absolute difference; "deviation": standard deviation over 15 frames."""

QUADRANTS = ("upper left", "upper right", "lower left", "lower right")
"""Where the channels of strides 4 and 8 change in 2 frames: four more numbers for each of them."""

_QUADRANT_STRIDES = (4, 8)
_AREA = 256 * 160  # pixels of the picture that the network sees

# Root mean square of the activations on photographs (measured on sixteen); and how much smaller changes are
# than activations. Dividing by the one and multiplying changes by the other keeps any stride and statistic
# from drowning the others in the common scale that the models give to a block.
_TYPICAL = {4: 9.0, 8: 8.0, 16: 7.0, 32: 2.6}
_GAIN = 3.0

Look = Callable[[NDArray[np.uint8]], Mapping[int, NDArray[np.float32]]]
"""A frame (H, W, 3) uint8 → stride → activations (C, h, w)."""


def embedded_motion(
    rendered: NDArray[np.uint8], dynamic: NDArray[np.bool_], fps: float, look: Look | None = None
) -> NDArray[np.float64]:
    """Activations of the embedded backbone over time: (4096,) float64, in the order of `motion_names`.

    Parameters
    ----------
    rendered : (N, H, W, 3) uint8, the loop
    dynamic : (H, W) bool
    fps : frames a second at which it is played
    look : the network; None takes the embedded backbone, which loads torch

    Returns
    -------
    Activations divided by what is typical of their stride; changes and deviations besides multiplied by one
    constant. All are zero for "dynamic" where nothing moves, and for every change in a still picture.
    """
    look = look or _backbone()
    n = len(rendered)
    offsets = [0, *(max(1, round(offset * fps / 30)) for offset in OFFSETS[1:])]
    times = [[(i * n // MOMENTS + offset) % n for offset in offsets] for i in range(MOMENTS)]
    size = _network_size(rendered.shape[1], rendered.shape[2])
    maps: dict[int, dict[int, NDArray[np.float32]]] = {stride: {} for stride in CHANNELS}
    for t in sorted({t for row in times for t in row}):
        seen = look(cv2.resize(rendered[t], size, interpolation=cv2.INTER_AREA))
        for stride in CHANNELS:
            maps[stride][t] = seen[stride] / np.float32(_TYPICAL[stride])
    parts = [
        _statistics(np.stack([[seen[t] for t in row] for row in times]), dynamic) for seen in maps.values()
    ]
    for stride in _QUADRANT_STRIDES:
        first, second = (np.stack([maps[stride][row[k]] for row in times]) for k in (0, 1))
        parts.append(_quadrants(first, second))
    return np.concatenate(parts)


def motion_names() -> tuple[str, ...]:
    """Names of the 4096 numbers: stride, channel and statistic."""
    names = [
        f"stride {stride} channel {channel}: {statistic}"
        for stride, channels in CHANNELS.items()
        for statistic in STATISTICS
        for channel in range(channels)
    ]
    names += [
        f"stride {stride} channel {channel}: change in 2 frames, {quadrant}"
        for stride in _QUADRANT_STRIDES
        for quadrant in QUADRANTS
        for channel in range(CHANNELS[stride])
    ]
    return tuple(names)


def _statistics(stack: NDArray[np.float32], dynamic: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The seven `STATISTICS` of (moments, offsets, C, h, w) activations: (7·C,)."""
    moments, offsets, channels, height, width = stack.shape
    share: NDArray[np.float64] = np.asarray(
        cv2.resize(dynamic.astype(np.float64), (width, height), interpolation=cv2.INTER_AREA), np.float64
    )
    weight = share / share.sum() if share.any() else share  # all zero: what has no place has no motion
    whole = np.full((height, width), 1 / (height * width))

    def pool(maps: NDArray[Any], over: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean over ``over`` and every axis before the channels."""
        flat = maps.reshape(-1, channels, height * width).mean(axis=0, dtype=np.float64)
        return np.asarray(flat @ over.ravel())

    short, long = (np.abs(stack[:, k] - stack[:, 0]) for k in (1, 2))
    series = stack.reshape(moments * offsets, channels, height * width)
    together = (series.astype(np.float64) @ weight.ravel()).std(axis=0)
    apart = pool(series.std(axis=0)[None], weight)
    changes = [pool(short, weight), pool(long, weight), pool(long, whole), apart, together]
    return np.concatenate([pool(stack, whole), pool(stack, weight), *(_GAIN * c for c in changes)])


def _quadrants(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean absolute change in each quarter of the picture: (4·C,)."""
    change = np.abs(second - first).mean(axis=0, dtype=np.float64)
    y, x = change.shape[1] // 2, change.shape[2] // 2
    quarters = (change[:, :y, :x], change[:, :y, x:], change[:, y:, :x], change[:, y:, x:])
    return _GAIN * np.concatenate([quarter.mean(axis=(1, 2)) for quarter in quarters])


def _network_size(height: int, width: int) -> tuple[int, int]:
    """(w, h) in whole cells of stride 32 and of about `_AREA` pixels, so that nothing needs padding."""
    scale = np.sqrt(_AREA / (height * width)) / 32
    return 32 * max(2, round(width * scale)), 32 * max(2, round(height * scale))


def _backbone() -> Look:
    import torch

    from ...semantics.segmenters.backbone import load_backbone

    network = load_backbone()

    def look(frame: NDArray[np.uint8]) -> dict[int, NDArray[np.float32]]:
        # pictures this small are slower on several threads, much slower where others use them too
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            strides = network(frame).strides
        finally:
            torch.set_num_threads(threads)
        return {stride: strides[stride][0].numpy() for stride in CHANNELS}

    return look
