"""Run a model on few frames, sum its classes into categories, and store the result small.

A tripod clip shows nearly the same picture in neighboring frames, so a model looks at every few frames and
the scores between are interpolated in time. Where the coarse picture changes (somebody walks through),
further frames are looked at. The price: a thing that moves between two such frames without changing the
coarse picture has blurred scores in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ...errors import SegmentationError
from ...progress import Progress, silent, track
from ..categories import known_categories
from ..response import SemanticResponse
from ..storage import StoredScores

if TYPE_CHECKING:
    from ...video import Video

_CELL = 16  # px: texture averages out over a cell, a passing object does not
_CELL_CHANGE = 0.08  # of the gray range
_FRAME_CHANGE = 0.03  # share of cells
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of RGB in [0, 1]: what most models were trained with, taken where a model states nothing."""

STORED_SIDE = 480
"""Scores are stored at most this wide or high, in pixels."""


def key_frames(frames: np.ndarray, every: int) -> list[int]:
    """Indices of the frames to look at: each ``every``-th, the last, and those between which the picture
    changes.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8
    every : int
        Largest distance between two of them; 1 takes all. Changes are looked at from half this distance on.

    Raises
    ------
    SegmentationError
        If ``every`` is less than 1.
    """
    if every < 1:
        raise SegmentationError(f"every must be 1 frame or more, not {every}")
    last = len(frames) - 1
    if every == 1 or last < 1:
        return list(range(last + 1))
    coarse = [_cells(frame) for frame in frames]
    gap = max(1, every // 2)  # a picture that never stops changing costs twice as much, not every-fold
    keys = [0]
    for t in range(1, last + 1):
        # the frame before t is the last one that still looks like the key
        changed = np.mean(np.abs(coarse[t] - coarse[keys[-1]]) > _CELL_CHANGE) > _FRAME_CHANGE
        if changed and t - 1 - keys[-1] >= gap:
            keys.append(t - 1)
        if t == last or t - keys[-1] == every:
            keys.append(t)
    return keys


def segment_key_frames(
    video: Video,
    predict: Callable[[np.ndarray], np.ndarray],
    targets: Sequence[str],
    every: int = 4,
    progress: Progress = silent,
    desc: str = "segmenting",
) -> SemanticResponse:
    """Run ``predict`` on the key frames and store the scores of the categories its classes belong to.

    They are stored as uint8 on the model's grid, at most `STORED_SIDE` wide or high.

    Parameters
    ----------
    video : Video
    predict : callable
        One frame (H, W, 3) uint8 → (h, w, n) class probabilities in [0, 1].
    targets : sequence of str
        The category of each of the n classes; probabilities of one category are summed.
    every : int
        See `key_frames`.
    """
    categories = tuple(name for name in known_categories() if name in targets)
    categories += tuple(dict.fromkeys(name for name in targets if name not in categories))
    belongs = np.zeros((len(targets), len(categories)), np.float32)
    belongs[np.arange(len(targets)), [categories.index(name) for name in targets]] = 1
    keys = key_frames(video.frames, every)
    stored: list[np.ndarray] = []
    for t in track(keys, progress, desc):
        classes = np.asarray(predict(video.frames[t]), np.float32)
        if classes.ndim != 3 or classes.shape[2] != len(targets):
            raise SegmentationError(
                f"the model gave {classes.shape} for {len(targets)} classes: give as many labels as "
                "it has outputs"
            )
        if not np.isfinite(classes).all():
            raise SegmentationError(
                f"the model gave NaN or infinity in frame {t}: its weights are damaged; get them again"
            )
        scores = _limited(classes @ belongs)
        stored.append(np.rint(np.clip(scores, 0, 1) * 255).astype(np.uint8))
    frames, height, width = video.frames.shape[:3]
    return SemanticResponse(StoredScores(np.stack(stored), (frames, height, width), keys), categories)


def first_line(error: BaseException) -> str:
    """A library's error in a few words."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def aligned_size(width: float, height: float) -> tuple[int, int]:
    """The nearest whole multiples of 32 pixels: they keep a network's grids aligned with the picture."""
    return max(1, round(width / 32)) * 32, max(1, round(height / 32)) * 32


def _limited(scores: np.ndarray) -> np.ndarray:
    height, width = scores.shape[:2]
    factor = STORED_SIDE / max(height, width)
    if factor >= 1:
        return scores
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    # one by one: OpenCV averages areas of at most four channels
    channels = map(np.ascontiguousarray, np.moveaxis(scores, 2, 0))
    return np.dstack([cv2.resize(channel, size, interpolation=cv2.INTER_AREA) for channel in channels])


def _cells(frame: np.ndarray) -> np.ndarray:
    height, width = frame.shape[:2]
    size = (max(1, width // _CELL), max(1, height // _CELL))
    gray = cv2.cvtColor(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return np.asarray(gray, np.float32) / 255
