"""C3D as published, up to fc6: the paper's motion feature, for whoever has its weights.

Tran, Bourdev, Fergus, Torresani and Paluri (2015), "Learning spatiotemporal features with 3D convolutional
networks", doi:10.1109/ICCV.2015.510. No weights come with this package.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from ...errors import RatingError
from ...semantics.segmenters.caffe import brief_fault

WINDOW = 16  #: Frames the network sees at once.
STRIDE = 8  #: Frames from one window to the next, so that windows overlap by eight.
SIDE = 112  #: Height and width of what it sees, in pixels.
SIZE = 4096  #: Activations of fc6.

_RESIZED = (171, 128)  # (w, h) of a frame before the central crop
# blue, green, red: Sports-1M, where the published mean volume is not at hand
_MEAN = np.array([90, 98, 102], np.float32)
_POOLED = ("conv1a", "conv2a", "conv3b", "conv4b", "conv5b")
_LAYERS = (
    ("conv1a", 3, 64),
    ("conv2a", 64, 128),
    ("conv3a", 128, 256),
    ("conv3b", 256, 256),
    ("conv4a", 256, 512),
    ("conv4b", 512, 512),
    ("conv5a", 512, 512),
    ("conv5b", 512, 512),
)
_ALIASES = {"conv1": "conv1a", "conv2": "conv2a"}  # as PyTorch conversions call them


class C3D(nn.Module):
    """Eight 3 × 3 × 3 convolutions, five poolings and fc6; fc7 and fc8 are of no use here.

    The first pooling keeps time. The last one meets an odd size (7) and rounds up, as in the published
    Caffe model, which gives fc6 its 512 · 1 · 4 · 4 = 8192 inputs.
    """

    def __init__(self) -> None:
        super().__init__()
        for name, inputs, outputs in _LAYERS:
            self.add_module(name, nn.Conv3d(inputs, outputs, 3, padding=1))
        self.fc6 = nn.Linear(8192, SIZE)
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, 3, 16, 112, 112), blue green red in 0 … 255 less the mean, to (B, 4096), never negative."""
        for name, _, _ in _LAYERS:
            x = functional.relu(self.get_submodule(name)(x))
            if name in _POOLED:
                x = functional.max_pool3d(x, (1 if name == "conv1a" else 2, 2, 2), ceil_mode=True)
        return functional.relu(self.fc6(x.flatten(1)))


def load_c3d(path: str | Path) -> C3D:
    """C3D with weights from a file.

    Parameters
    ----------
    path : a .safetensors file, or what ``torch.save`` wrote of a state dict (read with ``weights_only``, so
        that the file cannot run code). Names are those of the published layers (``conv1a.weight`` …
        ``fc6.bias``); ``conv1`` and ``conv2``, prefixes (``module.``) and further layers are understood.

    Raises
    ------
    RatingError
        If the file cannot be read, or lacks a layer, or has one of another shape.
    """
    path = Path(path)
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            state: Any = load_file(str(path))
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # each reader has errors of its own
        raise RatingError(f"C3D weights cannot be read from {path}: {brief_fault(error)}") from error
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict):
        raise RatingError(f"{path} holds a {type(state).__name__}, not a state dict of C3D")
    with torch.device("meta"):
        network = C3D()
    found = _renamed({str(key): value for key, value in state.items() if torch.is_tensor(value)})
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    for name, shape in wanted.items():
        if name not in found:
            raise RatingError(
                f"{path} has no {name}, so it is of another network: C3D needs {', '.join(wanted)}"
            )
        if tuple(found[name].shape) != shape:
            raise RatingError(f"{name} in {path} is {tuple(found[name].shape)}; C3D's is {shape}")
    network.load_state_dict({name: found[name].float() for name in wanted}, assign=True)
    return network.requires_grad_(False).eval()


@torch.inference_mode()
def c3d_motion(rendered: NDArray[np.uint8], network: C3D) -> NDArray[np.float64]:
    """fc6 averaged over windows of 16 frames every 8: (4096,) float64 (supplement, Section 2).

    ``rendered`` (N, H, W, 3) uint8, RGB, is the loop; shorter than 16 frames, it is shown again to fill them.
    """
    total = np.zeros(SIZE)
    count = 0
    for window in windows(rendered):
        total += network(window[None])[0].double().numpy()
        count += 1
    return total / count


def windows(rendered: NDArray[np.uint8]) -> Iterator[torch.Tensor]:
    """Each window as the network wants it: (3, 16, 112, 112) float32."""
    n = max(len(rendered), WINDOW)
    left, top = (_RESIZED[0] - SIDE) // 2, (_RESIZED[1] - SIDE) // 2
    for first in range(0, n - WINDOW + 1, STRIDE):
        frames = [
            cv2.resize(rendered[t % len(rendered)], _RESIZED, interpolation=cv2.INTER_LINEAR)
            for t in range(first, first + WINDOW)
        ]
        crops = np.stack(frames)[:, top : top + SIDE, left : left + SIDE, ::-1].astype(np.float32)
        yield torch.from_numpy((crops - _MEAN).transpose(3, 0, 1, 2).copy())


def _renamed(state: dict[str, Any]) -> dict[str, torch.Tensor]:
    result = {}
    for key, value in state.items():
        layer, _, kind = key.rpartition(".")
        layer = layer.rsplit(".", 1)[-1]
        result[f"{_ALIASES.get(layer, layer)}.{kind}"] = value
    return result
