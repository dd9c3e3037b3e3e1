"""Clicks: a person names a few points, and the rest of the clip follows.

One to five clicks or a scribble a category train a logistic regression on what the frozen backbone says
about the clicked pixels, with their color, place and motion. The features are computed once a frame and
kept; a refit after another click takes a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import softmax

from ...errors import SegmentationError
from ...progress import Progress, silent, track
from ..categories import category as known
from ..response import SemanticResponse
from ..storage import StoredScores
from .keyframes import key_frames
from .motion import motion_maps
from .pixel_features import SIDE, PixelFeatures, look_at

if TYPE_CHECKING:
    from ...video import Video

STRENGTH = 30.0
"""Inverse regularization of the regression (scikit-learn's C)."""


@dataclass(frozen=True)
class Click:
    """One clicked pixel: the category, column x and row y in pixels of the clip, frame t."""

    category: str
    x: float
    y: float
    t: int


class Clicks:
    """A segmenter that is taught by clicks.

    >>> clicks = Clicks(video)                  # doctest: +SKIP
    >>> clicks.add("water", 310, 200)           # doctest: +SKIP
    >>> clicks.add("background", 40, 60)        # doctest: +SKIP
    >>> scene = segment(video, clicks)          # doctest: +SKIP

    Two categories at least are needed: what moves, and what surrounds it ("background" will do).

    Parameters
    ----------
    video : Video
    every : int
        Look at every so many frames of the clip when scores for all of it are asked for (about half a second
        a look on one core, each kept); see `key_frames`.
    side : int
        Longer side in pixels at which the backbone looks; half the size takes a quarter of the time.
    """

    license = "Apache-2.0 (EfficientNet-Lite2 weights); the clicks are yours"

    def __init__(self, video: Video, every: int = 15, side: int = SIDE) -> None:
        self.name = "clicks"
        self.every, self._side = every, side
        self.clicks: list[list[Click]] = []
        self._video = video
        self._looks: dict[int, PixelFeatures] = {}
        self._motion: np.ndarray | None = None
        self._model: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def categories(self) -> tuple[str, ...]:
        """Clicked categories in the order of their first click."""
        return tuple(dict.fromkeys(click.category for stroke in self.clicks for click in stroke))

    def add(self, category: str, x: float, y: float, t: int | None = None) -> None:
        """One click: column ``x``, row ``y`` in pixels of the clip, in frame ``t`` (the middle one by
        default).

        Raises
        ------
        SegmentationError
            For an unknown category or a point outside the clip.
        """
        self.scribble(category, [(x, y)], t)

    def scribble(self, category: str, points: Iterable[Sequence[float]], t: int | None = None) -> None:
        """A stroke through ``points`` (x, y): counts as clicks every few pixels along it."""
        known(category)
        frames, height, width = self._video.frames.shape[:3]
        t = frames // 2 if t is None else int(t)
        line = np.asarray([tuple(point) for point in points], float)
        if line.ndim != 2 or line.shape[1] != 2:
            raise SegmentationError(f"a stroke needs points (x, y), not an array of {line.shape}")
        inside = (line >= 0).all() and (line < [width, height]).all()
        if not inside or not 0 <= t < frames:
            raise SegmentationError(
                f"the stroke from {tuple(line[0].tolist())} in frame {t} leaves the clip:"
                f" {frames} frames of {width}×{height}"
            )
        self.clicks.append([Click(category, float(x), float(y), t) for x, y in _resampled(line)])
        self._model = None

    def undo(self) -> None:
        """Take back the last click or stroke; nothing happens if there is none."""
        if self.clicks:
            self.clicks.pop()
            self._model = None

    def clear(self, category: str | None = None) -> None:
        """Forget all clicks, or those of one category."""
        self.clicks = [s for s in self.clicks if category is not None and s[0].category != category]
        self._model = None

    def preview(self, t: int | None = None) -> np.ndarray:
        """Scores of one frame, (h, w, C) float32 on the features' grid (a quarter of the working size).

        Raises
        ------
        SegmentationError
            If fewer than two categories were clicked.
        """
        t = len(self._video.frames) // 2 if t is None else int(t)
        weights, bias = self._fitted()
        return np.asarray(softmax(self._look(t).linear(weights) + bias, axis=2))

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Scores of the whole clip, following its edges, stored as uint8.

        Raises
        ------
        SegmentationError
            If this is another clip than the clicked one, or fewer than two categories were clicked.
        """
        if video is not self._video and not np.array_equal(video.frames, self._video.frames):
            raise SegmentationError("these clicks were made on another clip; make Clicks(video) for this one")
        self._fitted()
        keys = key_frames(video.frames, self.every)
        stored = [np.rint(self.preview(t) * 255).astype(np.uint8) for t in track(keys, progress, "clicks")]
        frames, height, width = video.frames.shape[:3]
        scores = StoredScores(np.stack(stored), (frames, height, width), keys, guide=video.frames)
        return SemanticResponse(scores, self.categories)

    def _look(self, t: int) -> PixelFeatures:
        """Features of a frame, computed once; scaled as those of the first frame looked at."""
        if self._motion is None:
            self._motion = motion_maps(self._video.frames)
        if t not in self._looks:
            first = next(iter(self._looks.values()), None)
            self._looks[t] = look_at(self._video.frames[t], self._motion, like=first, side=self._side)
        return self._looks[t]

    def _fitted(self) -> tuple[np.ndarray, np.ndarray]:
        """Weights (D, C) and bias (C,) of the regression."""
        names = self.categories
        if len(names) < 2:
            raise SegmentationError(
                f"click at least two categories (one may be 'background'), not {list(names) or 'none'}"
            )
        if self._model is None:
            clicks = [click for stroke in self.clicks for click in stroke]
            height, width = self._video.frames.shape[1:3]
            samples = np.stack(
                [self._look(c.t).at((c.x + 0.5) / width, (c.y + 0.5) / height) for c in clicks]
            )
            self._model = fit(samples, np.array([names.index(c.category) for c in clicks]))
        return self._model


def fit(samples: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression with balanced classes: weights (D, C) and bias (C,), float32.

    ``samples`` are (n, D) float, ``labels`` (n,) int of 0 … C−1, each at least once. Logits are
    ``samples @ weights + bias``.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=200, tol=1e-3)
    model.fit(samples, labels)
    weights, bias = model.coef_.T, model.intercept_
    if weights.shape[1] == 1:  # two classes: scikit-learn keeps the difference of their logits
        weights = np.concatenate([-weights / 2, weights / 2], axis=1)
        bias = np.concatenate([-bias / 2, bias / 2])
    return weights.astype(np.float32), bias.astype(np.float32)


def _resampled(line: np.ndarray, step: float = 8.0) -> np.ndarray:
    """Points every ``step`` pixels along a polyline, its ends included; a point stays a point."""
    if len(line) == 1:
        return line
    lengths = np.concatenate([[0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    at = np.linspace(0, lengths[-1], max(2, int(np.ceil(lengths[-1] / step)) + 1))
    return np.stack([np.interp(at, lengths, line[:, i]) for i in range(2)], axis=1)
