"""The default segmenter: the frozen backbone, our decoder, motion, and proposals for what has no name.

A tripod shows the same picture again and again, so only a few key frames go through the network. Every
other frame gets the scores of the key frames it resembles, pixel by pixel, and what moves in front of the
usual picture keeps the name it had nearby in the neighbouring key frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from ...progress import Progress, silent, track
from ..response import SemanticResponse
from ..storage import StoredScores
from .backbone import BACKBONE_LICENSE, load_backbone
from .decoder import DECODER_CATEGORIES, activation_scores, load_decoder, look
from .motion import log_odds, measure_motion
from .proposals import Proposal, find_proposals

if TYPE_CHECKING:
    from ...video import Video

GRID_SIDE = 240
"""The longer side of the grid on which scores are made and stored, in cells."""

THINGS = ("person", "animal", "car", "boat", "bike")
"""What can walk or drive through the picture between two key frames."""

_ALIKE = 0.06  # difference in RGB of [0, 1] at which two looks of a pixel stop being the same thing
_FOREGROUND = 0.10  # the same for standing out from the usual picture
_SHOWN = 0.001  # least share of the picture that a category must win somewhere to get a channel


class EmbeddedSegmenter:
    """EfficientNet-Lite2 (frozen, ImageNet) with a decoder of 75,000 weights trained on free photographs.

    Parameters
    ----------
    keys_per_second : float
        How often the network looks; two to eight key frames a clip.
    scales : tuple of int
        Longer sides, in pixels, at which it looks at each key frame.
    proposals : int
        How many moving regions without a name may become channels "object 1" …
    motion : bool
        Whether motion may speak for water, fire and the like, and against walls.

    Attributes
    ----------
    guesses : dict of str to str
        After a call: what each "object k" probably is, by the ImageNet classifier; "" for no idea.
    """

    name = "embedded"
    license = f"decoder: GPL-3.0-or-later (see training/embedded/CARD.md); {BACKBONE_LICENSE}"

    def __init__(
        self,
        keys_per_second: float = 2.0,
        scales: tuple[int, ...] = (640, 960),
        proposals: int = 3,
        motion: bool = True,
    ) -> None:
        self.keys_per_second, self.scales = keys_per_second, scales
        self.proposals, self.motion = proposals, motion
        self.guesses: dict[str, str] = {}

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Scores (T, H, W, C) for the categories that show, and for proposals; made on a coarse grid.

        Needs about 0.7 s a key frame on one core, and memory of about 150 MB beside the clip.
        """
        frames = video.frames
        count, height, width = frames.shape[:3]
        factor = GRID_SIDE / max(height, width)
        size = (max(2, round(height * factor)), max(2, round(width * factor)))
        wanted = round(count / video.fps * self.keys_per_second)
        keys = np.unique(np.linspace(0, count - 1, min(max(wanted, 2), 8)).round().astype(int))
        backbone, decoder = load_backbone(), load_decoder()
        logits, seen = [], []
        for t in track(list(keys), progress, "segmenting"):
            made, features = look(backbone, decoder, frames[t], self.scales)
            logits.append(_on_grid(made, size))
            seen.append(_on_grid(activation_scores(features.logits)[:-1].exp(), size))
        movement = measure_motion(frames, size)
        odds = log_odds(movement, DECODER_CATEGORIES) if self.motion else np.float32(0)
        scores = np.stack([_softmax(one + odds) for one in logits])

        times = np.unique(np.linspace(0, count - 1, min(count, 48)).round().astype(int))
        between = _spread(frames, keys, times, scores, size)
        regions = find_proposals(
            between.mean(0), DECODER_CATEGORIES, movement, np.mean(seen, axis=0), most=self.proposals
        )
        return self._response(frames, times, between, regions)

    def _response(
        self, frames: np.ndarray, times: np.ndarray, scores: np.ndarray, regions: list[Proposal]
    ) -> SemanticResponse:
        """Keep the channels that win somewhere, add the proposals', store."""
        taken = np.zeros(scores.shape[1:3], np.float32)
        for region in regions:
            taken = np.maximum(taken, region.mask)
        scores = scores * (1 - taken[None, ..., None])
        best = scores.argmax(3)
        least = _SHOWN * best[0].size
        shown = [c for c in range(len(DECODER_CATEGORIES)) if ((best == c).sum(axis=(1, 2)) > least).any()]
        names = [DECODER_CATEGORIES[c] for c in shown]
        channels = [scores[..., shown]]
        self.guesses = {}
        for number, region in enumerate(regions, 1):
            names.append(f"object {number}")
            self.guesses[names[-1]] = region.guess
            channels.append(np.broadcast_to(region.mask, scores.shape[:3])[..., None])
        stored = np.rint(np.concatenate(channels, axis=3).clip(0, 1) * 255).astype(np.uint8)
        return SemanticResponse(StoredScores(stored, frames.shape[:3], times, guide=frames), tuple(names))


def _spread(
    frames: np.ndarray, keys: np.ndarray, times: np.ndarray, scores: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Scores (n, h, w, C) at ``times`` from those at the key frames (k, h, w, C).

    Each pixel takes the scores of the key frames in which it has the same colour, the nearer in time the
    more.
    """
    small = {t: _small(frames[t], size) for t in sorted({*keys.tolist(), *times.tolist()})}
    usual = np.median(np.stack([small[t] for t in times.tolist()]), axis=0)
    things = [DECODER_CATEGORIES.index(name) for name in THINGS]
    reach = np.ones((2 * max(1, size[1] // 30) + 1,) * 2, np.uint8)
    near = np.stack(
        [np.dstack([cv2.dilate(np.ascontiguousarray(s[..., c]), reach) for c in things]) for s in scores]
    )
    spacing = max(1.0, (keys[-1] - keys[0]) / max(1, len(keys) - 1))
    out = np.empty((len(times), *scores.shape[1:]), np.float32)
    for i, t in enumerate(times.tolist()):
        unlike = np.stack([((small[t] - small[k]) ** 2).sum(2) for k in keys.tolist()])
        fit = -unlike / (2 * _ALIKE**2) - (np.abs(keys - t) / spacing)[:, None, None]
        weights = np.exp(fit - fit.max(0))
        weights /= weights.sum(0)
        frame = np.einsum("khw,khwc->hwc", weights.astype(np.float32), scores, optimize=True)
        stands_out = np.sqrt(((small[t] - usual) ** 2).sum(2)) / _FOREGROUND
        front = np.clip(stands_out - 0.5, 0, 1)[..., None]
        nearest = np.argsort(np.abs(keys - t))[:2]
        frame[..., things] = np.maximum(frame[..., things], front * near[nearest].max(0))
        out[i] = frame / np.maximum(frame.sum(2, keepdims=True), 1e-6)
    return out


def _small(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A frame on the grid, blurred by one cell: (h, w, 3) float32 in [0, 1]."""
    coarse = cv2.resize(frame, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(coarse.astype(np.float32) / np.float32(255), (0, 0), 1.0)


def _on_grid(values: torch.Tensor, size: tuple[int, int]) -> np.ndarray:
    """(C, ·, ·) → (h, w, C) float32."""
    with torch.inference_mode():
        whole = torch.nn.functional.interpolate(values[None], size, mode="bilinear", align_corners=False)[0]
    return np.ascontiguousarray(whole.permute(1, 2, 0).numpy())


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), np.float32)
