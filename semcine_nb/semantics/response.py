"""The semantic response F and its statistics: the histograms h_g and h_t, and the maps π.

Section 3.1 of the paper. F is read one frame at a time, so a response may stand on storage that is coarser
than the clip (`StoredScores`) or on any object that makes frames on demand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..counting import counted
from ..errors import SegmentationError
from ..progress import Progress, silent, track
from .categories import check_categories, is_natural
from .storage import FrameScores, KeptChannels, StoredScores, check_frame, normalized, pixels_of

THRESHOLD = 0.15
"""thr. of the supplement, as a share of the T frames."""


@dataclass(frozen=True, eq=False)
class SemanticResponse:
    """How strongly each category shows at each pixel of each frame.

    Attributes
    ----------
    scores : array (T, H, W, C), or an object with ``.shape`` and ``scores[t]`` of (H, W, C) float32
        F in [0, 1]. An array of another type than float32 is kept as it is and converted a frame at a time.
    categories : tuple of str
        One name a channel, from `categories`.
    occurrence : (H, W, C) integers, optional
        h_t: in how many frames each category of the response wins at a pixel, counted before other categories
        were dropped. Without it, `occurrences` counts over the given channels.
    guesses : mapping of str to str
        Categories that the segmenter is not sure of → what it takes them for: ``{"object 1": "flag"}``, or a
        category's own name. Candidates of these say so.

    Raises
    ------
    SegmentationError
        For a wrong shape, NaN, values outside [0, 1], an unknown or repeated category, a guess about another
        category than these, or an occurrence that does not fit. Frames made on demand are checked when
        statistics read them, also for another shape than announced.
    """

    scores: FrameScores
    categories: tuple[str, ...]
    occurrence: np.ndarray | None = None
    guesses: Mapping[str, str] = field(default_factory=dict)
    _counts: list[np.ndarray] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        categories = check_categories(self.categories)
        object.__setattr__(self, "categories", categories)
        object.__setattr__(self, "scores", _checked_scores(self.scores))
        if self.shape[3] != len(categories):
            raise SegmentationError(
                f"{counted(self.shape[3], 'channel')} of scores, but "
                f"{counted(len(categories), 'category', 'categories')}: give as many of one as of the other"
            )
        object.__setattr__(self, "guesses", dict(self.guesses))
        if odd := sorted(set(self.guesses) - set(categories)):
            raise SegmentationError(
                f"there is a guess about {odd[0]!r}, which is no category of the response"
            )
        if self.occurrence is not None:
            occurrence = np.asarray(self.occurrence)
            if occurrence.shape != self.shape[1:] or occurrence.dtype.kind not in "iu":
                raise SegmentationError(
                    f"occurrence must be integers of shape {self.shape[1:]},"
                    f" not {occurrence.dtype} of {occurrence.shape}"
                )
            if occurrence.min() < 0 or occurrence.max() > len(self):
                raise SegmentationError(f"occurrence must lie between 0 and T = {len(self)} frames")
            object.__setattr__(self, "occurrence", occurrence)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(T, H, W, C)."""
        frames, height, width, channels = self.scores.shape
        return (frames, height, width, channels)

    def __len__(self) -> int:
        return self.shape[0]

    def index(self, name: str) -> int:
        """The channel of a category.

        Raises
        ------
        SegmentationError
            If the response has no such channel.
        """
        if name not in self.categories:
            raise SegmentationError(f"the response has no {name!r}; it has {', '.join(self.categories)}")
        return self.categories.index(name)

    def select(self, names: Iterable[str], progress: Progress = silent) -> SemanticResponse:
        """The K named channels, normalized to sum to one, with h_t counted before the others were dropped.

        A pixel and frame on which all K are zero gets 1/K each.
        """
        names = check_categories(names)
        kept = [self.index(name) for name in names]
        occurrence = np.ascontiguousarray(self.occurrences(progress)[..., kept])
        guesses = {name: guess for name, guess in self.guesses.items() if name in names}
        return SemanticResponse(KeptChannels(self.scores, kept), names, occurrence, guesses)

    def occurrences(self, progress: Progress = silent) -> np.ndarray:
        """h_t(c, x) of Section 3.1 for every category: (H, W, C) integers, frames out of T.

        A category counts where it wins with a score above zero; ties go to the lower index. Counted once and
        kept; memory is one frame of scores and the counts.
        """
        if self.occurrence is not None:
            return self.occurrence
        if not self._counts:
            self._counts.append(count_winners(self.scores, progress))
        return self._counts[0]

    def global_histogram(self, progress: Progress = silent) -> np.ndarray:
        """h_g(c) of Section 3.1: (C,) int64, in how many pixels of all frames each category wins."""
        return self.occurrences(progress).sum(axis=(0, 1), dtype=np.int64)

    def occurrence_distribution(self, progress: Progress = silent) -> np.ndarray:
        """ĥ_t = h_t / Σ_k h_t: (H, W, C) float64, the zero vector where no category ever wins."""
        counts = self.occurrences(progress).astype(np.float64)
        total = counts.sum(axis=2, keepdims=True)
        return np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)

    def candidate_maps(self, threshold: float = THRESHOLD, progress: Progress = silent) -> np.ndarray:
        """π of every category: (H, W, C) bool, where h_t ≥ ``threshold`` · T.

        Raises
        ------
        SegmentationError
            For a threshold outside (0, 1].
        """
        if not 0 < threshold <= 1:
            raise SegmentationError(f"the threshold is a share of the frames in (0, 1], not {threshold}")
        # 0.15 · 20 must be 3, whatever floating point makes of it
        return np.asarray(self.occurrences(progress) >= threshold * len(self) - 1e-9)

    def candidate_map(
        self, name: str, threshold: float = THRESHOLD, progress: Progress = silent
    ) -> np.ndarray:
        """π of one category: (H, W) bool, with the errors of `candidate_maps` and `index`."""
        return self.candidate_maps(threshold, progress)[..., self.index(name)]

    def natural_map(self, threshold: float = THRESHOLD) -> np.ndarray:
        """The pixels of natural categories: (H, W) bool, where π of any of them is 1."""
        natural = [is_natural(name) for name in self.categories]
        return np.asarray(self.candidate_maps(threshold)[..., natural].any(axis=-1))

    def shares(self, t: int, where: np.ndarray | None = None, dtype: Any = np.float32) -> np.ndarray:
        """F of a frame with channels that sum to one: (H, W, C), 1/C each where all are zero.

        Parameters
        ----------
        t : the frame
        where : (N,) integers, pixels counted along the rows; the result is then (N, C). None: all
        dtype : of the result and of the arithmetic
        """
        frame = self.scores[t] if where is None else pixels_of(self.scores, t, where)
        frame = np.asarray(frame, dtype)
        return frame if getattr(self.scores, "normalized", False) else normalized(frame)


def winners(frame: np.ndarray) -> np.ndarray:
    """The category that wins at each pixel of (H, W, C) scores: (H, W) int, C where no score is above zero.

    >>> winners(np.array([[[0.2, 0.8], [0.5, 0.5], [0.0, 0.0]]])).tolist()
    [[1, 0, 2]]
    """
    best = frame.argmax(axis=2)  # the first of equals
    top = np.take_along_axis(frame, best[..., None], axis=2)[..., 0]
    return np.where(top > 0, best, frame.shape[2])


def count_winners(scores: FrameScores, progress: Progress = silent) -> np.ndarray:
    """h_t over all channels: (H, W, C) uint16, read frame by frame; those made on demand are checked."""
    frames, height, width, channels = scores.shape
    # one column more than categories: the pixels that nothing wins
    counts = np.zeros((height * width, channels + 1), dtype=np.uint16)
    rows = np.arange(height * width)
    checked = isinstance(scores, (StoredScores, np.ndarray))  # when they were made
    for t in track(range(frames), progress, "counting categories"):
        frame = np.asarray(scores[t], dtype=np.float32)
        if frame.shape != (height, width, channels):
            raise SegmentationError(
                f"frame {t} of the scores is {frame.shape}, not {(height, width, channels)}"
            )
        if not checked:
            check_frame(frame, t)
        counts[rows, winners(frame).ravel()] += 1
    return np.ascontiguousarray(counts[:, :channels]).reshape(height, width, channels)


def _checked_scores(scores: Any) -> FrameScores:
    if isinstance(scores, Sequence) and not hasattr(scores, "shape"):
        scores = np.asarray(scores)
    shape = getattr(scores, "shape", None)
    if shape is None or not hasattr(scores, "__getitem__"):
        raise SegmentationError(
            f"scores must be an array (T, H, W, C) or have .shape and [t], not {type(scores).__name__}"
        )
    if len(shape) != 4 or 0 in shape:
        raise SegmentationError(f"scores must be (T, H, W, C) and not empty, not {tuple(shape)}")
    if shape[0] > np.iinfo(np.uint16).max:
        raise SegmentationError(f"a clip of {shape[0]} frames is too long to count in; the limit is 65535")
    if not isinstance(scores, np.ndarray):
        return scores
    if scores.dtype.kind not in "fbiu":
        raise SegmentationError(f"scores must be numbers in [0, 1], not {scores.dtype}")
    for t, frame in enumerate(scores):
        check_frame(frame, t)
    if scores.dtype in (np.float16, np.bool_):
        return StoredScores(scores, scores.shape[:3])
    return scores.astype(np.float32, copy=False)
