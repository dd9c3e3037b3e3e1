"""``fcn8s:PATH``: FCN-8s on VGG-16 with 60 PASCAL-Context classes, the network of the paper, in torch.

Long, Shelhamer & Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015,
doi:10.1109/CVPR.2015.7298965. The weights are not part of this project; `caffe` converts the published ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ...progress import Progress, silent
from ..caching import file_fingerprint
from ..categories import pascal_context
from ..response import SemanticResponse
from .caffe import load_weights
from .keyframes import segment_key_frames

if TYPE_CHECKING:
    from ...video import Video

CLASSES = 60
MEAN_BGR = (104.00698793, 116.66876762, 122.67891434)
"""Subtracted from pixels 0…255 in the order blue, green, red: ILSVRC's mean, as VGG-16 was trained with."""

_PAD = 100  # the published network's way to fit fc6's 7×7 window into small pictures
_CROP_POOL4, _CROP_POOL3, _CROP_SCORE = 5, 9, 31  # offsets that this padding leaves at each fusion


class FCN8s(nn.Module):
    """The published network: layer names are those of its Caffe definition.

    Parameters
    ----------
    classes : int
        Outputs, 60.
    width : float
        Scales the number of inner channels; only tests use another than 1.
    """

    def __init__(self, classes: int = CLASSES, width: float = 1.0) -> None:
        super().__init__()
        c = [max(1, round(n * width)) for n in (64, 128, 256, 512, 512, 4096)]

        def conv(inputs: int, outputs: int, padding: int = 1) -> nn.Conv2d:
            return nn.Conv2d(inputs, outputs, 3, padding=padding)

        self.conv1_1, self.conv1_2 = conv(3, c[0], _PAD), conv(c[0], c[0])
        self.conv2_1, self.conv2_2 = conv(c[0], c[1]), conv(c[1], c[1])
        self.conv3_1, self.conv3_2, self.conv3_3 = conv(c[1], c[2]), conv(c[2], c[2]), conv(c[2], c[2])
        self.conv4_1, self.conv4_2, self.conv4_3 = conv(c[2], c[3]), conv(c[3], c[3]), conv(c[3], c[3])
        self.conv5_1, self.conv5_2, self.conv5_3 = conv(c[3], c[4]), conv(c[4], c[4]), conv(c[4], c[4])
        self.fc6 = nn.Conv2d(c[4], c[5], 7)
        self.fc7 = nn.Conv2d(c[5], c[5], 1)
        self.score_fr = nn.Conv2d(c[5], classes, 1)
        self.score_pool4 = nn.Conv2d(c[3], classes, 1)
        self.score_pool3 = nn.Conv2d(c[2], classes, 1)
        self.upscore2 = nn.ConvTranspose2d(classes, classes, 4, stride=2, bias=False)
        self.upscore_pool4 = nn.ConvTranspose2d(classes, classes, 4, stride=2, bias=False)
        self.upscore8 = nn.ConvTranspose2d(classes, classes, 16, stride=8, bias=False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) of BGR minus its mean → (N, classes, H, W) logits."""
        x = _pooled(image, self.conv1_1, self.conv1_2)
        x = _pooled(x, self.conv2_1, self.conv2_2)
        pool3 = _pooled(x, self.conv3_1, self.conv3_2, self.conv3_3)
        pool4 = _pooled(pool3, self.conv4_1, self.conv4_2, self.conv4_3)
        x = _pooled(pool4, self.conv5_1, self.conv5_2, self.conv5_3)
        x = functional.relu(self.fc6(x))
        x = functional.relu(self.fc7(x))
        x = self.upscore2(self.score_fr(x))
        x = x + _cropped(self.score_pool4(pool4), _CROP_POOL4, x)
        x = self.upscore_pool4(x)
        x = x + _cropped(self.score_pool3(pool3), _CROP_POOL3, x)
        return _cropped(self.upscore8(x), _CROP_SCORE, image)


class Fcn8sSegmenter:
    """FCN-8s with weights that you have.

    Parameters
    ----------
    path : Path
        ``.caffemodel``, ``.npz`` or ``.safetensors`` of Caffe's blobs, or a state dict as ``.safetensors`` or
        ``.pth`` (read with ``weights_only=True``).
    every : int
        Look at every so many frames; see `key_frames`. A 960×540 frame takes several seconds and about 2 GB
        on a CPU.
    device : str
        Where torch runs it.

    Raises
    ------
    SegmentationError
        If the file is missing or does not hold this network.
    """

    license = "not stated: it depends on where your weights come from"

    def __init__(
        self, path: Path | str, every: int = 8, device: str = "cpu", network: FCN8s | None = None
    ) -> None:
        self.name = f"fcn8s:{path}"
        self._path = Path(path)
        if network is None:
            with torch.device("meta"):
                network = FCN8s()
        state = load_weights(Path(path), {name: tuple(v.shape) for name, v in network.state_dict().items()})
        tensors = {name: torch.from_numpy(value) for name, value in state.items()}
        network.load_state_dict(tensors, assign=True)
        self._network = network.eval().to(device)
        self._device, self.every = device, every
        self.targets = tuple(row[2] for row in pascal_context())

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Scores of the 32 categories, stored as uint8."""
        return segment_key_frames(video, self._predict, self.targets, self.every, progress, self.name)

    def fingerprint(self) -> str:
        """The weights' content, and the step."""
        return f"{file_fingerprint(self._path)} {self.every}"

    def _predict(self, frame: np.ndarray) -> np.ndarray:
        pixels = frame[..., ::-1].astype(np.float32) - np.asarray(MEAN_BGR, np.float32)
        batch = torch.from_numpy(pixels.transpose(2, 0, 1)[None].copy()).to(self._device)
        with torch.inference_mode():
            classes = self._network(batch)[0].softmax(dim=0)
        return np.asarray(classes.permute(1, 2, 0).cpu().numpy())


def _pooled(x: torch.Tensor, *convolutions: nn.Module) -> torch.Tensor:
    for convolution in convolutions:
        x = functional.relu(convolution(x))
    return functional.max_pool2d(x, 2, ceil_mode=True)  # Caffe rounds up


def _cropped(x: torch.Tensor, offset: int, like: torch.Tensor) -> torch.Tensor:
    height, width = like.shape[2:]
    return x[:, :, offset : offset + height, offset : offset + width]
