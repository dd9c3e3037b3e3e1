"""The default segmenter: the frozen backbone, our decoder, motion, and proposals for things without a name.

A tripod shows the same picture again and again, so only a few key frames go through the network. Every
other frame gets the scores of the key frames it resembles, pixel by pixel. A thing that moves in front of the
usual picture keeps the name it had nearby in the neighboring key frames.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from scipy.special import softmax

from ...progress import Progress, silent, track
from ..caching import file_fingerprint
from ..response import SemanticResponse
from ..storage import StoredScores
from .backbone import BACKBONE_LICENSE, backbone_file, load_backbone
from .decoder import (
    DECODER_CATEGORIES,
    FIRST_GUESSES,
    activation_prior,
    activation_scores,
    decoder_file,
    load_decoder,
    look,
)
from .motion import Motion, log_odds, measure_motion
from .regions import THINGS, Evidence, Region, find_regions, settle_doubts, soften, unclaimed

if TYPE_CHECKING:
    from ...video import Video

_log = logging.getLogger("semcine")

_THINGS = [DECODER_CATEGORIES.index(name) for name in THINGS]

GRID_SIDE = 240
"""The longer side of the grid on which scores are made and stored, in cells."""

_ALIKE = 0.06  # difference in RGB of [0, 1] at which two looks of a pixel stop being the same thing
_FOREGROUND = 0.10  # the same for standing out from the usual picture
_MEMORY = 0.35  # s for which a passing thing is remembered at a pixel, so that its path is a region
_NAME_ODDS = 1.5  # log-odds for a region's name inside it
_LEFT_OVER = 0.25  # a named region whose name wins less than this share of it is also offered as an object
_SHOWN = 0.003  # least share of the picture that a category must win somewhere to get a channel


class EmbeddedSegmenter:
    """EfficientNet-Lite2 (frozen, ImageNet) with two decoders of 75,000 weights, trained on free photographs.

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

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Scores (T, H, W, C) for the categories that show, and for proposals; made on a coarse grid.

        Its guesses are, by their own names, each category of `FIRST_GUESSES` and each for which little speaks
        in this clip (`settle_doubts`); and for each "object k" the nearest category.

        Needs about 0.7 s a key frame on one core, and memory of about 150 MB beside the clip.
        """
        frames = video.frames
        count, height, width = frames.shape[:3]
        factor = GRID_SIDE / max(height, width)
        size = (max(2, round(height * factor)), max(2, round(width * factor)))
        wanted = round(count / video.fps * self.keys_per_second)
        keys = np.unique(np.linspace(0, count - 1, min(max(wanted, 2), 8)).round().astype(int))
        logits, seen = self._look_at([frames[t] for t in keys], size, progress)
        movement = measure_motion(frames, size)
        decoded = np.mean([softmax(one, axis=2) for one in logits], axis=0)
        evidence = Evidence(DECODER_CATEGORIES, decoded, np.mean(seen, axis=0), activation_prior())
        regions = find_regions(movement, evidence)
        if self.motion:
            logits = [one + _motion_odds(movement, regions) for one in logits]
        scores = softmax(np.stack(logits), axis=3)
        times = np.unique(np.linspace(0, count - 1, min(count, 48)).round().astype(int))
        passing = [region for region in regions if region.name and not region.resident]
        between = _spread(frames, keys, times, scores, size, passing, video.fps)
        doubts = settle_doubts(between, regions, evidence)
        return self._response(frames, times, between, self._objects(between, regions), doubts)

    def fingerprint(self) -> str:
        """The weights' content, and the settings."""
        settings = (self.keys_per_second, self.scales, self.proposals, self.motion)
        weights = file_fingerprint(backbone_file()), file_fingerprint(decoder_file())
        return repr((weights, settings))

    def _look_at(
        self, frames: list[np.ndarray], size: tuple[int, int], progress: Progress
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Logits and class-activation probabilities of key frames, (h, w, C) each.

        Two frames at a time with one thread each: faster than two threads on one frame, and by far so on a
        busy machine.
        """
        backbone, decoder = load_backbone(), load_decoder()

        def one(frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            torch.set_num_threads(1)
            made, features = look(backbone, decoder, frame, self.scales)
            return _on_grid(made, size), _on_grid(activation_scores(features.logits)[:-1].exp(), size)

        threads = torch.get_num_threads()
        try:
            with ThreadPoolExecutor(min(2, threads)) as pool:
                results = list(track(pool.map(one, frames), progress, "segmenting", len(frames)))
        finally:
            torch.set_num_threads(threads)
        return [logits for logits, _ in results], [activations for _, activations in results]

    def _objects(self, scores: np.ndarray, regions: list[Region]) -> list[tuple[np.ndarray, str]]:
        """Masks and guesses of the moving regions that nothing claims."""
        mean = scores.mean(0)
        best, free = mean.argmax(2), unclaimed(mean, DECODER_CATEGORIES)
        found = []
        for region in regions:
            inside = region.mask > 0.5
            if region.name and not region.resident and region.name in THINGS:
                continue
            if region.name and (best[inside] == DECODER_CATEGORIES.index(region.name)).mean() > _LEFT_OVER:
                continue
            unnamed = (inside & free).astype(np.uint8)
            part = cv2.morphologyEx(unnamed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
            if part.mean() > 0.002:
                found.append((soften(part > 0), region.guess))
        return found[: self.proposals]

    def _response(
        self,
        frames: np.ndarray,
        times: np.ndarray,
        scores: np.ndarray,
        objects: list[tuple[np.ndarray, str]],
        doubts: tuple[str, ...],
    ) -> SemanticResponse:
        """Keep the channels that win somewhere, add the proposals', store."""
        taken = np.max([np.zeros(scores.shape[1:3], np.float32), *(mask for mask, _ in objects)], axis=0)
        scores = scores * (1 - taken[..., None])
        best = scores.argmax(3)
        least = _SHOWN * best[0].size
        shown = [c for c in range(len(DECODER_CATEGORIES)) if ((best == c).sum(axis=(1, 2)) > least).any()]
        names = [DECODER_CATEGORIES[c] for c in shown]
        channels = [scores[..., shown]]
        guesses = {name: name for name in names if name in FIRST_GUESSES or name in doubts}
        for number, (mask, guess) in enumerate(objects, 1):
            names.append(f"object {number}")
            guesses[names[-1]] = guess
            channels.append(np.broadcast_to(mask, scores.shape[:3])[..., None])
        if guesses:
            told = [name if guess in (name, "") else f"{name} ({guess}?)" for name, guess in guesses.items()]
            _log.info("first guesses, to be checked: %s", ", ".join(told))
        stored = np.rint(np.concatenate(channels, axis=3).clip(0, 1) * 255).astype(np.uint8)
        scored = StoredScores(stored, frames.shape[:3], times, guide=frames)
        return SemanticResponse(scored, tuple(names), guesses=guesses)


def _motion_odds(movement: Motion, regions: list[Region]) -> np.ndarray:
    """Log-odds (h, w, C) that motion adds to the decoder's logits: for each category, and inside regions."""
    odds = log_odds(movement, DECODER_CATEGORIES)
    for region in regions:
        if region.name and region.resident:
            odds[..., DECODER_CATEGORIES.index(region.name)] += _NAME_ODDS * region.mask
            if region.name not in THINGS:  # no animals in the spray
                odds[..., _THINGS] -= _NAME_ODDS * region.mask[..., None]
    return odds


def _spread(
    frames: np.ndarray,
    keys: np.ndarray,
    times: np.ndarray,
    scores: np.ndarray,
    size: tuple[int, int],
    passing: list[Region],
    fps: float,
) -> np.ndarray:
    """Scores (n, h, w, C) at ``times`` from those at the key frames (k, h, w, C).

    Each pixel takes the scores of the key frames in which it has the same color, the nearer in time the
    more. Where it stands out from its usual color, it is a thing seen near by, or what passes there.
    """
    small = {t: _small(frames[t], size) for t in sorted({*keys.tolist(), *times.tolist()})}
    usual = np.median(np.stack([small[t] for t in times.tolist()]), axis=0)
    stands_out = np.stack([np.sqrt(((small[t] - usual) ** 2).sum(2)) for t in times.tolist()])
    front = np.clip(stands_out / _FOREGROUND - 0.5, 0, 1)
    reach = np.ones((2 * max(1, size[1] // 30) + 1,) * 2, np.uint8)
    near = np.stack([cv2.dilate(np.ascontiguousarray(key[..., _THINGS]), reach) for key in scores])
    spacing = max(1.0, (keys[-1] - keys[0]) / max(1, len(keys) - 1))
    out = np.empty((len(times), *scores.shape[1:]), np.float32)
    for i, t in enumerate(times.tolist()):
        unlike = np.stack([((small[t] - small[k]) ** 2).sum(2) for k in keys.tolist()])
        fit = -unlike / (2 * _ALIKE**2) - (np.abs(keys - t) / spacing)[:, None, None]
        weights = softmax(fit, axis=0).astype(np.float32)
        frame = np.einsum("khw,khwc->hwc", weights, scores, optimize=True)
        nearest = np.argsort(np.abs(keys - t))[:2]
        frame[..., _THINGS] = np.maximum(frame[..., _THINGS], front[i][..., None] * near[nearest].max(0))
        frame /= np.maximum(frame.sum(2, keepdims=True), 1e-6)
        remembered = front[np.abs(times - t) <= _MEMORY * fps].max(0)
        for region in passing:
            share = 0.95 * remembered * region.mask
            frame *= 1 - share[..., None]
            frame[..., DECODER_CATEGORIES.index(region.name)] += share
        out[i] = frame
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
