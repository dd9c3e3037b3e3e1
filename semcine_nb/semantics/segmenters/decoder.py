"""The small decoders on the frozen backbone: from features to categories, 75,000 weights of our own each."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ...errors import SegmentationError
from ..class_tables import class_table
from .backbone import FEATURE_CHANNELS, Backbone, Features

DECODER_CATEGORIES = (
    "background", "sky & tree", "grass", "water", "person", "animal", "car", "boat", "rock", "fire", "flag",
    "bike", "mountain", "smoke",
)  # fmt: skip
"""The categories that the decoder tells apart, in the order of its outputs."""

FIRST_GUESSES = ("person", "car", "boat", "fire", "flag", "bike", "smoke")
"""Categories learned from fewer than eight photographs, or from painted ones: a person should check them."""

WEIGHTS = "embedded_decoder.safetensors"

_WIDTH = 64
_SCALES = (640, 960)


@lru_cache(maxsize=1)
def _imagenet_groups() -> torch.Tensor:
    """(1000,) index into ``DECODER_CATEGORIES``; its length for ImageNet classes of other categories."""
    targets = class_table("imagenet").targets(extended=True)
    other = len(DECODER_CATEGORIES)
    index = {name: i for i, name in enumerate(DECODER_CATEGORIES)}
    index.pop("background")  # ImageNet's "background" is only what fits nowhere else
    return torch.tensor([index.get(name, other) for name in targets])


def activation_prior() -> np.ndarray:
    """(14,) share of ImageNet's classes in each category; 0 where it has none."""
    counts = np.bincount(_imagenet_groups().numpy(), minlength=len(DECODER_CATEGORIES) + 1)
    return np.asarray(counts[: len(DECODER_CATEGORIES)] / counts.sum())


def activation_scores(logits: torch.Tensor) -> torch.Tensor:
    """Class-activation log-probabilities summed over the ImageNet classes of each category.

    From (1000, h, w) or (N, 1000, h, w) they make (15, h, w) or (N, 15, h, w): natural logarithms ≥ −8, the
    last of all other classes.
    """
    single = logits.ndim == 3
    probabilities = (logits[None] if single else logits).softmax(1)
    groups = _imagenet_groups().to(logits.device)
    shape = (probabilities.shape[0], len(DECODER_CATEGORIES) + 1, *probabilities.shape[2:])
    sums = torch.zeros(shape, dtype=probabilities.dtype).index_add_(1, groups, probabilities)
    out = sums.clamp_min(float(np.exp(-8))).log()
    return out[0] if single else out


class Decoder(nn.Module):
    """A feature pyramid: coarse features are enlarged and joined with finer ones, down to stride 4.

    After Lin et al. 2017 (doi:10.1109/CVPR.2017.106), with depthwise-separable convolutions.
    """

    def __init__(self, categories: int = len(DECODER_CATEGORIES), width: int = _WIDTH):
        super().__init__()
        inputs = {**FEATURE_CHANNELS, 32: FEATURE_CHANNELS[32] + len(DECODER_CATEGORIES) + 1}
        self.lateral = nn.ModuleDict({str(stride): nn.Conv2d(n, width, 1) for stride, n in inputs.items()})
        self.smooth = nn.ModuleDict({str(stride): _separable(width) for stride in (4, 8, 16, 32)})
        self.dropout = nn.Dropout2d(0.2)
        self.classify = nn.Conv2d(width, categories, 1)
        for stride, n in inputs.items():
            self.register_buffer(f"mean{stride}", torch.zeros(n))
            self.register_buffer(f"scale{stride}", torch.ones(n))

    def forward(self, strides: dict[int, torch.Tensor], activations: torch.Tensor) -> torch.Tensor:
        """Logits (N, C, H/4, W/4) from features and activations (N, 15, H/32, W/32)."""
        joined: torch.Tensor | None = None
        for stride in (32, 16, 8, 4):
            x = strides[stride]
            if stride == 32:
                x = torch.cat([x, activations], 1)
            mean, scale = getattr(self, f"mean{stride}"), getattr(self, f"scale{stride}")
            x = self.dropout((x - mean[None, :, None, None]) * scale[None, :, None, None])
            x = self.lateral[str(stride)](x)
            if joined is not None:
                x = x + functional.interpolate(joined, x.shape[2:], mode="bilinear", align_corners=False)
            joined = self.smooth[str(stride)](x)
        assert joined is not None
        return self.classify(joined)


class Committee(nn.Module):
    """Decoders trained apart, whose logits are averaged: what one makes up, the others seldom do."""

    def __init__(self, count: int):
        super().__init__()
        self.members = nn.ModuleList(Decoder() for _ in range(count))

    def forward(self, strides: dict[int, torch.Tensor], activations: torch.Tensor) -> torch.Tensor:
        """As `Decoder`."""
        return torch.stack([member(strides, activations) for member in self.members]).mean(0)


def _separable(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(width, width, 3, padding=1, groups=width),
        nn.Conv2d(width, width, 1),
        nn.ReLU(),
        nn.Conv2d(width, width, 3, padding=1, groups=width),
        nn.Conv2d(width, width, 1),
    )


def decode(decoder: nn.Module, features: Features) -> torch.Tensor:
    """Logits (C, H/4, W/4) of one frame."""
    with torch.inference_mode():
        return decoder(features.strides, activation_scores(features.logits)[None])[0]


def look(
    backbone: Backbone, decoder: nn.Module, frame: np.ndarray, scales: tuple[int, ...] = _SCALES
) -> tuple[torch.Tensor, Features]:
    """Logits of one frame, averaged over looks at several sizes, and the features of the finest look.

    The frame is (H, W, 3) uint8; logits are a (C, h, w) float32 tensor on the stride-4 grid of the largest
    look. ``scales`` are the longer sides of the looks, in pixels; small clips are enlarged, since the network
    knows things by size.
    """
    height, width = frame.shape[:2]
    looks: list[tuple[torch.Tensor, Features]] = []
    for side in sorted(scales, reverse=True):
        factor = side / max(height, width)
        size = (max(32, round(width * factor)), max(32, round(height * factor)))
        method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        seen = backbone(frame if size == (width, height) else cv2.resize(frame, size, interpolation=method))
        looks.append((decode(decoder, seen), seen))
    total, features = looks[0]
    for logits, _ in looks[1:]:
        total = total + functional.interpolate(logits[None], total.shape[1:], mode="bilinear")[0]
    return total / len(looks), features


def decoder_file() -> Path:
    """The decoders' weights that come with the package."""
    return Path(str(files(__package__) / WEIGHTS))


def load_decoder(path: str | Path | None = None) -> Committee:
    """The decoders with the weights that come with the package, or those of a file.

    Raises
    ------
    SegmentationError
        If the file is missing or does not fit.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    source = Path(path) if path is not None else decoder_file()
    try:
        state = {name: tensor.float() for name, tensor in load(source.read_bytes()).items()}
        committee = Committee(len({name.split(".")[1] for name in state}))
        committee.load_state_dict(state)
    except (OSError, RuntimeError, ValueError, IndexError, SafetensorError) as error:
        raise SegmentationError(f"the decoder's weights {source} cannot be used: {error}") from error
    return committee.eval()
