"""How restless a response is: where the winning category changes from one frame to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, silent, track
from ..semantics.response import SemanticResponse, winners

if TYPE_CHECKING:
    from ..video import Video


def flicker(scene: SemanticResponse, progress: Progress = silent) -> NDArray[np.float32]:
    """Share of the T − 1 steps from frame to frame at which another category wins: (H, W) in [0, 1].

    A segmenter that looks at each frame on its own (as the paper's does) flickers along outlines and where
    it is unsure. A single frame has no step: 0.

    Examples
    --------
    >>> scores = np.zeros((3, 1, 2, 2), np.float32)
    >>> scores[..., 0] = 0.5  # the first pixel stays with the first category
    >>> scores[1, 0, 1, 1] = 0.9  # the second one changes to the other and back
    >>> flicker(SemanticResponse(scores, ("water", "animal"))).tolist()
    [[0.0, 1.0]]
    """
    frames, height, width, _ = scene.shape
    changes = np.zeros((height, width), np.uint32)
    before = None
    for t in track(range(frames), progress, "counting changes"):
        now = winners(np.asarray(scene.scores[t]))
        if before is not None:
            changes += now != before
        before = now
    return (changes / max(frames - 1, 1)).astype(np.float32)


def pixel_scores(scene: SemanticResponse, x: int, y: int) -> NDArray[np.float32]:
    """F of one pixel over time, (T, C): column ``x``, row ``y``."""
    return np.stack([np.asarray(scene.scores[t])[y, x] for t in range(len(scene))]).astype(np.float32)


class Flickering:
    """A segmenter that is restless on purpose: another one's scores plus noise, new in every frame.

    The noise comes in patches, as that of networks does, and is the same whenever a frame is asked for.

    Parameters
    ----------
    base : whatever ``segment`` takes: what is there in truth
    strength : standard deviation of the noise, in units of the scores
    patch : size of the patches, pixels (σ of a Gaussian)
    seed : of the noise
    """

    name = "flickering"
    license = "as the segmenter below"

    def __init__(self, base: object, strength: float = 0.2, patch: float = 3.0, seed: int = 0) -> None:
        self.base, self.strength, self.patch, self.seed = base, strength, patch, seed

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        from ..semantics.segmenters import segment

        steady = segment(video, self.base, progress)
        return SemanticResponse(_NoisyScores(steady, self), steady.categories)


class _NoisyScores:
    """Frames of a response with noise, made when asked for."""

    def __init__(self, steady: SemanticResponse, noise: Flickering) -> None:
        self._steady, self._noise = steady.scores, noise
        self.shape = steady.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, t: int) -> NDArray[np.float32]:
        import cv2

        scores = np.asarray(self._steady[t], np.float32)
        sigma = self._noise.patch
        rng = np.random.default_rng((self._noise.seed, int(t)))
        noise = rng.standard_normal(scores.shape, np.float32)
        if sigma > 0:
            # blurring white noise divides its deviation by 2σ√π
            noise = np.dstack([cv2.GaussianBlur(n, (0, 0), sigma) for n in np.moveaxis(noise, 2, 0)])
            noise *= 2 * sigma * np.sqrt(np.pi)
        return np.clip(scores + self._noise.strength * noise, 0, 1).astype(np.float32)
