"""Scores kept small: coarser in space and time and in few bits, brought to the clip's size frame by frame.

32 channels of 960×540×90 are 6 GB in float32. A segmenter's own grid (a quarter of the width, every few
frames, uint8) is 50 MB, and one frame at full size is made when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import cv2
import numpy as np

from ..errors import SegmentationError

_SUM_FLOOR = 1e-6  # below this a sum of scores counts as zero; half a step of uint8 storage is 2e-3


class FrameScores(Protocol):
    """The scores that a response stands on: a shape, and one (H, W, C) float32 frame at a time.

    A method ``pixels(t, where)`` makes reading a few pixels cheap (`pixels_of`).
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """(T, H, W, C)."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, t: int, /) -> Any: ...


class _WholeScores(FrameScores, Protocol):
    """Scores that can also be walked frame by frame, or made as one array."""

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[t] for t in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """The whole (T, H, W, C) at once: for small clips."""
        return np.stack(list(self)).astype(dtype or np.float32)


class StoredScores(_WholeScores):
    """Scores on a coarse grid, upsampled when a frame is read.

    Between stored frames the scores are interpolated linearly in time, within a frame bilinearly in space.
    With a guide they follow its edges: the coefficients of a guided filter are fitted on the coarse grid and
    upsampled in place of the scores, which costs one more upsampling (He & Sun, "Fast Guided Filter",
    arXiv:1505.00996).

    Parameters
    ----------
    values : ndarray (t, h, w, C), uint8 (255 is 1), bool, float16 or float32 in [0, 1]
    shape : (T, H, W)
        The clip's.
    times : sequence of float, optional
        Frame index of each stored frame, ascending; all T frames, or evenly spread over the clip, by default.
        Kept as ``times``, (t,) float64.
    guide : ndarray (T, H, W, 3) uint8, optional
        The clip's frames. It is kept by reference.
    radius : int
        Half the window of the guided filter, in pixels of the coarse grid.
    epsilon : float
        Its regularization, in squared intensity of [0, 1]: texture fainter than √epsilon is not followed.

    Raises
    ------
    SegmentationError
        For a wrong shape, NaN, or values outside [0, 1].
    """

    def __init__(
        self,
        values: np.ndarray,
        shape: tuple[int, int, int],
        times: Sequence[float] | np.ndarray | None = None,
        guide: np.ndarray | None = None,
        radius: int = 2,
        epsilon: float = 1e-3,
    ) -> None:
        values = np.asarray(values)
        if values.ndim != 4 or 0 in values.shape:
            raise SegmentationError(f"stored scores must be (t, h, w, C) and not empty, not {values.shape}")
        if values.dtype not in (np.uint8, np.bool_, np.float16, np.float32):
            raise SegmentationError(
                f"scores are stored as uint8, bool, float16 or float32, not {values.dtype}"
            )
        frames = len(values)
        if times is None:
            times = np.linspace(0, shape[0] - 1, frames)
        self.times = np.asarray(times, dtype=np.float64)
        if self.times.shape != (frames,) or (np.diff(self.times) <= 0).any():
            raise SegmentationError(f"{frames} stored frames need as many ascending times, not {times!r}")
        if values.dtype.kind == "f":
            for t, frame in enumerate(values):
                check_frame(frame, t)
        if guide is not None and guide.shape != (*shape, 3):
            raise SegmentationError(f"the guide is {guide.shape}, the clip {(*shape, 3)}")
        self.values = values
        self._size = (int(shape[0]), int(shape[1]), int(shape[2]))
        self._guide, self._radius, self._epsilon = guide, radius, epsilon

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(T, H, W, C) as read, not as stored."""
        return (*self._size, self.values.shape[3])

    @property
    def guided(self) -> bool:
        """Whether scores follow a guide's edges."""
        return self._guide is not None

    def __getitem__(self, t: int) -> np.ndarray:
        """Frame ``t`` (negative from the end) as (H, W, C) float32 in [0, 1]."""
        return self._read(t, partial(_resized, shape=self._size[1:]))

    def pixels(self, t: int, where: np.ndarray) -> np.ndarray:
        """Some pixels of frame ``t``, as of `pixels_of`."""
        return self._read(t, partial(_sampled, shape=self._size[1:], where=where))

    def channels(self, indices: Sequence[int]) -> StoredScores:
        """The same with some channels only; the storage of these is copied."""
        kept = np.ascontiguousarray(self.values[..., list(indices)])
        return StoredScores(kept, self._size, self.times, self._guide, self._radius, self._epsilon)

    def _read(self, t: int, enlarged: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Scores of a frame; ``enlarged`` brings coarse and full images (h, w, C) to the pixels wanted."""
        t = frame_index(t, len(self))
        coarse = self._between(t)
        if self._guide is None or coarse.shape[:2] == self._size[1:]:
            return enlarged(coarse)
        gray = cv2.cvtColor(self._guide[t], cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None] / 255
        slope, offset = _fitted(coarse, gray, self._radius, self._epsilon)
        scores = enlarged(slope)
        scores *= enlarged(gray)
        scores += enlarged(offset)
        return np.clip(scores, 0, 1, out=scores)

    def _between(self, t: int) -> np.ndarray:
        right = int(np.searchsorted(self.times, t))
        if right == 0 or right == len(self.times):
            return self._stored(min(right, len(self.times) - 1))
        if self.times[right] == t:
            return self._stored(right)
        before, after = self.times[right - 1], self.times[right]
        part = np.float32((t - before) / (after - before))
        return self._stored(right - 1) * (1 - part) + self._stored(right) * part

    def _stored(self, i: int) -> np.ndarray:
        frame = self.values[i].astype(np.float32)
        return frame / np.float32(255) if self.values.dtype == np.uint8 else frame


class KeptChannels(_WholeScores):
    """Some channels of other scores, summing to one at each pixel and frame.

    A pixel on which all kept channels are zero gets 1/K each. Without ``normalized`` they stay as they are.
    """

    def __init__(self, scores: FrameScores, indices: Sequence[int], normalized: bool = True) -> None:
        self._indices = list(indices)
        self.normalized = normalized
        if isinstance(scores, StoredScores):  # what is dropped need not be upsampled
            scores, self._indices = scores.channels(self._indices), list(range(len(self._indices)))
        self._scores = scores

    @property
    def shape(self) -> tuple[int, ...]:
        """(T, H, W, K)."""
        return (*self._scores.shape[:3], len(self._indices))

    def __getitem__(self, t: int) -> np.ndarray:
        """Frame ``t`` as (H, W, K) float32."""
        frame = np.asarray(self._scores[frame_index(t, len(self))], dtype=np.float32)[..., self._indices]
        return normalized(frame) if self.normalized else frame

    def pixels(self, t: int, where: np.ndarray) -> np.ndarray:
        """Some pixels of frame ``t``, as of `pixels_of`."""
        frame = pixels_of(self._scores, frame_index(t, len(self)), where)[:, self._indices]
        return normalized(frame) if self.normalized else frame


def pixels_of(scores: FrameScores, t: int, where: np.ndarray) -> np.ndarray:
    """Some pixels of frame ``t``: (N, C) float32, ``where`` (N,) counts them along the rows.

    Scores with a method ``pixels(t, where)`` need not make the whole frame for it. Interpolated ones may
    differ from those of the frame by float32 rounding.

    >>> pixels_of(np.arange(12.0).reshape(1, 2, 3, 2), 0, np.array([1, 5])).tolist()
    [[2.0, 3.0], [10.0, 11.0]]
    """
    if hasattr(scores, "pixels"):
        return np.asarray(scores.pixels(t, where), np.float32)
    frame = np.asarray(scores[t])
    return frame.reshape(-1, frame.shape[-1]).take(where, axis=0).astype(np.float32, copy=False)


def normalized(frame: np.ndarray) -> np.ndarray:
    """Scores (…, K) divided by their sum, in their own precision; 1/K where they are all zero.

    >>> normalized(np.array([[0.1, 0.3], [0.0, 0.0]], np.float32)).tolist()
    [[0.25, 0.75], [0.5, 0.5]]
    """
    total = frame.sum(axis=-1, keepdims=True)
    empty = total < _SUM_FLOOR
    even = frame.dtype.type(1 / frame.shape[-1])
    return np.where(empty, even, frame / np.where(empty, frame.dtype.type(1), total))


def check_frame(frame: np.ndarray, t: int) -> None:
    """Refuse scores that are not numbers in [0, 1]; rounding of 1e-3 is let through."""
    low, high = frame.min(), frame.max()
    if not np.isfinite(low) or not np.isfinite(high):
        raise SegmentationError(f"the scores of frame {t} contain NaN or infinity: give numbers in [0, 1]")
    if low < -1e-3 or high > 1 + 1e-3:
        raise SegmentationError(
            f"the scores of frame {t} lie in [{low:.4g}, {high:.4g}], not in [0, 1]: give probabilities, "
            "such as a softmax of them"
        )


def frame_index(t: int, length: int) -> int:
    """``t`` counted from 0; IndexError outside, so that iteration by index ends."""
    index = int(t) + length if t < 0 else int(t)
    if not 0 <= index < length:
        raise IndexError(f"frame {t} of {length}")
    return index


def _resized(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(h, w, C) → (*shape, C), bilinear; OpenCV drops a last axis of one."""
    if image.shape[:2] == shape:
        return image
    return cv2.resize(image, shape[::-1], interpolation=cv2.INTER_LINEAR).reshape(*shape, -1)


def _sampled(image: np.ndarray, shape: tuple[int, int], where: np.ndarray) -> np.ndarray:
    """``where`` of what `_resized` gives, (N, C), up to float32 rounding."""
    h, w = image.shape[:2]
    flat = image.reshape(h * w, -1)
    if (h, w) == shape:
        return flat.take(where, axis=0)
    rows, columns = np.divmod(where, shape[1])
    above, below, down = _neighbors(rows, h, shape[0])
    left, right, across = _neighbors(columns, w, shape[1])
    upper, lower = (
        flat.take(row * w + left, axis=0) * (1 - across) + flat.take(row * w + right, axis=0) * across
        for row in (above, below)
    )
    return upper * (1 - down) + lower * down


def _neighbors(at: np.ndarray, size: int, full: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of pixels ``at`` of a line of ``full``: the two of ``size`` around them, the second's share (N, 1)."""
    place = np.clip((at + 0.5) * (size / full) - 0.5, 0, size - 1).astype(np.float32)  # OpenCV's precision
    before = place.astype(np.int32)
    return before, np.minimum(before + 1, size - 1), (place - before).astype(np.float32)[:, None]


def _fitted(
    coarse: np.ndarray, gray: np.ndarray, radius: int, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """Slope and offset (h, w, C) that make scores (h, w, C) from a picture's gray (H, W, 1) in [0, 1]."""
    h, w = coarse.shape[:2]
    small = cv2.resize(gray, (w, h), interpolation=cv2.INTER_AREA)[..., None]
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(image: np.ndarray) -> np.ndarray:
        return cv2.blur(image, window, borderType=cv2.BORDER_REFLECT).reshape(h, w, -1)

    mean_gray, mean_score = mean(small), mean(coarse)
    variance = mean(small * small) - mean_gray**2
    slope = (mean(coarse * small) - mean_score * mean_gray) / (variance + epsilon)
    offset = mean_score - slope * mean_gray
    return mean(slope), mean(offset)
